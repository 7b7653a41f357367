//! `UpdateAddress`, by `PATCH` and by `PUT`.

use axum::{
    Extension, Json,
    extract::{Path, State},
};
use http::HeaderMap;
use shared::{
    address::{Address, AddressBook},
    app::AppState,
    auth::caller::Caller,
    http::{
        body::Body,
        error::{ApiError, ErrorItem},
        fields::Violation,
        language::Languages,
    },
    ids::{AddressId, CustomerId},
    store::StoreError,
};

use crate::{
    address::{AddressChange, AddressOut, Change, PartialAddressChange},
    countries::Language,
    create_address::TRIES,
    region::Region,
    served::AreaCache,
};

/// Changes some of an address.
///
/// What is not sent stays. `is_default` true makes it the default; false changes nothing, since one
/// of the addresses always is.
///
/// Two sequential trips to storage: the session is looked up beside the address and what is known
/// of all, and the write is counted; then the address is replaced if it is still the one that was
/// read. Three read units; two write units, five where it becomes the default, one more for the
/// first write of an hour; more for an address above a KB.
#[utoipa::path(patch, path = "/api/addresses/{id}/", operation_id = "UpdateAddress", tag = crate::ADDRESS,
    params(
        ("id" = String, Path, description = "The address's `id`.", format = "uuid"),
        ("Accept-Language" = Option<String>, Header, description = "The wanted languages."),
    ),
    request_body(content = PartialAddressChange, example = json!({"label": "Home", "is_default": true})),
    responses(
        (status = 200, description = "The address after the change.", body = AddressOut, example = json!(crate::address::example())),
        (status = 400, description = "Fields that are not as they must be, the country's rule for postal codes among them.",
            body = shared::http::error::ErrorBody,
            example = json!({"type": "validation_error", "errors": [{"code": "invalid", "detail": "Enter a valid postal code of SA.", "attr": "postal_code"}]})),
        (status = 404, description = "The caller has no such address.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "not_found", "detail": "Not found.", "attr": null}]})),
        (status = 409, description = "The address was changed elsewhere at the same time, again and again.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "conflict", "detail": "The addresses are being changed elsewhere.", "attr": null}]})),
        (status = 429, description = "More than 120 writes in a minute.", body = shared::http::error::ErrorBody,
            headers(("Retry-After" = u32, description = "Seconds to wait.")),
            example = json!({"type": "client_error", "errors": [{"code": "throttled",
                "detail": "Request was throttled. Expected available in 42 seconds.", "attr": null}]})),
    ))]
pub async fn update_address(
    State(app): State<AppState>,
    Extension(areas): Extension<AreaCache>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(PartialAddressChange(change)): Body<PartialAddressChange>,
) -> Result<Json<AddressOut>, ApiError> {
    apply(&app, &areas, &caller, &id, &headers, &change).await
}

/// Changes an address.
///
/// `line1`, `city` and `country` are needed; what else is not sent stays. Otherwise as
/// UpdateAddress by `PATCH`.
///
/// Two sequential trips to storage: the session is looked up beside the address and what is known
/// of all, and the write is counted; then the address is replaced if it is still the one that was
/// read. Three read units; two write units, five where it becomes the default, one more for the
/// first write of an hour; more for an address above a KB.
#[utoipa::path(put, path = "/api/addresses/{id}/", operation_id = "UpdateAddress_put", tag = crate::ADDRESS,
    params(
        ("id" = String, Path, description = "The address's `id`.", format = "uuid"),
        ("Accept-Language" = Option<String>, Header, description = "The wanted languages."),
    ),
    request_body(content = AddressChange, example = json!(crate::address::example_fields())),
    responses(
        (status = 200, description = "The address after the change.", body = AddressOut, example = json!(crate::address::example())),
        (status = 400, description = "Fields that are not as they must be, the country's rule for postal codes among them.",
            body = shared::http::error::ErrorBody,
            example = json!({"type": "validation_error", "errors": [{"code": "required", "detail": "This field is required.", "attr": "city"}]})),
        (status = 404, description = "The caller has no such address.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "not_found", "detail": "Not found.", "attr": null}]})),
        (status = 409, description = "The address was changed elsewhere at the same time, again and again.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "conflict", "detail": "The addresses are being changed elsewhere.", "attr": null}]})),
        (status = 429, description = "More than 120 writes in a minute.", body = shared::http::error::ErrorBody,
            headers(("Retry-After" = u32, description = "Seconds to wait.")),
            example = json!({"type": "client_error", "errors": [{"code": "throttled",
                "detail": "Request was throttled. Expected available in 42 seconds.", "attr": null}]})),
    ))]
pub async fn replace_address(
    State(app): State<AppState>,
    Extension(areas): Extension<AreaCache>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(AddressChange(change)): Body<AddressChange>,
) -> Result<Json<AddressOut>, ApiError> {
    apply(&app, &areas, &caller, &id, &headers, &change).await
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
    for _ in 0..TRIES {
        let before = found.take().ok_or_else(ApiError::not_found)?;
        let after = before.with(change.apply(&before.details).map_err(wrong)?, app.now());
        let was_default = book.default == Some(before.id);
        let done = if change.is_default && !was_default {
            app.store.replace_as_default(verified.customer, &after).await?
        } else {
            app.store.replace_address(verified.customer, &after).await?
        };
        if done {
            let language = Language::wanted(&Languages::of(headers));
            let region = |point| Region::at(point, &areas.index, language);
            return Ok(Json(AddressOut::new(&after, was_default || change.is_default, region)));
        }
        (book, found) = self::read(app, verified.customer, id).await?;
    }
    Err(ApiError::conflict("The addresses are being changed elsewhere."))
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

fn wrong(violations: Vec<(&'static str, Violation)>) -> ApiError {
    let item = |(name, Violation { code, detail }): (&str, Violation)| ErrorItem {
        code,
        detail,
        attr: Some(name.to_owned()),
    };
    ApiError::fields(violations.into_iter().map(item).collect())
}
