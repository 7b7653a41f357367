//! Bodies as phones really send them: content types, character sets, empty bodies and values,
//! numbers for texts, null.

use harness::{Answer, Api, Request};
use http::Method;
use serde_json::{Value, json};

use crate::PHONE;

const FORM: &str = "application/x-www-form-urlencoded";
const EMPTY: &str = "text/plain;charset=UTF-8";

/// An API and a customer who has the device `r1`.
struct Phone {
    api: Api,
    access: String,
}

impl Phone {
    async fn start() -> Self {
        let api = Api::start().await;
        let access = api.log_in(PHONE).await.access;
        let phone = Self { api, access };
        let device = json!({"registration_id": "r1", "type": "ios", "name": "one"});
        phone.request(Method::POST, "/api/devices/").json(&device).send().await.expect(201);
        phone
    }

    fn request(&self, method: Method, path: &str) -> Request<'_> {
        self.api.request(method, path).bearer(&self.access)
    }

    /// Changes the profile by a body of these bytes.
    async fn patch(&self, content_type: &str, body: impl AsRef<[u8]>) -> Answer {
        let request = self.request(Method::PATCH, "/api/customer/");
        request.body(content_type, body.as_ref().to_vec()).send().await
    }

    /// Changes the device `r1` by a body of these bytes.
    async fn patch_device(&self, content_type: &str, body: impl AsRef<[u8]>) -> Answer {
        let request = self.request(Method::PATCH, "/api/devices/r1/");
        request.body(content_type, body.as_ref().to_vec()).send().await
    }
}

fn part(headers: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("\r\nContent-Disposition: form-data; {headers}\r\n\r\n");
    [head.as_bytes(), content].concat()
}

fn multipart(boundary: &str, parts: &[Vec<u8>]) -> Vec<u8> {
    let part = |part: &Vec<u8>| [b"--", boundary.as_bytes(), part, b"\r\n"].concat();
    [parts.iter().flat_map(part).collect(), format!("--{boundary}--\r\n").into_bytes()].concat()
}

