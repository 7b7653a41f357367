//! Lanes: requests for codes, and tries, are counted by how much the client is known, so that a
//! stranger never uses up what an owner has.

use serde::{Deserialize, Serialize};

use crate::{
    hashes::{AddressHash, NetworkHash},
    ids::SessionId,
};

/// How the client of a request is known: the first lane that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lane {
    /// A device with a refresh token of ours, of the customer who has the phone.
    Device(SessionId),
    /// A network from which a code of the phone was verified before.
    Network(NetworkHash),
    /// Everybody else.
    Stranger(AddressHash),
}

/// A lane as the log of sends stores it: a session or a network with a prefix, or an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LaneKey(String);

impl Lane {
    /// The lane as the log of sends stores it.
    pub fn key(&self) -> LaneKey {
        LaneKey(match self {
            Self::Device(session) => format!("d:{session}"),
            Self::Network(network) => format!("n:{}", network.as_str()),
            Self::Stranger(address) => address.as_str().to_owned(),
        })
    }

    /// Whether it spends the budgets of unverified codes.
    pub fn is_stranger(&self) -> bool {
        matches!(self, Self::Stranger(_))
    }
}

impl LaneKey {
    pub(crate) fn is_stranger(&self) -> bool {
        !self.0.contains(':')
    }
}
