//! `CreateAddress`.

use axum::{Extension, extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use shared::{
    address::{
        Added, Address, AddressBook, AddressId, DefaultPlace, Details, NewAddress as Addition,
    },
    app::AppState,
    auth::caller::Caller,
    error_responses,
    http::{
        error::ApiError,
        idempotency::{self, IdempotencyKey, Keyed},
        language::Languages,
    },
    idempotency::{Asker, StoredAnswer},
    store::StoreError,
};

use crate::{
    address::{AddressOut, NewAddress, changed, changed_elsewhere},
    countries::Language,
    region::Region,
    served::AreaCache,
};

/// How often an addition is decided anew, where others empty and fill the book all the while.
pub(crate) const TRIES: usize = 12;

/// Adds an address to the caller's address book.
///
/// The first one becomes the default whatever is sent; a later one if `is_default` is true. The
/// postal code is checked by the rule of the country and stored in its form. Send an
/// `Idempotency-Key`, so that a repeat adds nothing. The 51st address is 409 `limit_reached`.
#[utoipa::path(post, path = "/api/addresses/", operation_id = "CreateAddress",
    tag = crate::ADDRESS, params(IdempotencyKey, Languages),
    request_body(content = NewAddress, example = json!(crate::address::example_fields())),
    responses(
        (status = 201, description = "The address.", body = AddressOut,
            example = json!(crate::address::example())),
        crate::address::Invalid, TooManyAddresses,
    ))]
pub async fn create_address(
    State(app): State<AppState>,
    Extension(areas): Extension<AreaCache>,
    caller: Caller,
    headers: HeaderMap,
    Keyed { key, request: NewAddress { address, is_default } }: Keyed<NewAddress>,
) -> Result<Response, ApiError> {
    let language = Language::accepted(&headers);
    let details = changed(&Details::default(), address.into(), language)?;
    let now = app.now();
    let slot =
        |customer| key.as_ref().map(|key| key.slot(Asker::Customer(customer), "CreateAddress"));
    let read = async |customer| {
        let slot = slot(customer);
        tokio::try_join!(
            app.store.seen_before(slot.as_ref(), now),
            app.store.address_book(customer)
        )
    };
    let (read, areas) = tokio::join!(caller.alongside_write(read), areas.get_or_none(&app));
    let (verified, (seen, mut book)) = read?;
    if let Some(seen) = seen {
        return idempotency::repeat(seen);
    }
    let customer = verified.customer;
    let address = Address::new(AddressId::new(now, &*app.random), details, now);
    for _ in 0..TRIES {
        if book.is_full() {
            return Err(full());
        }
        let place = place(is_default, &book);
        let region = |point| Region::at(point, &areas, language);
        let fresh = StoredAnswer::json(
            StatusCode::CREATED,
            &AddressOut::new(&address, place != DefaultPlace::Left, region),
        )?;
        let kept = slot(customer).map(|slot| slot.keeping(fresh.clone(), now));
        let addition = Addition { customer, address: &address, place, now };
        match app.store.add_address(addition, kept.as_ref()).await {
            Ok(Added::Once(once)) => return idempotency::answer(once, fresh),
            Ok(Added::Full) => return Err(full()),
            Ok(Added::Otherwise(found)) => book = found,
            // Others kept adding all the while; perhaps there is no place any more that would be
            // worth another try.
            Err(StoreError::Conflict) if app.store.address_book(customer).await?.is_full() => {
                return Err(full());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(changed_elsewhere())
}

fn place(is_default: bool, book: &AddressBook) -> DefaultPlace {
    match (is_default, book.default) {
        (true, _) => DefaultPlace::Taken,
        (false, None) => DefaultPlace::First,
        (false, Some(_)) => DefaultPlace::Left,
    }
}

fn full() -> ApiError {
    ApiError::limit_reached("At most 50 addresses.")
}

error_responses! {
    /// The caller has as many addresses as a customer may have.
    TooManyAddresses: full();
}
