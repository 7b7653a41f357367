//! The objects of a file that `dumpdata` wrote, one after another: a JSON array, or JSON lines.
//!
//! Invariants: no more than one object is in memory, and none longer than `LONGEST`. A line that
//! is no JSON costs that line alone; an array whose brackets do not match says nothing reliable
//! behind that place, so it is an error of the whole file.

use std::{
    fmt,
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

use serde::{Deserialize, Serialize};

/// The longest object, in bytes.
const LONGEST: usize = 16 << 20;
const BUFFER: usize = 1 << 20;

/// Where an object stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The number of the file, from 0.
    pub file: u16,
    /// The number of the object in the file, from 1.
    pub object: u64,
    /// The line that it begins in, from 1.
    pub line: u64,
    /// The byte that it begins with, from 0.
    pub offset: u64,
}

/// A file that is being read.
pub struct Dump {
    input: BufReader<File>,
    is_array: bool,
    at: Place,
    text: Vec<u8>,
}

/// Why a file cannot be read further.
#[derive(Debug)]
pub enum DumpError {
    Io(io::Error),
    /// The object that begins here does not end.
    Unclosed(Place),
    /// The object that begins here is longer than `LONGEST`.
    TooLong(Place),
}

impl Dump {
    /// Opens the file with this number.
    pub fn open(path: &Path, number: u16) -> Result<Self, DumpError> {
        let mut input = BufReader::with_capacity(BUFFER, File::open(path).map_err(DumpError::Io)?);
        let start = input.fill_buf().map_err(DumpError::Io)?;
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
        let is_array = first == Some(&b'[');
        let at = Place { file: number, object: 0, line: 1, offset: 0 };
        Ok(Self { input, is_array, at, text: Vec::new() })
    }

    /// How many bytes are read.
    pub fn offset(&self) -> u64 {
        self.at.offset
    }

    /// The text of the next object and its place. It need not be valid JSON.
    pub fn read(&mut self) -> Result<Option<(Place, &[u8])>, DumpError> {
        let place = if self.is_array { self.next_element()? } else { self.next_line()? };
        Ok(place.map(|place| (place, &*self.text)))
    }

    fn next_line(&mut self) -> Result<Option<Place>, DumpError> {
        loop {
            let place = Place { object: self.at.object + 1, ..self.at };
            self.text.clear();
            loop {
                let chunk = self.input.fill_buf().map_err(DumpError::Io)?;
                let end = chunk.iter().position(|byte| *byte == b'\n');
                let taken = end.map_or(chunk.len(), |end| end + 1);
                self.text.extend_from_slice(&chunk[..taken]);
                self.input.consume(taken);
                self.at.offset += taken as u64;
                if end.is_some() {
                    self.at.line += 1;
                }
                if end.is_some() || taken == 0 {
                    break;
                }
                if self.text.len() > LONGEST {
                    return Err(DumpError::TooLong(place));
                }
            }
            if self.text.is_empty() {
                return Ok(None);
            }
            if !self.text.trim_ascii().is_empty() {
                self.at.object += 1;
                return Ok(Some(place));
            }
        }
    }

