use harness::Api;
use http::Method;
use serde_json::json;

use super::{get, much_later, push, sample, start};

const PATH: &str = "/api/app-info/";
const CACHE: &str = "public, max-age=60, stale-while-revalidate=600";

#[tokio::test(flavor = "multi_thread")]
async fn an_app_learns_everything_about_itself_in_its_language() {
    let api = start().await;
    let answer = get(&api, PATH, "ar-SA, en;q=0.5").await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("content-language"), "ar");
    assert_eq!(answer.header("cache-control"), CACHE);
    assert_eq!(answer.header("vary"), "Accept-Language, X-App-Platform, X-App-Version, Accept");
    let sample = sample();
    let ar = |member: &str| sample[member]["ar"].clone();
    assert_eq!(
        answer.json(),
        json!({
            "name": "Satchel", "description": ar("description"),
            "support_email": "help@satchel.example.com", "support_phone": "+14155550100",
            "terms_url": ar("terms_url"), "privacy_url": ar("privacy_url"),
            "platforms": sample["platforms"],
            "maintenance": {
                "active": false, "message": sample["maintenance"]["message"]["ar"], "until": null,
            },
            "features": sample["features"], "update": "none",
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_is_negotiated_and_the_first_one_is_the_default() {
    let api = start().await;
    for (wanted, got) in [
        ("zh-Hant-TW", "zh"),
        ("zh-CN, en", "zh"),
        ("fr, ar;q=0.2", "ar"),
        ("EN-gb", "en"),
        ("fr", "en"),
        ("*", "en"),
        ("", "en"),
        ("zh;q=0", "en"),
    ] {
        for path in [PATH, "/api/social-accounts", "/api/faqs/"] {
            assert_eq!(
                get(&api, path, wanted).await.header("content-language"),
                got,
                "{wanted} {path}"
            );
        }
    }
    assert_eq!(api.get(PATH).send().await.expect(200).header("content-language"), "en");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_learns_whether_to_update() {
    let api = start().await;
    let mut content = sample();
    content["platforms"]["ios"]["minimum_version"] = json!("1.10.0");
    content["platforms"]["ios"]["latest_version"] = json!("1.12");
    content["platforms"]["android"]["latest_version"] = json!(null);
    push(&api, &content).await;
    for (platform, version, update) in [
        ("ios", "1.9.9", "hard"),
        ("iOS", "1.9.9+400", "hard"),
        ("ios", "1.9-beta.3", "hard"),
        ("ios", "1.10.0", "soft"),
        ("ios", "1.10.0-rc.1 (77)", "soft"),
        ("ios", "1.12.0", "none"),
        ("ios", "2", "none"),
        ("ios", "newest", "none"),
        ("ios", "", "none"),
        ("android", "0.9", "hard"),
        ("android", "1.0", "none"),
        ("web", "1.3", "soft"),
        ("tv", "0.1", "none"),
        ("", "0.1", "none"),
    ] {
        let request =
            api.get(PATH).header("x-app-platform", platform).header("x-app-version", version);
        assert_eq!(request.send().await.expect(200).text("update"), update, "{platform} {version}");
    }
    assert_eq!(
        api.get(PATH).header("x-app-version", "0.1").send().await.expect(200).text("update"),
        "none"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_language_has_its_own_etag_and_an_unchanged_answer_is_not_sent_again() {
    let api = start().await;
    for path in [
        PATH,
        "/api/social-accounts/",
        "/api/faqs/",
        "/api/faqs/?category=wallet",
        "/api/faqs/?search=nothing+at+all",
    ] {
        let mut tags: Vec<String> = Vec::new();
        for language in ["en", "ar", "zh"] {
            let first = get(&api, path, language).await;
            let tag = first.header("etag").to_owned();
            let again = api
                .get(path)
                .header("accept-language", language)
                .header("if-none-match", &tag)
                .send()
                .await
                .expect(304);
            assert!(again.body.is_empty());
            for name in ["etag", "cache-control", "content-language", "vary"] {
                assert_eq!(again.header(name), first.header(name), "{name} of {path}");
            }
            assert_eq!(
                get(&api, path, language).await.header("etag"),
                tag,
                "the same content has the same tag"
            );
            // The ETag of one language does not match another one.
            if let Some(other) = tags.first() {
                api.get(path)
                    .header("accept-language", language)
                    .header("if-none-match", other)
                    .send()
                    .await
                    .expect(200);
            }
            tags.push(tag);
        }
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), 3, "{path}: {tags:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_etag_depends_on_the_content_of_its_answer_only() {
    let api = start().await;
    let tag = async |path, version: &str| {
        let request =
            api.get(path).header("x-app-platform", "ios").header("x-app-version", version);
        request.send().await.expect(200).header("etag").to_owned()
    };
    let (newest, old, accounts) =
        (tag(PATH, "9").await, tag(PATH, "1.3").await, tag("/api/social-accounts/", "9").await);
    assert_ne!(newest, old, "only the old app should update");
    let mut content = sample();
    content["support_email"] = json!("other@satchel.example.com");
    push(&api, &content).await;
    much_later(&api).await;
    assert_ne!(tag(PATH, "9").await, newest);
    assert_eq!(tag("/api/social-accounts/", "9").await, accounts, "the accounts did not change");
    // In another process, the same content has another version number.
    push(&api, &sample()).await;
    assert_eq!(
        api.another(&[])
            .await
            .get(PATH)
            .header("x-app-platform", "ios")
            .header("x-app-version", "9")
            .send()
            .await
            .header("etag"),
        newest
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_first_publication_there_is_only_a_name() {
    let api = Api::with(&[("AppName", "Rucksack")]).await;
    let answer = get(&api, PATH, "ar").await;
    assert_eq!(answer.header("content-language"), "en");
    assert_eq!(
        answer.json(),
        json!({
            "name": "Rucksack", "description": "", "support_email": null, "support_phone": null,
            "terms_url": null, "privacy_url": null, "platforms": {},
            "maintenance": {"active": false, "message": null, "until": null}, "features": {},
            "update": "none",
        })
    );
    for path in ["/api/faqs/", "/api/social-accounts/"] {
        assert_eq!(get(&api, path, "en").await.json(), json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_is_needed_with_or_without_the_trailing_slash() {
    let api = start().await;
    for path in [PATH, "/api/social-accounts/", "/api/faqs/"] {
        let plain = get(&api, path, "en").await;
        let request = api
            .get(path.trim_end_matches('/'))
            .bearer("not a token")
            .header("accept-language", "en");
        assert_eq!(request.send().await.expect(200).body, plain.body);
        let head = api.request(Method::HEAD, path).send().await.expect(200);
        assert!(head.body.is_empty());
        assert_eq!(head.header("etag"), plain.header("etag"));
        api.post(path).send().await.expect(405);
        api.get(path).header("accept", "text/html").send().await.expect(406);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn content_in_two_scripts_is_found_by_likely_subtags() {
    let api = start().await;
    let renamed = sample().to_string().replace("\"zh\"", "\"zh-Hant\"");
    push(&api, &serde_json::from_str(&renamed).expect("JSON")).await;
    much_later(&api).await;
    for (wanted, got) in [
        ("zh-TW", "zh-Hant"),
        ("zh-HK,en;q=0.5", "zh-Hant"),
        ("zh-Hant-MO", "zh-Hant"),
        ("en-GB", "en"),
        ("iw-IL", "en"),
        ("arz-EG", "ar"),
    ] {
        let answer = get(&api, PATH, wanted).await;
        assert_eq!(answer.header("content-language"), got, "{wanted}");
    }
}
