//! Accounts and their sessions. Every change of a session is one conditional update of the
//! account's one item.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::update_item::UpdateItemError,
    types::{
        Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
    },
};
use jiff::Timestamp;
use table::{DUE, DUE_AT, Item, attribute, due_day, item, listed_item, number, record, text};

use crate::{
    account::{Account, MOST_SESSIONS, Session, Status, keys, minute_of},
    config::TokenConfig,
    customer::Customer,
    device::{Device, DeviceClaim, FoundDevice, store::ClaimParts},
    hashes::PhoneHash,
    ids::{ChallengeId, CustomerId, SessionId},
    store::{
        Store, StoreError,
        transaction::{Outcome, Verdict},
    },
    wallet::Wallet,
};

/// What came of moving a session to its next generation.
#[derive(Debug)]
pub enum Rotation {
    /// Moved: the account as it stands now.
    Rotated(Account),
    /// Not moved: the account as it stands, if there is one.
    Refused(Option<Account>),
}

/// A log-in about to be written.
#[derive(Debug, Clone)]
pub struct NewLogIn {
    /// The code that it takes.
    pub challenge: ChallengeId,
    /// Hash of the phone it is for.
    pub phone: PhoneHash,
    /// The session's id.
    pub id: SessionId,
    /// The session.
    pub session: Session,
    /// The push device that it registers.
    pub device: Option<LogInDevice>,
}

/// A push device of a log-in.
#[derive(Debug, Clone)]
pub struct LogInDevice {
    /// As it shall stand.
    pub device: Device,
    /// Whose its registration id is; the device itself was not read.
    pub found: FoundDevice,
}

/// What came of writing a log-in.
#[derive(Debug)]
pub enum SessionAdded {
    /// Written; the code is spent.
    Added,
    /// The code was spent by somebody else.
    Spent,
    /// The account refused: as it stands, if there is one.
    Refused(Option<Account>),
    /// The phone got an owner meanwhile.
    Owned(CustomerId),
    /// The device's registration id is not whose it was found to be.
    DeviceChanged,
    /// The customer has as many devices as there may be.
    DevicesFull,
}

impl Store {
    /// A customer's account, strongly consistent: what liveness is judged by. One trip; a read unit
    /// for each 4 KB, one for most.
    pub async fn account(&self, customer: CustomerId) -> Result<Option<Account>, StoreError> {
        self.table.get(keys::account(customer), true).await
    }