fn utf_16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn content_types_are_read_as_leniently_as_django_reads_them() {
    let phone = Phone::start().await;
    for (content_type, boundary) in [
        ("multipart/form-data; boundary=a/b=c", "a/b=c"),
        ("multipart/form-data ; boundary=x", "x"),
        ("multipart/form-data;boundary=x;", "x"),
        ("Multipart/Form-Data; Boundary=\"a b;c\"", "a b;c"),
        (
            "multipart/form-data; charset=utf-8; boundary=----=_Part:1?'()+_,-./",
            "----=_Part:1?'()+_,-./",
        ),
        ("multipart/form-data; boundary = x ; charset=\"UTF8\"", "x"),
    ] {
        let body = multipart(boundary, &[part("name=\"first_name\"", "é手".as_bytes())]);
        let answer = phone.patch(content_type, body).await.expect(200).json();
        assert_eq!(answer["first_name"], "é手", "{content_type}");
        phone.patch("application/json", r#"{"first_name": ""}"#).await.expect(200);
    }
    for content_type in [
        "application/json;",
        "application/json ; charset=utf-8",
        "APPLICATION/JSON; charset=\"UTF8\"; x=y",
        "application/json; charset=",
        "application/json; odata.metadata=minimal; charset='utf-8'",
    ] {
        let answer = phone.patch(content_type, r#"{"first_name": "é"}"#).await.expect(200).json();
        assert_eq!(answer["first_name"], "é", "{content_type}");
    }
    for (content_type, status) in [
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
        ("multipart/form-data; boundary=é", 400),
        ("text/json", 415),
        ("application/json; charset=koi8-r", 415),
        ("application/json; charset=utf-32", 415),
        ("application/x-www-form-urlencoded; charset=windows-1252", 415),
        ("multipart/form-data; boundary=x; charset=klingon", 415),
        ("", 415),
    ] {
        let body = multipart("x", &[part("name=\"first_name\"", b"x")]);
        phone.patch(content_type, body).await.expect(status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_body_is_none_whatever_its_content_type() {
    let phone = Phone::start().await;
    for content_type in
        [EMPTY, "application/json", FORM, "multipart/form-data", "application/json; charset=x", "x"]
    {
        let changed = phone.patch_device(content_type, "").await.expect(200).json();
        assert_eq!(changed["name"], "one", "{content_type}");
        phone.patch(content_type, "").await.expect(200);
        let request = phone.request(Method::POST, "/api/devices/").body(content_type, "");
        let missing = request.send().await;
        assert!(missing.error().starts_with("400 required: "), "{}", missing.error());
    }
    let request = phone.request(Method::POST, "/api/logout-all-devices/");
    request.body(EMPTY, "").send().await.expect(204);
    let access = phone.api.log_in("+14155550124").await.access;
    let log_out = phone.api.post("/api/logout-device/").bearer(&access);
    log_out.body(EMPTY, "").send().await.expect(204);
    phone.api.get("/api/customer/").bearer(&access).send().await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_decoded_from_the_charset_of_the_body() {
    let phone = Phone::start().await;
    let json = r#"{"name": "été 手"}"#;
    let part_of = |headers: &str, content: &[u8]| multipart("x", &[part(headers, content)]);
    let bodies: Vec<(&str, Vec<u8>, &str)> = vec![
        ("application/x-www-form-urlencoded; charset=ISO-8859-1", b"name=%E9t%E9".into(), "été"),
        ("application/x-www-form-urlencoded; charset=latin1", b"name=\xe9t\xe9".into(), "été"),
        ("application/x-www-form-urlencoded; charset=utf-16le", b"name=%E9%00t".into(), "ét"),
        (FORM, b"name=%C3%A9t%c3%a9".into(), "été"),
        (FORM, "name=été".into(), "été"),
        ("application/json; charset=UTF-16LE", utf_16(json, u16::to_le_bytes), "été 手"),
        ("application/json; charset=utf-16be", utf_16(json, u16::to_be_bytes), "été 手"),
        ("application/json; charset=utf-16", utf_16(json, u16::to_be_bytes), "été 手"),
        (
            "application/json; charset=utf-16",
            utf_16(&format!("\u{feff}{json}"), u16::to_le_bytes),
            "été 手",
        ),
        ("application/json", utf_16(json, u16::to_le_bytes), "été 手"),
        ("application/json", format!("\u{feff}{json}").into(), "été 手"),
        ("application/json; charset=iso-8859-1", b"{\"name\": \"\xe9t\xe9\"}".into(), "été"),
        ("application/json; charset=us-ascii", br#"{"name": "\u00e9t\u00e9"}"#.into(), "été"),
        (
            "multipart/form-data; boundary=x; charset=ISO-8859-1",
            part_of("name=\"name\"", b"\xe9t\xe9"),
            "été",
        ),
        (
            "multipart/form-data; boundary=x",
            part_of("name=name\r\nContent-Type: text/plain; charset=ISO-8859-1", b"\xe9t\xe9"),
            "été",
        ),
        (
            "multipart/form-data; boundary=x; charset=latin1",
            part_of("name=\"name\"\r\ncontent-type: text/plain;charset=UTF-8", "été".as_bytes()),
            "été",
        ),
        (
            "multipart/form-data; boundary=x",
            multipart(
                "x",
                &[part("name=\"name\"", b"\xe9t\xe9"), part("name=\"_charset_\"", b"latin1")],
            ),
            "été",
        ),
        (
            "multipart/form-data; boundary=x",
            part_of("name=\"name\"\r\nContent-Transfer-Encoding: base64", b"w6l0\r\nw6k="),
            "été",
        ),
    ];
    for (content_type, body, name) in bodies {
        let shown = String::from_utf8_lossy(&body).into_owned();
        let changed = phone.patch_device(content_type, body).await.expect(200).json();
        assert_eq!(changed["name"], name, "{content_type} {shown}");
        phone.patch_device("application/json", r#"{"name": "one"}"#).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_is_not_valid_in_its_charset_is_refused_and_nothing_is_stored() {
    let phone = Phone::start().await;
    let part_of = |headers: &str| multipart("x", &[part(headers, b"\xe9t\xe9")]);
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        (FORM, b"name=%E9t%E9".into()),
        (FORM, b"name=\xe9t\xe9".into()),
        ("application/json", b"{\"name\": \"\xe9t\xe9\"}".into()),
        ("application/json; charset=us-ascii", "{\"name\": \"été\"}".into()),
        ("application/json; charset=utf-16le", b"{\0}".into()),
        ("application/json; charset=utf-16le", br#"{"name": "x"}"#.into()),
        ("application/x-www-form-urlencoded; charset=us-ascii", b"name=%C3%A9".into()),
        ("multipart/form-data; boundary=x", part_of("name=\"name\"")),
        (
            "multipart/form-data; boundary=x; charset=latin1",
            part_of("name=\"name\"\r\nContent-Type: text/plain; charset=utf-8"),
        ),
    ];
    for (content_type, body) in bodies {
        let refused = phone.patch_device(content_type, body).await;
        assert!(refused.error().starts_with("400 parse_error: "), "{}", refused.error());
    }
    let body = part_of("name=\"name\"\r\nContent-Type: text/plain; charset=koi8-r");
    phone.patch_device("multipart/form-data; boundary=x", body).await.expect(415);
    // The name of a file is not looked at, in whatever charset it is.
    let mut file = part("name=\"avatar\"; filename=\"\u{1}.png\"", b"\xff\xd8");
    file.iter_mut().filter(|byte| **byte == 1).for_each(|byte| *byte = 0xe9);
    let body = multipart("x", &[file]);
    let kept = phone.patch_device("multipart/form-data; boundary=x", body).await.expect(200).json();
    assert_eq!(kept["name"], "one");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_value_of_a_form_is_not_sent_unless_the_field_is_a_text() {
    let phone = Phone::start().await;
    let create = async |body: &'static str| {
        phone.request(Method::POST, "/api/devices/").body(FORM, body).send().await
    };
    let created = create("registration_id=r2&type=ios&active=").await.expect(201).json();
    assert_eq!(created["active"], true);
    let parts = ["registration_id", "type", "active"].map(|name| {
        let value = match name {
            "registration_id" => "r3",
            "type" => "android",
            _ => "",
        };
        part(&format!("name=\"{name}\""), value.as_bytes())
    });
    let request = phone.request(Method::POST, "/api/devices/");
    let request = request.body("multipart/form-data; boundary=x", multipart("x", &parts));
    assert_eq!(request.send().await.expect(201).json()["active"], true);
    assert_eq!(
        create("registration_id=&type=&active= ").await.error(),
        "400 blank: This field may not be blank. [registration_id]; \
         400 required: This field is required. [type]"
    );
    let profile = json!({
        "first_name": "Amal", "birth_date": "1990-02-28", "gender": "female",
        "marketing_opt_in": true,
    });
    phone.patch("application/json", profile.to_string()).await.expect(200);
    let kept = phone.patch(FORM, "marketing_opt_in=&first_name=A&phone=&otp=").await.expect(200);
    assert_eq!(kept.json()["marketing_opt_in"], true);
    assert_eq!(kept.json()["birth_date"], "1990-02-28");
    let cleared = phone.patch(FORM, "first_name=&birth_date=&gender=").await.expect(200).json();
    let cleared = ["first_name", "birth_date", "gender"].map(|name| cleared[name].clone());
    assert_eq!(cleared, [json!(""), Value::Null, Value::Null]);
    let delete = phone.request(Method::DELETE, "/api/notifications/");
    delete.body(FORM, "ids=&all=true").send().await.expect(200);
    let read = phone.request(Method::POST, "/api/notifications/read/").body(FORM, "ids=&all=");
    read.send().await.expect(400);
    let address = "line1=1+Road&city=Somewhere&country=AE&location.lat=&location.lng=&is_default=";
    let address = phone.request(Method::POST, "/api/addresses/").body(FORM, address).send().await;
    assert_eq!(address.expect(201).json()["location"], Value::Null);
    phone.request(Method::GET, "/api/wallet/?currency=&page_size=").send().await.expect(200);
    // JSON can say what it means.
    assert_eq!(
        phone.patch("application/json", r#"{"marketing_opt_in": ""}"#).await.error(),
        "400 invalid: Must be a valid boolean. [marketing_opt_in]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_taken_for_a_text_by_its_literal() {
    let phone = Phone::start().await;
    for literal in [
        "89014103211118510720",
        "1.10",
        "1e5",
        "-0",
        "1E+400",
        "0.10000000000000000001",
        "7",
        "1.0",
    ] {
        let body = format!("{{\"first_name\": {literal}, \"last_name\": [1.10][0]}}");
        phone.patch("application/json", body).await.expect(400);
        let body = format!("{{\"first_name\": {literal}, \"unknown\": [{literal}, {{}}]}}");
        let changed = phone.patch("application/json", body).await.expect(200).json();
        assert_eq!(changed["first_name"], literal);
    }
    for (body, error) in [
        (r#"{"email": 1.10}"#, "400 invalid: Enter a valid email address. [email]"),
        (r#"{"gender": 1.10}"#, "400 invalid_choice: \"1.1\" is not a valid choice. [gender]"),
        (
            r#"{"marketing_opt_in": 1e999}"#,
            "400 invalid: Must be a valid boolean. [marketing_opt_in]",
        ),
        (
            "1.10",
            "400 invalid: Invalid data. Expected a dictionary, but got float. [non_field_errors]",
        ),
    ] {
        assert_eq!(phone.patch("application/json", body).await.error(), error, "{body}");
    }
    let changed = phone.patch("application/json", r#"{"marketing_opt_in": 1.00}"#).await;
    assert_eq!(changed.expect(200).json()["marketing_opt_in"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn null_is_taken_where_the_document_says_so() {
    let api = Api::start().await;
    let names = ["country", "purpose", "app_hash", "refresh"];
    for (place, name) in names.iter().enumerate() {
        let mut body = json!({"phone": format!("+1415555013{place}")});
        body[name] = Value::Null;
        api.post("/api/send-otp/").json(&body).send().await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mock_reads_the_same_bytes() {
    let api = Api::start().await;
    let send = async |method, path: &str, content_type: &str, body: &[u8]| {
        let request = api.request(method, path).bearer("any");
        request.header("idempotency-key", "k").body(content_type, body.to_vec()).send().await
    };
    let json = "application/json";
    let debit =
        |change: &str| format!(r#"{{"type": "debit", "currency": "USD", "amount": 5{change}}}"#);
    for (body, status) in [
        (debit(".0"), 200),
        (debit(".5"), 400),
        (debit("").replace("USD", "usd"), 400),
        (debit("").replace("USD", "XYZ"), 400),
    ] {
        let mocked = send(Method::POST, "/mock/api/wallet/", json, body.as_bytes()).await;
        mocked.expect(status);
    }
    let blank = json!({"line1": "  ", "city": "x", "country": "AE"}).to_string();
    let refused = send(Method::POST, "/mock/api/addresses/", json, blank.as_bytes()).await;
    assert_eq!(refused.error(), "400 blank: This field may not be blank. [line1]");
    let foreign = json!({"line1": "x", "city": "x", "country": "DE", "postal_code": "SW1A 1AA"});
    let foreign = foreign.to_string();
    let refused = send(Method::POST, "/mock/api/addresses/", json, foreign.as_bytes()).await;
    assert!(refused.expect(400).error().ends_with("[postal_code]"));
    send(Method::POST, "/mock/api/notifications/bulk-delete/", json, b"{}").await.expect(400);
    send(Method::POST, "/mock/api/logout-device/", EMPTY, b"").await.expect(204);
    for (path, status, message) in [
        ("/mock/v2/pet", 400, "bad input"),
        ("/mock/v2/user", 400, "bad input"),
        ("/mock/v2/store/order", 400, "bad input"),
    ] {
        let refused = send(Method::POST, path, json, b"{").await.expect(status);
        assert_eq!(
            refused.json(),
            json!({"code": status, "type": "unknown", "message": message}),
            "{path}"
        );
    }
    let refused = send(Method::POST, "/mock/v2/pet", EMPTY, b"").await.expect(405);
    assert_eq!(refused.json(), json!({"code": 405, "type": "unknown", "message": "no data"}));
    let refused = api.get("/mock/v2/pet/x").send().await.expect(400);
    assert_eq!(refused.json()["message"], "bad input: the id is no int64");
}
