//! Points on the earth (WGS 84).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Decimals that are kept of a degree: a centimetre.
const PER_DEGREE: f64 = 1e7;

/// A place by its latitude (-90 to 90) and longitude (-180 to 180) in degrees. `Debug` shows
/// neither: where somebody lives is nobody's business in a log.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lng: f64,
}

impl Point {
    /// A point of two numbers that were found to be in their ranges.
    pub fn new(lat: f64, lng: f64) -> Self {
        // The zero takes a minus before another away.
        let rounded = |degrees: f64| (degrees * PER_DEGREE).round() / PER_DEGREE + 0.0;
        Self { lat: rounded(lat), lng: rounded(lng) }
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Point(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_kept_to_the_centimetre_and_has_no_negative_zero() {
        let Point { lat, lng } = Point::new(24.713_551_749_999, -1e-300);
        assert_eq!((lat.to_string(), lng.to_string()), ("24.7135517".to_owned(), "0".to_owned()));
    }
}
