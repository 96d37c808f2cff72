//! Verdicts of days: failures are detected and reported with their duration.

use std::path::Path;

use plimsoll::scenario::{Options, load, render};
use plimsoll::study::day::{DayAnswer, DayEvent, Recovery};
use plimsoll::study::metric::Metric;
use plimsoll::study::result::{StudyResult, Verdict};
use plimsoll::study::setup::Study;
use plimsoll::study::{Question, Unwatched, answer_question};
use plimsoll::units::Span;

fn study(path: &Path) -> Study {
    let mut study = match load(path, &Options::default()) {
        Ok(loaded) => loaded.study,
        Err(problems) => panic!("{}", render(&problems, false)),
    };
    // Only the day matters here.
    (study.replications, study.precision.most_replications) = (2, 2);
    study.window.measure = Span::from_secs(15.0);
    study
}

fn run(text: &str) -> StudyResult {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("day.yaml");
    std::fs::write(&path, text).expect("it works");
    answer_question(&study(&path), Question::Run, &Unwatched).0
}

/// Returns the answer for each variant's day of a gallery scenario, with one replication.
fn gallery(name: &str) -> Vec<(String, DayAnswer)> {
    let mut study = study(&Path::new("scenarios/failures").join(format!("{name}.yaml")));
    let day = study.day.as_mut().expect("it has a day");
    day.replications = 1;
    let found = answer_question(&study, Question::Run, &Unwatched).0;
    let of = |variant: plimsoll::study::result::VariantResult| {
        (variant.name, variant.day_answer.expect("its day was run"))
    };
    found.variants.into_iter().map(of).collect()
}

fn day(result: &StudyResult) -> &DayAnswer {
    result.variants[0].day_answer.as_ref().expect("its day was run")
}

/// Forty connections, of which a request takes two: a burst of two seconds takes all forty as first
/// ones, and no request gets a second; strictly in order, since an arrival in between might.
const LOCKED: &str = r#"
scenario: burst
system:
  system: shop
  services:
    web:
      runtime: spring-mvc
      replicas: 1
      pod: { cpu: { limit: 4 } }
      pools: { main: { kind: hikaricp-5.1, database: db, maximum: 40, wake_up: 0 } }
      endpoints:
        save:
          - transaction:
              pool: main
              steps:
                - delay: { mean: 50ms, cv: 0.5, basis: assumed, source: "a guess" }
                - transaction: { pool: main, steps: [ delay: { mean: 20ms, cv: 0.5, basis: assumed, source: "a guess" } ] }
  databases: { db: { cpu: 4 } }
mixes: { only: { requests: { web.save: 1 } } }
load: { rate: 100/s, patience: 60s }
targets: { p99: 500ms, errors: 1% }
window: { warm_up: 2s, measure: 20s }
replications: 2
day:
  bin: 10s
  horizon: 4m
  replications: 2
  timeline:
    - { at: 60s, what: { traffic: 8 } }
    - { at: 62s, what: { traffic: 1 } }
"#;

#[test]
fn a_burst_that_locks_everything_up_is_missed_to_the_end() {
    let found = run(LOCKED);
    // The steady load is met, which is a separate question.
    let steady = &found.variants[0].verdicts;
    assert!(steady.iter().all(|verdict| verdict.verdict == Verdict::Met), "{steady:?}");
    let day = day(&found);
    assert_eq!(day.verdict, Some(Verdict::Missed));
    // The bins from 1:10 to 4:00, and possibly that of the burst.
    for target in &day.targets {
        assert!((170.0..=180.0).contains(&target.missed_s), "{target:?}");
        assert_eq!(target.recovery, Recovery::Never);
        assert!(target.first_missed_s.is_some_and(|at| (60.0..=70.0).contains(&at)));
    }
    let silence = day.silence.expect("nothing is answered");
    assert_eq!(silence.replications, 2);
    // When the first waits of 30 s time out, the connections released let a few more through; then
    // nothing is answered.
    assert!(silence.from_s.iter().all(|at| (60.0..=91.0).contains(at)), "{silence:?}");
    let [burst] = &*day.events else { panic!("{:?}", day.events) };
    assert_eq!((&burst.event, burst.ended_s), (&DayEvent::Traffic { factor: 8.0 }, Some(62.0)));
    assert!(burst.answered.is_some_and(|share| share < 0.2), "{burst:?}");
    assert_eq!(burst.recovery, Recovery::Never);
    // There is no value without answers.
    let silent = found.variants[0].day.iter().find(|bin| bin.goodput_rps.mean <= 0.0);
    assert_eq!(silent.expect("nothing is answered").p99_ms, None);
}

