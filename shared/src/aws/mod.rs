//! The AWS clients, and what we send through SNS apart from pushes.

mod clients;
mod connector;
mod error;
mod messages;
mod p256;
mod settings;
mod sms;
mod terse;
mod tls;
mod topic;

pub use clients::{Clients, SnsClient, http_client};
pub use error::NotAccepted;
pub use messages::{Messages, NOTICE, Outgoing, OutgoingCode};
pub use settings::{AwsSettings, CodeTopicSettings, SmsSettings};
pub use sms::{SendError, TextMessages};
pub use table::Lazy;
pub use topic::Topic;
