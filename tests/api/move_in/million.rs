//! A million rows, in processes that are killed.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::types::AttributeValue;
use harness::{Api, bootstrap::launcher, local_data::LocalData};
use shared::hashes::fingerprint;

use super::{MAPPING, dump::DumpFile, plain};

/// Users that have a million rows together.
const USERS: u64 = 264_550;

fn start([dump, mapping, report]: [&DumpFile; 3], data: &LocalData) -> Child {
    Command::new(launcher())
        .args(["move-in", "--mapping"])
        .arg(mapping.path())
        .arg("--report")
        .arg(report.path())
        .arg("--data")
        .arg(data.path())
        .arg(dump.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("the launcher starts")
}

/// How much is stored.
fn bytes(data: &LocalData) -> u64 {
    let files = std::fs::read_dir(data.path()).expect("a folder");
    let length = |file: std::io::Result<std::fs::DirEntry>| Some(file.ok()?.metadata().ok()?.len());
    files.filter_map(length).sum()
}

/// The number of items, and a sum of hashes of them that does not depend on their order.
#[expect(clippy::disallowed_methods, reason = "only a test reads the whole table")]
async fn digest(data: &LocalData) -> (u64, u64) {
    let api: Api = data.start().await;
    let client = api.dynamodb();
    // Without a limit, the embedded engine reads the whole table for each page.
    let scan = client.scan().table_name(api.table_name()).limit(1_000);
    let mut pages = scan.into_paginator().send();
    let (mut count, mut sum) = (0, 0_u64);
    while let Some(page) = pages.next().await {
        for item in page.expect("a page").items.unwrap_or_default() {
            let item = plain(AttributeValue::M(item));
            if !item["pk"].as_str().unwrap_or_default().starts_with("KEY#") {
                let hash = fingerprint(&item.to_string());
                sum = sum.wrapping_add(u64::from_str_radix(&hash, 16).expect("hexadecimal"));
                count += 1;
            }
        }
    }
    api.stack.stop().await;
    (count, sum)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a quarter of an hour, beside other work more"]
#[expect(clippy::disallowed_methods, reason = "it measures how long the run takes")]
async fn a_million_rows_in_a_move_that_is_killed_five_times() {
    let mapping = DumpFile::new("million-mapping", MAPPING);
    let dump = DumpFile::of_users("million", USERS);
    let report = DumpFile::empty("million-report");
    let files = [&dump, &mapping, &report];
    let (whole, killed) = (LocalData::new("million-whole"), LocalData::new("million-killed"));
    let began = Instant::now();
    assert!(start(files, &whole).wait().expect("it ends").success());
    let took = began.elapsed();
    println!("{:.0} rows a second", 1_000_000.0 / took.as_secs_f64());

    std::fs::create_dir_all(killed.path()).expect("a folder");
    let secrets = |data: &LocalData| data.path().join("secrets.json");
    std::fs::copy(secrets(&whole), secrets(&killed)).expect("the same secrets");
    for kill in 1..=5 {
        let mut run = start(files, &killed);
        let grown = bytes(&killed) + bytes(&whole) / 60;
        while bytes(&killed) < grown.max(bytes(&whole) / 6 * kill) {
            assert_eq!(run.try_wait().expect("a child"), None, "it ended before kill {kill}");
            std::thread::sleep(Duration::from_millis(50));
        }
        run.kill().expect("it runs");
        assert!(!run.wait().expect("it ends").success(), "it ended before kill {kill}");
    }
    let status = start(files, &killed).wait().expect("it ends");
    assert!(status.success(), "{}", report.text());
    let (whole, killed) = (digest(&whole).await, digest(&killed).await);
    println!("{} items", whole.0);
    assert_eq!(whole, killed);
}
