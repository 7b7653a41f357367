//! A day under attack: 200 addresses against one owner and one country.

use futures_util::future::join_all;
use harness::{Api, phone::Code};

use super::{ABROAD, HOME, UNKNOWN, ask, log_in_from, try_code};
use crate::PHONE;

/// A cent. Amazon lists less for the United States, the carrier's fee included
/// (aws.amazon.com/end-user-messaging/pricing); elsewhere a message can cost ten times as much.
const DOLLARS_PER_TEXT: f64 = 0.01;
/// On demand in us-east-1, of a million units (aws.amazon.com/dynamodb/pricing/on-demand).
const DOLLARS_PER_MILLION_READS: f64 = 0.125;
const DOLLARS_PER_MILLION_WRITES: f64 = 0.625;

const ADDRESSES: u32 = 200;
const HOURS: u32 = 24;
/// A quarter of the addresses is busy in each hour.
const BUSY: u32 = 4;
/// Lower than by default, as an address makes fewer requests here than an attacker would: strangers
/// ask for twice as many codes as this.
const COUNTRY: u32 = 300;

/// What the attackers know: the newest challenge that they got for the owner's phone.
#[derive(Default)]
struct Attack {
    challenge: Option<String>,
    hour: u32,
}

impl Attack {
    /// The addresses that are busy in this hour.
    fn addresses(&self) -> impl Iterator<Item = u32> + use<> {
        let hour = self.hour;
        (0..ADDRESSES).filter(move |n| (n + hour).is_multiple_of(BUSY))
    }

    /// One address asks for a code of the owner's. A quarter of the others tries it, a quarter
    /// tries made-up challenges, and the rest asks for codes of random phones.
    async fn run(&mut self, api: &Api) {
        let first = self.addresses().next().expect("addresses");
        self.ask_for_owner(api, &address(first)).await;
        let attacks = self.addresses().map(|n| self.attack_from(api, n));
        join_all(attacks).await;
    }

    async fn ask_for_owner(&mut self, api: &Api, address: &str) {
        let sent = ask(api, address, PHONE, None).await;
        if let Some(challenge) = sent.json()["challenge"].as_str() {
            self.challenge = Some(challenge.to_owned());
        }
    }

    async fn attack_from(&self, api: &Api, n: u32) {
        let address = address(n);
        let challenge = self.challenge.clone().unwrap_or_else(|| UNKNOWN.to_owned());
        let otp = "000000".to_owned();
        match n / BUSY % 4 {
            0 => drop(try_code(api, &address, &Code { challenge, otp }, None).await),
            1 => {
                let made_up = Code { challenge: UNKNOWN.to_owned(), otp };
                drop(try_code(api, &address, &made_up, Some("no token")).await);
            }
            _ => {
                let phone = format!("+1415{}", 2_000_000 + self.hour * 1_000 + n);
                drop(ask(api, &address, &phone, None).await);
            }
        }
    }
}

fn address(n: u32) -> String {
    format!("198.{}.{}.1", 18 + n / 100, n % 100)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_addresses_attack_an_owner_and_a_country_for_a_day() {
    let budget = COUNTRY.to_string();
    let api = Api::with(&[("CodesPerCountryDaily", &budget)]).await;
    let owner = log_in_from(&api, HOME, None).await;
    // The attack begins at midnight, four hours later, and lasts for a day.
    api.clock.advance_seconds(4 * 3_600);
    let before = api.stack.recorder.messages().len();
    api.wire.reset();
    let (mut attack, mut of_owner) = (Attack::default(), 0);
    for hour in 0..HOURS {
        attack.hour = hour;
        attack.run(&api).await;
        api.clock.advance_seconds(600);
        attack.ask_for_owner(&api, &address(hour)).await;
        api.clock.advance_seconds(60);
        // Strangers get twenty of the phone's 25 messages of a day.
        let owner_logs_in = hour % 12 == 6;
        if owner_logs_in {
            log_in_from(&api, HOME, None).await;
        }
        api.clock.advance_seconds(60);
        if owner_logs_in {
            log_in_from(&api, &format!("192.0.{hour}.5"), Some(&owner.refresh)).await;
            of_owner += 2;
        }
        api.clock.advance_seconds(3_600 - 720);
    }
    let to_strangers = api.stack.recorder.messages().len() - before - of_owner;
    let cost = api.wire.cost();
    let storage =
        cost.read_units * DOLLARS_PER_MILLION_READS + cost.write_units * DOLLARS_PER_MILLION_WRITES;
    assert!(to_strangers <= COUNTRY as usize, "{to_strangers} messages to strangers");
    assert!(to_strangers > COUNTRY as usize - 20, "the attack spends the budget: {to_strangers}");
    // The owner buys a new phone, and uses it on a journey.
    api.clock.advance_seconds(3_000);
    log_in_from(&api, ABROAD, None).await;
    println!(
        "{to_strangers} messages to strangers: ${:.2}; storage: ${:.4}",
        f64::from(u32::try_from(to_strangers).expect("few")) * DOLLARS_PER_TEXT,
        storage / 1e6
    );
}
