//! Pages of a message to everybody as an earlier version published them, which wrote it into each
//! inbox. They can be in the queue for fourteen days after a deploy; none is published for a
//! message that begins now, which [`broadcast`](crate::broadcast) serves.
//!
//! Protocol: each page first publishes the next one and then serves its own customers. How far a
//! shard of the list of customers has come is noted before the next page is published: a page that
//! is delivered again publishes it again only while it has not begun to publish its own next. What
//! a page could not do for single customers it publishes for these alone.

use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use shared::{app::AppState, aws::Topic, hashes::ContentHash, ids::CustomerId};

use crate::{
    deliver,
    delivered::{self, Delivered},
    delivery::Delivery,
    message::Message,
    recipient::Page,
    trouble::Trouble,
};

/// How many customers are served at once.
const CUSTOMERS_AT_ONCE: usize = 16;
/// How long it is known how far a message has come: as long as a queue can keep a record.
const KNOWN: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Publishes the next page and serves this one.
pub(crate) async fn serve(
    app: &AppState,
    message: &Message,
    page: Page,
    delivery: Delivery,
) -> Result<Delivered, Trouble> {
    let size = app.settings.inbox()?.fan_out_page;
    let customers = app.store.customers(page.shard, page.after, size).await?;
    if let Some(last) = customers.last().filter(|_| customers.len() == size) {
        publish_next(app, message, Page { after: Some(*last), ..page }).await?;
    }
    let serve =
        async |customer| (customer, deliver::to_customer(app, message, customer, delivery).await);
    let served = stream::iter(customers).map(serve).buffer_unordered(CUSTOMERS_AT_ONCE);
    let (delivered, left) = delivered::sum(app, message, served.collect().await);
    // When most fail it is nothing of theirs: the page rests and comes back as one record.
    if left.len() > size.div_ceil(4) {
        return Err(Trouble::Page(left.len()));
    }
    publish_rest(app, message, &left).await?;
    Ok(delivered)
}

async fn publish_next(app: &AppState, message: &Message, next: Page) -> Result<(), Trouble> {
    let Some(after) = next.after else { return Ok(()) };
    let until = app.now().saturating_add(KNOWN).unwrap_or(jiff::Timestamp::MAX);
    if app.store.advance_fan_out(&ContentHash::of(&message.id), next.shard, after, until).await? {
        topic(app)?.publish(&message.for_page(next)).await?;
    }
    Ok(())
}

async fn publish_rest(
    app: &AppState,
    message: &Message,
    left: &[CustomerId],
) -> Result<(), Trouble> {
    for customer in left {
        topic(app)?.publish(&message.for_customer(*customer)).await?;
    }
    Ok(())
}

pub(crate) fn topic(app: &AppState) -> Result<&Topic, Trouble> {
    app.topic.as_ref().ok_or(Trouble::NoTopic)
}
