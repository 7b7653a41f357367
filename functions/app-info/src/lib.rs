//! What the app shows to everybody: its own particulars, where else it is found, questions and
//! answers.
//!
//! Invariants: everything comes from one [`content::Content`], which was read as a whole and found
//! right before it was published; it is complete in each language that it is in. A warm process
//! answers without a trip to storage. The group answers during maintenance and to apps of any age,
//! since it is the one that tells them.

mod cached_content;
pub mod changes;
mod check;
pub mod content;
mod headers;

use shared::{http::routes::Routes, routes, settings::Section};

/// The tag of the operations here, as the document's folders name it.
const TAG: &str = "AppInfo";

/// A content to begin with, as the operator's file has it.
pub const SAMPLE: &str = include_str!("../content.json");

routes! {
    /// The operations of this group.
    pub fn routes() -> Routes {
        Routes::of(env!("CARGO_CRATE_NAME"))
            .needs(&[Section::CONTENT])
            .with_own(cached_content::ContentCache::default())
            .always_open()
    }

    public social_accounts::get_social_accounts.cacheable(cached_content::CACHE);
    public app_info::get_app_info.cacheable(cached_content::CACHE);
    public faqs::list_faqs.cacheable(cached_content::CACHE);
}
