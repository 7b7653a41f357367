//! `AuthenticateCustomer`: a code for a session, and for an account where the phone has none.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Serialize;
use shared::{
    account::{DeviceLabel, Platform},
    app::AppState,
    auth::known_device::PresentedDevice,
    customer::Profile,
    device::{MOST_REGISTRATION_ID, Registration},
    error_responses,
    http::{
        address::ClientAddress,
        app_version::SentVersion,
        body::Body,
        error::ApiError,
        rate_limit::RateLimits,
        request::{
            Choice, Context, Fields, Flat, Lenient, Nullable, Object, Optional, Text, VisibleAscii,
            phone::WrittenPhone,
        },
    },
    ids::ChallengeId,
    limits::Wait,
    phone::PhoneError,
    request,
    version::AppVersion,
};
use utoipa::ToSchema;

use crate::{
    code::{SubmittedCode, TypedCode, invalid_code, wrong_code},
    log_in::LogIn,
};

request! {
    /// A one-time code, and the request that it answers.
    #[check(could_be_right)]
    pub struct LogInRequest {
        phone: Flat<WrittenPhone>,
        /// The `challenge` in the answer of `sendOTP`.
        challenge: Text,
        /// The six digits of the message, in any script. Blanks, dashes, dots and invisible marks
        /// do not count. Anything else is a wrong code, but costs no try.
        otp: TypedCode,
        /// A refresh token of this device, also a spent or expired one: its tries are counted apart
        /// from those of strangers. One that proves nothing is ignored.
        refresh: Optional<Nullable<Text<0, 4096>>>,
        /// What the device says of itself. It never stops a log-in: what is wrong with it is left
        /// out.
        device: Lenient<Object<NewDevice>>,
    }
}

request! {
    /// What a device says of itself. Each member may be null or blank; one that is wrong is left
    /// out.
    pub struct NewDevice {
        /// A name that the customer knows it by, such as `Amal's phone`.
        name: Lenient<Text<1, 255>>,
        /// Its kind. Without it no `registration_id` is registered.
        platform: Lenient<Choice<Platform>>,
        /// What the push service knows it by: registers it for pushes, as devices_create does.
        registration_id: Lenient<VisibleAscii<1, MOST_REGISTRATION_ID>>,
    }
}

/// A phone or a challenge that cannot be one is as wrong as a code: one answer for all.
fn could_be_right(read: &LogInRequestRead, fields: &mut Fields) {
    let LogInRequestRead { phone: Ok(written), challenge, otp, .. } = read else { return };
    let is_phone = match written.number(fields.context()) {
        Err(error @ PhoneError::Country) => {
            written.report(error, fields);
            return;
        }
        number => number.is_ok(),
    };
    if let (Ok(challenge), Ok(_)) = (challenge, otp)
        && (!is_phone || challenge.parse::<ChallengeId>().is_err())
    {
        fields.report("otp", wrong_code());
    }
}

/// A session and whose it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoggedIn {
    /// Goes into `Authorization: Bearer …`.
    access: String,
    /// Goes into `/api/refresh-token/`.
    refresh: String,
    customer: Profile,
}

impl NewDevice {
    fn label(self) -> DeviceLabel {
        DeviceLabel { name: self.name, platform: self.platform }
    }

    /// What it registers for pushes, if anything.
    fn registration(&self, app_version: Option<AppVersion>) -> Option<Registration> {
        let (registration_id, platform) = (self.registration_id.clone()?, self.platform?);
        Some(Registration {
            registration_id,
            platform,
            name: self.name.clone().map(Some),
            device_id: None,
            app_version,
            active: true,
        })
    }
}

/// Logs in with a code, and creates the account if the phone has none.
///
/// The second step of a login: send `phone` and `challenge` as `sendOTP` had them, and the code
/// as the customer typed it. 201 says that the account is new. A device with a `registration_id`
/// is registered for push notifications at the same time, with the version of the app
/// (`X-App-Version`), unless the customer has as many devices as allowed. A wrong or
/// expired code is 400 `invalid_otp`; after too many tries the answer is 429, and a new code is
/// needed.
#[utoipa::path(post, path = "/api/customer/authenticate/", operation_id = "AuthenticateCustomer",
    tag = crate::TAG, request_body(content = LogInRequest, example = json!(request_example())),
    responses(
        (status = 200, description = "Logged in.", body = LoggedIn, example = json!(example())),
        (status = 201, description = "Logged in, and this created the account.", body = LoggedIn,
            example = json!(example())),
        WrongCode, Inactive, TooManyTries,
    ))]
pub async fn authenticate_customer(
    State(app): State<AppState>,
    ClientAddress(address): ClientAddress,
    limits: RateLimits,
    SentVersion(version): SentVersion,
    Body(request): Body<LogInRequest>,
) -> Result<Response, ApiError> {
    let registration = request.device.as_ref().and_then(|device| device.registration(version));
    let label = request.device.map(NewDevice::label).unwrap_or_default();
    let phone = request.phone.number(&Context::of(&app)).map_err(|_| invalid_code("otp"))?;
    let known = PresentedDevice::of(&app, request.refresh.as_deref()).await?;
    let log_in = LogIn::begin(&app, phone, address, known, registration);
    let code = SubmittedCode::new(&request.challenge, request.otp, "otp").telling(limits);
    let matched = app.with_published_keys(log_in.try_code(code)).await?;
    let done = log_in.finish(matched, label).await?;
    let status = if done.made_account { StatusCode::CREATED } else { StatusCode::OK };
    let body =
        LoggedIn { access: done.access, refresh: done.refresh, customer: done.customer.into() };
    Ok((status, Json(body)).into_response())
}

fn example() -> serde_json::Value {
    serde_json::json!({
        "access": "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.c2ln",
        "refresh": "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9.c2ln",
        "customer": crate::profile::example()})
}

fn request_example() -> serde_json::Value {
    serde_json::json!({
        "phone": "+14155550123", "challenge": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f",
        "otp": "123456", "device": {"name": "Amal's phone", "platform": "ios",
            "registration_id": "dGhpcyBpcyBubw:APA91bH-token_of.FCM"}})
}

error_responses! {
    /// A wrong or expired code, an unknown challenge, or invalid fields.
    WrongCode: invalid_code("otp");
    /// The code is right, but the account may not be used.
    Inactive: ApiError::no_active_account();
    /// Too many tries.
    TooManyTries: ApiError::throttled(Wait(300));
}
