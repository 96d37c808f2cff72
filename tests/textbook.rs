//! The scenarios with known answers, from their files through the public path to the study's result.
//!
//! Expectations are theory: a formula with its source in the head of each scenario, evaluated here. An
//! answer must hold the theory in a 99.9 % t interval of twenty replications, and that interval must be
//! narrow enough to mean something. Seeds are fixed, so that a test passes always or never.

use std::path::{Path, PathBuf};

use plimsoll::scenario::{self, Options};
use plimsoll::stats::Estimate;
use plimsoll::stats::analytic::general::{mg1_mean_wait, ps_mean_response};
use plimsoll::stats::analytic::markov::{
    mmc_mean_queue, mmc_mean_response, mmc_mean_wait, mmc_wait_quantile,
};
use plimsoll::stats::analytic::{little_number, utilisation};
use plimsoll::stats::distribution::student_t_quantile;
use plimsoll::study::result::{StudyResult, VariantResult, Verdict};
use plimsoll::study::setup::Study;
use plimsoll::study::{Question, Unwatched, answer_question};

const REPLICATIONS: u32 = 20;

fn path(name: &str) -> PathBuf {
    Path::new("scenarios/textbook").join(name).with_extension("yaml")
}

fn study(name: &str) -> Study {
    match scenario::load(&path(name), &Options::default()) {
        Ok(loaded) => loaded.study,
        Err(problems) => panic!("{}", scenario::render(&problems, false)),
    }
}

/// What users get at the load of the scenario, over [`REPLICATIONS`].
fn run(name: &str) -> VariantResult {
    let mut study = study(name);
    study.replications = REPLICATIONS;
    only_variant(answer_question(&study, Question::Run, &Unwatched).0)
}

fn only_variant(mut result: StudyResult) -> VariantResult {
    assert_eq!(result.variants.len(), 1);
    result.variants.remove(0)
}

fn station<'a>(
    variant: &'a VariantResult,
    name: &str,
) -> &'a plimsoll::study::result::StationResult {
    let found = variant.stations.iter().find(|station| station.name == name);
    found.unwrap_or_else(|| panic!("no station {name} among {:?}", variant.stations))
}

fn mean_response(variant: &VariantResult) -> Estimate {
    variant.at_target.as_ref().expect("the scenario has a load").mean_ms
}

fn part(variant: &VariantResult, name: &str) -> Estimate {
    let found = variant.anatomy.iter().find(|part| part.part == name);
    found.unwrap_or_else(|| panic!("no part {name} among {:?}", variant.anatomy)).mean_ms
}

/// The theory lies in the 99.9 % interval, and the interval is at most `width` of it to each side.
#[track_caller]
fn holds(what: &str, estimate: Estimate, theory: f64, width: f64) {
    assert!(estimate.n >= 2, "{what} rests on {} replications", estimate.n);
    let degrees = f64::from(estimate.n - 1);
    // The upper half: the lower one may have been cut at zero.
    let half = (estimate.high - estimate.mean) * student_t_quantile(0.9995, degrees)
        / student_t_quantile(0.975, degrees);
    let said = format!("{what}: {} ± {half} (99.9 %), theory {theory}", estimate.mean);
    assert!((estimate.mean - theory).abs() <= half, "{said}");
    assert!(half <= width * theory.abs(), "{said}: too wide to mean anything");
}

#[test]
fn mm1() {
    let (rate, service) = (80.0, 0.010);
    let seen = run("mm1");
    let at = seen.at_target.as_ref().expect("the scenario has a load");
    let response = mmc_mean_response(rate, service, 1).expect("it is stable");
    assert!((response - 0.050).abs() < 1e-12);
    // The response of M/M/1 is exponential: quantile p at mean × ln 1 / (1 − p).
    for (estimate, p) in [(at.p50_ms, 0.5), (at.p95_ms, 0.95), (at.p99_ms, 0.99)] {
        holds("response", estimate, -(1.0_f64 - p).ln() * response * 1e3, 0.06);
    }
    holds("mean response", at.mean_ms, response * 1e3, 0.04);
    holds("goodput", at.goodput_rps, rate, 0.01);
    let wait = mmc_mean_wait(rate, service, 1).expect("it is stable");
    holds("wait", part(&seen, "waiting for a thread"), wait * 1e3, 0.06);
    let threads = station(&seen, "server threads");
    holds("busy", threads.busy, utilisation(rate, service, 1).expect("positive"), 0.01);
    // Little's law ties the queue to the wait, which are counted apart.
    holds("queue", threads.waiting, little_number(rate, wait).expect("positive"), 0.06);
    assert_eq!(seen.verdicts[0].verdict, Verdict::Met);
}

