//! Which messages of the inbox a request means: some by their ids, or all that exist.

use shared::{
    app::AppState,
    http::request::{Fields, Flag, Id, List, Optional, Violation},
    ids::{CustomerId, NotificationId},
    inbox::{Inbox, Notification},
    request,
    store::StoreError,
};

/// How often a change is decided anew where the inbox changes all the while.
pub(crate) const TRIES: usize = 20;

/// Which messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// These, each once.
    Some(Vec<NotificationId>),
    /// All that exist.
    All,
}

request! {
    /// Some messages or all of them.
    #[name("Selection")]
    #[check(either)]
    pub struct SelectionRequest {
        /// Up to a hundred; those that are not the caller's are passed over.
        ids: Optional<List<Id<NotificationId>, 100>>,
        /// All that exist at this moment, instead of `ids`.
        all: Flag<false>,
    }
}

/// The inbox, and what of a selection is in it.
pub(crate) struct Selected {
    pub(crate) inbox: Inbox,
    pub(crate) items: Vec<Notification>,
}

impl From<SelectionRequest> for Selection {
    fn from(request: SelectionRequest) -> Self {
        let Some(mut ids) = request.ids else { return Self::All };
        ids.sort();
        ids.dedup();
        Self::Some(ids)
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

/// One of the two fields is needed, and not both.
fn either(read: &SelectionRequestRead, fields: &mut Fields) {
    match (&read.ids, read.all) {
        (Ok(None), Ok(false)) => {
            fields.missing("ids");
        }
        (Ok(Some(_)), Ok(true)) => {
            fields.report("all", Violation::invalid("Only one of ids and all may be sent."));
        }
        _ => {}
    }
}
