//! The pages of the documentation.

use harness::Api;
use http::Method;
use serde_json::Value;

#[tokio::test]
async fn every_file_is_served_in_the_accepted_encoding_and_304_if_unchanged() {
    let api = Api::start().await;
    let wire = api.wire.clone();
    for file in docs::FILES {
        let is_markdown = ["/docs/guides/", "/docs/operations/", "/docs/messages/", "/llms"]
            .iter()
            .any(|start| file.path.starts_with(start));
        let best = if is_markdown { "gzip" } else { "br" };
        for (wanted, got) in [("gzip, deflate, br", best), ("gzip", "gzip"), ("identity", "")] {
            let get = || api.get(file.path).header("accept-encoding", wanted);
            let answer = get().send().await.expect(200);
            assert_eq!(answer.header("content-encoding"), got, "{}", file.path);
            assert_eq!(answer.header("vary"), "Accept-Encoding, Accept");
            assert!(
                answer.header("cache-control").starts_with("public, max-age="),
                "{}",
                file.path
            );
            assert!(!answer.body.is_empty());
            let again =
                get().header("if-none-match", answer.header("etag")).send().await.expect(304);
            assert!(again.body.is_empty());
            assert_eq!(again.header("etag"), answer.header("etag"));
        }
    }
    assert_eq!(wire.calls().len(), 0, "no page needs storage");
}

#[tokio::test]
async fn pages_allow_no_inline_script_and_nothing_from_another_host() {
    let api = Api::start().await;
    for path in ["/", "/docs/", "/docs"] {
        let page = api.get(path).header("accept", "text/html,*/*;q=0.8").send().await.expect(200);
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; "), "{policy}");
        assert!(
            policy.contains("connect-src 'self'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        let html = String::from_utf8(page.body.to_vec()).unwrap();
        for (place, _) in html.match_indices("<script") {
            assert!(
                html[place..].starts_with("<script src=\"/docs/"),
                "{path} holds a script of its own"
            );
        }
        for (place, _) in html.match_indices("src=\"").chain(html.match_indices("href=\"")) {
            let address = html[place..].split('"').nth(1).unwrap();
            assert!(address.starts_with('/'), "{path} names {address}");
            // Shown by the launcher alone, which has it.
            if address == "/_local/" {
                continue;
            }
            assert_eq!(api.get(address).send().await.status, 200, "{path} names {address}");
        }
    }
}

#[tokio::test]
async fn the_served_document_is_the_committed_one() {
    let api = Api::start().await;
    let served = api.get("/openapi.json").send().await.expect(200).json();
    let committed: Value =
        serde_json::from_str(include_str!("../../../functions/docs/openapi.json")).unwrap();
    assert!(served == committed, "run `cargo run -- generate`, then build again");
}

#[tokio::test]
async fn the_index_links_every_guide_and_operation_and_each_page_links_the_next() {
    let api = Api::start().await;
    let text = |path: String| {
        let api = &api;
        async move {
            let page = api.get(&path).send().await.expect(200);
            String::from_utf8(page.body.to_vec()).unwrap()
        }
    };
    let index = text("/llms.txt".to_owned()).await;
    let pages: Vec<&str> =
        index.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    let pages: Vec<&str> = pages.into_iter().filter(|page| page.starts_with("/docs/")).collect();
    let document = local::document::document();
    let operations: usize = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .map(|item| item.as_object().unwrap().len())
        .sum();
    let messages = document["webhooks"].as_object().unwrap().len();
    assert_eq!(pages.len(), docs::GUIDES.len() + operations + messages);
    assert!(index.contains("](/docs/messages/notification.md): A message to customers"));
    let all = text("/llms-full.txt".to_owned()).await;
    for (place, page) in pages.iter().enumerate() {
        let page = text((*page).to_owned()).await;
        let title = page.lines().next().unwrap();
        assert!(title.starts_with("# ") && all.contains(&format!("{title}\n")), "{title}");
        assert_eq!(page.contains("Previous: ["), place > 0, "{title}");
        if let Some(next) = pages.get(place + 1) {
            assert!(page.contains("Next: [") && page.contains(&format!("]({next})")), "{title}");
        }
    }
    let page = text("/docs/operations/refresh_token_create.md".to_owned()).await;
    for part in [
        "POST /api/refresh-token/",
        "### Shell",
        "### JavaScript",
        "### Java\n",
        "### Swift",
        "### 401",
        "token_not_valid",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[tokio::test]
async fn markdown_has_the_address_that_it_is_served_from() {
    let api = Api::start().await;
    let page = "/docs/operations/sendOTP.md";
    let get = |host: &'static str, encoding: &'static str| {
        let request = api.get(page).header("host", host).header("accept-encoding", encoding);
        request.send()
    };
    let plain = get("api.example.com", "identity").await.expect(200);
    let text = String::from_utf8(plain.body.to_vec()).unwrap();
    assert!(text.contains("://api.example.com/api/send-otp/"), "{text}");
    assert!(!text.contains("127.0.0.1:3000"), "{text}");
    let other = get("api.example.org", "identity").await.expect(200);
    assert_ne!(plain.header("etag"), other.header("etag"));
    let odd = get("x](javascript:", "identity").await.expect(200);
    assert!(String::from_utf8_lossy(&odd.body).contains("127.0.0.1:3000"));
    assert_eq!(
        get("api.example.com", "gzip, br").await.expect(200).header("content-encoding"),
        "gzip"
    );
}

#[tokio::test]
async fn the_reference_page_has_guides_and_no_scheme_of_the_shop() {
    let api = Api::start().await;
    let page = api.get("/docs/reference.json").send().await.expect(200).json();
    let guides = page["info"]["description"].as_str().unwrap();
    for heading in ["# Login step by step", "# The mock", "## Paging with typed clients"] {
        assert!(guides.contains(heading), "{heading}");
    }
    let schemes = page["components"]["securitySchemes"].as_object().unwrap();
    assert_eq!(schemes.keys().collect::<Vec<_>>(), ["bearer"]);
    let add_pet = page["paths"]["/v2/pet"]["post"]["parameters"].to_string();
    assert!(add_pet.contains("Bearer special-key"), "{add_pet}");
}

#[tokio::test]
async fn a_missing_file_is_404_with_a_link_and_other_methods_are_405() {
    let api = Api::start().await;
    let absent = api.get("/docs/nothing.js").send().await.expect(404);
    assert_eq!(absent.json()["docs_url"], "/docs/");
    assert_eq!(api.post("/docs/").send().await.expect(405).header("allow"), "GET, HEAD, OPTIONS");
    assert!(api.request(Method::HEAD, "/openapi.json").send().await.expect(200).body.is_empty());
}
