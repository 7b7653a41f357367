use super::*;
use crate::random::SystemRandom;

fn rules() -> SessionSettings {
    SessionSettings {
        idle: SignedDuration::from_hours(30 * 24),
        absolute: SignedDuration::from_hours(180 * 24),
    }
}

fn refreshes() -> RefreshSettings {
    RefreshSettings { grace: SignedDuration::from_secs(60), per_minute: 60 }
}

fn start() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn account(sessions: usize) -> (Account, Vec<SessionId>) {
    let hashes = crate::hashes::Hashes::new(&"pepper".into());
    let phone = hashes.phone(&crate::phone::Phone::of_the_operator("+14155550123"));
    let customer = CustomerId::new(start(), &SystemRandom);
    let ids: Vec<_> = (0..sessions).map(|_| SessionId::new(start(), &SystemRandom)).collect();
    let session = |n: usize| {
        let mut session = Session::begin(start(), "kid", DeviceLabel::default(), &rules());
        session.rotated += SignedDuration::from_secs(i64::try_from(n).unwrap());
        session
    };
    let map = ids.iter().enumerate().map(|(n, id)| (*id, session(n))).collect();
    let epochs = ids.iter().map(|id| (*id, 0)).collect();
    let account = Account {
        customer,
        status: Status::Active,
        phone,
        epoch: 0,
        sessions: map,
        epochs,
        status_change: None,
        last_log_out: None,
    };
    (account, ids)
}

#[test]
fn raising_the_epoch_ends_every_session() {
    let (mut account, ids) = account(2);
    assert_eq!(account.liveness(ids[0], start()), Liveness::Alive);
    account.epoch += 1;
    assert_eq!(account.liveness(ids[0], start()), Liveness::Ended);
    assert_eq!(account.liveness(ids[1], start()), Liveness::Ended);
}

#[test]
fn a_session_ends_when_it_rested_too_long_and_at_its_absolute_end() {
    let (mut account, ids) = account(1);
    let idle_end = start() + rules().idle;
    assert_eq!(
        account.liveness(ids[0], idle_end - SignedDuration::from_millis(1)),
        Liveness::Alive
    );
    assert_eq!(account.liveness(ids[0], idle_end), Liveness::Ended);
    let absolute_end = start() + rules().absolute;
    account.sessions.get_mut(&ids[0]).unwrap().rotated =
        absolute_end - SignedDuration::from_secs(5);
    assert_eq!(
        account.liveness(ids[0], absolute_end - SignedDuration::from_secs(1)),
        Liveness::Alive
    );
    assert_eq!(account.liveness(ids[0], absolute_end), Liveness::Ended);
}

fn after(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

/// An account whose one session is at generation 8, made at the start.
fn refreshed(change: impl FnOnce(&mut Session)) -> (Account, SessionId) {
    let (mut account, ids) = account(1);
    let session = account.sessions.get_mut(&ids[0]).unwrap();
    (session.generation, session.tracked) = (8, 8);
    change(session);
    (account, ids[0])
}

#[test]
fn the_last_spent_token_is_repeated_for_as_long_as_its_successor_is_not_acknowledged() {
    let (account, id) = refreshed(|_| ());
    let judged =
        |generation, seconds| account.judge_stale(id, generation, after(seconds), &refreshes());
    let days = 29 * 86_400;
    assert!(matches!(judged(7, 1), StaleRefresh::Repeat(_)));
    assert!(matches!(judged(7, days), StaleRefresh::Repeat(_)));
    assert_eq!(judged(7, 30 * 86_400), StaleRefresh::Ended);
    assert_eq!(judged(6, 1), StaleRefresh::Replay);
    assert_eq!(judged(8, 1), StaleRefresh::TooMany(59));
}

#[test]
fn it_is_repeated_for_the_grace_after_the_acknowledgement_and_a_replay_after_that() {
    let (account, id) = refreshed(|session| session.acked = Some(after(4_000)));
    let judged = |seconds| account.judge_stale(id, 7, after(seconds), &refreshes());
    assert!(matches!(judged(3_999), StaleRefresh::Repeat(_)), "another instance's clock");
    assert!(matches!(judged(4_060), StaleRefresh::Repeat(_)));
    assert_eq!(judged(4_061), StaleRefresh::Replay);
}

#[test]
fn a_generation_that_was_made_without_a_trace_counts_as_acknowledged_when_it_was_made() {
    let before_this_version = refreshed(|session| session.tracked = 0);
    let by_it_meanwhile = refreshed(|session| {
        (session.tracked, session.acked, session.repeats) = (7, Some(after(9_999)), 20);
    });
    for (account, id) in [before_this_version, by_it_meanwhile] {
        let judged = |seconds| account.judge_stale(id, 7, after(seconds), &refreshes());
        assert!(matches!(judged(60), StaleRefresh::Repeat(_)));
        assert_eq!(judged(61), StaleRefresh::Replay);
        assert!(!account.awaits_acknowledgement(id, 8), "it would say nothing new");
    }
}

#[test]
fn the_twenty_first_repetition_is_refused_until_the_session_ends() {
    let (account, id) = refreshed(|session| session.repeats = MOST_REPEATS);
    let days = 30 * 86_400;
    let judged = account.judge_stale(id, 7, after(days - 5), &refreshes());
    assert_eq!(judged, StaleRefresh::TooManyRepeats(5));
}

#[test]
fn only_a_generation_that_took_the_place_of_another_is_acknowledged_and_only_once() {
    let (account, id) = refreshed(|_| ());
    assert!(account.awaits_acknowledgement(id, 8));
    assert!(!account.awaits_acknowledgement(id, 7), "a token of the generation before");
    let (account, id) = refreshed(|session| session.acked = Some(start()));
    assert!(!account.awaits_acknowledgement(id, 8));
    let (account, ids) = self::account(1);
    assert!(!account.awaits_acknowledgement(ids[0], 1), "a log-in");
}

#[test]
fn a_session_of_an_earlier_version_is_read() {
    let stored = serde_json::json!({
        "gen": 8, "kid": "kid", "rotated": 1_795_380_744_123_i64, "in_minute": 1,
        "idle": 2_592_000, "created": 1_795_380_744_123_i64, "ends": 1_810_932_744_123_i64,
    });
    let session: Session = serde_json::from_value(stored).unwrap();
    assert_eq!((session.tracked, session.acked, session.repeats), (0, None, 0));
    assert_eq!(session.acknowledged(), Some(session.rotated));
}

#[test]
fn room_is_made_by_what_is_over_first_and_then_by_what_is_longest_unused() {
    let (mut account, ids) = account(MOST_SESSIONS);
    assert_eq!(account.to_make_room(start()), vec![ids[0]]);
    account.epochs.insert(ids[7], 99);
    assert_eq!(account.to_make_room(start()), vec![ids[7]]);
    account.sessions.remove(&ids[7]);
    assert_eq!(account.to_make_room(start()), vec![]);
}
