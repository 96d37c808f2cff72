//! Scenario files: how they are loaded, and the messages about invalid ones.

use std::path::{Path, PathBuf};

use plimsoll::model::spec::{Hold, Op, Threads};
use plimsoll::random::{Dist, Key};
use plimsoll::scenario::{EXPLANATIONS, Loaded, Options, load, render, schemas};
use plimsoll::study::effect::Origin;
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
    let Loaded { study, warnings, .. } = fixture("mm1.yaml");
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!((study.variants.len(), study.cases.len()), (1, 1));
    assert_eq!(study.calibrations, ["inline"]);
    assert!((study.load.rps - 80.0).abs() < 1e-12);
    let spec = study.case(0, 0, 0);
    // 1,000 connections minus the one in work.
    let threads = Threads { maximum: 1, accepted: 999, backlog: 100 };
    assert_eq!(spec.services[0].threads, threads);
    assert_eq!(*spec.samplers[0].dist(), Dist::Exponential(0.010));
    assert!(matches!(spec.ops[..], [Op::Cpu { time: 0, .. }, Op::End]), "{:?}", spec.ops);
    assert_eq!(spec.load.journeys[0].visits[0].endpoint, 0);
}

#[test]
fn variants_mixes_and_calibrations_become_cases_in_order() {
    let Loaded { study, .. } = fixture("before-after.yaml");
    let names: Vec<&str> = study.variants.iter().map(|variant| variant.name.as_str()).collect();
    assert_eq!(names, ["as-written", "effective", "planned", "intended"]);
    assert_eq!(study.mixes, ["people", "k6"]);
    assert_eq!(study.calibrations, ["code", "plan"]);
    assert_eq!(study.cases.len(), 4 * 2 * 2);
    // 5 M x 18 % x 5 % x 0.02/s.
    assert!((study.load.rps - 900.0).abs() < 1e-9);
    assert_eq!(study.load.mau, Some(5e6));
    let pods = |variant: usize| {
        let services = &study.case(variant, 0, 0).services;
        (services[0].pods, services[1].pods, services[0].pools[0].minimum_idle)
    };
    // The believed settings are those written; effective are the autoscaler's minimum and the
    // library's pool.
    assert_eq!((0..4).map(pods).collect::<Vec<_>>(), [(2, 2, 5), (2, 2, 2), (2, 3, 2), (4, 2, 8)]);
    let threads = |variant: usize| study.case(variant, 0, 0).listeners[1].concurrency;
    assert_eq!((threads(0), threads(1), threads(2)), (1, 3, 3));
    assert_eq!(study.case(2, 1, 1).topics[0].partitions, 9);
    // The mix determines the journeys, the calibration the times.
    assert_eq!(study.case(0, 0, 0).load.journeys.len(), 2);
    assert_eq!(study.case(0, 0, 0).load.journeys[1].visits.len(), 3);
    let request = |calibration: usize| {
        let spec = study.case(0, 0, calibration);
        let entry = spec.endpoints[1].entry as usize;
        let Op::Cpu { time, .. } = spec.ops[entry] else { panic!("{:?}", spec.ops[entry]) };
        spec.samplers[time as usize].dist().clone()
    };
    assert_eq!(request(0), Dist::LogNormal { mean: 0.002, cv: 0.8 });
    assert_eq!(request(1), Dist::Constant(0.003));
    assert_eq!(study.day.as_ref().map(|day| day.variants.clone()), Some(vec![1, 2]));
    assert_eq!(study.case(0, 0, 0).load.curve.slices, [0.25, 0.5, 1.0, 0.5]);
}

