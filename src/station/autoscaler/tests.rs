//! Timelines derived by hand from the controller's rules.

use super::*;

const MIB: u64 = 1 << 20;
const CPU_70: Metric = Metric { resource: Resource::Cpu, target: 70 };

fn at(seconds: u64) -> Time {
    Time(seconds * 1_000_000_000)
}

fn seconds(seconds: u64) -> Span {
    Span::from_millis(seconds * 1_000)
}

fn autoscaler(minimum: u32, maximum: u32, behavior: Option<Behavior>) -> Autoscaler {
    Autoscaler::new(Settings { minimum, maximum, metrics: vec![CPU_70], behavior })
}

/// A long-ready pod that requests 500 millicores and uses `percent` of that.
fn ready(now: Time, percent: u64) -> Pod {
    let sample = Sample { millicores: 5 * percent, memory: 0, at: now, window: seconds(15) };
    Pod {
        deleting: false,
        pending: false,
        ready: true,
        started: Time::ZERO,
        ready_changed: at(40),
        sample: Some(sample),
        millicores: 500,
        memory: 100 * MIB,
    }
}

fn pending() -> Pod {
    Pod { pending: true, ready: false, sample: None, ..ready(Time::ZERO, 0) }
}

/// `count` pods of one kind and `more` of another.
fn pods(count: usize, kind: Pod, more: usize, other: Pod) -> Vec<Pod> {
    [vec![kind; count], vec![other; more]].concat()
}

fn all(count: usize, kind: Pod) -> Vec<Pod> {
    vec![kind; count]
}

/// Late enough that pods started at zero are past their initialisation.
const T0: u64 = 1_000;

#[test]
fn saturated_pods_grow_as_fast_as_readiness_and_doubling_allow() {
    let mut hpa = autoscaler(2, 10, None);
    let mut sync = |now: u64, current: u32, pods: &[Pod]| {
        let decision = hpa.sync(at(now), current, pods);
        (decision.recommended, decision.replicas, decision.reason)
    };
    let full = ready(at(T0), 200);
    // 200 / 70 × 2 = 5.7, but one sync only doubles or goes to 4.
    assert_eq!(sync(T0, 2, &all(2, full)), (Some(6), 4, Reason::RateUp));
    // The new two count as idle: 100 / 70 × 4 = 5.7.
    assert_eq!(sync(T0 + 15, 4, &pods(2, full, 2, pending())), (Some(6), 6, Reason::Metric));
    // 2,000 of 3,000 millicores are 66 %: within the tolerance, so nothing happens until they are
    // ready, whether they are pending, run without a sample, or run unready.
    let held = (Some(6), 6, Reason::Caution);
    assert_eq!(sync(T0 + 30, 6, &pods(2, full, 4, pending())), held);
    let unknown = Pod { started: at(T0 + 40), ready: false, sample: None, ..full };
    assert_eq!(sync(T0 + 45, 6, &pods(2, full, 4, unknown)), held);
    let starting = Pod { started: at(T0 + 40), ready: false, ..full };
    assert_eq!(sync(T0 + 60, 6, &pods(2, full, 4, starting)), held);
    // Six at 200 % recommend 18; twice six is 12, and 10 is the maximum.
    assert_eq!(sync(T0 + 75, 6, &all(6, full)), (Some(18), 10, Reason::Maximum));
}

#[test]
fn default_behavior_goes_from_two_to_six_at_once() {
    let mut hpa = autoscaler(2, 10, Some(Behavior::default()));
    let decision = hpa.sync(at(T0), 2, &all(2, ready(at(T0), 200)));
    assert_eq!((decision.replicas, decision.reason), (6, Reason::Metric));
    assert_eq!(decision.metric, Some((Resource::Cpu, 200)));
}

#[test]
fn a_limit_of_the_processor_caps_the_growth() {
    // With a limit of twice the request a pod shows 200 % at most: 2.857 times the ready pods.
    let asked = |ready_pods: usize| {
        let now = at(T0);
        let current = ready_pods as u32;
        autoscaler(1, 100, None).sync(now, current, &all(ready_pods, ready(now, 200))).recommended
    };
    assert_eq!([1, 2, 3, 4, 5].map(asked), [3, 6, 9, 12, 15].map(Some));
}

