//! The full run.

use std::{collections::BTreeMap, thread, time::Duration};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::Value;

use crate::{
    binaries::{BARE, FLOOR},
    canned::Canned,
    cold_start, cpu, first_answer, instructions,
    process::Program,
    recording::Recording,
    results::{Answer, OperationResult, Pair, ProgramResult, Results},
    subjects::{Subjects, canned_in_the_clear, event_of, idle_event},
    table, workspace,
};

/// Answers before the memory is read.
const ANSWERS: usize = 220;

/// Processes whose memory is read.
const PROCESSES: usize = 7;
/// Operations that need no storage.
pub const ROUTED: [&str; 2] = ["jwks", "not found"];

#[derive(Debug, Args)]
pub struct RunArgs {
    /// Build only what is not in target/lambda yet
    #[arg(long)]
    built: bool,
    /// Starts of each program
    #[arg(long, default_value_t = 200)]
    runs: usize,
    /// Rounds of each operation
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Invocations in a round
    #[arg(long, default_value_t = 200)]
    invocations: u32,
    /// Only the operations and functions with these names; the results are not kept
    #[arg(long)]
    only: Vec<String>,
}

/// Measures everything, writes the results and prints the tables.
pub fn run(args: &RunArgs) -> Result<()> {
    let subjects = Subjects::prepare(args.built, &[BARE, FLOOR])?;
    let is_chosen = |name: &str| args.only.is_empty() || args.only.iter().any(|only| only == name);
    let mut results = Results { conditions: conditions(args), ..Results::default() };
    let functions: Vec<_> = subjects.functions().filter(|name| is_chosen(name)).collect();
    results.programs = programs(&subjects, &functions, args.runs)?;
    for recording in subjects.recordings.iter().filter(|recording| is_chosen(&recording.name)) {
        eprintln!("{}", recording.name);
        if ROUTED.contains(&&*recording.name) {
            results.routed.insert(recording.name.clone(), routed(&subjects, recording)?);
        } else {
            results.operations.push(operation(&subjects, recording, args)?);
        }
    }
    if args.only.is_empty() {
        results.write()?;
    }
    println!("{}", table::markdown(&results));
    Ok(())
}

/// Cores and architecture.
pub fn machine() -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    format!("{cores} cores, {}", std::env::consts::ARCH)
}

fn conditions(args: &RunArgs) -> String {
    let machine = machine();
    let RunArgs { runs, rounds, invocations, .. } = args;
    format!(
        "{machine}; medians of {runs} starts, memory of {PROCESSES}, {} first answers, and \
         {rounds} rounds of {invocations} invocations, all in turns",
        first_answers(args)
    )
}

fn first_answers(args: &RunArgs) -> usize {
    args.runs.div_ceil(4)
}

/// The bare binary and the functions.
fn programs(
    subjects: &Subjects,
    functions: &[&str],
    runs: usize,
) -> Result<BTreeMap<String, ProgramResult>> {
    // In the clear, and nothing is there: a start opens no connection.
    let canned = Canned::start(None, None)?;
    let program = |name: &str| subjects.program(name, &canned);
    let names: Vec<_> = [BARE].into_iter().chain(functions.iter().copied()).collect();
    let measured = names.iter().map(|name| program(name)).collect::<Result<Vec<_>>>()?;
    let times = cold_start::measure(&measured, runs)?;
    let measure = |(name, cold_start): (&&str, f64)| {
        eprintln!("{name}");
        let program = program(name)?;
        let result = ProgramResult {
            zip_bytes: subjects.binaries[*name].zip_bytes,
            cold_start,
            start_instructions: instructions::of_start(&program)?,
            resident_kib: resident(&program)?,
        };
        Ok(((*name).to_owned(), result))
    };
    names.iter().zip(times).map(measure).collect()
}

/// The memory of a process after some answers, in KiB. The median of several processes: which pages
/// of the file are mapped is chance.
pub fn resident(program: &Program) -> Result<u64> {
    let event = idle_event(&program.name)?;
    let mut kib = Vec::new();
    for _ in 0..PROCESSES {
        let running = program.start()?;
        for _ in 0..ANSWERS {
            running.invoke(&event).with_context(|| program.name.clone())?;
        }
        kib.push(running.resident_kib()?);
    }
    kib.sort_unstable();
    Ok(kib[PROCESSES / 2])
}

/// An answer without storage, and the bare binary's for the same event. What the first one reads
/// all the same is read in the clear, since a TLS handshake would be most of it.
pub fn routed(subjects: &Subjects, recording: &Recording) -> Result<Pair<Answer>> {
    let mut canned = canned_in_the_clear(recording)?;
    let event = event_of(recording)?;
    is_played(recording, &subjects.program(&recording.function, &canned)?, &mut canned)?;
    let answer = |name: &str| {
        let program = subjects.program(name, &canned)?;
        anyhow::Ok(Answer {
            first: instructions::of_first_answer(&program, &event)?,
            later: instructions::of_later_answer(&program, &event)?,
        })
    };
    Ok(Pair { ours: answer(&recording.function)?, limit: answer(BARE)? })
}

fn operation(
    subjects: &Subjects,
    recording: &Recording,
    args: &RunArgs,
) -> Result<OperationResult> {
    let mut canned = subjects.canned(recording)?;
    let event = event_of(recording)?;
    let ours = subjects.program(&recording.function, &canned)?;
    let floor = subjects.floor(recording, &canned)?;
    is_played(recording, &ours, &mut canned)?;
    is_played(recording, &floor, &mut canned)?;
    let programs = [ours, floor];
    let [ours, floor] = &programs;
    let later = |program| instructions::of_later_answer(program, &event);
    let instructions = Pair { ours: later(ours)?, limit: later(floor)? };
    let first = first_answer::measure(&programs, &event, first_answers(args))?;
    let cpu = cpu::measure(&programs, &event, args.rounds, args.invocations)?;
    Ok(OperationResult {
        name: recording.name.clone(),
        function: recording.function.clone(),
        calls: recording.calls.len(),
        cpu: Pair { ours: cpu[0], limit: cpu[1] },
        instructions,
        first_answer: Pair { ours: first[0], limit: first[1] },
    })
}

/// Fails where a warm invocation does not make the recorded number of calls, or has another status:
/// then it does not see the recorded state, and its time says nothing.
pub fn is_played(recording: &Recording, program: &Program, canned: &mut Canned) -> Result<()> {
    let event = event_of(recording)?;
    let mut program = program.clone();
    program.log = Some(workspace::results().join(format!("{}.log", program.name)));
    let running = program.start()?;
    // What a process does once may go on beside its first answers.
    for _ in 0..3 {
        running.invoke(&event)?;
        thread::sleep(Duration::from_millis(100));
    }
    for _ in 0..3 {
        let before = canned.counts()?;
        let answer: Value = serde_json::from_slice(&running.invoke(&event)?)?;
        let after = canned.counts()?;
        let (name, wanted) = (&recording.name, recording.calls.len());
        let who = &program.name;
        let wanted_answer = &recording.answer;
        let is_same = match &wanted_answer["statusCode"] {
            Value::Null => answer == *wanted_answer,
            status => answer["statusCode"] == *status,
        };
        ensure!(is_same, "{name}: {who} answered {answer}");
        let calls = usize::try_from(after.calls - before.calls)?;
        ensure!(calls == wanted, "{name}: {who} made {calls} calls instead of {wanted}");
        ensure!(after.unknown == before.unknown, "{name}: {who} made calls that have no answer");
    }
    Ok(())
}
