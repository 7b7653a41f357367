//! The clean-up of push devices: those that nobody has used for so long that their apps are gone.
//! Before that it lists the customers whose devices were registered before there was the list.

use futures_util::FutureExt;
use jiff::Timestamp;
use table::{DUE_AT, Key, Transaction, Write, due_day, number};

use crate::{
    account,
    device::{
        erasure::delete_endpoint,
        keys::{self, DEVICES_BY_LAST_SEEN},
        listing::list_customers,
        model::{Device, LastSeen},
        store::add_removal,
    },
    domain::clean_up::{Counts, Outcome, Run, Stage, Task, Work},
    ids::CustomerId,
    store::{Store, StoreError},
};

/// The tasks of the clean-up.
pub(crate) const TASKS: &[Task] = &[
    Task {
        name: "device_list",
        stage: Stage::Unused,
        work: Work::By(|run| list_customers(run).boxed()),
    },
    Task {
        name: "devices",
        stage: Stage::Unused,
        work: Work::By(|run| remove_unused(run).boxed()),
    },
];

/// Removes devices with their endpoints. Two read units each; seven to nine write units where it is
/// removed, three where it is put off.
///
/// The endpoint goes first, so that a run that was stopped in between finds the device again.
async fn remove_unused(run: &Run) -> Result<Counts, StoreError> {
    let until = run.before(run.settings.device_life);
    let store = &run.store;
    let remove = async |key: Key| {
        let Some(customer) = account::keys::customer_of(&key) else {
            return Ok(Outcome::Nothing);
        };
        let device = store.table.get::<Device>(key, true);
        let (device, account) = tokio::try_join!(device, store.account(customer))?;
        let Some(device) = device else { return Ok(Outcome::Nothing) };
        let seen = device.last_seen(account.as_ref());
        if seen.at > until {
            let is_written = store.put_device_off(customer, &device, seen.at).await?;
            return Ok(if is_written { Outcome::PutOff } else { Outcome::Nothing });
        }
        delete_endpoint(&run.push, &device).await?;
        let is_gone = store.remove_unused_device(customer, &device, &seen).await?;
        Ok(if is_gone { Outcome::Done } else { Outcome::Nothing })
    };
    run.walk(DEVICES_BY_LAST_SEEN, until, remove).await
}

impl Store {
    /// Notes when a device was last seen, which puts it off; false where it has changed. One trip,
    /// one write unit for each KB and two for its index entry. Its revision stays, because for the
    /// customer nothing changes.
    pub async fn put_device_off(
        &self,
        customer: CustomerId,
        device: &Device,
        seen: Timestamp,
    ) -> Result<bool, StoreError> {
        let key = keys::device(customer, &device.hash());
        let update = Write::update(key, "SET seen = :seen, #due_at = :day")
            .when_is("revision", number(device.revision))
            .name("#due_at", DUE_AT)
            .value(":seen", number(seen.as_millisecond()))
            .value(":day", number(due_day(seen)));
        Ok(self.table.write(update).await?.is_done())
    }

    /// Removes a device that has not been seen since `seen`; false where it has been, or is gone.
    /// One trip, seven write units, two more where its account has its session.
    pub async fn remove_unused_device(
        &self,
        customer: CustomerId,
        device: &Device,
        seen: &LastSeen,
    ) -> Result<bool, StoreError> {
        let mut transaction = Transaction::new();
        add_removal(&mut transaction, customer, &device.hash(), Some(device.revision));
        if let Some(rotated) = seen.refreshed {
            transaction.add(
                Write::check(account::keys::account(customer))
                    .when("(attribute_not_exists(#s.#id) OR #s.#id.rotated = :rotated)")
                    .name("#s", "sessions")
                    .name("#id", &device.session.to_string())
                    .value(":rotated", number(rotated.as_millisecond())),
            );
        }
        Ok(self.table.commit(transaction).await?.is_done())
    }
}
