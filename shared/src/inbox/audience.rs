//! Whom of all customers a message to all is for.
//!
//! Invariant: a customer of whom too little is known is in no audience that asks for it. Country
//! and language decide who sees the message and who is pushed to; the platform and the app's
//! version decide which devices are.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::{account::Platform, language::canonical, phone::Phone, version::AppVersion};

/// Whom a message to all is for. An empty list stands for all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audience {
    /// Platforms of devices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<Platform>,
    /// Languages of profiles, as canonical tags. `ar` stands for `ar-SA` as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Countries of phones, ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    /// The oldest version of the app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_version: Option<AppVersion>,
}

/// What an audience asks of a customer.
#[derive(Debug, Default)]
pub struct Traits {
    language: Option<String>,
    phone: Option<Phone>,
    country: OnceLock<Option<String>>,
}

impl Audience {
    /// Whether it is every customer, on every device.
    pub fn is_everybody(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it asks for anything that stands in profiles.
    pub fn asks_for_traits(&self) -> bool {
        !(self.languages.is_empty() && self.countries.is_empty())
    }

    /// Whether a customer belongs to it.
    pub fn admits(&self, traits: &Traits) -> bool {
        let speaks = |wanted: &String| traits.speaks(wanted);
        (self.languages.is_empty() || self.languages.iter().any(speaks))
            && (self.countries.is_empty()
                || traits.country().is_some_and(|country| self.countries.contains(country)))
    }

    /// Whether a device of one who belongs to it is pushed to.
    pub fn has_device(&self, platform: Platform, app_version: Option<&AppVersion>) -> bool {
        let is_new_enough =
            |minimum: &AppVersion| app_version.is_some_and(|version| version.is_at_least(minimum));
        (self.platforms.is_empty() || self.platforms.contains(&platform))
            && self.minimum_version.as_ref().is_none_or(is_new_enough)
    }
}

impl Traits {
    /// Those of a customer with this profile.
    pub fn of(language: Option<&str>, phone: &Phone) -> Self {
        Self {
            language: language.map(canonical),
            phone: Some(phone.clone()),
            country: OnceLock::new(),
        }
    }

    fn speaks(&self, wanted: &str) -> bool {
        let rest = self.language.as_deref().and_then(|language| language.strip_prefix(wanted));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    fn country(&self) -> Option<&String> {
        self.country.get_or_init(|| self.phone.as_ref()?.country()).as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_meant_by_its_platform_and_the_version_of_the_app() {
        let version = |text: &str| AppVersion::read(text);
        for (platforms, minimum, platform, app, is_meant) in [
            (&[][..], None, Platform::Web, None, true),
            (&[Platform::Ios], None, Platform::Ios, None, true),
            (&[Platform::Ios], None, Platform::Android, Some("9"), false),
            (&[], Some("1.10"), Platform::Ios, Some("1.10.0"), true),
            (&[], Some("1.10"), Platform::Ios, Some("2"), true),
            (&[], Some("1.10"), Platform::Ios, Some("1.9.9"), false),
            (&[], Some("1.10"), Platform::Ios, None, false),
            (&[Platform::Ios], Some("1.10"), Platform::Android, Some("2"), false),
        ] {
            let audience = Audience {
                platforms: platforms.to_vec(),
                minimum_version: minimum.and_then(version),
                ..Audience::default()
            };
            let app = app.and_then(version);
            let found = audience.has_device(platform, app.as_ref());
            assert_eq!(found, is_meant, "{audience:?} {platform:?} {app:?}");
        }
    }

    #[test]
    fn a_customer_belongs_to_it_by_language_and_country() {
        let saudi = Phone::of_the_operator("+966501234567");
        let list = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        for (languages, countries, language, is_admitted) in [
            (&[][..], &[][..], None, true),
            (&["ar"], &[], Some("ar-SA"), true),
            (&["ar"], &[], Some("ar"), true),
            (&["ar-SA"], &[], Some("ar_SA"), true),
            (&["ar-SA"], &[], Some("ar"), false),
            (&["a"], &[], Some("ar"), false),
            (&["en", "ar"], &["SA"], Some("ar"), true),
            (&["ar"], &["AE"], Some("ar"), false),
            (&["ar"], &[], None, false),
            (&[], &["AE", "SA"], None, true),
        ] {
            let audience = Audience {
                languages: list(languages),
                countries: list(countries),
                ..Audience::default()
            };
            let traits = Traits::of(language, &saudi);
            assert_eq!(audience.admits(&traits), is_admitted, "{audience:?} {language:?}");
            assert_eq!(audience.admits(&Traits::default()), audience.is_everybody());
        }
    }
}