/// The program of `GET order`, counted by hand: 2 reads of 1 ms with cv 1 are 2 ms with cv 1/sqrt
/// 2, 2 round trips of 0.5 ms, 2 x 0.25 storage operations; a read-only commit writes nothing.
#[test]
fn a_query_counts_statements_round_trips_and_storage() {
    let Loaded { study, .. } = fixture("before-after.yaml");
    let spec = study.case(1, 0, 0);
    let law = |id: u32| spec.samplers[id as usize].dist().clone();
    let [Op::Begin { hold, .. }, Op::Cpu { time, .. }, query, commit, Op::Finish, Op::End] =
        spec.ops[..6]
    else {
        panic!("{:?}", spec.ops)
    };
    assert_eq!(hold, Hold::Transaction);
    assert_eq!(law(time), Dist::Constant(0.000_2));
    let Op::Query { round_trips, work: Some(work), ios, io_chance, .. } = query else {
        panic!("{query:?}")
    };
    assert_eq!(round_trips, Span::from_millis(1));
    assert_eq!((ios, io_chance), (0, 0.5));
    let sum = law(work);
    assert!((sum.mean() - 0.002).abs() < 1e-15 && (sum.scv() - 0.5).abs() < 1e-12, "{sum:?}");
    let Op::Query { round_trips, ios, io_chance, .. } = commit else { panic!("{commit:?}") };
    assert_eq!((round_trips, ios, io_chance), (Span::from_secs(0.000_5), 0, 0.0));
}

/// 20 %, then 30 % of all: 0.3 / 0.8 of the remaining ones, then nothing.
#[test]
fn branches_are_tried_with_what_is_left() {
    let Loaded { study, .. } = fixture("before-after.yaml");
    let spec = study.case(1, 0, 0);
    let jumps: Vec<(usize, u32, f64)> = spec
        .ops
        .iter()
        .enumerate()
        .filter_map(|(at, op)| match op {
            Op::Jump { target, chance, .. } => Some((at, *target, *chance)),
            _ => None,
        })
        .collect();
    let [first, second, otherwise, ..] = jumps[..] else { panic!("{jumps:?}") };
    assert!((first.2 - 0.2).abs() < 1e-12 && (second.2 - 0.375).abs() < 1e-12);
    assert!(matches!(spec.ops[first.1 as usize], Op::Cpu { .. }));
    assert!(matches!(spec.ops[second.1 as usize], Op::Delay { .. }));
    assert!(matches!(spec.ops[otherwise.1 as usize], Op::Lock { .. }));
}

#[test]
fn edits_say_what_they_do() {
    let Loaded { study, .. } = fixture("before-after.yaml");
    let edits: Vec<String> = study
        .edits
        .iter()
        .map(|edit| {
            let why = plimsoll::report::why(edit);
            format!("{} {}: {} -> {}: {why}", edit.effective, edit.set, edit.from, edit.to)
        })
        .collect();
    insta::assert_snapshot!(edits.join("\n"));
    assert_eq!(study.edits[1].believed.as_deref(), Some("1"));
}

#[test]
fn what_is_assumed_is_listed_where_it_is_used() {
    let Loaded { study, .. } = fixture("before-after.yaml");
    let names: Vec<&str> =
        study.assumed.iter().map(|assumption| assumption.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "code: units.statement_application",
            "code: units.statement_write",
            "code: times.request",
            "plan: times.request",
            // Times in steps without a stated source.
            "system: order.create-order/choose#1/0/cpu#1",
            "system: order.create-order/choose#1/1/delay#1",
            "system: order.create-order/lock stock#1/repeat#1@0/cpu#1",
            "system: payment.created!/send payment.pay#1",
            "system: services.payment.endpoints.pay.2.cache.miss.1.delay",
        ]
    );
    assert_eq!(study.assumed[2].value, "mean 2ms, cv 0.8");
    let written = |text: &str| Origin::Written(text.to_owned());
    assert_eq!(study.assumed[2].origin, written("a guess"));
    // The basis of a sum is the weakest among its terms.
    assert_eq!(
        (study.assumed[1].basis.word(), &study.assumed[1].origin),
        ("plan", &written("section 3"))
    );
}

/// Common random numbers: a step keeps its draw when the plan changes its surroundings.
#[test]
fn draws_do_not_depend_on_the_variant() {
    let Loaded { study, .. } = fixture("before-after.yaml");
    let draws = |variant: usize, calibration: usize| -> Vec<u64> {
        let ops = &study.case(variant, 0, calibration).ops;
        ops.iter()
            .filter_map(|op| if let Op::Delay { draw, .. } = op { Some(*draw) } else { None })
            .collect()
    };
    assert_eq!(draws(0, 0).len(), 2);
    assert_eq!(draws(0, 0), draws(2, 0));
    assert_eq!(draws(0, 0), draws(3, 1));
}

