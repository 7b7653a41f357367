//! An AWS account in the state that a test wants, behind the APIs that `doctor` reads. Its answers
//! have the documented shapes.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::{Arc, Mutex},
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_http_client::Builder;
use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Incoming;
use local::{
    connections::{Server, bind, read_body},
    template::{Overrides, Template},
};
use serde_json::{Value, json};

/// The name of the stack.
pub const STACK: &str = "satchel-test";
/// The topic of its alarms.
pub const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:alarms";

/// What is in the account.
#[derive(Debug, Clone)]
pub struct Account {
    /// The deployed values of parameters.
    pub parameters: BTreeMap<String, String>,
    /// Physical ids by logical ids.
    pub resources: BTreeMap<String, String>,
    /// The state of the stack.
    pub status: String,
    /// Whether text messages reach verified numbers only.
    pub sandbox: bool,
    /// `GetSMSAttributes`.
    pub sms: BTreeMap<String, String>,
    /// Country, number and state.
    pub numbers: Vec<(&'static str, &'static str, &'static str)>,
    /// Lambda's concurrency.
    pub quota: u64,
    /// The ARNs of the topic's subscriptions; none without the topic.
    pub subscriptions: Option<Vec<&'static str>>,
    /// What each alarm notifies, by its name.
    pub alarms: BTreeMap<String, Vec<String>>,
    /// `DescribeSecret`, by ARN.
    pub secrets: BTreeMap<String, Value>,
    /// `DescribeTable`.
    pub table: Value,
    /// The expiry attribute.
    pub expiry: Option<&'static str>,
    /// Whether point-in-time recovery is on.
    pub recovery: bool,
    /// Actions that the caller may not call.
    pub denied: BTreeSet<&'static str>,
    /// Actions that the API does not know.
    pub unknown: BTreeSet<&'static str>,
}

/// The account, served.
pub struct ServedAccount {
    server: Server,
    calls: Arc<Mutex<Vec<(String, String)>>>,
}

impl Account {
    /// An account in which nothing has to be done.
    pub fn healthy(template: &Template) -> Self {
        let countries = ("CodeCountries".to_owned(), "US,NL".to_owned());
        let overrides = Overrides::from([countries]);
        let created = |kind: &str| template.created(kind, &overrides).expect("ids");
        let alarms = created("AWS::CloudWatch::Alarm");
        let secrets = created("AWS::SecretsManager::Secret");
        let named = |id: &String| (id.clone(), format!("{STACK}-{id}"));
        let arn =
            |id: &String| format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:{id}");
        let mut resources: BTreeMap<_, _> = alarms.iter().map(named).collect();
        resources.extend(secrets.iter().map(|id| (id.clone(), arn(id))));
        resources.insert("Table".to_owned(), "satchel-test-Table".to_owned());
        let secret = |id: &String| {
            let secret = json!({"Name": id, "CreatedDate": 1_760_000_000.5});
            (arn(id), secret)
        };
        Self {
            parameters: owned(&[
                ("AlarmTopicArn", TOPIC),
                ("CodeCountries", "US,NL"),
                ("SmsSpendAlarm", "50"),
                ("NotInTheTemplate", "1"),
                ("EdgeSecret", "****"),
            ]),
            alarms: alarms.iter().map(|id| (named(id).1, vec![TOPIC.to_owned()])).collect(),
            resources,
            status: "UPDATE_COMPLETE".to_owned(),
            sandbox: false,
            sms: owned(&[
                ("MonthlySpendLimit", "200"),
                ("DeliveryStatusIAMRole", "arn:aws:iam::123456789012:role/sms"),
                ("DeliveryStatusSuccessSamplingRate", "100"),
            ]),
            numbers: vec![("US", "+18005550100", "ACTIVE")],
            quota: 1_000,
            subscriptions: Some(vec!["arn:aws:sns:us-east-1:123456789012:alarms:1"]),
            secrets: secrets.iter().map(secret).collect(),
            table: table(),
            expiry: Some("expires"),
            recovery: true,
            denied: BTreeSet::new(),
            unknown: BTreeSet::new(),
        }
    }

