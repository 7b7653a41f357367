//! What an operation asked of DynamoDB and SNS, and what they answered.
//!
//! An answer is found again by the operation and the key of its item: ids, times and tokens in a
//! request differ from one invocation to the next, keys mostly do not.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::Message;

/// One call of the SDK.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    pub service: Service,
    /// Such as `GetItem`.
    pub operation: String,
    pub request: String,
    pub status: u16,
    pub content_type: String,
    pub answer: String,
    /// When it began and ended, in microseconds since the recording began.
    pub began: u64,
    pub ended: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    DynamoDb,
    Sns,
}

/// One invocation, and what the functions read before it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recording {
    pub name: String,
    pub function: String,
    pub event: Value,
    pub answer: Value,
    pub calls: Vec<Call>,
    pub earlier: Vec<Call>,
    /// Tokens that the operation verifies and signs.
    pub verifications: u32,
    pub signatures: u32,
}

/// The service and the operation that a request asks for.
pub fn target(request: &Message) -> (Service, String) {
    if let Some(target) = request.header("x-amz-target") {
        let operation = target.rsplit('.').next().unwrap_or_default();
        return (Service::DynamoDb, operation.to_owned());
    }
    let body = String::from_utf8_lossy(&request.body);
    (Service::Sns, parameter(&form(&body), "Action").unwrap_or_default())
}

/// Parameters of a request of SNS.
pub fn form(body: &str) -> Vec<(String, String)> {
    serde_html_form::from_str(body).unwrap_or_default()
}

/// One of them.
pub fn parameter(form: &[(String, String)], name: &str) -> Option<String> {
    form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

/// Calls that were in flight together, in order: a call begins a step if the calls before it have
/// ended. The recording delays each answer, so that this shows.
pub fn steps(calls: &[Call]) -> Vec<Vec<&Call>> {
    let mut steps: Vec<Vec<&Call>> = Vec::new();
    let mut sorted: Vec<&Call> = calls.iter().collect();
    sorted.sort_by_key(|call| call.began);
    for call in sorted {
        match steps.last_mut() {
            Some(step) if step.iter().any(|other| call.began < other.ended) => step.push(call),
            _ => steps.push(vec![call]),
        }
    }
    steps
}

/// The items that a request is about, as text.
pub fn key(service: Service, request: &str) -> String {
    match service {
        Service::Sns => {
            let form = form(request);
            let names = ["TargetArn", "Token", "PhoneNumber", "TopicArn", "EndpointArn"];
            names.iter().find_map(|name| parameter(&form, name)).unwrap_or_default()
        }
        Service::DynamoDb => {
            let mut request: Value = serde_json::from_str(request).unwrap_or_default();
            // The SDK writes the members of a map in an order that differs between processes.
            request.sort_all_objects();
            let mut key = String::new();
            write_keys(&request, &mut key);
            key
        }
    }
}

fn write_keys(request: &Value, key: &mut String) {
    let mut add = |value: &Value| {
        key.push_str(&value.to_string());
        key.push('\n');
    };
    if request["Key"].is_object() {
        add(&request["Key"]);
    } else if request["Item"].is_object() {
        let item = &request["Item"];
        add(&serde_json::json!({"pk": item["pk"], "sk": item["sk"]}));
    } else if request["KeyConditionExpression"].is_string() {
        add(&request["IndexName"]);
        add(&request["KeyConditionExpression"]);
        add(&request["ExpressionAttributeValues"]);
    } else if let Some(tables) = request["RequestItems"].as_object() {
        tables.values().for_each(|table| add(&table["Keys"]));
    } else if let Some(parts) = request["TransactItems"].as_array() {
        for part in parts.iter().filter_map(Value::as_object) {
            part.values().for_each(|part| write_keys(part, key));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(operation: &str, began: u64, ended: u64) -> Call {
        Call {
            service: Service::DynamoDb,
            operation: operation.to_owned(),
            request: String::new(),
            status: 200,
            content_type: String::new(),
            answer: String::new(),
            began,
            ended,
        }
    }

    #[test]
    fn calls_in_flight_together_are_one_step() {
        let calls = [call("a", 0, 20), call("b", 1, 21), call("c", 22, 40)];
        let steps = steps(&calls);
        let names =
            |step: &Vec<&Call>| step.iter().map(|call| &*call.operation).collect::<String>();
        assert_eq!(steps.iter().map(names).collect::<Vec<_>>(), ["ab", "c"]);
    }

    #[test]
    fn the_key_of_a_transaction_is_that_of_its_parts() {
        let request = r#"{"TransactItems": [
            {"Put": {"Item": {"sk": {"S": "B"}, "pk": {"S": "A"}, "n": {"N": "1"}}}},
            {"Update": {"Key": {"sk": {"S": "D"}, "pk": {"S": "C"}}}}]}"#;
        assert_eq!(
            key(Service::DynamoDb, request),
            "{\"pk\":{\"S\":\"A\"},\"sk\":{\"S\":\"B\"}}\n\
             {\"pk\":{\"S\":\"C\"},\"sk\":{\"S\":\"D\"}}\n"
        );
    }
}
