//! Keys of the service areas.

use table::Key;

use crate::ids::typed_id;

typed_id!(
    /// One publication of the service areas.
    AreaReleaseId
);

/// Which release of the service areas holds.
pub fn present_areas() -> Key {
    Key::new("AREA#PRESENT".to_owned(), "PRESENT")
}

/// A release of the service areas: what is known of it and its chunks.
pub(crate) fn areas_of(release: AreaReleaseId) -> String {
    format!("AREA#{release}")
}

/// What is known of a release of the service areas.
pub fn area_release(release: AreaReleaseId) -> Key {
    Key::new(areas_of(release), "RELEASE")
}

/// What the sort keys of chunks begin with.
pub(crate) const CHUNKS: &str = "CHUNK#";

/// A chunk of a release of the service areas.
pub fn area_chunk(release: AreaReleaseId, chunk: u32) -> Key {
    Key::new(areas_of(release), format!("{CHUNKS}{chunk:04}"))
}
