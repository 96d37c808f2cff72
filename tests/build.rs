//! Tests of the builder: each spec is equal to the one of the corresponding document, including the
//! numbers of its draws.

#[path = "build/day.rs"]
mod day;
#[path = "build/kafka.rs"]
mod kafka;
#[path = "build/load.rs"]
mod load;
#[path = "build/mesh.rs"]
mod mesh;
#[path = "build/nodes.rs"]
mod nodes;

use plimsoll::build::{Fault, Faults, Kind, ServiceBuilder, SpecBuilder, Step};
use plimsoll::model::spec::Spec;
use plimsoll::random::Dist;
use plimsoll::scenario::{Options, render};
use plimsoll::study::setup::Study;

/// Returns the study of a scenario.
fn study(yaml: &str) -> Study {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scenario.yaml");
    std::fs::write(&path, yaml).expect("a file");
    match plimsoll::scenario::load(&path, &Options::default()) {
        Ok(loaded) => loaded.study,
        Err(problems) => panic!("{}", render(&problems, false)),
    }
}

#[track_caller]
fn built(system: &SpecBuilder) -> Spec {
    system.build().unwrap_or_else(|faults| panic!("{faults}"))
}

/// Asserts that two specs are equal, field by field, so that a failure shows the difference.
#[track_caller]
fn assert_same(built: &Spec, read: &Spec) {
    assert_eq!(built.cluster, read.cluster);
    assert_eq!(built.services, read.services);
    assert_eq!(built.endpoints, read.endpoints);
    assert_eq!(built.listeners, read.listeners);
    assert_eq!(built.databases, read.databases);
    assert_eq!((&built.topics, built.kafka), (&read.topics, read.kafka));
    assert_eq!(built.ops, read.ops);
    let laws = |spec: &Spec| -> Vec<Dist> {
        spec.samplers.iter().map(|sampler| sampler.dist().clone()).collect()
    };
    assert_eq!(laws(built), laws(read));
    assert_eq!(built.load, read.load);
    assert_eq!(built.meshes, read.meshes);
    assert_eq!(built.timeline, read.timeline);
    assert!(built == read, "{built:?}\n{read:?}");
}

#[track_caller]
fn faults(system: &SpecBuilder) -> Vec<Fault> {
    match system.build() {
        Ok(spec) => panic!("{spec:?} has no fault"),
        Err(Faults(faults)) => faults,
    }
}

fn range(at: &str, what: &'static str, value: f64) -> Fault {
    Fault::Range { at: at.into(), what, value }
}

fn zero(at: &str, what: &'static str) -> Fault {
    Fault::Zero { at: at.into(), what }
}

fn unknown(at: &str, kind: Kind, name: &str) -> Fault {
    Fault::Unknown { at: at.into(), kind, name: name.into() }
}

fn beyond(at: &str, value: (&'static str, f64), most: (&'static str, f64)) -> Fault {
    let ((what, value), (limit, most)) = (value, most);
    Fault::Beyond { at: at.into(), what, value, limit, most }
}

fn work(seconds: f64) -> [Step; 1] {
    [Step::delay(Dist::Constant(seconds))]
}

#[test]
fn steps_are_nested_to_a_bound() {
    let nested = |levels: usize| {
        let inner = work(0.001);
        let steps = (1..levels).fold(inner, |steps, _| [Step::sometimes(1.0, steps)]);
        SpecBuilder::new()
            .service(ServiceBuilder::new("shop").endpoint("buy", steps))
            .open_load(1.0)
    };
    built(&nested(64));
    assert_eq!(faults(&nested(65)), [range("shop.buy", "a depth of steps", 65.0)]);
}
