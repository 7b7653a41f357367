//! The committed OpenAPI document, from which the documentation is built. Reviewers see a change of
//! the API as its diff.

use std::fs;

use local::document::{FILE, text};

use crate::repository::root;

#[test]
fn the_committed_document_matches_the_code() {
    let (made, committed) = (text(), fs::read_to_string(root().join(FILE)).unwrap_or_default());
    let pairs = made.lines().zip(committed.lines());
    let same = pairs.take_while(|(made, committed)| made == committed).count();
    assert!(
        made == committed,
        "{FILE} differs from the code at line {}:\n  code: {}\n  file: {}\n\
         Update it with\n  cargo run -- document",
        same + 1,
        made.lines().nth(same).unwrap_or("its end"),
        committed.lines().nth(same).unwrap_or("its end"),
    );
}
