//! Sizing, tested on systems whose cheapest configuration is known: by hand, by a law, or by
//! exhaustive search.

use std::path::{Path, PathBuf};

use plimsoll::audit::workshop::AuditedWorkshop;
use plimsoll::scenario::sizing::Asked;
use plimsoll::scenario::{Loaded, Options, Workshop, load, render};
use plimsoll::study::Unwatched;
use plimsoll::study::setup::Change;
use plimsoll::study::size::{NotLower, Obstacle};
use plimsoll::study::size::{Outcome, SizedLoad, Sizing, size};
use plimsoll::study::workshop::PricedWorkshop;

fn read(path: &Path, options: &Options) -> Loaded {
    load(path, options).unwrap_or_else(|found| panic!("{}", render(&found, false)))
}

fn sized(path: impl Into<PathBuf>, seed: u64, asked: &Asked) -> (Loaded, Sizing) {
    let options = Options { seed: Some(seed), check_only: true, ..Options::default() };
    let path: PathBuf = path.into();
    let loaded = read(&path, &options);
    let question = loaded.size_question(asked).expect("it can be asked");
    let workshop = Workshop::new(path, options, "size");
    let sizing = size(&AuditedWorkshop(&workshop), &question, &Unwatched).expect("it can be sized");
    (loaded, sizing)
}

fn chosen(phase: &SizedLoad) -> Vec<&str> {
    phase.configuration.values().map(String::as_str).collect()
}

/// The head of each scenario derives the cheapest configuration.
fn finds(scenario: &str, seeds: std::ops::RangeInclusive<u64>, usd: f64, values: &[&str]) -> usize {
    let path = format!("tests/fixtures/scenarios/{scenario}.yaml");
    let mut found = 0;
    for seed in seeds {
        let (_, sizing) = sized(&path, seed, &Asked::default());
        let phase = &sizing.phases[0];
        let same = phase.outcome == Outcome::Met
            && phase.monthly_usd.is_some_and(|cost| (cost - usd).abs() < 1e-9)
            && chosen(phase) == values;
        if same {
            found += 1;
            assert!(phase.exhausted, "{phase:#?}");
            let share = phase.probability.expect("it was confirmed");
            assert!(share.low >= sizing.head.confidence && share.n >= 59, "{share:?}");
            for lower in &phase.lower {
                assert!(!matches!(lower.why, NotLower::CarriesToo | NotLower::Dearer), "{lower:?}");
            }
        } else {
            eprintln!("{scenario}, seed {seed}: {:?}, {:?}", chosen(phase), phase.monthly_usd);
        }
    }
    found
}

/// All nine: that detects a search which often misses; more seeds take minutes.
#[test]
fn textbook_optima_are_found() {
    assert!(finds("size-mmc", 1..=4, 100.0, &["10"]) >= 4);
    assert!(finds("size-replicas", 1..=1, 20.0, &["2"]) >= 1);
    assert!(finds("size-pool", 1..=2, 120.0, &["5", "10"]) >= 2);
    assert!(finds("size-partitions", 1..=3, 22.0, &["2", "2"]) >= 3);
}

/// `cargo test --test suite -- --ignored of_a_hundred_seeds`
#[test]
#[ignore = "takes many minutes"]
fn textbook_optima_are_found_in_95_of_a_hundred_seeds() {
    let found = [
        finds("size-mmc", 101..=200, 100.0, &["10"]),
        finds("size-pool", 101..=200, 120.0, &["5", "10"]),
        finds("size-partitions", 101..=200, 22.0, &["2", "2"]),
    ];
    println!("found: {found:?} of 100 each");
    assert!(found.iter().all(|found| *found >= 95), "{found:?}");
}

