//! The counters behind the limits on codes. Each changes by a conditional write of its own; none
//! takes part in a transaction.

use aws_sdk_dynamodb::{
    operation::put_item::PutItemError,
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::Deserialize;
use table::{DUE, DUE_AT, EXPIRES, Item, Key, Query, due_day, expiring_item, number, record, text};

use crate::{
    account::{minute_of, store::refused_item},
    hashes::{AddressHash, PhoneHash},
    ids::CustomerId,
    limits::{
        SHARDS, SendLimits, SendLog, TryLimits, Wait, keys, share_of, to_next_day, to_next_hour,
        to_next_minute,
    },
    store::{Store, StoreError},
};

/// What came of counting one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Counted: so many in this window, this one among them.
    Within(u32),
    /// Not counted: the limit is reached.
    Over(Wait),
}

/// What wrong tries are counted on.
#[derive(Debug, Clone)]
pub enum TriesOn {
    /// A phone that somebody says is theirs.
    Phone(PhoneHash),
    /// The customer to whose own phone the code was sent: a thief of a token cannot use up what the
    /// phone has for its log-ins.
    Customer(CustomerId),
}

/// Which of a day's budgets.
#[derive(Debug, Clone, Copy)]
pub enum BudgetKind<'a> {
    /// Of one country, ISO 3166-1 alpha-2.
    Country(&'a str),
    /// Of all.
    Total,
}

impl BudgetKind<'_> {
    fn scope(&self) -> &str {
        match self {
            Self::Country(country) => country,
            Self::Total => "ALL",
        }
    }

    fn limit(&self, limits: &SendLimits) -> u32 {
        match self {
            Self::Country(_) => limits.per_country_daily,
            Self::Total => limits.total_daily,
        }
    }
}

impl Store {
    /// The sends to a phone, strongly consistent. One trip, one read unit.
    pub async fn send_log(&self, phone: &PhoneHash) -> Result<SendLog, StoreError> {
        Ok(self.table.get(keys::sends_to_phone(phone), true).await?.unwrap_or_default())
    }

