//! Which quota ends first: for each, what a customer takes of it, and so at how many customers it is
//! used up.

mod capacity;

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use self::capacity::{
    audits_daily, busiest_second, erasures_daily, instances, messages_per_second,
    pushed_customers_per_second,
};
use super::{
    Case, Month, Prices, Profile, Quotas, StackFigures, Units,
    month::{DAYS, Upkeep},
};

/// Whose quota it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// A quota of the account or of the service.
    Aws,
    /// A parameter of the template, or a rule of the code.
    Ours,
}

/// A quota that the traffic of a customer takes a part of.
#[derive(Debug, Clone, Serialize)]
pub struct Limit {
    pub what: String,
    pub owner: Owner,
    pub quota: f64,
    pub unit: &'static str,
    /// At how many customers it is used up.
    pub customers: f64,
    /// What to raise.
    pub raise: String,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aws => "AWS",
            Self::Ours => "ours",
        })
    }
}

/// What limits are worked out from.
struct Of<'a> {
    profile: &'a Profile,
    units: &'a Units,
    stack: &'a StackFigures,
    quotas: &'a Quotas,
    /// The month of one customer, without what a stack without customers takes.
    each: Month,
    found: Vec<Limit>,
}

/// All limits that the traffic of the profile reaches, the first to end first.
pub fn limits(
    profile: &Profile,
    units: &Units,
    prices: &Prices,
    (stack, quotas): (&StackFigures, &Quotas),
) -> Vec<Limit> {
    let each = capacity::of_one_customer(profile, units, stack);
    let mut of = Of { profile, units, stack, quotas, each, found: Vec::new() };
    of.text_messages(prices);
    of.codes();
    of.gateway();
    of.functions();
    of.table();
    of.hot_partitions();
    of.notifications();
    of.clean_up();
    of.found.sort_by(|one, other| one.customers.total_cmp(&other.customers));
    of.found
}

