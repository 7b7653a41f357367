//! The names of the subdivisions in all languages that have some. `derive/names.py` writes the
//! file, and says how it is laid out. A name is found by its number, without reading the names
//! before it.

use crate::little_endian::number;

const DATA: &[u8] = include_bytes!("../../data/names.bin");

/// The length of a tag with the number of its block, and of a mark.
const TAG: usize = 9;
const MARK: usize = 3;
/// How many names there are between two marks.
const MARKED: usize = 256;

const TAGS: usize = number(DATA, 0, 2);
const BLOCKS: usize = number(DATA, 2, 2);
const MARKS: usize = number(DATA, 4, 2);
const NAMES: usize = number(DATA, 6, 2);
const TAGS_AT: usize = 8;
const ENDS_AT: usize = TAGS_AT + TAGS * TAG;
const BLOCKS_AT: usize = ENDS_AT + (BLOCKS + 1) * 4;

/// The block of English.
const ENGLISH: usize = 0;

/// The name of a subdivision in a language, or in English.
pub(super) fn name(tag: &str, subdivision: usize) -> &'static str {
    name_in(tag, subdivision).or_else(|| of_block(ENGLISH, subdivision)).unwrap_or_default()
}

/// The name of a subdivision in a language; none where that is the English one.
pub(super) fn name_in(tag: &str, subdivision: usize) -> Option<&'static str> {
    of_block(block(tag)?, subdivision)
}

/// The tags of the languages that have names.
pub fn tags() -> impl Iterator<Item = &'static str> {
    (0..TAGS).filter_map(tag)
}

fn tag(place: usize) -> Option<&'static str> {
    let begin = TAGS_AT + place * TAG;
    std::str::from_utf8(DATA.get(begin..begin + TAG - 1)?.trim_ascii_end()).ok()
}

fn block(wanted: &str) -> Option<usize> {
    let (mut low, mut high) = (0, TAGS);
    while low < high {
        let middle = usize::midpoint(low, high);
        match tag(middle)?.cmp(wanted) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => {
                return Some(number(DATA, TAGS_AT + middle * TAG + TAG - 1, 1));
            }
        }
    }
    None
}

/// A name in a block; none where it is the English one.
fn of_block(block: usize, subdivision: usize) -> Option<&'static str> {
    let at = |block: usize| BLOCKS_AT + number(DATA, ENDS_AT + block * 4, 4);
    let block = DATA.get(at(block)..at(block + 1))?;
    let (marks, rest) = block.split_at_checked(MARKS * MARK)?;
    let length = usize::from(*rest.get(subdivision)?);
    if length == 0 {
        return None;
    }
    let marked = subdivision / MARKED;
    let mark = marks.get(marked * MARK..(marked + 1) * MARK)?;
    let mark = mark.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte));
    let before = rest.get(marked * MARKED..subdivision)?;
    let begin = mark + before.iter().map(|length| usize::from(*length)).sum::<usize>();
    let text = rest.get(NAMES..)?.get(begin..begin + length)?;
    std::str::from_utf8(text).ok()
}
