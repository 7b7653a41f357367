//! What template.yaml sets that a bill or a limit depends on.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    document,
    route_table::RouteTable,
    template::{Overrides, RouteRates, StandIns, Template, TemplateError},
};

const DAY_SECONDS: f64 = 86_400.0;

/// The figures of a deploy.
#[derive(Debug, Clone)]
pub struct StackFigures {
    pub memory_mib: f64,
    pub is_arm64: bool,
    pub log_sampling: f64,
    pub log_retention_days: f64,
    pub inbox_days: f64,
    pub fan_out_page: f64,
    pub fan_out_rate: f64,
    pub notifier_concurrency: f64,
    /// Runs of the clean-up in a day.
    pub clean_ups_daily: f64,
    pub clean_up_seconds: f64,
    pub audit_after_seconds: f64,
    pub audit_entries: f64,
    pub codes_per_country_daily: f64,
    pub codes_total_daily: f64,
    pub codes_per_country_daily_all: f64,
    pub start_reads: Option<f64>,
    pub start_writes: Option<f64>,
    pub most_reads: Option<f64>,
    pub most_writes: Option<f64>,
    pub alarm_metrics: f64,
    pub dashboards: f64,
    pub secrets: f64,
    /// Whether the table has point-in-time recovery.
    pub is_recoverable: bool,
    /// Whether a KMS key of the operator's own encrypts the stack.
    pub has_key: bool,
    pub rates: RouteRates,
    /// The route key of each operation of the document.
    pub routes: BTreeMap<String, String>,
}

impl StackFigures {
    pub fn of(template: &Template, overrides: &Overrides) -> Result<Self, TemplateError> {
        let values = template.values(overrides)?;
        let text = |name: &str| values.get(name).map_or("", String::as_str);
        // The template's types have been checked.
        let number = |name: &str| text(name).trim().parse::<f64>().unwrap_or(0.0);
        let above_zero = |name: &str| Some(number(name)).filter(|value| *value > 0.0);
        let created = |kind: &str| template.created(kind, overrides).map(|ids| count(ids.len()));
        Ok(Self {
            memory_mib: number("FunctionMemory"),
            is_arm64: text("Architecture") == "arm64",
            log_sampling: number("LogSampling"),
            log_retention_days: number("LogRetentionDays"),
            inbox_days: number("InboxDays"),
            fan_out_page: number("FanOutPage"),
            fan_out_rate: number("FanOutRate"),
            notifier_concurrency: number("NotifierConcurrency"),
            clean_ups_daily: runs_daily(text("CleanupRate")),
            clean_up_seconds: number("CleanupTimeout"),
            audit_after_seconds: number("AuditAfterSeconds"),
            audit_entries: number("AuditEntries"),
            codes_per_country_daily: number("CodesPerCountryDaily"),
            codes_total_daily: number("CodesTotalDaily"),
            codes_per_country_daily_all: number("CodesPerCountryDailyAll"),
            start_reads: above_zero("WarmThroughputReads"),
            start_writes: above_zero("WarmThroughputWrites"),
            most_reads: above_zero("OnDemandThroughputReads"),
            most_writes: above_zero("OnDemandThroughputWrites"),
            alarm_metrics: count(template.alarm_metrics(overrides)?),
            dashboards: created("AWS::CloudWatch::Dashboard")?,
            secrets: created("AWS::SecretsManager::Secret")?,
            is_recoverable: is_recoverable(template.document()),
            has_key: !text("KmsKeyArn").is_empty(),
            rates: template.route_rates(overrides)?,
            routes: routes(template, overrides)?,
        })
    }

    /// Requests a second that the gateway lets through to a route.
    pub fn rate_of(&self, route: &str) -> f64 {
        whole(*self.rates.by_route.get(route).unwrap_or(&self.rates.default))
    }
}

/// Of a schedule with `rate()`; a `cron()` is taken to run once a day.
fn runs_daily(schedule: &str) -> f64 {
    let rate = schedule.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')'));
    let seconds = rate.and_then(|rate| rate.split_once(' ')).and_then(|(number, unit)| {
        let unit = match unit.trim_end_matches('s') {
            "minute" => 60.0,
            "hour" => 3_600.0,
            _ => DAY_SECONDS,
        };
        Some(number.parse::<f64>().ok()? * unit)
    });
    DAY_SECONDS / seconds.unwrap_or(DAY_SECONDS)
}

fn is_recoverable(template: &Value) -> bool {
    let recovery =
        &template["Resources"]["Table"]["Properties"]["PointInTimeRecoverySpecification"];
    recovery["PointInTimeRecoveryEnabled"] == "true"
}

fn routes(
    template: &Template,
    overrides: &Overrides,
) -> Result<BTreeMap<String, String>, TemplateError> {
    let secrets = template.secrets().into_iter().map(|id| (id, String::new())).collect();
    let stand_ins = StandIns { secrets, ..StandIns::default() };
    let functions = template.resolve(overrides, &stand_ins)?.functions;
    let keys = functions.into_iter().flat_map(|function| function.routes);
    // A contract test compares the routes, so none is there twice.
    let table = RouteTable::new(keys.map(|key| (key, ())).collect()).ok();
    let document = document::document();
    let mut routes = BTreeMap::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let plain = path.replace(['{', '}'], "");
        for (method, operation) in item.as_object().into_iter().flatten() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let found = table.as_ref().and_then(|table| table.find(&method.to_uppercase(), &plain));
            if let Some(found) = found {
                routes.insert(id.to_owned(), found.key.to_string());
            }
        }
    }
    Ok(routes)
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

fn whole(number: u64) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_counted_by_the_day() {
        for (schedule, runs) in [
            ("rate(1 hour)", "24"),
            ("rate(15 minutes)", "96"),
            ("rate(2 days)", "0.5"),
            ("cron(0 3 * * ? *)", "1"),
        ] {
            assert_eq!(runs_daily(schedule).to_string(), runs, "{schedule}");
        }
    }

    #[test]
    fn figures_come_from_the_template_and_its_parameters() {
        let template = Template::embedded().unwrap();
        let set = [("FunctionMemory", "256"), ("ThrottleRate", "9"), ("WarmThroughputReads", "5")];
        let set = set.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let figures = StackFigures::of(&template, &Overrides::from(set)).unwrap();
        let shown = (figures.memory_mib.to_string(), figures.start_reads.map(|n| n.to_string()));
        assert_eq!(shown, ("256".to_owned(), Some("5".to_owned())));
        let route = &figures.routes["listNotifications"];
        assert_eq!(route, "ANY /api/notifications");
        assert_eq!(figures.rate_of(route).to_string(), "9");
        assert_eq!(figures.rate_of(&figures.routes["sendOTP"]).to_string(), "50");
        assert!(figures.is_recoverable && figures.is_arm64 && !figures.has_key);
    }
}
