//! An emulator of the Lambda Runtime API for one process at a time: `next` waits for the event that
//! the benchmark hands over, `response` hands the answer back.

use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Result, bail, ensure};

use crate::http::{self, Message, Reader};

/// Longest wait for a process. Under callgrind, a start takes seconds.
const PATIENCE: Duration = Duration::from_mins(1);

/// One listener, for one process.
#[derive(Debug)]
pub struct RuntimeApi {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Whether a `next` is waiting for an event.
    waiting: bool,
    event: Option<Arc<[u8]>>,
    answer: Option<Result<Vec<u8>, String>>,
    invocations: u64,
}

impl RuntimeApi {
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::<Shared>::default();
        let served = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = served.clone();
                thread::spawn(move || shared.serve(stream));
            }
        });
        Ok(Self { address, shared })
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Waits until the process asks for an event.
    pub fn wait_until_ready(&self) -> Result<()> {
        let state = self.shared.state();
        let waited = self.shared.changed.wait_timeout_while(state, PATIENCE, |s| !s.waiting);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        ensure!(state.waiting, "no request for an event within {} s", PATIENCE.as_secs());
        Ok(())
    }

    /// Hands over an event and waits for its answer.
    pub fn invoke(&self, event: &Arc<[u8]>) -> Result<Vec<u8>> {
        let mut state = self.shared.state();
        state.event = Some(event.clone());
        self.shared.changed.notify_all();
        let waited =
            self.shared.changed.wait_timeout_while(state, PATIENCE, |s| s.answer.is_none());
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match state.answer.take() {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(error)) => bail!("the invocation failed: {error}"),
            None => bail!("no answer within {} s", PATIENCE.as_secs()),
        }
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) {
        let mut reader = Reader::default();
        let _ = stream.set_nodelay(true);
        while let Ok(Some(request)) = reader.read(&mut stream) {
            if self.respond(&mut stream, request).is_err() {
                return;
            }
        }
    }

    fn respond(&self, stream: &mut TcpStream, request: Message) -> io::Result<()> {
        if request.start.contains("/invocation/next ") {
            let (event, id) = self.next_event();
            let deadline = (now() + Duration::from_mins(10)).as_millis().to_string();
            let headers = [
                ("content-type", "application/json"),
                ("lambda-runtime-aws-request-id", &*id),
                ("lambda-runtime-deadline-ms", &deadline),
                ("lambda-runtime-invoked-function-arn", FUNCTION_ARN),
                ("lambda-runtime-trace-id", "Root=1-6b02b25f-5f3e7c1b2a4d6e8f0a1b2c11"),
            ];
            return http::write(stream, "HTTP/1.1 200 OK", &headers, &event);
        }
        let path = request.start.split(' ').nth(1).unwrap_or_default();
        let answer = if path.ends_with("/response") {
            Ok(request.body)
        } else {
            Err(format!("{path}: {}", String::from_utf8_lossy(&request.body)))
        };
        self.state().answer = Some(answer);
        self.changed.notify_all();
        http::write(stream, "HTTP/1.1 202 Accepted", &[("content-type", "application/json")], b"{}")
    }

    fn next_event(&self) -> (Arc<[u8]>, String) {
        let mut state = self.state();
        state.waiting = true;
        self.changed.notify_all();
        loop {
            if let Some(event) = state.event.take() {
                state.waiting = false;
                state.invocations += 1;
                let id = format!("8476a536-e9f4-11e8-9739-{:012x}", state.invocations);
                return (event, id);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const FUNCTION_ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:bench";

/// Time since 1970.
pub fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
