//! Properties of random small systems.

use plimsoll::model::Run;
use plimsoll::model::spec::*;
use plimsoll::observe::trace::Digest;
use plimsoll::observe::{Observer, Phase, Record};
use plimsoll::random::{Dist, Sampler};
use plimsoll::units::{Span, Time};
use proptest::prelude::*;

use crate::systems::{observed, run, system, unbalanced};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, max_shrink_iters: 2_000, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(600))]

    /// No panic, time is monotone, nothing is lost; and the run is reproducible.
    #[test]
    fn small_systems_keep_their_books(spec in system(false), replication in 0..1_000_u64) {
        let run = run(replication);
        prop_assert_eq!(unbalanced(&spec, &run), Vec::<String>::new());
        let (first, cost) = observed(&spec, &run, Digest::default());
        let (second, again) = observed(&spec, &run, Digest::default());
        prop_assert_eq!(first, second);
        prop_assert_eq!(cost, again);
    }
}

/// Time of arrival and wait for a thread of each answered user.
#[derive(Default)]
struct Waits(Vec<(Time, u64)>);

impl Observer for Waits {
    fn record(&mut self, now: Time, record: Record<'_>) {
        if let Record::Answered { took, spent, .. } = record {
            self.0.push((Time(now.0 - took.0), spent[Phase::ThreadWait as usize]));
        }
    }

    fn mark(&mut self, _: Time) {}
}

fn servers(threads: u32, law: Dist, requests_per_s: f64) -> Spec {
    Spec {
        services: vec![Service {
            name: "server".into(),
            pods: 1,
            cores: 1.0,
            threads: Threads { maximum: threads, accepted: u32::MAX - threads, backlog: 0 },
            balancer: Balancer::RoundRobin,
            pools: Vec::new(),
            lifecycle: Lifecycle::default(),
        }],
        endpoints: vec![Endpoint { name: "server.job".into(), service: 0, entry: 0 }],
        ops: vec![Op::Delay { time: 0, draw: 1 }, Op::End],
        samplers: vec![Sampler::new(law)],
        load: Load {
            open: Some(Open { requests_per_s, regular: false }),
            journeys: vec![Journey {
                name: "job".into(),
                weight: 1.0,
                visits: vec![Visit { endpoint: 0, chance: 1.0, think: None }],
            }],
            ..Load::default()
        },
        ..Spec::default()
    }
}

proptest! {
    #![proptest_config(config(60))]

    /// First come, first served with the same arrivals and services: an additional server makes no
    /// wait longer (Kiefer and Wolfowitz 1955: the vector of workloads is monotone).
    #[test]
    fn more_servers_make_nobody_wait_longer(
        threads in 1..6_u32,
        load in 0.5..1.5_f64,
        law in prop::sample::select(vec![
            Dist::Constant(0.01),
            Dist::Exponential(0.01),
            Dist::LogNormal { mean: 0.01, cv: 3.0 },
        ]),
        replication in 0..1_000_u64,
    ) {
        let rate = load * f64::from(threads) / 0.01;
        let run = Run {
            seed: 3,
            replication,
            scale: 1.0,
            follow_curve: false,
            warm_up: Span::ZERO,
            bin: Span::from_secs(2.0),
            bins: 1,
            follow: Span::ZERO,
        };
        let waits = |threads| {
            let mut waits = observed(&servers(threads, law.clone(), rate), &run, Waits::default()).0.0;
            waits.sort_unstable();
            waits
        };
        let (few, more) = (waits(threads), waits(threads + 1));
        prop_assert!(few.len() > 20);
        for (came, wait) in few {
            let other = more.binary_search_by_key(&came, |seen| seen.0);
            let other = other.map(|at| more[at].1);
            prop_assert!(other.is_ok_and(|other| other <= wait), "{came:?}: {wait}, {other:?}");
        }
    }
}