#[test]
fn ten_percent_around_the_target_change_nothing() {
    let now = at(T0);
    let sync = |percent| {
        let decision = autoscaler(1, 20, None).sync(now, 10, &all(10, ready(now, percent)));
        (decision.recommended, decision.reason)
    };
    // 63 and 77 are exactly 10 % away.
    for percent in 63..=77 {
        assert_eq!(sync(percent), (Some(10), Reason::Tolerance), "{percent} %");
    }
    // 78 / 70 × 10 = 11.1 and 62 / 70 × 10 = 8.9.
    assert_eq!(sync(78), (Some(12), Reason::Metric));
    assert_eq!(sync(62).0, Some(9));

    let of_100 = |percent| {
        let metrics = vec![Metric { resource: Resource::Cpu, target: 100 }];
        let settings = Settings { minimum: 1, maximum: 20, metrics, behavior: None };
        Autoscaler::new(settings).sync(now, 10, &all(10, ready(now, percent))).recommended
    };
    // 8.8, 8.9 and 11.1 pods, rounded up; in between nothing changes.
    assert_eq!([88, 89, 90, 110, 111].map(of_100), [9, 9, 10, 10, 12].map(Some));
}

#[test]
fn utilisation_is_a_whole_percentage_of_all_that_count() {
    let now = at(T0);
    let sample = |millicores| Some(Sample { millicores, memory: 0, at: now, window: seconds(15) });
    let sync = |a, b| {
        let pods = [a, b].map(|millicores| Pod { sample: sample(millicores), ..ready(now, 0) });
        autoscaler(1, 20, None).sync(now, 2, &pods).metric
    };
    // 779 of 1,000 millicores: 77 %, not 78.
    assert_eq!(sync(500, 279), Some((Resource::Cpu, 77)));
    assert_eq!(sync(500, 280), Some((Resource::Cpu, 78)));
    // A sidecar that requests another 500 and uses nothing halves the utilisation.
    let with_sidecar = Pod { millicores: 1_000, ..ready(now, 100) };
    let decision = autoscaler(1, 20, None).sync(now, 1, &[with_sidecar]);
    assert_eq!(decision.metric, Some((Resource::Cpu, 50)));
}

#[test]
fn without_behavior_fewer_replicas_come_after_300_seconds_are_over() {
    let mut hpa = autoscaler(2, 10, None);
    for passed in (0..=300).step_by(15) {
        let now = at(T0 + passed);
        let decision = hpa.sync(now, 4, &all(4, ready(now, 35)));
        assert_eq!(decision.recommended, Some(2));
        assert_eq!((decision.replicas, decision.reason), (4, Reason::StabilisedDown), "{passed} s");
    }
    let now = at(T0 + 315);
    let decision = hpa.sync(now, 4, &all(4, ready(now, 35)));
    assert_eq!((decision.replicas, decision.reason), (2, Reason::Metric));
}

#[test]
fn a_peak_begins_the_300_seconds_anew() {
    let mut hpa = autoscaler(2, 10, Some(Behavior::default()));
    for passed in (0..=450).step_by(15) {
        let now = at(T0 + passed);
        let percent = if passed == 150 { 70 } else { 35 };
        let decision = hpa.sync(now, 4, &all(4, ready(now, percent)));
        let expected = if passed == 450 { 2 } else { 4 };
        assert_eq!(decision.replicas, expected, "{passed} s");
    }
}

#[test]
fn memory_that_is_not_given_back_leads_to_the_maximum() {
    // A heap at 95 % of the request in every pod, whatever their number; the CPUs idle.
    let metrics = vec![CPU_70, Metric { resource: Resource::Memory, target: 80 }];
    let mut hpa = Autoscaler::new(Settings { minimum: 2, maximum: 10, metrics, behavior: None });
    let (mut replicas, mut trace) = (4, Vec::new());
    for step in 0..6 {
        let now = at(T0 + 15 * step);
        let sample = Sample { millicores: 50, memory: 95 * MIB, at: now, window: seconds(15) };
        let pod = Pod { sample: Some(sample), ..ready(now, 0) };
        let decision = hpa.sync(now, replicas, &all(replicas as usize, pod));
        assert_eq!(decision.metric, Some((Resource::Memory, 95)));
        replicas = decision.replicas;
        trace.push(replicas);
    }
    // 95 / 80 = 1.1875: 4.75, 5.94, 7.13, 9.5, 11.9.
    assert_eq!(trace, [5, 6, 8, 10, 10, 10]);
}

