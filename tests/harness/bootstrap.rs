//! The binaries of the functions, run as Lambda runs them: under a Runtime API, which is in this
//! process.
//!
//! Protocol (AWS, "Using the Lambda runtime API for custom runtimes"): the process calls `GET
//! /2018-06-01/runtime/invocation/next`, which waits for an event, and posts the result to
//! `…/invocation/<id>/response` or `…/error`, or to `…/init/error` if it fails to start. Invariant:
//! the process has the variables of the resolved template and those that Lambda sets, but none of
//! this process.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    sync::{Arc, LazyLock},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use local::{
    connections::{Server, read_body},
    gateway::PAYLOAD_LIMIT,
    gateway_event::{RequestMetadata, event},
    route_table::RouteKey,
    stack::Stack,
    template::Template,
};
use serde_json::Value;
use shared::clock::{Clock, SystemClock};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    net::TcpListener,
    process::Child,
    sync::{Mutex, mpsc},
    task::JoinHandle,
    time::timeout,
};

/// How long a function may take to start and to handle one event.
const PATIENCE: Duration = Duration::from_secs(20);

/// The variable that names the test in a process started by [`Bootstrap::start_test`].
const AS_A_PROCESS: &str = "SATCHEL_TEST_AS_A_PROCESS";

/// Whether this process was started by [`Bootstrap::start_test`].
#[expect(clippy::disallowed_methods, reason = "this variable is the only sign")]
pub fn is_a_process() -> bool {
    std::env::var_os(AS_A_PROCESS).is_some()
}

/// A running function.
pub struct Bootstrap {
    process: Child,
    events: mpsc::UnboundedSender<(Bytes, Duration)>,
    outcomes: mpsc::UnboundedReceiver<Result<Bytes, String>>,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
    api: Server,
}

/// The result of a process that has ended.
pub struct Ended {
    /// The exit status.
    pub status: ExitStatus,
    /// The lines of its log.
    pub log: Vec<String>,
    /// Its standard error, which is empty if all went well.
    pub errors: String,
}

/// One file of `events/<group>/`.
pub struct SampleEvent {
    /// Its name without `.json`.
    pub name: String,
    /// Its content.
    pub text: String,
}

/// The sample events of a group by name. A group without any gets one made for its first path.
pub fn sample_events(group: &str) -> Vec<SampleEvent> {
    let folder =
        Template::find().expect("template.yaml is there").with_file_name("events").join(group);
    let entries = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
    files.sort();
    let read = |path: &PathBuf| SampleEvent {
        name: path.file_stem().and_then(|name| name.to_str()).expect("a name in ASCII").to_owned(),
        text: fs::read_to_string(path).expect("an event can be read"),
    };
    if files.is_empty() { vec![made_event(group)] } else { files.iter().map(read).collect() }
}

fn made_event(group: &str) -> SampleEvent {
    let routes = local::functions::routes(group).expect("a group of the launcher");
    let path =
        routes.paths().first().expect("a group serves a path").trim_end_matches('/').to_owned();
    let request = Request::builder()
        .uri(&path)
        .header("host", "api.example.com")
        .body(Bytes::new())
        .expect("a request");
    let metadata = RequestMetadata {
        route_key: &RouteKey::of("ANY", &path),
        path_parameters: &BTreeMap::new(),
        request_id: "JKJaXmPLvHcESHA=",
        trace: "000000000000000000000000",
        source_ip: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)),
        now: SystemClock.now(),
    };
    SampleEvent { name: "made".to_owned(), text: event(&request, &path, metadata).to_string() }
}

impl Bootstrap {
    /// Starts the binary of a group's function on the engines of `stack`.
    pub async fn start(stack: &Stack, group: &str) -> Self {
        Self::start_with(stack, group, &[]).await
    }

    /// Starts it with other values for some variables.
    pub async fn start_with(stack: &Stack, group: &str, variables: &[(&str, &str)]) -> Self {
        let mut command = tokio::process::Command::new(binaries().join(group));
        let environment = stack
            .environment(group)
            .unwrap_or_else(|| panic!("template.yaml has no function of functions/{group}"));
        command.env_clear().envs(environment).envs(variables.iter().copied());
        Self::run(command, group).await
    }

