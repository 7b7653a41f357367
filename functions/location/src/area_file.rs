//! The file of service areas that the operator writes: GeoJSON (RFC 7946), read with `geojson`,
//! which is wrapped here alone.
//!
//! Invariant: a file is read as a whole, and everything that is wrong with it said with its place,
//! before anything of it is written. What it gives has one form as text, in which releases are
//! kept.
//!
//! A `FeatureCollection` of features with a `Polygon` or `MultiPolygon`, an `id`, and the
//! properties `name` and `served` (true where it is not said). Rings are closed, outlines run
//! counterclockwise and holes clockwise (section 3.1.6), and what crosses the antimeridian is cut
//! there in two (section 3.1.9).

use std::{collections::BTreeSet, fmt};

use geo::Validation;
use geojson::{Feature, GeometryValue, Position, feature::Id};
use serde_json::{Value, json};

use crate::areas::{Area, Corner, Ring};

/// Most areas of a file.
const MOST_AREAS: usize = 5_000;
/// Most corners of all areas together, so that a process can hold them.
const MOST_CORNERS: usize = 200_000;
/// Most bytes of a release, as the table holds it.
const MOST_BYTES: usize = 6_000_000;
/// Most characters of an id and of a name.
const LONGEST_ID: usize = 64;
const LONGEST_NAME: usize = 100;
/// Decimals of a degree that are kept: a centimetre.
const PER_DEGREE: f64 = 1e7;

/// Something in a file that keeps it from being published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, such as `features[3] (id "north") polygon 0, ring 1`; empty for the file as a whole.
    pub at: String,
    /// What is wrong, in a few words.
    pub what: String,
}

/// The areas of a file; else everything that is wrong with it, in the order of the file.
pub fn read(file: &str) -> Result<Vec<Area>, Vec<Problem>> {
    let whole = |what: String| vec![Problem { at: String::new(), what }];
    let mut written: Value =
        serde_json::from_str(file).map_err(|error| whole(format!("this is no JSON: {error}")))?;
    if written["type"] != "FeatureCollection" {
        return Err(whole("this is no FeatureCollection of GeoJSON".to_owned()));
    }
    let Value::Array(features) = written["features"].take() else {
        return Err(whole("it has no list of features".to_owned()));
    };
    let mut check =
        Check { problems: Vec::new(), at: String::new(), ids: BTreeSet::new(), corners: 0 };
    if features.len() > MOST_AREAS {
        check.report(format!("these are {} areas; there is room for {MOST_AREAS}", features.len()));
    }
    let areas: Vec<Area> = features
        .into_iter()
        .enumerate()
        .filter_map(|(place, feature)| check.feature(place, feature))
        .collect();
    check.at.clear();
    if check.corners > MOST_CORNERS {
        check.report(format!(
            "these are {} corners; there is room for {MOST_CORNERS}",
            check.corners
        ));
    }
    let bytes = text(&areas).len();
    if bytes > MOST_BYTES {
        check.report(format!("these are {bytes} bytes; there is room for {MOST_BYTES}"));
    }
    // What takes long is asked of what is otherwise right.
    if check.problems.is_empty() {
        areas.iter().enumerate().for_each(|(place, area)| check.validity(place, area));
    }
    if check.problems.is_empty() { Ok(areas) } else { Err(check.problems) }
}

/// The one form of areas as text.
pub fn text(areas: &[Area]) -> String {
    serde_json::to_string(areas).unwrap_or_default()
}

/// The areas as a file to change and publish.
pub fn file(areas: &[Area]) -> Value {
    let feature = |area: &Area| {
        json!({"type": "Feature", "id": area.id,
            "properties": {"name": area.name, "served": area.served},
            "geometry": {"type": "MultiPolygon", "coordinates": area.polygons}})
    };
    let features: Vec<Value> = areas.iter().map(feature).collect();
    json!({"type": "FeatureCollection", "features": features})
}

struct Check {
    problems: Vec<Problem>,
    at: String,
    ids: BTreeSet<String>,
    corners: usize,
}

impl Check {
    fn report(&mut self, what: impl Into<String>) {
        self.problems.push(Problem { at: self.at.clone(), what: what.into() });
    }

    fn report_in(&mut self, part: &str, what: impl Into<String>) {
        self.problems.push(Problem { at: format!("{} {part}", self.at), what: what.into() });
    }

