//! The course of a move to another phone: try the codes, ask for enough of them, move, tell the old
//! phone.
//!
//! Invariant: an access token alone moves nothing. The new phone's code is always needed, and with
//! it a log-in under ten minutes old or a code sent to the old phone; each code is bound to its
//! phone, to the purpose and to the customer, and is spent by the move.

use std::net::IpAddr;

use futures_util::future::join_all;
use http::HeaderMap;
use shared::{
    account,
    app::AppState,
    audit::{self, About, Event},
    auth::caller::{Caller, Verified},
    aws::{NOTICE, Outgoing},
    customer::{self, Customer},
    hashes::PhoneHash,
    http::{error::ApiError, language::Languages},
    ids::{ChallengeId, CustomerId},
    otp::{self, Purpose},
    phone::Phone,
    text_message::{Kind, TextMessage},
};
use table::{
    Committed, Transaction, Verdict, record,
    retry::{self, Attempt},
};

use crate::{
    code::{
        Claimant, CodeAttempt, Expected, SubmittedCode, VerifiedCode, invalid_code, is_test_number,
    },
    patch::{DetailsPatch, PhonePatch},
    profile::{PROFILE_CHANGE, changed_elsewhere, tag_of},
};

/// The fields of codes that may be missing, and what is then said.
const NO_CODE_OF_NEW: (&str, &str) =
    ("otp", "A code sent to the new phone is missing: send challenge and otp.");
const NO_CODE_OF_OLD: (&str, &str) = (
    "old_otp",
    "The log-in is not recent, and a code sent to the present phone is missing: send old_challenge \
     and old_otp.",
);

/// Another phone, with the codes that came with it.
pub(crate) struct PhoneRequest {
    phone: Phone,
    new: Option<SubmittedCode>,
    old: Option<SubmittedCode>,
}

/// The same after the tries were counted.
pub(crate) struct PhoneAttempt {
    phone: Phone,
    new: Option<Result<CodeAttempt, ApiError>>,
    old: Option<Result<CodeAttempt, ApiError>>,
}

impl PhoneRequest {
    /// The phone and the codes of a request, if it changes the phone.
    pub(crate) fn of(patch: PhonePatch) -> Option<Self> {
        let PhonePatch { phone, challenge, otp, old_challenge, old_otp } = patch;
        let new = SubmittedCode::sent(challenge, otp, "otp");
        let old = SubmittedCode::sent(old_challenge, old_otp, "old_otp");
        Some(Self { phone: phone?, new, old })
    }

    /// Counts a try for each code. One trip, one write unit a code.
    pub(crate) async fn try_codes(
        self,
        app: &AppState,
        customer: CustomerId,
        address: IpAddr,
    ) -> PhoneAttempt {
        let new = async {
            let on = Claimant::OfPhone(app.hashes()?.phone(&self.phone), None);
            Ok(match self.new {
                Some(new) => Some(new.try_once(app, on, address).await?),
                None => None,
            })
        };
        // What is tried on the account's own phone is counted on the customer: a thief of a token
        // shall not keep the owner from logging in.
        let old = async {
            match self.old {
                Some(old) => Some(old.try_once(app, Claimant::Customer(customer), address).await),
                None => None,
            }
        };
        let (new, old) = tokio::join!(new, old);
        PhoneAttempt { phone: self.phone, new: new.transpose(), old }
    }
}

impl PhoneAttempt {
    /// Whether it is not the one that logs in already.
    pub(crate) fn is_other_than(&self, profile: &Customer) -> bool {
        self.phone != profile.phone
    }

    /// The codes, if they are right and enough.
    async fn prove(
        self,
        app: &AppState,
        verified: &Verified,
        old: &Phone,
    ) -> Result<(Phone, Vec<VerifiedCode>), ApiError> {
        let session = verified.account.sessions.get(&verified.session);
        let is_fresh = session.is_some_and(|session| session.is_fresh(app.now()));
        let about = About { customer: Some(verified.customer), session: Some(verified.session) };
        let expected = |phone| Expected {
            phone,
            purpose: Purpose::ChangePhone,
            customer: Some(verified.customer),
        };
        let mut codes = Vec::new();
        match (self.new, self.old) {
            (Some(new), _) if is_fresh => {
                codes.push(new?.compare(app, expected(&self.phone), about).await?);
            }
            (Some(new), Some(tried_old)) => {
                codes.push(new?.compare(app, expected(&self.phone), about).await?);
                codes.push(tried_old?.compare(app, expected(old), about).await?);
            }
            (new, old) => {
                let lacks_old = old.is_none() && !is_fresh;
                let of_new = new.is_none().then_some(NO_CODE_OF_NEW);
                return Err(ApiError::codes_missing(
                    of_new.into_iter().chain(lacks_old.then_some(NO_CODE_OF_OLD)),
                ));
            }
        }
        Ok((self.phone, codes))
    }
}

