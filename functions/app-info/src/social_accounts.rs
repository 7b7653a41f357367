//! `getSocialAccounts`: where else the app is found.

use axum::{Extension, extract::State, response::Response};
use http::HeaderMap;
use serde::Serialize;
use shared::{
    app::AppState,
    http::{error::ApiError, language::Languages},
};
use utoipa::ToSchema;

use crate::cached_content::{ContentCache, answer};

/// An account elsewhere.
#[derive(Debug, Serialize, ToSchema)]
pub struct SocialAccountOut {
    name: String,
    #[schema(format = "uri")]
    url: String,
    /// The address of a picture.
    #[schema(format = "uri")]
    icon: String,
    /// They come in its order.
    order: u32,
}

/// Where else the app is found.
///
/// In the wanted language that comes first among those that there are, or in the content's first.
///
/// No trip to storage in a warm process. At its start one for the app information and one for the
/// content; the former again once a minute, beside a request.
#[utoipa::path(get, path = "/api/social-accounts/", operation_id = "getSocialAccounts", tag = crate::TAG,
    params(
        ("Accept-Language" = Option<String>, Header, description = "The wanted languages."),
        ("If-None-Match" = Option<String>, Header, description = "An `ETag` seen before."),
    ),
    responses(
        (status = 200, description = "The accounts in their order.", body = Vec<SocialAccountOut>, headers(
            ("ETag" = String, description = "Names this content in this language."),
            ("Cache-Control" = String, description = "`public, max-age=60, stale-while-revalidate=600`"),
            ("Content-Language" = String, description = "The language of the answer.")),
            example = json!([
                {"name": "Instagram", "url": "https://www.instagram.com/satchel.example", "icon": "https://satchel.example.com/icons/instagram.svg", "order": 1},
                {"name": "WeChat", "url": "https://satchel.example.com/wechat", "icon": "https://satchel.example.com/icons/wechat.svg", "order": 2}])),
        (status = 304, description = "`If-None-Match` names what would be answered."),
    ))]
pub async fn get_social_accounts(
    State(app): State<AppState>,
    Extension(cache): Extension<ContentCache>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let cached = cache.get(&app).await?;
    let language = cached.language(&Languages::of(&headers));
    let accounts = cached.content.social_accounts.iter().map(|account| SocialAccountOut {
        name: account.name.in_language(language).to_owned(),
        url: account.url.in_language(language).to_owned(),
        icon: account.icon.clone(),
        order: account.order,
    });
    answer(&headers, language, "Accept-Language", &accounts.collect::<Vec<_>>())
}
