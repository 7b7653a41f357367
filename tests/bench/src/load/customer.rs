//! A customer's phone: its connection, its tokens, and the requests that it sends.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::{
    client::{Answer, Client},
    launcher::{CREDIT, Launcher},
};

const DEVICES: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Refresh,
    Devices,
    Debit,
    AppInfo,
    Region,
    Profile,
}

pub(super) const OPERATIONS: [Operation; 6] = [
    Operation::Refresh,
    Operation::Devices,
    Operation::Debit,
    Operation::AppInfo,
    Operation::Region,
    Operation::Profile,
];

pub(super) struct Customer {
    pub(super) number: u16,
    client: Client,
    refresh: String,
    bearer: String,
    /// Requests sent. Each debit has another key, and each change of the profile another name.
    sent: u64,
}

impl Operation {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Refresh => "refresh",
            Self::Devices => "list of devices",
            Self::Debit => "debit",
            Self::AppInfo => "app information",
            Self::Region => "region",
            Self::Profile => "change of a profile",
        }
    }
}

impl Customer {
    /// A customer with money and five devices.
    pub(super) fn register(launcher: &Launcher, number: u16) -> Result<Self> {
        let mut client = Client::connect(&launcher.host)?;
        let phone = format!("+1202555{:04}", 100 + number);
        let ask = json!({"phone": phone});
        let challenge = client.send("POST /api/send-otp/", &[], Some(&ask))?.member("challenge")?;
        let code = launcher.code_sent_to(&phone)?;
        let log_in = json!({"phone": phone, "challenge": challenge, "otp": code});
        let answer = client.send("POST /api/customer/authenticate/", &[], Some(&log_in))?;
        let id = answer.json()?["customer"]["id"].clone();
        let mut customer = Self {
            number,
            client,
            refresh: answer.member("refresh")?,
            bearer: format!("Bearer {}", answer.member("access")?),
            sent: 0,
        };
        for device in 0..DEVICES {
            let registration_id = format!("registration-{number}-{device}");
            let device = json!({"registration_id": registration_id, "type": "android"});
            customer.authorized("POST /api/devices/", &[], Some(&device))?.check()?;
        }
        customer.credit(&id, &launcher.credit_token(id.as_str().context("no id")?)?)?;
        Ok(customer)
    }

    fn credit(&mut self, id: &Value, token: &str) -> Result<()> {
        let credit =
            json!({"type": "credit", "amount": CREDIT, "currency": "USD", "customer_id": id});
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", "credit")];
        self.client.send("POST /api/wallet/", &headers, Some(&credit))?.check()
    }

    /// Sends a request of this operation, and returns whether it succeeded.
    pub(super) fn send(&mut self, operation: Operation) -> Result<bool> {
        self.sent += 1;
        let answer = match operation {
            Operation::Refresh => return self.refresh(),
            Operation::Devices => self.authorized("GET /api/devices/", &[], None),
            Operation::Debit => self.debit(),
            Operation::AppInfo => self.client.send("GET /api/app-info/", &[], None),
            Operation::Region => {
                self.client.send("GET /api/region/?lat=24.7136&lng=46.6753", &[], None)
            }
            Operation::Profile => {
                let change = json!({"first_name": format!("Amal {}", self.sent)});
                self.authorized("PATCH /api/customer/", &[], Some(&change))
            }
        };
        Ok(answer?.is_success())
    }

    fn refresh(&mut self) -> Result<bool> {
        let body = json!({"refresh": self.refresh});
        let answer = self.client.send("POST /api/refresh-token/", &[], Some(&body))?;
        if answer.is_success() {
            self.refresh = answer.member("refresh")?;
            self.bearer = format!("Bearer {}", answer.member("access")?);
        }
        Ok(answer.is_success())
    }

    fn debit(&mut self) -> Result<Answer> {
        let debit = json!({"type": "debit", "amount": 1, "currency": "USD"});
        let key = format!("debit-{}", self.sent);
        self.authorized("POST /api/wallet/", &[("idempotency-key", &key)], Some(&debit))
    }

    fn authorized(
        &mut self,
        request: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer> {
        let bearer = [("authorization", self.bearer.as_str())];
        self.client.send(request, &[&bearer, headers].concat(), body)
    }
}

impl Answer {
    fn check(&self) -> Result<()> {
        let body = String::from_utf8_lossy(&self.body);
        ensure!(self.is_success(), "{}: {body}", self.status);
        Ok(())
    }
}
