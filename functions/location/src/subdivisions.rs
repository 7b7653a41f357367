//! Which subdivision of its country a point lies in, and how the subdivisions are called.
//!
//! The shapes are Natural Earth's (public domain), the English names CLDR's (Unicode License v3).
//! `derive/` makes the file of both and says how it is laid out. Nothing is read when the function
//! starts: a lookup goes down a tree of quarters of the earth, to a square with one area or to one
//! with a few borders, where the side of the nearest border decides.

mod tree;

use shared::point::Point;

const DATA: &[u8] = include_bytes!("../data/subdivisions.bin");

/// The length of a country's entry in the index, and of an area's code.
const ENTRY: usize = 12;
const CODE: usize = 6;

/// The area of a country whose subdivision cannot be known.
const UNKNOWN: &str = "?";

/// A subdivision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subdivision {
    /// Its code of ISO 3166-2.
    pub code: &'static str,
    /// Its name in English, or its own where it has none.
    pub name: &'static str,
}

/// A country's entry in the index: numbers of its areas, and where its names and its tree are.
struct Entry {
    areas: std::ops::Range<usize>,
    names: &'static [u8],
    tree: &'static [u8],
}

/// The subdivision of a country that has a point, or the nearest one.
pub fn at(country: &str, point: Point) -> Option<Subdivision> {
    let entry = entry(country)?;
    entry.subdivision(tree::area(entry.tree, point)?)
}

/// The subdivision that has a code; none of a code that no point can have.
pub fn named(code: &str) -> Option<Subdivision> {
    let entry = entry(code.get(..2)?)?;
    let area = (0..entry.areas.len()).find(|area| entry.code(*area) == Some(code))?;
    entry.subdivision(area)
}

/// All subdivisions of a country, in no order.
pub fn all(country: &str) -> Vec<Subdivision> {
    let entry = entry(country);
    entry
        .iter()
        .flat_map(|entry| (0..entry.areas.len()).filter_map(|area| entry.subdivision(area)))
        .collect()
}

impl Entry {
    fn subdivision(&self, area: usize) -> Option<Subdivision> {
        let code = self.code(area).filter(|code| *code != UNKNOWN)?;
        let line = self.names.split(|byte| *byte == b'\n').nth(area)?;
        Some(Subdivision { code, name: std::str::from_utf8(line).ok()? })
    }

    fn code(&self, area: usize) -> Option<&'static str> {
        let begin = codes_at()? + (self.areas.start + area) * CODE;
        let code = DATA.get(begin..begin + CODE)?.trim_ascii_end();
        std::str::from_utf8(code).ok()
    }
}

/// Where the codes begin: behind the index, which has one more entry than there are countries.
fn codes_at() -> Option<usize> {
    Some(2 + (number(0, 2)? + 1) * ENTRY)
}

fn entry(country: &str) -> Option<Entry> {
    let (mut low, mut high) = (0, number(0, 2)?);
    while low < high {
        let middle = usize::midpoint(low, high);
        let begin = 2 + middle * ENTRY;
        match DATA.get(begin..begin + 2)?.cmp(country.as_bytes()) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return entry_at(begin),
        }
    }
    None
}

/// The entry at a place, which ends where the next one begins.
fn entry_at(begin: usize) -> Option<Entry> {
    let last = 2 + number(0, 2)? * ENTRY;
    let names = codes_at()? + number(last + 2, 2)? * CODE;
    let trees = names + number(last + 4, 4)?;
    let part = |from: usize, field: usize| {
        DATA.get(from + number(begin + field, 4)?..from + number(begin + ENTRY + field, 4)?)
    };
    Some(Entry {
        areas: number(begin + 2, 2)?..number(begin + ENTRY + 2, 2)?,
        names: part(names, 4)?,
        tree: part(trees, 8)?,
    })
}

/// A number of so many bytes.
fn number(begin: usize, length: usize) -> Option<usize> {
    let bytes = DATA.get(begin..begin + length)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

#[cfg(test)]
mod tests;
