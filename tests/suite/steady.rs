//! Steady-state results do not depend on the observation time, on failures elsewhere, or on events
//! too rare to be observed: small systems with answers known by hand.

use plimsoll::scenario::{Options, load, render};
use plimsoll::study::doubt::Doubt;
use plimsoll::study::metric::Metric;
use plimsoll::study::result::{AtLoad, StudyResult, Verdict};
use plimsoll::study::setup::Study;
use plimsoll::study::{Question, Unwatched, answer_question};

fn study(text: &str) -> Study {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("steady.yaml");
    std::fs::write(&path, text).expect("it works");
    match load(&path, &Options::default()) {
        Ok(loaded) => loaded.study,
        Err(problems) => panic!("{text}\n{}", render(&problems, false)),
    }
}

/// A service with these settings and steps, under this load.
fn text(service: &str, steps: &str, rest: &str) -> String {
    format!(
        "scenario: s\nsystem:\n  system: s\n  services:\n    web:\n      max_connections: 1M\n{service}      \
         endpoints: {{ serve: [ {steps} ] }}\nmixes: {{ only: {{ requests: {{ web.serve: 1 }} }} }}\n{rest}"
    )
}

fn answer(study: &Study, question: Question) -> StudyResult {
    answer_question(study, question, &Unwatched).0
}

fn at(result: &StudyResult) -> &AtLoad {
    result.variants[0].at_target.as_ref().expect("the scenario has a load")
}

fn verdict(result: &StudyResult, metric: Metric) -> Verdict {
    let all = &result.variants[0].verdicts;
    all.iter().find(|verdict| verdict.metric == metric).expect("it has this target").verdict
}

/// 100.2 requests/s for a thread of 10 ms grow without bound, even if one in a hundred of all
/// requests fails in an unrelated service.
#[test]
fn what_fails_elsewhere_relieves_nobody() {
    let system = "scenario: s\nsystem:\n  system: s\n  services:\n    web: { threads: 1, max_connections: 1M, \
                  endpoints: { serve: [ delay: { exponential: 10ms } ] } }\n    bad: { endpoints: { x: [ call: \
                  { endpoint: bad.y, timeout: 1ms } ], y: [ delay: 5ms ] } }\nmixes: { only: { requests: { \
                  web.serve: 99, bad.x: 1 } } }\nload: { rate: 101.2/s }\ntargets: { p99: 10s, errors: 5% }\n\
                  replications: 4\n";
    let mut study = study(system);
    for seed in 1..=5 {
        study.seed = seed;
        let result = answer(&study, Question::Run);
        assert!(at(&result).error_rate.mean > 0.005, "{:?}", at(&result).error_rate);
        assert_ne!(verdict(&result, Metric::P99Ms), Verdict::Met, "seed {seed}");
        assert_ne!(verdict(&result, Metric::Drift), Verdict::Met, "seed {seed}");
    }
}

/// M/M/1 at 95 %: p99 is ln 100 / (100/s - 95/s) = 921 ms, and the relaxation time is 16 s, of
/// which a minute holds four.
#[test]
fn near_saturation_a_load_is_looked_at_for_long() {
    let rest = "load: { rate: 95/s }\ntargets: { p99: 820ms }\nreplications: 8\n";
    let mut study = study(&text("      threads: 1\n", "delay: { exponential: 10ms }", rest));
    let (truth, seeds) = (921.0, 20);
    let mut held = 0;
    for seed in 100..100 + seeds {
        study.seed = seed;
        let result = answer(&study, Question::Run);
        let p99 = at(&result).p99_ms;
        held += u32::from(p99.low <= truth && truth <= p99.high);
        assert_ne!(verdict(&result, Metric::P99Ms), Verdict::Met, "seed {seed}: {p99:?}");
    }
    // At a coverage of 95 % fewer do with a probability of 1.6 %.
    assert!(held >= 17, "{held} of {seeds}");
}

/// One in 10,000 takes 1,000 s: the mean is 5 ms + 100 ms, whether or not one was observed.
#[test]
fn what_is_too_rare_to_be_seen_is_in_the_mean() {
    let steps = "choose: [ { probability: 0.0001, steps: [ delay: 1000s ] } ], delay: 5ms";
    let rest = "load: { rate: 1/s }\ntargets: { mean: 10ms }\nreplications: 4\n";
    let result = answer(&study(&text("      threads: 100k\n", steps, rest)), Question::Run);
    assert_ne!(verdict(&result, Metric::MeanMs), Verdict::Met);
    let seen = at(&result).mean_ms;
    // 5 ms for all and 1000 s for one in ten thousand.
    let told = result.warnings.iter().any(|warning| {
        matches!(warning.doubt, Doubt::RareMean { least_ms } if (least_ms - 105.0).abs() < 0.5)
    });
    assert!(told || seen.mean > 10.0 || seen.is_bound(), "{seen:?} {:?}", result.warnings);
}

/// An endpoint that takes no time takes no time: 0 ms, not dominated by any value.
#[test]
fn no_time_is_a_time() {
    let rest = "load: { rate: 100/s }\ntargets: { mean: 1s }\nreplications: 2\n\
                window: { warm_up: 1s, measure: 10s }\n";
    let steps = "delay: 0s";
    let result = answer(&study(&text("      threads: 4\n", steps, rest)), Question::Run);
    assert_eq!(verdict(&result, Metric::MeanMs), Verdict::Met, "{:?}", at(&result).mean_ms);
}

/// D/D/c at a processor with a quota, and with a target equal to the service time: 200/s of two
/// cores and 10 ms, 100/s of a thread of 10 ms, exactly.
#[test]
fn deterministic_lines_are_exact_wherever_they_are_drawn() {
    let line = |service: &str, steps: &str, targets: &str| {
        let rest = format!(
            "load: {{ rate: 50/s, regular: true }}\ntargets: {{ {targets} }}\nwindow: {{ measure: 10s }}\n\
             replications: 4\nsearch: {{ highest: 1000/s }}\n"
        );
        let result = answer(&study(&text(service, steps, &rest)), Question::Saturate);
        result.variants[0].saturation.as_ref().expect("it has a line").rps
    };
    let pod = "      threads: 100k\n      pod: { cpu: { request: 2, limit: 2 } }\n";
    let found = line(pod, "cpu: { constant: 10ms }", "p99: 500ms");
    assert!((found.mean - 200.0).abs() < 1e-6 && found.high <= 200.0 + 1e-6, "{found:?}");
    for targets in ["p99: 10ms", "mean: 10ms"] {
        let found = line("      threads: 1\n", "delay: { constant: 10ms }", targets);
        assert!((found.mean - 100.0).abs() < 1e-6, "{targets}: {found:?}");
    }
}

/// An autoscaler that adds pods adds capacity: 5 cores of work on up to ten pods.
#[test]
fn pods_that_an_autoscaler_adds_leave_room() {
    let service = "      threads: 200\n      pod: { cpu: { request: 1, limit: 1 } }\n      autoscaling: { min: \
                   1, max: 10, cpu: 70% }\n";
    let rest = "load: { rate: 500/s }\ntargets: { p99: 5s, errors: 1% }\nreplications: 2\n\
                window: { warm_up: 10m, measure: 60s }\n";
    let result = answer(&study(&text(service, "cpu: { mean: 10ms, cv: 1 }", rest)), Question::Run);
    for metric in [Metric::P99Ms, Metric::ErrorRate, Metric::Drift] {
        assert_eq!(verdict(&result, metric), Verdict::Met, "{metric}: {:?}", at(&result));
    }
}