    /// The next element of the array, by its brackets and strings.
    fn next_element(&mut self) -> Result<Option<Place>, DumpError> {
        self.text.clear();
        let mut place = None;
        let (mut depth, mut in_string, mut is_escaped) = (0_u32, false, false);
        loop {
            let chunk = self.input.fill_buf().map_err(DumpError::Io)?;
            if chunk.is_empty() {
                return match place {
                    Some(place) => Err(DumpError::Unclosed(place)),
                    None => Ok(None),
                };
            }
            let mut taken = 0;
            let mut is_complete = false;
            for &byte in chunk {
                if place.is_none() {
                    let is_between = byte.is_ascii_whitespace()
                        || matches!(byte, b'[' | b']' | b',' | 0xef | 0xbb | 0xbf);
                    if is_between {
                        self.at.line += u64::from(byte == b'\n');
                        taken += 1;
                        continue;
                    }
                    self.at.object += 1;
                    let offset = self.at.offset + taken as u64;
                    place = Some(Place { offset, ..self.at });
                } else if depth == 0 && !in_string && matches!(byte, b',' | b']' | b'\n') {
                    // An element that is no object.
                    is_complete = true;
                    break;
                }
                taken += 1;
                self.text.push(byte);
                self.at.line += u64::from(byte == b'\n');
                if in_string {
                    in_string = is_escaped || byte != b'"';
                    is_escaped = !is_escaped && byte == b'\\';
                    continue;
                }
                match byte {
                    b'"' => in_string = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth = depth.saturating_sub(1);
                        is_complete = depth == 0;
                    }
                    _ => {}
                }
                if is_complete {
                    break;
                }
            }
            self.input.consume(taken);
            self.at.offset += taken as u64;
            if let Some(place) = place {
                if is_complete {
                    return Ok(Some(place));
                }
                if self.text.len() > LONGEST {
                    return Err(DumpError::TooLong(place));
                }
            }
        }
    }
}

impl fmt::Display for DumpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Unclosed(place) => write!(
                f,
                "the object in line {} (byte {}) does not end: the file is cut off or damaged",
                place.line, place.offset
            ),
            Self::TooLong(place) => write!(
                f,
                "the object in line {} (byte {}) is longer than {} MB",
                place.line,
                place.offset,
                LONGEST >> 20
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line, byte and text of each object of a file with this content.
    fn objects(name: &str, text: &str) -> Result<Vec<(u64, u64, String)>, String> {
        let path = std::env::temp_dir().join(format!("satchel-dump-{name}-{}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        let mut dump = Dump::open(&path, 0).unwrap();
        let mut found = Vec::new();
        let result = loop {
            match dump.read() {
                Ok(None) => break Ok(()),
                Ok(Some((place, text))) => {
                    let text = String::from_utf8_lossy(text).trim().to_owned();
                    found.push((place.line, place.offset, text));
                    assert_eq!(place.object, found.len() as u64);
                }
                Err(error) => break Err(error.to_string()),
            }
        };
        std::fs::remove_file(path).unwrap();
        result.map(|()| found)
    }

    #[test]
    fn an_array_is_split_by_its_brackets_whatever_its_strings_have() {
        let text = "[\n{\"a\": \"}],\\\"{\"}, {\"b\": [1, {}]},\n7, \"x\",\n{\n \"c\": 1\n}]\n";
        let expected = [
            (2, 2, "{\"a\": \"}],\\\"{\"}"),
            (2, 19, "{\"b\": [1, {}]}"),
            (3, 35, "7"),
            (3, 38, "\"x\""),
            (4, 43, "{\n \"c\": 1\n}"),
        ];
        let found = objects("array", text).unwrap();
        let found: Vec<_> = found.iter().map(|(l, o, t)| (*l, *o, t.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn lines_are_read_one_by_one_also_where_one_is_damaged() {
        let text = "{\"a\": 1}\n\n{\"b\": \n{\"c\": 3}";
        let found = objects("lines", text).unwrap();
        let found: Vec<_> = found.iter().map(|(l, o, t)| (*l, *o, t.as_str())).collect();
        assert_eq!(found, [(1, 0, "{\"a\": 1}"), (3, 10, "{\"b\":"), (4, 17, "{\"c\": 3}")]);
        assert_eq!(objects("empty", "").unwrap(), []);
        assert_eq!(objects("empty-array", "[]\n").unwrap(), []);
    }

    #[test]
    fn an_array_that_is_cut_off_is_an_error_of_the_file() {
        let error = objects("cut", "[{\"a\": 1},\n{\"b\": ").unwrap_err();
        assert_eq!(
            error,
            "the object in line 2 (byte 11) does not end: the file is cut off or damaged"
        );
    }
}
