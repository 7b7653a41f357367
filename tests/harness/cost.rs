//! What requests cost: sequential trips to storage, with every call delayed, and units.

use std::time::Duration;

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
