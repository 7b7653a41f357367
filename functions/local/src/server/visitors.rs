//! Who may use the launcher's own routes: programs of this machine, and the launcher's own page.
//!
//! Protocol: a browser names the page that asks in `Origin` (with every POST and DELETE, and with a
//! GET to another origin) and in `Sec-Fetch-Site` (Fetch Metadata). A request is admitted if
//! - its `Host` is an IP address or `localhost`, so that no name that was rebound leads here;
//! - its `Origin`, if there is one, is the one of the `Host`;
//! - no other site made it, except to lead the browser here, which shows that site nothing.

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, Request, header, uri::Authority};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

pub(super) fn is_admitted(request: &Request<Bytes>) -> bool {
    let headers = request.headers();
    let host = text(headers, &header::HOST).unwrap_or_default();
    let is_own = |origin: &str| {
        origin.strip_prefix("http://").is_some_and(|origin| origin.eq_ignore_ascii_case(host))
    };
    let is_navigation = request.method() == Method::GET && text(headers, &MODE) == Some("navigate");
    is_local(host)
        && (!headers.contains_key(header::ORIGIN)
            || text(headers, &header::ORIGIN).is_some_and(is_own))
        && (!headers.contains_key(SITE)
            || matches!(text(headers, &SITE), Some("same-origin" | "none"))
            || is_navigation)
}

fn is_local(host: &str) -> bool {
    let name = host
        .parse::<Authority>()
        .map(|authority| authority.host().trim_matches(['[', ']']).to_owned())
        .unwrap_or_default();
    name.parse::<IpAddr>().is_ok() || name == "localhost"
}

/// The value of a header that is sent once.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTS: [&str; 4] = ["127.0.0.1:3000", "localhost:3000", "[::1]:3000", "192.168.1.7"];

    fn admits(method: Method, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method(method);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        is_admitted(&request.body(Bytes::new()).unwrap())
    }

    #[test]
    fn programs_of_this_machine_are_admitted_under_no_other_name() {
        for host in HOSTS {
            assert!(admits(Method::DELETE, &[("host", host)]), "{host}");
        }
        for host in ["rebound.example.com:3000", "localhost.example.com", "127.0.0.1.example", ""] {
            assert!(!admits(Method::GET, &[("host", host)]), "{host}");
            let origin = format!("http://{host}");
            let same = [("host", host), ("origin", &origin), ("sec-fetch-site", "same-origin")];
            assert!(!admits(Method::GET, &same), "{host}: its page was rebound to this machine");
        }
        assert!(!admits(Method::GET, &[]));
        assert!(!admits(Method::GET, &[("host", HOSTS[0]), ("host", HOSTS[1])]));
    }

    #[test]
    fn the_launchers_own_page_is_admitted() {
        for host in HOSTS {
            let origin = format!("http://{host}");
            for method in [Method::GET, Method::POST, Method::DELETE] {
                let own = [("host", host), ("origin", &origin), ("sec-fetch-site", "same-origin")];
                assert!(admits(method, &own), "{host}");
            }
            assert!(admits(Method::GET, &[("host", host), ("sec-fetch-site", "none")]));
        }
    }

    #[test]
    fn pages_of_others_are_refused() {
        let host = ("host", HOSTS[0]);
        for origin in [
            "https://example.com",
            "http://localhost:3000",
            "http://127.0.0.1:5173",
            "http://127.0.0.1",
            "https://127.0.0.1:3000",
            "http://127.0.0.1:3000.example.com",
            "null",
            "",
        ] {
            for method in [Method::GET, Method::POST, Method::DELETE] {
                assert!(!admits(method, &[host, ("origin", origin)]), "{origin}");
            }
        }
        let own = ("origin", "http://127.0.0.1:3000");
        assert!(!admits(Method::GET, &[host, own, ("origin", "https://example.com")]));
        for site in ["cross-site", "same-site", "unknown"] {
            // Such as a script or a picture, for which a browser sends no origin.
            let embedded = [host, ("sec-fetch-site", site), ("sec-fetch-mode", "no-cors")];
            assert!(!admits(Method::GET, &embedded), "{site}");
        }
    }

    #[test]
    fn a_link_elsewhere_leads_to_the_page_and_a_form_elsewhere_to_nothing() {
        let led =
            [("host", HOSTS[0]), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
        assert!(admits(Method::GET, &led));
        assert!(!admits(Method::POST, &led));
        assert!(!admits(Method::POST, &[led[0], led[1], led[2], ("origin", "null")]));
    }
}
