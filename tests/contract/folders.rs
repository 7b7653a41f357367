//! The folders of the documentation: every operation is in its folder, in the order of
//! functions/local/src/document/folders.rs.

use std::collections::{BTreeMap, BTreeSet};

use local::document::folders;
use serde_json::Value;

use crate::{
    operations::CONTRACT,
    repository::{assert_none, document, operations},
};

/// How many operations functions/local/src/document/folders.rs lists.
const LISTED: usize = 50;

#[test]
fn the_operations_of_each_folder_come_in_their_listed_order_before_unlisted_ones() {
    let document = document();
    let mut problems = Vec::new();
    for folder in folders() {
        let wanted = folder.operations;
        let shown = shown(&document, folder.tag);
        if shown.len() < wanted.len()
            || !shown.iter().zip(wanted).all(|(shown, wanted)| shown == wanted)
        {
            problems.push(format!(
                "the folder {} has the operations {shown:?} in the document: it must begin with \
                 {wanted:?}, as functions/local/src/document/folders.rs lists them",
                folder.tag
            ));
        }
    }
    assert_none(&problems);
}

#[test]
fn every_listed_operation_is_in_one_folder_and_in_the_contract() {
    let contract: BTreeSet<&str> =
        CONTRACT.iter().flat_map(|(_, operations)| operations.iter().map(|(id, _)| *id)).collect();
    let mut folder_of: BTreeMap<&str, &str> = BTreeMap::new();
    let mut problems = Vec::new();
    for folder in folders() {
        for id in folder.operations {
            if let Some(other) = folder_of.insert(id, folder.tag) {
                problems.push(format!(
                    "{id} is listed in the folders {other} and {}: remove it from one of them in \
                     functions/local/src/document/folders.rs",
                    folder.tag
                ));
            }
            if !contract.contains(id) {
                problems.push(format!(
                    "{id} is in functions/local/src/document/folders.rs but not in CONTRACT in \
                     tests/contract/operations.rs: add it there, or correct the id"
                ));
            }
        }
    }
    assert_none(&problems);
    assert_eq!(
        folder_of.len(),
        LISTED,
        "functions/local/src/document/folders.rs lists another number of operations than before: \
         if you added or removed one on purpose, change LISTED in tests/contract/folders.rs"
    );
}

#[test]
fn the_tags_of_the_document_are_the_folders_in_their_order() {
    let document = document();
    let tags: Vec<&str> = document["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .filter_map(|tag| tag["name"].as_str())
        .collect();
    let known: Vec<&str> =
        folders().map(|folder| folder.tag).filter(|tag| tags.contains(tag)).collect();
    assert_eq!(
        tags[..known.len()],
        known,
        "the tags of the document must begin with the folders of \
         functions/local/src/document/folders.rs, in their order"
    );
    let grouped = document["x-tagGroups"]
        .as_array()
        .expect("tag groups")
        .iter()
        .flat_map(|group| group["tags"].as_array().expect("tags"));
    assert_eq!(grouped.filter_map(Value::as_str).collect::<Vec<_>>(), tags);
    let homeless: Vec<String> = operations(&document)
        .iter()
        .filter(|operation| {
            !tags.contains(&operation.described["tags"][0].as_str().unwrap_or_default())
        })
        .map(|operation| {
            format!(
                "{} has a tag that is not among the document's tags: give its #[utoipa::path] one \
                 tag",
                operation.place()
            )
        })
        .collect();
    assert_none(&homeless);
}

#[test]
fn every_operation_has_a_status_and_a_code_sample_in_each_language() {
    let mut problems = Vec::new();
    for operation in operations(&document()) {
        let state = operation.described["x-apidog-status"].as_str().unwrap_or_default();
        let wanted =
            if id(&operation.described) == "allParameters" { "developing" } else { "released" };
        if state != wanted {
            problems.push(format!(
                "{} has the x-apidog-status {state:?}, expected {wanted}",
                operation.place()
            ));
        }
        let samples = operation.described["x-codeSamples"].as_array().cloned().unwrap_or_default();
        let languages: Vec<&str> =
            samples.iter().filter_map(|sample| sample["lang"].as_str()).collect();
        if languages != ["Shell", "JavaScript", "Java", "Swift"] {
            problems.push(format!(
                "{} has code samples in {languages:?}, expected Shell, JavaScript, Java and Swift",
                operation.place()
            ));
        }
        for sample in samples {
            let source = sample["source"].as_str().unwrap_or_default();
            if !source.contains("http://127.0.0.1:3000/")
                || source.contains('{') && source.contains("/{")
            {
                problems.push(format!(
                    "{}: the sample in {} has no usable URL: {source}",
                    operation.place(),
                    sample["lang"]
                ));
            }
        }
    }
    assert_none(&problems);
}

/// The ids of a folder in the order in which they are shown.
fn shown(document: &Value, tag: &str) -> Vec<String> {
    let mut all: Vec<(u64, String)> = operations(document)
        .into_iter()
        .filter(|operation| operation.described["tags"][0] == tag)
        .map(|operation| {
            (
                operation.described["x-order"].as_u64().expect("a position"),
                id(&operation.described).to_owned(),
            )
        })
        .collect();
    all.sort();
    all.into_iter().map(|(_, id)| id).collect()
}

fn id(described: &Value) -> &str {
    described["operationId"].as_str().unwrap_or_default()
}
