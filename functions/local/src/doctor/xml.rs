//! The XML of Query APIs as JSON: an element with children is an object, one whose children are
//! all `member` is an array, and any other is a string.

use quick_xml::{Reader, events::Event};
use serde_json::{Map, Value};

#[derive(Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

/// Reads a document, and returns what is inside its root element; none where it is no XML.
pub(super) fn read(text: &str) -> Option<Value> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => open.push(Element::named(&tag.local_name())),
            Event::Empty(tag) => {
                open.last_mut()?.children.push(Element::named(&tag.local_name()));
            }
            Event::End(_) => {
                let closed = open.pop()?;
                open.last_mut()?.children.push(closed);
            }
            Event::Text(text) => open.last_mut()?.text.push_str(&text.xml10_content()),
            Event::GeneralRef(entity) => open.last_mut()?.text.push(match &*entity {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "apos" => '\'',
                "quot" => '"',
                _ => entity.resolve_char_ref().ok()??,
            }),
            Event::Eof => break,
            _ => {}
        }
    }
    Some(open.pop()?.children.pop()?.into_value())
}

/// The members of a list; none where it is absent or empty.
pub(super) fn members(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

impl Element {
    fn named(name: &impl AsRef<str>) -> Self {
        Self { name: name.as_ref().to_owned(), ..Self::default() }
    }

    fn into_value(self) -> Value {
        if self.children.is_empty() {
            return Value::String(self.text.trim().to_owned());
        }
        if self.children.iter().all(|child| child.name == "member") {
            return self.children.into_iter().map(Self::into_value).collect();
        }
        let members = self.children.into_iter();
        members.map(|child| (child.name.clone(), child.into_value())).collect::<Map<_, _>>().into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn an_answer_of_a_query_api_becomes_json() {
        let text = "<?xml version=\"1.0\"?><R xmlns=\"u\"><A><L><member><N>a &amp; b</N></member>\
            <member><N>&#65;</N></member></L><E/><T> t </T></A></R>";
        let value = json!({"A": {"L": [{"N": "a & b"}, {"N": "A"}], "E": "", "T": "t"}});
        assert_eq!(read(text), Some(value));
        assert_eq!(read("no XML"), None);
    }
}
