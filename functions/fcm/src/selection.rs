//! Which messages of the inbox a request means: some by their ids, or all that exist.

use shared::{
    app::AppState,
    http::request::{Fields, Flag, Id, List, Optional, Violation},
    ids::{CustomerId, NotificationId},
    inbox::{Inbox, MOST_CHANGES, Named, Notification, Visible},
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
    /// Some notifications by their ids, or all of them.
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
    /// The messages to all that the customer can see.
    pub(crate) visible: Visible,
    /// The numbers of those among them that the selection names.
    pub(crate) numbers: Vec<u64>,
}

impl Selected {
    /// As many as one transaction can change.
    pub(crate) fn next(&self) -> Named<'_> {
        let items = &self.items[..self.items.len().min(MOST_CHANGES)];
        Named { items, numbers: &self.numbers }
    }

    /// What is left to change in `inbox` after [`Selected::next`]; none where nothing is.
    pub(crate) fn rest(self, inbox: Inbox) -> Option<Self> {
        let items: Vec<_> = self.items.into_iter().skip(MOST_CHANGES).collect();
        (!items.is_empty()).then_some(Self { inbox, items, ..self })
    }
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
        let now = app.now();
        let (inbox, items, visible) = tokio::try_join!(
            app.store.inbox(customer),
            items,
            app.visible_broadcasts(customer, now)
        )?;
        let numbers = match self {
            Self::Some(ids) => visible.numbers_of(ids),
            Self::All => Vec::new(),
        };
        Ok(Selected { inbox, items, visible, numbers })
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
