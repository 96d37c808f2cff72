//! Placements and timelines computed by hand.

use std::ops::RangeInclusive;

use super::scaler::{Changes, Scaler};
use super::*;
use crate::units::Span;

fn at(seconds: u64) -> Time {
    Time(seconds * 1_000_000_000)
}

/// 2 vCPUs, 8 GiB, 35 pods.
fn t3_large() -> Allocatable {
    Allocatable::eks(2, 8_192, 35)
}

fn requests(millicores: u64, mebibytes: u64) -> Requests {
    Requests { millicores, mebibytes }
}

fn groups(minimum: u32, maximum: u32) -> Vec<ScalableGroup> {
    let (allocatable, daemons) = (t3_large(), Vec::new());
    vec![ScalableGroup { allocatable, daemons, dedicated: false, minimum, maximum }]
}

/// A pod of owner 0 that requests 500 millicores, with a sidecar of 100.
fn pod(who: u32) -> Pod {
    Pod { who, owner: 0, group: None, requests: requests(500 + 100, 512) }
}

fn sized(who: u32, owner: u32, millicores: u64, mebibytes: u64) -> Pod {
    Pod { who, owner, group: None, requests: requests(millicores, mebibytes) }
}

fn waiting(cluster: &Cluster) -> Vec<(u32, Lack)> {
    cluster.pending().map(|(pod, lack)| (pod.who, lack)).collect()
}

#[test]
fn an_eks_node_keeps_something_for_itself() {
    // 60 + 10, + 10 for the third and fourth core, + 2.5 for each further one.
    assert_eq!([1, 2, 4, 8, 16].map(cpu_reserve), [60, 70, 80, 90, 110]);
    // t3.micro, small, medium, large, xlarge.
    assert_eq!([4, 11, 17, 35, 58].map(memory_reserve), [299, 376, 442, 640, 893]);
    assert_eq!(t3_large().size, requests(1_930, 7_452));
    assert_eq!(Allocatable::eks(2, 4_096, 17).size, requests(1_930, 3_554));
}

#[test]
fn three_pods_with_a_sidecar_fit_on_a_t3_large_and_the_fourth_waits() {
    let mut cluster = Cluster::new(groups(1, 1));
    assert_eq!(cluster.place(pod(9)), Err(Lack::Node));
    cluster.remove(9);
    assert_eq!(cluster.add(0), 0);
    for who in 0..3 {
        assert_eq!(cluster.place(pod(who)), Ok(0));
    }
    assert!((cluster.utilisation(0) - 1_800.0 / 1_930.0).abs() < 1e-12);
    // 130 of 1,930 millicores are left.
    assert_eq!(cluster.place(pod(3)), Err(Lack::Cpu));
    assert_eq!(cluster.place(pod(4)), Err(Lack::Cpu));
    assert_eq!(cluster.place(sized(5, 1, 130, 1)), Ok(0));
    assert_eq!(waiting(&cluster), [(3, Lack::Cpu), (4, Lack::Cpu)]);
    // The longest pending pod is next.
    assert_eq!(cluster.remove(1), Some(0));
    assert_eq!(cluster.retry(), [(3, 0)]);
    assert_eq!(cluster.remove(4), None);
    assert_eq!(waiting(&cluster), []);
}

#[test]
fn daemons_take_their_share_of_every_node() {
    let daemons = vec![requests(100, 200), requests(50, 0)];
    let group = ScalableGroup { daemons, ..groups(1, 1).remove(0) };
    let mut cluster = Cluster::new(vec![group]);
    cluster.add(0);
    // For scoring the second counts with 200 MiB: with one of 100 and 100, 1,680 of 1,930
    // millicores and 6,952 of 7,452 MiB are free, 87 and 93.
    let small = sized(9, 9, 100, 100);
    assert_eq!(least_allocated(&cluster.nodes[&0], &cluster.groups[0], &small), 90);
    // 1,780 millicores are left: two pods and 580.
    assert_eq!([0, 1, 2].map(|who| cluster.place(pod(who))), [Ok(0), Ok(0), Err(Lack::Cpu)]);
    assert_eq!(cluster.place(sized(3, 1, 580, 0)), Ok(0));
    assert!((cluster.utilisation(0) - 1.0).abs() < 1e-12);
    assert_eq!(cluster.pods_on(0), 3);
}

