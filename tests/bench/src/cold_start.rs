//! The time from exec to the first request for an event, when Lambda considers a function started.

use std::{net::TcpListener, time::Instant};

use anyhow::{Context, Result, bail};

use crate::{http::Reader, process::Program, statistics::median};

/// Median microseconds of `runs` starts of each program. They take turns, so that noise affects
/// all alike.
pub fn measure(programs: &[Program], runs: usize) -> Result<Vec<f64>> {
    // Unmeasured: they fill the page cache, and show that each program starts.
    for program in programs.iter().chain(programs) {
        program.start()?;
    }
    let mut times = vec![Vec::new(); programs.len()];
    for _ in 0..runs {
        for (program, times) in programs.iter().zip(&mut times) {
            times.push(start(program).with_context(|| program.name.clone())?);
        }
    }
    Ok(times.into_iter().map(median).collect())
}

/// Each start has its own listener, since a killed process may leave a connection behind.
fn start(program: &Program) -> Result<f64> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut command = program.command(&listener.local_addr()?.to_string())?;
    let began = Instant::now();
    let mut child = command.spawn()?;
    let request = accept(&listener);
    let taken = began.elapsed();
    let _ = child.kill();
    let _ = child.wait();
    let request = request?;
    if !request.starts_with("GET /2018-06-01/runtime/invocation/next ") {
        bail!("its first request to the Runtime API was {request}");
    }
    Ok(taken.as_secs_f64() * 1e6)
}

fn accept(listener: &TcpListener) -> Result<String> {
    let (mut stream, _) = listener.accept()?;
    let request = Reader::default().read(&mut stream)?;
    Ok(request.context("it closed its connection")?.start)
}
