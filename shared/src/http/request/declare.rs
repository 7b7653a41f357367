//! The macro that declares a request.

/// Declares a request: the struct with the values that were read, its reader, its schema.
///
/// ```ignore
/// request! {
///     /// Changes of a profile.
///     #[changes(Details)]
///     pub struct ProfilePatch {
///         /// May be empty.
///         first_name: Patch<Text<0, 150>>,
///         email: Patch<Clearable<Email>>,
///     }
/// }
/// ```
///
/// A comment describes the request or the field in the document. The attributes, in this order:
///
/// - `#[name("Device")]`: the schema's name, where it is not the struct's.
/// - `#[changes(Details)]`: makes `apply_to(self, &mut Details)`, which sets the fields of the same
///   names.
/// - `#[partial(DevicePatch, "Some of a device's fields.")]`: makes a second request of this name
///   with the same fields, none of them required, and `From` the first to it.
/// - `#[check(function)]`: calls `function(&NameRead, &mut Fields)` after all fields are read,
///   where `NameRead` has the `Result` of each field. It reports what is wrong with several fields
///   together. A second function is for the partial request.
#[macro_export]
macro_rules! request {
    (
        $(#[doc = $doc:literal])*
        $(#[name($schema:literal)])?
        $(#[changes($target:ty)])?
        $(#[partial($partial:ident, $partial_doc:literal)])?
        $(#[check($check:path $(, $partial_check:path)?)])?
        $vis:vis struct $name:ident {
            $($(#[doc = $field_doc:literal])* $field:ident: $kind:ty),* $(,)?
        }
    ) => {
        $crate::request! { @struct
            [$($doc),*] [$($schema,)? stringify!($name)] $vis $name
            $([$($field_doc),*] $field [$kind])*
        }
        $crate::request! { @reader [$($check)?] $vis $name $($field [$kind])* }
        $crate::request! { @changes [$($target)?] $name $($field [$kind])* }
        $crate::request! { @partial
            [$($partial, $partial_doc)?] [$($target)?] [$($($partial_check)?)?] $vis $name
            $([$($field_doc),*] $field [$kind])*
        }
    };

    (@struct
        [$($doc:expr),*] [$($schema:expr),*] $vis:vis $name:ident
        $([$($field_doc:literal),*] $field:ident [$kind:ty])*
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone)]
        $vis struct $name {
            $(pub(crate) $field: <$kind as $crate::http::request::Field>::Value,)*
        }

        /// What customers send is not for a log.
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        impl $crate::http::request::schema::Described for $name {
            const NAME: &'static str = [$($schema),*][0];
            const DOCS: &'static [&'static str] = &[$($doc),*];

            fn describe(schema: &mut $crate::http::request::schema::ObjectSchema) {
                $(<$kind as $crate::http::request::Field>::describe(
                    schema,
                    $crate::http::request::wire_name(stringify!($field)),
                    &[$($field_doc),*],
                );)*
            }
        }

        $crate::request! { @schema $name }
    };

    (@schema $name:ident) => {
        impl ::utoipa::PartialSchema for $name {
            fn schema() -> ::utoipa::openapi::RefOr<::utoipa::openapi::Schema> {
                $crate::http::request::schema::schema_of::<Self>()
            }
        }

        impl ::utoipa::ToSchema for $name {
            fn name() -> ::std::borrow::Cow<'static, str> {
                <Self as $crate::http::request::schema::Described>::NAME.into()
            }

            fn schemas(references: &mut $crate::http::request::schema::References) {
                $crate::http::request::schema::references_of::<Self>(references);
            }
        }

        impl ::utoipa::IntoParams for $name {
            fn into_params(
                _: impl Fn() -> Option<::utoipa::openapi::path::ParameterIn>,
            ) -> Vec<::utoipa::openapi::path::Parameter> {
                $crate::http::request::schema::parameters_of::<Self>()
            }
        }
    };

    (@reader [] $vis:vis $name:ident $($field:ident [$kind:ty])*) => {
        impl $crate::http::request::FromFields for $name {
            fn from_fields(
                fields: &mut $crate::http::request::Fields,
            ) -> Result<Self, $crate::http::request::Reported> {
                $(let $field = <$kind as $crate::http::request::Field>::read(
                    fields,
                    $crate::http::request::wire_name(stringify!($field)),
                );)*
                Ok(Self { $($field: $field?,)* })
            }

            $crate::request! { @names $($field [$kind])* }
        }
    };

    (@reader [$check:path] $vis:vis $name:ident $($field:ident [$kind:ty])*) => {
        $crate::pastey::paste! {
            /// Each field, read or reported.
            $vis struct [<$name Read>] {
                $(pub(crate) $field: Result<
                    <$kind as $crate::http::request::Field>::Value,
                    $crate::http::request::Reported,
                >,)*
            }

            impl $crate::http::request::FromFields for $name {
                fn from_fields(
                    fields: &mut $crate::http::request::Fields,
                ) -> Result<Self, $crate::http::request::Reported> {
                    let mark = fields.mark();
                    let read = [<$name Read>] {
                        $($field: <$kind as $crate::http::request::Field>::read(
                            fields,
                            $crate::http::request::wire_name(stringify!($field)),
                        ),)*
                    };
                    $check(&read, fields);
                    fields.order::<Self>(mark);
                    Ok(Self { $($field: read.$field?,)* })
                }

                $crate::request! { @names $($field [$kind])* }
            }
        }
    };

    (@names $($field:ident [$kind:ty])*) => {
        fn names(names: &mut Vec<&'static str>) {
            $(<$kind as $crate::http::request::Field>::names(
                $crate::http::request::wire_name(stringify!($field)),
                names,
            );)*
        }
    };

    (@changes [] $($rest:tt)*) => {};
    (@changes [$target:ty] $name:ident $($field:ident [$kind:ty])*) => {
        impl $name {
            /// Sets the fields that were sent.
            pub(crate) fn apply_to(self, target: &mut $target) {
                $(<$kind as $crate::http::request::Change>::apply(
                    self.$field,
                    &mut target.$field,
                );)*
            }
        }
    };

    (@partial [] $($rest:tt)*) => {};
    (@partial
        [$partial:ident, $doc:literal] [$($target:ty)?] [$($check:path)?] $vis:vis $name:ident
        $([$($field_doc:literal),*] $field:ident [$kind:ty])*
    ) => {
        $crate::request! { @struct
            [$doc] [stringify!($partial)]
            $vis $partial
            $(
                [$($field_doc),*] $field
                [<$kind as $crate::http::request::HasPartial>::Partial]
            )*
        }
        $crate::request! { @reader [$($check)?] $vis $partial
            $($field [<$kind as $crate::http::request::HasPartial>::Partial])*
        }
        $crate::request! { @changes [$($target)?] $partial
            $($field [<$kind as $crate::http::request::HasPartial>::Partial])*
        }

        impl From<$name> for $partial {
            fn from(all: $name) -> Self {
                Self {
                    $($field: <$kind as $crate::http::request::HasPartial>::into_partial(
                        all.$field,
                    ),)*
                }
            }
        }
    };
}

/// The name of a field on the wire: that of the struct's field, without the `r#` of a keyword.
#[doc(hidden)]
pub const fn wire_name(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', ..] => field.split_at(2).1,
        _ => field,
    }
}
