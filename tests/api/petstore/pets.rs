//! The operations on a pet.

use harness::Api;
use http::Method;
use serde_json::json;

use super::{add, counted, delete, doggie, get};

#[tokio::test(flavor = "multi_thread")]
async fn a_pet_is_added_shown_changed_and_deleted() {
    let api = Api::start().await;
    let pet = add(&api, doggie()).await;
    let path = format!("/v2/pet/{}", pet["id"]);
    assert_eq!(get(&api, &path).await.expect(200).json(), pet);
    let changed = json!({"id": pet["id"], "name": "rex", "status": "sold"});
    let put = api.put("/v2/pet").json(&changed).send().await.expect(200);
    let written =
        format!(r#"{{"id":{},"name":"rex","photoUrls":[],"tags":[],"status":"sold"}}"#, pet["id"]);
    assert_eq!(put.body, written, "the id comes first, and lists are present");
    let form = api.post(&path).form(&json!({"name": "max", "status": ""})).send().await.expect(200);
    assert_eq!(
        form.json(),
        json!({"code": 200, "type": "unknown", "message": pet["id"].to_string()})
    );
    let shown = get(&api, &path).await.expect(200).json();
    assert_eq!((&shown["name"], &shown["status"]), (&json!("max"), &json!("sold")));
    assert_eq!(delete(&api, &path).await.expect(200).json()["message"], pet["id"].to_string());
    let gone = get(&api, &path).await.expect(404);
    assert_eq!(gone.body, r#"{"code":1,"type":"error","message":"Pet not found"}"#);
    for answer in
        [delete(&api, &path).await, api.post(&path).form(&json!({"name": "max"})).send().await]
    {
        assert_eq!(answer.expect(404).json()["message"], "Pet not found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_overwrites_and_put_adds_a_missing_pet() {
    let api = Api::start().await;
    for (method, name) in [(Method::PUT, "one"), (Method::POST, "two"), (Method::PUT, "three")] {
        let pet = json!({"id": 77, "name": name, "photoUrls": [], "status": "available"});
        api.request(method, "/v2/pet").json(&pet).send().await.expect(200);
        assert_eq!(get(&api, "/v2/pet/77").await.expect(200).json()["name"], name);
    }
    assert_eq!(counted(&api, "available").await, (8, 8), "seven samples and one");
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_of_64_bits_are_exact_in_json_and_xml_and_free_ids_remain() {
    let api = Api::start().await;
    for id in [9_007_199_254_740_993_i64, i64::MAX] {
        let pet = json!({
            "id": id, "name": "exact", "photoUrls": [], "category": {"id": id},
            "tags": [{"id": id}],
        });
        let answer = api.post("/v2/pet").json(&pet).send().await.expect(200);
        let start = format!(r#"{{"id":{id},"category":{{"id":{id}}},"#);
        assert!(answer.body.starts_with(start.as_bytes()), "{:?}", answer.body);
        let shown = api
            .get(&format!("/v2/pet/{id}"))
            .header("accept", "application/xml")
            .send()
            .await
            .expect(200);
        let xml = String::from_utf8(shown.body.to_vec()).expect("a text");
        assert!(
            xml.contains(&format!("<Pet><id>{id}</id><category><id>{id}</id></category>")),
            "{xml}"
        );
        let sent = api.put("/v2/pet").body("application/xml", xml.clone());
        let again = sent.header("accept", "application/xml").send().await.expect(200);
        assert_eq!(again.body, xml);
        let order = format!(r#"{{"id":{id},"petId":{id}}}"#);
        api.post("/v2/store/order").body("application/json", order).send().await.expect(200);
        let order = get(&api, &format!("/v2/store/order/{id}")).await.expect(200);
        assert_eq!(
            order.body,
            format!(r#"{{"id":{id},"petId":{id},"quantity":0,"complete":false}}"#)
        );
    }
    for id in [json!(0), json!(-1), json!(null)] {
        let mut pet = doggie();
        pet["id"] = id;
        let added = add(&api, pet).await["id"].as_i64().expect("an id");
        assert!(added > 10 && added < 1_000, "{added}");
    }
    let order = api.post("/v2/store/order").json(&json!({})).send().await.expect(200).json();
    assert!(order["id"].as_i64().expect("an id") > 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_free_id_is_found_after_many_ids_in_use() {
    let api = Api::start().await;
    for id in 11..150 {
        add(&api, json!({"id": id, "name": "chosen", "photoUrls": []})).await;
    }
    api.wire.reset();
    let id = add(&api, doggie()).await["id"].as_i64().expect("an id");
    assert!(id >= 150, "{id}");
    assert!(api.wire.calls().len() <= 20, "{} calls", api.wire.calls().len());
}
