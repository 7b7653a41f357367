//! What a group serves. Registering an operation here is the only registration: routing, checks,
//! `Allow` and the OpenAPI document follow from it.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Extension, Router, middleware, routing::MethodRouter};

use crate::{
    app::AppState,
    auth::{actor::Actor, caller::Caller},
    http::{
        admission,
        checks::{Gate, gate},
        error_format::{self, ErrorFormat},
        operation::{Access, Operation},
    },
    settings::{Section, Settings},
};

/// The operations of a group.
pub struct Routes {
    pub(crate) group: &'static str,
    pub(crate) always_open: bool,
    pub(crate) error_format: Option<ErrorFormat>,
    pub(crate) served_where: fn(&Settings) -> bool,
    pub(crate) needs: Vec<Section>,
    pub(crate) own: Vec<Layer>,
    pub(crate) prepare: Option<fn()>,
    #[cfg(feature = "document")]
    pub(crate) document: Option<error_format::DocumentedFormat>,
    #[cfg(feature = "mock")]
    pub(crate) mocked_formats: Vec<(String, ErrorFormat)>,
    pub(crate) operations: Vec<Operation>,
}

/// Gives each request a value of the group.
type Layer = Box<dyn FnOnce(Router) -> Router + Send>;

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
            needs: vec![Section::EDGE, Section::LOG],
            own: Vec::new(),
            prepare: None,
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
    pub fn described_by(self, described: error_format::DocumentedFormat) -> Self {
        Self { document: Some(described), ..self }
    }

    /// And this is how the document tells of it, which is made elsewhere.
    #[cfg(not(feature = "document"))]
    pub fn described_by(self, _: error_format::DocumentedFormat) -> Self {
        self
    }

    /// Only where the settings say so is there anything at its paths.
    pub fn served_where(self, settings: fn(&Settings) -> bool) -> Self {
        Self { served_where: settings, ..self }
    }

    /// The settings that the handlers read. Added without being named: those of every function, and
    /// those that authenticated operations and counted writes read.
    pub fn needs(mut self, sections: &[Section]) -> Self {
        for section in sections {
            self.need(*section);
        }
        self
    }

    /// A value that the group keeps in its process, such as a cache. Handlers and extractors take
    /// it as an [`Extension`].
    pub fn with_own<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.own.push(Box::new(move |router| router.layer(Extension(value))));
        self
    }

    /// What a process does on another thread while it waits for its first event, so that the first
    /// request does not wait for it.
    pub fn prepared_by(self, prepare: fn()) -> Self {
        Self { prepare: Some(prepare), ..self }
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
        self.needs(&CALLER).with(Operation {
            access: Access::Bearer,
            admission: Some(admission::of::<Caller>),
            ..operation
        })
    }

    /// Adds an operation for the bearer of an access token or of an operator token.
    pub fn bearer_or_operator(self, operation: Operation) -> Self {
        self.needs(&CALLER).needs(&[Section::OPERATOR]).with(Operation {
            access: Access::BearerOrOperator,
            admission: Some(admission::of::<Actor>),
            ..operation
        })
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
        let router = router.fallback(crate::http::unknown_path::no_such_path(self.mocked_formats));
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
        if operation.counts_as_write() {
            self.need(Section::WRITES);
        }
        self.operations.push(Operation { always_open: self.always_open, ..operation });
        self
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
