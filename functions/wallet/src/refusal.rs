//! Refused movements: their errors, and how long a refusal is kept.

use axum::response::Response;
use shared::{
    app::AppState,
    http::{error::ApiError, idempotency},
    idempotency::{Asker, Once, Seen, Slot},
    wallet::Refusal,
};

/// Refuses a movement for 90 days: the same request is answered alike whatever the wallet holds by
/// then. What is wrong with the request itself is not kept.
pub(crate) async fn refuse(
    app: &AppState,
    refusal: Refusal,
    slot: Slot,
) -> Result<Response, ApiError> {
    let error = match (refusal, slot.asker) {
        (Refusal::Closed, Asker::Customer(_)) => ApiError::user_inactive(),
        _ => error_of(refusal),
    };
    if matches!(refusal, Refusal::AboveHold(_) | Refusal::NotReversible | Refusal::Closed) {
        return Err(error);
    }
    let now = app.now();
    let kept = slot.keeping_refusal(error.to_stored()?, now);
    match app.store.keep_answer(&kept, now).await? {
        Once::Done | Once::Refused(_) => Err(error),
        Once::Replayed(stored) => idempotency::repeat(Seen::Same(stored)),
        Once::Reused => idempotency::repeat(Seen::Another),
    }
}

/// What a refusal is answered with.
pub(crate) fn error_of(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::InsufficientFunds => ApiError::insufficient_funds(),
        Refusal::BalanceLimit => ApiError::balance_limit(),
        Refusal::TooManyCurrencies => {
            ApiError::limit_reached("A wallet has at most 50 currencies.")
        }
        Refusal::HoldSettled => ApiError::conflict("The hold has been settled before."),
        Refusal::HoldExpired => ApiError::conflict("The hold has expired."),
        Refusal::AlreadyReversed => ApiError::conflict("The entry has been reversed before."),
        Refusal::AboveHold(amount) => ApiError::field(
            "amount",
            "max_value",
            format!("Ensure this value is less than or equal to {amount}."),
        ),
        Refusal::NotReversible => ApiError::field(
            "entry_id",
            "invalid",
            "Only a credit, a debit or a capture can be reversed.",
        ),
        Refusal::Closed => ApiError::not_found(),
    }
}