#[test]
fn what_is_lacking_is_named() {
    let small = Allocatable { size: requests(1_000, 1_000), pods: 3 };
    let daemons = vec![requests(0, 0)];
    let group = ScalableGroup { allocatable: small, daemons, ..groups(0, 3).remove(0) };
    let mut cluster = Cluster::new(vec![group.clone(), group]);
    cluster.add(0);
    assert_eq!(cluster.place(sized(0, 0, 10, 1_001)), Err(Lack::Memory));
    assert_eq!(cluster.place(sized(1, 0, 1_001, 1_001)), Err(Lack::Cpu));
    let elsewhere = Pod { group: Some(1), ..sized(2, 0, 10, 10) };
    assert_eq!(cluster.place(elsewhere), Err(Lack::Node));
    // Three pods, one of them the DaemonSet's.
    assert_eq!([3, 4].map(|who| cluster.place(sized(who, 0, 10, 10))), [Ok(0), Ok(0)]);
    assert_eq!(cluster.place(sized(5, 0, 0, 0)), Err(Lack::Pods));
    // Two nodes lack memory, one of them pods as well.
    cluster.add(0);
    assert_eq!(cluster.place(sized(6, 0, 10, 2_000)), Err(Lack::Memory));
    // One lacks CPU, memory and pods, the other memory.
    assert_eq!(cluster.place(sized(7, 0, 1_000, 1_001)), Err(Lack::Memory));
    assert_eq!(cluster.add(1), 2);
    assert_eq!(cluster.retry(), [(2, 2), (5, 1)]);
}

#[test]
fn replicas_are_spread_even_onto_a_fuller_node() {
    let mut cluster = Cluster::new(groups(1, 2));
    cluster.add(0);
    cluster.add(0);
    assert_eq!(cluster.place(sized(0, 0, 1_200, 1_024)), Ok(0));
    assert_eq!(cluster.place(sized(1, 1, 100, 128)), Ok(1));
    // Another pod of owner 1. Node 0: 630 of 1,930 millicores and 6,300 of 7,452 MiB stay free, 32
    // and 84, mean 58; shares 0.674 and 0.155 are 0.519 apart, 74; no other replica, unevenness 0 +
    // 2. Node 1: 89 and 96, mean 92; 0.104 and 0.034, 96; one replica, 1 × ln 4 + 2 = 3.39, so 3.
    // Spread: 100 × (3 + 2 − 2) / 3 = 100 and 100 × (3 + 2 − 3) / 3 = 66. 58 + 74 + 200 = 332
    // against 92 + 96 + 132 = 320.
    let second = sized(2, 1, 100, 128);
    let [node_0, node_1] = [0, 1].map(|number| &cluster.nodes[&number]);
    let group = &cluster.groups[0];
    let terms = |node| {
        let even = unevenness(node, &second, 2);
        (least_allocated(node, group, &second), balanced(node, group, &second), even)
    };
    assert_eq!((terms(node_0), terms(node_1)), ((58, 74, 2), (92, 96, 3)));
    assert_eq!(cluster.place(second), Ok(0));
    // A pod of a third owner goes where more is free.
    assert_eq!(cluster.place(sized(3, 2, 100, 128)), Ok(1));
}

#[test]
fn equal_nodes_are_taken_by_number_and_replicas_alternate() {
    let mut cluster = Cluster::new(groups(1, 3));
    (0..3).for_each(|_| {
        cluster.add(0);
    });
    let placed: Vec<_> = (0..6).map(|who| cluster.place(pod(who))).collect();
    assert_eq!(placed, [0, 1, 2, 0, 1, 2].map(Ok));
}

#[test]
fn pods_without_requests_count_as_small_ones_in_the_score() {
    let mut cluster = Cluster::new(groups(1, 2));
    cluster.add(0);
    cluster.add(0);
    // 100 millicores and 200 MiB each: the second owner's pod goes to the other node.
    assert_eq!(cluster.place(sized(0, 0, 0, 0)), Ok(0));
    assert_eq!(cluster.place(sized(1, 1, 0, 0)), Ok(1));
    assert!(cluster.utilisation(0).abs() < 1e-12);
    // With one more on node 0: 1,730 of 1,930 and 7,052 of 7,452 are free, 89 and 94.
    let pod = sized(2, 2, 0, 0);
    assert_eq!(least_allocated(&cluster.nodes[&0], &cluster.groups[0], &pod), 91);
}

