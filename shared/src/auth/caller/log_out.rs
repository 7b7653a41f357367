//! A caller that ends sessions. The write itself requires that the caller's session is alive, so
//! nothing is looked up before.
//!
//! Invariant: the limit on writes does not count log-outs. Otherwise the holder of a stolen token
//! could use the limit up and keep the owner from ending the session. Counting would also cost as
//! much as the write itself.

use std::future::ready;

use crate::{
    account::{LogOut, LogOutScope, LoggedOut},
    audit::{self, About, Event},
    auth::caller::{Caller, Verified},
    http::error::ApiError,
};

impl Caller {
    /// Checks that the session is alive, for a request that only reads the account or will be
    /// refused. One trip, one read unit.
    pub async fn alive(&self) -> Result<Verified, ApiError> {
        let (verified, ()) = self.alongside(|_| ready(Ok(()))).await?;
        Ok(verified)
    }

    /// Ends sessions of the caller if its own session is alive; false if the session that
    /// [`LogOutScope::One`] names was not.
    ///
    /// One trip, one write unit for each KB of the account.
    pub async fn log_out(&self, scope: LogOutScope) -> Result<bool, ApiError> {
        let (app, customer, by) = (&self.app, self.claims.user_id, self.claims.sid);
        let idle = app.settings.sessions()?.idle;
        let log_out = LogOut { customer, by, scope, name: app.new_name(), now: app.now(), idle };
        match app.store.log_out(&log_out).await? {
            LoggedOut::Done(before) => {
                if !scope.ends(by) {
                    self.acknowledge(&before);
                }
                let (event, session) = match scope {
                    LogOutScope::Own => (Event::LoggedOut, by),
                    LogOutScope::One(session) => (Event::LoggedOut, session),
                    LogOutScope::All | LogOutScope::Others => (Event::LoggedOutEverywhere, by),
                };
                audit::record(
                    app,
                    event,
                    About { customer: Some(customer), session: Some(session) },
                );
                Ok(true)
            }
            LoggedOut::Absent => Ok(false),
            LoggedOut::Refused(account) => {
                self.judge(account)?;
                Err(ApiError::internal("a live session was refused its log-out"))
            }
        }
    }
}
