//! `sendOTP`: a one-time code to a phone. The answer and its time are the same whether or not the
//! phone has an account: nothing here looks for one.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request, State},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use shared::{
    app::AppState,
    auth::{
        caller::{Caller, LateCaller},
        known_device::PresentedDevice,
    },
    error_responses,
    http::{
        address::ClientAddress,
        body,
        checked::Checked,
        error::ApiError,
        language::Languages,
        rate_limit::RateLimits,
        request::{
            Choice, Context, Field, Fields, Flat, Nullable, Optional, OrDefault, ParsedText, Text,
            Violation, phone::WrittenPhone,
        },
    },
    ids::ChallengeId,
    limits::Wait,
    otp::Purpose,
    request,
    text_message::AppHash,
};
use utoipa::ToSchema;

use crate::sending::{Plan, Recipient, Requester, no_phone, not_mobile};

type PurposeField = OrDefault<Nullable<Choice<Purpose>>>;

request! {
    /// The phone that gets a code, and what the code is for.
    #[check(phone_for_codes)]
    pub struct CodeRequest {
        phone: Flat<WrittenPhone>,
        /// What the code will prove. `change_phone` and `delete` need a bearer token.
        purpose: PurposeField,
        /// Lets the Android app read the message (SMS Retriever): eleven characters of base64.
        app_hash: Optional<Nullable<AdmittedAppHash>>,
        /// A refresh token of this device, also a spent or expired one: its requests are counted
        /// apart from those of strangers. One that proves nothing is ignored.
        refresh: Optional<Nullable<Text<0, 4096>>>,
    }
}

/// The hash of an Android app that the operator admits. It is all of a request that gets into a
/// message, so it can be no link and no words.
pub struct AdmittedAppHash;

impl ParsedText for AdmittedAppHash {
    type Text = Text<11, 11>;
    type Value = AppHash;
    const PATTERN: Option<&'static str> = Some("^[A-Za-z0-9+/]*$");

    fn parse(text: &str, context: &Context) -> Result<AppHash, Violation> {
        let hash = text.parse().ok().filter(|hash| context.admits_app_hash(hash));
        hash.ok_or_else(|| Violation::invalid("Enter a valid app hash."))
    }
}

fn phone_for_codes(read: &CodeRequestRead, fields: &mut Fields) {
    let Ok(written) = &read.phone else { return };
    match written.number(fields.context()) {
        Ok(phone) if fields.context().is_test_number(&phone) || phone.may_be_mobile() => {}
        Ok(_) => {
            fields.report("phone", not_mobile());
        }
        Err(error) => {
            written.report(error, fields);
        }
    }
}

/// A request for a code, by a caller who may ask for it, to a phone that may get it.
pub(crate) struct Asked {
    request: CodeRequest,
    caller: Option<Caller>,
    recipient: Recipient,
    languages: Languages,
}

/// The fields of a request whose body could be parsed, and who asks, where the purpose needs to
/// know. Field errors are reported after the token is checked: 401 comes before 400.
struct Unread {
    fields: Fields,
    caller: Option<LateCaller>,
    languages: Languages,
}

impl Unread {
    async fn of(request: Request, app: &AppState) -> Result<Self, ApiError> {
        let (mut head, body) = request.into_parts();
        let Ok(caller) = LateCaller::from_request_parts(&mut head, app).await;
        let languages = Languages::of(&head.headers);
        let mut fields = body::fields(Request::from_parts(head, body), app).await?;
        let needs_token = matches!(
            PurposeField::peek(&mut fields, "purpose"),
            Some(Purpose::ChangePhone | Purpose::Delete)
        );
        Ok(Self { fields, caller: needs_token.then_some(caller), languages })
    }

    fn read(fields: Fields, app: &AppState) -> Result<(CodeRequest, Recipient), ApiError> {
        let request: CodeRequest = fields.read().map_err(ApiError::fields)?;
        let phone = request.phone.number(&Context::of(app)).map_err(|_| no_phone())?;
        let recipient = Recipient::find(app, phone)?;
        Ok((request, recipient))
    }
}

impl FromRequest<AppState> for Asked {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, ApiError> {
        let Unread { fields, caller, languages } = Unread::of(request, app).await?;
        let caller = match &caller {
            Some(late) => Some(late.caller().await?),
            None => None,
        };
        let (request, recipient) = Unread::read(fields, app)?;
        Ok(Self { request, caller, recipient, languages })
    }
}

impl Checked for Asked {
    async fn check(request: &mut Request, app: &AppState) -> Result<(), Response> {
        let checked = async {
            let Unread { fields, caller, .. } = Unread::of(std::mem::take(request), app).await?;
            caller.as_ref().map_or(Ok(()), LateCaller::has_token)?;
            Unread::read(fields, app).map(drop)
        };
        checked.await.map_err(ApiError::into_response)
    }
}

/// A code was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeSent {
    /// Send it back together with the code.
    #[schema(value_type = String, format = "uuid")]
    challenge: ChallengeId,
    /// Where it was sent, in E.164 form.
    phone: String,
    /// For how many seconds the code can be used.
    expires_in: i64,
    /// After how many seconds another code can be sent.
    resend_after: i64,
}

/// Sends a one-time code to a phone.
///
/// The first step of a login, and the proof for a change of the phone and for deleting the
/// account: `purpose` says which, and the code serves that purpose alone. The message is in the
/// language of `Accept-Language`, where there is a text in it. The answer does not tell whether
/// the phone has an account. Offer another code only after `resend_after` seconds; earlier is 429,
/// as is too many codes for a phone, an address or a country. A number that cannot get text
/// messages, or of a country that is not served, is 400 with the attr `phone`.
#[utoipa::path(post, path = "/api/send-otp/", operation_id = "sendOTP", tag = crate::TAG,
    request_body(content = CodeRequest, example = json!({"phone": "+14155550123"})),
    responses(
        (status = 200, description = "A code is on its way.", body = CodeSent, example = json!({
            "challenge": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f", "phone": "+14155550123",
            "expires_in": 300, "resend_after": 60})),
        NeedsToken,
        TooManyCodes,
    ))]
pub async fn send_otp(
    State(app): State<AppState>,
    ClientAddress(address): ClientAddress,
    limits: RateLimits,
    asked: Asked,
) -> Result<Json<CodeSent>, ApiError> {
    let Asked { request, caller, recipient, languages } = asked;
    let customer = async {
        match &caller {
            Some(caller) => caller.verified().await.map(|verified| Some(verified.customer)),
            None => Ok(None),
        }
    };
    let life = app.settings.codes()?.life;
    let device = PresentedDevice::of(&app, request.refresh.as_deref()).await?;
    let requester = Requester { address, device };
    let (customer, plan) =
        tokio::join!(customer, Plan::make(&app, recipient, requester, request.purpose, &limits));
    let customer = customer?;
    let mut plan = plan?;
    plan.challenge.customer = customer;
    plan.commit(&app).await?;
    plan.deliver(&app, &languages, request.app_hash.as_ref()).await?;
    Ok(Json(CodeSent {
        challenge: plan.challenge.id,
        phone: plan.recipient.phone.as_str().to_owned(),
        expires_in: life.as_secs(),
        resend_after: app.settings.sends()?.resend_after.as_secs(),
    }))
}

error_responses! {
    /// The purpose needs a bearer token.
    NeedsToken: ApiError::not_authenticated();
    /// Too many codes for this phone, from this address, or today.
    TooManyCodes: ApiError::throttled(Wait(60));
}
