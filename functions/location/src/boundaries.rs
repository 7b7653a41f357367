//! Which countries and subdivisions a point lies in. The boundaries are OpenStreetMap's (ODbL), as
//! the crate `country-boundaries` has them; `derive/world.py` packs them into a tree, so nothing is
//! read when the function starts. They are right on land, to within a few hundred metres.
//!
//! Where several countries have a point, because one lies within another, the smallest comes first.
//! The first is the country of the point; the others are told beside it. [`disputes`] says who
//! claims a disputed place.

use shared::point::Point;

use crate::{
    countries::is_country,
    disputes::{self, Claim, Part},
    little_endian::number,
    subdivisions::{
        self, Subdivision,
        tree::{self, Grid},
    },
};

const DATA: &[u8] = include_bytes!("../data/boundaries.bin");

/// Steps of the grid around the earth.
const GRID: Grid = Grid::of(1 << 18);

/// How many areas there are, where the ends of their texts, the texts and the tree begin.
const AREAS: usize = number(DATA, 0, 2);
const ENDS_AT: usize = 2;
const TEXTS_AT: usize = ENDS_AT + (AREAS + 1) * 2;
const TREE_AT: usize = TEXTS_AT + number(DATA, ENDS_AT + AREAS * 2, 2);

/// ISO 3166-1 calls everything south of here Antarctica that is nobody else's; the boundaries do
/// not know it.
const ANTARCTICA: (&str, f64) = ("AQ", -60.0);

/// What lies at a point, by codes of ISO 3166 and XK for Kosovo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The country that we tell.
    pub country: &'static str,
    /// Its subdivision; none where ISO 3166-2 lists none or it cannot be known.
    pub subdivision: Option<Subdivision>,
    /// The other countries that claim the point, or that have it too, the smallest first.
    pub also: Vec<&'static str>,
    /// All that the boundaries know, the smallest first.
    pub ids: Vec<&'static str>,
}

/// What lies at a point; none in international waters. Of a disputed place the claim of the country
/// that is the worldview comes first.
pub fn at(point: Point, worldview: &str) -> Option<Found> {
    let ids = ids(point)?;
    let (antarctica, north) = ANTARCTICA;
    if ids.is_empty() && point.lat < north {
        return found(vec![antarctica], point, worldview);
    }
    found(ids, point, worldview)
}

/// What the boundaries have at a point, the smallest first.
fn ids(point: Point) -> Option<Vec<&'static str>> {
    // Half a circle east is the same meridian as half a circle west, where the tree has it.
    let west = if point.lng >= 180.0 { Point::new(point.lat, -180.0) } else { point };
    let area = tree::area(DATA.get(TREE_AT..)?, GRID, west)?;
    let text = (area < AREAS)
        .then(|| number(DATA, ENDS_AT + area * 2, 2)..number(DATA, ENDS_AT + area * 2 + 2, 2))?;
    let text = DATA.get(TEXTS_AT + text.start..TEXTS_AT + text.end)?;
    let ids = std::str::from_utf8(text).ok()?.split(',');
    Some(ids.filter(|id| !id.is_empty()).collect())
}

/// What a list of countries and subdivisions, the smallest first, tells. Codes that ISO reserves
/// for parts of countries are passed over.
fn found(ids: Vec<&'static str>, point: Point, worldview: &str) -> Option<Found> {
    let mut countries: Vec<&str> = ids.iter().copied().filter(|id| is_country(id)).collect();
    if countries.is_empty() {
        countries.extend(ids.first().map(|id| country_of(id)));
    }
    let own = countries.first().and_then(|country| shape(country, &ids, point));
    let known: Vec<&str> = ids.iter().copied().chain(own.map(|own| own.code)).collect();
    let claims = disputes::claims(point, &known, worldview);
    let Some(Claim { country, part }) = claims.first().copied() else {
        let country = countries.first().copied()?;
        let also = countries.into_iter().skip(1).collect();
        return Some(Found { country, subdivision: own, also, ids });
    };
    let subdivision = match part {
        Part::Shape => shape(country, &ids, point),
        Part::Code(code) => subdivisions::named(code),
        Part::None => None,
    };
    let mut also: Vec<&str> = claims.iter().map(|claim| claim.country).collect();
    also.extend(
        countries.into_iter().filter(|country| !claims.iter().any(|c| c.country == *country)),
    );
    also.remove(0);
    Some(Found { country, subdivision, also, ids })
}

