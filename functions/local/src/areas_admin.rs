//! Publishing service areas.
//!
//! Protocol: a push writes a release that nothing refers to yet, and then makes it the current one.
//! A rollback makes the release that the current one replaced current again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use location::{
    area_file::{self, Problem},
    areas::Area,
};
use shared::{
    area::{AreaReleaseId, PresentAreas},
    random::SystemRandom,
    store::Store,
};

use crate::publication::{Publication, PublishError};

pub struct AreasAdmin {
    store: Store,
}

#[derive(Debug)]
pub struct AreasDraft {
    /// The differences, one line for each area.
    pub changes: Vec<String>,
    areas: Vec<Area>,
    before: PresentAreas,
    release: Release,
}

#[derive(Debug, Clone, Copy)]
enum Release {
    /// Publishing writes it first.
    New(AreaReleaseId, Timestamp),
    /// One that is in the table already. None: no areas.
    Existing(Option<AreaReleaseId>),
}

pub type AreasError = PublishError<Problem>;

impl AreasAdmin {
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// The areas that are published now.
    pub async fn present(&self) -> Result<Vec<Area>, AreasError> {
        Ok(self.read().await?.1)
    }

    async fn read(&self) -> Result<(PresentAreas, Vec<Area>), AreasError> {
        let present = self.store.present_areas(true).await?;
        Ok((present, self.areas_of(present.release).await?))
    }

    async fn areas_of(&self, release: Option<AreaReleaseId>) -> Result<Vec<Area>, AreasError> {
        let Some(release) = release else { return Ok(Vec::new()) };
        let text = self.store.areas(release).await?;
        serde_json::from_str(&text).map_err(|_| unreadable(release))
    }
}

impl Publication for AreasAdmin {
    type Draft = AreasDraft;
    type Problem = Problem;
    type Version = ();

    async fn draft(&self, file: &str, now: Timestamp) -> Result<AreasDraft, AreasError> {
        let areas = area_file::read(file).map_err(AreasError::Invalid)?;
        let (before, present) = self.read().await?;
        let release = Release::New(AreaReleaseId::new(now, &SystemRandom), now);
        Ok(AreasDraft { changes: differences(&present, &areas), areas, before, release })
    }

    async fn draft_of_rollback(&self) -> Result<AreasDraft, AreasError> {
        let (before, present) = self.read().await?;
        let current = before.release.ok_or(AreasError::NoPreviousVersion)?;
        let current = self.store.area_release(current).await?.ok_or_else(|| unreadable(current))?;
        let areas = self.areas_of(current.replaces).await?;
        Ok(AreasDraft {
            changes: differences(&present, &areas),
            areas,
            before,
            release: Release::Existing(current.replaces),
        })
    }

    fn changes(draft: &AreasDraft) -> Vec<String> {
        draft.changes.clone()
    }

    fn summary(draft: &AreasDraft) -> String {
        format!("{} service areas", draft.areas.len())
    }

    async fn publish(&self, draft: &AreasDraft) -> Result<(), AreasError> {
        let release = match draft.release {
            Release::Existing(release) => release,
            Release::New(id, now) => {
                let text = area_file::text(&draft.areas);
                self.store.write_areas(id, draft.before.release, &text, now).await?;
                Some(id)
            }
        };
        let published = self.store.hold_areas(draft.before, release).await?;
        if published { Ok(()) } else { Err(AreasError::Conflict) }
    }

    async fn published_file(&self) -> Result<String, AreasError> {
        Ok(format!("{:#}", area_file::file(&self.present().await?)))
    }
}

fn unreadable(release: AreaReleaseId) -> AreasError {
    AreasError::Unreadable(format!("release {release} of the service areas"))
}

/// Removed areas first, then added and changed ones. A different order alone is one line.
fn differences(before: &[Area], after: &[Area]) -> Vec<String> {
    let by_id = |areas: &[Area]| {
        areas.iter().map(|area| (area.id.clone(), area.clone())).collect::<BTreeMap<_, _>>()
    };
    let (old, new) = (by_id(before), by_id(after));
    let line = |sign: char, area: &Area| {
        let served = if area.served { "" } else { ", not served" };
        format!("{sign} {} ({}{served})", area.id, area.name)
    };
    let mut lines: Vec<String> = old
        .values()
        .filter(|area| !new.contains_key(&area.id))
        .map(|area| line('-', area))
        .collect();
    for area in new.values() {
        match old.get(&area.id) {
            None => lines.push(line('+', area)),
            Some(same) if same == area => {}
            Some(_) => lines.push(line('~', area)),
        }
    }
    if lines.is_empty() && before != after {
        lines.push("the same areas in another order".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_removed_added_or_changed_area_is_one_line() {
        let area = |id: &str, served| Area {
            id: id.to_owned(),
            name: id.to_uppercase(),
            served,
            polygons: Vec::new(),
        };
        let before = [area("a", true), area("b", true), area("c", true)];
        assert_eq!(
            differences(&before, &[area("c", true), area("b", false), area("d", false)]),
            ["- a (A)", "~ b (B, not served)", "+ d (D, not served)"]
        );
        assert_eq!(differences(&before, &before), Vec::<String>::new());
        assert_eq!(
            differences(&before[..2], &[before[1].clone(), before[0].clone()]),
            ["the same areas in another order"]
        );
    }
}
