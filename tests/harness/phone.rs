//! What a phone does: ask for a code, read the message, log in, refresh.

use serde_json::{Value, json};

use crate::{Answer, Api};

/// A logged-in phone.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// Its access token.
    pub access: String,
    /// Its refresh token.
    pub refresh: String,
    /// The profile that came with them.
    pub customer: Value,
}

/// A code that arrived.
#[derive(Debug, Clone)]
pub struct Code {
    /// Its challenge.
    pub challenge: String,
    /// Its six digits.
    pub otp: String,
}

impl Api {
    /// Asks for a code.
    pub async fn ask_for_code(&self, phone: &str) -> Answer {
        self.post("/api/send-otp/").json(&json!({"phone": phone})).send().await
    }

    /// Asks for a code and reads it from the message.
    pub async fn code_for(&self, phone: &str) -> Code {
        let challenge = self.ask_for_code(phone).await.expect(200).text("challenge");
        let message = self.messages_to(phone).pop().expect("a message came");
        let otp = message.chars().filter(char::is_ascii_digit).take(6).collect();
        Code { challenge, otp }
    }

    /// Asks for a code for another purpose than to log in, and reads it from the message.
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
        let message = self.messages_to(phone).pop().expect("a message came");
        let otp = message.chars().filter(char::is_ascii_digit).take(6).collect();
        Code { challenge, otp }
    }

    /// Presents a code.
    pub async fn authenticate(&self, phone: &str, code: &Code) -> Answer {
        self.authenticate_from("203.0.113.7", phone, &code.challenge, &code.otp).await
    }

    /// Presents a code from an address.
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

    /// Logs in with a new code.
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

    /// Presents a refresh token.
    pub async fn refresh(&self, token: &str) -> Answer {
        self.post("/api/refresh-token/").json(&json!({"refresh": token})).send().await
    }

    /// Reads the profile.
    pub async fn profile(&self, access: &str) -> Answer {
        self.get("/api/customer/").bearer(access).send().await
    }
}

impl Code {
    /// A code that is certainly another one.
    pub fn wrong(&self) -> String {
        let other = if self.otp.starts_with('0') { "1" } else { "0" };
        format!("{other}{}", &self.otp[1..])
    }
}
