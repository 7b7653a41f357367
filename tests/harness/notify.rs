//! Messages that other systems publish, and what customers and devices receive.

use local::sns_recorder::Message;
use serde_json::{Value, json};

use crate::{Answer, Api, phone::LoggedIn};

impl Api {
    /// Publishes a message to the topic.
    pub fn publish(&self, message: &Value) {
        self.stack.queue.as_ref().expect("there is a queue").send(message.to_string());
    }

    /// Publishes a message to one customer and delivers the visible messages of the queue.
    pub async fn notify(&self, phone: &LoggedIn, id: &str, title: &str) {
        self.publish(
            &json!({"id": id, "to": {"customer_id": phone.customer["id"]}, "title": title}),
        );
        self.stack.deliver().await;
    }

    /// The number of messages left in the queue.
    pub fn waiting(&self) -> usize {
        self.stack.queue.as_ref().map_or(0, local::queue::Queue::len)
    }

    /// Advances the clock until failed messages are visible again and delivers them.
    pub async fn deliver_again(&self) {
        let function =
            self.stack.deployment.functions.iter().find_map(|function| function.queue.as_ref());
        let rest = function.expect("a consumer has a queue").visibility_timeout;
        self.clock.advance_seconds(i64::try_from(rest.as_secs()).expect("a short time"));
        self.stack.deliver().await;
    }

    /// The pushes to a registration id, oldest first, as messages of Firebase Cloud Messaging.
    pub fn pushes_to(&self, registration_id: &str) -> Vec<Value> {
        let push = |message: Message| match message {
            Message::Push { to, message, .. } => (to == registration_id).then_some(message),
            Message::Sms { .. } | Message::Code { .. } => None,
        };
        self.stack.recorder.messages().into_iter().filter_map(push).collect()
    }

    /// The titles of the pushes to a registration id, oldest first.
    pub fn pushed_titles(&self, registration_id: &str) -> Vec<String> {
        let title =
            |push: Value| push["notification"]["title"].as_str().unwrap_or_default().to_owned();
        self.pushes_to(registration_id).into_iter().map(title).collect()
    }

    /// Registers a device.
    pub async fn register(&self, access: &str, registration_id: &str) -> Answer {
        let body = json!({"registration_id": registration_id, "type": "android"});
        self.post("/api/devices/").bearer(access).json(&body).send().await
    }

    /// The first page of the inbox.
    pub async fn inbox(&self, access: &str) -> Value {
        self.get("/api/notifications/").bearer(access).send().await.expect(200).json()
    }

    /// The titles on the first page of the inbox.
    pub async fn inbox_titles(&self, access: &str) -> Vec<String> {
        let page = self.inbox(access).await;
        let results = page["results"].as_array().expect("a list").iter();
        results.map(|item| item["title"].as_str().expect("a title").to_owned()).collect()
    }
}
