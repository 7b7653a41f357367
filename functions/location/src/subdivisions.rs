//! Which subdivision of its country a point lies in, and which ones there are.
//!
//! The shapes are Natural Earth's (public domain). `derive/` makes the file of them and says how it
//! is laid out. Nothing is read when the function starts: a lookup goes down a tree of quarters of
//! the earth, to a square with one area or to one with a few borders, where the side of the nearest
//! border decides.

pub mod names;
mod order;
pub(crate) mod tree;

use std::ops::Range;

pub(crate) use order::in_order;
use shared::point::Point;
use tree::Grid;

use crate::little_endian::number;

const DATA: &[u8] = include_bytes!("../data/subdivisions.bin");

/// Steps of the grid around the earth.
const GRID: Grid = Grid::of(1 << 17);

/// The length of a country's entry in the index, and of an area's code.
const ENTRY: usize = 8;
const CODE: usize = 6;

const COUNTRIES: usize = number(DATA, 0, 2);
const LAST_ENTRY: usize = 2 + COUNTRIES * ENTRY;
const AREAS: usize = number(DATA, LAST_ENTRY + 2, 2);
const CODES_AT: usize = LAST_ENTRY + ENTRY;
const PARENTS_AT: usize = CODES_AT + AREAS * CODE;
const TREES_AT: usize = PARENTS_AT + AREAS;

/// The area of a country whose subdivision cannot be known.
const UNKNOWN: &str = "?";

/// A subdivision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subdivision {
    /// Its code of ISO 3166-2.
    pub code: &'static str,
    /// Its number among those of all countries.
    number: usize,
}

/// A country's entry in the index: numbers of its areas, and its tree.
struct Entry {
    areas: Range<usize>,
    tree: &'static [u8],
}

impl Subdivision {
    /// Its name in a language, or in English.
    pub fn name(self, tag: &str) -> &'static str {
        names::name(tag, self.number)
    }

    /// Its name in a language; none where that is the English one.
    pub(crate) fn name_in(self, tag: &str) -> Option<&'static str> {
        names::name_in(tag, self.number)
    }

    /// The larger subdivision that it is part of, where ISO 3166-2 lists two levels.
    pub fn parent(self) -> Option<Self> {
        let parent = usize::from(*DATA.get(PARENTS_AT + self.number)?).checked_sub(1)?;
        subdivision(entry(self.code.get(..2)?)?.areas.start + parent)
    }
}

/// The subdivision of a country that has a point, or the nearest one.
pub fn at(country: &str, point: Point) -> Option<Subdivision> {
    let entry = entry(country)?;
    subdivision(entry.areas.start + tree::area(entry.tree, GRID, point)?)
}

/// The subdivision that has a code.
pub fn named(code: &str) -> Option<Subdivision> {
    all(code.get(..2)?).find(|found| found.code == code)
}

/// All subdivisions of a country, in no order: those that a point can have, those that these are
/// part of, and those whose shape we do not have.
pub fn all(country: &str) -> impl Iterator<Item = Subdivision> {
    entry(country).into_iter().flat_map(|entry| entry.areas).filter_map(subdivision)
}

/// The subdivision that an area is; none where it cannot be known.
fn subdivision(number: usize) -> Option<Subdivision> {
    let begin = CODES_AT + number * CODE;
    let code = std::str::from_utf8(DATA.get(begin..begin + CODE)?.trim_ascii_end()).ok()?;
    (code != UNKNOWN).then_some(Subdivision { code, number })
}

fn entry(country: &str) -> Option<Entry> {
    let (mut low, mut high) = (0, COUNTRIES);
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
    let next = begin + ENTRY;
    let tree = TREES_AT + number(DATA, begin + 4, 4)..TREES_AT + number(DATA, next + 4, 4);
    Some(Entry {
        areas: number(DATA, begin + 2, 2)..number(DATA, next + 2, 2),
        tree: DATA.get(tree)?,
    })
}

#[cfg(test)]
mod tests;
