//! What the limits that counted a request say of themselves: the headers `RateLimit-Policy` and
//! `RateLimit` (IETF draft-ietf-httpapi-ratelimit-headers, as structured fields, RFC 9651).
//!
//! Protocol: the gate puts a [`RateLimits`] beside each request; whoever counts tells it; the gate
//! writes the headers of the answer, whether it is a success or a refusal. Invariant: a limit is
//! named only towards those whose own requests it counts, so that nobody reads from it what
//! somebody else has done.

use std::{
    convert::Infallible,
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
};

use axum::extract::FromRequestParts;
use http::{HeaderMap, HeaderName, HeaderValue, request::Parts};

use crate::{http::checked::Checked, limits::Wait};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STANDING: HeaderName = HeaderName::from_static("ratelimit");

/// A limit: so many in a window of so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Its name: letters, digits and `-`.
    pub name: &'static str,
    /// The most in one window.
    pub most: u32,
    /// The window, seconds.
    pub window: i64,
}

/// The limits that counted one request. Cheap to clone; all clones are one.
#[derive(Debug, Clone, Default)]
pub struct RateLimits(Arc<Mutex<Vec<Standing>>>);

#[derive(Debug, Clone, Copy)]
struct Standing {
    quota: Quota,
    left: u32,
    reset: i64,
}

impl RateLimits {
    /// This request was counted and is the `used`th of its window, which ends in `reset`. Told
    /// again, a limit stands as told last.
    pub fn counted(&self, quota: Quota, used: u32, Wait(reset): Wait) {
        let standing = Standing { quota, left: quota.most.saturating_sub(used), reset };
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match told.iter_mut().find(|earlier| earlier.quota.name == quota.name) {
            Some(earlier) => *earlier = standing,
            None => told.push(standing),
        }
    }

    /// This request was refused, since all of the window is used up.
    pub fn reached(&self, quota: Quota, wait: Wait) {
        self.counted(quota, quota.most, wait);
    }

    /// Adds the headers, if any limit counted.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_empty() {
            return;
        }
        let (mut policy, mut standing) = (String::new(), String::new());
        for (place, Standing { quota: Quota { name, most, window }, left, reset }) in
            told.iter().enumerate()
        {
            let comma = if place > 0 { ", " } else { "" };
            // Writing to a text cannot fail.
            let _ = write!(policy, "{comma}\"{name}\";q={most};w={window}");
            let _ = write!(standing, "{comma}\"{name}\";r={left};t={reset}");
        }
        for (name, value) in [(POLICY, policy), (STANDING, standing)] {
            headers.extend(HeaderValue::from_str(&value).ok().map(|value| (name, value)));
        }
    }
}

impl<S: Sync> FromRequestParts<S> for RateLimits {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

impl Checked for RateLimits {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_written_as_structured_fields_each_as_it_stood_last() {
        let (limits, mut headers) = (RateLimits::default(), HeaderMap::new());
        limits.write(&mut headers);
        assert!(headers.is_empty());
        let writes = Quota { name: "writes", most: 120, window: 60 };
        limits.counted(writes, 1, Wait(42));
        limits.reached(Quota { name: "codes", most: 5, window: 3_600 }, Wait(600));
        limits.counted(writes, 2, Wait(42));
        limits.write(&mut headers);
        assert_eq!(headers["ratelimit-policy"], r#""writes";q=120;w=60, "codes";q=5;w=3600"#);
        assert_eq!(headers["ratelimit"], r#""writes";r=118;t=42, "codes";r=0;t=600"#);
    }
}
