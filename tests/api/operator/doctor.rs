use harness::account::{Account, STACK, ServedAccount, TOPIC};
use local::{
    doctor::{Finding, Verdict, examine_stack},
    template::Template,
};
use serde_json::{Value, json};

fn template() -> Template {
    Template::embedded().expect("the template can be read")
}

async fn examined(account: Account) -> Vec<Finding> {
    let account = account.serve().await;
    examine(&account, STACK).await.expect("findings")
}

async fn examine(account: &ServedAccount, stack: &str) -> Result<Vec<Finding>, String> {
    let endpoint = Some(account.url());
    let findings = examine_stack(&template(), account.config(), endpoint, stack).await;
    findings.map_err(|error| error.to_string())
}

/// What has to be done, one line each.
fn to_do(findings: &[Finding]) -> Vec<String> {
    findings.iter().filter(|finding| finding.is_to_do()).map(ToString::to_string).collect()
}

/// Expects exactly one thing to do, which says all of `words`.
async fn expect(change: impl FnOnce(&mut Account), words: &[&str]) {
    let mut account = Account::healthy(&template());
    change(&mut account);
    let findings = examined(account).await;
    let found = to_do(&findings);
    assert_eq!(found.len(), 1, "{words:?}: {found:?}");
    for word in words {
        assert!(found[0].contains(word), "{word:?} is not in {:?}", found[0]);
    }
}

