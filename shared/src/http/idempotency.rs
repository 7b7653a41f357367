//! `Idempotency-Key` (IETF draft-ietf-httpapi-idempotency-key-header): a request that a client may
//! send again without its effect being repeated.
//!
//! Protocol, for an operation: take [`Keyed`] instead of `Body`; read
//! [`Store::seen_before`](crate::store::Store::seen_before) beside the session, and [`repeat`] what
//! it gives; write the effect by a store method over
//! [`Store::commit_once`](crate::store::Store::commit_once), and [`answer`] by what that gives.
//! So only successes are stored, and a request that was refused may be sent again under its key,
//! unless an operation keeps its refusals by
//! [`Store::keep_answer`](crate::store::Store::keep_answer), as the wallet does: what failed stays
//! failed.

use axum::{
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

use crate::{
    app::AppState,
    hashes::Signer,
    http::{
        body,
        checked::Checked,
        documented,
        error::{ApiError, ErrorItem, Written},
        request::{Fields, FromFields},
    },
    idempotency::{Once, RequestKey, Seen, StoredAnswer},
};

/// The name of the header, as errors give it.
pub(crate) const NAME: &str = "Idempotency-Key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The most characters of a key.
const LONGEST: usize = 255;

/// The body of a request that may carry a key.
#[derive(Debug)]
pub struct Keyed<T> {
    /// The request as a repetition of it is known by, where it carries a key.
    pub key: Option<RequestKey>,
    /// The body, read by its fields.
    pub request: T,
}

/// The body of a request that must carry a key.
#[derive(Debug)]
pub struct MustBeKeyed<T> {
    /// The request as a repetition of it is known by.
    pub key: RequestKey,
    /// The body, read by its fields.
    pub request: T,
}

/// The header `Idempotency-Key` of [`Keyed`], for `params(…)`.
pub enum IdempotencyKey {}

/// The header `Idempotency-Key` of [`MustBeKeyed`], for `params(…)`.
pub enum RequiredIdempotencyKey {}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "Names this request, so that it can be sent again.";
        vec![documented::optional_header(NAME, about)]
    }
}

impl IntoParams for RequiredIdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = format!("1 to {LONGEST} visible ASCII characters, new for each request.");
        vec![documented::required_header(NAME, &about)]
    }
}

impl<T: FromFields> FromRequest<AppState> for Keyed<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, ApiError> {
        let key = key_of(request.headers());
        let (key, request) = read(key, request, app, Some(app.signer()?)).await?;
        Ok(Self { key, request })
    }
}

impl<T: FromFields> FromRequest<AppState> for MustBeKeyed<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, ApiError> {
        let key = required_key_of(request.headers());
        match read(key, request, app, Some(app.signer()?)).await? {
            (Some(key), request) => Ok(Self { key, request }),
            (None, _) => Err(ApiError::fields(vec![missing()])),
        }
    }
}

impl<T: FromFields> Checked for Keyed<T> {
    async fn check(request: &mut Request, app: &AppState) -> Result<(), Response> {
        let key = key_of(request.headers());
        check::<T>(key, request, app).await
    }
}

impl<T: FromFields> Checked for MustBeKeyed<T> {
    async fn check(request: &mut Request, app: &AppState) -> Result<(), Response> {
        let key = required_key_of(request.headers());
        check::<T>(key, request, app).await
    }
}

impl StoredAnswer {
    /// An answer with this body.
    pub fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_string(body).map_err(ApiError::internal)?;
        Ok(Self { status: status.as_u16(), body })
    }

    /// An answer without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self { status: status.as_u16(), body: String::new() }
    }
}

/// The answer to a request whose key was used before.
pub fn repeat(seen: Seen) -> Result<Response, ApiError> {
    match seen {
        Seen::Same(stored) => Ok(replayed(stored)),
        Seen::Another => Err(ApiError::idempotency_key_reused()),
    }
}

/// The answer by what came of the effect, which `fresh` tells of where it happened now. What a
/// refused effect means is for the operation to say before.
pub fn answer(once: Once, fresh: StoredAnswer) -> Result<Response, ApiError> {
    match once {
        Once::Done => Ok(response(fresh)),
        Once::Replayed(stored) => Ok(replayed(stored)),
        Once::Reused => Err(ApiError::idempotency_key_reused()),
        Once::Refused(_) => Err(ApiError::internal("a refused effect was not explained")),
    }
}

fn replayed(stored: StoredAnswer) -> Response {
    let mut response = response(stored);
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

fn response(StoredAnswer { status, body }: StoredAnswer) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or_default();
    if body.is_empty() {
        return status.into_response();
    }
    let error = status.is_client_error().then(|| Written::again(status, &body));
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
    if let Some(error) = error {
        response.extensions_mut().insert(error);
    }
    response
}

