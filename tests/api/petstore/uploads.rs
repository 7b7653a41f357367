//! Uploads of images.

use harness::Api;
use serde_json::json;

fn parts(file: Option<&str>, bytes: &str) -> String {
    let metadata = "--b\r\nContent-Disposition: form-data; \
        name=\"additionalMetadata\"\r\n\r\nfrom the side\r\n";
    let file = file.map(|name| {
        format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; \
            filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n{bytes}\r\n"
        )
    });
    format!("{metadata}{}--b--\r\n", file.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_measured_and_acknowledged_but_not_stored() {
    let api = Api::start().await;
    let send = async |path: &str, body: String| {
        api.post(path).body("multipart/form-data; boundary=b", body).send().await
    };
    for (bytes, path) in [(10, "/v2/pet/1/uploadImage"), (3_900_000, "/v2/pet/123456/uploadImage")]
    {
        let answer = send(path, parts(Some("doggie.png"), &"x".repeat(bytes))).await.expect(200);
        let message = format!(
            "additionalMetadata: from the side\nFile uploaded to ./doggie.png, {bytes} bytes"
        );
        assert_eq!(answer.json(), json!({"code": 200, "type": "unknown", "message": message}));
    }
    assert!(!api.whole_table().await.contains("from the side"));
    send("/v2/pet/1/uploadImage", parts(None, "")).await.expect(400);
    send("/v2/pet/x/uploadImage", parts(Some("a"), "x")).await.expect(400);
    send("/v2/pet/1/uploadImage", "--b\r\nnonsense".to_owned()).await.expect(400);
    send("/v2/pet/1/uploadImage", parts(Some("a"), &"x".repeat(4_200_000))).await.expect(413);
    api.post("/v2/pet/1/uploadImage").body("application/json", "{}").send().await.expect(415);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_content_type_of_an_upload_is_read_leniently() {
    let api = Api::start().await;
    let body = parts(Some("a.png"), "x");
    let latin = body.replace("from the side", "\u{1}").into_bytes();
    let latin: Vec<u8> =
        latin.into_iter().map(|byte| if byte == 1 { 0xe9 } else { byte }).collect();
    for (content_type, bytes, metadata) in [
        ("multipart/form-data ; boundary=b", body.clone().into_bytes(), "from the side"),
        ("Multipart/form-data;BOUNDARY=\"b\";", body.clone().into_bytes(), "from the side"),
        (
            "multipart/form-data; boundary=a/b=c:?",
            body.replace("--b", "--a/b=c:?").into_bytes(),
            "from the side",
        ),
        ("multipart/form-data; charset=latin1; boundary=b", latin.clone(), "é"),
    ] {
        let answer = api.post("/v2/pet/1/uploadImage").body(content_type, bytes).send().await;
        let message = format!("additionalMetadata: {metadata}\nFile uploaded to ./a.png, 1 bytes");
        assert_eq!(answer.expect(200).json()["message"], message, "{content_type}");
    }
    for (content_type, bytes, status) in [
        ("multipart/form-data; boundary=b", latin, 400),
        ("multipart/form-data; boundary=b; charset=koi8-r", body.into_bytes(), 415),
        ("text/plain;charset=UTF-8", Vec::new(), 400),
        ("multipart/form-data", b"x".to_vec(), 400),
    ] {
        let answer = api.post("/v2/pet/1/uploadImage").body(content_type, bytes).send().await;
        answer.expect(status);
    }
}
