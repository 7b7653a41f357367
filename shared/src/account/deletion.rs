//! Customers who leave: what happens at once, and the list of those whose items are still to be
//! erased.
//!
//! Invariants: an account and its wallet close together, so that nothing is credited to somebody
//! who left; whoever's account says `deleted` stands in the list until nothing of theirs is left;
//! both are written in one transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{
    AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use table::{Query, item, number, record, text};

use crate::{
    account::{Account, keys, store::names},
    hashes::PhoneHash,
    ids::{ChallengeId, CustomerId, SessionId},
    store::{
        Store, StoreError,
        transaction::{Outcome, Verdict},
    },
    wallet::{Closing, Wallet},
};

/// The partitions of the list, by the last digit of the customers' ids.
pub const LEAVING_SHARDS: &str = "0123456789abcdef";

/// The place of the wallet among the parts of the transaction.
const WALLET_AT: usize = 3;

/// A customer about to leave.
#[derive(Debug, Clone)]
pub struct Departure {
    /// Who.
    pub customer: CustomerId,
    /// The session that asks for it.
    pub session: SessionId,
    /// The account's phone.
    pub phone: PhoneHash,
    /// The code that it takes, if any.
    pub code: Option<ChallengeId>,
    /// What it makes of the wallet.
    pub closing: Closing,
    /// Whether there is a wallet; accounts from before there were any have none.
    pub has_wallet: bool,
    /// The present.
    pub now: Timestamp,
}

/// What came of leaving.
#[derive(Debug)]
pub enum Left {
    /// Gone: no session lives, the phone is free, the rest will be erased.
    Gone,
    /// The code was spent by somebody else.
    Spent,
    /// The wallet is not what it was when its closing was worked out: as it stands, if there is
    /// one.
    WalletMoved(Option<Wallet>),
    /// The account refused: as it stands, if there is one.
    Refused(Option<Account>),
}

#[derive(Serialize, Deserialize)]
struct Leaving {
    customer: CustomerId,
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    since: Timestamp,
}

impl Store {
    /// Ends all sessions, frees the phone, closes the wallet and puts the customer on the list of
    /// those to erase. One trip; eight write units, eleven with a code, and two more for each
    /// further KB of the account and for each currency that is given up.
    pub async fn leave(&self, departure: &Departure) -> Result<Left, StoreError> {
        let leaving = Leaving { customer: departure.customer, since: departure.now };
        let leaving = item(keys::leaving(departure.customer), "leaving", &leaving)?;
        let listed = Put::builder()
            .table_name(&self.name)
            .set_item(Some(leaving))
            .build()
            .map_err(StoreError::built_wrongly)?;
        let mut items = vec![
            self.close_account(departure)?,
            self.free_phone(&departure.phone, departure.customer)?,
            TransactWriteItem::builder().put(listed).build(),
        ];
        items.extend(self.close_wallet(
            departure.customer,
            &departure.closing,
            departure.has_wallet,
        )?);
        let code_at = items.len();
        if let Some(code) = departure.code {
            items.push(self.take_code(code)?);
        }
        let Outcome::Refused(mut verdicts) = self.transact(items).await? else {
            return Ok(Left::Gone);
        };
        if let Some(Verdict::Failed(account)) = verdicts.first_mut() {
            return Ok(Left::Refused(account.take().map(record).transpose()?));
        }
        if matches!(verdicts.get(code_at), Some(Verdict::Failed(_))) {
            return Ok(Left::Spent);
        }
        Ok(match verdicts.into_iter().nth(WALLET_AT) {
            Some(Verdict::Failed(wallet)) => Left::WalletMoved(wallet.map(record).transpose()?),
            _ => Left::Refused(None),
        })
    }

    /// Up to `most` of those whose items are still to be erased and whose ids end in `digit` of
    /// [`LEAVING_SHARDS`], in the order of their ids from behind `after` on. One trip, half a read
    /// unit for each 4 KB.
    pub async fn customers_leaving(
        &self,
        digit: char,
        after: Option<CustomerId>,
        most: usize,
    ) -> Result<Vec<CustomerId>, StoreError> {
        let query = Query::of(keys::leaving_shard(digit)).after(after.map(keys::leaving));
        let stretch = self.table.first(query, most).await?;
        stretch.items.into_iter().map(|item| Ok(record::<Leaving>(item)?.customer)).collect()
    }

    fn close_account(&self, departure: &Departure) -> Result<TransactWriteItem, StoreError> {
        let mut names = names(departure.session);
        names.extend([("#phone".to_owned(), "phone".to_owned())]);
        let update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(keys::account(departure.customer).into_item()))
            .condition_expression("#status = :active AND #phone = :phone AND attribute_exists(#s.#id) AND #e.#id = #epoch")
            .update_expression("SET #status = :deleted, #epoch = #epoch + :one, #s = :none, #e = :none")
            .set_expression_attribute_names(Some(names))
            .expression_attribute_values(":active", text("active"))
            .expression_attribute_values(":deleted", text("deleted"))
            .expression_attribute_values(":phone", text(departure.phone.as_str()))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":none", AttributeValue::M(HashMap::new()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(StoreError::built_wrongly)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}
