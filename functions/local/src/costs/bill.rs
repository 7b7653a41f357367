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
/// Of what is counted one by one.
const PIECES: &str = "";

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
            line("CloudWatch", "metrics of ours", profile.metrics.count, PIECES, prices.metric),
            line(
                "CloudWatch",
                "metrics of alarms",
                stack.alarm_metrics,
                PIECES,
                prices.alarm_metric,
            ),
            line("CloudWatch", "dashboards", stack.dashboards, PIECES, prices.dashboard),
            line("Secrets Manager", "secrets", stack.secrets, PIECES, prices.secret),
        ]);
        if stack.has_key {
            lines.push(line("KMS", "keys", 1.0, PIECES, prices.key));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        costs::{Case, Forecast, Units},
        template::{Overrides, Template},
    };

    /// A bill of a thousand customers whose only traffic is this.
    fn bill(requests: &[(&str, f64)], parameters: &[(&str, &str)]) -> Bill {
        let mut profile = Profile::replaced_by("[notifications]\nto_one = 0\nto_all = 0").unwrap();
        profile.requests.values_mut().for_each(|each| *each = 0.0);
        for (name, each) in requests {
            profile.requests.insert((*name).to_owned(), *each);
        }
        let set = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let (template, set) = (Template::embedded().unwrap(), set.collect::<Overrides>());
        let forecast = Forecast::new(profile, Units::counted(), Prices::list(), (&template, set));
        forecast.unwrap().bill(1_000)
    }

    fn of(bill: &Bill, service: &str, what: &str) -> (f64, f64) {
        let named = |line: &&Line| line.service == service && line.what.contains(what);
        let line = bill.lines.iter().find(named).unwrap_or_else(|| panic!("{service}: {what}"));
        (line.quantity, line.dollars)
    }

    fn assert_near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6 * expected.abs().max(1.0), "{found}, {expected}");
    }

    #[test]
    fn a_bill_is_the_traffic_times_units_and_prices() {
        // A million requests, each two read units and an answer of 900 bytes.
        let none = bill(&[], &[]);
        let bill = bill(&[("GetCustomerDetails", 1_000.0)], &[]);
        let (millions, dollars) = of(&bill, "API Gateway", "requests");
        assert_near(millions, 1.0);
        assert_near(dollars, 1.0);
        let more = |service, what| of(&bill, service, what).0 - of(&none, service, what).0;
        assert_near(more("DynamoDB", "read units"), 2.0);
        assert_near(more("DynamoDB", "write units"), 0.0);
        assert_near(more("Lambda", "invocations"), 1.0);
        // 12 ms each, and a start of 200 ms for one in a hundred, of half a GB.
        assert_near(more("Lambda", "memory"), 1e6 * (0.012 + 0.002) / 2.0);
        // 210, 270 and 210 bytes, and 26 for each of five lines.
        assert_near(more("CloudWatch", "logs"), 0.82);
        assert_near(more("Data transfer", "out"), 0.9);
    }

    #[test]
    fn a_stack_without_traffic_costs_its_alarms_metrics_and_storage() {
        let bill = bill(&[], &[]);
        assert_near(of(&bill, "Secrets Manager", "secrets").1, 3.0 * 0.4);
        // Each costs ten cents; how many there are follows the template.
        let (alarms, dollars) = of(&bill, "CloudWatch", "alarms");
        assert!(alarms > 40.0);
        assert_near(dollars, alarms * 0.1);
        // Two and a half accounts of 5 KB and 2 KB for each customer, kept and recoverable.
        let gb = 1_000.0 * 14.5 / 1024.0 / 1024.0;
        assert_near(of(&bill, "DynamoDB", "storage").1, gb * 0.25);
        assert_near(of(&bill, "DynamoDB", "recovery").1, gb * 0.2);
        let each = |case| Units::counted().case(case).read_units;
        let runs = 30.0 * 24.0 * (each(Case::IdleCleanUp) + 60.0 * each(Case::IdleMessageRun));
        assert_near(of(&bill, "DynamoDB", "read units").0 * 1e6, runs);
        assert_near(of(&bill, "SQS", "requests").0 * 1e6, 648_000.0);
    }

    #[test]
    fn parameters_of_the_template_change_the_bill() {
        let requests = [("GetCustomerDetails", 1_000.0)];
        let set = [("LogSampling", "10"), ("FunctionMemory", "1024"), ("Architecture", "x86_64")];
        let (usual, other) = (bill(&requests, &[]), bill(&requests, &set));
        let logs = |bill| of(bill, "CloudWatch", "logs").0;
        assert_near(logs(&usual) - logs(&other), 0.236 * 0.9);
        assert_near(of(&other, "Lambda", "memory").0, 2.0 * of(&usual, "Lambda", "memory").0);
        assert!(of(&other, "Lambda", "x86-64").1 > 2.0 * of(&usual, "Lambda", "arm64").1);
        assert_eq!(usual.lines.iter().filter(|line| line.service == "KMS").count(), 0);
    }

    #[test]
    fn text_messages_are_apart_and_by_country() {
        let bill = bill(&[("sendOTP", 2.0)], &[]);
        assert_near(bill.text_message_total(), 2_000.0 * 0.0085);
        assert!(bill.lines.iter().all(|line| !line.what.contains("text")));
    }
}
