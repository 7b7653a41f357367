//! Every key of the table in one picture, so that a changed format shows.

use jiff::Timestamp;

use crate::{
    account, address, area,
    auth::public_keys,
    content, customer, device,
    hashes::{ContentHash, Hashes},
    idempotency::{self, Asker, RequestKey},
    inbox, limits, otp,
    petstore::{self, PetStatus},
    phone::Phone,
    store::keys::day_of,
    wallet,
};

#[test]
fn every_key_in_one_picture() {
    let hashes = Hashes::new(&"pepper".into());
    let now: Timestamp = "2026-11-22T20:52:24Z".parse().unwrap();
    let phone = hashes.phone(&Phone::of_the_operator("+14155550123"));
    let address = hashes.address("192.0.2.7".parse().unwrap());
    let hash = ContentHash::of("a registration id");
    let id = "019aac3f-0000-7000-8000-000000000001";
    let request =
        RequestKey { key: "Ovy6Ij3LVCp1eJ5I8sXEHg".to_owned(), fingerprint: "any".to_owned() };
    let all = [
        account::keys::account(id.parse().unwrap()),
        customer::keys::profile(id.parse().unwrap()),
        account::keys::phone_owner(&phone),
        otp::keys::challenge(id.parse().unwrap()),
        limits::keys::sends_to_phone(&phone),
        limits::keys::sends_from_address(&address, now),
        account::keys::customer_entry(id.parse().unwrap()),
        account::keys::deleted_customer(id.parse().unwrap()),
        device::keys::device(id.parse().unwrap(), &hash),
        device::keys::device_count(id.parse().unwrap()),
        device::keys::device_owner(&hash),
        device::keys::device_number(447_000_000_000_000),
        inbox::keys::inbox(id.parse().unwrap()),
        inbox::keys::notification(id.parse().unwrap(), id.parse().unwrap()),
        inbox::keys::receipt(id.parse().unwrap(), &hash),
        inbox::keys::fan_out(&hash, 'a'),
        limits::keys::tries_on_phone(&phone, now),
        limits::keys::tries_of_customer(id.parse().unwrap(), now),
        limits::keys::writes_of_customer(id.parse().unwrap(), now),
        limits::keys::budget_shard("US", day_of(now), 7),
        wallet::keys::wallet(id.parse().unwrap()),
        wallet::keys::entry(
            id.parse().unwrap(),
            "KWD".parse().unwrap(),
            "019aac3f-0000-7000-8000-00000000019e".parse().unwrap(),
        ),
        wallet::keys::hold(
            id.parse().unwrap(),
            "019aac3f-0000-7000-8000-00000000019e".parse().unwrap(),
        ),
        wallet::keys::reversal(
            id.parse().unwrap(),
            "019aac3f-0000-7000-8000-00000000019e".parse().unwrap(),
        ),
        wallet::keys::due_hold(
            now,
            id.parse().unwrap(),
            "019aac3f-0000-7000-8000-00000000019e".parse().unwrap(),
        ),
        wallet::keys::listed_ledger("019aac3f-0000-7000-8000-00000000000b".parse().unwrap()),
        wallet::keys::former_wallet("019aac3f-0000-7000-8000-00000000000b".parse().unwrap()),
        wallet::keys::former_entry(
            "019aac3f-0000-7000-8000-00000000000b".parse().unwrap(),
            "KWD".parse().unwrap(),
            "019aac3f-0000-7000-8000-00000000019e".parse().unwrap(),
        ),
        wallet::keys::audit_place(),
        idempotency::keys::answer(
            &request.slot(Asker::Customer(id.parse().unwrap()), "CreateAddress"),
        ),
        idempotency::keys::answer(
            &request.slot(Asker::Operator(id.parse().unwrap()), "updateWallet"),
        ),
        address::keys::address_book(id.parse().unwrap()),
        address::keys::address(id.parse().unwrap(), id.parse().unwrap()),
        area::keys::present_areas(),
        area::keys::area_release(id.parse().unwrap()),
        area::keys::area_chunk(id.parse().unwrap(), 7),
        content::keys::app_info(),
        content::keys::content(7),
        petstore::keys::pet(9_007_199_254_740_993),
        petstore::keys::pet_of_status(PetStatus::Available, 9_007_199_254_740_993),
        petstore::keys::pet_of_tag(&hash, 9_007_199_254_740_993),
        petstore::keys::stock(PetStatus::Sold, '1'),
        petstore::keys::order(-1),
        petstore::keys::user(&hash),
        petstore::keys::last_number(petstore::keys::Numbered::Orders),
        petstore::keys::pet_samples(),
        public_keys::signing_key(3),
    ];
    let picture: Vec<String> =
        all.iter().map(|key| format!("{} | {}", key.partition(), key.sort())).collect();
    insta::assert_snapshot!(picture.join("\n"));
}
