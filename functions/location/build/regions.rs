//! The order of the subdivisions of a country in the languages that cannot be sorted by their plain
//! letters. For each language and each country that it names there is a line: the tag (8 bytes,
//! filled up with blanks), the code of the country (2), how many subdivisions there are (1), and
//! their places (1 each) among all of the country, in the order of the language.
//! `derive/derive.py` says how the files are laid out.

use icu_collator::{Collator, options::CollatorOptions};
use icu_locale_core::Locale;

/// Languages whose names `src/list_regions.rs` sorts rightly by their plain letters.
const PLAIN: [&str; 5] = ["ar", "de", "en", "es", "fr"];
/// The area that is no subdivision.
const UNKNOWN: &str = "?";

const TAG: usize = 9;
const MARK: usize = 3;
const ENTRY: usize = 8;
const CODE: usize = 6;

pub(crate) fn orders() -> Vec<u8> {
    let (names, regions) = (Names::read(), Regions::read());
    let english = names.of_block(0, regions.codes.len());
    let mut orders = Vec::new();
    for (tag, block) in names.tags.iter().filter(|(tag, _)| !PLAIN.contains(&tag.as_str())) {
        let own = names.of_block(*block, regions.codes.len());
        let locale: Locale = tag.parse().expect("a language tag");
        let collator = Collator::try_new(locale.into(), CollatorOptions::default())
            .expect("the collations of CLDR are in the library");
        for (country, areas) in &regions.countries {
            let listed: Vec<usize> =
                areas.clone().filter(|area| regions.codes[*area] != UNKNOWN).collect();
            if listed.iter().all(|area| own[*area].is_empty()) {
                continue;
            }
            let name = |place: &u8| {
                let area = listed[usize::from(*place)];
                if own[area].is_empty() { &english[area] } else { &own[area] }
            };
            let count = u8::try_from(listed.len()).expect("a country has fewer");
            let mut places: Vec<u8> = (0..count).collect();
            places.sort_by(|one, other| collator.compare(name(one), name(other)));
            orders.extend_from_slice(format!("{tag:8}{country}").as_bytes());
            orders.push(count);
            orders.extend(places);
        }
    }
    orders
}

/// `data/names.bin`.
struct Names {
    data: Vec<u8>,
    tags: Vec<(String, usize)>,
    ends: usize,
    begin: usize,
    marks: usize,
}

impl Names {
    fn read() -> Self {
        let data = read("names.bin");
        let [tags, blocks, marks] = [0, 2, 4].map(|at| number(&data, at, 2));
        let tag = |place: usize| {
            let entry = &data[6 + place * TAG..6 + (place + 1) * TAG];
            (text(&entry[..TAG - 1]), usize::from(entry[TAG - 1]))
        };
        let ends = 6 + tags * TAG;
        Self {
            tags: (0..tags).map(tag).collect(),
            ends,
            begin: ends + (blocks + 1) * 4,
            marks,
            data,
        }
    }

    fn of_block(&self, block: usize, areas: usize) -> Vec<String> {
        let begin = self.begin + number(&self.data, self.ends + block * 4, 4) + self.marks * MARK;
        let mut at = begin + areas;
        let name = |length: &u8| {
            let name = text(&self.data[at..at + usize::from(*length)]);
            at += usize::from(*length);
            name
        };
        self.data[begin..begin + areas].iter().map(name).collect()
    }
}

/// `data/subdivisions.bin`, without its trees.
struct Regions {
    countries: Vec<(String, std::ops::Range<usize>)>,
    codes: Vec<String>,
}

impl Regions {
    fn read() -> Self {
        let data = read("subdivisions.bin");
        let count = number(&data, 0, 2);
        let first = |place: usize| number(&data, 2 + place * ENTRY + 2, 2);
        let country = |place: usize| {
            let begin = 2 + place * ENTRY;
            (text(&data[begin..begin + 2]), first(place)..first(place + 1))
        };
        let codes = 2 + (count + 1) * ENTRY;
        let code = |area: usize| text(&data[codes + area * CODE..codes + (area + 1) * CODE]);
        Self {
            countries: (0..count).map(country).collect(),
            codes: (0..first(count)).map(code).collect(),
        }
    }
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new("data").join(name)).expect("the file is there")
}

fn text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).expect("UTF-8").trim_end().to_owned()
}

fn number(data: &[u8], begin: usize, length: usize) -> usize {
    data[begin..begin + length]
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | usize::from(*byte))
}
