//! Keys of the app information.

use table::Key;

/// The app information.
pub fn app_info() -> Key {
    Key::new("APP#INFO".to_owned(), "INFO")
}

/// A version of the content.
pub fn content(version: u64) -> Key {
    Key::new("APP#CONTENT".to_owned(), format!("VERSION#{version:010}"))
}
