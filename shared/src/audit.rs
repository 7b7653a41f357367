//! The log of security events: one structured line each, under the message `security`, without
//! personal data in the clear.
//!
//! Lines name a customer by a pseudonym: the same in every line, and meaningless without the cursor
//! secret.

use crate::{
    app::AppState,
    hashes::Signer,
    ids::{CustomerId, EntryId, LedgerId, SessionId},
    metrics::Measure,
    operator_token::TokenId,
    subject,
};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A code was right and a session began.
    LoggedIn,
    /// The same with a test number. Not counted, since no code was sent for it.
    TestLoggedIn,
    /// A refresh token of the old stack was exchanged for a session.
    SessionMovedIn,
    /// A code was sent to a phone.
    CodeSent,
    /// A code was wrong.
    WrongCode,
    /// A try named a challenge that does not exist, has expired, or belongs to another phone.
    UnknownChallenge,
    /// The fixed code of a test number was used in place of a message.
    TestNumberUsed,
    /// A spent refresh token got its successor again, since the phone may not have it.
    RefreshRepeated,
    /// A refresh token came back whose successor the phone had received; its session was ended.
    RefreshReplayed,
    /// The customer ended a session.
    LoggedOut,
    /// The customer ended all sessions.
    LoggedOutEverywhere,
    /// The account moved to another phone.
    PhoneChanged,
    /// The customer began to export everything that is stored.
    Exported,
    /// A registration id went from one customer to another.
    DeviceMoved,
    /// The customer changed a consent.
    PreferencesChanged,
    /// The customer deleted the account.
    CustomerDeleted,
    /// The operator disabled the account.
    CustomerDisabled,
    /// The operator enabled the account again.
    CustomerEnabled,
    /// An operator token was accepted.
    OperatorActed,
    /// A valid operator token was refused: it is spent, or not for this.
    OperatorRefused,
    /// The operator corrected a ledger by an entry.
    LedgerCorrected,
}

/// A correction of a ledger. The ledger's id names nobody.
#[derive(Debug, Clone, Copy)]
pub struct LedgerCorrection<'a> {
    /// Which ledger.
    pub ledger: LedgerId,
    /// The correcting entry.
    pub entry: EntryId,
    /// Its currency.
    pub currency: &'static str,
    /// By how much it changes the total.
    pub delta: i64,
    /// The operator's reason.
    pub why: &'a str,
}

/// The customer and the session of an event.
#[derive(Debug, Clone, Copy, Default)]
pub struct About {
    /// The customer, if known.
    pub customer: Option<CustomerId>,
    /// The session, if the event concerns one.
    pub session: Option<SessionId>,
}

/// One use of an operator token.
#[derive(Debug, Clone, Copy)]
pub struct OperatorAct<'a> {
    /// The token's id.
    pub jti: TokenId,
    /// Thumbprint of the key that signed it.
    pub who: &'a str,
    /// The permission that is used.
    pub scope: &'static str,
    /// The operator's reason; the log has only its beginning.
    pub why: &'a str,
    /// How much is to be moved, in minor units, if it is known.
    pub amount: Option<i64>,
    /// The currency of the amount.
    pub currency: Option<&'static str>,
}

/// Most characters of a reason in a line.
const REASON: usize = 80;

impl Event {
    /// The name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::LoggedIn | Self::TestLoggedIn => "logged_in",
            Self::SessionMovedIn => "session_moved_in",
            Self::CodeSent => "code_sent",
            Self::WrongCode => "wrong_code",
            Self::UnknownChallenge => "unknown_challenge",
            Self::TestNumberUsed => "test_number_used",
            Self::RefreshRepeated => "refresh_repeated",
            Self::RefreshReplayed => "refresh_replayed",
            Self::LoggedOut => "logged_out",
            Self::LoggedOutEverywhere => "logged_out_everywhere",
            Self::PhoneChanged => "phone_changed",
            Self::Exported => "exported",
            Self::DeviceMoved => "device_moved",
            Self::PreferencesChanged => "preferences_changed",
            Self::CustomerDeleted => "customer_deleted",
            Self::CustomerDisabled => "customer_disabled",
            Self::CustomerEnabled => "customer_enabled",
            Self::OperatorActed => "operator_acted",
            Self::OperatorRefused => "operator_refused",
            Self::LedgerCorrected => "ledger_corrected",
        }
    }

    /// The metric that counts the event, for those whose number shows a trend or an attack.
    fn metric(self) -> Option<&'static str> {
        match self {
            Self::LoggedIn => Some("LogIns"),
            Self::SessionMovedIn => Some("SessionsMovedIn"),
            Self::WrongCode => Some("WrongCodes"),
            Self::UnknownChallenge => Some("UnknownChallenges"),
            Self::RefreshRepeated => Some("RefreshRepeats"),
            Self::RefreshReplayed => Some("RefreshReplays"),
            Self::OperatorActed => Some("OperatorUses"),
            Self::OperatorRefused => Some("OperatorRefusals"),
            _ => None,
        }
    }
}

/// Logs a change that the operator made from the command line. `why` is the operator's reason.
pub fn record_by_operator(signer: &Signer, event: Event, customer: CustomerId, why: &str) {
    let customer = signer.pseudonym(&customer.to_string());
    tracing::info!(event = event.name(), customer, why, "security");
}

/// Logs that the operator corrected a ledger from the command line.
pub fn record_correction(correction: &LedgerCorrection<'_>) {
    let LedgerCorrection { ledger, entry, currency, delta, why } = *correction;
    let event = Event::LedgerCorrected.name();
    tracing::info!(event, %ledger, %entry, currency, delta, why, "security");
}

/// Logs the use or the refusal of an operator token for a customer, and counts it by scope.
pub fn record_operator_token(
    app: &AppState,
    event: Event,
    customer: Option<CustomerId>,
    act: &OperatorAct<'_>,
) {
    customer.into_iter().for_each(subject::note);
    let OperatorAct { jti, who, scope, why, amount, currency } = *act;
    let why: String = why.chars().take(REASON).collect();
    tracing::info!(
        event = event.name(),
        customer = customer.and_then(|customer| app.pseudonym(customer)),
        %jti,
        who,
        scope,
        why,
        amount,
        currency,
        "security"
    );
    if let Some(metric) = event.metric() {
        app.metrics.record(app.now(), Some(("Scope", scope)), &[Measure::count(metric, 1)]);
    }
}

/// Logs that `to` registered a device that was `from`'s until then.
pub fn record_device_move(app: &AppState, from: CustomerId, to: CustomerId, session: SessionId) {
    subject::note(to);
    tracing::info!(
        event = Event::DeviceMoved.name(),
        customer = app.pseudonym(to),
        from = app.pseudonym(from),
        %session,
        "security"
    );
}

/// Logs an event, and counts it.
pub fn record(app: &AppState, event: Event, about: About) {
    about.customer.into_iter().for_each(subject::note);
    let customer = about.customer.and_then(|customer| app.pseudonym(customer));
    let session = about.session.map(|session| session.to_string());
    tracing::info!(event = event.name(), customer, session, "security");
    if let Some(metric) = event.metric() {
        app.metrics.count(app.now(), metric, 1);
    }
}
