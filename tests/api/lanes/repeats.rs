//! The SDK sends a write again whose answer was lost. It must not be refused by itself, nor count
//! twice.

use harness::Api;
use jiff::Timestamp;
use shared::{
    app::AppState,
    hashes::{AddressHash, NetworkHash, PhoneHash},
    ids::{ChallengeId, SessionId},
    limits::{
        BudgetKind, Counted, KnownNetworks, Lane, SHARDS, SendLimits, SendLog, TriedIn, TriesOn,
        TryLimits,
    },
    otp::Reserved,
    phone::Phone,
    random::SystemRandom,
    store::keys::day_of,
};

use super::HOME;
use crate::PHONE;

/// A function's state, and what its limits are counted by.
struct Counting<'a> {
    api: &'a Api,
    app: AppState,
    phone: PhoneHash,
    address: AddressHash,
    network: NetworkHash,
}

impl<'a> Counting<'a> {
    fn of(api: &'a Api, group: &str) -> Self {
        let app = api.stack.state(group).expect("it runs").clone();
        let hashes = app.hashes().expect("its hashes");
        let phone = hashes.phone(&Phone::parse(PHONE, None).expect("a phone"));
        let address = HOME.parse().expect("an address");
        let (address, network) = (hashes.address(address), hashes.network(address));
        Self { api, app, phone, address, network }
    }

    fn now(&self) -> Timestamp {
        self.app.now()
    }

    fn sends(&self) -> &SendLimits {
        self.app.settings.sends().expect("auth sends codes")
    }

    fn tries(&self) -> &TryLimits {
        self.app.settings.tries().expect("customer counts tries")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_whose_answers_were_lost_is_not_refused_by_itself() {
    let api = Api::with(&[("CodesPerAddressHourly", "1"), ("CodesPerCountryDaily", "1")]).await;
    let auth = Counting::of(&api, "auth");
    let (store, now) = (&auth.app.store, auth.now());
    let id = ChallengeId::new(now, &SystemRandom);
    let lane = Lane::Stranger(auth.address.clone());
    let log = SendLog::default().admit(now, &lane, id, auth.sends()).expect("room");
    auth.api.wire.lose_answers(1);
    assert!(store.replace_send_log(&auth.phone, &log, now).await.expect("an answer"));
    // Another send in the same moment and lane is another one.
    let other = ChallengeId::new(now, &SystemRandom);
    let log = SendLog::default().admit(now, &lane, other, auth.sends()).expect("room");
    assert!(!store.replace_send_log(&auth.phone, &log, now).await.expect("an answer"));

    for expected in [true, false] {
        api.wire.lose_answers(1);
        let counted = store.count_text(&auth.phone, 1, now).await.expect("an answer");
        assert_eq!(counted, expected);
        api.wire.lose_answers(1);
        let counted = store.count_send(&auth.address, auth.sends(), now).await;
        assert_eq!(matches!(counted.expect("an answer"), Counted::Within(1)), expected);
        api.wire.lose_answers(1);
        let country = BudgetKind::Country("US");
        let none = [0; SHARDS as usize];
        let spent = store.spend_budget(country, &none, 0, auth.sends(), now).await;
        assert_eq!(spent.expect("an answer").is_some(), expected);
    }
    assert_eq!(store.texts_to(&auth.phone, now).await.expect("an answer"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_whose_answer_was_lost_is_made_once() {
    let api = Api::start().await;
    let auth = Counting::of(&api, "auth");
    let (store, now, country) = (&auth.app.store, auth.now(), BudgetKind::Country("US"));
    for _ in 0..2 {
        let none = [0; SHARDS as usize];
        let spent = store.spend_budget(country, &none, 3, auth.sends(), now).await;
        assert_eq!(spent.expect("an answer"), Some(3));
    }
    api.wire.lose_answers(1);
    assert!(store.refund_budget(country, day_of(now), 3).await.expect("an answer"));
    let spent = store.budget_spent(country, day_of(now)).await.expect("an answer");
    assert_eq!(spent.iter().sum::<u32>(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_try_whose_answers_were_lost_is_counted_once_in_every_lane() {
    let limits = [
        "CodeTries",
        "TriesPerDeviceHourly",
        "TriesPerNetworkDaily",
        "TriesPerPhoneAndAddressHourly",
        "UnknownChallengesPerAddressHourly",
    ];
    let api = Api::with(&limits.map(|limit| (limit, "1"))).await;
    let code = api.code_for(PHONE).await;
    let customer = Counting::of(&api, "customer");
    let (store, now, tries) = (&customer.app.store, customer.now(), customer.tries());
    let lanes = customer.app.settings.lanes().expect("lanes");
    let (phone, network) = (&customer.phone, &customer.network);
    store
        .remember_network(phone, network, &KnownNetworks::default(), lanes.known_for, now)
        .await
        .expect("an answer");
    let on = [
        TriesOn::Device(SessionId::new(now, &SystemRandom)),
        TriesOn::Network(phone.clone(), network.clone()),
        TriesOn::Stranger(phone.clone(), customer.address.clone()),
    ];
    for expected in [true, false] {
        for on in &on {
            api.wire.lose_answers(1);
            let tried = store.count_try(on, (tries, lanes), now).await.expect("an answer");
            let counted = tried == TriedIn::Lane(Counted::Within(1));
            assert_eq!(counted, expected, "{on:?}");
        }
        api.wire.lose_answers(1);
        let unknown = store.count_unknown_challenge(&customer.address, tries, now).await;
        assert_eq!(unknown.expect("an answer") == Counted::Within(1), expected);
        api.wire.lose_answers(1);
        let id = code.challenge.parse().expect("an id");
        let reserved = store.reserve_try(id, Some(phone), tries.per_code, now).await;
        assert_eq!(matches!(reserved.expect("an answer"), Reserved::Try(_)), expected);
    }
}
