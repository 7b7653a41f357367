//! The functions that a program holds.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use object::{Object, ObjectSymbol, SymbolKind};

/// A function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Its name, as the linker has it.
    pub whole: String,
    /// The same without its hashes; where another part follows, `*` stands for one.
    pub name: String,
    pub bytes: u64,
}

impl Symbol {
    fn new(whole: &str, bytes: u64) -> Self {
        Self { whole: whole.to_owned(), name: without_hashes(whole), bytes }
    }
}

pub fn of(program: &Path) -> Result<Vec<Symbol>> {
    let bytes = fs::read(program).with_context(|| format!("no {}", program.display()))?;
    let file = object::File::parse(&*bytes)?;
    let functions = file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text);
    functions.map(|symbol| Ok(Symbol::new(symbol.name()?, symbol.size()))).collect()
}

/// A legacy name ends with a hash, `17h…E`; one of the standard library has that of each crate
/// before the crate's name, `Cs…_`.
fn without_hashes(name: &str) -> String {
    if name.starts_with("_ZN") {
        let hash = name.rfind("17h").filter(|at| name[at + 3..].len() >= 17);
        return hash.map_or(name, |at| &name[..at + 3]).to_owned();
    }
    // A number at the end was added by the compiler, to tell equal names apart.
    let name = name.split('.').next().unwrap_or(name);
    if !name.starts_with("_R") {
        return name.to_owned();
    }
    let mut parts = name.split("Cs");
    let mut without = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let crate_name = part.split_once('_').filter(|(hash, _)| {
            hash.len() > 8 && hash.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        without.push_str("Cs");
        match crate_name {
            Some((_, rest)) => {
                without.push_str("*_");
                without.push_str(rest);
            }
            None => without.push_str(part),
        }
    }
    without
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_loses_its_hashes() {
        let name = "_ZN4core3fmt9Formatter3pad17h0123456789abcdefE";
        assert_eq!(without_hashes(name), "_ZN4core3fmt9Formatter3pad17h");
        assert_eq!(without_hashes(&format!("{name}.llvm.123")), "_ZN4core3fmt9Formatter3pad17h");
        let name = "_RNvMNtCsgEmfK2I1SDS_4core4timeNtCsjrHSEGnQ3l9_3std7Instant3now.12";
        assert_eq!(without_hashes(name), "_RNvMNtCs*_4core4timeNtCs*_3std7Instant3now");
        assert_eq!(without_hashes("main"), "main");
    }
}
