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
    /// Whether the head is strongly consistent. By another one nothing but a change is decided.
    pub(crate) is_present: bool,
}

impl Selected {
    /// As many as one transaction can change.
    pub(crate) fn next(&self) -> Named<'_> {
        let items = &self.items[..self.items.len().min(MOST_CHANGES)];
        Named { items, numbers: &self.numbers }
    }

    /// The same by the present head. One trip, one read unit.
    pub(crate) async fn at_present(
        self,
        app: &AppState,
        customer: CustomerId,
    ) -> Result<Self, StoreError> {
        Ok(Self { inbox: app.store.inbox(customer).await?, is_present: true, ..self })
    }

    /// Whether nothing can be deleted if the head says so: it is the present one, or nothing that
    /// was named is there.
    pub(crate) fn is_decided(&self) -> bool {
        self.is_present || (self.items.is_empty() && self.numbers.is_empty())
    }

    /// What is left to change in `inbox` after [`Selected::next`]; none where nothing is.
    pub(crate) fn rest(self, inbox: Inbox) -> Option<Self> {
        let items: Vec<_> = self.items.into_iter().skip(MOST_CHANGES).collect();
        (!items.is_empty()).then_some(Self { inbox, items, is_present: true, ..self })
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
    /// What it means, by the present head for all that exist, and by a recent one for some. One
    /// trip; half a read unit less for some.
    pub(crate) async fn look_up(
        &self,
        app: &AppState,
        customer: CustomerId,
    ) -> Result<Selected, StoreError> {
        self.look_up_as(app, customer, *self == Self::All).await
    }

    /// What it means now, after the inbox was changed elsewhere. One trip.
    pub(crate) async fn look_again(
        &self,
        app: &AppState,
        customer: CustomerId,
    ) -> Result<Selected, StoreError> {
        self.look_up_as(app, customer, true).await
    }

    async fn look_up_as(
        &self,
        app: &AppState,
        customer: CustomerId,
        is_present: bool,
    ) -> Result<Selected, StoreError> {
        let inbox = async {
            if is_present {
                app.store.inbox(customer).await
            } else {
                app.store.recent_inbox(customer).await
            }
        };
        let items = async {
            match self {
                Self::Some(ids) => app.store.notifications_by_id(customer, ids).await,
                Self::All => Ok(Vec::new()),
            }
        };
        let now = app.now();
        let (inbox, items, visible) =
            tokio::try_join!(inbox, items, app.visible_broadcasts(customer, None, now))?;
        let numbers = match self {
            Self::Some(ids) => visible.numbers_of(ids),
            Self::All => Vec::new(),
        };
        Ok(Selected { inbox, items, visible, numbers, is_present })
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
