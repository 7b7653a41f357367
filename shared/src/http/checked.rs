//! What the arguments of a handler refuse about a request by themselves, without the operation
//! being carried out.
//!
//! The mock answers from examples, and checks each request with this, so that mock and operation
//! run the same readers. Every type that a handler takes implements [`Checked`]; a handler with an
//! argument that does not is no operation.

use std::future::{Future, ready};

use axum::{
    Extension,
    extract::{FromRequest, FromRequestParts, Path, Request, State},
    response::{IntoResponse, Response},
};
use futures_util::future::BoxFuture;
use http::{HeaderMap, Uri};

use crate::{app::AppState, http::address::ClientAddress};

/// An argument of a handler. By default it refuses nothing that is seen in the request alone.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what it refuses about a request",
    note = "implement `shared::http::checked::Checked` for it; the mock checks requests with it"
)]
pub trait Checked {
    /// What the extractor answers to a request that it refuses. The last argument may take the
    /// body.
    fn check(
        request: &mut Request,
        app: &AppState,
    ) -> impl Future<Output = Result<(), Response>> + Send {
        let _ = (request, app);
        ready(Ok(()))
    }
}

/// The checks of an operation's arguments.
pub(crate) type Check = fn(Request, AppState) -> BoxFuture<'static, Result<(), Response>>;

/// All arguments of a handler, as axum's `Handler` has them: a marker, then the arguments.
pub trait CheckedArguments {
    /// What the first argument that refuses the request answers.
    fn check(request: Request, app: AppState) -> BoxFuture<'static, Result<(), Response>>;
}

/// Checks by an extractor of the request's head.
pub async fn by_head<E: FromRequestParts<AppState>>(
    request: &mut Request,
    app: &AppState,
) -> Result<(), Response> {
    let (mut parts, body) = std::mem::take(request).into_parts();
    let read = E::from_request_parts(&mut parts, app).await.map(drop);
    *request = Request::from_parts(parts, body);
    read.map_err(IntoResponse::into_response)
}

/// Checks by an extractor of the whole request.
pub async fn by_reading<E: FromRequest<AppState>>(
    request: &mut Request,
    app: &AppState,
) -> Result<(), Response> {
    let read = E::from_request(std::mem::take(request), app).await;
    read.map(drop).map_err(IntoResponse::into_response)
}

impl Checked for State<AppState> {}
impl Checked for HeaderMap {}
impl Checked for Uri {}
impl<T> Checked for Path<T> {}
impl<T> Checked for Extension<T> {}
impl Checked for ClientAddress {}

macro_rules! checked_arguments {
    ($($argument:ident)*) => {
        impl<Marker, $($argument: Checked),*> CheckedArguments for (Marker, $($argument,)*) {
            #[allow(unused_mut, unused_variables, reason = "a handler may have no arguments")]
            fn check(
                mut request: Request,
                app: AppState,
            ) -> BoxFuture<'static, Result<(), Response>> {
                Box::pin(async move {
                    $(<$argument as Checked>::check(&mut request, &app).await?;)*
                    Ok(())
                })
            }
        }
    };
}

checked_arguments!();
checked_arguments!(A);
checked_arguments!(A B);
checked_arguments!(A B C);
checked_arguments!(A B C D);
checked_arguments!(A B C D E);
checked_arguments!(A B C D E F);
checked_arguments!(A B C D E F G);
