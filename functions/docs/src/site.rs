//! The files: landing page, reference page, the document, its Markdown, each in two encodings that
//! the build script made. Markdown is written for the launcher's address, and served with the
//! address by which the client came.
//!
//! Protocol: the encoding by `Accept-Encoding` (RFC 9110 section 12.5.3), Brotli before gzip where
//! both are as welcome; a client that takes neither gets the file as it is, unpacked for it. The
//! largest, the reference's program, is then 4.4 MB of text in the answer's event, which Lambda's
//! limit of 6 MB still admits; as base64 it would be too near to that. One entity tag an encoding,
//! since their bytes differ.

use std::{
    hash::{DefaultHasher, Hasher},
    io::{Read, Write},
};

use axum::response::{IntoResponse, Response};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use shared::http::{error::ApiError, etag::ETag, origin::origin};

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// One file.
#[derive(Debug)]
pub struct File {
    /// Where it is served, without a final slash.
    pub path: &'static str,
    content_type: &'static str,
    /// A hash of its content.
    version: &'static str,
    /// Whether the address of the launcher in it stands for that of the stack. It is then packed by
    /// gzip alone.
    is_addressed: bool,
    brotli: &'static [u8],
    gzip: &'static [u8],
}

/// The address for which samples and guides are written.
const LAUNCHER: &str = "http://127.0.0.1:3000";

/// What files are.
pub(crate) const MEDIA: &[&str] = &[
    "text/html",
    "text/javascript",
    "text/css",
    "text/markdown",
    "text/plain",
    "image/svg+xml",
    "application/json",
    "application/vnd.oai.openapi+json",
];

/// Scripts and styles of ours alone, requests to us alone. Scalar writes its styles into the page,
/// so those are admitted inline; no script is.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; \
     form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
);
/// What changes with a deploy.
const FOR_A_WHILE: HeaderValue =
    HeaderValue::from_static("public, max-age=300, stale-while-revalidate=86400");
/// What has its version in its name.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// How the bytes of an answer are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

/// The file at the request's path.
pub(crate) async fn get_file(uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    let path = uri.path();
    let file = FILES.iter().find(|file| file.path == path).ok_or_else(ApiError::no_such_path)?;
    let encoding = Encoding::wanted(&headers, !file.is_addressed);
    let origin = Some(origin(&headers)).filter(|_| file.is_addressed).filter(|own| is_plain(own));
    let tag = file.tag(encoding, origin.as_deref());
    let mut response = if tag.is_known_to(&headers) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        file.bytes(encoding, origin.as_deref()).map_err(ApiError::internal)?.into_response()
    };
    let versioned = path.starts_with("/docs/scalar-");
    let answered = response.headers_mut();
    answered.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    answered.insert(header::CACHE_CONTROL, if versioned { FOR_EVER } else { FOR_A_WHILE });
    answered.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    answered.extend(tag.header().map(|tag| (header::ETAG, tag)));
    answered.extend(encoding.name().map(|name| (header::CONTENT_ENCODING, name)));
    if file.content_type.starts_with("text/html") {
        answered.extend(of_pages());
    }
    Ok(response)
}

fn of_pages() -> [(HeaderName, HeaderValue); 3] {
    [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ]
}

/// Whether an address holds nothing that could mean something in Markdown.
fn is_plain(origin: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b":/.-[]".contains(&byte);
    origin.bytes().all(allowed)
}

impl File {
    fn tag(&self, encoding: Encoding, origin: Option<&str>) -> ETag {
        let mut hasher = DefaultHasher::new();
        hasher.write(origin.unwrap_or_default().as_bytes());
        let place = if origin.is_some() { hasher.finish() } else { 0 };
        ETag::new(format_args!("{}-{place:x}-{}", self.version, encoding.suffix()))
    }

    fn bytes(&self, encoding: Encoding, origin: Option<&str>) -> std::io::Result<Vec<u8>> {
        if let Some(origin) = origin {
            let text = String::from_utf8_lossy(&self.unpacked()?).replace(LAUNCHER, origin);
            return match encoding {
                Encoding::Gzip => gzip(text.as_bytes()),
                _ => Ok(text.into_bytes()),
            };
        }
        match encoding {
            Encoding::Brotli => Ok(self.brotli.to_vec()),
            Encoding::Gzip => Ok(self.gzip.to_vec()),
            Encoding::Identity => self.unpacked(),
        }
    }

    fn unpacked(&self) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        GzDecoder::new(self.gzip).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Encoding {
    /// The most welcome one, Brotli where the file has it. Without the header nothing is packed:
    /// who does not say that it can unpack is a tool that shows what it gets.
    fn wanted(headers: &HeaderMap, has_brotli: bool) -> Self {
        let values =
            headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let ranges: Vec<(String, f32)> =
            values.flat_map(|value| value.split(',')).filter_map(weighed).collect();
        let quality = |name: &str| {
            let named = |wanted: &str| {
                ranges.iter().find(|(range, _)| range == wanted).map(|(_, quality)| *quality)
            };
            named(name).or(named("*")).unwrap_or(0.0)
        };
        let (brotli, gzip) = (if has_brotli { quality("br") } else { 0.0 }, quality("gzip"));
        match (brotli > 0.0, gzip > 0.0) {
            (true, _) if brotli >= gzip => Self::Brotli,
            (_, true) => Self::Gzip,
            _ => Self::Identity,
        }
    }

    fn name(self) -> Option<HeaderValue> {
        match self {
            Self::Brotli => Some(HeaderValue::from_static("br")),
            Self::Gzip => Some(HeaderValue::from_static("gzip")),
            Self::Identity => None,
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gz",
            Self::Identity => "id",
        }
    }
}

fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content)?;
    encoder.finish()
}

/// `gzip;q=0.5`, its name in small letters.
fn weighed(range: &str) -> Option<(String, f32)> {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let quality = parts
        .find_map(|part| part.strip_prefix("q="))
        .map_or(Some(1.0), |quality| quality.parse().ok())?;
    Some((name, quality))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(value: &'static str) -> Encoding {
        let header = (header::ACCEPT_ENCODING, HeaderValue::from_static(value));
        Encoding::wanted(&HeaderMap::from_iter([header]), true)
    }

    #[test]
    fn the_most_welcome_encoding_is_chosen() {
        for (value, encoding) in [
            ("gzip, deflate, br, zstd", Encoding::Brotli),
            ("gzip, deflate", Encoding::Gzip),
            ("br;q=0.5, gzip;q=0.8", Encoding::Gzip),
            ("br;q=0, gzip;q=0", Encoding::Identity),
            ("*", Encoding::Brotli),
            ("br;q=0, *;q=0.1", Encoding::Gzip),
            ("identity", Encoding::Identity),
            ("zstd", Encoding::Identity),
            ("br;q=loud", Encoding::Identity),
        ] {
            assert_eq!(wanted(value), encoding, "{value}");
        }
        assert_eq!(Encoding::wanted(&HeaderMap::new(), true), Encoding::Identity);
    }

    #[test]
    fn every_file_unpacks_to_something_that_fits_into_an_answer() {
        for file in FILES {
            let bytes = file.unpacked().unwrap();
            assert!(
                !bytes.is_empty() && bytes.len() < 5_000_000,
                "{}: {} bytes",
                file.path,
                bytes.len()
            );
            assert!(String::from_utf8(bytes).is_ok(), "{} is text", file.path);
            assert!(
                MEDIA.contains(&file.content_type.split(';').next().unwrap()),
                "{}: {}",
                file.path,
                file.content_type
            );
            assert!(file.brotli.len() < 1_500_000, "{}", file.path);
        }
    }
}
