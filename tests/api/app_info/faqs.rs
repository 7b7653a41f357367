use harness::{Answer, Api};
use serde_json::json;

use super::{get, push, sample, start};

const PATH: &str = "/api/faqs/";

fn ids(answer: &Answer) -> Vec<u64> {
    answer
        .json()
        .as_array()
        .expect("a list")
        .iter()
        .map(|faq| faq["id"].as_u64().expect("a number"))
        .collect()
}

/// The questions that a query finds. Its values are not percent-encoded.
async fn found(api: &Api, query: &[(&str, &str)]) -> Vec<u64> {
    let query = serde_html_form::to_string(query).expect("a query");
    ids(&get(api, &format!("{PATH}?{query}"), "en").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_come_in_their_order_and_in_the_requested_language() {
    let api = start().await;
    let answer = get(&api, PATH, "ar").await;
    assert_eq!(ids(&answer), [1, 2, 3, 4, 5, 6, 7]);
    let first = &sample()["faqs"][0];
    assert_eq!(
        answer.json()[0],
        json!({
            "id": 1, "question": first["question"]["ar"], "answer": first["answer"]["ar"],
            "category": "account", "order": 1,
        })
    );
    assert_eq!(answer.header("vary"), "Accept-Language, Accept");
    let mut content = sample();
    content["faqs"][6]["order"] = json!(0);
    content["faqs"][5]["order"] = json!(2);
    push(&api, &content).await;
    assert_eq!(ids(&get(&api.another(&[]).await, PATH, "en").await), [7, 1, 2, 6, 3, 4, 5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lang_overrides_accept_language() {
    let api = start().await;
    for (lang, got) in
        [("zh-Hant", "zh"), ("AR", "ar"), ("pt-BR", "en"), ("no tag", "en"), ("", "zh")]
    {
        let query = serde_html_form::to_string([("lang", lang)]).expect("a query");
        let answer = get(&api, &format!("{PATH}?{query}"), "zh").await;
        assert_eq!(answer.header("content-language"), got, "{lang}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_category_and_a_search_filter_the_list() {
    let api = start().await;
    for (query, wanted) in [
        (&[("category", "account")][..], &[1, 2, 3][..]),
        (&[("category", "")], &[1, 2, 3, 4, 5, 6, 7]),
        (&[("category", "Account")], &[]),
        (&[("category", "unheard of")], &[]),
        // Each word must be in the question or the answer, in any case.
        (&[("search", "PASSWORD")], &[1]),
        (&[("search", "number")], &[1, 2, 3]),
        (&[("search", " number,  arrive ")], &[2]),
        (&[("search", "number"), ("category", "wallet")], &[]),
        (&[("search", "number password arrive")], &[]),
        (&[("search", " , ")], &[1, 2, 3, 4, 5, 6, 7]),
        (&[("search", "验证码"), ("lang", "zh")], &[1, 2, 3]),
        (&[("search", "محفظتي"), ("lang", "ar")], &[5]),
        (&[("search", "验证码")], &[]),
    ] {
        assert_eq!(found(&api, query).await, wanted, "{query:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_text_that_is_too_long_or_has_null_characters_is_refused() {
    let api = start().await;
    for (search, told) in [
        (
            "x".repeat(201),
            "400 max_length: Ensure this field has no more than 200 characters. [search]",
        ),
        (
            "%00".to_owned(),
            "400 null_characters_not_allowed: Null characters are not allowed. [search]",
        ),
    ] {
        assert_eq!(api.get(&format!("{PATH}?search={search}")).send().await.error(), told);
    }
    api.get(&format!("{PATH}?search={}", "x".repeat(200))).send().await.expect(200);
}
