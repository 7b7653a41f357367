//! What a dispute and a claim are.

use shared::point::Point;

/// A claim to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Who claims it.
    pub country: &'static str,
    /// What it would be part of.
    pub part: Part,
}

/// The subdivision of which a country says that a place is part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The one whose shape has it.
    Shape,
    /// The one with this code.
    Code(&'static str),
    /// None that ISO 3166-2 lists.
    None,
}

pub(super) struct Dispute {
    pub(super) place: Place,
    pub(super) claims: &'static [Claim],
}

/// Where a dispute is.
pub(super) enum Place {
    /// What the boundaries or our subdivisions call so.
    Ids(&'static [&'static str]),
    /// Latitudes and longitudes around it, of the country that the boundaries know there; none for
    /// islands that they do not know.
    Around(&'static [(f64, f64)], Option<&'static str>),
}

impl Place {
    pub(super) fn has(&self, point: Point, ids: &[&str]) -> bool {
        match self {
            Self::Ids(known) => ids.iter().any(|id| known.contains(id)),
            Self::Around(corners, country) => {
                country.is_none_or(|country| {
                    ids.iter().any(|id| id.split('-').next() == Some(country))
                }) && is_inside(point, corners)
            }
        }
    }
}

/// Whether a line from the point to the east crosses the outline an odd number of times.
fn is_inside(point: Point, corners: &[(f64, f64)]) -> bool {
    let ends = corners.iter().zip(corners.iter().cycle().skip(1));
    let crossed = ends.filter(|((lat, lng), (next_lat, next_lng))| {
        (*lat > point.lat) != (*next_lat > point.lat)
            && point.lng < (next_lng - lng) * (point.lat - lat) / (next_lat - lat) + lng
    });
    crossed.count() % 2 == 1
}