/// The subdivision of a country: as the boundaries have it, else by the shapes, also where the
/// boundaries only have the larger of two levels.
fn shape(country: &str, ids: &[&str], point: Point) -> Option<Subdivision> {
    let own = ids.iter().map(|id| today(id)).filter(|id| id.contains('-'));
    let listed = own.filter(|id| country_of(id) == country).find_map(subdivisions::named);
    let by_shape = subdivisions::at(country, point);
    let is_part = by_shape.is_some_and(|part| part.parent().is_some() && part.parent() == listed);
    if is_part { by_shape } else { listed.or(by_shape) }
}

/// Codes that the boundaries have under other names than ISO 3166-2 today.
const RENAMED: [(&str, &str); 12] = [
    ("AC", "SH-AC"),
    ("TA", "SH-TA"),
    ("NL-BQ1", "BQ-BO"),
    ("NL-BQ2", "BQ-SA"),
    ("NL-BQ3", "BQ-SE"),
    ("IN-CT", "IN-CG"),
    ("IN-DD", "IN-DH"),
    ("IN-DN", "IN-DH"),
    ("IN-OR", "IN-OD"),
    ("IN-TG", "IN-TS"),
    ("IN-UT", "IN-UK"),
    ("PK-AJK", "PK-JK"),
];

fn country_of(id: &str) -> &str {
    id.split_once('-').map_or(id, |(country, _)| country)
}

/// The code of today.
fn today(id: &str) -> &str {
    RENAMED.iter().find(|(old, _)| *old == id).map_or(id, |(_, new)| new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(ids: &[&'static str]) -> (&'static str, Option<&'static str>, Vec<&'static str>) {
        let found = found(ids.to_vec(), Point::new(0.0, 0.0), "").unwrap();
        (found.country, found.subdivision.map(|one| one.code), found.also)
    }

    #[test]
    fn the_first_is_told_and_the_others_beside_it() {
        assert_eq!(found(vec![], Point::new(0.0, 0.0), ""), None);
        assert_eq!(told(&["VA"]), ("VA", None, vec![]));
        assert_eq!(told(&["US-TX", "US"]), ("US", Some("US-TX"), vec![]));
        assert_eq!(told(&["HK", "CN"]), ("HK", None, vec!["CN"]));
        assert_eq!(told(&["UA-43", "UA", "RU"]), ("UA", Some("UA-43"), vec!["RU"]));
        assert_eq!(told(&["PK-AJK", "IN-JK", "PK", "IN"]), ("PK", Some("PK-JK"), vec!["IN"]));
        assert_eq!(told(&["NL-BQ1", "BQ", "NL"]), ("BQ", Some("BQ-BO"), vec!["NL"]));
        assert_eq!(told(&["ES-CE", "EA", "ES"]), ("ES", Some("ES-CE"), vec!["MA"]));
        assert_eq!(told(&["TA", "SH"]), ("SH", Some("SH-TA"), vec![]));
        assert_eq!(told(&["US-TX"]), ("US", Some("US-TX"), vec![]));
    }

    #[test]
    fn a_point_has_the_smallest_place_first() {
        let at = |lat, lng| ids(Point::new(lat, lng)).unwrap();
        assert_eq!(at(31.0, -100.0), ["US-TX", "US"]);
        assert_eq!(at(22.3, 114.17), ["HK", "CN"]);
        assert!(at(0.0, -20.0).is_empty());
        assert_eq!(at(-16.8, 180.0), at(-16.8, -180.0));
        for (lat, lng) in [(90.0, 180.0), (-90.0, -180.0), (90.0, -180.0), (-90.0, 180.0)] {
            assert!(at(lat, lng).is_empty(), "{lat} {lng}");
        }
    }
}
