//! `updateWallet`: money moves.
//!
//! Protocol: everything that the movement is about is read side by side with the session; then the
//! movement is worked out and written in one transaction, anew on the wallet as it stands where
//! others came between. What the rules of the wallet refuse is kept under the request's key as
//! well: for 90 days what failed stays failed, however often it is sent again.

use std::time::Duration;

use axum::{extract::State, response::Response};
use http::StatusCode;
use serde::Serialize;
use shared::{
    app::AppState,
    auth::{
        actor::Actor,
        caller::{Caller, Verified},
        operator::{Money, MoneyPermit, Operator},
    },
    error_responses,
    http::{
        error::ApiError,
        idempotency::{self, MustBeKeyed, RequiredIdempotencyKey},
    },
    idempotency::{Asker, Once, RequestKey, Seen, Slot, StoredAnswer},
    ids::CustomerId,
    random::below,
    store::StoreError,
    wallet::{Entry, Hold, Movement, Posted, Posting, Refusal, Wallet},
};
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::{
    refusal::{error_of, refuse},
    request::{Ask, Asked, Expected, WalletRequest},
    shown::{BalanceOut, EntryOut, example_balance, example_entry},
};

/// The operation's id.
const OPERATION: &str = "updateWallet";
/// How long a movement is tried again while others keep coming between.
const PATIENCE: Duration = Duration::from_secs(6);
/// The longest first wait before a movement is worked out anew, and the longest of all. Each is
/// drawn anew between nothing and its longest.
const WAITS_MILLIS: [u32; 2] = [20, 1_280];

/// The new entry and the balance after it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Moved {
    entry: EntryOut,
    balance: BalanceOut,
}

/// Whose wallet, under which key, and with which token of the operator.
struct About {
    customer: CustomerId,
    slot: Slot,
    /// Spent with the movement.
    permit: Option<MoneyPermit>,
}

/// What a movement is about, as it was read beside the session.
struct Found {
    seen: Option<Seen>,
    wallet: Option<Wallet>,
    hold: Option<Hold>,
    entry: Option<(Entry, bool)>,
}

/// Moves money of a wallet.
///
/// A customer may `debit`, `hold`, `capture` and `release` on their own wallet; anything else is
/// 403. `credit` and `reverse` take an operator token with the scope `wallet:credit` or
/// `wallet:reverse`, which names the customer, the currency and the most that it may move, and is
/// good for one movement. All of a movement happens or nothing. Make one `Idempotency-Key` for
/// each order and keep it: a repeat gets the same answer for ever, a refusal for 90 days. Too
/// little money is 422 `insufficient_funds`; a new try then needs a new key. A hold that nobody
/// settles is released by itself after the time in the parameter `HoldSeconds`.
#[utoipa::path(method(patch, post), path = "/api/wallet/", operation_id = "updateWallet",
    tag = crate::TAG, params(RequiredIdempotencyKey),
    request_body(content = WalletRequest, example = json!(request_example())),
    responses(
        (status = 200, description = "Done; `Idempotency-Replayed` if it was done before.",
            body = Moved, headers(("Idempotency-Replayed" = String,
                description = "`true`: this is the first answer again.")),
            example = json!(example())),
        NotAllowed, Absent, Conflict, Unprocessable,
    ))]
pub async fn update_wallet(
    State(app): State<AppState>,
    actor: Actor,
    MustBeKeyed { key, request }: MustBeKeyed<WalletRequest>,
) -> Result<Response, ApiError> {
    let asked = Asked::of(request)?;
    let (about, found) = match actor {
        Actor::Customer(caller) => found_by_customer(&app, caller, &key, &asked.ask).await?,
        Actor::Operator(operator) => found_by_operator(&app, operator, &key, &asked).await?,
    };
    if let Some(seen) = found.seen {
        return idempotency::repeat(seen);
    }
    let wallet = found.wallet.ok_or_else(ApiError::not_found)?;
    let movement = match movement(&app, &asked.ask, found.hold, found.entry)? {
        Ok(movement) => movement,
        Err(refusal) => return refuse(&app, refusal, about.slot).await,
    };
    Carrying { app: &app, about, movement, reference: asked.reference }.out(wallet).await
}

