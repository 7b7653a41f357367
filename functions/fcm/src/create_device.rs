//! `devices_create`: a registration id becomes the caller's, whosever it was before.
//!
//! Invariant: what is written is decided on what was found, and written only where that still
//! stands; otherwise it is decided anew.

use axum::{extract::State, response::Response};
use http::StatusCode;
use shared::{
    app::AppState,
    audit,
    auth::caller::Caller,
    device::{Claimed, DeviceClaim, Registration},
    error_responses,
    http::{
        error::ApiError,
        idempotency::{self, IdempotencyKey, Keyed},
    },
    idempotency::{Asker, Once, StoredAnswer},
};

use crate::device::{DeviceOut, NewDevice};

/// How often a registration is decided anew, where others register the same id all the while.
pub(crate) const TRIES: usize = 12;

/// Registers a device for push notifications.
///
/// A registration id that the caller already has is updated (200): it becomes active, in the
/// caller's session, and fields that are not sent keep their values. One that another customer has
/// moves to the caller, without its `name` and `device_id` (200). Apps register at each start,
/// because the session may be new and the device may have been deactivated.
#[utoipa::path(post, path = "/api/devices/", operation_id = "devices_create",
    tag = crate::DEVICES, params(IdempotencyKey),
    request_body(content = NewDevice, example = json!(crate::device::new_example())),
    responses(
        (status = 201, description = "A new device.", body = DeviceOut,
            example = json!(crate::device::example())),
        (status = 200, description = "A device that was there before.", body = DeviceOut,
            example = json!(crate::device::example())),
        TooManyDevices,
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
            Claimed::Once(once) => {
                if let (Once::Done, Some(former)) = (&once, found.former_owner(customer)) {
                    audit::record_device_move(&app, former, customer, verified.session);
                }
                return idempotency::answer(once, fresh);
            }
            Claimed::Full => return Err(too_many_devices()),
            Claimed::Changed => found = app.store.find_device(customer, &hash).await?,
        }
    }
    Err(ApiError::conflict("The device is being registered elsewhere."))
}

fn too_many_devices() -> ApiError {
    ApiError::limit_reached("At most 50 devices.")
}

error_responses! {
    /// The caller has as many devices as a customer may have.
    TooManyDevices: too_many_devices();
}
