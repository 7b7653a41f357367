//! One message to the devices of one customer.
//!
//! Invariant: account, devices and preferences are read right before the pushes, the account
//! strongly consistent: a device that another customer has by then, or whose session has ended,
//! gets nothing, and neither does a customer who has switched such pushes off. An endpoint that had
//! to be made or corrected is followed by another reading.

use futures_util::future::join_all;
use shared::{
    account::Account,
    app::{AppState, traits_of},
    device::{Device, SilencedBy},
    ids::CustomerId,
    inbox::Audience,
    store::StoreError,
};

use crate::{
    delivered::{About, Delivered},
    message::Message,
    payload::payload,
    trouble::Trouble,
};

/// How often devices are read at most: before, and once more after each round of making endpoints.
const ROUNDS: usize = 3;

/// What decides on the pushes to a customer.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) account: Option<Account>,
    pub(crate) devices: Vec<Device>,
    /// Whether the message is for the customer, who wants it to be pushed, and has consented where
    /// it needs that.
    pub(crate) is_admitted: bool,
}

/// Reads it, strongly consistent. One trip, two read units; three for a message that needs consent,
/// or is for a language or a country.
pub(crate) async fn read(
    app: &AppState,
    message: &Message,
    customer: CustomerId,
    audience: Option<&Audience>,
) -> Result<Reading, StoreError> {
    read_as(app, message, customer, audience, true).await
}

/// Reads the account strongly consistent and the rest eventually. One trip, one read unit and a
/// half; two for a message that needs consent, or is for a language or a country.
pub(crate) async fn read_recent(
    app: &AppState,
    message: &Message,
    customer: CustomerId,
    audience: &Audience,
) -> Result<Reading, StoreError> {
    read_as(app, message, customer, Some(audience), false).await
}

async fn read_as(
    app: &AppState,
    message: &Message,
    customer: CustomerId,
    audience: Option<&Audience>,
    consistent: bool,
) -> Result<Reading, StoreError> {
    let kind = message.push_kind();
    let profile = async {
        if kind.needs_consent() || audience.is_some_and(Audience::asks_for_traits) {
            app.store.profile_to_push_to(customer, consistent).await
        } else {
            Ok(None)
        }
    };
    let (account, (devices, preferences), profile) = tokio::try_join!(
        app.store.account(customer),
        app.store.devices_to_push_to(customer, consistent),
        profile
    )?;
    let opted_in = profile.as_ref().is_some_and(|profile| profile.details.marketing_opt_in);
    let traits = profile.as_ref().map(traits_of).unwrap_or_default();
    let is_admitted = preferences.admit(kind, opted_in)
        && audience.is_none_or(|audience| audience.admits(&traits));
    Ok(Reading { account, devices, is_admitted })
}

/// Pushes to every active device of what was read right before, and counts the pushes that failed.
/// A call of SNS for each device; for a device that was registered since its last push two or three
/// trips and calls more.
pub(crate) async fn to_devices(
    app: &AppState,
    message: &Message,
    customer: CustomerId,
    about: About<'_>,
    reading: Reading,
) -> Result<Delivered, Trouble> {
    let mut failed = 0;
    let outcome = push_in_rounds(app, message, customer, about, reading, &mut failed).await;
    let failed = u64::try_from(failed).unwrap_or(u64::MAX);
    app.metrics.count(app.now(), "PushesFailed", failed);
    outcome
}

