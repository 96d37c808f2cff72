//! The input documents: scenario, system, plan, calibration and catalogue.

mod change;
mod claims;
mod kafka;
mod ladder;
pub(crate) mod mesh;
mod nodes;
pub(crate) mod operations;
mod parts;
mod plan;
mod size;
pub(crate) mod stated;
mod step;
mod theory;
mod timeline;
mod uncertain;

use serde_json::{Value as Json, json};

use super::decode::{Decode, Definitions, Map, Setting, Spanned, document, words};
use super::problem::{Problems, SourceSpan};
use super::time::Time;
use super::values::{
    Bytes, Cores, Count, Duration, Flag, Name, Number, Rate, Share, Text, Thousandths,
};
use super::yaml::{Node, Value};
use crate::model::spec::limits::USERS;

use self::operations::{BrokerGroups, ChargeDoc};
use self::stated::StatedDoc;

pub(crate) use self::change::{ApplyDoc, SetDoc};
pub(crate) use self::claims::{ClaimDoc, ClaimWord, RelationWord};
pub(crate) use self::kafka::{AckWord, AssignorWord, KafkaDoc, ListenerDoc, TopicDoc};
pub(crate) use self::ladder::{LadderDoc, ladder_up_to};
pub(crate) use self::mesh::{
    IndexDoc, InsertDoc, KeepAliveDoc, MeshDoc, OutlierDoc, RetryOnWord, ScanDoc,
};
pub(crate) use self::nodes::{
    AutoscalingDoc, CreditWord, FidelityDoc, NodeGroupDoc, NodeScalerWord, NodesWord, PodDoc,
    PodMemoryDoc, RequestsDoc, RolloutDoc, RolloutWord, ShutdownDoc,
};
pub(crate) use self::plan::{ChangeDoc, PlanDoc};
pub(crate) use self::size::SizeDoc;
pub(crate) use self::step::{
    AcksWord, BranchDoc, CacheStepDoc, CallDoc, HoldWord, KeyWord, PublishDoc, QueryDoc, RepeatDoc,
    Step, TransactionDoc,
};
pub(crate) use self::theory::{LawDoc, MeasureWord, TheoryDoc};
pub(crate) use self::timeline::{HappeningDoc, RetriesDoc, TimedDoc};
pub(crate) use self::uncertain::{GrowthDoc, UncertainDoc, growth, uncertainty};

pub(crate) use self::parts::{
    CatalogDoc, ClassItem, ConsumerItem, CurveItem, DatabaseItem, InstanceItem, PoolItem,
    PriceItem, RuntimeItem, StorageItem,
};

words! {
    /// Load-balancing policy of a service.
    enum BalancerWord {
        /// Each pod in turn.
        "round-robin" => RoundRobin,
        /// A pod drawn uniformly at random.
        "random" => Random,
        /// The pod with the fewest outstanding requests.
        "least-requests" => LeastRequests,
        /// The pod at the other end of the caller's connection; see `keep_alive`.
        "sticky" => Sticky,
    }

    /// View of settings that is simulated: written or effective.
    enum View {
        /// The value in the files.
        "written" => Written,
        /// The value that the running system uses.
        "effective" => Effective,
    }
}

