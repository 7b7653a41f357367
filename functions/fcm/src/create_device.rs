//! `devices_create`: a registration id becomes the caller's, whosever it was before.
//!
//! Invariant: what is written is decided on what was found, and written only where that still
//! stands; otherwise it is decided anew.

use axum::{extract::State, response::Response};
use http::StatusCode;
use shared::{
    app::AppState,
    auth::caller::Caller,
    device::{Claimed, DeviceClaim, Registration},
    http::{
        error::ApiError,
        idempotency::{self, Keyed},
    },
    idempotency::{Asker, StoredAnswer},
};

use crate::device::{DeviceOut, NewDevice};

/// How often a registration is decided anew, where others register the same id all the while.
pub(crate) const TRIES: usize = 12;

/// Registers a device for pushes.
///
/// A registration id that the caller has is updated (200): it becomes active, in the caller's
/// session, and what is not sent stays. One that another customer has moves to the caller and
/// leaves the other at the same moment, without its `name` and `device_id` (200). An app registers
/// at each start: its session may be a new one, and its device may have been given up.
///
/// Two sequential trips to storage: the session and whose the registration id is are looked up side
/// by side, and the write is counted; then the device is written. Three read units (four with an
/// `Idempotency-Key`); eleven write units for a new device, thirteen for one that moves, two for
/// one of the caller's own, and three more with an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/devices/", operation_id = "devices_create", tag = crate::DEVICES,
    params(("Idempotency-Key" = Option<String>, Header, description = "Names this request, so that it can be sent again.")),
    request_body(content = NewDevice, example = json!({"registration_id": "dGhpcyBpcyBubw:APA91bH-token_of.FCM", "type": "ios",
        "name": "Amal's phone", "device_id": "8f14e45f-ceea-467f"})),
    responses(
        (status = 201, description = "A new device.", body = DeviceOut, example = json!(crate::device::example())),
        (status = 200, description = "A device that was there before.", body = DeviceOut, example = json!(crate::device::example())),
        (status = 409, description = "The caller has fifty devices.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "limit_reached", "detail": "At most 50 devices.", "attr": null}]})),
        (status = 422, description = "The `Idempotency-Key` was used for another request.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "idempotency_key_reused",
                "detail": "This Idempotency-Key was used for another request.", "attr": null}]})),
        (status = 429, description = "More than 120 writes in a minute.", body = shared::http::error::ErrorBody,
            headers(("Retry-After" = u32, description = "Seconds to wait.")),
            example = json!({"type": "client_error", "errors": [{"code": "throttled",
                "detail": "Request was throttled. Expected available in 42 seconds.", "attr": null}]})),
    ))]
pub async fn create_device(
    State(app): State<AppState>,
    caller: Caller,
    Keyed { key, request }: Keyed<NewDevice>,
) -> Result<Response, ApiError> {
    let registration = Registration::from(request);
    let now = app.now();
    let hash = registration.hash();
    let slot =
        |customer| key.as_ref().map(|key| key.slot(Asker::Customer(customer), "devicescreate"));
    let read = async |customer| {
        let slot = slot(customer);
        tokio::try_join!(
            app.store.seen_before(slot.as_ref(), now),
            app.store.find_device(customer, &hash)
        )
    };
    let (verified, (seen, mut found)) = caller.alongside_write(read).await?;
    if let Some(seen) = seen {
        return idempotency::repeat(seen);
    }
    let customer = verified.customer;
    for _ in 0..TRIES {
        let device = registration.apply(&found, verified.session, now, &*app.random);
        let status = if found.owner.is_none() && found.own.is_none() {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        };
        let fresh = StoredAnswer::json(status, &DeviceOut::of(&device, &verified.account, now))?;
        let kept = slot(customer).map(|slot| slot.keeping(fresh.clone(), now));
        let claim = DeviceClaim { customer, device: &device, found: &found, now };
        match app.store.claim_device(claim, kept.as_ref()).await? {
            Claimed::Once(once) => return idempotency::answer(once, fresh),
            Claimed::Full => return Err(ApiError::limit_reached("At most 50 devices.")),
            Claimed::Changed => found = app.store.find_device(customer, &hash).await?,
        }
    }
    Err(ApiError::conflict("The device is being registered elsewhere."))
}
