//! Where things are.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::Value;

/// The root of the workspace.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    root().join("target")
}

/// Results and files of a run.
pub fn results() -> PathBuf {
    target().join("bench")
}

/// The folders of all functions, from the template's `CodeUri`s.
pub fn functions() -> Result<Vec<String>> {
    let template = fs::read_to_string(root().join("template.yaml"))?;
    let folder = |line: &str| line.trim().strip_prefix("CodeUri: functions/").map(str::to_owned);
    Ok(template.lines().filter_map(folder).collect())
}

/// An event of `events/`.
pub fn event(function: &str, name: &str) -> Result<Value> {
    let path = root().join("events").join(function).join(format!("{name}.json"));
    let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(serde_json::from_slice(&text)?)
}

/// The file of an operation's recording.
pub fn recording(operation: &str) -> PathBuf {
    results().join(format!("{}.recording.json", file_name(operation)))
}

/// The file that the floor plays.
pub fn script(operation: &str) -> PathBuf {
    results().join(format!("{}.script.json", file_name(operation)))
}

fn file_name(operation: &str) -> String {
    operation.replace(' ', "-")
}