impl Of<'_> {
    /// Adds a quota of which each customer takes `each`.
    fn add(
        &mut self,
        owner: Owner,
        (quota, unit): (f64, &'static str),
        each: f64,
        texts: [&str; 2],
    ) {
        if each > 0.0 {
            let [what, raise] = texts.map(str::to_owned);
            self.found.push(Limit { what, owner, quota, unit, customers: quota / each, raise });
        }
    }

    fn aws(&mut self, quota: (f64, &'static str), each: f64, texts: [&str; 2]) {
        self.add(Owner::Aws, quota, each, texts);
    }

    fn ours(&mut self, quota: (f64, &'static str), each: f64, texts: [&str; 2]) {
        self.add(Owner::Ours, quota, each, texts);
    }

    /// Of something that happens so often in a month: in the busiest second.
    fn peak(&self, monthly: f64) -> f64 {
        busiest_second(self.profile, monthly)
    }

    fn text_messages(&mut self, prices: &Prices) {
        let texts = self.each.text_messages;
        let shares = self.profile.text_messages.iter();
        let price: f64 = shares.map(|(country, share)| prices.text_messages[country] * share).sum();
        self.aws(
            (self.quotas.text_message_spend, "dollars a month"),
            texts * price,
            [
                "SNS: what text messages may cost",
                "the spend limit of the account, by a request to AWS; and leave the SMS sandbox",
            ],
        );
        self.aws(
            (self.quotas.text_messages, "a second"),
            self.peak(texts),
            [
                "SNS: text messages",
                "SNS's delivery rate and that of the origination number, by a request to AWS",
            ],
        );
    }

    fn codes(&mut self) {
        let daily = self.each.text_messages / DAYS * self.profile.peak.day;
        let largest = self.profile.text_messages.values().copied().fold(0.0, f64::max);
        let unused = daily * self.profile.peak.unused;
        self.ours(
            (self.stack.codes_per_country_daily_all, "a day"),
            daily * largest,
            ["Codes to one country", "`CodesPerCountryDailyAll`"],
        );
        self.ours(
            (self.stack.codes_per_country_daily, "a day"),
            unused * largest,
            ["Codes to one country that nobody has used", "`CodesPerCountryDaily`"],
        );
        self.ours(
            (self.stack.codes_total_daily, "a day"),
            unused,
            ["Codes that nobody has used", "`CodesTotalDaily`"],
        );
    }

    fn gateway(&mut self) {
        let all = self.peak(self.each.requests);
        self.aws(
            (self.quotas.api_requests, "a second"),
            all,
            ["API Gateway: requests of the account", "the quota of the account"],
        );
        let mut by_route: BTreeMap<&str, f64> = BTreeMap::new();
        for (name, requests) in &self.profile.requests {
            if let Some(route) = self.stack.routes.get(Case::operation(name)) {
                *by_route.entry(route).or_default() += requests;
            }
        }
        let stack = self.stack;
        let busiest =
            by_route.iter().filter(|(route, _)| !stack.rates.by_route.contains_key(**route));
        let busiest = busiest.max_by(|one, other| one.1.total_cmp(other.1));
        let own = [
            ("sendOTP", "`ThrottleSendOtpRate`"),
            ("AuthenticateCustomer", "`ThrottleAuthenticateRate`"),
            ("refresh_token_create", "`ThrottleRefreshRate`"),
        ];
        let own = own.iter().filter_map(|(operation, parameter)| {
            let route = stack.routes.get(*operation)?;
            Some((route.as_str(), by_route.get(route.as_str()).copied()?, *parameter))
        });
        let default = busiest.map(|(route, requests)| (*route, *requests, "`ThrottleRate`"));
        for (route, requests, parameter) in own.chain(default).collect::<Vec<_>>() {
            let path = route.trim_start_matches("ANY ");
            let what = format!("Gateway: requests to `{path}`");
            let raise = format!("{parameter}, and its burst");
            let each = self.peak(requests);
            self.ours((stack.rate_of(route), "a second"), each, [&what, &raise]);
        }
    }

    fn functions(&mut self) {
        let raise = "the quota of concurrent executions of the account; a new account may have 10";
        let busy = instances(self.profile, self.stack, &self.each);
        let what = "Lambda: instances of all functions";
        self.aws((self.quotas.instances, "at one moment"), busy, [what, raise]);
        let most = self.quotas.instances * self.quotas.invocations_per_instance;
        let invocations = self.peak(self.each.invocations);
        self.aws((most, "a second"), invocations, ["Lambda: invocations", raise]);
    }

    fn table(&mut self) {
        let (reads, writes) = (self.peak(self.each.reads), self.peak(self.each.writes));
        let start = "`WarmThroughput…`, before an expected rush; the table grows by itself to twice its \
                     last peak";
        let own = "`OnDemandThroughput…`";
        let of_account = "the quota of table-level throughput of the account";
        let (quotas, stack) = (self.quotas, self.stack);
        for (what, each, begins, most) in [
            (
                "read units",
                reads,
                (quotas.start_reads, stack.start_reads),
                (quotas.table_reads, stack.most_reads),
            ),
            (
                "write units",
                writes,
                (quotas.start_writes, stack.start_writes),
                (quotas.table_writes, stack.most_writes),
            ),
        ] {
            let at_once = begins.1.unwrap_or(begins.0);
            let named = format!("DynamoDB: {what} at once, of a new table or after quiet weeks");
            self.aws((at_once, "a second"), each, [&named, start]);
            let named = format!("DynamoDB: {what} of the table");
            self.aws((most.0, "a second"), each, [&named, of_account]);
            if let Some(bound) = most.1 {
                let named = format!("{what} of the table, by its own bound");
                self.ours((bound, "a second"), each, [&named, own]);
            }
        }
    }

    fn hot_partitions(&mut self) {
        let lists = self.peak(self.profile.requests_of("listNotifications")) / 2.0;
        self.aws(
            (self.quotas.partition_reads, "read units a second"),
            lists,
            [
                "DynamoDB: partition of the messages to all (`INBOX#ALL`)",
                "nothing: above it, lists show the messages to all as they were a minute ago",
            ],
        );
        let largest = self.profile.text_messages.values().copied().fold(0.0, f64::max);
        let codes = self.peak(self.each.text_messages) * largest;
        self.aws(
            (self.quotas.partition_writes, "write units a second"),
            codes,
            [
                "DynamoDB: counter of a country's codes (`RATE#budget#…`)",
                "nothing: DynamoDB splits its 16 shards when they are hot for long",
            ],
        );
        let moved = Upkeep::of(1.0, self.profile, self.stack).audits;
        let shards = 16.0 * self.quotas.partition_writes;
        let each = self.peak(moved) * self.units.case(Case::MovedMark).write_units;
        self.aws(
            (shards, "write units a second"),
            each,
            [
                "DynamoDB: list of the wallets that have moved, in 16 shards",
                "`AuditAfterSeconds`: a wallet is on the list once for each audit",
            ],
        );
    }

    fn notifications(&mut self) {
        let (profile, stack) = (self.profile, self.stack);
        let published = self.peak(self.each.pushes + self.each.topic_messages);
        self.aws(
            (self.quotas.publishes, "a second"),
            published,
            [
                "SNS: calls of Publish, pushes among them",
                "the quota of the account; or a lower `FanOutRate`",
            ],
        );
        let to_one = self.peak(profile.notifications.to_one);
        self.ours(
            (messages_per_second(profile, stack), "a second"),
            to_one,
            ["Notifier: messages to one customer", "`NotifierConcurrency`"],
        );
        if profile.notifications.to_all > 0.0 {
            let seconds = profile.notifications.to_all_hours * 3_600.0;
            let pushed = pushed_customers_per_second(profile, stack) * seconds;
            let what = format!(
                "Pushes of a message to all in {} hours",
                profile.notifications.to_all_hours
            );
            self.ours(
                (pushed, "customers"),
                profile.customers.with_devices,
                [&what, "`FanOutRate` with `NotifierConcurrency`, and SNS's quota"],
            );
        }
    }

    fn clean_up(&mut self) {
        let (profile, stack) = (self.profile, self.stack);
        let upkeep = Upkeep::of(1.0, profile, stack);
        let erasures = erasures_daily(profile, self.units, stack);
        self.ours(
            (erasures, "a day"),
            upkeep.erasures / DAYS,
            ["Clean-up: erasures of customers who left", "`CleanupTimeout`, then `CleanupRate`"],
        );
        let audits = audits_daily(profile, self.units, stack);
        self.ours((audits, "a day"), upkeep.audits / DAYS, [
            "Clean-up: audits of wallets that have moved",
            "`AuditAfterSeconds`, so that one audit does for more movements; then `CleanupTimeout`",
        ]);
        let entries = profile.requests_of("updateWallet") * profile.storage.entry_months;
        let swept = stack.audit_entries * stack.clean_ups_daily * DAYS * profile.peak.sweep_months;
        let what = format!("Audit: sweep of all entries in {} months", profile.peak.sweep_months);
        self.ours((swept, "entries"), entries, [&what, "`AuditEntries`"]);
    }
}
