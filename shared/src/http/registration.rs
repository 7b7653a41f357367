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
            $crate::routes!(@registered operation $none_yet
                $($access $module $handlers [$(.$more($($argument)*))*];)+)
        }

        $crate::mocked_routes! {
            [$(#[$attribute])*] $visibility $name $none_yet
            $($access $module $handlers [$(.$more($($argument)*))*];)+
        }
    };
    (
        @registered $kind:ident $none_yet:block
        $($access:ident $module:ident $handlers:tt $more:tt;)+
    ) => {{
        let routes: $crate::http::routes::Routes = $none_yet;
        $(let routes = $crate::routes!(@add $kind routes $access $module $handlers $more);)+
        routes
    }};
    (
        @add $kind:ident $routes:ident $access:ident $module:ident {$($handler:ident),+} $more:tt
    ) => {
        $routes $(.$access($crate::routes!(@operation $kind $module $handler $more)))+
    };
    (@add $kind:ident $routes:ident $access:ident $module:ident $handler:ident $more:tt) => {
        $routes.$access($crate::routes!(@operation $kind $module $handler $more))
    };
    (@operation $kind:ident $module:ident $handler:ident [$($more:tt)*]) => {
        $crate::$kind!($module::$handler)$($more)*
    };
}

/// The same operations for the mock, which links no handlers.
#[cfg(feature = "mock")]
#[doc(hidden)]
#[macro_export]
macro_rules! mocked_routes {
    (
        [$($attribute:tt)*] $visibility:vis $name:ident $none_yet:block $($line:tt)+
    ) => {
        $crate::pastey::paste! {
            $($attribute)*
            ///
            /// They have checks in place of handlers, for the mock.
            $visibility fn [<mocked_ $name>]() -> $crate::http::routes::Routes {
                $crate::routes!(@registered mocked_operation $none_yet $($line)+)
            }
        }
    };
}

/// Nothing: only the mock needs them.
#[cfg(not(feature = "mock"))]
#[doc(hidden)]
#[macro_export]
macro_rules! mocked_routes {
    ($($line:tt)+) => {};
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

/// The checks of the operation `module::handler`.
#[cfg(feature = "mock")]
#[doc(hidden)]
#[macro_export]
macro_rules! mocked_operation {
    ($module:ident::$handler:ident) => {
        $crate::pastey::paste! {
            $crate::http::operation::Operation::without_handler::<
                $module::[<__path_ $handler>], _, _,
            >($module::$handler, $crate::described!($module::$handler))
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
