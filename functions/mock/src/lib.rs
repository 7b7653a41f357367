//! `/mock/…`: every operation of the document, answered from its examples.
//!
//! Protocol: a request passes the checks of its operation, in their order and by the operation's
//! own readers: path, `Accept`, token, method, size and type of the body, fields. What is wrong is
//! answered as the operation would answer it. Then `Prefer` (RFC 7240) picks: `code=429` a
//! documented status, `example=name` one of its examples, or of any status if none is picked,
//! `delay=3` seconds to wait, at most
//! [`MockSettings::most_delay`](shared::settings::MockSettings). `Preference-Applied` says what was
//! heeded, `Preference-Refused` what was not. Without a preference the `situation` of a request
//! picks.
//!
//! Invariants: any bearer token is good; nothing is read from a table or written to one.

mod document;
mod picked;
mod prefer;
mod situation;

use axum::response::Response;
use futures_util::future::BoxFuture;
use shared::{
    app::AppState,
    http::{error::ApiError, mocked::MockedRequest, negotiate::Accept, routes::Routes},
    settings::Section,
};

use document::Document;
use prefer::Preferences;

/// All operations below `/mock`.
pub fn routes() -> Routes {
    let none = Routes::of(env!("CARGO_CRATE_NAME")).needs(&[
        Section::MOCK,
        Section::APP_HASHES,
        Section::CODES,
        Section::COUNTRIES,
    ]);
    let groups = groups::MOCKED.iter().map(|routes| routes());
    groups
        .chain([docs::mocked_operations()])
        .fold(none, |routes, group| routes.mocking("/mock", group, answer))
}

fn answer(app: AppState, request: MockedRequest) -> BoxFuture<'static, Result<Response, ApiError>> {
    Box::pin(async move {
        let operation = Document::ours()?.operation(&request.path, &request.method)?;
        let preferences = Preferences::of(&request.headers);
        let accept = Accept::of(&request.headers);
        let picked = picked::answer(&operation, &request, &accept, &preferences)?;
        let delay = preferences.delay(app.settings.mock()?.most_delay);
        if let Some(seconds) = delay {
            tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
        }
        Ok(picked.with_applied(&preferences, delay))
    })
}
