//! Moving out to a Django stack: what its `loaddata` reads, by the mapping of the move-in.
//!
//! Protocol: a first walk through all customers finds the highest primary keys that the old stack
//! gave, a second one writes the rows. The old stack may have higher ones, of customers who are not
//! here: which keys are free for new rows, the operator says.
//! Invariants: memory does not grow with the customers. It only reads the table, and what is
//! written of a customer is consistent only while nobody changes it.

mod error;
mod row;

use std::{
    fmt,
    io::{self, Write},
};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde_json::Value;
use shared::{
    account::{CUSTOMER_SHARDS, Status},
    hashes::Signer,
    ids::CustomerId,
    store::{Store, StoreError},
};

pub use self::error::MoveOutError;
use self::row::{Keys, Leaver};
use crate::move_in::{Mapping, hash_of};

/// How many customers are read at once.
const AT_ONCE: usize = 32;
/// How many customers one query lists.
const PAGE: usize = 500;

/// What moves out, and how.
pub struct MoveOut {
    pub store: Store,
    /// Of the value of `HashSecret`.
    pub signer: Signer,
    pub mapping: Mapping,
    pub now: Timestamp,
    /// JSON lines instead of an array.
    pub is_lines: bool,
    /// The first primary key for rows that the old stack does not have.
    pub keys_from: Option<u64>,
}

/// How much was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MovedOut {
    pub customers: u64,
    pub devices: u64,
    pub balances: u64,
}

impl MoveOut {
    /// Writes all customers. `progress` is told how many of how many are done.
    pub async fn run(
        &self,
        output: &mut impl Write,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<MovedOut, MoveOutError> {
        let (mut keys, mut all) = (Keys::default(), 0);
        self.walk(async |leaver| {
            keys.see(&leaver, &self.mapping);
            all += 1;
            Ok(())
        })
        .await?;
        keys.begin(self.keys_from)?;
        let mut moved = MovedOut::default();
        let mut separator = if self.is_lines { "" } else { "[\n" };
        self.walk(async |leaver| {
            for (kind, row) in leaver.rows(&self.mapping, &mut keys, self.now)? {
                write_row(output, separator, &row).map_err(MoveOutError::Output)?;
                separator = if self.is_lines { "\n" } else { ",\n" };
                match kind {
                    row::Kind::User => moved.customers += 1,
                    row::Kind::Profile => {}
                    row::Kind::Device => moved.devices += 1,
                    row::Kind::Balance => moved.balances += 1,
                }
            }
            progress(moved.customers, all.max(moved.customers));
            Ok(())
        })
        .await?;
        let end = match (self.is_lines, moved.customers) {
            (true, _) => "\n",
            (false, 0) => "[]\n",
            (false, _) => "\n]\n",
        };
        output.write_all(end.as_bytes()).map_err(MoveOutError::Output)?;
        output.flush().map_err(MoveOutError::Output)?;
        Ok(moved)
    }

    /// Goes through all customers who have not left, in the order of the list.
    async fn walk(
        &self,
        mut visit: impl AsyncFnMut(Leaver) -> Result<(), MoveOutError>,
    ) -> Result<(), MoveOutError> {
        for digit in CUSTOMER_SHARDS.chars() {
            let mut after = None;
            loop {
                let page = self.store.customers(digit, after, PAGE).await?;
                after = page.last().copied();
                let count = page.len();
                let read = |customer| self.read(customer);
                let mut leavers = Box::pin(stream::iter(page).map(read).buffered(AT_ONCE));
                while let Some(leaver) = leavers.try_next().await? {
                    if let Some(leaver) = leaver {
                        visit(leaver).await?;
                    }
                }
                if count < PAGE {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Five read units for most customers.
    async fn read(&self, customer: CustomerId) -> Result<Option<Leaver>, StoreError> {
        let store = &self.store;
        let noted = async {
            let profile = store.profile(customer).await?;
            let moved = match profile.as_ref().and_then(|profile| profile.legacy_id.as_ref()) {
                Some(user) => store.moved_in(&hash_of(&self.signer, user)).await?,
                None => None,
            };
            Ok::<_, StoreError>((profile, moved))
        };
        let (account, (profile, moved), devices, wallet) = tokio::try_join!(
            store.account(customer),
            noted,
            store.devices(customer),
            store.wallet(customer)
        )?;
        let account = account.filter(|account| account.status != Status::Deleted);
        Ok(account.zip(profile).map(|(account, profile)| Leaver {
            account,
            profile,
            devices,
            wallet,
            moved: moved.unwrap_or_default(),
        }))
    }
}

fn write_row(output: &mut impl Write, separator: &str, row: &Value) -> io::Result<()> {
    output.write_all(separator.as_bytes())?;
    serde_json::to_writer(output, row).map_err(io::Error::from)
}

impl fmt::Display for MovedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { customers, devices, balances } = self;
        write!(f, "{customers} customers, {devices} devices, {balances} balances")
    }
}
