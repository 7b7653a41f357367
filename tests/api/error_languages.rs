//! The language of errors: `detail` follows `Accept-Language`, and nothing else does.

use harness::{Answer, Api};
use http::Method;
use serde_json::{Value, json};

use crate::{PHONE, wallet::Purse};

/// One request for each kind of error.
async fn errors(api: &Api, language: Option<&str>) -> Vec<Answer> {
    let of = |method, path| {
        let request = api.request(method, path);
        match language {
            Some(language) => request.header("accept-language", language),
            None => request,
        }
    };
    let post = |path| of(Method::POST, path);
    vec![
        post("/api/send-otp/").json(&json!({"phone": "12", "purpose": "x"})).send().await,
        post("/api/customer/authenticate/").json(&json!({"phone": null})).send().await,
        post("/api/refresh-token/").json(&json!({"refresh": "x"})).send().await,
        post("/api/refresh-token/").body("application/json", "{").send().await,
        post("/api/refresh-token/").body("text/plain", "x").send().await,
        post("/api/send-otp/").json(&json!({"phone": PHONE})).send().await,
        of(Method::DELETE, "/api/send-otp/").send().await,
        of(Method::GET, "/api/nothing/").send().await,
        of(Method::GET, "/api/customer/").send().await,
        of(Method::GET, "/api/customer/").header("accept", "image/png").send().await,
        of(Method::GET, "/api/region/?lat=91&lng=x").send().await,
    ]
}

fn details(answer: &Answer) -> Vec<String> {
    let errors = answer.json()["errors"].as_array().expect("errors").clone();
    errors.iter().map(|error| error["detail"].as_str().expect("a text").to_owned()).collect()
}

