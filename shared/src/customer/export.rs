//! The profile in a customer's export.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    customer::profile::Profile,
    domain::export::{Part, Source, members},
};

/// What the export shows.
pub(crate) const EXPORT: &[Part] = &[Part::of::<ProfileExport>(Source::Known(|known| {
    members(&ProfileExport { profile: Some(known.profile.clone().into()) })
}))];

#[derive(Default, Serialize, ToSchema)]
struct ProfileExport {
    /// Null but on the first page.
    #[schema(required)]
    profile: Option<Profile>,
}