    /// Writes the sends to a phone in place of the revision before; false where another send came
    /// between. One trip, one write unit; two where none of them was left.
    pub async fn replace_send_log(
        &self,
        phone: &PhoneHash,
        log: &SendLog,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let hour = SignedDuration::from_hours(1);
        let item = expiring_item(keys::sends_to_phone(phone), "send_log", log, now + hour)?;
        let sent = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR revision = :before")
            .expression_attribute_values(":before", number(log.revision - 1))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(true),
            Err(error)
                if matches!(
                    error.as_service_error(),
                    Some(PutItemError::ConditionalCheckFailedException(_))
                ) =>
            {
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Counts a send from an address in this hour. One trip, one write unit; two for the first.
    pub async fn count_send(
        &self,
        address: &AddressHash,
        limits: &SendLimits,
        now: Timestamp,
    ) -> Result<Counted, StoreError> {
        let key = keys::sends_from_address(address, now);
        let added = self.add_within(key, &[("n", limits.per_address_hourly)], now, 2).await?;
        Ok(added.map_or(Counted::Over(to_next_hour(now)), |counts| {
            Counted::Within(count_in(&counts, "n"))
        }))
    }

    /// Counts a write of a customer in this minute, at most `most`. One trip, one write unit, and
    /// another for the first one of an hour: an item holds the minutes of an hour, so that there
    /// are not sixty of them to be deleted.
    pub async fn count_write(
        &self,
        customer: CustomerId,
        most: u32,
        now: Timestamp,
    ) -> Result<Counted, StoreError> {
        let minute = format!("m{:02}", minute_of(now).rem_euclid(60));
        let added = self
            .add_within(keys::writes_of_customer(customer, now), &[(&minute, most)], now, 2)
            .await?;
        Ok(added.map_or(Counted::Over(to_next_minute(now)), |counts| {
            Counted::Within(count_in(&counts, &minute))
        }))
    }

    /// Counts a try from an address against all three of its limits: in all of them or in none.
    /// What it gives is the count of the hour from that address. One trip, one write unit; two for
    /// the first of a day.
    pub async fn count_try(
        &self,
        on: &TriesOn,
        address: &AddressHash,
        limits: &TryLimits,
        now: Timestamp,
    ) -> Result<Counted, StoreError> {
        let [hour, day] = try_counters(address, now);
        let limits = [
            (hour.as_str(), limits.per_phone_and_address_hourly),
            (day.as_str(), limits.per_phone_and_address_daily),
            ("n", limits.per_phone_daily),
        ];
        let refused = match self.add_within(on.key(now), &limits, now, 48).await? {
            Ok(counts) => return Ok(Counted::Within(count_in(&counts, &hour))),
            Err(item) => item,
        };
        let reached = |name: &str, limit: u32| count_in(&refused, name) >= limit;
        let for_the_day = limits[1..].iter().any(|(name, limit)| reached(name, *limit));
        Ok(Counted::Over(if for_the_day { to_next_day(now) } else { to_next_hour(now) }))
    }

    /// Takes back a try that turned out right. One trip, one write unit.
    pub async fn uncount_try(
        &self,
        on: &TriesOn,
        address: &AddressHash,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let [hour, day] = try_counters(address, now);
        self.subtract(on.key(now), &[&hour, &day, "n"]).await.map(|_| ())
    }

    /// What each shard of a day's budget holds. One trip, half a read unit.
    pub async fn budget_spent(
        &self,
        budget: BudgetKind<'_>,
        day: Date,
    ) -> Result<[u32; SHARDS as usize], StoreError> {
        #[derive(Deserialize)]
        struct Shard {
            sk: String,
            n: u32,
        }
        let shards = self
            .table
            .all(Query::of(keys::budget_shard(budget.scope(), day, 0).partition()))
            .await?;
        let mut spent = [0; SHARDS as usize];
        for item in shards {
            let shard: Shard = record(item)?;
            let place = shard.sk.rsplit('#').next().and_then(|number| number.parse::<usize>().ok());
            if let Some(count) = place.and_then(|place| spent.get_mut(place)) {
                *count = shard.n;
            }
        }
        Ok(spent)
    }

    /// Spends one of a day's budget at a shard that has room by `spent`, beginning at `first`; none
    /// where no shard has any.
    ///
    /// One trip, one write unit (two for the first of a day in that shard), and one more of each
    /// for every shard that filled up since `spent` was read.
    pub async fn spend_budget(
        &self,
        budget: BudgetKind<'_>,
        spent: &[u32; SHARDS as usize],
        first: u8,
        limits: &SendLimits,
        now: Timestamp,
    ) -> Result<Option<u8>, StoreError> {
        let limit = budget.limit(limits);
        for step in 0..SHARDS {
            let shard = (first + step) % SHARDS;
            let most = share_of(limit, shard);
            if spent[usize::from(shard)] >= most {
                continue;
            }
            let key = keys::budget_shard(budget.scope(), crate::store::keys::day_of(now), shard);
            if self.add_within(key, &[("n", most)], now, 48).await?.is_ok() {
                return Ok(Some(shard));
            }
        }
        Ok(None)
    }

    /// Gives one back to the budget of `day`; false where nothing is counted there. One trip, one
    /// write unit.
    pub async fn refund_budget(
        &self,
        budget: BudgetKind<'_>,
        day: Date,
        shard: u8,
    ) -> Result<bool, StoreError> {
        self.subtract(keys::budget_shard(budget.scope(), day, shard), &["n"]).await
    }

    /// Counts one again that [`Store::refund_budget`] gave back for nothing, whatever the limit.
    /// One trip, one write unit.
    pub async fn charge_budget(
        &self,
        budget: BudgetKind<'_>,
        day: Date,
        shard: u8,
    ) -> Result<(), StoreError> {
        let request = self.client.update_item().table_name(&self.name);
        let request =
            request.set_key(Some(keys::budget_shard(budget.scope(), day, shard).into_item()));
        // Of an item that has expired meanwhile nothing is counted any more.
        let request =
            request.condition_expression("attribute_exists(#n)").update_expression("ADD #n :one");
        let request = request
            .expression_attribute_names("#n", "n")
            .expression_attribute_values(":one", number(1));
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => refused_item(error).map(|_| ()),
        }
    }

    /// Adds one to each counter if none has reached its limit and gives them; the item as it stands
    /// otherwise. It expires after `hours`. One write unit, another where that is the item's first.
    async fn add_within(
        &self,
        key: Key,
        limits: &[(&str, u32)],
        now: Timestamp,
        hours: i64,
    ) -> Result<Result<Item, Item>, StoreError> {
        let mut conditions = Vec::new();
        let mut additions = Vec::new();
        let due = key.expiry_partition();
        let mut request =
            self.client.update_item().table_name(&self.name).set_key(Some(key.into_item()));
        for (place, (name, limit)) in limits.iter().enumerate() {
            conditions.push(format!("(attribute_not_exists(#c{place}) OR #c{place} < :l{place})"));
            additions.push(format!("#c{place} :one"));
            request = request
                .expression_attribute_names(format!("#c{place}"), *name)
                .expression_attribute_values(format!(":l{place}"), number(limit));
        }
        let expires = now + SignedDuration::from_hours(hours);
        let sent = request
            .condition_expression(conditions.join(" AND "))
            .update_expression(format!(
                "ADD {} SET #expires = :expires, #due = :due, #due_at = :due_at",
                additions.join(", ")
            ))
            .expression_attribute_names("#expires", EXPIRES)
            .expression_attribute_names("#due", DUE)
            .expression_attribute_names("#due_at", DUE_AT)
            .expression_attribute_values(":expires", number(expires.as_second()))
            .expression_attribute_values(":due", text(due))
            .expression_attribute_values(":due_at", number(due_day(expires)))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::UpdatedNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match sent {
            Ok(answer) => Ok(Ok(answer.attributes.unwrap_or_default())),
            Err(error) => Ok(Err(refused_item(error)?.unwrap_or_default())),
        }
    }

    /// Takes one from each counter if all of them are above zero; false where one is not.
    async fn subtract(&self, key: Key, counters: &[&str]) -> Result<bool, StoreError> {
        let mut conditions = Vec::new();
        let mut subtractions = Vec::new();
        let mut request =
            self.client.update_item().table_name(&self.name).set_key(Some(key.into_item()));
        for (place, name) in counters.iter().enumerate() {
            conditions.push(format!("#c{place} > :zero"));
            subtractions.push(format!("#c{place} :less"));
            request = request.expression_attribute_names(format!("#c{place}"), *name);
        }
        let sent = request
            .condition_expression(conditions.join(" AND "))
            .update_expression(format!("ADD {}", subtractions.join(", ")))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":less", number(-1))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(true),
            Err(error) => refused_item(error).map(|_| false),
        }
    }
}

impl TriesOn {
    fn key(&self, now: Timestamp) -> Key {
        match self {
            Self::Phone(phone) => keys::tries_on_phone(phone, now),
            Self::Customer(customer) => keys::tries_of_customer(*customer, now),
        }
    }
}

/// The counters of one address on a phone's day: this hour's, and the day's.
fn try_counters(address: &AddressHash, now: Timestamp) -> [String; 2] {
    let hour = now.as_second().div_euclid(3_600) % 24;
    [format!("{}_{hour}", address.as_str()), address.as_str().to_owned()]
}

fn count_in(item: &Item, name: &str) -> u32 {
    item.get(name).and_then(|value| value.as_n().ok()).and_then(|n| n.parse().ok()).unwrap_or(0)
}
