//! Verdicts on small systems with answers known by hand, where a statistic of only the requests
//! that ended within the window would be wrong.

use plimsoll::report::{Lang, warnings};
use plimsoll::scenario::{Options, load, render};
use plimsoll::stats::Shape;
use plimsoll::study::metric::Metric;
use plimsoll::study::result::{AtLoad, StudyResult, Unanswered, Verdict};
use plimsoll::study::{Question, Unwatched, answer_question};

/// One pod whose only endpoint takes these steps, under this load and these targets.
fn run(threads: u32, steps: &str, rest: &str) -> StudyResult {
    let text = format!(
        "scenario: earned\nsystem:\n  system: one\n  services:\n    web:\n      threads: {threads}\n      \
         endpoints:\n        serve: [ {steps} ]\nmixes: {{ only: {{ requests: {{ web.serve: 1 }} }} }}\n{rest}"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("earned.yaml");
    std::fs::write(&path, text).expect("it works");
    match load(&path, &Options::default()) {
        Ok(loaded) => answer_question(&loaded.study, Question::Run, &Unwatched).0,
        Err(problems) => panic!("{}", render(&problems, false)),
    }
}

fn at(result: &StudyResult) -> &AtLoad {
    result.variants[0].at_target.as_ref().expect("the scenario has a load")
}

fn verdict(result: &StudyResult, metric: Metric) -> Verdict {
    let all = &result.variants[0].verdicts;
    all.iter().find(|verdict| verdict.metric == metric).expect("it has this target").verdict
}

fn warns(result: &StudyResult, words: &str) -> bool {
    warnings(result, Lang::En).iter().any(|warning| warning.contains(words))
}

/// Two in a hundred take 100 s, beyond the window of 20 s: the mean is 0.98 · 5 ms + 0.02 · 100,005
/// ms.
#[test]
fn what_outlasts_the_window_is_waited_for() {
    let result = run(
        100_000,
        "choose: [ { probability: 0.02, steps: [ delay: 100s ] } ], delay: 5ms",
        "load: { rate: 50/s }\ntargets: { p99: 500ms, errors: 1% }\nwindow: { warm_up: 5s, measure: 20s }\n",
    );
    let found = at(&result);
    assert_eq!(found.mean_ms.contains(2_005.0), Some(true), "{:?}", found.mean_ms);
    assert!((found.p99_ms.mean / 100_005.0 - 1.0).abs() < 1e-4, "{:?}", found.p99_ms);
    assert!((found.p50_ms.mean - 5.0).abs() < 1e-6, "{:?}", found.p50_ms);
    assert_eq!(verdict(&result, Metric::P99Ms), Verdict::Missed);
}

/// A request not followed for long enough counts with its age: all that is known is that p99
/// exceeds 10 s.
#[test]
fn what_is_not_waited_for_counts_with_its_age() {
    let limit = |limit: &str| {
        run(
            100_000,
            "choose: [ { probability: 0.02, steps: [ delay: 100s ] } ], delay: 5ms",
            &format!(
                "load: {{ rate: 50/s }}\ntargets: {{ p99: {limit}, errors: 1% }}\n\
                 window: {{ warm_up: 5s, measure: 20s, follow: 10s }}\n"
            ),
        )
    };
    let result = limit("60s");
    let found = at(&result).p99_ms;
    assert_eq!(found.shape, Shape::AtLeast);
    assert!(found.mean > 10_000.0 && found.mean <= 30_000.0, "{found:?}");
    assert_eq!(verdict(&result, Metric::P99Ms), Verdict::Undecided);
    assert_eq!(verdict(&limit("1s"), Metric::P99Ms), Verdict::Missed);
    assert!(warns(&result, "had not ended 10s after the window"), "{:?}", result.warnings);
}

/// Exponential with a mean of 10 s: p99 is 10 ln 100 = 46.05 s, with a window of 60 s.
#[test]
fn long_responses_are_not_cut_off_by_the_window() {
    let result = run(
        100_000,
        "delay: { exponential: 10s }",
        "load: { rate: 100/s }\ntargets: { p99: 44s, errors: 1% }\nwindow: { warm_up: 5s, measure: 60s }\n",
    );
    // The 99th percentile of 48,000 responses has a standard error of 1 %.
    let p99 = at(&result).p99_ms;
    assert!((p99.mean / 46_051.7 - 1.0).abs() < 0.033, "{p99:?}");
    assert_eq!(verdict(&result, Metric::P99Ms), Verdict::Missed);
}

#[test]
fn nothing_seen_decides_nothing() {
    let result = run(
        100_000,
        "delay: 1h",
        "load: { rate: 1/h }\ntargets: { p99: 500ms, errors: 1% }\nreplications: 3\n\
         window: { warm_up: 2s, measure: 10s }\n",
    );
    assert_eq!((at(&result).mean_ms.n, at(&result).p99_ms.n), (0, 0));
    for metric in [Metric::P99Ms, Metric::ErrorRate, Metric::Drift] {
        assert_eq!(verdict(&result, metric), Verdict::Undecided, "{metric}");
    }
    assert!(warns(&result, "no response was seen"), "{:?}", result.warnings);
}

/// A constant 10 ms once a minute: replications without a response do not count as 0 ms.
#[test]
fn replications_without_a_response_are_left_out() {
    let result =
        run(4, "delay: 10ms", "load: { rate: 1/m }\ntargets: { p99: 500ms, errors: 1% }\n");
    let found = at(&result);
    assert!(found.mean_ms.n < found.goodput_rps.n, "{:?} {:?}", found.mean_ms, found.goodput_rps);
    for estimate in [found.mean_ms, found.p50_ms, found.p99_ms] {
        assert!((estimate.mean - 10.0).abs() < 1e-6 && estimate.high - estimate.low < 1e-6);
    }
    // Of some twenty requests none failed: that says little about a rate of one in a hundred.
    assert_eq!(verdict(&result, Metric::ErrorRate), Verdict::Undecided);
}

/// Nothing is answered within the patience of 1 s. Without a target for errors, that is slower than
/// any limit; with one, there is no good answer whose time could be judged.
#[test]
fn who_gets_no_answer_is_slow_or_guarded_against() {
    let load = "load: { rate: 20/s, patience: 1s }\nwindow: { warm_up: 5s, measure: 20s }\n";
    let slow = run(10_000, "delay: 3s", &format!("{load}targets: {{ p99: 1s }}\n"));
    assert_eq!(slow.targets[0].unanswered, Unanswered::Slow);
    assert_eq!(verdict(&slow, Metric::P99Ms), Verdict::Missed);
    let apart = run(10_000, "delay: 3s", &format!("{load}targets: {{ p99: 1s, errors: 1% }}\n"));
    assert_eq!(apart.targets[0].unanswered, Unanswered::Apart);
    assert_eq!(verdict(&apart, Metric::P99Ms), Verdict::Undecided);
    assert_eq!(verdict(&apart, Metric::ErrorRate), Verdict::Missed);
    assert!((at(&apart).error_rate.mean - 1.0).abs() < 1e-12);
}

/// Three in a hundred fail after the patience of 1 s, the others take 10 ms: the p99 of good
/// answers is 10 ms, that of all is beyond any limit.
#[test]
fn failures_count_by_the_targets_that_there_are() {
    let steps = "choose: [ { probability: 3%, steps: [ delay: 5s ] } ], delay: 10ms";
    let rest = "load: { rate: 100/s, patience: 1s }\nwindow: { warm_up: 10s, measure: 30s }\n";
    let apart = run(10_000, steps, &format!("{rest}targets: {{ p99: 20ms, errors: 5% }}\n"));
    assert_eq!(verdict(&apart, Metric::P99Ms), Verdict::Met);
    assert_eq!(verdict(&apart, Metric::ErrorRate), Verdict::Met);
    assert!((at(&apart).p99_ms.mean - 10.0).abs() < 1e-6, "{:?}", at(&apart).p99_ms);
    assert_eq!(at(&apart).error_rate.contains(0.03), Some(true), "{:?}", at(&apart).error_rate);
    let slow = run(10_000, steps, &format!("{rest}targets: {{ p99: 20ms }}\n"));
    assert_eq!(verdict(&slow, Metric::P99Ms), Verdict::Missed);
}

/// M/M/1 at ρ = 1 has no steady state, whatever a window shows.
#[test]
fn a_server_that_is_asked_for_all_it_has_meets_nothing() {
    let result = run(
        1,
        "delay: { exponential: 10ms }",
        "load: { rate: 100/s }\ntargets: { p99: 1h, errors: 1% }\n",
    );
    for metric in [Metric::P99Ms, Metric::Drift] {
        assert_ne!(verdict(&result, metric), Verdict::Met, "{metric}");
    }
    assert_eq!(at(&result).mean_ms.shape, Shape::AtLeast);
}

/// One in ten thousand blocks everything for 50 s. All estimates lie within the observed range.
#[test]
fn intervals_stay_within_what_can_be() {
    let result = run(
        1,
        "choose: [ { probability: 0.0001, steps: [ delay: 50s ] } ], delay: 5ms",
        "load: { rate: 50/s }\ntargets: { p99: 1h, errors: 1% }\n",
    );
    let found = at(&result);
    // No response within 200 s can have taken longer.
    for estimate in [found.mean_ms, found.p50_ms, found.p95_ms, found.p99_ms] {
        assert!(estimate.low >= 0.0 && estimate.high <= 200_000.0, "{estimate:?}");
    }
    assert!(found.error_rate.low >= 0.0 && found.error_rate.high <= 1.0);
}

/// Pareto with shape 1.1 and mean 10 ms has infinite variance: a sample mean is below the true one
/// more often than not, and no interval around it is valid.
#[test]
fn a_mean_that_does_not_settle_is_a_bound() {
    let result = run(
        100_000,
        "delay: { pareto: { mean: 10ms, shape: 1.1 } }",
        "load: { rate: 200/s }\ntargets: { p99: 1h, errors: 1% }\n",
    );
    assert_eq!(at(&result).mean_ms.shape, Shape::AtLeast);
    assert!(warns(&result, "is not to be trusted"), "{:?}", result.warnings);
}

/// M/M/1 at ρ = 0.8 with 10 ms: 80 % wait; their wait is exponential with a mean of 50 ms, so that
/// p99 is 50 ln(80) ms and the mean over all 40 ms.
#[test]
fn waits_are_those_of_all_who_came() {
    let result = run(
        1,
        "delay: { exponential: 10ms }",
        "load: { rate: 80/s }\ntargets: { p99_wait: 250ms, mean: 60ms, errors: 1% }\n\
         window: { warm_up: 20s, measure: 10m }\n",
    );
    let stations = &result.variants[0].stations;
    let wait = stations.iter().find_map(|station| station.wait.as_ref()).expect("threads");
    assert!((wait.waited.mean - 0.8).abs() < 0.02, "{:?}", wait.waited);
    assert!((wait.mean_ms.mean / 40.0 - 1.0).abs() < 0.1, "{:?}", wait.mean_ms);
    assert!((wait.p99_ms.mean / (50.0 * 80_f64.ln()) - 1.0).abs() < 0.1, "{:?}", wait.p99_ms);
    assert_eq!(verdict(&result, Metric::P99WaitMs), Verdict::Met);
    assert_eq!(verdict(&result, Metric::MeanMs), Verdict::Met);
}
