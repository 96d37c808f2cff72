//! The utilisation law of any system, from its description alone: against numbers worked out by hand.

use std::path::Path;

use plimsoll::scenario::{Options, load};
use plimsoll::study::result::{Agreement, Measure};
use plimsoll::study::{Question, Unwatched, answer_question};

/// Storage at 0.7, a cache at 0.5, a database's processor at 0.8: rate times work over capacity, as the
/// heads of the scenarios say.
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