document! {
    /// The system under study: services, databases, caches, Kafka topics and nodes.
    struct SystemDoc {
        /// Name of the system.
        system: Name,
        /// The system in one line.
        about: Option<Text>,
        /// Cloud region, for prices.
        region: Option<Name>,
        /// Calibrations: files `calibrations/<name>.yaml` beside this file; the first is the
        /// default.
        calibrations: Vec<Name>,
        /// Groups of identical nodes on which pods are placed; without any, each pod has a machine
        /// of its own.
        node_groups: Map<NodeGroupDoc>,
        /// Whether there is a metrics server; without it autoscalers do nothing; `true` by default.
        metrics_server: Option<Setting<Flag>>,
        /// Services, each a set of identical pods.
        services: Map<ServiceDoc>,
        /// Database servers.
        databases: Map<DatabaseDoc>,
        /// Cache servers.
        caches: Map<CacheDoc>,
        /// Kafka topics.
        topics: Map<TopicDoc>,
        /// Settings of the simulated Kafka cluster.
        kafka: Option<KafkaDoc>,
        /// Kafka brokers as they are billed; they are not simulated.
        brokers: BrokerGroups,
        /// Other items billed by the hour: control plane, NAT gateways, load balancers.
        charges: Map<ChargeDoc>,
        /// Mutexes shared by all pods.
        locks: Map<LockDoc>,
        /// Indexes: collections that grow by `insert` and are read by `scan`.
        indexes: Map<IndexDoc>,
        /// User journeys; a scenario may define its own.
        journeys: Map<Vec<VisitDoc>>,
        /// Named times; times of the same name in a calibration override them.
        times: Map<Time>,
        /// Unit costs; unit costs of a calibration override them.
        units: Option<UnitsDoc>,
    }

    /// A service.
    struct ServiceDoc {
        /// Runtime from the catalogue; without one, threads are unlimited.
        runtime: Option<Name>,
        /// Servlet threads per pod.
        threads: Option<Setting<Count<1, 1_000_000>>>,
        /// Most connections a pod accepts, those being served included.
        max_connections: Option<Setting<Count<1, 10_000_000>>>,
        /// Further connections that wait in the backlog.
        accept_count: Option<Setting<Count<0, 1_000_000>>>,
        /// Whether a request holds its database connection until the response is written
        /// (open-in-view).
        open_in_view: Option<Setting<Flag>>,
        /// The only node group on which its pods may run; any by default.
        node_group: Option<Setting<Name>>,
        /// Number of pods; has no effect where there is autoscaling.
        replicas: Option<Setting<Count<1, 10_000>>>,
        /// Horizontal autoscaler; the pods that run are its minimum.
        autoscaling: Option<AutoscalingDoc>,
        /// Resources of a pod.
        pod: Option<PodDoc>,
        /// Shutdown of a pod; by default it finishes its work, however long that takes.
        shutdown: Option<ShutdownDoc>,
        /// Rollout of new versions; `rolling` by 25 % by default.
        rollout: Option<RolloutDoc>,
        /// Load-balancing policy; `round-robin` by default.
        balancer: Option<Setting<BalancerWord>>,
        /// Keep-alive connections of its callers.
        keep_alive: Option<KeepAliveDoc>,
        /// Service mesh in front of the service; none by default.
        mesh: Option<MeshDoc>,
        /// Connection pools of each pod.
        pools: Map<PoolDoc>,
        /// HTTP endpoints, each a list of steps.
        endpoints: Map<Vec<Step>>,
        /// Kafka listeners.
        listeners: Map<ListenerDoc>,
    }

    /// A connection pool.
    struct PoolDoc {
        /// Connection pool of the catalogue that supplies the settings not given here.
        kind: Option<Name>,
        /// Database to which its connections lead.
        database: Name,
        /// Most connections; 10 by default.
        maximum: Option<Setting<Count<1, 100_000>>>,
        /// Idle connections that the pool tries to keep; `maximum` by default.
        minimum_idle: Option<Setting<Count<0, 100_000>>>,
        /// Longest wait for a connection; 30 s by default.
        connection_timeout: Option<Setting<Duration>>,
        /// Time after which an idle connection above `minimum_idle` is closed, 0s for never; 600 s
        /// by default.
        idle_timeout: Option<Setting<Duration>>,
        /// Pause between opening two connections; 30 ms by default.
        growth_pause: Option<Setting<Duration>>,
        /// Period of the task that trims and refills idle connections; 30 s by default.
        housekeeping: Option<Setting<Duration>>,
        /// Time for a waiting thread to wake up when a connection is returned, during which a
        /// newcomer may take the connection; 0s serves strictly in order; 90 µs by default.
        wake_up: Option<Setting<Duration>>,
        /// Share of cases in which a thread that goes straight on to a queued request reacquires
        /// the connection that it has just returned, ahead of the waiters; used where nothing says
        /// how long the thread is busy in between; 25% by default.
        take_back: Option<Setting<Share>>,
    }

    /// A database server.
    struct DatabaseDoc {
        /// Database class of the catalogue.
        class: Option<Setting<Name>>,
        /// Database engine. Informative.
        engine: Option<Name>,
        /// Storage.
        storage: Option<StorageDoc>,
        /// Most connections accepted, reserved ones included; by default the class's, else
        /// unlimited.
        max_connections: Option<Setting<Count<1, 1_000_000>>>,
        /// Connections reserved for administrators; 3 by default.
        reserved: Option<Setting<Count<0, 1000>>>,
        /// Storage operations per second; by default the burst rate of the storage, else unlimited.
        iops: Option<Setting<Number>>,
        /// Virtual CPUs; by default the class's, else 1.
        cpu: Option<Setting<Cores>>,
    }

    /// Storage of a database.
    struct StorageDoc {
        /// Storage type from the catalogue.
        r#type: Setting<Name>,
        /// Size.
        size: Setting<Bytes>,
    }

    /// A cache server.
    struct CacheDoc {
        /// Cache class of the catalogue. Informative.
        class: Option<Setting<Name>>,
        /// Shards of a cluster: servers with one command thread each, over which keys are spread by
        /// hash. An index is a single key and lies on one shard; 1 by default.
        shards: Option<Setting<Count<1, 500>>>,
        /// Replicas of each shard. They are billed but serve nothing: all commands go to the
        /// primary; 0 by default.
        replicas: Option<Setting<Count<0, 5>>>,
    }

    /// A mutex shared by all pods.
    struct LockDoc {}

    /// One request of a journey.
    struct VisitDoc {
        /// `service.endpoint`.
        request: Name,
        /// Think time before the request.
        think: Option<Time>,
        /// Number of times the request is made; 1 by default.
        times: Option<Count<1, 100>>,
        /// Probability that the request is made; 1 by default.
        probability: Option<Share>,
    }

    /// Unit costs; those absent are zero.
    struct UnitsDoc {
        /// Pod CPU per SQL statement.
        statement_application: Option<Time>,
        /// Database CPU per read.
        statement_read: Option<Time>,
        /// Database CPU per write.
        statement_write: Option<Time>,
        /// Network round trip per statement; only its mean is used.
        statement_round_trip: Option<Time>,
        /// Database CPU per commit.
        commit_database: Option<Time>,
        /// Storage operations per read.
        read_ios: Option<Number>,
        /// Storage operations per writing commit.
        commit_ios: Option<Number>,
        /// Time to open a connection; only its mean is used.
        connect: Option<Time>,
        /// Server time per cache command.
        cache_command: Option<Time>,
        /// Network round trip per cache command; only its mean is used.
        cache_round_trip: Option<Time>,
        /// Pod CPU per cache command.
        cache_application: Option<Time>,
        /// Pod CPU per published record.
        publish_application: Option<Time>,
        /// Network and broker time until the leader of a partition has a record.
        publish_leader: Option<Time>,
        /// Time from then until a follower has the record; with `acks: all` the slowest in-sync
        /// follower decides.
        publish_follower: Option<Time>,
        /// Pod CPU per consumed record, before the listener's steps.
        record_application: Option<Time>,
        /// Time from a record's arrival at the broker until an idle consumer has it; only its mean
        /// is used.
        fetch: Option<Time>,
        /// Broker round trip per offset commit; only its mean is used.
        commit_offset: Option<Time>,
        /// Network round trip of a call between services; only its mean is used.
        call_round_trip: Option<Time>,
    }
}

