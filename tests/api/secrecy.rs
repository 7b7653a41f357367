//! Codes, tokens and personal data are not in the log, and in the table only where necessary.

use harness::{Api, log};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn codes_and_tokens_are_neither_in_the_log_nor_in_the_table() {
    let api = Api::start().await;
    let phone = "+447400123987";
    let code = api.code_for(phone).await;
    api.authenticate_from("203.0.113.7", phone, &code.challenge, &code.wrong()).await.expect(400);
    let table_with_the_code = api.whole_table().await;
    let answer = api.authenticate(phone, &code).await.expect(201);
    let (access, refresh) = (answer.text("access"), answer.text("refresh"));
    let next = api.refresh(&refresh).await.expect(200);
    let body = json!({"first_name": "Zsuzsanna-Perpetua", "email": "zsp@example.com"});
    api.patch("/api/customer/").bearer(&access).json(&body).send().await.expect(200);
    api.refresh("eyJhbGciOiJFZERTQSJ9.e30.bm90IG91cnM").await.expect(401);
    api.profile(&next.text("access")).await.expect(200);
    api.clock.advance_seconds(600);
    api.refresh(&refresh).await.expect(401);
    let table = table_with_the_code.clone() + &api.whole_table().await;
    let logged = log::everything();
    assert!(logged.contains("/api/customer/authenticate/"), "the log was kept");

    for token in [&access, &refresh, &next.text("access"), &next.text("refresh")] {
        let signature = token.rsplit('.').next().expect("a signature");
        assert!(!logged.contains(signature), "a token is in the log");
        assert!(!table.contains(signature), "a token is in the table");
    }
    assert!(
        !table_with_the_code.contains(&format!("\"{}\"", code.otp)),
        "the code is in the table"
    );
    for personal in [
        &format!("\"{}\"", code.otp),
        phone,
        "447400123987",
        "Zsuzsanna-Perpetua",
        "zsp@example.com",
        "203.0.113.7",
    ] {
        assert!(!logged.contains(personal), "{personal} is in the log");
    }
    let keys =
        table.lines().filter_map(|item| item.split("\"pk\": S(\"").nth(1)?.split('"').next());
    assert!(
        keys.into_iter().all(|key| !key.contains("447400123987") && !key.contains("203.0.113")),
        "a key holds a phone or an address"
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_launchers_data_is_accessible_only_by_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let data = harness::local_data::LocalData::new("rights");
    let api = data.start().await;
    api.log_in("+14155550123").await;
    let mode = |path: &std::path::Path| {
        let rights = std::fs::metadata(path).expect("it is there").permissions();
        format!("{:o}", rights.mode() & 0o777)
    };
    let files = std::fs::read_dir(data.path()).expect("a folder");
    let files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    assert_eq!(mode(data.path()), "700");
    assert!(files.iter().any(|file| file.ends_with("dynamodb.sqlite-wal")), "{files:?}");
    for file in &files {
        assert_eq!(mode(file), "600", "{}", file.display());
    }
    api.stack.stop().await;
}
