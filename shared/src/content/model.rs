//! What the app information says of who may use the API now: the oldest version of each platform's
//! app, and maintenance.
//!
//! Invariant: only what is clearly below the minimum is refused. A platform that is not known and a
//! version that cannot be read pass.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::{content::Localized, limits::Wait, text_message::MessageTexts, version::is_below};

/// How long a client waits where nobody knows when maintenance ends.
const PATIENCE: Wait = Wait(60);

/// The part of the app information that every function reads. Other members of the stored record
/// are passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Availability {
    /// The languages that everything here is in, by their tags (BCP 47). The first is for those who
    /// want none of them.
    #[serde(default)]
    pub languages: Vec<String>,
    /// By platform: `ios`, `android`, `web`.
    #[serde(default)]
    pub platforms: BTreeMap<String, PlatformGate>,
    /// Whether the API is closed.
    #[serde(default)]
    pub maintenance: Maintenance,
    /// The operator's texts of text messages.
    #[serde(default, skip_serializing_if = "MessageTexts::is_empty")]
    pub messages: MessageTexts,
}

/// The versions of the app on one platform.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlatformGate {
    /// The oldest version that is served, numbers with dots between them.
    #[serde(default)]
    #[schema(required)]
    pub minimum_version: Option<String>,
    /// The newest version that there is.
    #[serde(default)]
    #[schema(required)]
    pub latest_version: Option<String>,
    /// Where the app is updated.
    #[serde(default)]
    #[schema(required, format = "uri")]
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
    pub message: Option<Localized>,
    /// When it is expected to end, RFC 3339; what is no time counts as absent.
    #[serde(default, deserialize_with = "time_or_none")]
    pub until: Option<Timestamp>,
}

/// The app that a request says it comes from, if it does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AskingApp<'a> {
    /// `X-App-Platform`.
    pub platform: Option<&'a str>,
    /// `X-App-Version`.
    pub version: Option<&'a str>,
}

/// What an app should do about its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Update {
    /// It is the newest, or nobody knows.
    None,
    /// There is a newer one.
    Soft,
    /// It is not served any more.
    Hard,
}

/// Why a request is refused before anything else of it is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// For everybody.
    Maintenance {
        /// The operator's words.
        message: Option<Localized>,
        /// When to come again.
        wait: Wait,
    },
    /// For this version of the app.
    TooOld {
        /// Where the app is updated.
        store_url: Option<String>,
    },
}

impl Availability {
    /// Why a request of this app at `now` is refused.
    pub fn closed_to(&self, app: AskingApp<'_>, now: Timestamp) -> Option<Closed> {
        if self.maintenance.active {
            let wait = self
                .maintenance
                .until
                .map(|until| until.as_second() - now.as_second())
                .filter(|seconds| *seconds > 0);
            let told =
                |message: &Localized| message.texts().iter().any(|text| !text.trim().is_empty());
            let message = self.maintenance.message.clone().filter(told);
            return Some(Closed::Maintenance { message, wait: wait.map_or(PATIENCE, Wait) });
        }
        let too_old = self.update(app) == Update::Hard;
        too_old.then(|| Closed::TooOld {
            store_url: self.platform_of(app).and_then(|platform| platform.store_url.clone()),
        })
    }

    /// What this app should do about its version.
    pub fn update(&self, app: AskingApp<'_>) -> Update {
        let (Some(platform), Some(version)) = (self.platform_of(app), app.version) else {
            return Update::None;
        };
        let older_than = |known: Option<&str>| known.is_some_and(|known| is_below(version, known));
        if older_than(platform.minimum_version.as_deref()) {
            Update::Hard
        } else if older_than(platform.latest_version.as_deref()) {
            Update::Soft
        } else {
            Update::None
        }
    }

    fn platform_of(&self, app: AskingApp<'_>) -> Option<&PlatformGate> {
        let name = platform_name(app.platform?);
        let platform = |name: &str| self.platforms.get(name);
        platform(&name).or_else(|| platform(family(&name)?))
    }
}

