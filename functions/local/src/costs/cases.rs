//! What is counted beside the median request of each operation: a request that costs something
//! else, and work that no request does.

/// A counted case, by its name in `cases.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// The app information from a process that has read it within the last minute.
    WarmAppInfo,
    /// What is at a point, from a process that has read the service areas within the last minute.
    WarmRegion,
    /// A code that is asked for from a network from which a code of the phone was used.
    KnownNetworkCode,
    /// A log-in of a customer who has an account.
    LaterLogIn,
    /// A registration of a push device that changes nothing.
    UnchangedRegistration,
    /// What the first request after a refresh costs more than another one.
    Acknowledgement,
    /// A message to a customer with a device.
    MessageToOne,
    /// A message to a customer without a device.
    MessageWithoutDevice,
    /// A message to all, without its pushes.
    MessageToAll,
    /// A page of the pushes of a message to all, without its customers.
    PageOfPushes,
    /// A customer of such a page.
    PushedCustomer,
    /// What the first movement of a wallet since its audit costs more than another one.
    MovedMark,
    /// The audit of a wallet that has moved.
    WalletAudit,
    /// The erasure of a customer who has left.
    Erasure,
    /// A run of the clean-up that has nothing to do.
    IdleCleanUp,
    /// A run for messages that wait for their time, none of which is due.
    IdleMessageRun,
}

/// The cases that are requests, with their operations. A profile counts them with the requests.
pub const VARIANTS: [(Case, &str); 5] = [
    (Case::WarmAppInfo, "getAppInfo"),
    (Case::WarmRegion, "GetRegionByPoint"),
    (Case::KnownNetworkCode, "sendOTP"),
    (Case::LaterLogIn, "AuthenticateCustomer"),
    (Case::UnchangedRegistration, "devices_create"),
];

impl Case {
    pub const ALL: [Self; 16] = [
        Self::WarmAppInfo,
        Self::WarmRegion,
        Self::KnownNetworkCode,
        Self::LaterLogIn,
        Self::UnchangedRegistration,
        Self::Acknowledgement,
        Self::MessageToOne,
        Self::MessageWithoutDevice,
        Self::MessageToAll,
        Self::PageOfPushes,
        Self::PushedCustomer,
        Self::MovedMark,
        Self::WalletAudit,
        Self::Erasure,
        Self::IdleCleanUp,
        Self::IdleMessageRun,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::WarmAppInfo => "warm_app_info",
            Self::WarmRegion => "warm_region",
            Self::KnownNetworkCode => "known_network_code",
            Self::LaterLogIn => "later_log_in",
            Self::UnchangedRegistration => "unchanged_registration",
            Self::Acknowledgement => "acknowledgement",
            Self::MessageToOne => "message_to_one",
            Self::MessageWithoutDevice => "message_without_device",
            Self::MessageToAll => "message_to_all",
            Self::PageOfPushes => "page_of_pushes",
            Self::PushedCustomer => "pushed_customer",
            Self::MovedMark => "moved_mark",
            Self::WalletAudit => "wallet_audit",
            Self::Erasure => "erasure",
            Self::IdleCleanUp => "idle_clean_up",
            Self::IdleMessageRun => "idle_message_run",
        }
    }

    /// The operation of a request of this name: that of a variant, or the one of this id.
    pub fn operation(name: &str) -> &str {
        let variant = VARIANTS.iter().find(|(case, _)| case.name() == name);
        variant.map_or(name, |(_, operation)| operation)
    }
}
