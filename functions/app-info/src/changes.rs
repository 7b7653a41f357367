//! How two contents differ, for people: what is about to be published, and what of a file was not
//! read as it was meant.

use std::fmt;

use serde_json::{Map, Value};

/// One place at which two contents differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Where, such as `faqs[id 3].answer.ar`.
    pub at: String,
    /// What stood there, if anything.
    pub before: Option<Value>,
    /// What stands there now, if anything.
    pub after: Option<Value>,
}

/// All places at which `after` differs from `before`, in their order. What is null counts as
/// absent; entries of a list that have an `id` are the same entry wherever in the list they stand.
pub fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let mut all = Vec::new();
    compare(String::new(), Some(before), Some(after), &mut all);
    all
}

fn compare(at: String, before: Option<&Value>, after: Option<&Value>, all: &mut Vec<Change>) {
    let (before, after) =
        (before.filter(|value| !value.is_null()), after.filter(|value| !value.is_null()));
    match (before, after) {
        (before, after) if before == after => {}
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            for name in before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)))
            {
                let place = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                compare(place, before.get(name), after.get(name), all);
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            let (before_by_id, after_by_id) = (by_id(before), by_id(after));
            if let (Some(before), Some(after)) = (before_by_id, after_by_id) {
                compare_by_id(&at, &before, &after, all);
            } else {
                for place in 0..before.len().max(after.len()) {
                    compare(format!("{at}[{place}]"), before.get(place), after.get(place), all);
                }
            }
        }
        (before, after) => all.push(Change { at, before: before.cloned(), after: after.cloned() }),
    }
}

fn compare_by_id(
    at: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    all: &mut Vec<Change>,
) {
    let count = all.len();
    for id in before.keys().chain(after.keys().filter(|id| !before.contains_key(*id))) {
        compare(format!("{at}[id {id}]"), before.get(id), after.get(id), all);
    }
    // Nothing but their order.
    if all.len() == count && !before.keys().eq(after.keys()) {
        let ids = |entries: &Map<String, Value>| Some(entries.keys().map(String::as_str).collect());
        all.push(Change {
            at: format!("{at}, order of ids"),
            before: ids(before),
            after: ids(after),
        });
    }
}

/// The entries of a list by their ids, in its order, where each has one of its own.
fn by_id(entries: &[Value]) -> Option<Map<String, Value>> {
    let with_ids: Map<String, Value> = entries
        .iter()
        .map(|entry| Some((entry.get("id")?.to_string(), entry.clone())))
        .collect::<Option<_>>()?;
    (with_ids.len() == entries.len()).then_some(with_ids)
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.before, &self.after) {
            (None, Some(after)) => write!(f, "+ {}: {after}", self.at),
            (Some(before), None) => write!(f, "- {}: {before}", self.at),
            (before, after) => {
                let shown = |value: &Option<Value>| value.clone().unwrap_or_default();
                write!(f, "- {}: {}\n+ {}: {}", self.at, shown(before), self.at, shown(after))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(before: &Value, after: &Value) -> String {
        changes(before, after).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn only_what_differs_is_shown_and_where() {
        let before = json!({"name": "Satchel", "gone": 1,
            "maintenance": {"active": false, "until": null},
            "faqs": [{"id": 1, "answer": {"en": "Yes."}}, {"id": 2, "answer": {"en": "No."}}],
            "list": [1, 2]});
        let after = json!({"name": "Satchel", "maintenance": {"active": true}, "new": {"x": []},
            "faqs": [{"id": 2, "answer": {"en": "Never.", "ar": "أبدا."}},
                {"id": 3, "answer": {"en": "Why?"}}],
            "list": [1]});
        let expected = [
            "- gone: 1",
            "- maintenance.active: false\n+ maintenance.active: true",
            r#"- faqs[id 1]: {"id":1,"answer":{"en":"Yes."}}"#,
            "- faqs[id 2].answer.en: \"No.\"\n+ faqs[id 2].answer.en: \"Never.\"",
            "+ faqs[id 2].answer.ar: \"أبدا.\"",
            r#"+ faqs[id 3]: {"id":3,"answer":{"en":"Why?"}}"#,
            "- list[1]: 2",
            r#"+ new: {"x":[]}"#,
        ];
        assert_eq!(lines(&before, &after), expected.join("\n"));
        assert_eq!(lines(&before, &before), "");
    }

    #[test]
    fn entries_that_only_change_places_are_a_change() {
        let (before, after) =
            (json!({"faqs": [{"id": 1}, {"id": 2}]}), json!({"faqs": [{"id": 2}, {"id": 1}]}));
        assert_eq!(
            lines(&before, &after),
            "- faqs, order of ids: [\"1\",\"2\"]\n+ faqs, order of ids: [\"2\",\"1\"]"
        );
        // Without ids of their own they are compared place by place.
        let twice = json!({"faqs": [{"id": 1}, {"id": 1, "a": 2}]});
        assert_eq!(lines(&before, &twice), "- faqs[1].id: 2\n+ faqs[1].id: 1\n+ faqs[1].a: 2");
    }
}
