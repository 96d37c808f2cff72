//! A plan rolled out on a day and rolled back, from its documents to exact times.

use plimsoll::model::spec::Happening;
use plimsoll::model::{Run, simulate};
use plimsoll::observe::trace::Lines;
use plimsoll::scenario::{Options, load, render};
use plimsoll::study::setup::Study;
use plimsoll::units::Span;

/// One request per second that holds a connection for half a second; pods are ready after 2 s, and
/// a node of the group arrives after 60 s.
const SYSTEM: &str = "\
scenario: grow
system:
  system: shop
  node_groups: { all: { instance: t3.large, desired: 1, max: 9, provision: 60s } }
  services:
    web:
      replicas: 1
      pod: { cpu: { request: 300m, limit: 1 }, memory: { request: 256Mi }, ready_after: 2s }
      rollout: { strategy: rolling }
      pools: { main: { database: db, maximum: 5, minimum_idle: 5 } }
      endpoints:
        get:
          - transaction:
              pool: main
              hold: transaction
              steps: [ delay: { constant: 500ms, basis: assumed, source: x } ]
      listeners:
        news:
          topic: news
          concurrency: 1
          heartbeat: 1ms
          steps: [ delay: { constant: 1ms, basis: assumed, source: x } ]
  databases: { db: { cpu: 1 } }
  topics: { news: { partitions: 3 } }
load: { rate: 1/s, regular: true }
";

const PLAN: &str = "\
plan: grow
changes:
  - { edit: 1, set: node_groups.all.desired, from: 1, to: 2 }
  - { edit: 2, set: services.web.replicas, from: 1, to: 2 }
  - { edit: 3, set: services.web.pools.*.maximum, from: 5, to: 8 }
  - { edit: 4, set: services.web.listeners.news.concurrency, from: 1, to: 3 }
";

fn study(timeline: &str) -> Result<Study, String> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("plans")).expect("it works");
    std::fs::write(folder.path().join("plans/grow.yaml"), PLAN).expect("it works");
    let path = folder.path().join("scenario.yaml");
    let text = format!("{SYSTEM}day:\n  bin: 10s\n  horizon: 4m\n  timeline:\n{timeline}");
    std::fs::write(&path, text).expect("it works");
    match load(&path, &Options::default()) {
        Ok(loaded) => Ok(loaded.study),
        Err(problems) => Err(render(&problems, false)),
    }
}

/// Returns the records of these kinds, with their times in seconds.
fn said(study: &Study, kinds: &[&str]) -> Vec<(f64, String)> {
    let run = Run {
        seed: 1,
        replication: 0,
        scale: 1.0,
        follow_curve: true,
        warm_up: Span::ZERO,
        bin: Span::from_secs(240.0),
        bins: 1,
        follow: Span::ZERO,
    };
    let mut lines = Lines::default();
    simulate(&study.cases[0], &run, &mut lines);
    let parted = |line: String| {
        let (at, what) = line.split_once(' ')?;
        Some((at.parse().ok()?, what.to_owned()))
    };
    let all = lines.0.into_iter().filter_map(parted);
    all.filter(|line: &(f64, String)| kinds.iter().any(|kind| line.1.contains(kind))).collect()
}

/// Nodes, replicas, pools, consumers, then back.
const ORDER: &str = "    \
- { at: 10.75s, what: { apply: { plan: grow, edits: [1] } } }
    - { at: 80.75s, what: { apply: { plan: grow, edits: [2] } } }
    - { at: 100.75s, what: { apply: { plan: grow, edits: [services.web.pools] } } }
    - { at: 120.75s, what: { apply: { plan: grow, edits: [4] } } }
    - { at: 140.75s, what: { apply: { plan: grow, edits: [2, 3, 4], back: true } } }
";

/// The node arrives after 60 s, a pod after 2 s. Of two pods one may be surplus and none missing:
/// each rollout takes two rounds of 2 s. The way back first drops to one pod, then replaces that.
/// No request is in work at any of these times, so that pods terminate at once; groups are notified
/// within a millisecond or two.
#[test]
fn a_plan_is_rolled_out_in_its_order_and_taken_back() {
    let study = study(ORDER).expect("it is read");
    let settled = said(&study, &["Settled"]);
    let expected = [70.75, 82.75, 104.75, 124.75, 142.75];
    assert_eq!(settled.len(), expected.len(), "{settled:?}");
    for ((number, (at, what)), due) in (0..).zip(&settled).zip(expected) {
        assert_eq!(*what, format!("Settled {{ state: {number} }}"));
        assert!((0.0..0.01).contains(&(at - due)), "{settled:?}");
    }
    let pods: Vec<f64> = said(&study, &["Pods"]).into_iter().map(|line| line.0).collect();
    let turns = [[102.75; 2], [104.75; 2], [122.75; 2], [124.75; 2]];
    let expected: Vec<f64> = [82.75]
        .into_iter()
        .chain(turns.into_iter().flatten())
        .chain([140.75, 142.75, 142.75])
        .collect();
    assert_eq!(pods, expected);
    assert!(said(&study, &["Failed"]).is_empty());
}

/// A rollback restores the state at the start of the day.
#[test]
fn the_way_back_leads_to_the_beginning() {
    let study = study(ORDER).expect("it is read");
    let spec = &study.cases[0];
    let of = |state: usize| {
        let state = &spec.later[state];
        let service = &state.services[0];
        let wanted = service.pods + service.lifecycle.pending;
        (wanted, service.pools[0].maximum, state.listeners[0].concurrency)
    };
    let states: Vec<(u32, u32, u32)> = (0..spec.later.len()).map(of).collect();
    assert_eq!(states, [(1, 5, 1), (2, 5, 1), (2, 8, 1), (2, 8, 3), (1, 5, 1)]);
    let become_at = |timed: &plimsoll::model::spec::Timed| match timed.what {
        Happening::Become { .. } => Some(timed.at.secs()),
        _ => None,
    };
    let when: Vec<f64> = spec.timeline.iter().filter_map(become_at).collect();
    assert_eq!(when, [10.75, 80.75, 100.75, 120.75, 140.75]);
}

/// Blue/green has both sets, and the new one receives all requests at once: two more pods after 2
/// s.
#[test]
fn a_change_may_come_in_another_way_than_the_services_own() {
    let timeline = "    - { at: 10.75s, what: { set: { path: services.web.replicas, to: 2 } } }
    - { at: 20.75s, what: { set: { path: services.web.pools.main.maximum, to: 6, by: blue-green } } }
";
    let study = study(timeline).expect("it is read");
    let pods: Vec<f64> = said(&study, &["Pods"]).into_iter().map(|line| line.0).collect();
    // The old set is kept for 30 s, as in Argo Rollouts.
    assert_eq!(pods, [12.75, 22.75, 22.75, 52.75, 52.75]);
}

#[test]
fn what_cannot_change_while_it_runs_is_refused() {
    let timeline = "    - { at: 1m, what: { set: { path: topics.news.partitions, to: 1 } } }\n";
    let message = study(timeline).expect_err("partitions cannot go");
    assert!(message.contains("E0316") && message.contains("`news`"), "{message}");
    let timeline = "    - { at: 1m, what: { apply: { plan: grow, edits: [9] } } }\n";
    let message = study(timeline).expect_err("there is no such edit");
    assert!(message.contains("has no edit `9`"), "{message}");
}
