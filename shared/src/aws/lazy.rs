//! A value that is made once: when it is first used, or beside what else there is to do.

use std::{
    fmt,
    ops::Deref,
    sync::{Arc, LazyLock},
    thread,
};

/// Cheap to clone; all clones are one value.
pub struct Lazy<T>(Arc<LazyLock<T, Box<dyn FnOnce() -> T + Send>>>);

impl<T: Send + Sync + 'static> Lazy<T> {
    /// Made by `make`, once somebody needs it.
    pub fn new(make: impl FnOnce() -> T + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(make))))
    }

    /// Has it made by a thread of its own; who needs it before that is done waits for it. Where
    /// there can be no thread, it is made by the one who needs it first.
    pub fn begin(&self) {
        let value = self.clone();
        let begun = thread::Builder::new().spawn(move || {
            LazyLock::force(&value.0);
        });
        if let Err(error) = begun {
            tracing::warn!(%error, "no thread for a client");
        }
    }
}

impl<T: Send + Sync + 'static> From<T> for Lazy<T> {
    fn from(value: T) -> Self {
        Self::new(move || value)
    }
}

impl<T> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Deref for Lazy<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lazy")
    }
}
