use serde_json::{Value, json};

use super::{get, push, sample, start};

const PATH: &str = "/api/social-accounts/";

fn names(accounts: &Value) -> Vec<&str> {
    accounts
        .as_array()
        .expect("a list")
        .iter()
        .map(|account| account["name"].as_str().expect("a text"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_come_in_their_order_and_in_the_requested_language() {
    let api = start().await;
    let answer = get(&api, PATH, "zh-Hans-CN").await;
    assert_eq!(answer.header("vary"), "Accept-Language, Accept");
    assert_eq!(answer.header("cache-control"), "public, max-age=60, stale-while-revalidate=600");
    let accounts = answer.json();
    assert_eq!(names(&accounts), ["Instagram", "X", "Facebook", "YouTube", "微信"]);
    assert_eq!(
        accounts[4],
        json!({
            "name": "微信", "url": "https://satchel.example.com/wechat",
            "icon": "https://satchel.example.com/icons/wechat.svg", "order": 5,
        })
    );
    let mut content = sample();
    content["social_accounts"][3]["order"] = json!(0);
    content["social_accounts"][2]["order"] = json!(1);
    push(&api, &content).await;
    let anew = api.another(&[]).await;
    // Instagram and Facebook are both the first; the file has Instagram before it.
    assert_eq!(
        names(&get(&anew, PATH, "en").await.json()),
        ["YouTube", "Instagram", "Facebook", "X", "WeChat"]
    );
}
