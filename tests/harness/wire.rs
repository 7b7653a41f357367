//! The wire between a function and AWS: the HTTP client of the SDK with a delay, a meter and
//! injected faults.

use std::{
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
            SharedHttpClient, SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::{
    conflicts::OpenTransactions,
    faults::{self, Dice, Fault, Faults},
    stale::Replica,
};

/// Limits the calls in flight of all tests together. The engines run in this process. With more
/// calls they would wait inside the engines until connections time out, and transactions would stay
/// open so long that others conflict with them.
static PERMITS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(24));

/// One call to storage.
#[derive(Debug, Clone)]
pub struct Call {
    /// The operation, such as `GetItem`.
    pub operation: String,
    /// When it was sent.
    pub sent: Instant,
    /// When its answer arrived.
    pub answered: Instant,
    /// Read units.
    pub read_units: f64,
    /// Write units.
    pub write_units: f64,
}

/// The wire and the calls made over it. Clones share the same state.
#[derive(Debug, Clone, Default)]
pub struct Wire(Arc<State>);

#[derive(Debug, Default)]
struct State {
    calls: Mutex<Vec<Call>>,
    delay_millis: AtomicU64,
    lose_answers: AtomicU32,
    refused: Mutex<Option<&'static str>>,
    scripted: Mutex<Option<Scripted>>,
    transactions: OpenTransactions,
    dice: Dice,
    sns: Dice,
    sns_answers_lost: Mutex<Vec<String>>,
    passed: AtomicU64,
    replica: Replica,
}

/// An answer that storage does not give itself.
#[derive(Debug, Clone, Copy)]
struct Scripted {
    operation: &'static str,
    left: u32,
    answer: fn(&Value) -> Value,
}

/// The cost of an operation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Calls that had to wait for an earlier one.
    pub trips: usize,
    /// Read units.
    pub read_units: f64,
    /// Write units.
    pub write_units: f64,
}

