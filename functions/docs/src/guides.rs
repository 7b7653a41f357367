//! What to read before the reference, in its order: pages of their own, and the introduction of the
//! document.

/// A page to read before the reference.
#[derive(Debug, Clone, Copy)]
pub struct Guide {
    /// Its file's name under `/docs/guides/`, without `.md`.
    pub name: &'static str,
    /// Markdown, its title first.
    pub text: &'static str,
}

/// All of them. The build script makes their pages from the same folder, in the order of the names.
pub const GUIDES: &[Guide] = &[
    Guide { name: "1-what-this-is", text: include_str!("../guides/1-what-this-is.md") },
    Guide { name: "2-first-call", text: include_str!("../guides/2-first-call.md") },
    Guide { name: "3-authentication", text: include_str!("../guides/3-authentication.md") },
    Guide { name: "4-mock", text: include_str!("../guides/4-mock.md") },
];