/// Two services in series whose times are drawn at random, with prices of their own.
fn random_system(folder: &Path, number: u64) -> PathBuf {
    // A linear congruential generator (Knuth) is random enough to choose examples.
    let mut state = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    let mut draw = |from: u64, to: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        from + (state >> 33) % (to - from + 1)
    };
    let (first, second, third) = (draw(10, 40), draw(10, 60), draw(4, 20));
    let (price, other, last) = (draw(5, 30), draw(5, 30), draw(5, 30));
    let limit = (first + second + third) * draw(4, 7);
    let times = "basis: assumed, source: drawn";
    let text = format!(
        "scenario: random-{number}\nsystem:\n  system: random\n  services:\n    front:\n      threads: 4\n      \
         max_connections: 1M\n      replicas: 1\n      pod: {{ cpu: {{ limit: 64 }} }}\n      pools: {{ own: {{ \
         database: db, maximum: 2, minimum_idle: 2 }} }}\n      endpoints:\n        serve:\n          - delay: \
         {{ exponential: {first}ms, {times} }}\n          - transaction: {{ pool: own, hold: transaction, \
         read_only: true, steps: [ delay: {{ exponential: {second}ms, {times} }} ] }}\n          - call: {{ endpoint: back.work }}\n    back:\n      replicas: 1\n      endpoints:\n        work: [ cpu: {{ exponential: \
         {third}ms, {times} }} ]\n  databases: {{ db: {{ cpu: 64, max_connections: 1000 }} }}\nmixes: {{ only: {{ \
         requests: {{ front.serve: 1 }} }} }}\nload: {{ rate: 100/s }}\ntargets: {{ p95: {limit}ms }}\nwindow: \
         {{ warm_up: 10s, measure: 60s }}\nreplications: 4\nsearch: {{ resolution: 5%, replications: 2 \
         }}\nsize:\n  free:\n    services.front.threads: {{ values: 2..14, monthly_each: \
         ${price} }}\n    services.front.pools.own.maximum: {{ values: 2..9, also: \
         [services.front.pools.own.minimum_idle], monthly_each: ${other} }}\n    services.back.replicas: {{ \
         values: 1..4, monthly_each: ${last}0 }}\nseed: {number}\n"
    );
    let path = folder.join(format!("random-{number}.yaml"));
    std::fs::write(&path, text).expect("it can be written");
    path
}

/// Every configuration is run, twenty times if necessary; the search must come close to the
/// cheapest one that meets the target in 95 of 100 runs: within the most expensive step of its
/// cheapest setting.
#[test]
fn no_worse_than_trying_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 1..=2 {
        let path = random_system(folder.path(), number);
        let (loaded, sizing) = sized(&path, number, &Asked::default());
        let phase = &sizing.phases[0];
        let question = loaded.size_question(&Asked::default()).expect("it can be asked");
        let options = Options { seed: Some(number + 1000), check_only: true, ..Options::default() };
        let workshop = Workshop::new(path, options, "size");
        let best = exhaustive(AuditedWorkshop(&workshop), &question.free);
        let (Some(found), Some(best)) = (phase.monthly_usd, best) else {
            panic!("system {number} has a configuration: {phase:#?}");
        };
        let each = question.free.iter().filter_map(|free| free.monthly_each);
        let notch = each.fold(f64::INFINITY, f64::min);
        assert!(found <= best + notch + 1e-9, "{number}: {found} against {best}: {phase:#?}");
        let (looked, all) = (phase.evaluations as f64, phase.configurations);
        assert!(looked < 40.0 || looked < all, "{looked} of {all}");
    }
}

/// Price of the cheapest configuration that meets the targets in all but one of twenty runs.
fn exhaustive(workshop: AuditedWorkshop<'_>, free: &[plimsoll::study::size::Free]) -> Option<f64> {
    let sizes: Vec<usize> = free.iter().map(|free| free.values.len()).collect();
    let all: usize = sizes.iter().product();
    let mut places: Vec<(f64, Vec<Change>)> = (0..all)
        .map(|mut number| {
            let mut cost = 0.0;
            let mut changes = Vec::new();
            for (free, size) in free.iter().zip(&sizes) {
                let value = &free.values[number % size];
                number /= size;
                let count: f64 = value.parse().expect("a number");
                cost += count * free.monthly_each.expect("a price");
                for path in std::iter::once(&free.path).chain(&free.also) {
                    changes.push(Change { path: path.clone(), to: value.clone() });
                }
            }
            (cost, changes)
        })
        .collect();
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    let carries = |changes: &[Change]| {
        let study = workshop.candidate(0, changes).expect("it can be resolved");
        if !study.broken.is_empty() {
            return false;
        }
        let mut study = study.study;
        let mut run = |replications: u32| {
            study.replications = replications;
            study.precision.most_replications = replications;
            let found = plimsoll::study::point::at_load(&study, &Unwatched).expect("it runs");
            (found, study.targets[0].limit)
        };
        // Most are far off: a mean of three that exceeds the limit by half is no chance.
        let (first, limit) = run(3);
        if first.at.p95_ms.mean > 1.5 * limit {
            return false;
        }
        let (found, limit) = run(20);
        let p95 = found.at.p95_ms;
        // The mean over runs lies below the limit by more than the spread of one run.
        let spread = (p95.high - p95.low) / 2.0 * 20_f64.sqrt() / 2.093;
        p95.mean + 1.645 * spread <= limit
            && found.verdicts.iter().all(|one| one.verdict == plimsoll::study::result::Verdict::Met)
    };
    places.into_iter().find(|(_, changes)| carries(changes)).map(|(cost, _)| cost)
}

