//! Conditional writes: one builder for puts, updates, deletes and checks, sent alone or as part of
//! a transaction.

use std::{collections::HashMap, fmt, sync::Arc};

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::{
        delete_item::DeleteItemError, put_item::PutItemError, update_item::UpdateItemError,
    },
    types::{
        ConditionCheck, Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure,
        TransactWriteItem, Update, error::ConditionalCheckFailedException,
    },
};

use crate::{
    Error, Item, Key, Table, Value,
    retry::{Backoff, CONFLICT},
};

/// A write of one item, with its condition if it has one.
///
/// Every name and value that is given must be used in an expression: DynamoDB refuses the others.
#[derive(Debug, Clone)]
pub struct Write {
    kind: Kind,
    table: Option<Arc<str>>,
    condition: Option<String>,
    names: Option<HashMap<String, String>>,
    values: Option<HashMap<String, Value>>,
    sees_refused: bool,
}

#[derive(Debug, Clone)]
enum Kind {
    Put(Item),
    Update(Key, String),
    Delete(Key),
    Check(Key),
}

/// What came of a write.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub enum Written {
    /// It is written.
    Done,
    /// The condition did not hold. The item as it stands, if there is one and the write asked for
    /// it with [`Write::seeing_refused`].
    Refused(Option<Item>),
}

impl Written {
    /// Whether it is written.
    #[expect(clippy::wrong_self_convention, reason = "for `.map(Written::is_done)` on a result")]
    pub fn is_done(self) -> bool {
        self == Self::Done
    }
}

/// Which attributes a write returns. A put or a delete can return `Before` only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Image {
    /// All attributes before the write.
    Before,
    /// All attributes after it.
    After,
    /// Only the attributes that the update changed, after it.
    Changed,
}

/// What came of a write that returns an image.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub enum Returned {
    /// It is written. Where there was no item before, its image of before has no record's
    /// attributes; a write that reads it as a record needs [`Write::when_exists`].
    Done(Item),
    /// As [`Written::Refused`].
    Refused(Option<Item>),
}

impl Write {
    /// Puts an item in place of whatever has its key.
    pub fn put(item: Item) -> Self {
        Self::of(Kind::Put(item))
    }

    /// Puts an item whose key nothing has yet, and sees what has it where refused.
    pub fn new_item(item: Item) -> Self {
        Self::put(item).when("attribute_not_exists(pk)").seeing_refused()
    }

    /// Changes an item by an update expression, such as `SET active = :active ADD revision :one`.
    /// Creates it where there is none.
    pub fn update(key: Key, change: &str) -> Self {
        Self::of(Kind::Update(key, change.to_owned()))
    }

    /// Deletes an item; done as well where there is none.
    pub fn delete(key: Key) -> Self {
        Self::of(Kind::Delete(key))
    }

    /// Changes nothing; only its condition counts. Part of a transaction, never sent alone.
    pub fn check(key: Key) -> Self {
        Self::of(Kind::Check(key))
    }

    fn of(kind: Kind) -> Self {
        let (condition, names, values) = (None, None, None);
        Self { kind, table: None, condition, names, values, sees_refused: false }
    }

    /// Writes into the table of this name instead of the one that sends the write. A transaction
    /// may write into several tables of one account and region.
    pub fn into_table(self, name: &Arc<str>) -> Self {
        Self { table: Some(name.clone()), ..self }
    }

    /// Writes only where this condition holds, and those given before it. A condition with `OR`
    /// among several needs its own parentheses.
    pub fn when(mut self, condition: &str) -> Self {
        self.condition = Some(match self.condition {
            Some(before) => format!("{before} AND {condition}"),
            None => condition.to_owned(),
        });
        self
    }

    /// Writes only where the item exists.
    pub fn when_exists(self) -> Self {
        self.when("attribute_exists(pk)")
    }

