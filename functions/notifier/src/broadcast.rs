//! A message to everybody: one item that all inboxes are merged with, and its pushes, page by page
//! through the queue.
//!
//! Protocol: the message is published once under its id. Then one page for each of the 256 ranges
//! of the list of customers with devices goes into the queue. A page pushes to its customers, moves
//! the range's item on, and publishes the next page of its range. What it could not do for single
//! customers it publishes for these alone.
//!
//! Invariants: after a crash anywhere some record is still in the queue from which everybody who is
//! not served yet will be. A crash repeats little more than the page that it hit: a page whose
//! range has moved on serves nobody, and two pages of one place cannot both go on.

use futures_util::{StreamExt, TryStreamExt, future::ready, stream};
use shared::{
    account::Status,
    app::AppState,
    deadline::Deadline,
    device::DeviceRange,
    hashes::ContentHash,
    ids::CustomerId,
    inbox::{Broadcast, NewBroadcast, Publication, RangeProgress, ServedPage},
};

use crate::{
    delivered::{self, About, Delivered},
    delivery::Delivery,
    fan_out::topic,
    message::Message,
    pace::Pace,
    push,
    recipient::RangePage,
    trouble::Trouble,
};

/// How many customers of a page are served at once.
const CUSTOMERS_AT_ONCE: usize = 16;
/// How many pages are published at once.
const PAGES_AT_ONCE: usize = 32;

static PACE: Pace = Pace::new();

/// Publishes the message, then the first page of each range. Two trips; one write unit for each KB.
/// Where pushes are configured, 256 calls of SNS.
pub(crate) async fn begin(app: &AppState, message: &Message) -> Result<Delivered, Trouble> {
    let new = NewBroadcast {
        message: ContentHash::of(&message.id),
        category: message.kind.clone(),
        title: message.title.clone(),
        body: message.body.clone(),
        data: message.data_text(),
        image_url: message.appearance.image_url.clone(),
        silent: message.silent,
        audience: message.audience.clone(),
    };
    let published =
        app.store.publish_to_all(&app.broadcasts, &new, app.now(), &*app.random).await?;
    let Publication::Published(number) = published else { return Err(Trouble::Full) };
    if app.push.is_configured() {
        let topic = topic(app)?;
        let pages = DeviceRange::all().map(|range| RangePage { number, range, after: None });
        let publish = async |page| topic.publish(&message.for_range(page)).await;
        let published = stream::iter(pages).map(publish).buffer_unordered(PAGES_AT_ONCE);
        published.try_collect::<()>().await?;
    }
    Ok(Delivered::default())
}

/// Stops the pushes of the message of this id. Two trips, one write unit for each KB.
pub(crate) async fn stop(app: &AppState, message: &Message) -> Result<Delivered, Trouble> {
    let hash = ContentHash::of(&message.id);
    let is_stopped = app.store.stop_pushes(&app.broadcasts, &hash, app.now()).await?;
    tracing::info!(correlation = message.correlation, is_stopped, "pushes of a message to all");
    Ok(Delivered::default())
}

