//! Email addresses, as Django's `EmailValidator` takes them.

use std::net::IpAddr;

use shared::http::request::{Context, ParsedText, Text, Violation};

use crate::host::is_domain;

/// An email address.
pub struct Email;

impl ParsedText for Email {
    type Text = Text<0, 254>;
    type Value = String;
    const FORMAT: Option<&'static str> = Some("email");

    fn parse(text: &str, _: &Context) -> Result<String, Violation> {
        if is_email(text) {
            Ok(text.to_owned())
        } else {
            Err(Violation::invalid("Enter a valid email address."))
        }
    }
}

/// Unlike Django, `localhost` is no domain here, and a quoted name has no control characters
/// (RFC 5321, section 4.1.2).
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    (is_dot_atom(local) || is_quoted(local)) && (is_domain(domain) || is_literal(domain))
}

fn is_dot_atom(local: &str) -> bool {
    let is_sign = |sign: u8| sign.is_ascii_alphanumeric() || b"-!#$%&'*+/=?^_`{}|~".contains(&sign);
    local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_sign))
}

fn is_quoted(local: &str) -> bool {
    let inner = local.strip_prefix('"').and_then(|local| local.strip_suffix('"'));
    let Some(mut signs) = inner.map(str::bytes) else { return false };
    while let Some(sign) = signs.next() {
        let is_right = match sign {
            b'\\' => signs.next().is_some_and(|sign| matches!(sign, b' '..=b'~')),
            b'"' => false,
            sign => sign.is_ascii_graphic(),
        };
        if !is_right {
            return false;
        }
    }
    true
}

/// An address in brackets.
fn is_literal(domain: &str) -> bool {
    let inner = domain.strip_prefix('[').and_then(|domain| domain.strip_suffix(']'));
    inner.is_some_and(|address| address.parse::<IpAddr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answers of Django 5.2.
    #[test]
    fn addresses_are_taken_as_django_takes_them() {
        for right in [
            "amal@example.com",
            "AMAL+tag@EXAMPLE.CO.UK",
            "a.b-c_d@sub.example.com",
            "!#$%&'*+-/=?^_`{|}~@example.com",
            "1@example.com",
            "amal@münchen.de",
            "amal@例え.テスト",
            "amal@مثال.إختبار",
            "amal@xn--mnchen-3ya.de",
            "amal@example.xn--p1ai",
            "amal@123.com",
            "amal@a-b.com",
            "amal@[127.0.0.1]",
            "amal@[::1]",
            "amal@[2001:db8::1]",
            "amal@[::ffff:127.0.0.1]",
            "\"quoted\"@example.com",
            "\"a@b\"@example.com",
            "\"a\\ b\"@example.com",
            "\"a\\\"b\"@example.com",
            "\"\"@example.com",
        ] {
            assert!(is_email(right), "{right}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("amal@{}.com", "a".repeat(64));
        for wrong in [
            "",
            "@",
            "amal",
            "amal@",
            "@example.com",
            "amal@example",
            "amal@localhost",
            "amal@@example.com",
            "a b@example.com",
            ".amal@example.com",
            "amal.@example.com",
            "a..b@example.com",
            "é@example.com",
            "用户@example.com",
            "amal@-example.com",
            "amal@example-.com",
            "amal@example..com",
            "amal@.example.com",
            "amal@example.com.",
            "amal@example.c",
            "amal@example.c0m",
            "amal@1.2.3.4",
            "amal@exam_ple.com",
            "amal@exam ple.com",
            "amal@exam\u{202e}ple.com",
            "amal@exam\u{200b}ple.com",
            "amal@example.com,b@example.com",
            "Amal <amal@example.com>",
            "mailto:amal@example.com",
            "amal@[127.0.0.256]",
            "amal@[127.0.0.1",
            "amal@[IPv6:::1]",
            "amal@[fe80::1%eth0]",
            "amal@127.0.0.1",
            "\"a b\"@example.com",
            "\"a\"b\"@example.com",
            "\"a\\\"@example.com",
            "\"a\u{1}\"@example.com",
            "a\"b\"@example.com",
            "amal@😀.com",
            &long,
        ] {
            assert!(!is_email(wrong), "{wrong:?}");
        }
    }
}
