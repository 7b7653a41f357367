//! Makes every file that the function serves, packed by Brotli and by gzip, and the table of them
//! that `src/site.rs` includes.
//!
//! Invariant: what is served follows from the files of this folder alone, of which `openapi.json`
//! is what the code says (a contract test); so nothing packed or made is committed but Scalar's
//! program, which comes packed, since unpacked it is 4 MB.

#[path = "../../../shared/link/order.rs"]
mod link;
mod older;
mod packing;
mod pages;
mod reference;
mod text;

use std::{
    env,
    fmt::Write as _,
    fs,
    hash::{DefaultHasher, Hasher},
    path::{Path, PathBuf},
};

use pages::Site;
use serde_json::Value;

/// A file to serve.
struct Served {
    path: String,
    content_type: &'static str,
    content: Vec<u8>,
    /// Nothing where each answer has the address of its own stack in it.
    brotli: Option<Vec<u8>>,
}

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const MARKDOWN: &str = "text/markdown; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";
/// The program of the reference page: `dist/browser/standalone.js` of the npm package
/// `@scalar/api-reference`, as `assets/pack` packs it.
const SCALAR: &str = "scalar-1.72.1-en-2.js";

#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "so a build script and Cargo talk to each other"
)]
fn main() {
    link::main();
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("Cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("Cargo sets it"));
    for watched in ["openapi.json", "site", "guides", "assets", "build"] {
        println!("cargo::rerun-if-changed={watched}");
    }
    let mut table = "/// All of them.\npub static FILES: &[File] = &[\n".to_owned();
    for (number, file) in served(&here).into_iter().enumerate() {
        let (brotli, gzip) = (out.join(format!("{number}.br")), out.join(format!("{number}.gz")));
        let is_addressed = file.brotli.is_none();
        fs::write(&brotli, file.brotli.unwrap_or_default()).expect("OUT_DIR can be written");
        fs::write(&gzip, packing::gzip(&file.content)).expect("OUT_DIR can be written");
        let (path, content_type, version) = (file.path, file.content_type, version(&file.content));
        let (brotli, gzip) = (brotli.display(), gzip.display());
        writeln!(
            table,
            "    File {{ path: {path:?}, content_type: {content_type:?}, version: {version:?}, \
             is_addressed: {is_addressed}, \
             brotli: include_bytes!(r\"{brotli}\"), gzip: include_bytes!(r\"{gzip}\") }},"
        )
        .expect("a text takes it");
    }
    table.push_str("];\n");
    fs::write(out.join("files.rs"), table).expect("OUT_DIR can be written");
}

fn served(here: &Path) -> Vec<Served> {
    let read = |name: &str| {
        fs::read(here.join(name)).unwrap_or_else(|error| panic!("functions/docs/{name}: {error}"))
    };
    let document: Value = serde_json::from_slice(&read("openapi.json")).unwrap_or_else(|error| {
        panic!(
            "functions/docs/openapi.json: {error}. After a merge take one side of it whole, \
             then run `cargo run -- generate`"
        )
    });
    let site = Site::new(&document, guides(here));
    let made = |path: &str, content_type, content: Vec<u8>| {
        let brotli = Some(packing::brotli(&content));
        Served { path: path.to_owned(), content_type, content, brotli }
    };
    let addressed = |path: &str, content_type, text: String| {
        let content = text.into_bytes();
        Served { path: path.to_owned(), content_type, content, brotli: None }
    };
    let packed = read(&format!("assets/{SCALAR}.br"));
    let mut files = vec![
        made("/", HTML, read("site/index.html")),
        made("/docs", HTML, read("site/docs.html")),
        made("/docs/docs.js", SCRIPT, without_comments(&read("site/docs.js"))),
        made("/docs/site.css", STYLE, read("site/site.css")),
        made("/docs/icon.svg", "image/svg+xml", read("site/icon.svg")),
        made("/docs/regions", HTML, read("site/regions.html")),
        made("/docs/regions.svg", "image/svg+xml", read("site/regions.svg")),
        made("/docs/scalar.LICENSE.txt", PLAIN, read("assets/scalar.LICENSE")),
        made("/openapi.json", "application/json", document.to_string().into_bytes()),
        made(
            "/openapi-3.0.json",
            "application/json",
            older::in_3_0(&document).to_string().into_bytes(),
        ),
        made("/docs/session.ts", PLAIN, read("site/session.ts")),
        made(
            "/docs/reference.json",
            "application/json",
            reference::of(&document, site.introduction()).to_string().into_bytes(),
        ),
        addressed("/llms.txt", PLAIN, site.index()),
        addressed("/llms-full.txt", PLAIN, site.everything()),
        Served {
            path: format!("/docs/{SCALAR}"),
            content_type: SCRIPT,
            content: packing::unpack_brotli(&packed),
            brotli: Some(packed),
        },
    ];
    files.extend(site.pages().into_iter().map(|page| addressed(&page.path, MARKDOWN, page.text)));
    files
}

/// A script without its comments and indentation. It has no text over several lines.
fn without_comments(script: &[u8]) -> Vec<u8> {
    let script = std::str::from_utf8(script).expect("a script is text");
    let lines = script.lines().map(str::trim);
    let code = lines.filter(|line| {
        !line.is_empty() && !["//", "/**", "*"].iter().any(|start| line.starts_with(start))
    });
    code.collect::<Vec<_>>().join("\n").into_bytes()
}

/// Name and Markdown of each, in the order of their names.
fn guides(here: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(here.join("guides")).expect("there is a folder guides");
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let name = |path: &Path| {
        path.file_stem().and_then(|name| name.to_str()).expect("a name in ASCII").to_owned()
    };
    paths
        .iter()
        .map(|path| (name(path), fs::read_to_string(path).expect("a guide is text")))
        .collect()
}

fn version(content: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(content);
    format!("{:016x}", hasher.finish())
}
