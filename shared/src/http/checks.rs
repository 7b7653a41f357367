//! The checks between a known path and its handler, in the contract's order: preflight, maintenance
//! 503, old app 426, 406, bearer 401, method 405. What the handler's extractors refuse (413, 415,
//! 400) comes after.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

#[cfg(feature = "mock")]
use crate::http::error_format::{self, ErrorFormat};
use crate::{
    app::AppState,
    auth::caller::acknowledging::Acknowledging,
    content::{AskingApp, Closed},
    http::{
        admission::Admission,
        cors, documented,
        error::ApiError,
        language::Languages,
        negotiate::Accept,
        operation::{Access, Operation, method_of},
        rate_limit::RateLimits,
    },
};

/// The path of the operation that answered, for the log.
#[derive(Debug, Clone)]
pub(crate) struct MatchedRoute(pub(crate) Arc<str>);

/// What is checked before the handlers of one path.
pub(crate) struct Gate {
    app: AppState,
    route: Arc<str>,
    allow: HeaderValue,
    closable: bool,
    served: Vec<Served>,
    #[cfg(feature = "mock")]
    error_format: Option<ErrorFormat>,
}

struct Served {
    methods: Vec<Method>,
    access: Access,
    admission: Option<Admission>,
    produces: &'static [&'static str],
}

impl Gate {
    pub(crate) fn new(app: AppState, path: &str, operations: &[Operation]) -> Self {
        let served: Vec<Served> = operations
            .iter()
            .map(|operation| Served {
                methods: operation.methods.iter().map(method_of).collect(),
                access: operation.access,
                admission: operation.admission,
                produces: operation.produces,
            })
            .collect();
        let closable = operations.iter().any(Operation::can_be_closed);
        Self {
            app,
            route: path.into(),
            allow: allow(&served),
            closable,
            served,
            #[cfg(feature = "mock")]
            error_format: operations.iter().find_map(Operation::mocked_format),
        }
    }

    fn operation(&self, method: &Method) -> Option<&Served> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.served.iter().find(|served| served.methods.contains(method))
    }

    /// Maintenance and old apps, by what this process knows of them: no trip.
    fn open_to(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let now = self.app.now();
        let Some(availability) = self.app.availability.at(now).filter(|_| self.closable) else {
            return Ok(());
        };
        match availability.closed_to(asking_app(headers), now) {
            None => Ok(()),
            Some(Closed::Maintenance { message, wait }) => {
                let language = Languages::of(headers)
                    .lookup(&availability.languages)
                    .or(availability.languages.first().map(String::as_str));
                let message = message
                    .map(|message| message.in_language(language.unwrap_or_default()).to_owned());
                Err(ApiError::maintenance(message, wait))
            }
            Some(Closed::TooOld { store_url }) => Err(ApiError::upgrade_required(store_url)),
        }
    }

    async fn admit(&self, request: &mut Request) -> Result<(), ApiError> {
        self.open_to(request.headers())?;
        let operation = self.operation(request.method());
        let asked =
            |served: &&Served| operation.is_none_or(|operation| std::ptr::eq(operation, *served));
        let accept = Accept::of(request.headers());
        if !self.served.iter().filter(asked).any(|served| accept.admits(served.produces)) {
            return Err(ApiError::not_acceptable());
        }
        let asked = self.served.iter().filter(asked);
        let first = asked.filter(|served| served.admission.is_some()).min_by_key(|one| one.access);
        if let Some(admit) = first.and_then(|served| served.admission) {
            admit(&self.app, request).await?;
        }
        match operation {
            Some(_) => Ok(()),
            None => Err(ApiError::method_not_allowed(
                request.method(),
                self.allow.to_str().unwrap_or_default(),
            )),
        }
    }

    fn preflight(&self, asked: &HeaderMap) -> Response {
        let mut response = StatusCode::NO_CONTENT.into_response();
        cors::allow_preflight(response.headers_mut(), &self.allow, asked);
        response
    }
}

/// The headers that [`asking_app`] reads, for `params(…)`.
pub enum AppHeaders {}

impl IntoParams for AppHeaders {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let version = "Numbers with dots between them. What a build adds to them (`+57`, `-beta`) \
            does not count.";
        [("X-App-Platform", "`ios`, `android` or `web`."), ("X-App-Version", version)]
            .map(|(name, about)| documented::optional_header(name, about))
            .into()
    }
}

/// The app that a request says it comes from.
pub fn asking_app(headers: &HeaderMap) -> AskingApp<'_> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    AskingApp { platform: text("x-app-platform"), version: text("x-app-version") }
}

/// The checks of one path, as a layer around its handlers.
pub(crate) async fn gate(
    State(gate): State<Arc<Gate>>,
    mut request: Request,
    next: Next,
) -> Response {
    let mut response = if request.method() == Method::OPTIONS {
        gate.preflight(request.headers())
    } else {
        #[cfg(feature = "mock")]
        let accept = Accept::of(request.headers());
        let limits = RateLimits::default();
        let (acknowledging, acknowledgement) = Acknowledging::begin();
        request.extensions_mut().insert(limits.clone());
        request.extensions_mut().insert(acknowledging.clone());
        let answering = async {
            let answered = match gate.admit(&mut request).await {
                Ok(()) => next.run(request).await,
                Err(error) => error.into_response(),
            };
            acknowledging.close();
            answered
        };
        let (mut answered, ()) = tokio::join!(answering, acknowledgement.written(&gate.app));
        limits.write(answered.headers_mut());
        #[cfg(feature = "mock")]
        if let Some(format) = gate.error_format {
            error_format::write_for_good(format, &mut answered, &accept);
        }
        answered
    };
    response.extensions_mut().insert(MatchedRoute(gate.route.clone()));
    response
}

/// The methods of a path in REST Framework's order.
fn allow(served: &[Served]) -> HeaderValue {
    let has = |method: &Method| served.iter().any(|served| served.methods.contains(method));
    let order = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let mut names: Vec<&str> =
        order.iter().filter(|method| has(method)).map(Method::as_str).collect();
    if has(&Method::GET) {
        names.push("HEAD");
    }
    names.push("OPTIONS");
    HeaderValue::from_str(&names.join(", ")).unwrap_or(HeaderValue::from_static("OPTIONS"))
}