#[test]
fn a_pod_goes_where_processor_and_memory_are_used_alike() {
    let square = Allocatable { size: requests(1_000, 1_000), pods: 9 };
    let mut cluster =
        Cluster::new(vec![ScalableGroup { allocatable: square, ..groups(1, 2).remove(0) }]);
    cluster.add(0);
    cluster.add(0);
    assert_eq!(cluster.place(sized(0, 0, 600, 10)), Ok(0));
    assert_eq!(cluster.place(sized(1, 1, 320, 320)), Ok(1));
    // Node 0 has more left, (30 + 89) / 2 = 59 against 58; but its shares are 0.7 and 0.11, 70
    // against
    // 100.
    assert_eq!(cluster.place(sized(2, 2, 100, 100)), Ok(1));
}

#[test]
fn a_node_that_fails_takes_its_pods_along() {
    let mut cluster = Cluster::new(groups(1, 3));
    cluster.add(0);
    cluster.add(0);
    for who in 0..4 {
        cluster.place(pod(who)).expect("room for six");
    }
    let lost: Vec<u32> = cluster.fail(0).iter().map(|pod| pod.who).collect();
    assert_eq!(lost, [0, 2]);
    assert_eq!(cluster.ready().collect::<Vec<_>>(), [1]);
    assert_eq!((cluster.place(pod(4)), cluster.place(pod(5))), (Ok(1), Err(Lack::Cpu)));
    // A new node gets a new number.
    assert_eq!(cluster.add(0), 2);
    assert_eq!(cluster.retry(), [(5, 2)]);
}

fn ordered(nodes: &[u32]) -> Changes {
    Changes { ordered: nodes.to_vec(), removed: Vec::new() }
}

#[test]
fn nodes_are_ordered_for_those_who_wait_and_for_nobody_twice() {
    let mut cluster = Cluster::new(groups(1, 4));
    let mut scaler = Scaler::new(Span::from_millis(180_000));
    cluster.add(0);
    let place = |cluster: &mut Cluster, who| cluster.place(pod(who)).is_ok();
    (0..3).for_each(|who| assert!(place(&mut cluster, who)));
    assert_eq!(scaler.scan(at(0), &mut cluster), Changes::default());
    (3..5).for_each(|who| assert!(!place(&mut cluster, who)));
    // Two fit on one node.
    assert_eq!(scaler.scan(at(10), &mut cluster), ordered(&[1]));
    assert_eq!(scaler.scan(at(20), &mut cluster), Changes::default());
    // A third fits on the ordered node, a fourth does not.
    (5..7).for_each(|who| assert!(!place(&mut cluster, who)));
    assert_eq!(scaler.scan(at(30), &mut cluster), ordered(&[2]));
    assert_eq!(scaler.scan(at(40), &mut cluster), Changes::default());
    // Six more need two nodes beyond the room for two on node 2; the maximum allows one.
    (7..13).for_each(|who| assert!(!place(&mut cluster, who)));
    assert_eq!(scaler.scan(at(50), &mut cluster), ordered(&[3]));
    assert_eq!(scaler.scan(at(60), &mut cluster), Changes::default());

    assert_eq!(cluster.next_ready(), at(190));
    assert_eq!(cluster.arrive(at(189)), [0_u32; 0]);
    assert_eq!(cluster.arrive(at(190)), [1]);
    assert_eq!(cluster.retry(), [(3, 1), (4, 1), (5, 1)]);
    assert_eq!(cluster.arrive(at(210)), [2]);
    assert_eq!(cluster.retry(), [(6, 2), (7, 2), (8, 2)]);
    assert_eq!(cluster.arrive(at(230)), [3]);
    assert_eq!(cluster.retry(), [(9, 3), (10, 3), (11, 3)]);
    assert_eq!((cluster.next_ready(), waiting(&cluster)), (Time::NEVER, vec![(12, Lack::Cpu)]));
}

#[test]
fn the_largest_are_packed_first_and_the_group_is_the_one_that_wastes_least() {
    let large = Allocatable { size: requests(8_000, 30_000), pods: 58 };
    let beside = ScalableGroup { allocatable: large, ..groups(0, 9).remove(0) };
    let mut cluster = Cluster::new(vec![beside, groups(0, 9).remove(0)]);
    let mut scaler = Scaler::new(Span::from_millis(60_000));
    // In order of arrival 700, 700, 1,200, 1,200 need three nodes of 1,930; the largest first, two.
    for (who, millicores) in [(0, 700), (1, 700), (2, 1_200), (3, 1_200)] {
        cluster.place(sized(who, who, millicores, 500)).expect_err("no node");
    }
    // Large: 3,800 / 8,000 + 2,000 / 30,000 of one are used, 0.54. Others: 3,800 / 3,860 + 2,000 /
    // 14,904 of two, 1.12.
    assert_eq!(scaler.scan(at(0), &mut cluster), ordered(&[0, 1]));
    assert_eq!((cluster.size(0), cluster.size(1)), (0, 2));
    // A pod that fits on no node of a group orders none.
    let mut cluster = Cluster::new(groups(0, 9));
    cluster.place(sized(0, 0, 1_931, 0)).expect_err("no node");
    assert_eq!(scaler.scan(at(0), &mut cluster), Changes::default());
}

