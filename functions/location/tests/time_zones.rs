//! Where the time zones' data comes from, and how near it is to that.
//!
//! `UPDATE_TIME_ZONES=1 cargo test -p location --release --test time_zones` writes it anew, after a
//! new version of `tzf-rs` or of `country-boundaries`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    sync::LazyLock,
};

use country_boundaries::{BOUNDARIES_ODBL_60X30, BoundingBox, CountryBoundaries, LatLon};
use location::{
    boundaries,
    time_zones::{self, SPLIT},
};
use shared::point::Point;
use tzf_rs::DefaultFinder;

/// How often the earth is quartered.
const DEPTH: u32 = 14;
/// Places between the points that are asked, with a point of each.
const TINY: &[(&str, f64, f64)] = &[("VA", 41.9038, 12.4525)];
/// Places without a zone of their own: their parts cover them, or they lie in one that has it. On
/// BV and HM nobody lives.
const WITHOUT: [&str; 17] = [
    "BA", "BE", "BQ", "BV", "CA", "CP", "EA", "ES", "FM", "HM", "ID", "IN", "KM", "KN", "SJ",
    "ID-PP", "RU-CHU",
];
/// Points a degree at which it is asked which zones there are.
const PER_DEGREE: u32 = 10;

static BOUNDARIES: LazyLock<CountryBoundaries> = LazyLock::new(|| {
    CountryBoundaries::from_reader(BOUNDARIES_ODBL_60X30).expect("the library's own data")
});
static ZONES: LazyLock<DefaultFinder> = LazyLock::new(DefaultFinder::new);

/// The smallest place at a point.
fn place_at(lat: f64, lng: f64) -> Option<&'static str> {
    BOUNDARIES.ids(LatLon::new(lat, lng).ok()?).first().copied()
}

/// The zone at a point; none at sea.
fn zone_at(lat: f64, lng: f64) -> Option<&'static str> {
    Some(ZONES.get_tz_name(lng, lat)).filter(|zone| !zone.is_empty() && !zone.starts_with("Etc/"))
}

/// A part of the earth.
#[derive(Clone, Copy)]
struct Cell {
    west: f64,
    south: f64,
    width: f64,
    height: f64,
    depth: u32,
}

impl Cell {
    const EARTH: Self = Self { west: -180.0, south: -90.0, width: 360.0, height: 180.0, depth: 0 };

    fn quarters(self) -> [Self; 4] {
        let (width, height) = (self.width / 2.0, self.height / 2.0);
        let quarter = |east, north| Self {
            west: self.west + width * east,
            south: self.south + height * north,
            width,
            height,
            depth: self.depth + 1,
        };
        [quarter(0.0, 0.0), quarter(1.0, 0.0), quarter(0.0, 1.0), quarter(1.0, 1.0)]
    }

    fn middle(self) -> (f64, f64) {
        (self.south + self.height / 2.0, self.west + self.width / 2.0)
    }

    /// The library takes a box from pole to pole or around the earth for an empty one.
    fn places(self) -> Option<BTreeSet<&'static str>> {
        if self.depth < 2 {
            return None;
        }
        let (north, east) = (self.south + self.height, self.west + self.width);
        let bounds =
            BoundingBox::new(self.south, self.west, north, east).expect("a part of the earth");
        Some(BOUNDARIES.intersecting_ids(bounds).into_iter().collect())
    }

    fn may_hold(self, place: &str) -> bool {
        self.places().is_none_or(|places| places.contains(place))
    }
}

