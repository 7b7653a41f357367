//! An in-process cache of one value: stale while revalidating.
//!
//! Protocol: a value younger than [`FRESH`] is served as it is. After that it is still served while
//! one task reads it again in the background. A value older than [`BELIEVED`], because reading
//! failed or the process was frozen, is not served: the callers wait for one shared read.

use std::{
    any::type_name,
    fmt::Display,
    sync::{Arc, PoisonError, RwLock},
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;

/// How long a value is fresh.
pub const FRESH: SignedDuration = SignedDuration::from_secs(60);
/// How long a value is served while it cannot be read again.
pub const BELIEVED: SignedDuration = SignedDuration::from_mins(10);

/// The value as this process last read it, if it has.
#[derive(Debug)]
pub struct SwrCache<T> {
    state: RwLock<State<T>>,
    /// One permit: its holder reads.
    reading: Semaphore,
}

#[derive(Debug)]
struct State<T> {
    last: Option<(Arc<T>, Timestamp)>,
    tried: Option<Timestamp>,
}

impl<T> Default for SwrCache<T> {
    fn default() -> Self {
        Self { state: RwLock::new(State { last: None, tried: None }), reading: Semaphore::new(1) }
    }
}

impl<T> SwrCache<T> {
    /// The value, unless it is too old at `now`.
    pub fn at(&self, now: Timestamp) -> Option<Arc<T>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state
            .last
            .as_ref()
            .filter(|(_, read)| age(now, *read) < BELIEVED)
            .map(|(value, _)| value.clone())
    }

    /// The last value, however old.
    pub fn last(&self) -> Option<Arc<T>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.last.as_ref().map(|(value, _)| value.clone())
    }

    /// Whether the value has to be read again and no task is doing so.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.is_old(now) && self.reading.available_permits() > 0
    }

    /// Reads the value again with `read` if [`SwrCache::is_due`]. A failure is logged, and the
    /// value stays.
    pub async fn refresh<E: Display>(
        &self,
        now: Timestamp,
        read: impl Future<Output = Result<Arc<T>, E>>,
    ) {
        if let Ok(_reading) = self.reading.try_acquire()
            && self.is_old(now)
        {
            // The error is logged.
            let _ = self.take(now, read.await);
        }
    }

    /// Reads a value that nobody has asked for yet. A caller who misses something in it reads it
    /// again at once, whatever the least time between two reads, up to `least`.
    pub async fn preload<E: Display>(
        &self,
        now: Timestamp,
        least: SignedDuration,
        read: impl Future<Output = Result<Arc<T>, E>>,
    ) {
        self.refresh(now, read).await;
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.tried = state.tried.and_then(|tried| tried.checked_sub(least).ok());
    }

    /// The value, without waiting, if it is not too old at `now`; `read` then runs in the
    /// background if it is due. Otherwise what `read` gives or, if that fails, the last value,
    /// however old. Fails only if there never was a value.
    pub async fn get<E>(
        self: &Arc<Self>,
        now: Timestamp,
        read: impl Future<Output = Result<Arc<T>, E>> + Send + 'static,
    ) -> Result<Arc<T>, E>
    where
        T: Send + Sync + 'static,
        E: Display + Send,
    {
        if let Some(believed) = self.at(now) {
            if self.is_due(now) {
                let kept = self.clone();
                // The request does not wait for it. In a frozen process it continues with the next
                // event.
                tokio::spawn(async move { kept.refresh(now, read).await });
            }
            return Ok(believed);
        }
        let _reading = self.reading.acquire().await;
        // Another caller may have read it meanwhile, or may have failed to: do not wait for that
        // again.
        let known = self.at(now).or_else(|| self.last().filter(|_| !self.is_old(now)));
        match known {
            Some(known) => Ok(known),
            None => self.take(now, read.await).or_else(|error| self.last().ok_or(error)),
        }
    }

    /// The value as `read` gives it now, unless somebody read it, or tried to, less than `least`
    /// ago: then the last value. For callers who miss something in the value.
    pub async fn newer_than<E: Display>(
        &self,
        least: SignedDuration,
        now: Timestamp,
        read: impl Future<Output = Result<Arc<T>, E>>,
    ) -> Result<Arc<T>, E> {
        let _reading = self.reading.acquire().await;
        match self.last().filter(|_| !self.is_older_than(least, now)) {
            Some(last) => Ok(last),
            None => self.take(now, read.await).or_else(|error| self.last().ok_or(error)),
        }
    }

    fn is_old(&self, now: Timestamp) -> bool {
        self.is_older_than(FRESH, now)
    }

    fn is_older_than(&self, least: SignedDuration, now: Timestamp) -> bool {
        let tried = self.state.read().unwrap_or_else(PoisonError::into_inner).tried;
        tried.is_none_or(|tried| age(now, tried) >= least)
    }

    fn take<E: Display>(&self, now: Timestamp, read: Result<Arc<T>, E>) -> Result<Arc<T>, E> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.tried = Some(now);
        match &read {
            Ok(value) => state.last = Some((value.clone(), now)),
            Err(error) => {
                let what = type_name::<T>();
                tracing::warn!(%error, what, "a cached value could not be read again");
            }
        }
        read
    }
}

fn age(now: Timestamp, then: Timestamp) -> SignedDuration {
    now.duration_since(then).abs()
}

