//! Language tags (BCP 47): their form of today, and which of several languages comes nearest to a
//! wanted one.
//!
//! Old codes, likely subtags and near languages are those of Unicode's CLDR.
//! `functions/location/derive/places.py` writes their tables.

use std::cmp::Ordering;

const OLD_LANGUAGES: Table = Table(include_str!("language/old_languages.txt"));
const OLD_REGIONS: Table = Table(include_str!("language/old_regions.txt"));
const LIKELY_SUBTAGS: Table = Table(include_str!("language/likely_subtags.txt"));
const NEAR_LANGUAGES: Table = Table(include_str!("language/near_languages.txt"));

/// Where English is written as in the United States, by CLDR.
const US_ENGLISH: [&str; 10] = ["AS", "CA", "GU", "MH", "MP", "PH", "PR", "UM", "US", "VI"];
/// Where Spanish is not that of Latin America.
const EUROPEAN_SPANISH: [&str; 7] = ["AD", "EA", "ES", "GI", "GQ", "IC", "PH"];
/// The countries of the Maghreb, by CLDR.
const MAGHREB: [&str; 6] = ["DZ", "EH", "LY", "MA", "MR", "TN"];

/// A tag in its form of today: subtags in their usual case, old codes as their new ones, `_` as
/// `-`. The locales of phones are read as the tags that they mean: `ar_SA@calendar=gregorian`,
/// `zh_TW_#Hant`, `en_US.UTF-8`.
///
/// The tag is not checked: what is no tag comes out as no tag.
pub fn canonical(text: &str) -> String {
    let mut subtags: Vec<String> =
        without_posix(text.trim()).to_ascii_lowercase().split(['-', '_']).map(Into::into).collect();
    if let Some(place) = subtags.iter().position(|subtag| subtag.starts_with('#')) {
        let script = subtags.remove(place).trim_start_matches('#').to_owned();
        subtags.retain(|subtag| !subtag.is_empty());
        subtags.insert(subtags.len().min(1), script);
    }
    renew_language(&mut subtags);
    let end = subtags.iter().position(|subtag| subtag.len() == 1).unwrap_or(subtags.len());
    for (place, subtag) in subtags.iter_mut().enumerate().take(end).skip(1) {
        if subtag.len() == 2 {
            subtag.make_ascii_uppercase();
            if let Some(region) = OLD_REGIONS.get(subtag).filter(|_| place <= 2) {
                region.clone_into(subtag);
            }
        } else if is_script(subtag)
            && let Some(first) = subtag.get_mut(..1)
        {
            first.make_ascii_uppercase();
        }
    }
    subtags.join("-")
}

/// The one of `offered` that someone who wants `wanted` reads best, all in the same language: in
/// the same script if there is one, then for the same region, for one that writes alike, or for
/// none.
pub fn nearest<'a, S: AsRef<str>>(wanted: &str, offered: &'a [S]) -> Option<&'a str> {
    let mut tags = offered.iter().map(AsRef::as_ref);
    if let Some(same) = tags.clone().find(|tag| tag.eq_ignore_ascii_case(wanted)) {
        return Some(same);
    }
    let wanted = Subtags::of(wanted);
    let same_language = |tag: &&str| language_of(tag).eq_ignore_ascii_case(&wanted.language);
    tags.by_ref().filter(same_language).min_by_key(|tag| wanted.distance_to(&Subtags::of(tag)))
}

/// The one of `offered` in another language that those who want `wanted` can read, such as German
/// for those who want Swiss German.
pub fn near<'a, S: AsRef<str>>(wanted: &str, offered: &'a [S]) -> Option<&'a str> {
    let wanted = Subtags::of(wanted);
    let (script, region) = wanted.likely();
    let others = NEAR_LANGUAGES.get(&wanted.language)?;
    others.split(' ').find_map(|other| {
        let subtags = [other, script, region].into_iter().filter(|subtag| !subtag.is_empty());
        nearest(&subtags.collect::<Vec<_>>().join("-"), offered)
    })
}

/// Lines of a key and a value, in the order of the keys. It is searched as it is, so that nothing
/// is built for it.
struct Table(&'static str);

impl Table {
    fn get(&self, key: &str) -> Option<&'static str> {
        let mut rest = self.0;
        while !rest.is_empty() {
            let middle = rest.floor_char_boundary(rest.len() / 2);
            let start = rest[..middle].rfind('\n').map_or(0, |end| end + 1);
            let end = rest[start..].find('\n').map_or(rest.len(), |length| start + length);
            let (known, value) = rest[start..end].split_once('=')?;
            rest = match known.cmp(key) {
                Ordering::Equal => return Some(value),
                Ordering::Less => rest.get(end + 1..).unwrap_or_default(),
                Ordering::Greater => &rest[..start],
            };
        }
        None
    }
}

/// What of a tag says who can read it.
struct Subtags {
    /// The code of the language as it was written.
    code: String,
    language: String,
    script: Option<String>,
    region: Option<String>,
}

