//! The bill of a month: quantities times list prices.

use serde::Serialize;

use super::{Month, Prices, Profile, StackFigures};

/// A line of a bill.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    pub service: &'static str,
    pub what: String,
    pub quantity: f64,
    pub unit: &'static str,
    pub dollars: f64,
}

/// A month's bill.
#[derive(Debug, Clone, Serialize)]
pub struct Bill {
    /// Without text messages.
    pub lines: Vec<Line>,
    /// By country.
    pub text_messages: Vec<Line>,
}

const MILLIONS: &str = "million";
const GB: &str = "GB";

impl Bill {
    pub fn of(month: &Month, profile: &Profile, prices: &Prices, stack: &StackFigures) -> Self {
        let mut lines = vec![
            Line {
                dollars: prices.of_api_requests(month.requests),
                ..millions("API Gateway", "requests", month.requests, prices.api)
            },
            millions("Lambda", "invocations", month.invocations, prices.invocations),
            memory(month, prices, stack),
            millions("DynamoDB", "read units", month.reads, prices.reads),
            millions("DynamoDB", "write units", month.writes, prices.writes),
            line("DynamoDB", "storage", month.storage_gb, GB, prices.storage_gb),
        ];
        if stack.is_recoverable {
            let what = "point-in-time recovery";
            lines.push(line("DynamoDB", what, month.storage_gb, GB, prices.recovery_gb));
        }
        let published = month.topic_messages + month.pushes;
        lines.extend([
            millions("SNS", "mobile pushes", month.pushes, prices.pushes),
            millions("SNS", "requests", published, prices.sns_requests),
            millions("SQS", "requests", month.queue_requests, prices.sqs_requests),
            line("CloudWatch", "logs", month.log_gb, GB, prices.log_gb),
            line("CloudWatch", "logs that are kept", month.log_kept_gb, GB, prices.log_kept_gb),
            line("CloudWatch", "metrics", profile.metrics.count, "metrics", prices.metric),
            line("CloudWatch", "alarms", stack.alarm_metrics, "metrics", prices.alarm_metric),
            line("CloudWatch", "dashboards", stack.dashboards, "dashboards", prices.dashboard),
            line("Secrets Manager", "secrets", stack.secrets, "secrets", prices.secret),
        ]);
        if stack.has_key {
            lines.push(line("KMS", "key", 1.0, "keys", prices.key));
            lines.push(millions("KMS", "requests", month.cold_starts, prices.key_requests));
        }
        lines.push(line("Data transfer", "out", month.transfer_gb, GB, prices.transfer_gb));
        let texts = profile.text_messages.iter().map(|(country, share)| {
            let price = prices.text_messages.get(country).copied().unwrap_or(0.0);
            let quantity = month.text_messages * share;
            line("SNS", &format!("text messages, {country}"), quantity, "messages", price)
        });
        Self { lines, text_messages: texts.collect() }
    }

    /// Without text messages.
    pub fn total(&self) -> f64 {
        total(&self.lines)
    }

    pub fn text_message_total(&self) -> f64 {
        total(&self.text_messages)
    }
}

fn total(lines: &[Line]) -> f64 {
    lines.iter().map(|line| line.dollars).sum()
}

fn memory(month: &Month, prices: &Prices, stack: &StackFigures) -> Line {
    let (what, price) = if stack.is_arm64 {
        ("memory, arm64", prices.gb_second_arm64)
    } else {
        ("memory, x86-64", prices.gb_second_x86_64)
    };
    line("Lambda", what, month.gb_seconds, "GB-seconds", price)
}

fn millions(service: &'static str, what: &str, quantity: f64, price: f64) -> Line {
    line(service, what, quantity / 1e6, MILLIONS, price)
}

fn line(service: &'static str, what: &str, quantity: f64, unit: &'static str, price: f64) -> Line {
    Line { service, what: what.to_owned(), quantity, unit, dollars: quantity * price }
}
