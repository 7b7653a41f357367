//! Requests of SNS, from the recorded parameters to the SDK's inputs.

use std::collections::HashMap;

use aws_sdk_sns::{Client, types::MessageAttributeValue};
use lambda_runtime::Error;
use serde_json::Value;

use crate::{dynamodb::sender, script::Send};

pub fn prepare(client: Client, operation: &str, input: &Value) -> Result<Send, Error> {
    let text = |name: &str| input[name].as_str().map(str::to_owned);
    Ok(match operation {
        "Publish" => {
            let request = client
                .publish()
                .set_topic_arn(text("TopicArn"))
                .set_target_arn(text("TargetArn"))
                .set_phone_number(text("PhoneNumber"))
                .set_message(text("Message"))
                .set_message_structure(text("MessageStructure"))
                .set_message_attributes(attributes(input)?);
            sender!(request)
        }
        "CreatePlatformEndpoint" => {
            let request = client
                .create_platform_endpoint()
                .set_platform_application_arn(text("PlatformApplicationArn"))
                .set_token(text("Token"))
                .set_custom_user_data(text("CustomUserData"));
            sender!(request)
        }
        other => return Err(format!("no operation {other}").into()),
    })
}

fn attributes(input: &Value) -> Result<Option<HashMap<String, MessageAttributeValue>>, Error> {
    let mut attributes = HashMap::new();
    for number in 1.. {
        let field = |name: &str| {
            input[format!("MessageAttributes.entry.{number}.{name}")].as_str().map(str::to_owned)
        };
        let Some(name) = field("Name") else { break };
        let value = MessageAttributeValue::builder()
            .set_data_type(field("Value.DataType"))
            .set_string_value(field("Value.StringValue"));
        attributes.insert(name, value.build()?);
    }
    Ok((!attributes.is_empty()).then_some(attributes))
}
