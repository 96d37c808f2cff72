//! Claims and contributions, tested on systems whose lines are known from theory.

use plimsoll::audit::price_claims;
use plimsoll::report::Lang;
use plimsoll::scenario::{Options, load, render};
use plimsoll::study::claims::ClaimVerdict::{self, CannotBeJudged, Fails, Holds, Undecided};
use plimsoll::study::claims::{Grounds, Unknown};
use plimsoll::study::result::{Contribution, StudyResult};
use plimsoll::study::{Question, Unwatched, answer_question};

const BASIS: &str = "basis: assumed, source: theory";

/// Runs the comparison of this scenario, with `plan` beside it.
fn compared(scenario: &str, plan: &str, contributions: bool) -> StudyResult {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("plans")).expect("it is empty");
    std::fs::write(folder.path().join("plans/more.yaml"), plan).expect("it works");
    let path = folder.path().join("scenario.yaml");
    std::fs::write(&path, scenario).expect("it works");
    let options = Options { contributions, ..Options::default() };
    match load(&path, &options) {
        Ok(mut loaded) => {
            price_claims(&mut loaded);
            answer_question(&loaded.study, Question::Compare, &Unwatched).0
        }
        Err(problems) => panic!("{scenario}\n{}", render(&problems, false)),
    }
}

/// Ten connections held for 50 ms on average, after the steps `before`: 200 requests/s.
fn pooled(parts: &str, before: &str) -> String {
    format!(
        "scenario: s\nsystem:\n  system: s\n  services:\n    server:\n      max_connections: 1M\n      \
         accept_count: 0\n      replicas: 1\n{parts}      pools:\n        master: {{ kind: hikaricp-5.1, \
         database: store, maximum: 10, wake_up: 0, minimum_idle: {{ written: 5, runs: 10, because: \"a library sets \
         it\" }} }}\n      endpoints:\n        serve:\n{before}          - transaction:\n              \
         pool: master\n              hold: transaction\n              read_only: true\n              \
         steps:\n                - delay: {{ exponential: 50ms, {BASIS} }}\n  databases: {{ store: {{ cpu: \
         64, max_connections: 100 }} }}\nvariants: {{ now: {{}}, after: {{ plans: [more] }} }}\nmixes: {{ \
         only: {{ requests: {{ server.serve: 1 }} }} }}\nload: {{ rate: 100/s }}\ntargets: {{ p99: 60s \
         }}\nwindow: {{ warm_up: 1s, measure: 20s }}\nreplications: 4\nprecision: {{ half_width: 50%, \
         most_replications: 4 }}\nsearch: {{ highest: 1000/s, resolution: 3%, replications: 6 }}\n"
    )
}

/// Twice the connections, and a setting that a library overrides.
const MORE: &str = "plan: more\nchanges:\n  \
    - { edit: 1, set: services.server.pools.master.maximum, from: 10, to: 20 }\n  \
    - { edit: 2, set: services.server.pools.master.minimum_idle, from: 5, to: 8 }\n";

#[track_caller]
fn verdicts(result: &StudyResult, expected: &[ClaimVerdict]) {
    let found: Vec<ClaimVerdict> = result.claims.iter().map(|claim| claim.verdict).collect();
    assert_eq!(found, expected, "{:#?}", result.claims);
}

