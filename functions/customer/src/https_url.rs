//! Addresses of pages, as Django's `URLField` takes them, https alone.

use std::net::{Ipv4Addr, Ipv6Addr};

use shared::http::request::{Context, ParsedText, Rule, Text, Violation};
use url::Url;

use crate::host::is_domain;

const LONGEST_HOST: usize = 253;

/// An address of a page. It is stored as browsers write it: scheme and host in small letters and
/// ASCII, no default port, a path, other characters escaped.
pub struct HttpsUrl;

impl ParsedText for HttpsUrl {
    type Text = Text<0, 2048>;
    type Value = String;
    const FORMAT: Option<&'static str> = Some("uri");

    fn parse(text: &str, context: &Context) -> Result<String, Violation> {
        let url = Some(text).filter(|text| is_url(text)).and_then(|text| Url::parse(text).ok());
        let url = url.ok_or_else(|| Violation::invalid("Enter a valid URL."))?;
        // Escapes can make it longer than is stored.
        Self::Text::read(&String::from(url).into(), context)
    }
}

fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (user, place) = authority.rsplit_once('@').unwrap_or(("user", authority));
    scheme.eq_ignore_ascii_case("https")
        && !text.contains(char::is_whitespace)
        && is_user(user)
        && is_place(place)
}

/// A name and perhaps a password. The backslash would end the authority for a browser.
fn is_user(user: &str) -> bool {
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    !name.is_empty() && !password.contains(':') && !user.contains(['@', '\\'])
}

/// A host and perhaps a port.
fn is_place(place: &str) -> bool {
    if let Some(literal) = place.strip_prefix('[') {
        let Some((address, port)) = literal.split_once(']') else { return false };
        return address.parse::<Ipv6Addr>().is_ok()
            && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
    }
    let (host, port) = place.split_once(':').unwrap_or((place, "443"));
    let is_host = host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok()
        || is_domain(host.strip_suffix('.').unwrap_or(host));
    is_port(port) && is_host && host.chars().count() <= LONGEST_HOST
}

fn is_port(port: &str) -> bool {
    (1..=5).contains(&port.len()) && port.bytes().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn stored(text: &str) -> Result<String, &'static str> {
        let context = Context::at(Timestamp::UNIX_EPOCH);
        HttpsUrl::read(&text.into(), &context).map_err(|violation| violation.code)
    }

    /// The answers of Django 5.2, with `https` as the one scheme.
    #[test]
    fn addresses_are_taken_as_django_takes_them_and_normalised() {
        for (sent, kept) in [
            ("https://example.com/a.jpg", "https://example.com/a.jpg"),
            (" https://example.com/a.jpg\n", "https://example.com/a.jpg"),
            ("HTTPS://Example.COM/A.jpg", "https://example.com/A.jpg"),
            ("https://example.com", "https://example.com/"),
            ("https://example.com?a=1", "https://example.com/?a=1"),
            ("https://example.com#a", "https://example.com/#a"),
            ("https://example.com:443/", "https://example.com/"),
            ("https://example.com:8443/", "https://example.com:8443/"),
            ("https://example.com./", "https://example.com./"),
            ("https://a-b.example.com/", "https://a-b.example.com/"),
            ("https://1.example.com/", "https://1.example.com/"),
            ("https://localhost/", "https://localhost/"),
            ("https://192.0.2.1/a", "https://192.0.2.1/a"),
            ("https://[2001:DB8::1]:8443/a", "https://[2001:db8::1]:8443/a"),
            ("https://user:pass@example.com/", "https://user:pass@example.com/"),
            ("https://user@example.com/", "https://user@example.com/"),
            ("https://münchen.de/ü.jpg", "https://xn--mnchen-3ya.de/%C3%BC.jpg"),
            ("https://مثال.إختبار/", "https://xn--mgbh0fb.xn--kgbechtv/"),
            ("https://example.xn--p1ai/", "https://example.xn--p1ai/"),
            ("https://example.com/a/../b", "https://example.com/b"),
            ("https://example.com/%7Ea\"<>", "https://example.com/%7Ea%22%3C%3E"),
            ("https://example.com/a//b:c@d", "https://example.com/a//b:c@d"),
            ("https://example.com/\u{1}a", "https://example.com/%01a"),
        ] {
            assert_eq!(stored(sent), Ok(kept.to_owned()), "{sent:?}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_page_is_refused() {
        let label = format!("https://{}.com/", "a".repeat(64));
        let host = format!("https://{}com/", format!("{}.", "a".repeat(62)).repeat(4));
        for wrong in [
            "https:x",
            "https:/example.com",
            "https:///example.com",
            "https://",
            "https:// example.com/",
            "https://a..com/",
            "https://.com/",
            "https://a/",
            "https://a.b/",
            "https://-a.com/",
            "https://a-.com/",
            "https://a.-com/",
            "https://a_b.com/",
            "https://a.c0m/",
            "https://a.123/",
            "https://1.2.3.4.5/",
            "https://1.2.3/",
            "https://256.1.1.1/",
            "https://01.2.3.4/",
            "https://0x7f.0.0.1/",
            "https://example.com\n/",
            "https://example.com/a\nb",
            "https://example.com/a\r\nb",
            "https://example.com/a\tb",
            "https://example.com/a b",
            "https://example.com/a\u{a0}b",
            "https://exam\u{2028}ple.com/",
            "https://exam\u{202e}ple.com/",
            "https://exa mple.com/",
            "https://example.com:/",
            "https://example.com:port/",
            "https://example.com:123456/",
            "https://example.com:99999/",
            "https://example.com:-1/",
            "https://example.com:80:80/",
            "https://a@b@example.com/",
            "https://@example.com/",
            "https://:pass@example.com/",
            "https://a:b:c@example.com/",
            "https://example.com\\@evil.example/",
            "https://[::1/",
            "https://[::g]/",
            "https://[fe80::1%25eth0]/",
            "https://::1/",
            "https://[1.2.3.4]/",
            "https://😀.com/",
            "http://example.com/",
            "ftp://example.com/",
            "javascript://example.com/%0aalert(1)",
            "data:image/png;base64,AA==",
            "//example.com/",
            "example.com",
            "https//example.com",
            "https:example.com/://",
            &label,
            &host,
        ] {
            assert_eq!(stored(wrong), Err("invalid"), "{wrong:?}");
        }
        let long = format!("https://example.com/{}", "é".repeat(500));
        assert_eq!(stored(&long), Err("max_length"));
        assert_eq!(stored(&format!("https://example.com/{}", "a".repeat(2048))), Err("max_length"));
    }
}
