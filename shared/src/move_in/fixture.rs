//! What the move-in wrote of some user, for tests: the launcher stores it, no operation does.

use std::collections::BTreeMap;

use jiff::Timestamp;
use table::Write;

use crate::{
    address::AddressId,
    hashes::ContentHash,
    move_in::{MovedAddress, MovedDevice, MovedIn, store::stored},
    random::SystemRandom,
    store::{Store, StoreError},
    wallet::Currency,
};

pub(super) async fn store(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let digest = || "8Gk0aD1uQ2Zx5cV7bN9mLw".to_owned();
    let currency: Currency = "KWD".parse().map_err(StoreError::corrupt)?;
    let address = AddressId::new(now, &SystemRandom);
    let registration = ContentHash::of("registration");
    let moved = MovedIn {
        digest: digest(),
        active: true,
        phone: digest(),
        profile: digest(),
        profile_version: 1,
        wallet_version: 1,
        balances: BTreeMap::from([(currency, 12_500)]),
        devices: BTreeMap::from([("7".to_owned(), MovedDevice { digest: digest(), registration })]),
        addresses: BTreeMap::from([(address, MovedAddress { digest: digest(), revision: 1 })]),
        tokens: digest(),
        rows: BTreeMap::from([("profile".to_owned(), "8".to_owned())]),
        revision: 1,
    };
    let put = Write::put(stored(&ContentHash::of("user"), &moved, now)?);
    // There is no condition that could refuse.
    store.table.write(put).await.map(drop)
}
