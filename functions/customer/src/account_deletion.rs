//! The transaction of an account deletion, made of the parts of its domains: account and wallet are
//! closed, the phone is released, the customer is listed for the clean-up, the deletion is written
//! into the erasure journal, the code is spent.

use std::{ops::ControlFlow, sync::Arc};

use shared::{
    account::{self, Account},
    app::AppState,
    hashes::PhoneHash,
    ids::{ChallengeId, CustomerId, LedgerId, SessionId},
    otp,
    store::StoreError,
    wallet::{self, Wallet},
};
use table::{Committed, Transaction, Verdict, record, retry};

/// How often the closing is computed anew while money keeps moving.
const TRIES: u32 = 20;

/// A deletion that the customer has proved to want.
#[derive(Debug)]
pub(crate) struct AccountDeletion<'a> {
    pub(crate) customer: CustomerId,
    /// The session that asks.
    pub(crate) session: SessionId,
    pub(crate) phone: &'a PhoneHash,
    /// The code that it spends, if any.
    pub(crate) code: Option<ChallengeId>,
    /// Whether money that is left is given up.
    pub(crate) forfeit: bool,
    /// The table of the erasure journal.
    pub(crate) journal: &'a Arc<str>,
}

/// What came of a deletion.
#[derive(Debug)]
pub(crate) enum Deleted {
    Done,
    /// There is money left that the customer did not give up.
    MoneyLeft,
    /// Somebody else spent the code.
    CodeSpent,
    /// The account refused: as it is, if there is one.
    AccountRefused(Option<Account>),
}

impl AccountDeletion<'_> {
    /// Closes account and wallet together; anew where money moved meanwhile, so that none is lost
    /// that nobody saw.
    pub(crate) async fn commit(
        &self,
        app: &AppState,
        wallet: Option<Wallet>,
    ) -> Result<Deleted, StoreError> {
        let attempt = |wallet| self.commit_with(app, wallet);
        retry::on_refusal(TRIES, wallet, attempt).await?.ok_or(StoreError::Conflict)
    }

    /// The same with the wallet as it was read; `Continue` with the wallet as it is where that
    /// differs.
    ///
    /// One trip; ten write units, twelve with a code, and two more for each further KB of the
    /// account and for each currency that is given up.
    async fn commit_with(
        &self,
        app: &AppState,
        wallet: Option<Wallet>,
    ) -> Result<ControlFlow<Deleted, Option<Wallet>>, StoreError> {
        let (now, exists) = (app.now(), wallet.is_some());
        let open = wallet.unwrap_or_else(|| Wallet::new(LedgerId::new(now, &*app.random)));
        let Ok(closing) = open.close(self.forfeit, now, &*app.random) else {
            return Ok(ControlFlow::Break(Deleted::MoneyLeft));
        };
        let mut transaction = Transaction::new();
        let account =
            transaction.add(account::close_account(self.customer, self.session, self.phone));
        transaction.add(account::release_phone(self.phone, self.customer));
        transaction.add(account::list_deleted(self.customer, now)?);
        transaction.add(account::journal_deletion(self.journal, self.customer, now)?);
        let wallet = transaction.add_all(wallet::close_wallet(self.customer, &closing, exists)?);
        let code = transaction.add_all(self.code.map(otp::spend_code).into_iter().collect());
        let mut refusals = match app.store.table.commit(transaction).await? {
            Committed::Done => return Ok(ControlFlow::Break(Deleted::Done)),
            Committed::Refused(refusals) => refusals,
        };
        if let Verdict::Refused(account) = refusals.of(account) {
            let account = account.map(record).transpose()?;
            return Ok(ControlFlow::Break(Deleted::AccountRefused(account)));
        }
        if refusals.refused(code) {
            return Ok(ControlFlow::Break(Deleted::CodeSpent));
        }
        Ok(match refusals.of(wallet) {
            Verdict::Refused(wallet) => ControlFlow::Continue(wallet.map(record).transpose()?),
            Verdict::Held => ControlFlow::Break(Deleted::AccountRefused(None)),
        })
    }
}
