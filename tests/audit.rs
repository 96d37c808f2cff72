//! Audit: a fictitious sound system, and one fault at a time for each rule.

#[path = "audit/cases.rs"]
mod cases;
#[path = "audit/korean.rs"]
mod korean;

use std::path::Path;
use std::process::Command;

use plimsoll::audit::{Audit, Finding, Rule, Severity, audit, rules};
use plimsoll::report::Lang;
use plimsoll::report::audit::{handbook, sarif, told};
use plimsoll::scenario::{Loaded, Options, load, render};

/// A fault: code, replacements in the sound system, a plan's change, and the expected message.
struct Fault {
    code: &'static str,
    replaced: &'static [(&'static str, &'static str)],
    change: &'static str,
    said: &'static str,
}

const fn fault(
    code: &'static str,
    replaced: &'static [(&'static str, &'static str)],
    said: &'static str,
) -> Fault {
    Fault { code, replaced, change: "", said }
}

const fn planned(
    code: &'static str,
    replaced: &'static [(&'static str, &'static str)],
    change: &'static str,
    said: &'static str,
) -> Fault {
    Fault { code, replaced, change, said }
}

const WITH_PLAN: (&str, &str) =
    ("mixes:", "variants: { before: {}, system: { plans: [ more ] } }\nmixes:");
const TWO: (&str, &str) = (
    "stated:\n  system:",
    "variants: { before: {}, after: { plans: [ more ] } }\nstated:\n  before:",
);
const LAST: &str = "    test: { virtual_users: 100, think: 500ms }";
const SCALED: (&str, &str) =
    ("replicas: 4", "replicas: 4\n      autoscaling: { min: 4, max: 6, cpu: 70% }");
const WEB_CPU: &str = "cpu: { request: 1000m, limit: 1000m }";
const READY: &str = "ready_after: 20s";
const SOLD: &str = "concurrency: 2, retries: 2, back_off: 200ms, steps: [ cpu: 2ms ]";
const SHOW: &str = "query: { reads: 1, time: 3ms }";

