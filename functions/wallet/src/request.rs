//! What updateWallet is asked: which fields each type needs, and of what form.

use shared::{
    http::{
        error::ApiError,
        fields::{Fields, FromFields, Reported, Rule, Violation},
        rules::{Choice, Integer, text},
    },
    ids::{CustomerId, EntryId},
    wallet::{Currency, MOST},
};
use utoipa::ToSchema;

/// A movement of money.
#[derive(ToSchema)]
#[schema(as = WalletRequest)]
#[expect(dead_code, reason = "stands here for the document; the fields are read by their type")]
pub struct WalletFields {
    /// `credit` and `reverse` are the operator's.
    #[serde(rename = "type")]
    kind: MovementKind,
    /// Minor units. Needed but for `release` and `reverse`, where it must be that of the hold or
    /// the entry if it is sent.
    #[schema(nullable = false, minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    amount: Option<i64>,
    /// ISO 4217. Needed for `credit`, `debit` and `hold`; otherwise it must be that of the hold or
    /// the entry if it is sent.
    #[schema(nullable = false)]
    currency: Option<String>,
    /// Stands in the entry.
    #[schema(nullable = false, max_length = 140)]
    reference: Option<String>,
    /// Needed for `capture` and `release`: the `hold_id` of the hold's entry.
    #[schema(nullable = false)]
    hold_id: Option<String>,
    /// Needed for `reverse`: the entry to take back.
    #[schema(nullable = false)]
    entry_id: Option<String>,
    /// Whose wallet. Needed with an operator token that is not for one customer alone; without
    /// effect for a customer.
    #[schema(nullable = false)]
    customer_id: Option<String>,
}

/// What a request may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "lowercase")]
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

/// What is asked, read.
#[derive(Debug)]
pub(crate) struct WalletRequest {
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

impl MovementKind {
    const CHOICES: [&'static str; 6] = ["credit", "debit", "hold", "capture", "release", "reverse"];

    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "credit" => Self::Credit,
            "debit" => Self::Debit,
            "hold" => Self::Hold,
            "capture" => Self::Capture,
            "release" => Self::Release,
            "reverse" => Self::Reverse,
            _ => return None,
        })
    }

    /// What a token of the operator must be for; none: it is the customer's own to do.
    fn scope(self) -> Option<&'static str> {
        match self {
            Self::Credit => Some("wallet:credit"),
            Self::Reverse => Some("wallet:reverse"),
            _ => None,
        }
    }
}

impl Ask {
    /// What a token of the operator must be for; none: it is the customer's own to do.
    pub(crate) fn scope(&self) -> Option<&'static str> {
        match self {
            Self::Credit(..) => MovementKind::Credit.scope(),
            Self::Reverse(..) => MovementKind::Reverse.scope(),
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

impl FromFields for WalletRequest {
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported> {
        use MovementKind::{Capture, Credit, Debit, Hold, Release, Reverse};
        let kind = fields
            .required("type", Choice(&MovementKind::CHOICES))
            .map(|kind| MovementKind::parse(&kind));
        let kind = kind.and_then(|kind| kind.ok_or(Reported));
        let needs = |kinds: &[MovementKind]| kind.is_ok_and(|kind| kinds.contains(&kind));
        let amount =
            field(fields, "amount", Integer(1, MOST), needs(&[Credit, Debit, Hold, Capture]));
        let currency = field(fields, "currency", IsoCurrency, needs(&[Credit, Debit, Hold]));
        let reference = fields.optional("reference", text().or_blank().at_most(140));
        let hold = field(fields, "hold_id", text(), needs(&[Capture, Release]));
        let entry = field(fields, "entry_id", text(), needs(&[Reverse]));
        let customer = fields.optional("customer_id", text());
        let (kind, amount, currency) = (kind?, amount?, currency?);
        let (hold, entry) = (id_of(hold?), id_of(entry?));
        let expected = Expected { amount, currency };
        let moved = || currency.zip(amount).ok_or(Reported);
        let ask = match kind {
            Credit => moved().map(|(currency, amount)| Ask::Credit(currency, amount))?,
            Debit => moved().map(|(currency, amount)| Ask::Debit(currency, amount))?,
            Hold => moved().map(|(currency, amount)| Ask::Hold(currency, amount))?,
            Capture => Ask::Capture(hold, amount.ok_or(Reported)?, currency),
            Release => Ask::Release(hold, expected),
            Reverse => Ask::Reverse(entry, expected),
        };
        let customer = match customer? {
            Some(id) => Some(id.parse().map_err(|_| {
                fields.report("customer_id", Violation::invalid("Must be a valid UUID."))
            })?),
            None => None,
        };
        Ok(Self { ask, reference: reference?.filter(|text| !text.is_empty()), customer })
    }
}

/// A field that some types need.
fn field<R: Rule>(
    fields: &mut Fields,
    name: &str,
    rule: R,
    needed: bool,
) -> Result<Option<R::Value>, Reported> {
    if needed { fields.required(name, rule).map(Some) } else { fields.optional(name, rule) }
}

fn id_of(text: Option<String>) -> Option<EntryId> {
    text?.parse().ok()
}

/// A code of ISO 4217.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IsoCurrency;

impl Rule for IsoCurrency {
    type Value = Currency;

    fn read(&self, value: &serde_json::Value) -> Result<Currency, Violation> {
        let code = text().read(value)?;
        code.parse().map_err(|_| {
            Violation::new("invalid_choice", format!("\"{code}\" is not a valid choice."))
        })
    }
}
