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
    customer::Profile,
    device::Registration,
    error_responses,
    http::{
        address::ClientAddress,
        body::Body,
        error::ApiError,
        fields::{Fields, FromFields, Reported, Violation},
        rate_limit::RateLimits,
        rules::{Choice, text},
    },
    limits::Wait,
};
use utoipa::ToSchema;

use crate::{
    code::{Presented, invalid_code, read_phone},
    log_in::LogIn,
};

/// A code and what it was sent for.
#[derive(Debug, ToSchema)]
pub struct LogInRequest {
    /// The phone as sendOTP gave it back, in E.164 form.
    pub(crate) phone: String,
    /// What sendOTP gave back.
    pub(crate) challenge: String,
    /// The six digits of the message.
    pub(crate) otp: String,
    /// What the device says of itself.
    #[schema(nullable = false)]
    pub(crate) device: Option<NewDevice>,
}

/// What a device says of itself.
#[derive(Debug, Default, ToSchema)]
pub struct NewDevice {
    /// What it calls itself.
    #[schema(nullable = false, max_length = 255)]
    pub(crate) name: Option<String>,
    /// Its kind; required with `registration_id`.
    #[schema(nullable = false)]
    pub(crate) platform: Option<Platform>,
    /// What the push service knows it by: registers it for pushes, as devices_create does.
    #[schema(nullable = false, max_length = 4096)]
    pub(crate) registration_id: Option<String>,
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

impl FromFields for LogInRequest {
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported> {
        let phone = fields.required("phone", text().at_most(50));
        let challenge = fields.required("challenge", text());
        let otp = fields.required("otp", text());
        let device = fields.object("device");
        Ok(Self { phone: phone?, challenge: challenge?, otp: otp?, device: device? })
    }
}

impl FromFields for NewDevice {
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported> {
        let name = fields.optional("name", text().at_most(255));
        let platform = fields.optional("platform", Choice(&Platform::CHOICES));
        let platform =
            platform.map(|platform| platform.and_then(|platform| Platform::parse(&platform)));
        let registration_id = fields.optional("registration_id", text().at_most(4_096));
        let (name, platform, registration_id) = (name?, platform?, registration_id?);
        if registration_id.is_some() && platform.is_none() {
            return Err(
                fields.report("platform", Violation::new("required", "This field is required."))
            );
        }
        Ok(Self { name, platform, registration_id })
    }
}

impl NewDevice {
    /// What it registers for pushes, if anything.
    fn registration(&self) -> Option<Registration> {
        let (registration_id, platform) = (self.registration_id.clone()?, self.platform?);
        Some(Registration {
            registration_id,
            platform,
            name: self.name.clone().map(Some),
            device_id: None,
            active: true,
        })
    }
}

/// Logs in with a code, and creates the account if the phone has none.
///
/// A device with a `registration_id` is registered for push notifications at the same time, unless
/// the customer has as many devices as allowed.
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
    Body(request): Body<LogInRequest>,
) -> Result<Response, ApiError> {
    let device = request.device.unwrap_or_default();
    let registration = device.registration();
    let label = DeviceLabel { name: device.name, platform: device.platform };
    // A phone that cannot be one is as wrong as a code: one answer for all.
    let phone = read_phone(&app, &request.phone).ok_or_else(|| invalid_code("otp"))?;
    let log_in = LogIn::begin(&app, phone, address, registration);
    let matched = log_in
        .try_code(Presented::new(&request.challenge, request.otp, "otp").telling(limits))
        .await?;
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
