//! Requests and answers in JSON and XML.

use std::time::{Duration, Instant};

use harness::Api;
use http::Method;
use serde_json::json;

use super::get;

const PET: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><Pet>\
    <id>4242</id><category><id>7</id><name>狗 &amp; &lt;犬&gt;</name></category>\
    <name>\"Ren\u{e9}\" 'the' &lt;b&gt;dog&lt;/b&gt; 🐶</name>\
    <photoUrls><photoUrl>https://example.com/?a=1&amp;b=2</photoUrl>\
    <photoUrl>照片</photoUrl></photoUrls>\
    <tags><tag><id>1</id><name>标签 ]]&gt;</name></tag><tag><id>2</id><name>two</name></tag></tags>\
    <status>available</status></Pet>";

#[tokio::test(flavor = "multi_thread")]
async fn a_pet_with_every_field_survives_a_round_trip_in_xml_and_is_the_same_in_json() {
    let api = Api::start().await;
    let sent = api
        .post("/v2/pet")
        .body("application/xml", PET)
        .header("accept", "application/xml")
        .send()
        .await
        .expect(200);
    assert_eq!(
        (sent.header("content-type"), std::str::from_utf8(&sent.body).unwrap()),
        ("application/xml", PET)
    );
    let shown =
        api.get("/v2/pet/4242").header("accept", "application/xml").send().await.expect(200);
    assert_eq!(std::str::from_utf8(&shown.body).unwrap(), PET);
    assert_eq!(
        get(&api, "/v2/pet/4242").await.expect(200).json(),
        json!({
            "id": 4242, "category": {"id": 7, "name": "狗 & <犬>"},
            "name": "\"René\" 'the' <b>dog</b> 🐶",
            "photoUrls": ["https://example.com/?a=1&b=2", "照片"],
            "tags": [{"id": 1, "name": "标签 ]]>"}, {"id": 2, "name": "two"}],
            "status": "available",
        })
    );
    let list = api
        .get("/v2/pet/findByTags?tags=two")
        .header("accept", "application/xml")
        .send()
        .await
        .expect(200);
    let element = PET.split_once("?>").unwrap().1;
    assert!(std::str::from_utf8(&list.body).unwrap().ends_with(&format!("<pets>{element}</pets>")));
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_and_users_can_be_sent_and_read_in_xml() {
    let api = Api::start().await;
    let order = "<Order><id>5000</id><petId>3</petId><quantity>2</quantity>\
        <shipDate>2026-11-25T18:00:00.000Z</shipDate>\
        <status>approved</status><complete>true</complete></Order>";
    let xml = |path: &str, body: &str| {
        api.post(path).body("application/xml", body.to_owned()).header("accept", "application/xml")
    };
    let answer = xml("/v2/store/order", order).send().await.expect(200);
    assert!(std::str::from_utf8(&answer.body).unwrap().ends_with(order));
    xml(
        "/v2/user",
        "<User><id>1</id><username>xml user</username><firstName>A &amp; B</firstName></User>",
    )
    .send()
    .await
    .expect(200);
    assert_eq!(get(&api, "/v2/user/xml%20user").await.expect(200).json()["firstName"], "A & B");
    let users =
        "<users><User><username>a</username></User><User><username>b</username></User></users>";
    xml("/v2/user/createWithArray", users).send().await.expect(200);
    get(&api, "/v2/user/b").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn xml_that_is_malformed_too_deep_or_has_entities_is_400_without_delay() {
    let api = Api::start().await;
    let bomb = "<!DOCTYPE l [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
        <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>\
        <Pet><name>&c;</name></Pet>";
    let deep = format!("<Pet>{}", "<a>".repeat(20_000));
    let wide = format!("<Pet><name>{}", "&amp;".repeat(12_000));
    let file =
        "<!DOCTYPE p [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Pet><name>&x;</name></Pet>";
    let json = format!("{{\"name\":{}", "[".repeat(60_000));
    for (kind, body) in [
        ("application/xml", bomb),
        ("application/xml", &deep),
        ("application/xml", &wide),
        ("application/xml", file),
        ("application/xml", "<Pet><name>x</Pet>"),
        ("application/xml", "name"),
        ("application/json", &json),
    ] {
        #[expect(clippy::disallowed_methods, reason = "how long it really takes")]
        let began = Instant::now();
        for method in [Method::POST, Method::PUT] {
            let answer =
                api.request(method, "/v2/pet").body(kind, body.to_owned()).send().await.expect(400);
            assert_eq!(
                answer.json(),
                json!({"code": 400, "type": "unknown", "message": "bad input"})
            );
        }
        let took = began.elapsed();
        assert!(took < Duration::from_millis(500), "{took:?} for {} bytes", body.len());
        println!("{kind}, {} bytes: 400 twice in {took:?}", body.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_and_the_charsets_that_a_body_declares_are_read() {
    let api = Api::start().await;
    let json = r#"{"name": "été 手"}"#;
    let xml = |charset: &str, name: &str| {
        format!("<?xml version=\"1.0\" encoding=\"{charset}\"?><Pet><name>{name}</name></Pet>")
    };
    let little = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let latin = |text: &str| -> Vec<u8> {
        text.chars().map(|character| u8::try_from(character).expect("latin")).collect()
    };
    let marked = |text: &str| format!("\u{feff}{text}");
    let bodies: Vec<(&str, Vec<u8>, &str)> = vec![
        ("application/json", marked(json).into(), "été 手"),
        ("application/json; charset=utf-16", little(&marked(json)), "été 手"),
        ("application/json", big(json), "été 手"),
        ("application/json ; charset=latin1", latin(r#"{"name": "été"}"#), "été"),
        ("application/xml", latin(&xml("ISO-8859-1", "été")), "été"),
        ("application/xml", xml("utf-8", "été 手").into(), "été 手"),
        ("application/xml", marked(&xml("UTF-8", "手")).into(), "手"),
        ("application/xml", little(&marked(&xml("UTF-16", "手"))), "手"),
        ("application/xml", big(&marked(&xml("utf-16", "手"))), "手"),
        ("application/xml", little(&xml("UTF-16LE", "手")), "手"),
        ("application/xml", xml("us-ascii", "&#233;").into(), "é"),
        ("application/xml", xml("utf-16", "手").into(), "手"),
        ("application/xml", latin(&xml("windows-1252", "\u{80}é")), "€é"),
        ("application/xml", latin(&xml("GBK", "\u{b9}\u{b7}")), "狗"),
        ("application/xml", latin(&xml("Shift_JIS", "\u{8c}\u{a2}")), "犬"),
        ("application/xml", latin(&xml("KOI8-R", "\u{d0}\u{a3}\u{d3}")), "пёс"),
        ("text/xml; charset=ISO-8859-1", latin("<Pet><name>été</name></Pet>"), "été"),
        ("application/xml; charset=utf-8", xml("ISO-8859-1", "手").into(), "手"),
        ("Application/XML ;charset=\"UTF8\"", "<Pet><name>手</name></Pet>".into(), "手"),
        ("application/json", r#"{"name": 1.10}"#.into(), "1.10"),
    ];
    for (kind, body, name) in bodies {
        let shown = String::from_utf8_lossy(&body).into_owned();
        let pet = api.post("/v2/pet").body(kind, body).send().await.expect(200).json();
        assert_eq!(pet["name"], name, "{kind} {shown}");
    }
    let refusals: Vec<(&str, Vec<u8>, u16)> = vec![
        ("application/json", b"{\"name\": \"\xe9\"}".into(), 400),
        ("application/xml", b"<Pet><name>\xe9</name></Pet>".into(), 400),
        ("application/xml", latin(&xml("us-ascii", "é")), 400),
        ("application/xml", latin(&xml("GBK", "\u{ff}\u{ff}")), 400),
        ("application/xml", latin(&xml("klingon", "x")), 415),
        ("application/xml; charset=koi8-r", b"<Pet><name>x</name></Pet>".into(), 415),
        ("application/json; charset=koi8-r", json.into(), 415),
        ("text/plain", json.into(), 415),
        ("text/plain", Vec::new(), 405),
    ];
    for (kind, body, status) in refusals {
        let refused = api.post("/v2/pet").body(kind, body).send().await.expect(status);
        assert_eq!(refused.json()["code"], status);
    }
    api.post("/v2/store/order").body("text/plain", "").send().await.expect(400);
    let form = "application/x-www-form-urlencoded; charset=iso-8859-1";
    api.post("/v2/pet/1").body(form, "name=%E9t%E9&status=").send().await.expect(200);
    assert_eq!(get(&api, "/v2/pet/1").await.json()["name"], "été");
}
