//! The inbox, as the customer sees it.

use futures_util::future::join_all;
use harness::{Answer, Api, phone::LoggedIn};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::PHONE;

const NOT_FOUND: &str = "404 not_found: Not found. [null]";

/// Puts messages `m<n>` into the inbox, a second apart.
pub(super) async fn fill(api: &Api, phone: &LoggedIn, count: usize) {
    fill_named(api, phone, "m", count).await;
}

/// Puts messages with this name and a number into the inbox, a second apart.
pub(super) async fn fill_named(api: &Api, phone: &LoggedIn, name: &str, count: usize) {
    for n in 0..count {
        api.clock.advance_seconds(1);
        api.notify(phone, &format!("{name}{n}"), &format!("{name}{n}")).await;
    }
}

pub(super) async fn ids(api: &Api, phone: &LoggedIn) -> Vec<String> {
    let page = api
        .get("/api/notifications/?page_size=100")
        .bearer(&phone.access)
        .send()
        .await
        .expect(200)
        .json();
    page["results"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| item["id"].as_str().expect("an id").to_owned())
        .collect()
}

pub(super) async fn post(api: &Api, phone: &LoggedIn, path: &str, body: Value) -> Answer {
    api.post(path).bearer(&phone.access).json(&body).send().await
}

pub(super) async fn delete_all(api: &Api, phone: &LoggedIn) -> Value {
    post(api, phone, "/api/notifications/bulk-delete/", json!({"all": true}))
        .await
        .expect(200)
        .json()["deleted"]
        .clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_has_all_its_fields_and_the_first_page_has_the_unread_count() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    assert_eq!(
        api.inbox(&phone.access).await,
        json!({"next": null, "previous": null, "results": [], "unread": 0})
    );
    let data = json!({
        "b": 1, "a": [1.50, {"deep": null}], "big": 9_007_199_254_740_993_u64, "text": "手机",
    });
    api.publish(&json!({
        "id": "m1", "to": {"phone": PHONE}, "type": "order", "title": "T", "body": "B\nC",
        "data": data, "image_url": "https://example.com/a.png", "ttl": 60, "collapse_key": "k",
        "critical": true, "unknown": 7,
    }));
    api.stack.deliver().await;
    api.publish(&json!({"id": "m2", "to": {"customer_id": phone.customer["id"]}, "body": "bare"}));
    api.stack.deliver().await;
    let page = api.inbox(&phone.access).await;
    assert_eq!(page["unread"], json!(2));
    let find = |body: &str| {
        page["results"]
            .as_array()
            .expect("a list")
            .iter()
            .find(|item| item["body"] == body)
            .expect("it came")
            .clone()
    };
    let (full, bare) = (find("B\nC"), find("bare"));
    assert_eq!(
        full,
        json!({
            "id": full["id"], "type": "order", "title": "T", "body": "B\nC", "data": data,
            "image_url": "https://example.com/a.png", "read": false,
            "created": "2026-11-22T20:00:00.000Z",
        })
    );
    assert_eq!(
        (&bare["type"], &bare["title"], &bare["data"], &bare["image_url"]),
        (&json!("general"), &json!(""), &json!({}), &json!(null))
    );
    assert_eq!(
        full["id"].as_str().map(|id| (id.len(), &id[14..15])),
        Some((36, "7")),
        "a UUID of version 7"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_lead_through_the_inbox_and_back_newest_first() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    fill(&api, &phone, 45).await;
    let get = async |url: &str| api.get(url).bearer(&phone.access).send().await.expect(200).json();
    let path = |url: &Value| {
        url.as_str().map(|url| url.trim_start_matches("http://api.example.com").to_owned())
    };
    let titles = |page: &Value| -> Vec<String> {
        page["results"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|item| item["title"].as_str().expect("a title").to_owned())
            .collect()
    };
    let mut pages = vec![get("/api/notifications/").await];
    assert_eq!(pages[0]["unread"], json!(45));
    while let Some(next) = path(&pages.last().expect("a page")["next"]) {
        pages.push(get(&next).await);
    }
    let all: Vec<String> = pages.iter().flat_map(titles).collect();
    assert_eq!(all, (0..45).rev().map(|n| format!("m{n}")).collect::<Vec<_>>());
    assert!(
        pages[1..].iter().all(|page| page.get("unread").is_none()),
        "only the first page has the count"
    );
    let back = get(&path(&pages[2]["previous"]).expect("a previous page")).await;
    assert_eq!(titles(&back), titles(&pages[1]));
    // Messages deleted by the watermark are on no page, whatever the cursor.
    let next = path(&pages[0]["next"]).expect("a next page");
    delete_all(&api, &phone).await;
    fill_one(&api, &phone, "new").await;
    assert_eq!(titles(&get(&next).await), Vec::<String>::new());
    assert_eq!(api.inbox_titles(&phone.access).await, ["new"]);
    let stranger = api.log_in("+14155550124").await;
    let stolen = api.get(&next).bearer(&stranger.access).send().await;
    assert_eq!(stolen.error(), "404 not_found: Invalid cursor [null]");
}

async fn fill_one(api: &Api, phone: &LoggedIn, title: &str) {
    api.clock.advance_seconds(1);
    api.notify(phone, title, title).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_etag_identifies_the_state_of_one_customers_inbox() {
    let api = Api::start().await;
    let (phone, other) = (api.log_in(PHONE).await, api.log_in("+14155550124").await);
    fill(&api, &phone, 2).await;
    fill(&api, &other, 2).await;
    let tag = async |phone: &LoggedIn| {
        let answer = api.get("/api/notifications/").bearer(&phone.access).send().await.expect(200);
        answer.header("etag").to_owned()
    };
    let seen = tag(&phone).await;
    let conditional = async |who: &LoggedIn, tag: &str| {
        api.get("/api/notifications/").bearer(&who.access).header("if-none-match", tag).send().await
    };
    let unchanged = conditional(&phone, &seen).await.expect(304);
    assert!(unchanged.body.is_empty() && unchanged.header("etag") == seen);
    conditional(&other, &seen).await.expect(200);
    let one = ids(&api, &phone).await[0].clone();
    for (path, body) in [
        ("/api/notifications/read/", json!({"ids": [one]})),
        ("/api/notifications/read/", json!({"all": true})),
        ("/api/notifications/bulk-delete/", json!({"ids": [one]})),
    ] {
        let before = tag(&phone).await;
        post(&api, &phone, path, body).await.expect(200);
        conditional(&phone, &before).await.expect(200);
    }
    let before = tag(&phone).await;
    fill_one(&api, &phone, "new").await;
    conditional(&phone, &before).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_and_deleting_count_each_message_once() {
    let api = Api::start().await;
    let (phone, stranger) = (api.log_in(PHONE).await, api.log_in("+14155550124").await);
    fill(&api, &phone, 6).await;
    fill(&api, &stranger, 1).await;
    let (own, theirs) = (ids(&api, &phone).await, ids(&api, &stranger).await);
    let absent = "019aac3f-0000-7000-8000-000000000000";
    let read = async |body: Value| {
        post(&api, &phone, "/api/notifications/read/", body).await.expect(200).json()["unread"]
            .clone()
    };
    assert_eq!(read(json!({"ids": [own[0], own[0], own[1], theirs[0], absent]})).await, json!(4));
    assert_eq!(read(json!({"ids": [own[0]]})).await, json!(4));
    let shown: Vec<bool> = {
        let page = api.inbox(&phone.access).await;
        page["results"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|item| item["read"] == true)
            .collect()
    };
    assert_eq!(shown, [true, true, false, false, false, false]);
    let some = json!({"ids": [own[0], own[2], own[2], theirs[0], absent]});
    let deleted = post(&api, &phone, "/api/notifications/bulk-delete/", some.clone())
        .await
        .expect(200)
        .json();
    assert_eq!(deleted, json!({"deleted": 2}));
    assert_eq!(
        post(&api, &phone, "/api/notifications/bulk-delete/", some).await.json(),
        json!({"deleted": 0})
    );
    assert_eq!(api.inbox(&phone.access).await["unread"], json!(3));
    for (id, status) in [
        (own[3].as_str(), 204),
        (own[3].as_str(), 404),
        (theirs[0].as_str(), 404),
        (absent, 404),
        ("x", 404),
    ] {
        let path = format!("/api/notifications/{id}/");
        let answer = api.delete(&path).bearer(&phone.access).send().await;
        assert_eq!(answer.status, status, "{id}");
        assert!(status == 204 || answer.error() == NOT_FOUND);
    }
    assert_eq!(read(json!({"all": true})).await, json!(0));
    assert_eq!(api.inbox_titles(&phone.access).await.len(), 3);
    let all = json!({"all": "true"});
    let at_list = api.delete("/api/notifications/").bearer(&phone.access).form(&all).send().await;
    assert_eq!(at_list.expect(200).json(), json!({"deleted": 3}));
    assert_eq!(api.inbox_titles(&stranger.access).await.len(), 1);
    assert_eq!(delete_all(&api, &phone).await, json!(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_is_either_ids_or_all() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let required = "400 required: This field is required. [ids]";
    let id = "019aac3f-0000-7000-8000-000000000000";
    for (body, error) in [
        (json!({}), required),
        (json!({"all": false}), required),
        (json!({"ids": []}), "400 empty: This list may not be empty. [ids]"),
        (
            json!({"ids": id}),
            "400 not_a_list: Expected a list of items but got type \"str\". [ids]",
        ),
        (json!({"ids": null}), "400 null: This field may not be null. [ids]"),
        (
            json!({"ids": [id, "x", 7]}),
            "400 invalid: Must be a valid UUID. [ids.1]; \
             400 invalid: Must be a valid UUID. [ids.2]",
        ),
        (
            json!({"ids": vec![id; 101]}),
            "400 max_length: Ensure this field has no more than 100 elements. [ids]",
        ),
        (
            json!({"ids": [id], "all": true}),
            "400 invalid: Only one of ids and all may be sent. [all]",
        ),
        (json!({"all": "perhaps"}), "400 invalid: Must be a valid boolean. [all]"),
    ] {
        for path in ["/api/notifications/read/", "/api/notifications/bulk-delete/"] {
            assert_eq!(post(&api, &phone, path, body.clone()).await.error(), error);
        }
    }
    let form = format!("ids={id}&ids={id}&ids[2]={id}");
    let sent = api
        .post("/api/notifications/bulk-delete/")
        .bearer(&phone.access)
        .body("application/x-www-form-urlencoded", form);
    assert_eq!(sent.send().await.expect(200).json(), json!({"deleted": 0}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_messages_are_read_and_deleted_in_one_request() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    for n in 0..101 {
        api.publish(&json!({"id": format!("m{n}"), "to": {"phone": PHONE}, "title": "x"}));
    }
    api.stack.deliver().await;
    let hundred = ids(&api, &phone).await;
    assert_eq!(hundred.len(), 100);
    let body = json!({"ids": hundred});
    assert_eq!(
        post(&api, &phone, "/api/notifications/read/", body.clone()).await.expect(200).json(),
        json!({"unread": 1})
    );
    let deleted =
        post(&api, &phone, "/api/notifications/bulk-delete/", body).await.expect(200).json();
    assert_eq!(deleted, json!({"deleted": 100}));
    assert_eq!(api.inbox(&phone.access).await["results"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counts_match_the_items_whatever_happens_concurrently() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let phone = api.log_in(PHONE).await;
    fill(&api, &phone, 12).await;
    let own = ids(&api, &phone).await;
    for n in 0..12 {
        api.publish(&json!({"id": format!("new{n}"), "to": {"phone": PHONE}, "title": "new"}));
    }
    let requests = (0..12).map(|n| {
        let ids = json!({"ids": [own[n], own[(n + 1) % 12], own[(n + 5) % 12]]});
        let (path, body) = match n % 4 {
            0 => ("/api/notifications/bulk-delete/", ids),
            1 | 2 => ("/api/notifications/read/", ids),
            _ => ("/api/notifications/read/", json!({"all": true})),
        };
        post(&api, &phone, path, body)
    });
    let (answers, ()) = tokio::join!(join_all(requests), api.stack.deliver());
    let gone: u64 = answers.iter().filter_map(|answer| answer.json()["deleted"].as_u64()).sum();
    assert!(answers.iter().all(|answer| answer.status == 200));
    let page =
        api.get("/api/notifications/?page_size=100").bearer(&phone.access).send().await.json();
    let items = page["results"].as_array().expect("a list");
    assert_eq!(items.len() as u64, 24 - gone, "no message is lost, and each deletion counted once");
    assert_eq!(page["unread"], json!(items.iter().filter(|item| item["read"] == false).count()));
    assert_eq!(delete_all(&api, &phone).await, json!(items.len()));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_deletions_of_all_during_arrivals_each_message_is_counted_once_or_left() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let phone = api.log_in(PHONE).await;
    for n in 0..40 {
        api.publish(&json!({"id": format!("m{n}"), "to": {"phone": PHONE}, "title": "x"}));
    }
    let deletions = join_all((0..16).map(|_| delete_all(&api, &phone)));
    let (counts, ()) = tokio::join!(deletions, api.stack.deliver());
    let gone: u64 = counts.iter().filter_map(Value::as_u64).sum();
    let left = ids(&api, &phone).await.len() as u64;
    assert_eq!(gone + left, 40);
    assert_eq!(api.inbox(&phone.access).await["unread"], json!(left));
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_expire_and_leave_the_count_as_time_passes() {
    let long = "10000000";
    let api = Api::with(&[
        ("InboxDays", "30"),
        ("AccessTokenSeconds", long),
        ("RefreshIdleSeconds", long),
    ])
    .await;
    let phone = api.log_in(PHONE).await;
    fill(&api, &phone, 2).await;
    api.clock.advance(SignedDuration::from_hours(24 * 20));
    fill_one(&api, &phone, "later").await;
    assert_eq!(api.inbox(&phone.access).await["unread"], json!(3));
    api.clock.advance(SignedDuration::from_hours(24 * 10));
    assert_eq!(api.inbox(&phone.access).await["unread"], json!(3), "thirty days are kept in full");
    api.clock.advance(SignedDuration::from_hours(24 * 7));
    let page = api.inbox(&phone.access).await;
    assert_eq!((&page["unread"], page["results"].as_array().map(Vec::len)), (&json!(1), Some(1)));
    assert_eq!(delete_all(&api, &phone).await, json!(1), "what has expired is not deleted again");
}
