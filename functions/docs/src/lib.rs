//! What the API says of itself: the document and the pages that show it.
//!
//! Invariants: every file is ours and compressed when the function is built, so that a start does
//! nothing for them; no page asks another host for anything.

mod guides;
mod site;

use shared::{
    http::{operation::Operation, routes::Routes},
    routes,
};

pub use guides::GUIDES;
pub use site::FILES;

routes! {
    /// The operations of this group, without its pages.
    pub fn operations() -> Routes { Routes::of(env!("CARGO_CRATE_NAME")) }

    public all_parameters::all_parameters;
}

/// The operations and the pages.
pub fn routes() -> Routes {
    with_pages(operations())
}

/// The pages alone.
pub fn pages() -> Routes {
    with_pages(Routes::of(env!("CARGO_CRATE_NAME")))
}

fn with_pages(routes: Routes) -> Routes {
    ["/", "/openapi.json", "/openapi-3.0.json", "/llms.txt", "/llms-full.txt", "/docs/"]
        .into_iter()
        .fold(routes, |routes, path| routes.public(page(path)))
        .public(page("/docs/{file}").taking_the_rest())
}

fn page(path: &str) -> Operation {
    Operation::page(path, site::MEDIA, site::get_file)
}
