//! Service areas in memory: which one a point lies in. `geo` and `rstar` are used here alone.
//!
//! Invariants: a point on an edge lies within; of several areas the smallest on the ground has it,
//! of equal ones the first of the file.

use geo::{ChamberlainDuquetteArea, Coord, Intersects, LineString, MultiPolygon, Polygon};
use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};
use serde::{Deserialize, Serialize};
use shared::point::Point;

/// A corner: degrees east, degrees north, as in GeoJSON.
pub type Corner = [f64; 2];
/// A closed line.
pub type Ring = Vec<Corner>;

/// A service area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Its id, chosen by the operator.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whether the operator serves there.
    pub served: bool,
    /// Its polygons: each an outline and the holes in it.
    pub polygons: Vec<Vec<Ring>>,
}

/// Areas, to be asked for a point.
#[derive(Debug, Default)]
pub struct AreaIndex {
    /// From the smallest on.
    areas: Vec<(Area, Vec<Polygon>)>,
    /// The box around each polygon, with the place of its area and its own among the area's.
    boxes: RTree<GeomWithData<Rectangle<Corner>, (usize, usize)>>,
}

impl AreaIndex {
    /// Areas that were found to be right.
    pub fn new(areas: Vec<Area>) -> Self {
        let mut sized: Vec<(f64, Area, Vec<Polygon>)> = areas
            .into_iter()
            .map(|area| {
                let polygons = area.to_polygons();
                (size(&polygons), area, polygons)
            })
            .collect();
        sized.sort_by(|(one, ..), (other, ..)| one.total_cmp(other));
        let areas: Vec<(Area, Vec<Polygon>)> =
            sized.into_iter().map(|(_, area, polygons)| (area, polygons)).collect();
        let boxes = areas.iter().enumerate().flat_map(|(place, (area, _))| {
            area.polygons.iter().enumerate().filter_map(move |(part, rings)| {
                Some(GeomWithData::new(
                    Rectangle::from_aabb(AABB::from_points(rings.first()?)),
                    (place, part),
                ))
            })
        });
        let boxes = RTree::bulk_load(boxes.collect());
        Self { areas, boxes }
    }

    /// How many areas there are.
    pub fn len(&self) -> usize {
        self.areas.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// The smallest area that has a point.
    pub fn at(&self, point: Point) -> Option<&Area> {
        let at = |lng: f64| self.places_at(lng, point.lat);
        // Half a circle east and half a circle west are one meridian.
        let places = if point.lng.abs() >= 180.0 {
            at(180.0).into_iter().chain(at(-180.0)).min()
        } else {
            at(point.lng)
        };
        places.and_then(|place| self.areas.get(place)).map(|(area, _)| area)
    }

    fn places_at(&self, lng: f64, lat: f64) -> Option<usize> {
        let coord = Coord { x: lng, y: lat };
        let mut found: Option<usize> = None;
        for near in self.boxes.locate_all_at_point([lng, lat]) {
            let (place, part) = near.data;
            if found.is_none_or(|found| place < found)
                && self.areas[place].1[part].intersects(&coord)
            {
                found = Some(place);
            }
        }
        found
    }
}

impl Area {
    pub(crate) fn to_polygons(&self) -> Vec<Polygon> {
        let line = |ring: &Ring| {
            LineString::new(ring.iter().map(|[x, y]| Coord { x: *x, y: *y }).collect())
        };
        let polygon = |rings: &Vec<Ring>| {
            let mut lines = rings.iter().map(line);
            Polygon::new(lines.next().unwrap_or(LineString::new(Vec::new())), lines.collect())
        };
        self.polygons.iter().map(polygon).collect()
    }
}

/// Square metres on the ground.
fn size(polygons: &[Polygon]) -> f64 {
    MultiPolygon::new(polygons.to_vec()).chamberlain_duquette_unsigned_area()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(id: &str, west: f64, south: f64, side: f64) -> Area {
        let (east, north) = (west + side, south + side);
        let ring = vec![[west, south], [east, south], [east, north], [west, north], [west, south]];
        Area {
            id: id.to_owned(),
            name: id.to_uppercase(),
            served: true,
            polygons: vec![vec![ring]],
        }
    }

    fn at(index: &AreaIndex, lat: f64, lng: f64) -> Option<&str> {
        index.at(Point::new(lat, lng)).map(|area| area.id.as_str())
    }

    #[test]
    fn the_smallest_of_several_has_a_point_and_an_edge_lies_within() {
        let index = AreaIndex::new(vec![
            square("large", 0.0, 0.0, 10.0),
            square("small", 4.0, 4.0, 1.0),
            square("middle", 3.0, 3.0, 4.0),
        ]);
        for (lat, lng, id) in [
            (1.0, 1.0, Some("large")),
            (3.5, 3.5, Some("middle")),
            (4.5, 4.5, Some("small")),
            (4.0, 4.0, Some("small")),
            (5.0, 4.5, Some("small")),
            (0.0, 5.0, Some("large")),
            (10.0, 10.0, Some("large")),
            (10.000_001, 10.0, None),
            (-0.000_001, 5.0, None),
        ] {
            assert_eq!(at(&index, lat, lng), id, "{lat} {lng}");
        }
        assert_eq!(AreaIndex::default().at(Point::new(0.0, 0.0)), None);
    }

    #[test]
    fn size_is_that_on_the_ground() {
        // A degree of longitude is half as long at sixty degrees north.
        let north = square("north", 0.0, 60.0, 1.2);
        let south = square("south", 0.0, 0.0, 1.0);
        let index = AreaIndex::new(vec![south, north]);
        assert_eq!(index.areas[0].0.id, "north");
    }

    #[test]
    fn a_hole_is_outside_and_a_part_beyond_the_antimeridian_is_inside() {
        let mut ring = square("ring", 0.0, 0.0, 10.0);
        ring.polygons[0].push(square("hole", 4.0, 4.0, 2.0).polygons[0][0].clone());
        let mut fiji = square("fiji", 178.0, -19.0, 2.0);
        fiji.polygons.extend(square("east", -180.0, -19.0, 2.0).polygons);
        let index = AreaIndex::new(vec![ring, fiji]);
        assert_eq!([at(&index, 5.0, 5.0), at(&index, 1.0, 1.0)], [None, Some("ring")]);
        for lng in [179.0, 180.0, -180.0, -179.0] {
            assert_eq!(at(&index, -18.0, lng), Some("fiji"), "{lng}");
        }
        assert_eq!(at(&index, -18.0, 177.0), None);
        let west_only = AreaIndex::new(vec![square("west", 170.0, 0.0, 10.0)]);
        assert_eq!([at(&west_only, 1.0, 180.0), at(&west_only, 1.0, -180.0)], [Some("west"); 2]);
    }
}