/// p95 = ln 20 / (μ − λ) reaches 200 ms at λ = μ − ln 20 / 0.2 s.
#[test]
fn mm1_has_its_line_where_p95_reaches_the_target() {
    let result = answer_question(&study("mm1"), Question::Saturate, &Unwatched).0;
    let line = only_variant(result).saturation.expect("the scenario has a target");
    holds("line", line.rps, 100.0 - 20.0_f64.ln() / 0.2, 0.02);
    assert_eq!(
        (line.resource.as_str(), line.binding_target.as_str()),
        ("server threads", "p95_ms")
    );
    assert!(line.ties.is_empty() && !line.beyond_search, "{line:?}");
}

#[test]
fn mmc() {
    let (rate, service, servers) = (160.0, 0.050, 10);
    let seen = run("mmc");
    let wait = mmc_mean_wait(rate, service, servers).expect("it is stable");
    assert!((wait * 1e3 - 10.23).abs() < 0.005, "the scenario's head says 10.23 ms, not {wait} s");
    holds("wait", part(&seen, "waiting for a thread"), wait * 1e3, 0.08);
    holds("mean response", mean_response(&seen), (wait + service) * 1e3, 0.02);
    let threads = station(&seen, "server threads");
    holds("busy", threads.busy, utilisation(rate, service, servers).expect("positive"), 0.01);
    let queue = mmc_mean_queue(rate, service, servers).expect("it is stable");
    holds("queue", threads.waiting, queue, 0.08);
}

/// The wait of M/M/c has a known law too: at the 99th percentile it is far from the service times.
#[test]
fn mmc_waits_as_long_as_erlang_says_in_the_tail() {
    let (rate, service, servers) = (160.0, 0.050, 10);
    let at = run("mmc").at_target.expect("the scenario has a load");
    // Response = wait + service; P(R > t) with P(W > t) = C e^(−at), a = cμ − λ, is for a ≠ μ
    // e^(−μt) (1 − C) + C (a e^(−μt) − μ e^(−at)) / (a − μ); solved for 1 % by bisection.
    let c = plimsoll::stats::analytic::markov::mmc_wait_probability(rate, service, servers)
        .expect("it is stable");
    let (mu, a) = (1.0 / service, f64::from(servers) / service - rate);
    let exceeds = |t: f64| {
        let (quick, slow) = ((-mu * t).exp(), (-a * t).exp());
        quick * (1.0 - c) + c * (a * quick - mu * slow) / (a - mu)
    };
    let (mut low, mut high) = (0.0, 10.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if exceeds(middle) > 0.01 { low = middle } else { high = middle }
    }
    holds("p99", at.p99_ms, low * 1e3, 0.04);
    // The bisection itself: without service the same law is Erlang's.
    let wait = mmc_wait_quantile(rate, service, servers, 0.99).expect("it is stable");
    assert!((c * (-a * wait).exp() - 0.01).abs() < 1e-12 && low > wait);
}

/// Insensitivity: the mean response depends on the mean of the work alone, here with a coefficient of
/// variation of 2. In order of arrival it would be twice as long.
#[test]
fn mg1_ps() {
    let (rate, work) = (70.0, 0.010);
    let seen = run("mg1-ps");
    let response = ps_mean_response(rate, work).expect("it is stable");
    holds("mean response", mean_response(&seen), response * 1e3, 0.08);
    holds("time on the CPU", part(&seen, "pod CPU"), response * 1e3, 0.08);
    holds("busy", station(&seen, "server CPU").busy, rate * work, 0.02);
    let in_order = mg1_mean_wait(rate, work, 4.0).expect("it is stable") + work;
    assert!(in_order > 2.0 * response, "the test would not tell the disciplines apart");
}

