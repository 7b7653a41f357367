//! `getSocialAccounts`: where else the app is found.

use axum::{Extension, extract::State, response::Response};
use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    app::AppState,
    http::{error::ApiError, etag::IfNoneMatch, language::Languages},
};
use utoipa::ToSchema;

use crate::{
    cached_content::{ContentCache, Shown, public},
    content::SocialAccount,
    headers::Headers,
};

/// An account of the app in a social network.
#[derive(Debug, Serialize, ToSchema)]
pub struct SocialAccountOut {
    name: String,
    #[schema(format = "uri")]
    url: String,
    /// The address of a picture.
    #[schema(format = "uri")]
    icon: String,
    /// The position in the list.
    order: u32,
}

/// Lists the app's accounts in social networks.
///
/// In the first language of `Accept-Language` that the content has, or else in the content's
/// first.
#[utoipa::path(get, path = "/api/social-accounts/", operation_id = "getSocialAccounts",
    tag = crate::TAG, params(Languages, IfNoneMatch),
    responses((status = 200, description = "The accounts in their order.",
        body = Vec<SocialAccountOut>, example = json!(example()))))]
pub async fn get_social_accounts(
    State(app): State<AppState>,
    Extension(cache): Extension<ContentCache>,
    Headers(headers): Headers,
) -> Result<Response, ApiError> {
    let cached = cache.get(&app).await?;
    let language = cached.language(&headers);
    let body = cached.rendered(Shown::SocialAccounts, language, || {
        let accounts = &cached.content.social_accounts;
        accounts.iter().map(|account| SocialAccountOut::of(account, language)).collect::<Vec<_>>()
    })?;
    Ok(public(language, "Accept-Language").answer_rendered(&headers, body))
}

impl SocialAccountOut {
    fn of(account: &SocialAccount, language: &str) -> Self {
        Self {
            name: account.name.in_language(language).to_owned(),
            url: account.url.in_language(language).to_owned(),
            icon: account.icon.clone(),
            order: account.order,
        }
    }
}

/// The accounts of the examples.
fn example() -> Value {
    json!([
        {"name": "Instagram", "url": "https://www.instagram.com/satchel.example",
            "icon": "https://satchel.example.com/icons/instagram.svg", "order": 1},
        {"name": "WeChat", "url": "https://satchel.example.com/wechat",
            "icon": "https://satchel.example.com/icons/wechat.svg", "order": 2}])
}
