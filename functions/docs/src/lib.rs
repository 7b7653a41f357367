//! What the API says of itself: the document, the pages that show it, and answers made of its
//! examples.
//!
//! Invariants: every file is ours and compressed when the function is built, so that a start does
//! nothing for them; no page asks another host for anything; the mock knows no operation but those
//! of the document, and neither reads nor writes a table.

mod guides;
mod mock;
mod site;

use shared::{
    http::{operation::Operation, routes::Routes},
    routes,
    settings::Section,
};

pub use guides::{GUIDES, Guide};
pub use site::FILES;

routes! {
    /// The operations of this group.
    pub fn routes() -> Routes { without_operations() }

    public all_parameters::all_parameters;
}

/// The pages and the mock alone, which need no storage at all.
pub fn without_operations() -> Routes {
    Routes::of(env!("CARGO_CRATE_NAME"))
        .needs(&[Section::MOCK])
        .public(Operation::page("/", site::MEDIA, site::get_file))
        .public(Operation::page("/openapi.json", site::MEDIA, site::get_file))
        .public(Operation::page("/llms.txt", site::MEDIA, site::get_file))
        .public(Operation::page("/llms-full.txt", site::MEDIA, site::get_file))
        .public(Operation::page("/docs/", site::MEDIA, site::get_file))
        .public(Operation::page("/docs/{file}", site::MEDIA, site::get_file).taking_the_rest())
        .public(
            Operation::undescribed_at_all_methods(
                "/mock/{path}",
                mock::MEDIA,
                mock::answer_as_documented,
            )
            .taking_the_rest(),
        )
}
