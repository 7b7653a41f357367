//! A group of the tests for conventions of all groups: repeated requests and pages.
//!
//! It works like any other group: registered through `shared::http::routes`, behind gateway events,
//! with the same storage.

use axum::{Json, extract::State, response::Response};
use harness::Api;
use http::StatusCode;
use serde::Serialize;
use shared::{
    app::AppState,
    auth::caller::Caller,
    http::{
        error::ApiError,
        idempotency::{self, Keyed, MustBeKeyed},
        page::{Page, Paging},
        request::Text,
        routes::Routes,
    },
    idempotency::{Asker, NewAnswer, RequestKey, StoredAnswer},
    ids::CustomerId,
    operation, request,
};
use table::{Key, Transaction, Write, number};
use utoipa::ToSchema;

mod idempotency_keys;
mod pages;

request! {
    /// A request for something that is made once.
    struct NewThing {
        name: Text<1, 20>,
    }
}

/// Something that was made.
#[derive(Debug, Serialize, ToSchema)]
struct Thing {
    id: String,
    name: String,
}

/// Something in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct Entry {
    name: String,
}

pub(crate) fn routes() -> Routes {
    Routes::of("trial")
        .bearer(operation!(things::make_thing))
        .bearer(operation!(things::make_dear_thing))
        .bearer(operation!(things::list_entries))
        .bearer(operation!(things::list_others))
        .public(operation!(ends::panic))
        .public(operation!(ends::stall))
        .public(operation!(ends::wait))
}

/// An API that serves the group beside the others.
async fn start() -> Api {
    let mut api = Api::start().await;
    api.serve_also("auth", "/api/trial", routes);
    api
}

/// Operations that panic, hang or wait.
mod ends {
    use std::time::Duration;

    use super::*;

    #[utoipa::path(get, path = "/api/trial/panic/", operation_id = "panic",
        responses((status = 200, body = Thing)))]
    pub(super) async fn panic() -> Result<Json<Thing>, ApiError> {
        panic!("the test wants a panic")
    }

    #[utoipa::path(get, path = "/api/trial/stall/", operation_id = "stall",
        responses((status = 200, body = Thing)))]
    pub(super) async fn stall() -> Result<Json<Thing>, ApiError> {
        std::future::pending().await
    }

    #[utoipa::path(get, path = "/api/trial/wait/", operation_id = "wait",
        responses((status = 200, body = Thing)))]
    pub(super) async fn wait() -> Result<Json<Thing>, ApiError> {
        tokio::time::sleep(Duration::from_millis(300)).await;
        Ok(Json(Thing { id: "1".to_owned(), name: "done".to_owned() }))
    }
}

mod things {
    use super::*;

    #[utoipa::path(post, path = "/api/trial/things/", operation_id = "makeThing",
        request_body = NewThing, responses((status = 201, body = Thing)))]
    pub(super) async fn make_thing(
        State(app): State<AppState>,
        caller: Caller,
        Keyed { key, request }: Keyed<NewThing>,
    ) -> Result<Response, ApiError> {
        make(&app, &caller, key, request, false).await
    }

    #[utoipa::path(post, path = "/api/trial/dear-things/", operation_id = "makeDearThing",
        request_body = NewThing, responses((status = 201, body = Thing)))]
    pub(super) async fn make_dear_thing(
        State(app): State<AppState>,
        caller: Caller,
        MustBeKeyed { key, request }: MustBeKeyed<NewThing>,
    ) -> Result<Response, ApiError> {
        make(&app, &caller, Some(key), request, true).await
    }

    #[utoipa::path(get, path = "/api/trial/entries/", operation_id = "listEntries",
        responses((status = 200, body = Page<Entry>)))]
    pub(super) async fn list_entries(
        caller: Caller,
        paging: Paging,
    ) -> Result<Json<Page<Entry>>, ApiError> {
        list(&caller, &paging).await
    }

    #[utoipa::path(get, path = "/api/trial/others/", operation_id = "listOthers",
        responses((status = 200, body = Page<Entry>)))]
    pub(super) async fn list_others(
        caller: Caller,
        paging: Paging,
    ) -> Result<Json<Page<Entry>>, ApiError> {
        list(&caller, &paging).await
    }

    async fn make(
        app: &AppState,
        caller: &Caller,
        key: Option<RequestKey>,
        request: NewThing,
        for_ever: bool,
    ) -> Result<Response, ApiError> {
        let operation = if for_ever { "makeDearThing" } else { "makeThing" };
        let slot =
            |customer| key.as_ref().map(|key| key.slot(Asker::Customer(customer), operation));
        let now = app.now();
        let looked_up = async |customer| app.store.seen_before(slot(customer).as_ref(), now).await;
        let (verified, seen) = caller.alongside_write(looked_up).await?;
        if let Some(seen) = seen {
            return idempotency::repeat(seen);
        }
        let thing = Thing { id: app.new_name(), name: request.name };
        let fresh = StoredAnswer::json(StatusCode::CREATED, &thing)?;
        let kept: Option<NewAnswer> = slot(verified.customer).map(|slot| {
            if for_ever {
                slot.keeping_for_ever(fresh.clone())
            } else {
                slot.keeping(fresh.clone(), now)
            }
        });
        let once = app.store.commit_once(kept.as_ref(), one_more(verified.customer), now).await?;
        idempotency::answer(once, fresh)
    }

    fn one_more(customer: CustomerId) -> Transaction {
        let key = Key::new(format!("TRIAL#{customer}"), "MADE");
        let mut effect = Transaction::new();
        effect.add(Write::update(key, "ADD made :one").value(":one", number(1)));
        effect
    }

    async fn list(caller: &Caller, paging: &Paging) -> Result<Json<Page<Entry>>, ApiError> {
        let span = paging.span();
        let (_, entries) = caller.alongside(async |_| Ok(fetch(&span))).await?;
        Ok(Json(paging.page(entries, |entry| entry.name.clone())))
    }

    /// A page of the entries `e00` to `e49`, as storage would return it.
    fn fetch(span: &shared::paging::Span) -> Vec<Entry> {
        let mut names: Vec<String> = (0..50).map(|n| format!("e{n:02}")).collect();
        if span.backward {
            names.reverse();
        }
        let beyond = |name: &String| match &span.from {
            Some(from) if span.backward => name < from,
            Some(from) => name > from,
            None => true,
        };
        names.into_iter().filter(beyond).take(span.limit).map(|name| Entry { name }).collect()
    }
}
