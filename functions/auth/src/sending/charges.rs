//! The writes that count a send, all side by side, and how they are undone where one of them is
//! refused or the message is not accepted.

use futures_util::future::join_all;
use shared::{
    app::AppState,
    aws::SendError,
    http::error::ApiError,
    limits::{Counted, Lane, SendLimits, Wait, to_next_day},
    store::{StoreError, keys::day_of},
};

use super::{Plan, standing::Budget};

/// What a send was counted in.
struct Charges {
    logged: bool,
    texted: bool,
    address: bool,
    budgets: Vec<Budget>,
}

/// Why a send may not happen, if it may not.
#[derive(Default)]
struct Obstacle {
    refused: Option<Wait>,
    failed: Option<StoreError>,
}

impl Obstacle {
    /// Whether the send was counted; a refusal means to wait so long.
    fn note(&mut self, counted: Result<bool, StoreError>, wait: Wait) -> bool {
        match counted {
            Ok(true) => return true,
            Ok(false) => self.refused = Some(wait),
            Err(error) => self.failed = Some(error),
        }
        false
    }

    fn note_address(&mut self, counted: Result<Counted, StoreError>) -> bool {
        match counted {
            Ok(Counted::Over(wait)) => self.note(Ok(false), wait),
            counted => self.note(counted.map(|_| true), Wait(0)),
        }
    }

    fn into_error(self) -> Option<ApiError> {
        match (self.failed, self.refused) {
            (Some(error), _) => Some(ApiError::unavailable(error)),
            (None, refused) => refused.map(ApiError::throttled),
        }
    }
}

impl Plan {
    /// Writes the send, the challenge and the counters side by side. One trip, unless a shard of a
    /// budget just filled up.
    pub(crate) async fn commit(&mut self, app: &AppState) -> Result<(), ApiError> {
        let (now, limits) = (app.now(), app.settings.sends()?);
        let most_texts = app.settings.lanes()?.texts_per_phone_daily;
        let (logged, stored, texted, address, spent) = tokio::join!(
            app.store.replace_send_log(&self.challenge.phone, &self.log, now),
            app.store.put_challenge(&self.challenge),
            Box::pin(self.count_text(app, most_texts)),
            Box::pin(self.count_address(app, limits)),
            join_all(self.budgets.iter().map(|budget| budget.spend(app, &self.recipient, limits))),
        );
        let mut obstacle = Obstacle::default();
        obstacle.note(stored.map(|()| true), Wait(0));
        let budgets = self.budgets.iter().zip(spent).filter_map(|(budget, shard)| {
            let spent = shard.as_ref().ok().copied().flatten();
            obstacle.note(shard.map(|shard| shard.is_some()), to_next_day(now));
            spent.map(|shard| Budget { shard, ..*budget })
        });
        let charges = Charges {
            budgets: budgets.collect(),
            texted: obstacle.note(texted, to_next_day(now)),
            address: obstacle.note_address(address),
            // Another send to this phone came between: the client waits as after any send.
            logged: obstacle.note(logged, Wait(limits.resend_after.as_secs())),
        };
        match obstacle.into_error() {
            None => self.settle(app, charges).await,
            Some(error) => {
                self.take_back(app, charges).await;
                Err(error)
            }
        }
    }

    /// Corrects where the code is counted, if a shard filled up while it was chosen. No trip
    /// otherwise.
    async fn settle(&mut self, app: &AppState, charges: Charges) -> Result<(), ApiError> {
        let planned = self.budgets.iter().map(|budget| budget.shard);
        if planned.eq(charges.budgets.iter().map(|budget| budget.shard)) {
            return Ok(());
        }
        self.budgets = charges.budgets;
        self.challenge.budget = self.shares(day_of(app.now()));
        Ok(app.store.put_challenge(&self.challenge).await?)
    }

    /// Undoes what [`Plan::commit`] wrote, after the message was not accepted. One that may have
    /// been sent stays counted, so that it is paid for; a phone that SNS cannot reach stays counted
    /// for the address, so that nobody can try all phones.
    pub(super) async fn withdraw(&self, app: &AppState, error: &SendError) {
        let is_unsent = !matches!(error, SendError::Unknown(_));
        let charges = Charges {
            logged: is_unsent,
            texted: is_unsent,
            address: matches!(error, SendError::Refused(_)),
            budgets: if is_unsent { self.budgets.clone() } else { Vec::new() },
        };
        self.take_back(app, charges).await;
    }

    async fn take_back(&self, app: &AppState, charges: Charges) {
        let (store, now, phone) = (&app.store, app.now(), &self.challenge.phone);
        let without = self.log.without_last();
        let log = async {
            if charges.logged {
                store.replace_send_log(phone, &without, now).await?;
            }
            Ok::<_, StoreError>(())
        };
        let text = async {
            if charges.texted && self.recipient.is_texted() {
                store.uncount_text(phone, now).await?;
            }
            Ok::<_, StoreError>(())
        };
        let address = async {
            match &self.lane {
                Lane::Stranger(address) if charges.address => {
                    store.uncount_send(address, now).await
                }
                _ => Ok(()),
            }
        };
        let budgets = charges.budgets.iter().map(|budget| budget.give_back(app, &self.recipient));
        let challenge = store.drop_challenge(self.challenge.id);
        let (log, challenge, text, address, budgets) =
            tokio::join!(log, challenge, text, address, join_all(budgets));
        for error in
            budgets.into_iter().chain([log, challenge, text, address]).filter_map(Result::err)
        {
            tracing::warn!(%error, "a send that did not happen stays counted");
        }
    }

    async fn count_text(&self, app: &AppState, most: u32) -> Result<bool, StoreError> {
        if !self.recipient.is_texted() {
            return Ok(true);
        }
        app.store.count_text(&self.challenge.phone, most, app.now()).await
    }

    async fn count_address(
        &self,
        app: &AppState,
        limits: &SendLimits,
    ) -> Result<Counted, StoreError> {
        match &self.lane {
            Lane::Stranger(address) => app.store.count_send(address, limits, app.now()).await,
            _ => Ok(Counted::Within(0)),
        }
    }
}
