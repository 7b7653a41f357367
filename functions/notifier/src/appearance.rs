//! How a push looks and sounds on a device, and what a tap on it opens.
//!
//! Invariant: names and links are so short that they fit into a push beside its shortest texts
//! (see [`payload`](crate::payload)). They are ASCII without `"` and `\`, so that none grows where
//! JSON is written.

use serde::Deserialize;

use crate::unreadable::{Unreadable, check};

/// The most characters of a name.
const LONGEST_NAME: usize = 64;
/// The most characters of a link.
const LONGEST_LINK: usize = 1_000;

/// How a push looks, sounds and acts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Appearance {
    /// A picture: an https address of at most 2,048 characters.
    pub image_url: Option<String>,
    /// The sound on Android; none is the channel's.
    pub sound_on_android: Option<String>,
    /// The sound on iOS; none is the default sound.
    pub sound_on_ios: Option<String>,
    /// The notification channel on Android.
    pub android_channel: Option<String>,
    /// What the app can do with it: the category on iOS, the action of a tap on Android.
    pub category: Option<String>,
    /// What a tap opens: an https address of at most 1,000 characters.
    pub link: Option<String>,
}

/// The members as publishers write them.
#[derive(Deserialize)]
pub(crate) struct RawAppearance {
    image_url: Option<String>,
    sound: Option<RawSound>,
    android_channel: Option<String>,
    category: Option<String>,
    link: Option<String>,
}

/// One name for all platforms, or one for each.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawSound {
    OfAll(String),
    Each(SoundOfEach),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SoundOfEach {
    android: Option<String>,
    ios: Option<String>,
}

impl RawAppearance {
    pub(crate) fn read(self) -> Result<Appearance, Unreadable> {
        let (sound_on_android, sound_on_ios) = match self.sound {
            None => (None, None),
            Some(RawSound::OfAll(name)) => (Some(name.clone()), Some(name)),
            Some(RawSound::Each(SoundOfEach { android, ios })) => (android, ios),
        };
        let is_name = |name: &Option<String>| name.as_deref().is_none_or(is_name);
        check(&[
            (
                self.image_url.as_deref().is_none_or(is_picture),
                "image_url must be an https address of at most 2,048 characters",
            ),
            (
                is_name(&sound_on_android) && is_name(&sound_on_ios),
                "sound must have 1 to 64 characters of ASCII without quotes and backslashes",
            ),
            (
                is_name(&self.android_channel),
                "android_channel must have 1 to 64 characters of ASCII without quotes and \
                 backslashes",
            ),
            (
                is_name(&self.category),
                "category must have 1 to 64 characters of ASCII without quotes and backslashes",
            ),
            (
                self.link.as_deref().is_none_or(is_link),
                "link must be an https address of at most 1,000 characters of ASCII",
            ),
        ])?;
        let Self { image_url, android_channel, category, link, .. } = self;
        Ok(Appearance {
            image_url,
            sound_on_android,
            sound_on_ios,
            android_channel,
            category,
            link,
        })
    }
}

fn is_picture(address: &str) -> bool {
    address.starts_with("https://") && address.chars().count() <= 2_048
}

fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte == b' ' || is_plain(byte))
}

fn is_link(address: &str) -> bool {
    address.strip_prefix("https://").is_some_and(|rest| !rest.is_empty())
        && address.len() <= LONGEST_LINK
        && address.bytes().all(is_plain)
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'"' && byte != b'\\'
}
