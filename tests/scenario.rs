//! Scenario files: what they load into, and what is said about broken ones.

use std::path::Path;

use plimsoll::model::spec::{Hold, Op, Threads};
use plimsoll::random::Dist;
use plimsoll::scenario::{Loaded, Options, load, render};
use plimsoll::units::Span;

fn fixture(name: &str) -> Loaded {
    let path = Path::new("tests/fixtures/scenarios").join(name);
    match load(&path, &Options::default()) {
        Ok(loaded) => loaded,
        Err(problems) => panic!("{}", render(&problems, false)),
    }
}

#[test]
fn a_textbook_scenario_becomes_one_case() {
    let Loaded { study, warnings } = fixture("mm1.yaml");
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!((study.variants.len(), study.cases.len()), (1, 1));
    assert_eq!(study.calibrations, ["inline"]);
    assert!((study.load.rps - 80.0).abs() < 1e-12);
    let spec = study.case(0, 0, 0);
    // 1,000 connections less the one in work.
    let threads = Threads { maximum: 1, accepted: 999, backlog: 100 };
    assert_eq!(spec.services[0].threads, threads);
    assert_eq!(*spec.samplers[0].dist(), Dist::Exponential(0.010));
    assert!(matches!(spec.ops[..], [Op::Cpu { time: 0, .. }, Op::End]), "{:?}", spec.ops);
    assert_eq!(spec.load.journeys[0].visits[0].endpoint, 0);
}

#[test]
fn debug() {
    let Loaded { study, warnings } = fixture("before-after.yaml");
    println!("{}", render(&warnings, false));
    println!("{:#?}", study.edits);
    println!("{:#?}", study.assumed);
    println!("{:#?} {:#?}", study.warnings, study.inputs);
    println!("{:?} {:?} {:?}", study.mixes, study.load, study.search);
    println!("{:#?}", study.case(1, 1, 0).ops);
    let _ = (Hold::Request, Span::ZERO);
}
