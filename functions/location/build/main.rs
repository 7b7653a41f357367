//! Turns what the libraries know of countries into the few texts that the function carries, so that
//! nothing is worked out when it starts: `keshvar`'s countries, their names in the order of each
//! language (the collation of CLDR, by `icu_collator`), and the subdivisions that
//! `country-boundaries` can tell a point to lie in.
//!
//! Protocol: texts of lines, whose fields are parted by tabs; `src/countries.rs` reads them.

mod corrections;
mod names;

use std::{collections::BTreeSet, env, fmt::Write as _, fs, path::Path};

use corrections::{CURRENCIES, EXTRA_DIAL_CODES, SUBDIVISIONS};
use country_boundaries::{BOUNDARIES_ODBL_60X30, BoundingBox, CountryBoundaries};
use keshvar::{Alpha2, Country, CountryIterator};

#[expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "how cargo and a build script talk to one another"
)]
fn main() {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=data/country_names.txt");
    let folder = env::var("OUT_DIR").expect("cargo names the folder");
    let write = |name: &str, text: String| {
        fs::write(Path::new(&folder).join(name), text).expect("the folder can be written");
    };
    write("countries.txt", countries());
    write("subdivisions.txt", subdivisions());
    write("names.rs", names::source());
}

/// One line a country, by its code: code, alpha-3, number, dial codes, currency, the code of its
/// vehicles abroad.
fn countries() -> String {
    let mut countries: Vec<Country> = CountryIterator::new().collect();
    countries.sort_by_key(|country| country.alpha2().to_string());
    let mut text = String::new();
    for country in countries {
        let code = country.alpha2().to_string();
        let currency = CURRENCIES.iter().find(|(known, _)| *known == code).map_or_else(
            || country.currency_code().to_string(),
            |(_, currency)| (*currency).into(),
        );
        let line: [&str; 6] = [
            &code,
            &country.alpha3().to_string(),
            country.number(),
            &dial_codes(&code, &country),
            &currency,
            country.maybe_vehicle_registration_code().unwrap_or_default(),
        ];
        writeln!(text, "{}", line.join("\t")).expect("a text takes any line");
    }
    text
}

/// The library has one prefix only where a country of the North American plan has several, and
/// calls the country code of Antarctica, which is shared, and that of nowhere.
fn dial_codes(code: &str, country: &Country) -> String {
    if let Some((_, codes)) = EXTRA_DIAL_CODES.iter().find(|(known, _)| *known == code) {
        return (*codes).to_owned();
    }
    let national = country.country_code().to_string();
    match country.maybe_nanp_prefix() {
        Some(prefix) if prefix.starts_with('1') && prefix.len() == 4 => prefix.to_owned(),
        _ => national,
    }
}

/// One line a subdivision that a point can be told to lie in: its code and its name in English, or
/// its own where there is none.
fn subdivisions() -> String {
    let boundaries =
        CountryBoundaries::from_reader(BOUNDARIES_ODBL_60X30).expect("the library's own data");
    // The library takes a box around the whole earth for an empty one.
    let stripes = (-9..9)
        .map(|stripe| f64::from(stripe) * 20.0)
        .map(|west| BoundingBox::new(-90.0, west, 90.0, west + 20.0));
    let stripes: Vec<BoundingBox> = stripes.collect::<Result<_, _>>().expect("parts of the earth");
    let ids = stripes.into_iter().flat_map(|stripe| boundaries.intersecting_ids(stripe));
    let ids: BTreeSet<&str> = ids.filter(|id| id.contains('-')).collect();
    let (mut text, mut unknown) = (String::new(), Vec::new());
    for id in ids {
        let (country, part) = id.split_once('-').expect("it was looked for");
        let corrected =
            SUBDIVISIONS.iter().find(|(known, _)| *known == id).map(|(_, name)| (*name).to_owned());
        let name = corrected.or_else(|| {
            let country = Alpha2::try_from(country).ok()?.to_country();
            let found = country.find_in_subdivisions_by_code(part).ok()?;
            Some(found.translations().get("en").copied().unwrap_or(found.name()).to_owned())
        });
        match name {
            Some(name) => writeln!(text, "{id}\t{name}").expect("a text takes any line"),
            None => unknown.push(id),
        }
    }
    assert!(unknown.is_empty(), "no library knows {unknown:?}: add them to SUBDIVISIONS");
    text
}