/// Each number is counted by hand from the figures at the head of the fixture.
const FAULTS: &[Fault] = &[
    planned("W1001", &[WITH_PLAN, SCALED], "services.web.replicas, from: 4, to: 6", "after: 4 web"),
    planned(
        "W1002",
        &[
            WITH_PLAN,
            ("maximum: 10", "maximum: { written: 10, runs: 10, because: \"built in code\" }"),
        ],
        "services.web.pools.main.maximum, from: 10, to: 15",
        "10 runs, because built in code",
    ),
    planned(
        "W1003",
        &[WITH_PLAN],
        "services.mail.listeners.sold.concurrency, from: 2, to: 2",
        "2 is written already",
    ),
    planned(
        "W1004",
        &[WITH_PLAN],
        "services.mail.listeners.sold.concurrency, from: 2, believed: 1, to: 3",
        "the step is 2 → 3, not 1 → 3",
    ),
    // 10 + 5 connections per pod.
    fault(
        "W1005",
        &[(
            "      endpoints:\n        show",
            "        other: { database: tickets-db, maximum: 5, minimum_idle: 5, connection_timeout: 1s }\n      endpoints:\n        show",
        )],
        "each pod may open 15 connections",
    ),
    fault(
        "N1006",
        &[("maximum: 10", "maximum: { written: 12, runs: 10 }")],
        "services.web.pools.main.maximum is 12 in the files",
    ),
    fault("W1007", &[SCALED, ("  region:", "  metrics_server: false\n  region:")], "web 4 of 6"),
    fault(
        "N1008",
        &[("replicas: 4", "autoscaling: { min: 4, max: 4, cpu: 70% }")],
        "4 pods, whatever the load",
    ),
    // Above 100 % plus a tenth, of a limit equal to the request.
    fault(
        "W1009",
        &[("replicas: 4", "autoscaling: { min: 4, max: 6, cpu: 100% }")],
        "above 110 % of its CPU request, and can use at most 100 %",
    ),
    fault("W1010", &[("max: 3", "max: 7")], "may have 7 nodes, but nothing adds any"),
    fault(
        "N1011",
        &[("connection_timeout: 1s", "connection_timeout: 1s, idle_timeout: 600s")],
        "10 stay open",
    ),
    // 4 pods x 20.
    fault(
        "N1012",
        &[("replicas: 4", "replicas: 4\n      mesh: { max_connections: 50 }")],
        "which has 80 threads",
    ),
    fault(
        "W1013",
        &[
            ("mail.send, timeout: 1s", "mail.send, timeout: 10s"),
            ("replicas: 2", "replicas: 2\n      mesh: { timeout: 2s }"),
        ],
        "ended the request after 2 s",
    ),
    fault(
        "W1014",
        &[(
            "replicas: 4",
            "replicas: 4\n      mesh: { timeout: 2s, per_try_timeout: 1s, retries: 3 }",
        )],
        "2 of 4 tries",
    ),
    fault(
        "E1101",
        &[("memory: { request: 2Gi", "memory: { request: 3Gi")],
        "request 3,072 MiB of memory and may use 2,048 MiB",
    ),
    // 4 x 50 = 200; 200 - 3 are available.
    fault(
        "E1102",
        &[("maximum: 10, minimum_idle: 10", "maximum: 50, minimum_idle: 50")],
        "4 pods of web x (50) = 200 connections of `tickets-db`, which accepts 200 (3 reserved): 3 of 200 are refused",
    ),
    // 2 x 4 x 30 = 240 of 197.
    fault(
        "W1103",
        &[
            ("maximum: 10, minimum_idle: 10", "maximum: 30, minimum_idle: 30"),
            ("replicas: 4", "replicas: 4\n      rollout: { strategy: blue-green }"),
        ],
        "43 of 240 are refused",
    ),
    // 20 x 10 = 200 of 197.
    fault(
        "W1104",
        &[("replicas: 4", "autoscaling: { min: 4, max: 20, cpu: 70% }")],
        "20 pods of web x (10) = 200",
    ),
    // One pod of 3 cores per node, four pods, three nodes.
    fault(
        "E1105",
        &[(WEB_CPU, "cpu: { request: 3000m, limit: 3000m }")],
        "1 of 6 pods find no room",
    ),
    // Three web pods per node, nine of fourteen.
    fault(
        "W1106",
        &[("replicas: 4", "autoscaling: { min: 4, max: 14, cpu: 70% }")],
        "5 of 16 pods find no room",
    ),
    // Nine of ten, and three of the other.
    fault(
        "W1107",
        &[("replicas: 4", "replicas: 5\n      rollout: { strategy: blue-green }")],
        "1 of 13 pods find no room",
    ),
    fault(
        "E1108",
        &[(WEB_CPU, "cpu: { request: 5000m, limit: 5000m }")],
        "requests 5000m and 2048 MiB; a node leaves at most 3920m",
    ),
    fault(
        "E1109",
        &[(
            "heap_share: 60% }, ready_after: 20s",
            "heap_share: 60%, used: 3Gi }, ready_after: 20s",
        )],
        "use 3,072 MiB of at most 2,048 MiB",
    ),
    // 0.95 x 2,048 + 200 + 20 / 4 = 2,150.6.
    fault(
        "W1110",
        &[("heap_share: 60% }, ready_after: 20s", "heap_share: 95% }, ready_after: 20s")],
        "103 MiB more than the limit of 2,048 MiB",
    ),
    fault(
        "N1111",
        &[("heap_share: 60% }, ready_after: 20s", "heap_share: 25% }, ready_after: 20s")],
        "ends at 512 of 2,048 MiB",
    ),
    // 1,946 / 2,048 = 95 %, above 80 % plus a tenth.
    fault(
        "W1112",
        &[
            ("replicas: 4", "autoscaling: { min: 4, max: 6, cpu: 70%, memory: 80% }"),
            (
                "heap_share: 60% }, ready_after: 20s",
                "heap_share: 60%, used: 1946Mi }, ready_after: 20s",
            ),
        ],
        "6 pods at any load instead of 4",
    ),
    // 1,800 x 2 ms + 200 x 5 ms = 4.6 cores; 2,000 x 4 / 4.6.
    fault("E1120", &[("rate: 100/s", "rate: 2000/s")], "full at 1,739 requests/s"),
    // 1,500 x 2.3 ms.
    fault("W1121", &[("rate: 100/s", "rate: 1500/s")], "needs 3.45 cores"),
    // 4,000 x 3.1 ms; 4,000 x 8 / 12.4.
    fault("E1122", &[("rate: 100/s", "rate: 4000/s")], "full at 2,581 requests/s"),
    // 10 x 600; 100 x 5,000 / 6,000.
    fault(
        "E1123",
        &[("  databases:", "  units: { commit_ios: 600 }\n  databases:")],
        "full at 83.3 requests/s",
    ),
    // 10 x 50 = 500; 5.4 M / 400 = 13,500 s.
    fault(
        "W1124",
        &[
            ("  databases:", "  units: { commit_ios: 50 }\n  databases:"),
            ("type: disk", "type: slow"),
        ],
        "saved operations last 3.75 h",
    ),
    // 1,000 x 2.3 ms + 100 x 3 ms = 2.6 of 6 x 20 % = 1.2; 3 x 600 credit minutes / 1.4 = 21.4 h.
    fault(
        "W1125",
        &[("instance: big.4", "instance: burst.2"), ("rate: 100/s", "rate: 1000/s")],
        "full credits of 1,800 last 21.4 h",
    ),
    // (1,000 x 3.1 ms - 4 x 10 %) x 730.
    fault(
        "W1126",
        &[("class: db.big", "class: db.burst"), ("rate: 100/s", "rate: 1000/s")],
        "1,971 core-hours",
    ),
    // 50 ms at once if the first 40 ms end with a period; 40, a pause of 60 and 10 if they begin
    // with it.
    fault(
        "W1127",
        &[(WEB_CPU, "cpu: { request: 400m, limit: 400m }"), ("- cpu: 5ms", "- cpu: 50ms")],
        "gives 40 ms in each 100 ms: alone on its pod it takes 50 ms to 110 ms",
    ),
    // 90 x 503 ms + 10 x 4 ms.
    fault(
        "E1128",
        &[(SHOW, "query: { reads: 1, time: 3ms }, delay: 500ms")],
        "holds 45.3 connections of `main` of `web`; 4 pods have 40",
    ),
    // 10 x 110 ms.
    fault("E1129", &[("time: 0.1ms", "time: 110ms")], "1.10 s of commands a second"),
    // 10 x 150 ms.
    fault(
        "E1130",
        &[
            ("  topics:", "  locks: { door: {} }\n  topics:"),
            (
                "- publish: { topic: sold }",
                "- lock: { name: door, steps: [ delay: 150ms ] }\n          - publish: { topic: sold }",
            ),
        ],
        "holds `door` 1.50 s a second",
    ),
    // 90 x (2 + 3 + 100) ms + 10 x 10.1 ms; 100 x 4 / 9.551.
    fault(
        "E1131",
        &[("threads: 20", "threads: 1"), ("- cpu: 2ms", "- cpu: 2ms\n          - delay: 100ms")],
        "needs 9.55 threads of `web`, and has 4 (4 pods x 1): full at 41.9 requests/s",
    ),
    // 0.23 cores over 10 % of one: 2.3 pods; two of them use 11.5 % each, and 11 % would be within
    // the tolerance.
    fault(
        "W1132",
        &[("replicas: 4", "autoscaling: { min: 1, max: 2, cpu: 10% }")],
        "3 pods at 10 % of a request of 1 cores; the autoscaler may have 2: 2 pods stay, and use 11.5 %",
    ),
    // 2,000 x (2.3 + 0.3) ms = 5.2 of 4; 2,000 x 4 / 5.2.
    fault(
        "E1133",
        &[
            (WEB_CPU, "cpu: { request: 100m, limit: 4000m }"),
            ("memory: { request: 2Gi", "memory: { request: 1Gi"),
            ("min: 3, desired: 3, max: 3", "min: 1, desired: 1, max: 1"),
            ("rate: 100/s", "rate: 2000/s"),
        ],
        "`node main-1` needs 5.20 cores for 2,000 requests/s of mix day, and has 4: full at 1,538",
    ),
    // 10/s; 4 threads of 0.5 s handle 8/s.
    fault("E1140", &[("steps: [ cpu: 2ms ]", "steps: [ delay: 500ms ]")], "7,200 records an hour"),
    // 10 x 80 ms on one thread.
    fault(
        "W1141",
        &[("partitions: 4", "partitions: 1"), ("steps: [ cpu: 2ms ]", "steps: [ delay: 80ms ]")],
        "busy 80 %; its end is 12.5 records/s",
    ),
    // 2, 2, 1, 1.
    fault(
        "W1142",
        &[("partitions: 4", "partitions: 6")],
        "one thread has 2 of them, and the 4 do the work of 3",
    ),
    // 5 x 2 of 4.
    fault(
        "N1143",
        &[("replicas: 2", "autoscaling: { min: 2, max: 5, cpu: 70% }")],
        "6 of them are idle",
    ),
    fault(
        "W1144",
        &[(
            "    mail:\n",
            "      listeners:\n        sold: { topic: sold, group: mail, retries: 2, back_off: 200ms, steps: [ cpu: 1ms ] }\n    mail:\n",
        )],
        "its 4 partitions are divided",
    ),
    fault(
        "N1145",
        &[
            (
                "  databases:",
                "        seen: { topic: seen, group: mail, concurrency: 2, retries: 2, back_off: 200ms, steps: [ cpu: 1ms ] }\n  databases:",
            ),
            ("sold: { partitions: 4 }", "sold: { partitions: 4 }\n    seen: { partitions: 4 }"),
        ],
        "a rebalance stops 4 threads",
    ),
    // 10/s x 5 s.
    fault(
        "W1146",
        &[(
            SOLD,
            "concurrency: 2, auto_commit: true, retries: 2, back_off: 200ms, steps: [ cpu: 2ms ]",
        )],
        "loses up to 50 records",
    ),
    // 500 x 300 ms.
    fault(
        "W1147",
        &[(
            SOLD,
            "concurrency: 2, max_poll_interval: 60s, retries: 2, back_off: 200ms, steps: [ delay: 300ms ]",
        )],
        "2.50 min in all: after 60 s",
    ),
    // 2 x 2 s at 2.5 records/s per partition.
    fault(
        "N1148",
        &[("back_off: 200ms", "back_off: 2s")],
        "stands still for 4 s, and 10 records wait",
    ),
    fault("N1149", &[("back_off: 200ms", "back_off: 0s")], "3 times the work"),
    // 20 threads, each one more than it holds, plus one.
    fault(
        "W1201",
        &[(
            SHOW,
            "query: { reads: 1, time: 3ms }, transaction: { pool: main, hold: transaction, steps: [ query: { reads: 1, time: 1ms } ] }",
        )],
        "safe from 21 connections",
    ),
    fault(
        "W1202",
        &[(SHOW, "query: { reads: 1, time: 3ms }, call: { endpoint: mail.send, timeout: 1s }")],
        "10 slow answers at once",
    ),
    // 0.9 x 3 + 0.1 x (4 + 0.1 + 1), of which 0.1 x 1.1 after the transaction.
    fault(
        "N1203",
        &[("replicas: 4", "replicas: 4\n      open_in_view: true")],
        "for 3.21 ms without any queue, 0.11 ms of it outside",
    ),
    // 10 / 25 ms.
    fault(
        "N1204",
        &[(SHOW, "query: { reads: 1, time: 3ms }, cpu: 25ms")],
        "end at 400 of them a second",
    ),
    fault(
        "W1205",
        &[
            ("patience: 5s", "patience: 5s, retries: { attempts: 1 }"),
            ("replicas: 4", "replicas: 4\n      mesh: { retries: 1 }"),
            ("replicas: 2", "replicas: 2\n      mesh: { retries: 1 }"),
        ],
        "becomes 8 tries: 2 of the user x 4 of the mesh",
    ),
    fault(
        "W1206",
        &[("connection_timeout: 1s", "connection_timeout: 5s")],
        "waits 5 s for a connection",
    ),
    fault(
        "W1207",
        &[("replicas: 4", "replicas: 4\n      mesh: { timeout: 500ms }")],
        "up to 500 ms of each wait",
    ),
    fault("W1208", &[("mail.send, timeout: 1s", "mail.send")], "20 threads of a pod can hang"),
    fault(
        "W1209",
        &[(READY, "ready_after: 20s, probes: { warm: 60s }")],
        "40 s of each pod's life",
    ),
    // 5 + 2 x 5 = 15.
    fault(
        "W1210",
        &[(
            READY,
            "ready_after: 20s, probes: { liveness_after: 5s, liveness_period: 5s, liveness_failures: 3 }",
        )],
        "killed 5 s before",
    ),
    fault(
        "W1211",
        &[("replicas: 4", "replicas: 4\n      shutdown: { pre_stop: 10s, grace: 12s }")],
        "2 s are left after the pause; a request may take 5 s",
    ),
    fault("N1212", &[("replicas: 2", "replicas: 1")], "an outage of 10 s"),
    fault(
        "W1213",
        &[("replicas: 4", "replicas: 4\n      rollout: { strategy: recreate }")],
        "20 s without an answer",
    ),
    fault("N1214", &[("threads: 20", "threads: 60")], "50 of them may wait up to 1 s"),
    // Four pods of web with one connection each.
    fault(
        "W1215",
        &[("replicas: 2", "replicas: 8\n      balancer: sticky\n      keep_alive: { callers: 1 }")],
        "together keep 4 connections to it; it has 8 pods: 4 pods get no request",
    ),
    // 5 ms and 10.1 ms of work, and a user with a patience of 3 ms.
    fault(
        "W1216",
        &[("patience: 5s", "patience: 1ms")],
        "on the mean without any queue; its users wait 1 ms for it",
    ),
    fault("E1301", &[("dau: 2M", "dau: 50M")], "10,000,000 more than there are"),
    // 2,300 / 100; 5 s and (5 ms + 10.1 ms) / 2.
    fault(
        "W1302",
        &[(
            "mixes: { day: { requests: { web.show: 90, web.buy: 10 } } }",
            "mixes: { day: { journeys: { visit: 1 } } }\njourneys:\n  visit:\n    - { request: web.show, think: 5s }\n    - { request: web.buy, think: 5s }",
        )],
        "once in 23 s each; those of mix day once in 5.01 s",
    ),
    // 2,300 / (2 M / 86,400) = 99.4 s; 23.15/s x 1,000 s.
    fault(
        "W1303",
        &[("session: 100s", "session: 1000s")],
        "are visits of 99.4 s; they last 16.7 min: with such visits 23,148 are there",
    ),
    fault(
        "W1304",
        &[("requests_per_session: 4", "requests_per_session: 1")],
        "8,640,000 requests a day, 4.32 for each of 2,000,000 daily users; a visit has 1",
    ),
    fault(
        "W1305",
        &[("orders: 10/s", "orders: 100/s")],
        "and 10/s at the peak; stated are 100/s: 10 times apart",
    ),
    fault(
        "W1306",
        &[("26280k", "2628k")],
        "26,280,000 a month; 2,628,000 are stated: 10 times apart",
    ),
    fault(
        "W1307",
        &[("    events: 10/s", "    events: 30/s")],
        "are 3 an order; the system makes 1",
    ),
    fault(
        "W1308",
        &[("p99: 1s, events: 10/s", "p99: 1s, events: 40/s")],
        "40 events/s take 400 requests/s",
    ),
    // 20 / (0.5 s + 0.5 s).
    fault(
        "W1309",
        &[("virtual_users: 100", "virtual_users: 20")],
        "at most 20 requests/s with responses of 500 ms",
    ),
    // 2 x 2 and 2 x 3 threads on 4 partitions.
    planned(
        "W1310",
        &[TWO, (LAST, "  after: { events: 20/s }")],
        "services.mail.listeners.sold.concurrency, from: 2, to: 3",
        "from 10 to 20, 2 times: threads with a partition grow 1 times at most (4 → 4",
    ),
    planned(
        "W1311",
        &[TWO, (LAST, "  after: { rps: 150/s }")],
        "services.web.replicas, from: 4, to: 5",
        "pods grow from 6 to 7, the most of one service 1.25 times",
    ),
    fault(
        "W1312",
        &[("connections: 40", "connections: 10")],
        "10 connections are stated; the pools of all pods have 40",
    ),
    fault("E1313", &[("p99: 1s", "p99: 100ms")], "p99 is to be at most 100 ms, and p95 500 ms"),
    fault(
        "W1314",
        &[("p95: 500ms", "p95: 8ms")],
        "10 % of mix day take longer on the mean than the p95 of 8 ms",
    ),
    fault("W1315", &[("    rps: 100/s", "    rps: 3000/s")], "`web CPU` passes 1,739 at most"),
    fault("W1401", &[("cost: $667", "cost: $500")], "$500 a month are stated for what costs $667"),
    // 667 - 438.
    fault(
        "W1402",
        &[(
            "covers: [ node_groups, databases, caches, brokers, charges ]",
            "covers: [ node_groups ]",
        )],
        "all that has a price costs $667: left out: databases $83, caches $7.30, brokers $65.7, charges $73",
    ),
    // 0.2 x 730 = 146.
    planned(
        "W1403",
        &[
            TWO,
            (
                LAST,
                "  after: { cost: $700, covers: [ node_groups, databases, caches, brokers, charges ] }",
            ),
        ],
        "node_groups.main.desired, from: 3, to: 4",
        "$33 more a month are stated; by the price table it is $146",
    ),
    fault("N1404", &[("moon-1", "mars-1")], "6 parts have no price in mars-1"),
    fault("W1405", &[("  topics:", "    idle: { class: cache.one }\n  topics:")], "$7.30 a month"),
    // 1.4 cores x 730 x $0.05.
    fault(
        "N1406",
        &[("instance: big.4", "instance: burst.2"), ("rate: 100/s", "rate: 1000/s")],
        "$51.1 a month more for nodes",
    ),
    fault(
        "N1407",
        &[("max: 3", "max: 6, autoscaler: karpenter")],
        "$438 a month now, $876 at the most",
    ),
];

