//! Maintenance and minimum versions, from the file of the operator to every function.

use http::Method;
use serde_json::{Value, json};

use super::{get, much_later, push, sample, start};

fn closed() -> Value {
    let mut content = sample();
    content["maintenance"]["active"] = json!(true);
    content["maintenance"]["until"] = json!("2026-11-22T23:00:00Z");
    content
}

#[tokio::test(flavor = "multi_thread")]
async fn every_function_announces_maintenance_in_the_callers_language_and_app_info_its_end() {
    let api = start().await;
    push(&api, &closed()).await;
    much_later(&api).await;
    let message = &sample()["maintenance"]["message"];
    for (wanted, language) in [("ar-EG", "ar"), ("zh-Hant, ar;q=0.1", "zh"), ("fr", "en")] {
        let refused =
            api.get("/api/customer/").header("accept-language", wanted).send().await.expect(503);
        assert_eq!(refused.json()["errors"][0]["detail"], message[language], "{wanted}");
        assert_eq!(refused.header("retry-after"), "10200");
        let told = get(&api, "/api/app-info/", wanted).await.json();
        assert_eq!(
            told["maintenance"],
            json!({
                "active": true, "message": message[language], "until": "2026-11-22T23:00:00.000Z",
            })
        );
    }
    push(&api, &sample()).await;
    much_later(&api).await;
    api.get("/api/customer/").send().await.expect(401);
    assert_eq!(
        get(&api, "/api/app-info/", "en").await.json()["maintenance"]["active"],
        json!(false)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outdated_app_still_learns_where_to_update() {
    let api = start().await;
    let mut content = sample();
    content["platforms"]["ios"]["minimum_version"] = json!("1.4");
    push(&api, &content).await;
    much_later(&api).await;
    let old =
        |path| api.get(path).header("x-app-platform", "ios").header("x-app-version", "1.3.99+12");
    let refused = old("/api/customer/").send().await.expect(426);
    let told = old("/api/app-info/").send().await.expect(200).json();
    assert_eq!(told["update"], json!("hard"));
    assert_eq!(told["platforms"]["ios"]["store_url"], refused.json()["store_url"]);
    for path in ["/api/faqs/", "/api/social-accounts/"] {
        old(path).send().await.expect(200);
    }
    api.request(Method::OPTIONS, "/api/app-info/")
        .header("x-app-platform", "ios")
        .send()
        .await
        .expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outdated_app_does_not_pass_because_of_how_it_writes_its_version() {
    let api = start().await;
    let mut content = sample();
    content["platforms"]["ios"]["minimum_version"] = json!("1.0");
    push(&api, &content).await;
    much_later(&api).await;
    let asked = async |platform: &str, version: &str| {
        let request = api.get("/api/countries/").header("x-app-platform", platform);
        request.header("x-app-version", version).send().await.status.as_u16()
    };
    for platform in ["ios", "iOS", "iPadOS", "ipados", "iPhone OS", "iPhone"] {
        assert_eq!(asked(platform, "v0.9.0").await, 426, "{platform}");
        assert_eq!(asked(platform, "v1.0.0").await, 200, "{platform}");
    }
    for version in ["0.9.0-beta", "0.9.0 (123)", "0.9.99999999999999999999", "٠.٩", "Version 0.9"]
    {
        assert_eq!(asked("iPadOS", version).await, 426, "{version}");
    }
    for version in ["1.0", "1.0-beta", "99999999999999999999", "latest", "١.٠", "1.x"] {
        assert_eq!(asked("iPadOS", version).await, 200, "{version}");
    }
    assert_eq!(asked("tvOS", "0.1").await, 200);
}