/// Three nodes: two pods on 0, one on 1, none on 2; the last was ordered at 0 s.
fn sparse(minimum: u32) -> (Cluster, Scaler) {
    let mut cluster = Cluster::new(groups(minimum, 3));
    let mut scaler = Scaler::new(Span::ZERO);
    cluster.add(0);
    cluster.add(0);
    for who in 0..7 {
        // Only the seventh does not fit.
        assert_eq!(cluster.place(pod(who)).is_ok(), who < 6);
    }
    assert_eq!(scaler.scan(at(0), &mut cluster), ordered(&[2]));
    assert_eq!((cluster.arrive(at(0)), cluster.retry()), (vec![2], vec![(6, 2)]));
    // 0, 2 and 4 are on node 0, 1, 3 and 5 on node 1.
    for who in [4, 3, 5, 6] {
        cluster.remove(who);
    }
    assert_eq!([0, 1, 2].map(|number| cluster.pods_on(number)), [2, 1, 0]);
    (cluster, scaler)
}

/// Scans every 10 s; returns the removals with their times.
fn removals(
    cluster: &mut Cluster,
    scaler: &mut Scaler,
    seconds: RangeInclusive<u64>,
) -> Vec<(u64, u32, Vec<u32>)> {
    let mut removals = Vec::new();
    for now in seconds.step_by(10) {
        for (node, pods) in scaler.scan(at(now), cluster).removed {
            removals.push((now, node, pods.iter().map(|pod| pod.who).collect()));
        }
    }
    removals
}

#[test]
fn nodes_go_after_ten_minutes_in_which_nobody_needs_them() {
    let (mut cluster, mut scaler) = sparse(1);
    // Detected at 10 s. Node 1 has 600 of 1,930 millicores, which fit on node 0.
    let gone = removals(&mut cluster, &mut scaler, 10..=1_200);
    assert_eq!(gone, [(610, 2, vec![]), (610, 1, vec![1])]);
    assert_eq!(cluster.ready().collect::<Vec<_>>(), [0]);
}

#[test]
fn the_minimum_stays_and_empty_nodes_go_first() {
    let (mut cluster, mut scaler) = sparse(2);
    assert_eq!(removals(&mut cluster, &mut scaler, 10..=1_200), [(610, 2, vec![])]);
    let (mut cluster, mut scaler) = sparse(3);
    assert_eq!(removals(&mut cluster, &mut scaler, 10..=1_200), []);
}

#[test]
fn a_node_that_is_needed_in_between_begins_anew() {
    let (mut cluster, mut scaler) = sparse(2);
    assert_eq!(removals(&mut cluster, &mut scaler, 10..=300), []);
    // 1,200 of 1,930 millicores are more than half.
    let guest = Pod { group: Some(0), ..sized(20, 9, 1_200, 100) };
    assert_eq!(cluster.place(guest), Ok(2));
    assert_eq!(scaler.scan(at(310), &mut cluster), Changes::default());
    assert_eq!(cluster.remove(20), Some(2));
    // Node 1, unneeded since 10 s, is due at 610 s; then the minimum keeps node 2.
    assert_eq!(removals(&mut cluster, &mut scaler, 320..=1_200), [(610, 1, vec![1])]);
}

#[test]
fn an_order_puts_off_every_removal() {
    let (mut cluster, mut scaler) = sparse(2);
    assert_eq!(removals(&mut cluster, &mut scaler, 10..=300), []);
    cluster.groups[0].maximum = 4;
    // Fits only on a node of its own.
    cluster.place(sized(20, 9, 1_930, 100)).expect("node 2 is empty");
    cluster.place(sized(21, 9, 1_930, 100)).expect_err("no other is");
    assert_eq!(scaler.scan(at(310), &mut cluster), ordered(&[3]));
    cluster.arrive(at(310));
    assert_eq!(cluster.retry(), [(21, 3)]);
    // Node 1 has been unneeded since 10 s, but 310 s + 600 s is later.
    assert_eq!(removals(&mut cluster, &mut scaler, 320..=1_200), [(910, 1, vec![1])]);
}

