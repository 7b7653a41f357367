//! `markNotificationsRead`.

use axum::{Json, extract::State};
use serde::Serialize;
use shared::{
    app::AppState,
    auth::caller::Caller,
    http::{body::Body, error::ApiError},
    ids::CustomerId,
    inbox::{ItemChange, MOST_CHANGES},
};
use utoipa::ToSchema;

use crate::{
    bulk_delete::{changed_all_the_while, some_of},
    selection::{Selected, Selection, SelectionRequest, TRIES},
};

/// How many messages are still not read.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unread {
    unread: u64,
}

/// Marks messages of the caller's inbox as read.
///
/// `ids` takes up to a hundred, and passes over what is not there; `all` takes what exists at that
/// moment.
///
/// Two sequential trips to storage (a third where all of a hundred ids change): the session, the
/// counts and the messages are read side by side, and the write is counted; then they change in one
/// transaction. With `all`: two read units, three write units, whatever there is. With `ids`: one
/// read unit more for each message, and two write units more for each KB of them. Where nothing
/// changes, one trip.
#[utoipa::path(post, path = "/api/notifications/read/", operation_id = "markNotificationsRead", tag = crate::NOTIFICATIONS,
    request_body(content = SelectionRequest, example = json!({"ids": ["019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f"]})),
    responses(
        (status = 200, description = "How many are left.", body = Unread, example = json!({"unread": 3})),
        (status = 429, description = "More than 120 writes in a minute.", body = shared::http::error::ErrorBody,
            headers(("Retry-After" = u32, description = "Seconds to wait.")),
            example = json!({"type": "client_error", "errors": [{"code": "throttled",
                "detail": "Request was throttled. Expected available in 42 seconds.", "attr": null}]})),
    ))]
pub async fn mark_notifications_read(
    State(app): State<AppState>,
    caller: Caller,
    Body(request): Body<SelectionRequest>,
) -> Result<Json<Unread>, ApiError> {
    let selection = Selection::from(request);
    let (verified, selected) =
        caller.alongside_write(|customer| selection.look_up(&app, customer)).await?;
    let unread = mark(&app, verified.customer, &selection, selected).await?;
    Ok(Json(Unread { unread }))
}

async fn mark(
    app: &AppState,
    customer: CustomerId,
    selection: &Selection,
    mut selected: Selected,
) -> Result<u64, ApiError> {
    for _ in 0..TRIES {
        let (now, Selected { inbox, items }) = (app.now(), selected);
        let read = match selection {
            Selection::All => inbox.with_all_read(now).map(|after| (after, Vec::new())),
            Selection::Some(_) => inbox.with_read(some_of(&items), now),
        };
        let rest = items.into_iter().skip(MOST_CHANGES).collect::<Vec<_>>();
        let Some((after, changing)) = read else {
            if rest.is_empty() {
                return Ok(inbox.unread(now));
            }
            selected = Selected { inbox, items: rest };
            continue;
        };
        let changes: Vec<ItemChange> = changing.into_iter().map(ItemChange::Read).collect();
        if !app.store.change_inbox(customer, &inbox, &after, &changes).await? {
            selected = selection.look_up(app, customer).await?;
            continue;
        }
        if rest.is_empty() {
            return Ok(after.unread(now));
        }
        selected = Selected { inbox: after, items: rest };
    }
    Err(changed_all_the_while())
}
