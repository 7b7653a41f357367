//! Lanes: whoever asks for a code, or tries one, is counted apart from those in other lanes, so that
//! a stranger never uses up what an owner has.

use serde::{Deserialize, Serialize};

use crate::{
    hashes::{AddressHash, NetworkHash},
    ids::SessionId,
};

/// Who asks for a code or tries one, in the first lane that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lane {
    /// A device with a refresh token of ours, of the customer who has the phone.
    Device(SessionId),
    /// A network from which a code of the phone was verified before.
    Network(NetworkHash),
    /// Everybody else.
    Stranger(AddressHash),
}

/// A lane as a log of sends holds it: a session, a network, or without a prefix an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Asker(String);

impl Lane {
    /// Who asks, for the log.
    pub fn asker(&self) -> Asker {
        Asker(match self {
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

impl Asker {
    pub(crate) fn is_stranger(&self) -> bool {
        !self.0.contains(':')
    }
}
