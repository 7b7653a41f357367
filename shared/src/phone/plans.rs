//! The numbering plans, of which a process reads those that it needs.
//!
//! The library's own way is to read all of them at the first number, which takes 4 ms and 4 MB.
//! `shared/derive/phone_plans` writes the file from the library's, and says how it is laid out.

use std::sync::{Arc, PoisonError, RwLock};

use prost::Message;
use rlibphonenumber::{
    ParseError, PhoneMetadataCollection, PhoneNumber, PhoneNumberUtil as Library, Region,
};

const FILE: &[u8] = include_bytes!("plans.bin");

/// Calling codes whose plans a process holds before it reads all plans.
const MOST_CODES: usize = 4;

/// Digits of the longest calling code.
const LONGEST_CODE: usize = 3;

static LOADED: RwLock<Option<Loaded>> = RwLock::new(None);

/// The library with the plans that were needed so far.
struct Loaded {
    /// None once it has all.
    codes: Option<Vec<u16>>,
    library: Arc<Library>,
}

/// A number, and the library with its plan.
pub(super) struct Number {
    pub(super) number: PhoneNumber,
    pub(super) library: Arc<Library>,
}

/// Reads what is dialled: a number in the international form, or in the national form of `region`.
pub(super) fn parse(dialled: &str, region: Option<Region>) -> Option<Number> {
    let international = dialled.strip_prefix('+').and_then(code_of_number);
    let code = international.or_else(|| code_of_region(&region?.as_region_str()))?;
    let parsed_with = |library: Arc<Library>| {
        library.parse(dialled, region).map(|number| Number { number, library })
    };
    match parsed_with(library_of(code)) {
        // Any country's code may follow a prefix for calls abroad.
        Err(ParseError::InvalidCountryCode) => parsed_with(library_of_all()).ok(),
        parsed => parsed.ok(),
    }
}

impl Number {
    /// Whether its plan has it.
    pub(super) fn is_valid(&self) -> bool {
        self.library.is_valid_number(&self.number)
    }
}

impl Loaded {
    fn has(&self, code: u16) -> bool {
        self.codes.as_ref().is_none_or(|codes| codes.contains(&code))
    }

    fn with(codes: Vec<u16>) -> Self {
        if codes.len() > MOST_CODES {
            return Self::with_all();
        }
        let plans = codes.iter().filter_map(|code| FILE.get(plans_of(*code)?));
        Self { library: Arc::new(library_with(plans)), codes: Some(codes) }
    }

    fn with_all() -> Self {
        let plans = FILE.get(first_plan()..);
        Self { codes: None, library: Arc::new(library_with(plans.into_iter())) }
    }
}

fn library_of(code: u16) -> Arc<Library> {
    loaded(
        |loaded| loaded.has(code),
        |mut codes| {
            codes.push(code);
            Loaded::with(codes)
        },
    )
}

fn library_of_all() -> Arc<Library> {
    loaded(|loaded| loaded.codes.is_none(), |_| Loaded::with_all())
}

/// The library as it is if it is `enough`, or else as `more` makes it of the codes that it has.
fn loaded(enough: impl Fn(&Loaded) -> bool, more: impl FnOnce(Vec<u16>) -> Loaded) -> Arc<Library> {
    let known = LOADED.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.as_ref().filter(|known| enough(known)) {
        return known.library.clone();
    }
    drop(known);
    let mut known = LOADED.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.as_ref().filter(|known| enough(known)) {
        return known.library.clone();
    }
    let codes = known.take().and_then(|known| known.codes).unwrap_or_default();
    known.insert(more(codes)).library.clone()
}

fn library_with<'a>(plans: impl Iterator<Item = &'a [u8]>) -> Library {
    let mut collection = PhoneMetadataCollection::default();
    for plan in plans {
        collection.merge(plan).expect("the file is what the library's own script gives");
    }
    Library::new_for_metadata(collection).expect("the regions are the library's")
}

