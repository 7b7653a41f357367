//! The report of a move: a line of JSON for each row that was refused, and the totals.
//!
//! Invariant: it has places, primary keys and reasons, and no value of a row.

use std::{
    fmt,
    fs::File,
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use serde_json::json;

use super::rows::Refused;
use crate::private_file;

/// Where rows that were refused are written, and how much was done.
pub struct Report {
    file: Option<BufWriter<File>>,
    files: Vec<PathBuf>,
    pub objects: u64,
    pub refused: u64,
    pub moved: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// Customers who did not move in.
    pub stayed: u64,
    /// What a later dump changed, and the customer has changed here as well: it stays.
    pub kept: u64,
    /// Whether the dump has refresh tokens.
    pub has_tokens: bool,
}

impl Report {
    /// Of dumps in these files, written to `path` in place of what is there.
    pub fn create(path: Option<&Path>, files: &[PathBuf]) -> io::Result<Self> {
        let create = |path: &Path| {
            let file = private_file::open(path)?;
            file.set_len(0)?;
            Ok::<_, io::Error>(BufWriter::new(file))
        };
        Ok(Self {
            file: path.map(create).transpose()?,
            files: files.to_vec(),
            objects: 0,
            refused: 0,
            moved: 0,
            changed: 0,
            unchanged: 0,
            stayed: 0,
            kept: 0,
            has_tokens: false,
        })
    }

    /// Notes a row that is not taken.
    pub fn refuse(&mut self, refused: &Refused) -> io::Result<()> {
        self.refused += 1;
        let Some(file) = &mut self.file else { return Ok(()) };
        let Refused { source, reason } = refused;
        let place = &source.place;
        let name = self.files.get(usize::from(place.file)).and_then(|path| path.file_name());
        let line = json!({
            "file": name.map(|name| name.to_string_lossy()),
            "line": place.line,
            "object": place.object,
            "byte": place.offset,
            "model": source.model,
            "pk": source.pk,
            "reason": reason,
        });
        writeln!(file, "{line}")
    }

    pub fn finish(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), io::Write::flush)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} objects; customers: {} moved in, {} changed, {} unchanged, {} not moved; {} rows \
             refused, {} changes left to the customers",
            self.objects,
            self.moved,
            self.changed,
            self.unchanged,
            self.stayed,
            self.refused,
            self.kept
        )?;
        if !self.has_tokens {
            f.write_str(
                "\nthe dump has no refresh tokens, so those that are spent there are taken here: \
                 dump the tables of token_blacklist, too, if there are any",
            )?;
        }
        Ok(())
    }
}
