//! Text messages: sandbox, spend limit, delivery logs, and senders by country.

use std::collections::HashMap;

use aws_sdk_sns::{Client, error::ProvideErrorMetadata};

use super::{
    api::CallError,
    countries::{Sender, sender},
    finding::Finding,
    stack::DeployedStack,
};

/// What SNS lets an account spend that never asked for more, US dollars a month.
const DEFAULT_SPEND_LIMIT: f64 = 1.0;

/// Countries and numbers that can send text messages.
type Numbers = Vec<(String, String)>;

pub(super) async fn examine(client: &Client, stack: &DeployedStack) -> Vec<Finding> {
    let mut findings = vec![sandbox(client).await];
    match client.get_sms_attributes().send().await {
        Ok(answer) => {
            let attributes = answer.attributes.unwrap_or_default();
            findings.push(spend_limit(&attributes, stack));
            findings.extend(delivery_logs(&attributes, stack));
        }
        Err(error) => {
            let error = call_error("sns:GetSMSAttributes", &error);
            findings.push(Finding::failed("settings of text messages", &error));
        }
    }
    findings.extend(senders(client, stack).await);
    findings
}

async fn sandbox(client: &Client) -> Finding {
    let subject = "SMS sandbox";
    match client.get_sms_sandbox_account_status().send().await {
        Ok(answer) if answer.is_in_sandbox => Finding::to_do(
            subject,
            "the account is in it, so text messages reach verified numbers only. Leave it with \
             \"Exit SMS sandbox\" under Text messaging in the console of SNS",
        ),
        Ok(_) => Finding::fine(subject, "the account is not in it"),
        Err(error) => {
            Finding::failed(subject, &call_error("sns:GetSMSSandboxAccountStatus", &error))
        }
    }
}

fn spend_limit(attributes: &HashMap<String, String>, stack: &DeployedStack) -> Finding {
    let subject = "monthly spend limit of text messages";
    let limit = attributes.get("MonthlySpendLimit").and_then(|limit| limit.parse().ok());
    let limit: f64 = limit.unwrap_or(DEFAULT_SPEND_LIMIT);
    let alarm: f64 = stack.parameter("SmsSpendAlarm").parse().unwrap_or_default();
    let found = format!("{limit} US dollars");
    if limit <= DEFAULT_SPEND_LIMIT || limit < alarm {
        return Finding::to_do(
            subject,
            format!(
                "{found}, and SmsSpendAlarm is {alarm}: SNS stops before the alarm goes off. Raise \
                 the quota with a case at AWS Support, then run \
                 `aws sns set-sms-attributes --attributes MonthlySpendLimit=N`"
            ),
        );
    }
    Finding::fine(subject, found)
}

fn delivery_logs(attributes: &HashMap<String, String>, stack: &DeployedStack) -> Vec<Finding> {
    let text = |name: &str| attributes.get(name).map_or("", String::as_str);
    let (role, rate) = ("delivery log of text messages", "share of delivered messages in that log");
    let arn = stack.outputs.get("SmsDeliveryRoleArn").map_or("ARN", String::as_str);
    let role = match text("DeliveryStatusIAMRole") {
        "" => Finding::to_do(
            role,
            format!(
                "off, so failures leave no trace: `Publish` succeeds for most of them. Run \
                 `aws sns set-sms-attributes --attributes DeliveryStatusIAMRole={arn},\
                 DeliveryStatusSuccessSamplingRate=100`"
            ),
        ),
        found => Finding::fine(role, found),
    };
    let rate = match text("DeliveryStatusSuccessSamplingRate") {
        "" | "0" => Finding::to_do(
            rate,
            "0 %, so the log cannot tell how many arrived. Run \
             `aws sns set-sms-attributes --attributes DeliveryStatusSuccessSamplingRate=100`",
        ),
        found => Finding::fine(rate, format!("{found} %")),
    };
    vec![role, rate]
}

