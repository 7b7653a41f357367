//! Whether towns of all countries are in their subdivisions. The towns and what they are part of
//! are GeoNames' (geonames.org, CC BY 4.0), which has nothing to do with the shapes;
//! `derive/towns.py` takes them. Where shapes are cut by towns, by others than these.

use std::collections::BTreeMap;

use location::{boundaries, subdivisions};
use shared::point::Point;

/// The lower of two levels, by the codes of the upper one, in countries whose towns only have that.
const PARENTS: &str = include_str!("parents.tsv");
/// Towns of which GeoNames has another subdivision than ISO 3166-2 lists, each with the reason.
const LISTED: &str = include_str!("listed.tsv");
/// The towns that are found in another subdivision than their own. `UPDATE_TOWNS=1` writes them
/// anew.
const ELSEWHERE: &str = "tests/elsewhere.txt";

struct Town {
    name: &'static str,
    point: Point,
    country: &'static str,
    /// Its subdivisions, the largest first.
    parts: Vec<&'static str>,
}

fn towns() -> impl Iterator<Item = Town> {
    let listed = LISTED.lines().filter(|line| !line.starts_with('#'));
    let listed: BTreeMap<&str, &str> = listed
        .filter_map(|line| {
            let (id, rest) = line.split_once('\t')?;
            Some((id, rest.split('\t').next()?))
        })
        .collect();
    let lines = include_str!("towns.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.map(move |line| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [id, lat, lng, country, parts, name] = fields[..] else { panic!("{line}") };
        let parts = listed.get(id).map_or(parts, |part| *part);
        let parts = parts.split(',').filter(|part| !part.is_empty()).collect();
        let degrees = |text: &str| text.parse().expect("a number");
        Town { name, point: Point::new(degrees(lat), degrees(lng)), country, parts }
    })
}

/// Whether a subdivision is that of a town, as far as GeoNames says: its own one or, where it only
/// has the larger one, a part of that.
fn is_right(found: &str, parts: &[&str], parents: &BTreeMap<&str, &str>) -> bool {
    let parent = parents.get(found);
    let beside = |part: &&&str| parents.get(**part).is_some_and(|of| Some(of) == parent);
    let above = |part: &&&str| parents.get(**part).is_some_and(|of| *of == found);
    parts.contains(&found)
        || parts.iter().any(|part| above(&part))
        || !parts.iter().any(|part| beside(&part))
            && parent.is_some_and(|parent| parts.contains(parent))
}

#[expect(
    clippy::disallowed_methods,
    reason = "rewriting is asked for by the person who runs the test"
)]
fn update() -> bool {
    std::env::var_os("UPDATE_TOWNS").is_some()
}

#[test]
fn towns_of_all_countries_are_in_their_countries_and_subdivisions() {
    let parents: BTreeMap<&str, &str> =
        PARENTS.lines().filter_map(|line| line.split_once('\t')).collect();
    let (mut all, mut in_country, mut listed, mut known) = (0, 0, 0, 0);
    let (mut compared, mut wrong) = (0, Vec::new());
    for Town { name, point, country, parts } in towns() {
        let found = boundaries::at(point, "").unwrap_or_else(|| panic!("{name} is nowhere"));
        all += 1;
        in_country += i32::from(found.country == country);
        // ISO 3166-2 lists subdivisions of a country where GeoNames or we have one.
        if parts.is_empty() && subdivisions::all(country).next().is_none() {
            continue;
        }
        listed += 1;
        let Some(part) = found.subdivision else { continue };
        known += 1;
        assert!(part.code.starts_with(found.country), "{name}: {part:?} in {}", found.country);
        if !parts.is_empty() {
            compared += 1;
            if !is_right(part.code, &parts, &parents) {
                let Point { lat, lng, .. } = point;
                wrong.push(format!("{name} {lat} {lng} {}: {}\n", parts.join(","), part.code));
            }
        }
    }
    let right = compared - wrong.len();
    let figures = format!("{in_country} of {all}, {known} of {listed}, {right} of {compared}");
    let snapshot = format!("{}/{ELSEWHERE}", env!("CARGO_MANIFEST_DIR"));
    let now = format!("{figures}\n{}", wrong.concat());
    if update() {
        std::fs::write(&snapshot, &now).expect("a file");
    }
    assert_eq!(std::fs::read_to_string(&snapshot).expect("a file"), now);
    assert!(all > 2_500 && in_country * 1_000 >= all * 996, "{figures}");
    assert!(known * 1_000 >= listed * 980, "{figures}");
    assert!(right * 1_000 >= compared * 970, "{figures}");
}
