//! What a group serves. Registering an operation here is the only registration: routing, checks,
//! `Allow` and the OpenAPI document follow from it.

#[cfg(feature = "mock")]
mod mocked;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Extension, Router,
    handler::Handler,
    middleware,
    routing::{MethodFilter, MethodRouter, on},
};
use http::Method;
use utoipa::{Path, openapi::HttpMethod};

use crate::{
    app::AppState,
    http::{
        checked::CheckedArguments,
        checks::{Gate, gate},
        error_format::{self, ErrorFormat},
    },
    settings::{Section, Settings},
};

/// The operations of a group.
pub struct Routes {
    group: &'static str,
    always_open: bool,
    error_format: Option<ErrorFormat>,
    served_where: fn(&Settings) -> bool,
    needs: Vec<Section>,
    own: Vec<Layer>,
    #[cfg(feature = "document")]
    pub(crate) document: Option<error_format::Described>,
    #[cfg(feature = "mock")]
    mocked_formats: Vec<(String, ErrorFormat)>,
    operations: Vec<Operation>,
}

/// Gives each request a value of the group.
type Layer = Box<dyn FnOnce(Router) -> Router + Send>;

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    pub(crate) produces: &'static [&'static str],
    pub(crate) always_open: bool,
    #[cfg_attr(not(feature = "document"), expect(dead_code, reason = "for the document alone"))]
    is_counted: bool,
    takes_rest: bool,
    #[cfg(feature = "document")]
    pub(crate) cache_control: Option<&'static str>,
    #[cfg(feature = "document")]
    described: Option<Described>,
    #[cfg(feature = "mock")]
    check: Option<crate::http::mocking::Check>,
    #[cfg(feature = "mock")]
    mocked_format: Option<ErrorFormat>,
    handler: MethodRouter<AppState>,
}

/// How the document learns of an operation.
#[cfg(feature = "document")]
pub type Described = fn() -> utoipa::openapi::OpenApi;

/// A Lambda makes no document.
#[cfg(not(feature = "document"))]
pub type Described = ();

/// What operations with a bearer token read: access tokens are verified, and the log names
/// customers by pseudonyms.
const CALLER: [Section; 2] = [Section::TOKENS, Section::SIGNER];

impl Routes {
    /// No operations yet of the group whose crate is `group`:
    /// `Routes::of(env!("CARGO_CRATE_NAME"))`.
    pub fn of(group: &'static str) -> Self {
        Self {
            group,
            always_open: false,
            error_format: None,
            served_where: |_| true,
            needs: Vec::new(),
            own: Vec::new(),
            #[cfg(feature = "document")]
            document: None,
            #[cfg(feature = "mock")]
            mocked_formats: Vec::new(),
            operations: Vec::new(),
        }
    }

    /// Its errors are said in another way than by the envelope.
    pub fn with_error_format(self, error_format: ErrorFormat) -> Self {
        Self { error_format: Some(error_format), ..self }
    }

    /// And this is how the document tells of it.
    #[cfg(feature = "document")]
    pub fn described_by(self, described: error_format::Described) -> Self {
        Self { document: Some(described), ..self }
    }

    /// And this is how the document tells of it, which is made elsewhere.
    #[cfg(not(feature = "document"))]
    pub fn described_by(self, _: error_format::Described) -> Self {
        self
    }

    /// Only where the settings say so is there anything at its paths.
    pub fn served_where(self, settings: fn(&Settings) -> bool) -> Self {
        Self { served_where: settings, ..self }
    }

    /// The settings that the operations read, apart from those of every function and of its kinds of
    /// callers.
    pub fn needs(mut self, sections: &[Section]) -> Self {
        sections.iter().for_each(|section| self.need(*section));
        self
    }

