//! Metrics as log lines, from which CloudWatch extracts them: no call, no agent.
//!
//! Protocol (CloudWatch user guide, "Specification: Embedded metric format"): a line is one JSON
//! object; its member `_aws` says which of its other members are metrics, of which unit, and by
//! which one they are told apart. Invariants: a line is written at every log level, and not
//! inside another log line; it has at most 400 bytes with four measures and names of usual length;
//! it holds no personal data.

use std::fmt::{self, Debug};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use tracing::{Event, Subscriber, field::Field};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::{Format, Json, Writer},
    },
    registry::LookupSpan,
};

/// The tracing target of these lines.
pub const TARGET: &str = "shared::metrics";

/// The metrics of one stack.
#[derive(Debug, Clone)]
pub struct Metrics {
    namespace: String,
}

/// CloudWatch's name of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Unit {
    /// A number.
    Count,
    /// A duration.
    Milliseconds,
    /// A long duration.
    Seconds,
}

/// One value of one metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    name: &'static str,
    unit: Unit,
    value: u64,
}

impl Measure {
    /// A number of things.
    pub fn count(name: &'static str, value: u64) -> Self {
        Self { name, unit: Unit::Count, value }
    }

    /// A duration in seconds.
    pub fn seconds(name: &'static str, value: u64) -> Self {
        Self { name, unit: Unit::Seconds, value }
    }

    /// A duration in milliseconds.
    pub fn millis(name: &'static str, value: u64) -> Self {
        Self { name, unit: Unit::Milliseconds, value }
    }
}

impl Metrics {
    /// `namespace` is the stack's name.
    pub fn new(namespace: String) -> Self {
        Self { namespace }
    }

    /// Writes up to four measures as one line, without those that are zero: CloudWatch bills each
    /// metric by the hour in which it has a value. `dimension` is a name and a value; there must be
    /// few values, since each is a metric of its own.
    pub fn record(
        &self,
        now: Timestamp,
        dimension: Option<(&'static str, &str)>,
        measures: &[Measure],
    ) {
        let measures: Vec<Measure> =
            measures.iter().filter(|measure| measure.value > 0).copied().collect();
        if !measures.is_empty() {
            let line = self.line(now, dimension, &measures);
            tracing::info!(target: TARGET, emf = %line);
        }
    }

    /// Writes one count without a dimension.
    pub fn count(&self, now: Timestamp, name: &'static str, value: u64) {
        self.record(now, None, &[Measure::count(name, value)]);
    }

    fn line(
        &self,
        now: Timestamp,
        dimension: Option<(&'static str, &str)>,
        measures: &[Measure],
    ) -> Value {
        let declared: Vec<Value> = measures
            .iter()
            .map(|measure| json!({"Name": measure.name, "Unit": measure.unit}))
            .collect();
        let by: Vec<&str> = dimension.iter().map(|(name, _)| *name).collect();
        let metrics =
            json!([{"Namespace": self.namespace, "Dimensions": [by], "Metrics": declared}]);
        let mut line = Map::new();
        line.insert(
            "_aws".to_owned(),
            json!({"Timestamp": now.as_millisecond(), "CloudWatchMetrics": metrics}),
        );
        line.extend(dimension.map(|(name, value)| (name.to_owned(), value.into())));
        line.extend(measures.iter().map(|measure| (measure.name.to_owned(), measure.value.into())));
        Value::Object(line)
    }
}

/// Formats log lines as JSON, and leaves lines of metrics as they are.
#[derive(Debug)]
pub struct Lines(pub(crate) Format<Json, ()>);

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if event.metadata().target() != TARGET {
            return self.0.format_event(context, writer, event);
        }
        let mut line = Line::default();
        event.record(&mut line);
        writeln!(writer, "{}", line.0)
    }
}

#[derive(Default)]
struct Line(String);

impl tracing::field::Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "emf" {
            self.0 = format!("{value:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_cloudwatch_reads() {
        let metrics = Metrics::new("satchel-prod".to_owned());
        let now = "2026-11-22T20:52:24.123Z".parse().unwrap();
        let measures = [Measure::count("CleanedUp", 3), Measure::millis("Time", 250)];
        assert_eq!(
            metrics.line(now, Some(("Task", "holds")), &measures).to_string(),
            concat!(
                r#"{"_aws":{"Timestamp":1795380744123,"CloudWatchMetrics":["#,
                r#"{"Namespace":"satchel-prod","Dimensions":[["Task"]],"Metrics":["#,
                r#"{"Name":"CleanedUp","Unit":"Count"},{"Name":"Time","Unit":"Milliseconds"}]}]},"#,
                r#""Task":"holds","CleanedUp":3,"Time":250}"#,
            )
        );
        assert_eq!(
            metrics.line(now, None, &[Measure::count("Replays", 1)]).to_string(),
            concat!(
                r#"{"_aws":{"Timestamp":1795380744123,"CloudWatchMetrics":["#,
                r#"{"Namespace":"satchel-prod","Dimensions":[[]],"Metrics":["#,
                r#"{"Name":"Replays","Unit":"Count"}]}]},"Replays":1}"#,
            )
        );
    }

    #[test]
    fn four_measures_stay_under_four_hundred_bytes() {
        let metrics = Metrics::new("satchel-production".to_owned());
        let measures = ["CleanedUp", "PutOff", "Failed", "Unfinished"]
            .map(|name| Measure::count(name, 1_000_000));
        let line = metrics
            .line(Timestamp::UNIX_EPOCH, Some(("Task", "challenges_and_limits")), &measures)
            .to_string();
        assert!(line.len() <= 400, "{} bytes: {line}", line.len());
    }
}
