//! Phone numbers of requests. Every operation reads them here.

use super::{Clearable, Context, Fields, Optional, ParsedText, Reported, Text, Violation};
use crate::{
    phone::{Phone, PhoneError},
    request,
};

/// A phone number in E.164 form, or one that the operator set up for tests.
pub struct PhoneNumber;

request! {
    /// A phone number as it was written.
    pub struct WrittenPhone {
        /// E.164, or national together with `country`.
        phone: Text<1, 50>,
        /// ISO 3166-1 alpha-2, for national numbers.
        country: Optional<Clearable<Text<2, 2>>>,
    }
}

impl ParsedText for PhoneNumber {
    type Text = Text<1, 50>;
    type Value = Phone;

    fn parse(text: &str, context: &Context) -> Result<Phone, Violation> {
        context.phone(text, None).map_err(|_| not_a_phone())
    }
}

impl WrittenPhone {
    /// The number that it is.
    pub fn number(&self, context: &Context) -> Result<Phone, PhoneError> {
        context.phone(&self.phone, self.country.as_deref())
    }

    /// Reports why it is no number.
    pub fn report(&self, error: PhoneError, fields: &mut Fields) -> Reported {
        match error {
            PhoneError::Invalid => fields.report("phone", not_a_phone()),
            PhoneError::Country => {
                let sent = self.country.as_deref().unwrap_or_default();
                fields.report("country", Violation::invalid_choice(sent))
            }
        }
    }
}

/// The violation of a text that is no phone number.
pub fn not_a_phone() -> Violation {
    Violation::invalid("The phone number entered is not valid.")
}
