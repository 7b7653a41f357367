//! A statement: the entries of a wallet as CSV (RFC 4180), for spreadsheets and bookkeeping.
//!
//! Invariant: no cell begins with a character that a spreadsheet takes for the beginning of a
//! formula: references and negative amounts get an apostrophe before it, which spreadsheets do not
//! show.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, header};
use shared::{http::page::Page, wallet::Entry};

/// The media type.
pub(crate) const CSV: &str = "text/csv";
/// How many entries one answer holds; the next is named by the header `Link` (RFC 8288).
pub(crate) const ROWS: usize = 1_000;

const HEAD: &str = "id,created,type,currency,exponent,amount,delta,released,available,held,total,\
    debit_account,credit_account,hold_id,entry_id,reference";

/// What a spreadsheet takes for the beginning of a formula: in ASCII, full width and small.
const BEGINS_A_FORMULA: [char; 13] =
    ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '\u{2212}'];
/// Marks of direction, joiners and the byte order mark.
const INVISIBLE: [char; 19] = [
    '\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}',
    '\u{202d}', '\u{202e}', '\u{2060}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}', '\u{feff}',
    '\u{00ad}', '\u{061c}', '\u{180e}',
];

/// The answer with one page of entries.
pub(crate) fn statement(page: &Page<Entry>) -> Response {
    let mut text = format!("{HEAD}\r\n");
    page.results.iter().for_each(|entry| write_row(&mut text, entry));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"statement.csv\""),
        ),
    ];
    let mut response = (headers, text).into_response();
    let links: Vec<String> = [("next", &page.next), ("prev", &page.previous)]
        .into_iter()
        .filter_map(|(relation, url)| Some(format!("<{}>; rel=\"{relation}\"", url.as_ref()?)))
        .collect();
    if let Ok(links) = HeaderValue::from_str(&links.join(", "))
        && !links.is_empty()
    {
        response.headers_mut().insert(HeaderName::from_static("link"), links);
    }
    response
}

/// Appends the row of an entry.
fn write_row(text: &mut String, entry: &Entry) {
    let word = |value: serde_json::Result<serde_json::Value>| {
        value.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let id = |id: Option<shared::ids::EntryId>| id.map(|id| id.to_string()).unwrap_or_default();
    let cells = [
        entry.id.to_string(),
        format!("{:.3}", entry.created),
        word(serde_json::to_value(entry.kind)),
        entry.currency.to_string(),
        entry.currency.exponent().to_string(),
        entry.amount.to_string(),
        entry.delta.to_string(),
        entry.released.to_string(),
        entry.after.available.to_string(),
        entry.after.held.to_string(),
        entry.after.total().to_string(),
        word(serde_json::to_value(entry.debit_account)),
        word(serde_json::to_value(entry.credit_account)),
        id(entry.hold_id),
        id(entry.reverses),
        entry.reference.clone().unwrap_or_default(),
    ];
    text.push_str(&cells.map(|value| cell(&value)).join(","));
    text.push_str("\r\n");
}

/// A value as one cell.
fn cell(words: &str) -> String {
    // A spreadsheet may drop blanks and invisible characters in front of a formula.
    let is_ignored =
        |letter: char| letter.is_whitespace() || letter.is_control() || INVISIBLE.contains(&letter);
    let is_formula = words.trim_start_matches(is_ignored).starts_with(BEGINS_A_FORMULA)
        || words.starts_with(['\t', '\r', '\n']);
    let words = if is_formula { format!("'{words}") } else { words.to_owned() };
    if words.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", words.replace('"', "\"\""))
    } else {
        words
    }
}

/// A statement for the documentation.
pub(crate) fn example() -> String {
    let row = "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8d9e,2026-11-22T10:05:00.000Z,debit,KWD,3,1250,\
        '-1250,0,10750,1000,11750,wallet:available,outside:payments,,,Order 1042";
    format!("{HEAD}\r\n{row}\r\n")
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_never_a_formula() {
        assert_eq!(cell("Order 1042"), "Order 1042");
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell("a \"b\"\nc"), "\"a \"\"b\"\"\nc\"");
        for formula in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\rx",
            "＝1+1",
            "＋1",
            "－1",
            "＠SUM(A1)",
            "﹦1",
            "  =1",
            "\u{feff}=1",
            "\u{202e}\u{3000}＝1",
        ] {
            assert!(cell(formula).trim_start_matches('"').starts_with('\''), "{formula}");
        }
    }
}