    /// Moves `session` from `generation` to the next if `generation` is its newest. One trip; one
    /// write unit for each KB of the item.
    ///
    /// `made` is when the presented generation was made, as its token says: the condition on the
    /// generation vouches that storage holds the same, so whether a new minute begins for the
    /// session's limit is known before the write.
    pub async fn rotate(
        &self,
        customer: CustomerId,
        session: SessionId,
        generation: u64,
        made: Timestamp,
        successor: &Successor<'_>,
    ) -> Result<Rotation, StoreError> {
        let same_minute = minute_of(successor.now) <= minute_of(made);
        let limit = successor.rules.refreshes_per_minute;
        let count = if same_minute { "#s.#id.in_minute + :one" } else { ":one" };
        let limited = if same_minute && limit > 0 { " AND #s.#id.in_minute < :limit" } else { "" };
        let mut values = HashMap::from([
            (":gen".to_owned(), number(generation)),
            (":next".to_owned(), number(generation + 1)),
            (":kid".to_owned(), text(successor.kid)),
            (":now".to_owned(), number(successor.now.as_millisecond())),
            (":idle".to_owned(), number(successor.rules.refresh_idle.as_secs())),
            (":one".to_owned(), number(1)),
            (":active".to_owned(), text("active")),
        ]);
        if !limited.is_empty() {
            values.insert(":limit".to_owned(), number(limit));
        }
        let sent = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(keys::account(customer).into_item()))
            .condition_expression(format!("#status = :active AND #s.#id.gen = :gen AND #e.#id = #epoch{limited}"))
            .update_expression(format!(
                "SET #s.#id.gen = :next, #s.#id.kid = :kid, #s.#id.rotated = :now, #s.#id.idle = :idle, #s.#id.in_minute = {count}"
            ))
            .set_expression_attribute_names(Some(names(session)))
            .set_expression_attribute_values(Some(values))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match sent {
            Ok(answer) => Ok(Rotation::Rotated(record(answer.attributes.unwrap_or_default())?)),
            Err(error) => Ok(Rotation::Refused(refused_item(error)?.map(record).transpose()?)),
        }
    }

    /// Ends one session; done as well where it has ended before. One trip.
    pub async fn end_session(
        &self,
        customer: CustomerId,
        session: SessionId,
    ) -> Result<(), StoreError> {
        let mut names = names(session);
        names.retain(|name, _| ["#s", "#e", "#id"].contains(&name.as_str()));
        let sent = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(keys::account(customer).into_item()))
            .condition_expression("attribute_exists(#s.#id)")
            .update_expression("REMOVE #s.#id, #e.#id")
            .set_expression_attribute_names(Some(names))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => refused_item(error).map(|_| ()),
        }
    }

    /// Writes a log-in to an existing account, taking `leaving` out first: the code and the session
    /// are one transaction.
    ///
    /// One trip; five write units and two more for each further KB of the account, another where it
    /// is on no list of the clean-up's, and those of a device. Without `leaving` the account must
    /// have room; with it, it must still hold what is taken out.
    pub async fn add_session(
        &self,
        customer: CustomerId,
        log_in: &NewLogIn,
        leaving: &[SessionId],
    ) -> Result<SessionAdded, StoreError> {
        let mut names = names(log_in.id);
        names.extend(
            [("#phone", "phone"), ("#due", DUE), ("#due_at", DUE_AT)]
                .map(|(name, path)| (name.to_owned(), path.to_owned())),
        );
        names.extend(leaving.iter().enumerate().map(|(n, id)| (format!("#x{n}"), id.to_string())));
        let paths: Vec<String> =
            (0..leaving.len()).map(|n| format!("#s.#x{n}, #e.#x{n}")).collect();
        let removed =
            if paths.is_empty() { String::new() } else { format!(" REMOVE {}", paths.join(", ")) };
        let still_held = (0..leaving.len()).map(|n| format!(" AND attribute_exists(#s.#x{n})"));
        let held = still_held.collect::<Vec<_>>().concat();
        let room = MOST_SESSIONS + leaving.len();
        let update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(keys::account(customer).into_item()))
            .condition_expression(format!("#status = :active AND #phone = :phone AND size(#s) < :room{held}"))
            .update_expression(format!(
                "SET #s.#id = :session, #e.#id = #epoch, #due = if_not_exists(#due, :due), #due_at = if_not_exists(#due_at, :due_at){removed}"
            ))
            .set_expression_attribute_names(Some(names))
            .expression_attribute_values(":active", text("active"))
            .expression_attribute_values(":phone", text(log_in.phone.as_str()))
            .expression_attribute_values(":room", number(room))
            .expression_attribute_values(":session", attribute(&log_in.session)?)
            .expression_attribute_values(":due", text(keys::SESSIONS_BY_END.partition_of(&keys::account(customer))))
            .expression_attribute_values(":due_at", number(due_day(log_in.session.expires())))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(StoreError::built_wrongly)?;
        let mut items = vec![
            self.take_code(log_in.challenge)?,
            TransactWriteItem::builder().update(update).build(),
        ];
        let device = self.device_parts(customer, log_in)?;
        items.extend(device.items.iter().cloned());
        let Some(outcome) = self.spend(items, log_in).await? else {
            return Ok(SessionAdded::Spent);
        };
        let mut verdicts = match outcome {
            Outcome::Done => return Ok(SessionAdded::Added),
            Outcome::Refused(verdicts) => verdicts,
        };
        let of_device = verdicts.split_off(2);
        Ok(match <[Verdict; 2]>::try_from(verdicts) {
            Ok([_, Verdict::Failed(account)]) => {
                SessionAdded::Refused(account.map(record).transpose()?)
            }
            Ok([Verdict::Held, _]) => device.refusal(&of_device),
            _ => SessionAdded::Spent,
        })
    }

    /// Makes an account with its first session: phone, profile, account, its empty wallet, its
    /// place on the list of customers, and code are one transaction.
    ///
    /// One trip; fourteen write units, and those of a device.
    pub async fn create_account(
        &self,
        customer: &Customer,
        wallet: &Wallet,
        log_in: &NewLogIn,
    ) -> Result<SessionAdded, StoreError> {
        let account = Account {
            customer: customer.id,
            status: Status::Active,
            phone: log_in.phone.clone(),
            epoch: 0,
            sessions: BTreeMap::from([(log_in.id, log_in.session.clone())]),
            epochs: BTreeMap::from([(log_in.id, 0)]),
            status_change: None,
            last_log_out: None,
        };
        let owner = PhoneOwner { customer: customer.id };
        let account_key = keys::account(customer.id);
        let expires = log_in.session.expires();
        let account_item =
            listed_item(account_key, "account", &account, keys::SESSIONS_BY_END, expires)?;
        let mut items = vec![
            self.take_code(log_in.challenge)?,
            self.put_new(item(keys::phone_owner(&log_in.phone), "phone_owner", &owner)?)?,
            self.put_new(account_item)?,
            self.put_new(item(crate::customer::keys::profile(customer.id), "profile", customer)?)?,
            self.list_customer(customer.id)?,
            self.make_wallet(customer.id, wallet)?,
        ];
        let own = items.len();
        let device = self.device_parts(customer.id, log_in)?;
        items.extend(device.items.iter().cloned());
        let Some(outcome) = self.spend(items, log_in).await? else {
            return Ok(SessionAdded::Spent);
        };
        let mut verdicts = match outcome {
            Outcome::Done => return Ok(SessionAdded::Added),
            Outcome::Refused(verdicts) => verdicts,
        };
        let of_device = verdicts.split_off(own);
        let only_the_device = verdicts.iter().all(|verdict| matches!(verdict, Verdict::Held));
        Ok(match verdicts.into_iter().nth(1) {
            Some(Verdict::Failed(Some(owner))) => {
                SessionAdded::Owned(record::<PhoneOwner>(owner)?.customer)
            }
            _ if only_the_device => device.refusal(&of_device),
            _ => SessionAdded::Spent,
        })
    }

    /// The parts of a log-in that register its device.
    fn device_parts(
        &self,
        customer: CustomerId,
        log_in: &NewLogIn,
    ) -> Result<ClaimParts, StoreError> {
        let Some(LogInDevice { device, found }) = &log_in.device else {
            return Ok(ClaimParts::default());
        };
        if found.owner.as_ref().is_some_and(|owner| owner.customer == customer) {
            return self.reclaim_parts(customer, device);
        }
        self.claim_parts(DeviceClaim { customer, device, found, now: log_in.session.created })
    }

    /// Who logs in with a phone, strongly consistent. One trip, one read unit.
    pub async fn owner_of_phone(
        &self,
        phone: &PhoneHash,
    ) -> Result<Option<CustomerId>, StoreError> {
        Ok(self
            .table
            .get::<PhoneOwner>(keys::phone_owner(phone), true)
            .await?
            .map(|owner| owner.customer))
    }

    /// The transaction of a log-in; none where others held its items for as long as we waited, and
    /// one of them spent the code.
    async fn spend(
        &self,
        items: Vec<TransactWriteItem>,
        log_in: &NewLogIn,
    ) -> Result<Option<Outcome>, StoreError> {
        match self.transact(items).await {
            Err(StoreError::Conflict)
                if !self.is_open(log_in.challenge, log_in.session.created).await? =>
            {
                Ok(None)
            }
            outcome => outcome.map(Some),
        }
    }

    /// The part of a transaction that spends a code.
    pub(crate) fn take_code(
        &self,
        challenge: ChallengeId,
    ) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.name)
            .set_key(Some(crate::otp::keys::challenge(challenge).into_item()))
            .condition_expression("attribute_exists(pk)")
            .build()
            .map_err(StoreError::built_wrongly)?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    /// The part of a transaction that writes what must not be there yet.
    pub(crate) fn put_new(&self, item: Item) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(StoreError::built_wrongly)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

/// What the next generation of a session is made with.
#[derive(Debug, Clone, Copy)]
pub struct Successor<'a> {
    /// The present.
    pub now: Timestamp,
    /// Thumbprint of the key that will sign it.
    pub kid: &'a str,
    /// Life times and limits.
    pub rules: &'a TokenConfig,
}

#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct PhoneOwner {
    pub(crate) customer: CustomerId,
}

/// The item that made a condition fail, or the error if it was something else.
pub(crate) fn refused_item<R>(
    error: SdkError<UpdateItemError, R>,
) -> Result<Option<Item>, StoreError>
where
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(failed)) => Ok(failed.item.clone()),
        _ => Err(error.into()),
    }
}

/// The names of an account's attributes in the expressions about one session.
pub(crate) fn names(session: SessionId) -> HashMap<String, String> {
    let pairs = [("#s", "sessions"), ("#e", "epochs"), ("#epoch", "epoch"), ("#status", "status")];
    let mut names: HashMap<String, String> =
        pairs.into_iter().map(|(name, path)| (name.to_owned(), path.to_owned())).collect();
    names.insert("#id".to_owned(), session.to_string());
    names
}
