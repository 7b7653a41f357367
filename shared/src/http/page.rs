//! Pages of unbounded lists, and the cursors that lead from one to the next.
//!
//! Protocol: a cursor is base64url of 16 bytes of HMAC, then `+` or `-` for its direction, then the
//! position of the entry it leaves from. Invariant: it works for the caller, the path and the query
//! (its page's size apart) that it was made for and for nobody and nothing else; whatever else is
//! presented, made up or taken from elsewhere, is the same 404.

use axum::{
    extract::{FromRequestParts, Request},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::request::Parts;
use serde::Serialize;
use utoipa::{
    IntoParams, ToSchema,
    openapi::path::{Parameter, ParameterIn},
};

use crate::{
    app::AppState,
    auth::caller::Caller,
    hashes::Signer,
    http::{body::pairs, checked::Checked, documented, error::ApiError, origin::origin},
    paging::Span,
};

/// How many entries a page has where the request does not say, and the most it may ask for.
const SIZE: usize = 20;
const MOST: usize = 100;
pub(crate) const CURSOR: &str = "cursor";
/// Bytes of a cursor's signature.
const SIGNATURE: usize = 16;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Page<T> {
    /// The address of the next page; null on the last.
    #[schema(required, format = "uri")]
    pub next: Option<String>,
    /// The address of the previous page; null on the first.
    #[schema(required, format = "uri")]
    pub previous: Option<String>,
    /// The entries.
    pub results: Vec<T>,
}

/// Which page a request asks for: `cursor` and `page_size` of its query. A size that is none counts
/// as 20, a larger one as 100, as in REST Framework.
#[derive(Debug, Clone)]
pub struct Paging {
    size: usize,
    from: Option<Position>,
    binding: Binding,
    signer: Signer,
    /// The list's address with its query, cursors apart.
    url: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forward,
    Backward,
}

/// Beside which entry of the list, in which direction.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Position {
    direction: Direction,
    beside: String,
}

/// What a cursor is bound to. No part holds a control character, so their joined form is
/// unambiguous.
#[derive(Debug, Clone)]
struct Binding {
    caller: String,
    path: String,
    query: String,
}

impl FromRequestParts<AppState> for Paging {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let caller = parts
            .extensions
            .get::<Caller>()
            .map_or("everybody".to_owned(), Caller::name_in_cursors);
        let mut rest = pairs(parts.uri.query().unwrap_or_default().as_bytes())?;
        let (mut cursor, mut size) = (None, None);
        rest.retain(|(name, value)| match name.as_str() {
            CURSOR => {
                cursor = Some(value.clone()).filter(|cursor| !cursor.is_empty());
                false
            }
            "page_size" => {
                size = value.trim().parse::<usize>().ok().filter(|size| *size > 0);
                false
            }
            _ => true,
        });
        let mut sorted = rest.clone();
        sorted.sort();
        let binding =
            Binding { caller, path: parts.uri.path().to_owned(), query: encoded(&sorted) };
        let signer = app.signer()?.clone();
        let from = cursor
            .map(|cursor| binding.open(&signer, &cursor).ok_or_else(ApiError::invalid_cursor))
            .transpose()?;
        if let Some(size) = size {
            rest.push(("page_size".to_owned(), size.to_string()));
        }
        Ok(Self {
            size: size.unwrap_or(SIZE).min(MOST),
            from,
            binding,
            signer,
            url: address(parts, &encoded(&rest)),
        })
    }
}

/// A cursor is not checked: it is good only for the caller it was made for.
impl Checked for Paging {
    async fn check(request: &mut Request, _: &AppState) -> Result<(), Response> {
        let query = request.uri().query().unwrap_or_default();
        pairs(query.as_bytes()).map(drop).map_err(IntoResponse::into_response)
    }
}

impl IntoParams for Paging {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let size = format!(
            "Entries of a page. More than {MOST} counts as {MOST}; what is no whole number from 1, \
             such as `0`, `-1` or `abc`, counts as not sent. By default {SIZE}."
        );
        vec![
            documented::optional_query::<String>(
                CURSOR,
                "Comes in `next` and `previous`, which are followed as they are.",
            ),
            documented::optional_query::<u32>("page_size", &size),
        ]
    }
}

impl Paging {
    /// The same with pages of so many entries, for a form that is read as a whole.
    pub fn of_size(self, size: usize) -> Self {
        Self { size, ..self }
    }

    /// What to fetch.
    pub fn span(&self) -> Span {
        let backward = self.from.as_ref().is_some_and(|from| from.direction == Direction::Backward);
        Span {
            from: self.from.as_ref().map(|from| from.beside.clone()),
            backward,
            limit: self.size + 1,
        }
    }

