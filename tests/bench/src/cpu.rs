//! CPU time per invocation, user and system, with the engines in another process.

use std::sync::Arc;

use anyhow::Result;

use crate::{
    process::{Program, Running},
    statistics::median,
};

/// Answers before the first round.
const WARM_UP: usize = 50;

/// Median microseconds per invocation of each program over `rounds` rounds in turns.
pub fn measure(
    programs: &[Program],
    event: &Arc<[u8]>,
    rounds: usize,
    invocations: u32,
) -> Result<Vec<f64>> {
    let started = programs.iter().map(Program::start).collect::<Result<Vec<_>>>()?;
    for running in &started {
        for _ in 0..WARM_UP {
            running.invoke(event)?;
        }
    }
    let mut times = vec![Vec::new(); started.len()];
    for _ in 0..rounds {
        for (running, times) in started.iter().zip(&mut times) {
            times.push(round(running, event, invocations)?);
        }
    }
    Ok(times.into_iter().map(median).collect())
}

fn round(running: &Running, event: &Arc<[u8]>, invocations: u32) -> Result<f64> {
    let before = running.cpu_nanoseconds()?;
    for _ in 0..invocations {
        running.invoke(event)?;
    }
    let nanoseconds = running.cpu_nanoseconds()? - before;
    #[expect(clippy::cast_precision_loss, reason = "less than 2^53")]
    Ok(nanoseconds as f64 / f64::from(invocations) / 1000.0)
}
