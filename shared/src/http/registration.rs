//! The macros that register operations. A new operation is one line in its group's `routes!`.

/// Declares the modules of a group's operations, and the function that registers them:
///
/// ```ignore
/// routes! {
///     /// The operations of this group.
///     pub fn routes() -> Routes { Routes::of(env!("CARGO_CRATE_NAME")) }
///
///     public list_things::list_things;
///     bearer update_thing::{replace_thing, update_thing}.taking_the_rest();
/// }
/// ```
///
/// A line is the access (a method of [`Routes`](crate::http::routes::Routes)), the module, its
/// handlers, and methods of [`Operation`](crate::http::operation::Operation) that say more.
#[macro_export]
macro_rules! routes {
    (
        $(#[$attribute:meta])*
        $visibility:vis fn $name:ident() -> Routes $none_yet:block

        $($access:ident $module:ident::$handlers:tt $(.$more:ident($($argument:tt)*))*;)+
    ) => {
        $(mod $module;)+

        $(#[$attribute])*
        $visibility fn $name() -> $crate::http::routes::Routes {
            let routes: $crate::http::routes::Routes = $none_yet;
            $(let routes = $crate::routes!(
                @add routes $access $module $handlers [$(.$more($($argument)*))*]
            );)+
            routes
        }
    };
    (@add $routes:ident $access:ident $module:ident {$($handler:ident),+} $more:tt) => {
        $routes $(.$access($crate::routes!(@operation $module $handler $more)))+
    };
    (@add $routes:ident $access:ident $module:ident $handler:ident $more:tt) => {
        $routes.$access($crate::routes!(@operation $module $handler $more))
    };
    (@operation $module:ident $handler:ident [$($more:tt)*]) => {
        $crate::operation!($module::$handler)$($more)*
    };
}

/// The operation `module::handler`, where `handler` carries `#[utoipa::path]`.
#[macro_export]
macro_rules! operation {
    ($module:ident::$handler:ident) => {
        $crate::pastey::paste! {
            $crate::http::operation::Operation::new::<$module::[<__path_ $handler>], _, _>(
                $module::$handler,
                $crate::described!($module::$handler),
            )
        }
    };
}

/// The document of one operation.
#[cfg(feature = "document")]
#[doc(hidden)]
#[macro_export]
macro_rules! described {
    ($module:ident::$handler:ident) => {{
        #[derive(::utoipa::OpenApi)]
        #[openapi(paths($module::$handler))]
        struct Described;
        <Described as ::utoipa::OpenApi>::openapi
    }};
}

/// Nothing: a Lambda makes no document.
#[cfg(not(feature = "document"))]
#[doc(hidden)]
#[macro_export]
macro_rules! described {
    ($module:ident::$handler:ident) => {
        ()
    };
}