fn set(account: &mut Account, name: &str, value: &str) {
    account.parameters.insert(name.to_owned(), value.to_owned());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_account_has_nothing_to_do_and_is_only_read() {
    let account = Account::healthy(&template()).serve().await;
    let findings = examine(&account, STACK).await.expect("findings");
    assert_eq!(to_do(&findings), [""; 0]);
    let fine = |finding: &&Finding| matches!(finding.verdict, Verdict::Fine(_));
    assert_eq!(findings.iter().filter(fine).count(), findings.len(), "{findings:?}");
    let calls = account.calls();
    for (action, authorization) in &calls {
        let reads = ["Get", "List", "Describe"].iter().any(|verb| action.starts_with(verb));
        assert!(reads, "{action}");
        assert!(authorization.contains("Credential=AKIDTEST/"), "{action}: {authorization}");
    }
    for (action, scope) in [
        ("DescribeStacks", "/us-east-1/cloudformation/aws4_request"),
        ("DescribeAlarms", "/us-east-1/monitoring/aws4_request"),
        ("GetAccountSettings", "/us-east-1/lambda/aws4_request"),
        ("DescribeSecret", "/us-east-1/secretsmanager/aws4_request"),
    ] {
        let call = calls.iter().find(|(name, _)| name == action).expect(action);
        assert!(call.1.contains(scope), "{call:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_text_messages_from_arriving_is_found() {
    expect(|account| account.sandbox = true, &["SMS sandbox", "Exit SMS sandbox"]).await;
    expect(|account| drop(account.sms.remove("MonthlySpendLimit")), &["1 US dollars", "Support"])
        .await;
    expect(|account| set(account, "SmsSpendAlarm", "300"), &["200 US dollars", "300"]).await;
    expect(
        |account| drop(account.sms.remove("DeliveryStatusIAMRole")),
        &["delivery log", "aws sns set-sms-attributes"],
    )
    .await;
    let rate = "DeliveryStatusSuccessSamplingRate";
    expect(|account| drop(account.sms.insert(rate.to_owned(), "0".to_owned())), &["0 %", rate])
        .await;
    expect(|account| set(account, "CodeCountries", ""), &["CodeCountries", "nobody"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_that_go_to_the_topic_need_a_subscriber_and_no_sender_of_text_messages() {
    let by_topic = |account: &mut Account| {
        set(account, "CodeCountries", "KW");
        set(account, "CodeTopicCountries", "KW");
        let topic = "arn:aws:sns:us-east-1:123456789012:codes";
        account.resources.insert("CodeTopic".to_owned(), topic.to_owned());
    };
    let mut unheard = Account::healthy(&template());
    by_topic(&mut unheard);
    unheard.subscriptions = Some(Vec::new());
    let findings = examined(unheard).await;
    let is_said = |finding: &String| finding.contains("sender of codes to KW");
    assert!(to_do(&findings).iter().any(is_said), "{findings:?}");
    let mut account = Account::healthy(&template());
    by_topic(&mut account);
    assert_eq!(to_do(&examined(account).await), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_country_needs_what_aws_documents_for_it() {
    let us = "sender of text messages to US";
    expect(|account| account.numbers.clear(), &[us, "no sender ids"]).await;
    expect(|account| account.numbers[0].2 = "PENDING", &[us]).await;
    let kuwait = |account: &mut Account| set(account, "CodeCountries", "NL,KW");
    expect(kuwait, &["sender of text messages to KW", "SmsSenderId"]).await;
    let india = |account: &mut Account| {
        set(account, "CodeCountries", "IN");
        set(account, "SmsSenderId", "SATCHL");
    };
    expect(india, &["sender of text messages to IN", "SmsEntityId"]).await;
    let other = |account: &mut Account| set(account, "SmsOriginationNumber", "+18005550199");
    expect(other, &["SmsOriginationNumber", "+18005550199"]).await;

    let mut account = Account::healthy(&template());
    set(&mut account, "SmsOriginationNumber", "+18005550100");
    set(&mut account, "CodeCountries", "KW,US");
    set(&mut account, "SmsSenderId", "SATCHEL");
    let findings = examined(account).await;
    assert_eq!(to_do(&findings), [""; 0]);
    let unsure = findings.iter().find(|finding| matches!(finding.verdict, Verdict::Unknown(_)));
    assert_eq!(unsure.expect("a finding").subject, "sender of text messages to KW");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_below_what_the_stack_reserves_is_found() {
    expect(|account| account.quota = 10, &["concurrency", "Service Quotas"]).await;
    let reserving = |account: &mut Account| {
        set(account, "AuthConcurrency", "500");
        set(account, "CustomerConcurrency", "450");
    };
    expect(reserving, &["reserves 950"]).await;
    let mut account = Account::healthy(&template());
    set(&mut account, "AuthConcurrency", "500");
    assert_eq!(to_do(&examined(account).await), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_differs_from_the_template_is_found() {
    let index = |account: &mut Account| account.table["GlobalSecondaryIndexes"] = json!([]);
    expect(index, &["keys and indexes", "index due"]).await;
    let key = |account: &mut Account| account.table["KeySchema"][0]["AttributeName"] = json!("id");
    expect(key, &["keys and indexes"]).await;
    expect(|account| account.table = Value::Null, &["it does not exist"]).await;
    expect(|account| account.expiry = None, &["aws dynamodb update-time-to-live"]).await;
    expect(|account| account.recovery = false, &["update-continuous-backups"]).await;
    let protection =
        |account: &mut Account| account.table["DeletionProtectionEnabled"] = json!(false);
    expect(protection, &["--deletion-protection-enabled"]).await;
    let arn = "arn:aws:kms:us-east-1:123456789012:key/1";
    expect(|account| set(account, "KmsKeyArn", arn), &["encryption", "--sse-specification"]).await;

    let mut account = Account::healthy(&template());
    set(&mut account, "KmsKeyArn", arn);
    set(&mut account, "TableDeletionProtection", "false");
    account.table["DeletionProtectionEnabled"] = json!(false);
    account.table["SSEDescription"] =
        json!({"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn});
    assert_eq!(to_do(&examined(account).await), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn alarms_that_are_missing_or_that_nobody_hears_are_found() {
    let name = format!("{STACK}-LedgerAlarm");
    expect(|account| drop(account.alarms.remove(&name)), &["missing: LedgerAlarm"]).await;
    expect(|account| drop(account.resources.remove("LedgerAlarm")), &["LedgerAlarm"]).await;
    let silent = |account: &mut Account| drop(account.alarms.insert(name.clone(), Vec::new()));
    expect(silent, &[&name, "do not notify"]).await;
    expect(|account| set(account, "AlarmTopicArn", ""), &["nobody", "AlarmTopicArn"]).await;
    let pending = |account: &mut Account| account.subscriptions = Some(vec!["PendingConfirmation"]);
    expect(pending, &["no confirmed subscription", "aws sns subscribe"]).await;
    expect(|account| account.subscriptions = None, &["there is no topic", TOPIC]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_are_missing_or_about_to_be_deleted_are_found() {
    expect(|account| drop(account.resources.remove("HashSecret")), &["secret HashSecret"]).await;
    let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:HashSecret";
    expect(|account| drop(account.secrets.remove(arn)), &["secret HashSecret", "not exist"]).await;
    let deleted = |account: &mut Account| {
        let secret = account.secrets.get_mut(arn).expect("a secret");
        secret["DeletedDate"] = json!(1_760_000_000.0);
    };
    expect(deleted, &["aws secretsmanager restore-secret"]).await;
    let mut account = Account::healthy(&template());
    let secret = account.secrets.get_mut(arn).expect("a secret");
    secret["LastChangedDate"] = json!(1_767_225_600.25);
    secret["LastRotatedDate"] = json!(1_767_312_000);
    let findings = examined(account).await;
    let found = findings.iter().find(|finding| finding.subject == "secret HashSecret");
    assert_eq!(
        found.expect("a finding").to_string(),
        "ok: secret HashSecret: last changed on 2026-01-01, rotated on 2026-01-02"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_is_not_whole_is_found() {
    for status in ["UPDATE_ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS", "DELETE_FAILED"] {
        expect(|account| status.clone_into(&mut account.status), &["stack"]).await;
    }
    let account = Account::healthy(&template()).serve().await;
    let error = examine(&account, "other").await.expect_err("there is no such stack");
    assert_eq!(
        error,
        "cloudformation:DescribeStacks failed: ValidationError Stack with id other does not exist"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_denied_hides_no_other_finding() {
    for action in [
        "GetSMSSandboxAccountStatus",
        "GetSMSAttributes",
        "GetAccountSettings",
        "DescribeAlarms",
        "ListSubscriptionsByTopic",
    ] {
        let deny = |account: &mut Account| account.denied = [action].into();
        expect(deny, &[action, "AccessDenied"]).await;
    }
    let mut account = Account::healthy(&template());
    account.denied.insert("ListOriginationNumbers");
    account.denied.insert("DescribeSecret");
    account.sandbox = true;
    let found = to_do(&examined(account).await);
    assert_eq!(found.len(), 1 + 1 + 3, "{found:?}");
}

/// Emulators do not have all calls. That is no fault of an account.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_the_api_does_not_know_is_not_checked() {
    for action in ["GetSMSSandboxAccountStatus", "GetAccountSettings", "DescribeAlarms"] {
        let mut account = Account::healthy(&template());
        account.unknown.insert(action);
        let findings = examined(account).await;
        assert_eq!(to_do(&findings), [""; 0]);
        let unknown = |finding: &&Finding| matches!(finding.verdict, Verdict::Unknown(_));
        assert_eq!(findings.iter().filter(unknown).count(), 1, "{action}");
    }
}