/// The zones of each place, the one with the most land first. A zone counts where it has a place's
/// land around one point in all directions: along its borders a place has slivers of its
/// neighbours' zones, since the two libraries simplify differently.
fn zones_of_places() -> BTreeMap<&'static str, Vec<&'static str>> {
    let step = 1.0 / f64::from(PER_DEGREE);
    let degrees = |place: u32| (f64::from(place) + 0.5) * step;
    let at = |row: u32, column: u32| {
        let (lat, lng) = (degrees(row) - 90.0, degrees(column) - 180.0);
        Some((place_at(lat, lng)?, zone_at(lat, lng)?))
    };
    let row =
        |row: u32| (0..360 * PER_DEGREE).map(move |column| at(row, column)).collect::<Vec<_>>();
    let grid: Vec<Vec<_>> = (0..180 * PER_DEGREE).map(row).collect();
    let mut count: BTreeMap<&str, BTreeMap<&str, (usize, usize)>> = BTreeMap::new();
    for rows in grid.windows(3) {
        let columns = rows[1].len();
        for (column, here) in rows[1].iter().enumerate() {
            let Some((place, zone)) = *here else { continue };
            let around = |row: &Vec<_>| [columns - 1, 0, 1].map(|by| row[(column + by) % columns]);
            let is_inside = rows.iter().flat_map(around).all(|other| other == *here);
            let zones = count.entry(place).or_default().entry(zone).or_default();
            *zones = (zones.0 + usize::from(is_inside), zones.1 + 1);
        }
    }
    let mut zones: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (place, count) in count {
        let mut all: Vec<_> = count.into_iter().collect();
        all.sort_by_key(|(zone, land)| (std::cmp::Reverse(*land), *zone));
        let inside = all.iter().filter(|(_, (inside, _))| *inside > 0).count();
        zones.insert(place, all.into_iter().take(inside.max(1)).map(|(zone, _)| zone).collect());
    }
    for (place, lat, lng) in TINY {
        zones.extend(zone_at(*lat, *lng).map(|zone| (*place, vec![zone])));
    }
    zones
}

#[derive(PartialEq)]
enum Tree {
    /// Nothing of the place.
    Any,
    Zone(u8),
    Parts(Box<[Tree; 4]>),
}

impl Tree {
    fn of(place: &str, zones: &[&str], cell: Cell) -> Self {
        if cell.depth + 3 <= DEPTH && !cell.may_hold(place) {
            return Self::Any;
        }
        if cell.depth == DEPTH {
            let (lat, lng) = cell.middle();
            let zone = zone_at(lat, lng).filter(|_| place_at(lat, lng) == Some(place));
            let number = zone.and_then(|zone| zones.iter().position(|known| *known == zone));
            return number
                .map_or(Self::Any, |number| Self::Zone(u8::try_from(number).expect("few zones")));
        }
        let parts = cell.quarters().map(|part| Self::of(place, zones, part));
        let mut seen: Vec<u8> = Vec::new();
        for part in &parts {
            match part {
                Self::Any => {}
                Self::Zone(zone) if seen.contains(zone) => {}
                Self::Zone(zone) => seen.push(*zone),
                Self::Parts(_) => return Self::Parts(Box::new(parts)),
            }
        }
        match seen[..] {
            [] => Self::Any,
            [zone] => Self::Zone(zone),
            _ => Self::Parts(Box::new(parts)),
        }
    }

    /// What lies outside of the place may be anything, such as what stands before it.
    fn write(&self, bytes: &mut Vec<u8>, last: &mut u8) {
        match self {
            Self::Any => bytes.push(*last),
            Self::Zone(zone) => {
                *last = *zone;
                bytes.push(*zone);
            }
            Self::Parts(parts) => {
                bytes.push(SPLIT);
                for part in parts.iter() {
                    part.write(bytes, last);
                }
            }
        }
    }
}

fn write_anew() {
    let (mut table, mut trees) = (String::new(), Vec::new());
    for (place, zones) in zones_of_places() {
        write!(table, "{place}\t{}", zones.join(",")).expect("a text takes any line");
        if zones.len() > 1 {
            let before = trees.len();
            Tree::of(place, &zones, Cell::EARTH).write(&mut trees, &mut 0);
            write!(table, "\t{}", trees.len() - before).expect("a text takes any line");
        }
        table.push('\n');
    }
    let file = |name| format!("{}/data/{name}", env!("CARGO_MANIFEST_DIR"));
    fs::write(file("time_zones.txt"), table).expect("the folder can be written");
    fs::write(file("time_zones.bin"), trees).expect("the folder can be written");
}

