//! What updateWallet is asked: which fields each type needs, and of what form.

use serde::Deserialize;
use serde_json::Value;
use shared::{
    http::{
        error::ApiError,
        request::{
            Choice, Context, Fields, Id, Integer, Optional, Rule, Text, Violation,
            schema::{self, References},
        },
    },
    ids::{CustomerId, EntryId},
    operator_token::MoneyScope,
    request,
    wallet::{Currency, MOST},
};
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};

request! {
    /// A movement of money.
    #[check(fields_of_type)]
    pub struct WalletRequest {
        /// `credit` and `reverse` are the operator's.
        r#type: Choice<MovementKind>,
        /// Minor units. Needed but for `release` and `reverse`, where it must be that of the hold
        /// or the entry if it is sent.
        amount: Optional<Integer<1, MOST>>,
        /// ISO 4217. Needed for `credit`, `debit` and `hold`; otherwise it must be that of the hold
        /// or the entry if it is sent.
        currency: Optional<IsoCurrency>,
        /// Stands in the entry.
        reference: Optional<Text<0, 140>>,
        /// Needed for `capture` and `release`: the `hold_id` of the hold's entry.
        hold_id: Optional<Text>,
        /// Needed for `reverse`: the entry to take back.
        entry_id: Optional<Text>,
        /// Whose wallet. With an operator token it must be the token's customer if it is sent;
        /// without effect for a customer.
        customer_id: Optional<Id<CustomerId>>,
    }
}

/// What a request may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MovementKind {
    /// Money comes in.
    Credit,
    /// Money is spent.
    Debit,
    /// Money is put aside.
    Hold,
    /// Money that was put aside is spent; the rest of it is free again.
    Capture,
    /// Money that was put aside is free again.
    Release,
    /// A credit, a debit or a capture is taken back.
    Reverse,
}

/// What is asked for.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) ask: Ask,
    pub(crate) reference: Option<String>,
    pub(crate) customer: Option<CustomerId>,
}

/// A movement as it is asked for; what it is about is not looked up yet. A text that is no id names
/// nothing.
#[derive(Debug, Clone)]
pub(crate) enum Ask {
    Credit(Currency, i64),
    Debit(Currency, i64),
    Hold(Currency, i64),
    Capture(Option<EntryId>, i64, Option<Currency>),
    Release(Option<EntryId>, Expected),
    Reverse(Option<EntryId>, Expected),
}

/// What a request says of the hold or the entry that it names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected {
    pub(crate) amount: Option<i64>,
    pub(crate) currency: Option<Currency>,
}

impl Ask {
    /// What a token of the operator must be for; none: it is the customer's own to do.
    pub(crate) fn scope(&self) -> Option<MoneyScope> {
        match self {
            Self::Credit(..) => Some(MoneyScope::Credit),
            Self::Reverse(..) => Some(MoneyScope::Reverse),
            _ => None,
        }
    }
}

impl Expected {
    /// Whether the hold or the entry is what the request says of it.
    pub(crate) fn check(self, amount: i64, currency: Currency) -> Result<(), ApiError> {
        if self.amount.is_some_and(|expected| expected != amount) {
            return Err(ApiError::field(
                "amount",
                "invalid",
                "This is not the amount of what is named.",
            ));
        }
        if self.currency.is_some_and(|expected| expected != currency) {
            return Err(ApiError::field(
                "currency",
                "invalid",
                "This is not the currency of what is named.",
            ));
        }
        Ok(())
    }
}

/// Reports what the type of a movement needs and was not sent.
fn fields_of_type(read: &WalletRequestRead, fields: &mut Fields) {
    use MovementKind::{Capture, Credit, Debit, Hold, Release, Reverse};
    let Ok(kind) = read.r#type else { return };
    let absent = [
        ("amount", matches!(read.amount, Ok(None)), &[Credit, Debit, Hold, Capture][..]),
        ("currency", matches!(read.currency, Ok(None)), &[Credit, Debit, Hold]),
        ("hold_id", matches!(read.hold_id, Ok(None)), &[Capture, Release]),
        ("entry_id", matches!(read.entry_id, Ok(None)), &[Reverse]),
    ];
    for (name, is_absent, needed_for) in absent {
        if is_absent && needed_for.contains(&kind) {
            fields.missing(name);
        }
    }
}

impl Asked {
    /// What a request asks for, whose fields were found to be those of its type.
    pub(crate) fn of(request: WalletRequest) -> Result<Self, ApiError> {
        use MovementKind::{Capture, Credit, Debit, Hold, Release, Reverse};
        let WalletRequest { r#type, amount, currency, reference, hold_id, entry_id, customer_id } =
            request;
        let (hold, entry) = (id_of(hold_id), id_of(entry_id));
        let lacking = || ApiError::internal("a field of a movement was not checked");
        let moved = || currency.zip(amount).ok_or_else(lacking);
        let expected = Expected { amount, currency };
        let ask = match r#type {
            Credit => moved().map(|(currency, amount)| Ask::Credit(currency, amount))?,
            Debit => moved().map(|(currency, amount)| Ask::Debit(currency, amount))?,
            Hold => moved().map(|(currency, amount)| Ask::Hold(currency, amount))?,
            Capture => Ask::Capture(hold, amount.ok_or_else(lacking)?, currency),
            Release => Ask::Release(hold, expected),
            Reverse => Ask::Reverse(entry, expected),
        };
        let reference = reference.filter(|text| !text.is_empty());
        Ok(Self { ask, reference, customer: customer_id })
    }
}

fn id_of(text: Option<String>) -> Option<EntryId> {
    text?.parse().ok()
}

/// A code of ISO 4217.
pub struct IsoCurrency;

impl Rule for IsoCurrency {
    type Value = Currency;

    fn read(value: &Value, context: &Context) -> Result<Currency, Violation> {
        let code = <Text>::read(value, context)?;
        code.parse().map_err(|_| Violation::invalid_choice(&code))
    }

    fn schema(_: &mut References) -> RefOr<Schema> {
        schema::text(3, 3, None)
    }
}
