//! What AWS documents about senders of text messages by country, ISO 3166-1 alpha-2.

/// Countries that take no sender ids, so messages need a number of one's own or come from one that
/// carriers may block. Source: "Sender IDs" in the user guide of AWS End User Messaging SMS,
/// docs.aws.amazon.com/sms-voice/latest/userguide/sender-id.html
const WITHOUT_SENDER_IDS: [&str; 3] = ["CA", "CN", "US"];

/// Countries for whose sender ids AWS has a registration form. Source: "Registration forms" there,
/// docs.aws.amazon.com/sms-voice/latest/userguide/registrations-country.html
const WITH_REGISTRATION: [&str; 25] = [
    "AE", "AT", "AU", "BY", "EG", "ES", "FI", "GB", "ID", "IE", "IN", "JO", "KE", "KW", "KZ", "LK",
    "PH", "QA", "RU", "SA", "SG", "TH", "TR", "VN", "ZM",
];

/// How a country shows who sends a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    /// Only numbers.
    Number,
    /// Sender ids, for which there is a registration.
    RegisteredId,
    /// Nothing is documented that has to be done first.
    Any,
}

pub(super) fn sender(country: &str) -> Sender {
    if WITHOUT_SENDER_IDS.contains(&country) {
        Sender::Number
    } else if WITH_REGISTRATION.contains(&country) {
        Sender::RegisteredId
    } else {
        Sender::Any
    }
}
