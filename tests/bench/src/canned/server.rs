//! The process: prints its address, then its counts for each line that it reads.

use std::{
    fs,
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use anyhow::Result;
use clap::Args;
use rustls::{ServerConfig, ServerConnection, StreamOwned, crypto::ring};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use super::answers::Answers;
use crate::{
    http::{self, Message, Reader},
    recording::{Service, target},
};

#[derive(Debug, Args)]
pub struct CannedArgs {
    /// File of a recording; without it, every answer is {}
    #[arg(long)]
    recording: Option<PathBuf>,
    /// Serve over TLS with this certificate
    #[arg(long, requires = "key")]
    certificate: Option<PathBuf>,
    /// The certificate's private key
    #[arg(long)]
    key: Option<PathBuf>,
}

#[derive(Debug, Default)]
struct Engine {
    answers: Answers,
    calls: AtomicU64,
    unknown: AtomicU64,
}

/// Serves until standard input ends.
pub fn serve(args: &CannedArgs) -> Result<()> {
    let answers = match &args.recording {
        Some(file) => Answers::of(&serde_json::from_slice(&fs::read(file)?)?),
        None => Answers::default(),
    };
    let tls = args.certificate.as_ref().zip(args.key.as_ref());
    let tls = tls.map(|(certificate, key)| tls_config(certificate, key)).transpose()?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut output = io::stdout();
    writeln!(output, "{scheme}://{}", listener.local_addr()?)?;
    let engine = Arc::new(Engine { answers, ..Engine::default() });
    let served = engine.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (engine, tls) = (served.clone(), tls.clone());
            thread::spawn(move || engine.accept(stream, tls));
        }
    });
    for _ in io::stdin().lines() {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        writeln!(output, "{} {}", count(&engine.calls), count(&engine.unknown))?;
    }
    Ok(())
}

impl Engine {
    fn accept(&self, stream: TcpStream, tls: Option<Arc<ServerConfig>>) {
        let _ = stream.set_nodelay(true);
        // A function may be killed at any time; the connection's end is no error then.
        let _ = match tls.map(ServerConnection::new) {
            None => self.answer(stream),
            Some(Ok(session)) => self.answer(StreamOwned::new(session, stream)),
            Some(Err(_)) => Ok(()),
        };
    }

    fn answer(&self, mut stream: impl Read + Write) -> io::Result<()> {
        let mut reader = Reader::default();
        while let Some(request) = reader.read(&mut stream)? {
            self.respond(&mut stream, &request)?;
        }
        Ok(())
    }

    fn respond(&self, stream: &mut impl Write, request: &Message) -> io::Result<()> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let (service, operation) = target(request);
        let body = String::from_utf8_lossy(&request.body);
        if let Some(call) = self.answers.find(service, &operation, &body) {
            let start = format!("HTTP/1.1 {} -", call.status);
            let headers = [("content-type", &*call.content_type)];
            return http::write(stream, &start, &headers, call.answer.as_bytes());
        }
        self.unknown.fetch_add(1, Ordering::Relaxed);
        let content_type = match service {
            Service::DynamoDb => "application/x-amz-json-1.0",
            Service::Sns => "text/xml",
        };
        http::write(stream, "HTTP/1.1 200 OK", &[("content-type", content_type)], b"{}")
    }
}

fn tls_config(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>> {
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<Vec<_>, _>>()?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(key)?)?;
    Ok(Arc::new(config))
}
