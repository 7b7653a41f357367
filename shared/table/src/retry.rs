//! Tries that others make fail: the loop of optimistic concurrency, and the waits of all tries.
//!
//! Invariant: each wait is drawn anew between nothing and the longest, which doubles, so that
//! writers who met once do not meet again.

use std::{future::Future, ops::ControlFlow, pin::Pin, time::Duration};

use tokio::time::Instant;

use crate::random::{Random, below};

/// A future on the heap.
type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How long and how often something is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How often at most, the first try included.
    pub tries: u32,
    /// How long at most, all waits included. Zero: not a second time.
    pub patience: Duration,
    /// The longest first wait.
    pub first_wait: Duration,
    /// The longest of all waits.
    pub longest_wait: Duration,
}

/// For items that other transactions hold.
pub(crate) const CONFLICT: Policy = Policy::within(Duration::from_millis(3_500));

impl Policy {
    /// So many tries, with waits of up to 20 ms at first and 640 ms at last.
    pub const fn tries(tries: u32) -> Self {
        Self { tries, ..Self::within(Duration::MAX) }
    }

    /// As many tries as `patience` allows, with the same waits.
    pub const fn within(patience: Duration) -> Self {
        let (first_wait, longest_wait) = (Duration::from_millis(20), Duration::from_millis(640));
        Self { tries: u32::MAX, patience, first_wait, longest_wait }
    }

    /// Other waits.
    pub const fn waits(self, first_wait: Duration, longest_wait: Duration) -> Self {
        Self { first_wait, longest_wait, ..self }
    }
}

/// The waits between the tries of one thing.
pub struct Backoff<'a> {
    /// None where patience is zero.
    until: Option<Instant>,
    longest: Duration,
    longest_of_all: Duration,
    random: &'a dyn Random,
}

impl<'a> Backoff<'a> {
    /// Patience begins now.
    pub fn new(policy: Policy, random: &'a dyn Random) -> Self {
        // A year stands for ever: an `Instant` cannot go on for as long as a `Duration`.
        let patience = policy.patience.min(Duration::from_hours(8_760));
        Self {
            until: (!patience.is_zero()).then(|| Instant::now() + patience),
            longest: policy.first_wait,
            longest_of_all: policy.longest_wait,
            random,
        }
    }

    /// Waits for a while; false, at once, where the wait would go beyond patience.
    pub async fn wait(&mut self) -> bool {
        let micros = u32::try_from(self.longest.as_micros()).unwrap_or(u32::MAX).max(1);
        let wait = Duration::from_micros(below(self.random, micros).into());
        let next = Instant::now() + wait;
        if self.until.is_none_or(|until| next > until) {
            return false;
        }
        tokio::time::sleep_until(next).await;
        self.longest = self.longest_of_all.min(self.longest * 2);
        true
    }

    fn is_over(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() > until)
    }
}

/// What came of one try of [`on_change`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt<S, T> {
    /// It is done, or there is nothing to do.
    Done(T),
    /// To be tried at once on this state, which came with the refusal or is the next of several
    /// steps.
    Again(S),
    /// Something changed or holds the items: the state is read after a wait, then tried again.
    Reread,
}

/// Tries to change a state that others change too, beginning with `state` as it was read before.
///
/// `attempt` decides on the state and writes under the condition that it still stands. An error of
/// either closure ends it. `None` where the tries or the patience are over.
///
/// What one try hands on to the next is part of the state. The future is boxed, since the compiler
/// cannot always find out that an opaque one is `Send` where the caller's closures borrow.
pub fn on_change<'a, S, T, E, Reading, Trying>(
    policy: Policy,
    random: &'a dyn Random,
    state: S,
    read: impl Fn() -> Reading + Send + 'a,
    attempt: impl Fn(S) -> Trying + Send + 'a,
) -> BoxFuture<'a, Result<Option<T>, E>>
where
    Reading: Future<Output = Result<S, E>> + Send + 'a,
    Trying: Future<Output = Result<Attempt<S, T>, E>> + Send + 'a,
    S: Send + 'a,
    T: Send + 'a,
    E: Send + 'a,
{
    Box::pin(async move {
        let mut backoff = Backoff::new(policy, random);
        let mut state = state;
        let mut left = policy.tries;
        loop {
            left = left.saturating_sub(1);
            state = match attempt(state).await? {
                Attempt::Done(done) => return Ok(Some(done)),
                _ if left == 0 => return Ok(None),
                Attempt::Again(_) if backoff.is_over() => return Ok(None),
                Attempt::Again(next) => next,
                Attempt::Reread if backoff.wait().await => read().await?,
                Attempt::Reread => return Ok(None),
            };
        }
    })
}

