//! The messages to all that one customer sees.

use jiff::Timestamp;

use crate::{
    app::AppState,
    customer::Customer,
    ids::{CustomerId, NotificationId},
    inbox::{Broadcasts, Traits, Visible},
    store::StoreError,
};

impl AppState {
    /// What a customer sees of the messages to all. They are read anew, unless only those
    /// `older_than` an id are asked for and the process has looked later than that.
    ///
    /// At most one trip, half a read unit for each 4 KB that is not known. While one lives that is
    /// for a language or a country, a read unit for the profile, and another trip the first time
    /// that the process sees such a message.
    pub async fn visible_broadcasts(
        &self,
        customer: CustomerId,
        older_than: Option<NotificationId>,
        now: Timestamp,
    ) -> Result<Visible, StoreError> {
        let is_asked = self.broadcasts.known().asks_for_traits(now);
        let traits = async { Ok(if is_asked { Some(self.traits(customer).await?) } else { None }) };
        let broadcasts = async {
            match older_than {
                Some(id) => self.broadcasts.read_older_than(id, &self.store, now).await,
                None => self.broadcasts.read(&self.store, now).await,
            }
        };
        let (broadcasts, traits) = tokio::try_join!(broadcasts, traits)?;
        match traits {
            Some(traits) => Ok(broadcasts.visible_with(customer, &traits, now)),
            None => self.visible_of(&broadcasts, customer, now).await,
        }
    }

    /// The same of messages that are read. No trip, unless one of them is for a language or a
    /// country: then one trip and a read unit.
    pub async fn visible_of(
        &self,
        broadcasts: &Broadcasts,
        customer: CustomerId,
        now: Timestamp,
    ) -> Result<Visible, StoreError> {
        let is_asked = broadcasts.asks_for_traits(now);
        let traits = if is_asked { self.traits(customer).await? } else { Traits::default() };
        Ok(broadcasts.visible_with(customer, &traits, now))
    }

    /// What audiences ask of a customer; nothing of one without a profile. One trip, one read unit.
    pub async fn traits(&self, customer: CustomerId) -> Result<Traits, StoreError> {
        let profile = self.store.profile(customer).await?;
        Ok(profile.as_ref().map(traits_of).unwrap_or_default())
    }
}

/// What audiences ask of a customer, of whom this is the profile.
pub fn traits_of(profile: &Customer) -> Traits {
    Traits::of(profile.details.language.as_deref(), &profile.phone)
}
