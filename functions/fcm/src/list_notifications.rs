//! `listNotifications`.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use shared::{
    app::AppState,
    auth::caller::Caller,
    http::{
        error::ApiError,
        etag::{ETag, IfNoneMatch},
        page::Paging,
    },
    ids::NotificationId,
    inbox::{Inbox, MOST_RECENT, Notification, Visible},
    paging::Span,
};
use utoipa::ToSchema;

use crate::notification::NotificationOut;

/// A page of the inbox.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationPage {
    /// The address of the next page; null on the last.
    #[schema(required, format = "uri")]
    next: Option<String>,
    /// The address of the previous page; null on the first.
    #[schema(required, format = "uri")]
    previous: Option<String>,
    /// The messages, newest first.
    results: Vec<NotificationOut>,
    /// How many messages of the whole inbox are not read; on the first page alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    unread: Option<u64>,
}

/// Lists the caller's inbox, newest first.
///
/// Call it when the inbox is opened and when a push arrives; `unread` on the first page is the
/// number for the badge. Notifications expire after the days in the parameter `InboxDays`, or up
/// to a week later; those to all customers after 90 days. A customer sees those to all that were
/// sent since the account was created.
#[utoipa::path(get, path = "/api/notifications/", operation_id = "listNotifications",
    tag = crate::NOTIFICATIONS, params(Paging, IfNoneMatch),
    responses((status = 200, description = "A page.", body = NotificationPage,
        example = json!({"next": null, "previous": null,
            "results": [crate::notification::example()], "unread": 1}))))]
pub async fn list_notifications(
    State(app): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    paging: Paging,
) -> Result<Response, ApiError> {
    let now = app.now();
    let span = paging.span();
    let from: Option<NotificationId> =
        span.from.as_deref().map(str::parse).transpose().map_err(|_| ApiError::invalid_cursor())?;
    // The head knows the newest items, so it can tell whether a read that may be stale has them.
    let is_present = from.is_some() || span.limit > MOST_RECENT;
    let read = async |customer| {
        let items = async {
            if is_present {
                app.store.notifications(customer, from, &span).await
            } else {
                app.store.recent_notifications(customer, &span).await
            }
        };
        // Behind a position, only what is older is asked for.
        let older_than = from.filter(|_| !span.backward);
        let visible = app.visible_broadcasts(customer, older_than, now);
        tokio::try_join!(app.store.inbox(customer), items, visible)
    };
    let (verified, (inbox, items, visible)) = caller.alongside(read).await?;
    // An app in which two customers take turns must not take one's inbox for the other's.
    let name = app.signer()?.pseudonym(&verified.customer.to_string());
    let tag = ETag::new(format_args!("{name}-{}", inbox.version_with(&visible, now)));
    if tag.is_known_to(&headers) {
        return Ok(with_tag(StatusCode::NOT_MODIFIED, tag.header()));
    }
    let own = if is_present || inbox.vouches_for(&items, span.limit, now) {
        items
    } else {
        app.store.notifications(verified.customer, from, &span).await?
    };
    // What came since the head was read is there, but not counted yet.
    let is_shown =
        |item: &Notification| inbox.is_visible(item.id, now) || inbox.is_older_than(item);
    let own = own.into_iter().filter(is_shown);
    let own = own.map(|item| NotificationOut::of(item, &inbox)).collect();
    let all = merge(own, of_all(&inbox, &visible, from, &span), &span);
    let page = paging.page(all, |shown| shown.id().to_string());
    let unread = from.is_none().then(|| inbox.unread_with(&visible, now));
    let page = NotificationPage {
        next: page.next,
        previous: page.previous,
        results: page.results,
        unread,
    };
    Ok(with_tag(Json(page), tag.header()))
}

/// The messages to all behind `from`, in the direction of the span.
fn of_all(
    inbox: &Inbox,
    visible: &Visible,
    from: Option<NotificationId>,
    span: &Span,
) -> Vec<NotificationOut> {
    let is_behind = |id: NotificationId| {
        from.is_none_or(|from| if span.backward { id > from } else { id < from })
    };
    let there = visible.iter().filter(|one| !inbox.marks.is_deleted(one.number));
    let mut there: Vec<_> = there.filter(|one| is_behind(one.id)).collect();
    if !span.backward {
        there.reverse();
    }
    there.into_iter().take(span.limit).map(|one| NotificationOut::of_all(one, inbox)).collect()
}

/// The first entries of both lists in the direction of the span.
fn merge(
    mut own: Vec<NotificationOut>,
    of_all: Vec<NotificationOut>,
    span: &Span,
) -> Vec<NotificationOut> {
    if of_all.is_empty() {
        return own;
    }
    own.extend(of_all);
    own.sort_by_key(NotificationOut::id);
    if !span.backward {
        own.reverse();
    }
    own.truncate(span.limit);
    own
}

fn with_tag(answer: impl IntoResponse, tag: Option<HeaderValue>) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().extend(tag.map(|tag| (header::ETAG, tag)));
    response
}
