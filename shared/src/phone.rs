//! Phone numbers in E.164 form (ITU-T E.164), and the country each belongs to.
//!
//! The numbering plans are libphonenumber's, wrapped here alone.

use std::fmt;

use rlibphonenumber::{PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region};
use serde::{Deserialize, Serialize};

/// A valid phone number, such as `+14155550123`. `Debug` shows its last two digits only.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phone(String);

/// Why a text is no phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneError {
    /// No number of any numbering plan, or national without a country.
    Invalid,
    /// The country is no ISO 3166-1 alpha-2 code.
    Country,
}

impl Phone {
    /// Reads a number in E.164 form or, with `country` (ISO 3166-1 alpha-2), in that country's
    /// national form.
    pub fn parse(text: &str, country: Option<&str>) -> Result<Self, PhoneError> {
        let region = country.map(Region::from_code).transpose().map_err(|_| PhoneError::Country)?;
        let number = PhoneNumber::parse(text, region).map_err(|_| PhoneError::Invalid)?;
        if !number.is_valid() {
            return Err(PhoneError::Invalid);
        }
        Ok(Self(number.format_as(PhoneNumberFormat::E164).into_owned()))
    }

    /// A number that the operator gave in the settings, valid or not: a test number is one that
    /// nobody can have.
    pub fn of_the_operator(e164: &str) -> Self {
        Self(e164.to_owned())
    }

    /// The country (ISO 3166-1 alpha-2) whose plan the number is of; none for numbers of no
    /// country.
    pub fn country(&self) -> Option<String> {
        let number = PhoneNumber::parse(&self.0, None).ok()?;
        Some(number.get_region_code()?.as_region_str().to_string())
    }

    /// Whether it is a mobile number, or of a plan that does not tell mobile numbers from others.
    pub fn may_be_mobile(&self) -> bool {
        PhoneNumber::parse(&self.0, None).is_ok_and(|number| {
            matches!(
                number.get_type(),
                PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile
            )
        })
    }

    /// The E.164 form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.len().saturating_sub(2);
        write!(f, "Phone(…{})", self.0.get(shown..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn e164(text: &str, country: Option<&str>) -> Result<String, PhoneError> {
        Phone::parse(text, country).map(|phone| phone.as_str().to_owned())
    }

    #[test]
    fn national_and_international_forms_and_arabic_digits_give_one_number() {
        assert_eq!(e164("+1 (415) 555-0123", None), Ok("+14155550123".into()));
        assert_eq!(e164("415 555 0123", Some("us")), Ok("+14155550123".into()));
        assert_eq!(e164("٠٥٠١٢٣٤٥٦٧", Some("SA")), Ok("+966501234567".into()));
    }

    #[test]
    fn what_is_no_number_of_any_plan_is_refused() {
        assert_eq!(e164("4155550123", None), Err(PhoneError::Invalid));
        assert_eq!(e164("+1 999", None), Err(PhoneError::Invalid));
        assert_eq!(e164("+14155550123", Some("U1")), Err(PhoneError::Country));
    }

    #[test]
    fn premium_shared_cost_fixed_pager_and_toll_free_numbers_are_not_mobile() {
        let mobile = |text: &str| Phone::parse(text, None).expect(text).may_be_mobile();
        for text in ["+14155550123", "+447400123456", "+966501234567", "+8613812345678"] {
            assert!(mobile(text), "{text}");
        }
        for text in [
            "+19002345678",
            "+18002345678",
            "+449012345678",
            "+448001234567",
            "+448431234567",
            "+442079460123",
            "+447640123456",
            "+445612345678",
            "+447012345678",
        ] {
            assert!(!mobile(text), "{text}");
        }
    }

    #[test]
    fn numbers_that_share_a_dial_code_belong_to_their_own_country() {
        let country = |text| Phone::parse(text, None).unwrap().country();
        assert_eq!(country("+14155550123").as_deref(), Some("US"));
        assert_eq!(country("+16135550123").as_deref(), Some("CA"));
    }
}
