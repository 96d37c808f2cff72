//! Timelines computed by hand. Unless a test says otherwise the session timeout is 45 s, heartbeats
//! are at whole multiples of 3 s, the poll interval is 300 s, and an empty group waits 3 s.

use proptest::prelude::*;

use super::*;

fn secs(value: u64) -> Time {
    Time(value * 1_000_000_000)
}

fn span(value: u64) -> Span {
    Span::from_millis(value * 1_000)
}

fn member(who: u32) -> Member {
    Member { who, rank: u64::from(who), fixed: false, phase: Span::ZERO, topics: vec![0] }
}

fn fixed(who: u32) -> Member {
    Member { fixed: true, ..member(who) }
}

const EAGER: Settings = Settings {
    session: SESSION,
    heartbeat: HEARTBEAT,
    poll_interval: POLL_INTERVAL,
    initial_delay: INITIAL_DELAY,
    protocol: Protocol::Eager,
};
const COOPERATIVE: Settings = Settings { protocol: Protocol::Cooperative, ..EAGER };

/// A group of one topic, whose members joined at 0 and have been working since 3 s.
fn stable(settings: Settings, partitions: u32, members: &[Member]) -> Coordinator {
    let mut group = Coordinator::new(settings, vec![partitions]);
    for member in members {
        group.join(Time::ZERO, member.clone());
    }
    assert_eq!(group.next(), secs(3));
    // Further members joined during the wait: it is extended once.
    group.fire(secs(3));
    if members.len() > 1 {
        assert_eq!((group.generation(), group.next()), (0, secs(6)));
        group.fire(secs(6));
    }
    let assigned: Vec<Action> = members.iter().map(|member| Action::Assigned(member.who)).collect();
    assert_eq!(done(&mut group), assigned);
    assert_eq!((group.generation(), group.next(), group.rebalancing()), (1, Time::NEVER, None));
    group
}

fn done(group: &mut Coordinator) -> Vec<Action> {
    group.actions().collect()
}

/// Returns the timer events up to `until`, each with the instructions to members.
fn fire(group: &mut Coordinator, until: u64) -> Vec<(u64, Vec<Action>)> {
    let mut seen = Vec::new();
    while group.next() <= secs(until) {
        let now = group.next();
        group.fire(now);
        let actions = done(group);
        if !actions.is_empty() {
            seen.push((now.0 / 1_000_000_000, actions));
        }
    }
    seen
}

/// Returns the partitions of topic 0 owned by a member.
fn owned(group: &Coordinator, who: u32) -> Vec<u32> {
    group.owned(who).iter().map(|partition| partition.1).collect()
}

use Action::{Assigned, Removed, Revoked};

#[test]
fn an_empty_group_waits_for_more_members() {
    let mut group = Coordinator::new(EAGER, vec![6]);
    group.join(secs(0), member(0));
    group.join(secs(2), member(1));
    assert_eq!(fire(&mut group, 5), []);
    group.join(secs(5), member(2));
    // A member joined before 3 and before 6 s, none before 9 s.
    assert_eq!(group.rebalancing(), Some(Time::ZERO));
    assert_eq!(fire(&mut group, 100), [(9, vec![Assigned(0), Assigned(1), Assigned(2)])]);
    assert_eq!(owned(&group, 1), [2, 3]);

    // A group that was not empty before does not extend the wait.
    for who in 0..3 {
        group.leave(secs(100), who);
    }
    done(&mut group);
    assert_eq!((group.members(), group.generation()), (0, 2));
    assert_eq!((group.rebalancing(), group.next()), (None, Time::NEVER));
    group.join(secs(200), member(0));
    group.join(secs(202), member(1));
    assert_eq!(fire(&mut group, 300), [(203, vec![Assigned(0), Assigned(1)])]);
}

#[test]
fn an_empty_group_waits_no_longer_than_the_poll_interval() {
    let mut group = Coordinator::new(Settings { poll_interval: span(8), ..EAGER }, vec![6]);
    for at in 0..8 {
        assert_eq!(fire(&mut group, at), []);
        group.join(secs(at), member(at as u32));
    }
    // 3, then 3 more, then the remaining 2.
    assert_eq!(fire(&mut group, 100)[0].0, 8);
    assert_eq!(group.generation(), 1);
}

