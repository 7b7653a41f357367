//! Calls without the headers in which the SDK describes itself and its attempts: a tenth of the
//! work of a call. DynamoDB and SNS need none of them. CloudTrail shows no user agent then, and a
//! policy on `aws:UserAgent` would not match.

use aws_runtime::{
    invocation_id::InvocationIdInterceptor, request_info::RequestInfoInterceptor,
    user_agent::UserAgentInterceptor,
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::interceptors::{
        Intercept, SharedInterceptor, context::BeforeSerializationInterceptorContextRef,
        disable_interceptor,
    },
};
use aws_smithy_types::config_bag::ConfigBag;

/// The interceptor of a client that sends none of them.
pub(super) fn terse() -> SharedInterceptor {
    SharedInterceptor::permanent(Terse)
}

#[derive(Debug)]
struct Terse;

impl Intercept for Terse {
    fn name(&self) -> &'static str {
        "Terse"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        const WHY: &str = "no service that we call needs its headers";
        config
            .interceptor_state()
            .store_put(disable_interceptor::<InvocationIdInterceptor>(WHY))
            .store_put(disable_interceptor::<RequestInfoInterceptor>(WHY))
            .store_put(disable_interceptor::<UserAgentInterceptor>(WHY));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncReadExt, net::TcpListener};

    use crate::aws::{AwsSettings, Clients};

    /// The head of the first request that comes.
    async fn head(listener: &TcpListener) -> String {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut head = String::new();
        while !head.contains("\r\n\r\n") {
            let mut bytes = [0; 1_024];
            let read = stream.read(&mut bytes).await.expect("the client writes");
            assert!(read > 0, "the client closes: {head}");
            head += std::str::from_utf8(&bytes[..read]).expect("text");
        }
        head.to_lowercase()
    }

    #[tokio::test]
    async fn a_call_says_nothing_of_the_sdk_and_its_attempts() {
        let listen = async || {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("an address");
            (listener, Some(format!("http://{address}")))
        };
        let ((dynamodb, dynamodb_endpoint), (sns, sns_endpoint)) = (listen().await, listen().await);
        let clients = Clients::new(&AwsSettings {
            region: "eu-central-1".to_owned(),
            dynamodb_endpoint,
            sns_endpoint,
            access_key_id: "id".to_owned(),
            secret_access_key: "secret".into(),
            session_token: None,
            ca_bundle: None,
        });
        let calls = async {
            tokio::join!(
                clients.dynamodb.list_tables().send(),
                clients.sns.publish().topic_arn("topic").message("text").send()
            )
        };
        let heads = tokio::select! {
            heads = async { tokio::join!(head(&dynamodb), head(&sns)) } => heads,
            answers = calls => panic!("nobody answered, but: {answers:?}"),
        };
        for head in [heads.0, heads.1] {
            assert!(head.contains("\r\nauthorization: aws4-hmac-sha256 "), "{head}");
            for absent in ["user-agent", "amz-sdk-"] {
                assert!(!head.contains(absent), "{head}");
            }
        }
    }
}
