//! What the app information says of who may use the API now: the oldest version of each platform's app, and maintenance.
//!
//! Invariant: only what is clearly below the minimum is refused; whatever does not read as a version passes.

use std::{cmp::Ordering, collections::BTreeMap};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use super::limits::Wait;

/// How long a client waits where nobody knows when maintenance ends.
const PATIENCE: Wait = Wait(60);

/// The part of the app information that every function reads. Other members of the stored record are passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppGates {
    /// By platform: `ios`, `android`, `web`.
    #[serde(default)]
    pub platforms: BTreeMap<String, PlatformGate>,
    /// Whether the API is closed.
    #[serde(default)]
    pub maintenance: Maintenance,
}

/// What a platform's app must be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformGate {
    /// The oldest version that is served, numbers with dots between them.
    #[serde(default)]
    pub minimum_version: Option<String>,
    /// Where the app is updated.
    #[serde(default)]
    pub store_url: Option<String>,
}

/// A time in which the API is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// Whether it is closed now.
    #[serde(default)]
    pub active: bool,
    /// For people.
    #[serde(default)]
    pub message: Option<String>,
    /// When it is expected to end, RFC 3339; what is no time counts as absent.
    #[serde(default, deserialize_with = "time_or_none")]
    pub until: Option<Timestamp>,
}

/// Why a request is refused before anything else of it is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// For everybody.
    Maintenance {
        /// The operator's words.
        message: Option<String>,
        /// When to come again.
        wait: Wait,
    },
    /// For this version of the app.
    TooOld {
        /// Where the app is updated.
        store_url: Option<String>,
    },
}

impl AppGates {
    /// Why a request at `now` is refused that names this platform and version of its app; either may be unknown.
    pub fn closed_to(&self, platform: Option<&str>, version: Option<&str>, now: Timestamp) -> Option<Closed> {
        if self.maintenance.active {
            let wait = self.maintenance.until.map(|until| until.as_second() - now.as_second()).filter(|seconds| *seconds > 0);
            let message = self.maintenance.message.clone().filter(|message| !message.trim().is_empty());
            return Some(Closed::Maintenance { message, wait: wait.map_or(PATIENCE, Wait) });
        }
        let gate = self.platforms.get(&platform?.trim().to_ascii_lowercase())?;
        let too_old = is_below(version?, gate.minimum_version.as_deref()?);
        too_old.then(|| Closed::TooOld { store_url: gate.store_url.clone() })
    }
}

/// Whether `version` is clearly older than `minimum`: number by number, a missing one counting as 0.
fn is_below(version: &str, minimum: &str) -> bool {
    let (Some(version), Some(minimum)) = (numbers(version), numbers(minimum)) else { return false };
    let places = 0..version.len().max(minimum.len());
    let number = |numbers: &[u64], place: usize| numbers.get(place).copied().unwrap_or(0);
    let differing = places.map(|place| number(&version, place).cmp(&number(&minimum, place)));
    differing.into_iter().find(|order| order.is_ne()) == Some(Ordering::Less)
}

fn numbers(version: &str) -> Option<Vec<u64>> {
    let number = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit()).then(|| part.parse().ok()).flatten();
    version.trim().split('.').map(number).collect()
}

fn time_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Stored {
        Text(String),
        Millis(i64),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Stored::deserialize(deserializer)? {
        Stored::Text(text) => text.parse().ok(),
        Stored::Millis(millis) => Timestamp::from_millisecond(millis).ok(),
        Stored::Other(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn gates(info: serde_json::Value) -> AppGates {
        serde_json::from_value(info).unwrap()
    }

    #[test]
    fn versions_compare_number_by_number_and_garbage_never_blocks() {
        for (version, minimum) in [("1.9", "1.10"), ("2.3.9", "2.4"), ("0", "0.0.1"), (" 1.2 ", "1.2.1"), ("9", "10")] {
            assert!(is_below(version, minimum), "{version} < {minimum}");
            assert!(!is_below(minimum, version), "{minimum} < {version}");
        }
        for equal in [("1.2", "1.2.0"), ("01.2", "1.02"), ("1", "1")] {
            assert!(!is_below(equal.0, equal.1) && !is_below(equal.1, equal.0), "{equal:?}");
        }
        for garbage in ["", ".", "1.", "1..2", "v1.2", "1.2-beta", "-1", "+1", "1,2", "٣", "99999999999999999999", "latest"] {
            assert!(!is_below(garbage, "5.0"), "{garbage}");
            assert!(!is_below("5.0", garbage), "{garbage}");
        }
    }

    #[test]
    fn only_a_known_platform_with_a_version_below_its_minimum_is_too_old() {
        let gates = gates(json!({"name": "Satchel", "platforms": {
            "ios": {"minimum_version": "2.0", "latest_version": "3.1", "store_url": "https://apps.example.com/1"},
            "web": {"minimum_version": null}}}));
        let closed = |platform, version| gates.closed_to(platform, version, Timestamp::UNIX_EPOCH);
        let too_old = Some(Closed::TooOld { store_url: Some("https://apps.example.com/1".to_owned()) });
        assert_eq!(closed(Some("iOS"), Some("1.9.9")), too_old);
        for (platform, version) in
            [(Some("ios"), Some("2")), (Some("web"), Some("0")), (Some("tv"), Some("0")), (None, Some("0")), (Some("ios"), None)]
        {
            assert_eq!(closed(platform, version), None);
        }
    }

    #[test]
    fn maintenance_says_when_to_come_again() {
        let now: Timestamp = "2026-11-22T20:00:00Z".parse().unwrap();
        let wait = |until| match gates(json!({"maintenance": {"active": true, "until": until}})).closed_to(None, None, now) {
            Some(Closed::Maintenance { wait, .. }) => wait.0,
            other => panic!("{other:?}"),
        };
        assert_eq!(wait(json!("2026-11-22T21:00:00.000Z")), 3_600);
        assert_eq!(wait(json!(1_795_377_700_000_i64)), 100);
        for unknown in [json!(null), json!("soon"), json!("2026-11-22T19:00:00Z"), json!(true)] {
            assert_eq!(wait(unknown), 60);
        }
        assert_eq!(gates(json!({"maintenance": {"active": false}})).closed_to(None, None, now), None);
    }
}