document! {
    /// Calibration: service times and unit costs of a system.
    struct CalibrationDoc {
        /// Name of the calibration, which is that of its file.
        calibration: Name,
        /// Source of the times, in a sentence.
        about: Option<Text>,
        /// Named times.
        times: Map<Time>,
        /// Unit costs.
        units: Option<UnitsDoc>,
    }

    /// A scenario: the load on a system, what happens to it, and the question asked.
    struct ScenarioDoc {
        /// Name of the scenario.
        scenario: Name,
        /// The question in a sentence.
        about: Option<Text>,
        /// Path of the system's file, relative to this file, or the system itself.
        system: SystemSource,
        /// Calibrations used; the first gives the answer. By default all of the system's.
        calibrations: Vec<Name>,
        /// Variants of the system.
        variants: Map<VariantDoc>,
        /// Mixes of requests or journeys.
        mixes: Map<MixDoc>,
        /// User journeys.
        journeys: Map<Vec<VisitDoc>>,
        /// Mixes used; the first gives the answer. By default all, in order.
        mix: Vec<Name>,
        /// Offered load.
        load: LoadDoc,
        /// Daily profile of the rate: a curve of the catalogue; `flat` by default.
        curve: Option<Name>,
        /// Targets (service-level objectives) that a load must meet.
        targets: Option<TargetsDoc>,
        /// Warm-up and measurement time at a steady load.
        window: Option<WindowDoc>,
        /// Replications at each load; 8 by default.
        replications: Option<Count<2, 10_000>>,
        /// Number of batches, for one long run at the load asked about in place of replications
        /// (method of batch means).
        batches: Option<Spanned<Count<10, 1_000>>>,
        /// Precision at which replications of the load asked about stop.
        precision: Option<PrecisionDoc>,
        /// Bounds and resolution of the search for the line, the largest sustainable load.
        search: Option<SearchDoc>,
        /// Upper end of the bottleneck ladder.
        ladder: Option<LadderDoc>,
        /// Uncertain inputs.
        uncertain: Option<UncertainDoc>,
        /// Growth in the number of users.
        growth: Option<GrowthDoc>,
        /// Settings that may be chosen when the system is sized.
        size: Option<SizeDoc>,
        /// A simulated day.
        day: Option<DayDoc>,
        /// Level of detail at which machines are simulated; everything by default.
        fidelity: Option<FidelityDoc>,
        /// Seed of all random draws; 1 by default.
        seed: Option<Count<0, 9_007_199_254_740_992>>,
        /// Numbers stated in the document under examination, by variant.
        stated: Map<StatedDoc>,
        /// Theoretical predictions for a scenario with one variant, mix and calibration.
        theory: Vec<TheoryDoc>,
        /// Claims of the planning document; each number gets a verdict.
        claims: Vec<ClaimDoc>,
        /// Whether to simulate the contribution of each edit of the plans to the line; `false` by
        /// default.
        contributions: Option<Flag>,
    }

    /// A variant of the system.
    struct VariantDoc {
        /// Description of the variant in a sentence.
        about: Option<Text>,
        /// View of settings that is simulated: written or effective; `effective` by default.
        view: Option<View>,
        /// Plans whose author's beliefs are taken as true.
        believes: Vec<Name>,
        /// Plans that are carried out, in order.
        plans: Vec<Name>,
    }

    /// A mix: relative weights of requests, or of journeys.
    struct MixDoc {
        /// Weights of requests by `service.endpoint`.
        requests: Map<Number>,
        /// Weights of users by journey.
        journeys: Map<Number>,
    }

    /// Offered load: exactly one of `rate`, `users`, `virtual_users` and `records`.
    struct LoadDoc {
        /// Requests per second at the peak (open loop).
        rate: Option<Rate>,
        /// Number of users, from which the rate at the peak follows (open loop).
        users: Option<UsersDoc>,
        /// A fixed number of users, each of whom repeats journeys without end (closed loop).
        virtual_users: Option<VirtualUsersDoc>,
        /// Records that come from outside, straight into topics.
        records: Vec<RecordsDoc>,
        /// Whether arrivals are evenly spaced; random by default.
        regular: Option<Flag>,
        /// Time after which a response counts as an error.
        patience: Option<Duration>,
        /// Retries by users whose request fails or is not answered within `patience`; by default
        /// they give up.
        retries: Option<RetriesDoc>,
    }

    /// Users: the rate at the peak is mau x daily x concurrent x calls.
    struct UsersDoc {
        /// Monthly active users.
        mau: Count<1, 1_000_000_000_000>,
        /// Share of the monthly users who come on a day.
        daily: Share,
        /// Share of the daily users who are active at the peak.
        concurrent: Share,
        /// Requests per second of one active user.
        calls: Rate,
    }

    /// A fixed number of virtual users (closed loop).
    struct VirtualUsersDoc {
        /// Number of virtual users.
        users: Count<1, USERS>,
        /// Think time between journeys.
        think: Option<Time>,
        /// Pause after a refused connection before the next attempt; 1 s by default: a full backlog
        /// drops the SYN, and the kernel retransmits it after a second.
        reconnect: Option<Duration>,
    }

    /// Records that come from outside.
    struct RecordsDoc {
        /// Topic.
        topic: Name,
        /// Records per second at the peak.
        rate: Rate,
    }

    /// Targets (service-level objectives) that a load must meet.
    struct TargetsDoc {
        /// Mean response time.
        mean: Option<Duration>,
        /// Median response time.
        p50: Option<Duration>,
        /// 95th percentile of the response time.
        p95: Option<Duration>,
        /// 99th percentile of the response time.
        p99: Option<Duration>,
        /// 99th percentile of the wait for a thread, a connection or a consumer, wherever it is
        /// longest.
        p99_wait: Option<Duration>,
        /// Share of requests that fail. With this target, response times are those of successful
        /// responses; without it, a request without a successful response counts as slower than
        /// every limit.
        errors: Option<Share>,
        /// Largest consumer lag of a listener, in records.
        lag: Option<Count<0, 1_000_000_000_000>>,
        /// Wanted throughput in events per second; reported, but not a condition.
        events: Option<Rate>,
    }

    /// Warm-up and measurement time at a steady load.
    struct WindowDoc {
        /// Warm-up time, which is discarded; by default found from pilot runs, for each variant and
        /// load.
        warm_up: Option<Duration>,
        /// Measurement time, extended near a line whose queues settle slowly; 60 s by default.
        measure: Option<Duration>,
        /// Time that the run goes on under load afterwards, until every request that arrived while
        /// measuring has ended; one that has not ended by then counts with its age; by default as
        /// long as `measure`, and at least 2 min.
        follow: Option<Duration>,
    }

    /// When to stop adding replications of the load asked about: once p99 and goodput are known
    /// this precisely.
    struct PrecisionDoc {
        /// Half-width of the 95 % confidence interval relative to its centre; 5 % by default.
        half_width: Option<Share>,
        /// Largest number of replications; four times those of the scenario by default.
        most_replications: Option<Count<2, 10_000>>,
    }

    /// Bounds and resolution of the search for the line, the largest sustainable load.
    struct SearchDoc {
        /// Largest load tried. If it lies below the load asked about, the search goes up to at
        /// least one and a half times that load; by default 16 times the load asked about, else
        /// 20,000/s.
        highest: Option<Spanned<Rate>>,
        /// Width of the answer relative to its upper end, from 0.1 % to 20 %; 2 % by default.
        resolution: Option<Thousandths<1, 200>>,
        /// Replications during the search; those of the scenario by default.
        replications: Option<Count<2, 10_000>>,
    }

    /// A simulated day.
    struct DayDoc {
        /// Length of a time bin; by default the longest of 1, 5, 10, 15 and 30 s and 1, 2, 5 and 10
        /// min that fits 24 times into the horizon.
        bin: Option<Duration>,
        /// Simulated time from midnight; 24 h by default.
        horizon: Option<Duration>,
        /// Replications of the day; 1 by default.
        replications: Option<Count<1, 10_000>>,
        /// Factor from 1 to 100 by which the day is shortened, at unchanged rates. A lasting
        /// backlog is scaled back; 1 by default.
        compress: Option<Spanned<Number>>,
        /// Variants whose day is simulated; all by default.
        variants: Vec<Name>,
        /// Events of the day, apart from the users' load.
        timeline: Vec<TimedDoc>,
    }
}

/// Source of a system: a file of its own, or the scenario itself.
#[derive(Clone, Debug)]
pub(crate) enum SystemSource {
    /// Path as written.
    File(String, SourceSpan),
    /// Syntax tree of the system, which plans may patch before it is decoded.
    Inline(Node),
}

impl Decode for SystemSource {
    fn decode(node: &Node, problems: &mut Problems) -> Option<SystemSource> {
        if let Value::Map(_) = node.value {
            return Some(SystemSource::Inline(node.clone()));
        }
        Text::decode(node, problems).map(|path| SystemSource::File(path.0, node.span))
    }

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "anyOf": [{ "type": "string" }, SystemDoc::schema(definitions)] })
    }
}
