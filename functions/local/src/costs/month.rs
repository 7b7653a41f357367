//! What a stack consumes in a month.

use super::{Case, Counted, Profile, StackFigures, Units};

pub(super) const DAYS: f64 = 30.0;
/// How often a day the clean-up looks for messages whose time has come.
const MINUTES_DAILY: f64 = 1_440.0;
const HOURS: f64 = 24.0;
pub(super) const SECONDS: f64 = DAYS * HOURS * 3_600.0;
/// The ranges of the pushes of a message to all: each has a page at least.
const RANGES: f64 = 256.0;
/// What Lambda asks an idle queue in a month: five pollers, each for 20 seconds at a time.
const IDLE_POLLS: f64 = 5.0 * SECONDS / 20.0;
/// What the queue is asked for a message: to take it, to give it, to forget it.
const QUEUE_REQUESTS: f64 = 3.0;
/// What the clean-up works on at once.
pub(super) const CLEANED_AT_ONCE: f64 = 8.0;
/// To how many customers of a page an instance pushes at once, and how many messages it handles.
pub(super) const PUSHED_AT_ONCE: f64 = 16.0;
pub(super) const MESSAGES_AT_ONCE: f64 = 4.0;
/// Lines of the log for a request: one of ours, three of Lambda's, one of the gateway's.
const PLATFORM_LINES: f64 = 3.0;
const KB_PER_GB: f64 = 1024.0 * 1024.0;

/// Quantities of a month.
#[derive(Debug, Clone, Default)]
pub struct Month {
    /// Requests to the API.
    pub requests: f64,
    pub invocations: f64,
    pub gb_seconds: f64,
    pub reads: f64,
    pub writes: f64,
    pub storage_gb: f64,
    /// Messages to one customer, pages and messages to all, which come in by the topic.
    pub topic_messages: f64,
    pub pushes: f64,
    pub text_messages: f64,
    pub queue_requests: f64,
    pub log_gb: f64,
    /// What of the logs is kept, compressed.
    pub log_kept_gb: f64,
    pub cold_starts: f64,
    pub transfer_gb: f64,
}

/// Work of a month that is neither a request nor a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Upkeep {
    pub clean_ups: f64,
    pub message_runs: f64,
    pub erasures: f64,
    pub audits: f64,
}

impl Upkeep {
    pub fn of(customers: f64, profile: &Profile, stack: &StackFigures) -> Self {
        let movements = profile.requests_of("updateWallet");
        // A wallet is audited once for all movements of so long.
        let most_audits = SECONDS / stack.audit_after_seconds.max(SECONDS / 1e6);
        Self {
            clean_ups: stack.clean_ups_daily * DAYS,
            message_runs: MINUTES_DAILY * DAYS,
            erasures: customers * profile.requests_of("DeleteCustomer"),
            audits: customers * movements.min(most_audits),
        }
    }
}

impl Month {
    pub fn of(customers: f64, profile: &Profile, units: &Units, stack: &StackFigures) -> Self {
        let mut month = Self {
            requests: customers * profile.all_requests(),
            text_messages: customers * profile.requests_of("sendOTP"),
            ..Self::default()
        };
        for (name, each) in &profile.requests {
            month.spend(units.request(name), customers * each);
        }
        let refreshes = customers * profile.requests_of("refresh_token_create");
        month.spend(units.case(Case::Acknowledgement), refreshes);
        month.notify(customers, profile, units, stack);
        month.keep_up(customers, profile, units, stack);
        month.run(customers, profile, stack);
        month.log(profile, stack);
        month.store(customers, profile, stack);
        month
    }

    fn spend(&mut self, counted: Counted, times: f64) {
        self.reads += counted.read_units * times;
        self.writes += counted.write_units * times;
    }

