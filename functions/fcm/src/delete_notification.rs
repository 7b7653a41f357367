//! `deleteNotification`.

use axum::extract::{Path, State};
use http::StatusCode;
use shared::{
    app::AppState, auth::caller::Caller, http::error::ApiError, ids::NotificationId,
    inbox::ItemChange,
};

use crate::{
    bulk_delete::changed_all_the_while,
    selection::{Selected, Selection, TRIES},
};

/// Deletes a message of the caller's inbox.
///
/// Two sequential trips to storage: the session, the counts and the message are read side by side,
/// and the write is counted; then it goes in one transaction with its count. Three read units, six
/// write units.
#[utoipa::path(delete, path = "/api/notifications/{id}/", operation_id = "deleteNotification", tag = crate::NOTIFICATIONS,
    params(("id" = String, Path, description = "The message's `id`.", format = "uuid")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "The caller has no such message.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "not_found", "detail": "Not found.", "attr": null}]})),
        (status = 429, description = "More than 120 writes in a minute.", body = shared::http::error::ErrorBody,
            headers(("Retry-After" = u32, description = "Seconds to wait.")),
            example = json!({"type": "client_error", "errors": [{"code": "throttled",
                "detail": "Request was throttled. Expected available in 42 seconds.", "attr": null}]})),
    ))]
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
        let Selected { inbox, items } = selected;
        let (after, leaving) = inbox.without(&items, app.now()).ok_or_else(ApiError::not_found)?;
        let changes: Vec<ItemChange> = leaving.into_iter().map(ItemChange::Delete).collect();
        if app.store.change_inbox(verified.customer, &inbox, &after, &changes).await? {
            return Ok(StatusCode::NO_CONTENT);
        }
        selected = selection.look_up(&app, verified.customer).await?;
    }
    Err(changed_all_the_while())
}
