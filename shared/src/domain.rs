//! What a domain declares of itself, in one constant `DOMAIN` in its `mod.rs`: its keys, what each
//! function may do with them, and its parts of a customer's export, of erasure and of the clean-up.
//!
//! [`DOMAINS`](crate::DOMAINS) lists all of them. A function links only the parts that it uses,
//! because each part is taken from the constants when the function is compiled.

pub mod clean_up;
pub mod erasure;
pub mod example;
pub mod export;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use table::{Item, Record, record};

use self::{clean_up::Task, erasure::Erased, example::Example, export::ExportPart};
use crate::{
    ids::CustomerId,
    store::{Store, StoreError},
};

/// One domain.
#[derive(Debug, Clone, Copy)]
pub struct Domain {
    /// Its folder in `shared/src`.
    pub name: &'static str,
    /// What it stores, for the table in shared/README.md.
    pub owns: &'static str,
    /// What always holds, for the same table.
    pub invariants: &'static str,
    /// What its partition keys begin with.
    pub prefixes: &'static [Prefix],
    /// What it stores, by kind.
    pub records: &'static [RecordKind],
    /// Each of its keys once.
    pub examples: &'static [Example],
    /// What a customer's export shows of it.
    pub export: &'static [ExportPart],
    /// Its tasks of the clean-up.
    pub tasks: &'static [Task],
    /// Stores a customer's data for the tests of export, erasure and clean-up, where no operation
    /// of the API stores it.
    pub fixture: Option<Fixture>,
}

/// Stores a record of each kind, with a value in every field, for a customer at a time.
pub type Fixture =
    for<'a> fn(&'a Store, CustomerId, Timestamp) -> BoxFuture<'a, Result<(), StoreError>>;

/// A kind of record. Its samples in tests/records show that every version that was ever stored is
/// read.
#[derive(Debug, Clone, Copy)]
pub struct RecordKind {
    /// As it stands in the item.
    pub kind: &'static str,
    /// The version that is written.
    pub version: u32,
    /// Reads an item as the functions do.
    pub read: fn(Item) -> Result<(), StoreError>,
}

impl RecordKind {
    /// The kind of `R`.
    pub const fn of<R: Record + DeserializeOwned>() -> Self {
        Self { kind: R::KIND, version: R::VERSION, read: |item| record::<R>(item).map(drop) }
    }
}

/// The beginning of partition keys, up to and with the first `#`. IAM grants by prefix.
#[derive(Debug, Clone, Copy)]
pub struct Prefix {
    /// For instance `OTP#`.
    pub name: &'static str,
    /// What each function may do, by its package or by one of the constants [`API_GROUPS`],
    /// [`CALLER_GROUPS`] and [`WRITER_GROUPS`]. A function that is not listed may do nothing.
    pub grants: &'static [(&'static str, &'static [Action])],
    /// How a customer's items under it are erased.
    pub erased: Erased,
}

/// In grants: every group with an operation under `/api/` that is not listed by name.
pub const API_GROUPS: &str = "every group under /api/";

/// In grants: every group with an operation for the bearer of an access token that is not listed by
/// name.
pub const CALLER_GROUPS: &str = "every group with callers";

/// In grants: every group whose writes are counted that is not listed by name.
pub const WRITER_GROUPS: &str = "every group with counted writes";

/// What a function does with items. Each is an action of IAM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// `GetItem`.
    Get,
    /// `PutItem`, also in a transaction.
    Put,
    /// `UpdateItem`, also in a transaction.
    Update,
    /// `UpdateItem` that changes these attributes and no other, in no transaction.
    UpdateOnly(&'static [&'static str]),
    /// `DeleteItem`, also in a transaction.
    Delete,
    /// `Query` of the table.
    Query,
    /// `Query` of the index of what is due.
    QueryIndex,
    /// `ConditionCheckItem` in a transaction.
    Check,
    /// `BatchGetItem`.
    BatchGet,
}
