//! Why a record comes back.

use std::fmt;

use shared::{aws::NotAccepted, inbox::MOST_BROADCASTS, settings::NotDeclared, store::StoreError};

use crate::unreadable::Unreadable;

/// Why a record is not done.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It is no message; it will end in the dead-letter queue.
    Unreadable(Unreadable),
    /// Storage did not do its part.
    Store(StoreError),
    /// SNS did not take a push or a page.
    NotAccepted(NotAccepted),
    /// Others changed the inbox or the devices all the while.
    Busy,
    /// So many customers of a page were not served that all of it is served again.
    Page(usize),
    /// As many messages to all live as there may be.
    Full,
    /// The function has no setting that this message needs.
    NotDeclared(NotDeclared),
    /// No topic is configured, so there is nowhere to publish the next page.
    NoTopic,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(problem) => write!(f, "unreadable: {problem}"),
            Self::Store(error) => error.fmt(f),
            Self::NotAccepted(error) => error.fmt(f),
            Self::Busy => f.write_str("the inbox or its devices kept changing"),
            Self::Page(failed) => write!(f, "{failed} customers of a page were not served"),
            Self::Full => write!(
                f,
                "{MOST_BROADCASTS} messages to all live, which is the most; the next one can be \
                 published when the oldest is 90 days old"
            ),
            Self::NotDeclared(error) => error.fmt(f),
            Self::NoTopic => f.write_str("this function was not given NOTIFICATIONS_TOPIC_ARN"),
        }
    }
}

impl From<Unreadable> for Trouble {
    fn from(problem: Unreadable) -> Self {
        Self::Unreadable(problem)
    }
}

impl From<NotDeclared> for Trouble {
    fn from(error: NotDeclared) -> Self {
        Self::NotDeclared(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<NotAccepted> for Trouble {
    fn from(error: NotAccepted) -> Self {
        Self::NotAccepted(error)
    }
}
