//! Places that several countries claim, and who claims them.
//!
//! The first claim of each is the country under which ISO 3166 lists the place, or which governs it
//! where ISO does not say. Kosovo is the exception: ISO 3166-1 has no entry for it, and XK is the
//! code that the European Commission and others use.
//!
//! Only claims of countries to land are here, not disputes about a border's exact line or the sea,
//! and none to Antarctica, where the Antarctic Treaty (article IV) leaves claims as they are.
//! Entities without a code of their own (Northern Cyprus, Abkhazia, South Ossetia, Transnistria,
//! Somaliland) are no countries here.
//!
//! Sources: ISO 3166-1 and 3166-2; resolutions of the United Nations (General Assembly 68/262 on
//! Crimea, 2758 on Taiwan, 34/37 on Western Sahara; Security Council 497 on the Golan Heights, 478
//! on Jerusalem, 47 on Kashmir, 1244 on Kosovo) and its list of Non-Self-Governing Territories; the
//! World Factbook, "Disputes - international". Outlines are our own, to about a kilometre.

use shared::point::Point;

mod table;

use table::DISPUTES;

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

struct Dispute {
    place: Place,
    claims: &'static [Claim],
}

/// Where a dispute is.
enum Place {
    /// What the boundaries or our subdivisions call so.
    Ids(&'static [&'static str]),
    /// Latitudes and longitudes around it, of the country that the boundaries know there; none for
    /// islands that they do not know.
    Around(&'static [(f64, f64)], Option<&'static str>),
}

/// The claims to a point of which the boundaries have these ids, those of a country first.
pub fn claims(point: Point, ids: &[&str], worldview: &str) -> Vec<Claim> {
    let dispute = DISPUTES.iter().find(|dispute| dispute.place.has(point, ids));
    let mut claims = dispute.map(|dispute| dispute.claims.to_vec()).unwrap_or_default();
    // Stable: the others stay in their order.
    claims.sort_by_key(|claim| claim.country != worldview);
    claims
}

impl Place {
    fn has(&self, point: Point, ids: &[&str]) -> bool {
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

#[cfg(test)]
mod tests;
