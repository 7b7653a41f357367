//! The order of what is in the document: tags by their groups, operations as their folders have
//! them, paths and methods as they are first met.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{
    folders::{Folder, GROUPS, Group, folders, place},
    members,
};

/// What is read first stands first.
const MEMBERS: [&str; 8] =
    ["openapi", "info", "servers", "tags", "x-tagGroups", "paths", "webhooks", "components"];

/// Where an operation stands: its members are compared in their order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Placed {
    folder: usize,
    of_the_source: usize,
    registered: usize,
    path: String,
    method: String,
}

/// Puts everything in its order; `ids` are in the order of their registration.
pub(super) fn put_in_order(document: &mut Value, ids: &[String]) {
    let mut placed = placed(document, ids);
    placed.sort();
    number(document, &placed);
    let first = |is_it: &dyn Fn(&Placed) -> bool| placed.iter().position(is_it);
    if let Some(paths) = document.get_mut("paths") {
        sort_members(paths, |path| first(&|one| one.path == path));
        for (path, item) in members(Some(paths)) {
            sort_members(item, |method| first(&|one| one.path == path && one.method == method));
        }
    }
    tag(document, &placed);
    sort_members(document, |name| MEMBERS.iter().position(|known| *known == name));
}

fn placed(document: &mut Value, ids: &[String]) -> Vec<Placed> {
    let registered: HashMap<&str, usize> =
        ids.iter().enumerate().map(|(place, id)| (id.as_str(), place)).collect();
    let mut placed = Vec::new();
    for (path, item) in members(document.get_mut("paths")) {
        for (method, operation) in members(Some(item)) {
            let id = operation["operationId"].as_str().unwrap_or_default();
            let (folder, of_the_source) =
                place(operation["tags"][0].as_str().unwrap_or_default(), id);
            let registered = registered.get(id).copied().unwrap_or(usize::MAX);
            placed.push(Placed {
                folder,
                of_the_source,
                registered,
                path: path.to_owned(),
                method: method.to_owned(),
            });
        }
    }
    placed
}

/// Each operation's place in its folder.
fn number(document: &mut Value, placed: &[Placed]) {
    let mut before: HashMap<usize, u64> = HashMap::new();
    for Placed { folder, path, method, .. } in placed {
        let number = before.entry(*folder).or_default();
        *number += 1;
        document["paths"][path][method]["x-order"] = (*number).into();
    }
}

/// The folders that hold something, and their groups.
fn tag(document: &mut Value, placed: &[Placed]) {
    let is_used = |tag: &str| {
        placed.iter().any(|one| folders().nth(one.folder).is_some_and(|folder| folder.tag == tag))
    };
    let tag = |folder: &Folder| {
        let Folder { tag, shown, about, .. } = folder;
        json!({"name": tag, "x-displayName": shown, "description": about})
    };
    let group = |group: &Group| {
        let tags: Vec<&str> =
            group.folders.iter().map(|folder| folder.tag).filter(|tag| is_used(tag)).collect();
        (!tags.is_empty()).then(|| json!({"name": group.name, "tags": tags}))
    };
    document["tags"] = folders().filter(|folder| is_used(folder.tag)).map(tag).collect();
    document["x-tagGroups"] = GROUPS.iter().filter_map(group).collect();
}

/// Sorts an object's members by `place`; those without one come last.
fn sort_members(object: &mut Value, place: impl Fn(&str) -> Option<usize>) {
    let taken = object.as_object_mut().map(std::mem::take).unwrap_or_default();
    let mut members: Vec<(String, Value)> = taken.into_iter().collect();
    members.sort_by_key(|(name, _)| place(name).unwrap_or(usize::MAX));
    *object = Value::Object(members.into_iter().collect());
}
