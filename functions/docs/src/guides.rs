//! What to read before the reference, in its order: pages of their own, and most of them in the
//! introduction of the document.

/// A page to read before the reference.
#[derive(Debug, Clone, Copy)]
pub struct Guide {
    /// Its file's name under `/docs/guides/`, without `.md`.
    pub name: &'static str,
    /// Markdown, its title first.
    pub text: &'static str,
    /// Whether it is in the introduction, which generators copy into every file of a client.
    pub is_introduction: bool,
}

/// All of them. The build script makes their pages from the same folder, in the order of the names.
pub const GUIDES: &[Guide] = &[
    introduction("1-what-this-is", include_str!("../guides/1-what-this-is.md")),
    introduction("2-first-call", include_str!("../guides/2-first-call.md")),
    introduction("3-authentication", include_str!("../guides/3-authentication.md")),
    introduction("4-mock", include_str!("../guides/4-mock.md")),
    Guide {
        name: "5-refresh-in-clients",
        text: include_str!("../guides/5-refresh-in-clients.md"),
        is_introduction: false,
    },
];

const fn introduction(name: &'static str, text: &'static str) -> Guide {
    Guide { name, text, is_introduction: true }
}
