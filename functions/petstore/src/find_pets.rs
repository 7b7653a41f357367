//! `findPetsByStatus` and `findPetsByTags`.

use std::collections::BTreeSet;

use axum::{
    extract::{FromRequestParts, Request},
    response::Response,
};
use http::{Uri, request::Parts};
use shared::{
    app::AppState,
    error_responses,
    http::{
        body::pairs,
        checked::{self, Checked},
        error::ApiError,
    },
    petstore::{MOST_TAGS, Pet, PetStatus},
};

use crate::{
    answer::{Form, MOST_BYTES},
    api_response::{bad, bad_input},
    document,
    shop::{Granted, Shop},
};

/// Finds Pets by status
///
/// Multiple status values can be provided with comma separated strings, or by repeating the name. A
/// status that there is not finds nothing. The pets come in the order of their ids; as many as an
/// answer of six megabytes can hold, with `X-Truncated: true` where that is not all.
#[utoipa::path(get, path = "/v2/pet/findByStatus", operation_id = "findPetsByStatus",
    tag = crate::SAMPLE, security(("petstore_auth" = ["write:pets", "read:pets"])),
    params(("status" = inline(Vec<PetStatus>), Query, style = Form, explode,
        description = "Status values that need to be considered for filter")),
    responses(
        (status = 200, description = "successful operation", body = Vec<Pet>,
            example = json!([document::pet()])),
        InvalidStatus,
    ))]
pub async fn find_pets_by_status(
    _: Granted,
    shop: Shop,
    form: Form,
    Statuses(statuses): Statuses,
) -> Result<Response, ApiError> {
    form.list("pets", "Pet", &shop.store().pets_of_status(&statuses, MOST_BYTES, shop.now()).await?)
}

/// Finds Pets by tags
///
/// Multiple tags can be provided with comma separated strings, or by repeating the name; at most
/// 40. Use tag1, tag2, tag3 for testing. Each pet comes once, in the order of the ids; as many as
/// an answer of six megabytes can hold, with `X-Truncated: true` where that is not all.
#[utoipa::path(get, path = "/v2/pet/findByTags", operation_id = "findPetsByTags", tag = crate::PET,
    security(("petstore_auth" = ["write:pets", "read:pets"])),
    params(("tags" = Vec<String>, Query, style = Form, explode, description = "Tags to filter by")),
    responses(
        (status = 200, description = "successful operation", body = Vec<Pet>,
            example = json!([document::pet()])),
        InvalidTags,
    ))]
#[deprecated = "as in the original document"]
pub async fn find_pets_by_tags(
    _: Granted,
    shop: Shop,
    form: Form,
    Tags(tags): Tags,
) -> Result<Response, ApiError> {
    form.list("pets", "Pet", &shop.store().pets_of_tags(&tags, MOST_BYTES, shop.now()).await?)
}

/// The statuses of the query; an unknown one finds nothing.
pub(crate) struct Statuses(BTreeSet<PetStatus>);

/// The tags of the query.
pub(crate) struct Tags(BTreeSet<String>);

impl FromRequestParts<AppState> for Statuses {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        let names = values(&parts.uri, "status")?;
        Ok(Self(names.iter().filter_map(|name| PetStatus::named(name)).collect()))
    }
}

impl FromRequestParts<AppState> for Tags {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        let tags = values(&parts.uri, "tags")?;
        if tags.len() > MOST_TAGS { Err(too_many_tags()) } else { Ok(Self(tags)) }
    }
}

impl Checked for Statuses {
    async fn check(request: &mut Request, app: &AppState) -> Result<(), Response> {
        checked::by_head::<Self>(request, app).await
    }
}

impl Checked for Tags {
    async fn check(request: &mut Request, app: &AppState) -> Result<(), Response> {
        checked::by_head::<Self>(request, app).await
    }
}

fn too_many_tags() -> ApiError {
    bad("bad input: more than 40 tags")
}

/// All values of a name, whether it is repeated or they are separated by commas.
fn values(uri: &Uri, name: &str) -> Result<BTreeSet<String>, ApiError> {
    let pairs = pairs(uri.query().unwrap_or_default().as_bytes())?;
    let named = pairs.iter().filter(|(key, _)| key == name);
    let values = named
        .flat_map(|(_, value)| value.split(','))
        .map(str::trim)
        .filter(|value| !value.is_empty());
    Ok(values.map(str::to_owned).collect())
}

error_responses! {
    /// Invalid status value: a query that is no form.
    InvalidStatus: bad_input();
    /// Invalid tag value: more than 40 tags, or a query that is no form.
    InvalidTags: too_many_tags();
}
