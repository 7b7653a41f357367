//! One operation: its handler, and what routing and the document need to know of it.

use axum::{
    handler::Handler,
    routing::{MethodFilter, MethodRouter, on},
};
use http::Method;
use utoipa::{Path, openapi::HttpMethod};

#[cfg(feature = "mock")]
use crate::http::{checked::Check, error_format::ErrorFormat};
use crate::{
    app::AppState,
    http::{admission::Admission, checked::CheckedArguments},
};

/// Who may call an operation. If operations of one path differ, a request with a method of none of
/// them is checked by the first that is not public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Everybody; an `Authorization` header is ignored.
    Public,
    /// The bearer of an access token, checked before anything else of the request.
    Bearer,
    /// The same, or the bearer of an operator token.
    BearerOrOperator,
    /// The bearer of anything: the mock does not verify tokens.
    AnyBearer,
}

/// One operation: its handler and what its `#[utoipa::path]` says of it. Made by
/// [`operation!`](crate::operation).
pub struct Operation {
    pub(crate) path: String,
    pub(crate) methods: Vec<HttpMethod>,
    pub(crate) access: Access,
    pub(crate) admission: Option<Admission>,
    pub(crate) produces: &'static [&'static str],
    pub(crate) always_open: bool,
    pub(crate) is_counted: bool,
    pub(crate) takes_rest: bool,
    #[cfg(feature = "document")]
    pub(crate) cache_control: Option<&'static str>,
    #[cfg(feature = "document")]
    pub(crate) described: Option<OperationDocument>,
    #[cfg(feature = "mock")]
    pub(crate) check: Option<Check>,
    #[cfg(feature = "mock")]
    pub(crate) mocked_format: Option<ErrorFormat>,
    pub(crate) handler: MethodRouter<AppState>,
}

/// How the document learns of an operation.
#[cfg(feature = "document")]
pub type OperationDocument = fn() -> utoipa::openapi::OpenApi;

/// A Lambda makes no document.
#[cfg(not(feature = "document"))]
pub type OperationDocument = ();

impl Operation {
    /// An operation of this handler at the path and the methods of `P`.
    pub fn new<P, H, T>(handler: H, described: OperationDocument) -> Self
    where
        P: Path,
        H: Handler<T, AppState>,
        T: CheckedArguments + 'static,
    {
        let route = on(filter_of_all(&P::methods()), handler);
        Self::described::<P, T>(route, described)
    }

    /// The same without the handler, whose code is then not linked: the mock needs no more than its
    /// type.
    #[cfg(feature = "mock")]
    pub fn without_handler<P, H, T>(_: H, described: OperationDocument) -> Self
    where
        P: Path,
        H: Handler<T, AppState>,
        T: CheckedArguments + 'static,
    {
        Self::described::<P, T>(MethodRouter::new(), described)
    }

    #[cfg_attr(
        not(feature = "document"),
        expect(unused_variables, reason = "nothing is described")
    )]
    fn described<P: Path, T: CheckedArguments>(
        route: MethodRouter<AppState>,
        described: OperationDocument,
    ) -> Self {
        Self {
            #[cfg(feature = "document")]
            described: Some(described),
            #[cfg(feature = "mock")]
            check: Some(T::check),
            ..Self::undescribed(&P::path(), P::methods(), &["application/json"], route)
        }
    }

    /// What the document does not describe: a page, a file. It answers `GET` with one of
    /// `produces`.
    pub fn page<H, T>(path: &str, produces: &'static [&'static str], handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let route = on(MethodFilter::GET, handler);
        Self::undescribed(path, vec![HttpMethod::Get], produces, route)
    }

    /// What the document does not describe, at all methods that operations have.
    pub fn undescribed_at_all_methods<H, T>(
        path: &str,
        produces: &'static [&'static str],
        handler: H,
    ) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let methods = vec![
            HttpMethod::Get,
            HttpMethod::Post,
            HttpMethod::Put,
            HttpMethod::Patch,
            HttpMethod::Delete,
        ];
        let route = on(filter_of_all(&methods), handler);
        Self::undescribed(path, methods, produces, route)
    }

    fn undescribed(
        path: &str,
        methods: Vec<HttpMethod>,
        produces: &'static [&'static str],
        handler: MethodRouter<AppState>,
    ) -> Self {
        Self {
            path: path.to_owned(),
            methods,
            access: Access::Public,
            admission: None,
            produces,
            always_open: false,
            is_counted: true,
            takes_rest: false,
            #[cfg(feature = "document")]
            cache_control: None,
            #[cfg(feature = "document")]
            described: None,
            #[cfg(feature = "mock")]
            check: None,
            #[cfg(feature = "mock")]
            mocked_format: None,
            handler,
        }
    }

    /// Whether maintenance and old apps keep requests from it: all of `/api/`, the group that tells
    /// of them apart.
    pub(crate) fn can_be_closed(&self) -> bool {
        self.path.starts_with("/api/") && !self.always_open
    }

    /// Whether it counts against the customer's limit of writes.
    pub(crate) fn counts_as_write(&self) -> bool {
        let writes = self.methods.iter().all(|method| *method != HttpMethod::Get);
        self.access != Access::Public && self.is_counted && writes
    }

    /// A write that the limit of writes does not count, as its handler does not ask for that.
    pub fn uncounted(self) -> Self {
        Self { is_counted: false, ..self }
    }

    /// The variable at the end of its path takes all that follows, slashes too.
    pub fn taking_the_rest(self) -> Self {
        Self { takes_rest: true, ..self }
    }

    /// Its `Cache-Control`, for the document: the handler writes it.
    #[cfg(feature = "document")]
    pub fn cacheable(self, cache_control: &'static str) -> Self {
        Self { cache_control: Some(cache_control), ..self }
    }

    /// Its `Cache-Control`, for the document, which is made elsewhere.
    #[cfg(not(feature = "document"))]
    pub fn cacheable(self, _: &'static str) -> Self {
        self
    }

    /// What it can answer with instead of JSON.
    pub fn producing(self, produces: &'static [&'static str]) -> Self {
        Self { produces, ..self }
    }
}

pub(crate) fn filter_of_all(methods: &[HttpMethod]) -> MethodFilter {
    methods.iter().map(filter_of).reduce(MethodFilter::or).unwrap_or(MethodFilter::GET)
}

fn filter_of(method: &HttpMethod) -> MethodFilter {
    match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
    }
}

/// The method of a request that an operation's method stands for.
pub(crate) fn method_of(method: &HttpMethod) -> Method {
    match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Delete => Method::DELETE,
        HttpMethod::Options => Method::OPTIONS,
        HttpMethod::Head => Method::HEAD,
        HttpMethod::Patch => Method::PATCH,
        HttpMethod::Trace => Method::TRACE,
    }
}
