//! Ids of operator tokens, and the scopes that move money.

use crate::ids::typed_id;

typed_id!(
    /// The `jti` of an operator token.
    TokenId
);

/// A scope of operator tokens that permits to move money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyScope {
    /// To give money to a customer.
    Credit,
    /// To take back an entry of a ledger.
    Reverse,
}

impl MoneyScope {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Credit, Self::Reverse];

    /// The word in the claim `scope`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Credit => "wallet:credit",
            Self::Reverse => "wallet:reverse",
        }
    }
}
