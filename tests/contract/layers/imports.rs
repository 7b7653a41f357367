//! Which file of the workspace imports which, as the sources' paths say: those of `use`, of
//! expressions and types, and of macros and attributes. Tests are left out.
//!
//! A path leads to the file that defines what it names, through re-exports. A module that only
//! re-exports what its children define does not import them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Expr, ExprLit, File, Item, ItemMacro, ItemMod, ItemUse, Lit, Meta, UseTree,
    Visibility,
    visit::{self, Visit},
};

use crate::repository::root;

/// One file that names something in another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    /// The importing file, from the root of the repository.
    pub from: String,
    /// The imported file.
    pub to: String,
}

/// A path as it is written, segment by segment.
type Segments = Vec<String>;

/// A module by its crate and its path in there.
type ModuleId = (String, Segments);

#[derive(Default)]
struct Module {
    file: String,
    children: BTreeSet<String>,
    /// What `use` brings into scope, by name.
    names: BTreeMap<String, Segments>,
    globs: Vec<Segments>,
    /// Paths that the file names, apart from re-exports.
    paths: BTreeSet<Segments>,
}

#[derive(Default)]
struct Workspace(BTreeMap<ModuleId, Module>);

/// All imports between files of the workspace's crates.
pub fn imports() -> BTreeSet<Import> {
    let mut workspace = Workspace::default();
    for (name, main) in crates() {
        workspace.read_file(&(name, Vec::new()), &main);
    }
    let mut imports = BTreeSet::new();
    for (id, module) in &workspace.0 {
        for path in &module.paths {
            let to = workspace.find(id, path, 0).map(|to| workspace.0[&to].file.clone());
            if let Some(to) = to.filter(|to| *to != module.file) {
                imports.insert(Import { from: module.file.clone(), to });
            }
        }
    }
    imports
}

/// The main file of each library and build script, by the name that paths have for it.
fn crates() -> Vec<(String, PathBuf)> {
    let mut packages = vec![root().join("shared"), root().join("shared/table")];
    let functions = fs::read_dir(root().join("functions")).expect("there is a folder functions");
    packages.extend(functions.map(|entry| entry.expect("the folder can be read").path()));
    let mut crates = Vec::new();
    for package in packages.into_iter().filter(|package| package.join("Cargo.toml").is_file()) {
        let name = package.file_name().unwrap_or_default().to_string_lossy().replace('-', "_");
        for (name, main) in
            [(name.clone(), "src/lib.rs"), (format!("{name} build"), "build/main.rs")]
        {
            crates.extend(Some((name, package.join(main))).filter(|(_, main)| main.is_file()));
        }
    }
    crates
}

impl Workspace {
    fn read_file(&mut self, id: &ModuleId, file: &Path) {
        let text = fs::read_to_string(file).expect("the file can be read");
        let parsed: File = syn::parse_file(&text).expect("it compiles");
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let folder = file.parent().unwrap_or(file).to_owned();
        let is_index = ["lib", "main", "mod"].contains(&stem.as_str());
        let children = if is_index { folder } else { folder.join(stem) };
        let name = file.strip_prefix(root()).expect("it is in the repository");
        self.read_items(id, &parsed.items, &name.to_string_lossy(), &children);
    }

    fn read_items(&mut self, id: &ModuleId, items: &[Item], file: &str, folder: &Path) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        let mut modules: Vec<(String, Option<Vec<Item>>)> = Vec::new();
        for item in items {
            let mut reader = Reader { module: &mut module, modules: Vec::new(), skips_uses: false };
            reader.visit_item(item);
            modules.extend(reader.modules);
        }
        module.children.extend(modules.iter().map(|(name, _)| name.clone()));
        self.0.insert(id.clone(), module);
        for (name, items) in modules {
            let mut path = id.1.clone();
            path.push(name.clone());
            let id = (id.0.clone(), path);
            let [one, other] =
                [folder.join(format!("{name}.rs")), folder.join(&name).join("mod.rs")];
            match items {
                Some(items) => self.read_items(&id, &items, file, &folder.join(&name)),
                None if one.is_file() => self.read_file(&id, &one),
                None => self.read_file(&id, &other),
            }
        }
    }

    /// The module that defines what a path in `module` names; none where it is of another crate.
    fn find(&self, module: &ModuleId, path: &[String], depth: usize) -> Option<ModuleId> {
        let (first, rest) = path.split_first().filter(|_| depth < 16)?;
        let here = &self.0[module];
        let name = |id: ModuleId| self.0.contains_key(&id).then_some(id);
        match first.as_str() {
            "crate" => self.descend((module.0.clone(), Vec::new()), rest, depth),
            "self" => self.descend(module.clone(), rest, depth),
            "super" => {
                let parent = module.1.split_last().map(|(_, parent)| parent.to_vec())?;
                let parent = (module.0.clone(), parent);
                match rest.first().map(String::as_str) {
                    Some("super") => self.find(&parent, rest, depth + 1),
                    _ => self.descend(parent, rest, depth),
                }
            }
            _ if here.children.contains(first) => self.descend(module.clone(), path, depth),
            _ => match here.names.get(first) {
                Some(target) if target.first() != Some(first) || target.len() > 1 => {
                    self.find(module, &[target, rest].concat(), depth + 1)
                }
                _ => self.descend(name((first.clone(), Vec::new()))?, rest, depth),
            },
        }
    }

    fn descend(&self, from: ModuleId, rest: &[String], depth: usize) -> Option<ModuleId> {
        let Some((next, rest)) = rest.split_first() else { return Some(from) };
        let here = &self.0[&from];
        if here.children.contains(next) {
            let mut path = from.1.clone();
            path.push(next.clone());
            return self.descend((from.0, path), rest, depth);
        }
        if let Some(target) = here.names.get(next) {
            let target = [target, rest].concat();
            return self.find(&from, &target, depth + 1).or(Some(from));
        }
        // An item of a module whose items are all re-exported: the module itself if it is the only
        // one, since items are not listed here.
        match here.globs.as_slice() {
            [only] => self.find(&from, only, depth + 1).or(Some(from)),
            _ => Some(from),
        }
    }
}

