//! Changes of some notifications read the inbox's head eventually consistent.

use futures_util::future::join_all;
use harness::Api;
use serde_json::json;

use super::notifications::{delete_all, fill, ids, post};
use crate::PHONE;

#[tokio::test(flavor = "multi_thread")]
async fn changes_by_a_replica_that_lags_are_those_by_the_present_inbox() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    fill(&api, &phone, 6).await;
    let ids = ids(&api, &phone).await;
    let read = async |id: &str| {
        let body = json!({"ids": [id]});
        let read = post(&api, &phone, "/api/notifications/read/", body).await;
        read.expect(200).json()["unread"].clone()
    };
    let delete_some = async |id: &str| {
        let body = json!({"ids": [id]});
        let deleted = post(&api, &phone, "/api/notifications/bulk-delete/", body).await;
        deleted.expect(200).json()["deleted"].clone()
    };
    let delete = async |id: &str| {
        let path = format!("/api/notifications/{id}/");
        api.delete(&path).bearer(&phone.access).send().await.status
    };
    // A head of before anything came does not know what is there.
    let fresh = api.log_in("+14155550124").await;
    api.wire.lag(true);
    let unknown = json!({"ids": [ids[0]]});
    let read_by_fresh = async |body: &serde_json::Value| {
        let read = post(&api, &fresh, "/api/notifications/read/", body.clone()).await;
        read.expect(200).json()["unread"].clone()
    };
    assert_eq!(read_by_fresh(&unknown).await, json!(0));
    for n in 0..3 {
        api.notify(&fresh, &format!("fresh{n}"), "Fresh").await;
    }
    let page = api.inbox(&fresh.access).await;
    let there = |n: usize| page["results"][n]["id"].as_str().expect("an id").to_owned();
    assert_eq!(read_by_fresh(&json!({"ids": [there(0)]})).await, json!(2));
    let one = api.delete(&format!("/api/notifications/{}/", there(1))).bearer(&fresh.access);
    one.send().await.expect(204);
    let some = json!({"ids": [there(2), there(0)]});
    let deleted = post(&api, &fresh, "/api/notifications/bulk-delete/", some).await;
    assert_eq!(deleted.expect(200).json()["deleted"], json!(2));
    for (id, unread) in [(&ids[0], 5), (&ids[0], 5), (&ids[1], 4)] {
        assert_eq!(read(id).await, json!(unread));
    }
    assert_eq!(delete(&ids[1]).await, 204);
    assert_eq!(delete(&ids[1]).await, 404);
    for (id, deleted) in [(&ids[2], 1), (&ids[2], 0), (&ids[0], 1)] {
        assert_eq!(delete_some(id).await, json!(deleted));
    }
    assert_eq!(read(&ids[3]).await, json!(2));
    let all = post(&api, &phone, "/api/notifications/read/", json!({"all": true})).await;
    assert_eq!(all.expect(200).json()["unread"], json!(0));
    assert_eq!(read(&ids[4]).await, json!(0), "marks of all are in the head alone");
    assert_eq!(delete_all(&api, &phone).await, json!(3));
    assert_eq!((delete(&ids[4]).await.as_u16(), delete_some(&ids[5]).await), (404, json!(0)));
    assert_eq!(read(&ids[5]).await, json!(0));
    api.wire.lag(false);
    let inbox = api.inbox(&phone.access).await;
    assert_eq!((&inbox["results"], &inbox["unread"]), (&json!([]), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_that_is_marked_and_deleted_many_times_at_once_is_counted_once() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.wire.lag(true);
    let mark = async |id: String| {
        let body = json!({"ids": [id]});
        let read = post(&api, &phone, "/api/notifications/read/", body).await;
        read.expect(200).json()["unread"].clone()
    };
    assert_eq!(mark(phone.id().to_string()).await, json!(0), "the head of before any message");
    fill(&api, &phone, 2).await;
    let ids = ids(&api, &phone).await;
    let marks = join_all((0..12).map(|_| mark(ids[0].clone()))).await;
    assert_eq!(marks, vec![json!(1); 12]);
    assert_eq!(api.inbox(&phone.access).await["unread"], json!(1));
    for n in 0..10 {
        api.notify(&phone, &format!("raced{n}"), "Raced").await;
        let id = api.inbox(&phone.access).await["results"][0]["id"].clone();
        let path = format!("/api/notifications/{}/", id.as_str().expect("an id"));
        let marked = async { mark(id.as_str().expect("an id").to_owned()).await };
        let deleted = api.delete(&path).bearer(&phone.access);
        let (_, deleted) = tokio::join!(marked, deleted.send());
        deleted.expect(204);
        assert_eq!(api.inbox(&phone.access).await["unread"], json!(1), "race {n}");
    }
}