    /// Starts a test of this program as a process. The test runs a function of its own with the
    /// variables of the group `like`.
    pub async fn start_test(stack: &Stack, like: &str, test: &str) -> Self {
        let mut command = tokio::process::Command::new(
            std::env::current_exe().expect("the path of this program is known"),
        );
        command.args(["--exact", test, "--nocapture", "--test-threads", "1"]);
        command
            .env_clear()
            .envs(stack.environment(like).expect("a group of the template"))
            .env(AS_A_PROCESS, test);
        Self::run(command, "trial").await
    }

    async fn run(mut command: tokio::process::Command, group: &str) -> Self {
        let (events, waiting) = mpsc::unbounded_channel();
        let (done, outcomes) = mpsc::unbounded_channel();
        let runtime = Arc::new(RuntimeApi { waiting: Mutex::new(waiting), done });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let answer = move |request, _| {
            let runtime = Arc::clone(&runtime);
            async move { runtime.answer(request).await }
        };
        let api = Server::http(listener, answer).expect("a listener");
        let mut process = command
            .envs(set_by_lambda(group, &api))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("the binary of functions/{group} does not start: {error}")
            });
        let stdout = tokio::spawn(read_to_end(process.stdout.take()));
        let stderr = tokio::spawn(read_to_end(process.stderr.take()));
        Self { process, events, outcomes, stdout, stderr, api }
    }

    /// Sends an event and returns the answer. Fails if the function reports an error, exits or
    /// takes too long.
    pub async fn invoke(&mut self, event: &str) -> Value {
        self.try_to_invoke(event, PATIENCE)
            .await
            .unwrap_or_else(|error| panic!("the function reported {error}"))
    }

    /// Sends an event with this time limit and returns the answer, or the error that it reports.
    pub async fn try_to_invoke(&mut self, event: &str, limit: Duration) -> Result<Value, String> {
        self.send(event, limit);
        self.outcome().await
    }

    /// Sends an event with this time limit.
    pub fn send(&self, event: &str, limit: Duration) {
        self.events.send((Bytes::from(event.to_owned()), limit)).expect("the Runtime API is there");
    }

    /// The answer to the event that was sent.
    pub async fn outcome(&mut self) -> Result<Value, String> {
        let outcome = tokio::select! {
            biased;
            outcome = timeout(PATIENCE, self.outcomes.recv()) => {
                outcome.expect("the function answers in time").expect("the Runtime API is running")
            }
            status = self.process.wait() => {
                let status = status.expect("the process has an exit status");
                let errors = (&mut self.stderr).await.expect("stderr can be read");
                panic!("the function exited: {status}\n{errors}")
            }
        };
        outcome.map(|answer| serde_json::from_slice(&answer).expect("an answer is JSON"))
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        let process = self.process.id().expect("the process runs").to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &process])
                .status()
                .expect("kill can be started")
                .success()
        );
    }

    /// Its resident memory, as Linux counts it.
    pub fn memory_kib(&self) -> u64 {
        let process = self.process.id().expect("the process runs");
        let status = fs::read_to_string(format!("/proc/{process}/status"))
            .expect("Linux has a status of the process");
        let line =
            status.lines().find(|line| line.starts_with("VmRSS:")).expect("its resident memory");
        line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number")
    }

    /// Kills it, as Lambda does without a warning.
    pub async fn kill(mut self) -> Ended {
        self.process.start_kill().expect("the process can be killed");
        self.ended().await
    }

    /// Stops the Runtime API and waits until the function has noticed.
    pub async fn abandon(self) -> Ended {
        let Self { process, events, outcomes, stdout, stderr, api } = self;
        drop((events, outcomes));
        api.stop().await;
        wait_for(process, stdout, stderr).await
    }

    /// Waits until it exits.
    pub async fn ended(self) -> Ended {
        wait_for(self.process, self.stdout, self.stderr).await
    }
}

async fn wait_for(
    mut process: Child,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
) -> Ended {
    let status = timeout(PATIENCE, process.wait())
        .await
        .expect("the process exits in time")
        .expect("a status");
    let (log, errors) = (stdout.await.expect("its log"), stderr.await.expect("its errors"));
    Ended { status, log: log.lines().map(str::to_owned).collect(), errors }
}

