//! The log of security events: one structured line each, under the message `security`, without
//! personal data in the clear.
//!
//! A customer stands in it as a pseudonym that is the same in every line and tells nobody anything
//! who has not the cursor secret.

use crate::{
    app::AppState,
    hashes::Signer,
    ids::{CustomerId, SessionId},
    subject,
};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A code was right and a session began.
    LoggedIn,
    /// A code was wrong.
    WrongCode,
    /// The fixed code of a test number was asked for.
    TestNumberUsed,
    /// A spent refresh token got its successor again.
    RefreshRepeated,
    /// A refresh token that was spent long ago ended its session.
    RefreshReplayed,
    /// A session was ended by its customer.
    LoggedOut,
    /// All sessions were ended by their customer.
    LoggedOutEverywhere,
    /// The account moved to another phone.
    PhoneChanged,
    /// The customer left.
    CustomerDeleted,
    /// The operator closed an account.
    CustomerDisabled,
    /// The operator opened an account again.
    CustomerEnabled,
    /// An operator token was accepted.
    OperatorActed,
}

/// Whom an event is about.
#[derive(Debug, Clone, Copy, Default)]
pub struct About {
    /// The customer, where one is known.
    pub customer: Option<CustomerId>,
    /// The session, where one is meant.
    pub session: Option<SessionId>,
}

/// What the operator does with a token.
#[derive(Debug, Clone, Copy)]
pub struct OperatorAct<'a> {
    /// The token.
    pub jti: &'a str,
    /// Thumbprint of the key that signed it.
    pub who: &'a str,
    /// What it is used for.
    pub scope: &'a str,
    /// The operator's reason, of which the log keeps the beginning.
    pub why: &'a str,
}

/// How much of a reason a line holds, in characters: it stays a short one.
const REASON: usize = 80;

impl Event {
    /// The name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::LoggedIn => "logged_in",
            Self::WrongCode => "wrong_code",
            Self::TestNumberUsed => "test_number_used",
            Self::RefreshRepeated => "refresh_repeated",
            Self::RefreshReplayed => "refresh_replayed",
            Self::LoggedOut => "logged_out",
            Self::LoggedOutEverywhere => "logged_out_everywhere",
            Self::PhoneChanged => "phone_changed",
            Self::CustomerDeleted => "customer_deleted",
            Self::CustomerDisabled => "customer_disabled",
            Self::CustomerEnabled => "customer_enabled",
            Self::OperatorActed => "operator_acted",
        }
    }

    /// The metric that counts it: of what is a trend, or an attack, where there is more of it.
    fn metric(self) -> Option<&'static str> {
        match self {
            Self::LoggedIn => Some("LogIns"),
            Self::WrongCode => Some("WrongCodes"),
            Self::RefreshRepeated => Some("RefreshRepeats"),
            Self::RefreshReplayed => Some("RefreshReplays"),
            _ => None,
        }
    }
}

/// Writes the line of what the operator did to a customer from the command line. `why` is the
/// operator's own text.
pub fn record_by_operator(signer: &Signer, event: Event, customer: CustomerId, why: &str) {
    let customer = signer.pseudonym(&customer.to_string());
    tracing::info!(event = event.name(), customer, why, "security");
}

/// Writes the line of what the operator does to a customer with a token.
pub fn record_operator_token(app: &AppState, customer: CustomerId, act: &OperatorAct<'_>) {
    subject::note(customer);
    let OperatorAct { jti, who, scope, why } = act;
    let why: String = why.chars().take(REASON).collect();
    tracing::info!(
        event = Event::OperatorActed.name(),
        customer = app.pseudonym(customer),
        jti,
        who,
        scope,
        why,
        "security"
    );
}

/// Writes the line of an event, and counts it.
pub fn record(app: &AppState, event: Event, about: About) {
    about.customer.into_iter().for_each(subject::note);
    let customer = about.customer.and_then(|customer| app.pseudonym(customer));
    let session = about.session.map(|session| session.to_string());
    tracing::info!(event = event.name(), customer, session, "security");
    if let Some(metric) = event.metric() {
        app.metrics.count(app.now(), metric, 1);
    }
}