impl Wire {
    /// A client over this wire.
    pub fn around(&self, inner: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Wired { wire: self.clone(), inner })
    }

    /// From now on, delays each call to storage.
    pub fn delay(&self, delay: Duration) {
        self.0
            .delay_millis
            .store(u64::try_from(delay.as_millis()).expect("a short delay"), Ordering::SeqCst);
    }

    /// Lets the next `n` calls reach storage but loses their answers.
    pub fn lose_answers(&self, n: u32) {
        self.0.lose_answers.store(n, Ordering::SeqCst);
    }

    /// From now on, refuses all calls of this operation, such as `UpdateItem`.
    pub fn refuse(&self, operation: &'static str) {
        *self.0.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(operation);
    }

    /// Answers the next `times` calls of this operation with what `answer` makes of the request,
    /// which does not reach storage; an error where that has a `__type`.
    pub fn script(&self, times: u32, operation: &'static str, answer: fn(&Value) -> Value) {
        let scripted = Scripted { operation, left: times, answer };
        *self.0.scripted.lock().unwrap_or_else(PoisonError::into_inner) = Some(scripted);
    }

    /// How many of the scripted answers are left.
    pub fn scripted_left(&self) -> u32 {
        let scripted = self.0.scripted.lock().unwrap_or_else(PoisonError::into_inner);
        scripted.map_or(0, |scripted| scripted.left)
    }

    fn scripted(&self, operation: &str, body: &Value) -> Option<HttpResponse> {
        let mut scripted = self.0.scripted.lock().unwrap_or_else(PoisonError::into_inner);
        let scripted = scripted.as_mut().filter(|next| next.operation == operation)?;
        scripted.left = scripted.left.checked_sub(1)?;
        let answer = (scripted.answer)(body);
        let status = if answer["__type"].is_null() { 200 } else { 400 };
        Some(response(status, SdkBody::from(answer.to_string())))
    }

    /// Whether items that are read eventually consistent stay as they are read first from now on.
    pub fn lag(&self, lags: bool) {
        self.0.replica.set(lags);
    }

    /// From now on, breaks calls at random. The same seed breaks the same calls if they come in the
    /// same order.
    pub fn break_at_random(&self, faults: Faults, seed: u64) {
        self.0.dice.load(faults, seed);
    }

    /// The number of calls that were broken since then.
    pub fn broken(&self) -> u64 {
        self.0.dice.drawn()
    }

    /// From now on, breaks calls to SNS at random. A throttled call is answered with 503.
    pub fn break_sns_at_random(&self, faults: Faults, seed: u64) {
        self.0.sns.load(faults, seed);
    }

    /// The number of calls to SNS that were broken since then.
    pub fn broken_sns(&self) -> u64 {
        self.0.sns.drawn()
    }

    /// The calls of SNS that had an effect and whose answers were lost, as they were sent.
    pub fn sns_answers_lost(&self) -> Vec<String> {
        self.0.sns_answers_lost.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The number of calls so far, to storage and to SNS.
    pub fn passed(&self) -> u64 {
        self.0.passed.load(Ordering::SeqCst)
    }

    /// Forgets the calls made so far.
    pub fn reset(&self) {
        self.calls_mut().clear();
    }

    /// The calls since the last reset.
    pub fn calls(&self) -> Vec<Call> {
        self.calls_mut().clone()
    }

    /// The operations of the calls since the last reset.
    pub fn operations(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.operation).collect()
    }

    /// The cost of the calls since the last reset. With a delay on the wire, overlapping calls ran
    /// in parallel: the trips are the longest chain of calls in which each was sent after the
    /// answer of the one before.
    pub fn cost(&self) -> Cost {
        let mut calls = self.calls();
        calls.sort_by_key(|call| call.answered);
        let mut trips: usize = 0;
        let mut busy_until = None;
        for call in &calls {
            if busy_until.is_none_or(|until| call.sent >= until) {
                trips += 1;
                busy_until = Some(call.answered);
            }
        }
        Cost {
            trips,
            read_units: calls.iter().map(|call| call.read_units).sum(),
            write_units: calls.iter().map(|call| call.write_units).sum(),
        }
    }

    fn calls_mut(&self) -> std::sync::MutexGuard<'_, Vec<Call>> {
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pass(
        &self,
        inner: SharedHttpConnector,
        request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        let target =
            request.headers().get("x-amz-target").and_then(|target| target.split_once('.'));
        self.0.passed.fetch_add(1, Ordering::SeqCst);
        let Some(operation) = target.map(|(_, operation)| operation.to_owned()) else {
            return self.pass_to_sns(inner, request).await;
        };
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap_or_default())
            .expect("requests are JSON");
        assert_liveness_is_consistent(&operation, &body);
        let sent = instant();
        if *self.0.refused.lock().unwrap_or_else(PoisonError::into_inner)
            == Some(operation.as_str())
        {
            return Ok(refused(&json!({
                "__type": "com.amazon.coral.validate#ValidationException",
                "message": "refused by the test",
            })));
        }
        if let Some(answer) = self.scripted(&operation, &body) {
            return Ok(answer);
        }
        if let Some(answer) = self.0.replica.answer(&operation, &body) {
            self.delay_call().await;
            let (answer, read_units) = read_capacity(response(200, SdkBody::from(answer))).await?;
            self.note_call(operation, sent, read_units, 0.0);
            return Ok(answer);
        }
        let permit = PERMITS.acquire().await;
        let fault = self.0.dice.draw(&operation);
        match fault {
            Some(Fault::LostCall) => return Err(ConnectorError::io("the call was lost".into())),
            Some(Fault::Throttled) => return Ok(refused(&faults::throttled())),
            Some(Fault::Conflict) => return Ok(refused(&faults::conflict(&body))),
            Some(Fault::LostAnswer) | None => {}
        }
        let open = match self.0.transactions.open(&body) {
            Ok(open) => open,
            Err(refusal) => return Ok(refused(&refusal)),
        };
        self.delay_call().await;
        let answer = inner.call(with_capacity(request, body.clone())).await?;
        drop(open);
        let (answer, units) = read_capacity(answer).await?;
        if answer.status().is_success() {
            self.0.replica.keep(&operation, &body, answer.body().bytes().unwrap_or_default());
        }
        drop(permit);
        let reads =
            matches!(operation.as_str(), "GetItem" | "Query" | "BatchGetItem" | "TransactGetItems");
        let (read_units, write_units) = if reads { (units, 0.0) } else { (0.0, units) };
        self.note_call(operation, sent, read_units, write_units);
        let lost = self
            .0
            .lose_answers
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
            .is_ok();
        let lost = lost || fault == Some(Fault::LostAnswer);
        if lost { Err(ConnectorError::io("the answer was lost".into())) } else { Ok(answer) }
    }
}

