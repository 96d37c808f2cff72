//! Axes of growth: each writes the scenario of a given size. Its window is a second without a
//! warm-up; the bench runs multiples of it, mostly far more than one.

/// An axis of growth.
pub(crate) struct Axis {
    pub(crate) name: &'static str,
    /// Name in the chart.
    pub(crate) about: &'static str,
    pub(crate) sizes: &'static [u32],
    /// Returns the scenario of a size, as YAML.
    pub(crate) scenario: fn(u32) -> String,
    /// Approximate events per simulated second of a size.
    pub(crate) events_per_s: fn(u32) -> f64,
    /// Requests or records completed per simulated second, by theory.
    pub(crate) completions_per_s: fn(u32) -> f64,
}

/// All axes.
pub(crate) const AXES: [Axis; 6] = [
    Axis {
        name: "pods",
        about: "pods, 50 requests/s each",
        sizes: &[10, 30, 100, 300, 1_000],
        scenario: pods,
        events_per_s: |pods| 150.0 * f64::from(pods),
        completions_per_s: |pods| 50.0 * f64::from(pods),
    },
    Axis {
        name: "pods-same-load",
        about: "pods, 1,000 requests/s together",
        sizes: &[10, 30, 100, 300, 1_000],
        scenario: pods_same_load,
        events_per_s: |_| 3_000.0,
        completions_per_s: |_| 1_000.0,
    },
    Axis {
        name: "partitions",
        about: "partitions, a consumer thread each",
        sizes: &[10, 100, 1_000, 10_000],
        scenario: |partitions| records(partitions, partitions),
        events_per_s: |partitions| 3.0 * 60.0 * f64::from(partitions),
        completions_per_s: |partitions| 60.0 * f64::from(partitions),
    },
    Axis {
        name: "partitions-10-threads",
        about: "partitions of 10 consumer threads",
        sizes: &[10, 100, 1_000, 10_000],
        scenario: |partitions| records(partitions, 10),
        events_per_s: |_| 1_800.0,
        completions_per_s: |_| 600.0,
    },
    Axis {
        name: "in-flight",
        about: "requests in flight",
        sizes: &[1, 10, 100, 1_000, 10_000, 100_000, 1_000_000],
        scenario: in_flight,
        events_per_s: |users| 2.0 * f64::from(users),
        completions_per_s: |users| f64::from(users),
    },
    Axis {
        name: "load",
        about: "load of W2, per mille of its cores",
        sizes: &[10, 30, 100, 300, 600, 800, 900, 950],
        scenario: load,
        events_per_s: |share| 3.0 * 2.8 * f64::from(share),
        completions_per_s: |share| 2.8 * f64::from(share),
    },
];

/// Basis of every number of this file.
const BASIS: &str = "basis: assumed, source: \"chosen for the benchmark\"";
/// A window of a second, run once.
const END: &str = "window: { warm_up: 0s, measure: 1s }\nreplications: 2\nseed: 1\n";

/// A service of `pods` pods with an endpoint of 4 ms of CPU and 20 ms elsewhere.
fn service(pods: u32, rate: u32) -> String {
    format!(
        "scenario: growth\nsystem:\n  system: growth\n  services:\n    web:\n      replicas: {pods}\n      \
         pod: {{ cpu: {{ request: 1000m, limit: 1000m }} }}\n      endpoints:\n        get:\n          \
         - cpu: {{ mean: 4ms, cv: 1, {BASIS} }}\n          - delay: {{ mean: 20ms, cv: 1, {BASIS} }}\n\
         mixes: {{ only: {{ requests: {{ web.get: 1 }} }} }}\nload: {{ rate: {rate}/s }}\n{END}"
    )
}

/// Load proportional to the pods.
fn pods(pods: u32) -> String {
    service(pods, 50 * pods)
}

/// Constant load.
fn pods_same_load(pods: u32) -> String {
    service(pods, 1_000)
}

/// A topic of `partitions` partitions, read by `threads` threads at 60 % utilisation.
fn records(partitions: u32, threads: u32) -> String {
    let rate = 60 * threads;
    // At most a thousand threads per pod.
    let pods = threads.div_ceil(1_000);
    let concurrency = threads.div_ceil(pods);
    format!(
        "scenario: growth\nsystem:\n  system: growth\n  services:\n    reader:\n      replicas: {pods}\n      \
         listeners:\n        all: {{ kind: spring-kafka-3.2, topic: t, group: g, concurrency: {concurrency}, \
         ack: record, steps: [ delay: {{ exponential: 10ms, {BASIS} }} ] }}\n  topics: {{ t: {{ \
         partitions: {partitions} }} }}\nload: {{ records: [ {{ topic: t, rate: {rate}/s }} ] }}\n{END}"
    )
}

/// `users` users without think time, for a request that takes a second.
fn in_flight(users: u32) -> String {
    format!(
        "scenario: growth\nsystem:\n  system: growth\n  services:\n    web:\n      replicas: 1\n      threads: 1M\n      \
         max_connections: 1M\n      endpoints:\n        get: [ delay: {{ exponential: 1s, {BASIS} }} ]\n\
         mixes: {{ only: {{ requests: {{ web.get: 1 }} }} }}\nload: {{ virtual_users: {{ users: {users} }} }}\n{END}"
    )
}

/// W2 at a share of the capacity of its cores (2,800 requests/s), in per mille.
fn load(share: u32) -> String {
    let rate = 2.8 * f64::from(share);
    format!(
        "scenario: growth\nsystem:\n  system: growth\n  services:\n    web:\n      threads: 200\n      max_connections: \
         1M\n      replicas: 7\n      balancer: round-robin\n      pools:\n        cores: {{ kind: hikaricp-5.1, \
         database: store, maximum: 2, minimum_idle: 2, wake_up: 0 }}\n        master: {{ kind: hikaricp-5.1, database: \
         store, maximum: 15, minimum_idle: 15, wake_up: 0 }}\n      endpoints:\n        get:\n          - transaction: {{ pool: \
         cores, hold: transaction, read_only: true, steps: [ delay: {{ mean: 5ms, cv: 1, {BASIS} }} ] }}\n          \
         - transaction: {{ pool: master, hold: transaction, read_only: true, steps: [ delay: {{ mean: \
         8ms, cv: 1, {BASIS} }} ] }}\n  databases: {{ store: {{ cpu: 64, max_connections: 500 }} }}\n\
         mixes: {{ only: {{ requests: {{ web.get: 1 }} }} }}\nload: {{ rate: {rate}/s }}\n{END}"
    )
}
