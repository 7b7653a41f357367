//! The network lane: the last eight networks from which codes of a phone were verified.

use harness::Api;
use shared::limits::MOST_NETWORKS;

use super::{ABROAD, HOME, ask, log_in_from, without_limits};
use crate::PHONE;

/// An API whose strangers get one code an hour for a phone, and then a stranger who gets it.
async fn with_strangers_spent() -> Api {
    let api = Api::with(&[("CodesPerPhoneHourly", "1")]).await;
    log_in_from(&api, HOME, None).await;
    api.clock.advance_seconds(3_600);
    ask(&api, ABROAD, PHONE, None).await.expect(200);
    api.clock.advance_seconds(60);
    ask(&api, ABROAD, PHONE, None).await.expect(429);
    api
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_is_a_24_of_ipv4_or_a_48_of_ipv6() {
    let api = with_strangers_spent().await;
    ask(&api, "203.0.114.7", PHONE, None).await.expect(429);
    ask(&api, "::ffff:203.0.113.200", PHONE, None).await.expect(200);

    api.clock.advance_seconds(86_400);
    log_in_from(&api, "2001:db8:7:1::1", None).await;
    api.clock.advance_seconds(3_600);
    ask(&api, ABROAD, PHONE, None).await.expect(200);
    api.clock.advance_seconds(60);
    ask(&api, "2001:db8:8:1::1", PHONE, None).await.expect(429);
    ask(&api, "2001:db8:7:ffff::9", PHONE, None).await.expect(200);
    let table = api.whole_table().await;
    for address in ["203.0.113", "2001:db8", "cb0071"] {
        assert!(!table.contains(address), "{address} is stored in the clear");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_is_known_for_180_days_whether_or_not_its_item_is_deleted() {
    let api = with_strangers_spent().await;
    api.clock.advance_seconds(179 * 86_400);
    ask(&api, ABROAD, PHONE, None).await.expect(200);
    api.clock.advance_seconds(60);
    ask(&api, HOME, PHONE, None).await.expect(200);
    api.clock.advance_seconds(86_400);
    ask(&api, ABROAD, PHONE, None).await.expect(200);
    api.clock.advance_seconds(60);
    ask(&api, HOME, PHONE, None).await.expect(429);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_eight_networks_are_known() {
    let mut limits = without_limits(&["CodesPerPhoneDaily", "CodesPerCountryDaily"]);
    limits.push(("TextsPerPhoneDaily", "1000"));
    limits.push(("CodesPerPhoneHourly", "1"));
    let api = Api::with(&limits).await;
    let network = |n: usize| format!("203.0.{n}.1");
    for n in 0..=MOST_NETWORKS {
        log_in_from(&api, &network(n), None).await;
        api.clock.advance_seconds(3_600);
    }
    ask(&api, ABROAD, PHONE, None).await.expect(200);
    for n in 0..=MOST_NETWORKS {
        api.clock.advance_seconds(60);
        let expected = if n == 0 { 429 } else { 200 };
        ask(&api, &network(n), PHONE, None).await.expect(expected);
    }
    let networks = api.whole_table().await.matches("NETWORK#").count();
    assert_eq!(networks, MOST_NETWORKS);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counters_of_earlier_days_go_with_the_next_right_code() {
    let api = Api::start().await;
    for _ in 0..3 {
        log_in_from(&api, HOME, None).await;
        api.clock.advance_seconds(86_400);
    }
    let networks = api.items().await;
    let mut of_networks = networks
        .iter()
        .filter(|item| format!("{:?}", item["pk"]).contains("NET#"))
        .map(|item| item.keys().filter(|name| name.starts_with("tries-")).count());
    assert_eq!((of_networks.next(), of_networks.next()), (Some(1), None));
}
