//! Who gets a code, and who asks for it.

use std::net::IpAddr;

use secrecy::SecretString;
use shared::{
    app::AppState,
    auth::known_device::PresentedDevice,
    http::{
        error::ApiError,
        request::{Violation, phone::not_a_phone},
    },
    phone::Phone,
    store::keys::day_of,
};

/// Who gets a code.
pub(crate) struct Recipient {
    pub(crate) phone: Phone,
    pub(super) country: String,
    /// The code of a test number, to which nothing is sent.
    pub(super) fixed_code: Option<SecretString>,
}

/// Who asks for a code.
pub(crate) struct Requester {
    pub(crate) address: IpAddr,
    /// The device whose refresh token came with the request.
    pub(crate) device: Option<PresentedDevice>,
}

impl Recipient {
    /// Whoever has this phone; the countries to which nothing is sent are refused.
    pub(crate) fn find(app: &AppState, phone: Phone) -> Result<Self, ApiError> {
        let codes = app.settings.codes()?;
        let today = day_of(app.now());
        if let Some(test) = codes.test_number(&phone).filter(|test| today <= test.until) {
            let fixed_code = Some(test.code.clone());
            return Ok(Self { phone, country: String::new(), fixed_code });
        }
        if !phone.is_valid() {
            return Err(no_phone());
        }
        if !phone.may_be_mobile() {
            let Violation { code, detail } = not_mobile();
            return Err(ApiError::field("phone", code, detail));
        }
        let countries = app.settings.countries()?;
        let served = phone.country().filter(|country| countries.contains(country));
        let country = served.ok_or_else(|| {
            ApiError::field("phone", "invalid", "Codes cannot be sent to this country.")
        })?;
        Ok(Self { phone, country, fixed_code: None })
    }

    /// Whether a message is sent.
    pub(super) fn is_texted(&self) -> bool {
        self.fixed_code.is_none()
    }
}

/// The phone is no number.
pub(crate) fn no_phone() -> ApiError {
    let Violation { code, detail } = not_a_phone();
    ApiError::field("phone", code, detail)
}

/// Premium, shared-cost, fixed, pager and toll-free numbers get no codes.
pub(crate) fn not_mobile() -> Violation {
    Violation::invalid("Codes are sent to mobile numbers only.")
}
