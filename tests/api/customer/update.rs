use futures_util::future::join_all;
use harness::{Api, ENCODINGS};
use http::Method;
use serde_json::{Value, json};

use crate::PHONE;

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_takes_changes_in_every_encoding_and_by_both_methods() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let full = json!({
        "first_name": " Amal ", "last_name": "Haddad", "email": "amal@example.com",
        "birth_date": "1990-02-28", "gender": "female", "language": "ar-SA",
        "avatar_url": "https://example.com/a.jpg", "marketing_opt_in": "yes",
    });
    for (method, encode) in [Method::PATCH, Method::PUT]
        .into_iter()
        .flat_map(|method| ENCODINGS.map(|form| (method.clone(), form)))
    {
        api.clock.advance_seconds(1);
        let blank = json!({
            "first_name": "", "last_name": "", "email": "", "avatar_url": "",
            "marketing_opt_in": "f",
        });
        api.patch("/api/customer/").bearer(&phone.access).form(&blank).send().await.expect(200);
        let answer = encode(api.request(method, "/api/customer"), &full);
        let profile = answer.bearer(&phone.access).send().await.expect(200).json();
        assert_eq!(profile["first_name"], json!("Amal"));
        assert_eq!(profile["marketing_opt_in"], json!(true));
        for field in ["last_name", "email", "birth_date", "gender", "language", "avatar_url"] {
            assert_eq!(profile[field], full[field]);
        }
        assert_eq!(api.profile(&phone.access).await.json(), profile);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_are_not_sent_stay_and_null_clears_optional_ones() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let change = async |body: Value| {
        api.patch("/api/customer/").bearer(&phone.access).json(&body).send().await
    };
    change(json!({"first_name": "Amal", "email": "amal@example.com", "gender": "other"}))
        .await
        .expect(200);
    let profile =
        change(json!({"email": null, "gender": null, "unknown": 1})).await.expect(200).json();
    assert_eq!(
        (&profile["first_name"], &profile["email"], &profile["gender"]),
        (&json!("Amal"), &json!(null), &json!(null))
    );
    assert_eq!(profile["phone"], json!(PHONE));
    assert_eq!(
        change(json!({"first_name": null})).await.error(),
        "400 null: This field may not be null. [first_name]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_errors_are_reported_in_field_order_and_nothing_is_changed() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let body = json!({
        "marketing_opt_in": "perhaps", "avatar_url": "http://example.com/",
        "language": "no language", "gender": "x", "birth_date": "2026-11-22",
        "email": "nobody@localhost", "last_name": "x".repeat(151), "first_name": ["x"],
    });
    let answer = api.patch("/api/customer/").bearer(&phone.access).json(&body).send().await;
    assert_eq!(
        answer.error(),
        "400 invalid: Not a valid string. [first_name]; \
         400 max_length: Ensure this field has no more than 150 characters. [last_name]; \
         400 invalid: Enter a valid email address. [email]; \
         400 invalid: Ensure this date is in the past. [birth_date]; \
         400 invalid_choice: \"x\" is not a valid choice. [gender]; \
         400 invalid: Enter a valid language tag. [language]; \
         400 invalid: Enter a valid URL. [avatar_url]; \
         400 invalid: Must be a valid boolean. [marketing_opt_in]"
    );
    assert_eq!(api.profile(&phone.access).await.json(), phone.customer);
    for date in ["28.02.1990", "1990-02-30", "0000-01-01", ""] {
        let answer = api
            .patch("/api/customer/")
            .bearer(&phone.access)
            .json(&json!({"birth_date": date}))
            .send()
            .await;
        let expected = "400 invalid: Date has wrong format. Use one of these formats instead: \
            YYYY-MM-DD. [birth_date]";
        assert_eq!(answer.error(), expected, "{date}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn days_and_addresses_of_pages_are_taken_as_django_takes_them() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let change = async |body: Value| {
        api.patch("/api/customer/").bearer(&phone.access).json(&body).send().await
    };
    for (field, sent, stored) in [
        ("birth_date", "2000-2-9", "2000-02-09"),
        ("birth_date", "٢٠٠٠-٢-٩", "2000-02-09"),
        ("birth_date", "20000209", "2000-02-09"),
        ("birth_date", "0001-01-01", "0001-01-01"),
        ("avatar_url", "HTTPS://Example.COM", "https://example.com/"),
        ("avatar_url", "https://münchen.de/ü.jpg", "https://xn--mnchen-3ya.de/%C3%BC.jpg"),
        ("email", "amal@münchen.de", "amal@münchen.de"),
        ("email", "\"a@b\"@[2001:db8::1]", "\"a@b\"@[2001:db8::1]"),
    ] {
        let answer = change(json!({field: sent})).await.expect(200);
        assert_eq!(answer.json()[field], json!(stored), "{sent}");
    }
    for (field, wrong) in [
        ("avatar_url", "https:x"),
        ("avatar_url", "https://a..com/"),
        ("avatar_url", "https://example.com/a\nb"),
        ("birth_date", "0000-01-01"),
        ("email", "é@example.com"),
        ("email", "amal@example..com"),
    ] {
        let answer = change(json!({field: wrong})).await.expect(400);
        assert!(answer.error().ends_with(&format!("[{field}]")), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_an_outdated_version_is_412() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let tag = api.profile(&phone.access).await.header("etag").to_owned();
    let change = async |name: &str| {
        api.patch("/api/customer/")
            .bearer(&phone.access)
            .header("if-match", &tag)
            .json(&json!({"first_name": name}))
            .send()
            .await
    };
    let changed = change("Amal").await.expect(200);
    assert_ne!(changed.header("etag"), tag);
    assert_eq!(
        change("Other").await.error(),
        "412 precondition_failed: The resource has changed since it was read. [null]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_changes_lose_nothing() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let fields = ["first_name", "last_name", "language"];
    let values = ["Amal", "Haddad", "ar"];
    for _ in 0..10 {
        let changes = join_all((0..3).map(|n| {
            let body = json!({fields[n]: values[n]});
            api.patch("/api/customer/").bearer(&phone.access).json(&body).send()
        }))
        .await;
        assert!(changes.iter().all(|answer| answer.status == 200));
        let profile = api.profile(&phone.access).await.json();
        for n in 0..3 {
            assert_eq!(profile[fields[n]], json!(values[n]));
        }
        let blank = json!({"first_name": "", "last_name": "", "language": null});
        api.patch("/api/customer/").bearer(&phone.access).json(&blank).send().await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_is_stored_by_its_tag_of_today() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    for (sent, stored) in [
        ("en_US", "en-US"),
        ("iw", "he"),
        ("in-ID", "id-ID"),
        ("ji", "yi"),
        ("sh", "sr-Latn"),
        ("AR-sa", "ar-SA"),
        ("ar_SA@calendar=gregorian", "ar-SA"),
        ("zh_TW_#Hant", "zh-Hant-TW"),
    ] {
        let body = json!({"language": sent});
        let answer = api.patch("/api/customer/").bearer(&phone.access).json(&body).send().await;
        assert_eq!(answer.expect(200).json()["language"], stored, "{sent}");
    }
}

/// Files are stored nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_the_place_of_a_text_is_invalid_and_changes_nothing() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let part = |name: &str| {
        format!(
            "--limit\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"a.png\"\r\n\
             content-type: image/png\r\n\r\n\u{1}PNG\r\n"
        )
    };
    let text = "--limit\r\ncontent-disposition: form-data; name=\"first_name\"\r\n\r\nAmal\r\n";
    let change = |parts: String| {
        let body = format!("{parts}--limit--\r\n");
        let request = api.patch("/api/customer/").bearer(&phone.access);
        request.body("multipart/form-data; boundary=limit", body).send()
    };
    let refused = change(format!("{text}{}", part("avatar_url"))).await;
    assert_eq!(refused.error(), "400 invalid: Not a valid string. [avatar_url]");
    assert_eq!(api.profile(&phone.access).await.json(), phone.customer);
    // A file under a name that no field has is ignored, as other unknown fields are.
    let changed = change(format!("{text}{}", part("photo"))).await.expect(200).json();
    assert_eq!((&changed["first_name"], &changed["avatar_url"]), (&json!("Amal"), &json!(null)));
}
