//! The time zone of a point. Which zones a country or a subdivision has stands in a table; where
//! one has several, a tree of quarters says where each of them is, down to cells of about 2.4 by
//! 1.2 kilometres at the equator. So borders between countries are as exact as
//! [`boundaries`](crate::boundaries), and only those within one are cut to cells.
//!
//! The data is derived from timezone-boundary-builder's (ODbL, OpenStreetMap's contributors) by
//! `tests/time_zones.rs`, which also compares it.
//!
//! A tree, from the whole earth down: [`SPLIT`] with the trees of its south-western, south-eastern,
//! north-western and north-eastern quarter, or the number of a zone in the place's line of the
//! table.

use std::sync::LazyLock;

use shared::point::Point;

const TABLE: &str = include_str!("../data/time_zones.txt");
const TREES: &[u8] = include_bytes!("../data/time_zones.bin");

/// Antarctica has no zones but where people are; this is kept at the largest station and at the
/// pole.
const ANTARCTICA: (&str, &str) = ("AQ", "Antarctica/McMurdo");

/// Begins a tree that has four parts.
pub const SPLIT: u8 = u8::MAX;

/// The zone by its name in the tz database, of the first place of a list from the smallest on that
/// has one; none where nobody lives.
pub fn at(point: Point, ids: &[&str]) -> Option<&'static str> {
    if ids == [ANTARCTICA.0] {
        return Some(ANTARCTICA.1);
    }
    ids.iter().find_map(|place| zone_in(place, point))
}

fn zone_in(name: &str, point: Point) -> Option<&'static str> {
    let place = PLACES.binary_search_by(|place| place.name.cmp(name)).ok()?;
    let Place { zones, tree, .. } = PLACES.get(place)?;
    let zone = if tree.is_empty() { 0 } else { leaf(tree, point)? };
    zones.split(',').nth(zone.into())
}

/// Reads the table now.
pub fn prepare() {
    LazyLock::force(&PLACES);
}

/// A line of the table: a country or a subdivision, its zones, and where each of several is.
struct Place {
    name: &'static str,
    zones: &'static str,
    tree: &'static [u8],
}

/// In the order of their names.
static PLACES: LazyLock<Vec<Place>> = LazyLock::new(|| {
    let mut trees = TREES;
    let places = TABLE.lines().map_while(|line| {
        let mut fields = line.split('\t');
        let (name, zones) = (fields.next()?, fields.next()?);
        let length = fields.next().and_then(|length| length.parse().ok()).unwrap_or(0);
        let (tree, rest) = trees.split_at_checked(length)?;
        trees = rest;
        Some(Place { name, zones, tree })
    });
    places.collect()
});

/// What a tree says of a point.
fn leaf(tree: &[u8], point: Point) -> Option<u8> {
    let (mut west, mut south, mut width, mut height) = (-180.0, -90.0, 360.0, 180.0);
    let mut rest = tree;
    loop {
        let (first, parts) = rest.split_first()?;
        if *first != SPLIT {
            return Some(*first);
        }
        (width, height) = (width / 2.0, height / 2.0);
        let (east, north) = (point.lng >= west + width, point.lat >= south + height);
        if east {
            west += width;
        }
        if north {
            south += height;
        }
        rest = parts;
        for _ in 0..usize::from(north) * 2 + usize::from(east) {
            rest = behind(rest)?;
        }
    }
}

/// What follows the tree at the beginning.
fn behind(trees: &[u8]) -> Option<&[u8]> {
    let mut open = 1;
    let mut end = 0;
    while open > 0 {
        open = if *trees.get(end)? == SPLIT { open + 3 } else { open - 1 };
        end += 1;
    }
    trees.get(end..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_leads_to_the_quarter_of_a_point() {
        // The north-east is cut once more.
        let tree = [SPLIT, 0, 1, 2, SPLIT, 3, 4, 5, 6];
        let at = |lat, lng| leaf(&tree, Point::new(lat, lng));
        assert_eq!([at(-1.0, -1.0), at(-1.0, 1.0), at(1.0, -1.0)], [Some(0), Some(1), Some(2)]);
        assert_eq!(
            [at(1.0, 1.0), at(1.0, 91.0), at(46.0, 1.0), at(90.0, 180.0)],
            [Some(3), Some(4), Some(5), Some(6)]
        );
        assert_eq!(leaf(&[SPLIT, 0], Point::new(1.0, 1.0)), None, "half a tree says nothing");
    }
}
