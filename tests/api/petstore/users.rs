//! The operations on users.

use harness::Api;
use serde_json::{Value, json};

use super::{delete, get};

#[tokio::test(flavor = "multi_thread")]
async fn a_user_with_any_name_can_be_created_shown_changed_and_deleted() {
    let api = Api::start().await;
    for (name, path) in [
        ("plain", "plain"),
        ("two words", "two%20words"),
        ("100%", "100%25"),
        ("%20", "%2520"),
        ("手机", "%E6%89%8B%E6%9C%BA"),
        ("a/b#c", "a%2Fb%23c"),
        ("login it", "login%20it"),
    ] {
        let path = format!("/v2/user/{path}");
        let user = json!({"id": 7, "username": name, "email": "x@example.com", "userStatus": 3});
        let made = api.post("/v2/user").json(&user).send().await.expect(200).json();
        assert_eq!(made, json!({"code": 200, "type": "unknown", "message": "7"}));
        assert_eq!(get(&api, &path).await.expect(200).json(), user, "{name}");
        let changed = json!({"firstName": "New"});
        api.put(&path).json(&changed).send().await.expect(200);
        let shown = get(&api, &path).await.expect(200).json();
        assert_eq!((&shown["username"], &shown["firstName"]), (&json!(name), &json!("New")));
        assert_eq!(delete(&api, &path).await.expect(200).json()["message"], name);
        for answer in [
            get(&api, &path).await,
            delete(&api, &path).await,
            api.put(&path).json(&changed).send().await,
        ] {
            assert_eq!(
                answer.expect(404).body,
                r#"{"code":1,"type":"error","message":"User not found"}"#
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_user_is_found_by_the_new_name_only() {
    let api = Api::start().await;
    api.put("/v2/user/user1").json(&json!({"username": "renamed"})).send().await.expect(200);
    get(&api, "/v2/user/user1").await.expect(404);
    get(&api, "/v2/user/renamed").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_users_may_have_over_a_hundred_entries_and_repeated_names() {
    let api = Api::start().await;
    for path in ["/v2/user/createWithArray", "/v2/user/createWithList"] {
        let mut users: Vec<Value> =
            (0..250).map(|n| json!({"username": format!("{path} {n}")})).collect();
        users.push(json!({"username": format!("{path} 0"), "firstName": "last"}));
        users.push(json!({"firstName": "nobody"}));
        let answer = api.post(path).json(&json!(users)).send().await.expect(200);
        assert_eq!(answer.json(), json!({"code": 200, "type": "unknown", "message": "ok"}));
        let encoded = path.replace('/', "%2F");
        let (first, last) = (
            get(&api, &format!("/v2/user/{encoded}%200")).await,
            get(&api, &format!("/v2/user/{encoded}%20249")).await,
        );
        assert_eq!(first.expect(200).json()["firstName"], "last");
        assert!(last.expect(200).json()["id"].as_i64().expect("an id") > 10);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_name_and_password_log_in() {
    let api = Api::start().await;
    let answer = get(&api, "/v2/user/login?username=user1&password=x").await.expect(200);
    assert!(answer.text("message").starts_with("logged in user session:"));
    assert_eq!(answer.header("x-rate-limit"), "5000");
    assert!(answer.header("x-expires-after").parse::<jiff::Timestamp>().is_ok());
    for query in ["", "?username=a", "?password=b", "?username=&password="] {
        get(&api, &format!("/v2/user/login{query}")).await.expect(400);
    }
    assert_eq!(get(&api, "/v2/user/logout").await.expect(200).text("message"), "ok");
}
