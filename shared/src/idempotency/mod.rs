//! Answers that are stored under an `Idempotency-Key`, and given again.

pub(crate) mod export;
pub mod keys;
pub(crate) mod model;
pub(crate) mod store;

use futures_util::FutureExt;
use table::IndexList;

use crate::domain::{
    Action::{Delete, Get, Put, Query, QueryIndex},
    Domain, Prefix, RecordKind,
    clean_up::Task,
    erasure::Erased,
    example::Example,
};

pub use model::{AnswerRecord, Asker, KEPT, NewAnswer, Once, RequestKey, Seen, Slot, StoredAnswer};

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "idempotency",
    owns: "stored answers",
    invariants: "An answer is stored in the transaction of its effect. It is given again only to \
        the same caller, operation, key and request",
    prefixes: &[Prefix {
        name: "IDEM#",
        grants: &[
            ("customer", &[Query]),
            ("wallet", &[Get, Put]),
            ("fcm", &[Get, Put]),
            ("location", &[Get, Put]),
            ("cleanup", &[Delete, Query, QueryIndex]),
        ],
        erased: Erased::By(|of| of.partition(keys::answers_of(of.customer)).boxed()),
    }],
    records: &[RecordKind::of::<AnswerRecord>()],
    examples: &[
        Example::new("an answer to a customer's request", |of| {
            keys::answer(&example(Asker::Customer(of.id())))
        }),
        Example::new("an answer to the operator's request", |of| {
            keys::answer(&example(Asker::Operator(of.id())))
        }),
    ],
    export: export::EXPORT,
    tasks: &[Task::expired("answers", IndexList("IDEM#DUE"))],
    fixture: None,
};

fn example(asker: Asker) -> Slot {
    let key = "Ovy6Ij3LVCp1eJ5I8sXEHg".to_owned();
    RequestKey { key, fingerprint: String::new() }.slot(asker, "CreateAddress")
}