/// Checks a customer's session beside what the movement is about.
async fn found_by_customer(
    app: &AppState,
    caller: Caller,
    key: &RequestKey,
    ask: &Ask,
) -> Result<(About, Found), ApiError> {
    let slot = |customer| key.slot(Asker::Customer(customer), OPERATION);
    let find = async |customer| find(app, customer, &slot(customer), ask).await;
    let (Verified { customer, .. }, found) = caller.alongside_write(find).await?;
    if ask.scope().is_some() {
        return Err(ApiError::permission_denied());
    }
    Ok((About { customer, slot: slot(customer), permit: None }, found))
}

/// Checks an operator's token against the movement and what it is about.
async fn found_by_operator(
    app: &AppState,
    operator: Operator,
    key: &RequestKey,
    asked: &Asked,
) -> Result<(About, Found), ApiError> {
    let Some(scope) = asked.ask.scope() else { return Err(operator.refused(app, None, None)) };
    let permit = operator.permit(app, scope, asked.customer)?;
    let customer = permit.customer();
    let slot = key.slot(Asker::Operator(customer), OPERATION);
    let found = find(app, customer, &slot, &asked.ask).await?;
    permit.use_for(app, found.money(&asked.ask))?;
    Ok((About { customer, slot, permit: Some(permit) }, found))
}

impl Found {
    /// How much the operator's movement moves; none if there is no such entry.
    fn money(&self, ask: &Ask) -> Option<Money> {
        match (ask, &self.entry) {
            (Ask::Credit(currency, amount), _) => {
                Some(Money { amount: *amount, currency: *currency })
            }
            (_, Some((entry, _))) => Some(Money { amount: entry.amount, currency: entry.currency }),
            _ => None,
        }
    }
}

/// Reads everything that a movement is about. One trip; a read unit for each record.
async fn find(
    app: &AppState,
    customer: CustomerId,
    slot: &Slot,
    ask: &Ask,
) -> Result<Found, StoreError> {
    let hold = async {
        match ask {
            Ask::Capture(Some(id), ..) | Ask::Release(Some(id), _) => {
                app.store.hold(customer, *id).await
            }
            _ => Ok(None),
        }
    };
    let entry = async {
        match ask {
            Ask::Reverse(Some(id), _) => app.store.entry(customer, *id).await,
            _ => Ok(None),
        }
    };
    let seen = app.store.seen_before(Some(slot), app.now());
    let (seen, wallet, hold, entry) =
        tokio::try_join!(seen, app.store.wallet(customer), hold, entry)?;
    Ok(Found { seen, wallet, hold, entry })
}

/// The movement that is asked for, with what it is about.
fn movement(
    app: &AppState,
    ask: &Ask,
    hold: Option<Hold>,
    entry: Option<(Entry, bool)>,
) -> Result<Result<Movement, Refusal>, ApiError> {
    let hold = || hold.ok_or_else(ApiError::not_found);
    Ok(Ok(match ask {
        Ask::Credit(currency, amount) => Movement::Credit(*currency, *amount),
        Ask::Debit(currency, amount) => Movement::Debit(*currency, *amount),
        Ask::Hold(currency, amount) => {
            let until = app
                .now()
                .saturating_add(app.settings.holds()?.life)
                .unwrap_or(jiff::Timestamp::MAX);
            Movement::Hold(*currency, *amount, until)
        }
        Ask::Capture(_, amount, currency) => {
            let hold = hold()?;
            Expected { amount: None, currency: *currency }.check(hold.amount, hold.currency)?;
            Movement::Capture(hold, *amount)
        }
        Ask::Release(_, expected) => {
            let hold = hold()?;
            expected.check(hold.amount, hold.currency)?;
            Movement::Release(hold)
        }
        Ask::Reverse(_, expected) => {
            let (entry, is_reversed) = entry.ok_or_else(ApiError::not_found)?;
            expected.check(entry.amount, entry.currency)?;
            if is_reversed {
                return Ok(Err(Refusal::AlreadyReversed));
            }
            Movement::Reverse(entry)
        }
    }))
}

/// A movement under way.
struct Carrying<'a> {
    app: &'a AppState,
    about: About,
    movement: Movement,
    reference: Option<String>,
}

