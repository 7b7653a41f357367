//! Answers that are given again, as the export shows them.

use jiff::Timestamp;
use serde::Serialize;
use shared::{http::times::perhaps_in_millis, idempotency::AnswerRecord};
use utoipa::ToSchema;

/// An answer that is kept for a request that may be repeated.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedAnswer {
    /// Who asked, for which operation, and a hash of the request's key.
    place: String,
    /// Hash of what was asked.
    fingerprint: String,
    status: u16,
    body: String,
    /// Until when it is kept; null: as long as the account.
    #[serde(serialize_with = "perhaps_in_millis")]
    #[schema(required, value_type = Option<String>, format = "date-time")]
    until: Option<Timestamp>,
}

impl ExportedAnswer {
    /// None for what is over.
    pub(super) fn new(place: &str, answer: AnswerRecord, now: Timestamp) -> Option<Self> {
        let AnswerRecord { fingerprint, answer, until } = answer;
        let place = place.split_once('|').map(|(_, place)| place.to_owned()).unwrap_or_default();
        let kept = until.is_none_or(|until| now < until);
        kept.then_some(Self { place, fingerprint, status: answer.status, body: answer.body, until })
    }
}
