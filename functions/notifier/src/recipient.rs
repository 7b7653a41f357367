//! Whom a message is for: the member `to`, as publishers write it and as pages of a message to all
//! have it.

use serde::Deserialize;
use shared::{account::CUSTOMER_SHARDS, device::DeviceRange, ids::CustomerId, phone::Phone};

use crate::unreadable::Unreadable;

/// Whom a message is for.
#[derive(Debug, Clone)]
pub enum To {
    /// One customer.
    Customer(CustomerId),
    /// Whoever logs in with this phone.
    Phone(Phone),
    /// Everybody.
    All,
    /// The push devices of some of everybody.
    Range(RangePage),
    /// The push devices of one of everybody.
    Only {
        /// The message's number.
        number: u64,
        /// The customer.
        customer: CustomerId,
    },
    /// Nobody: the pushes of a message to everybody are stopped.
    Stop,
    /// Some of everybody, of before messages to all were one item.
    Page(Page),
}

/// A page of the customers with devices: those behind `after` in a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangePage {
    /// The number of the message.
    pub number: u64,
    /// The range.
    pub range: DeviceRange,
    /// Where it begins.
    pub after: Option<CustomerId>,
}

/// A page of all customers: those behind `after` in a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Of [`CUSTOMER_SHARDS`].
    pub shard: char,
    /// Where it begins.
    pub after: Option<CustomerId>,
}

/// The member `to`.
#[derive(Deserialize)]
pub(crate) struct RawTo {
    customer_id: Option<String>,
    phone: Option<String>,
    all: Option<bool>,
    #[serde(flatten)]
    part: RawPart,
}

/// Which part of everybody.
#[derive(Deserialize)]
struct RawPart {
    number: Option<u64>,
    range: Option<String>,
    only: Option<String>,
    stop: Option<bool>,
    shard: Option<char>,
    after: Option<String>,
}

impl To {
    /// The name in the log.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Customer(_) => "customer",
            Self::Phone(_) => "phone",
            Self::All => "all",
            Self::Range(_) | Self::Page(_) => "page",
            Self::Only { .. } => "one of all",
            Self::Stop => "nobody",
        }
    }
}

impl RawTo {
    pub(crate) fn read(self) -> Result<To, Unreadable> {
        match (self.customer_id, self.phone, self.all.unwrap_or_default()) {
            (Some(customer), None, false) => customer
                .parse()
                .map(To::Customer)
                .map_err(|_| Unreadable("to.customer_id is no customer's id")),
            (None, Some(phone), false) => {
                let digits = phone.strip_prefix('+').unwrap_or_default();
                let e164 = (5..=15).contains(&digits.len())
                    && digits.bytes().all(|digit| digit.is_ascii_digit());
                // A phone is found by its hash alone, so its form is all that has to be right.
                if e164 {
                    Ok(To::Phone(Phone::of_the_operator(&phone)))
                } else {
                    Err(Unreadable("to.phone is not in E.164 form"))
                }
            }
            (None, None, true) => self.part.read(),
            _ => Err(Unreadable("to must hold one of customer_id, phone and all")),
        }
    }
}

impl RawPart {
    fn read(self) -> Result<To, Unreadable> {
        let after = self.after.map(|after| after.parse()).transpose();
        let after = after.map_err(|_| Unreadable("to.after is no customer's id"))?;
        match (self.number, self.range, self.only, self.shard) {
            (None, None, None, None) if self.stop == Some(true) => Ok(To::Stop),
            (None, None, None, None) => Ok(To::All),
            (None, None, None, Some(shard)) if CUSTOMER_SHARDS.contains(shard) => {
                Ok(To::Page(Page { shard, after }))
            }
            (Some(number), Some(range), None, None) => DeviceRange::parse(&range)
                .map(|range| To::Range(RangePage { number, range, after }))
                .ok_or(Unreadable("to.range is no range")),
            (Some(number), None, Some(only), None) => only
                .parse()
                .map(|customer| To::Only { number, customer })
                .map_err(|_| Unreadable("to.only is no customer's id")),
            (None, None, None, Some(_)) => Err(Unreadable("to.shard is no shard")),
            _ => Err(Unreadable("to.number needs one of range and only")),
        }
    }
}
