//! What to read before the reference, in its order. The build script makes a page of each, and one
//! of all for the introduction of the reference page.

/// The names of their files under `/docs/guides/`, without `.md`.
pub const GUIDES: &[&str] = &[
    "1-what-this-is",
    "2-first-call",
    "3-authentication",
    "4-mock",
    "5-refresh-in-clients",
    "6-your-app",
    "7-error-codes",
    "8-conventions",
];
