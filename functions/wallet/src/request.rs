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
        /// In the smallest unit of the currency. With `release` and `reverse` it must be the
        /// amount of the hold or of the entry.
        amount: Optional<Integer<1, MOST>>,
        /// A code of ISO 4217. With `capture`, `release` and `reverse` it must be the currency of
        /// the hold or of the entry.
        currency: Optional<IsoCurrency>,
        /// What the movement is for. The entry shows it.
        reference: Optional<Text<0, 140>>,
        /// The `hold_id` of the entry that opened the hold.
        hold_id: Optional<Text>,
        /// The entry to take back.
        entry_id: Optional<Text>,
        /// Whose wallet. It must be the customer of the operator token.
        customer_id: Optional<Id<CustomerId>>,
    }
}

/// The types of movements.
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

/// Which fields a type of movement has.
#[derive(Debug)]
pub struct FieldsOfType {
    /// The type.
    pub kind: MovementKind,
    /// What must be sent.
    pub needed: &'static [&'static str],
    /// What may be sent as well.
    pub taken: &'static [&'static str],
}

/// The fields of each type.
pub const FIELDS_OF_TYPES: &[FieldsOfType] = &[
    of_type(MovementKind::Credit, &["amount", "currency"], &["reference", "customer_id"]),
    of_type(MovementKind::Debit, &["amount", "currency"], &["reference"]),
    of_type(MovementKind::Hold, &["amount", "currency"], &["reference"]),
    of_type(MovementKind::Capture, &["amount", "hold_id"], &["currency", "reference"]),
    of_type(MovementKind::Release, &["hold_id"], &["amount", "currency", "reference"]),
    of_type(
        MovementKind::Reverse,
        &["entry_id"],
        &["amount", "currency", "reference", "customer_id"],
    ),
];

const fn of_type(
    kind: MovementKind,
    needed: &'static [&'static str],
    taken: &'static [&'static str],
) -> FieldsOfType {
    FieldsOfType { kind, needed, taken }
}

impl MovementKind {
    /// As in a request.
    pub fn name(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Debit => "debit",
            Self::Hold => "hold",
            Self::Capture => "capture",
            Self::Release => "release",
            Self::Reverse => "reverse",
        }
    }

    /// What it does.
    pub fn about(self) -> &'static str {
        match self {
            Self::Credit => "Pays money in. It takes an operator token.",
            Self::Debit => "Pays with the available balance.",
            Self::Hold => "Sets money aside, to pay with it later.",
            Self::Capture => "Pays with money that was set aside; the rest is available again.",
            Self::Release => "Makes money available again that was set aside.",
            Self::Reverse => {
                "Takes back a credit, a debit or a capture. It takes an operator token."
            }
        }
    }
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
    let Ok(kind) = read.r#type else { return };
    let of_type = FIELDS_OF_TYPES.iter().find(|one| one.kind == kind);
    for name in of_type.into_iter().flat_map(|one| one.needed) {
        let is_absent = match *name {
            "amount" => matches!(read.amount, Ok(None)),
            "currency" => matches!(read.currency, Ok(None)),
            "hold_id" => matches!(read.hold_id, Ok(None)),
            _ => matches!(read.entry_id, Ok(None)),
        };
        if is_absent {
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
