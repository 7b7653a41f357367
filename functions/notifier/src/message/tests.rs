//! What is a message, and what is none, with its reason.

use shared::device::DeviceRange;

use super::*;

fn read(message: Value) -> Result<Message, Unreadable> {
    Message::read(&message.to_string())
}

#[test]
fn what_is_required_is_enough_and_the_rest_has_its_defaults() {
    let message =
        read(json!({"id": "order-1", "to": {"phone": "+14155550123"}, "title": "Hello"})).unwrap();
    assert!(matches!(message.to, To::Phone(_)));
    assert_eq!((message.kind.as_str(), message.collapse_key.as_str()), ("general", "order-1"));
    assert!(message.data.is_empty() && !message.critical && message.ttl.is_none());
}

#[test]
fn a_page_and_a_customer_of_a_message_to_all_are_read_back() {
    let customer: CustomerId = "019aac3f-0000-7000-8000-000000000001".parse().unwrap();
    let all =
        read(json!({"id": "news", "to": {"all": true}, "body": "All of it", "data": {"n": 1}}))
            .unwrap();
    for after in [None, Some(customer)] {
        let page = Message::read(&all.for_page(Page { shard: 'b', after })).unwrap();
        assert!(matches!(page.to, To::Page(page) if page == Page { shard: 'b', after }));
        assert_eq!((&page.id, &page.body, &page.data), (&all.id, &all.body, &all.data));
        let one = Message::read(&page.for_customer(customer)).unwrap();
        assert!(matches!(one.to, To::Customer(one) if one == customer));
        let range = DeviceRange::parse("a3").unwrap();
        let page = RangePage { number: 7, range, after };
        let read = Message::read(&all.for_range(page)).unwrap();
        assert!(matches!(read.to, To::Range(read) if read == page));
        let one = Message::read(&all.for_one_of_all(7, customer)).unwrap();
        assert!(matches!(one.to, To::Only { number: 7, customer: only } if only == customer));
    }
}

#[test]
fn a_stop_needs_nothing_but_the_id() {
    let stop = read(json!({"id": "news", "to": {"all": true, "stop": true}})).unwrap();
    assert!(matches!(stop.to, To::Stop));
}

#[test]
fn what_is_no_message_is_refused_with_its_reason() {
    let to = json!({"all": true});
    for (wrong, reason) in [
        (json!([]), "no JSON object"),
        (json!({"to": to, "title": "x"}), "missing"),
        (json!({"id": 7, "to": to, "title": "x"}), "another type"),
        (json!({"id": "", "to": to, "title": "x"}), "id must"),
        (json!({"id": "x", "to": to}), "neither"),
        (json!({"id": "x", "to": {}, "title": "x"}), "one of"),
        (json!({"id": "x", "to": {"all": true, "phone": "+14155550123"}, "title": "x"}), "one of"),
        (json!({"id": "x", "to": {"phone": "4155550123"}, "title": "x"}), "E.164"),
        (json!({"id": "x", "to": {"customer_id": "7"}, "title": "x"}), "customer"),
        (json!({"id": "x", "to": {"all": true, "shard": "g"}, "title": "x"}), "shard"),
        (json!({"id": "x", "to": {"all": true, "number": 1}, "title": "x"}), "needs one of"),
        (json!({"id": "x", "to": {"all": true, "number": 1, "range": "x"}, "title": "x"}), "range"),
        (json!({"id": "x", "to": to, "title": "x".repeat(256)}), "title"),
        (json!({"id": "x", "to": to, "body": "x".repeat(4_001)}), "body"),
        (json!({"id": "x", "to": to, "body": "x", "data": {"a": "x".repeat(4_096)}}), "data"),
        (json!({"id": "x", "to": to, "body": "x", "data": [1]}), "another type"),
        (
            json!({"id": "x", "to": to, "body": "x", "image_url": "http://example.com/a.png"}),
            "image_url",
        ),
        (json!({"id": "x", "to": to, "body": "x", "ttl": 2_419_201}), "ttl"),
        (json!({"id": "x", "to": to, "body": "x", "ttl": -1}), "another type"),
        (json!({"id": "x", "to": to, "body": "x", "correlation_id": "a b"}), "correlation"),
        (
            json!({"id": "x", "to": to, "body": "x", "correlation_id": "x".repeat(65)}),
            "correlation",
        ),
    ] {
        let said = read(wrong.clone()).unwrap_err().to_string();
        assert!(said.contains(reason), "{wrong}: {said}");
    }
    assert!(Message::read("{").is_err());
}