struct Reader<'a> {
    module: &'a mut Module,
    /// The modules that it declares, with their items if they are in the same file.
    modules: Vec<(String, Option<Vec<Item>>)>,
    /// Within a function: what it brings into scope is not in scope elsewhere.
    skips_uses: bool,
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !attributes(item).iter().any(is_test) {
            visit::visit_item(self, item);
        }
    }

    /// `shared/link/order.rs`, which build scripts include, imports nothing of ours.
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if item.attrs.iter().any(is_of_link) {
            return;
        }
        let items = item.content.as_ref().map(|(_, items)| items.clone());
        self.modules.push((item.ident.to_string(), items));
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let is_reexport = !matches!(item.vis, Visibility::Inherited);
        let mut named = Vec::new();
        flatten(&item.tree, &[], &mut named);
        for (name, path) in named {
            match name {
                Some(name) if !self.skips_uses => {
                    self.module.names.insert(name, path.clone());
                }
                None if is_reexport => self.module.globs.push(path.clone()),
                _ => {}
            }
            if !is_reexport {
                self.module.paths.insert(path);
            }
        }
    }

    /// `routes!` declares the modules of the operations that it registers, and `domains!` those of
    /// the domains. They import nothing from them, as `mod` does not.
    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        if item.mac.path.is_ident("domains") {
            let tokens = item.mac.tokens.clone().into_iter();
            let names = tokens.filter(|token| matches!(token, TokenTree::Ident(_)));
            return self.modules.extend(names.map(|name| (name.to_string(), None)));
        }
        if !item.mac.path.is_ident("routes") {
            return visit::visit_item_macro(self, item);
        }
        let modules = registered(item.mac.tokens.clone());
        let mut paths = BTreeSet::new();
        paths_in(item.mac.tokens.clone(), &mut paths);
        paths.retain(|path| !modules.contains(&path[0]));
        self.module.paths.extend(paths);
        self.modules.extend(modules.into_iter().map(|name| (name, None)));
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        let before = std::mem::replace(&mut self.skips_uses, true);
        visit::visit_block(self, block);
        self.skips_uses = before;
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Segments = path.segments.iter().map(|one| one.ident.to_string()).collect();
        if segments.len() > 1 {
            self.module.paths.insert(segments);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        paths_in(call.tokens.clone(), &mut self.module.paths);
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            paths_in(list.tokens.clone(), &mut self.module.paths);
        }
    }
}

/// Each path of a `use` with the name that it brings into scope; none where it brings all.
fn flatten(tree: &UseTree, before: &[String], named: &mut Vec<(Option<String>, Segments)>) {
    let path = |last: &str| [before, &[last.to_owned()]].concat();
    match tree {
        UseTree::Path(inner) => flatten(&inner.tree, &path(&inner.ident.to_string()), named),
        UseTree::Name(name) if name.ident == "self" => {
            named.push((before.last().cloned(), before.to_vec()));
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            named.push((Some(name.clone()), path(&name)));
        }
        UseTree::Rename(name) => {
            let path =
                if name.ident == "self" { before.to_vec() } else { path(&name.ident.to_string()) };
            named.push((Some(name.rename.to_string()), path));
        }
        UseTree::Glob(_) => named.push((None, before.to_vec())),
        UseTree::Group(group) => {
            group.items.iter().for_each(|inner| flatten(inner, before, named));
        }
    }
}

/// The modules in the lines `access module::handler` of `routes!`.
fn registered(tokens: TokenStream) -> BTreeSet<String> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let lines = tokens.windows(4).filter_map(|tokens| match tokens {
        [
            TokenTree::Ident(_),
            TokenTree::Ident(module),
            TokenTree::Punct(first),
            TokenTree::Punct(second),
        ] if first.as_char() == ':' && second.as_char() == ':' => Some(module.to_string()),
        _ => None,
    });
    lines.collect()
}

/// The paths of two or more segments in the arguments of a macro or an attribute.
fn paths_in(tokens: TokenStream, paths: &mut BTreeSet<Segments>) {
    let (mut path, mut colons) = (Segments::new(), 0);
    let mut end = |path: &mut Segments| {
        let path = std::mem::take(path);
        if path.len() > 1 {
            paths.insert(path);
        }
    };
    let mut groups = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                if colons != 2 {
                    end(&mut path);
                }
                path.push(ident.to_string());
                colons = 0;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => colons += 1,
            other => {
                end(&mut path);
                colons = 0;
                if let TokenTree::Group(group) = other {
                    groups.push(group.stream());
                }
            }
        }
    }
    end(&mut path);
    for group in groups {
        paths_in(group, paths);
    }
}

fn is_test(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    list.path.is_ident("cfg") && list.tokens.to_string() == "test"
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Whether a module is `shared/link/order.rs`, by its `#[path = "…"]`.
fn is_of_link(attribute: &Attribute) -> bool {
    let Meta::NameValue(pair) = &attribute.meta else { return false };
    let Expr::Lit(ExprLit { lit: Lit::Str(path), .. }) = &pair.value else { return false };
    pair.path.is_ident("path") && path.value().ends_with("shared/link/order.rs")
}
