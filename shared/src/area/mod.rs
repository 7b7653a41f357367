//! The operator's service areas.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `AREA#PRESENT` | `PRESENT` | which release is in use |
//! | `AREA#<release>` | `RELEASE` | what is known of a release |
//! | `AREA#<release>` | `CHUNK#<number>` | a chunk of a release |

pub mod keys;
mod settings;
pub(crate) mod store;

use crate::domain::{
    Action::{Get, Query},
    Domain, Prefix, RecordKind,
    erasure::Erased,
    example::Example,
};

pub use keys::AreaReleaseId;
pub use settings::RegionSettings;
pub use store::{AreaRelease, PresentAreas};

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "area",
    owns: "service areas",
    invariants: "A release is written completely before one item names it, and never changes",
    prefixes: &[Prefix {
        name: "AREA#",
        grants: &[("location", &[Get, Query])],
        erased: Erased::Nothing("where the operator serves"),
    }],
    records: &[
        RecordKind::of::<store::Chunk>(),
        RecordKind::of::<AreaRelease>(),
        RecordKind::of::<PresentAreas>(),
    ],
    examples: &[
        Example::new("which release is in use", |_| keys::present_areas()),
        Example::new("a release", |of| keys::area_release(of.id())),
        Example::new("a chunk of a release", |of| keys::area_chunk(of.id(), 7)),
    ],
    export: &[],
    tasks: &[],
    fixture: None,
};
