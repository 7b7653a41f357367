//! What a profile takes: which fields, of which form; and the phone, which is changed by proof
//! alone.

use jiff::Timestamp;
use language_tags::LanguageTag;
use serde_json::{Map, Value};
use shared::{
    customer::{Details, Gender},
    http::error::ErrorItem,
    http::request::{
        Boolean, Choice, Clearable, Context, Fields, Flat, Nullable, Optional, ParsedText, PastDay,
        Patch, PhoneNumber, Text, Violation,
    },
    language, request,
};

use crate::{
    code::{TypedCode, both_or_neither},
    email::Email,
    https_url::HttpsUrl,
};

request! {
    /// Changes of a profile. Fields that are not sent stay as they are; null clears a value that
    /// may be null.
    pub struct CustomerPatch {
        details: Flat<DetailsPatch>,
        phone: Flat<PhonePatch>,
    }
}

request! {
    /// What changes without proof.
    #[changes(Details)]
    pub struct DetailsPatch {
        /// May be empty.
        first_name: Patch<Text<0, 150>>,
        /// May be empty.
        last_name: Patch<Text<0, 150>>,
        /// A valid address.
        email: Patch<Clearable<Email>>,
        /// A date in the past.
        birth_date: Patch<Nullable<PastDay>>,
        gender: Patch<Nullable<Choice<Gender>>>,
        /// A BCP 47 tag. `en_US` is read as `en-US`, and old codes as those of today: `iw` as
        /// `he`.
        language: Patch<Nullable<Language>>,
        /// An https address with a real host. It is stored in its normal form.
        avatar_url: Patch<Clearable<HttpsUrl>>,
        /// Whether the customer wants advertising.
        marketing_opt_in: Patch<Boolean>,
    }
}

/// The profile of a JSON object with the members of UpdateCustomer, for a customer who moves in
/// from another stack.
pub fn read_details(
    members: Map<String, Value>,
    now: Timestamp,
) -> Result<Details, Vec<ErrorItem>> {
    let patch: DetailsPatch = Fields::from_json(members, Context::at(now)).read()?;
    let mut details = Details::default();
    patch.apply_to(&mut details);
    Ok(details)
}

request! {
    /// Another phone, and the codes that prove whose it is and who asks.
    #[check(codes_with_challenges)]
    pub struct PhonePatch {
        /// The new phone, in E.164 form. The phone that the account has changes nothing.
        phone: Optional<PhoneNumber>,
        /// Of the code sent to the new phone for `change_phone`.
        challenge: Optional<Text>,
        /// The code sent to the new phone, read as AuthenticateCustomer reads it.
        otp: Optional<TypedCode>,
        /// Of the code sent to the present phone for `change_phone`, where the log-in is ten
        /// minutes old or older.
        old_challenge: Optional<Text>,
        /// The code sent to the present phone.
        old_otp: Optional<TypedCode>,
    }
}

fn codes_with_challenges(read: &PhonePatchRead, fields: &mut Fields) {
    both_or_neither(fields, [("challenge", &read.challenge), ("otp", &read.otp)]);
    both_or_neither(fields, [("old_challenge", &read.old_challenge), ("old_otp", &read.old_otp)]);
}

/// A BCP 47 tag.
pub struct Language;

impl ParsedText for Language {
    type Text = Text<1, 35>;
    type Value = String;

    fn parse(text: &str, _: &Context) -> Result<String, Violation> {
        match LanguageTag::parse(&language::canonical(text)) {
            Ok(tag) => Ok(tag.to_string()),
            Err(_) => Err(Violation::invalid("Enter a valid language tag.")),
        }
    }
}
