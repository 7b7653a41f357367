//! `exportCustomer`: everything that is stored of the caller, as the domains show it.
//!
//! Invariant: each domain's part is in the answer and in its schema. A test compares the answer
//! with the table.

use axum::{Json, extract::State};
use futures_util::future::try_join_all;
use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    app::AppState,
    audit::{self, About, Event},
    auth::caller::Caller,
    domain::export::{Known, Members, PageOf, Reading, Shown, Source, join},
    domains::{EXPORT, EXPORT_SCHEMA},
    http::{error::ApiError, page::Paging},
    paging::Span,
    store::StoreError,
};
use tokio::sync::OnceCell;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema},
};

/// Everything that is stored about a customer.
#[derive(Debug, Serialize)]
pub struct Export {
    #[serde(flatten)]
    members: Members,
    #[serde(flatten)]
    rest: Rest,
}

/// What the export has beside the domains' members.
#[derive(Debug, Serialize, ToSchema)]
struct Rest {
    /// The address of the next page; null on the last.
    #[schema(required, format = "uri")]
    next: Option<String>,
}

/// Returns everything that is stored about the caller.
///
/// For customers who ask for their data. Profile and short lists are on the first page alone;
/// ledger and inbox follow by `next`, without what changed within the last second.
#[utoipa::path(get, path = "/api/customer/export/", operation_id = "exportCustomer",
    tag = crate::TAG, params(Paging),
    responses((status = 200, description = "Everything that is stored.", body = Export,
        example = json!(example()))))]
pub async fn export_customer(
    State(app): State<AppState>,
    caller: Caller,
    paging: Paging,
) -> Result<Json<Export>, ApiError> {
    let span = paging.span();
    let (is_first, now) = (span.from.is_none(), app.now());
    let profile = OnceCell::new();
    let read = async |customer| {
        let reading = Reading { store: &app.store, customer, now, profile: &profile };
        let known = async { if is_first { reading.profile().await.map(drop) } else { Ok(()) } };
        tokio::try_join!(known, read_whole(reading, is_first), read_page(reading, &span))
    };
    let (verified, ((), whole, records)) = caller.alongside(read).await?;
    let mut members = empty()?;
    if is_first {
        let about = About { customer: Some(verified.customer), session: Some(verified.session) };
        audit::record(&app, Event::Exported, about);
        let profile = profile.get().and_then(Option::as_ref);
        let profile = profile.ok_or_else(ApiError::user_not_found)?;
        let known = Known { account: &verified.account, session: verified.session, profile };
        for part in &EXPORT {
            if let Source::Known(show) = part.source {
                join(&mut members, show(&known)?);
            }
        }
    }
    let page = paging.page(records, |record| record.position.clone());
    let records = page.results.into_iter().map(|record| record.members);
    whole.into_iter().chain(records).for_each(|part| join(&mut members, part));
    Ok(Json(Export { members, rest: Rest { next: page.next } }))
}

/// All members, without any values.
fn empty() -> Result<Members, StoreError> {
    let mut members = Members::new();
    for part in &EXPORT {
        members.extend((part.empty)()?);
    }
    Ok(members)
}

/// The parts that are whole on the first page.
async fn read_whole(reading: Reading<'_>, is_first: bool) -> Result<Vec<Members>, StoreError> {
    let parts = EXPORT.iter().filter(|_| is_first);
    let reads = parts.filter_map(|part| match part.source {
        Source::Whole(read) => Some(read(reading)),
        Source::Known(_) | Source::Pages(_) => None,
    });
    try_join_all(reads).await
}

/// A page of the records of all other parts, read side by side: one trip.
///
/// A position is the part's prefix and the position within the part, by which the next page finds
/// its part.
async fn read_page(reading: Reading<'_>, span: &Span) -> Result<Vec<Shown>, StoreError> {
    let after = span.from.as_deref().and_then(|from| from.split_once('|'));
    let parts = EXPORT.iter().filter_map(|part| match part.source {
        Source::Pages(pages) => Some(pages),
        Source::Known(_) | Source::Whole(_) => None,
    });
    let left = parts.skip_while(|part| after.is_some_and(|(prefix, _)| prefix != part.prefix));
    let reads = left.map(async |part| {
        let within = after.filter(|(prefix, _)| *prefix == part.prefix);
        let after = within.map(|(_, position)| position);
        let mut records = (part.read)(reading, PageOf { after, most: span.limit }).await?;
        for record in &mut records {
            record.position = format!("{}|{}", part.prefix, record.position);
        }
        Ok::<_, StoreError>(records)
    });
    let mut records: Vec<Shown> = try_join_all(reads).await?.into_iter().flatten().collect();
    records.truncate(span.limit);
    Ok(records)
}

impl PartialSchema for Export {
    fn schema() -> RefOr<Schema> {
        let objects = EXPORT_SCHEMA.iter().map(|part| (part.object)()).chain([Rest::schema()]);
        let mut all = ObjectBuilder::new()
            .description(Some("Everything that is stored of a customer."))
            .build();
        for object in objects {
            if let RefOr::T(Schema::Object(object)) = object {
                all.properties.extend(object.properties);
                all.required.extend(object.required);
            }
        }
        all.into()
    }
}

impl ToSchema for Export {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        for part in EXPORT_SCHEMA {
            (part.references)(schemas);
        }
    }
}

/// A customer who has only a profile and a session.
fn example() -> Value {
    let session = json!({
        "id": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f", "device_name": "Amal's phone",
        "platform": "ios", "created": "2026-11-22T10:00:00.000Z",
        "last_used": "2026-11-22T10:05:00.000Z", "ends": "2027-05-21T10:00:00.000Z",
        "idle_seconds": 2_592_000, "generation": 2, "generations_in_minute": 1,
        "acknowledged": "2026-11-22T10:05:01.000Z", "generation_repeats": 0,
        "key": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "epoch": 0, "current": true,
    });
    let account = json!({
        "status": "active", "phone_hash": "Ovy6Ij3LVCp1eJ5I8sXEHg", "epoch": 0,
        "profile_version": 2, "status_change": null, "last_log_out": null,
    });
    let mut members = empty().unwrap_or_default();
    members.insert("profile".to_owned(), crate::profile::example());
    members.insert("account".to_owned(), account);
    members.insert("sessions".to_owned(), json!([session]));
    json!(Export { members, rest: Rest { next: None } })
}
