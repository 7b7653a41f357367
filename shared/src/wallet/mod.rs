//! Wallets: balances, the ledger behind them, holds, and the audit.

pub(crate) mod audit;
pub(crate) mod currency;
pub(crate) mod holds;
pub mod keys;
pub(crate) mod ledger;
pub(crate) mod lifecycle;
pub(crate) mod model;
pub(crate) mod records;
pub(crate) mod settings;
pub(crate) mod store;

pub use audit::{AuditPlace, Audited, LedgerBreak};
pub use currency::{Currency, UnknownCurrency};
pub use holds::ExpiredHolds;
pub use ledger::{Break, Entry, Funds, Hold, HoldStatus, Kind, LedgerAccount, MOST};
pub use lifecycle::{close_wallet, open_wallet};
pub use model::{Balance, Closing, MOST_CURRENCIES, MoneyLeft, Movement, Posting, Refusal, Wallet};
pub use settings::{AuditSettings, HoldSettings};
pub use store::{DueHold, Listed, Posted, Reversal};
