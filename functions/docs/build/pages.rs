//! The Markdown: one page for each guide and each operation, an index of them, and all of them in
//! one.

use serde_json::Value;

use crate::text::{body, code, fields, first_line, parameters, resolved};

/// Begins the introduction of the reference page.
const ALSO_THERE: &str = "Also as an [OpenAPI 3.1 document](/openapi.json), [in OpenAPI \
    3.0](/openapi-3.0.json), and [in Markdown](/llms.txt).";
/// The folder of the guides.
const GUIDES: &str = "Guides";
/// A guide of many lines of code, of which the reference page has the headings alone.
const FOR_ITSELF: &str = "5-refresh-in-clients.md";

/// A page and where it is served.
pub(crate) struct Page {
    pub(crate) path: String,
    pub(crate) title: String,
    pub(crate) text: String,
    folder: String,
    summary: String,
}

/// All pages, in the order in which they are read.
pub(crate) struct Site<'a> {
    document: &'a Value,
    pages: Vec<Page>,
}

impl<'a> Site<'a> {
    pub(crate) fn new(document: &'a Value, guides: Vec<(String, String)>) -> Self {
        let guides = guides.into_iter().map(|(name, text)| Page {
            path: format!("/docs/guides/{name}.md"),
            title: first_line(&text).trim_start_matches("# ").to_owned(),
            folder: GUIDES.to_owned(),
            summary: String::new(),
            text,
        });
        let operations = in_order(document);
        let operations = operations.iter().map(|operation| operation.page(document));
        let messages = document["webhooks"].as_object().into_iter().flatten();
        let messages = messages.map(|(name, item)| message(document, name, &item["post"]));
        Self { document, pages: guides.chain(operations).chain(messages).collect() }
    }

    /// The guides in one text, for the reference page. [`FOR_ITSELF`] is a link.
    pub(crate) fn introduction(&self) -> String {
        let guides = self.pages.iter().filter(|page| page.folder == GUIDES);
        let texts = guides.map(|page| {
            if page.path.ends_with(FOR_ITSELF) {
                let (title, path) = (&page.title, &page.path);
                let sections = page.text.lines().filter(|line| line.starts_with("## "));
                let sections: Vec<&str> = sections.collect();
                format!(
                    "# {title}\n\n[Read it on a page of its own]({path}).\n\n{}",
                    sections.join("\n\n")
                )
            } else {
                page.text.trim_end().to_owned()
            }
        });
        let texts = texts.collect::<Vec<_>>().join("\n\n");
        format!("{ALSO_THERE}\n\n{texts}\n")
    }

    /// `llms.txt` (llmstxt.org): what this is, and links to all pages by folder.
    pub(crate) fn index(&self) -> String {
        let info = &self.document["info"];
        let mut text = format!(
            "# {}\n\n> {}\n",
            info["title"].as_str().unwrap_or_default(),
            info["summary"].as_str().unwrap_or_default()
        );
        text.push_str(
            "\nEverything on these pages is also in [one text](/llms-full.txt) and in the \
             [OpenAPI document](/openapi.json), which is also there in \
             [OpenAPI 3.0](/openapi-3.0.json).\n",
        );
        let mut folder = "";
        for page in &self.pages {
            if page.folder != folder {
                folder = &page.folder;
                text.extend(["\n## ", folder, "\n\n"]);
            }
            let colon = if page.summary.is_empty() { "" } else { ": " };
            text.extend(["- [", &page.title, "](", &page.path, ")", colon, &page.summary, "\n"]);
        }
        text
    }

    /// All pages in one text.
    pub(crate) fn everything(&self) -> String {
        self.pages.iter().map(|page| page.text.trim_end()).collect::<Vec<_>>().join("\n\n---\n\n")
            + "\n"
    }

    /// The pages, each with the way to the one before and the one after it.
    pub(crate) fn pages(self) -> Vec<Page> {
        let links: Vec<String> =
            self.pages.iter().map(|page| format!("[{}]({})", page.title, page.path)).collect();
        let linked = |(place, page): (usize, Page)| {
            let previous = place
                .checked_sub(1)
                .and_then(|place| links.get(place))
                .map(|link| format!("Previous: {link}"));
            let next = links.get(place + 1).map(|link| format!("Next: {link}"));
            let both: Vec<String> = previous.into_iter().chain(next).collect();
            let text = format!(
                "{}\n\n---\n\n{} · [All pages](/llms.txt)\n",
                page.text.trim_end(),
                both.join(" · ")
            );
            Page { text, ..page }
        };
        self.pages.into_iter().enumerate().map(linked).collect()
    }
}