    /// Writes only where an attribute has this value: `when_is("revision", number(7))`. Once per
    /// attribute.
    pub fn when_is(self, attribute: &str, value: Value) -> Self {
        let (name, placeholder) = (format!("#is_{attribute}"), format!(":is_{attribute}"));
        self.when(&format!("{name} = {placeholder}"))
            .name(&name, attribute)
            .value(&placeholder, value)
    }

    /// Replaces a placeholder such as `#s` by an attribute's name, which needs no placeholder
    /// unless it is a reserved word or comes from data.
    pub fn name(mut self, placeholder: &str, attribute: &str) -> Self {
        let names = self.names.get_or_insert_default();
        names.insert(placeholder.to_owned(), attribute.to_owned());
        self
    }

    /// Replaces a placeholder such as `:was` by a value.
    pub fn value(mut self, placeholder: &str, value: Value) -> Self {
        self.values.get_or_insert_default().insert(placeholder.to_owned(), value);
        self
    }

    /// Returns the item as it stands where the condition does not hold. Costs nothing.
    pub fn seeing_refused(self) -> Self {
        Self { sees_refused: true, ..self }
    }

    /// The key of anything but a put.
    pub(crate) fn key(&self) -> Option<&Key> {
        match &self.kind {
            Kind::Put(_) => None,
            Kind::Update(key, _) | Kind::Delete(key) | Kind::Check(key) => Some(key),
        }
    }

