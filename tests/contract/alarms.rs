//! Alarms: what each watches, its expression, and its place in the README.

use std::{collections::BTreeSet, fs};

use local::template::Template;
use serde_json::{Value, json};

use crate::repository::{assert_none, functions, resources, root, template};

/// Metrics that SNS counts by account and region only.
const ACCOUNT_WIDE: [&str; 2] = ["SMSMonthToDateSpentUSD", "SMSSuccessRate"];

/// The most metrics that one alarm can watch, and the most rollback triggers of a stack.
const MOST_METRICS: usize = 10;
const MOST_TRIGGERS: usize = 5;

/// What a month of one metric of an alarm costs, cents.
const CENTS_PER_METRIC: usize = 10;

/// An alarm of the template.
pub struct Alarm {
    /// Its logical id.
    pub id: String,
    /// Its metrics, each with `Namespace`, `MetricName` and `Dimensions`. Those of functions that
    /// are not always deployed are among them.
    pub metrics: Vec<Value>,
    /// The ids that its expression can use, and the expression.
    math: Option<(BTreeSet<String>, String)>,
}

/// All alarms of the template.
pub fn alarms(template: &Template) -> Vec<Alarm> {
    resources(template, "AWS::CloudWatch::Alarm").into_iter().map(alarm).collect()
}

fn alarm((id, resource): (String, Value)) -> Alarm {
    let properties = &resource["Properties"];
    let Some(entries) = properties["Metrics"].as_array() else {
        return Alarm { id, metrics: vec![properties.clone()], math: None };
    };
    let mut alarm = Alarm { id, metrics: Vec::new(), math: None };
    let (mut ids, mut expression) = (BTreeSet::new(), String::new());
    for entry in entries {
        // One that is there on a condition.
        let entry = entry["Fn::If"].get(1).unwrap_or(entry);
        let metric = &entry["MetricStat"]["Metric"];
        if metric.is_null() {
            let text = entry["Expression"].get("Fn::Sub").unwrap_or(&entry["Expression"]);
            expression += text.as_str().unwrap_or_default();
        } else {
            assert_eq!(entry["ReturnData"], "false", "{}: one time series is watched", alarm.id);
            alarm.metrics.push(metric.clone());
            ids.insert(entry["Id"].as_str().unwrap_or_default().to_owned());
        }
    }
    alarm.math = Some((ids, expression));
    alarm
}

impl Alarm {
    /// Whether it watches this metric of the function.
    fn watches(&self, name: &str, function: &str) -> bool {
        let dimensions = json!([{"Name": "FunctionName", "Value": {"Ref": function}}]);
        let is_it =
            |metric: &Value| metric["MetricName"] == name && metric["Dimensions"] == dimensions;
        self.metrics.iter().any(is_it)
    }
}

#[test]
fn every_alarm_watches_this_stack_alone_unless_sns_counts_by_account() {
    let mut problems = Vec::new();
    for Alarm { id, metrics, .. } in alarms(&template()) {
        for metric in metrics {
            let name = metric["MetricName"].as_str().unwrap_or_default();
            let is_own = metric["Namespace"] == json!({"Ref": "AWS::StackName"});
            let dimensions = metric["Dimensions"].as_array();
            let mut dimensions = dimensions.into_iter().flatten();
            let is_of_the_stack = dimensions.any(|dimension| names_resource(&dimension["Value"]));
            if !is_own && !is_of_the_stack && !ACCOUNT_WIDE.contains(&name) {
                problems.push(format!(
                    "{id} watches {name} of the whole account: give it the dimension of a \
                     resource of the stack"
                ));
            }
        }
    }
    assert_none(&problems);
}

/// Whether a value names a resource of the stack, or one that a parameter puts in its place.
fn names_resource(value: &Value) -> bool {
    match value["Fn::If"].as_array().map(Vec::as_slice) {
        Some([_, own, other]) => names_resource(own) && other["Ref"].is_string(),
        _ => value["Ref"].is_string() || value["Fn::GetAtt"].is_string(),
    }
}

#[test]
fn every_expression_uses_the_metrics_that_its_alarm_declares() {
    let mut problems = Vec::new();
    for Alarm { id, metrics, math } in alarms(&template()) {
        let Some((declared, expression)) = math else { continue };
        if metrics.len() > MOST_METRICS {
            problems.push(format!("{id} watches {} metrics: split it", metrics.len()));
        }
        let used = ids(&expression);
        problems.extend(used.difference(&declared).map(|name| {
            format!("{id} uses {name} in its expression, but has no metric with this Id")
        }));
        if !expression.contains("METRICS()") {
            problems.extend(declared.difference(&used).map(|name| {
                format!("{id} pays for the metric {name}, which its expression does not use")
            }));
        }
    }
    assert_none(&problems);
}

