//! What an app does on a phone: request a code, read the message, log in, refresh.

use serde_json::{Value, json};
use shared::ids::CustomerId;

use crate::{Answer, Api};

/// A logged-in phone.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// Its access token.
    pub access: String,
    /// Its refresh token.
    pub refresh: String,
    /// The profile in the answer.
    pub customer: Value,
}

/// A code that was received.
#[derive(Debug, Clone)]
pub struct Code {
    /// Its challenge.
    pub challenge: String,
    /// Its six digits.
    pub otp: String,
}

/// Limits so high that a phone gets a code whenever it asks.
pub const MANY_CODES: [(&str, &str); 6] = [
    ("CodeResendSeconds", "0"),
    ("CodesPerPhoneHourly", "1000"),
    ("CodesPerPhoneDaily", "1000"),
    ("CodesPerNetworkHourly", "1000"),
    ("TextsPerPhoneDaily", "1000"),
    ("CodesPerPhoneAndAddressHourly", "1000"),
];

impl Api {
    /// Requests a code.
    pub async fn ask_for_code(&self, phone: &str) -> Answer {
        self.post("/api/send-otp/").json(&json!({"phone": phone})).send().await
    }

    /// Requests a code and reads it from the message.
    pub async fn code_for(&self, phone: &str) -> Code {
        let challenge = self.ask_for_code(phone).await.expect(200).text("challenge");
        self.received(phone, challenge)
    }

    /// Requests a code for another purpose than a log-in, and reads it from the message.
    pub async fn code_to(&self, access: &str, phone: &str, purpose: &str) -> Code {
        let body = json!({"phone": phone, "purpose": purpose});
        let challenge = self
            .post("/api/send-otp/")
            .bearer(access)
            .json(&body)
            .send()
            .await
            .expect(200)
            .text("challenge");
        self.received(phone, challenge)
    }

    fn received(&self, phone: &str, challenge: String) -> Code {
        let message = self.messages_to(phone).pop().expect("a message was sent");
        let otp = message.chars().filter(char::is_ascii_digit).take(6).collect();
        Code { challenge, otp }
    }

    /// Logs in with a code.
    pub async fn authenticate(&self, phone: &str, code: &Code) -> Answer {
        self.authenticate_from("203.0.113.7", phone, &code.challenge, &code.otp).await
    }

    /// Logs in with a code from an IP address.
    pub async fn authenticate_from(
        &self,
        address: &str,
        phone: &str,
        challenge: &str,
        otp: &str,
    ) -> Answer {
        let body = json!({"phone": phone, "challenge": challenge, "otp": otp});
        self.post("/api/customer/authenticate/").from(address).json(&body).send().await
    }

    /// Requests a code and logs in with it.
    pub async fn log_in(&self, phone: &str) -> LoggedIn {
        let code = self.code_for(phone).await;
        let answer = self.authenticate(phone, &code).await;
        assert!(answer.status.is_success(), "{}", answer.error());
        LoggedIn {
            access: answer.text("access"),
            refresh: answer.text("refresh"),
            customer: answer.json()["customer"].clone(),
        }
    }

    /// Sends a refresh token.
    pub async fn refresh(&self, token: &str) -> Answer {
        self.post("/api/refresh-token/").json(&json!({"refresh": token})).send().await
    }

    /// Reads the profile.
    pub async fn profile(&self, access: &str) -> Answer {
        self.get("/api/customer/").bearer(access).send().await
    }
}

impl LoggedIn {
    /// The id of the customer.
    pub fn id(&self) -> CustomerId {
        self.customer["id"].as_str().expect("an id").parse().expect("a UUID")
    }
}

impl Code {
    /// A code that differs from this one.
    pub fn wrong(&self) -> String {
        let other = if self.otp.starts_with('0') { "1" } else { "0" };
        format!("{other}{}", &self.otp[1..])
    }
}
