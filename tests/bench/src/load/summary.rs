//! What the requests took, as a table.

use std::{fmt, time::Duration};

use super::customer::{OPERATIONS, Operation};

#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    pub(super) operation: Operation,
    pub(super) succeeded: bool,
    pub(super) took: Duration,
}

pub(super) struct Summary {
    pub(super) samples: Vec<Sample>,
    pub(super) elapsed: Duration,
    /// The CPU time that the launcher used meanwhile.
    pub(super) cpu: Duration,
}

impl Summary {
    pub(super) fn failures(&self) -> usize {
        self.samples.iter().filter(|sample| !sample.succeeded).count()
    }

    /// Ascending.
    fn times(&self, operation: Operation) -> Vec<Duration> {
        let samples = self.samples.iter().filter(|sample| sample.operation == operation);
        let mut times: Vec<Duration> = samples.map(|sample| sample.took).collect();
        times.sort_unstable();
        times
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| ms | Requests | p50 | p95 | p99 | Longest |")?;
        writeln!(f, "| --- | ---: | ---: | ---: | ---: | ---: |")?;
        for operation in OPERATIONS {
            let times = self.times(operation);
            write!(f, "| {} | {} |", operation.name(), times.len())?;
            for percent in [50, 95, 99, 100] {
                let millis = percentile(&times, percent).as_secs_f64() * 1e3;
                write!(f, " {millis:.1} |")?;
            }
            writeln!(f)?;
        }
        let requests = u32::try_from(self.samples.len()).unwrap_or(u32::MAX).max(1);
        write!(
            f,
            "\n{:.0} requests a second; {} failed; {} µs of the launcher's CPU time a request.",
            f64::from(requests) / self.elapsed.as_secs_f64(),
            self.failures(),
            (self.cpu / requests).as_micros(),
        )
    }
}

/// Of ascending times; zero if there are none.
fn percentile(times: &[Duration], percent: usize) -> Duration {
    let rank = (times.len() * percent).div_ceil(100);
    times.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_least_time_that_so_many_requests_do_not_exceed() {
        let times: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        let percentiles = [50, 95, 99, 100].map(|percent| percentile(&times, percent).as_millis());
        assert_eq!(percentiles, [100, 190, 198, 200]);
        assert_eq!(percentile(&[], 99), Duration::ZERO);
    }
}