/// A platform as it is sent, in small letters without blanks and signs. A Turkish phone writes
/// `İOS` or `androıd`.
fn platform_name(sent: &str) -> String {
    let letters = sent.chars().map(|letter| if matches!(letter, 'İ' | 'ı') { 'i' } else { letter });
    letters.filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The platform that a device means by the name of its system, such as `iPadOS` or `iPhone OS 3`.
fn family(name: &str) -> Option<&'static str> {
    let starts = |family: &[&str]| family.iter().any(|start| name.starts_with(start));
    match name {
        _ if starts(&["ios", "ipad", "iphone", "ipod"]) => Some("ios"),
        _ if starts(&["android"]) => Some("android"),
        _ if starts(&["web"]) => Some("web"),
        _ => None,
    }
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
    use serde_json::json;

    use super::*;

    fn availability(info: serde_json::Value) -> Availability {
        serde_json::from_value(info).unwrap()
    }

    fn app<'a>(
        platform: impl Into<Option<&'a str>>,
        version: impl Into<Option<&'a str>>,
    ) -> AskingApp<'a> {
        AskingApp { platform: platform.into(), version: version.into() }
    }

    #[test]
    fn only_a_known_platform_with_a_version_below_its_minimum_is_too_old() {
        let availability = availability(json!({"name": "Satchel", "platforms": {
            "ios": {"minimum_version": "2.0", "latest_version": "3.1",
                "store_url": "https://apps.example.com/1"},
            "web": {"minimum_version": null}}}));
        let closed = |platform, version| {
            availability.closed_to(app(platform, version), Timestamp::UNIX_EPOCH)
        };
        let too_old =
            Some(Closed::TooOld { store_url: Some("https://apps.example.com/1".to_owned()) });
        for platform in [
            "iOS",
            "iPadOS",
            "ipados",
            "iPhone OS",
            "iPhone",
            "iPod touch",
            "iOS 17.2",
            "İOS",
            "\tios",
            "IPHONE_OS",
        ] {
            assert_eq!(closed(Some(platform), Some("1.9.9")), too_old, "{platform}");
        }
        for (platform, version) in [
            (Some("ios"), Some("2")),
            (Some("web"), Some("0")),
            (Some("tv"), Some("0")),
            (Some("tvOS"), Some("0")),
            (Some("macOS"), Some("0")),
            (Some("Windows"), Some("0")),
            (Some(""), Some("0")),
            (None, Some("0")),
            (Some("ios"), None),
            (Some("ios"), Some("unknown")),
        ] {
            assert_eq!(closed(platform, version), None);
        }
    }

    #[test]
    fn an_update_is_soft_below_the_latest_and_hard_below_the_minimum() {
        let availability = availability(json!({"platforms": {
            "ios": {"minimum_version": "2.0", "latest_version": "3.1"},
            "web": {"latest_version": "1"}, "tv": {"minimum_version": "2"}, "android": {}}}));
        for (platform, version, update) in [
            ("ios", "1.99", Update::Hard),
            ("ios", "2.0", Update::Soft),
            (" IOS ", "3.0.9+12", Update::Soft),
            ("ios", "3.1", Update::None),
            ("ios", "3.2-beta", Update::None),
            ("ios", "latest", Update::None),
            ("web", "0.9", Update::Soft),
            ("android", "0.1", Update::None),
            ("tv", "0.1", Update::Hard),
            ("Android 14", "0.1", Update::None),
            ("Web/Chrome", "v0.9", Update::Soft),
            ("fridge", "0.1", Update::None),
        ] {
            assert_eq!(availability.update(app(platform, version)), update, "{platform} {version}");
        }
        assert_eq!(availability.update(app("ios", None)), Update::None);
        assert_eq!(availability.update(app(None, "0.1")), Update::None);
    }

    #[test]
    fn maintenance_says_when_to_come_again_and_its_words_may_be_in_many_languages() {
        let now: Timestamp = "2026-11-22T20:00:00Z".parse().unwrap();
        let closed = |maintenance: serde_json::Value| {
            let closed = availability(json!({"maintenance": maintenance}))
                .closed_to(AskingApp::default(), now);
            match closed.expect("it is closed") {
                Closed::Maintenance { message, wait } => (message, wait.0),
                other @ Closed::TooOld { .. } => panic!("{other:?}"),
            }
        };
        let wait = |until| closed(json!({"active": true, "until": until})).1;
        assert_eq!(wait(json!("2026-11-22T21:00:00.000Z")), 3_600);
        assert_eq!(wait(json!(1_795_377_700_000_i64)), 100);
        for unknown in [json!(null), json!("soon"), json!("2026-11-22T19:00:00Z"), json!(true)] {
            assert_eq!(wait(unknown), 60);
        }
        let words = |message| closed(json!({"active": true, "message": message})).0;
        assert_eq!(words(json!("Back at ten.")), Some(Localized::Same("Back at ten.".to_owned())));
        assert_eq!(
            words(json!({"en": "Back.", "ar": "عدنا."})).unwrap().in_language("ar"),
            "عدنا."
        );
        assert_eq!(words(json!("  ")), None);
        assert_eq!(
            availability(json!({"maintenance": {"active": false}}))
                .closed_to(AskingApp::default(), now),
            None
        );
    }
}
