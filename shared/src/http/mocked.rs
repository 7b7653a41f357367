//! Operations without their handlers: a request passes the same checks as in its group, and is
//! then answered by somebody else.

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::on,
};
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method, Uri};

use crate::{
    app::AppState,
    http::{
        admission,
        error::ApiError,
        error_format::ErrorFormat,
        operation::{Access, Operation, filter_of_all},
        routes::Routes,
    },
};

/// Answers a request that passed all checks.
pub type Answer = fn(AppState, MockedRequest) -> BoxFuture<'static, Result<Response, ApiError>>;

/// A request that passed all checks.
#[derive(Debug)]
pub struct MockedRequest {
    /// The path of its operation, as the document writes it.
    pub path: String,
    /// Its method.
    pub method: Method,
    /// Its address.
    pub uri: Uri,
    /// Its headers.
    pub headers: HeaderMap,
}

impl Routes {
    /// Adds the documented operations of a group below `prefix`. Each takes and refuses what it
    /// takes and refuses in its group, in the group's error format, and is answered by `answer`.
    /// Any bearer token will do, and nothing is closed for maintenance.
    pub fn mocking(mut self, prefix: &str, group: Self, answer: Answer) -> Self {
        let format = group.error_format;
        let operations: Vec<Operation> = group
            .operations
            .into_iter()
            .filter_map(|operation| operation.mocked(prefix, format, answer))
            .collect();
        if let Some(format) = format {
            let bases = operations.iter().map(|operation| base(prefix, &operation.path));
            self.mocked_formats.extend(bases.map(|base| (base, format)));
            self.mocked_formats.dedup_by(|(a, _), (b, _)| a == b);
        }
        self.operations.extend(operations);
        self
    }
}

impl Operation {
    fn mocked(self, prefix: &str, format: Option<ErrorFormat>, answer: Answer) -> Option<Self> {
        let check = self.check?;
        let path = self.path.clone();
        let handler = async move |State(app): State<AppState>, request: Request| {
            let (method, headers) = (request.method().clone(), request.headers().clone());
            let uri = request.uri().clone();
            check(request, app.clone()).await?;
            let answered = answer(app, MockedRequest { path, method, uri, headers }).await;
            answered.map_err(IntoResponse::into_response)
        };
        let filter = filter_of_all(&self.methods);
        let access = match self.access {
            Access::Public => Access::Public,
            _ => Access::AnyBearer,
        };
        Some(Self {
            path: format!("{prefix}{}", self.path),
            access,
            admission: (access == Access::AnyBearer).then_some(admission::any_bearer),
            #[cfg(feature = "document")]
            described: None,
            check: None,
            mocked_format: format,
            handler: on(filter, handler),
            ..self
        })
    }

    /// The error format of the group that it mocks.
    pub(crate) fn mocked_format(&self) -> Option<ErrorFormat> {
        self.mocked_format
    }
}

/// The part of a path that all operations of a group with an error format share: `/mock/v2/`.
fn base(prefix: &str, path: &str) -> String {
    let first = path[prefix.len()..].split('/').nth(1).unwrap_or_default();
    format!("{prefix}/{first}/")
}
