//! What makes a content invalid, and the words for it.

use serde_json::json;

use super::*;

/// The sample with another value at a place.
fn with(place: &str, value: Value) -> Value {
    let mut content: Value = serde_json::from_str(crate::SAMPLE).unwrap();
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = content.pointer_mut(parent).unwrap();
    match parent.as_array_mut() {
        Some(list) => list[name.parse::<usize>().unwrap()] = value,
        None => parent[name] = value,
    }
    content
}

fn problems(content: &Value) -> Vec<String> {
    let problems = Content::check(&content.to_string()).map(drop).err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn the_sample_is_right_and_in_three_languages() {
    let content = Content::check(crate::SAMPLE).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(content.availability.languages, ["en", "ar", "zh"]);
    assert!(!content.faqs.is_empty() && !content.social_accounts.is_empty());
    for text in content.faqs.iter().flat_map(|faq| [&faq.question, &faq.answer]) {
        assert_eq!(text.languages().len(), 3, "{text:?}");
    }
    let read: Content = serde_json::from_value(content.to_json()).unwrap();
    assert_eq!(read, content, "its form as JSON is the whole of it");
}

#[test]
fn each_thing_that_may_be_wrong_is_told_with_its_place() {
    for (place, value, told) in [
        ("/languages", json!([]), "languages: at least one is needed"),
        ("/languages/0", json!("EN"), "languages: \"EN\" is no language tag in its usual form"),
        (
            "/languages/0",
            json!("no tag"),
            "languages: \"no tag\" is no language tag in its usual form",
        ),
        ("/languages/1", json!("en"), "languages: \"en\" stands twice"),
        ("/languages/2", json!("fr"), "description.fr: this is missing"),
        ("/languages/2", json!("fr"), "description.zh: this is none of the languages"),
        ("/name", json!(" "), "name: this is blank"),
        ("/name", json!("x".repeat(101)), "name: this has 101 characters; there is room for 100"),
        ("/name", json!("a\0b"), "name: null characters are not allowed"),
        ("/description/ar", json!(""), "description.ar: this is blank"),
        ("/support_email", json!("nobody"), "support_email: this is no email address"),
        (
            "/support_phone",
            json!("12"),
            "support_phone: this is no phone number in E.164 form, such as +14155550123",
        ),
        (
            "/terms_url",
            json!("http://example.com"),
            "terms_url: \"http://example.com\" is no https address",
        ),
        ("/privacy_url/zh", json!("https://"), "privacy_url: \"https://\" is no https address"),
        ("/features/ ", json!(true), "features: this is blank"),
        ("/platforms/tv", json!({}), "platforms.tv: there are only ios, android, web"),
        (
            "/platforms/ios/minimum_version",
            json!("one"),
            "platforms.ios.minimum_version: this is no version, such as 1.10.0",
        ),
        (
            "/platforms/ios/minimum_version",
            json!("99"),
            "platforms.ios: nobody could update: latest_version is below minimum_version",
        ),
        (
            "/platforms/web/store_url",
            json!("x"),
            "platforms.web.store_url: \"x\" is no https address",
        ),
        (
            "/maintenance/until",
            json!("soon"),
            "maintenance.until: this is not known here, or not written as it must be",
        ),
        ("/maintenance/message", json!({"en": "Soon."}), "maintenance.message.ar: this is missing"),
        (
            "/maintenance/activ",
            json!(true),
            "maintenance.activ: this is not known here, or not written as it must be",
        ),
        (
            "/social_accounts/0/url",
            json!("x y"),
            "social_accounts[0].url: \"x y\" is no https address",
        ),
        ("/social_accounts/1/icon", json!(""), "social_accounts[1].icon: this is blank"),
        ("/faqs/1/id", json!(1), "faqs[id 1]: this id stands twice"),
        ("/faqs/0/id", json!(0), "faqs[id 0]: an id is a whole number from 1 on, below 2^53"),
        ("/faqs/0/category", json!(""), "faqs[id 1].category: this is blank"),
        (
            "/faqs/0/answer",
            json!({"en": "Yes.", "ar": "نعم."}),
            "faqs[id 1].answer.zh: this is missing",
        ),
        (
            "/faqs/0/anwser",
            json!("typed wrong"),
            "faqs[id 1].anwser: this is not known here, or not written as it must be",
        ),
        (
            "/unheard_of",
            json!({}),
            "unheard_of: this is not known here, or not written as it must be",
        ),
    ] {
        let problems = problems(&with(place, value.clone()));
        assert!(problems.iter().any(|problem| problem == told), "{place} = {value}: {problems:#?}");
    }
}

#[test]
fn what_is_wrong_with_a_text_of_messages_is_told_with_its_language() {
    for (place, value, told) in [
        (
            "/messages/code/ar",
            json!("لا رمز هنا."),
            "messages.code.ar: {code} must be there once, and is there 0 times",
        ),
        (
            "/messages/code/zh",
            json!("{app} 验证码：{code}，详见 satchel.example/help"),
            "messages.code.zh: \"satchel.example/help\" would be shown as a link",
        ),
        (
            "/messages/code/EN",
            json!("{code}"),
            "messages.code.EN: \"EN\" is no language tag in its usual form",
        ),
        (
            "/messages/code/ar",
            json!(format!("{{code}} {}", "ر".repeat(47))),
            "messages.code.ar: this has, with the lines of an app hash, 71 characters of UCS-2; \
             one message has room for 70",
        ),
        (
            "/messages/phone_changed/en",
            json!("{code}"),
            "messages.phone_changed.en: {code} is unknown; there is {app}",
        ),
        (
            "/messages/changed_phone",
            json!({"en": "x"}),
            "messages.changed_phone: this is not known here, or not written as it must be",
        ),
        (
            "/languages/2",
            json!("sw"),
            "messages.code.sw: this is needed: no message has a text in this language",
        ),
    ] {
        let problems = problems(&with(place, value.clone()));
        assert!(problems.iter().any(|problem| problem == told), "{place} = {value}: {problems:#?}");
    }
    let long = with("/messages/code", json!({"en": "{code}", "de": "{code}", "sw": "{code}"}));
    assert_eq!(problems(&long), Vec::<String>::new(), "any language may have one");
    let many: Value =
        (0..30).map(|n| (format!("en-x-a{n}"), format!("{{code}}{}", "a".repeat(136)))).collect();
    assert_eq!(
        problems(&with("/messages/code", many)),
        ["messages: this is 5009 bytes; there is room for 4000"]
    );
}

#[test]
fn a_time_may_be_written_with_any_offset() {
    for time in ["2026-11-22T20:30:00Z", "2026-11-22T23:30:00.000+03:00"] {
        assert_eq!(problems(&with("/maintenance/until", json!(time))), Vec::<String>::new());
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let mut content = with("/name", json!(""));
    content["support_email"] = json!("nobody");
    content["faqs"][0]["question"] = json!("");
    assert_eq!(problems(&content).len(), 3);
}

#[test]
fn a_file_that_cannot_be_read_says_where_it_breaks_off() {
    for (file, told) in [
        ("", "this is no JSON: EOF while parsing a value at line 1 column 0"),
        ("{\"name\": \"x\",}", "this is no JSON: trailing comma at line 1 column 14"),
        ("[]", "invalid type: sequence, expected"),
        ("{\"name\": 1}", "data did not match any variant"),
        ("{\"name\": \"x\"}", "missing field `description`"),
    ] {
        let problems = Content::check(file).map(drop).unwrap_err();
        assert!(
            problems.len() == 1 && problems[0].to_string().contains(told),
            "{file}: {problems:?}"
        );
    }
}

#[test]
fn what_an_item_of_the_table_has_no_room_for_is_refused() {
    let long = with("/faqs/0/answer", json!("é".repeat(5_000)))["faqs"][0].clone();
    let many: Vec<Value> = (1..=40)
        .map(|id| {
            Value::Object(
                [
                    long.as_object().unwrap().clone(),
                    serde_json::Map::from_iter([("id".to_owned(), json!(id))]),
                ]
                .into_iter()
                .flatten()
                .collect(),
            )
        })
        .collect();
    let told = problems(&with("/faqs", json!(many)));
    assert!(told.len() == 1 && told[0].ends_with("bytes; there is room for 300000"), "{told:?}");
    let languages = with(
        "/maintenance/message",
        json!({"en": "é".repeat(500), "ar": "ع".repeat(500), "zh": "中".repeat(500)}),
    );
    let told = problems(&languages);
    assert!(
        told.len() == 1 && told[0].starts_with("languages, platforms and maintenance are"),
        "{told:?}"
    );
}
