//! A customer with items of every kind, and all lists.

use std::time::{Duration, Instant};

use harness::{Answer, Api, phone::LoggedIn};
use serde_json::json;

use crate::{PHONE, location, wallet::Purse};

/// How often a list is read to know its time.
const READS: usize = 21;

/// Lists of the caller's own items, and those of the sample shop, whose pets are everybody's.
const WARM: [(&str, &str); 9] = [
    ("devices", "/api/devices/"),
    ("sessions", "/api/sessions/"),
    ("notifications", "/api/notifications/"),
    ("addresses", "/api/addresses/"),
    ("wallet entries", "/api/wallet/"),
    ("export, all pages", "/api/customer/export/"),
    ("pets of a status", "/v2/pet/findByStatus?status=sold"),
    ("pets of a tag", "/v2/pet/findByTags?tags=growth"),
    ("inventory", "/v2/store/inventory"),
];

/// What every process keeps after its first read, which is the one that is measured.
const COLD: [(&str, &str); 5] = [
    ("app information, first read", "/api/app-info/"),
    ("FAQs, first read", "/api/faqs/"),
    ("social accounts, first read", "/api/social-accounts/"),
    ("countries, first read", "/api/countries/"),
    ("region and service area, first read", "/api/region/?lat=24.5&lng=46.5"),
];

/// The customer whose lists are read.
pub(super) struct Subject<'a> {
    api: &'a Api,
    pub(super) phone: LoggedIn,
}

/// What a list cost.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) name: &'static str,
    pub(super) calls: usize,
    pub(super) read_units: f64,
    pub(super) bytes: usize,
    /// The shortest of all reads, which the rest of the machine disturbed least.
    pub(super) took: Duration,
}

impl<'a> Subject<'a> {
    /// Logs in and stores some of everything.
    pub(super) async fn with_items(api: &'a Api) -> Self {
        let phone = api.log_in(PHONE).await;
        for n in 0..5 {
            api.register(&phone.access, &format!("registration-{n}")).await.expect(201);
            location::create(api, &phone.access, &location::riyadh()).await.expect(201);
        }
        for n in 0..25 {
            api.notify(&phone, &format!("message-{n}"), "A title").await;
        }
        let purse = Purse::with(api, phone.clone());
        purse.credit(1_000, "USD").await.expect(200);
        for _ in 0..24 {
            purse.debit(1).await.expect(200);
        }
        for id in 501..=505 {
            let tags = json!([{"name": "growth"}]);
            let pet = json!({
                "id": id, "name": "x", "photoUrls": [], "status": "sold", "tags": tags,
            });
            api.post("/v2/pet").json(&pet).send().await.expect(200);
        }
        location::push(api, &[location::square("riyadh", [46.0, 24.0], 1.0, true)]).await;
        Self { api, phone }
    }

    /// Reads every list.
    pub(super) async fn measure_lists(&self) -> Vec<Measured> {
        let mut measured = Vec::new();
        for (name, path) in WARM {
            let mut times = Vec::new();
            for _ in 0..READS {
                times.push(self.read(self.api, name, path).await);
            }
            measured.push(shortest(times));
        }
        for (name, path) in COLD {
            let mut times = Vec::new();
            for _ in 0..3 {
                times.push(self.read(&self.api.another(&[]).await, name, path).await);
            }
            measured.push(shortest(times));
        }
        measured
    }

    /// Reads a list to its end.
    #[expect(clippy::disallowed_methods, reason = "how long it really takes")]
    async fn read(&self, api: &Api, name: &'static str, path: &str) -> Measured {
        api.wire.reset();
        let began = Instant::now();
        let mut answer = self.get(api, path).await;
        let mut bytes = answer.body.len();
        while let Some(next) = next_page(name, &answer) {
            answer = self.get(api, &next).await;
            bytes += answer.body.len();
        }
        let took = began.elapsed();
        let calls = api.wire.calls().len();
        Measured { name, calls, read_units: api.wire.cost().read_units + 0.0, bytes, took }
    }

    async fn get(&self, api: &Api, path: &str) -> Answer {
        let request = api.get(path);
        let is_public = path.starts_with("/v2/");
        let request = if is_public { request } else { request.bearer(&self.phone.access) };
        request.send().await.expect(200)
    }
}

/// The path of the next page of an export.
fn next_page(name: &str, answer: &Answer) -> Option<String> {
    let next = answer.json()["next"].as_str().filter(|_| name.starts_with("export"))?.to_owned();
    next.find("/api/").map(|start| next[start..].to_owned())
}

fn shortest(measured: Vec<Measured>) -> Measured {
    measured.into_iter().min_by_key(|each| each.took).expect("a list was read")
}
