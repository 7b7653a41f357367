//! Makes a customer with devices, notifications and money, through the release binaries in front of
//! the embedded engines, and records one warm invocation of each operation.

mod events;

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use self::events::Event;
use crate::{
    binaries::Binary,
    engine::Engine,
    process::{Program, Running},
    recording::{Call, Recording, Service, form, parameter},
    recording_proxy::RecordingProxy,
    workspace,
};

const PHONE: &str = "+12025550143";
const OTHER_PHONE: &str = "+12025550144";
const DEVICES: usize = 5;
const CURRENCY: &str = "KWD";
const CREDIT: u64 = 100_000_000;

/// What an operation does with tokens.
#[derive(Clone, Copy)]
struct Tokens {
    verified: u32,
    signed: u32,
}

/// The functions at work.
struct Scenario<'a> {
    engine: &'a Engine,
    proxy: RecordingProxy,
    binaries: &'a BTreeMap<String, Binary>,
    running: BTreeMap<String, Running>,
    recordings: Vec<Recording>,
    sent: u8,
}

/// Records all operations.
pub fn record(engine: &Engine, binaries: &BTreeMap<String, Binary>) -> Result<Vec<Recording>> {
    let proxy = RecordingProxy::start(engine)?;
    let (running, recordings) = (BTreeMap::new(), Vec::new());
    let mut scenario = Scenario { engine, proxy, binaries, running, recordings, sent: 0 };
    for function in ["auth", "customer", "fcm", "wallet", "app-info", "location", "notifier"] {
        scenario.start(function)?;
    }
    scenario.play()?;
    Ok(scenario.recordings)
}

