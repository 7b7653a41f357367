//! What requests cost: sequential trips to storage, with every call delayed, and units.

use std::time::Duration;

use shared::limits::{BudgetKind, SHARDS};

use crate::{
    Answer, Api, Request,
    wire::{Cost, Wire},
};

/// The delay of each call to storage while trips are counted.
pub const DELAY: Duration = Duration::from_millis(50);

/// A cost of so many trips, read units and write units.
pub const fn cost(trips: usize, read_units: f64, write_units: f64) -> Cost {
    Cost { trips, read_units, write_units }
}

impl Api {
    /// Counts a code in each shard of today's budgets. The first code in a shard costs more, since
    /// it creates the item, and the shard of a code is random.
    pub async fn count_a_code_in_each_shard(&self) {
        let app = self.stack.state("auth").expect("auth runs");
        let limits = app.settings.sends().expect("auth sends codes");
        let nothing = [0; SHARDS as usize];
        for budget in [BudgetKind::Country("US"), BudgetKind::CountryInAll("US"), BudgetKind::Total]
        {
            for shard in 0..SHARDS {
                let spent =
                    app.store.spend_budget(budget, &nothing, shard, limits, app.now()).await;
                assert_eq!(spent.expect("an answer"), Some(shard));
            }
        }
    }

    /// Sends a request with every call delayed, and fails unless it has this status and this cost.
    pub async fn expect_cost(
        &self,
        what: &str,
        request: Request<'_>,
        status: u16,
        expected: Cost,
    ) -> Answer {
        self.wire.delay(DELAY);
        self.wire.reset();
        let answer = request.send().await.expect(status);
        assert_eq!(self.wire.cost(), expected, "{what}: {:#?}", self.wire.calls());
        self.wire.delay(Duration::ZERO);
        answer
    }
}

impl Wire {
    /// Fails unless the calls since the last reset cost this.
    #[track_caller]
    pub fn assert_cost(&self, expected: Cost) {
        assert_eq!(self.cost(), expected, "{:#?}", self.calls());
    }

    /// Fails unless the calls since the last reset took so many trips.
    #[track_caller]
    pub fn assert_trips(&self, expected: usize) {
        assert_eq!(self.cost().trips, expected, "{:#?}", self.calls());
    }
}