#[test]
fn two_nodes_do_not_count_on_the_same_room() {
    // Nodes 0 and 1 with 900 millicores each, below half; node 2 with 1,000, above it and with room
    // for one of them. Node 0 moves to node 1, where 1,800 fit; those cannot move on.
    let mut cluster = Cluster::new(groups(0, 3));
    (0..3).for_each(|_| {
        cluster.add(0);
    });
    for (who, millicores) in [(0, 900), (1, 900), (2, 1_000)] {
        assert_eq!(cluster.place(sized(who, 0, millicores, 10)), Ok(who));
    }
    let mut scaler = Scaler::new(Span::ZERO);
    assert_eq!(removals(&mut cluster, &mut scaler, 10..=610), [(610, 0, vec![0])]);
    assert_eq!(scaler.scan(at(615), &mut cluster), Changes::default());
    assert_eq!(cluster.place(sized(0, 0, 900, 10)), Ok(1));
    assert_eq!(removals(&mut cluster, &mut scaler, 620..=1_300), []);
}

#[test]
fn one_scan_drains_one_node() {
    // Four nodes with one small pod each: all but the one that takes the others are unneeded.
    let mut cluster = Cluster::new(groups(0, 4));
    (0..4).for_each(|_| {
        cluster.add(0);
    });
    for who in 0..4 {
        assert_eq!(cluster.place(sized(who, 0, 100, 10)), Ok(who));
    }
    let mut scaler = Scaler::new(Span::ZERO);
    let mut gone = Vec::new();
    for now in (0..=650).step_by(10) {
        for (node, pods) in scaler.scan(at(now), &mut cluster).removed {
            gone.push((now, node));
            for pod in pods {
                cluster.place(pod).expect("room elsewhere");
            }
        }
    }
    assert_eq!(gone, [(600, 0), (610, 1), (620, 2)]);
    assert_eq!(cluster.pods_on(3), 4);
}

#[test]
fn an_empty_node_is_not_needed_before_one_whose_pods_it_could_take() {
    let mut cluster = Cluster::new(groups(0, 2));
    cluster.add(0);
    cluster.add(0);
    assert_eq!(cluster.place(pod(0)), Ok(0));
    let mut scaler = Scaler::new(Span::ZERO);
    assert_eq!(removals(&mut cluster, &mut scaler, 10..=2_000), [(610, 1, vec![])]);
}

#[test]
fn who_was_not_needed_before_comes_first() {
    let mut cluster = Cluster::new(groups(0, 2));
    cluster.add(0);
    cluster.add(0);
    assert_eq!(cluster.place(sized(0, 0, 1_000, 10)), Ok(0));
    assert_eq!(cluster.place(sized(1, 1, 500, 10)), Ok(1));
    let mut scaler = Scaler::new(Span::ZERO);
    assert_eq!(removals(&mut cluster, &mut scaler, 10..=300), []);
    // Now node 0 could move to node 1 as well, but then node 1 would have to stay.
    cluster.remove(0);
    assert_eq!(cluster.place(sized(2, 2, 400, 10)), Ok(0));
    assert_eq!(removals(&mut cluster, &mut scaler, 310..=900), [(610, 1, vec![1])]);
}

/// A pod that names the tainted group runs there, another only on the other group: the second of
/// the others is pending although the dedicated node is empty, and no autoscaler orders a dedicated
/// node for it.
#[test]
fn a_dedicated_group_takes_only_those_who_name_it() {
    let dedicated = ScalableGroup { dedicated: true, ..groups(0, 9).remove(0) };
    let mut cluster = Cluster::new(vec![dedicated, groups(1, 1).remove(0)]);
    let (tainted, open) = (cluster.add(0), cluster.add(1));
    let large = |who, group| Pod { who, owner: who, group, requests: requests(1_000, 512) };
    assert_eq!(cluster.place(large(0, None)), Ok(open));
    assert_eq!(cluster.place(large(1, None)), Err(Lack::Cpu));
    let mut scaler = Scaler::new(Span::ZERO);
    assert_eq!(scaler.scan(Time::ZERO, &mut cluster).ordered, Vec::<u32>::new());
    assert_eq!(cluster.place(large(2, Some(0))), Ok(tainted));
}
