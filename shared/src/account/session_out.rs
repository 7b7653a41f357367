//! A session as answers show it, to its own customer.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    account::model::{Platform, Session},
    ids::SessionId,
    times::in_millis,
};

/// One log-in on one device.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SessionOut {
    /// The session's id, which `revokeSession` takes.
    #[schema(value_type = String, format = "uuid")]
    pub id: SessionId,
    /// The name that the device sent when it logged in.
    #[schema(required)]
    pub device_name: Option<String>,
    /// The platform that the device sent when it logged in.
    #[schema(required)]
    pub platform: Option<Platform>,
    /// The log-in.
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    pub created: Timestamp,
    /// The last refresh, or the log-in where there was none yet.
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    pub last_used: Timestamp,
    /// Whether it is the session of this request.
    pub current: bool,
}

impl SessionOut {
    /// A session of an account; `current` is the one that the request came from.
    pub fn new(id: SessionId, session: &Session, current: SessionId) -> Self {
        Self {
            id,
            device_name: session.name.clone(),
            platform: session.platform,
            created: session.created,
            last_used: session.rotated,
            current: id == current,
        }
    }
}
