//! The utilisation law of any system, from its spec alone, compared with numbers computed by hand.

use std::path::Path;
use std::sync::Mutex;

use plimsoll::scenario::{Options, load};
use plimsoll::study::result::{Agreement, Measure};
use plimsoll::study::{Provisional, Question, SoFar, Unwatched, Watcher, answer_question};

/// Storage at 0.7, a cache at 0.5, a database's processor at 0.8: rate times work divided by
/// capacity, as derived at the heads of the scenarios.
#[test]
fn stations_are_as_busy_as_the_work_that_comes() {
    for (name, station, busy) in [
        ("md1-storage-rho70", "storage", 0.7),
        ("mm1-cache-rho50", "commands", 0.5),
        ("mg1-ps-database", "CPU", 0.8),
    ] {
        let path = Path::new("scenarios/textbook").join(name).with_extension("yaml");
        let mut study = load(&path, &Options::default()).expect("it is well formed").study;
        study.replications = 4;
        study.precision.most_replications = 4;
        let result = answer_question(&study, Question::Run, &Unwatched).0;
        let checks = &result.variants[0].theory;
        let found = checks.iter().find(|check| {
            let here = check.at.as_ref().is_some_and(|at| at.ends_with(station));
            !check.stated && check.measure == Measure::Busy && here
        });
        let check =
            found.unwrap_or_else(|| panic!("{name}: nothing said of {station}: {checks:?}"));
        assert!((check.theory - busy).abs() < 1e-9, "{name}: {check:?}");
        assert_eq!(check.agreement, Agreement::Agrees, "{name}: {check:?}");
    }
}

/// Records the provisional results of a study.
#[derive(Default)]
struct Listener {
    told: Mutex<Vec<String>>,
    loads: Mutex<Vec<f64>>,
}

impl Watcher for Listener {
    fn begin(&self, what: &str, _: u64) {
        self.told.lock().expect("nobody fails").push(what.into());
    }

    fn step(&self) {}

    fn stopped(&self) -> bool {
        false
    }

    fn provisional(&self, found: &Provisional<'_>) {
        let (what, load) = match found.line {
            SoFar::AtMost(load, station) => (format!("at most, {station}"), load),
            SoFar::About { load, of, all } => (format!("about, {of} of {all}"), load),
        };
        self.told.lock().expect("nobody fails").push(what);
        self.loads.lock().expect("nobody fails").push(load);
    }
}

/// The first report on half a core and 5 ms of work per request is the bound of 100/s, before
/// anything is simulated; then a line near that load, before the study goes on.
#[test]
fn a_first_answer_comes_before_the_runs() {
    let path = Path::new("scenarios/textbook/line-cpu.yaml");
    let study = load(path, &Options::default()).expect("it is well formed").study;
    let listener = Listener::default();
    answer_question(&study, Question::Saturate, &listener);
    let told = listener.told.into_inner().expect("nobody fails");
    let all = study.search.replications;
    let looking = "looking for the line of each variant";
    let about = format!("about, {all} of {all}");
    assert_eq!(told[..3], ["at most, server CPU", looking, &about], "{told:?}");
    assert!(told.len() > 3, "{told:?}");
    let loads = listener.loads.into_inner().expect("nobody fails");
    assert!((loads[0] - 100.0).abs() < 1e-6, "{loads:?}");
    assert!((loads[1] / 100.0 - 1.0).abs() < 0.1, "{loads:?}");
}