/// Moves the account, if the codes are right and enough, and tells the old phone. One trip,
/// twelve write units, sixteen with the old phone's code; a second trip gives the budgets what
/// they were lent where the move is refused.
pub(crate) async fn change_phone(
    app: &AppState,
    caller: &Caller,
    verified: &Verified,
    before: &Customer,
    patch: DetailsPatch,
    headers: &HeaderMap,
    tried: PhoneAttempt,
) -> Result<Customer, ApiError> {
    if !tag_of(before).satisfies(headers) {
        return Err(ApiError::precondition_failed());
    }
    let (phone, codes) = tried.prove(app, verified, &before.phone).await?;
    let plan = Plan { app, caller, verified, phone, patch, headers };
    let challenges: Vec<ChallengeId> = codes.iter().map(VerifiedCode::challenge).collect();
    let given_back = join_all(codes.iter().map(|code| code.give_back(app)));
    let old = &verified.account.phone;
    let most = app.settings.lanes()?.texts_per_phone_daily;
    let (moved, given_back, counted) = tokio::join!(
        plan.write(before.clone(), &challenges),
        given_back,
        app.store.count_text(old, most, app.now())
    );
    let may_tell = matches!(counted, Ok(true));
    if moved.is_err() {
        if may_tell && let Err(error) = app.store.uncount_text(old, app.now()).await {
            tracing::warn!(%error, "a message that is not sent stays counted");
        }
        join_all(codes.iter().zip(given_back).map(|(code, given)| code.charge_again(app, given)))
            .await;
    }
    let moved = moved?;
    audit::record(
        app,
        Event::PhoneChanged,
        About { customer: Some(moved.id), session: Some(verified.session) },
    );
    if may_tell {
        tell(app, before, Languages::of(headers)).await?;
    } else {
        tracing::warn!("the old phone is not told of its change: it had its messages of the day");
    }
    Ok(moved)
}

struct Plan<'a> {
    app: &'a AppState,
    caller: &'a Caller,
    verified: &'a Verified,
    phone: Phone,
    patch: DetailsPatch,
    headers: &'a HeaderMap,
}

impl Plan<'_> {
    async fn write(&self, before: Customer, codes: &[ChallengeId]) -> Result<Customer, ApiError> {
        let (store, random) = (&self.app.store, &*self.app.random);
        let new = self.app.hashes()?.phone(&self.phone);
        let read = || async {
            let profile = store.profile(self.verified.customer).await?;
            profile.ok_or_else(ApiError::user_not_found)
        };
        let attempt = |before| self.attempt(before, &new, codes);
        retry::on_change(PROFILE_CHANGE, random, before, read, attempt)
            .await?
            .ok_or_else(changed_elsewhere)
    }

    /// Moves the account if the profile is the one that was read. One trip; ten write units with
    /// one code, twelve with two, and two more for each further KB of account and profile.
    async fn attempt(
        &self,
        before: Customer,
        new: &PhoneHash,
        codes: &[ChallengeId],
    ) -> Result<Attempt<Customer, Customer>, ApiError> {
        if !tag_of(&before).satisfies(self.headers) {
            return Err(ApiError::precondition_failed());
        }
        let mut details = before.details.clone();
        self.patch.clone().apply_to(&mut details);
        let after = before.moved(self.phone.clone(), details, self.app.now());
        let (customer, old) = (after.id, &self.verified.account.phone);
        let mut transaction = Transaction::new();
        let moved = account::move_account(customer, self.verified.session, (old, new));
        let moved = transaction.add(moved);
        let claimed = transaction.add(account::claim_phone(new, customer)?);
        let profile = transaction.add(customer::replace_profile(&after)?);
        transaction.add(account::release_phone(old, customer));
        let codes = codes.iter().map(|code| otp::spend_code(*code)).collect();
        let codes = transaction.add_all(codes);
        let mut refusals = match self.app.store.table.commit(transaction).await? {
            Committed::Done => return Ok(Attempt::Done(after)),
            Committed::Refused(refusals) => refusals,
        };
        if let Verdict::Refused(account) = refusals.of(moved) {
            let account = account.map(record).transpose()?;
            return Err(self.caller.refused(account));
        }
        if refusals.refused(codes) {
            return Err(invalid_code("otp"));
        }
        if refusals.refused(claimed) {
            return Err(ApiError::conflict("This phone number is in use."));
        }
        if refusals.refused(profile) {
            return Ok(Attempt::Reread);
        }
        Err(self.caller.refused(None))
    }
}

/// Tells the phone that the account left, in the language of the profile, or of the request where
/// the profile has none. The move stands whether or not the message is accepted.
async fn tell(app: &AppState, before: &Customer, of_request: Languages) -> Result<(), ApiError> {
    let old = &before.phone;
    if is_test_number(app, old) {
        return Ok(());
    }
    let own = before.details.language.as_deref().map(Languages::named).unwrap_or_default();
    let known = app.availability.at(app.now()).unwrap_or_default();
    let languages = own.before(of_request);
    let wording = languages.wording(&app.messages, old, Kind::Notice, &known.messages);
    let notice = Outgoing {
        id: app.new_name(),
        to: old,
        text: &TextMessage::phone_changed(wording, &app.settings.content()?.app_name),
        purpose: NOTICE,
        language: wording.language(),
        code: None,
    };
    if let Err(error) = app.messages.send(&notice).await {
        tracing::warn!(%error, "the old phone is not told of its change");
    }
    Ok(())
}

/// What is answered where both codes are missing.
pub(crate) fn codes_missing() -> ApiError {
    ApiError::codes_missing([NO_CODE_OF_NEW, NO_CODE_OF_OLD])
}
