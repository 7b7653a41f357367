//! Push devices that nobody has seen for so long that their apps are gone.

use shared::{account::keys::customer_of, device::keys::DEVICES_BY_LAST_SEEN, store::StoreError};
use table::Key;

use crate::{
    run::{Counts, Outcome, Run},
    walk::walk,
};

/// Deletes their endpoints and takes them away. Two read units each; seven to nine write units
/// where it goes, three where it is put off.
///
/// The endpoint goes first: a run that is stopped in between finds the device again.
pub(crate) async fn remove(run: &Run) -> Result<Counts, StoreError> {
    let until = run.before(run.settings.devices.life);
    let store = &run.app.store;
    let remove = async |key: Key| {
        let Some(customer) = customer_of(&key) else { return Ok(Outcome::Nothing) };
        let (device, account) = tokio::try_join!(store.due_device(key), store.account(customer))?;
        let Some(device) = device else { return Ok(Outcome::Nothing) };
        let seen = device.last_seen(account.as_ref());
        if seen.at > until {
            let is_written = store.put_device_off(customer, &device, seen.at).await?;
            return Ok(if is_written { Outcome::PutOff } else { Outcome::Nothing });
        }
        if let Some(endpoint) = &device.endpoint {
            let deleted = run.app.push.delete_endpoint(endpoint).await;
            deleted.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        }
        let is_gone = store.remove_unseen_device(customer, &device, &seen).await?;
        Ok(if is_gone { Outcome::Done } else { Outcome::Nothing })
    };
    walk(run, DEVICES_BY_LAST_SEEN, until, remove).await
}
