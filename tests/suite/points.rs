//! Points of a sweep: computed once, stored as soon as they are complete, and independent of who
//! computes them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use plimsoll::audit::workshop::AuditedWorkshop;
use plimsoll::scenario::{Options, Workshop};
use plimsoll::study::points::{Located, Store, complete};
use plimsoll::study::sweep::{Asked, GridPoint, Point, Sweep, Varied, places};
use plimsoll::study::{StudyError, Watcher};

/// One service of four threads, 10 ms each.
const BASE: &str = "\
scenario: base
system:
  system: base
  services:
    web:
      replicas: 1
      threads: 4
      endpoints: { serve: [ delay: { exponential: 10ms, basis: assumed, source: x } ] }
load: { rate: 100/s }
targets: { p99: 500ms }
window: { warm_up: 1s, measure: 2s }
replications: 2
";

/// A store in memory.
#[derive(Default)]
struct Memory(RefCell<BTreeMap<usize, Point>>);

impl Store for Memory {
    fn load(&self, _: &Sweep, index: usize, _: &GridPoint) -> Option<Point> {
        self.0.borrow().get(&index).cloned()
    }

    fn save(&self, _: &Sweep, index: usize, point: &Point) -> Result<(), StudyError> {
        self.0.borrow_mut().insert(index, point.clone());
        Ok(())
    }
}

/// A store without space.
struct Full;

impl Store for Full {
    fn load(&self, _: &Sweep, _: usize, _: &GridPoint) -> Option<Point> {
        None
    }

    fn save(&self, _: &Sweep, _: usize, _: &Point) -> Result<(), StudyError> {
        Err(StudyError::Store("no space left".into()))
    }
}

/// Counts steps, and stops after some of them.
struct Counter {
    steps: AtomicU32,
    most: u32,
}

impl Counter {
    fn new(most: u32) -> Counter {
        Counter { steps: AtomicU32::new(0), most }
    }

    fn steps(&self) -> u32 {
        self.steps.load(Ordering::SeqCst)
    }
}

impl Watcher for Counter {
    fn begin(&self, _: &str, _: u64) {}
    fn step(&self) {
        self.steps.fetch_add(1, Ordering::SeqCst);
    }
    fn stopped(&self) -> bool {
        self.steps() >= self.most
    }
}

fn sweep(workshop: &Workshop) -> (Sweep, Vec<Located>) {
    let study = workshop.resolve(&[]).expect("it is well formed").study;
    let values = ["1", "2", "3", "4"].map(str::to_owned).to_vec();
    let varied = vec![Varied { path: "services.web.threads".into(), values }];
    let mut sweep = Sweep::new(&study, Asked::Load, false, varied, &[0]);
    let all = places(&sweep.varied, 1);
    sweep.name_points(all.iter());
    (sweep, all.into_iter().map(|place| Located { place, variant: 0 }).collect())
}

#[test]
fn what_is_known_is_not_computed_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("base.yaml");
    std::fs::write(&path, BASE).expect("it can be written");
    let workshop = Workshop::new(&path, Options { check_only: true, ..Options::default() }, "test");
    let audited = AuditedWorkshop(&workshop);
    let (sweep, places) = sweep(&workshop);
    let run = |ours: &dyn Fn(usize) -> bool, store: &dyn Store, watcher: &Counter| {
        complete(&audited, (&sweep, &places), ours, store, watcher)
    };
    let all = |_: usize| true;
    let there = |points: &[Option<Point>]| points.iter().map(Option::is_some).collect::<Vec<_>>();

    let whole = run(&all, &Memory::default(), &Counter::new(u32::MAX)).expect("they can be kept");
    assert_eq!(there(&whole), [true; 4]);
    // Stopped after two, and resumed: two more, and the same points.
    let (memory, watcher) = (Memory::default(), Counter::new(2));
    let part = run(&all, &memory, &watcher).expect("they can be kept");
    assert_eq!(there(&part), [true, true, false, false]);
    let watcher = Counter::new(u32::MAX);
    assert!(run(&all, &memory, &watcher).expect("they can be kept") == whole);
    assert_eq!(watcher.steps(), 2);
    // A shard computes its own points, and shows others that are already stored.
    let memory = Memory::default();
    memory.save(&sweep, 0, whole[0].as_ref().expect("it is there")).expect("it is kept");
    let (odd, watcher) = (|index: usize| index % 2 == 1, Counter::new(u32::MAX));
    let shard = run(&odd, &memory, &watcher).expect("they can be kept");
    assert_eq!((there(&shard), watcher.steps()), (vec![true, true, false, true], 2));
    let error = run(&all, &Full, &Counter::new(u32::MAX)).expect_err("there is no room");
    assert_eq!(error.to_string(), "cannot write no space left");
}

/// A sweep that takes a day sees the same files throughout.
#[test]
fn files_are_read_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("base.yaml");
    let times = "empirical: times.csv, basis: measured, source: x";
    let text = BASE.replace("exponential: 10ms, basis: assumed, source: x", times);
    std::fs::write(&path, text).expect("it can be written");
    std::fs::write(folder.path().join("times.csv"), "10\n20\n").expect("it can be written");
    let workshop = Workshop::new(&path, Options::default(), "test");
    let before = workshop.resolve(&[]).expect("it is well formed").study;
    std::fs::write(&path, "scenario: [").expect("it can be written");
    std::fs::remove_file(folder.path().join("times.csv")).expect("it is there");
    let change =
        |path: &str, to: &str| plimsoll::study::setup::Change { path: path.into(), to: to.into() };
    let after = workshop.resolve(&[change("services.web.threads", "7")]).expect("it is kept").study;
    assert_eq!(before.inputs, after.inputs);
    assert_eq!((before.cases[0].services[0].threads.maximum, before.seed), (4, after.seed));
    assert_eq!(after.cases[0].services[0].threads.maximum, 7);
    // Errors refer to the text that was read, and to the override.
    let wrong = [change("services.web.threads", "none"), change("services.web.replicas", "0")];
    let refused = workshop.resolve(&wrong).expect_err("both are wrong");
    assert!(refused.len() == 2 && refused.iter().all(|one| one.file == "test"), "{refused}");
    assert!(Workshop::new(&path, Options::default(), "test").resolve(&[]).is_err());
}