/// 70/s of six operations each are 420, where 100 GiB of gp2 sustain 300: 5.4 million credits last
/// 5,400,000 / 120 = 45,000 s, which is 12:30. Then the queue grows until every request times out.
#[test]
fn credits_end_in_the_middle_of_the_day() {
    let found = run(r#"
scenario: gp2
system:
  system: site
  services:
    web:
      runtime: spring-mvc
      replicas: 2
      pod: { cpu: { limit: 2 } }
      pools: { main: { kind: hikaricp-5.1, database: pg } }
      endpoints:
        page: [ transaction: { pool: main, steps: [ query: { reads: 2, writes: 2 } ] } ]
  databases: { pg: { cpu: 2, storage: { type: gp2, size: 100GiB } } }
  units:
    statement_read: { mean: 0.5ms, cv: 1, basis: assumed, source: "a guess" }
    statement_write: { mean: 0.5ms, cv: 1, basis: assumed, source: "a guess" }
    read_ios: 2
    commit_ios: 2
mixes: { only: { requests: { web.page: 1 } } }
load: { rate: 70/s, patience: 10s }
targets: { p99: 500ms, errors: 1% }
window: { warm_up: 5s, measure: 30s }
day: { bin: 30m, horizon: 24h, compress: 60 }
"#);
    let day = day(&found);
    for target in &day.targets {
        // From 12:30 to the end: requests of the seconds before it wait too long as well, so that
        // their bin, from 12:00 on, may be the first.
        let first = target.first_missed_s.expect("it is missed");
        assert!((43_200.0..=46_800.0).contains(&first), "{target:?}");
        assert!((target.missed_s - (86_400.0 - first)).abs() < 1e-6, "{target:?}");
        assert_eq!(target.recovery, Recovery::Never);
    }
    let [credits] = &*day.credits else { panic!("{:?}", day.credits) };
    // 120/s are spent: the balance at 6:00 is 5,400,000 - 21,600 x 120.
    let left = credits.by_bin[11].expect("the volume is there");
    assert!((left - 2_808_000.0).abs() < 150_000.0, "{left}");
    assert!(credits.by_bin[47].is_some_and(|left| left < 1_000.0));
}

/// Each failure of the gallery is missed on its day, and not without its cause.
#[test]
fn the_gallery_tells_its_outages() {
    let verdict = |found: &[(String, DayAnswer)], name: &str| {
        let answer = found.iter().find(|(known, _)| known == name).map(|(_, answer)| answer);
        answer.expect("a variant").verdict
    };
    let found = gallery("pool-deadlock");
    assert_eq!(verdict(&found, "locked"), Some(Verdict::Missed));
    assert!(found[0].1.targets.iter().all(|target| target.recovery == Recovery::Never));
    let found = gallery("credit-cliff");
    assert_eq!(verdict(&found, "small"), Some(Verdict::Missed));
    assert_eq!(verdict(&found, "larger"), Some(Verdict::Met));
    let found = gallery("retry-storm");
    let [(_, storm)] = &*found else { panic!("one variant") };
    assert_eq!(storm.verdict, Some(Verdict::Missed));
    // From the burst at 1:00 on.
    let errors = storm.targets.iter().find(|target| target.metric == Metric::ErrorRate);
    assert!(errors.is_some_and(|errors| errors.missed_s >= 220.0), "{errors:?}");
    assert_eq!(storm.events[0].event, DayEvent::Traffic { factor: 3.0 });
    assert_eq!(storm.events[0].recovery, Recovery::Never);
}

/// A load on two services, half of it on a database that is 10,000 times slower from 1:40 on:
/// queries of 10 ms take 100 s, and none that starts after that is answered on this day of three
/// minutes.
fn half_hangs(targets: &str) -> StudyResult {
    run(&half_hanging(targets))
}

fn half_hanging(targets: &str) -> String {
    format!(
        "scenario: hang\nsystem:\n  system: s\n  services:\n    web:\n      replicas: 2\n      threads: 100k\n      \
         max_connections: 1M\n      pools: {{ m: {{ database: db, maximum: 5000 }}, n: {{ database: db2, \
         maximum: 50 }} }}\n      endpoints:\n        a: [ transaction: {{ pool: m, hold: transaction, \
         read_only: true, steps: [ query: {{ reads: 1, time: {{ constant: 10ms }} }} ] }} ]\n        b: [ \
         transaction: {{ pool: n, hold: transaction, read_only: true, steps: [ query: {{ reads: 1, time: {{ \
         constant: 10ms }} }} ] }} ]\n  databases: {{ db: {{ cpu: 8 }}, db2: {{ cpu: 8 }} }}\nmixes: {{ only: \
         {{ requests: {{ web.a: 1, web.b: 1 }} }} }}\nload: {{ rate: 20/s }}\ntargets: {{ {targets} }}\n\
         window: {{ warm_up: 2s, measure: 60s }}\nreplications: 2\nday: {{ bin: 10s, horizon: 3m, timeline: [ \
         {{ at: 100s, what: {{ slow: {{ database: db, factor: 10000 }} }} }} ] }}\n"
    )
}

#[test]
fn who_is_never_answered_is_not_well_served() {
    for targets in ["errors: 1%", "mean: 500ms", "p99_wait: 100ms, mean: 500ms", "p99: 500ms"] {
        let found = half_hangs(targets);
        let verdict = day(&found).verdict;
        assert!(verdict.is_some_and(|verdict| verdict != Verdict::Met), "{targets}: {verdict:?}");
    }
}

/// A fault of minutes does not count for all of a short day: without a stated bin, 20 minutes have
/// 40 bins of 30 s, and the eight minutes before the fault are not missed.
#[test]
fn a_short_day_has_short_bins() {
    let text = half_hanging("p99: 500ms").replace("bin: 10s, horizon: 3m", "horizon: 20m");
    let text = text.replace("at: 100s", "at: 8m").replace("factor: 10000", "factor: 100, for: 3m");
    let found = run(&text);
    assert_eq!(found.variants[0].day.len(), 40);
    let missed = day(&found).targets[0].missed_s;
    assert!((180.0..=240.0).contains(&missed), "{missed}");
}