impl Carrying<'_> {
    /// Works the movement out on the wallet and writes it; on the wallet as it stands then, where
    /// others came between.
    async fn out(self, wallet: Wallet) -> Result<Response, ApiError> {
        let app = self.app;
        let until = Instant::now() + PATIENCE;
        let [mut longest, longest_of_all] = WAITS_MILLIS;
        let mut wallet = wallet;
        let mut is_first = true;
        let About { customer, ref slot, ref permit } = self.about;
        let spending = permit.as_ref().map(|permit| permit.spending(&slot.request));
        loop {
            if !wallet.is_sound() {
                let ledger = wallet.ledger;
                tracing::error!(event = "ledger_broken", %ledger, what = "bound", "ledger");
                return Err(ApiError::internal("a wallet holds what no wallet can hold"));
            }
            let now = app.now();
            let posting =
                match wallet.post(&self.movement, self.reference.clone(), now, &*app.random) {
                    Ok(posting) => posting,
                    Err(refusal) => return refuse(app, refusal, self.about.slot).await,
                };
            let fresh = answer(&posting)?;
            let kept = slot.clone().keeping_for_ever(fresh.clone());
            let posted = app.store.post(customer, &posting, Some(&kept), spending.as_ref(), now);
            match posted.await? {
                Posted::Done => return idempotency::answer(Once::Done, fresh),
                Posted::Replayed(stored) => {
                    return idempotency::answer(Once::Replayed(stored), fresh);
                }
                Posted::Reused => return idempotency::answer(Once::Reused, fresh),
                Posted::HoldSettled => {
                    return refuse(app, Refusal::HoldSettled, self.about.slot).await;
                }
                Posted::AlreadyReversed => {
                    return refuse(app, Refusal::AlreadyReversed, self.about.slot).await;
                }
                Posted::TokenSpent => return Err(self.spent(&posting.entry)),
                Posted::Moved(other) => {
                    app.metrics.count(now, "BalanceConflicts", 1);
                    // One other came between, most likely: the wallet that it left needs not be
                    // read.
                    if let Some(other) = other.filter(|_| is_first) {
                        (wallet, is_first) = (other, false);
                        continue;
                    }
                }
                Posted::Busy => app.metrics.count(now, "BalanceConflicts", 1),
            }
            let wait = Duration::from_millis(below(&*app.random, longest).into());
            if Instant::now() + wait > until {
                return self.given_up().await;
            }
            tokio::time::sleep(wait).await;
            // Read after the wait and not before: what was read before it would be old by now.
            wallet = app.store.wallet(customer).await?.ok_or_else(ApiError::not_found)?;
            (is_first, longest) = (false, longest_of_all.min(longest * 2));
        }
    }
}

impl Carrying<'_> {
    /// The operator's token was spent on another movement.
    fn spent(&self, entry: &Entry) -> ApiError {
        let money = Money { amount: entry.amount, currency: entry.currency };
        let refused =
            self.about.permit.as_ref().map(|permit| permit.refused(self.app, Some(money)));
        refused.unwrap_or_else(ApiError::permission_denied)
    }

    /// Others moved the wallet all the while: perhaps by the same request, which is done by now.
    async fn given_up(self) -> Result<Response, ApiError> {
        match self.app.store.seen_before(Some(&self.about.slot), self.app.now()).await? {
            Some(seen) => idempotency::repeat(seen),
            None => Err(StoreError::Conflict.into()),
        }
    }
}

fn answer(Posting { wallet, entry, .. }: &Posting) -> Result<StoredAnswer, ApiError> {
    let balance = wallet
        .balances
        .get(&entry.currency)
        .map(|balance| BalanceOut::new(entry.currency, balance));
    let balance = balance.ok_or_else(|| ApiError::internal("an entry of no balance"))?;
    StoredAnswer::json(StatusCode::OK, &Moved { entry: entry.clone().into(), balance })
}

error_responses! {
    /// Only the operator may do this, or the operator token is not for this movement, or was spent
    /// on another one.
    NotAllowed: ApiError::permission_denied();
    /// No such hold, entry or customer.
    Absent: ApiError::not_found();
    /// The hold is settled or has expired, the entry was reversed before, or the wallet has as many
    /// currencies as allowed.
    Conflict: error_of(Refusal::HoldSettled), error_of(Refusal::TooManyCurrencies);
    /// Too little is available, the balance would be too high, or the key was used for another
    /// request.
    Unprocessable: ApiError::insufficient_funds(), ApiError::balance_limit(),
        ApiError::idempotency_key_reused();
}

fn request_example() -> serde_json::Value {
    serde_json::json!(
        {"type": "debit", "amount": 1_250, "currency": "KWD", "reference": "Order 1042"}
    )
}

fn example() -> serde_json::Value {
    serde_json::json!({"entry": example_entry(), "balance": example_balance()})
}
