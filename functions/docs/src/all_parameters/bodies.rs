//! The bodies of `allParameters`.

use jiff::civil::DateTime;
use serde_json::Value;
use shared::{
    http::request::{
        Boolean, Choice, Context, Decimal, Integer, List, Nullable, Object, Optional, ParsedText,
        Rule, Text, Violation, schema::References,
    },
    request, times,
};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

use super::described::Sort;

pub(crate) type AnyNumber = Decimal<{ i64::MIN }, { i64::MAX }>;

request! {
    /// One value of every type.
    pub struct AllFields {
        name: Text<1, 100>,
        count: Integer<1, 10>,
        price: Optional<AnyNumber>,
        agreed: Optional<Boolean>,
        email: Optional<Email>,
        at: Optional<Time>,
        sort: Optional<Choice<Sort>>,
        /// May be null.
        note: Optional<Nullable<Text<0>>>,
        tags: Optional<List<Text<0>, 5>>,
        place: Optional<Object<Place>>,
        /// Any file, which a multipart body must have.
        file: Optional<AnyFile>,
    }
}

request! {
    /// An object within another.
    pub struct Place {
        lat: Decimal<-90, 90>,
        lng: Decimal<-180, 180>,
    }
}

request! {
    /// What is read of a multipart body. It is documented as `AllFields`: some generators leave out
    /// a schema that only forms refer to, and then import it.
    pub struct AllFieldsAndFile {
        name: Text<1, 100>,
        count: Integer<1, 10>,
        /// Any file.
        file: AnyFile,
    }
}

pub struct Email;
pub struct Time;
pub struct AnyFile;

impl ParsedText for Email {
    type Text = Text<0>;
    type Value = ();
    const FORMAT: Option<&'static str> = Some("email");

    fn parse(text: &str, _: &Context) -> Result<(), Violation> {
        let parts = text
            .split_once('@')
            .filter(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
        parts.map(|_| ()).ok_or_else(|| Violation::invalid("Enter a valid email address."))
    }
}

impl ParsedText for Time {
    type Text = Text<0>;
    type Value = DateTime;
    const FORMAT: Option<&'static str> = Some("date-time");

    fn parse(text: &str, _: &Context) -> Result<DateTime, Violation> {
        let wrong = || Violation::invalid("Datetime has wrong format. Use RFC 3339.");
        times::read(text).ok_or_else(wrong)
    }
}

impl Rule for AnyFile {
    type Value = ();
    const IS_TEXT: bool = true;
    const MAY_BE_BLANK: bool = true;

    fn read(_: &Value, _: &Context) -> Result<(), Violation> {
        Ok(())
    }

    /// Without `format: binary`, so that it can be a member of JSON too.
    fn schema(_: &mut References) -> RefOr<Schema> {
        let file = ObjectBuilder::new().schema_type(Type::String);
        file.content_media_type("application/octet-stream").into()
    }
}
