//! Names of hosts, as Django's validators of URLs and email addresses take them.

use shared::characters::{is_blank, is_invisible};

/// Whether a text is a domain name of at least two labels, whose last one has no digit. Letters of
/// other scripts are taken as they are.
pub(crate) fn is_domain(name: &str) -> bool {
    let Some((labels, top)) = name.rsplit_once('.') else { return false };
    labels.split('.').all(is_label) && is_label(top) && is_top(top)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.chars().count())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|sign| sign == '-' || sign.is_ascii_alphanumeric() || is_wide(sign))
}

fn is_top(label: &str) -> bool {
    let punycode = label.get(..4).filter(|start| start.eq_ignore_ascii_case("xn--"));
    let is_punycode =
        punycode.is_some() && label[4..].bytes().all(|sign| sign.is_ascii_alphanumeric());
    let has_digit = label.bytes().any(|sign| sign.is_ascii_digit());
    label.chars().nth(1).is_some() && (is_punycode || !has_digit)
}

/// A character of another script: of the Basic Multilingual Plane, and none that cannot be seen,
/// which Django would take.
fn is_wide(sign: char) -> bool {
    let joins = matches!(sign, '\u{200c}' | '\u{200d}');
    ('\u{a1}'..='\u{ffff}').contains(&sign) && (joins || !is_blank(sign) && !is_invisible(sign))
}
