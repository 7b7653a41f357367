//! DynamoDB usage of one invocation, for the request log and the cost tests.
//!
//! [`measure`] runs a future with counters of its own, local to the task. The client carries a
//! [`Meter`], which asks for the units of each call and adds them to the counters of the task that
//! makes it. No call site knows of it. Invariants: a task spawned beside an invocation is counted
//! in none; a call whose condition failed has no units, since DynamoDB reports none.

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

tokio::task_local! {
    static OF_TASK: Cell<Usage>;
}

/// What was asked of DynamoDB.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// Calls, the SDK's own retries included.
    pub calls: u32,
    /// Read units.
    pub read_units: f64,
    /// Write units.
    pub write_units: f64,
}

/// Runs `invocation` and gives its output with its usage.
pub async fn measure<F: Future>(invocation: F) -> (F::Output, Usage) {
    OF_TASK.scope(Cell::default(), async { (invocation.await, OF_TASK.with(Cell::get)) }).await
}

/// The interceptor of a DynamoDB client that counts its calls and their units.
#[derive(Debug, Clone, Copy)]
pub struct Meter;

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
        ask_for_units(context.input_mut());
        Ok(())
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        change(|usage| usage.calls += 1);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let (read, written) = context.output_or_error().map(units).unwrap_or_default();
        change(|usage| {
            usage.read_units += read;
            usage.write_units += written;
        });
        Ok(())
    }
}

fn ask_for_units(input: &mut Input) {
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
                let capacities = output.consumed_capacity.iter().flat_map(Capacities::all);
                return $units(capacities.filter_map(ConsumedCapacity::capacity_units).sum());
            })*
        };
    }
    let (read, written) = (|units: f64| (units, 0.0), |units: f64| (0.0, units));
    units! {
        GetItemOutput: read,
        UpdateItemOutput: written,
        QueryOutput: read,
        TransactWriteItemsOutput: written,
        PutItemOutput: written,
        DeleteItemOutput: written,
        BatchGetItemOutput: read,
    }
    (0.0, 0.0)
}

/// The capacity of one table, or that of each.
trait Capacities {
    fn all(&self) -> &[ConsumedCapacity];
}

impl Capacities for ConsumedCapacity {
    fn all(&self) -> &[ConsumedCapacity] {
        std::slice::from_ref(self)
    }
}

impl Capacities for Vec<ConsumedCapacity> {
    fn all(&self) -> &[ConsumedCapacity] {
        self
    }
}

/// Does nothing outside [`measure`]: at a process's start, in background tasks, in the operator's
/// commands.
fn change(change: impl FnOnce(&mut Usage)) {
    let _ = OF_TASK.try_with(|cell| {
        let mut usage = cell.get();
        change(&mut usage);
        cell.set(usage);
    });
}