#[test]
fn a_missing_sample_counts_as_the_request_on_the_way_down_and_as_nothing_up() {
    let now = at(T0);
    let missing = Pod { sample: None, ..ready(now, 0) };
    let sync = |target, percent| {
        let metrics = vec![Metric { resource: Resource::Cpu, target }];
        let settings = Settings { minimum: 1, maximum: 20, metrics, behavior: None };
        let decision =
            Autoscaler::new(settings).sync(now, 4, &pods(3, ready(now, percent), 1, missing));
        (decision.recommended, decision.reason)
    };
    // (3 × 20 + 100) / 4 = 40; 40 / 70 × 4 = 2.3. Without the fourth, 20 / 70 × 3 = 0.9.
    assert_eq!(sync(70, 20), (Some(3), Reason::StabilisedDown));
    // A target of 200 % counts the fourth as 200 %: (3 × 100 + 200) / 4 = 125; 2.5. At 100 % it
    // would be 2.
    assert_eq!(sync(200, 100).0, Some(3));
    // (3 × 50 + 100) / 4 = 62; 62 / 70 × 4 = 3.5.
    assert_eq!(sync(70, 50), (Some(4), Reason::Metric));
    // (3 × 60 + 100) / 4 = 70: on target.
    assert_eq!(sync(70, 60), (Some(4), Reason::Caution));
    // 300 / 4 = 75: within the tolerance. 420 / 4 = 105; 1.5 × 4 = 6.
    assert_eq!(sync(70, 100), (Some(4), Reason::Caution));
    assert_eq!(sync(70, 140), (Some(6), Reason::Metric));
}

#[test]
fn unready_pods_do_not_hold_up_the_way_down() {
    let now = at(T0);
    let decision = autoscaler(1, 10, None).sync(now, 4, &pods(2, ready(now, 35), 2, pending()));
    // Only the two ready pods: 35 / 70 × 2.
    assert_eq!(decision.recommended, Some(1));
    // 65 / 70 is within the tolerance; counted as idle, the two would make it 43 / 70.
    let decision = autoscaler(1, 10, None).sync(now, 6, &pods(4, ready(now, 65), 2, pending()));
    assert_eq!((decision.recommended, decision.reason), (Some(6), Reason::Tolerance));
}

#[test]
fn caution_never_turns_a_change_round() {
    let now = at(T0);
    let missing = Pod { sample: None, ..ready(now, 0) };
    let sync = |current, pods: &[Pod]| {
        let decision = autoscaler(1, 20, None).sync(now, current, pods);
        (decision.recommended, decision.reason)
    };
    // 100 / 70 recommends more; 200 / 6 = 33 of 70 would recommend 3 of 6.
    assert_eq!(sync(6, &pods(2, ready(now, 100), 4, pending())), (Some(6), Reason::Caution));
    // Surge pods of a rollout: (4 × 50 + 100) / 5 = 60; 60 / 70 × 5 = 4.3 would be more than 2,
    // though usage is below target.
    assert_eq!(sync(2, &pods(4, ready(now, 50), 1, missing)), (Some(2), Reason::Caution));
    // Replicas not yet created: 400 / 3 = 133; 133 / 70 × 3 = 5.7 would be less than 10.
    assert_eq!(sync(10, &pods(2, ready(now, 200), 1, missing)), (Some(10), Reason::Caution));
}

#[test]
fn pods_on_their_way_out_do_not_count() {
    let now = at(T0);
    let leaving = Pod { deleting: true, ..ready(now, 0) };
    let decision = autoscaler(1, 10, None).sync(now, 2, &pods(2, ready(now, 105), 5, leaving));
    assert_eq!((decision.recommended, decision.metric), (Some(3), Some((Resource::Cpu, 105))));
}

#[test]
fn a_starting_pod_counts_from_the_first_window_in_which_it_was_ready() {
    let pod = |since_start: u64, is_ready: bool, changed: u64, sampled: u64| {
        let now = at(T0);
        let began = T0 - since_start;
        let sample =
            Sample { millicores: 1, memory: 0, at: at(began + sampled), window: seconds(15) };
        let pod = Pod {
            ready: is_ready,
            started: at(began),
            ready_changed: at(began + changed),
            ..ready(now, 0)
        };
        settled(now, &pod, &sample)
    };
    // Ready 60 s after its start: a sample that ends at 74 s began before that.
    assert!(!pod(100, true, 60, 74));
    assert!(pod(100, true, 60, 75));
    assert!(!pod(100, false, 60, 90));
    assert!(!pod(299, false, 200, 290));
    // After 5 min only pods that have never been ready are excluded.
    assert!(pod(300, false, 200, 290));
    assert!(pod(300, true, 299, 290));
    assert!(!pod(400, false, 29, 390));
    assert!(pod(400, false, 30, 390));
}

#[test]
fn a_failing_metric_keeps_replicas_but_does_not_stop_growth() {
    let metrics = vec![Metric { resource: Resource::Memory, target: 80 }, CPU_70];
    let settings = Settings { minimum: 1, maximum: 10, metrics, behavior: None };
    let sync = |percent| {
        let now = at(T0);
        // Without a memory request its utilisation is undefined.
        let pod = Pod { memory: 0, ..ready(now, percent) };
        Autoscaler::new(settings.clone()).sync(now, 4, &all(4, pod))
    };
    let decision = sync(35);
    assert_eq!((decision.replicas, decision.reason), (4, Reason::FailingMetric));
    assert_eq!(decision.recommended, Some(2));
    assert_eq!((sync(105).replicas, sync(105).reason), (6, Reason::Metric));

    let nothing = autoscaler(1, 10, None).sync(at(T0), 4, &all(4, pending()));
    assert_eq!((nothing.replicas, nothing.reason), (4, Reason::NoMetric));
}

