//! Strangers are counted apart from owners: they use up nothing that an owner has, and they pay for
//! the codes that nobody verifies.

mod devices;
mod drill;
mod findings;
mod networks;
mod refunds;
mod repeats;
mod secrecy;
mod strangers;

use harness::{
    Answer, Api,
    phone::{Code, LoggedIn, MANY_CODES},
};
use serde_json::json;
use shared::limits::BudgetKind;

use crate::PHONE;

/// Where the owner lives.
const HOME: &str = "203.0.113.7";
/// Another network.
const ABROAD: &str = "192.0.2.77";
/// A challenge that nobody was ever sent.
const UNKNOWN: &str = "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f";
const OTHER: &str = "+14155550124";
const WRONG: &str = "400 invalid_otp: The code is wrong or has expired. [otp]";

/// The limits on the codes of a phone, and others, so high that they do not matter.
fn many_codes_and(names: &[&'static str]) -> Vec<(&'static str, &'static str)> {
    MANY_CODES.into_iter().chain(without_limits(names)).collect()
}

/// Limits so high that they do not matter.
fn without_limits(names: &[&'static str]) -> Vec<(&'static str, &'static str)> {
    names.iter().map(|name| (*name, "100000")).collect()
}

async fn ask(api: &Api, address: &str, phone: &str, refresh: Option<&str>) -> Answer {
    let body = json!({"phone": phone, "refresh": refresh});
    api.post("/api/send-otp/").from(address).json(&body).send().await
}

async fn try_code(api: &Api, address: &str, code: &Code, refresh: Option<&str>) -> Answer {
    try_for(api, address, PHONE, code, refresh).await
}

async fn try_for(
    api: &Api,
    address: &str,
    phone: &str,
    code: &Code,
    refresh: Option<&str>,
) -> Answer {
    let body = json!({"phone": phone, "challenge": code.challenge, "otp": code.otp,
        "refresh": refresh});
    api.post("/api/customer/authenticate/").from(address).json(&body).send().await
}

/// The code of the newest message to a phone.
fn received(api: &Api, phone: &str, sent: &Answer) -> Code {
    let message = api.messages_to(phone).pop().expect("a message");
    Code { challenge: sent.text("challenge"), otp: message[..6].to_owned() }
}

async fn log_in_from(api: &Api, address: &str, refresh: Option<&str>) -> LoggedIn {
    let sent = ask(api, address, PHONE, refresh).await.expect(200);
    let answer = try_code(api, address, &received(api, PHONE, &sent), refresh).await;
    assert!(answer.status.is_success(), "{}", answer.error());
    LoggedIn {
        access: answer.text("access"),
        refresh: answer.text("refresh"),
        customer: answer.json()["customer"].clone(),
    }
}

/// How much of a budget of today is spent.
async fn spent(api: &Api, budget: BudgetKind<'_>) -> u32 {
    let app = api.stack.state("auth").expect("auth runs");
    let day = app.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    app.store.budget_spent(budget, day).await.expect("an answer").iter().sum()
}
