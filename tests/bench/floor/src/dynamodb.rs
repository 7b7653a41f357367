//! Requests of DynamoDB, from the JSON that was recorded to the SDK's inputs. A field that is not
//! known here is an error, so that nothing is left out.

use aws_sdk_dynamodb::{
    Client,
    types::{
        ConditionCheck, Delete, Get, KeysAndAttributes, Put, TransactGetItem, TransactWriteItem,
        Update,
    },
};
use lambda_runtime::Error;
use serde_json::Value;

use crate::{fields::Fields, script::Send};

/// What reads and writes of one item have in common.
macro_rules! conditional {
    ($builder:expr, $fields:ident) => {
        $builder
            .set_table_name($fields.text("TableName"))
            .set_condition_expression($fields.text("ConditionExpression"))
            .set_expression_attribute_names($fields.names("ExpressionAttributeNames"))
            .set_expression_attribute_values($fields.item("ExpressionAttributeValues")?)
            .set_return_values_on_condition_check_failure(
                $fields
                    .text("ReturnValuesOnConditionCheckFailure")
                    .map(|text| text.as_str().into()),
            )
    };
}

/// The same for a request of its own.
macro_rules! single {
    ($builder:expr, $fields:ident) => {
        conditional!($builder, $fields)
            .set_return_values($fields.text("ReturnValues").map(|text| text.as_str().into()))
            .set_return_consumed_capacity(
                $fields.text("ReturnConsumedCapacity").map(|text| text.as_str().into()),
            )
    };
}

macro_rules! capacity {
    ($builder:expr, $fields:ident) => {
        $builder.set_return_consumed_capacity(
            $fields.text("ReturnConsumedCapacity").map(|text| text.as_str().into()),
        )
    };
}

/// Sends a clone of a request at each call.
macro_rules! sender {
    ($request:expr) => {{
        let request = $request;
        Box::new(move || {
            let request = request.clone();
            Box::pin(async move { drop(request.send().await) })
        })
    }};
}
pub(crate) use sender;

pub fn prepare(client: Client, operation: &str, input: Value) -> Result<Send, Error> {
    let mut fields = Fields::of(input)?;
    let send: Send = match operation {
        "GetItem" => {
            let request = client
                .get_item()
                .set_table_name(fields.text("TableName"))
                .set_key(fields.item("Key")?)
                .set_consistent_read(fields.boolean("ConsistentRead"))
                .set_projection_expression(fields.text("ProjectionExpression"))
                .set_expression_attribute_names(fields.names("ExpressionAttributeNames"));
            sender!(capacity!(request, fields))
        }
        "PutItem" => {
            let request = client.put_item().set_item(fields.item("Item")?);
            sender!(single!(request, fields))
        }
        "UpdateItem" => {
            let request = client.update_item().set_key(fields.item("Key")?);
            let request = request.set_update_expression(fields.text("UpdateExpression"));
            sender!(single!(request, fields))
        }
        "DeleteItem" => {
            let request = client.delete_item().set_key(fields.item("Key")?);
            sender!(single!(request, fields))
        }
        "Query" => sender!(query(&client, &mut fields)?),
        "BatchGetItem" => {
            let request = client.batch_get_item().set_request_items(Some(tables(&mut fields)?));
            sender!(capacity!(request, fields))
        }
        "TransactWriteItems" => {
            let parts = fields.list("TransactItems").into_iter().map(write);
            let request = client
                .transact_write_items()
                .set_transact_items(Some(parts.collect::<Result<_, _>>()?))
                .set_client_request_token(fields.text("ClientRequestToken"));
            sender!(capacity!(request, fields))
        }
        "TransactGetItems" => {
            let parts = fields.list("TransactItems").into_iter().map(read);
            let parts = parts.collect::<Result<_, _>>()?;
            let request = client.transact_get_items().set_transact_items(Some(parts));
            sender!(capacity!(request, fields))
        }
        other => return Err(format!("no operation {other}").into()),
    };
    fields.end()?;
    Ok(send)
}

fn query(
    client: &Client,
    fields: &mut Fields,
) -> Result<aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder, Error> {
    let request = client
        .query()
        .set_table_name(fields.text("TableName"))
        .set_index_name(fields.text("IndexName"))
        .set_select(fields.text("Select").map(|text| text.as_str().into()))
        .set_limit(fields.number("Limit"))
        .set_consistent_read(fields.boolean("ConsistentRead"))
        .set_scan_index_forward(fields.boolean("ScanIndexForward"))
        .set_exclusive_start_key(fields.item("ExclusiveStartKey")?)
        .set_projection_expression(fields.text("ProjectionExpression"))
        .set_filter_expression(fields.text("FilterExpression"))
        .set_key_condition_expression(fields.text("KeyConditionExpression"))
        .set_expression_attribute_names(fields.names("ExpressionAttributeNames"))
        .set_expression_attribute_values(fields.item("ExpressionAttributeValues")?);
    Ok(capacity!(request, fields))
}

fn tables(
    fields: &mut Fields,
) -> Result<std::collections::HashMap<String, KeysAndAttributes>, Error> {
    let table = |(name, value): (String, Value)| {
        let mut fields = Fields::of(value)?;
        let keys = fields.list("Keys").into_iter().map(crate::fields::item);
        let keys = KeysAndAttributes::builder()
            .set_keys(Some(keys.collect::<Result<_, _>>()?))
            .set_consistent_read(fields.boolean("ConsistentRead"))
            .set_projection_expression(fields.text("ProjectionExpression"))
            .set_expression_attribute_names(fields.names("ExpressionAttributeNames"));
        fields.end()?;
        Ok((name, keys.build()?))
    };
    fields.object("RequestItems").into_iter().map(table).collect()
}

fn write(part: Value) -> Result<TransactWriteItem, Error> {
    let (kind, mut fields) = Fields::of_part(part)?;
    let item = TransactWriteItem::builder();
    let item = match kind.as_str() {
        "Put" => {
            let part = Put::builder().set_item(fields.item("Item")?);
            item.put(conditional!(part, fields).build()?)
        }
        "Update" => {
            let part = Update::builder().set_key(fields.item("Key")?);
            let part = part.set_update_expression(fields.text("UpdateExpression"));
            item.update(conditional!(part, fields).build()?)
        }
        "Delete" => {
            let part = Delete::builder().set_key(fields.item("Key")?);
            item.delete(conditional!(part, fields).build()?)
        }
        "ConditionCheck" => {
            let part = ConditionCheck::builder().set_key(fields.item("Key")?);
            item.condition_check(conditional!(part, fields).build()?)
        }
        other => return Err(format!("no part {other} of a transaction").into()),
    };
    fields.end()?;
    Ok(item.build())
}

fn read(part: Value) -> Result<TransactGetItem, Error> {
    let (_, mut fields) = Fields::of_part(part)?;
    let get = Get::builder()
        .set_table_name(fields.text("TableName"))
        .set_key(fields.item("Key")?)
        .set_projection_expression(fields.text("ProjectionExpression"))
        .set_expression_attribute_names(fields.names("ExpressionAttributeNames"));
    fields.end()?;
    Ok(TransactGetItem::builder().get(get.build()?).build())
}
