//! Turns what the libraries know of countries into the few texts that the function carries, so that
//! nothing is worked out when it starts: `keshvar`'s countries, and their names in the order of
//! each language (the collation of CLDR, by `icu_collator`).
//!
//! Protocol: texts of lines, whose fields are parted by tabs; `src/countries.rs` reads them.

mod corrections;
#[path = "../../../shared/link/order.rs"]
mod link;
mod names;
mod regions;

use std::{env, fmt::Write as _, fs, path::Path};

use corrections::{CURRENCIES, EXTRA_DIAL_CODES};
use keshvar::{Country, CountryIterator};

#[expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "how cargo and a build script talk to one another"
)]
fn main() {
    link::main();
    println!("cargo::rerun-if-changed=build");
    for file in ["country_names.txt", "names.bin", "subdivisions.bin"] {
        println!("cargo::rerun-if-changed=data/{file}");
    }
    let folder = env::var("OUT_DIR").expect("cargo names the folder");
    let write = |name: &str, text: Vec<u8>| {
        fs::write(Path::new(&folder).join(name), text).expect("the folder can be written");
    };
    write("countries.txt", countries().into());
    write("names.rs", names::source().into());
    write("orders.bin", regions::orders());
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
