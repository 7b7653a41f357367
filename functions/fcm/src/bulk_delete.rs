//! `bulkDeleteNotifications`, at its own path and at the list's.

use axum::{Json, extract::State};
use serde::Serialize;
use shared::{
    app::AppState,
    auth::caller::Caller,
    http::{body::Body, error::ApiError},
    ids::CustomerId,
    inbox::{Changed, ItemChange},
};
use utoipa::ToSchema;

use crate::selection::{Selected, Selection, SelectionRequest, TRIES};

/// The number of messages that were deleted.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deleted {
    deleted: u64,
}

/// Deletes notifications from the caller's inbox.
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
        Selection::All => delete_all(app, verified.customer, selection, selected).await?,
        Selection::Some(_) => delete_some(app, verified.customer, selection, selected).await?,
    };
    Ok(Json(Deleted { deleted }))
}

/// By watermarks: the items themselves stay until they expire, and nothing shows them.
async fn delete_all(
    app: &AppState,
    customer: CustomerId,
    selection: &Selection,
    mut selected: Selected,
) -> Result<u64, ApiError> {
    for _ in 0..TRIES {
        let Selected { inbox, visible, .. } = &selected;
        let Some((after, deleted)) = inbox.without_all_of(visible, app.now()) else {
            return Ok(0);
        };
        if app.store.change_inbox(customer, inbox, &after, &[]).await? {
            return Ok(deleted);
        }
        selected = selection.look_again(app, customer).await?;
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
        let inbox = &selected.inbox;
        let after = match inbox.without_of(selected.next(), &selected.visible, app.now()) {
            None if !selected.is_decided() => {
                selected = selected.at_present(app, customer).await?;
                continue;
            }
            None => inbox.clone(),
            Some(Changed { inbox: after, items, for_all }) => {
                let changes: Vec<ItemChange> = items.into_iter().map(ItemChange::Delete).collect();
                if !app.store.change_inbox(customer, inbox, &after, &changes).await? {
                    selected = selection.look_again(app, customer).await?;
                    continue;
                }
                deleted += (changes.len() + for_all) as u64;
                after
            }
        };
        selected = match selected.rest(after) {
            Some(rest) => rest,
            None => return Ok(deleted),
        };
    }
    Err(changed_all_the_while())
}

pub(crate) fn changed_all_the_while() -> ApiError {
    ApiError::unavailable("an inbox kept changing under a request")
}