#[test]
fn the_group_stands_for_as_long_as_the_slowest_batch() {
    let mut group = stable(EAGER, 3, &[member(0), member(1), member(2)]);
    // Member 1 begins a batch of 10 s as member 2 leaves.
    group.begin(secs(10), 1);
    group.leave(secs(10), 2);
    assert_eq!(group.rebalancing(), Some(secs(10)));
    // Both learn of it at 12 s. Member 0 rejoins at once, and has nothing to do for 8 s.
    assert_eq!(fire(&mut group, 19), [(12, vec![Revoked(0)])]);
    assert_eq!((owned(&group, 0), owned(&group, 1)), (vec![], vec![1]));
    assert!(group.done(secs(20), 1), "it is a member until it joins");
    assert_eq!(done(&mut group), [Revoked(1), Assigned(0), Assigned(1)]);
    assert_eq!((owned(&group, 0), owned(&group, 1)), (vec![0, 1], vec![2]));
    assert_eq!(group.rebalancing(), None);
}

#[test]
fn who_has_not_learned_of_it_begins_another_batch() {
    let late = Member { phase: span(1), ..member(1) };
    let mut group = stable(EAGER, 3, &[member(0), late, member(2)]);
    group.begin(secs(9), 1);
    // The heartbeat of 10 s came before; the next is at 13 s, in the middle of the next batch of 10
    // s.
    group.leave(secs(10), 2);
    assert!(group.done(secs(11), 1));
    group.begin(secs(11), 1);
    assert_eq!(fire(&mut group, 20), [(12, vec![Revoked(0)])]);
    assert!(group.done(secs(21), 1));
    assert_eq!(done(&mut group), [Revoked(1), Assigned(0), Assigned(1)]);
}

#[test]
fn a_new_member_stops_all_others() {
    let mut group = stable(EAGER, 3, &[member(0), member(2)]);
    assert_eq!((owned(&group, 0), owned(&group, 2)), (vec![0, 1], vec![2]));
    group.join(secs(10), member(1));
    let both = vec![Revoked(0), Revoked(2), Assigned(0), Assigned(1), Assigned(2)];
    assert_eq!(fire(&mut group, 100), [(12, both)]);
    assert_eq!([0, 1, 2].map(|who| owned(&group, who)), [[0], [1], [2]]);
}

#[test]
fn a_crash_shows_when_the_session_ends() {
    let mut group = stable(EAGER, 3, &[member(0), member(1), member(2)]);
    // Last heartbeat at 9 s, end of the session at 54 s; the others learn of it with the next
    // heartbeat.
    group.crash(secs(10), 2);
    assert_eq!((group.next(), group.members()), (secs(54), 3));
    group.fire(secs(54));
    assert_eq!((group.rebalancing(), group.members()), (Some(secs(54)), 2));
    assert_eq!([0, 1].map(|who| owned(&group, who)), [[0], [1]]);
    let both = vec![Revoked(0), Revoked(1), Assigned(0), Assigned(1)];
    assert_eq!(fire(&mut group, 200), [(57, both)]);
}

#[test]
fn an_assignment_is_a_sign_of_life() {
    // Heartbeats at 5 and 8 s, assigned at 6 s, silent from 7 s on.
    let last = Member { phase: span(2), ..member(1) };
    let mut group = stable(EAGER, 2, &[member(0), last]);
    group.crash(secs(7), 1);
    assert_eq!(group.next(), secs(6 + 45));
}

#[test]
fn a_successor_does_not_shorten_the_session_of_who_crashed() {
    let mut group = stable(EAGER, 2, &[member(0), member(1)]);
    group.crash(secs(10), 1);
    // The group waits for the crashed member to rejoin, up to the end of its session.
    group.join(secs(20), member(1));
    assert_eq!(group.members(), 3);
    assert_eq!(fire(&mut group, 53), [(21, vec![Revoked(0)])]);
    assert_eq!(fire(&mut group, 54), [(54, vec![Assigned(0), Assigned(1)])]);
    assert_eq!([0, 1].map(|who| owned(&group, who)), [[0], [1]]);
}

