use harness::{Answer, Api};
use serde_json::{Value, json};

async fn get(api: &Api, query: &str) -> Answer {
    api.get(&format!("/api/regions/{query}")).send().await
}

fn names(answer: &Answer) -> Vec<String> {
    let regions = answer.json();
    let regions = regions.as_array().expect("a plain array");
    regions.iter().map(|region| region["name"].as_str().expect("a text").to_owned()).collect()
}

fn of(answer: &Answer, code: &str) -> Value {
    let regions = answer.json();
    let mut regions = regions.as_array().expect("a plain array").iter();
    regions.find(|region| region["code"] == code).expect("it is in the list").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_country_has_its_subdivisions_by_name_in_the_language() {
    let api = Api::start().await;
    let answer = get(&api, "?country=JP").await.expect(200);
    assert_eq!(names(&answer).len(), 47);
    assert_eq!(names(&answer)[..2], ["Aichi", "Akita"]);
    assert_eq!(of(&answer, "JP-13"), json!({"code": "JP-13", "name": "Tokyo", "parent": null}));
    assert_eq!(answer.header("content-language"), "en");
    let answer = get(&api, "?country=jp&lang=ja").await.expect(200);
    assert_eq!(of(&answer, "JP-13")["name"], "東京都");
    let answer = get(&api, "?country=DE&lang=de").await.expect(200);
    let expected = ["Baden-Württemberg", "Bayern", "Berlin", "Brandenburg"];
    assert_eq!(names(&answer)[..4], expected);
    assert_eq!(answer.header("content-language"), "de");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_levels_the_lower_one_says_what_it_is_part_of() {
    let api = Api::start().await;
    let answer = get(&api, "?country=IT").await.expect(200);
    assert_eq!(of(&answer, "IT-FI")["parent"], "IT-52");
    assert_eq!(of(&answer, "IT-52"), json!({"code": "IT-52", "name": "Tuscany", "parent": null}));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_cached_as_that_of_the_countries() {
    let api = Api::start().await;
    let answer = get(&api, "?country=SA").await.expect(200);
    assert_eq!(answer.header("cache-control"), "public, max-age=86400");
    assert_eq!(answer.header("vary"), "Accept-Language, Accept");
    let again = api.get("/api/regions/?country=SA").header("if-none-match", answer.header("etag"));
    again.send().await.expect(304);
    assert_eq!(api.wire.operations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_country_without_subdivisions_has_none_and_one_that_is_none_is_refused() {
    let api = Api::start().await;
    assert_eq!(get(&api, "?country=HK").await.expect(200).json(), json!([]));
    assert_eq!(
        get(&api, "?country=XX").await.error(),
        "400 invalid_choice: \"XX\" is not a valid choice. [country]"
    );
    assert_eq!(get(&api, "").await.error(), "400 required: This field is required. [country]");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_region_of_a_point_is_named_in_the_language_too() {
    let api = Api::start().await;
    for (lang, name) in [("en", "Bavaria"), ("de", "Bayern"), ("fr", "Bavière"), ("xx", "Bavaria")]
    {
        let path = format!("/api/region/?lat=48.137&lng=11.575&lang={lang}");
        let answer = api.get(&path).send().await.expect(200);
        assert_eq!(answer.json()["subdivision"], json!({"code": "DE-BY", "name": name}), "{lang}");
    }
}
