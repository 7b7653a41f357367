//! From a Lambda event to its answer: the outermost layers, which a Lambda, the launcher and the
//! tests share.
//!
//! Invariants: every request is answered: a panic is a 500, and an invocation that runs out of time
//! is a 503 shortly before Lambda would end it. Each answer has its request id. Each request is one
//! log line without its query, body, headers or address, with its cost in storage units and the
//! customer's pseudonym.

mod answer;
mod event;
mod lifecycle;
mod math;

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, LazyLock, Once},
    time::Duration,
};

use axum::{
    Router,
    response::{IntoResponse, Response},
};
use futures_util::{FutureExt, future::BoxFuture};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use jiff::Timestamp;
pub use lambda_http::Error;
use lambda_http::{LambdaEvent, service_fn};
use lambda_runtime::Runtime;
use serde_json::{Value, value::RawValue};
use table::usage::{self, Usage};
use tower::ServiceExt;
use tracing::Subscriber;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::{
        self,
        format::{Format, JsonFields},
    },
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use crate::{
    app::AppState,
    aws::Clients,
    clock::SystemClock,
    deadline::Deadline,
    http::{
        address,
        checks::MatchedRoute,
        cors,
        error::{self, ApiError, Cause, Written},
        error_format::{self, ErrorFormat},
        negotiate::Accept,
        routes::Routes,
    },
    ids::CustomerId,
    metrics::{self, Lines},
    random::SystemRandom,
    runtime::{answer::Answer, event::Received},
    settings::{Section, Settings},
    subject,
};

/// How long before the end of an invocation its answer is given, so that it can be sent, even with
/// a fraction of a processor.
const MARGIN: Duration = Duration::from_millis(500);

/// The git commit of a release build; "unknown" in other builds and in those of a source archive.
pub const COMMIT: &str = env!("SATCHEL_COMMIT");

/// A year, as browsers ask for.
const HTTPS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// One function: a group's operations behind the gateway's events.
#[derive(Clone)]
pub struct Function {
    app: AppState,
    router: Router,
    error_format: Option<ErrorFormat>,
}

impl Function {
    /// The function that serves `routes`.
    pub fn new(routes: Routes, app: AppState) -> Self {
        Self { error_format: routes.error_format(), router: routes.into_router(app.clone()), app }
    }

    /// Answers one event, both as the Lambda runtime passes them: JSON of an API Gateway v2 request
    /// in, JSON of its response out.
    pub async fn invoke(&self, event: &[u8]) -> Result<Vec<u8>, Error> {
        self.invoke_within(event, Deadline::none()).await
    }

    /// Like [`Function::invoke`], with a deadline.
    pub async fn invoke_within(&self, event: &[u8], deadline: Deadline) -> Result<Vec<u8>, Error> {
        let answer = self.call(std::str::from_utf8(event)?, deadline).await?;
        Ok(serde_json::to_vec(&answer)?)
    }

    /// The state that the function was made with.
    pub fn app(&self) -> &AppState {
        &self.app
    }

    async fn call(&self, event: &str, deadline: Deadline) -> Result<Answer, Error> {
        Ok(Answer::of(self.answer(Received::read(event)?, deadline).await).await)
    }

