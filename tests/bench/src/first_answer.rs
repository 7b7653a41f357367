//! The time from exec to the first answer, with its calls over new TLS connections.

use std::{sync::Arc, time::Instant};

use anyhow::Result;

use crate::{process::Program, statistics::median};

/// Median microseconds of `runs` starts of each program, in turns.
pub fn measure(programs: &[Program], event: &Arc<[u8]>, runs: usize) -> Result<Vec<f64>> {
    let mut times = vec![Vec::new(); programs.len()];
    for _ in 0..runs {
        for (program, times) in programs.iter().zip(&mut times) {
            times.push(once(program, event)?);
        }
    }
    Ok(times.into_iter().map(median).collect())
}

fn once(program: &Program, event: &Arc<[u8]>) -> Result<f64> {
    let began = Instant::now();
    let running = program.start()?;
    running.answer(event)?;
    Ok(began.elapsed().as_secs_f64() * 1e6)
}
