//! `markNotificationsRead`.

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

use crate::{
    bulk_delete::changed_all_the_while,
    selection::{Selected, Selection, SelectionRequest, TRIES},
};

/// The number of messages that are still unread.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unread {
    unread: u64,
}

/// Marks notifications in the caller's inbox as read.
///
/// `ids` takes up to a hundred and skips those that are not in the inbox. `all` marks everything
/// that is there at that moment. The answer has the new number for the badge.
#[utoipa::path(post, path = "/api/notifications/read/", operation_id = "markNotificationsRead",
    tag = crate::NOTIFICATIONS,
    request_body(content = SelectionRequest,
        example = json!({"ids": ["019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f"]})),
    responses((status = 200, description = "Number of unread notifications left.", body = Unread,
        example = json!({"unread": 3}))))]
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
        let now = app.now();
        let Selected { inbox, visible, .. } = &selected;
        let read = match selection {
            Selection::All => inbox.with_all_read_of(visible, now).map(|after| (after, Vec::new())),
            Selection::Some(_) => inbox
                .with_read_of(selected.next(), visible, now)
                .map(|Changed { inbox, items, .. }| (inbox, items)),
        };
        let after = match read {
            None if !selected.is_present => {
                selected = selected.at_present(app, customer).await?;
                continue;
            }
            None => inbox.clone(),
            Some((after, changing)) => {
                let changes: Vec<ItemChange> = changing.into_iter().map(ItemChange::Read).collect();
                if !app.store.change_inbox(customer, inbox, &after, &changes).await? {
                    selected = selection.look_again(app, customer).await?;
                    continue;
                }
                after
            }
        };
        let unread = after.unread_with(visible, now);
        selected = match selected.rest(after) {
            Some(rest) => rest,
            None => return Ok(unread),
        };
    }
    Err(changed_all_the_while())
}
