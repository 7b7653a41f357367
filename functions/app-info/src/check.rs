//! What a content must be before it is published. All that is wrong is said at once.

use std::collections::BTreeSet;

use email_address::{EmailAddress, Options};
use http::Uri;
use jiff::Timestamp;
use language_tags::LanguageTag;
use serde_json::Value;
use shared::{
    content::{Availability, Localized, PlatformGate},
    language,
    phone::Phone,
    text_message::{Kind, text_problems},
    version::{is_below, is_version},
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
/// Most bytes of the texts of messages beside it, so that a read costs at most twice as much.
const MESSAGES: usize = 4_000;
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
        check.messages();
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
            self.language_tag("languages", tag);
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

    /// Texts of messages, of which there may be any; only a language that we have no text in needs
    /// one.
    fn messages(&mut self) {
        let content = self.content;
        let Availability { languages, messages, .. } = &content.availability;
        for (name, kind) in [("code", Kind::Code), ("phone_changed", Kind::Notice)] {
            for (language, text) in messages.of(kind) {
                let at = format!("messages.{name}.{language}");
                self.language_tag(&at, language);
                let app = content.name.in_language(language);
                for problem in text_problems(kind, text, app) {
                    self.report(&at, problem);
                }
            }
            let offered = messages.languages(kind);
            for tag in languages.iter().filter(|tag| language::nearest(tag, &offered).is_none()) {
                let what = "this is needed: no message has a text in this language";
                self.report(&format!("messages.{name}.{tag}"), what);
            }
        }
        let size = serde_json::to_string(messages).map_or(0, |messages| messages.len());
        let what = format!("this is {size} bytes; there is room for {MESSAGES}");
        self.unless(size <= MESSAGES, "messages", &what);
    }

    fn language_tag(&mut self, at: &str, tag: &str) {
        let canonical = LanguageTag::parse(tag).map(|tag| tag.to_string());
        let what = format!("{tag:?} is no language tag in its usual form");
        self.unless(canonical.as_deref() == Ok(tag), at, &what);
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
        let without_messages =
            Availability { messages: <_>::default(), ..self.content.availability.clone() };
        let availability =
            serde_json::to_string(&without_messages).map_or(0, |availability| availability.len());
        let what = format!(
            "languages, platforms and maintenance are {availability} bytes; \
             there is room for {GATES}"
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
mod tests;
