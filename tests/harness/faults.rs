//! Faults on the way to storage, at random from a seed.

use std::sync::{Mutex, PoisonError};

use aws_smithy_runtime_api::{client::orchestrator::HttpResponse, http::StatusCode};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

/// The number of faults per thousand calls, by kind.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {
    /// Storage executes the call, but its answer is lost.
    pub lost_answers: u32,
    /// The call never reaches storage.
    pub lost_calls: u32,
    /// Storage throttles the call.
    pub throttled: u32,
    /// A transaction is cancelled because of another one on the same item.
    pub conflicts: u32,
}

/// The fault of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// See [`Faults::lost_answers`].
    LostAnswer,
    /// See [`Faults::lost_calls`].
    LostCall,
    /// See [`Faults::throttled`].
    Throttled,
    /// See [`Faults::conflicts`].
    Conflict,
}

/// Draws the fault of each call and counts the faults.
#[derive(Debug, Default)]
pub struct Dice(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    faults: Faults,
    seed: u64,
    drawn: u64,
}

impl Dice {
    /// Draws these faults from now on.
    pub fn load(&self, faults: Faults, seed: u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = State { faults, seed, drawn: 0 };
    }

    /// The number of faults since then.
    pub fn drawn(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).drawn
    }

    /// The fault of the next call, if it has one.
    pub fn draw(&self, operation: &str) -> Option<Fault> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Faults { lost_answers, lost_calls, throttled, conflicts } = state.faults;
        let number = u32::try_from(next(&mut state.seed) % 1_000).expect("below a thousand");
        let bounds = [
            (lost_answers, Fault::LostAnswer),
            (lost_calls, Fault::LostCall),
            (throttled, Fault::Throttled),
            (conflicts, Fault::Conflict),
        ];
        let mut bound = 0;
        let drawn = bounds.into_iter().find_map(|(per_thousand, fault)| {
            bound += per_thousand;
            (number < bound).then_some(fault)
        });
        let drawn =
            drawn.filter(|fault| *fault != Fault::Conflict || operation == "TransactWriteItems");
        state.drawn += u64::from(drawn.is_some());
        drawn
    }
}

/// splitmix64 (Steele, Lea, Flood 2014).
pub fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *seed;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The answer of DynamoDB to a throttled call.
pub fn throttled() -> Value {
    json!({
        "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
        "message": "throttled by the test",
    })
}

/// The answer of DynamoDB to a transaction whose first item is in another one.
pub fn conflict(request: &Value) -> Value {
    let count = request["TransactItems"].as_array().map_or(1, Vec::len);
    let code = |index: usize| if index == 0 { "TransactionConflict" } else { "None" };
    let reasons: Vec<Value> = (0..count).map(|index| json!({"Code": code(index)})).collect();
    json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons,
    })
}

/// DynamoDB's answer to a single write of an item that an open transaction holds.
pub fn write_conflict(_: &Value) -> Value {
    json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionConflictException",
        "message": "refused by the test",
    })
}

/// DynamoDB's answer to a BatchGetItem of which it has read nothing yet.
pub fn unprocessed(request: &Value) -> Value {
    json!({"Responses": {}, "UnprocessedKeys": request["RequestItems"]})
}

/// The answer of SNS when it fails.
pub fn sns_fails() -> HttpResponse {
    let body = "<ErrorResponse><Error><Type>Receiver</Type><Code>ServiceUnavailable</Code>\
                <Message>refused by the test</Message></Error></ErrorResponse>";
    HttpResponse::new(StatusCode::try_from(503).expect("a status"), SdkBody::from(body))
}