impl Scenario<'_> {
    fn start(&mut self, function: &str) -> Result<()> {
        let binary = self.binaries.get(function).context("a function that is not built")?;
        let variables =
            self.engine.variables.get(function).context("a function without variables")?;
        let mut variables = variables.clone();
        for name in ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SNS"] {
            variables.insert(name.to_owned(), self.proxy.url());
        }
        let mut program = Program::new(function, &binary.path, variables);
        program.log = Some(workspace::results().join(format!("{function}.log")));
        self.running.insert(function.to_owned(), program.start()?);
        Ok(())
    }

    fn play(&mut self) -> Result<()> {
        let none = Tokens { verified: 0, signed: 0 };
        let jwks = Event::of("auth", "jwks")?;
        self.run(&jwks, 200)?;
        self.record("jwks", &jwks, 200, none)?;
        let unknown = Event::of("auth", "jwks")?.path("/api/refresh-token/unknown");
        self.record("not found", &unknown, 404, none)?;
        let tokens = self.account(none)?;
        self.refreshes(&tokens)?;
        self.devices(&tokens)?;
        self.wallet(&tokens)?;
        for (name, function) in [("get_app_info", "app-info"), ("get_region_by_point", "location")]
        {
            let event = Event::of(function, name)?;
            self.run(&event, 200)?;
            let shown = if function == "location" { "region" } else { "getAppInfo" };
            self.record(shown, &event, 200, none)?;
        }
        Ok(())
    }

    /// Log-ins of one phone: the first makes the account, the recorded one is a later one.
    fn account(&mut self, none: Tokens) -> Result<Value> {
        let challenge = self.send_code(PHONE)?;
        self.log_in(PHONE, &challenge)?;
        let event = self.code_event(OTHER_PHONE)?;
        self.record("sendOTP", &event, 200, none)?;
        let challenge = self.send_code(PHONE)?;
        let event = self.log_in_event(PHONE, &challenge)?;
        let signs = Tokens { verified: 0, signed: 2 };
        self.record("authenticate", &event, 200, signs)
    }

    fn refreshes(&mut self, tokens: &Value) -> Result<()> {
        let event = |refresh: &Value| {
            Event::of("auth", "refresh_token_create")
                .map(|event| event.body(&json!({"refresh": refresh})))
        };
        let next = self.run(&event(&tokens["refresh"])?, 200)?;
        let both = Tokens { verified: 1, signed: 2 };
        self.record("refresh", &event(&next["refresh"])?, 200, both).map(drop)
    }

    fn devices(&mut self, tokens: &Value) -> Result<()> {
        for number in 0..DEVICES {
            let body = json!({
                "registration_id": format!("dGhpcyBpcyBubw{number}:APA91bH-token_of/FCM.v1+B"),
                "type": "android", "name": "Phone", "device_id": format!("8f14e45f-{number}"),
            });
            let event = Event::of("fcm", "devices_create")?.bearer(tokens).body(&body);
            self.run(&event.header("idempotency-key", &format!("device-{number}")), 201)?;
        }
        let event = Event::of("fcm", "devices_list")?.bearer(tokens);
        self.run(&event, 200)?;
        let verifies = Tokens { verified: 1, signed: 0 };
        self.record("list of devices", &event, 200, verifies)?;
        let message = |id: &str| {
            json!({
                "id": id, "to": {"phone": PHONE}, "type": "order",
                "title": "Your order is on its way",
                "body": "It will be with you by six.", "data": {"order": "4711"},
            })
        };
        // The first delivery makes the devices' endpoints.
        for id in ["order-1", "order-2"] {
            self.deliver(&Event::of("notifier", "to_phone")?.message(&message(id)))?;
        }
        let event = Event::of("notifier", "to_phone")?.message(&message("order-3"));
        self.deliver_recorded(&event)
    }

    fn wallet(&mut self, tokens: &Value) -> Result<()> {
        let customer = tokens["customer"]["id"].as_str().context("no id of the customer")?;
        let token = self.engine.credit_token(customer, &CREDIT.to_string(), CURRENCY)?;
        let credit = json!({
            "type": "credit", "amount": CREDIT, "currency": CURRENCY, "customer_id": customer,
        });
        let event = Event::of("wallet", "update_wallet")?.body(&credit);
        let event = event.header("authorization", &format!("Bearer {token}"));
        self.run(&event.header("idempotency-key", "credit-1"), 200)?;
        let debit = |key: &str| {
            let event = Event::of("wallet", "update_wallet")?.bearer(tokens);
            anyhow::Ok(event.header("idempotency-key", key))
        };
        self.run(&debit("debit-1")?, 200)?;
        let verifies = Tokens { verified: 1, signed: 0 };
        self.record("debit", &debit("debit-2")?, 200, verifies).map(drop)
    }

    fn code_event(&mut self, phone: &str) -> Result<Event> {
        self.sent += 1;
        let body = json!({"phone": phone, "purpose": "login", "app_hash": "FA+9qCX9VSu"});
        let event = Event::of("auth", "send_otp")?.body(&body);
        Ok(event.address(&format!("203.0.113.{}", self.sent)))
    }

    /// The challenge of a code.
    fn send_code(&mut self, phone: &str) -> Result<String> {
        let event = self.code_event(phone)?;
        let answer = self.run(&event, 200)?;
        Ok(answer["challenge"].as_str().context("no challenge")?.to_owned())
    }

    fn log_in_event(&self, phone: &str, challenge: &str) -> Result<Event> {
        let calls = self.proxy.calls();
        let sent = calls.iter().rev().filter(|call| call.service == Service::Sns);
        let text = sent.filter_map(|call| {
            let form = form(&call.request);
            let is_of = parameter(&form, "PhoneNumber").is_some_and(|number| number == phone);
            parameter(&form, "Message").filter(|_| is_of)
        });
        let text = text.into_iter().next().context("no code was sent")?;
        let code = six_digits(&text).context("a text message without a code")?;
        let device = json!({"name": "Pixel 8", "platform": "android"});
        let body = json!({"phone": phone, "challenge": challenge, "otp": code, "device": device});
        Ok(Event::of("customer", "authenticate_customer")?.body(&body))
    }

    fn log_in(&mut self, phone: &str, challenge: &str) -> Result<Value> {
        let event = self.log_in_event(phone, challenge)?;
        self.run(&event, 201)
    }

    /// Invokes a function, and returns the body of its answer.
    fn run(&self, event: &Event, status: u16) -> Result<Value> {
        let answer = self.answer(event)?;
        let body = answer["body"].as_str().unwrap_or_default();
        ensure!(answer["statusCode"] == status, "{}: {answer}", event.function);
        Ok(serde_json::from_str(body).unwrap_or_default())
    }

    fn answer(&self, event: &Event) -> Result<Value> {
        let running = self.running.get(event.function).context("a function that does not run")?;
        running.invoke_json(&event.json).with_context(|| event.function.to_owned())
    }

    /// The same, and keeps its calls.
    fn record(&mut self, name: &str, event: &Event, status: u16, tokens: Tokens) -> Result<Value> {
        let earlier = self.proxy.calls();
        let answer = self.answer(event)?;
        ensure!(answer["statusCode"] == status, "{name}: {answer}");
        let body = serde_json::from_str(answer["body"].as_str().unwrap_or_default());
        self.keep(name, event, answer, earlier, tokens);
        Ok(body.unwrap_or_default())
    }

    fn deliver(&self, event: &Event) -> Result<Value> {
        let answer = self.answer(event)?;
        let failures = answer["batchItemFailures"].as_array().map_or(1, Vec::len);
        ensure!(failures == 0, "notifier: {answer}");
        Ok(answer)
    }

    fn deliver_recorded(&mut self, event: &Event) -> Result<()> {
        let earlier = self.proxy.calls();
        let answer = self.deliver(event)?;
        let none = Tokens { verified: 0, signed: 0 };
        self.keep("notifier delivery", event, answer, earlier, none);
        Ok(())
    }

    fn keep(
        &mut self,
        name: &str,
        event: &Event,
        answer: Value,
        earlier: Vec<Call>,
        tokens: Tokens,
    ) {
        let calls = self.proxy.calls().split_off(earlier.len());
        self.recordings.push(Recording {
            name: name.to_owned(),
            function: event.function.to_owned(),
            event: event.json.clone(),
            answer,
            calls,
            earlier,
            verifications: tokens.verified,
            signatures: tokens.signed,
        });
    }
}

/// The first six digits in a row.
fn six_digits(text: &str) -> Option<&str> {
    text.split(|char: char| !char.is_ascii_digit()).find(|digits| digits.len() == 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_in_a_text() {
        assert_eq!(six_digits("<#> 493027 is your code for 24 hours"), Some("493027"));
        assert_eq!(six_digits("12 and 1234567"), None);
    }
}