    /// Serves it until the result is dropped.
    pub async fn serve(self) -> ServedAccount {
        let listener = bind("127.0.0.1", 0).await.expect("a free port");
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (account, seen) = (Arc::new(self), calls.clone());
        let handler = move |request: Request<Incoming>, _: IpAddr| {
            let (account, seen) = (account.clone(), seen.clone());
            async move { account.respond(request, &seen).await }
        };
        ServedAccount { server: Server::http(listener, handler).expect("a listener"), calls }
    }

    async fn respond(
        &self,
        request: Request<Incoming>,
        calls: &Mutex<Vec<(String, String)>>,
    ) -> Response<Bytes> {
        let header = |name: &str| {
            let value = request.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (authorization, target) = (header("authorization"), header("x-amz-target"));
        let path = request.uri().path().to_owned();
        let body = read_body(request.into_body(), 1 << 20).await.expect("a body");
        let fields: Vec<(String, String)> = serde_html_form::from_bytes(&body).unwrap_or_default();
        let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, v)| v.clone());
        let action = match target.rsplit_once('.') {
            Some((_, action)) => action.to_owned(),
            None => field("Action").unwrap_or_else(|| "GetAccountSettings".to_owned()),
        };
        calls.lock().expect("no call panics").push((action.clone(), authorization));
        if self.denied.contains(action.as_str()) {
            return refused(&target, &path, "AccessDenied", "not authorized");
        }
        if self.unknown.contains(action.as_str()) {
            return refused(&target, &path, "InvalidAction", "no such action");
        }
        let json: Value = serde_json::from_slice(&body).unwrap_or_default();
        match action.as_str() {
            "DescribeStacks" if field("StackName").as_deref() != Some(STACK) => {
                refused("", "/", "ValidationError", "Stack with id other does not exist")
            }
            "ListSubscriptionsByTopic" if self.subscriptions.is_none() => {
                refused("", "/", "NotFound", "Topic does not exist")
            }
            "DescribeSecret" => match self.secrets.get(json["SecretId"].as_str().unwrap_or("")) {
                Some(secret) => answered(secret.to_string()),
                None => refused(&target, &path, "ResourceNotFoundException", "no such secret"),
            },
            "DescribeTable" if self.table.is_null() => {
                let kind = "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException";
                refused(&target, &path, kind, "no such table")
            }
            _ => answered(self.answer(&action, field("NextToken").is_some())),
        }
    }

    fn answer(&self, action: &str, is_second: bool) -> String {
        let result = match action {
            "DescribeStacks" => self.stack(),
            "ListStackResources" => self.page_of_resources(is_second),
            "DescribeAlarms" => {
                let alarm = |(name, actions): (&String, &Vec<String>)| {
                    let actions = list(actions.iter().cloned());
                    format!("<AlarmName>{name}</AlarmName><AlarmActions>{actions}</AlarmActions>")
                };
                format!("<MetricAlarms>{}</MetricAlarms>", list(self.alarms.iter().map(alarm)))
            }
            "GetSMSSandboxAccountStatus" => {
                format!("<IsInSandbox>{}</IsInSandbox>", self.sandbox)
            }
            "GetSMSAttributes" => {
                let entry = |(name, value): (&String, &String)| {
                    format!("<entry><key>{name}</key><value>{value}</value></entry>")
                };
                let entries: String = self.sms.iter().map(entry).collect();
                format!("<attributes>{entries}</attributes>")
            }
            "ListOriginationNumbers" => {
                let number = |(country, phone, status): &(&str, &str, &str)| {
                    format!(
                        "<PhoneNumber>{phone}</PhoneNumber><Status>{status}</Status>\
                         <Iso2CountryCode>{country}</Iso2CountryCode>"
                    )
                };
                format!("<PhoneNumbers>{}</PhoneNumbers>", list(self.numbers.iter().map(number)))
            }
            "ListSubscriptionsByTopic" => {
                let arns = self.subscriptions.iter().flatten();
                let one = |arn: &&str| format!("<SubscriptionArn>{arn}</SubscriptionArn>");
                format!("<Subscriptions>{}</Subscriptions>", list(arns.map(one)))
            }
            other => return self.json_answer(other).to_string(),
        };
        format!("<{action}Response><{action}Result>{result}</{action}Result></{action}Response>")
    }