#[test]
fn numbers_outside_the_bounds_are_brought_inside() {
    let now = at(T0);
    let sync = |current: u32| {
        let pods = all(current as usize, ready(now, 70));
        let decision = autoscaler(2, 10, None).sync(now, current, &pods);
        (decision.replicas, decision.reason)
    };
    assert_eq!(sync(0), (0, Reason::Off));
    assert_eq!(sync(1), (2, Reason::Minimum));
    assert_eq!(sync(12), (10, Reason::Maximum));
    assert_eq!(sync(10), (10, Reason::Tolerance));
}

fn rules(window: u64, select: Select, steps: &[ScalingStep], period: u64) -> Rules {
    let policies = steps.iter().map(|step| Policy { step: *step, period: seconds(period) });
    Rules { window: seconds(window), select, policies: policies.collect() }
}

#[test]
fn policies_count_from_the_beginning_of_their_period() {
    let up = rules(0, Select::Max, &[ScalingStep::Pods(4), ScalingStep::Percent(50)], 60);
    let behavior = Behavior { up, ..Behavior::default() };
    let mut hpa = autoscaler(1, 30, Some(behavior));
    let mut sync = |passed: u64, current: u32| {
        let now = at(T0 + passed);
        let decision = hpa.sync(now, current, &all(current as usize, ready(now, 200)));
        (decision.replicas, decision.reason)
    };
    // Four more; then none until 60 s have passed, because the period began with 4.
    assert_eq!(sync(0, 4), (8, Reason::RateUp));
    assert_eq!(sync(15, 8), (8, Reason::RateUp));
    assert_eq!(sync(45, 8), (8, Reason::RateUp));
    assert_eq!(sync(60, 8), (12, Reason::RateUp));
    // Half of 12 is more than 4.
    assert_eq!(sync(120, 12), (18, Reason::RateUp));
    assert_eq!(sync(180, 18), (27, Reason::RateUp));
    assert_eq!(sync(240, 27), (30, Reason::Maximum));
}

#[test]
fn the_way_down_is_as_fast_as_its_policy() {
    let first = |select, steps: &[ScalingStep]| {
        let down = rules(0, select, steps, 60);
        let mut hpa = autoscaler(1, 30, Some(Behavior { down, ..Behavior::default() }));
        let now = at(T0);
        let decision = hpa.sync(now, 10, &all(10, ready(now, 7)));
        (decision.replicas, decision.reason)
    };
    let steps = [ScalingStep::Pods(3), ScalingStep::Percent(10)];
    assert_eq!(first(Select::Max, &steps), (7, Reason::RateDown));
    assert_eq!(first(Select::Min, &steps), (9, Reason::RateDown));
    assert_eq!(first(Select::Disabled, &[]), (10, Reason::RateDown));
    assert_eq!(first(Select::Max, &[ScalingStep::Percent(100)]), (1, Reason::Metric));
    // 75 % of 10 is 2.5, of which the whole part is left.
    assert_eq!(first(Select::Max, &[ScalingStep::Percent(75)]), (2, Reason::RateDown));

    let down = rules(0, Select::Max, &[ScalingStep::Pods(2)], 60);
    let mut hpa = autoscaler(1, 30, Some(Behavior { down, ..Behavior::default() }));
    let mut sync = |passed: u64, current: u32| {
        let now = at(T0 + passed);
        hpa.sync(now, current, &all(current as usize, ready(now, 7))).replicas
    };
    assert_eq!([sync(0, 10), sync(15, 8), sync(45, 8), sync(60, 8)], [8, 8, 8, 6]);
}

#[test]
fn a_window_of_growth_waits_for_the_lowest_recommendation() {
    let up = Rules { window: seconds(60), ..Behavior::default().up };
    let mut hpa = autoscaler(2, 10, Some(Behavior { up, ..Behavior::default() }));
    for passed in [0, 15, 30, 45] {
        let now = at(T0 + passed);
        let decision = hpa.sync(now, 2, &all(2, ready(now, 200)));
        assert_eq!((decision.replicas, decision.reason), (2, Reason::StabilisedUp), "{passed} s");
    }
    let now = at(T0 + 60);
    let decision = hpa.sync(now, 2, &all(2, ready(now, 200)));
    assert_eq!((decision.replicas, decision.reason), (6, Reason::Metric));
}
