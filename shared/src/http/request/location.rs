//! A point on the earth, as requests and answers have it.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::rules::Decimal;
use crate::{point::Point, request};

request! {
    /// A point on the earth (WGS 84).
    pub struct Location {
        /// Degrees north.
        lat: Decimal<-90, 90>,
        /// Degrees east.
        lng: Decimal<-180, 180>,
    }
}

impl From<Location> for Point {
    fn from(Location { lat, lng }: Location) -> Self {
        Self::new(lat, lng)
    }
}

impl PartialSchema for Point {
    fn schema() -> RefOr<Schema> {
        Location::schema()
    }
}

impl ToSchema for Point {
    fn name() -> Cow<'static, str> {
        Location::name()
    }
}