#[test]
fn tandem() {
    let rate = 60.0;
    let seen = run("tandem");
    let mut waits = 0.0;
    for (lock, service) in [("first lock", 0.010), ("second lock", 0.008)] {
        let lock = station(&seen, lock);
        holds("busy", lock.busy, rate * service, 0.01);
        holds("queue", lock.waiting, mmc_mean_queue(rate, service, 1).expect("stable"), 0.06);
        waits += mmc_mean_wait(rate, service, 1).expect("it is stable");
    }
    // 25 + 15.385 ms of response less 18 ms of service.
    assert!((waits * 1e3 - 22.385).abs() < 0.001);
    holds("mean response", mean_response(&seen), waits * 1e3 + 18.0, 0.03);
    holds("waits", part(&seen, "waiting for a lock"), waits * 1e3, 0.04);
}

/// M/M/c + D: share that gives up after a constant patience t (Baccelli and Hebuterne 1981; Zeltyn and
/// Mandelbaum 2005, with the integrals of a constant patience solved).
fn gives_up(rate: f64, service: f64, servers: u32, patience: f64) -> f64 {
    let spare = f64::from(servers) / service - rate;
    let capacity = f64::from(servers) / service;
    let j = (1.0 - (-spare * patience).exp()) / spare + (-spare * patience).exp() / capacity;
    let a = rate * service;
    // Sum over j < c of a^j / j!, over its last term: built from the top down.
    let mut term = 1.0;
    let mut e = 1.0;
    for below in (1..servers).rev() {
        term *= f64::from(below) / a;
        e += term;
    }
    (1.0 + (rate - capacity) * j) / (e + rate * j)
}

#[test]
fn pool_timeout() {
    let seen = run("pool-timeout");
    let at = seen.at_target.as_ref().expect("the scenario has a load");
    let fails = gives_up(220.0, 0.050, 10, 0.250);
    assert!((fails - 0.09131).abs() < 5e-6, "the scenario's head says 9.131 %, not {fails}");
    holds("errors", at.error_rate, fails, 0.05);
    holds("goodput", at.goodput_rps, 220.0 * (1.0 - fails), 0.01);
    // With endless patience nobody gives up, with none the pool is Erlang's loss system.
    assert!(gives_up(150.0, 0.050, 10, 1e3) < 1e-9);
    let loss = plimsoll::stats::analytic::markov::erlang_b(10, 11.0).expect("positive");
    assert!((gives_up(220.0, 0.050, 10, 0.0) - loss).abs() < 1e-12);
}

#[test]
fn partition_lag() {
    let seen = run("partition-lag");
    let at = seen.at_target.as_ref().expect("the scenario has a load");
    holds("written", at.events_per_s, 1_200.0, 0.005);
    // Three threads, never idle: one record each 3 ms.
    assert!((at.orders_per_s.mean - 1_000.0).abs() < 0.1, "{:?}", at.orders_per_s);
    // 200 a second for 70 s; the window from 10 s to 70 s has its mean at 40 s.
    holds("lag at the end", at.max_lag, 200.0 * 70.0, 0.03);
    let readers = station(&seen, "reader.events consumers");
    holds("mean lag", readers.waiting, 200.0 * 40.0, 0.03);
    let drift = seen.verdicts.iter().find(|verdict| verdict.metric == "drift");
    assert_eq!(drift.map(|drift| drift.verdict), Some(Verdict::Missed));
}

/// Little's law, N = X R, without any queue: exact.
#[test]
fn closed_loop() {
    let seen = run("closed-loop");
    let at = seen.at_target.expect("the scenario has a load");
    let users = little_number(at.goodput_rps.mean, at.p50_ms.mean / 1e3).expect("positive");
    assert!((users - 100.0).abs() < 1e-9, "{users} users");
    for quantile in [at.mean_ms, at.p50_ms, at.p95_ms, at.p99_ms] {
        assert!((quantile.mean - 250.0).abs() < 1e-9, "{quantile:?}");
    }
    assert!((at.goodput_rps.mean - 400.0).abs() < 1e-9, "{:?}", at.goodput_rps);
}

/// A textbook scenario that nobody compares with its answer is no textbook.
#[test]
fn every_scenario_is_here() {
    let mut names: Vec<String> = std::fs::read_dir("scenarios/textbook")
        .expect("it comes with the program")
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    let mut tested =
        ["mm1", "mmc", "mg1-ps", "tandem", "pool-timeout", "partition-lag", "closed-loop"];
    tested.sort_unstable();
    assert_eq!(names, tested);
}
