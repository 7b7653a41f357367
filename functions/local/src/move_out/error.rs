//! Why customers cannot move out.

use std::{fmt, io};

use shared::{store::StoreError, wallet::Currency};

#[derive(Debug)]
pub enum MoveOutError {
    Store(StoreError),
    Output(io::Error),
    /// There are new rows, and no keys for them.
    NoKeys,
    /// A row of the old stack has this key, which is not below those of new rows.
    KeysTaken(u64),
    /// The mapping has only another currency.
    OtherCurrency(Currency),
    /// An amount has more decimals than the mapping's `exponent`.
    Decimals(Currency),
}

impl From<StoreError> for MoveOutError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for MoveOutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Output(error) => write!(f, "cannot write the file: {error}"),
            Self::NoKeys => f.write_str(
                "there are rows that the old stack does not have: say with --keys-from which \
                 primary keys they get, above all keys in the old database",
            ),
            Self::KeysTaken(key) => write!(
                f,
                "--keys-from must be above all keys in the old database, and a row of it has {key}"
            ),
            Self::OtherCurrency(currency) => {
                write!(f, "a balance is in {}, not in wallet.fixed_currency", currency.code())
            }
            Self::Decimals(currency) => write!(
                f,
                "an amount in {} has more decimals than wallet.exponent of the mapping",
                currency.code()
            ),
        }
    }
}

impl std::error::Error for MoveOutError {}
