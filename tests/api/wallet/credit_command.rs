//! `wallet credit`, which gives a customer of the local data money.

use harness::local_data::{LocalData, status};

use crate::PHONE;

#[tokio::test(flavor = "multi_thread")]
async fn the_command_credits_a_customer_of_the_local_data_and_nobody_else() {
    let data = LocalData::new("credit");
    let api = data.start().await;
    let phone = api.log_in(PHONE).await;
    api.stack.stop().await;
    let credit = |phone: &'static str| {
        ["wallet", "credit", "--phone", phone, "--amount", "1250", "--currency", "KWD"]
    };
    assert_eq!(data.run(&credit(PHONE)).await, status(0));
    assert_eq!(data.run(&credit(PHONE)).await, status(0));
    assert_eq!(data.run(&credit("+14155550199")).await, status(1));
    assert_eq!(data.run(&credit("nobody")).await, status(2));
    let api = data.start().await;
    let wallet = api.get("/api/wallet/").bearer(&phone.access).send().await.expect(200).json();
    assert_eq!(wallet["balances"][0]["available"], 2_500);
    assert_eq!(wallet["entries"]["results"][0]["reference"], "Test money");
    api.stack.stop().await;
}