/// The ids in an expression of metric math: they begin in lower case, functions and keywords do
/// not. Parameters, in `${…}`, are no ids.
fn ids(expression: &str) -> BTreeSet<String> {
    let mut parts = expression.split("${");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text += part.split_once('}').expect("a parameter ends").1;
    }
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .filter(|word| word.starts_with(|letter: char| letter.is_ascii_lowercase()))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_function_has_an_alarm_on_its_errors_and_on_its_throttles() {
    let template = template();
    let alarms = alarms(&template);
    let mut problems = Vec::new();
    for (id, _, function) in functions(&template) {
        let events = function["Properties"]["Events"].as_object();
        let is_scheduled = events
            .into_iter()
            .flat_map(serde_json::Map::values)
            .any(|event| event["Type"] == "Schedule");
        // A run of a schedule that is throttled does not take place, and that has an alarm.
        let throttled = if is_scheduled { "Invocations" } else { "Throttles" };
        for name in ["Errors", throttled] {
            if !alarms.iter().any(|alarm| alarm.watches(name, &id)) {
                problems.push(format!(
                    "no alarm watches {name} of {id}: add it to ErrorsOfFunctions, \
                     ThrottlesOfFunctions or FaultsOfExtras in template.yaml"
                ));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn only_the_function_that_publishes_to_its_own_topic_may_run_in_a_loop() {
    let template = template();
    let is_fed = |function: &Value| {
        let mut events = function["Properties"]["Events"].as_object().into_iter().flatten();
        events.any(|(_, event)| event["Type"] == "SQS")
    };
    let publishes = |function: &Value| {
        let policies = function["Properties"]["Policies"].as_array().into_iter().flatten();
        policies
            .flat_map(|policy| policy["Statement"].as_array().into_iter().flatten())
            .any(|statement| statement["Resource"] == json!({"Ref": "NotificationsTopic"}))
    };
    let mut looping = Vec::new();
    for (id, _, function) in functions(&template) {
        let allowed = &function["Properties"]["RecursiveLoop"];
        let wanted =
            if is_fed(&function) && publishes(&function) { json!("Allow") } else { Value::Null };
        assert_eq!(*allowed, wanted, "{id}: RecursiveLoop");
        looping.extend((!wanted.is_null()).then_some(id));
    }
    assert_eq!(looping.len(), 1, "{looping:?}");
    assert!(
        alarms(&template)
            .iter()
            .any(|alarm| alarm.watches("RecursiveInvocationsDropped", &looping[0])),
        "an alarm shows when Lambda drops messages all the same"
    );
}

#[test]
fn the_outputs_in_alarm_arn_fit_into_the_rollback_triggers_of_a_stack() {
    let template = template();
    let outputs = template.document()["Outputs"].as_object().expect("there are outputs");
    let triggers: Vec<&Value> = outputs
        .iter()
        .filter(|(name, _)| name.ends_with("AlarmArn"))
        .map(|(_, output)| &output["Value"]["Fn::GetAtt"])
        .collect();
    assert!(triggers.len() <= MOST_TRIGGERS, "{triggers:?}");
    let alarms = alarms(&template);
    for trigger in triggers {
        let id = trigger.as_str().and_then(|text| text.strip_suffix(".Arn"));
        assert!(alarms.iter().any(|alarm| Some(&*alarm.id) == id), "{trigger} is no alarm");
    }
}

#[test]
fn the_readme_lists_every_alarm_and_tells_what_all_of_them_cost() {
    let path = root().join("functions/README.md");
    let readme = fs::read_to_string(path).expect("functions/README.md can be read");
    let alarms = alarms(&template());
    let rows: BTreeSet<&str> = readme
        .lines()
        .filter(|line| line.starts_with("| `"))
        .flat_map(|line| line.split('|').nth(1).unwrap_or_default().split('`'))
        .collect();
    let missing = alarms.iter().filter(|alarm| !rows.contains(&*alarm.id));
    let problems: Vec<String> = missing
        .map(|alarm| format!("functions/README.md has no row for {} in its alarms", alarm.id))
        .collect();
    assert_none(&problems);
    let metrics: usize = alarms.iter().map(|alarm| alarm.metrics.len()).sum();
    let cents = metrics * CENTS_PER_METRIC;
    let told = format!("{metrics} metrics, ${}.{:02}", cents / 100, cents % 100);
    assert!(readme.contains(&told), "functions/README.md must tell what the alarms cost: {told}");
}

/// With a default value, CloudWatch gets a value for every line of the log, and bills the metric
/// for every hour.
#[test]
fn no_metric_filter_publishes_zeros() {
    let filters = resources(&template(), "AWS::Logs::MetricFilter");
    assert!(!filters.is_empty(), "template.yaml has metric filters");
    for (id, filter) in filters {
        for transformation in filter["Properties"]["MetricTransformations"].as_array().unwrap() {
            assert!(transformation["DefaultValue"].is_null(), "{id} must have no DefaultValue");
        }
    }
}