/// The same where each refusal brings the state as it stands, so that nothing is read again:
/// `Break` with what came of it, `Continue` with the state to try next.
pub fn on_refusal<'a, S, T, E, Trying>(
    tries: u32,
    state: S,
    attempt: impl Fn(S) -> Trying + Send + 'a,
) -> BoxFuture<'a, Result<Option<T>, E>>
where
    Trying: Future<Output = Result<ControlFlow<T, S>, E>> + Send + 'a,
    S: Send + 'a,
    T: Send + 'a,
    E: Send + 'a,
{
    Box::pin(async move {
        let mut state = state;
        for _ in 0..tries {
            state = match attempt(state).await? {
                ControlFlow::Break(done) => return Ok(Some(done)),
                ControlFlow::Continue(next) => next,
            };
        }
        Ok(None)
    })
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        sync::atomic::{AtomicU32, Ordering::Relaxed},
    };

    use super::*;
    use crate::random::SystemRandom;

    type Tried = Result<Attempt<u32, u32>, Infallible>;

    async fn count(policy: Policy, answer: Attempt<u32, u32>) -> (u32, Option<u32>, Duration) {
        let (began, tries) = (Instant::now(), AtomicU32::new(0));
        let attempt = async |_| -> Tried {
            tries.fetch_add(1, Relaxed);
            Ok(answer)
        };
        let done = on_change(policy, &SystemRandom, 0, async || Ok(0), attempt).await;
        (tries.load(Relaxed), done.unwrap(), began.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_after_its_tries_or_its_patience() {
        let (tries, done, took) = count(Policy::tries(5), Attempt::Reread).await;
        assert_eq!((tries, done), (5, None));
        assert!(took < Duration::from_millis(20 + 40 + 80 + 160 + 4), "{took:?}");
        assert_eq!(count(Policy::tries(5), Attempt::Again(1)).await.0, 5);
        let patience = Duration::from_secs(3);
        let (tries, done, took) = count(Policy::within(patience), Attempt::Reread).await;
        assert!(tries > 3 && done.is_none() && took <= patience + Duration::from_millis(1));
        assert_eq!(count(Policy::within(Duration::ZERO), Attempt::Reread).await.0, 1);
        assert_eq!(count(Policy::tries(5), Attempt::Done(7)).await.1, Some(7));
    }

    #[tokio::test(start_paused = true)]
    async fn a_state_that_came_with_a_refusal_is_not_read_again() {
        let reads = AtomicU32::new(0);
        let read = async || -> Result<u32, Infallible> {
            reads.fetch_add(1, Relaxed);
            Ok(10)
        };
        let attempt = async |state: u32| -> Tried {
            Ok(match state {
                0 => Attempt::Again(1),
                1 => Attempt::Reread,
                state => Attempt::Done(state),
            })
        };
        let done = on_change(Policy::tries(9), &SystemRandom, 0, read, attempt).await;
        assert_eq!((done.unwrap(), reads.load(Relaxed)), (Some(10), 1));
    }

    #[tokio::test]
    async fn refusals_end_after_their_tries() {
        let attempt = async |n: u32| -> Result<ControlFlow<u32, u32>, Infallible> {
            Ok(if n == 3 { ControlFlow::Break(n) } else { ControlFlow::Continue(n + 1) })
        };
        assert_eq!(on_refusal(4, 0, attempt).await.unwrap(), Some(3));
        assert_eq!(on_refusal(3, 0, attempt).await.unwrap(), None);
    }
}
