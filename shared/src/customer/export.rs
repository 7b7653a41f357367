//! The profile in a customer's export.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    customer::profile::Profile,
    domain::export::{ExportPart, Source, members},
};

/// What the export shows.
pub(crate) const EXPORT: &[ExportPart] =
    &[ExportPart::of::<ProfileExport>(Source::Known(|known| {
        members(&ProfileExport { profile: Some(known.profile.clone().into()) })
    }))];

#[derive(Default, Serialize, ToSchema)]
struct ProfileExport {
    /// On the first page alone; null on others.
    #[schema(required)]
    profile: Option<Profile>,
}
