//! The counted units, of requests and of cases.

use std::{collections::BTreeMap, fmt};

use super::{Case, Counted};

/// By operation id.
const OPERATIONS: &str = include_str!("../costs.json");
/// By the name of a [`Case`].
const CASES: &str = include_str!("cases.json");

/// Units by operation id, and by the name of a case.
#[derive(Debug, Clone)]
pub struct Units {
    operations: BTreeMap<String, Counted>,
    cases: BTreeMap<String, Counted>,
}

/// Why a file of units is not one.
#[derive(Debug)]
pub enum UnitsError {
    Invalid(serde_json::Error),
    /// It names what is counted nowhere.
    Unknown(String),
}

impl fmt::Display for UnitsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => error.fmt(f),
            Self::Unknown(name) => write!(f, "{name} is neither an operation nor a counted case"),
        }
    }
}

impl Units {
    /// The committed ones.
    pub fn counted() -> Self {
        let read = |text| serde_json::from_str(text).expect("a contract test writes the file");
        Self { operations: read(OPERATIONS), cases: read(CASES) }
    }

    /// These units, with those that `text` names in their place.
    pub fn replaced_by(mut self, text: &str) -> Result<Self, UnitsError> {
        let others: BTreeMap<String, Counted> =
            serde_json::from_str(text).map_err(UnitsError::Invalid)?;
        for (name, counted) in others {
            let known = match self.operations.get_mut(&name) {
                Some(known) => Some(known),
                None => self.cases.get_mut(&name),
            };
            *known.ok_or(UnitsError::Unknown(name))? = counted;
        }
        Ok(self)
    }

    /// The operations, by id.
    pub fn operations(&self) -> &BTreeMap<String, Counted> {
        &self.operations
    }

    /// The units of a case.
    pub fn case(&self, case: Case) -> Counted {
        self.cases.get(case.name()).copied().unwrap_or(NOTHING)
    }

    /// The units of a request that a profile names: an operation or a variant of one.
    pub fn request(&self, name: &str) -> Counted {
        self.cases.get(name).or_else(|| self.operations.get(name)).copied().unwrap_or(NOTHING)
    }
}

const NOTHING: Counted = Counted { calls: 0, read_units: 0.0, write_units: 0.0 };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_is_counted_and_nothing_else() {
        let counted = Units::counted();
        let mut names: Vec<_> = Case::ALL.iter().map(|case| case.name()).collect();
        names.sort_unstable();
        assert_eq!(counted.cases.keys().collect::<Vec<_>>(), names);
    }

    #[test]
    fn a_variant_has_its_own_units() {
        let units = Units::counted();
        assert!(units.request("warm_app_info").read_units < 1e-9);
        assert!(units.request("getAppInfo").read_units > 0.1);
    }

    #[test]
    fn a_file_replaces_the_units_that_it_names() {
        let text = r#"{
            "getAppInfo": {"calls": 1, "read_units": 7.0, "write_units": 0.0},
            "erasure": {"calls": 2, "read_units": 0.0, "write_units": 9.0}
        }"#;
        let units = Units::counted().replaced_by(text).unwrap();
        let before = Units::counted();
        assert!((units.request("getAppInfo").read_units - 7.0).abs() < 1e-9);
        assert!((units.case(Case::Erasure).write_units - 9.0).abs() < 1e-9);
        assert_eq!(units.request("sendOTP"), before.request("sendOTP"));
        let wrong = Units::counted().replaced_by(&text.replace("erasure", "erasures"));
        assert_eq!(
            wrong.unwrap_err().to_string(),
            "erasures is neither an operation nor a counted case"
        );
    }
}
