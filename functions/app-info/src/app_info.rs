//! `getAppInfo`: the app's own particulars, and whether this one should be updated.

use std::collections::BTreeMap;

use axum::{Extension, extract::State, response::Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use shared::{
    app::AppState,
    content::{Localized, PlatformGate, Update},
    http::{
        checks::{AppHeaders, asking_app},
        error::ApiError,
        etag::IfNoneMatch,
        language::Languages,
    },
    times::perhaps_in_millis,
};
use utoipa::ToSchema;

use crate::{
    cached_content::{ContentCache, Shown, public},
    content::Content,
    headers::Headers,
};

/// Names, links, versions and switches of the app.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppInfoOut {
    name: String,
    description: String,
    #[schema(required, format = "email")]
    support_email: Option<String>,
    /// E.164.
    #[schema(required)]
    support_phone: Option<String>,
    #[schema(required, format = "uri")]
    terms_url: Option<String>,
    #[schema(required, format = "uri")]
    privacy_url: Option<String>,
    /// By platform: `ios`, `android`, `web`.
    platforms: BTreeMap<String, PlatformGate>,
    maintenance: MaintenanceOut,
    /// Switches for features of the app, by names that the app knows.
    #[schema(value_type = Object)]
    features: Map<String, Value>,
    /// `hard`: this app is not served any more; `soft`: there is a newer one; `none`: it is the
    /// newest, or it did not say what it is.
    update: Update,
}

/// Whether the API is closed.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaintenanceOut {
    active: bool,
    /// For people.
    #[schema(required)]
    message: Option<String>,
    /// When it is expected to end.
    #[serde(serialize_with = "perhaps_in_millis")]
    #[schema(required, value_type = Option<String>, format = "date-time")]
    until: Option<Timestamp>,
}

/// Returns what the app needs at its start: links, versions, maintenance, features.
///
/// Call it first, with `X-App-Platform` and `X-App-Version`: `update` says whether this version is
/// still served. It answers during maintenance, and apps of any age. The language is the first of
/// `Accept-Language` that the content has, or else the content's first.
#[utoipa::path(get, path = "/api/app-info/", operation_id = "getAppInfo", tag = crate::TAG,
    params(AppHeaders, Languages, IfNoneMatch),
    responses((status = 200, description = "The particulars.", body = AppInfoOut,
        example = json!(example()))))]
pub async fn get_app_info(
    State(app): State<AppState>,
    Extension(cache): Extension<ContentCache>,
    Headers(headers): Headers,
) -> Result<Response, ApiError> {
    let cached = cache.get(&app).await?;
    let language = cached.language(&headers);
    let update = cached.content.availability.update(asking_app(&headers));
    let body = cached.rendered(Shown::AppInfo(update), language, || {
        AppInfoOut::new(&cached.content, language, update)
    })?;
    let vary = "Accept-Language, X-App-Platform, X-App-Version";
    Ok(public(language, vary).answer_rendered(&headers, body))
}

impl AppInfoOut {
    fn new(content: &Content, language: &str, update: Update) -> Self {
        let text = |text: &Localized| text.in_language(language).to_owned();
        let maintenance = &content.availability.maintenance;
        Self {
            name: text(&content.name),
            description: text(&content.description),
            support_email: content.support_email.clone(),
            support_phone: content.support_phone.clone(),
            terms_url: content.terms_url.as_ref().map(text),
            privacy_url: content.privacy_url.as_ref().map(text),
            platforms: content.availability.platforms.clone(),
            maintenance: MaintenanceOut {
                active: maintenance.active,
                message: maintenance.message.as_ref().map(text),
                until: maintenance.until,
            },
            features: content.features.clone(),
            update,
        }
    }
}

/// The particulars of the examples.
fn example() -> Value {
    json!({
        "name": "Satchel", "description": "Everything you carry, in one place.",
        "support_email": "help@satchel.example.com", "support_phone": "+14155550100",
        "terms_url": "https://satchel.example.com/terms",
        "privacy_url": "https://satchel.example.com/privacy",
        "platforms": {"ios": {"minimum_version": "1.2.0", "latest_version": "1.10.0",
            "store_url": "https://apps.apple.com/app/id0000000000"}},
        "maintenance": {"active": false, "message": null, "until": null},
        "features": {"wallet": true}, "update": "soft"})
}
