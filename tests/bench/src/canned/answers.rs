//! Finds the recorded answer of a request.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::recording::{Call, Recording, Service, key};

/// The answers of a recording.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// Of the operation itself: several for one key take turns.
    own: Vec<Entry>,
    /// Of what came before: the last for a key counts.
    earlier: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    service: Service,
    operation: String,
    key: String,
    answers: Vec<Arc<Call>>,
    turn: AtomicUsize,
}

impl Answers {
    pub(super) fn of(recording: &Recording) -> Self {
        let mut answers = Self::default();
        for call in &recording.calls {
            entry(&mut answers.own, call).answers.push(Arc::new(call.clone()));
        }
        for call in &recording.earlier {
            entry(&mut answers.earlier, call).answers = vec![Arc::new(call.clone())];
        }
        answers
    }

    /// The answer for the same key, or else for the key that has most of its beginning in common: a
    /// new id or a new time stands at its end.
    pub(super) fn find(&self, service: Service, operation: &str, body: &str) -> Option<Arc<Call>> {
        let key = key(service, body);
        let of = |entries: &'_ [Entry], exact: bool| {
            let same = entries.iter().filter(|entry| {
                entry.service == service
                    && entry.operation == operation
                    && (!exact || entry.key == key)
            });
            same.max_by_key(|entry| common_prefix(&entry.key, &key)).map(Entry::next)
        };
        of(&self.own, true)
            .or_else(|| of(&self.earlier, true))
            .or_else(|| of(&self.own, false))
            .or_else(|| of(&self.earlier, false))
    }
}

impl Entry {
    fn next(&self) -> Arc<Call> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.answers[turn % self.answers.len()].clone()
    }
}

fn entry<'a>(entries: &'a mut Vec<Entry>, call: &Call) -> &'a mut Entry {
    let key = key(call.service, &call.request);
    let same = |entry: &Entry| {
        entry.service == call.service && entry.operation == call.operation && entry.key == key
    };
    let index = entries.iter().position(same).unwrap_or_else(|| {
        let (service, operation) = (call.service, call.operation.clone());
        entries.push(Entry { service, operation, key, answers: Vec::new(), turn: 0.into() });
        entries.len() - 1
    });
    &mut entries[index]
}

fn common_prefix(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn call(pk: &str, answer: &str) -> Call {
        Call {
            service: Service::DynamoDb,
            operation: "GetItem".to_owned(),
            request: request(pk),
            status: 200,
            content_type: String::new(),
            answer: answer.to_owned(),
            began: 0,
            ended: 0,
        }
    }

    fn request(pk: &str) -> String {
        format!(r#"{{"Key": {{"pk": {{"S": "{pk}"}}}}}}"#)
    }

    fn answers(calls: Vec<Call>, earlier: Vec<Call>) -> Answers {
        Answers::of(&Recording {
            name: String::new(),
            function: String::new(),
            event: Value::Null,
            answer: Value::Null,
            calls,
            earlier,
            verifications: 0,
            signatures: 0,
        })
    }

    fn find(answers: &Answers, pk: &str) -> Option<String> {
        let found = answers.find(Service::DynamoDb, "GetItem", &request(pk));
        found.map(|call| call.answer.clone())
    }

    #[test]
    fn answers_for_one_key_take_turns() {
        let answers = answers(vec![call("A", "1"), call("A", "2")], vec![call("A", "0")]);
        let found: Vec<_> = (0..3).filter_map(|_| find(&answers, "A")).collect();
        assert_eq!(found, ["1", "2", "1"]);
    }

    #[test]
    fn the_last_answer_before_the_operation_counts() {
        let answers = answers(vec![call("A", "1")], vec![call("B", "2"), call("B", "3")]);
        assert_eq!(find(&answers, "B").as_deref(), Some("3"));
    }

    #[test]
    fn a_new_key_has_the_answer_of_the_one_most_like_it() {
        let answers = answers(vec![call("WALLET#x", "1"), call("IDEM#k1", "2")], Vec::new());
        assert_eq!(find(&answers, "IDEM#k9").as_deref(), Some("2"));
        assert!(answers.find(Service::Sns, "Publish", "").is_none());
    }
}
