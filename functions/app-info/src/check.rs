//! What a content must be before it is published. All that is wrong is said at once.

use std::collections::BTreeSet;

use email_address::{EmailAddress, Options};
use http::Uri;
use jiff::Timestamp;
use language_tags::LanguageTag;
use serde_json::Value;
use shared::{
    content::{Localized, PlatformGate, is_below, is_version},
    phone::Phone,
};

use crate::{
    changes::{Change, changes},
    content::{Content, Faq, Problem, SocialAccount},
};

/// The platforms that an app can be of.
const PLATFORMS: [&str; 3] = ["ios", "android", "web"];
/// Most characters of a name or a label, of a question or a sentence, of an address, of an answer
/// or a description.
const LABEL: usize = 100;
const SENTENCE: usize = 500;
const ADDRESS: usize = 2_048;
const TEXT: usize = 5_000;
/// Most bytes of the whole, as one item of the table holds it with room to spare.
const WHOLE: usize = 300_000;
/// Most bytes of what every function reads once a minute, so that this is the least that a read can
/// cost.
const GATES: usize = 3_500;
/// The largest whole number that every client can hold (RFC 7159 section 6).
const LARGEST: u64 = (1 << 53) - 1;

impl Content {
    /// Reads a file; else everything that is wrong with it, in the order of the file's members.
    pub fn check(file: &str) -> Result<Self, Vec<Problem>> {
        let whole = |what: String| vec![Problem { at: String::new(), what }];
        let written: Value = serde_json::from_str(file)
            .map_err(|error| whole(format!("this is no JSON: {error}")))?;
        let content: Content =
            serde_json::from_str(file).map_err(|error| whole(error.to_string()))?;
        let mut check = Check { content: &content, problems: misread(&written, &content) };
        check.languages();
        check.particulars();
        check.platforms();
        check.maintenance();
        content
            .social_accounts
            .iter()
            .enumerate()
            .for_each(|(place, account)| check.social_account(place, account));
        check.faqs();
        check.sizes();
        if check.problems.is_empty() { Ok(content) } else { Err(check.problems) }
    }
}

/// Members that nothing here knows, and values that were not read as they were meant.
fn misread(written: &Value, content: &Content) -> Vec<Problem> {
    let problem = |Change { at, before, after }: Change| {
        // What is not written has its default.
        let before = before?;
        let what = match &after {
            Some(after) if same_time(&before, after) => return None,
            Some(after) => format!("{before} would be read as {after}"),
            None => "this is not known here, or not written as it must be".to_owned(),
        };
        Some(Problem { at, what })
    };
    changes(written, &content.to_json()).into_iter().filter_map(problem).collect()
}

fn same_time(one: &Value, other: &Value) -> bool {
    let time = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    time(one).is_some() && time(one) == time(other)
}

