//! The `Prefer` header (RFC 7240), as far as the mock heeds it.

use http::HeaderMap;
use jiff::SignedDuration;

/// What a client would like.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Preferences {
    /// The status of the answer.
    pub(super) code: Option<String>,
    /// The name of its example.
    pub(super) example: Option<String>,
    /// The seconds to wait.
    pub(super) delay: Option<u64>,
}

impl Preferences {
    /// Reads the header. Of a preference that stands twice the first counts, as the standard says;
    /// what is not understood is ignored.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
        let mut preferences = Self::default();
        for preference in values.flat_map(|value| value.split([',', ';'])) {
            let Some((name, value)) = preference.split_once('=') else { continue };
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "code" => preferences.code.get_or_insert_with(|| value.to_owned()),
                "example" => preferences.example.get_or_insert_with(|| value.to_owned()),
                "delay" => {
                    preferences.delay = preferences.delay.or(value.parse().ok());
                    continue;
                }
                _ => continue,
            };
        }
        preferences
    }

    /// The seconds to wait; none where waiting was not asked for or is not admitted.
    pub(super) fn delay(&self, most: SignedDuration) -> Option<u64> {
        let most = u64::try_from(most.as_secs()).unwrap_or(0);
        self.delay.map(|delay| delay.min(most)).filter(|delay| *delay > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &'static str) -> Preferences {
        Preferences::of(&HeaderMap::from_iter([(
            http::HeaderName::from_static("prefer"),
            http::HeaderValue::from_static(value),
        )]))
    }

    #[test]
    fn preferences_are_read_however_they_are_listed() {
        let wanted = |code: &str, example: Option<&str>, delay| Preferences {
            code: Some(code.to_owned()),
            example: example.map(str::to_owned),
            delay,
        };
        assert_eq!(of("code=429"), wanted("429", None, None));
        assert_eq!(
            of("respond-async, Code = \"503\"; example=maintenance, delay=3"),
            wanted("503", Some("maintenance"), Some(3))
        );
        assert_eq!(of("code=400, code=429, delay=soon"), wanted("400", None, None));
    }

    #[test]
    fn nobody_waits_longer_than_is_admitted() {
        assert_eq!(of("delay=3").delay(SignedDuration::from_secs(5)), Some(3));
        assert_eq!(of("delay=3000").delay(SignedDuration::from_secs(5)), Some(5));
        assert_eq!(of("delay=3").delay(SignedDuration::ZERO), None);
        assert_eq!(of("delay=0").delay(SignedDuration::from_secs(5)), None);
    }
}
