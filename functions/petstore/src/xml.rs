//! XML in and out, by way of what JSON would be of it.
//!
//! Invariants: a document that brings a definition (DOCTYPE), an entity of its own, more than
//! sixteen levels or anything that is not well-formed is refused, in time linear in its length;
//! what is written is read again as it was, whatever characters it holds, those apart that XML 1.0
//! cannot hold.

use std::fmt::Write as _;

use quick_xml::{Reader, escape::partial_escape, events::Event};
use serde_json::{Map, Value};

/// How many levels a document may have.
const DEEPEST: usize = 16;

/// The lists, each with the name of its items: the list is an element around them.
const LISTS: [(&str, &str); 2] = [("photoUrls", "photoUrl"), ("tags", "tag")];

/// The names of elements whose like make up the list that is a whole document.
const LISTED: [&str; 3] = ["Pet", "Order", "User"];

/// A document that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

#[derive(Debug, Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

/// Reads a document. An element with children is an object, one without them a text.
pub fn read(text: &str) -> Result<Value, Malformed> {
    if !text.chars().all(is_of_xml) {
        return Err(Malformed);
    }
    let mut reader = Reader::from_str(text);
    // The outermost stands for the document, and holds its one root.
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().map_err(|_| Malformed)? {
            Event::Start(tag) => {
                if open.len() > DEEPEST || tag.attributes().any(|attribute| attribute.is_err()) {
                    return Err(Malformed);
                }
                open.push(Element::named(&tag.local_name()));
            }
            Event::Empty(tag) => {
                if tag.attributes().any(|attribute| attribute.is_err()) {
                    return Err(Malformed);
                }
                innermost(&mut open)?.children.push(Element::named(&tag.local_name()));
            }
            Event::End(_) => {
                let closed = open.pop().ok_or(Malformed)?;
                innermost(&mut open)?.children.push(closed);
            }
            Event::Text(text) => innermost(&mut open)?.text.push_str(&text.xml10_content()),
            Event::CData(text) => innermost(&mut open)?.text.push_str(&text.xml10_content()),
            Event::GeneralRef(entity) => {
                let known = match &*entity {
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "amp" => Some('&'),
                    "apos" => Some('\''),
                    "quot" => Some('"'),
                    _ => entity
                        .resolve_char_ref()
                        .map_err(|_| Malformed)?
                        .filter(|character| is_of_xml(*character)),
                };
                innermost(&mut open)?.text.push(known.ok_or(Malformed)?);
            }
            Event::DocType(_) => return Err(Malformed),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    match open.as_mut_slice() {
        [document] if document.children.len() == 1 && document.text.trim().is_empty() => {
            document.children.pop().map(Element::into_value).ok_or(Malformed)
        }
        _ => Err(Malformed),
    }
}

/// The character set that the declaration of a document names.
pub fn declared_charset(document: &[u8]) -> Option<&str> {
    let declaration = document.strip_prefix(b"<?xml")?;
    let end = declaration.windows(2).position(|end| end == b"?>")?;
    let (_, rest) = std::str::from_utf8(&declaration[..end]).ok()?.split_once("encoding")?;
    let value = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value[1..].split_once(quote).map(|(name, _)| name).filter(|name| !name.is_empty())
}

/// Writes a document with this root.
pub fn document(root: &str, value: &Value) -> String {
    DECLARATION.to_owned() + &element(root, value)
}

/// The declaration, and the beginning of a root that is not closed yet.
pub(crate) fn opening(root: &str) -> String {
    format!("{DECLARATION}<{root}>")
}

/// Writes an element of this name.
pub(crate) fn element(name: &str, value: &Value) -> String {
    let mut written = String::new();
    write(&mut written, name, value);
    written
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";

impl Element {
    fn named(name: &impl AsRef<str>) -> Self {
        Self { name: name.as_ref().to_owned(), ..Self::default() }
    }

    fn into_value(self) -> Value {
        if self.children.is_empty() {
            return Value::String(self.text);
        }
        let mut members = Map::new();
        for child in self.children {
            let list = LISTS.iter().find(|(list, _)| *list == child.name);
            let is_listed = LISTED.contains(&child.name.as_str());
            let name = child.name.clone();
            if let Some((_, item)) = list {
                let items = members.entry(name).or_insert_with(|| Value::Array(Vec::new()));
                let Value::Array(items) = items else { continue };
                match child.children.first() {
                    Some(first) if first.name == *item => {
                        items.extend(child.children.into_iter().map(Self::into_value));
                    }
                    None if child.text.trim().is_empty() => {}
                    _ => items.push(child.into_value()),
                }
            } else if is_listed {
                let items = members.entry(name).or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(items) = items {
                    items.push(child.into_value());
                }
            } else {
                members.insert(name, child.into_value());
            }
        }
        Value::Object(members)
    }
}

fn innermost(open: &mut [Element]) -> Result<&mut Element, Malformed> {
    open.last_mut().ok_or(Malformed)
}

fn write(written: &mut String, name: &str, value: &Value) {
    // Writing to a text cannot fail.
    let _ = match value {
        Value::Null => return,
        Value::Object(members) => {
            let _ = write!(written, "<{name}>");
            for (name, value) in members {
                write(written, name, value);
            }
            write!(written, "</{name}>")
        }
        Value::Array(items) => {
            let item_name =
                LISTS.iter().find(|(list, _)| *list == name).map_or(name, |(_, item)| item);
            let _ = write!(written, "<{name}>");
            for item in items {
                write(written, item_name, item);
            }
            write!(written, "</{name}>")
        }
        Value::String(text) => write!(written, "<{name}>{}</{name}>", escaped(text)),
        other => write!(written, "<{name}>{other}</{name}>"),
    };
}

/// A line's end that is more than a line feed would be read as one.
fn escaped(text: &str) -> String {
    let held: String = text
        .chars()
        .map(|character| if is_of_xml(character) { character } else { '\u{fffd}' })
        .collect();
    partial_escape(held).replace('\r', "&#13;")
}

/// XML 1.0, production 2.
fn is_of_xml(character: char) -> bool {
    matches!(
        character,
        '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_written_is_read_again() {
        let pet = json!({
            "id": "9223372036854775807", "category": {"id": "1", "name": "<&>\"'"},
            "name": "狗狗 🐶 \r\n]]>\t é", "photoUrls": ["a?b=c&d", " spaced "],
            "tags": [{"id": "2", "name": "标签"}, {"id": "3", "name": "&amp;"}],
            "status": "sold"});
        assert_eq!(read(&document("Pet", &pet)).unwrap(), pet);
    }

    #[test]
    fn a_declaration_may_name_the_charset() {
        for (document, charset) in [
            ("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>", Some("ISO-8859-1")),
            ("<?xml version='1.0' encoding = 'utf-16' standalone='yes'?>", Some("utf-16")),
            ("<?xml version=\"1.0\"?><a encoding=\"koi8-r\"/>", None),
            ("<a/>", None),
            ("<?xml encoding=", None),
            ("<?xml encoding=\"\"?>", None),
            ("<?xml encoding=\"x?>", None),
        ] {
            assert_eq!(declared_charset(document.as_bytes()), charset, "{document}");
        }
    }

    #[test]
    fn each_way_of_writing_a_document_is_read() {
        let read = |text: &str| read(text).unwrap();
        assert_eq!(
            read("<Pet><id>1</id><!-- x --><name><![CDATA[a<b]]> &#x41;&lt;</name><tags/></Pet>"),
            json!({"id": "1", "name": "a<b A<", "tags": []})
        );
        assert_eq!(
            read(
                "<?xml version='1.0'?>\n<p:Pet xmlns:p='urn:x' a='1'>\
                 <p:photoUrls>u</p:photoUrls></p:Pet>\n"
            ),
            json!({"photoUrls": ["u"]})
        );
        assert_eq!(
            read("<users><User><id>1</id></User><User><id>2</id></User></users>"),
            json!({"User": [{"id": "1"}, {"id": "2"}]})
        );
    }

    #[test]
    fn what_is_not_well_formed_or_brings_definitions_is_refused() {
        let deep = "<a>".repeat(10_000);
        let closed = format!("{}x{}", "<a>".repeat(17), "</a>".repeat(17));
        for wrong in [
            "",
            " ",
            "x",
            "<a>",
            "<a></b>",
            "</a>",
            "<a/><b/>",
            "<a>&unknown;</a>",
            "<a>&#0;</a>",
            "<a>\u{0}</a>",
            "<a b></a>",
            "<a b=1/>",
            "<a",
            "<a>&</a>",
            "<!DOCTYPE a><a/>",
            "<a/>x",
            "<!DOCTYPE b [<!ENTITY l \"lol\"><!ENTITY m \"&l;&l;&l;\">]><b>&m;</b>",
            "<!DOCTYPE b [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><b>&x;</b>",
            &deep,
            &closed,
        ] {
            assert_eq!(
                read(wrong),
                Err(Malformed),
                "{}",
                wrong.chars().take(60).collect::<String>()
            );
        }
    }
}