    fn feature(&mut self, place: usize, feature: Value) -> Option<Area> {
        self.at = format!("features[{place}]");
        let feature: Feature = match serde_json::from_value(feature) {
            Ok(feature) => feature,
            Err(error) => {
                self.report(format!("this is no feature of GeoJSON: {error}"));
                return None;
            }
        };
        let id = self.id(feature.id.as_ref());
        if let Some(id) = &id {
            self.at = format!("features[{place}] (id {id:?})");
        }
        let properties = feature.properties.unwrap_or_default();
        let name = self.name(properties.get("name"));
        let served = match properties.get("served") {
            None => Some(true),
            Some(Value::Bool(served)) => Some(*served),
            Some(other) => {
                self.report_in("served", format!("{other} is neither true nor false"));
                None
            }
        };
        let polygons = match feature.geometry.map(|geometry| geometry.value) {
            Some(GeometryValue::Polygon { coordinates }) => vec![coordinates],
            Some(GeometryValue::MultiPolygon { coordinates }) => coordinates,
            _ => {
                self.report("its geometry is neither a Polygon nor a MultiPolygon");
                return None;
            }
        };
        if polygons.is_empty() {
            self.report("it has no polygon");
        }
        let polygons =
            polygons.iter().enumerate().map(|(place, rings)| self.polygon(place, rings)).collect();
        Some(Area { id: id?, name: name?, served: served?, polygons })
    }

    fn id(&mut self, id: Option<&Id>) -> Option<String> {
        let id = match id {
            Some(Id::String(id)) => id.clone(),
            Some(Id::Number(id)) => id.to_string(),
            None => {
                self.report("it has no id");
                return None;
            }
        };
        let is_right = !id.is_empty()
            && id.len() <= LONGEST_ID
            && id.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"._-".contains(&sign));
        if !is_right {
            self.report(format!(
                "{id:?} is no id: 1 to {LONGEST_ID} letters and digits of ASCII, dots, dashes and \
                 underscores"
            ));
        } else if !self.ids.insert(id.clone()) {
            self.report(format!("the id {id:?} stands twice"));
        }
        Some(id)
    }

    fn name(&mut self, name: Option<&Value>) -> Option<String> {
        let Some(name) =
            name.and_then(Value::as_str).map(str::trim).filter(|name| !name.is_empty())
        else {
            self.report_in("name", "this is missing or blank");
            return None;
        };
        let length = name.chars().count();
        if length > LONGEST_NAME {
            self.report_in(
                "name",
                format!("this has {length} characters; there is room for {LONGEST_NAME}"),
            );
        }
        Some(name.to_owned())
    }

    fn polygon(&mut self, place: usize, rings: &[Vec<Position>]) -> Vec<Ring> {
        if rings.is_empty() {
            self.report_in(&format!("polygon {place}"), "it has no ring");
        }
        rings
            .iter()
            .enumerate()
            .map(|(ring, positions)| self.ring(place, ring, positions))
            .collect()
    }

    fn ring(&mut self, polygon: usize, place: usize, positions: &[Position]) -> Ring {
        let part = format!("polygon {polygon}, ring {place}");
        let rounded = |degrees: f64| (degrees * PER_DEGREE).round() / PER_DEGREE + 0.0;
        let ring: Ring = positions
            .iter()
            .filter_map(|position| {
                Some([
                    rounded(*position.as_slice().first()?),
                    rounded(*position.as_slice().get(1)?),
                ])
            })
            .collect();
        self.corners += ring.len();
        if ring.len() < 4 || ring.len() != positions.len() {
            self.report_in(&part, "a ring has at least four positions of two numbers");
            return ring;
        }
        if ring.first() != ring.last() {
            self.report_in(&part, "it is not closed: its last position must be its first");
        }
        if let Some([lng, lat]) =
            ring.iter().find(|[lng, lat]| lng.abs() > 180.0 || lat.abs() > 90.0)
        {
            self.report_in(
                &part,
                format!(
                    "[{lng}, {lat}] is not on the earth: longitude comes first, -180 to 180, \
                     then latitude, -90 to 90"
                ),
            );
            return ring;
        }
        if let Some([from, to]) =
            ring.array_windows().find(|[from, to]| (from[0] - to[0]).abs() > 180.0)
        {
            self.report_in(
                &part,
                format!(
                    "it crosses the antimeridian between {from:?} and {to:?}: cut it there in two"
                ),
            );
            return ring;
        }
        let area = doubled_area(&ring);
        if place == 0 && area < 0.0 {
            self.report_in(&part, "it runs clockwise: an outline runs counterclockwise");
        } else if place > 0 && area > 0.0 {
            self.report_in(&part, "it runs counterclockwise: a hole runs clockwise");
        }
        ring
    }

    /// What only shows when the rings are seen together: crossings, holes that lie outside.
    fn validity(&mut self, place: usize, area: &Area) {
        self.at = format!("features[{place}] (id {:?})", area.id);
        for (place, polygon) in area.to_polygons().iter().enumerate() {
            for error in polygon.validation_errors() {
                self.report_in(&format!("polygon {place}"), error.to_string());
            }
        }
    }
}

/// Twice the area that a ring encloses, in degrees: positive where it runs counterclockwise.
fn doubled_area(ring: &[Corner]) -> f64 {
    ring.array_windows().map(|[from, to]| from[0] * to[1] - to[0] * from[1]).sum()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.is_empty() {
            f.write_str(&self.what)
        } else {
            write!(f, "{}: {}", self.at, self.what)
        }
    }
}

#[cfg(test)]
mod tests;
