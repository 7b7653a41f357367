//! What lies at a point: country, subdivision, service area, time zone.

use serde::Serialize;
use serde_json::{Value, json};
use shared::point::Point;
use utoipa::ToSchema;

use crate::{
    areas::Area,
    boundaries::{self, Found},
    countries::Language,
    served::Served,
    time_zones,
};

/// Country, subdivision, service area and time zone of a point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Region {
    country: Named,
    /// Null where ISO 3166-2 lists none, or it is not known. Its name is in the language of the
    /// answer where it has one in that, else in English.
    #[schema(required)]
    subdivision: Option<Named>,
    /// The smallest one that has the point; null where none has.
    #[schema(required)]
    service_area: Option<ServiceArea>,
    /// As in the tz database.
    #[schema(required)]
    timezone: Option<&'static str>,
    /// Other countries that claim the point, or that it belongs to as well; mostly empty.
    also: Vec<Named>,
}

/// A country by its code of ISO 3166-1 (XK is Kosovo), a subdivision by that of ISO 3166-2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = NamedRegion)]
pub struct Named {
    code: &'static str,
    name: &'static str,
}

/// An area that the operator defined, and whether it is served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServiceArea {
    id: String,
    name: String,
    served: bool,
}

impl Region {
    /// What lies at a point, its country's name in a language; none in international waters.
    pub(crate) fn at(point: Point, served: &Served, language: Language) -> Option<Self> {
        let found = boundaries::at(point, &served.worldview)?;
        let Found { country, subdivision: part, also, ids } = found;
        // Codes that have no name are no countries, and there are none; a test asks for all.
        let named = |code: &'static str| Named { code, name: language.name(code).unwrap_or(code) };
        Some(Self {
            country: named(country),
            subdivision: part.map(|part| Named { code: part.code, name: part.name(language.tag) }),
            service_area: served.index.at(point).map(ServiceArea::from),
            timezone: time_zones::at(point, &ids),
            also: also.into_iter().map(named).collect(),
        })
    }
}

impl From<&Area> for ServiceArea {
    fn from(area: &Area) -> Self {
        Self { id: area.id.clone(), name: area.name.clone(), served: area.served }
    }
}

/// The region of the examples.
pub(crate) fn example() -> Value {
    json!({"country": {"code": "SA", "name": "Saudi Arabia"},
        "subdivision": {"code": "SA-01", "name": "Riyadh"},
        "service_area": {"id": "riyadh-north", "name": "North Riyadh", "served": true},
        "timezone": "Asia/Riyadh", "also": []})
}
