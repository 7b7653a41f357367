//! A mapping for a dump, by the names of its models and fields.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::PathBuf,
};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    dump::Dump,
    mapping::{Mapping, OWN_KEY},
    stage::StageError,
};

/// How many objects of a model are looked at.
const SAMPLE: u64 = 200;

/// Names that teams give to fields, beside those of the stock mapping, by the keys of the mapping.
const OTHER_NAMES: [(&str, &[&str]); 19] = [
    ("phone", &["phone_number", "mobile", "mobile_number", "msisdn", "telephone", "username"]),
    ("user", &["owner", "customer", "account", "profile"]),
    ("birth_date", &["birthday", "date_of_birth", "dob"]),
    ("gender", &["sex"]),
    ("language", &["locale", "preferred_language", "lang"]),
    ("avatar_url", &["avatar", "photo_url", "picture"]),
    ("marketing_opt_in", &["accepts_marketing", "newsletter", "marketing"]),
    ("label", &["name", "title"]),
    ("recipient", &["contact_name", "full_name"]),
    ("line1", &["address", "street", "address_line_1", "address1", "street_address"]),
    ("line2", &["address_line_2", "address2", "apartment", "building"]),
    ("state", &["province", "region", "governorate"]),
    ("postal_code", &["zip", "zip_code", "zipcode", "postcode"]),
    ("instructions", &["notes", "delivery_notes", "note"]),
    ("lat", &["latitude"]),
    ("lng", &["longitude", "lon", "long"]),
    ("amount", &["balance", "available", "credit"]),
    ("created", &["created_at", "date_created", "created_on"]),
    ("joined", &["created_at", "created", "registered_at"]),
];

/// Fields by which a model of the team's own is known, by the section of the mapping.
const MARKS: [(&str, &[&str]); 4] = [
    ("user", &["password", "last_login"]),
    ("wallet", &["amount", "user"]),
    ("address", &["line1", "city", "user"]),
    ("profile", &["birth_date", "user"]),
];

#[derive(Deserialize)]
struct Object {
    model: String,
    fields: Map<String, Value>,
}

/// The fields of each model of some dumps.
pub struct Models(BTreeMap<String, (u64, BTreeSet<String>)>);

impl Models {
    /// Reads the dumps.
    pub fn read(dumps: &[PathBuf]) -> Result<Self, StageError> {
        let mut models: BTreeMap<String, (u64, BTreeSet<String>)> = BTreeMap::new();
        for path in dumps {
            let failed = |error| StageError::Dump(path.clone(), error);
            let mut dump = Dump::open(path, 0).map_err(failed)?;
            while let Some((_, text)) = dump.read().map_err(failed)? {
                let Ok(Object { model, fields }) = serde_json::from_slice(text) else { continue };
                let (count, names) = models.entry(model.to_lowercase()).or_default();
                *count += 1;
                if *count <= SAMPLE {
                    names.extend(fields.into_iter().map(|(name, _)| name));
                }
            }
        }
        Ok(Self(models))
    }

    /// The mapping as TOML, with what was found in comments.
    pub fn suggestion(&self) -> String {
        let stock = Mapping::stock();
        let mut text = "# Models of the dump, with how many objects there are:\n".to_owned();
        for (model, (count, _)) in &self.0 {
            let _ = writeln!(text, "#   {model}: {count}");
        }
        text.push_str("\n[phone]\n# The country of numbers in national form, such as \"SA\".\n");
        text.push_str("country = \"\"\n");
        let found = self.sections(&stock);
        for (section, keys) in stock.models() {
            let Some(&(model, fields)) = found.get(section) else {
                let _ = write!(text, "\n# The dump has no model for [{section}].\n");
                continue;
            };
            let _ = write!(text, "\n[{section}]\nmodel = \"{model}\"\n");
            for (key, stock_name) in keys.iter().filter(|(key, _)| *key != "model") {
                let absent = if key == "user" { OWN_KEY } else { "" };
                let named = field_of(key, stock_name, fields).unwrap_or(absent);
                if named.is_empty() && fields.contains(stock_name) {
                    continue;
                }
                let _ = writeln!(text, "{key} = \"{named}\"");
            }
        }
        text
    }

    /// The models of the sections, each once: the stock one if it is there, or the first other one
    /// whose fields fit.
    fn sections(&self, stock: &Mapping) -> BTreeMap<String, (&str, &BTreeSet<String>)> {
        let mut found = BTreeMap::new();
        for (section, keys) in stock.models() {
            if let Some((model, (_, fields))) = self.0.get_key_value(&keys["model"]) {
                found.insert(section.to_owned(), (model.as_str(), fields));
            }
        }
        let mut taken: BTreeSet<&str> = found.values().map(|(model, _)| *model).collect();
        for (section, marks) in MARKS.iter().filter(|(name, _)| stock.get(name, "model").is_some())
        {
            if found.contains_key(*section) {
                continue;
            }
            let fits = |model: &str, fields: &BTreeSet<String>| {
                !taken.contains(model)
                    && marks.iter().all(|mark| field_of(mark, mark, fields).is_some())
            };
            let fitting = self.0.iter().find(|(model, (_, fields))| fits(model, fields));
            if let Some((model, (_, fields))) = fitting {
                taken.insert(model);
                found.insert((*section).to_owned(), (model, fields));
            }
        }
        found
    }
}

/// The field for a key of the mapping: the stock name, or one of the others that teams use.
fn field_of<'a>(key: &str, stock: &'a str, fields: &'a BTreeSet<String>) -> Option<&'a str> {
    if fields.contains(stock) {
        return Some(stock);
    }
    let (_, others) = OTHER_NAMES.iter().find(|(name, _)| *name == key)?;
    others.iter().copied().find(|name| fields.contains(*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggestion_is_a_mapping_that_finds_the_models_of_the_dump() {
        let model = |fields: &[&str]| (7, fields.iter().map(|one| (*one).to_owned()).collect());
        let models = Models(BTreeMap::from([
            (
                "people.account".to_owned(),
                model(&["password", "last_login", "mobile", "date_joined", "is_active"]),
            ),
            ("shop.place".to_owned(), model(&["owner", "street", "city", "zip", "latitude"])),
            ("shop.order".to_owned(), model(&["total"])),
            ("accounts.profile".to_owned(), model(&["birthday", "sex"])),
        ]));
        let text = models.suggestion();
        let mapping = Mapping::replaced_by(&text).unwrap();
        assert_eq!(mapping.section_of("people.account"), Some("user"));
        assert_eq!(mapping.get("user", "phone"), Some("mobile"));
        assert_eq!(mapping.get("user", "joined"), Some("date_joined"));
        assert_eq!(mapping.get("user", "email"), None);
        assert_eq!(mapping.section_of("shop.place"), Some("address"));
        assert_eq!(mapping.get("address", "postal_code"), Some("zip"));
        assert_eq!(mapping.get("address", "line1"), Some("street"));
        assert_eq!(mapping.section_of("shop.order"), None);
        assert_eq!(mapping.get("profile", "user"), Some("pk"));
        assert_eq!(mapping.get("profile", "birth_date"), Some("birthday"));
        assert!(text.contains("#   shop.order: 7") && text.contains("no model for [device]"));
    }
}
