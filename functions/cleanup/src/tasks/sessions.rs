//! Sessions that are over, in accounts that are used. An account is looked at when its session that
//! ends first should have ended; a refresh, which moves that end, does not write to the index for
//! it.

use shared::{
    account::keys::{SESSIONS_BY_END, customer_of},
    store::StoreError,
};
use table::Key;

use crate::{
    run::{Counts, Outcome, Run},
    walk::walk,
};

/// Takes them from their accounts. One read unit, and one to three write units, for each account.
///
/// A session stays as long after its end as a device does that nobody uses, since it tells when the
/// device was seen last.
pub(crate) async fn prune(run: &Run) -> Result<Counts, StoreError> {
    let until = run.before(run.settings.devices.life);
    let prune = async |key: Key| {
        let Some(customer) = customer_of(&key) else { return Ok(Outcome::Nothing) };
        let Some(account) = run.app.store.account(customer).await? else {
            return Ok(Outcome::Nothing);
        };
        let over = account.over_by(until);
        let is_written = run.app.store.prune_sessions(&account, &over).await?;
        Ok(match is_written {
            true if over.is_empty() && !account.sessions.is_empty() => Outcome::PutOff,
            true => Outcome::Done,
            false => Outcome::Nothing,
        })
    };
    walk(run, SESSIONS_BY_END, until, prune).await
}