    async fn answer(&self, received: Received, deadline: Deadline) -> Response {
        let began = self.app.now();
        let Received { mut request, id } = received;
        let id = id.unwrap_or_default();
        let accept = Accept::of(request.headers());
        let language = error::wanted(request.headers());
        let method = request.method().clone();
        let edge = self.app.settings.edge().map_err(ApiError::from);
        let admitted = edge.and_then(|edge| address::admit(edge, &mut request));
        let router = self.router.clone();
        let routed = async {
            match admitted {
                Ok(()) => router.oneshot(request).await,
                Err(error) => Ok(error.into_response()),
            }
        };
        if self.app.availability.are_due(began) {
            let app = self.app.clone();
            // The request does not wait for it, and an answer that needs no storage is written
            // first. In a frozen process it continues with the next event.
            tokio::spawn(async move {
                tokio::task::yield_now().await;
                app.refresh_availability().await;
            });
        }
        // Boxed, since each of the futures around it would hold it twice, and all are moved.
        let work = Box::pin(AssertUnwindSafe(routed).catch_unwind());
        let work = subject::observe(deadline.earlier_by(MARGIN).limit(work));
        let ((routed, customer), usage) = usage::measure(work).await;
        let mut response = match routed {
            Some(Ok(Ok(response))) => response,
            Some(Ok(Err(never))) => match never {},
            Some(Err(_)) => ApiError::internal("a handler panicked").into_response(),
            // Its writes may be done or not, as when an answer gets lost.
            None => ApiError::unavailable("the invocation's time is over").into_response(),
        };
        match self.error_format {
            Some(error_format) => error_format::write(error_format, &mut response, &accept),
            None => write_as_wanted(&mut response, language, &accept),
        }
        finish(&mut response, &id);
        self.log(&Asked { method, id, began }, &response, customer, usage);
        response
    }

    /// Whether a request that succeeded is one of those that are logged.
    fn logs_success(&self, id: &str) -> bool {
        self.app.settings.log().map_or(true, |log| log.keeps(id))
    }

    /// The one line of a request; an error with its cause where the failure is ours. Of those that
    /// succeed only a share may be logged.
    fn log(
        &self,
        Asked { method, id, began }: &Asked,
        response: &Response,
        customer: Option<CustomerId>,
        usage: Usage,
    ) {
        let route = response.extensions().get::<MatchedRoute>().map_or("-", |route| &*route.0);
        let status = response.status().as_u16();
        let ms =
            i64::try_from(self.app.now().duration_since(*began).as_millis()).unwrap_or(i64::MAX);
        let Usage { calls, read_units, write_units } = usage;
        let customer = customer.and_then(|customer| self.app.pseudonym(customer));
        macro_rules! line {
            ($level:ident $($error:tt)*) => {
                tracing::$level!(
                    %method, route, status, ms, calls, read_units, write_units, customer, id,
                    $($error)* "request"
                )
            };
        }
        if let Some(Cause(error)) = response.extensions().get() {
            line! { error %error, }
        } else if !response.status().is_success() || self.logs_success(id) {
            line! { info }
        }
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            self.app.metrics.count(*began, "Throttled", 1);
        }
    }
}

/// What a request's log line has beside the answer.
struct Asked {
    method: Method,
    id: String,
    began: Timestamp,
}

/// A function that a queue or a schedule invokes.
#[derive(Clone, Copy)]
pub struct Consumer {
    /// The name of its crate.
    pub name: &'static str,
    /// The settings that it reads, apart from those of every function.
    pub needs: &'static [Section],
    /// Called once at the start of a process.
    pub start: fn(&AppState),
    /// Handles one event, JSON in and JSON out. After an error, a panic or a missed deadline the
    /// whole event is delivered again.
    pub handle: fn(AppState, Value, Deadline) -> BoxFuture<'static, Result<Value, Error>>,
}

/// A consumer's `main`: reads the settings, starts the log, and runs until the process is ended.
pub fn serve_consumer(consumer: Consumer) -> Result<(), Error> {
    let settings = Settings::from_env(consumer.needs)?;
    log_to_stdout(&settings.log_level, consumer.name);
    let app = app(settings);
    (consumer.start)(&app);
    let waiting = warming(app.clone(), None);
    let handle = move |event: LambdaEvent<Value>| {
        log_commit();
        let deadline = Deadline::at_millis(event.context.deadline, app.now()).earlier_by(MARGIN);
        let handled = (consumer.handle)(app.clone(), event.payload, deadline);
        async move {
            deadline
                .limit(handled)
                .await
                .unwrap_or_else(|| Err("the invocation's time is over".into()))
        }
    };
    lifecycle::run(waiting, async move || {
        lifecycle::until_terminated(Runtime::new(service_fn(handle))).await
    })
}