const SOUND: &str = "tests/fixtures/audit/tickets.yaml";

fn loaded(path: &Path) -> Loaded {
    let catalog = Some("tests/fixtures/audit/catalog".into());
    match load(path, &Options { catalog, ..Options { check_only: true, ..Options::default() } }) {
        Ok(loaded) => loaded,
        Err(problems) => panic!("{}", render(&problems, false)),
    }
}

fn spoiled(fault: &Fault, folder: &Path) -> Audit {
    let mut text = std::fs::read_to_string(SOUND).expect("the sound system");
    for (old, new) in fault.replaced {
        assert!(text.contains(old), "{}: `{old}` is not in the sound system", fault.code);
        text = text.replacen(old, new, 1);
    }
    if !fault.change.is_empty() {
        let plan = format!("plan: more\nchanges:\n  - {{ set: {} }}\n", fault.change);
        std::fs::create_dir_all(folder.join("plans")).expect("a folder");
        std::fs::write(folder.join("plans/more.yaml"), plan).expect("a plan");
    }
    let path = folder.join("tickets.yaml");
    std::fs::write(&path, text).expect("a scenario");
    audit(&loaded(&path))
}

/// Returns message and consequence.
fn said(finding: &Finding) -> String {
    let told = told(finding, Lang::En);
    format!("{}: {}", told.message, told.consequence)
}