/// Sets `failed` to the number of devices that SNS refused a push or an endpoint, and of those that
/// were silenced.
async fn push_in_rounds(
    app: &AppState,
    message: &Message,
    customer: CustomerId,
    about: About<'_>,
    mut reading: Reading,
    failed: &mut usize,
) -> Result<Delivered, Trouble> {
    let mut silenced = 0;
    let mut troubles = Vec::new();
    for round in 1..=ROUNDS {
        if round > 1 {
            reading = read(app, message, customer, about.audience).await?;
        }
        let Reading { account, devices, is_admitted } = std::mem::take(&mut reading);
        let Some(account) = account.filter(|_| is_admitted) else { break };
        let now = app.now();
        let is_meant = |device: &Device| {
            about.registered_by.is_none_or(|by| device.created <= by)
                && about
                    .audience
                    .is_none_or(|of| of.has_device(device.platform, device.app_version.as_ref()))
        };
        let active = devices
            .into_iter()
            .filter(|device| is_meant(device) && device.is_active(&account, now));
        let (ready, unready): (Vec<Device>, Vec<Device>) =
            active.partition(|device| device.checked && is_reachable(app, device));
        if !unready.is_empty() && round < ROUNDS && troubles.is_empty() {
            let checks = unready.iter().map(|device| check(app, message, customer, device));
            for checked in join_all(checks).await {
                match checked {
                    Ok(is_silenced) => silenced += usize::from(is_silenced),
                    Err(trouble) => troubles.push(trouble),
                }
            }
            continue;
        }
        if !unready.is_empty() && troubles.is_empty() {
            troubles.push(Trouble::Busy);
        }
        let payload = payload(message, about.notification, about.unread, now);
        let mut pushes = 0;
        let sent = ready.iter().map(|device| push(app, message, customer, device, &payload));
        for pushed in join_all(sent).await {
            match pushed {
                Ok(true) => pushes += 1,
                Ok(false) => silenced += 1,
                Err(trouble) => troubles.push(trouble),
            }
        }
        let is_refusal = |trouble: &&Trouble| matches!(trouble, Trouble::NotAccepted(_));
        *failed = silenced + troubles.iter().filter(is_refusal).count();
        return match troubles.into_iter().next() {
            None => Ok(Delivered { inboxes: 0, pushes, silenced }),
            Some(trouble) => Err(trouble),
        };
    }
    *failed = silenced;
    Ok(Delivered { inboxes: 0, pushes: 0, silenced })
}

fn is_reachable(app: &AppState, device: &Device) -> bool {
    device.endpoint.as_deref().is_some_and(|endpoint| app.push.reaches(endpoint))
}

/// Creates the endpoint of a device, or repairs it; true if the device is silenced instead.
async fn check(
    app: &AppState,
    message: &Message,
    customer: CustomerId,
    device: &Device,
) -> Result<bool, Trouble> {
    let endpoint = app.push.endpoint(&device.registration_id, device.endpoint.as_deref()).await?;
    match endpoint.arn() {
        Ok(arn) => {
            // If the device has changed meanwhile, the next reading sees it as it is.
            app.store.keep_endpoint(customer, device, &arn).await?;
            Ok(false)
        }
        Err(reason) => silence(app, message, customer, device, reason).await,
    }
}

/// Pushes to one device; false if the device is silenced instead.
async fn push(
    app: &AppState,
    message: &Message,
    customer: CustomerId,
    device: &Device,
    payload: &str,
) -> Result<bool, Trouble> {
    let endpoint = device.endpoint.as_deref().unwrap_or_default();
    match app.push.publish(endpoint, payload).await?.accepted() {
        Ok(id) => {
            // The id leads to SNS's own log of deliveries.
            let customer = app.pseudonym(customer);
            tracing::info!(correlation = message.correlation, customer, sns = id, "push");
            Ok(true)
        }
        Err(reason) => silence(app, message, customer, device, reason).await.map(|_| false),
    }
}

async fn silence(
    app: &AppState,
    message: &Message,
    customer: CustomerId,
    device: &Device,
    reason: SilencedBy,
) -> Result<bool, Trouble> {
    let done = app.store.silence_device(customer, device, reason, app.now()).await?;
    tracing::info!(
        correlation = message.correlation,
        customer = app.pseudonym(customer),
        ?reason,
        "a push device was given up"
    );
    Ok(done)
}