#[test]
fn who_crashes_while_it_waits_is_assigned_what_nobody_works_on() {
    let mut group = stable(EAGER, 2, &[member(0), member(1), member(2)]);
    group.begin(secs(10), 1);
    group.leave(secs(10), 2);
    assert_eq!(fire(&mut group, 15), [(12, vec![Revoked(0)])]);
    group.crash(secs(15), 0);
    assert_eq!(fire(&mut group, 79), [], "nobody misses who waits for an answer");
    assert!(group.done(secs(80), 1));
    assert_eq!(done(&mut group), [Revoked(1), Assigned(1)]);
    assert_eq!(owned(&group, 1), [1]);
    // The session begins when it is answered: 80 + 45; member 1 learns of it at 126 s.
    assert_eq!(group.next(), secs(125));
    assert_eq!(fire(&mut group, 200), [(126, vec![Revoked(1), Assigned(1)])]);
    assert_eq!(owned(&group, 1), [0, 1]);
}

#[test]
fn a_static_member_that_is_back_in_time_finds_its_partitions() {
    let mut group = stable(EAGER, 3, &[fixed(0), fixed(1)]);
    // It leaves without notice; a restart of 30 s goes unnoticed.
    group.leave(secs(10), 0);
    assert_eq!((group.next(), owned(&group, 0)), (secs(54), vec![]));
    group.join(secs(40), fixed(0));
    assert_eq!(done(&mut group), [Assigned(0)]);
    assert_eq!((group.generation(), group.next()), (1, Time::NEVER));
    assert_eq!((owned(&group, 0), owned(&group, 1)), (vec![0, 1], vec![2]));
    // A restart of one minute does not.
    group.crash(secs(100), 0);
    assert_eq!(fire(&mut group, 160), [(147, vec![Revoked(1), Assigned(1)])]);
    assert_eq!(owned(&group, 1), [0, 1, 2]);
    group.join(secs(160), fixed(0));
    assert_eq!(fire(&mut group, 200), [(162, vec![Revoked(1), Assigned(0), Assigned(1)])]);
}

#[test]
fn static_members_come_first_in_the_order() {
    let group = stable(EAGER, 3, &[member(0), fixed(1)]);
    assert_eq!((owned(&group, 0), owned(&group, 1)), (vec![2], vec![0, 1]));
}

#[test]
fn a_batch_longer_than_the_poll_interval_never_ends() {
    let mut group = stable(EAGER, 2, &[member(0), member(1)]);
    let mut began = 10;
    for cycle in 0..3 {
        // 400 s of work: removed after 300 s; the other learns of it at its next heartbeat.
        group.begin(secs(began), 1);
        let out = began + 300;
        let learns = (out / 3 + 1) * 3;
        let expected = [(out, vec![Removed(1)]), (learns, vec![Revoked(0), Assigned(0)])];
        assert_eq!(fire(&mut group, began + 399), expected);
        assert_eq!((owned(&group, 0), owned(&group, 1)), (vec![0, 1], vec![]));
        // Its work is not committed; it rejoins, and is assigned the same records.
        assert!(!group.done(secs(began + 400), 1));
        let again = ((began + 400) / 3 + 1) * 3;
        let both = vec![Revoked(0), Assigned(0), Assigned(1)];
        assert_eq!(fire(&mut group, began + 410), [(again, both)]);
        assert_eq!(owned(&group, 1), [1]);
        assert_eq!(group.generation(), 3 + 2 * cycle);
        began = again;
    }
}

#[test]
fn a_batch_of_just_the_poll_interval_is_in_time() {
    let mut group = stable(EAGER, 2, &[member(0)]);
    group.begin(secs(10), 0);
    assert_eq!(group.next(), secs(310));
    assert!(group.done(secs(310), 0));
    group.fire(secs(310));
    assert_eq!((done(&mut group), group.next()), (vec![], Time::NEVER));
}

#[test]
fn the_group_waits_no_longer_than_the_rebalance_timeout() {
    let mut group = stable(EAGER, 3, &[member(0), member(1), member(2)]);
    group.leave(secs(10), 2);
    // Started before it learned at 12 s: its own poll interval would end at 311 s.
    group.begin(secs(11), 1);
    let expected = [(12, vec![Revoked(0)]), (310, vec![Removed(1), Assigned(0)])];
    assert_eq!(fire(&mut group, 400), expected);
    assert!(!group.done(secs(411), 1));
    assert_eq!(fire(&mut group, 500), [(414, vec![Revoked(0), Assigned(0), Assigned(1)])]);
}

