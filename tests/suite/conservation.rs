//! Conservation: the ledger of a run balances, and everything acquired is released.

use plimsoll::model::Run;
use plimsoll::model::spec::{Closed, Id};
use plimsoll::random::{Dist, Sampler};
use plimsoll::scenario::{Options, load, render};
use plimsoll::units::Span;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::systems::{observed, system, unbalanced};

/// The textbook and the seeds of the fuzzer, which use every kind of step, for a few seconds.
#[test]
fn the_books_of_scenarios_balance() {
    let mut seen = 0;
    for folder in ["scenarios/textbook", "fuzz/seeds"] {
        for file in std::fs::read_dir(folder).expect("it is there").filter_map(Result::ok) {
            let study = match load(&file.path(), &Options::default()) {
                Ok(loaded) => loaded.study,
                Err(problems) => panic!("{}", render(&problems, false)),
            };
            let run = Run {
                seed: study.seed,
                replication: 0,
                scale: 1.0,
                follow_curve: false,
                warm_up: Span::from_secs(2.0),
                bin: Span::from_secs(3.0),
                bins: 2,
                follow: Span::ZERO,
            };
            for spec in &study.cases {
                assert_eq!(unbalanced(spec, &run), Vec::<String>::new(), "{:?}", file.path());
                seen += 1;
            }
        }
    }
    assert!(seen >= 11, "{seen}");
}

/// Each virtual user makes one journey and then thinks for ever: in the end nothing is held.
#[test]
fn when_a_closed_load_is_over_everything_is_given_back() {
    let mut runner = TestRunner::deterministic();
    let mut seen = 0;
    for _ in 0..150 {
        let mut spec = system(true).new_tree(&mut runner).expect("a system").current();
        spec.samplers.push(Sampler::new(Dist::Constant(1e6)));
        let think = Some((spec.samplers.len() - 1) as Id);
        spec.load.open = None;
        spec.load.closed = Some(Closed { users: 12, think, reconnect: Span::ZERO });
        spec.load.records.clear();
        let run = Run {
            seed: 5,
            replication: 0,
            scale: 1.0,
            follow_curve: false,
            warm_up: Span::ZERO,
            bin: Span::from_secs(3.0),
            bins: 1,
            follow: Span::ZERO,
        };
        let (ledger, cost) = observed(&spec, &run, spec.ledger());
        assert_eq!(cost.unanswered, 0, "{spec:?}");
        assert_eq!(ledger.occupied(), Vec::<usize>::new(), "{spec:?}");
        seen += ledger.offered;
        assert_eq!(ledger.faults(0), Vec::<String>::new(), "{spec:?}");
    }
    // Twelve users with at least one visit each, in most of the systems.
    assert!(seen > 1_000, "{seen}");
}
