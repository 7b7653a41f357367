use super::*;
use crate::random::SystemRandom;

fn rules() -> SessionSettings {
    SessionSettings {
        idle: SignedDuration::from_hours(30 * 24),
        absolute: SignedDuration::from_hours(180 * 24),
    }
}

fn refreshes() -> RefreshSettings {
    RefreshSettings { grace: SignedDuration::from_secs(600), per_minute: 60 }
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

#[test]
fn the_last_spent_token_is_repeated_inside_the_window_and_a_replay_after_it() {
    let (mut account, ids) = account(1);
    account.sessions.get_mut(&ids[0]).unwrap().generation = 8;
    let judged = |generation, seconds| {
        account.judge_stale(
            ids[0],
            generation,
            start() + SignedDuration::from_secs(seconds),
            &refreshes(),
        )
    };
    assert!(matches!(judged(7, 599), StaleRefresh::Repeat(_)));
    assert_eq!(judged(7, 600), StaleRefresh::Replay);
    assert_eq!(judged(6, 1), StaleRefresh::Replay);
    assert_eq!(judged(8, 1), StaleRefresh::TooMany(59));
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
