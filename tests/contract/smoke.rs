//! `tests/smoke` and the IAM statements that it names.
//!
//! The script runs against a stack here whose calls are recorded: what it says to show, it really
//! uses. With one statement denied at a time, it fails and names that statement.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::{Arc, Mutex, PoisonError},
};

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef,
    },
    error::BoxError,
};
use futures_util::stream::{self, StreamExt as _};
use local::{
    connections,
    grants::{OF_THE_INDEX, parts},
    moving_clock::MovingClock,
    server::Backend,
};
use tokio::process::Command;

use crate::{
    permissions::{Matrix, Statement, statements},
    recorder::{Recorder, Seen},
    repository::{assert_none, functions, root, template},
    traffic::stack_with,
};

/// Parameters with which the script has nothing to wait for.
const PARAMETERS: [(&str, &str); 4] = [
    ("CodeCountries", "US"),
    ("TestNumbers", "+15550100=123456@2099-12-31"),
    ("CodeResendSeconds", "0"),
    ("RefreshGraceSeconds", "0"),
];

/// The functions without which nobody logs in.
const LOG_IN: [&str; 2] = ["auth", "customer"];

/// The words that name statements in the script.
const WORDS: [&str; 3] = ["shows", "uses", "unseen"];

/// The statements by the word that names them.
type Named = BTreeMap<&'static str, BTreeSet<String>>;

#[test]
fn the_smoke_script_names_every_statement() {
    let named = named();
    let statements: BTreeSet<String> = statements().iter().map(Statement::name).collect();
    let all: BTreeSet<String> = named.values().flatten().cloned().collect();
    let mut problems = Vec::new();
    problems.extend(all.difference(&statements).map(|name| {
        format!("tests/smoke names {name}, which template.yaml does not have: rename it there")
    }));
    problems.extend(statements.difference(&all).map(|name| {
        format!(
            "tests/smoke does not name {name}: let a check there show it, or say with `unseen` \
             how to see it"
        )
    }));
    assert_none(&problems);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_smoke_script_uses_what_it_names() {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let shared = seen.clone();
    let recorder = move |group: &str| Recorder { group: group.to_owned(), seen: shared.clone() };
    let run = run_with(recorder).await;
    assert!(run.passed, "{}", run.output);
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    let of_requests = requested();
    let unused = statements().into_iter().filter(|statement| {
        of_requests.contains(&statement.name()) && !is_used(statement, &seen.calls)
    });
    let problems: Vec<String> = unused
        .map(|statement| {
            format!(
                "tests/smoke says that a request uses {}, but none does: take it out there, or \
                 send a request that needs it",
                statement.name()
            )
        })
        .collect();
    assert_none(&problems);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_smoke_script_fails_at_each_statement_that_is_denied() {
    let of_requests = requested();
    let shown = &named()["shows"];
    let shown = statements().into_iter().filter(|statement| {
        shown.contains(&statement.name()) && of_requests.contains(&statement.name())
    });
    let runs = rounds(shown).into_iter().map(unnoticed);
    let problems: Vec<Option<String>> = stream::iter(runs).buffer_unordered(3).collect().await;
    assert_none(&problems.into_iter().flatten().collect::<Vec<String>>());
}

/// Denies statements, and tells which of them the script does not notice.
async fn unnoticed(round: Vec<Statement>) -> Option<String> {
    let denied = Arc::new(round);
    let names: Vec<String> = denied.iter().map(Statement::name).collect();
    let run =
        run_with(move |group| Denial { group: group.to_owned(), denied: denied.clone() }).await;
    let failed = run.output.lines().find(|line| line.starts_with("failed ")).unwrap_or_default();
    let unnoticed: Vec<String> =
        names.into_iter().filter(|name| !failed.contains(name.as_str())).collect();
    (!unnoticed.is_empty()).then(|| {
        let names = unnoticed.join(", ");
        format!("tests/smoke does not notice that {names} is denied:\n{}", run.output)
    })
}

/// What to deny in one run: one statement of each function. Those of log-ins come alone, since
/// nothing else is reached without them.
fn rounds(statements: impl Iterator<Item = Statement>) -> Vec<Vec<Statement>> {
    let mut rounds = Vec::new();
    let mut shared: Vec<Vec<Statement>> = Vec::new();
    for statement in statements {
        if LOG_IN.contains(&statement.group.as_str()) {
            rounds.push(vec![statement]);
            continue;
        }
        let is_free = |round: &&mut Vec<Statement>| {
            round.iter().all(|other: &Statement| other.group != statement.group)
        };
        match shared.iter_mut().find(is_free) {
            Some(round) => round.push(statement),
            None => shared.push(vec![statement]),
        }
    }
    rounds.extend(shared);
    rounds
}

/// Lets no call of a function through that needs one of some statements.
#[derive(Debug, Clone)]
struct Denial {
    group: String,
    denied: Arc<Vec<Statement>>,
}

impl Intercept for Denial {
    fn name(&self) -> &'static str {
        "Denial"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let seen = Arc::new(Mutex::new(Seen::default()));
        Recorder { group: self.group.clone(), seen: seen.clone() }
            .read_before_transmit(context, components, config)?;
        let calls = &seen.lock().unwrap_or_else(PoisonError::into_inner).calls;
        let is_denied = self.denied.iter().any(|statement| is_used(statement, calls));
        if is_denied { Err("AccessDeniedException".into()) } else { Ok(()) }
    }
}

/// What a run of the script came to.
struct Run {
    passed: bool,
    output: String,
}

/// Runs the script against a stack whose functions make their calls through `watch`.
async fn run_with<I: Intercept + Clone + 'static>(
    watch: impl Fn(&str) -> I + Send + Sync + 'static,
) -> Run {
    let clock = Arc::new(MovingClock::default());
    let stack = stack_with(clock.clone(), &PARAMETERS, watch).await;
    // Some of it may be denied.
    let _ = stack.seed().await;
    stack.prepare().await;
    let listener = connections::bind("127.0.0.1", 0).await.expect("a free port");
    let (gateway, recorder) = (stack.gateway.clone(), stack.recorder.clone());
    let backend = Backend { gateway, recorder, queue: None, store: None, clock };
    let server = backend.serve(listener).expect("it serves");
    let output = Command::new(root().join("tests/smoke"))
        .arg(server.url())
        .envs([("TEST_PHONE", "+15550100"), ("TEST_CODE", "123456")])
        .envs([("TEXT_PHONE", "+12025550143"), ("REFRESH_GRACE_SECONDS", "0")])
        .output()
        .await
        .expect("bash and curl are installed");
    server.stop().await;
    stack.stop().await;
    let printed = [output.stdout, output.stderr].concat();
    Run { passed: output.status.success(), output: String::from_utf8_lossy(&printed).into_owned() }
}

