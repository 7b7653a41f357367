//! The service areas, in releases.
//!
//! Protocol: a release is written under an id of its own, in chunks that an item can hold, before
//! anything names it; then one item, which names the present release, is changed to name it, if it
//! still is what the operator saw. Nobody sees half of a release, each knows which one it took the
//! place of, and none is ever changed.

use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use table::{Query, Write, Written, item, kinds, number, record};

use crate::{
    area::keys::{self, AreaReleaseId},
    store::{Store, StoreError},
};

/// Most bytes of a chunk: below the 400 KB of an item with room to spare.
const CHUNK: usize = 350_000;
/// How many chunks are written side by side.
const AT_ONCE: usize = 4;

/// Which release holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresentAreas {
    /// The release; none where there are no areas.
    #[serde(default)]
    pub release: Option<AreaReleaseId>,
    /// Counts the changes.
    pub version: u64,
}

/// What is known of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaRelease {
    /// Its id.
    pub id: AreaReleaseId,
    /// The release that held before it, if any.
    pub replaces: Option<AreaReleaseId>,
    /// When it was made.
    pub since: Timestamp,
    /// How many chunks it has.
    pub chunks: u32,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Chunk {
    text: String,
}

kinds! {
    Chunk: "area_chunk",
    AreaRelease: "area_release",
    PresentAreas: "present_areas",
}

impl Store {
    /// Which release holds. One trip, half a read unit, a whole one where `consistent`.
    pub async fn present_areas(&self, consistent: bool) -> Result<PresentAreas, StoreError> {
        Ok(self.table.get(keys::present_areas(), consistent).await?.unwrap_or_default())
    }

    /// What is known of a release. One trip, one read unit.
    pub async fn area_release(
        &self,
        release: AreaReleaseId,
    ) -> Result<Option<AreaRelease>, StoreError> {
        self.table.get(keys::area_release(release), true).await
    }

    /// The text of a release, strongly consistent, since who asks for it has just read of it. One
    /// trip for each megabyte, a read unit for each 4 KB.
    pub async fn areas(&self, release: AreaReleaseId) -> Result<String, StoreError> {
        let items = self.table.all(Query::of(keys::areas_of(release)).consistent()).await?;
        let (chunks, about): (Vec<_>, Vec<_>) =
            items.into_iter().partition(|item| item.contains_key("text"));
        let about: Option<AreaRelease> = about.into_iter().next().map(record).transpose()?;
        let texts = chunks
            .into_iter()
            .map(|item| record::<Chunk>(item).map(|chunk| chunk.text))
            .collect::<Result<Vec<_>, _>>()?;
        match about {
            Some(about) if about.chunks as usize == texts.len() => Ok(texts.concat()),
            _ => Err(StoreError::Corrupt(
                format!("the release {release} of the service areas is not whole").into(),
            )),
        }
    }

    /// Writes a release that nothing names yet, in chunks. One write unit for each KB.
    pub async fn write_areas(
        &self,
        id: AreaReleaseId,
        replaces: Option<AreaReleaseId>,
        text: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let chunks: Vec<(u32, &str)> = (0..).zip(chunks_of(text)).collect();
        for some in chunks.chunks(AT_ONCE) {
            try_join_all(some.iter().map(async |(place, text)| {
                let chunk = Chunk { text: (*text).to_owned() };
                let item = item(keys::area_chunk(id, *place), &chunk)?;
                self.table.write(Write::put(item)).await.map(drop)
            }))
            .await?;
        }
        let count = u32::try_from(chunks.len()).unwrap_or(u32::MAX);
        let release = AreaRelease { id, replaces, since: now, chunks: count };
        let item = item(keys::area_release(id), &release)?;
        self.table.write(Write::put(item)).await.map(drop)
    }

    /// Lets another release hold, or none. False where another than `before` holds by now. One
    /// trip, one write unit.
    pub async fn hold_areas(
        &self,
        before: PresentAreas,
        release: Option<AreaReleaseId>,
    ) -> Result<bool, StoreError> {
        let after = PresentAreas { release, version: before.version + 1 };
        let put = Write::put(item(keys::present_areas(), &after)?);
        let put = match before.version {
            0 => put.when("attribute_not_exists(pk)"),
            version => put.when_is("version", number(version)),
        };
        self.table.write(put).await.map(Written::is_done)
    }
}

/// The text in parts that an item can hold, cut between characters.
fn chunks_of(text: &str) -> Vec<&str> {
    let (mut chunks, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(rest.floor_char_boundary(CHUNK));
        chunks.push(chunk);
        rest = after;
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_nothing_is_lost() {
        for text in ["", "é", &"é".repeat(500_000), &format!("x{}", "الرياض".repeat(100_000))]
        {
            let chunks = chunks_of(text);
            assert!(chunks.iter().all(|chunk| chunk.len() <= CHUNK && !chunk.is_empty()));
            assert_eq!(chunks.concat(), text);
        }
    }
}
