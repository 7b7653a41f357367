//! Changes of some notifications read the inbox's head eventually consistent.

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
    api.wire.lag(true);
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
