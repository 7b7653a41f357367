//! What the operator does to the service areas: publishing a file, and taking that back.
//!
//! Protocol: a draft is made of what holds and what shall hold, and says how they differ;
//! publishing it writes a release that nobody sees, and then lets it hold, which does nothing where
//! somebody else has published meanwhile. Invariant: nothing is published that was not read as a
//! whole and found right, and what it takes the place of stays in the table.

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use location::{
    area_file::{self, Problem},
    areas::Area,
};
use shared::{
    area::PresentAreas,
    ids::AreaReleaseId,
    random::SystemRandom,
    store::{Store, StoreError},
};

/// A table whose service areas are looked after.
pub struct AreasAdmin {
    store: Store,
}

/// Areas to be published, and what they take the place of.
#[derive(Debug)]
pub struct AreasDraft {
    /// How they differ, a line an area.
    pub changes: Vec<String>,
    /// The areas.
    pub areas: Vec<Area>,
    before: PresentAreas,
    to: Target,
}

#[derive(Debug, Clone, Copy)]
enum Target {
    /// A release that is still to be written.
    New,
    /// One that is there, or none.
    Earlier(Option<AreaReleaseId>),
}

/// Why nothing was published.
#[derive(Debug)]
pub enum AreasError {
    /// The file is not what it must be.
    Wrong(Vec<Problem>),
    /// There is nothing to go back to.
    NothingBefore,
    /// Somebody else has published meanwhile.
    Overtaken,
    /// A release that the table names cannot be read.
    Damaged(AreaReleaseId),
    /// Storage failed.
    Store(StoreError),
}

impl AreasAdmin {
    /// A admin over this table.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// The areas that hold.
    pub async fn present(&self) -> Result<Vec<Area>, AreasError> {
        Ok(self.read().await?.1)
    }

    /// What publishing this file would change.
    pub async fn draft(&self, file: &str) -> Result<AreasDraft, AreasError> {
        let areas = area_file::read(file).map_err(AreasError::Wrong)?;
        let (before, present) = self.read().await?;
        Ok(AreasDraft { changes: changes(&present, &areas), areas, before, to: Target::New })
    }

    /// What going back to the release before the present one would change.
    pub async fn draft_of_rollback(&self) -> Result<AreasDraft, AreasError> {
        let (before, present) = self.read().await?;
        let release = before.release.ok_or(AreasError::NothingBefore)?;
        let about = self
            .store
            .area_release(release)
            .await
            .map_err(AreasError::Store)?
            .ok_or(AreasError::Damaged(release))?;
        let areas = self.areas(about.replaces).await?;
        Ok(AreasDraft {
            changes: changes(&present, &areas),
            areas,
            before,
            to: Target::Earlier(about.replaces),
        })
    }

    /// Publishes a draft.
    pub async fn publish(&self, draft: &AreasDraft, now: Timestamp) -> Result<(), AreasError> {
        let release = match draft.to {
            Target::Earlier(release) => release,
            Target::New => {
                let id = AreaReleaseId::new(now, &SystemRandom);
                let text = area_file::text(&draft.areas);
                self.store
                    .write_areas(id, draft.before.release, &text, now)
                    .await
                    .map_err(AreasError::Store)?;
                Some(id)
            }
        };
        let holds =
            self.store.hold_areas(draft.before, release).await.map_err(AreasError::Store)?;
        if holds { Ok(()) } else { Err(AreasError::Overtaken) }
    }

    async fn read(&self) -> Result<(PresentAreas, Vec<Area>), AreasError> {
        let present = self.store.present_areas(true).await.map_err(AreasError::Store)?;
        Ok((present, self.areas(present.release).await?))
    }

    async fn areas(&self, release: Option<AreaReleaseId>) -> Result<Vec<Area>, AreasError> {
        let Some(release) = release else { return Ok(Vec::new()) };
        let text = self.store.areas(release).await.map_err(AreasError::Store)?;
        serde_json::from_str(&text).map_err(|_| AreasError::Damaged(release))
    }
}

/// How areas differ: those that go, those that come, those that change, and their order where
/// nothing else does.
fn changes(before: &[Area], after: &[Area]) -> Vec<String> {
    let by_id = |areas: &[Area]| {
        areas.iter().map(|area| (area.id.clone(), area.clone())).collect::<BTreeMap<_, _>>()
    };
    let (old, new) = (by_id(before), by_id(after));
    let line = |sign: char, area: &Area| {
        format!(
            "{sign} {} ({}{})",
            area.id,
            area.name,
            if area.served { "" } else { ", not served" }
        )
    };
    let mut changes: Vec<String> = old
        .values()
        .filter(|area| !new.contains_key(&area.id))
        .map(|area| line('-', area))
        .collect();
    for area in new.values() {
        match old.get(&area.id) {
            None => changes.push(line('+', area)),
            Some(same) if same == area => {}
            Some(_) => changes.push(line('~', area)),
        }
    }
    if changes.is_empty() && before != after {
        changes.push("the same areas in another order".to_owned());
    }
    changes
}

impl fmt::Display for AreasError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(problems) => {
                let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
                f.write_str(&all.join("; "))
            }
            Self::NothingBefore => f.write_str("there is no release before the present one"),
            Self::Overtaken => {
                f.write_str("somebody else has published meanwhile; look at the changes again")
            }
            Self::Damaged(release) => write!(
                f,
                "the release {release} of the service areas is not there or cannot be read"
            ),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for AreasError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_comes_and_changes_is_said_by_a_line_each() {
        let area = |id: &str, served| Area {
            id: id.to_owned(),
            name: id.to_uppercase(),
            served,
            polygons: Vec::new(),
        };
        let before = [area("a", true), area("b", true), area("c", true)];
        assert_eq!(
            changes(&before, &[area("c", true), area("b", false), area("d", false)]),
            ["- a (A)", "~ b (B, not served)", "+ d (D, not served)"]
        );
        assert_eq!(changes(&before, &before), Vec::<String>::new());
        assert_eq!(
            changes(&before[..2], &[before[1].clone(), before[0].clone()]),
            ["the same areas in another order"]
        );
    }
}