    fn notify(&mut self, customers: f64, profile: &Profile, units: &Units, stack: &StackFigures) {
        let (to_one, to_all) =
            (customers * profile.notifications.to_one, profile.notifications.to_all);
        let with = profile.customers.with_devices;
        self.spend(units.case(Case::MessageToOne), to_one * with);
        self.spend(units.case(Case::MessageWithoutDevice), to_one * (1.0 - with));
        let pages = RANGES + customers * with / stack.fan_out_page;
        self.spend(units.case(Case::MessageToAll), to_all);
        self.spend(units.case(Case::PageOfPushes), to_all * pages);
        self.spend(units.case(Case::PushedCustomer), to_all * customers * with);
        self.pushes += (to_one + to_all * customers) * with * profile.customers.devices;
        self.topic_messages += to_one + to_all * (1.0 + pages);
        self.queue_requests += self.topic_messages * QUEUE_REQUESTS + IDLE_POLLS;
    }

    fn keep_up(&mut self, customers: f64, profile: &Profile, units: &Units, stack: &StackFigures) {
        let upkeep = Upkeep::of(customers, profile, stack);
        self.spend(units.case(Case::IdleCleanUp), upkeep.clean_ups);
        self.spend(units.case(Case::IdleMessageRun), upkeep.message_runs);
        self.spend(units.case(Case::Erasure), upkeep.erasures);
        self.spend(units.case(Case::MovedMark), upkeep.audits);
        self.spend(units.case(Case::WalletAudit), upkeep.audits);
        // The sweep: an entry has half a KB, and a strongly consistent unit is 4 KB.
        let swept = stack.audit_entries * upkeep.clean_ups;
        let stored = customers * profile.requests_of("updateWallet") * profile.storage.entry_months;
        self.reads += swept.min(stored * upkeep.clean_ups) / 8.0;
        let calls = |case| f64::from(units.case(case).calls);
        let trips = upkeep.clean_ups * calls(Case::IdleCleanUp)
            + upkeep.message_runs * calls(Case::IdleMessageRun)
            + (upkeep.erasures * calls(Case::Erasure) + upkeep.audits * calls(Case::WalletAudit))
                / CLEANED_AT_ONCE;
        self.gb_seconds += trips * profile.functions.round_trip_millis / 1e3;
        self.invocations += upkeep.clean_ups + upkeep.message_runs;
    }

    /// Turns seconds of functions into GB-seconds, after all others are there.
    fn run(&mut self, customers: f64, profile: &Profile, stack: &StackFigures) {
        let functions = &profile.functions;
        self.invocations += self.requests + self.topic_messages;
        self.cold_starts = self.invocations * functions.cold_starts;
        let pushed = profile.notifications.to_all * customers * profile.customers.with_devices;
        let pushing = self.topic_messages * functions.push_millis
            + pushed * functions.push_millis / PUSHED_AT_ONCE;
        let millis = self.requests * functions.millis
            + self.text_messages * functions.text_message_millis
            + pushing
            + self.cold_starts * functions.cold_start_millis;
        self.gb_seconds = (self.gb_seconds + millis / 1e3) * stack.memory_mib / 1024.0;
        self.transfer_gb = self.requests * profile.answers.bytes / 1e9;
    }

    fn log(&mut self, profile: &Profile, stack: &StackFigures) {
        let logs = &profile.logs;
        let line = (logs.line + logs.overhead) / stack.log_sampling.max(1.0);
        let platform = logs.platform + PLATFORM_LINES * logs.overhead;
        let access = logs.access + logs.overhead;
        let notifier = self.invocations - self.requests;
        let bytes = self.requests * (line + platform + access)
            + notifier * (logs.line + logs.overhead + platform);
        self.log_gb = bytes / 1e9;
        self.log_kept_gb = self.log_gb * logs.kept * stack.log_retention_days / DAYS;
    }

    fn store(&mut self, customers: f64, profile: &Profile, stack: &StackFigures) {
        let storage = &profile.storage;
        let messages = profile.notifications.to_one * stack.inbox_days / DAYS;
        let entries = profile.requests_of("updateWallet") * storage.entry_months;
        let kb = customers
            * (profile.customers.registered * storage.account_kb
                + storage.short_lived_kb
                + messages * storage.notification_kb
                + entries * storage.entry_kb);
        self.storage_gb = kb / KB_PER_GB;
    }
}
