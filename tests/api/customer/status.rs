use harness::{
    Answer, Api,
    local_data::{LocalData, status},
    log,
};
use local::customer_admin::{CustomerAdmin, CustomerAdminError};
use serde_json::json;
use shared::account::StatusChange;

use crate::PHONE;

const INACTIVE: &str = "401 authentication_failed: User is inactive [null]";
const NO_ACCOUNT: &str =
    "401 no_active_account: No active account found for the given token. [null]";

async fn set_disabled(
    api: &Api,
    phone: &str,
    disabled: bool,
    why: &str,
) -> Result<bool, CustomerAdminError> {
    let store = api.stack.state("customer").expect("customer runs").store.clone();
    let admin = CustomerAdmin::new(store, &api.stack.secrets).expect("the secrets are there");
    let change = StatusChange {
        at: api.stack.state("customer").expect("customer runs").now(),
        why: why.to_owned(),
    };
    admin.set_disabled(phone, disabled, change).await
}

async fn export(api: &Api, access: &str) -> Answer {
    api.get("/api/customer/export/").bearer(access).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn disabling_ends_every_session_and_enabling_restores_none() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    assert!(set_disabled(&api, PHONE, true, "chargebacks of last week").await.expect("done"));
    assert!(!set_disabled(&api, PHONE, true, "again").await.expect("done"));
    assert_eq!(api.profile(&phone.access).await.error(), INACTIVE);
    assert_eq!(export(&api, &phone.access).await.error(), INACTIVE);
    assert_eq!(api.refresh(&phone.refresh).await.error(), NO_ACCOUNT);
    api.clock.advance_seconds(60);
    // Only a request with the right code learns that the account is disabled.
    let code = api.code_for(PHONE).await;
    let wrong = harness::phone::Code { otp: code.wrong(), ..code.clone() };
    assert_eq!(
        api.authenticate(PHONE, &wrong).await.error(),
        "400 invalid_otp: The code is wrong or has expired. [otp]"
    );
    assert_eq!(api.authenticate(PHONE, &code).await.error(), NO_ACCOUNT);

    assert!(set_disabled(&api, PHONE, false, "settled").await.expect("done"));
    api.profile(&phone.access).await.expect(401);
    api.refresh(&phone.refresh).await.expect(401);
    api.clock.advance_seconds(60);
    let again = api.log_in(PHONE).await;
    assert_eq!(again.customer["id"], phone.customer["id"]);
    assert_eq!(
        export(&api, &again.access).await.expect(200).json()["account"]["status_change"]["why"],
        json!("settled")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_actions_are_logged_without_personal_data() {
    let api = Api::start().await;
    api.log_in("+447400123111").await;
    set_disabled(&api, "+447400123111", true, "a reason that only this test has")
        .await
        .expect("done");
    let logged = log::everything();
    let line = logged
        .lines()
        .find(|line| line.contains("a reason that only this test has"))
        .expect("a line");
    assert!(line.contains("customer_disabled") && !line.contains("7400123111"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_without_an_account_cannot_be_disabled() {
    let api = Api::start().await;
    assert!(matches!(
        set_disabled(&api, PHONE, true, "w").await,
        Err(CustomerAdminError::NoAccount)
    ));
    assert!(matches!(
        set_disabled(&api, "nobody", true, "w").await,
        Err(CustomerAdminError::InvalidPhone)
    ));
    let phone = api.log_in(PHONE).await;
    api.delete("/api/customer/").bearer(&phone.access).send().await.expect(204);
    assert!(matches!(
        set_disabled(&api, PHONE, false, "w").await,
        Err(CustomerAdminError::NoAccount)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_works_on_the_local_data_folder() {
    let data = LocalData::new("operator");
    let api = data.start().await;
    let phone = api.log_in(PHONE).await;
    api.stack.stop().await;
    assert_eq!(data.run(&["customer", "disable", PHONE, "--why", "a test"]).await, status(0));
    let api = data.start().await;
    assert_eq!(api.profile(&phone.access).await.error(), INACTIVE);
    api.stack.stop().await;
}
