//! Publication and rollback of the content.

use futures_util::future::join_all;
use harness::{
    Api,
    local_data::{LocalData, status},
};
use local::{
    content_admin::{ContentError, Draft},
    publication::Publication as _,
};
use serde_json::{Value, json};

use super::{admin, answering, first_answer, much_later, push, sample, start};

async fn draft(api: &Api, content: &Value) -> Draft {
    let now = api.stack.state("app-info").expect("app-info runs").now();
    admin(api).draft(&content.to_string(), now).await.expect("the content is valid")
}

async fn roll_back(api: &Api) -> Result<u64, ContentError> {
    admin(api).publish(&admin(api).draft_of_rollback().await?).await
}

fn shown(draft: &Draft) -> Vec<String> {
    draft.changes.iter().map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_table_is_filled_once_and_never_again() {
    let api = start().await;
    push(&api, &answering("Published.")).await;
    api.stack.seed().await.expect("nothing to do");
    assert_eq!(first_answer(&api).await, "Published.");
    // Several launchers start at once.
    let empty = Api::start().await;
    for filled in join_all((0..8).map(|_| empty.stack.seed())).await {
        filled.expect("filled by one of them");
    }
    assert_eq!(first_answer(&empty).await, sample()["faqs"][0]["answer"]["en"]);
    assert_eq!(push(&empty, &answering("Second.")).await, 2, "the sample was published once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_any_error_changes_nothing() {
    let api = start().await;
    let mut content = answering("Right.");
    content["faqs"][1]["question"]["ar"] = json!("");
    content["platforms"]["ios"]["latest"] = json!("1.5");
    let refused = admin(&api)
        .draft(&content.to_string(), api.stack.state("app-info").expect("app-info runs").now())
        .await;
    let Err(ContentError::Invalid(problems)) = refused else { panic!("{refused:?}") };
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "platforms.ios.latest: this is not known here, or not written as it must be",
            "faqs[id 2].question.ar: this is blank"
        ]
    );
    assert!(api.wire.calls().is_empty(), "an invalid file needs no call to storage");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_changes_are_shown_before_they_are_published() {
    let api = start().await;
    let mut content = sample();
    content["faqs"][0]["answer"]["zh"] = json!("短信登录。");
    content["maintenance"]["active"] = json!(true);
    content["features"]["referrals"] = json!(null);
    let draft = draft(&api, &content).await;
    assert!(
        api.wire.calls().iter().all(|call| call.operation == "GetItem"),
        "a draft writes nothing"
    );
    let old = &sample()["faqs"][0]["answer"]["zh"];
    assert_eq!(
        shown(&draft),
        [
            "- maintenance.active: false\n+ maintenance.active: true".to_owned(),
            "- features.referrals: false".to_owned(),
            format!("- faqs[id 1].answer.zh: {old}\n+ faqs[id 1].answer.zh: \"短信登录。\""),
        ]
    );
    assert!(self::draft(&api, &sample()).await.changes.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_restores_the_previous_version_if_there_is_one() {
    let api = start().await;
    let sample_answer = first_answer(&api).await;
    assert!(
        matches!(roll_back(&api).await, Err(ContentError::NoPreviousVersion)),
        "the first version has no predecessor"
    );
    assert_eq!(push(&api, &answering("Second.")).await, 2);
    assert_eq!(push(&api, &answering("Third.")).await, 3);
    for (version, answer) in [(2, "Second."), (1, sample_answer.as_str())] {
        assert_eq!(roll_back(&api).await.expect("there is a previous version"), version);
        much_later(&api).await;
        assert_eq!(first_answer(&api).await, answer);
    }
    assert!(matches!(roll_back(&api).await, Err(ContentError::NoPreviousVersion)));
    // A version that was rolled back stays in the table. The next one has a new number and this one
    // as its predecessor.
    assert_eq!(push(&api, &answering("Fourth.")).await, 4);
    assert_eq!(roll_back(&api).await.expect("there is a previous version"), 1);
    let empty = Api::start().await;
    assert!(matches!(roll_back(&empty).await, Err(ContentError::NoPreviousVersion)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_restores_the_availability_too() {
    let api = start().await;
    let mut content = sample();
    content["platforms"]["ios"]["minimum_version"] = json!("1.4.0");
    push(&api, &content).await;
    much_later(&api).await;
    let old = || {
        api.get("/api/customer/")
            .header("x-app-platform", "ios")
            .header("x-app-version", "1.3.9")
            .send()
    };
    old().await.expect(426);
    let draft = admin(&api).draft_of_rollback().await.expect("there is a previous version");
    assert_eq!(
        shown(&draft),
        ["- platforms.ios.minimum_version: \"1.4.0\"\n+ platforms.ios.minimum_version: \"1.0.0\""]
    );
    admin(&api).publish(&draft).await.expect("nobody else publishes");
    much_later(&api).await;
    old().await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_publications_at_once_one_succeeds_and_the_others_get_an_error() {
    let api = start().await;
    push(&api, &answering("Before.")).await;
    let mut drafts = Vec::new();
    for n in 0..12 {
        drafts.push(draft(&api, &answering(&format!("By {n}."))).await);
    }
    drafts.push(admin(&api).draft_of_rollback().await.expect("there is a previous version"));
    let admin = admin(&api);
    let outcomes = join_all(drafts.iter().map(|draft| admin.publish(draft))).await;
    let published: Vec<usize> =
        (0..outcomes.len()).filter(|place| outcomes[*place].is_ok()).collect();
    assert_eq!(published.len(), 1, "{outcomes:?}");
    assert!(
        outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(ContentError::Conflict))),
        "{outcomes:?}"
    );
    let told = first_answer(&api).await;
    let expected = if published[0] == 12 {
        first_answer_of(&sample())
    } else {
        format!("By {}.", published[0])
    };
    assert_eq!(told, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_refused_after_another_publication_even_if_that_was_rolled_back() {
    let api = start().await;
    push(&api, &answering("Second.")).await;
    let stale = [
        draft(&api, &answering("Stale.")).await,
        admin(&api).draft_of_rollback().await.expect("there is a previous version"),
    ];
    push(&api, &answering("Third.")).await;
    roll_back(&api).await.expect("there is a previous version");
    for draft in &stale {
        assert!(matches!(admin(&api).publish(draft).await, Err(ContentError::Conflict)));
    }
    assert_eq!(first_answer(&api).await, "Second.");
    assert_eq!(push(&api, &answering("Fourth.")).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn maintenance_set_by_hand_stays_and_is_part_of_the_comparison() {
    use aws_sdk_dynamodb::types::AttributeValue;
    let api = start().await;
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let by_hand = [
        ("active".to_owned(), AttributeValue::Bool(true)),
        ("message".to_owned(), text("By hand.")),
    ];
    let update = api
        .dynamodb()
        .update_item()
        .table_name(api.table_name())
        .key("pk", text("APP#INFO"))
        .key("sk", text("INFO"));
    let update = update.update_expression("SET maintenance = :m");
    update
        .expression_attribute_values(":m", AttributeValue::M(by_hand.into()))
        .send()
        .await
        .expect("written");
    let told = super::get(&api, "/api/app-info/", "ar").await.json();
    assert_eq!(told["maintenance"], json!({"active": true, "message": "By hand.", "until": null}));
    let message = &sample()["maintenance"]["message"];
    assert_eq!(
        shown(&draft(&api, &sample()).await),
        [
            "- maintenance.active: true\n+ maintenance.active: false".to_owned(),
            format!(
                "- maintenance.message: \"By hand.\"\n+ maintenance.message: {}",
                sorted(message)
            ),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_work_on_the_local_data_folder() {
    let data = LocalData::new("content");
    let file = std::env::temp_dir().join(format!("satchel-content-{}.json", std::process::id()));
    let path = file.to_str().expect("a path in ASCII");
    let api = data.start().await;
    api.stack.seed().await.expect("the sample is valid");
    api.stack.stop().await;

    std::fs::write(&file, answering("By the command.").to_string()).expect("the file is written");
    assert_eq!(data.run(&["content", "push", path, "--yes"]).await, status(0));
    assert_eq!(data.run(&["content", "show"]).await, status(0));
    std::fs::write(&file, "{}").expect("the file is written");
    assert_eq!(data.run(&["content", "push", path, "--yes"]).await, status(2));
    let api = data.start().await;
    assert_eq!(first_answer(&api).await, "By the command.");
    api.stack.stop().await;

    assert_eq!(data.run(&["content", "rollback", "--yes"]).await, status(0));
    assert_eq!(data.run(&["content", "rollback", "--yes"]).await, status(1));
    let api = data.start().await;
    assert_eq!(first_answer(&api).await, first_answer_of(&sample()));
    api.stack.stop().await;
    std::fs::remove_file(file).expect("the file can be removed");
}

fn first_answer_of(content: &Value) -> String {
    content["faqs"][0]["answer"]["en"].as_str().expect("a text").to_owned()
}

fn sorted(value: &Value) -> Value {
    let mut sorted = value.clone();
    sorted.sort_all_objects();
    sorted
}