/// The statements that requests of the script need: of functions that have routes.
fn requested() -> BTreeSet<String> {
    let consumers: BTreeSet<String> = functions(&template())
        .into_iter()
        .filter(|(_, _, function)| {
            let events = function["Properties"]["Events"].as_object().into_iter().flatten();
            !events.into_iter().any(|(_, event)| event["Type"] == "HttpApi")
        })
        .map(|(_, group, _)| group)
        .collect();
    let named = named();
    let all = named["shows"].union(&named["uses"]).cloned();
    all.filter(|name| !consumers.contains(name.split('/').next().unwrap_or_default())).collect()
}

/// Whether one of the calls needs the statement.
fn is_used(statement: &Statement, calls: &Matrix) -> bool {
    let of_group = calls.iter().filter(|((group, _), _)| *group == statement.group);
    let mut reached = of_group.filter(|((_, resource), _)| {
        match statement.prefixes.as_slice() {
            // Something else than the table.
            [] => !resource.ends_with('#'),
            prefixes => prefixes.contains(resource),
        }
    });
    reached
        .any(|(_, actions)| statement.actions.iter().any(|action| actions.contains(seen(action))))
}

/// An action as a call shows it.
fn seen(action: &str) -> &str {
    if action == OF_THE_INDEX { action } else { parts(action).0 }
}

/// The statements that the script names, by the word before them.
fn named() -> Named {
    let mut named: Named = WORDS.map(|word| (word, BTreeSet::new())).into();
    for file in script() {
        for line in file.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            for (word, names) in &mut named {
                let after = line.split_once(&format!("{word} ")).map(|(_, after)| after);
                let words = after.into_iter().flat_map(str::split_whitespace);
                names.extend(words.filter(|word| is_a_name(word)).map(str::to_owned));
            }
        }
    }
    named
}

/// `auth/Sessions`
fn is_a_name(word: &str) -> bool {
    word.split_once('/').is_some_and(|(group, sid)| {
        group.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-')
            && sid.starts_with(|letter: char| letter.is_ascii_uppercase())
            && sid.chars().all(|letter| letter.is_ascii_alphanumeric())
    })
}

/// The texts of the script's files.
pub fn script() -> Vec<String> {
    let tests = root().join("tests");
    let parts = fs::read_dir(tests.join("smoke.d")).expect("there is tests/smoke.d");
    let parts = parts.map(|part| part.expect("the folder can be read").path());
    let files = parts.chain([tests.join("smoke")]);
    files.map(|file| fs::read_to_string(file).expect("a script can be read")).collect()
}
