//! `deleteNotification`.

use axum::extract::{Path, State};
use http::StatusCode;
use shared::{
    app::AppState,
    auth::caller::Caller,
    http::error::ApiError,
    ids::NotificationId,
    inbox::{Changed, ItemChange},
};

use crate::{
    bulk_delete::changed_all_the_while,
    selection::{Selected, Selection, TRIES},
};

/// Deletes a notification from the caller's inbox.
///
/// If it was unread, the number of unread ones falls. One that is gone already is 404, which a
/// repeat can take for success.
#[utoipa::path(delete, path = "/api/notifications/{id}/", operation_id = "deleteNotification",
    tag = crate::NOTIFICATIONS,
    params(("id" = String, Path, description = "The notification's `id`.", format = "uuid")),
    responses((status = 204, description = "The notification is deleted.")))]
pub async fn delete_notification(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let ids: Vec<NotificationId> = id.parse().into_iter().collect();
    let selection = if ids.is_empty() { Selection::All } else { Selection::Some(ids) };
    let (verified, mut selected) =
        caller.alongside_write(|customer| selection.look_up(&app, customer)).await?;
    for _ in 0..TRIES {
        let Selected { inbox, visible, .. } = &selected;
        if let Some(Changed { inbox: after, items, .. }) =
            inbox.without_of(selected.next(), visible, app.now())
        {
            let changes: Vec<ItemChange> = items.into_iter().map(ItemChange::Delete).collect();
            if app.store.change_inbox(verified.customer, inbox, &after, &changes).await? {
                return Ok(StatusCode::NO_CONTENT);
            }
        } else if selected.is_decided() {
            return Err(ApiError::not_found());
        }
        selected = selection.look_again(&app, verified.customer).await?;
    }
    Err(changed_all_the_while())
}
