//! Scenarios with known answers, from their files through the public interface to the study's
//! result.
//!
//! Each states a law of queueing theory and its predictions; theory must lie in the 99.9 % interval
//! of the simulation. Each is then mutated in three ways, which must be detected. Seeds are fixed,
//! so that a test passes always or never.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plimsoll::report;
use plimsoll::scenario::{self, Options};
use plimsoll::study::Unwatched;
use plimsoll::study::result::{Agreement, Measure};
use plimsoll::study::setup::Study;
use plimsoll::study::validate::{Case, Power, Spoil, examine};
use rayon::prelude::*;

const FOLDER: &str = "scenarios/textbook";
/// Number of cases promised by the project.
const LEAST: usize = 40;
/// Maximum half-width of an interval, as a share of the number: a wider one would contain anything.
/// Waits near saturation and rare errors come close to it; a service 2 % slower moves them by far
/// more.
const WIDEST: f64 = 0.2;

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(FOLDER)
        .expect("it comes with the program")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.sort();
    files
}

fn study(path: &Path) -> Study {
    match scenario::load(path, &Options::default()) {
        Ok(loaded) => loaded.study,
        Err(problems) => panic!("{}", scenario::render(&problems, false)),
    }
}

/// One test for all, so that the cases are examined once and in parallel.
#[test]
fn theory_holds_and_faults_show() {
    let files = files();
    assert!(files.len() >= LEAST, "{} cases", files.len());
    let cases: Vec<Case> =
        files.par_iter().map(|file| examine(&study(file), &[], &Unwatched)).collect();
    let mut complaints = Vec::new();
    for case in &cases {
        if case.checks.is_empty() {
            complaints.push(format!("{}: states no theory", case.name));
        }
        if !case.unmeasured.is_empty() {
            complaints.push(format!("{}: nobody measured {:?}", case.name, case.unmeasured));
        }
        for check in &case.checks {
            let half = check.simulation.high - check.simulation.mean;
            if check.agreement != Agreement::Agrees || half > WIDEST * check.theory.abs() {
                complaints.push(format!("{}: {check:?}", case.name));
            }
        }
        for (spoil, power) in &case.power {
            if *power == Power::Missed {
                complaints.push(format!("{}: {spoil:?} does not show", case.name));
            }
        }
        if !case.power.iter().any(|(_, power)| matches!(power, Power::Caught(_))) {
            complaints.push(format!("{}: no fault shows", case.name));
        }
    }
    let mut caught: BTreeMap<String, u32> = BTreeMap::new();
    for (spoil, power) in cases.iter().flat_map(|case| &case.power) {
        *caught.entry(format!("{spoil:?}")).or_default() +=
            u32::from(matches!(power, Power::Caught(_)));
    }
    for spoil in Spoil::ALL {
        if caught.get(&format!("{spoil:?}")).is_none_or(|count| *count < 2) {
            complaints.push(format!("{spoil:?} shows in fewer than two cases"));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// The measurement of an independent `SimPy` model of it (tests/peers) lies within both intervals.
#[test]
fn another_tool_finds_the_same_of_a_part_of_the_first_system() {
    let bytes = std::fs::read("tests/peers/results.csv").expect("it comes with the program");
    let mut opinions = report::opinions(&bytes).expect("it is sound");
    let mut study = study(Path::new("scenarios/c4ang/product-search.yaml"));
    study.replications = 8; // docs/validation.md has all 20.
    opinions.retain(|opinion| opinion.scenario == study.scenario);
    assert!(opinions.len() >= 10, "{} numbers", opinions.len());
    let wanted: Vec<_> = opinions.iter().map(|one| (one.measure, one.at.clone())).collect();
    let cases = [examine(&study, &wanted, &Unwatched)];
    assert!(
        report::validation_holds(&cases, &opinions),
        "{}",
        report::validation_text(&cases, &opinions)
    );
}

/// A scenario's predictions are theory, not the program's output: some numbers from textbooks, by
/// hand.
#[test]
fn laws_give_the_numbers_of_the_books() {
    let expected = |name: &str, measure: Measure| {
        let study = study(&Path::new(FOLDER).join(name).with_extension("yaml"));
        let found = study.theory.iter().find(|said| said.measure == measure);
        found.unwrap_or_else(|| panic!("{name} says nothing of {measure:?}")).expected
    };
    let close = |found: f64, book: f64| {
        assert!((found / book - 1.0).abs() < 1e-3, "{found} is not {book}");
    };
    // M/M/1 at 0.8: 10 ms / 0.2, and its quantiles at ln 20 and ln 100 times that.
    close(expected("mm1", Measure::MeanMs), 50.0);
    close(expected("mm1", Measure::P95Ms), 149.79);
    close(expected("mm1", Measure::P99Ms), 230.26);
    // p95 = ln 20 / (100 − λ) reaches 200 ms.
    close(expected("mm1", Measure::LineRps), 85.021);
    // M/M/10 at eight erlang: C = 0.4092.
    close(expected("mmc", Measure::PartMs), 10.23);
    close(expected("mg1-ps", Measure::MeanMs), 33.333);
    close(expected("tandem", Measure::MeanMs), 40.385);
    close(expected("pool-timeout", Measure::ErrorRate), 0.091_31);
    close(expected("closed-loop", Measure::GoodputRps), 400.0);
}
