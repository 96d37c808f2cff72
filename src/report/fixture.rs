//! Invented results for tests of the reports: realistic in shape, not in their numbers.

pub(crate) mod answers;

use super::{EngineCost, Input, Manifest, PartCost};
use crate::stats::Estimate;
use crate::study::Head;
use crate::study::basis::Basis;
use crate::study::cause::{Cause, Mechanism, ReliefEffect};
use crate::study::claims::{
    ClaimMetric, ClaimVerdict, Finding, Grounds, Judged, Location, Relation, Unknown,
};
use crate::study::day::{
    CreditsLeft, DayAnswer, DayBin, DayEvent, DayVerdict, EventEffect, GroupLag, Holder, Recovery,
    Waits, Worst, overall,
};
use crate::study::doubt::{Doubt, Warning};
use crate::study::effect::{Effect, Origin};
use crate::study::metric::Metric;
use crate::study::result::{
    Agreement, Alternative, AlternativeVariant, AnatomyPart, Assumption, AtCommonLoad, AtLoad,
    Axis, Check, Comparison, Contribution, CostItem, CurvePoint, Edit, Measure, PodsResult, Relief,
    Saturation, StationResult, StudyResult, Target, TargetLoad, TargetVerdict, Unanswered, Used,
    VariantResult, Verdict, WarmUp, WarmUpSource,
};

pub(crate) fn estimate(mean: f64, half: f64) -> Estimate {
    Estimate::interval(mean, (mean - half).max(0.0), mean + half, 8)
}

fn within(mean: f64, share: f64) -> Estimate {
    estimate(mean, mean.abs() * share)
}

/// Returns four variants of a shop, as a capacity plan has them.
pub(crate) fn before_after() -> StudyResult {
    study(
        &[("as-written", 380.0), ("effective", 350.0), ("planned", 470.0), ("intended", 1120.0)],
        14,
    )
}

/// Returns a result with variants that saturate at the given loads, and `stations` stations.
pub(crate) fn study(variants: &[(&str, f64)], stations: usize) -> StudyResult {
    let targets = [
        (Metric::P99Ms, 500.0),
        (Metric::ErrorRate, 0.01),
        (Metric::MaxLag, 5_000.0),
        (Metric::Drift, 0.0),
    ];
    let found: Vec<VariantResult> =
        variants.iter().map(|(name, line)| variant(name, *line, stations)).collect();
    let mut comparisons = Vec::new();
    if let [.., before, after] = variants {
        let gain = after.1 - before.1;
        comparisons.push(Comparison {
            from: before.0.to_owned(),
            to: after.0.to_owned(),
            saturation_rps: Estimate::interval(gain, gain - 8.0, gain + 8.0, 8),
            p99_ms: Estimate::interval(-812.0, -840.0, -784.0, 8),
            variance_ratio: Some(6.2),
            p99_variance_ratio: Some(2.5),
            common: Some(AtCommonLoad {
                rps: 0.8 * before.1.min(after.1),
                mean_ms: Estimate::interval(-4.2, -4.4, -4.0, 8),
                mean_variance_ratio: Some(31.0),
                p99_ms: Estimate::interval(-21.0, -25.0, -17.0, 8),
                p99_variance_ratio: Some(7.5),
            }),
        });
    }
    let other = |mix: &str, calibration: &str, factor: f64| Alternative {
        mix: mix.to_owned(),
        calibration: calibration.to_owned(),
        variants: variants
            .iter()
            .map(|(name, line)| AlternativeVariant {
                name: (*name).to_owned(),
                saturation: saturation(line * factor),
            })
            .collect(),
    };
    StudyResult {
        head: Head {
            scenario: "before-after".to_owned(),
            about: "Does the plan carry five million users?".to_owned(),
            system: "shop".to_owned(),
            study: "compare".to_owned(),
            seed: 7,
            confidence: 0.95,
            mix: "k6".to_owned(),
            calibration: "code".to_owned(),
        },
        target_load: TargetLoad {
            axis: Axis::Requests,
            rps: 1000.0,
            events_per_s: Some(800.0),
            mau: Some(5e6),
        },
        targets: targets
            .iter()
            .map(|(metric, limit)| Target {
                unanswered: Unanswered::Apart,
                ..Target::new(*metric, *limit)
            })
            .collect(),
        variants: found,
        comparisons,
        alternatives: vec![other("k6", "plan", 1.9), other("shoppers", "code", 0.8)],
        disagreements: Vec::new(),
        edits: edits(),
        claims: claims(variants),
        assumed: assumed(),
        cautions: Vec::new(),
        warnings: vec![Warning { variant: Some("intended".to_owned()), doubt: Doubt::HeavyMean }],
        partial: false,
        computed_from: "00c0ffee00c0ffee".to_owned(),
    }
}