/// What reading refuses, without a signer: nothing is repeated here.
async fn check<T: FromFields>(
    key: Result<Option<String>, ErrorItem>,
    request: &mut Request,
    app: &AppState,
) -> Result<(), Response> {
    let read = read::<T>(key, std::mem::take(request), app, None).await;
    read.map(drop).map_err(IntoResponse::into_response)
}

/// Reads the body, and reports what is wrong with the key together with what is wrong with the
/// fields.
async fn read<T: FromFields>(
    key: Result<Option<String>, ErrorItem>,
    request: Request,
    app: &AppState,
    signer: Option<&Signer>,
) -> Result<(Option<RequestKey>, T), ApiError> {
    let uri = request.uri().clone();
    let fields = body::fields(request, app).await?;
    let target = [uri.path(), uri.query().unwrap_or_default()];
    let known_by = |key: Option<String>| {
        key.zip(signer).map(|(key, signer)| known_by(signer, &key, target, &fields))
    };
    let (key, mut errors) = match key {
        Ok(key) => (known_by(key), Vec::new()),
        Err(error) => (None, vec![error]),
    };
    match fields.read() {
        Ok(request) if errors.is_empty() => Ok((key, request)),
        Ok(_) => Err(ApiError::fields(errors)),
        Err(wrong) => {
            errors.extend(wrong);
            Err(ApiError::fields(errors))
        }
    }
}

/// The key of a request, if it has one: 1 to 255 visible ASCII characters.
fn key_of(headers: &HeaderMap) -> Result<Option<String>, ErrorItem> {
    let Some(value) = headers.get(NAME) else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic()));
    match key {
        Some("") => Err(wrong("blank", "This field may not be blank.")),
        Some(key) if key.len() > LONGEST => {
            Err(wrong("max_length", "Ensure this field has no more than 255 characters."))
        }
        Some(key) => Ok(Some(key.to_owned())),
        None => Err(wrong("invalid", "Only visible ASCII characters are allowed.")),
    }
}

fn required_key_of(headers: &HeaderMap) -> Result<Option<String>, ErrorItem> {
    key_of(headers).and_then(|key| key.map(Some).ok_or_else(missing))
}

fn missing() -> ErrorItem {
    wrong("required", "This field is required.")
}

fn wrong(code: &'static str, detail: &'static str) -> ErrorItem {
    ErrorItem { code, detail: detail.into(), attr: Some(NAME.to_owned()) }
}

/// Two requests are the same where path, query and fields are; how a body is spaced, ordered or
/// split into parts makes no difference.
fn known_by(signer: &Signer, key: &str, [path, query]: [&str; 2], fields: &Fields) -> RequestKey {
    let hash = |parts: &[&str]| URL_SAFE_NO_PAD.encode(&signer.sign(parts)[..16]);
    RequestKey {
        key: hash(&["idempotency-key", key]),
        fingerprint: hash(&["request", path, query, &fields.canonical()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::request::Context;
    use jiff::Timestamp;
    use serde_json::json;

    fn keyed(value: &[u8]) -> Result<Option<String>, &'static str> {
        let headers = HeaderMap::from_iter([(
            "idempotency-key".parse().unwrap(),
            HeaderValue::from_bytes(value).unwrap(),
        )]);
        key_of(&headers).map_err(|error| error.code)
    }

    #[test]
    fn a_key_is_1_to_255_visible_ascii_characters() {
        assert_eq!(key_of(&HeaderMap::new()), Ok(None));
        assert_eq!(keyed(b"!~"), Ok(Some("!~".to_owned())));
        assert_eq!(keyed(&[b'x'; 255]), Ok(Some("x".repeat(255))));
        assert_eq!(keyed(&[b'x'; 256]), Err("max_length"));
        assert_eq!(keyed(b""), Err("blank"));
        for invisible in [&b"a b"[..], b"\t", b"\xc3\xa9", b" "] {
            assert_eq!(keyed(invisible), Err("invalid"));
        }
    }

    #[test]
    fn a_request_is_known_by_its_content_and_not_by_its_spelling() {
        let signer = Signer::new(&"secret".into());
        let of_json = |query, body: serde_json::Value| {
            let serde_json::Value::Object(members) = body else { panic!("an object") };
            known_by(
                &signer,
                "k",
                ["/api/x", query],
                &Fields::from_json(members, Context::at(Timestamp::UNIX_EPOCH)),
            )
            .fingerprint
        };
        let first = of_json("", json!({"a": 1, "b": {"c": [1, 2], "d": null}}));
        assert_eq!(first, of_json("", json!({"b": {"d": null, "c": [1, 2]}, "a": 1})));
        for other in [
            json!({"a": 1}),
            json!({"a": 1, "b": {"c": [2, 1], "d": null}}),
            json!({"a": "1", "b": {"c": [1, 2], "d": null}}),
        ] {
            assert_ne!(first, of_json("", other));
        }
        assert_ne!(first, of_json("q=1", json!({"a": 1, "b": {"c": [1, 2], "d": null}})));
    }
}