    /// The page of what [`Paging::span`] fetched, in the order of its direction; `position` names
    /// an entry's place in the list.
    pub fn page<T>(&self, mut fetched: Vec<T>, position: impl Fn(&T) -> String) -> Page<T> {
        let more = fetched.len() > self.size;
        fetched.truncate(self.size);
        let backward = self.span().backward;
        if backward {
            fetched.reverse();
        }
        let (back, on) = match (&self.from, backward) {
            (None, _) => (false, more),
            (Some(_), false) => (true, more),
            (Some(_), true) => (more, true),
        };
        let link = |entry: Option<&T>, direction| {
            // A page of nothing, since all of it was taken away meanwhile, leads back to where its
            // reader came from.
            let beside =
                entry.map(&position).or_else(|| Some(self.from.as_ref()?.beside.clone()))?;
            Some(self.link(&Position { direction, beside }))
        };
        Page {
            next: on.then(|| link(fetched.last(), Direction::Forward)).flatten(),
            previous: back.then(|| link(fetched.first(), Direction::Backward)).flatten(),
            results: fetched,
        }
    }

    fn link(&self, position: &Position) -> String {
        let joint = if self.url.contains('?') { '&' } else { '?' };
        format!("{}{joint}cursor={}", self.url, self.binding.seal(&self.signer, position))
    }
}

impl<T> Page<T> {
    /// The same page with each entry in another form.
    pub fn map<U>(self, show: impl Fn(T) -> U) -> Page<U> {
        Page {
            next: self.next,
            previous: self.previous,
            results: self.results.into_iter().map(show).collect(),
        }
    }
}

impl Binding {
    fn seal(&self, signer: &Signer, position: &Position) -> String {
        let mut bytes = self.signature(signer, position);
        bytes.extend(position.direction.sign().bytes());
        bytes.extend(position.beside.bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn open(&self, signer: &Signer, cursor: &str) -> Option<Position> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (signature, rest) = bytes.split_at_checked(SIGNATURE)?;
        let rest = std::str::from_utf8(rest).ok()?;
        let mut signs = [Direction::Forward, Direction::Backward].into_iter();
        let (direction, beside) =
            signs.find_map(|direction| Some((direction, rest.strip_prefix(direction.sign())?)))?;
        let position = Position { direction, beside: beside.to_owned() };
        let same =
            subtle::ConstantTimeEq::ct_eq(self.signature(signer, &position).as_slice(), signature);
        bool::from(same).then_some(position)
    }

    fn signature(&self, signer: &Signer, Position { direction, beside }: &Position) -> Vec<u8> {
        let mut whole = signer.sign(&[
            "cursor",
            &self.caller,
            &self.path,
            &self.query,
            direction.sign(),
            beside,
        ]);
        whole.truncate(SIGNATURE);
        whole
    }
}

impl Direction {
    fn sign(self) -> &'static str {
        match self {
            Self::Forward => "+",
            Self::Backward => "-",
        }
    }
}

fn encoded(pairs: &[(String, String)]) -> String {
    serde_html_form::to_string(pairs).unwrap_or_default()
}

/// The address as the client used it, with the canonical path.
fn address(parts: &Parts, query: &str) -> String {
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{}/{mark}{query}", origin(&parts.headers), parts.uri.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding(caller: &str, path: &str, query: &str) -> Binding {
        Binding { caller: caller.to_owned(), path: path.to_owned(), query: query.to_owned() }
    }

    #[test]
    fn a_cursor_opens_for_whom_and_what_it_was_made_for_and_no_bit_of_it_can_be_changed() {
        let signer = Signer::new(&"secret".into());
        let own = binding("amal", "/api/list", "kind=a");
        for direction in [Direction::Forward, Direction::Backward] {
            let position = Position { direction, beside: "019aac3f|手机".to_owned() };
            let cursor = own.seal(&signer, &position);
            assert_eq!(own.open(&signer, &cursor), Some(position));
            for foreign in [
                binding("basma", "/api/list", "kind=a"),
                binding("amal", "/api/other", "kind=a"),
                binding("amal", "/api/list", ""),
            ] {
                assert_eq!(foreign.open(&signer, &cursor), None);
            }
            assert_eq!(own.open(&Signer::new(&"another".into()), &cursor), None);
            let bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
            for bit in 0..bytes.len() * 8 {
                let mut changed = bytes.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(own.open(&signer, &URL_SAFE_NO_PAD.encode(changed)), None, "bit {bit}");
            }
            for length in 0..bytes.len() {
                assert_eq!(
                    own.open(&signer, &URL_SAFE_NO_PAD.encode(&bytes[..length])),
                    None,
                    "{length} bytes"
                );
            }
        }
        for garbage in ["", "x", "!!", "%00", "AAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(own.open(&signer, garbage), None);
        }
    }
}