/// Returns a cause with `busy` of two cores in use at a load, in two pods.
pub(crate) fn cores_busy(busy: f64, rps: f64) -> Cause {
    let mechanism = Mechanism::Cores { busy, of: 2.0, pods: 2, each: 1.0 };
    Cause::Station { mechanism, rps, relief: ReliefEffect::Enough }
}

fn saturation(line: f64) -> Saturation {
    Saturation {
        rps: within(line, 0.012),
        events_per_s: within(line * 0.81, 0.02),
        orders_per_s: within(line * 0.094, 0.03),
        mau: Some(within(line * 5_000.0, 0.012)),
        resource: Some(if line < 400.0 { "product CPU" } else { "order-db connections" }.into()),
        ties: Vec::new(),
        agreement: 0.875,
        // 97 % of two cores.
        cause: cores_busy(1.94, 420.0),
        unsettled: false,
        binding_target: Some(Metric::P99Ms),
        relief: vec![Relief {
            resource: "product CPU".to_owned(),
            carried: 1.0,
            tried_rps: line * 1.1,
        }],
        beyond_search: false,
    }
}

/// Returns the response to a load when the line lies at `line`: the curve of a queue, then a
/// plateau.
fn at(rps: f64, line: f64) -> AtLoad {
    let slack = (1.0 - rps / line).max(0.02);
    let over = (rps / line - 1.0).max(0.0);
    let p99 = (45.0 / slack + over * 20_000.0).min(12_000.0);
    let served = rps.min(line * 1.02) * (1.0 - 0.25 * over.min(1.0));
    AtLoad {
        rps,
        warm_up: WarmUp { seconds: 30.0, source: WarmUpSource::Given },
        batches: None,
        mean_ms: within(p99 * 0.3, 0.03),
        p50_ms: within(p99 * 0.21, 0.03),
        p95_ms: within(p99 * 0.63, 0.05),
        p99_ms: within(p99, 0.08),
        error_rate: estimate((1.0 - served / rps).max(0.0), 0.004),
        goodput_rps: within(served, 0.02),
        events_per_s: within(served * 0.81, 0.03),
        orders_per_s: within(served * 0.094, 0.04),
        max_lag: within(40.0 + over * 60_000.0, 0.2),
    }
}

fn variant(name: &str, line: f64, stations: usize) -> VariantResult {
    let at_target = at(1000.0, line);
    let judge = |metric, value: Estimate, limit: f64| TargetVerdict {
        metric,
        estimate: value,
        verdict: if value.high <= limit {
            Verdict::Met
        } else if value.low > limit {
            Verdict::Missed
        } else {
            Verdict::Undecided
        },
    };
    let parts =
        ["waiting for a thread", "pod CPU", "waiting for a connection", "database CPU", "cache"];
    let weights = [line / 40.0, 9.0, 6_000.0 / line, 7.5, 0.6];
    VariantResult {
        name: name.to_owned(),
        about: "the system with the plan applied as its files say".to_owned(),
        saturation: Some(saturation(line)),
        search_warm_up: Some(WarmUp { seconds: 30.0, source: WarmUpSource::Given }),
        verdicts: vec![
            judge(Metric::P99Ms, at_target.p99_ms, 500.0),
            judge(Metric::ErrorRate, at_target.error_rate, 0.01),
            judge(Metric::MaxLag, at_target.max_lag, 5_000.0),
            judge(Metric::Drift, Estimate { n: 8, ..Estimate::default() }, 0.0),
        ],
        at_target: Some(at_target),
        curve: (1..=12)
            .map(|step| f64::from(step) * 100.0)
            .map(|rps| CurvePoint { at: at(rps, line), carried: f64::from(u8::from(rps < line)) })
            .collect(),
        day: (0..48).map(|bin| day_bin(f64::from(bin) * 1800.0, line)).collect(),
        day_answer: Some(day_answer(line)),
        pods: pods(line),
        steps: Vec::new(),
        used: Some(Used::default()),
        cost: cost(line),
        stations: (0..stations).map(|index| station(index, line)).collect(),
        anatomy: parts
            .iter()
            .zip(weights)
            .map(|(part, ms)| AnatomyPart { part: (*part).to_owned(), mean_ms: within(ms, 0.05) })
            .collect(),
        anatomy_rps: line * 0.95,
        theory: theory(line),
    }
}

