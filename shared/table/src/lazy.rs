//! A value that is created once: on first use, or before that.

use std::{
    fmt,
    ops::Deref,
    sync::{Arc, LazyLock},
};

/// A value created once. Cheap to clone; all clones share the value.
pub struct Lazy<T>(Arc<LazyLock<T, Box<dyn FnOnce() -> T + Send>>>);

impl<T: Send + Sync + 'static> Lazy<T> {
    /// Created by `make` on first use.
    pub fn new(make: impl FnOnce() -> T + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(make))))
    }

    /// Creates the value now; a use before it is done waits for it.
    pub fn make(&self) {
        LazyLock::force(&self.0);
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
