//! `bulkDeleteNotifications`, at its own path and at the list's.

use axum::{Json, extract::State};
use serde::Serialize;
use shared::{
    app::AppState,
    auth::caller::Caller,
    http::{body::Body, error::ApiError},
    ids::CustomerId,
    inbox::{Inbox, ItemChange, MOST_CHANGES, Notification},
};
use utoipa::ToSchema;

use crate::selection::{Selected, Selection, SelectionRequest, TRIES};

/// How many messages went.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deleted {
    deleted: u64,
}

/// Deletes messages of the caller's inbox.
///
/// `ids` takes up to a hundred, and passes over what is not there; `all` takes what exists at that
/// moment, however many, and nothing that comes later.
///
/// Two sequential trips to storage (a third where all of a hundred ids are there): the session, the
/// counts and the messages are read side by side, and the write is counted; then they go in one
/// transaction. With `all`: two read units, three write units, whatever there is. With `ids`: one
/// read unit more for each message, and three write units more (two for each further KB of it).
#[utoipa::path(post, path = "/api/notifications/bulk-delete/", operation_id = "bulkDeleteNotifications", tag = crate::NOTIFICATIONS,
    request_body(content = SelectionRequest, example = json!({"ids": ["019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f"]})),
    responses(
        (status = 200, description = "How many went.", body = Deleted, example = json!({"deleted": 1})),
        (status = 429, description = "More than 120 writes in a minute.", body = shared::http::error::ErrorBody,
            headers(("Retry-After" = u32, description = "Seconds to wait.")),
            example = json!({"type": "client_error", "errors": [{"code": "throttled",
                "detail": "Request was throttled. Expected available in 42 seconds.", "attr": null}]})),
    ))]
pub async fn delete_notifications(
    State(app): State<AppState>,
    caller: Caller,
    Body(request): Body<SelectionRequest>,
) -> Result<Json<Deleted>, ApiError> {
    delete(&app, &caller, &request.into()).await
}

/// Deletes messages of the caller's inbox, for clients that delete where they list.
///
/// As bulkDeleteNotifications.
///
/// Two sequential trips to storage (a third where all of a hundred ids are there).
#[utoipa::path(delete, path = "/api/notifications/", operation_id = "bulkDeleteNotifications_delete", tag = crate::NOTIFICATIONS,
    request_body(content = SelectionRequest, example = json!({"all": true})),
    responses(
        (status = 200, description = "How many went.", body = Deleted, example = json!({"deleted": 5000})),
        (status = 429, description = "More than 120 writes in a minute.", body = shared::http::error::ErrorBody,
            headers(("Retry-After" = u32, description = "Seconds to wait.")),
            example = json!({"type": "client_error", "errors": [{"code": "throttled",
                "detail": "Request was throttled. Expected available in 42 seconds.", "attr": null}]})),
    ))]
pub async fn delete_notifications_at_list(
    State(app): State<AppState>,
    caller: Caller,
    Body(request): Body<SelectionRequest>,
) -> Result<Json<Deleted>, ApiError> {
    delete(&app, &caller, &request.into()).await
}

async fn delete(
    app: &AppState,
    caller: &Caller,
    selection: &Selection,
) -> Result<Json<Deleted>, ApiError> {
    let (verified, selected) =
        caller.alongside_write(|customer| selection.look_up(app, customer)).await?;
    let deleted = match selection {
        Selection::All => delete_all(app, verified.customer, selected.inbox).await?,
        Selection::Some(_) => delete_some(app, verified.customer, selection, selected).await?,
    };
    Ok(Json(Deleted { deleted }))
}

/// By one watermark: the items themselves stay until they expire, and nothing shows them.
async fn delete_all(
    app: &AppState,
    customer: CustomerId,
    mut inbox: Inbox,
) -> Result<u64, ApiError> {
    for _ in 0..TRIES {
        let Some((after, deleted)) = inbox.without_all(app.now()) else { return Ok(0) };
        if app.store.change_inbox(customer, &inbox, &after, &[]).await? {
            return Ok(deleted);
        }
        inbox = app.store.inbox(customer).await?;
    }
    Err(changed_all_the_while())
}

async fn delete_some(
    app: &AppState,
    customer: CustomerId,
    selection: &Selection,
    mut selected: Selected,
) -> Result<u64, ApiError> {
    let mut deleted = 0;
    for _ in 0..TRIES {
        let Selected { inbox, items } = selected;
        let (after, leaving) = inbox
            .without(some_of(&items), app.now())
            .unwrap_or_else(|| (inbox.clone(), Vec::new()));
        let changes: Vec<ItemChange> = leaving.into_iter().map(ItemChange::Delete).collect();
        if !changes.is_empty()
            && !app.store.change_inbox(customer, &inbox, &after, &changes).await?
        {
            selected = selection.look_up(app, customer).await?;
            continue;
        }
        deleted += changes.len() as u64;
        if items.len() <= MOST_CHANGES {
            return Ok(deleted);
        }
        selected = Selected { inbox: after, items: items.into_iter().skip(MOST_CHANGES).collect() };
    }
    Err(changed_all_the_while())
}

/// As many as one transaction can change.
pub(crate) fn some_of(items: &[Notification]) -> &[Notification] {
    &items[..items.len().min(MOST_CHANGES)]
}

pub(crate) fn changed_all_the_while() -> ApiError {
    ApiError::unavailable("an inbox kept changing under a request")
}
