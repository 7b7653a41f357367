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

mod claim;
mod table;

pub use claim::{Claim, Part};
use table::DISPUTES;

/// The claims to a point of which the boundaries have these ids, those of a country first.
pub fn claims(point: Point, ids: &[&str], worldview: &str) -> Vec<Claim> {
    let dispute = DISPUTES.iter().find(|dispute| dispute.place.has(point, ids));
    let mut claims = dispute.map(|dispute| dispute.claims.to_vec()).unwrap_or_default();
    // Stable: the others stay in their order.
    claims.sort_by_key(|claim| claim.country != worldview);
    claims
}

#[cfg(test)]
mod tests;
