//! The order of the document: tags by their groups, operations by their folders, paths and methods
//! by their first operation.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{
    folders::{Folder, GROUPS, Group, folders, position},
    json::members,
};

/// The order of the document's members.
const MEMBERS: [&str; 8] =
    ["openapi", "info", "servers", "tags", "x-tagGroups", "paths", "webhooks", "components"];

/// Sorts operations; the fields are compared in this order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct SortKey {
    folder: usize,
    /// The index in the folder's list.
    listed: usize,
    registered: usize,
    path: String,
    method: String,
}

/// Sorts the document. `ids` are the operations in the order of their registration, `others` the
/// tags that are no folder of the original API, with their descriptions.
pub(super) fn sort(document: &mut Value, ids: &[String], others: &[(String, &str)]) {
    let mut keys = sort_keys(document, ids, others);
    keys.sort();
    number_operations(document, &keys);
    let first = |matches: &dyn Fn(&SortKey) -> bool| keys.iter().position(matches);
    if let Some(paths) = document.get_mut("paths") {
        sort_members(paths, |path| first(&|key| key.path == path));
        for (path, item) in members(Some(paths)) {
            sort_members(item, |method| first(&|key| key.path == path && key.method == method));
        }
    }
    set_tags(document, &keys, others);
    sort_members(document, |name| MEMBERS.iter().position(|known| *known == name));
}

fn sort_keys(document: &mut Value, ids: &[String], others: &[(String, &str)]) -> Vec<SortKey> {
    let registered: HashMap<&str, usize> =
        ids.iter().enumerate().map(|(index, id)| (id.as_str(), index)).collect();
    let mut keys = Vec::new();
    for (path, item) in members(document.get_mut("paths")) {
        for (method, operation) in members(Some(item)) {
            let id = operation["operationId"].as_str().unwrap_or_default();
            let tag = operation["tags"][0].as_str().unwrap_or_default();
            let (folder, listed) = position(tag, id).unwrap_or_else(|| {
                let other = others.iter().position(|(other, _)| other == tag);
                (folders().count() + other.unwrap_or(others.len()), 0)
            });
            let registered = registered.get(id).copied().unwrap_or(usize::MAX);
            keys.push(SortKey {
                folder,
                listed,
                registered,
                path: path.to_owned(),
                method: method.to_owned(),
            });
        }
    }
    keys
}

/// Numbers the operations of each folder.
fn number_operations(document: &mut Value, keys: &[SortKey]) {
    let mut last: HashMap<usize, u64> = HashMap::new();
    for SortKey { folder, path, method, .. } in keys {
        let number = last.entry(*folder).or_default();
        *number += 1;
        document["paths"][path][method]["x-order"] = (*number).into();
    }
}

/// Writes the folders that have operations, and their groups.
fn set_tags(document: &mut Value, keys: &[SortKey], others: &[(String, &str)]) {
    let is_used = |tag: &str| {
        keys.iter().any(|key| folders().nth(key.folder).is_some_and(|folder| folder.tag == tag))
    };
    let group = |group: &Group| {
        let tags: Vec<&str> =
            group.folders.iter().map(|folder| folder.tag).filter(|tag| is_used(tag)).collect();
        (!tags.is_empty()).then(|| json!({"name": group.name, "tags": tags}))
    };
    let tag = |folder: &Folder| described(folder.tag, folder.display_name, folder.description);
    let folders_described = folders().filter(|folder| is_used(folder.tag)).map(tag);
    let other = |(name, description): &(String, &str)| described(name, name, description);
    document["tags"] = folders_described.chain(others.iter().map(other)).collect();
    let alone = others.iter().map(|(tag, _)| json!({"name": tag, "tags": [tag]}));
    document["x-tagGroups"] = GROUPS.iter().filter_map(group).chain(alone).collect();
}

fn described(tag: &str, display_name: &str, description: &str) -> Value {
    json!({"name": tag, "x-displayName": display_name, "description": description})
}

/// Sorts an object's members by `index`. Those without an index come last.
fn sort_members(object: &mut Value, index: impl Fn(&str) -> Option<usize>) {
    let taken = object.as_object_mut().map(std::mem::take).unwrap_or_default();
    let mut members: Vec<(String, Value)> = taken.into_iter().collect();
    members.sort_by_key(|(name, _)| index(name).unwrap_or(usize::MAX));
    *object = Value::Object(members.into_iter().collect());
}
