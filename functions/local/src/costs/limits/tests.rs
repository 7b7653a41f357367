//! Limits against figures that were worked out by hand.

use super::*;
use crate::{
    costs::{Counted, Forecast},
    template::{Overrides, Template},
};

/// A profile whose only traffic is this.
fn only(requests: &[(&str, f64)], others: &str) -> Profile {
    let mut profile = Profile::replaced_by(&format!("[peak]\nsecond = 10\n{others}")).unwrap();
    profile.requests.values_mut().for_each(|each| *each = 0.0);
    for (name, each) in requests {
        profile.requests.insert((*name).to_owned(), *each);
    }
    profile.notifications.to_one = 0.0;
    profile
}

fn found(profile: Profile, parameters: &[(&str, &str)]) -> Vec<Limit> {
    let set = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let template = Template::embedded().unwrap();
    let parameters = set.collect::<Overrides>();
    let (units, prices) = (Units::counted(), Prices::list());
    Forecast::new(profile, units, prices, (&template, parameters)).unwrap().limits()
}

fn customers(limits: &[Limit], what: &str) -> f64 {
    let limit = limits.iter().find(|limit| limit.what.contains(what));
    limit.unwrap_or_else(|| panic!("no {what} in {limits:#?}")).customers
}

fn assert_near(found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() < 1e-6, "{found} instead of {expected}");
}

const NO_RUSH: &str = "[notifications]\nto_all = 0\n";

#[test]
fn a_rate_ends_where_the_busiest_second_of_all_customers_takes_it() {
    // 259.2 requests of 2,592,000 seconds are 0.0001 a second, and 0.001 in the busiest one.
    let limits = found(only(&[("refresh_token_create", 259.2)], NO_RUSH), &[]);
    assert_near(customers(&limits, "`/api/refresh-token`"), 200.0 / 0.001);
    assert_near(customers(&limits, "requests of the account"), 10_000.0 / 0.001);
    // A write for the refresh, another for its acknowledgement.
    assert_near(customers(&limits, "write units of the table"), 40_000.0 / 0.002);
    assert_near(customers(&limits, "write units of a table that is new"), 4_000.0 / 0.002);
    let limits = found(
        only(&[("refresh_token_create", 259.2)], NO_RUSH),
        &[("ThrottleRefreshRate", "50"), ("OnDemandThroughputWrites", "1000")],
    );
    assert_near(customers(&limits, "`/api/refresh-token`"), 50.0 / 0.001);
    assert_near(customers(&limits, "by its own bound"), 1_000.0 / 0.002);
}

#[test]
fn a_message_to_all_takes_its_part_before_any_customer() {
    // 1,000 pushes a second, of which 50 open the app, each with 259.2 / 15 refreshes: 864.
    let others = "[notifications]\nto_all = 1\nopened = 0.05\n[customers]\nopenings = 15\n";
    let profile = only(&[("refresh_token_create", 259.2)], others);
    let limits = found(profile.clone(), &[("ThrottleRefreshRate", "1000")]);
    assert_near(customers(&limits, "`/api/refresh-token`"), (1_000.0 - 864.0) / 0.001);
    let limits = found(profile, &[("ThrottleRefreshRate", "864")]);
    assert!(customers(&limits, "`/api/refresh-token`") < 1e-9);
    // Two hours at 1,000 customers a second, for the nine of ten with a device.
    assert_near(customers(&limits, "Pushes of a message to all"), 7_200_000.0 / 0.9);
}

#[test]
fn text_messages_end_by_money_and_by_budgets() {
    // Three codes a month, 0.2 on the busiest day, of which 0.02 are not used.
    let others = format!("day = 2\nunused = 0.1\n{NO_RUSH}[text_messages]\nUS = 0.6\nGB = 0.4\n");
    let limits = found(only(&[("sendOTP", 3.0)], &others), &[]);
    assert_near(customers(&limits, "may cost"), 1.0 / (3.0 * (0.6 * 0.0085 + 0.4 * 0.04)));
    assert_near(customers(&limits, "Codes that nobody"), 5_000.0 / 0.02);
    let country = |limit: &&Limit| limit.what == "Codes to one country";
    assert_near(limits.iter().find(country).unwrap().customers, 20_000.0 / (0.2 * 0.6));
}

#[test]
fn the_clean_up_ends_by_its_time_and_the_sweep_by_its_entries() {
    let mut profile = only(&[("DeleteCustomer", 0.3), ("updateWallet", 3.0)], NO_RUSH);
    profile.functions.round_trip_millis = 10.0;
    profile.storage.entry_months = 4.0;
    profile.peak.sweep_months = 2.0;
    let counted = Counted { calls: 20, read_units: 1.0, write_units: 1.0 };
    let text = serde_json::json!({"erasure": counted, "wallet_audit": counted}).to_string();
    let units = Units::counted().replaced_by(&text).unwrap();
    let template = Template::embedded().unwrap();
    let forecast = Forecast::new(profile, units, Prices::list(), (&template, Overrides::new()));
    let limits = forecast.unwrap().limits();
    // 24 runs of 300 seconds, half of each for the task, 0.2 seconds each, eight at once.
    let daily = 24.0 * 150.0 / 0.2 * 8.0;
    assert_near(customers(&limits, "erasures"), daily / 0.01);
    assert_near(customers(&limits, "audits"), daily / 0.1);
    // 2,000 entries in each of 1,440 runs.
    assert_near(customers(&limits, "sweep"), 2_000.0 * 1_440.0 / 12.0);
}

#[test]
fn the_first_to_end_comes_first() {
    let limits = found(Profile::usual(), &[]);
    assert!(limits.windows(2).all(|pair| pair[0].customers <= pair[1].customers));
    assert!(limits.len() > 20, "{limits:#?}");
}
