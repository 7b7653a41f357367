//! Which quota ends first: for each, what a customer takes of it, and so at how many customers it
//! is used up.

mod capacity;

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use self::capacity::{
    audits_daily, busiest_second, erasures_daily, messages_per_second, pushed_customers_per_second,
};
use super::{
    Case, Month, Prices, Profile, Quotas, StackFigures, Units,
    month::{DAYS, Upkeep},
    profile::{Customers, Notifications},
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

/// A quota with its unit.
type Quota = (f64, &'static str);

/// What the busiest second takes of something, by what a customer takes in a month.
type AtPeak<'a> = fn(&Of<'a>, f64) -> Taken;

/// What is taken of a quota.
#[derive(Debug, Clone, Copy)]
struct Taken {
    /// By each customer.
    each: f64,
    /// By all together, however many they are.
    by_all: f64,
}

impl Taken {
    fn by_each(each: f64) -> Self {
        Self { each, by_all: 0.0 }
    }
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
    /// Adds a quota of AWS and what of it is taken.
    fn aws(&mut self, quota: Quota, taken: Taken, what: &str, raise: &str) {
        self.add(Owner::Aws, quota, taken, (what, raise));
    }

    /// Adds a quota of ours and what of it is taken.
    fn ours(&mut self, quota: Quota, taken: Taken, what: &str, raise: &str) {
        self.add(Owner::Ours, quota, taken, (what, raise));
    }

    fn add(&mut self, owner: Owner, (quota, unit): Quota, taken: Taken, texts: (&str, &str)) {
        if taken.each > 0.0 {
            let (what, raise) = (texts.0.to_owned(), texts.1.to_owned());
            let customers = (quota - taken.by_all).max(0.0) / taken.each;
            self.found.push(Limit { what, owner, quota, unit, customers, raise });
        }
    }

    /// What the busiest second takes of something of which a customer takes so much in a month. A
    /// message to all adds the openings of the app upon its pushes, whose rate does not grow with
    /// the customers.
    fn peak(&self, monthly: f64) -> Taken {
        let opened = pushed_customers_per_second(self.profile, self.stack)
            * self.profile.notifications.opened
            * f64::from(u8::from(self.profile.notifications.to_all > 0.0));
        let by_all = opened * monthly / self.profile.customers.openings.max(1.0);
        Taken { by_all, ..self.steady(monthly) }
    }

    /// The same of something that has nothing to do with openings of the app.
    fn steady(&self, monthly: f64) -> Taken {
        Taken::by_each(busiest_second(self.profile, monthly))
    }

    fn text_messages(&mut self, prices: &Prices) {
        let texts = self.each.text_messages;
        let shares = self.profile.text_messages.iter();
        let price: f64 = shares.map(|(country, share)| prices.text_messages[country] * share).sum();
        self.aws(
            (self.quotas.text_message_spend, "USD a month"),
            Taken::by_each(texts * price),
            "SNS: what text messages may cost",
            "the spend limit of the account, by a request to AWS; and leave the SMS sandbox",
        );
        self.aws(
            (self.quotas.text_messages, "a second"),
            self.steady(texts),
            "SNS: text messages",
            "SNS's rate and that of the origination number, by a request to AWS",
        );
    }

    fn codes(&mut self) {
        let daily = self.each.text_messages / DAYS * self.profile.peak.day;
        let unused = daily * self.profile.peak.unused;
        let largest = self.largest_country();
        self.ours(
            (self.stack.codes_per_country_daily_all, "a day"),
            Taken::by_each(daily * largest),
            "Codes to one country",
            "`CodesPerCountryDailyAll`",
        );
        self.ours(
            (self.stack.codes_per_country_daily, "a day"),
            Taken::by_each(unused * largest),
            "Codes to one country that nobody has used",
            "`CodesPerCountryDaily`",
        );
        self.ours(
            (self.stack.codes_total_daily, "a day"),
            Taken::by_each(unused),
            "Codes that nobody has used",
            "`CodesTotalDaily`",
        );
    }

    /// The share of the country with most text messages.
    fn largest_country(&self) -> f64 {
        self.profile.text_messages.values().copied().fold(0.0, f64::max)
    }

    fn gateway(&mut self) {
        self.aws(
            (self.quotas.api_requests, "a second"),
            self.peak(self.each.requests),
            "API Gateway: requests of the account",
            "the quota of the account",
        );
        let stack = self.stack;
        let mut by_route: BTreeMap<&str, f64> = BTreeMap::new();
        for (name, requests) in &self.profile.requests {
            if let Some(route) = stack.routes.get(Case::operation(name)) {
                *by_route.entry(route).or_default() += requests;
            }
        }
        let throttled: [(&str, &str, AtPeak<'_>); 3] = [
            ("sendOTP", "`ThrottleSendOtpRate`", Self::steady),
            ("AuthenticateCustomer", "`ThrottleAuthenticateRate`", Self::steady),
            ("refresh_token_create", "`ThrottleRefreshRate`", Self::peak),
        ];
        for (operation, parameter, taken) in throttled {
            let route = stack.routes.get(operation).map_or("", String::as_str);
            let requests = by_route.get(route).copied().unwrap_or(0.0);
            self.route(route, taken(self, requests), parameter);
        }
        let others = by_route.iter().filter(|one| !stack.rates.by_route.contains_key(*one.0));
        if let Some((route, requests)) = others.max_by(|one, other| one.1.total_cmp(other.1)) {
            self.route(route, self.peak(*requests), "`ThrottleRate`");
        }
    }

    /// Adds the throttle of a route.
    fn route(&mut self, route: &str, taken: Taken, parameter: &str) {
        self.ours(
            (self.stack.rate_of(route), "a second"),
            taken,
            &format!("Gateway: requests to `{}`", route.trim_start_matches("ANY ")),
            &format!("{parameter}, and its burst"),
        );
    }

    fn functions(&mut self) {
        const RAISE: &str =
            "the account's quota of concurrent executions; a new account may have 10";
        // An instance that is busy for a second takes its memory in GB-seconds.
        let busy = self.each.gb_seconds / (self.stack.memory_mib / 1024.0);
        self.aws(
            (self.quotas.instances, "at one moment"),
            self.peak(busy),
            "Lambda: instances of all functions",
            RAISE,
        );
        self.aws(
            (self.quotas.instances * self.quotas.invocations_per_instance, "a second"),
            self.peak(self.each.invocations),
            "Lambda: invocations of all functions",
            RAISE,
        );
    }

    fn table(&mut self) {
        let (quotas, stack) = (self.quotas, self.stack);
        self.table_units(
            "read units",
            self.peak(self.each.reads),
            [stack.start_reads.unwrap_or(quotas.start_reads), quotas.table_reads],
            stack.most_reads,
        );
        self.table_units(
            "write units",
            self.peak(self.each.writes),
            [stack.start_writes.unwrap_or(quotas.start_writes), quotas.table_writes],
            stack.most_writes,
        );
    }

    fn table_units(
        &mut self,
        units: &str,
        taken: Taken,
        [start, most]: [f64; 2],
        bound: Option<f64>,
    ) {
        self.aws(
            (start, "a second"),
            taken,
            &format!("DynamoDB: {units} of a table that is new or was idle"),
            "`WarmThroughput…` before a rush; in use, the table grows to twice its last peak",
        );
        self.aws(
            (most, "a second"),
            taken,
            &format!("DynamoDB: {units} of the table"),
            "the account's quota of throughput for a table",
        );
        if let Some(bound) = bound {
            let what = format!("DynamoDB: {units} of the table, by its own bound");
            self.ours((bound, "a second"), taken, &what, "`OnDemandThroughput…`");
        }
    }

    fn hot_partitions(&mut self) {
        const WRITES: &str = "write units a second";
        self.aws(
            (self.quotas.partition_reads, "read units a second"),
            // Half a unit for each list.
            self.peak(self.profile.requests_of("listNotifications") / 2.0),
            "DynamoDB: partition of the messages to all (`INBOX#ALL`)",
            "nothing: above it, lists show the messages to all as of a minute ago",
        );
        self.aws(
            (self.quotas.partition_writes, WRITES),
            self.steady(self.each.text_messages * self.largest_country()),
            "DynamoDB: counter of a country's codes (`RATE#budget#…`)",
            "nothing: DynamoDB splits its 16 shards when they are hot for long",
        );
        let moved = Upkeep::of(1.0, self.profile, self.stack).audits;
        self.aws(
            (16.0 * self.quotas.partition_writes, WRITES),
            self.peak(moved * self.units.case(Case::MovedMark).write_units),
            "DynamoDB: list of the wallets that have moved, in 16 shards",
            "`AuditAfterSeconds`: a wallet is on the list once for each audit",
        );
    }

    fn notifications(&mut self) {
        let (profile, stack) = (self.profile, self.stack);
        let Notifications { to_one, to_all, to_all_hours, .. } = profile.notifications;
        let Customers { with_devices, devices, .. } = profile.customers;
        let pushed = pushed_customers_per_second(profile, stack);
        let by_all = if to_all > 0.0 { pushed * devices } else { 0.0 };
        self.aws(
            (self.quotas.publishes, "a second"),
            Taken { by_all, ..self.steady(to_one * (1.0 + with_devices * devices)) },
            "SNS: calls of Publish, pushes among them",
            "the quota of the account; or a lower `FanOutRate`",
        );
        self.ours(
            (messages_per_second(profile, stack), "a second"),
            self.steady(to_one),
            "Notifier: messages to one customer",
            "`NotifierConcurrency`",
        );
        if to_all > 0.0 {
            self.ours(
                (pushed * to_all_hours * 3_600.0, "customers"),
                Taken::by_each(with_devices),
                &format!("Pushes of a message to all in {to_all_hours} hours"),
                "`FanOutRate` with `NotifierConcurrency`, and SNS's quota",
            );
        }
    }

    fn clean_up(&mut self) {
        let (profile, stack) = (self.profile, self.stack);
        let upkeep = Upkeep::of(1.0, profile, stack);
        self.ours(
            (erasures_daily(profile, self.units, stack), "a day"),
            Taken::by_each(upkeep.erasures / DAYS),
            "Clean-up: erasures of customers who left",
            "`CleanupTimeout`, then `CleanupRate`",
        );
        self.ours(
            (audits_daily(profile, self.units, stack), "a day"),
            Taken::by_each(upkeep.audits / DAYS),
            "Clean-up: audits of wallets that have moved",
            "`AuditAfterSeconds`: one audit then does for more movements; then `CleanupTimeout`",
        );
        let entries = profile.requests_of("updateWallet") * profile.storage.entry_months;
        let months = profile.peak.sweep_months;
        self.ours(
            (stack.audit_entries * stack.clean_ups_daily * DAYS * months, "entries"),
            Taken::by_each(entries),
            &format!("Audit: sweep of all entries in {months} months"),
            "`AuditEntries`",
        );
    }
}

#[cfg(test)]
mod tests;
