//! The codes of errors: what each says, and what an app does about it.
//!
//! Invariant: no answer of the API has another code. Debug builds, and so all tests, check each
//! error that is made. The document lists the codes as the values of `code`, and the guide for apps
//! has this table.

/// What is known of a code.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// As in the answer.
    pub name: &'static str,
    /// The statuses that it comes with.
    pub status: &'static str,
    /// What has happened.
    pub about: &'static str,
    /// What the app does.
    pub advice: &'static str,
}

const fn code(
    name: &'static str,
    status: &'static str,
    about: &'static str,
    advice: &'static str,
) -> Code {
    Code { name, status, about, advice }
}

const FAULT: &str = "A fault of the app: correct the request.";
const AT_THE_FIELD: &str = "Show `detail` beside the field that `attr` names.";
const REFRESH: &str = "Refresh, then send the request again. A 401 of the refresh itself ends the \
    session: show the log-in.";
const LOG_IN: &str = "Delete the tokens and show the log-in.";

/// All codes, by status.
pub const CODES: &[Code] = &[
    code("required", "400", "A field is absent.", AT_THE_FIELD),
    code("null", "400", "A field that may not be null is null.", FAULT),
    code("blank", "400", "A text is empty.", AT_THE_FIELD),
    code("invalid", "400", "A value has another type or form.", AT_THE_FIELD),
    code("invalid_choice", "400", "A value is none of those that are allowed.", AT_THE_FIELD),
    code("min_length", "400", "A text is too short.", AT_THE_FIELD),
    code("max_length", "400", "A text or a list is too long.", AT_THE_FIELD),
    code("min_value", "400", "A number is too small.", AT_THE_FIELD),
    code("max_value", "400", "A number is too large.", AT_THE_FIELD),
    code("max_string_length", "400", "A number has too many digits.", FAULT),
    code("empty", "400", "A list is empty.", FAULT),
    code("not_a_list", "400", "A value should be a list.", FAULT),
    code("null_characters_not_allowed", "400", "A text contains U+0000.", FAULT),
    code(
        "surrogate_characters_not_allowed",
        "400",
        "A text contains an unpaired surrogate.",
        FAULT,
    ),
    code(
        "unique",
        "400",
        "Another device has this registration id.",
        "Register with `devices_create`, which takes the device over.",
    ),
    code(
        "invalid_otp",
        "400",
        "The one-time code is wrong or has expired.",
        "Let the customer type it again, and offer a new one.",
    ),
    code("parse_error", "400", "The body is not what its content type says.", FAULT),
    code("not_authenticated", "401", "The request has no bearer token.", "Show the log-in."),
    code(
        "authentication_failed",
        "401",
        "The account is disabled or deleted, or the `Authorization` header is malformed.",
        LOG_IN,
    ),
    code("token_not_valid", "401", "The token has expired, or its session has ended.", REFRESH),
    code("no_active_account", "401", "The account is disabled or deleted.", LOG_IN),
    code(
        "permission_denied",
        "403",
        "The token does not permit this. If `attr` names a code, that code is missing.",
        "Ask for the missing code with `sendOTP`, then send the request with it.",
    ),
    code(
        "not_found",
        "404",
        "There is no such resource, path or page.",
        "Read the list again from its first page.",
    ),
    code("method_not_allowed", "405", "The path does not have this method.", FAULT),
    code("not_acceptable", "406", "`Accept` admits no form of the answer.", FAULT),
    code(
        "conflict",
        "409",
        "Something else changed it at the same time, or it cannot be changed any more.",
        "Read it again, show what is there, and let the customer decide.",
    ),
    code(
        "limit_reached",
        "409",
        "There are as many as there may be.",
        "Let the customer delete one first.",
    ),
    code(
        "balance_not_zero",
        "409",
        "The account cannot be deleted while its wallet has money.",
        "Tell the customer, and repeat with `forfeit` if they give it up.",
    ),
    code(
        "precondition_failed",
        "412",
        "It has changed since the version that `If-Match` names.",
        "Read it again, apply the change to that, and send its new `ETag`.",
    ),
    code("request_too_large", "413", "The body is too large.", FAULT),
    code("unsupported_media_type", "415", "The content type is none that is read.", FAULT),
    code(
        "idempotency_key_reused",
        "422",
        "The `Idempotency-Key` belongs to another request.",
        "A fault of the app: make a new key for each new request.",
    ),
    code(
        "insufficient_funds",
        "422",
        "The available balance is too low.",
        "Show the balance. A repeat needs a new `Idempotency-Key`.",
    ),
    code("balance_limit", "422", "The balance would be too high.", "Tell the customer."),
    code(
        "upgrade_required",
        "426",
        "This version of the app is not served any more.",
        "Block the app and lead to `store_url`. Keep the tokens.",
    ),
    code(
        "throttled",
        "429",
        "Too many requests.",
        "Wait for the seconds in `Retry-After`, then send it again. Keep the tokens.",
    ),
    code(
        "error",
        "500",
        "A failure of the server.",
        "Say that it did not work, and offer to try again. Keep the tokens.",
    ),
    code(
        "maintenance",
        "503",
        "The API is closed for a while.",
        "Show `detail`, and try again after `Retry-After`. Keep the tokens.",
    ),
    code(
        "unavailable",
        "503",
        "Something that the API needs is out of reach.",
        "Try again after `Retry-After`, then at longer and longer intervals. Keep the tokens.",
    ),
];

/// Whether an error may have this code.
pub(super) fn is_known(name: &str) -> bool {
    CODES.iter().any(|code| code.name == name)
}
