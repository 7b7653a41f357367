//! A first page of the inbox by an eventually consistent read of the items: what it shows is what
//! the head says.

use futures_util::future::join_all;
use harness::{Api, cost::cost, phone::LoggedIn};
use serde_json::{Value, json};

use super::notifications::{delete_all, fill, ids, post};
use crate::PHONE;

/// The titles of the first page and whether each is read, by so many trips and read units.
async fn shown(api: &Api, phone: &LoggedIn, trips: usize, units: f64) -> Vec<(String, bool)> {
    let list = api.get("/api/notifications/?page_size=10").bearer(&phone.access);
    let page = api.expect_cost("list", list, 200, cost(trips, units, 0.0)).await.json();
    let shown = |item: &Value| {
        let title = item["title"].as_str().expect("a title").to_owned();
        (title, item["read"].as_bool().expect("a flag"))
    };
    let shown: Vec<_> = page["results"].as_array().expect("a list").iter().map(shown).collect();
    let unread = shown.iter().filter(|(_, read)| !read).count();
    assert!(page["next"].is_string() || page["unread"] == json!(unread), "{shown:?}");
    shown
}

fn titles(expected: &[(&str, bool)]) -> Vec<(String, bool)> {
    expected.iter().map(|(title, read)| ((*title).to_owned(), *read)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_by_a_replica_that_lags_is_the_present_one() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    fill(&api, &phone, 4).await;
    let ids = ids(&api, &phone).await;
    api.wire.lag(true);
    let all = titles(&[("m3", false), ("m2", false), ("m1", false), ("m0", false)]);
    assert_eq!(shown(&api, &phone, 1, 3.0).await, all);
    let read = json!({"ids": [ids[1]]});
    post(&api, &phone, "/api/notifications/read/", read).await.expect(200);
    let marked = titles(&[("m3", false), ("m2", true), ("m1", false), ("m0", false)]);
    assert_eq!(shown(&api, &phone, 1, 3.0).await, marked);
    let path = format!("/api/notifications/{}/", ids[0]);
    api.delete(&path).bearer(&phone.access).send().await.expect(204);
    let left = titles(&[("m2", true), ("m1", false), ("m0", false)]);
    assert_eq!(shown(&api, &phone, 1, 3.0).await, left);
    api.notify(&phone, "m4", "m4").await;
    let with_new = titles(&[("m4", false), ("m2", true), ("m1", false), ("m0", false)]);
    assert_eq!(shown(&api, &phone, 2, 4.0).await, with_new, "the replica does not have it");
    post(&api, &phone, "/api/notifications/read/", json!({"all": true})).await.expect(200);
    api.wire.lag(false);
    let all_read = titles(&[("m4", true), ("m2", true), ("m1", true), ("m0", true)]);
    assert_eq!(shown(&api, &phone, 1, 3.0).await, all_read);
    api.wire.lag(true);
    assert_eq!(shown(&api, &phone, 1, 3.0).await, all_read);
    assert_eq!(delete_all(&api, &phone).await, json!(4));
    assert_eq!(shown(&api, &phone, 1, 3.0).await, titles(&[]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_of_before_is_completed_by_the_messages_that_come() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    fill(&api, &phone, 3).await;
    api.inbox(&phone.access).await;
    let head = shared::inbox::keys::inbox(phone.id());
    let forget = api.dynamodb().update_item().table_name(api.table_name());
    let forget = forget.set_key(Some(head.into_item())).update_expression("REMOVE states");
    forget.send().await.expect("written");
    let all = titles(&[("m2", false), ("m1", false), ("m0", false)]);
    assert_eq!(shown(&api, &phone, 2, 4.0).await, all);
    for n in 0..11 {
        api.notify(&phone, &format!("new{n}"), "new").await;
    }
    assert_eq!(shown(&api, &phone, 1, 3.0).await, titles(&[("new", false); 10]));
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_to_all_are_not_read_again_for_what_is_older_than_the_last_look() {
    let api = Api::with(&[("AccessTokenSeconds", "3600")]).await;
    let phone = api.log_in(PHONE).await;
    fill(&api, &phone, 4).await;
    let first = api.get("/api/notifications/?page_size=2").bearer(&phone.access).send().await;
    let next = first.expect(200).json()["next"].as_str().expect("a next page").to_owned();
    let (_, path) = next.split_once("/api/").expect("an address of the API");
    let next = async |units| {
        let next = api.get(&format!("/api/{path}")).bearer(&phone.access);
        let page = api.expect_cost("next", next, 200, cost(1, units, 0.0)).await.json();
        assert_eq!(page["results"].as_array().map(Vec::len), Some(2));
    };
    next(3.5).await;
    api.clock.advance_seconds(600);
    // Reads the public keys again, too.
    api.get("/api/devices/").bearer(&phone.access).send().await.expect(200);
    next(3.5).await;
    next(3.0).await;
    next(3.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_beside_changes_show_each_message_as_it_was_before_or_after() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let phone = api.log_in(PHONE).await;
    fill(&api, &phone, 8).await;
    let ids = ids(&api, &phone).await;
    let changes = join_all((0..8).map(|n| {
        let body = json!({"ids": [ids[n]]});
        let change = if n % 2 == 0 { "read" } else { "bulk-delete" };
        let (api, phone) = (&api, &phone);
        async move { post(api, phone, &format!("/api/notifications/{change}/"), body).await }
    }));
    let lists = join_all((0..24).map(|_| api.inbox(&phone.access)));
    let (changed, lists) = tokio::join!(changes, lists);
    assert!(changed.iter().all(|answer| answer.status == 200));
    for page in lists {
        let shown = page["results"].as_array().expect("a list");
        let kept = |n: usize| shown.iter().any(|item| item["id"] == ids[n]);
        assert!((0..8).step_by(2).all(kept), "what is read stays: {page:#}");
    }
    let left = shown(&api, &phone, 1, 3.0).await;
    assert_eq!(left, titles(&[("m7", true), ("m5", true), ("m3", true), ("m1", true)]));
}
