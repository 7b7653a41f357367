//! A first page of the inbox by an eventually consistent read of the items: what it shows is what
//! the head says.

use futures_util::future::join_all;
use harness::{Api, cost::cost, phone::LoggedIn};
use serde_json::{Value, json};

use super::{
    broadcast::to_all,
    notifications::{delete_all, fill, fill_named, ids, post},
};
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
    assert_eq!(shown(&api, &phone, 2, 4.0).await, marked, "the replica has it unread");
    let path = format!("/api/notifications/{}/", ids[0]);
    api.delete(&path).bearer(&phone.access).send().await.expect(204);
    let left = titles(&[("m2", true), ("m1", false), ("m0", false)]);
    assert_eq!(shown(&api, &phone, 2, 4.0).await, left, "the replica has what is deleted");
    let not_changed = api.get("/api/notifications/?page_size=10").bearer(&phone.access);
    let tag = not_changed.send().await.expect(200).header("etag").to_owned();
    let again = api.get("/api/notifications/?page_size=10").bearer(&phone.access);
    let again = again.header("if-none-match", &tag);
    api.expect_cost("not changed", again, 304, cost(1, 3.0, 0.0)).await;
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
async fn one_id_that_came_twice_is_shown_as_each_of_its_items_is() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.notify(&phone, "twice", "first").await;
    fill(&api, &phone, 64).await;
    api.notify(&phone, "twice", "second").await;
    let last = api.get("/api/notifications/?page_size=100").bearer(&phone.access).send().await;
    let last = last.expect(200).json();
    let first = last["results"][65]["id"].clone();
    for (path, is_read) in [("read", true), ("bulk-delete", false)] {
        let path = format!("/api/notifications/{path}/");
        post(&api, &phone, &path, json!({"ids": [first]})).await.expect(200);
        let page = shown(&api, &phone, 2, 4.0).await;
        assert_eq!(page[0], ("second".to_owned(), false), "{is_read}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_to_all_are_not_read_again_for_what_is_older_than_the_last_look() {
    let api = Api::with(&[("AccessTokenSeconds", "7200")]).await;
    let phone = api.log_in(PHONE).await;
    fill(&api, &phone, 3).await;
    api.clock.advance_seconds(1);
    to_all(&api, "all0").await;
    fill_named(&api, &phone, "more", 2).await;
    let get = async |path: &str, units| {
        let list = api.get(path).bearer(&phone.access);
        let page = api.expect_cost(path, list, 200, cost(1, units, 0.0)).await.json();
        let shown = page["results"].as_array().expect("a list").iter();
        let titles: Vec<_> = shown.map(|item| item["title"].clone()).collect();
        let path = |name: &str| {
            let (_, path) = page[name].as_str()?.split_once("/api/")?;
            Some(format!("/api/{path}"))
        };
        (titles, path("next"), path("previous"))
    };
    api.inbox(&phone.access).await;
    let (_, next, _) = get("/api/notifications/?page_size=2", 3.0).await;
    let next = next.expect("a next page");
    assert_eq!(get(&next, 3.5).await.0, ["all0", "m2"]);
    api.clock.advance_seconds(1_900);
    // Else the public keys were read again beside the next request.
    api.stack.prepare().await;
    assert_eq!(get(&next, 3.5).await.0, ["all0", "m2"]);
    api.clock.advance_seconds(1);
    to_all(&api, "all1").await;
    let (titles, _, previous) = get(&next, 3.0).await;
    assert_eq!(titles, ["all0", "m2"]);
    assert_eq!(get(&previous.expect("a page before"), 3.5).await.0, ["more1", "more0"]);
    assert_eq!(get("/api/notifications/?page_size=2", 3.0).await.0, ["all1", "more1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_beside_changes_leave_no_message_out_and_keep_the_order() {
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
        assert!(shown.is_sorted_by(|newer, older| newer["id"].as_str() > older["id"].as_str()));
    }
    let left = shown(&api, &phone, 1, 3.0).await;
    assert_eq!(left, titles(&[("m7", true), ("m5", true), ("m3", true), ("m1", true)]));
}