fn told(lat: f64, lng: f64) -> Option<&'static str> {
    let point = Point::new(lat, lng);
    time_zones::at(point, &boundaries::at(point, "")?.ids)
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "rewriting is asked for by the person who runs the test"
)]
fn nearly_every_point_on_land_has_the_zone_of_the_library() {
    if std::env::var_os("UPDATE_TIME_ZONES").is_some() {
        return write_anew();
    }
    let (mut asked, mut same) = (0, 0);
    // Steps that have nothing to do with degrees, over the whole of the earth.
    let mut place = 0.5_f64;
    while asked < 20_000 {
        place += 0.754_877_666;
        let lat = (2.0 * (place * 0.569_840_291 % 1.0) - 1.0).asin().to_degrees();
        let lng = 360.0 * (place % 1.0) - 180.0;
        // Of Antarctica one zone is told.
        if lat < -60.0 {
            continue;
        }
        if let (Some(ours), Some(theirs)) = (told(lat, lng), zone_at(lat, lng)) {
            asked += 1;
            same += i32::from(ours == theirs);
        }
    }
    assert!(same * 1_000 >= asked * 995, "{same} of {asked}");
}

#[test]
fn every_place_has_a_zone_that_exists() {
    let ids: BTreeSet<&str> = Cell::EARTH
        .quarters()
        .into_iter()
        .flat_map(Cell::quarters)
        .filter_map(Cell::places)
        .flatten()
        .collect();
    for id in ids.iter().filter(|id| !WITHOUT.contains(*id)) {
        let zone = time_zones::at(Point::new(0.0, 0.0), &[*id])
            .unwrap_or_else(|| panic!("{id} has no time zone"));
        assert!(ZONES.timezonenames().contains(&zone), "{id}: {zone}");
    }
}

#[test]
fn cities_on_both_sides_of_a_border_within_a_country_have_their_own_zones() {
    for (lat, lng, zone) in [
        (24.7136, 46.6753, "Asia/Riyadh"),
        (40.7128, -74.006, "America/New_York"),
        (31.7619, -106.485, "America/Denver"),
        (32.7767, -96.797, "America/Chicago"),
        (33.4484, -112.074, "America/Phoenix"),
        (21.3069, -157.8583, "Pacific/Honolulu"),
        (55.7558, 37.6173, "Europe/Moscow"),
        (54.7104, 20.4522, "Europe/Kaliningrad"),
        (43.1155, 131.8855, "Asia/Vladivostok"),
        (-31.9505, 115.8605, "Australia/Perth"),
        (-27.4698, 153.0251, "Australia/Brisbane"),
        (-3.119, -60.0217, "America/Manaus"),
        (-23.5505, -46.6333, "America/Sao_Paulo"),
        (43.6532, -79.3832, "America/Toronto"),
        (28.1235, -15.4363, "Atlantic/Canary"),
        (37.7412, -25.6756, "Atlantic/Azores"),
        (-6.2088, 106.8456, "Asia/Jakarta"),
        (-2.5337, 140.7181, "Asia/Jayapura"),
        (19.4326, -99.1332, "America/Mexico_City"),
        (32.5149, -117.0382, "America/Tijuana"),
        (64.1466, -21.9426, "Atlantic/Reykjavik"),
        (41.9029, 12.4534, "Europe/Vatican"),
        (43.7384, 7.4246, "Europe/Monaco"),
        (27.7172, 85.324, "Asia/Kathmandu"),
    ] {
        assert_eq!(told(lat, lng), Some(zone), "{lat} {lng}");
    }
}
