//! How much a stack does in a second or in a day.

use crate::costs::{
    Case, Month, Profile, StackFigures, Units,
    month::{CLEANED_AT_ONCE, MESSAGES_AT_ONCE, PUSHED_AT_ONCE, SECONDS},
};

/// The share of a run that one task of the clean-up has while another one has as much to do.
const SLICE: f64 = 0.5;

/// What one more customer adds to a month.
pub(super) fn of_one_customer(profile: &Profile, units: &Units, stack: &StackFigures) -> Month {
    // So many that nothing is lost to rounding, and one more.
    let (none, some) =
        (Month::of(0.0, profile, units, stack), Month::of(1e6, profile, units, stack));
    let each = |of: fn(&Month) -> f64| (of(&some) - of(&none)) / 1e6;
    Month {
        requests: each(|month| month.requests),
        invocations: each(|month| month.invocations),
        gb_seconds: each(|month| month.gb_seconds),
        reads: each(|month| month.reads),
        writes: each(|month| month.writes),
        storage_gb: each(|month| month.storage_gb),
        topic_messages: each(|month| month.topic_messages),
        pushes: each(|month| month.pushes),
        text_messages: each(|month| month.text_messages),
        queue_requests: each(|month| month.queue_requests),
        log_gb: each(|month| month.log_gb),
        log_kept_gb: each(|month| month.log_kept_gb),
        cold_starts: each(|month| month.cold_starts),
        transfer_gb: each(|month| month.transfer_gb),
    }
}

/// How often something that happens so often in a month happens in the busiest second.
pub(super) fn busiest_second(profile: &Profile, monthly: f64) -> f64 {
    monthly / SECONDS * profile.peak.second
}

/// Messages to one customer that the notifier delivers in a second.
pub(super) fn messages_per_second(profile: &Profile, stack: &StackFigures) -> f64 {
    // Three trips to storage and one to SNS.
    let functions = &profile.functions;
    let millis = functions.push_millis + 3.0 * functions.round_trip_millis;
    stack.notifier_concurrency * MESSAGES_AT_ONCE * 1e3 / millis
}

/// Customers to whom all instances push a message to all in a second.
pub(super) fn pushed_customers_per_second(profile: &Profile, stack: &StackFigures) -> f64 {
    // One trip to storage and one to SNS.
    let functions = &profile.functions;
    let millis = functions.push_millis + functions.round_trip_millis;
    let able = stack.notifier_concurrency * PUSHED_AT_ONCE * 1e3 / millis;
    if stack.fan_out_rate > 0.0 { able.min(stack.fan_out_rate) } else { able }
}

/// Customers that the clean-up erases in a day.
pub(super) fn erasures_daily(profile: &Profile, units: &Units, stack: &StackFigures) -> f64 {
    daily(units.case(Case::Erasure).calls, profile, stack)
}

/// Wallets that the clean-up audits in a day.
pub(super) fn audits_daily(profile: &Profile, units: &Units, stack: &StackFigures) -> f64 {
    daily(units.case(Case::WalletAudit).calls, profile, stack)
}

/// Some calls of one item are made at once, so this is the least.
fn daily(calls: u32, profile: &Profile, stack: &StackFigures) -> f64 {
    let millis = f64::from(calls.max(1)) * profile.functions.round_trip_millis;
    let time = stack.clean_up_seconds * SLICE * stack.clean_ups_daily;
    time * 1e3 / millis * CLEANED_AT_ONCE
}