impl Wire {
    fn note_call(&self, operation: String, sent: Instant, read_units: f64, write_units: f64) {
        let answered = instant();
        self.calls_mut().push(Call { operation, sent, answered, read_units, write_units });
    }

    async fn delay_call(&self) {
        tokio::time::sleep(Duration::from_millis(self.0.delay_millis.load(Ordering::SeqCst))).await;
    }

    async fn pass_to_sns(
        &self,
        inner: SharedHttpConnector,
        request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        let _permit = PERMITS.acquire().await;
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        match self.0.sns.draw("") {
            Some(Fault::LostCall) => Err(ConnectorError::io("the call was lost".into())),
            Some(Fault::Throttled | Fault::Conflict) => Ok(faults::sns_fails()),
            Some(Fault::LostAnswer) => {
                let answer = inner.call(request).await?;
                if answer.status().is_success() {
                    let mut lost =
                        self.0.sns_answers_lost.lock().unwrap_or_else(PoisonError::into_inner);
                    lost.push(body);
                }
                Err(ConnectorError::io("the answer was lost".into()))
            }
            None => inner.call(request).await,
        }
    }
}

#[derive(Debug)]
struct Wired {
    wire: Wire,
    inner: SharedHttpClient,
}

#[derive(Debug)]
struct WiredConnector {
    wire: Wire,
    inner: SharedHttpConnector,
}

impl HttpClient for Wired {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(WiredConnector { wire: self.wire.clone(), inner })
    }
}

impl HttpConnector for WiredConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (wire, inner) = (self.wire.clone(), self.inner.clone());
        HttpConnectorFuture::new(async move { wire.pass(inner, request).await })
    }
}

/// The next request must see that a session has ended, so an eventually consistent read of an
/// account is a bug.
fn assert_liveness_is_consistent(operation: &str, body: &Value) {
    let of_account = body["Key"]["pk"]["S"].as_str().is_some_and(|key| key.starts_with("AUTH#"));
    let consistent = body["ConsistentRead"] == json!(true);
    assert!(
        operation != "GetItem" || !of_account || consistent,
        "an account was read without ConsistentRead: use a consistent read"
    );
}

#[expect(clippy::disallowed_methods, reason = "measures the real duration of calls")]
fn instant() -> Instant {
    Instant::now()
}

fn with_capacity(request: HttpRequest, mut body: Value) -> HttpRequest {
    body["ReturnConsumedCapacity"] = json!("TOTAL");
    let bytes = serde_json::to_vec(&body).expect("JSON");
    let mut request = request;
    request.headers_mut().insert("content-length", bytes.len().to_string());
    *request.body_mut() = SdkBody::from(bytes);
    request
}

async fn read_capacity(mut response: HttpResponse) -> Result<(HttpResponse, f64), ConnectorError> {
    let body = std::mem::replace(response.body_mut(), SdkBody::empty());
    let bytes = ByteStream::new(body)
        .collect()
        .await
        .map_err(|error| ConnectorError::io(error.into()))?
        .into_bytes();
    let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let units = |capacity: &Value| capacity["CapacityUnits"].as_f64().unwrap_or(0.0);
    let units = match &answer["ConsumedCapacity"] {
        Value::Array(tables) => tables.iter().map(units).sum(),
        capacity => units(capacity),
    };
    *response.body_mut() = SdkBody::from(bytes);
    Ok((response, units))
}

fn refused(refusal: &Value) -> HttpResponse {
    response(400, SdkBody::from(refusal.to_string()))
}

fn response(status: u16, body: SdkBody) -> HttpResponse {
    let mut response = HttpResponse::new(StatusCode::try_from(status).expect("a status"), body);
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}
