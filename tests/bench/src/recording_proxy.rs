//! A proxy between the functions and the engines that keeps every call.

use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use crate::{
    engine::Engine,
    http::{self, Message, Reader},
    recording::{Call, Service, target},
};

/// Added to each answer, so that calls in parallel overlap whatever the engine's speed.
const DELAY: Duration = Duration::from_millis(20);

/// A running proxy.
#[derive(Debug)]
pub struct RecordingProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    dynamodb: String,
    sns: String,
    began: Instant,
    calls: Mutex<Vec<Call>>,
}

impl RecordingProxy {
    pub fn start(engine: &Engine) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let host = |url: &str| url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let (dynamodb, sns) = (host(&engine.dynamodb), host(&engine.sns));
        let (began, calls) = (Instant::now(), Mutex::default());
        let shared = Arc::new(Shared { dynamodb, sns, began, calls });
        let address = listener.local_addr()?;
        let served = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = served.clone();
                thread::spawn(move || shared.serve(stream));
            }
        });
        Ok(Self { address, shared })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.calls().clone()
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) {
        let mut reader = Reader::default();
        while let Ok(Some(request)) = reader.read(&mut stream) {
            if self.forward(&mut stream, &request).is_err() {
                return;
            }
        }
    }

    fn forward(&self, stream: &mut TcpStream, request: &Message) -> Result<()> {
        let began = self.elapsed();
        let (service, operation) = target(request);
        let engine = match service {
            Service::DynamoDb => &self.dynamodb,
            Service::Sns => &self.sns,
        };
        let response = ask(engine, request)?;
        thread::sleep(DELAY);
        let content_type = response.header("content-type").unwrap_or_default().to_owned();
        let status = response.status().context("a response without a status")?;
        let call = Call {
            service,
            operation,
            request: String::from_utf8(request.body.clone())?,
            status,
            content_type: content_type.clone(),
            answer: String::from_utf8(response.body.clone())?,
            began,
            ended: self.elapsed(),
        };
        self.calls().push(call);
        let headers = [("content-type", &*content_type)];
        Ok(http::write(stream, &response.start, &headers, &response.body)?)
    }

    fn calls(&self) -> MutexGuard<'_, Vec<Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// Sends a request to an engine, on a connection of its own.
fn ask(engine: &str, request: &Message) -> io::Result<Message> {
    let mut stream = TcpStream::connect(engine)?;
    let own = ["content-length", "connection"];
    let headers = request.headers.iter().map(|(name, value)| (&**name, &**value));
    let headers: Vec<_> = headers.filter(|(name, _)| !own.contains(name)).collect();
    http::write(&mut stream, &request.start, &headers, &request.body)?;
    Reader::default().read(&mut stream)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}