/// Serves a page and publishes the next one.
///
/// Three trips to storage and one for each sixteen customers, and the pushes. A read unit and a
/// half for each customer with a device, two where the pushes need consent, and two or three for
/// the page; one write unit for the page. A device without an endpoint costs what it costs
/// [`push::to_devices`], once.
pub(crate) async fn serve(
    app: &AppState,
    message: &Message,
    page: RangePage,
    delivery: Delivery,
    deadline: Deadline,
) -> Result<Delivered, Trouble> {
    let settings = app.settings.inbox()?;
    let (size, rate) = (settings.fan_out_page, settings.fan_out_rate);
    let hash = ContentHash::of(&message.id);
    let (broadcast, progress, customers) = tokio::try_join!(
        app.store.broadcast(page.number),
        app.store.range_progress(&hash, page.range),
        app.store.customers_with_devices(page.range, page.after, size)
    )?;
    let Some(broadcast) = broadcast.filter(|one| one.is_alive(app.now()) && !one.stopped) else {
        tracing::info!(correlation = message.correlation, "pushes to all were stopped");
        return Ok(Delivered::default());
    };
    if progress.is_behind(page.after) {
        return go_on(app, message, page, &progress, delivery).await;
    }
    let serve = async |customer| (customer, one(app, message, &broadcast, customer).await);
    let begun = stream::iter(customers.iter().copied())
        .then(move |customer| async move { PACE.turn(rate, deadline).await.then_some(customer) })
        .take_while(|turn| ready(turn.is_some()))
        .filter_map(ready)
        .map(serve)
        .buffer_unordered(CUSTOMERS_AT_ONCE);
    let outcomes: Vec<(CustomerId, Result<Delivered, Trouble>)> = begun.collect().await;
    let served = outcomes.len();
    let (delivered, left) = delivered::sum(app, message, outcomes);
    // When most fail it is nothing of theirs: the page rests and comes back as one record.
    if left.len() > size.div_ceil(4) {
        return Err(Trouble::Page(left.len()));
    }
    for customer in &left {
        topic(app)?.publish(&message.for_one_of_all(page.number, *customer)).await?;
    }
    let is_cut = served < customers.len();
    let last = served.checked_sub(1).and_then(|last| customers.get(last)).copied();
    let next = if is_cut { last.or(page.after) } else { last.filter(|_| served == size) };
    if served > 0 || !is_cut {
        let pushes = delivered.pushes;
        let moved = ServedPage { after: page.after, next, customers: served, pushes };
        let until = broadcast.until;
        if !app.store.move_range_on(&hash, page.range, moved, until, app.now()).await? {
            return Ok(delivered);
        }
    }
    tracing::info!(
        correlation = message.correlation,
        range = page.range.name(),
        customers = served,
        pushes = delivered.pushes,
        is_done = next.is_none() && !is_cut,
        "page of a message to all"
    );
    if next.is_some() || is_cut {
        publish(app, message, RangePage { after: next, ..page }).await?;
    }
    Ok(delivered)
}

/// What a page does whose range has moved on: one that was delivered before may have moved it and
/// then failed to publish the next page. So may one that comes when the range has rested for long:
/// a dead letter that was moved back, which can look like a new record.
async fn go_on(
    app: &AppState,
    message: &Message,
    page: RangePage,
    progress: &RangeProgress,
    delivery: Delivery,
) -> Result<Delivered, Trouble> {
    let can_be_the_last = delivery.is_repeated() || progress.has_rested(app.now());
    if can_be_the_last && !progress.done {
        publish(app, message, RangePage { after: progress.next, ..page }).await?;
    }
    Ok(Delivered::default())
}

/// Pushes to one customer whom a page could not serve.
pub(crate) async fn serve_one(
    app: &AppState,
    message: &Message,
    number: u64,
    customer: CustomerId,
) -> Result<Delivered, Trouble> {
    match app.store.broadcast(number).await?.filter(|one| !one.stopped) {
        Some(broadcast) => one(app, message, &broadcast, customer).await,
        None => Ok(Delivered::default()),
    }
}

/// Pushes to the devices that a customer had when the message was published: a device that somebody
/// registers later has the app open, and one that moves between customers gets no second push.
/// There is no badge, since counting what is unread would cost another read unit.
async fn one(
    app: &AppState,
    message: &Message,
    broadcast: &Broadcast,
    customer: CustomerId,
) -> Result<Delivered, Trouble> {
    if !broadcast.is_for(customer) {
        return Ok(Delivered::default());
    }
    let reading = push::read_recent(app, message, customer, &broadcast.audience).await?;
    if reading.devices.is_empty() {
        app.store.unlist_customer_without_devices(customer).await?;
    }
    if reading.account.as_ref().is_none_or(|account| account.status != Status::Active) {
        return Ok(Delivered::default());
    }
    let about = About {
        notification: (!broadcast.silent).then_some(broadcast.id),
        unread: None,
        registered_by: Some(broadcast.published),
        audience: Some(&broadcast.audience),
    };
    push::to_devices(app, message, customer, about, reading).await
}

async fn publish(app: &AppState, message: &Message, page: RangePage) -> Result<(), Trouble> {
    Ok(topic(app)?.publish(&message.for_range(page)).await?)
}
