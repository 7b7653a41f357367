//! Keys of spent operator tokens.

use table::Key;

use crate::operator_token::TokenId;

/// That a token was used.
pub fn spent(token: TokenId) -> Key {
    Key::new(format!("OPERATOR#{token}"), "SPENT")
}