#[cfg(test)]
mod tests {
    use std::future::{pending, poll_fn, ready};

    use futures_util::{FutureExt, future::join};

    use super::*;

    type Read = Result<Arc<u8>, &'static str>;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn gives(value: u8) -> impl Future<Output = Read> + Send + 'static {
        ready(Ok(Arc::new(value)))
    }

    fn fails() -> impl Future<Output = Read> + Send + 'static {
        ready(Err("no storage"))
    }

    /// Fails the test if it is ever polled.
    fn nobody_reads() -> impl Future<Output = Read> + Send + 'static {
        poll_fn(|_| panic!("it was read"))
    }

    async fn read_at_zero() -> Arc<SwrCache<u8>> {
        let kept = Arc::new(SwrCache::default());
        assert_eq!(kept.get(at(0), gives(1)).await, Ok(Arc::new(1)));
        kept
    }

    #[tokio::test]
    async fn who_misses_something_reads_again_but_not_right_away() {
        let kept = read_at_zero().await;
        let least = SignedDuration::from_secs(10);
        assert_eq!(kept.newer_than(least, at(9), nobody_reads()).await, Ok(Arc::new(1)));
        assert_eq!(kept.newer_than(least, at(10), gives(2)).await, Ok(Arc::new(2)));
        assert_eq!(kept.newer_than(least, at(20), fails()).await, Ok(Arc::new(2)));
        assert_eq!(kept.newer_than(least, at(29), nobody_reads()).await, Ok(Arc::new(2)));
    }

    #[tokio::test]
    async fn it_is_due_after_a_minute_believed_for_ten_and_read_before_it_is_served_after_them() {
        let kept = read_at_zero().await;
        assert!(!kept.is_due(at(59)) && kept.is_due(at(60)));
        kept.refresh(at(59), nobody_reads()).await;
        assert_eq!(kept.get(at(59), nobody_reads()).await, Ok(Arc::new(1)));
        assert_eq!(kept.at(at(599)).as_deref(), Some(&1));
        assert_eq!(kept.at(at(600)), None);
        assert_eq!(kept.get(at(600), gives(2)).await, Ok(Arc::new(2)));
        kept.refresh(at(660), gives(3)).await;
        assert_eq!(kept.at(at(1_259)).as_deref(), Some(&3));
    }

    #[tokio::test]
    async fn who_comes_when_it_is_due_is_served_what_is_known_and_it_is_read_beside() {
        let kept = read_at_zero().await;
        assert_eq!(kept.get(at(60), gives(2)).await, Ok(Arc::new(1)));
        while kept.is_due(at(60)) || *kept.get(at(60), nobody_reads()).await.unwrap() == 1 {
            tokio::task::yield_now().await;
        }
        assert_eq!(kept.at(at(60)).as_deref(), Some(&2));
    }

    #[tokio::test]
    async fn one_reads_it_again_and_the_others_are_served_what_was_known() {
        let kept = read_at_zero().await;
        let mut refresh = Box::pin(kept.refresh::<&str>(at(60), pending()));
        assert!(refresh.as_mut().now_or_never().is_none());
        assert!(!kept.is_due(at(60)));
        kept.refresh(at(60), nobody_reads()).await;
        assert_eq!(kept.get(at(60), nobody_reads()).await, Ok(Arc::new(1)));
        // A reading that is given up halfway leaves its place to the next.
        drop(refresh);
        assert!(kept.is_due(at(60)));
    }

    #[tokio::test]
    async fn what_is_missing_in_a_preloaded_value_is_read_at_once() {
        let kept = Arc::new(SwrCache::default());
        let least = SignedDuration::from_secs(10);
        let reads = |value: u8| async move { Read::Ok(Arc::new(value)) };
        kept.preload(at(0), least, reads(1)).await;
        assert_eq!(kept.get(at(1), nobody_reads()).await, Ok(Arc::new(1)));
        assert_eq!(kept.newer_than(least, at(1), reads(2)).await, Ok(Arc::new(2)));
        assert_eq!(kept.newer_than(least, at(2), nobody_reads()).await, Ok(Arc::new(2)));
    }

    #[tokio::test]
    async fn all_who_wait_share_one_reading() {
        let kept = Arc::new(SwrCache::default());
        let slow = async {
            tokio::task::yield_now().await;
            Read::Ok(Arc::new(7))
        };
        let (first, second) = join(kept.get(at(0), slow), kept.get(at(0), nobody_reads())).await;
        assert_eq!((first, second), (Ok(Arc::new(7)), Ok(Arc::new(7))));
    }

    #[tokio::test]
    async fn a_value_that_cannot_be_refreshed_is_trusted_for_ten_minutes_and_kept_as_a_last_resort()
    {
        let kept = read_at_zero().await;
        kept.refresh(at(60), fails()).await;
        assert!(!kept.is_due(at(119)) && kept.is_due(at(120)));
        assert_eq!(kept.at(at(599)).as_deref(), Some(&1));
        assert_eq!(kept.at(at(600)), None);
        assert_eq!(kept.get(at(600), fails()).await, Ok(Arc::new(1)));
        assert_eq!(
            kept.get(at(659), nobody_reads()).await,
            Ok(Arc::new(1)),
            "for a minute nobody tries again"
        );
        assert_eq!(Arc::new(SwrCache::default()).get(at(0), fails()).await, Err("no storage"));
    }
}