/// Four threads at a utilisation of three quarters make requests wait longer than the target
/// allows; only pods of another service are free.
#[test]
fn what_is_in_the_way_and_not_free_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("stuck.yaml");
    let times = "basis: assumed, source: \"chosen for the test\"";
    let text = format!(
        "\
scenario: stuck
system:
  system: stuck
  services:
    front:
      threads: 4
      max_connections: 1M
      replicas: 1
      endpoints:
        serve:
          - delay: {{ exponential: 30ms, {times} }}
          - call: {{ endpoint: back.work }}
    back:
      replicas: 1
      endpoints:
        work: [ cpu: {{ exponential: 1ms, {times} }} ]
mixes: {{ only: {{ requests: {{ front.serve: 1 }} }} }}
load: {{ rate: 100/s }}
targets: {{ p95: 100ms }}
window: {{ warm_up: 10s, measure: 60s }}
replications: 4
search: {{ resolution: 5%, replications: 2 }}
size:
  free:
    services.back.replicas: {{ values: 1..4, monthly_each: $10 }}
"
    );
    std::fs::write(&path, text).expect("it can be written");
    let (_, sizing) = sized(path, 1, &Asked::default());
    let phase = &sizing.phases[0];
    assert_eq!(phase.outcome, Outcome::NotFound);
    let Some(Obstacle::InTheWay { stations }) = &phase.note else { panic!("{phase:#?}") };
    let last = stations.last().expect("a station");
    assert_eq!(last.station, "front threads");
    assert_eq!(last.settings, ["services.front.threads"]);
}

/// A configuration written as a plan gives the same system.
#[test]
fn plans_make_what_was_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = |from: &Path, to: &Path| {
        std::fs::create_dir_all(to).expect("a folder");
        for entry in std::fs::read_dir(from).expect("a folder").flatten() {
            if entry.path().is_file() {
                std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
            }
        }
    };
    let fixtures = Path::new("tests/fixtures");
    for part in ["catalog", "shop", "shop/plans", "shop/calibrations", "scenarios"] {
        copy(&fixtures.join(part), &folder.path().join(part));
    }
    let path = folder.path().join("scenarios/before-after.yaml");
    let options = Options { check_only: true, ..Options::default() };
    let loaded = read(&path, &options);
    let question = loaded.size_question(&Asked { variant: 1, ..Asked::default() });
    let free = question.expect("levers of the ladder").free;
    assert!(free.len() > 4, "{free:#?}");
    let last = loaded.study.variants.len() - 1;
    let changed: Vec<plimsoll::study::size::Changed> = free
        .iter()
        .filter(|free| free.now.is_some())
        .map(|free| plimsoll::study::size::Changed {
            set: free.path.clone(),
            from: free.now.clone(),
            to: free.values[1].clone(),
        })
        .collect();
    let plan = loaded.size_plan(last, "plan-10M", "sized", &changed, &free);
    std::fs::write(folder.path().join("shop/plans/plan-10M.yaml"), &plan).expect("a file");
    let text = std::fs::read_to_string(&path).expect("a scenario");
    let name = &loaded.study.variants[last].name;
    let line = text.lines().find(|line| line.trim_start().starts_with(&format!("{name}:")));
    let line = line.expect("the variant");
    let planned = line.replace(&format!("{name}:"), "sized:").replace("plans: [", "plans: [ ");
    let planned = planned.replacen(']', ", plan-10M ]", 1);
    let with = text.replace(line, &format!("{line}\n{planned}"));
    std::fs::write(&path, with).expect("a file");
    let options = Options { check_only: true, ..Options::default() };
    let sized =
        load(&path, &options).unwrap_or_else(|found| panic!("{plan}{}", render(&found, false)));
    let workshop = Workshop::new(path, options, "size");
    let applied: Vec<Change> = changed
        .iter()
        .flat_map(|one| {
            let own = free.iter().find(|free| free.path == one.set).expect("it is free");
            let paths = std::iter::once(&own.path).chain(&own.also);
            paths.map(|path| Change { path: path.clone(), to: one.to.clone() }).collect::<Vec<_>>()
        })
        .collect();
    let direct = workshop.resolve(&applied).expect("it can be changed");
    let at = sized.study.variants.iter().position(|one| one.name == "sized").expect("it is there");
    assert_eq!(sized.study.case(at, 0, 0), direct.study.case(last, 0, 0), "{plan}");
}