#[test]
fn a_static_member_that_is_too_slow_keeps_its_partitions_for_a_session() {
    let mut group = stable(EAGER, 2, &[fixed(0), fixed(1)]);
    // No heartbeats from 310 s on, the last at 309 s: the session would end at 354 s.
    group.begin(secs(10), 1);
    assert_eq!(fire(&mut group, 340), []);
    assert_eq!(group.next(), secs(354));
    assert!(!group.done(secs(340), 1), "it has dropped its generation");
    assert_eq!((done(&mut group), group.generation()), (vec![Assigned(1)], 1));
    assert_eq!((owned(&group, 1), group.next()), (vec![1], Time::NEVER));
    // Still slower: removed at 700 - 1 + 45 s, and a new member at 800 s.
    group.begin(secs(400), 1);
    let expected = [(744, vec![Removed(1)]), (747, vec![Revoked(0), Assigned(0)])];
    assert_eq!(fire(&mut group, 799), expected);
    assert!(!group.done(secs(800), 1));
    assert_eq!(fire(&mut group, 900), [(801, vec![Revoked(0), Assigned(0), Assigned(1)])]);
}

#[test]
fn static_members_that_are_all_away_keep_the_group_waiting() {
    let mut group = stable(Settings { poll_interval: span(20), ..EAGER }, 2, &[fixed(0), fixed(1)]);
    group.crash(secs(10), 0);
    group.crash(secs(31), 1);
    // Sessions end at 54 and 75 s. The rebalance of 54 s has no member to answer at 74 s.
    assert_eq!(fire(&mut group, 74), []);
    assert_eq!((group.generation(), group.members()), (1, 1));
    assert_eq!(fire(&mut group, 75), []);
    assert_eq!((group.generation(), group.members(), group.next()), (2, 0, Time::NEVER));
}

#[test]
fn in_the_cooperative_protocol_only_what_moves_stands_still() {
    let mut group = stable(COOPERATIVE, 4, &[member(0), member(1)]);
    assert_eq!((owned(&group, 0), owned(&group, 1)), (vec![0, 2], vec![1, 3]));
    group.begin(secs(10), 0);
    group.join(secs(10), member(2));
    // Member 1 has learned of it at 12 s and keeps working; all have joined when member 0 is done.
    assert_eq!(fire(&mut group, 12), []);
    assert_eq!(owned(&group, 1), [1, 3]);
    group.begin(secs(13), 1);
    assert!(group.done(secs(14), 0));
    assert_eq!(done(&mut group), [Assigned(0), Assigned(2)]);
    // Member 1 sees at the end of its batch, at 16 s, that it has one partition too many, and
    // rejoins.
    assert_eq!(group.rebalancing(), None);
    assert!(group.done(secs(16), 1), "it is a member all the time");
    assert_eq!((done(&mut group), group.rebalancing()), (vec![Assigned(1)], Some(secs(16))));
    assert_eq!([0, 1, 2].map(|who| owned(&group, who)), [vec![0, 2], vec![1], vec![]]);
    // The others learn of it at 18 s. Member 1 sees the end of it after its next batch.
    group.begin(secs(17), 1);
    assert_eq!(fire(&mut group, 19), [(18, vec![Assigned(0), Assigned(2)])]);
    assert!(group.done(secs(20), 1));
    assert_eq!((done(&mut group), group.rebalancing()), (vec![Assigned(1)], None));
    assert_eq!([0, 1, 2].map(|who| owned(&group, who)), [vec![0, 2], vec![1], vec![3]]);
    assert_eq!((group.generation(), group.next()), (3, Time::NEVER));
}

#[test]
fn in_the_cooperative_protocol_an_inheritance_takes_one_round() {
    let mut group = stable(COOPERATIVE, 3, &[member(0), member(1), member(2)]);
    group.leave(secs(10), 2);
    assert_eq!(fire(&mut group, 100), [(12, vec![Assigned(0), Assigned(1)])]);
    assert_eq!((owned(&group, 0), owned(&group, 1)), (vec![0, 2], vec![1]));
    assert_eq!((group.generation(), group.next()), (2, Time::NEVER));
}

