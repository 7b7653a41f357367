//! What every function of Satchel shares: the domains, the tokens and the conventions of the HTTP
//! API.
//!
//! Imports point one way: the crate `table` ← what knows no domain (`ids`, `clock`, `hashes`,
//! `aws`, `config`, …) ← the domains (`account`, `wallet`, …) ← `settings`, `app`, `auth`, `http` ←
//! `runtime` ← the groups. No two files import each other. `tests/contract/layers.rs` checks both.

macro_rules! domains {
    ($($domain:ident,)+) => {
        $(pub mod $domain;)+

        /// All domains. The members of an export are in this order, and so are the tasks of one
        /// stage of the clean-up.
        pub const DOMAINS: &[domain::Domain] = &[$($domain::DOMAIN,)+];
    };
}

// A new domain is its folder and a line here. Erasure goes through them in this order: a profile
// leads to what `legacy` has of its customer, so that comes first.
domains! {
    legacy,
    customer,
    account,
    otp,
    limits,
    idempotency,
    operator_token,
    wallet,
    address,
    device,
    inbox,
    content,
    area,
    petstore,
    auth,
    move_in,
}

pub mod app;
pub mod audit;
pub mod aws;
mod catalogue;
pub mod characters;
pub mod clock;
pub mod config;
pub mod deadline;
pub mod domain;
pub mod domains;
pub mod hashes;
pub mod http;
pub mod ids;
pub mod language;
pub mod metrics;
pub mod paging;
pub mod phone;
pub mod point;
pub mod runtime;
pub mod settings;
pub mod store;
pub mod subject;
pub mod swr_cache;
pub mod text_message;
pub mod times;
pub mod version;

#[doc(hidden)]
pub use pastey;
pub use table::random;