/// An operation of the document and where it stands there.
struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    described: &'a Value,
}

/// By folder, and by `x-order` in each.
fn in_order(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let mut operations: Vec<Operation> = paths
        .flat_map(|(path, item)| {
            let methods = item.as_object().into_iter().flatten();
            methods.map(move |(method, described)| Operation { method, path, described })
        })
        .collect();
    let tags: Vec<&Value> =
        document["tags"].as_array().into_iter().flatten().map(|tag| &tag["name"]).collect();
    let place = |operation: &Operation| {
        let folder = tags.iter().position(|tag| **tag == operation.described["tags"][0]);
        (folder.unwrap_or(usize::MAX), operation.described["x-order"].as_u64())
    };
    operations.sort_by_key(place);
    operations
}

/// The page of a message that other systems publish.
fn message(document: &Value, name: &str, described: &Value) -> Page {
    let said = |member: &str| described[member].as_str().unwrap_or_default();
    let mut parts = vec![
        format!("# {name}: {}", said("summary")),
        said("description").to_owned(),
        "## Message".to_owned(),
    ];
    let content = described["requestBody"]["content"].as_object().into_iter().flatten();
    for (kind, media) in content {
        parts.extend(fields(document, &media["schema"]));
        parts.extend(body(document, kind, media));
    }
    Page {
        path: format!("/docs/messages/{name}.md"),
        title: name.to_owned(),
        text: parts.join("\n\n") + "\n",
        folder: "Messages from your other systems".to_owned(),
        summary: said("summary").to_owned(),
    }
}

impl Operation<'_> {
    fn page(&self, document: &Value) -> Page {
        let told = self.described;
        let said = |member: &str| told[member].as_str().unwrap_or_default();
        let id = said("operationId");
        let mut parts = vec![
            format!("# {id}"),
            said("summary").to_owned(),
            code("http", &format!("{} {}", self.method.to_uppercase(), self.path)),
            said("description").to_owned(),
            format!(
                "Folder: {} · State: {}",
                told["tags"][0].as_str().unwrap_or_default(),
                said("x-apidog-status")
            ),
        ];
        if told["deprecated"] == true {
            parts.push("Deprecated.".to_owned());
        }
        if let Some(schemes) = told["security"].as_array() {
            let names: Vec<String> = schemes
                .iter()
                .filter_map(Value::as_object)
                .flat_map(|one| one.keys().cloned())
                .collect();
            parts.push(format!("Needs a token: {}.", names.join(" or ")));
        }
        parts.extend(parameters(document, &told["parameters"]));
        let content = resolved(document, &told["requestBody"])["content"].as_object();
        if let Some(content) = content {
            let kinds: Vec<String> = content.keys().map(|kind| format!("`{kind}`")).collect();
            parts.push(format!("## Body\n\n{}", kinds.join(", ")));
            if let Some((kind, media)) = content.iter().next() {
                parts.extend(fields(document, &media["schema"]));
                parts.extend(body(document, kind, media));
            }
        }
        let samples = told["x-codeSamples"].as_array().into_iter().flatten();
        let samples: Vec<String> = samples
            .map(|sample| {
                let lang = sample["lang"].as_str().unwrap_or_default();
                format!(
                    "### {lang}\n\n{}",
                    code(&lang.to_lowercase(), sample["source"].as_str().unwrap_or_default())
                )
            })
            .collect();
        if !samples.is_empty() {
            parts.push(format!("## Samples\n\n{}", samples.join("\n\n")));
        }
        parts.push("## Answers".to_owned());
        for (status, answer) in told["responses"].as_object().into_iter().flatten() {
            let answer = resolved(document, answer);
            parts.push(format!(
                "### {status}\n\n{}",
                answer["description"].as_str().unwrap_or_default()
            ));
            for (kind, media) in answer["content"].as_object().into_iter().flatten() {
                parts.extend(body(document, kind, media));
            }
        }
        parts.retain(|part| !part.is_empty());
        Page {
            path: format!("/docs/operations/{id}.md"),
            title: id.to_owned(),
            text: parts.join("\n\n") + "\n",
            folder: told["tags"][0].as_str().unwrap_or_default().to_owned(),
            summary: said("summary").to_owned(),
        }
    }
}
