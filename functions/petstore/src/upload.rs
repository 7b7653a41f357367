//! `uploadFile`: what comes is counted and answered; nothing of it is kept.

use axum::{
    extract::{FromRequest, Request},
    response::Response,
};
use bytes::Bytes;
use shared::{
    app::AppState,
    error_responses,
    http::{
        body::{BodyPart, Content},
        checked::{self, Checked},
        error::ApiError,
    },
};
use utoipa::ToSchema;

use crate::{
    answer::Form,
    api_response::{ApiResponse, bad, bad_input},
    path_id::WithPathId,
    shop::Granted,
};

/// The most bytes of an upload.
const MOST: usize = 4 * 1024 * 1024;

/// An upload, read.
#[derive(Debug)]
pub struct Upload {
    metadata: Option<String>,
    /// Its name and its size in bytes.
    file: (String, usize),
}

/// An upload as the document shows it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands here for the document; the parts are read one by one")]
struct UploadForm {
    /// Additional data to pass to server
    #[schema(nullable = false, rename = "additionalMetadata")]
    additional_metadata: Option<String>,
    /// file to upload
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Bytes,
}

/// uploads an image
///
/// The pet need not exist. The bytes are counted and not stored: at most 4 MiB with what is around
/// them.
#[utoipa::path(post, path = "/v2/pet/{petId}/uploadImage", operation_id = "uploadFile",
    tag = crate::PET, security(("petstore_auth" = ["write:pets", "read:pets"])),
    params(("petId" = i64, Path, description = "ID of pet to update")),
    request_body(content = UploadForm, content_type = "multipart/form-data",
        example = json!({"additionalMetadata": "from the side", "file": "(bytes)"})),
    responses(
        (status = 200, description = "successful operation", body = ApiResponse,
            example = json!(ApiResponse::done(uploaded("from the side", "doggie.jpg", 1024)))),
        NoFile, TooLarge,
    ))]
pub async fn upload_file(
    _: Granted,
    form: Form,
    WithPathId(_, upload): WithPathId<Upload>,
) -> Result<Response, ApiError> {
    let (name, bytes) = &upload.file;
    form.done(uploaded(upload.metadata.as_deref().unwrap_or("null"), name, *bytes))
}

fn uploaded(metadata: &str, name: &str, bytes: usize) -> String {
    format!("additionalMetadata: {metadata}\nFile uploaded to ./{name}, {bytes} bytes")
}

fn no_file() -> ApiError {
    bad("bad input: file is required")
}

impl FromRequest<AppState> for Upload {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, ApiError> {
        let content = Content::of(request, MOST).await?.ok_or_else(no_file)?;
        if content.media_type() != "multipart/form-data" {
            return Err(content.unsupported());
        }
        content.charset()?;
        let parts = content.parts().await.map_err(|_| bad_input())?;
        Self::read(parts).map_err(|_| bad_input())?.ok_or_else(no_file)
    }
}

impl Checked for Upload {
    async fn check(request: &mut Request, app: &AppState) -> Result<(), Response> {
        checked::by_reading::<Self>(request, app).await
    }
}

impl Upload {
    fn read(parts: Vec<BodyPart>) -> Result<Option<Self>, ApiError> {
        let (mut metadata, mut file) = (None, None);
        for part in parts {
            match part.name.as_str() {
                "additionalMetadata" => metadata = Some(part.text()?),
                "file" => {
                    let name = part.file_name.filter(|name| !name.is_empty());
                    let name = name.unwrap_or_else(|| "file".to_owned());
                    file = Some((name, part.content.len()));
                }
                _ => {}
            }
        }
        Ok(file.map(|file| Self { metadata, file }))
    }
}

error_responses! {
    /// Not an id, no multipart body, or no file in it.
    NoFile: no_file();
    /// A body of more than 4 MiB.
    TooLarge: ApiError::request_too_large(MOST);
}