async fn senders(client: &Client, stack: &DeployedStack) -> Vec<Finding> {
    let listed = |parameter| stack.parameter(parameter).split(',').filter(|one| !one.is_empty());
    let is_texted = |country: &&str| listed("CodeTopicCountries").all(|named| named != *country);
    if listed("CodeCountries").chain(listed("CodeTopicCountries")).next().is_none() {
        return vec![Finding::to_do(
            "CodeCountries",
            "empty, so nobody gets a code. Deploy with the countries of your customers",
        )];
    }
    let numbers = numbers(client).await;
    let mut findings = Vec::new();
    match &numbers {
        Ok(numbers) => findings.extend(own_number(numbers, stack)),
        Err(error) => findings.push(Finding::failed("origination numbers", error)),
    }
    findings.extend(listed("CodeCountries").filter(is_texted).map(|country| {
        let has_one = |numbers: &Numbers| numbers.iter().any(|(of, _)| of == country);
        of_country(country, numbers.as_ref().ok().map(has_one), stack)
    }));
    findings
}

/// The number that the stack sends from, if it names one.
fn own_number(numbers: &Numbers, stack: &DeployedStack) -> Option<Finding> {
    let subject = "SmsOriginationNumber";
    let own = stack.parameter(subject);
    let digits = |number: &str| number.trim_start_matches('+').to_owned();
    if own.is_empty() {
        return None;
    }
    if numbers.iter().any(|(_, number)| digits(number) == digits(own)) {
        return Some(Finding::fine(subject, "the account has this number"));
    }
    let what = format!("the account has no number {own} in this region. Deploy with one it has");
    Some(Finding::to_do(subject, what))
}

/// `has_number` is none where it could not be found out.
fn of_country(country: &str, has_number: Option<bool>, stack: &DeployedStack) -> Finding {
    let subject = format!("sender of text messages to {country}");
    let sender_id = stack.parameter("SmsSenderId");
    let has_ids =
        !stack.parameter("SmsEntityId").is_empty() && !stack.parameter("SmsTemplateId").is_empty();
    match (sender(country), has_number) {
        (_, Some(true)) => Finding::fine(subject, "the account has a number of this country"),
        (Sender::Any, _) => Finding::fine(subject, "nothing has to be registered"),
        (Sender::Number, Some(false)) => Finding::to_do(
            subject,
            format!(
                "{country} takes no sender ids, and the account has no number of this country. \
                 Register and get one in the console of AWS End User Messaging"
            ),
        ),
        (Sender::Number, None) => Finding::unknown(
            subject,
            format!("{country} takes no sender ids: look whether the account has a number of it"),
        ),
        (Sender::RegisteredId, _) if sender_id.is_empty() => Finding::to_do(
            subject,
            format!(
                "{country} has a registration of sender ids. Register one in the console of AWS \
                 End User Messaging, and deploy with it as SmsSenderId"
            ),
        ),
        (Sender::RegisteredId, _) if country == "IN" && !has_ids => Finding::to_do(
            subject,
            "India needs the ids of its regulator. Deploy with SmsEntityId, SmsTemplateId and \
             SmsNoticeTemplateId",
        ),
        (Sender::RegisteredId, _) => Finding::unknown(
            subject,
            format!(
                "SNS does not say whether {sender_id} is registered for {country}: look in the \
                 console of AWS End User Messaging, under Registrations"
            ),
        ),
    }
}

async fn numbers(client: &Client) -> Result<Numbers, CallError> {
    let mut found = Vec::new();
    let mut next = None;
    loop {
        let request = client.list_origination_numbers().set_next_token(next);
        let answer = request.send().await;
        let answer = answer.map_err(|error| call_error("sns:ListOriginationNumbers", &error))?;
        for number in answer.phone_numbers() {
            // Another status is a number that still waits for its registration.
            let is_active =
                number.status().is_none_or(|status| status.eq_ignore_ascii_case("active"));
            if let (true, Some(country), Some(phone)) =
                (is_active, number.iso2_country_code(), number.phone_number())
            {
                found.push((country.to_owned(), phone.to_owned()));
            }
        }
        next = answer.next_token;
        if next.is_none() {
            return Ok(found);
        }
    }
}

/// The failure of a call of the SDK.
pub(super) fn call_error(
    call: &str,
    error: &(impl ProvideErrorMetadata + std::error::Error),
) -> CallError {
    let cause = error.source().map(ToString::to_string);
    CallError {
        call: call.to_owned(),
        code: error.code().unwrap_or_default().to_owned(),
        message: error.message().map(str::to_owned).or(cause).unwrap_or_default(),
    }
}
