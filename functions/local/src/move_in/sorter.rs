//! An external sort: brings any number of entries into the order of their keys, in bounded memory.
//!
//! Protocol: entries are collected until they fill a buffer, which is sorted and written as a run.
//! In the end the runs are merged. Invariants: entries of one key keep the order in which they were
//! pushed. A run is a file that has no name any more, so nothing of a dump stays behind, however
//! the process ends.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::File,
    io::{self, BufRead as _, BufReader, BufWriter, Seek as _, Write as _},
    marker::PhantomData,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::private_file;

/// Bytes of entries in memory.
const BUFFER: usize = 4 << 20;
/// How many runs are merged at once.
const FAN_IN: usize = 128;
const RUN_BUFFER: usize = 32 << 10;

pub struct Sorter<T> {
    folder: PathBuf,
    entries: Vec<Line>,
    bytes: usize,
    most_bytes: usize,
    pushed: u64,
    runs: Vec<File>,
    of: PhantomData<T>,
}

/// Key, number and text of an entry.
type Line = (String, u64, String);

/// Names the runs of this process.
static RUNS: AtomicU64 = AtomicU64::new(0);

impl<T: Serialize + DeserializeOwned> Sorter<T> {
    /// An empty one that writes its runs into `folder`.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            entries: Vec::new(),
            bytes: 0,
            most_bytes: BUFFER,
            pushed: 0,
            runs: Vec::new(),
            of: PhantomData,
        }
    }

    pub fn push(&mut self, key: &str, entry: &T) -> io::Result<()> {
        let text = serde_json::to_string(entry)?;
        self.bytes += key.len() + text.len() + size_of::<Line>();
        self.entries.push((key.to_owned(), self.pushed, text));
        self.pushed += 1;
        if self.bytes >= self.most_bytes { self.flush() } else { Ok(()) }
    }

    /// All entries in the order of their keys.
    pub fn finish(mut self) -> io::Result<Sorted<T>> {
        self.flush()?;
        while self.runs.len() > FAN_IN {
            // The oldest first.
            let some: Vec<File> = self.runs.drain(..FAN_IN).collect();
            let mut merged = Run::create(&self.folder)?;
            let mut lines = Merge::of(some)?;
            while let Some(line) = lines.next()? {
                merged.write(&line)?;
            }
            self.runs.push(merged.finish()?);
        }
        Ok(Sorted { lines: Merge::of(self.runs)?, of: PhantomData })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.entries.is_empty() {
            return Ok(());
        }
        self.entries.sort_unstable();
        let mut run = Run::create(&self.folder)?;
        for line in self.entries.drain(..) {
            run.write(&line)?;
        }
        self.bytes = 0;
        self.runs.push(run.finish()?);
        Ok(())
    }
}

/// Entries in order.
pub struct Sorted<T> {
    lines: Merge,
    of: PhantomData<T>,
}

impl<T: DeserializeOwned> Sorted<T> {
    fn next(&mut self) -> io::Result<Option<(String, T)>> {
        let Some((key, _, text)) = self.lines.next()? else { return Ok(None) };
        Ok(Some((key, serde_json::from_str(&text)?)))
    }

    /// The entries by key. Of a key with more than `most` the rest is left out, and counted.
    pub fn groups(self, most: usize) -> Groups<T> {
        Groups { sorted: self, ahead: None, most }
    }
}

/// The entries of one key.
pub struct Group<T> {
    pub key: String,
    pub entries: Vec<T>,
    /// How many more there were.
    pub left_out: u64,
}

/// Groups of entries, in the order of their keys.
pub struct Groups<T> {
    sorted: Sorted<T>,
    ahead: Option<(String, T)>,
    most: usize,
}

impl<T: DeserializeOwned> Iterator for Groups<T> {
    type Item = io::Result<Group<T>>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = match self.ahead.take() {
            Some(ahead) => Ok(Some(ahead)),
            None => self.sorted.next(),
        };
        let (key, first) = match first.transpose()? {
            Ok(first) => first,
            Err(error) => return Some(Err(error)),
        };
        let mut group = Group { key, entries: vec![first], left_out: 0 };
        loop {
            match self.sorted.next() {
                Ok(None) => return Some(Ok(group)),
                Ok(Some((key, entry))) if key == group.key => {
                    if group.entries.len() < self.most {
                        group.entries.push(entry);
                    } else {
                        group.left_out += 1;
                    }
                }
                Ok(ahead) => {
                    self.ahead = ahead;
                    return Some(Ok(group));
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// A run that is being written: a line of JSON for each entry.
struct Run(BufWriter<File>);

impl Run {
    fn create(folder: &Path) -> io::Result<Self> {
        let number = RUNS.fetch_add(1, Ordering::Relaxed);
        let name = format!("satchel-move-in-{}-{number}", std::process::id());
        let path = folder.join(name);
        let file = private_file::create_readable(&path)?;
        // Without its name the file is gone once it is closed.
        std::fs::remove_file(&path)?;
        Ok(Self(BufWriter::with_capacity(RUN_BUFFER, file)))
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        serde_json::to_writer(&mut self.0, line)?;
        self.0.write_all(b"\n")
    }

    fn finish(self) -> io::Result<File> {
        let mut file = self.0.into_inner()?;
        file.rewind()?;
        Ok(file)
    }
}

/// Several runs as one.
struct Merge {
    runs: Vec<BufReader<File>>,
    heads: BinaryHeap<Reverse<(Line, usize)>>,
    text: String,
}

impl Merge {
    fn of(runs: Vec<File>) -> io::Result<Self> {
        let runs = runs.into_iter().map(|run| BufReader::with_capacity(RUN_BUFFER, run)).collect();
        let mut merge = Self { runs, heads: BinaryHeap::new(), text: String::new() };
        for number in 0..merge.runs.len() {
            merge.read(number)?;
        }
        Ok(merge)
    }

    fn read(&mut self, number: usize) -> io::Result<()> {
        self.text.clear();
        if self.runs[number].read_line(&mut self.text)? > 0 {
            self.heads.push(Reverse((serde_json::from_str(&self.text)?, number)));
        }
        Ok(())
    }

    fn next(&mut self) -> io::Result<Option<Line>> {
        let Some(Reverse((line, number))) = self.heads.pop() else { return Ok(None) };
        self.read(number)?;
        Ok(Some(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_by_key_in_the_order_of_their_pushes_also_from_many_runs() {
        let mut sorter = Sorter { most_bytes: 1_000, ..Sorter::new(&std::env::temp_dir()) };
        for number in 0..7_000_u64 {
            sorter.push(&format!("{}", number * 7 % 10), &number).unwrap();
        }
        assert!(sorter.runs.len() > FAN_IN, "{}", sorter.runs.len());
        let groups: Vec<_> = sorter.finish().unwrap().groups(600).map(Result::unwrap).collect();
        let keys: Vec<_> = groups.iter().map(|group| group.key.as_str()).collect();
        assert_eq!(keys, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
        for group in groups {
            assert_eq!((group.entries.len(), group.left_out), (600, 100));
            assert!(group.entries.is_sorted());
        }
    }

    #[test]
    fn nothing_gives_no_groups() {
        let sorter: Sorter<u8> = Sorter::new(&std::env::temp_dir());
        assert_eq!(sorter.finish().unwrap().groups(1).count(), 0);
    }
}
