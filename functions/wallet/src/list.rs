//! `listWalletDetails`: balances and history, as JSON or as a statement.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use serde::Serialize;
use shared::{
    app::AppState,
    auth::caller::Caller,
    error_responses,
    http::{
        body::Query,
        error::ApiError,
        negotiate::Accept,
        page::{Page, Paging},
        request::Optional,
    },
    ids::{CustomerId, EntryId},
    paging::Span,
    request,
    store::{Store, StoreError},
    wallet::{Currency, Entry, Wallet},
};
use utoipa::ToSchema;

use crate::{
    request::IsoCurrency,
    shown::{BalanceOut, EntryOut, example_balance, example_entry},
    statement::{self, CSV, ROWS, statement},
};

/// A wallet.
#[derive(Debug, Serialize, ToSchema)]
pub struct WalletDetails {
    /// By currency. One stands here from its first entry on.
    balances: Vec<BalanceOut>,
    /// The history, newest first.
    #[schema(inline)]
    entries: Page<EntryOut>,
}

request! {
    /// Which part of a wallet.
    pub struct WalletQuery {
        /// ISO 4217; without it all that the wallet has.
        currency: Optional<IsoCurrency>,
    }
}

/// Where a page leaves the history of all currencies, written `<entry>~<currencies>`: the next one
/// need not ask which there are.
struct Place {
    entry: String,
    currencies: Vec<Currency>,
}

/// Lists the caller's balances and the ledger entries behind them.
///
/// Newest first, of one currency or of all. With `Accept: text/csv` the entries alone, as a
/// statement of up to a thousand rows; `Link` has the address of the next. In it an apostrophe
/// stands before a negative amount and before a reference that a spreadsheet would take for a
/// formula.
#[utoipa::path(get, path = "/api/wallet/", operation_id = "listWalletDetails", tag = crate::TAG,
    params(
        WalletQuery, Paging,
    ),
    responses(
        (status = 200, description = "The wallet.", content(
            (WalletDetails = "application/json", example = json!(example())),
            (String = "text/csv", example = json!(statement::example())),
        )),
        UnknownCurrency,
    ))]
pub async fn list_wallet_details(
    State(app): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    paging: Paging,
    Query(WalletQuery { currency }): Query<WalletQuery>,
) -> Result<Response, ApiError> {
    let accept = Accept::of(&headers);
    let as_csv = accept.quality(CSV) > accept.quality("application/json");
    let paging = if as_csv { paging.of_size(ROWS) } else { paging };
    let span = paging.span();
    let read = async |customer| {
        tokio::try_join!(app.store.wallet(customer), entries(&app.store, customer, currency, &span))
    };
    let (verified, (wallet, entries)) = caller.alongside(read).await?;
    let currencies: Vec<Currency> =
        wallet.iter().flat_map(|wallet| wallet.balances.keys().copied()).collect();
    let entries = match entries.filter(|read| read.are_of(&currencies)) {
        Some(read) => read.entries,
        None => app.store.entries_of_all(verified.customer, &currencies, &of_entry(&span)).await?,
    };
    let place = |entry: &Entry| Place::of(entry.id, currency, &currencies);
    let page = paging.page(entries, place);
    if as_csv {
        return Ok(statement(&page));
    }
    let balances =
        wallet.map(|wallet: Wallet| BalanceOut::all(&wallet, currency)).unwrap_or_default();
    Ok(Json(WalletDetails { balances, entries: page.map(EntryOut::from) }).into_response())
}

/// Entries that were read before it was known which currencies there are.
struct Read {
    entries: Vec<Entry>,
    /// The currencies that they are of; none: of the one that was asked for.
    of: Option<Guess>,
}

enum Guess {
    /// Of whichever is the only one.
    TheOnly,
    /// Of those that the page before named.
    These(Vec<Currency>),
}

impl Read {
    /// Whether they are all that they must be, now that the wallet's currencies are known.
    fn are_of(&self, currencies: &[Currency]) -> bool {
        match &self.of {
            None => true,
            Some(Guess::TheOnly) => currencies.len() <= 1,
            Some(Guess::These(read)) => read == currencies,
        }
    }
}

/// The entries, as far as they can be read beside the wallet.
async fn entries(
    store: &Store,
    customer: CustomerId,
    currency: Option<Currency>,
    span: &Span,
) -> Result<Option<Read>, StoreError> {
    if let Some(currency) = currency {
        return Ok(Some(Read {
            entries: store.entries(customer, currency, span).await?,
            of: None,
        }));
    }
    let Some(from) = span.from.as_deref() else {
        let entries = store.entries_of_last_currency(customer, span).await?;
        return Ok(Some(Read { entries, of: Some(Guess::TheOnly) }));
    };
    let Place { currencies, .. } = Place::parse(from);
    let entries = store.entries_of_all(customer, &currencies, &of_entry(span)).await?;
    Ok(Some(Read { entries, of: Some(Guess::These(currencies)) }))
}

/// The span with nothing but the entry in its position.
fn of_entry(span: &Span) -> Span {
    Span { from: span.from.as_deref().map(|from| Place::parse(from).entry), ..span.clone() }
}

impl Place {
    fn of(entry: EntryId, only: Option<Currency>, currencies: &[Currency]) -> String {
        if only.is_some() {
            return entry.to_string();
        }
        let codes: Vec<&str> = currencies.iter().map(|currency| currency.code()).collect();
        format!("{entry}~{}", codes.join(","))
    }

    fn parse(position: &str) -> Self {
        let (entry, codes) = position.split_once('~').unwrap_or((position, ""));
        let currencies = codes.split(',').filter_map(|code| code.parse().ok()).collect();
        Self { entry: entry.to_owned(), currencies }
    }
}

error_responses! {
    /// A currency that does not exist.
    UnknownCurrency: ApiError::field(
        "currency",
        "invalid_choice",
        "\"XYZ\" is not a valid choice."
    );
}

/// The wallet of the examples.
fn example() -> serde_json::Value {
    serde_json::json!({"balances": [example_balance()],
        "entries": {"next": null, "previous": null, "results": [example_entry()]}})
}
