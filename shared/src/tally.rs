//! What one invocation asks of storage, and for whom, for the one line that the log holds of it.
//!
//! Protocol: [`counted`] runs a future with a tally of its own, which is the task's; the client of
//! DynamoDB carries a `Meter`, which asks for the units of each call and adds them to the tally of
//! the task that makes it. No call site knows of it. Invariants: what is spawned beside an
//! invocation is counted in none; a call whose condition failed has no units, since DynamoDB tells
//! none of it.

use std::{cell::Cell, future::Future};

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{
            AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut,
            BeforeTransmitInterceptorContextRef,
        },
    },
    error::BoxError,
    operation::{
        batch_get_item::{BatchGetItemInput, BatchGetItemOutput},
        delete_item::{DeleteItemInput, DeleteItemOutput},
        get_item::{GetItemInput, GetItemOutput},
        put_item::{PutItemInput, PutItemOutput},
        query::{QueryInput, QueryOutput},
        transact_write_items::{TransactWriteItemsInput, TransactWriteItemsOutput},
        update_item::{UpdateItemInput, UpdateItemOutput},
    },
    types::{ConsumedCapacity, ReturnConsumedCapacity},
};
use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};

use crate::ids::CustomerId;

tokio::task_local! {
    static OF_TASK: Cell<Tally>;
}

/// What was asked of storage.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tally {
    /// Calls, repetitions by the SDK among them.
    pub calls: u32,
    /// Read units.
    pub read_units: f64,
    /// Write units.
    pub write_units: f64,
    /// For whom, where a token or a code has said so.
    pub customer: Option<CustomerId>,
}

/// Runs `invocation` and tells what it asked of storage.
pub async fn counted<F: Future>(invocation: F) -> (F::Output, Tally) {
    OF_TASK.scope(Cell::default(), async { (invocation.await, OF_TASK.with(Cell::get)) }).await
}

/// Notes for whom the invocation is.
pub fn is_for(customer: CustomerId) {
    change(|tally| tally.customer = Some(customer));
}

/// Notes calls and units of storage in the tally of the task that makes the calls.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meter;

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        ask(context.input_mut());
        Ok(())
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        change(|tally| tally.calls += 1);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let (read, written) = context.output_or_error().map(units).unwrap_or_default();
        change(|tally| {
            tally.read_units += read;
            tally.write_units += written;
        });
        Ok(())
    }
}

/// Lets the answer of the call tell its units.
fn ask(input: &mut Input) {
    macro_rules! ask {
        ($($input:ty),*) => {
            $(if let Some(input) = input.downcast_mut::<$input>() {
                input.return_consumed_capacity = Some(ReturnConsumedCapacity::Total);
                return;
            })*
        };
    }
    ask!(
        GetItemInput,
        UpdateItemInput,
        QueryInput,
        TransactWriteItemsInput,
        PutItemInput,
        DeleteItemInput,
        BatchGetItemInput
    );
}

/// Read and write units of an answer.
fn units(output: &Output) -> (f64, f64) {
    macro_rules! units {
        ($($output:ty: $units:expr),* $(,)?) => {
            $(if let Some(output) = output.downcast_ref::<$output>() {
                let units: f64 = output.consumed_capacity.iter().flat_map(Each::each).filter_map(ConsumedCapacity::capacity_units).sum();
                return $units(units);
            })*
        };
    }
    let (read, written) = (|units| (units, 0.0), |units| (0.0, units));
    units! {
        GetItemOutput: read, UpdateItemOutput: written, QueryOutput: read, TransactWriteItemsOutput: written, PutItemOutput: written,
        DeleteItemOutput: written, BatchGetItemOutput: read,
    }
    (0.0, 0.0)
}

/// One answer tells of one table, another of each.
trait Each {
    fn each(&self) -> &[ConsumedCapacity];
}

impl Each for ConsumedCapacity {
    fn each(&self) -> &[ConsumedCapacity] {
        std::slice::from_ref(self)
    }
}

impl Each for Vec<ConsumedCapacity> {
    fn each(&self) -> &[ConsumedCapacity] {
        self
    }
}

/// Nothing where no invocation is counted: at a process's start, in what goes on beside requests,
/// in the operator's commands.
fn change(change: impl FnOnce(&mut Tally)) {
    let _ = OF_TASK.try_with(|cell| {
        let mut tally = cell.get();
        change(&mut tally);
        cell.set(tally);
    });
}