/// The body with empty details.
fn rest(answer: &Answer) -> Value {
    let mut body = answer.json();
    for error in body["errors"].as_array_mut().expect("errors") {
        error["detail"] = json!("");
    }
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_error_is_said_in_the_wanted_language_and_is_otherwise_the_same() {
    let api = Api::start().await;
    api.ask_for_code(PHONE).await.expect(200);
    let english = errors(&api, None).await;
    let differ = ["vary", "x-request-id", "apigw-requestid", "content-length", "ratelimit"];
    for (wanted, language) in [("ar", "ar"), ("zh-Hant-TW", "zh"), ("en;q=0.1, ar", "ar")] {
        for (english, answer) in english.iter().zip(errors(&api, Some(wanted)).await) {
            assert_eq!(answer.status, english.status);
            assert_eq!(rest(&answer), rest(english), "{wanted}");
            assert_eq!(answer.header("content-language"), language);
            assert_eq!(answer.header("vary"), "Accept-Language, Accept");
            assert_eq!(answer.header("content-type"), "application/json");
            for (name, value) in &english.headers {
                if !differ.contains(&name.as_str()) {
                    assert_eq!(answer.headers.get(name), Some(value), "{wanted}: {name}");
                }
            }
            for detail in details(&answer) {
                assert!(!detail.is_ascii(), "{wanted}: {detail}");
            }
        }
    }
    for wanted in ["en", "en-GB, ar;q=0.9", "iw", "fr", "*", "", "ar;q=0"] {
        for (english, answer) in english.iter().zip(errors(&api, Some(wanted)).await) {
            assert_eq!((answer.status, &answer.body), (english.status, &english.body), "{wanted}");
            assert_eq!(answer.header("content-language"), "");
            assert_eq!(answer.header("vary"), "Accept");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_say_in_arabic_and_chinese_what_they_say_in_english() {
    let api = Api::start().await;
    api.ask_for_code(PHONE).await.expect(200);
    let all = |answers: Vec<Answer>| answers.iter().map(details).collect::<Vec<_>>().concat();
    insta::assert_snapshot!(all(errors(&api, Some("ar")).await).join("\n"), @r#"
    رقم الهاتف المُدخل غير صالح.
    ‏"x" ليس خيارًا صالحًا.
    لا يمكن أن يكون هذا الحقل فارغًا (null).
    هذا الحقل مطلوب.
    هذا الحقل مطلوب.
    رمز الدخول غير صالح
    خطأ في تحليل JSON - EOF while parsing an object at line 1 column 1
    نوع الوسائط "text/plain" في الطلب غير مدعوم.
    طلبات كثيرة جدًا. يمكن إعادة المحاولة بعد 60 ثانية.
    الطريقة "DELETE" غير مسموح بها.
    غير موجود.
    لم تُقدَّم بيانات المصادقة.
    تعذّرت تلبية الترويسة Accept في الطلب.
    تأكد من أن هذه القيمة أصغر من أو تساوي 90.
    يلزم إدخال رقم صالح.
    "#);
    insta::assert_snapshot!(all(errors(&api, Some("zh")).await).join("\n"), @"
    输入的电话号码无效。
    “x”不是有效的选项。
    此字段不能为 null。
    此字段为必填项。
    此字段为必填项。
    令牌无效
    JSON 解析错误 - EOF while parsing an object at line 1 column 1
    不支持请求的媒体类型“text/plain”。
    请求过于频繁。请在 60 秒后重试。
    不允许使用“DELETE”方法。
    未找到。
    未提供身份认证信息。
    无法满足请求的 Accept 标头。
    请确保此值小于或等于 90。
    请输入有效的数字。
    ");
    // The wait of a throttled request has the plural form of its number.
    for (seconds, end) in [(49, "بعد 11 ثانية."), (8, "بعد 3 ثوانٍ."), (1, "بعد ثانيتين.")]
    {
        api.clock.advance_seconds(seconds);
        let request = api.post("/api/send-otp/").header("accept-language", "ar");
        let refused = request.json(&json!({"phone": PHONE})).send().await.expect(429);
        let detail = details(&refused).concat();
        assert!(detail.ends_with(end), "{detail} after {}", refused.header("retry-after"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn problem_details_are_said_in_the_wanted_language() {
    let api = Api::start().await;
    let request = api.get("/api/customer/").header("accept-language", "zh");
    let answer = request.header("accept", "application/problem+json").send().await.expect(401);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("content-language"), "zh");
    let body = answer.json();
    assert_eq!(body["detail"], "未提供身份认证信息。");
    assert_eq!(body["errors"][0]["detail"], body["detail"]);
    assert_eq!(
        (&body["title"], &body["code"]),
        (&json!("Unauthorized"), &json!("not_authenticated"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_refusal_is_given_again_in_the_language_of_the_request_that_repeats_it() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let debit = json!({"type": "debit", "amount": 5, "currency": "USD"});
    let ask = async |language: &str| {
        let request = api.patch("/api/wallet/").bearer(&purse.phone.access);
        let request = request.header("idempotency-key", "k").header("accept-language", language);
        request.json(&debit).send().await.expect(422)
    };
    for (language, detail) in [
        ("zh", "可用余额不足。"),
        ("en", "The available balance is too low."),
        ("ar", "الرصيد المتاح غير كافٍ."),
        ("zh", "可用余额不足。"),
    ] {
        assert_eq!(details(&ask(language).await), [detail]);
    }
    assert_eq!(ask("ar").await.header("idempotency-replayed"), "true");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_petstore_and_an_answer_without_a_body_stay_as_they_are() {
    let api = Api::start().await;
    let in_arabic = |method, path| api.request(method, path).header("accept-language", "ar");
    let missing = in_arabic(Method::GET, "/v2/pet/987654321").send().await.expect(404);
    assert_eq!(missing.text("message"), "Pet not found");
    let english = api.request(Method::HEAD, "/api/customer/").send().await.expect(401);
    let head = in_arabic(Method::HEAD, "/api/customer/").send().await.expect(401);
    assert_eq!(head.body.is_empty(), english.body.is_empty());
    let found = in_arabic(Method::GET, "/.well-known/jwks.json").send().await.expect(200);
    assert_eq!(found.header("vary"), "Accept");
}