fn theory(line: f64) -> Vec<Check> {
    let check = |measure, at: Option<&str>, law: &str, theory, simulation, agreement| Check {
        stated: false,
        measure,
        at: at.map(str::to_owned),
        law: law.to_owned(),
        source: "Denning and Buzen 1978".to_owned(),
        theory,
        bound: measure == Measure::LineRps || agreement == Agreement::Saturated,
        asked: (agreement == Agreement::Saturated).then_some(1000.0 / line),
        simulation,
        agreement,
    };
    let share = 1000.0 / line;
    let beyond = share >= 1.0;
    vec![
        check(
            Measure::LineRps,
            None,
            "utilisation law: order CPU full",
            line * 1.1,
            within(line, 0.02),
            Agreement::Agrees,
        ),
        check(
            Measure::Busy,
            Some("order CPU"),
            "utilisation law",
            share.min(1.0),
            estimate(share.min(1.0), 0.01),
            if beyond { Agreement::Saturated } else { Agreement::Agrees },
        ),
    ]
}

/// Returns the offered load of a day with two peaks, the higher of 1,000 RPS in the evening.
fn offered(hour: f64) -> f64 {
    let hump = |centre: f64, width: f64| (-((hour - centre) / width).powi(2)).exp();
    90.0 + 560.0 * hump(12.5, 2.6) + 900.0 * hump(20.75, 2.2)
}

fn day_bin(start_s: f64, line: f64) -> DayBin {
    let at = at(offered(start_s / 3600.0), line);
    DayBin {
        start_s,
        length_s: 1800.0,
        offered_rps: within(at.rps, 0.004),
        goodput_rps: at.goodput_rps,
        p50_ms: Some(at.p50_ms),
        p99_ms: Some(at.p99_ms),
        error_rate: Some(at.error_rate),
        max_lag: at.max_lag,
        orders_per_s: at.orders_per_s,
        waits: Waits {
            thread_ms: Some(within(at.p50_ms.mean / 10.0, 0.1)),
            connection_ms: Some(within(at.p50_ms.mean / 5.0, 0.1)),
            record_ms: None,
        },
        verdict: Some(if over(&at) { Verdict::Missed } else { Verdict::Met }),
    }
}

fn over(at: &AtLoad) -> bool {
    at.p99_ms.mean > 500.0
}

/// Returns a day on which p99 is missed while the offered load exceeds the line, and a node is lost
/// at noon.
fn day_answer(line: f64) -> DayAnswer {
    let bins = || (0..48).map(|bin| f64::from(bin) * 1800.0);
    let is_missed = |start: &f64| over(&at(offered(start / 3600.0), line));
    let missed: Vec<f64> = bins().filter(is_missed).collect();
    let recovery = match missed.last() {
        None => Recovery::Unneeded,
        Some(last) if last + 1800.0 < 86_400.0 => Recovery::From { at_s: last + 1800.0 },
        Some(_) => Recovery::Never,
    };
    let peak = at(offered(20.75), line);
    let target = |metric, limit: f64, missed: &[f64]| DayVerdict {
        metric,
        limit,
        verdict: if missed.is_empty() { Verdict::Met } else { Verdict::Missed },
        judged_s: 86_400.0,
        missed_s: missed.len() as f64 * 1800.0,
        undecided_s: 0.0,
        first_missed_s: missed.first().copied(),
        worst: Some(Worst {
            from_s: 75_600.0,
            to_s: 79_200.0,
            value: Some(if metric == Metric::P99Ms { peak.p99_ms.mean } else { 0.004 }),
            answered: Some((peak.goodput_rps.mean / peak.rps).min(1.0)),
        }),
        recovery: if missed.is_empty() { Recovery::Unneeded } else { recovery },
    };
    let targets = vec![target(Metric::P99Ms, 500.0, &missed), target(Metric::ErrorRate, 0.01, &[])];
    let lost = EventEffect {
        at_s: 43_200.0,
        event: DayEvent::FailNode { node_group: "web".to_owned(), nodes: 1 },
        ended_s: None,
        missed_before: false,
        missed_s: 160.0,
        answered: Some(0.0),
        p99_ms: None,
        recovery: Recovery::From { at_s: 45_000.0 },
        lag: [within(40.0, 0.1), within(900.0, 0.1)],
        lag_drained_s: Some(45_000.0),
    };
    DayAnswer {
        replications: 8,
        verdict: overall(targets.iter().map(|target| target.verdict)),
        targets,
        silence: None,
        events: vec![lost],
        lags: vec![GroupLag {
            group: "product".to_owned(),
            by_bin: bins().map(|start| at(offered(start / 3600.0), line).max_lag).collect(),
        }],
        credits: vec![CreditsLeft {
            of: Holder::Volume { database: "order-db".to_owned() },
            by_bin: bins().map(|start| Some(5.4e6 - 50.0 * start)).collect(),
        }],
    }
}

