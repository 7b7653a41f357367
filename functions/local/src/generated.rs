//! The committed files that follow from the code, whole or in part. `cargo run -- generate` writes
//! them, and a contract test compares them.

use std::{fmt::Write as _, fs, path::Path};

use shared::{DOMAINS, http::error::CODES};

use crate::{
    costs::Tables,
    document,
    grants::grants,
    message_table, policies,
    template::{self, Template},
};

/// A generated file.
#[derive(Debug, Clone, Copy)]
pub struct Generated {
    /// From the repository's root.
    pub path: &'static str,
    /// What it must be, from the root and its text of today.
    text: fn(&Path, &str) -> Result<String, String>,
}

/// All generated files.
pub const FILES: [Generated; 5] = [
    Generated { path: document::FILE, text: |_, _| Ok(document::text()) },
    Generated {
        path: template::FILE_NAME,
        text: |_, text| Ok(policies::with_grants(text, &grants())),
    },
    Generated {
        path: "functions/README.md",
        text: |root, text| {
            let text = with_table(text, "packages", &packages(root)?)?;
            let text = with_table(&text, "push-members", &notifier::table_of_members())?;
            with_costs(root, &with_table(&text, "messages", &message_table::table())?)
        },
    },
    Generated {
        path: "functions/docs/guides/7-error-codes.md",
        text: |_, text| with_table(text, "error-codes", &error_codes()),
    },
    Generated { path: "shared/README.md", text: |_, text| with_table(text, "domains", &domains()) },
];

impl Generated {
    /// What the file must be, if it is something else.
    pub fn stale(&self, root: &Path) -> Result<Option<String>, String> {
        let path = root.join(self.path);
        let today = fs::read_to_string(&path).unwrap_or_default();
        let text = (self.text)(root, &today)?;
        Ok((text != today).then_some(text))
    }
}

/// Replaces the lines between the two comments that name the table.
fn with_table(text: &str, name: &str, table: &str) -> Result<String, String> {
    let start = format!("<!-- {name}: written by `cargo run -- generate` -->\n");
    let end = format!("<!-- end of {name} -->");
    let parts = text.split_once(&start).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some(format!("{before}{start}\n{table}\n{end}{after}"))
    });
    parts.ok_or_else(|| format!("the comments around the table of {name} are not there"))
}

/// The bill of a month, and the limits that end first.
fn with_costs(root: &Path, text: &str) -> Result<String, String> {
    let tables = Template::load(&root.join(template::FILE_NAME))
        .and_then(|template| Tables::of(&template))
        .map_err(|error| error.to_string())?;
    with_table(&with_table(text, "bill", &tables.bill)?, "limits", &tables.limits)
}

fn packages(root: &Path) -> Result<String, String> {
    let folder = root.join("functions");
    let entries =
        fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    let mut table = String::from("| Package | What it does |\n| --- | --- |\n");
    for name in names {
        let manifest = folder.join(&name).join("Cargo.toml");
        let Ok(text) = fs::read_to_string(&manifest) else { continue };
        let of_package = text.parse::<toml::Table>().ok().and_then(|manifest| {
            Some(manifest.get("package")?.get("description")?.as_str()?.to_owned())
        });
        let missing = || format!("{} needs a `description`", manifest.display());
        let description = of_package.ok_or_else(missing)?;
        let _ = writeln!(table, "| `{}` | {description} |", name.to_string_lossy());
    }
    Ok(table)
}

fn error_codes() -> String {
    let mut table = String::from(
        "| Status | Code | What happened | What the app does |\n| --- | --- | --- | --- |\n",
    );
    for code in CODES {
        let _ = writeln!(
            table,
            "| {} | `{}` | {} | {} |",
            code.status, code.name, code.about, code.advice
        );
    }
    table
}

fn domains() -> String {
    let mut table =
        String::from("| Domain | Keys | Owns | Invariants |\n| --- | --- | --- | --- |\n");
    for domain in DOMAINS {
        let keys: Vec<_> =
            domain.prefixes.iter().map(|prefix| format!("`{}`", prefix.name)).collect();
        let (name, keys) = (domain.name, keys.join(", "));
        let _ = writeln!(table, "| `{name}` | {keys} | {} | {} |", domain.owns, domain.invariants);
    }
    table
}
