//! `UpdateAddress`, by `PATCH` and by `PUT`.

use axum::{
    Extension, Json,
    extract::{Path, State},
};
use http::HeaderMap;
use shared::{
    address::{Address, AddressBook, AddressId},
    app::AppState,
    auth::caller::Caller,
    http::{body::Body, error::ApiError, language::Languages},
    ids::CustomerId,
    store::StoreError,
};

use crate::{
    address::{
        AddressChange, AddressOut, AddressPatch, PartialAddressChange, changed, changed_elsewhere,
    },
    countries::Language,
    create_address::TRIES,
    region::Region,
    served::AreaCache,
};

/// Changes some fields of an address.
///
/// Fields that are not sent keep their values. `is_default` true makes it the default; false
/// changes nothing, since one address is always the default.
#[utoipa::path(patch, path = "/api/addresses/{id}/", operation_id = "UpdateAddress",
    tag = crate::ADDRESS,
    params(("id" = String, Path, description = "The address's `id`.", format = "uuid"), Languages),
    request_body(content = PartialAddressChange,
        example = json!({"label": "Home", "is_default": true})),
    responses(
        (status = 200, description = "The address after the change.", body = AddressOut,
            example = json!(crate::address::example())),
        crate::address::Invalid, crate::address::Conflict,
    ))]
pub async fn update_address(
    State(app): State<AppState>,
    Extension(areas): Extension<AreaCache>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(PartialAddressChange { address, is_default }): Body<PartialAddressChange>,
) -> Result<Json<AddressOut>, ApiError> {
    let change = Change { patch: address, is_default: is_default.unwrap_or(false) };
    apply(&app, &areas, &caller, &id, &headers, &change).await
}

/// Changes an address.
///
/// `line1`, `city` and `country` are required; other fields that are not sent keep their values.
/// Otherwise like UpdateAddress by `PATCH`.
#[utoipa::path(put, path = "/api/addresses/{id}/", operation_id = "UpdateAddress_put",
    tag = crate::ADDRESS,
    params(("id" = String, Path, description = "The address's `id`.", format = "uuid"), Languages),
    request_body(content = AddressChange, example = json!(crate::address::example_fields())),
    responses(
        (status = 200, description = "The address after the change.", body = AddressOut,
            example = json!(crate::address::example())),
        crate::address::Invalid, crate::address::Conflict,
    ))]
pub async fn replace_address(
    State(app): State<AppState>,
    Extension(areas): Extension<AreaCache>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(AddressChange { address, is_default }): Body<AddressChange>,
) -> Result<Json<AddressOut>, ApiError> {
    let change = Change { patch: address.into(), is_default };
    apply(&app, &areas, &caller, &id, &headers, &change).await
}

/// What is to be changed.
struct Change {
    patch: AddressPatch,
    is_default: bool,
}

async fn apply(
    app: &AppState,
    areas: &AreaCache,
    caller: &Caller,
    id: &str,
    headers: &HeaderMap,
    change: &Change,
) -> Result<Json<AddressOut>, ApiError> {
    let id = id.parse().ok();
    let (read, areas) = tokio::join!(
        caller.alongside_write(|customer| read(app, customer, id)),
        areas.get_or_none(app)
    );
    let (verified, (mut book, mut found)) = read?;
    let language = Language::accepted(headers);
    for _ in 0..TRIES {
        let before = found.take().ok_or_else(ApiError::not_found)?;
        let details = changed(&before.details, change.patch.clone(), language)?;
        let after = before.with(details, app.now());
        let was_default = book.default == Some(before.id);
        let done = if change.is_default && !was_default {
            app.store.replace_as_default(verified.customer, &after).await?
        } else {
            app.store.replace_address(verified.customer, &after).await?
        };
        if done {
            let region = |point| Region::at(point, &areas, language);
            return Ok(Json(AddressOut::new(&after, was_default || change.is_default, region)));
        }
        (book, found) = self::read(app, verified.customer, id).await?;
    }
    Err(changed_elsewhere())
}

async fn read(
    app: &AppState,
    customer: CustomerId,
    id: Option<AddressId>,
) -> Result<(AddressBook, Option<Address>), StoreError> {
    let address = async {
        match id {
            Some(id) => app.store.address(customer, id).await,
            None => Ok(None),
        }
    };
    tokio::try_join!(app.store.address_book(customer), address)
}