#[test]
fn a_message_says_how_it_looks_and_its_link_is_data_too() {
    let message = read(json!({"id": "x", "to": {"all": true}, "title": "x", "data": {"link": 1},
        "sound": {"ios": "bell.caf"}, "android_channel": "News", "category": "NEWS",
        "link": "https://example.com/news"}))
    .unwrap();
    let look = &message.appearance;
    assert_eq!(
        (look.sound_on_android.as_deref(), look.sound_on_ios.as_deref()),
        (None, Some("bell.caf"))
    );
    assert_eq!(
        (look.android_channel.as_deref(), look.category.as_deref()),
        (Some("News"), Some("NEWS"))
    );
    assert_eq!(message.data_text(), r#"{"link":"https://example.com/news"}"#);
}

#[test]
fn a_silent_message_needs_nothing_but_id_and_recipient_and_shows_nothing() {
    let silent = |member: &str, value: Value| {
        let mut message = json!({"id": "x", "to": {"all": true}, "silent": true});
        message[member] = value;
        read(message).map_err(|problem| problem.to_string())
    };
    assert!(silent("data", json!({"a": "x".repeat(2_980)})).is_ok_and(|one| one.silent));
    for (member, value, reason) in [
        ("critical", json!(true), "cannot be critical"),
        ("title", json!("x"), "no title"),
        ("body", json!("x"), "no title"),
        ("image_url", json!("https://example.com/a.png"), "no title"),
        ("sound", json!("default"), "no title"),
        ("android_channel", json!("x"), "no title"),
        ("category", json!("x"), "no title"),
        ("link", json!("https://example.com/"), "no title"),
        ("data", json!({"gcm.x": 1}), "reserves"),
        ("data", json!({"a": "x".repeat(3_000)}), "3,000"),
        ("data", json!({"a": ["\"".repeat(800)]}), "3,000"),
    ] {
        let problem = silent(member, value.clone()).unwrap_err();
        assert!(problem.contains(reason), "{member} {value}: {problem}");
    }
}

#[test]
fn what_does_not_fit_into_a_push_is_refused_with_its_reason() {
    for (member, value, reason) in [
        ("sound", json!(""), "sound must"),
        ("sound", json!({"web": "x"}), "another type"),
        ("sound", json!({"ios": "x".repeat(65)}), "sound must"),
        ("android_channel", json!("a\"b"), "android_channel must"),
        ("category", json!("手"), "category must"),
        ("link", json!("http://example.com/"), "link must"),
        ("link", json!("shop://orders/1"), "link must"),
        ("link", json!("https://"), "link must"),
        ("link", json!(format!("https://{}", "x".repeat(993))), "link must"),
        ("silent", json!("yes"), "another type"),
        ("send_at", json!("tomorrow"), "send_at must"),
        ("send_at", json!("2026-12-24"), "send_at must"),
        ("send_at", json!(1_795_377_660), "another type"),
    ] {
        let mut message = json!({"id": "x", "to": {"all": true}, "title": "x"});
        message[member] = value.clone();
        let problem = read(message).unwrap_err().to_string();
        assert!(problem.contains(reason), "{member} {value}: {problem}");
    }
}

#[test]
fn a_message_that_waits_is_published_without_its_time() {
    let waits = read(json!({"id": "x", "to": {"all": true}, "title": "x",
        "send_at": "2026-12-24T18:00:00+01:00"}))
    .unwrap();
    assert_eq!(waits.send_at.unwrap().to_string(), "2026-12-24T17:00:00Z");
    let sent = Message::read(&waits.for_its_time()).unwrap();
    assert_eq!((sent.send_at, &sent.id, &sent.title), (None, &waits.id, &waits.title));
}

#[test]
fn an_audience_is_read_and_what_is_no_filter_is_refused() {
    let to = |to: Value| read(json!({"id": "x", "to": to, "title": "x"}));
    let all = to(json!({"all": true, "platform": "ios", "language": ["ar_SA", "iw"],
        "country": ["SA"], "minimum_version": "1.10.0"}));
    let audience = all.unwrap().audience;
    assert_eq!(audience.minimum_version.as_ref().map(ToString::to_string).as_deref(), Some("1.10"));
    assert_eq!(audience.languages, ["ar-SA", "he"]);
    assert_eq!((audience.platforms.len(), audience.countries.len()), (1, 1));
    assert!(to(json!({"all": true})).unwrap().audience.is_everybody());
    for (wrong, reason) in [
        (json!({"all": true, "minimum_version": "newest"}), "minimum_version must"),
        (json!({"all": true, "minimum_version": ""}), "minimum_version must"),
        (json!({"all": true, "minimum_version": "1.x"}), "minimum_version must"),
        (json!({"all": true, "minimum_version": 2}), "another type"),
        (json!({"phone": "+14155550123", "minimum_version": "2"}), "need to.all"),
        (json!({"all": true, "platform": "windows"}), "platform must"),
        (json!({"all": true, "platform": []}), "platform must"),
        (json!({"all": true, "language": "arabic"}), "language must"),
        (json!({"all": true, "language": [""]}), "language must"),
        (json!({"all": true, "country": "sa"}), "country must"),
        (json!({"all": true, "country": "ZZ"}), "country must"),
        (json!({"all": true, "country": 7}), "another type"),
        (json!({"phone": "+14155550123", "country": "US"}), "need to.all"),
    ] {
        let problem = to(wrong.clone()).unwrap_err().to_string();
        assert!(problem.contains(reason), "{wrong}: {problem}");
    }
}