/// Returns cost items: nodes that ran more than described, a database, and an item without a price.
fn cost(line: f64) -> Vec<CostItem> {
    let item = |part: &str, what: &str, monthly_usd| CostItem {
        part: part.to_owned(),
        what: what.to_owned(),
        monthly_usd,
        ran_usd: None,
        surcharge_usd: None,
    };
    let nodes = CostItem {
        ran_usd: Some(within(line / 2.0, 0.1)),
        surcharge_usd: Some(within(line / 20.0, 0.1)),
        ..item("node_groups.high-traffic", "2 x t3.large", Some(151.84))
    };
    vec![
        nodes,
        item("databases.order-db", "db.t3.micro", Some(18.98)),
        item("brokers.kafka.storage", "3 x 100 GiB", None),
    ]
}

/// Returns two services that scale with the load, in pods of 150 and 300 RPS.
fn pods(line: f64) -> Vec<PodsResult> {
    let needed =
        |bin: u32, each: f64| (offered(f64::from(bin) / 2.0).min(line) / each).ceil().max(2.0);
    let of = |service: &str, each: f64| PodsResult {
        service: service.to_owned(),
        by_bin: (0..48).map(|bin| needed(bin, each)).collect(),
    };
    vec![of("order", 150.0), of("product", 300.0)]
}

fn station(index: usize, line: f64) -> StationResult {
    let services = ["order", "product", "payment", "customer", "store", "saga"];
    let kinds = ["CPU", "threads", "connections (master)", "connections (replica)", "consumers"];
    let name = format!("{} {}", services[index % services.len()], kinds[index / 6 % kinds.len()]);
    let name = if index >= 30 { format!("{name} {}", index / 30 + 1) } else { name };
    let share = |rps: f64| (rps / line / (1.0 + 0.55 * index as f64)).min(1.0);
    StationResult {
        name,
        busy: estimate(share(1000.0), 0.01),
        waiting: within(3.0 * share(1000.0), 0.2),
        wait: None,
        busy_by_bin: (0..48).map(|bin| share(offered(f64::from(bin) / 2.0))).collect(),
    }
}

/// Returns claims about the second and third variants, where there are as many.
fn claims(variants: &[(&str, f64)]) -> Vec<Judged> {
    let [_, now, after, ..] = variants else { return Vec::new() };
    let claim = |metric, variant: &(&str, f64), relation, claimed, verdict| Judged {
        metric,
        of: None,
        variant: variant.0.to_owned(),
        against: None,
        difference: false,
        load_rps: None,
        relation,
        tolerance: 0.1,
        claimed,
        estimate: None,
        verdict,
        over_day: None,
        basis: Grounds::Found { known: Finding::Description, open: None },
        resource: Some("order-db connections".to_owned()),
        place: Location::default(),
    };
    let put = |mut claim: Judged, estimate, at: &str, row: &str, column: &str| {
        let text = |text: &str| Some(text.to_owned());
        claim.estimate = estimate;
        claim.place = Location { at: text(at), row: text(row), column: text(column), note: None };
        claim
    };
    let rps = |variant, relation, claimed, verdict| {
        claim(ClaimMetric::SaturationRps, variant, relation, claimed, verdict)
    };
    let line = |variant: &(&str, f64)| Some(within(variant.1, 0.012));
    let (capacity, peak) = ("Capacity after the change", "API RPS (peak)");
    let (fails, holds) = (ClaimVerdict::Fails, ClaimVerdict::Holds);
    let events = claim(ClaimMetric::EventsPerS, now, Relation::About, 280.0, holds);
    let open = ClaimVerdict::CannotBeJudged;
    let mut cost = claim(ClaimMetric::MonthlyCost, after, Relation::AtMost, 210.0, open);
    (cost.basis, cost.resource) = (Grounds::Unknown(Unknown::NoRegion), None);
    vec![
        put(rps(now, Relation::About, 1200.0, fails), line(now), capacity, peak, "now"),
        put(rps(after, Relation::About, 1500.0, fails), line(after), capacity, peak, "after"),
        put(rps(after, Relation::AtLeast, 1000.0, fails), line(after), capacity, peak, "target"),
        put(events, Some(within(now.1 * 0.81, 0.02)), capacity, "events/s", "now"),
        put(cost, None, "Cost", "a month", "after"),
    ]
}

