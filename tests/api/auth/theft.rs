//! What a stolen refresh token is worth: a thief who comes first is thrown out when the owner
//! comes, and a spent token is worth nothing once its successor was received.

use std::fmt::Write as _;

use harness::{Answer, Api};
use serde_json::json;

use super::rotation::{REPLAY, refreshed};
use crate::PHONE;

/// The answers to the refreshes of thief and owner, in their order, and what comes of the next one
/// of each.
struct Course {
    token: &'static str,
    thief: Answer,
    owner: Answer,
    thief_again: Answer,
    owner_again: Answer,
}

#[tokio::test(flavor = "multi_thread")]
async fn what_each_stolen_refresh_token_is_worth() {
    let courses = [
        newest_and_calls().await,
        newest_and_waits().await,
        newest_and_keeps_ahead().await,
        spent_and_acknowledged().await,
        spent_and_acknowledged_a_minute_ago().await,
        spent_and_not_acknowledged().await,
        older().await,
    ];
    let mut table = format!("{:<42} thief  owner  thief  owner\n", "the thief has");
    for Course { token, thief, owner, thief_again, owner_again } in courses {
        let statuses = [thief, owner, thief_again, owner_again].map(|answer| answer.status);
        let statuses = statuses.map(|status| format!("{:>5}", status.as_u16())).join("  ");
        writeln!(table, "{token:<42} {statuses}").expect("a text");
    }
    let expected = "
the thief has                              thief  owner  thief  owner
the newest token, and calls                  200    401    401    401
the newest token, refreshes and waits        200    200    401    401
the newest token, keeps ahead of the owner   200    200    401    401
a spent token, acknowledged                  401    401    401    401
the same, acknowledged a minute ago          200    200    401    401
a spent token, not acknowledged              200    401    401    401
an older token                               401    401    401    401
";
    assert_eq!(table.trim(), expected.trim());
}

/// The thief comes first and calls. The owner comes with the same token, and both are out.
async fn newest_and_calls() -> Course {
    let api = Api::start().await;
    let token = api.log_in(PHONE).await.refresh;
    let thief = api.refresh(&token).await;
    api.profile(&thief.text("access")).await.expect(200);
    api.clock.advance_seconds(900);
    let owner = api.refresh(&token).await;
    assert_eq!(owner.error(), REPLAY);
    let thief_again = api.refresh(&thief.text("refresh")).await;
    api.profile(&thief.text("access")).await.expect(401);
    let owner_again = api.refresh(&token).await;
    Course { token: "the newest token, and calls", thief, owner, thief_again, owner_again }
}

/// The thief only refreshes, so as to stay unseen. The owner gets the same pair, and its first call
/// makes a replay of what the thief presents next.
async fn newest_and_waits() -> Course {
    let api = Api::start().await;
    let token = api.log_in(PHONE).await.refresh;
    let thief = api.refresh(&token).await;
    api.clock.advance_seconds(900);
    let owner = api.refresh(&token).await;
    assert_eq!(owner.text("refresh"), thief.text("refresh"));
    api.profile(&owner.text("access")).await.expect(200);
    api.clock.advance_seconds(900);
    let thief_again = api.refresh(&token).await;
    let owner_again = api.refresh(&owner.text("refresh")).await;
    let token = "the newest token, refreshes and waits";
    Course { token, thief, owner, thief_again, owner_again }
}

/// The thief refreshes before the owner each time. When it first calls before the owner has
/// refreshed, both are out.
async fn newest_and_keeps_ahead() -> Course {
    let api = Api::start().await;
    let token = api.log_in(PHONE).await.refresh;
    let thief = api.refresh(&token).await;
    let owner = api.refresh(&token).await;
    api.profile(&owner.text("access")).await.expect(200);
    api.clock.advance_seconds(900);
    let ahead = api.refresh(&thief.text("refresh")).await.expect(200);
    api.profile(&ahead.text("access")).await.expect(200);
    api.clock.advance_seconds(61);
    let owner_again = api.refresh(&owner.text("refresh")).await;
    let thief_again = api.refresh(&ahead.text("refresh")).await;
    let token = "the newest token, keeps ahead of the owner";
    Course { token, thief, owner, thief_again, owner_again }
}

/// The phone has received the successor: the spent token is worth nothing, and shows the theft.
async fn spent_and_acknowledged() -> Course {
    let api = Api::start().await;
    let of_owner = refreshed(&api).await;
    api.profile(&of_owner.access).await.expect(200);
    api.clock.advance_seconds(61);
    let thief = api.refresh(&of_owner.spent).await;
    assert_eq!(thief.error(), REPLAY);
    let owner = api.refresh(&of_owner.newest).await;
    let thief_again = api.refresh(&of_owner.spent).await;
    let owner_again = api.refresh(&of_owner.newest).await;
    Course { token: "a spent token, acknowledged", thief, owner, thief_again, owner_again }
}

/// Within the grace the thief gets the newest token. The owner's next refresh ends that.
async fn spent_and_acknowledged_a_minute_ago() -> Course {
    let api = Api::start().await;
    let of_owner = refreshed(&api).await;
    api.profile(&of_owner.access).await.expect(200);
    api.clock.advance_seconds(60);
    let thief = api.refresh(&of_owner.spent).await;
    let owner = api.refresh(&of_owner.newest).await;
    api.profile(&owner.text("access")).await.expect(200);
    api.clock.advance_seconds(61);
    let thief_again = api.refresh(&thief.text("refresh")).await;
    let owner_again = api.refresh(&owner.text("refresh")).await;
    Course { token: "the same, acknowledged a minute ago", thief, owner, thief_again, owner_again }
}

/// The owner lost the answer. The thief gets it and calls; the owner comes, and both are out.
async fn spent_and_not_acknowledged() -> Course {
    let api = Api::start().await;
    let of_owner = refreshed(&api).await;
    api.clock.advance_seconds(3_600);
    let thief = api.refresh(&of_owner.spent).await;
    assert_eq!(thief.text("refresh"), of_owner.newest);
    api.profile(&thief.text("access")).await.expect(200);
    api.clock.advance_seconds(61);
    let owner = api.refresh(&of_owner.spent).await;
    assert_eq!(owner.error(), REPLAY);
    let thief_again = api.refresh(&thief.text("refresh")).await;
    let owner_again = api.refresh(&of_owner.spent).await;
    Course { token: "a spent token, not acknowledged", thief, owner, thief_again, owner_again }
}

/// A token of two generations ago ends the session at once.
async fn older() -> Course {
    let api = Api::start().await;
    let of_owner = refreshed(&api).await;
    let newest = api.refresh(&of_owner.newest).await.expect(200).text("refresh");
    let thief = api.refresh(&of_owner.spent).await;
    let owner = api.refresh(&newest).await;
    let thief_again = api.refresh(&of_owner.spent).await;
    let owner_again = api.refresh(&newest).await;
    Course { token: "an older token", thief, owner, thief_again, owner_again }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thief_who_ends_the_other_sessions_shows_itself_by_that() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let thief = api.refresh(&phone.refresh).await.expect(200);
    let log_out = api.post("/api/logout-all-devices/").bearer(&thief.text("access"));
    log_out.json(&json!({"keep_current": true})).send().await.expect(204);
    api.clock.advance_seconds(61);
    assert_eq!(api.refresh(&phone.refresh).await.error(), REPLAY);
    api.profile(&thief.text("access")).await.expect(401);
}
