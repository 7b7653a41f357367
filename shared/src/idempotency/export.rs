//! Stored answers in a customer's export.

use futures_util::FutureExt;
use jiff::Timestamp;
use serde::Serialize;
use table::{Item, Query, record, sort_in};
use utoipa::ToSchema;

use crate::{
    domain::export::{ExportPart, Members, PageOf, Pages, Reading, Shown, Source, members},
    idempotency::{keys, model::AnswerRecord},
    store::StoreError,
    times::perhaps_in_millis,
};

/// What the export shows.
pub(crate) const EXPORT: &[ExportPart] = &[ExportPart::of::<AnswerExport>(Source::Pages(Pages {
    prefix: "IDEM#",
    read: |reading, page| read(reading, page).boxed(),
}))];

#[derive(Default, Serialize, ToSchema)]
struct AnswerExport {
    /// Answers that are kept for requests that may be repeated.
    answers: Vec<ExportedAnswer>,
}

/// An answer that is kept for a request that may be repeated.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedAnswer {
    /// Who asked, for which operation, and a hash of the request's key.
    place: String,
    /// Hash of the request.
    fingerprint: String,
    status: u16,
    body: String,
    /// Until when it is kept; null: as long as the account.
    #[serde(serialize_with = "perhaps_in_millis")]
    #[schema(required, value_type = Option<String>, format = "date-time")]
    until: Option<Timestamp>,
}

async fn read(
    Reading { store, customer, now, .. }: Reading<'_>,
    PageOf { after, most }: PageOf<'_>,
) -> Result<Vec<Shown>, StoreError> {
    let after = after.map(|position| keys::answer_at(customer, position));
    let query = Query::of(keys::answers_of(customer)).after(after);
    let page = store.table.first(query, most).await?;
    page.items.into_iter().map(|item| show(item, now)).collect()
}

fn show(item: Item, now: Timestamp) -> Result<Shown, StoreError> {
    let position = sort_in(&item).to_owned();
    let AnswerRecord { fingerprint, answer, until } = record(item)?;
    if until.is_some_and(|until| until <= now) {
        return Ok(Shown { position, members: Members::new() });
    }
    let answer = ExportedAnswer {
        place: position.clone(),
        fingerprint,
        status: answer.status,
        body: answer.body,
        until,
    };
    Ok(Shown { position, members: members(&AnswerExport { answers: vec![answer] })? })
}
