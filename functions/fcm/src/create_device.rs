//! `devices_create`: a registration id becomes the caller's, whosever it was before.
//!
//! Invariants: what is written is decided on what was found, and written only where that still
//! stands; otherwise it is decided anew. A registration that changes nothing writes
//! nothing, unless its answer is kept for an `Idempotency-Key`.

use std::time::Duration;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use shared::{
    app::AppState,
    audit,
    auth::caller::{Caller, Verified},
    device::{Claimed, Device, DeviceClaim, FoundDevice, Registration},
    error_responses,
    http::{
        app_version::SentVersion,
        error::ApiError,
        idempotency::{self, IdempotencyKey, Keyed},
    },
    idempotency::{Asker, Once, Slot, StoredAnswer},
    ids::SessionId,
};
use table::retry::{self, Attempt, Policy};

use crate::device::{DeviceOut, NewDevice};

/// While others register the same id, or other devices of the caller.
const REGISTRATION: Policy = Policy::within(Duration::from_secs(3));

/// Registers a device for push notifications.
///
/// Call it at each start of the app and whenever Firebase issues a new token, since the session
/// may be new and the device may have been deactivated. A registration id that the caller has
/// already is updated (200): it becomes active, in the caller's session, and fields that are not
/// sent keep their values. One that another customer has moves to the caller as a new device with
/// an `id` of its own (200). The version of the app (`X-App-Version`) is kept, so that messages can
/// be pushed to newer apps alone. An unchanged registration by the same version and without an
/// `Idempotency-Key` writes nothing.
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
    SentVersion(version): SentVersion,
    Keyed { key, request }: Keyed<NewDevice>,
) -> Result<Response, ApiError> {
    let registration = request.registration(version);
    let now = app.now();
    let hash = registration.hash();
    let slot =
        |customer| key.as_ref().map(|key| key.slot(Asker::Customer(customer), "devicescreate"));
    let read = async |customer| {
        let slot = slot(customer);
        tokio::try_join!(
            app.store.seen_before(slot.as_ref(), now),
            app.store.look_for_device(customer, &hash)
        )
    };
    let (verified, (seen, found)) = caller.alongside_uncounted(read).await?;
    if let Some(seen) = seen {
        return idempotency::repeat(seen);
    }
    let slot = slot(verified.customer);
    if let Some(own) = unchanged(&registration, &found, verified.session)
        && slot.is_none()
        && found.is_listed()
    {
        return Ok(Json(DeviceOut::of(own, &verified.account, now)).into_response());
    }
    let find = async || Ok(app.store.find_device(verified.customer, &hash).await?);
    let attempt = async |found| register(&app, &verified, &registration, found, slot.clone()).await;
    caller
        .counting(retry::on_change(REGISTRATION, &*app.random, found, find, attempt))
        .await?
        .ok_or_else(|| ApiError::unavailable("devices kept changing under a registration"))
}

/// The device, where the registration changes nothing of it.
fn unchanged<'a>(
    registration: &Registration,
    found: &'a FoundDevice,
    session: SessionId,
) -> Option<&'a Device> {
    found.own.as_ref().filter(|own| registration.is_repeated(own, session))
}

async fn register(
    app: &AppState,
    verified: &Verified,
    registration: &Registration,
    found: FoundDevice,
    slot: Option<Slot>,
) -> Result<Attempt<FoundDevice, Response>, ApiError> {
    let (customer, now) = (verified.customer, app.now());
    if let Some(own) = unchanged(registration, &found, verified.session) {
        if !found.is_listed() {
            app.store.list_customer_with_devices(customer).await?;
        }
        let shown = DeviceOut::of(own, &verified.account, now);
        let fresh = StoredAnswer::json(StatusCode::OK, &shown)?;
        let once = match slot {
            Some(slot) => app.store.keep_answer(&slot.keeping(fresh.clone(), now), now).await?,
            None => Once::Done,
        };
        return idempotency::answer(once, fresh).map(Attempt::Done);
    }
    let device = registration.apply(&found, verified.session, now);
    let is_new = found.owner.is_none() && found.own.is_none();
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let fresh = StoredAnswer::json(status, &DeviceOut::of(&device, &verified.account, now))?;
    let kept = slot.map(|slot| slot.keeping(fresh.clone(), now));
    let claim = DeviceClaim { customer, device: &device, found: &found, now };
    match app.store.claim_device(claim, kept.as_ref()).await? {
        Claimed::Once(once) => {
            if let (Once::Done, Some(former)) = (&once, found.former_owner(customer)) {
                audit::record_device_move(app, former, customer, verified.session);
            }
            idempotency::answer(once, fresh).map(Attempt::Done)
        }
        Claimed::Full => Err(too_many_devices()),
        Claimed::Changed => Ok(Attempt::Reread),
    }
}

fn too_many_devices() -> ApiError {
    ApiError::limit_reached("At most 50 devices.")
}

error_responses! {
    /// The caller has as many devices as a customer may have.
    TooManyDevices: too_many_devices();
}
