//! What a deploy of the template costs and allows: numbers that no function reads.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Template,
    error::TemplateError,
    intrinsics::{Scope, StandIns},
    location::Location,
    parameters::{self, Overrides},
};

/// Requests a second that the gateway lets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteRates {
    /// To each route without a rate of its own.
    pub default: u64,
    /// By route key.
    pub by_route: BTreeMap<String, u64>,
}

impl Template {
    /// The value of each parameter.
    pub fn values(&self, overrides: &Overrides) -> Result<Overrides, TemplateError> {
        parameters::values(&self.parameters, overrides)
    }

    /// How many metrics the alarms of a deploy with these parameters watch.
    pub fn alarm_metrics(&self, overrides: &Overrides) -> Result<usize, TemplateError> {
        self.scoped(overrides, |scope| {
            let mut count = 0;
            for (_, alarm) in self.of_type("AWS::CloudWatch::Alarm") {
                if !scope.is_created(alarm)? {
                    continue;
                }
                let Some(entries) = alarm["Properties"]["Metrics"].as_array() else {
                    count += 1;
                    continue;
                };
                for entry in entries {
                    count += usize::from(scope.is_watched(entry)?);
                }
            }
            Ok(count)
        })
    }

    /// The throttles of the API.
    pub fn route_rates(&self, overrides: &Overrides) -> Result<RouteRates, TemplateError> {
        self.scoped(overrides, |scope| {
            let at = Location::new("Resources").child("Api").child("Properties");
            let api = &self.document["Resources"]["Api"]["Properties"];
            let rate = |settings: &Value, at: &Location| {
                scope.number(&settings["ThrottlingRateLimit"], &at.child("ThrottlingRateLimit"))
            };
            let default = rate(&api["DefaultRouteSettings"], &at.child("DefaultRouteSettings"))?;
            let at = at.child("RouteSettings");
            let settings = scope.resolve(&api["RouteSettings"], &at)?.unwrap_or_default();
            let mut by_route = BTreeMap::new();
            for (route, settings) in settings.as_object().into_iter().flatten() {
                by_route.insert(route.clone(), rate(settings, &at.child(route))?);
            }
            Ok(RouteRates { default, by_route })
        })
    }

    fn scoped<T>(
        &self,
        overrides: &Overrides,
        read: impl FnOnce(&Scope<'_>) -> Result<T, TemplateError>,
    ) -> Result<T, TemplateError> {
        let stand_ins = StandIns::default();
        read(&Scope::new(&self.document, self.values(overrides)?, &stand_ins))
    }
}

impl Scope<'_> {
    /// Whether an entry of an alarm's `Metrics` is a metric, and there under these parameters.
    fn is_watched(&self, entry: &Value) -> Result<bool, TemplateError> {
        let Some([condition, then, _]) = entry["Fn::If"].as_array().map(Vec::as_slice) else {
            return Ok(!entry["MetricStat"].is_null());
        };
        let holds = self.condition(condition.as_str().unwrap_or_default())?;
        Ok(holds && !then["MetricStat"].is_null())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(values: &[(&str, &str)]) -> Overrides {
        values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn metrics_of_alarms_follow_the_parameters() {
        let template = Template::embedded().unwrap();
        let count = |values: &[_]| template.alarm_metrics(&set(values)).unwrap();
        let (least, codes) = (count(&[]), count(&[("CodeCountries", "US")]));
        let all = count(&[("CodeCountries", "US"), ("EnableMock", "true")]);
        assert_eq!((codes - least, all - codes), (2, 2));
    }

    #[test]
    fn a_route_has_its_own_rate_or_that_of_all() {
        let template = Template::embedded().unwrap();
        let rates = template.route_rates(&set(&[("ThrottleSendOtpRate", "7")])).unwrap();
        assert_eq!(rates.default, 500);
        assert_eq!(rates.by_route["ANY /api/send-otp"], 7);
        assert!(!rates.by_route.contains_key("ANY /api/customer"));
    }
}