struct Check<'a> {
    content: &'a Content,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn report(&mut self, at: &str, what: impl Into<String>) {
        self.problems.push(Problem { at: at.to_owned(), what: what.into() });
    }

    fn unless(&mut self, right: bool, at: &str, what: &str) {
        if !right {
            self.report(at, what);
        }
    }

    fn languages(&mut self) {
        let content = self.content;
        let languages = &content.availability.languages;
        self.unless(!languages.is_empty(), "languages", "at least one is needed");
        let mut seen = BTreeSet::new();
        for tag in languages {
            let canonical = LanguageTag::parse(tag).map(|tag| tag.to_string());
            self.unless(
                canonical.as_ref() == Ok(tag),
                "languages",
                &format!("{tag:?} is no language tag in its usual form"),
            );
            self.unless(
                seen.insert(tag.to_ascii_lowercase()),
                "languages",
                &format!("{tag:?} stands twice"),
            );
        }
    }

    fn particulars(&mut self) {
        let content = self.content;
        self.localized("name", &content.name, LABEL);
        self.localized("description", &content.description, TEXT);
        if let Some(email) = &content.support_email {
            let options = Options::default()
                .with_required_tld()
                .without_display_text()
                .without_domain_literal();
            let right =
                email.len() <= 254 && EmailAddress::parse_with_options(email, options).is_ok();
            self.unless(right, "support_email", "this is no email address");
        }
        if let Some(phone) = &content.support_phone {
            let right = Phone::parse(phone, None).is_ok_and(|read| read.as_str() == phone);
            self.unless(
                right,
                "support_phone",
                "this is no phone number in E.164 form, such as +14155550123",
            );
        }
        for (at, url) in [("terms_url", &content.terms_url), ("privacy_url", &content.privacy_url)]
        {
            if let Some(url) = url {
                self.addresses(at, url);
            }
        }
        for name in content.features.keys() {
            self.text("features", name, LABEL);
        }
    }

    fn platforms(&mut self) {
        let content = self.content;
        for (name, platform) in &content.availability.platforms {
            let at = format!("platforms.{name}");
            self.unless(
                PLATFORMS.contains(&name.as_str()),
                &at,
                &format!("there are only {}", PLATFORMS.join(", ")),
            );
            let PlatformGate { minimum_version, latest_version, store_url } = platform;
            for (member, version) in
                [("minimum_version", minimum_version), ("latest_version", latest_version)]
            {
                let right = version.as_deref().is_none_or(is_version);
                self.unless(right, &format!("{at}.{member}"), "this is no version, such as 1.10.0");
            }
            if let (Some(minimum), Some(latest)) = (minimum_version, latest_version) {
                self.unless(
                    !is_below(latest, minimum),
                    &at,
                    "nobody could update: latest_version is below minimum_version",
                );
            }
            if let Some(url) = store_url {
                self.address(&format!("{at}.store_url"), url);
            }
        }
    }

    fn maintenance(&mut self) {
        let content = self.content;
        if let Some(message) = &content.availability.maintenance.message {
            self.localized("maintenance.message", message, SENTENCE);
        }
    }

    fn social_account(&mut self, place: usize, account: &SocialAccount) {
        let at = format!("social_accounts[{place}]");
        self.localized(&format!("{at}.name"), &account.name, LABEL);
        self.addresses(&format!("{at}.url"), &account.url);
        self.address(&format!("{at}.icon"), &account.icon);
    }

    fn faqs(&mut self) {
        let (content, mut seen) = (self.content, BTreeSet::new());
        for Faq { id, question, answer, category, order: _ } in &content.faqs {
            let at = format!("faqs[id {id}]");
            self.unless(
                (1..=LARGEST).contains(id),
                &at,
                "an id is a whole number from 1 on, below 2^53",
            );
            self.unless(seen.insert(*id), &at, "this id stands twice");
            self.localized(&format!("{at}.question"), question, SENTENCE);
            self.localized(&format!("{at}.answer"), answer, TEXT);
            self.text(&format!("{at}.category"), category, LABEL);
        }
    }

    fn sizes(&mut self) {
        let whole = self.content.to_json().to_string().len();
        self.unless(
            whole <= WHOLE,
            "",
            &format!("this is {whole} bytes; there is room for {WHOLE}"),
        );
        let availability = serde_json::to_string(&self.content.availability)
            .map_or(0, |availability| availability.len());
        let what = format!(
            "languages, platforms and maintenance are {availability} bytes; there is room for {GATES}"
        );
        self.unless(availability <= GATES, "", &what);
    }

    /// A text that is there for everybody: the same, or one in each of the content's languages and
    /// no other.
    fn localized(&mut self, at: &str, text: &Localized, most: usize) {
        match text {
            Localized::Same(text) => self.text(at, text, most),
            Localized::Each(texts) => {
                let content = self.content;
                let languages = &content.availability.languages;
                for language in languages {
                    self.unless(
                        texts.contains_key(language),
                        &format!("{at}.{language}"),
                        "this is missing",
                    );
                }
                for (language, text) in texts {
                    let at = format!("{at}.{language}");
                    self.unless(languages.contains(language), &at, "this is none of the languages");
                    self.text(&at, text, most);
                }
            }
        }
    }

    fn text(&mut self, at: &str, text: &str, most: usize) {
        self.unless(!text.trim().is_empty(), at, "this is blank");
        let length = text.chars().count();
        self.unless(
            length <= most,
            at,
            &format!("this has {length} characters; there is room for {most}"),
        );
        self.unless(!text.contains('\0'), at, "null characters are not allowed");
    }

    fn addresses(&mut self, at: &str, urls: &Localized) {
        self.localized(at, urls, ADDRESS);
        urls.texts().into_iter().for_each(|url| self.https(at, url));
    }

    fn address(&mut self, at: &str, url: &str) {
        self.text(at, url, ADDRESS);
        self.https(at, url);
    }

    fn https(&mut self, at: &str, url: &str) {
        let right = url
            .parse::<Uri>()
            .is_ok_and(|uri| uri.scheme_str() == Some("https") && uri.host().is_some());
        self.unless(right, at, &format!("{url:?} is no https address"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The sample with another value at a place.
    fn with(place: &str, value: Value) -> Value {
        let mut content: Value = serde_json::from_str(crate::SAMPLE).unwrap();
        let (parent, name) = place.rsplit_once('/').unwrap();
        let parent = content.pointer_mut(parent).unwrap();
        match parent.as_array_mut() {
            Some(list) => list[name.parse::<usize>().unwrap()] = value,
            None => parent[name] = value,
        }
        content
    }

    fn problems(content: &Value) -> Vec<String> {
        let problems = Content::check(&content.to_string()).map(drop).err().unwrap_or_default();
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_sample_is_right_and_in_three_languages() {
        let content =
            Content::check(crate::SAMPLE).unwrap_or_else(|problems| panic!("{problems:#?}"));
        assert_eq!(content.availability.languages, ["en", "ar", "zh"]);
        assert!(!content.faqs.is_empty() && !content.social_accounts.is_empty());
        for text in content.faqs.iter().flat_map(|faq| [&faq.question, &faq.answer]) {
            assert_eq!(text.languages().len(), 3, "{text:?}");
        }
        let read: Content = serde_json::from_value(content.to_json()).unwrap();
        assert_eq!(read, content, "its form as JSON is the whole of it");
    }

    #[test]
    fn each_thing_that_may_be_wrong_is_told_with_its_place() {
        for (place, value, told) in [
            ("/languages", json!([]), "languages: at least one is needed"),
            ("/languages/0", json!("EN"), "languages: \"EN\" is no language tag in its usual form"),
            (
                "/languages/0",
                json!("no tag"),
                "languages: \"no tag\" is no language tag in its usual form",
            ),
            ("/languages/1", json!("en"), "languages: \"en\" stands twice"),
            ("/languages/2", json!("fr"), "description.fr: this is missing"),
            ("/languages/2", json!("fr"), "description.zh: this is none of the languages"),
            ("/name", json!(" "), "name: this is blank"),
            (
                "/name",
                json!("x".repeat(101)),
                "name: this has 101 characters; there is room for 100",
            ),
            ("/name", json!("a\0b"), "name: null characters are not allowed"),
            ("/description/ar", json!(""), "description.ar: this is blank"),
            ("/support_email", json!("nobody"), "support_email: this is no email address"),
            (
                "/support_phone",
                json!("12"),
                "support_phone: this is no phone number in E.164 form, such as +14155550123",
            ),
            (
                "/terms_url",
                json!("http://example.com"),
                "terms_url: \"http://example.com\" is no https address",
            ),
            ("/privacy_url/zh", json!("https://"), "privacy_url: \"https://\" is no https address"),
            ("/features/ ", json!(true), "features: this is blank"),
            ("/platforms/tv", json!({}), "platforms.tv: there are only ios, android, web"),
            (
                "/platforms/ios/minimum_version",
                json!("one"),
                "platforms.ios.minimum_version: this is no version, such as 1.10.0",
            ),
            (
                "/platforms/ios/minimum_version",
                json!("99"),
                "platforms.ios: nobody could update: latest_version is below minimum_version",
            ),
            (
                "/platforms/web/store_url",
                json!("x"),
                "platforms.web.store_url: \"x\" is no https address",
            ),
            (
                "/maintenance/until",
                json!("soon"),
                "maintenance.until: this is not known here, or not written as it must be",
            ),
            (
                "/maintenance/message",
                json!({"en": "Soon."}),
                "maintenance.message.ar: this is missing",
            ),
            (
                "/maintenance/activ",
                json!(true),
                "maintenance.activ: this is not known here, or not written as it must be",
            ),
            (
                "/social_accounts/0/url",
                json!("x y"),
                "social_accounts[0].url: \"x y\" is no https address",
            ),
            ("/social_accounts/1/icon", json!(""), "social_accounts[1].icon: this is blank"),
            ("/faqs/1/id", json!(1), "faqs[id 1]: this id stands twice"),
            ("/faqs/0/id", json!(0), "faqs[id 0]: an id is a whole number from 1 on, below 2^53"),
            ("/faqs/0/category", json!(""), "faqs[id 1].category: this is blank"),
            (
                "/faqs/0/answer",
                json!({"en": "Yes.", "ar": "نعم."}),
                "faqs[id 1].answer.zh: this is missing",
            ),
            (
                "/faqs/0/anwser",
                json!("typed wrong"),
                "faqs[id 1].anwser: this is not known here, or not written as it must be",
            ),
            (
                "/unheard_of",
                json!({}),
                "unheard_of: this is not known here, or not written as it must be",
            ),
        ] {
            let problems = problems(&with(place, value.clone()));
            assert!(
                problems.iter().any(|problem| problem == told),
                "{place} = {value}: {problems:#?}"
            );
        }
    }

    #[test]
    fn a_time_may_be_written_with_any_offset() {
        for time in ["2026-11-22T20:30:00Z", "2026-11-22T23:30:00.000+03:00"] {
            assert_eq!(problems(&with("/maintenance/until", json!(time))), Vec::<String>::new());
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let mut content = with("/name", json!(""));
        content["support_email"] = json!("nobody");
        content["faqs"][0]["question"] = json!("");
        assert_eq!(problems(&content).len(), 3);
    }

    #[test]
    fn a_file_that_cannot_be_read_says_where_it_breaks_off() {
        for (file, told) in [
            ("", "this is no JSON: EOF while parsing a value at line 1 column 0"),
            ("{\"name\": \"x\",}", "this is no JSON: trailing comma at line 1 column 14"),
            ("[]", "invalid type: sequence, expected"),
            ("{\"name\": 1}", "data did not match any variant"),
            ("{\"name\": \"x\"}", "missing field `description`"),
        ] {
            let problems = Content::check(file).map(drop).unwrap_err();
            assert!(
                problems.len() == 1 && problems[0].to_string().contains(told),
                "{file}: {problems:?}"
            );
        }
    }

    #[test]
    fn what_an_item_of_the_table_has_no_room_for_is_refused() {
        let long = with("/faqs/0/answer", json!("é".repeat(5_000)))["faqs"][0].clone();
        let many: Vec<Value> = (1..=40)
            .map(|id| {
                Value::Object(
                    [
                        long.as_object().unwrap().clone(),
                        serde_json::Map::from_iter([("id".to_owned(), json!(id))]),
                    ]
                    .into_iter()
                    .flatten()
                    .collect(),
                )
            })
            .collect();
        let told = problems(&with("/faqs", json!(many)));
        assert!(
            told.len() == 1 && told[0].ends_with("bytes; there is room for 300000"),
            "{told:?}"
        );
        let languages = with(
            "/maintenance/message",
            json!({"en": "é".repeat(500), "ar": "ع".repeat(500), "zh": "中".repeat(500)}),
        );
        let told = problems(&languages);
        assert!(
            told.len() == 1 && told[0].starts_with("languages, platforms and maintenance are"),
            "{told:?}"
        );
    }
}
