//! Empirical coverage of confidence intervals: textbook systems with known answers, from their
//! files through the public interface to the study's result, with 400 different seeds.
//!
//! Of 400 valid 95 % intervals 380 ± 4.4 cover the true value; 368 to 392 is 2.75 standard
//! deviations to each side.

use std::fmt::Write;

use plimsoll::scenario::{Options, load, render};
use plimsoll::stats::Estimate;
use plimsoll::stats::analytic::markov::{
    erlang_b, mmc_mean_queue, mmc_mean_response, mmc_wait_probability,
};
use plimsoll::study::result::{AtLoad, StationResult, StudyResult};
use plimsoll::study::setup::Study;
use plimsoll::study::{Question, Unwatched, answer_question};
use rayon::prelude::*;

const SEEDS: u64 = 400;
/// Two servers without a queue.
const FULL: &str = "      threads: 2\n      max_connections: 2\n      accept_count: 0\n";

/// One server with exponential service of 10 ms.
fn scenario(server: &str, rest: &str) -> Study {
    let text = format!(
        "scenario: coverage\nsystem:\n  system: one\n  services:\n    server:\n{server}      endpoints:\n        \
         serve: [ delay: {{ exponential: 10ms }} ]\nmixes: {{ only: {{ requests: {{ server.serve: 1 }} }} }}\n\
         {rest}"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("coverage.yaml");
    std::fs::write(&path, text).expect("it works");
    match load(&path, &Options::default()) {
        Ok(loaded) => loaded.study,
        Err(problems) => panic!("{}", render(&problems, false)),
    }
}

fn waiting_room(threads: &str) -> String {
    format!("      threads: {threads}\n      max_connections: 1M\n      accept_count: 0\n")
}

type Pick = fn(&StudyResult) -> Estimate;

fn at(result: &StudyResult) -> &AtLoad {
    result.variants[0].at_target.as_ref().expect("the scenario has a load")
}

fn threads(result: &StudyResult) -> &StationResult {
    let mut stations = result.variants[0].stations.iter();
    stations.find(|station| station.name == "server threads").expect("it has threads")
}

/// Asserts the coverage of each measure's intervals over the seeds.
#[track_caller]
fn covers(study: &Study, question: Question, measures: &[(&str, f64, Pick)]) {
    let held: Vec<Vec<(bool, f64, f64)>> = (0..SEEDS)
        .into_par_iter()
        .map(|seed| {
            let mut study = study.clone();
            study.seed = 1_000 + seed;
            let result = answer_question(&study, question, &Unwatched).0;
            measures
                .iter()
                .map(|(_, truth, pick)| {
                    let found = pick(&result);
                    let held = found.contains(*truth).expect("it has an interval");
                    (held, found.mean / truth, found.relative_half_width().unwrap_or(f64::NAN))
                })
                .collect()
        })
        .collect();
    let mut said = String::new();
    let mut honest = true;
    for (index, (name, truth, _)) in measures.iter().enumerate() {
        let count = held.iter().filter(|held| held[index].0).count();
        let mean = held.iter().map(|held| held[index].1).sum::<f64>() / SEEDS as f64;
        let width = held.iter().map(|held| held[index].2).sum::<f64>() / SEEDS as f64;
        let line = format!("{name}: {count} of {SEEDS} intervals hold {truth:.4}");
        writeln!(said, "{line}; mean {mean:.4} of it, ± {width:.3}").expect("it is a string");
        honest &= (368..=392).contains(&count);
    }
    assert!(honest, "\n{said}");
}

/// The `p` quantile of the response time of M/M/c \[ms\], by bisection of P(R > t) = (1 − C)
/// e^(−μt) + C (a e^(−μt) − μ e^(−at)) / (a − μ), with C Erlang's C and a = cμ − λ: wait plus
/// service (Kleinrock, vol. 1, section 3.5).
fn response_quantile_ms(rate: f64, service: f64, servers: u32, p: f64) -> f64 {
    let c = mmc_wait_probability(rate, service, servers).expect("it is stable");
    let (mu, a) = (1.0 / service, f64::from(servers) / service - rate);
    let exceeds = |t: f64| {
        let (quick, slow) = ((-mu * t).exp(), (-a * t).exp());
        quick * (1.0 - c) + c * (a * quick - mu * slow) / (a - mu)
    };
    let (mut low, mut high) = (0.0, 10.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if exceeds(middle) > 1.0 - p { low = middle } else { high = middle }
    }
    low * 1e3
}

/// M/M/c at this rate, for each measure.
fn queueing(servers: u32, rate: f64, window: &str) {
    let rest = format!("load: {{ rate: {rate}/s }}\n{window}");
    let study = scenario(&waiting_room(&servers.to_string()), &rest);
    let service = 0.010;
    let response = mmc_mean_response(rate, service, servers).expect("it is stable");
    let queue = mmc_mean_queue(rate, service, servers).expect("it is stable");
    covers(
        &study,
        Question::Run,
        &[
            ("mean", response * 1e3, |r| at(r).mean_ms),
            ("p50", response_quantile_ms(rate, service, servers, 0.50), |r| at(r).p50_ms),
            ("p95", response_quantile_ms(rate, service, servers, 0.95), |r| at(r).p95_ms),
            ("p99", response_quantile_ms(rate, service, servers, 0.99), |r| at(r).p99_ms),
            ("goodput", rate, |r| at(r).goodput_rps),
            ("utilisation", rate * service / f64::from(servers), |r| threads(r).busy),
            ("queue", queue, |r| threads(r).waiting),
        ],
    );
}

/// A fixed number of replications, whatever they show.
fn fixed(replications: u32) -> String {
    format!("replications: {replications}\nprecision: {{ most_replications: {replications} }}\n")
}

/// With a warm-up determined for each seed.
#[test]
fn mm1() {
    queueing(1, 50.0, &format!("window: {{ measure: 60s }}\n{}", fixed(6)));
}

#[test]
fn mmc() {
    queueing(3, 180.0, &format!("window: {{ warm_up: 1s, measure: 60s }}\n{}", fixed(8)));
}

#[test]
fn batches() {
    queueing(1, 50.0, "window: { warm_up: 2s, measure: 800s }\nbatches: 20\n");
}

/// Stopping once the interval is narrow favours samples with a small spread by chance; that must
/// not reduce the coverage.
#[test]
fn sampling_to_a_precision() {
    let sampling = "replications: 8\nprecision: { half_width: 9%, most_replications: 32 }\n";
    queueing(1, 50.0, &format!("window: {{ warm_up: 2s, measure: 60s }}\n{sampling}"));
}

/// Erlang's loss system: arrivals that find both servers busy are refused.
#[test]
fn loss() {
    let rest =
        format!("load: {{ rate: 150/s }}\nwindow: {{ warm_up: 2s, measure: 10s }}\n{}", fixed(6));
    let lost = erlang_b(2, 1.5).expect("positive");
    covers(
        &scenario(FULL, &rest),
        Question::Run,
        &[
            ("errors", lost, |r| at(r).error_rate),
            ("goodput", 150.0 * (1.0 - lost), |r| at(r).goodput_rps),
            ("mean", 10.0, |r| at(r).mean_ms),
        ],
    );
}

/// Some 45 requests per replication, in varying numbers: a ratio of two random counts.
#[test]
fn ratio() {
    let window = "load: { rate: 150/s }\nwindow: { warm_up: 1s, measure: 300ms }\n";
    let rest = format!("{window}{}", fixed(8));
    let lost = erlang_b(2, 1.5).expect("positive");
    covers(&scenario(FULL, &rest), Question::Run, &[("errors", lost, |r| at(r).error_rate)]);
}

/// One thread compared with two: the p99 of M/M/1 and of M/M/2 for the same users.
#[test]
fn difference() {
    let rest = format!(
        "variants: {{ one: {{ view: written }}, two: {{ view: effective }} }}\nload: {{ rate: 60/s }}\n\
         targets: {{ p99: 10s }}\nsearch: {{ highest: 60/s, replications: 2 }}\n\
         window: {{ warm_up: 2s, measure: 60s }}\n{}",
        fixed(8)
    );
    let study = scenario(&waiting_room("{ written: 1, runs: 2, because: \"-\" }"), &rest);
    let p99 = |servers| response_quantile_ms(60.0, 0.010, servers, 0.99);
    let change = p99(2) - p99(1);
    covers(&study, Question::Saturate, &[("p99", change, |r| r.comparisons[0].p99_ms)]);
}
