//! What the old stack left, in a customer's export.

use futures_util::FutureExt;
use jiff::Timestamp;
use serde::Serialize;
use table::{Item, Query, record, sort_in};
use utoipa::ToSchema;

use crate::{
    domain::export::{ExportPart, Members, PageOf, Pages, Reading, Shown, Source, members},
    ids::{CustomerId, SessionId},
    legacy::{
        keys,
        model::{LegacyId, LegacyToken, LegacyUser, Spent},
    },
    store::StoreError,
    times::in_millis,
};

/// What the export shows.
pub(crate) const EXPORT: &[ExportPart] = &[ExportPart::of::<LegacyExport>(Source::Pages(Pages {
    prefix: "LEGACY#",
    read: |reading, page| read(reading, page).boxed(),
}))];

#[derive(Default, Serialize, ToSchema)]
struct LegacyExport {
    /// The user of the old stack; null but on the page that what the old stack left begins on.
    #[schema(required)]
    legacy_user: Option<ExportedLegacyUser>,
    /// The user's refresh tokens that are spent.
    legacy_tokens: Vec<ExportedLegacyToken>,
}

/// The user of the old stack that the customer was.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedLegacyUser {
    /// Its id there.
    #[schema(value_type = String)]
    user: LegacyId,
    /// Its id here.
    #[schema(value_type = String, format = "uuid")]
    customer: CustomerId,
}

/// A refresh token of the old stack that is spent.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedLegacyToken {
    /// Where it is stored: its `jti`, or a hash of it.
    place: String,
    /// `blacklisted` by the old stack, or `exchanged` here.
    spent: &'static str,
    /// The session that it was exchanged for.
    #[schema(required, value_type = Option<String>, format = "uuid")]
    session: Option<SessionId>,
    /// Until when this is kept.
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

async fn read(
    reading: Reading<'_>,
    PageOf { after, most }: PageOf<'_>,
) -> Result<Vec<Shown>, StoreError> {
    let profile = reading.profile().await?;
    let Some(user) = profile.and_then(|profile| profile.legacy_id.as_ref()) else {
        return Ok(Vec::new());
    };
    let query = Query::of(keys::partition(user));
    let query = query.after(after.map(|place| keys::at(user, place)));
    let page = reading.store.table.first(query, most).await?;
    page.items.into_iter().map(|item| show(item, reading.now)).collect()
}

fn show(item: Item, now: Timestamp) -> Result<Shown, StoreError> {
    let position = sort_in(&item).to_owned();
    let Some(place) = position.strip_prefix("TOKEN#") else {
        let LegacyUser { user, customer } = record(item)?;
        let legacy_user = Some(ExportedLegacyUser { user, customer });
        let members = members(&LegacyExport { legacy_user, legacy_tokens: Vec::new() })?;
        return Ok(Shown { position, members });
    };
    let LegacyToken { spent, until } = record(item)?;
    if until <= now {
        return Ok(Shown { position, members: Members::new() });
    }
    let (spent, session) = match spent {
        Spent::Blacklisted => ("blacklisted", None),
        Spent::Exchanged { session } => ("exchanged", Some(session)),
    };
    let token = ExportedLegacyToken { place: place.to_owned(), spent, session, until };
    let members = members(&LegacyExport { legacy_user: None, legacy_tokens: vec![token] })?;
    Ok(Shown { position, members })
}