#[test]
fn a_sound_system_trips_no_rule() {
    let found = audit(&loaded(Path::new(SOUND)));
    assert!(found.findings.is_empty(), "{:#?}", found.findings);
    assert!(!found.failed());
    let total = found.bills[0].total();
    assert!((total - 667.0).abs() < 1e-9, "{total}");
}

/// Each rule finds its fault at the right place, with the number computed by hand.
#[test]
fn each_rule_finds_its_fault() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut wrong = Vec::new();
    for fault in FAULTS {
        let found = spoiled(fault, folder.path());
        let own: Vec<String> = found
            .findings
            .iter()
            .filter(|finding| finding.code == fault.code)
            .map(|finding| {
                assert!(finding.line > 1 && !finding.file.is_empty(), "{finding:?}");
                said(finding)
            })
            .collect();
        if !own.iter().any(|text| text.contains(fault.said)) {
            wrong.push(format!("{}: `{}` is not in {own:#?}", fault.code, fault.said));
        }
        // Only findings on the last variant decide: here the only one, or the one with the plan.
        let last = &found.bills.last().expect("a variant").variant;
        let errors = found.findings.iter().any(|finding| {
            let concerned = finding.variants.is_empty() || finding.variants.contains(last);
            finding.severity == Severity::Error && concerned
        });
        assert_eq!(found.failed(), errors);
        assert!(errors || !fault.code.starts_with('E'), "{}", fault.code);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_fault() {
    for about in rules().map(Rule::about) {
        let faults = FAULTS.iter().filter(|fault| fault.code == about.code).count();
        assert_eq!(faults, 1, "{} {}", about.code, about.title);
    }
    assert_eq!(FAULTS.len(), rules().count());
}

#[test]
fn the_handbook_is_up_to_date() {
    let committed = std::fs::read_to_string("docs/rules.md").unwrap_or_default();
    assert!(committed == handbook(), "stale: run `plimsoll explain --write docs/rules.md`");
}

/// Requirements of SARIF 2.1.0 on a log: sections 3.13, 3.14, 3.27, 3.28, 3.30 and 3.49.
#[test]
fn sarif_has_the_structure_of_the_standard() {
    let folder = tempfile::tempdir().expect("a folder");
    let fault = FAULTS.iter().find(|fault| fault.code == "E1102").expect("the fault");
    let found = spoiled(fault, folder.path());
    let log = sarif(&[], Some(&found));
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().is_some_and(|text| text.ends_with("sarif-schema-2.1.0.json")));
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "plimsoll");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let mut ids: Vec<&str> = rules.iter().filter_map(|rule| rule["id"].as_str()).collect();
    assert_eq!(ids.len(), rules.len());
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), rules.len(), "an id is given twice");
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), found.findings.len());
    for (result, finding) in results.iter().zip(&found.findings) {
        assert!(ids.contains(&result["ruleId"].as_str().expect("a rule")));
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().expect("a level")));
        assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().expect("a place");
        assert!(!uri.contains(['\\', ' ']) && uri.ends_with("tickets.yaml"), "{uri}");
        assert_eq!(place["region"]["startLine"], finding.line);
        assert!(place["region"]["startColumn"].as_u64().is_some_and(|column| column > 0));
    }
}

