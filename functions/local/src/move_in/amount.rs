//! Amounts of a dump in minor units.

use serde_json::Value;
use shared::wallet::{Currency, MOST};

/// Reads an amount: a decimal number, or with `exponent` a whole one of units of so many decimals.
/// The error says what is wrong, without the amount.
pub fn minor_units(
    value: &Value,
    exponent: Option<u16>,
    currency: Currency,
) -> Result<i64, &'static str> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return Err("neither a text nor a number"),
    };
    if text.starts_with('-') {
        let is_zero = text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
        return if is_zero { Ok(0) } else { Err("below zero") };
    }
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(decimals) {
        return Err("no decimal number");
    }
    let decimals = decimals.trim_end_matches('0');
    if exponent.is_some() && !decimals.is_empty() {
        return Err("not a whole number of minor units");
    }
    // The number without its point, and how many decimals it has.
    let (digits, scale) = match exponent {
        Some(exponent) => (whole.to_owned(), usize::from(exponent)),
        None => (format!("{whole}{decimals}"), decimals.len()),
    };
    let wanted = usize::from(currency.exponent());
    let digits = if scale <= wanted {
        format!("{digits}{}", "0".repeat(wanted - scale))
    } else {
        let cut = digits.len().saturating_sub(scale - wanted);
        let (kept, rest) = digits.split_at(cut);
        if rest.bytes().any(|digit| digit != b'0') {
            return Err("more decimals than the currency has");
        }
        kept.to_owned()
    };
    if digits.is_empty() {
        return Ok(0);
    }
    let amount: i64 = digits.parse().map_err(|_| "above the most that a wallet holds")?;
    if amount > MOST { Err("above the most that a wallet holds") } else { Ok(amount) }
}

/// An amount as a decimal number with the currency's decimals, or as a whole number of units of
/// `exponent` decimals; none where these cannot say it.
pub fn written(amount: i64, exponent: Option<u16>, currency: Currency) -> Option<String> {
    let own = currency.decimal(amount);
    let Some(exponent) = exponent.map(usize::from) else { return Some(own) };
    let (whole, decimals) = own.split_once('.').unwrap_or((&own, ""));
    let padded = format!("{decimals:0<exponent$}");
    let (kept, cut) = padded.split_at(exponent);
    if cut.bytes().any(|digit| digit != b'0') {
        return None;
    }
    let digits = format!("{whole}{kept}");
    let trimmed = digits.trim_start_matches('0');
    Some(if trimmed.is_empty() { "0".to_owned() } else { trimmed.to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value, exponent: Option<u16>, code: &str) -> Result<i64, &'static str> {
        minor_units(value, exponent, code.parse().unwrap())
    }

    #[test]
    fn decimal_numbers_and_minor_units_are_read_exactly() {
        assert_eq!(read(&json!("12.50"), None, "USD"), Ok(1250));
        assert_eq!(read(&json!("12.5000"), None, "USD"), Ok(1250));
        assert_eq!(read(&json!(12.5), None, "USD"), Ok(1250));
        assert_eq!(read(&json!("0.005"), None, "KWD"), Ok(5));
        assert_eq!(read(&json!("1200.00"), None, "JPY"), Ok(1200));
        assert_eq!(read(&json!("90071992547409.91"), None, "USD"), Ok(MOST));
        assert_eq!(read(&json!(1250), Some(2), "USD"), Ok(1250));
        assert_eq!(read(&json!(1250), Some(2), "KWD"), Ok(12_500));
        assert_eq!(read(&json!(120_000), Some(2), "JPY"), Ok(1200));
        assert_eq!(read(&json!("-0.00"), None, "USD"), Ok(0));
        assert_eq!(read(&json!("0"), Some(8), "JPY"), Ok(0));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for (value, exponent, why) in [
            (json!("-1"), None, "below zero"),
            (json!("12.505"), None, "more decimals than the currency has"),
            (json!("1e3"), None, "no decimal number"),
            (json!(""), None, "no decimal number"),
            (json!("1,5"), None, "no decimal number"),
            (json!(null), None, "neither a text nor a number"),
            (json!("90071992547409.92"), None, "above the most that a wallet holds"),
            (json!("9".repeat(40)), None, "above the most that a wallet holds"),
            (json!("12.5"), Some(2), "not a whole number of minor units"),
            (json!(5), Some(3), "more decimals than the currency has"),
        ] {
            assert_eq!(read(&value, exponent, "USD"), Err(why), "{value}");
        }
    }

    #[test]
    fn an_amount_is_written_as_it_was_read() {
        for (amount, exponent, code, text) in [
            (1250, None, "USD", "12.50"),
            (5, None, "KWD", "0.005"),
            (1200, None, "JPY", "1200"),
            (0, None, "USD", "0.00"),
            (1250, Some(2), "USD", "1250"),
            (12_500, Some(2), "KWD", "1250"),
            (1200, Some(2), "JPY", "120000"),
            (0, Some(2), "JPY", "0"),
        ] {
            let currency = code.parse().unwrap();
            assert_eq!(written(amount, exponent, currency).as_deref(), Some(text));
            assert_eq!(minor_units(&json!(text), exponent, currency), Ok(amount));
        }
        assert_eq!(written(1005, Some(2), "KWD".parse().unwrap()), None, "no digit is cut");
    }
}
