//! The options that describe a local stack.

use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::Failure;
use crate::{
    stack::{Stack, StackOptions},
    template::{Overrides, Template},
};

#[derive(Debug, Clone, Default, Args)]
pub(super) struct StackArgs {
    /// Keep data and secrets in memory; they are lost when the program ends
    #[arg(long, conflicts_with = "data")]
    memory: bool,
    /// Folder for data and secrets [default: target/local beside template.yaml]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Use this DynamoDB API instead of the embedded one
    #[arg(long, value_name = "URL", value_parser = http_url)]
    dynamodb_endpoint: Option<String>,
    /// Set a parameter of template.yaml; may be repeated
    #[arg(long, value_name = "PARAMETER=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
}

impl StackArgs {
    /// Those of the local data in a folder, or in the default one.
    pub(super) fn on_data(data: Option<PathBuf>) -> Self {
        Self { data, ..Self::default() }
    }

    pub(super) fn overrides(&self) -> Overrides {
        self.set.iter().cloned().collect()
    }

    /// Options for a stack of the template in `root`.
    pub(super) fn options(&self, root: &Path) -> StackOptions {
        let folder = self.data.clone().unwrap_or_else(|| root.join("target").join("local"));
        StackOptions {
            overrides: self.overrides(),
            data: (!self.memory).then_some(folder),
            dynamodb_endpoint: self.dynamodb_endpoint.clone(),
            ..StackOptions::default()
        }
    }
}

/// Loads template.yaml, and returns it with its folder. Where there is none, as beside a downloaded
/// program, it is the one that the program was built with, in the current folder.
pub(super) fn template() -> Result<(Template, PathBuf), Failure> {
    let Ok(path) = Template::find() else {
        let here = std::env::current_dir().unwrap_or_default();
        return Ok((Template::embedded().map_err(Failure::usage)?, here));
    };
    let root = path.parent().unwrap_or(Path::new(".")).to_owned();
    Ok((Template::load(&path).map_err(Failure::usage)?, root))
}

/// Starts a stack on a local data folder. Fails while the launcher is running on it.
pub(super) async fn open_local_data(data: Option<PathBuf>) -> Result<Stack, Failure> {
    let (template, root) = template()?;
    Stack::start(&template, StackArgs::on_data(data).options(&root)).await.map_err(Failure::usage)
}

/// Parses the address of an HTTP API.
pub(super) fn http_url(text: &str) -> Result<String, String> {
    let expected = "expected an http:// or https:// URL";
    let url: http::Uri = text.parse().map_err(|_| expected)?;
    if matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some() {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err(expected.to_owned())
    }
}

/// Parses `Parameter=Value`.
pub(super) fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or("expected Parameter=Value")?;
    Ok((name.to_owned(), value.to_owned()))
}