    fn json_answer(&self, action: &str) -> Value {
        match action {
            "GetAccountSettings" => json!({"AccountLimit": {"ConcurrentExecutions": self.quota,
                "UnreservedConcurrentExecutions": self.quota}}),
            "DescribeTable" => json!({"Table": self.table}),
            "DescribeTimeToLive" => json!({"TimeToLiveDescription": match self.expiry {
                Some(name) => json!({"TimeToLiveStatus": "ENABLED", "AttributeName": name}),
                None => json!({"TimeToLiveStatus": "DISABLED"}),
            }}),
            "DescribeContinuousBackups" => {
                let status = if self.recovery { "ENABLED" } else { "DISABLED" };
                json!({"ContinuousBackupsDescription": {"ContinuousBackupsStatus": "ENABLED",
                    "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": status}}})
            }
            other => panic!("doctor called {other}"),
        }
    }

    fn stack(&self) -> String {
        let parameter = |(name, value): (&String, &String)| {
            format!("<ParameterKey>{name}</ParameterKey><ParameterValue>{value}</ParameterValue>")
        };
        format!(
            "<Stacks><member><StackStatus>{}</StackStatus><Parameters>{}</Parameters><Outputs>\
             <member><OutputKey>TableName</OutputKey><OutputValue>satchel-test-Table</OutputValue>\
             </member></Outputs></member></Stacks>",
            self.status,
            list(self.parameters.iter().map(parameter))
        )
    }

    /// Two pages.
    fn page_of_resources(&self, is_second: bool) -> String {
        let half = self.resources.len() / 2;
        let (skipped, next) = if is_second { (half, "") } else { (0, "<NextToken>2</NextToken>") };
        let taken = if is_second { self.resources.len() } else { half };
        let one = |(id, physical): (&String, &String)| {
            format!(
                "<LogicalResourceId>{id}</LogicalResourceId>\
                 <PhysicalResourceId>{physical}</PhysicalResourceId>"
            )
        };
        let page = list(self.resources.iter().skip(skipped).take(taken).map(one));
        format!("<StackResourceSummaries>{page}</StackResourceSummaries>{next}")
    }
}

impl ServedAccount {
    /// Its address.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// How the SDK and the doctor reach it.
    pub fn config(&self) -> SdkConfig {
        let credentials = Credentials::new("AKIDTEST", "secret", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("us-east-1"))
            .endpoint_url(self.url())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(Builder::new().build_http())
            .build()
    }

    /// Actions with the value of `Authorization`, in order.
    pub fn calls(&self) -> Vec<(String, String)> {
        self.calls.lock().expect("no call panics").clone()
    }
}

fn table() -> Value {
    let key = |hash: &str, range: &str| {
        json!([{"AttributeName": hash, "KeyType": "HASH"},
            {"AttributeName": range, "KeyType": "RANGE"}])
    };
    json!({
        "TableName": "satchel-test-Table",
        "TableStatus": "ACTIVE",
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
            {"AttributeName": "due", "AttributeType": "S"},
            {"AttributeName": "due_at", "AttributeType": "N"}],
        "KeySchema": key("pk", "sk"),
        "GlobalSecondaryIndexes": [{"IndexName": "due", "KeySchema": key("due", "due_at")}],
        "DeletionProtectionEnabled": true,
    })
}

fn owned(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn list(members: impl Iterator<Item = String>) -> String {
    members.flat_map(|member| ["<member>".to_owned(), member, "</member>".to_owned()]).collect()
}

fn answered(body: String) -> Response<Bytes> {
    Response::new(body.into())
}

/// An error in the form of the API that was called.
fn refused(target: &str, path: &str, code: &str, message: &str) -> Response<Bytes> {
    let response = Response::builder().status(400);
    if target.is_empty() && path == "/" {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
             <Message>{message}</Message></Error></ErrorResponse>"
        );
        return response.body(body.into()).expect("a response");
    }
    let response = response.header("x-amzn-errortype", format!("{code}:http://example.com/"));
    let body = json!({"__type": code, "message": message});
    response.body(body.to_string().into()).expect("a response")
}
