//! Requests that are declared once: [`request!`](crate::request) makes the struct, its reader, its
//! limits, its schema in the document and the names of its fields from one list of fields.
//!
//! A field's type says what is taken and how it is documented. [`rules`] has the types of values:
//! `Text<0, 150>`, `Choice<Gender>`, `Integer<1, 100>`, `Email` and so on. A group adds its own by
//! implementing [`Rule`] or, for a text, [`ParsedText`]. [`field`] says whether a field may be
//! absent or null: a bare type is required, the others are `Optional`, `Lenient`, `Patch`,
//! `Nullable`, `Clearable`, `OrDefault` and `Flag`.
//!
//! All errors of a request are reported at once, in the order of its fields, with REST Framework's
//! codes and texts. What the generated code calls is not generic, so that a request adds little to
//! a function's size.

mod context;
mod declare;
#[doc(hidden)]
pub use declare::wire_name;
pub mod field;
mod fields;
mod location;
pub mod phone;
pub mod rules;
pub mod schema;

pub(crate) use self::fields::not_an_object;
pub use self::{
    context::Context,
    field::{
        As, Change, Clearable, Field, Flag, Flat, HasPartial, Ignored, Lenient, List, Named,
        Nullable, Object, Optional, OrDefault, Patch, Slot,
    },
    fields::{Fields, FromFields, Reported, Violation},
    location::Location,
    phone::PhoneNumber,
    rules::{
        Boolean, Choice, Day, Decimal, Id, Integer, ParsedText, PastDay, Rule, Text, VisibleAscii,
    },
};
