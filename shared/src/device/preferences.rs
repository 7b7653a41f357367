//! What a customer wants to be pushed.
//!
//! The item stands among the customer's devices, so that the query of the devices brings it and a
//! push costs no more for it. Invariants: preferences change only from the version that was read;
//! a customer without the item is pushed everything.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use table::{Query, Write, Written, item, kinds, number, record, records, sort_in};

use crate::{
    device::{Device, keys},
    ids::CustomerId,
    store::{Store, StoreError},
};

/// The type of messages that are pushed only with the customer's consent to advertising.
pub const MARKETING: &str = "marketing";

/// How many types a customer may switch on or off by name.
pub const MOST_TYPES: usize = 50;

/// The most characters of a type.
pub const LONGEST_TYPE: usize = 50;

/// What a customer wants to be pushed, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// Whether anything is shown on the customer's devices.
    pub push: bool,
    /// Whether messages of a type are. A type that is not here is switched on.
    pub types: BTreeMap<String, bool>,
    /// Counts the changes; 0 stands for preferences that were never written.
    pub version: u64,
}

/// Changes of preferences: what is `None` stays, and a type that is set to `None` is forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PreferencesPatch {
    /// The switch for all of them.
    pub push: Option<bool>,
    /// The switches of single types.
    pub types: BTreeMap<String, Option<bool>>,
}

/// More than [`MOST_TYPES`] types would be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyTypes;

/// A push, as far as preferences concern it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PushKind<'a> {
    /// The type of its message.
    pub category: &'a str,
    /// Whether its message is critical.
    pub critical: bool,
    /// Whether the device shows nothing: it is data for the app.
    pub silent: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { push: true, types: BTreeMap::new(), version: 0 }
    }
}

impl Preferences {
    /// Whether a push may go out to a customer with these preferences, who has consented to
    /// advertising or has not.
    ///
    /// The switches are about what a device shows: neither a critical push nor a silent one asks
    /// them. Consent is about what a push is for, so nothing takes its place.
    pub fn admit(&self, push: PushKind<'_>, opted_in: bool) -> bool {
        if push.needs_consent() && !opted_in {
            return false;
        }
        let is_on = || self.push && self.types.get(push.category).copied().unwrap_or(true);
        push.critical || push.silent || is_on()
    }

    /// The preferences after a change, or none if nothing in them differs.
    pub fn changed(&self, patch: PreferencesPatch) -> Result<Option<Self>, TooManyTypes> {
        let push = patch.push.unwrap_or(self.push);
        let mut types = self.types.clone();
        for (name, is_on) in patch.types {
            match is_on {
                Some(is_on) => types.insert(name, is_on),
                None => types.remove(&name),
            };
        }
        if types.len() > MOST_TYPES {
            return Err(TooManyTypes);
        }
        let differs = push != self.push || types != self.types;
        Ok(differs.then(|| Self { push, types, version: self.version + 1 }))
    }
}

impl PushKind<'_> {
    /// Whether it may go out only to customers who have consented to advertising.
    pub fn needs_consent(&self) -> bool {
        self.category == MARKETING
    }
}

kinds! { Preferences: "preferences" }

impl Store {
    /// A customer's preferences, strongly consistent. One trip, one read unit for each 4 KB.
    pub async fn preferences(&self, customer: CustomerId) -> Result<Preferences, StoreError> {
        let stored = self.table.get(keys::preferences(customer), true).await?;
        Ok(stored.unwrap_or_default())
    }

    /// Writes preferences in place of their version before; false where that is no longer stored.
    /// One trip, one write unit for each KB.
    pub async fn replace_preferences(
        &self,
        customer: CustomerId,
        preferences: &Preferences,
    ) -> Result<bool, StoreError> {
        let stored = item(keys::preferences(customer), preferences)?;
        let write = match preferences.version {
            1 => Write::new_item(stored),
            version => Write::put(stored)
                .when("#version = :before")
                .name("#version", "version")
                .value(":before", number(version - 1)),
        };
        self.table.write(write).await.map(Written::is_done)
    }

