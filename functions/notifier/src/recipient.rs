//! Whom a message is for: the member `to`, as publishers write it and as pages of a message to all
//! have it.

use serde::Deserialize;
use shared::{
    account::{CUSTOMER_SHARDS, Platform},
    device::DeviceRange,
    ids::CustomerId,
    inbox::Audience,
    language::canonical,
    phone::{Phone, is_country},
    version::{AppVersion, is_version},
};

use crate::unreadable::{Unreadable, check};

/// The most platforms, languages or countries of an audience.
const MOST_CHOICES: usize = 50;

/// Whom a message is for.
#[derive(Debug, Clone)]
pub enum To {
    /// One customer.
    Customer(CustomerId),
    /// Whoever logs in with this phone.
    Phone(Phone),
    /// Everybody.
    All,
    /// The push devices of some of everybody.
    Range(RangePage),
    /// The push devices of one of everybody.
    Only {
        /// The message's number.
        number: u64,
        /// The customer.
        customer: CustomerId,
    },
    /// Nobody: the pushes of a message to everybody are stopped.
    Stop,
    /// Some of everybody, of before messages to all were one item.
    Page(Page),
}

/// A page of the customers with devices: those behind `after` in a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangePage {
    /// The number of the message.
    pub number: u64,
    /// The range.
    pub range: DeviceRange,
    /// Where it begins.
    pub after: Option<CustomerId>,
}

/// A page of all customers: those behind `after` in a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Of [`CUSTOMER_SHARDS`].
    pub shard: char,
    /// Where it begins.
    pub after: Option<CustomerId>,
}

/// The member `to`.
#[derive(Deserialize)]
pub(crate) struct RawTo {
    customer_id: Option<String>,
    phone: Option<String>,
    all: Option<bool>,
    platform: Option<OneOrMore>,
    language: Option<OneOrMore>,
    country: Option<OneOrMore>,
    minimum_version: Option<String>,
    #[serde(flatten)]
    part: RawPart,
}

/// A text, or several.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// Which part of everybody.
#[derive(Deserialize)]
struct RawPart {
    number: Option<u64>,
    range: Option<String>,
    only: Option<String>,
    stop: Option<bool>,
    shard: Option<char>,
    after: Option<String>,
}

impl To {
    /// Whether it is no page of a message to all and stops nothing.
    pub(crate) fn is_of_a_publisher(&self) -> bool {
        matches!(self, Self::Customer(_) | Self::Phone(_) | Self::All)
    }

    /// The name in the log.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Customer(_) => "customer",
            Self::Phone(_) => "phone",
            Self::All => "all",
            Self::Range(_) | Self::Page(_) => "page",
            Self::Only { .. } => "one of all",
            Self::Stop => "nobody",
        }
    }
}

impl RawTo {
    /// Whom of all it is for. A list that is empty would be for nobody.
    pub(crate) fn audience(&self) -> Result<Audience, Unreadable> {
        let filters = [&self.platform, &self.language, &self.country];
        let is_filtered =
            filters.iter().any(|filter| filter.is_some()) || self.minimum_version.is_some();
        check(&[(
            self.all == Some(true) || !is_filtered,
            "to.platform, to.language, to.country and to.minimum_version need to.all",
        )])?;
        let minimum_version = self.minimum_version.as_deref().map(|text| {
            let version = AppVersion::read(text).filter(|_| is_version(text));
            version.ok_or(Unreadable(
                "to.minimum_version must be a version of at most eight numbers, such as 1.10.0",
            ))
        });
        let [platforms, languages, countries] = filters.map(|filter| match filter {
            None => Some(Vec::new()),
            Some(OneOrMore::One(one)) => Some(vec![one.clone()]),
            Some(OneOrMore::More(more)) => {
                Some(more.clone()).filter(|more| (1..=MOST_CHOICES).contains(&more.len()))
            }
        });
        let platforms = platforms.and_then(|names| {
            names.iter().map(|name| Platform::parse(name)).collect::<Option<_>>()
        });
        let languages = languages.and_then(|tags| {
            tags.iter().map(|tag| Some(canonical(tag)).filter(|tag| is_language(tag))).collect()
        });
        let countries = countries.filter(|codes| {
            codes.iter().all(|code| {
                code.len() == 2
                    && code.bytes().all(|byte| byte.is_ascii_uppercase())
                    && is_country(code)
            })
        });
        Ok(Audience {
            platforms: platforms.ok_or(Unreadable("to.platform must be ios, android or web"))?,
            languages: languages
                .ok_or(Unreadable("to.language must be a tag such as ar or pt-BR"))?,
            countries: countries
                .ok_or(Unreadable("to.country must be a code of ISO 3166-1, such as SA"))?,
            minimum_version: minimum_version.transpose()?,
        })
    }

    pub(crate) fn read(self) -> Result<To, Unreadable> {
        match (self.customer_id, self.phone, self.all.unwrap_or_default()) {
            (Some(customer), None, false) => customer
                .parse()
                .map(To::Customer)
                .map_err(|_| Unreadable("to.customer_id is no customer's id")),
            (None, Some(phone), false) => {
                let digits = phone.strip_prefix('+').unwrap_or_default();
                let e164 = (5..=15).contains(&digits.len())
                    && digits.bytes().all(|digit| digit.is_ascii_digit());
                // A phone is found by its hash alone, so its form is all that has to be right.
                if e164 {
                    Ok(To::Phone(Phone::of_the_operator(&phone)))
                } else {
                    Err(Unreadable("to.phone is not in E.164 form"))
                }
            }
            (None, None, true) => self.part.read(),
            _ => Err(Unreadable("to must hold one of customer_id, phone and all")),
        }
    }
}

impl RawPart {
    fn read(self) -> Result<To, Unreadable> {
        let after = self.after.map(|after| after.parse()).transpose();
        let after = after.map_err(|_| Unreadable("to.after is no customer's id"))?;
        match (self.number, self.range, self.only, self.shard) {
            (None, None, None, None) if self.stop == Some(true) => Ok(To::Stop),
            (None, None, None, None) => Ok(To::All),
            (None, None, None, Some(shard)) if CUSTOMER_SHARDS.contains(shard) => {
                Ok(To::Page(Page { shard, after }))
            }
            (Some(number), Some(range), None, None) => DeviceRange::parse(&range)
                .map(|range| To::Range(RangePage { number, range, after }))
                .ok_or(Unreadable("to.range is no range")),
            (Some(number), None, Some(only), None) => only
                .parse()
                .map(|customer| To::Only { number, customer })
                .map_err(|_| Unreadable("to.only is no customer's id")),
            (None, None, None, Some(_)) => Err(Unreadable("to.shard is no shard")),
            _ => Err(Unreadable("to.number needs one of range and only")),
        }
    }
}

/// Whether a canonical tag begins with a language.
fn is_language(tag: &str) -> bool {
    let language = tag.split('-').next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && tag.len() <= 35
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
