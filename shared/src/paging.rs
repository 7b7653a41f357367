//! Which part of a list is wanted, as storage understands it.

/// A stretch of a list from a position on, in one of two directions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The position that the stretch begins after, not itself in it; none: the list's beginning.
    pub from: Option<String>,
    /// Whether it runs back to the beginning; then the nearest to the position comes first.
    pub backward: bool,
    /// The most entries to fetch: one more than a page shows, which tells whether there is another
    /// page.
    pub limit: usize,
}
