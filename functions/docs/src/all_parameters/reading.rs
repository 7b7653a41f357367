//! The reader of `allParameters`: parameters by their place and style, then the body.

use axum::{
    extract::{FromRequest, FromRequestParts, Path, Request},
    response::Response,
};
use http::{header, request::Parts};
use shared::{
    app::AppState,
    http::{
        body::{self, BodyPart, Content, ContentType, pairs},
        checked::{self, Checked},
        error::ApiError,
        request::{
            Boolean, Choice, Context, Day, Field, Fields, FromFields, Integer, List, Object,
            Optional, Reported, Text,
        },
    },
};
use utoipa::ToSchema;

use super::{
    bodies::{AllFields, AllFieldsAndFile, AnyNumber},
    described::{Sort, Theme},
};

/// The most bytes of a body with a file.
const MOST_BYTES: usize = 4 * 1024 * 1024;

type Pairs = Vec<(String, String)>;
type AnyInteger = Integer<{ i64::MIN }, { i64::MAX }>;
type AnyMany<R> = List<R, { usize::MAX }>;

/// A request whose parameters and body are as they must be.
pub(crate) struct AllParameters;

struct InHead;
#[derive(ToSchema)]
struct InFilter;

impl FromRequest<AppState> for AllParameters {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, ApiError> {
        let (mut head, body) = request.into_parts();
        let parameters = parameters(&mut head, app).await?;
        let request = Request::from_parts(head, body);
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let body = if ContentType::parse(content_type).media_type() == "multipart/form-data" {
            let parts = match Content::of(request, MOST_BYTES).await? {
                Some(content) => content.parts().await?,
                None => Vec::new(),
            };
            let pairs = parts.into_iter().map(text).collect::<Result<_, _>>()?;
            Fields::from_form(pairs, Context::of(app)).read::<AllFieldsAndFile>().err()
        } else {
            body::fields(request, app).await?.read::<AllFields>().err()
        };
        let parameters = Fields::from_form(parameters, Context::of(app)).read::<InHead>().err();
        match parameters.into_iter().chain(body).flatten().collect::<Vec<_>>() {
            errors if errors.is_empty() => Ok(Self),
            errors => Err(ApiError::fields(errors)),
        }
    }
}

impl Checked for AllParameters {
    async fn check(request: &mut Request, app: &AppState) -> Result<(), Response> {
        checked::by_reading::<Self>(request, app).await
    }
}

/// A part as a pair of a form; the content of a file is not looked at.
fn text(part: BodyPart) -> Result<(String, String), ApiError> {
    let is_file = part.name == "file" || part.file_name.is_some();
    let text = if is_file { String::new() } else { part.text()? };
    Ok((part.name, text))
}

/// The parameters of path, query, headers and cookies. A list is its name repeated, whatever its
/// style.
async fn parameters(head: &mut Parts, app: &AppState) -> Result<Pairs, ApiError> {
    let id = Path::<String>::from_request_parts(head, app).await.map(|Path(id)| id);
    let mut all: Pairs = id.into_iter().map(|id| ("id".to_owned(), id)).collect();
    for (name, value) in pairs(head.uri.query().unwrap_or_default().as_bytes())? {
        match name.as_str() {
            "commas" => all.extend(items(&name, &value, ',')),
            "spaces" => all.extend(items(&name, &value, ' ')),
            "pipes" => all.extend(items(&name, &value, '|')),
            _ => all.push((name, value)),
        }
    }
    let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    all.extend(text(SOURCE).map(|source| (SOURCE.to_owned(), source.to_owned())));
    all.extend(text(FLAGS).into_iter().flat_map(|flags| items(FLAGS, flags, ',')));
    let cookies = head.headers.get_all(header::COOKIE).iter();
    let cookies = cookies.filter_map(|value| value.to_str().ok());
    let mut cookies =
        cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let theme = cookies.find(|(name, _)| *name == "theme");
    all.extend(theme.map(|(name, value)| (name.to_owned(), value.to_owned())));
    Ok(all)
}

const SOURCE: &str = "X-Request-Source";
const FLAGS: &str = "X-Flags";

fn items(name: &str, value: &str, separator: char) -> Pairs {
    value.split(separator).map(|item| (name.to_owned(), item.to_owned())).collect()
}

/// Whether a field is as it must be; its value is not used.
fn is<F: Field>(fields: &mut Fields, name: &'static str) -> Result<(), Reported> {
    F::read(fields, name).map(drop)
}

/// Makes a reader of names and types of fields, all of which are read before the first error
/// counts.
macro_rules! read_only {
    ($request:ident { $($name:expr => $field:ty),* $(,)? }) => {
        impl FromFields for $request {
            fn from_fields(fields: &mut Fields) -> Result<Self, Reported> {
                let all = [$(is::<$field>(fields, $name)),*];
                all.into_iter().collect::<Result<(), _>>().map(|()| Self)
            }

            fn names(names: &mut Vec<&'static str>) {
                names.extend([$($name),*]);
            }
        }
    };
}

read_only!(InHead {
    "id" => Integer<1, { i64::MAX }>,
    "text" => Text<1, 50>,
    "integer" => Optional<Integer<1, 100>>,
    "number" => Optional<AnyNumber>,
    "boolean" => Optional<Boolean>,
    "day" => Optional<Day>,
    "sort" => Optional<Choice<Sort>>,
    "form" => Optional<AnyMany<Text<0>>>,
    "commas" => Optional<AnyMany<AnyInteger>>,
    "spaces" => Optional<AnyMany<Text<0>>>,
    "pipes" => Optional<AnyMany<Text<0>>>,
    "filter" => Optional<Object<InFilter>>,
    SOURCE => Text<1, 50>,
    FLAGS => Optional<AnyMany<Text<0>>>,
    "theme" => Optional<Choice<Theme>>,
});

read_only!(InFilter {
    "color" => Optional<Text<0>>,
    "least" => Optional<Integer<0, { i64::MAX }>>,
});