#[test]
fn options_override_the_scenario() {
    let path = Path::new("tests/fixtures/scenarios/before-after.yaml");
    let options = Options { seed: Some(99), quick: true, ..Options::default() };
    let Ok(Loaded { study, .. }) = load(path, &options) else { panic!("it does not load") };
    assert_eq!((study.seed, study.replications, study.search.replications), (99, 6, 2));
}

/// All bundled scenarios can be run.
#[test]
fn what_is_shipped_loads() {
    let mut loaded = 0;
    for folder in std::fs::read_dir("scenarios").expect("it works").filter_map(Result::ok) {
        let Ok(files) = std::fs::read_dir(folder.path()) else { continue };
        for file in files.filter_map(Result::ok).map(|file| file.path()) {
            if file.extension().is_some_and(|extension| extension == "yaml") {
                let said = said(&file);
                assert!(!said.contains("error["), "{said}");
                loaded += 1;
            }
        }
    }
    assert!(loaded >= 10, "only {loaded} scenarios");
}

fn said(path: &Path) -> String {
    match load(path, &Options::default()) {
        Ok(loaded) => render(&loaded.warnings, false),
        Err(problems) => render(&problems, false),
    }
}

/// One invalid file per code, with the exact messages about it.
#[test]
fn every_code_has_a_broken_file() {
    for entry in EXPLANATIONS {
        let code = entry.code;
        let path = PathBuf::from(format!("tests/invalid/{code}.yaml"));
        if matches!(code, "E0002" | "E0003") {
            continue;
        }
        let said = said(&path);
        assert!(said.contains(&format!("[{code}]")), "{code} is not reported:\n{said}");
        insta::assert_snapshot!(code, said);
    }
}

/// Under open-in-view the first connection is still held when a later transaction acquires its own.
#[test]
fn a_connection_held_to_the_response_counts_as_the_first_of_two() {
    let folder = tempfile::tempdir().expect("it works");
    let path = folder.path().join("after.yaml");
    let text = "scenario: after\nsystem:\n  system: s\n  services:\n    order:\n      \
        pools: { master: { database: db } }\n      endpoints:\n        get:\n          \
        - transaction: { pool: master, hold: HOLD, steps: [ query: { reads: 1 } ] }\n          \
        - transaction: { pool: master, hold: transaction, steps: [ query: { reads: 1 } ] }\n  \
        databases: { db: {} }\nload: { rate: 1/s }\n";
    std::fs::write(&path, text.replace("HOLD", "request")).expect("it works");
    assert!(said(&path).contains("W0507"), "{}", said(&path));
    std::fs::write(&path, text.replace("HOLD", "transaction")).expect("it works");
    assert_eq!(said(&path), "");
}

#[test]
fn all_problems_are_reported_at_once() {
    insta::assert_snapshot!(said(Path::new("tests/invalid/many.yaml")));
}

#[test]
fn users_and_think_times_that_disagree_are_warned_of() {
    // 1,000 requests/s, one per session of 100 s, imply 100,000 concurrent users; 10,000 are
    // stated.
    let said = said(Path::new("tests/invalid/W0504.yaml"));
    assert!(said.contains("keep 100000 users there at the peak, not the 10000 stated"), "{said}");
}

#[test]
fn files_that_are_no_text_are_refused() {
    let folder = tempfile::tempdir().expect("it works");
    let large = folder.path().join("large.yaml");
    std::fs::write(&large, vec![b'#'; 4 * 1024 * 1024 + 1]).expect("it works");
    assert!(said(&large).contains("[E0002]"), "{}", said(&large));
    let latin = folder.path().join("latin.yaml");
    std::fs::write(&latin, b"scenario: caf\xE9\n").expect("it works");
    assert!(said(&latin).contains("[E0003]"), "{}", said(&latin));
    let control = folder.path().join("control.yaml");
    std::fs::write(&control, b"scenario: a\x00b\n").expect("it works");
    assert!(said(&control).contains("U+0000"), "{}", said(&control));
    assert!(said(folder.path()).contains("[E0001]"), "{}", said(folder.path()));
}

