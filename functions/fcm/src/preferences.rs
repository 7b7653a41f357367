//! `getNotificationPreferences` and `updateNotificationPreferences`.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    app::AppState,
    auth::caller::Caller,
    device::{LONGEST_TYPE, MOST_TYPES, Preferences, PreferencesPatch, TooManyTypes},
    error_responses,
    http::{
        body::Body,
        error::ApiError,
        etag::{ETag, IfMatch, IfNoneMatch},
        request::{Boolean, Named, Patch, Violation},
    },
    ids::CustomerId,
    request,
};
use table::retry::{self, Attempt, Policy};
use utoipa::ToSchema;

/// How long a change is tried on top of other changes, where the request does not name the version
/// that it changes.
const CHANGE: Policy = Policy::within(Duration::from_secs(3));

/// What is pushed to a customer's devices.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotificationPreferences)]
pub struct PreferencesOut {
    /// Whether pushes are shown at all.
    push: bool,
    /// The types of notifications that were switched on or off by name. Others are on.
    types: BTreeMap<String, bool>,
}

request! {
    /// Changes of what is pushed. What is not sent stays as it is.
    #[name("NotificationPreferencesChange")]
    pub struct PreferencesChange {
        /// Whether pushes are shown at all.
        push: Patch<Boolean>,
        /// Types of notifications by name, at most 50 with those that are stored. Null forgets a
        /// type, which is on from then on.
        types: Patch<Named<Boolean, MOST_TYPES, LONGEST_TYPE>>,
    }
}

/// Returns which notifications are pushed to the caller's devices.
///
/// `push` is the switch for all of them, `types` has those of single types; a type that is not in
/// it is on. A customer who never changed any gets all: `{"push": true, "types": {}}`. What is
/// switched off is not pushed, but arrives in the inbox.
#[utoipa::path(get, path = "/api/notifications/preferences/",
    operation_id = "getNotificationPreferences", tag = crate::NOTIFICATIONS, params(IfNoneMatch),
    responses((status = 200, description = "The preferences.", body = PreferencesOut,
        example = json!(example()))))]
pub async fn get_preferences(
    State(app): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (verified, preferences) =
        caller.alongside(|customer| app.store.preferences(customer)).await?;
    let tag = tag_of(&app, verified.customer, &preferences)?;
    if tag.is_known_to(&headers) {
        return Ok(with_tag(StatusCode::NOT_MODIFIED, &tag));
    }
    Ok(with_tag(Json(PreferencesOut::from(preferences)), &tag))
}

/// Changes which notifications are pushed to the caller's devices.
///
/// Send only what changes. A type set to null is forgotten, which switches it on. The switches are
/// about what a device shows: notifications that the sender marks as critical are pushed all the
/// same, and so are silent pushes, which bring data to the app and show nothing. Notifications of
/// the type `marketing` are pushed only to customers whose profile has `marketing_opt_in`, critical
/// and silent ones too. With `If-Match` a change on another device in between is 412 instead of
/// being built upon.
#[utoipa::path(patch, path = "/api/notifications/preferences/",
    operation_id = "updateNotificationPreferences", tag = crate::NOTIFICATIONS, params(IfMatch),
    request_body(content = PreferencesChange, example = json!({"types": {"offers": false}})),
    responses(
        (status = 200, description = "The preferences after the change.", body = PreferencesOut,
            example = json!(example())),
        TooMany, Conflict,
    ))]
pub async fn update_preferences(
    State(app): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    Body(change): Body<PreferencesChange>,
) -> Result<Response, ApiError> {
    let read = |customer| app.store.preferences(customer);
    let (verified, before) = caller.alongside_write(read).await?;
    let customer = verified.customer;
    let patch = PreferencesPatch { push: change.push, types: change.types.unwrap_or_default() };
    let attempt = async |before: Preferences| {
        if !tag_of(&app, customer, &before)?.satisfies(&headers) {
            return Err(ApiError::precondition_failed());
        }
        let changed = before.changed(patch.clone()).map_err(|TooManyTypes| too_many())?;
        let Some(after) = changed else { return Ok(Attempt::Done(before)) };
        let done = app.store.replace_preferences(customer, &after).await?;
        Ok(if done { Attempt::Done(after) } else { Attempt::Reread })
    };
    let reread = async || Ok(read(customer).await?);
    let after = retry::on_change(CHANGE, &*app.random, before, reread, attempt).await?;
    let after = after.ok_or_else(changed_elsewhere)?;
    let tag = tag_of(&app, customer, &after)?;
    Ok(with_tag(Json(PreferencesOut::from(after)), &tag))
}

impl From<Preferences> for PreferencesOut {
    fn from(Preferences { push, types, .. }: Preferences) -> Self {
        Self { push, types }
    }
}

/// Names a version of a customer's preferences. An app in which two customers take turns must not
/// take one's for the other's.
fn tag_of(
    app: &AppState,
    customer: CustomerId,
    preferences: &Preferences,
) -> Result<ETag, ApiError> {
    let name = app.signer()?.pseudonym(&customer.to_string());
    Ok(ETag::new(format_args!("{name}-{:x}", preferences.version)))
}

fn with_tag(answer: impl IntoResponse, tag: &ETag) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().extend(tag.header().map(|tag| (header::ETAG, tag)));
    response
}

fn too_many() -> ApiError {
    let Violation { code, detail } = Violation::more_than(MOST_TYPES);
    ApiError::field("types", code, detail)
}

fn changed_elsewhere() -> ApiError {
    ApiError::conflict("The preferences are being changed elsewhere.")
}

error_responses! {
    /// Invalid fields, or more types than may be stored.
    TooMany: too_many();
    /// Other requests kept changing the preferences.
    Conflict: changed_elsewhere();
}

/// The preferences of the examples.
fn example() -> Value {
    json!({"push": true, "types": {"offers": false}})
}
