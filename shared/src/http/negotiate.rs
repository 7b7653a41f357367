//! What the client accepts (RFC 9110 section 12.5.1).

use http::{HeaderMap, header};

/// The media ranges of an `Accept` header, with their quality in thousandths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accept(Vec<(String, u16)>);

const PROBLEM: &str = "application/problem+json";
const JSON: &str = "application/json";

impl Accept {
    /// Reads the header; without one everything is accepted.
    pub fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        Self(values.flat_map(|value| value.split(',')).filter_map(range).collect())
    }

    /// Whether any of `types`, or problem details, is accepted.
    pub fn admits(&self, types: &[&str]) -> bool {
        self.0.is_empty() || types.iter().chain(&[PROBLEM]).any(|media| self.quality(media) > 0)
    }

    /// Whether errors are wanted as problem details: named, and not after JSON.
    pub fn prefers_problem(&self) -> bool {
        let named =
            |media: &str| self.0.iter().position(|(range, quality)| range == media && *quality > 0);
        match (named(PROBLEM), named(JSON)) {
            (Some(problem), Some(json)) => match self.quality(PROBLEM).cmp(&self.quality(JSON)) {
                std::cmp::Ordering::Greater => true,
                std::cmp::Ordering::Equal => problem < json,
                std::cmp::Ordering::Less => false,
            },
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    /// The quality of a media type by the range that names it most precisely.
    pub fn quality(&self, media: &str) -> u16 {
        let kind = media.split('/').next().unwrap_or_default();
        let precision = |range: &str| match range {
            "*/*" => Some(0),
            range if range.strip_suffix("/*") == Some(kind) => Some(1),
            range if range == media => Some(2),
            _ => None,
        };
        let fitting =
            self.0.iter().filter_map(|(range, quality)| Some((precision(range)?, *quality)));
        fitting.max().map_or(0, |(_, quality)| quality)
    }
}

/// One range of a header that lists them: its name in small letters, and its quality in
/// thousandths.
pub(crate) fn range(text: &str) -> Option<(String, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let media = parts.next().filter(|media| !media.is_empty())?.to_ascii_lowercase();
    let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    let thousandths =
        quality.map_or(Some(1.0), |quality| quality.parse::<f32>().ok())?.clamp(0.0, 1.0) * 1000.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 1000"
    )]
    Some((media, thousandths as u16))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: &'static str) -> Accept {
        Accept::of(&HeaderMap::from_iter([(header::ACCEPT, http::HeaderValue::from_static(value))]))
    }

    #[test]
    fn ranges_admit_what_they_name() {
        for admitted in [
            "*/*",
            "application/*",
            "application/json; indent=4",
            "text/html, */*;q=0.1",
            "application/problem+json",
        ] {
            assert!(accept(admitted).admits(&[JSON]), "{admitted}");
        }
        for refused in ["text/html", "application/json;q=0", "image/*", "*/*;q=0"] {
            assert!(!accept(refused).admits(&[JSON]), "{refused}");
        }
        assert!(Accept::default().admits(&[JSON]));
    }

    #[test]
    fn problem_details_come_to_those_who_ask_for_them() {
        assert!(accept("application/problem+json").prefers_problem());
        assert!(accept("application/problem+json, application/json;q=0.9").prefers_problem());
        assert!(!accept("application/json, application/problem+json").prefers_problem());
        assert!(!accept("*/*").prefers_problem());
    }
}
