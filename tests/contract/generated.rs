//! The committed files that follow from the code: the OpenAPI document, the policies in
//! template.yaml, tables in the READMEs. Reviewers see a change of the API as the document's diff.

use std::fs;

use local::generated::FILES;

use crate::repository::{assert_none, root};

#[test]
fn the_committed_files_are_what_the_code_generates() {
    let root = root();
    let mut problems = Vec::new();
    for file in FILES {
        let Some(made) = file.stale(&root).unwrap_or_else(|error| panic!("{error}")) else {
            continue;
        };
        let committed = fs::read_to_string(root.join(file.path)).unwrap_or_default();
        let pairs = made.lines().zip(committed.lines());
        let same = pairs.take_while(|(made, committed)| made == committed).count();
        problems.push(format!(
            "{} differs from the code at line {}:\n  code: {}\n  file: {}\n\
             Update it with\n  cargo run -- generate",
            file.path,
            same + 1,
            made.lines().nth(same).unwrap_or("its end"),
            committed.lines().nth(same).unwrap_or("its end"),
        ));
    }
    assert_none(&problems);
}