/// Returns the contribution of an edit that does not change the running system.
fn nothing() -> Contribution {
    let exact = Some(Estimate::exact(0.0));
    Contribution { variant: "planned".to_owned(), alone_rps: exact, together_rps: exact }
}

fn edits() -> Vec<Edit> {
    let mut edits = Vec::new();
    for service in ["customer", "order", "payment", "product"] {
        edits.push(Edit {
            plan: "after".to_owned(),
            edit: None,
            set: format!("services.{service}.replicas"),
            from: "2".to_owned(),
            believed: None,
            to: "3".to_owned(),
            file: Some(format!("config/prod/{service}-service.yaml")),
            effective: false,
            effect: Effect::DeadReplicas { minimum: "2".to_owned() },
            places: None,
            contribution: Some(nothing()),
        });
        edits.push(Edit {
            plan: "after".to_owned(),
            edit: None,
            set: format!("services.{service}.pools.master.maximum"),
            from: "10".to_owned(),
            believed: Some("5".to_owned()),
            to: "15".to_owned(),
            file: Some(format!("{service}-api/src/main/resources/application-prod.yml")),
            effective: false,
            effect: Effect::NoEffect {
                runs: "10".to_owned(),
                because: "the pool is built in code and ignores the setting".to_owned(),
            },
            places: None,
            contribution: Some(nothing()),
        });
    }
    edits.push(Edit {
        plan: "after".to_owned(),
        edit: None,
        set: "services.product.listeners.concurrency".to_owned(),
        from: "1".to_owned(),
        believed: None,
        to: "3".to_owned(),
        file: Some("product-api/KafkaConsumerConfig.kt".to_owned()),
        effective: true,
        effect: Effect::Changes,
        places: None,
        contribution: Some(Contribution {
            variant: "planned".to_owned(),
            alone_rps: Some(Estimate::interval(118.0, 109.0, 127.0, 8)),
            together_rps: Some(Estimate::interval(120.0, 112.0, 128.0, 8)),
        }),
    });
    edits
}

fn assumed() -> Vec<Assumption> {
    (1..=7)
        .map(|index| Assumption {
            name: format!("calibrations.code.services.order.cpu_{index}"),
            value: format!("{index} ms"),
            basis: if index == 7 { Basis::Vendor } else { Basis::Assumed },
            setting: None,
            origin: Origin::Written("unit cost of a query | round trip".to_owned()),
        })
        .collect()
}

/// Returns a manifest that fits these results.
pub(crate) fn manifest() -> Manifest {
    Manifest {
        version: "0.1.0".to_owned(),
        seed: 7,
        inputs: vec![Input {
            path: "scenarios/shop/before-after.yaml".to_owned(),
            digest: "9b74c9897bac770f".to_owned(),
        }],
        engine: EngineCost {
            events: 182_345_678,
            completions: 20_345_678,
            cpu_s: 81.25,
            wall_s: 44.5,
            parts: vec![
                PartCost { part: "line".to_owned(), runs: 400, events: 180_000_000 },
                PartCost { part: "load asked about".to_owned(), runs: 16, events: 2_345_678 },
            ],
        },
        settings: serde_json::json!({ "replications": 8 }),
        command: vec!["plimsoll".to_owned(), "compare".to_owned(), "before-after.yaml".to_owned()],
        partial: false,
        left_out: 0,
        computed_from: String::new(),
        summary: String::new(),
    }
}