    fn refused_values(&self) -> Option<ReturnValuesOnConditionCheckFailure> {
        self.sees_refused.then_some(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}

impl Table {
    /// Sends a write alone. One trip; one write unit per KB, of the item before or after, whichever
    /// is larger. Waits for open transactions that hold the item.
    pub async fn write(&self, write: Write) -> Result<Written, Error> {
        Ok(match self.send(write, ReturnValue::None).await? {
            Returned::Done(_) => Written::Done,
            Returned::Refused(item) => Written::Refused(item),
        })
    }

    /// The same, and returns an image of the item.
    pub async fn write_returning(&self, write: Write, image: Image) -> Result<Returned, Error> {
        let image = match image {
            Image::Before => ReturnValue::AllOld,
            Image::After => ReturnValue::AllNew,
            Image::Changed => ReturnValue::UpdatedNew,
        };
        self.send(write, image).await
    }

    async fn send(&self, write: Write, image: ReturnValue) -> Result<Returned, Error> {
        let mut backoff = Backoff::new(CONFLICT, &*self.random);
        loop {
            match self.send_once(write.clone(), image.clone()).await {
                Err(Error::Conflict) if backoff.wait().await => {}
                sent => return sent,
            }
        }
    }

    async fn send_once(&self, write: Write, image: ReturnValue) -> Result<Returned, Error> {
        let shown = write.refused_values();
        let Write { kind, table, condition, names, values, .. } = write;
        let table = table.as_deref().unwrap_or(&self.name);
        let done = |attributes: Option<Item>| Ok(Returned::Done(attributes.unwrap_or_default()));
        match kind {
            Kind::Put(item) => {
                let put = self.client.put_item().table_name(table).set_item(Some(item));
                let put = put.set_condition_expression(condition).return_values(image);
                let put = put.set_return_values_on_condition_check_failure(shown);
                let put = put.set_expression_attribute_names(names);
                match Box::pin(put.set_expression_attribute_values(values).send()).await {
                    Ok(answer) => done(answer.attributes),
                    Err(error) => refused(error, |error| match error {
                        PutItemError::ConditionalCheckFailedException(failed) => Some(failed),
                        _ => None,
                    }),
                }
            }
            Kind::Update(key, change) => {
                let update = self.client.update_item().table_name(table);
                let update = update.set_key(Some(key.into_item())).update_expression(change);
                let update = update.set_condition_expression(condition).return_values(image);
                let update = update.set_return_values_on_condition_check_failure(shown);
                let update = update.set_expression_attribute_names(names);
                match Box::pin(update.set_expression_attribute_values(values).send()).await {
                    Ok(answer) => done(answer.attributes),
                    Err(error) => refused(error, |error| match error {
                        UpdateItemError::ConditionalCheckFailedException(failed) => Some(failed),
                        _ => None,
                    }),
                }
            }
            Kind::Delete(key) => {
                let delete = self.client.delete_item().table_name(table);
                let delete = delete.set_key(Some(key.into_item())).return_values(image);
                let delete = delete.set_condition_expression(condition);
                let delete = delete.set_return_values_on_condition_check_failure(shown);
                let delete = delete.set_expression_attribute_names(names);
                match Box::pin(delete.set_expression_attribute_values(values).send()).await {
                    Ok(answer) => done(answer.attributes),
                    Err(error) => refused(error, |error| match error {
                        DeleteItemError::ConditionalCheckFailedException(failed) => Some(failed),
                        _ => None,
                    }),
                }
            }
            Kind::Check(_) => Err(Error::built_wrongly("a check is sent in a transaction only")),
        }
    }

    /// The write as an item of a transaction.
    pub(crate) fn transact_item(&self, write: Write) -> Result<TransactWriteItem, Error> {
        let shown = write.refused_values();
        let Write { kind, table, condition, names, values, .. } = write;
        let table = table.as_deref().unwrap_or(&self.name);
        let transact = TransactWriteItem::builder();
        let transact = match kind {
            Kind::Put(item) => {
                let put = Put::builder().table_name(table).set_item(Some(item));
                let put = put.set_condition_expression(condition);
                let put = put.set_return_values_on_condition_check_failure(shown);
                let put = put.set_expression_attribute_names(names);
                let put = put.set_expression_attribute_values(values).build();
                transact.put(put.map_err(Error::built_wrongly)?)
            }
            Kind::Update(key, change) => {
                let update = Update::builder().table_name(table).update_expression(change);
                let update = update.set_key(Some(key.into_item()));
                let update = update.set_condition_expression(condition);
                let update = update.set_return_values_on_condition_check_failure(shown);
                let update = update.set_expression_attribute_names(names);
                let update = update.set_expression_attribute_values(values).build();
                transact.update(update.map_err(Error::built_wrongly)?)
            }
            Kind::Delete(key) => {
                let delete = Delete::builder().table_name(table);
                let delete = delete.set_key(Some(key.into_item()));
                let delete = delete.set_condition_expression(condition);
                let delete = delete.set_return_values_on_condition_check_failure(shown);
                let delete = delete.set_expression_attribute_names(names);
                let delete = delete.set_expression_attribute_values(values).build();
                transact.delete(delete.map_err(Error::built_wrongly)?)
            }
            Kind::Check(key) => {
                let check = ConditionCheck::builder().table_name(table);
                let check = check.set_key(Some(key.into_item()));
                let check = check.set_condition_expression(condition);
                let check = check.set_return_values_on_condition_check_failure(shown);
                let check = check.set_expression_attribute_names(names);
                let check = check.set_expression_attribute_values(values).build();
                transact.condition_check(check.map_err(Error::built_wrongly)?)
            }
        };
        Ok(transact.build())
    }
}

/// The refusal of a condition, or the error if it was something else.
fn refused<E, R>(
    error: SdkError<E, R>,
    failed: impl Fn(&E) -> Option<&ConditionalCheckFailedException>,
) -> Result<Returned, Error>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    match error.as_service_error().and_then(failed) {
        Some(failed) => Ok(Returned::Refused(failed.item.clone())),
        None => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number;

    #[test]
    fn conditions_are_joined_with_their_names_and_values() {
        let write = Write::update(Key::new("DEV#1", "DEVICE#2"), "ADD revision :one")
            .when_exists()
            .when_is("revision", number(7))
            .value(":one", number(1));
        let condition = write.condition.unwrap();
        assert_eq!(condition, "attribute_exists(pk) AND #is_revision = :is_revision");
        assert_eq!(write.names.unwrap()["#is_revision"], "revision");
        assert_eq!(write.values.unwrap().len(), 2);
    }
}