fn check(more: &[&str]) -> (Option<i32>, serde_json::Value) {
    let mut arguments = vec!["check", "scenarios/c4ang/plan.yaml"];
    arguments.extend(more);
    let output =
        Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(arguments).output().expect("it starts");
    (output.status.code(), serde_json::from_slice(&output.stdout).expect("it is JSON"))
}

/// The plan that this project began with, judged by the same rules. Its numbers: 2 pools x 10
/// connections per pod; an autoscaler's maximum of 10 pods on a database of 112; t3.large at $0.104
/// per hour.
#[test]
fn the_contradictions_of_the_plan_are_found() {
    let (status, answer) = check(&["--json"]);
    let findings = answer["findings"].as_array().expect("findings");
    let said = |code: &str, text: &str| {
        let of = findings.iter().filter(|finding| finding["code"] == code);
        let texts: Vec<String> = of
            .map(|one| {
                let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
                format!("{}: {}", text("message"), text("consequence"))
            })
            .collect();
        assert!(
            texts.iter().any(|one| one.contains(text)),
            "{code}: `{text}` is not in {texts:#?}"
        );
    };
    said("W1001", "pods before and after: 2 order");
    said("W1002", "because platform-core");
    said("W1002", "the EKS module ignores desired_size");
    said("W1003", "3 is written already");
    said("W1004", "1 is written: the step is 1 → 3, not 2 → 3");
    said("W1005", "20 connections to one server");
    said("W1007", "no metrics server");
    said(
        "W1104",
        "10 pods of order x (10 + 10) = 200 connections of `order-db`, which accepts 112 (3 reserved)",
    );
    said("W1201", "`order.create-order`");
    said("W1306", "times apart");
    said("W1309", "100 virtual users make at most 333 requests/s");
    said(
        "W1310",
        "from 600 to 1,200, 2 times: threads with a partition grow 1.50 times at most (2 → 3",
    );
    said("W1401", "$210 a month are stated for what costs $228");
    said("W1403", "$60 more a month are stated; by the price table it is $75.9");
    assert_eq!(status, Some(i32::from(findings.iter().any(|one| one["severity"] == "error"))));
    assert!(answer["cost"].as_array().is_some_and(|cost| cost.len() == 4), "{}", answer["cost"]);
    let (_, log) = check(&["--sarif"]);
    assert_eq!(log["runs"][0]["results"].as_array().map(Vec::len), Some(findings.len()));
}