#[test]
fn claims_are_judged_by_what_was_simulated() {
    let claims = "claims:\n  \
        - { metric: line, variant: now, value: 150/s, relation: at-least }\n  \
        - { metric: line, variant: now, value: 250/s, relation: at-least }\n  \
        - { metric: line, variant: now, value: 200/s, relation: at-least }\n  \
        - { metric: line, variant: now, value: 200/s, tolerance: 10% }\n  \
        - { metric: line, variant: after, against: now, value: 2, tolerance: 10% }\n  \
        - { metric: line, variant: after, against: now, value: 3, tolerance: 10% }\n  \
        - { metric: mean, variant: now, value: 50ms, tolerance: 10% }\n  \
        - { metric: busy, of: server master connections, variant: now, value: 50%, tolerance: 20% }\n  \
        - { metric: busy, of: server master connections, variant: now, load: 150/s, value: 75% }\n  \
        - { metric: busy, of: server master connections, variant: after, load: 150/s, value: 75% }\n  \
        - { metric: connections, variant: after, value: 20, tolerance: 0% }\n  \
        - { metric: connections, variant: after, value: 15, relation: at-most }\n  \
        - { metric: mau, variant: now, value: 5M }\n  \
        - { metric: monthly-cost, variant: now, value: $210 }\n";
    let result = compared(&format!("{}{claims}", pooled("", "")), MORE, false);
    // 100/s over ten connections of 50 ms is a utilisation of 0.5; M/M/10 at 0.5 waits 0.4 ms
    // (Erlang C).
    verdicts(
        &result,
        &[
            Holds,
            Fails,
            Undecided,
            Holds,
            Holds,
            Fails,
            Holds,
            Holds,
            Holds,
            Fails,
            Holds,
            Fails,
            CannotBeJudged,
            CannotBeJudged,
        ],
    );
    let claims = &result.claims;
    assert_eq!(claims[1].resource.as_deref(), Some("server master connections"));
    assert_eq!((claims[6].load_rps, claims[8].load_rps), (Some(100.0), Some(150.0)));
    let exact = claims[10].estimate.expect("the description says");
    assert!(exact.is_exact() && exact.contains(20.0) == Some(true));
    assert_eq!((claims[12].estimate, claims[13].estimate), (None, None));
    assert_eq!(claims[12].basis, Grounds::Unknown(Unknown::NoUsers));
    assert_eq!(claims[13].basis, Grounds::Unknown(Unknown::NoRegion));
}

/// The pool of [`pooled`] on priced machines of Seoul, with a plan for a third node and another
/// class.
fn priced(claims: &str) -> String {
    let parts = pooled("", "")
        .replace(
            "system:\n  system: s\n",
            "system:\n  system: s\n  region: ap-northeast-2\n  \
            node_groups: { main: { instance: t3.large, desired: 2, max: 5 } }\n  \
            caches: { kept: { class: cache.t4g.micro } }\n",
        )
        .replace("{ store: {", "{ other: { class: db.t3.micro, engine: postgres }, store: {");
    format!("{parts}claims:\n{claims}")
}

const THIRD_NODE: &str = "plan: more\nchanges:\n  \
    - { edit: 1, set: node_groups.main.desired, from: 2, to: 3 }\n";

/// A t3.large in Seoul is $0.104 per hour: 730 hours are $75.92. The database `store` has no class
/// and hence no price, which does not matter where both variants have it.
#[test]
fn differences_of_cost_are_judged_by_the_price_table() {
    let claim = |rest: &str| format!("  - {{ metric: monthly-cost, variant: after, {rest} }}\n");
    let claims = [
        "against: now, value: +$75.92, tolerance: 0.01%",
        "against: now, of: main, value: +$60",
        "against: now, value: +$70, relation: at-least",
        "against: now, of: store, value: +$0",
        "of: main, against: now, value: 1.5, tolerance: 0.01%",
        "of: main, value: $227.76, tolerance: 0.01%",
    ];
    let back = "  - { metric: monthly-cost, variant: now, against: after, value: -$75.92, tolerance: \
                0.01% }\n  - { metric: nodes, variant: after, against: now, value: +1, tolerance: 0% }\n  \
                - { metric: line, variant: after, against: now, value: +50/s, relation: at-most }\n";
    let claims = format!("{}{back}", claims.map(claim).concat());
    let result = compared(&priced(&claims), THIRD_NODE, false);
    verdicts(&result, &[Holds, Fails, Holds, Holds, Holds, Holds, Holds, Holds, Holds]);
    assert_eq!(
        plimsoll::report::reason(&result.claims[0], Lang::En),
        "by the price table of ap-northeast-2, 730 h a month: 3 x t3.large ($228) instead of 2 x t3.large \
         ($152)"
    );
    let told = plimsoll::report::reason(&result.claims[3], Lang::En);
    assert!(told.ends_with("nothing that is billed is different"), "{told}");
    assert!(result.claims[0].difference && !result.claims[4].difference);
}

/// The plan's target has no price in Seoul: the reason names it.
#[test]
fn a_difference_without_a_price_says_whose() {
    let claims = "  - { metric: monthly-cost, variant: after, against: now, value: +$30 }\n";
    let plan = "plan: more\nchanges:\n  \
        - { edit: 1, set: caches.kept.class, from: cache.t4g.micro, to: cache.t3.small }\n";
    let result = compared(&priced(claims), plan, false);
    verdicts(&result, &[CannotBeJudged]);
    assert_eq!(
        plimsoll::report::reason(&result.claims[0], Lang::En),
        "not priced: the catalogue has no price in ap-northeast-2 for cache.t3.small"
    );
}

