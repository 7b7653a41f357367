//! `ListAddresses`.

use axum::{Extension, Json, extract::State};
use http::HeaderMap;
use shared::{
    app::AppState,
    auth::caller::Caller,
    http::{error::ApiError, language::Languages},
};

use crate::{address::AddressOut, countries::Language, region::Region, served::AreaCache};

/// Lists the caller's addresses.
///
/// At most 50, the default first, then the newest. The names of countries in `region` are in the
/// language of `Accept-Language`.
#[utoipa::path(get, path = "/api/addresses/", operation_id = "ListAddresses", tag = crate::ADDRESS,
    params(Languages),
    responses((status = 200, description = "The addresses.", body = Vec<AddressOut>,
        example = json!([crate::address::example()]))))]
pub async fn list_addresses(
    State(app): State<AppState>,
    Extension(areas): Extension<AreaCache>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Json<Vec<AddressOut>>, ApiError> {
    let (read, areas) = tokio::join!(
        caller.alongside(|customer| app.store.addresses(customer)),
        areas.get_or_none(&app)
    );
    let (_, (book, addresses)) = read?;
    let language = Language::accepted(&headers);
    let region = |point| Region::at(point, &areas, language);
    Ok(Json(
        addresses
            .iter()
            .map(|address| AddressOut::new(address, book.default == Some(address.id), region))
            .collect(),
    ))
}
