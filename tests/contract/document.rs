//! The committed OpenAPI document. Its diff is how a change of the API shows itself in a review.

use std::fs;

use crate::repository::{document, root};

const REWRITE: &str = "UPDATE_OPENAPI=1 cargo test -p api-tests --test contract committed_document";

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "rewriting is asked for by the person who runs the test, not by a setting of the product"
)]
fn the_committed_document_is_what_the_code_says() {
    let file = root().join("tests/contract/openapi.json");
    let made = serde_json::to_string_pretty(&document()).expect("JSON") + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        fs::write(&file, &made).expect("openapi.json can be written");
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    let pairs = made.lines().zip(committed.lines());
    let same = pairs.take_while(|(made, committed)| made == committed).count();
    assert!(
        made == committed,
        "tests/contract/openapi.json is not what the code says, from line {} on:\n  code: {}\n  file: {}\nRewrite it with\n  {REWRITE}",
        same + 1,
        made.lines().nth(same).unwrap_or("its end"),
        committed.lines().nth(same).unwrap_or("its end"),
    );
}