#[test]
fn listeners_of_several_topics_share_one_group() {
    // Two pods with one thread for each of two topics: a change in one pod stops the threads of
    // both topics.
    let mut group = Coordinator::new(EAGER, vec![3, 2]);
    for who in 0..4 {
        group.join(Time::ZERO, Member { topics: vec![who % 2], ..member(who) });
    }
    fire(&mut group, 6);
    let all = [0, 1, 2, 3].map(|who| group.owned(who).to_vec());
    assert_eq!(all, [vec![(0, 0), (0, 1)], vec![(1, 0)], vec![(0, 2)], vec![(1, 1)]]);
    group.leave(secs(10), 2);
    let revoked = vec![Revoked(0), Revoked(1), Revoked(3), Assigned(0), Assigned(1), Assigned(3)];
    assert_eq!(fire(&mut group, 20), [(12, revoked)]);
    assert_eq!(group.owned(0), [(0, 0), (0, 1), (0, 2)]);
}

fn seeded(cases: u32) -> ProptestConfig {
    let rng_seed = proptest::test_runner::RngSeed::Fixed(3_145);
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..ProptestConfig::default() }
}

/// Each partition has at most one owner.
fn assert_disjoint(group: &Coordinator) {
    let mut all: Vec<Partition> = (0..6).flat_map(|who| group.owned(who).to_vec()).collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count, "a partition has two owners");
}

proptest! {
    #![proptest_config(seeded(2_000))]

    /// Whatever members do, no partition has two owners; and once all are stable, the remaining
    /// members share all partitions.
    #[test]
    fn no_partition_has_two_owners_or_is_lost(
        steps in prop::collection::vec((0..60_u64, 0..6_u32, 0..6_u8), 1..80),
        cooperative in any::<bool>(),
        statics in 0..6_u32,
    ) {
        let settings = Settings { poll_interval: span(50), ..EAGER };
        let settings = if cooperative {
            Settings { protocol: Protocol::Cooperative, ..settings }
        } else {
            settings
        };
        let mut group = Coordinator::new(settings, vec![5, 2]);
        let (mut alive, mut busy, mut now) = ([false; 6], [false; 6], 0);
        for (passed, who, what) in steps {
            now += passed;
            fire(&mut group, now);
            let me = who as usize;
            match what {
                0 | 1 if !alive[me] => {
                    let topics = if who == 0 { vec![1] } else { vec![0, 1] };
                    let phase = span(u64::from(who % 3));
                    let fixed = who < statics;
                    group.join(secs(now), Member { fixed, phase, topics, ..member(who) });
                    alive[me] = true;
                }
                2 if alive[me] => {
                    if who % 2 == 0 { group.leave(secs(now), who) } else { group.crash(secs(now), who) }
                    (alive[me], busy[me]) = (false, false);
                }
                3 | 4 if busy[me] => {
                    group.done(secs(now), who);
                    busy[me] = false;
                }
                _ if alive[me] && !busy[me] && !group.owned(who).is_empty() => {
                    group.begin(secs(now), who);
                    busy[me] = true;
                }
                _ => {}
            }
            assert_disjoint(&group);
            prop_assert!(group.next() >= secs(now));
        }
        for who in (0..6).filter(|who| busy[*who as usize]) {
            group.done(secs(now), who);
        }
        while group.next() != Time::NEVER {
            now = now.max(group.next().0 / 1_000_000_000);
            fire(&mut group, now);
            assert_disjoint(&group);
        }
        prop_assert_eq!(group.rebalancing(), None);
        prop_assert_eq!(group.members(), alive.iter().filter(|alive| **alive).count());
        let have = |topic: u32| -> Vec<usize> {
            let of = |who| group.owned(who).iter().filter(|owned| owned.0 == topic).count();
            (0..6).filter(|who| alive[*who as usize]).map(of).collect()
        };
        let (first, second) = (have(0), have(1));
        let listeners = alive[1..].iter().filter(|alive| **alive).count();
        prop_assert_eq!(first.iter().sum::<usize>(), if listeners > 0 { 5 } else { 0 });
        prop_assert_eq!(second.iter().sum::<usize>(), if first.is_empty() { 0 } else { 2 });
        let most = second.iter().max().copied().unwrap_or_default();
        prop_assert!(most <= 2_usize.div_ceil(second.len().max(1)), "{second:?}");
    }
}