#[test]
fn differences_without_a_meaning_are_refused() {
    let refused = |claim: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("plans")).expect("it is empty");
        std::fs::write(folder.path().join("plans/more.yaml"), THIRD_NODE).expect("it works");
        let path = folder.path().join("scenario.yaml");
        std::fs::write(&path, priced(&format!("  - {{ {claim} }}\n"))).expect("it works");
        match load(&path, &Options::default()) {
            Ok(_) => String::new(),
            Err(problems) => render(&problems, false),
        }
    };
    for (claim, expected) in [
        ("metric: monthly-cost, variant: after, value: +$30", ["E0102", "with `against`"]),
        ("metric: line, variant: after, against: now, value: +$30", ["E0105", "`1500/s`"]),
        (
            "metric: monthly-cost, variant: after, against: now, value: $30",
            ["E0105", "with a sign"],
        ),
        ("metric: monthly-cost, variant: after, against: now, value: +30", ["E0105", "`$210`"]),
        ("metric: p99, variant: after, against: now, value: +2", ["E0105", "`500ms`"]),
        ("metric: pods, variant: now, against: now, value: +2", ["E0201", "leave out `against`"]),
    ] {
        let said = refused(claim);
        assert!(expected.iter().all(|part| said.contains(part)), "{claim}\n{said}");
    }
}

/// Three partitions, two threads: one reads two of them at 10 ms per record, so that the capacity
/// is 150/s.
#[test]
fn consumers_are_judged_by_their_own_pace() {
    let scenario = format!(
        "scenario: s\nsystem:\n  system: s\n  services:\n    reader:\n      replicas: 1\n      \
         listeners:\n        events:\n          kind: spring-kafka-3.2\n          topic: events\n          \
         group: reader\n          concurrency: 2\n          ack: record\n          steps:\n            - \
         delay: {{ constant: 10ms, {BASIS} }}\n  topics: {{ events: {{ partitions: 3 }} }}\nload: {{ \
         records: [ {{ topic: events, rate: 100/s }} ] }}\ntargets: {{ lag: 100k }}\nwindow: {{ warm_up: \
         1s, measure: 40s }}\nreplications: 4\nprecision: {{ half_width: 50%, most_replications: 4 }}\n\
         search: {{ highest: 1000/s, resolution: 3%, replications: 4 }}\nclaims:\n  - {{ metric: \
         event-capacity, value: 150/s, tolerance: 10% }}\n  - {{ metric: event-capacity, value: 200/s, \
         relation: at-least }}\n  - {{ metric: partitions, of: events, value: 3, tolerance: 0% }}\n  - {{ \
         metric: concurrency, of: reader, value: 3, relation: at-least }}\n"
    );
    let result = compared(&scenario, "plan: more\nchanges: []\n", false);
    verdicts(&result, &[Holds, Fails, Holds, Fails]);
    assert_eq!(result.claims[0].resource.as_deref(), Some("reader.events consumers"));
}

fn contribution(result: &StudyResult, edit: usize) -> &Contribution {
    result.edits[edit].contribution.as_ref().expect("it follows from what was run")
}

/// Twice the connections are twice the line, alone and within the plan; an overridden setting
/// contributes nothing. Both follow from the variants' own lines.
#[test]
fn what_changes_nothing_that_runs_contributes_exactly_nothing() {
    let result = compared(&pooled("", ""), MORE, false);
    let pool = contribution(&result, 0);
    assert_eq!(pool.variant, "after");
    for change in [pool.alone_rps, pool.together_rps] {
        let change = change.expect("both sides are variants");
        assert!((change.mean - 200.0).abs() < 20.0 && change.low > 150.0, "{change:?}");
    }
    assert_eq!(Some(pool.alone_rps), Some(Some(result.comparisons[0].saturation_rps)));
    let overruled = contribution(&result, 1);
    for change in [overruled.alone_rps, overruled.together_rps] {
        let change = change.expect("it is known");
        assert!(change.is_exact() && change.mean.abs() <= 0.0, "{change:?}");
    }
}