struct RuntimeApi {
    waiting: Mutex<mpsc::UnboundedReceiver<(Bytes, Duration)>>,
    done: mpsc::UnboundedSender<Result<Bytes, String>>,
}

impl RuntimeApi {
    async fn answer(&self, request: Request<Incoming>) -> Response<Bytes> {
        let (parts, body) = request.into_parts();
        let body = read_body(body, PAYLOAD_LIMIT).await.unwrap_or_default();
        let asked = parts.uri.path().strip_prefix("/2018-06-01/runtime/").unwrap_or_default();
        let outcome = match asked.split('/').collect::<Vec<_>>()[..] {
            ["invocation", "next"] => return self.next().await,
            ["invocation", _, "response"] => Ok(body),
            ["invocation", _, "error"] | ["init", "error"] => {
                Err(String::from_utf8_lossy(&body).into_owned())
            }
            _ => return status(StatusCode::NOT_FOUND),
        };
        match self.done.send(outcome) {
            Ok(()) => status(StatusCode::ACCEPTED),
            Err(_) => status(StatusCode::GONE),
        }
    }

    async fn next(&self) -> Response<Bytes> {
        let Some((event, limit)) = self.waiting.lock().await.recv().await else {
            return status(StatusCode::GONE);
        };
        let deadline = SystemClock.now().as_millisecond()
            + i64::try_from(limit.as_millis()).expect("a short time");
        let mut response = Response::new(event);
        let headers = response.headers_mut();
        headers.insert(
            "lambda-runtime-aws-request-id",
            HeaderValue::from_static("8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        );
        headers.insert("lambda-runtime-deadline-ms", HeaderValue::from(deadline));
        headers.insert(
            "lambda-runtime-invoked-function-arn",
            HeaderValue::from_static("arn:aws:lambda:us-east-1:123456789012:function:test"),
        );
        headers.insert(
            "lambda-runtime-trace-id",
            HeaderValue::from_static("Root=1-6b02b25f-5f3e7c1b2a4d6e8f0a1b2c12;Sampled=0"),
        );
        response
    }
}

fn status(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

/// The variables that Lambda sets besides the region and the credentials.
fn set_by_lambda(group: &str, api: &Server) -> HashMap<&'static str, String> {
    HashMap::from([
        ("AWS_LAMBDA_RUNTIME_API", api.address().to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", group.to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{group}")),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/22/[$LATEST]0123456789abcdef".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023".to_owned()),
        ("_HANDLER", "bootstrap".to_owned()),
        ("TZ", ":UTC".to_owned()),
    ])
}

async fn read_to_end(pipe: Option<impl AsyncRead + Unpin>) -> String {
    let mut bytes = Vec::new();
    pipe.expect("the pipe was asked for")
        .read_to_end(&mut bytes)
        .await
        .expect("the pipe can be read");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The launcher's program, up to date.
pub fn launcher() -> PathBuf {
    binaries().join("satchel")
}

/// The folder with up-to-date binaries of all functions.
fn binaries() -> &'static Path {
    static BUILT: LazyLock<PathBuf> = LazyLock::new(build);
    &BUILT
}

/// Builds them as `cargo test` built this test: same profile, target folder and packages, so that
/// every dependency has the same features and none is built twice.
#[expect(clippy::disallowed_methods, reason = "cargo sets CARGO in the processes that it starts")]
fn build() -> PathBuf {
    let test = std::env::current_exe().expect("the path of this program is known");
    let folder = test.ancestors().nth(2).expect("the test is in <target>/<profile>/deps");
    let (target, profile) =
        (folder.parent().expect("a target folder"), folder.file_name().expect("a profile"));
    let profile = if profile == "debug" { "dev".as_ref() } else { profile };
    let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--workspace", "--bins", "--profile"])
        .arg(profile)
        .arg("--target-dir")
        .arg(target)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("cargo can be started");
    assert!(
        built.status.success(),
        "the functions' binaries do not build:\n{}",
        String::from_utf8_lossy(&built.stderr)
    );
    folder.to_owned()
}