/// Where the plans of a calling code are.
fn plans_of(code: u16) -> Option<std::ops::Range<usize>> {
    let index = (0..codes()).find(|index| u16_at(2 + index * 6) == code)?;
    let begin = index.checked_sub(1).map_or(0, end_of);
    Some(first_plan() + begin..first_plan() + end_of(index))
}

/// The calling code that a number begins with. No code begins with another.
fn code_of_number(digits: &str) -> Option<u16> {
    (1..=LONGEST_CODE)
        .filter_map(|length| digits.get(..length)?.parse().ok())
        .find(|code| plans_of(*code).is_some())
}

fn code_of_region(region: &str) -> Option<u16> {
    let regions = FILE.get(regions()..first_plan())?.chunks_exact(4);
    let found = regions.into_iter().find(|known| &known[..2] == region.as_bytes())?;
    Some(u16::from_le_bytes([found[2], found[3]]))
}

fn codes() -> usize {
    u16_at(0).into()
}

fn end_of(index: usize) -> usize {
    let at = 4 + index * 6;
    usize::from(u16_at(at)) | usize::from(u16_at(at + 2)) << 16
}

/// Where the table of regions begins.
fn regions() -> usize {
    4 + codes() * 6
}

fn first_plan() -> usize {
    regions() + usize::from(u16_at(regions() - 2)) * 4
}

const fn u16_at(at: usize) -> u16 {
    u16::from_le_bytes([FILE[at], FILE[at + 1]])
}

#[cfg(test)]
mod tests {
    use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};

    use super::*;

    /// Everything we ask the library for.
    fn read(
        number: &PhoneNumber,
        library: &Library,
    ) -> (String, bool, Option<Region>, PhoneNumberType) {
        (
            library.format(number, PhoneNumberFormat::E164).into_owned(),
            library.is_valid_number(number),
            library.get_region_for_number(number),
            library.get_number_type(number),
        )
    }

    fn both(dialled: &str, region: Option<Region>) {
        let of_all = PHONE_NUMBER_UTIL.parse(dialled, region).ok();
        let ours = parse(dialled, region);
        assert_eq!(
            ours.map(|ours| read(&ours.number, &ours.library)),
            of_all.map(|number| read(&number, &PHONE_NUMBER_UTIL)),
            "{dialled} {region:?}"
        );
    }

    #[test]
    fn numbers_of_all_kinds_are_read_as_by_the_library_with_all_plans() {
        let kinds = [
            PhoneNumberType::FixedLine,
            PhoneNumberType::Mobile,
            PhoneNumberType::TollFree,
            PhoneNumberType::PremiumRate,
            PhoneNumberType::SharedCost,
            PhoneNumberType::VoIP,
            PhoneNumberType::PersonalNumber,
            PhoneNumberType::Pager,
            PhoneNumberType::UAN,
            PhoneNumberType::VoiceMail,
        ];
        let mut read = 0;
        for region in PHONE_NUMBER_UTIL.get_supported_regions() {
            for kind in kinds {
                let Ok(number) =
                    PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, kind)
                else {
                    continue;
                };
                let e164 = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164);
                let national = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::National);
                let national: String = national.chars().filter(char::is_ascii_digit).collect();
                for region in [None, Some(region), Some(Region::US), Some(Region::SA)] {
                    both(&e164, region);
                    both(&e164[..e164.len() - 1], region);
                    both(&format!("{e164}0"), region);
                    both(&national, region);
                    both(&format!("00{}", &e164[1..]), region);
                    both(&format!("011{}", &e164[1..]), region);
                }
                read += 1;
            }
        }
        assert!(read > 1_000, "{read} examples");
    }

    #[test]
    fn few_plans_are_read_for_numbers_of_few_countries() {
        let few = Loaded::with(vec![1, 966]);
        assert_eq!(few.library.get_supported_calling_codes().count(), 2);
        assert!(few.has(1) && !few.has(44));
        let all = Loaded::with((0..5).collect());
        let codes = PHONE_NUMBER_UTIL.get_supported_calling_codes().count();
        assert_eq!(all.library.get_supported_calling_codes().count(), codes);
        assert!(all.has(44));
    }
}