/// A function's `main`: reads the settings, starts the log, and runs until the process is ended.
pub fn serve(routes: Routes) -> Result<(), Error> {
    let settings = Settings::from_env(routes.sections())?;
    log_to_stdout(&settings.log_level, routes.group());
    let app = app(settings);
    let waiting = warming(app.clone(), routes.prepare);
    let function = Arc::new(LazyLock::new(move || Function::new(routes, app)));
    let made = function.clone();
    let waiting = move || {
        LazyLock::force(&made);
        waiting();
    };
    let handle = move |event: LambdaEvent<Box<RawValue>>| {
        log_commit();
        let function = function.clone();
        async move {
            let deadline = Deadline::at_millis(event.context.deadline, function.app.now());
            function.call(event.payload.get(), deadline).await
        }
    };
    lifecycle::run(waiting, async move || {
        lifecycle::until_terminated(Runtime::new(service_fn(handle))).await
    })
}

fn app(settings: Settings) -> AppState {
    let clients = Clients::new(&settings.aws);
    AppState::new(settings, clients, Arc::new(SystemClock), Arc::new(SystemRandom))
}

/// What a process does while it waits for its first event.
fn warming(app: AppState, prepare: Option<fn()>) -> impl FnOnce() {
    move || {
        tokio::spawn(async move { app.warm_up(prepare).await });
    }
}

fn log_to_stdout(level: &str, group: &str) {
    let level = level.parse().unwrap_or(LevelFilter::INFO);
    tracing_subscriber::registry().with(log_targets(level, &[group])).with(log_lines()).init();
}

/// Logs the commit with the first event of a process, so that its start does not take longer.
fn log_commit() {
    static FIRST: Once = Once::new();
    FIRST.call_once(|| tracing::info!(commit = COMMIT, "start"));
}

/// `level` is for `shared` and the crates of `groups`. Libraries log from `warn` on, since the SDK
/// logs whole requests below that. Metrics are written at every level.
pub fn log_targets(level: LevelFilter, groups: &[&str]) -> Targets {
    let own = groups.iter().chain(&["shared"]).map(|name| (*name, level));
    let metrics = (metrics::TARGET, LevelFilter::INFO.max(level));
    Targets::new()
        .with_default(LevelFilter::WARN.min(level))
        .with_targets(own)
        .with_targets([metrics])
}

/// One JSON line per event, without what CloudWatch adds itself.
pub fn log_lines<S>() -> fmt::Layer<S, JsonFields, Lines>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let format = Format::default().json().flatten_event(true).without_time().with_target(false);
    let format = format.with_current_span(false).with_span_list(false);
    fmt::layer().fmt_fields(JsonFields::new()).event_format(Lines(format))
}

/// Writes an error in the wanted language, and as problem details where they are wanted.
fn write_as_wanted(response: &mut Response, language: Option<&'static str>, accept: &Accept) {
    if let Some(language) = language {
        error::translate(response, language);
    }
    let written = response.extensions().get::<Written>().filter(|_| accept.prefers_problem());
    if let Some(body) = written.and_then(Written::problem_body) {
        *response.body_mut() = axum::body::Body::from(body);
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    }
}

/// The headers of every answer. An answer without `Cache-Control` must not be stored.
fn finish(response: &mut Response, id: &str) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::STRICT_TRANSPORT_SECURITY, HTTPS_ONLY);
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    vary_by_accept(headers);
    cors::allow_origin(headers);
}

/// In one value: the event of an answer holds one value per header.
fn vary_by_accept(headers: &mut HeaderMap) {
    let others = headers.get(header::VARY).and_then(|others| others.to_str().ok());
    let all = others.map_or("Accept".to_owned(), |others| format!("{others}, Accept"));
    if let Ok(all) = HeaderValue::from_str(&all) {
        headers.insert(header::VARY, all);
    }
}
