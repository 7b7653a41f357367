//! Transactions without their request token, for a run of many on the embedded engine.
//!
//! The engine remembers each token for ten minutes and, at each transaction, looks at all that it
//! remembers: after 100,000 transactions that is two thirds of its time. Invariant: only for
//! transactions whose conditions refuse a repetition, and whose refusal is looked into, since the
//! engine then does what is sent twice twice.

use aws_sdk_dynamodb::{
    Client,
    config::{
        ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextMut,
    },
    error::BoxError,
};
use aws_smithy_types::body::SdkBody;
use http::header;

const MEMBER: &str = "\"ClientRequestToken\":\"";

/// The same client, whose transactions have no token.
pub fn without_request_tokens(client: &Client) -> Client {
    Client::from_conf(client.config().to_builder().interceptor(Tokenless).build())
}

#[derive(Debug)]
struct Tokenless;

impl Intercept for Tokenless {
    fn name(&self) -> &'static str {
        "Tokenless"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let body = request.body().bytes().and_then(|bytes| std::str::from_utf8(bytes).ok());
        let Some(body) = body.and_then(without_token) else { return Ok(()) };
        request.headers_mut().insert(header::CONTENT_LENGTH.as_str(), body.len().to_string());
        *request.body_mut() = SdkBody::from(body);
        Ok(())
    }
}

/// A request without the member; none where it has none. No value of an item can look like it,
/// since the quotes of a text are escaped, and what an item has under a name is an object.
fn without_token(body: &str) -> Option<String> {
    let (before, rest) = body.split_once(MEMBER)?;
    let (_, after) = rest.split_once('"')?;
    let (before, after) = match before.strip_suffix(',') {
        Some(before) => (before, after),
        None => (before, after.strip_prefix(',').unwrap_or(after)),
    };
    Some(format!("{before}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_alone_is_taken_out() {
        let without = |body| without_token(body).unwrap();
        assert_eq!(without(r#"{"A":[],"ClientRequestToken":"07"}"#), r#"{"A":[]}"#);
        assert_eq!(without(r#"{"ClientRequestToken":"07","A":[]}"#), r#"{"A":[]}"#);
        assert_eq!(without(r#"{"A":1,"ClientRequestToken":"07","B":2}"#), r#"{"A":1,"B":2}"#);
        assert_eq!(without_token(r#"{"A":{"S":"\"ClientRequestToken\":\""}}"#), None);
        assert_eq!(without_token(r#"{"Item":{"ClientRequestToken":{"S":"07"}}}"#), None);
    }
}