    /// A value that the group keeps in its process, such as a cache. Handlers and extractors take
    /// it as an [`Extension`].
    pub fn with_own<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.own.push(Box::new(move |router| router.layer(Extension(value))));
        self
    }

    /// The settings that this function reads.
    pub fn sections(&self) -> &[Section] {
        &self.needs
    }

    /// How its errors are said, where that is not the envelope.
    pub(crate) fn error_format(&self) -> Option<ErrorFormat> {
        self.error_format
    }

    /// The operations answer during maintenance and to apps of any age: for the group that tells
    /// both.
    pub fn always_open(mut self) -> Self {
        self.operations.iter_mut().for_each(|operation| operation.always_open = true);
        Self { always_open: true, ..self }
    }

    /// The name of the group's crate.
    pub fn group(&self) -> &'static str {
        self.group
    }

    /// Adds an operation that everybody may call.
    pub fn public(self, operation: Operation) -> Self {
        self.with(Operation { access: Access::Public, ..operation })
    }

    /// Adds an operation for the bearer of an access token.
    pub fn bearer(self, operation: Operation) -> Self {
        self.needs(&CALLER).with(Operation { access: Access::Bearer, ..operation })
    }

    /// Adds an operation for the bearer of an access token or of an operator token.
    pub fn bearer_or_operator(self, operation: Operation) -> Self {
        self.needs(&CALLER)
            .needs(&[Section::OPERATOR])
            .with(Operation { access: Access::BearerOrOperator, ..operation })
    }

    /// The operations that the document describes, in the order of their registration, each with a
    /// document of its own.
    #[cfg(feature = "document")]
    pub(crate) fn described(&self) -> impl Iterator<Item = (&Operation, utoipa::openapi::OpenApi)> {
        self.operations.iter().filter_map(|operation| Some((operation, (operation.described?)())))
    }

    /// The paths, as the document writes them.
    pub fn paths(&self) -> Vec<&str> {
        self.operations.iter().map(|operation| operation.path.as_str()).collect()
    }

    /// The router with all checks in their order.
    pub(crate) fn into_router(self, app: AppState) -> Router {
        let mut paths: BTreeMap<String, Vec<Operation>> = BTreeMap::new();
        if self.operations.iter().any(Operation::can_be_closed) {
            app.availability.watch();
        }
        for operation in self.operations {
            paths.entry(operation.path.clone()).or_default().push(operation);
        }
        let mut router = Router::new();
        if !(self.served_where)(&app.settings) {
            paths.clear();
        }
        for (path, operations) in paths {
            let gated = Arc::new(Gate::new(app.clone(), &path, &operations));
            let path = if operations.iter().any(|operation| operation.takes_rest) {
                with_rest(&path)
            } else {
                path
            };
            let methods = operations
                .into_iter()
                .fold(MethodRouter::new(), |methods, operation| methods.merge(operation.handler));
            let methods = methods.layer(middleware::from_fn_with_state(gated, gate));
            router = route(router, &path, methods);
        }
        #[cfg(feature = "mock")]
        let router = router.fallback(crate::http::mocking::no_such_path(self.mocked_formats));
        #[cfg(not(feature = "mock"))]
        let router = router.fallback(async || crate::http::error::ApiError::no_such_path());
        let router = router.with_state(app);
        self.own.into_iter().fold(router, |router, layer| layer(router))
    }

    fn need(&mut self, section: Section) {
        if !self.needs.contains(&section) {
            self.needs.push(section);
        }
    }

    fn with(mut self, operation: Operation) -> Self {
        self.operations.push(Operation { always_open: self.always_open, ..operation });
        self
    }
}

impl Operation {
    /// An operation of this handler at the path and the methods of `P`.
    #[cfg_attr(
        not(feature = "document"),
        expect(unused_variables, reason = "nothing is described")
    )]
    pub fn new<P, H, T>(handler: H, described: Described) -> Self
    where
        P: Path,
        H: Handler<T, AppState>,
        T: CheckedArguments + 'static,
    {
        Self {
            #[cfg(feature = "document")]
            described: Some(described),
            #[cfg(feature = "mock")]
            check: Some(T::check),
            ..Self::undescribed(&P::path(), P::methods(), &["application/json"], handler)
        }
    }

    /// What the document does not describe: a page, a file. It answers `GET` with one of
    /// `produces`.
    pub fn page<H, T>(path: &str, produces: &'static [&'static str], handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self::undescribed(path, vec![HttpMethod::Get], produces, handler)
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
        Self::undescribed(path, methods, produces, handler)
    }

    fn undescribed<H, T>(
        path: &str,
        methods: Vec<HttpMethod>,
        produces: &'static [&'static str],
        handler: H,
    ) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let filter =
            methods.iter().map(filter_of).reduce(MethodFilter::or).unwrap_or(MethodFilter::GET);
        Self {
            path: path.to_owned(),
            methods,
            access: Access::Public,
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
            handler: on(filter, handler),
        }
    }

    /// Whether maintenance and old apps keep requests from it: all of `/api/`, the group that tells
    /// of them apart.
    pub(crate) fn can_be_closed(&self) -> bool {
        self.path.starts_with("/api/") && !self.always_open
    }

    /// Whether it counts against the customer's limit of writes.
    #[cfg(feature = "document")]
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

/// The path whose last variable takes the rest, as the router writes it.
fn with_rest(path: &str) -> String {
    path.rsplit_once('{')
        .map_or_else(|| path.to_owned(), |(before, variable)| format!("{before}{{*{variable}"))
}

/// Both slash forms arrive here without the slash (see `path`).
#[expect(clippy::disallowed_methods, reason = "the one home of raw routes")]
fn route(
    router: Router<AppState>,
    path: &str,
    methods: MethodRouter<AppState>,
) -> Router<AppState> {
    let canonical = path.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(path);
    router.route(canonical, methods)
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
