//! When a device gets no pushes: it is inactive, or SNS says that it is out of reach.
//!
//! Invariant: a device is silenced only while it is as it was when the push was tried. A device
//! that was registered again meanwhile keeps its pushes.

use jiff::Timestamp;
use table::{Written, attribute, boolean};

use crate::{
    account::{Account, Liveness},
    device::{
        model::{Device, Silenced, SilencedBy},
        push::{Endpoint, Pushed},
        store::update_device,
    },
    ids::CustomerId,
    store::{Store, StoreError},
};

impl Device {
    /// Whether it may be pushed to at `now`.
    pub fn is_active(&self, account: &Account, now: Timestamp) -> bool {
        self.active && account.liveness(self.session, now) == Liveness::Alive
    }
}

impl Endpoint {
    /// The ARN, or why the device is silenced.
    pub fn arn(self) -> Result<String, SilencedBy> {
        match self {
            Self::Ready(arn) => Ok(arn),
            Self::Refused => Err(SilencedBy::RegistrationRefused),
        }
    }
}

impl Pushed {
    /// SNS's id of the push if SNS accepted it, or why the device is silenced.
    pub fn accepted(self) -> Result<Option<String>, SilencedBy> {
        match self {
            Self::Accepted(id) => Ok(id),
            Self::Disabled => Err(SilencedBy::EndpointDisabled),
            Self::Gone => Err(SilencedBy::EndpointGone),
        }
    }
}

impl Store {
    /// Deactivates a device that pushes do not reach; false if it has changed, for example because
    /// it was registered again. One trip, one write unit for each KB.
    pub async fn silence_device(
        &self,
        customer: CustomerId,
        device: &Device,
        reason: SilencedBy,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let silenced = Silenced { reason, at: now };
        let change =
            "SET active = :active, checked = :active, silenced = :silenced ADD revision :one";
        let update = update_device(customer, device, change)
            .value(":active", boolean(false))
            .value(":silenced", attribute(&silenced)?);
        self.table.write(update).await.map(Written::is_done)
    }
}
