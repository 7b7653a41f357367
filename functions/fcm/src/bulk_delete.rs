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

/// Deletes notifications of the caller's inbox.
///
/// `ids` takes up to a hundred and skips those that are not in the inbox. `all` deletes everything
/// that is there at that moment, and nothing that arrives later.
#[utoipa::path(post, path = "/api/notifications/bulk-delete/",
    operation_id = "bulkDeleteNotifications", tag = crate::NOTIFICATIONS,
    request_body(content = SelectionRequest,
        example = json!({"ids": ["019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f"]})),
    responses((status = 200, description = "Number of notifications deleted.", body = Deleted,
        example = json!({"deleted": 1}))))]
pub async fn delete_notifications(
    State(app): State<AppState>,
    caller: Caller,
    Body(request): Body<SelectionRequest>,
) -> Result<Json<Deleted>, ApiError> {
    delete(&app, &caller, &request.into()).await
}

/// Deletes notifications of the caller's inbox, for clients that delete where they list.
///
/// Like bulkDeleteNotifications.
#[utoipa::path(delete, path = "/api/notifications/",
    operation_id = "bulkDeleteNotifications_delete", tag = crate::NOTIFICATIONS,
    request_body(content = SelectionRequest, example = json!({"all": true})),
    responses((status = 200, description = "Number of notifications deleted.", body = Deleted,
        example = json!({"deleted": 5000}))))]
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
