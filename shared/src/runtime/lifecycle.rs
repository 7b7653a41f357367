//! The life of a process: it asks for its first event, prepares itself while it waits, answers
//! events, and ends after SIGTERM when the event in flight is answered.
//!
//! Lambda sends SIGTERM only to processes with extensions; `sam local` and container hosts send it
//! to all. Invariant: we register no extension for it, since that would slow every cold start.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex as StdMutex, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
};

use lambda_runtime::{
    Error, LambdaInvocation, Runtime,
    tower::{Layer, Service},
};
use tokio::sync::Mutex;

/// Locked while an invocation is in flight.
type InFlight = Arc<Mutex<()>>;

/// Runs `main` on one thread, and `while_waiting` once, when the first event has been asked for.
/// Lambda counts a process as started from then on.
pub(super) fn run(
    while_waiting: impl FnOnce() + Send + 'static,
    main: impl AsyncFnOnce() -> Result<(), Error>,
) -> Result<(), Error> {
    let while_waiting = StdMutex::new(Some(while_waiting));
    let pauses = AtomicU8::new(0);
    let on_pause = move || {
        // In the first pause the connection to the Runtime API is made, in the second the first
        // event is awaited.
        if pauses.load(Ordering::Relaxed) < 2 && pauses.fetch_add(1, Ordering::Relaxed) == 1 {
            let prepare = while_waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(prepare) = prepare {
                prepare();
            }
        }
    };
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .on_thread_park(on_pause)
        .build()?
        .block_on(main())
}

/// Answers events until SIGTERM has come and nothing is in flight, or the Runtime API is gone.
pub(super) async fn until_terminated<S>(runtime: Runtime<S>) -> Result<(), Error>
where
    S: Service<LambdaInvocation, Response = (), Error = Error>,
    S::Future: 'static,
{
    let in_flight = InFlight::default();
    let runtime = runtime.layer(Watched(in_flight.clone())).run();
    let ended = async {
        terminated().await;
        let _idle = in_flight.lock().await;
    };
    tokio::select! {
        biased;
        () = ended => Ok(()),
        gone = runtime => gone,
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signals) => drop(signals.recv().await),
        Err(error) => {
            tracing::warn!(%error, "SIGTERM will not wait for the invocation in flight");
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending::<()>().await;
}

struct Watched(InFlight);

struct WatchedService<S> {
    in_flight: InFlight,
    service: S,
}

impl<S> Layer<S> for Watched {
    type Service = WatchedService<S>;

    fn layer(&self, service: S) -> Self::Service {
        WatchedService { in_flight: self.0.clone(), service }
    }
}

impl<S> Service<LambdaInvocation> for WatchedService<S>
where
    S: Service<LambdaInvocation, Response = (), Error = Error>,
    S::Future: 'static,
{
    type Response = ();
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        let (in_flight, answered) = (self.in_flight.clone(), self.service.call(invocation));
        Box::pin(async move {
            let _in_flight = in_flight.lock_owned().await;
            answered.await
        })
    }
}