/// The committed schemas are those of this program, and the fixtures conform to them.
/// `UPDATE_SCHEMAS=1 cargo test schemas` updates them.
#[test]
fn schemas_are_up_to_date() {
    for (name, schema) in schemas() {
        let path = PathBuf::from(format!("scenarios/schema/{name}.json"));
        let text = serde_json::to_string_pretty(&schema).expect("it works") + "\n";
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::create_dir_all(path.parent().expect("it works")).expect("it works");
            std::fs::write(&path, &text).expect("it works");
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == text, "{} is stale: run with UPDATE_SCHEMAS=1", path.display());
        let validator = jsonschema::draft7::new(&schema).expect("it works");
        assert!(
            !validator.is_valid(&serde_json::json!({ "nonsense": 1 })),
            "{name} accepts nonsense"
        );
    }
}

/// Whatever bytes the files contain, loading ends with a message and not with a panic.
#[test]
fn broken_bytes_never_panic() {
    let files = [
        "scenarios/before-after.yaml",
        "shop/system.yaml",
        "shop/plans/more.yaml",
        "shop/plans/intended.yaml",
        "shop/calibrations/code.yaml",
        "shop/calibrations/plan.yaml",
        "catalog/parts.yaml",
    ];
    let folder = tempfile::tempdir().expect("it works");
    let whole = files.map(|name| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it works");
        std::fs::copy(Path::new("tests/fixtures").join(name), &path).expect("it works");
        (std::fs::read(&path).expect("it works"), path)
    });
    let key = Key::root(5, 0);
    let signs = b"{}[]:,-#&*!|>'\"%@`~ \t\n09aZ?.\xC3";
    let mut broken = 0;
    for (number, (text, path)) in whole.iter().cycle().take(210).enumerate() {
        let key = key.item(number as u64);
        let mut text = text.clone();
        for change in 0..=key.bits(0) % 3 {
            let at = (key.bits(4 * change + 1) % text.len() as u64) as usize;
            let other = (key.bits(4 * change + 4) % text.len() as u64) as usize;
            let sign = signs[(key.bits(4 * change + 2) % signs.len() as u64) as usize];
            match key.bits(4 * change + 3) % 5 {
                0 => text[at] = sign,
                1 => text.insert(at, sign),
                2 => text.truncate(at.max(1)),
                3 => drop(text.remove(at)),
                _ => text.swap(at, other),
            }
            text.push(b'\n');
        }
        std::fs::write(path, &text).expect("it works");
        broken += u32::from(said(&whole[0].1).contains("error["));
        std::fs::copy(Path::new("tests/fixtures").join(files[number % files.len()]), path)
            .expect("it works");
    }
    assert!((60..210).contains(&broken), "{broken} of 210 are refused");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test is about the time that loading takes")]
fn hostile_shapes_are_refused_quickly() {
    let folder = tempfile::tempdir().expect("it works");
    let path = folder.path().join("hostile.yaml");
    let shapes = [
        "[".repeat(4_000_000),
        "{a: ".repeat(1_000_000),
        "- ".repeat(2_000_000),
        "? ".repeat(2_000_000),
        (0..300_000).map(|n: u32| n.to_string() + ": 1\n").collect(),
        "a: 1\n".repeat(500_000),
        "x".repeat(4_000_000),
        format!("scenario: {}\n", "9".repeat(3_000_000)),
    ];
    for shape in shapes {
        std::fs::write(&path, &shape).expect("it works");
        let begin = std::time::Instant::now();
        let text = said(&path);
        assert!(text.contains("error["), "{}", &shape[..20]);
        assert!(begin.elapsed().as_secs() < 20, "{} took {:?}", &shape[..20], begin.elapsed());
    }
}