    /// A customer's devices in no order, with the preferences, strongly consistent or not. One
    /// trip; a read unit for each 4 KB, or half of one.
    pub async fn devices_to_push_to(
        &self,
        customer: CustomerId,
        consistent: bool,
    ) -> Result<(Vec<Device>, Preferences), StoreError> {
        let query = Query::of(keys::devices_of(customer));
        let query = if consistent { query.consistent() } else { query };
        let items = self.table.all(query).await?;
        let (devices, others): (Vec<_>, Vec<_>) =
            items.into_iter().partition(|item| sort_in(item).starts_with(keys::DEVICES));
        let stored = others.into_iter().find(|item| sort_in(item) == keys::PREFERENCES);
        let preferences = stored.map(record).transpose()?.unwrap_or_default();
        Ok((records(devices)?, preferences))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preferences(push: bool, types: &[(&str, bool)]) -> Preferences {
        let types = types.iter().map(|(name, is_on)| ((*name).to_owned(), *is_on)).collect();
        Preferences { push, types, version: 1 }
    }

    fn patch(types: &[(&str, Option<bool>)]) -> PreferencesPatch {
        let types = types.iter().map(|(name, is_on)| ((*name).to_owned(), *is_on)).collect();
        PreferencesPatch { push: None, types }
    }

    /// Each preference against each kind of push. A row has, for a push that is shown and not
    /// critical, one that is critical, one that is silent, and one that is both, whether it goes
    /// out. No message is both, so the last column only says that the order of the rules is right.
    #[test]
    fn what_is_pushed_by_preferences_type_consent_critical_and_silent() {
        let kinds = [(false, false), (true, false), (false, true), (true, true)];
        let (yes, no) = (true, false);
        let (all, none) = ([yes; 4], [no; 4]);
        // What is switched off goes out only where it is critical or silent.
        let off = [no, yes, yes, yes];
        let nothing_set = Preferences::default();
        let offers_off = preferences(true, &[("offers", false)]);
        let marketing_off = preferences(true, &[("marketing", false), ("offers", true)]);
        let push_off = preferences(false, &[]);
        let push_off_offers_on = preferences(false, &[("offers", true), ("marketing", true)]);
        for (preferences, category, without_consent, with_consent) in [
            (&nothing_set, "offers", all, all),
            (&nothing_set, "marketing", none, all),
            (&offers_off, "offers", off, off),
            (&offers_off, "order", all, all),
            (&offers_off, "marketing", none, all),
            (&marketing_off, "offers", all, all),
            (&marketing_off, "marketing", none, off),
            (&push_off, "offers", off, off),
            (&push_off, "marketing", none, off),
            (&push_off_offers_on, "offers", off, off),
            (&push_off_offers_on, "marketing", none, off),
        ] {
            for (opted_in, expected) in [(false, without_consent), (true, with_consent)] {
                let admitted = kinds.map(|(critical, silent)| {
                    preferences.admit(PushKind { category, critical, silent }, opted_in)
                });
                assert_eq!(admitted, expected, "{category}, {opted_in}: {preferences:?}");
            }
        }
    }

    #[test]
    fn a_change_sets_what_it_names_and_forgets_what_it_sets_to_null() {
        let before = preferences(true, &[("offers", false), ("order", true)]);
        let after = before.changed(patch(&[("offers", None), ("news", Some(false))]));
        let expected = preferences(true, &[("order", true), ("news", false)]);
        assert_eq!(after, Ok(Some(Preferences { version: 2, ..expected })));
        for same in [patch(&[]), patch(&[("offers", Some(false)), ("unknown", None)])] {
            assert_eq!(before.changed(same), Ok(None));
        }
        let off = PreferencesPatch { push: Some(false), ..patch(&[]) };
        let after = before.changed(off).map(|after| after.map(|after| (after.push, after.types)));
        assert_eq!(after, Ok(Some((false, before.types.clone()))));
    }

    #[test]
    fn there_are_fifty_types_at_most_after_the_change() {
        let names: Vec<String> = (0..MOST_TYPES).map(|n| format!("type-{n}")).collect();
        let types = names.iter().map(|name| (name.clone(), Some(false))).collect();
        let all = PreferencesPatch { push: None, types };
        let full = Preferences::default().changed(all).unwrap().unwrap();
        assert_eq!(full.changed(patch(&[("one more", Some(true))])), Err(TooManyTypes));
        let swapped = full.changed(patch(&[("one more", Some(true)), ("type-7", None)]));
        assert_eq!(swapped.unwrap().unwrap().types.len(), MOST_TYPES);
    }
}