impl Subtags {
    fn of(tag: &str) -> Self {
        let code = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let tag = canonical(tag);
        let mut subtags = tag.split('-').peekable();
        let language = general(subtags.next().unwrap_or_default()).to_owned();
        let script = subtags.next_if(|subtag| is_script(subtag)).map(str::to_owned);
        let is_region = |subtag: &&str| {
            subtag.len() == 2
                || subtag.len() == 3 && subtag.bytes().all(|sign| sign.is_ascii_digit())
        };
        let region = subtags.next_if(is_region).map(str::to_owned);
        Self { code, language, script, region }
    }

    /// The script and the region that the tag names, or else the likely ones.
    fn likely(&self) -> (&str, &str) {
        let Self { language, script, region, .. } = self;
        let (own_script, own_region) = LIKELY_SUBTAGS
            .get(language)
            .and_then(|likely| likely.split_once('-'))
            .unwrap_or_default();
        let with = |subtag: &Option<String>| {
            LIKELY_SUBTAGS.get(&format!("{language}-{}", subtag.as_deref()?))
        };
        (
            script.as_deref().or_else(|| with(region)).unwrap_or(own_script),
            region.as_deref().or_else(|| with(script)).unwrap_or(own_region),
        )
    }

    /// How far an offered tag is from this wanted one: whether its script differs, its region, and
    /// whether they name their scripts and languages alike.
    fn distance_to(&self, offered: &Self) -> (bool, u8, bool, bool) {
        let ((script, region), (other_script, other_region)) = (self.likely(), offered.likely());
        let group = |region| region_group(&self.language, script, region);
        let between_regions = match &offered.region {
            _ if region == other_region => 0,
            Some(_) if group(region).is_some() && group(region) == group(other_region) => 1,
            None => 2,
            Some(_) => 3,
        };
        let names_script = self.script.is_some() == offered.script.is_some();
        (script != other_script, between_regions, !names_script, self.code != offered.code)
    }
}

/// A name for the regions that write a language like this one, where some write it otherwise.
fn region_group(language: &str, script: &str, region: &str) -> Option<bool> {
    match language {
        "ar" => Some(MAGHREB.contains(&region)),
        "en" => Some(US_ENGLISH.contains(&region)),
        "es" => Some(EUROPEAN_SPANISH.contains(&region)),
        "pt" => Some(region == "BR"),
        "zh" if script == "Hant" => Some(matches!(region, "HK" | "MO")),
        _ => None,
    }
}

/// The language of an offered tag, by its code of today.
fn language_of(tag: &str) -> &str {
    let code = tag.split(['-', '_']).next().unwrap_or_default();
    let renewed = OLD_LANGUAGES.get(code).and_then(|tag| tag.split('-').next());
    general(renewed.unwrap_or(code))
}

/// `no` is Norwegian of either kind, and what is written in it is Bokmål.
fn general(language: &str) -> &str {
    if language == "no" { "nb" } else { language }
}

/// Replaces an old code at the begin, be it of several subtags, and a language that is written as
/// an extension of another (`zh-yue`).
fn renew_language(subtags: &mut Vec<String>) {
    let old = |subtags: &[String]| {
        (1..=subtags.len().min(3)).rev().find_map(|length| {
            Some((length, OLD_LANGUAGES.get(&subtags.get(..length)?.join("-"))?))
        })
    };
    let mut found = old(subtags);
    let is_extended = |subtag: &String| {
        subtag.len() == 3 && subtag.bytes().all(|sign| sign.is_ascii_alphabetic())
    };
    if found.is_none_or(|(length, _)| length == 1) && subtags.get(1).is_some_and(is_extended) {
        subtags.remove(0);
        found = old(subtags);
    }
    let Some((length, new)) = found else { return };
    let rest = subtags.split_off(length);
    *subtags = new.to_ascii_lowercase().split('-').map(Into::into).collect();
    // What the tag says itself counts more than what its old code said.
    if rest.first().is_some_and(|subtag| is_script(subtag)) {
        subtags.retain(|subtag| !is_script(subtag));
    }
    if rest.iter().take(2).any(|subtag| subtag.len() == 2) && subtags.len() > 1 {
        subtags.truncate(subtags.iter().skip(1).take_while(|new| new.len() != 2).count() + 1);
    }
    subtags.extend(rest);
}

/// Without the character set and the modifier of POSIX, and the keywords of ICU.
fn without_posix(text: &str) -> &str {
    let text = match text.split_once('@') {
        Some((tag, rest)) if rest.contains('=') || rest.eq_ignore_ascii_case("euro") => tag,
        _ => text,
    };
    match text.split_once('.') {
        Some((tag, set)) if set.get(..3).is_some_and(|set| set.eq_ignore_ascii_case("utf")) => tag,
        _ => text,
    }
}

fn is_script(subtag: &str) -> bool {
    subtag.len() == 4 && subtag.bytes().all(|sign| sign.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests;