/// Connections and a core that both carry 200/s: more of one alone moves nothing, within the plan
/// each accounts for the whole gain.
#[test]
fn edits_that_need_each_other_contribute_together() {
    let parts = "      threads: 100k\n      pod: { cpu: { request: 1000m, limit: 1000m }, memory: { request: \
                 1Gi, limit: 1Gi } }\n";
    let work = format!("          - cpu: {{ constant: 5ms, {BASIS} }}\n");
    let plan = "plan: more\nchanges:\n  \
        - { edit: 1, set: services.server.pools.master.maximum, from: 10, to: 20 }\n  \
        - { edit: 2, set: services.server.pod.cpu.limit, from: 1000m, to: 2000m }\n";
    let scenario = pooled(parts, &work);
    let free = compared(&scenario, plan, false);
    assert!(free.edits.iter().all(|edit| edit.contribution.is_none()), "{:?}", free.edits);
    let result = compared(&scenario, plan, true);
    for edit in 0..2 {
        let found = contribution(&result, edit);
        let alone = found.alone_rps.expect("it was simulated");
        assert!(alone.low <= 0.0 && alone.high >= 0.0 && alone.mean.abs() < 20.0, "{alone:?}");
        let together = found.together_rps.expect("it was simulated");
        assert!(together.low > 100.0, "{together:?}");
        assert!((together.mean - 200.0).abs() < 30.0, "{together:?}");
    }
}

/// A cache of one thread that takes 10 ms per request, and a plan for three shards of it. `step` is
/// the work; the class is $0.024 per hour in Seoul.
fn cached(step: &str, claims: &str) -> String {
    format!(
        "scenario: s\nsystem:\n  system: s\n  region: ap-northeast-2\n  services:\n    server:\n      \
         max_connections: 1M\n      accept_count: 0\n      threads: 100k\n      replicas: 1\n      \
         endpoints:\n        serve:\n          - {step}\n  caches: {{ redis: {{ class: cache.t4g.micro, \
         shards: 1, replicas: 1 }} }}\n  indexes: {{ list: {{ ttl: 10m, sweep: 1m, fixed: 1000 }} \
         }}\nvariants: {{ now: {{}}, after: {{ plans: [more] }} }}\nmixes: {{ only: {{ requests: {{ \
         server.serve: 1 }} }} }}\nload: {{ rate: 60/s }}\ntargets: {{ p99: 60s }}\nwindow: {{ warm_up: 2s, \
         measure: 30s }}\nreplications: 4\nprecision: {{ half_width: 50%, most_replications: 4 }}\nsearch: \
         {{ highest: 1000/s, resolution: 3%, replications: 6 }}\nclaims:\n{claims}"
    )
}

const THREE_SHARDS: &str = "plan: more\nchanges:\n  \
    - { edit: 1, set: caches.redis.shards, from: 1, to: 3 }\n";

/// Each shard is a server of its own and receives a third of the commands: 3 × 100/s, and at 60/s
/// 20 of 10 ms each. Each has a replica, so that four nodes are added: 4 × $0.024 × 730 = $70.08.
#[test]
fn keys_are_spread_over_the_shards_of_a_cluster() {
    let claims = "  - { metric: line, variant: now, value: 100/s, tolerance: 5% }\n  \
        - { metric: line, variant: after, against: now, value: 3, tolerance: 7% }\n  \
        - { metric: line, variant: after, against: now, value: +200/s, tolerance: 10% }\n  \
        - { metric: busy, of: redis shard 1 commands, variant: after, value: 20%, tolerance: 15% }\n  \
        - { metric: busy, of: redis shard 3 commands, variant: after, value: 20%, tolerance: 15% }\n  \
        - { metric: monthly-cost, of: redis, variant: after, against: now, value: +$70.08, tolerance: 0.01% }\n";
    let step = format!("cache: {{ server: redis, time: {{ constant: 10ms, {BASIS} }} }}");
    let result = compared(&cached(&step, claims), THREE_SHARDS, false);
    verdicts(&result, &[Holds; 6]);
}

/// 1,000 entries of 10 us: also 10 ms, but of one key, which lies on one shard whatever their
/// number.
#[test]
fn one_key_lies_on_one_shard() {
    let claims = "  - { metric: line, variant: now, value: 100/s, tolerance: 5% }\n  \
        - { metric: line, variant: after, against: now, value: 1, tolerance: 3% }\n  \
        - { metric: line, variant: after, against: now, value: 1.1, relation: at-least }\n";
    let step =
        format!("scan: {{ index: list, server: redis, command: {{ constant: 10us, {BASIS} }} }}");
    let result = compared(&cached(&step, claims), THREE_SHARDS, false);
    verdicts(&result, &[Holds, Holds, Fails]);
}
