//! Users and refresh tokens of the old stack.
//!
//! Invariant: an id has from 1 to `LONGEST` bytes, so what is stored under it and of it is
//! bounded.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{CustomerId, SessionId};

/// The most bytes of an id: what the old stack's columns hold.
pub const LONGEST: usize = 255;

/// An id that is empty or longer than `LONGEST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

macro_rules! legacy_text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text of the old stack.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = TooLong;

            fn from_str(text: &str) -> Result<Self, TooLong> {
                let fits = (1..=LONGEST).contains(&text.len());
                fits.then(|| Self(text.to_owned())).ok_or(TooLong)
            }
        }
    };
}

legacy_text!(
    /// The primary key of a user, as Django writes it: a number, a UUID or another text.
    LegacyId
);
legacy_text!(
    /// The `jti` of a refresh token.
    TokenName
);

/// The customer that a user became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegacyUser {
    /// The user.
    pub user: LegacyId,
    /// The customer.
    pub customer: CustomerId,
}

/// A refresh token that is spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegacyToken {
    /// How.
    pub spent: Spent,
    /// Until when this has to be known.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub until: Timestamp,
}

/// How a refresh token was spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spent {
    /// The old stack blacklisted it.
    Blacklisted,
    /// It was exchanged here.
    Exchanged {
        /// For this session.
        session: SessionId,
    },
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an id of the old stack is empty or longer than {LONGEST} bytes")
    }
}

impl std::error::Error for TooLong {}
