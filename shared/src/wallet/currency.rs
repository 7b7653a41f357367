//! Currencies of ISO 4217 that have a minor unit: metals, bond units and the codes for testing and
//! for none have no amounts.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A currency, in the order of its code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency(iso_currency::Currency);

/// The text is no code of a currency with a minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownCurrency;

impl Currency {
    /// The currency of a number of ISO 4217.
    pub fn of_number(number: u16) -> Option<Self> {
        Self::with_minor_unit(iso_currency::Currency::from_numeric(number)?)
    }

    /// Three capital letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// The number of ISO 4217, at most 999.
    pub fn number(self) -> u16 {
        self.0.numeric()
    }

    /// How many decimals an amount in minor units has: 2 for USD, 3 for KWD, none for JPY.
    pub fn exponent(self) -> u16 {
        self.0.exponent().unwrap_or_default()
    }

    /// An amount in minor units as a decimal number: 12.500 for 12500 of KWD.
    pub fn decimal(self, amount: i64) -> String {
        let own = usize::from(self.exponent());
        let sign = if amount < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", amount.unsigned_abs(), width = own + 1);
        let (whole, decimals) = digits.split_at(digits.len() - own);
        let point = if own == 0 { "" } else { "." };
        format!("{sign}{whole}{point}{decimals}")
    }

    fn with_minor_unit(currency: iso_currency::Currency) -> Option<Self> {
        currency.exponent().map(|_| Self(currency))
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Self, UnknownCurrency> {
        iso_currency::Currency::from_code(code)
            .and_then(Self::with_minor_unit)
            .ok_or(UnknownCurrency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for UnknownCurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no currency of ISO 4217 with a minor unit")
    }
}

impl std::error::Error for UnknownCurrency {}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_with_the_decimals_of_its_currency() {
        let written = |code: &str, amount| code.parse::<Currency>().unwrap().decimal(amount);
        assert_eq!(written("KWD", 12_500), "12.500");
        assert_eq!((written("USD", 5), written("USD", -1_205)), ("0.05".into(), "-12.05".into()));
        assert_eq!(written("JPY", 700), "700");
    }

    #[test]
    fn a_code_is_one_of_iso_4217_in_capitals_that_has_amounts() {
        for (code, number, exponent) in
            [("USD", 840, 2), ("KWD", 414, 3), ("JPY", 392, 0), ("CLF", 990, 4)]
        {
            let currency: Currency = code.parse().unwrap();
            assert_eq!(
                (currency.code(), currency.number(), currency.exponent()),
                (code, number, exponent)
            );
            assert_eq!(Currency::of_number(number), Some(currency));
        }
        for none in ["usd", "US", "USDX", "XYZ", "XAU", "XXX", "XTS", "", "$"] {
            assert_eq!(none.parse::<Currency>(), Err(UnknownCurrency), "{none}");
        }
        assert_eq!(Currency::of_number(959), None);
    }
}
