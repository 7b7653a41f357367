//! Many customers at once, written directly into the table, since a log-in through the API takes
//! some twenty calls.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use futures_util::{StreamExt, stream};
use harness::Api;
use jiff::SignedDuration;
use local::sns_recorder::Message;
use shared::{
    account::{Account, DeviceLabel, Platform, Session, SessionSettings, Status, keys::account},
    device::{
        Device,
        keys::{CUSTOMERS_WITH_DEVICES, DEVICES_BY_LAST_SEEN, device, device_head},
    },
    hashes::PhoneHash,
    ids::{CustomerId, SessionId},
    phone::Phone,
    random::SystemRandom,
};
use table::{DUE, DUE_AT, Item, item, listed_item, number, text};

/// Makes so many customers. Those for whose numbers `has_device` holds have an active device with
/// an endpoint, whose registration id is the customer's id.
pub async fn make(api: &Api, count: usize, has_device: impl Fn(usize) -> bool) -> Vec<CustomerId> {
    let app = api.stack.state("notifier").expect("the notifier runs");
    let now = app.now();
    let phone = app.hashes().expect("hashes").phone(&Phone::of_the_operator("+14155550100"));
    let ids: Vec<CustomerId> = (0..count).map(|_| CustomerId::new(now, &SystemRandom)).collect();
    let writes = ids.iter().enumerate().flat_map(|(n, id)| {
        let session = SessionId::new(now, &SystemRandom);
        let mut items = vec![account_item(api, *id, session, &phone)];
        if has_device(n) {
            items.extend(device_items(api, *id, session));
        }
        items
    });
    let writes = writes.map(|item| {
        let put = PutRequest::builder().set_item(Some(item)).build().expect("an item");
        WriteRequest::builder().put_request(put).build()
    });
    let (client, table) = (api.dynamodb(), api.table_name());
    let batches = stream::iter(writes).chunks(25).map(|batch| {
        let request = client.batch_write_item().request_items(&table, batch);
        async move { request.send().await.expect("written") }
    });
    batches.buffer_unordered(4).for_each(|_| async {}).await;
    ids
}

/// How many pushes each registration id got.
pub fn pushes(api: &Api) -> BTreeMap<String, usize> {
    let mut pushes = BTreeMap::new();
    for message in api.stack.recorder.messages() {
        if let Message::Push { to, .. } = message {
            *pushes.entry(to).or_default() += 1;
        }
    }
    pushes
}

fn account_item(api: &Api, id: CustomerId, session: SessionId, phone: &PhoneHash) -> Item {
    let now = api.stack.state("notifier").expect("the notifier runs").now();
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    let rules = SessionSettings { idle: days(30), absolute: days(180) };
    let record = Account {
        customer: id,
        status: Status::Active,
        phone: phone.clone(),
        epoch: 0,
        sessions: [(session, Session::begin(now, "k", DeviceLabel::default(), &rules))].into(),
        epochs: [(session, 0)].into(),
        status_change: None,
        last_log_out: None,
    };
    item(account(id), &record).expect("an account")
}

fn device_items(api: &Api, id: CustomerId, session: SessionId) -> [Item; 2] {
    let now = api.stack.state("notifier").expect("the notifier runs").now();
    let token = id.to_string();
    let app = api.stack.state("notifier").expect("the notifier runs");
    let application = app.settings.push().expect("pushes").application.clone().expect("an ARN");
    let arn = format!("{}/{token}", application.replace(":app/", ":endpoint/"));
    api.stack.recorder.endpoints(|all| all.add(&arn, &token));
    let record = Device {
        id: 1,
        registration_id: token,
        platform: Platform::Android,
        name: None,
        device_id: None,
        app_version: None,
        active: true,
        created: now,
        session,
        endpoint: Some(arn),
        checked: true,
        silenced: None,
        seen: now,
        revision: 1,
    };
    let key = device(id, &record.hash());
    let stored = listed_item(key, &record, DEVICES_BY_LAST_SEEN, now).expect("a device");
    let key = device_head(id);
    let list = CUSTOMERS_WITH_DEVICES.partition_of(&key);
    let mut head = key.into_item();
    head.extend([
        ("n".to_owned(), number(1)),
        ("last".to_owned(), number(1)),
        (DUE.to_owned(), text(list)),
        (DUE_AT.to_owned(), number(id.low_bits())),
    ]);
    [stored, head]
}
