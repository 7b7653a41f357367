//! Which messages of the inbox a request means: some by their ids, or all that exist.

use serde_json::Value;
use shared::{
    app::AppState,
    http::{
        fields::{Fields, FromFields, Reported, Rule, Violation},
        rules::Boolean,
    },
    ids::{CustomerId, NotificationId},
    inbox::{Inbox, Notification},
    store::StoreError,
};
use utoipa::ToSchema;

/// How often a change is decided anew where the inbox changes all the while.
pub(crate) const TRIES: usize = 20;
/// The most ids of one request.
const MOST: usize = 100;

/// Which messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// These, each once.
    Some(Vec<NotificationId>),
    /// All that exist.
    All,
}

/// The fields of a selection as the document shows them.
#[derive(ToSchema)]
#[schema(as = Selection)]
#[expect(dead_code, reason = "stands here for the document; the fields are read together")]
pub struct SelectionFields {
    /// Up to a hundred; those that are not the caller's are passed over.
    #[schema(value_type = Option<Vec<String>>, nullable = false, min_items = 1, max_items = 100)]
    ids: Vec<NotificationId>,
    /// All that exist at this moment, instead of `ids`.
    #[schema(value_type = Option<bool>, nullable = false, default = false)]
    all: bool,
}

/// The inbox, and what of a selection is in it.
pub(crate) struct Selected {
    pub(crate) inbox: Inbox,
    pub(crate) items: Vec<Notification>,
}

struct Id;

impl Rule for Id {
    type Value = NotificationId;

    fn read(&self, value: &Value) -> Result<NotificationId, Violation> {
        let id = value.as_str().and_then(|text| text.trim().parse().ok());
        id.ok_or_else(|| Violation::invalid("Must be a valid UUID."))
    }
}

impl FromFields for Selection {
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported> {
        let (ids, all) = (fields.list("ids", Id, MOST), fields.optional("all", Boolean));
        match (ids?, all?.unwrap_or_default()) {
            (None, true) => Ok(Self::All),
            (None, false) => {
                Err(fields.report("ids", Violation::new("required", "This field is required.")))
            }
            (Some(_), true) => {
                Err(fields
                    .report("all", Violation::invalid("Only one of ids and all may be sent.")))
            }
            (Some(mut ids), false) => {
                ids.sort();
                ids.dedup();
                Ok(Self::Some(ids))
            }
        }
    }
}

impl Selection {
    /// What it means now. One trip.
    pub(crate) async fn look_up(
        &self,
        app: &AppState,
        customer: CustomerId,
    ) -> Result<Selected, StoreError> {
        let items = async {
            match self {
                Self::Some(ids) => app.store.notifications_by_id(customer, ids).await,
                Self::All => Ok(Vec::new()),
            }
        };
        let (inbox, items) = tokio::try_join!(app.store.inbox(customer), items)?;
        Ok(Selected { inbox, items })
    }
}
