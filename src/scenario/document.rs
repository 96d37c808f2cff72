//! The documents that people write: scenario, system, plan, calibration, catalogue.

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
mod theory;
mod timeline;
mod uncertain;

use serde_json::{Value as Json, json};

use super::decode::{Decode, Definitions, Map, Setting, Spanned, choice, document, words};
use super::problem::{Problems, SourceSpan};
use super::time::Time;
use super::values::{
    Bytes, Cores, Count, Duration, Flag, Name, Number, Rate, Share, Text, Thousandths,
};
use super::yaml::{Node, Value};
use crate::model::spec::limits::{COMMANDS, USERS};

use self::operations::{BrokerGroups, ChargeDoc};
use self::stated::StatedDoc;

pub(crate) use self::change::{ApplyDoc, SetDoc};
pub(crate) use self::claims::{ClaimDoc, ClaimWord, RelationWord};
pub(crate) use self::kafka::{AcksWord, AssignorWord, KafkaDoc, ListenerDoc, PublishDoc, TopicDoc};
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
pub(crate) use self::theory::{LawDoc, MeasureWord, TheoryDoc};
pub(crate) use self::timeline::{HappeningDoc, RetriesDoc, TimedDoc};
pub(crate) use self::uncertain::{GrowthDoc, UncertainDoc, growth, uncertainty};

pub(crate) use self::parts::{
    CatalogDoc, ClassItem, ConsumerItem, CurveItem, DatabaseItem, InstanceItem, PoolItem,
    PriceItem, RuntimeItem, StorageItem,
};

words! {
    /// How requests are spread over pods.
    enum BalancerWord {
        /// In turn.
        "round-robin" => RoundRobin,
        /// Each equally likely.
        "random" => Random,
        /// The pod with the fewest requests.
        "least-requests" => LeastRequests,
        /// The pod that the caller's connection leads to; see `keep_alive`.
        "sticky" => Sticky,
    }

    /// When offsets are committed.
    enum AckWord {
        /// After each record.
        "record" => Record,
        /// Once per poll.
        "batch" => Batch,
    }

    /// How long a connection is kept.
    enum HoldWord {
        /// Until the response is written.
        "request" => Request,
        /// Until the transaction ends.
        "transaction" => Transaction,
    }

    /// What decides a record's partition.
    enum KeyWord {
        /// The flow: all records of one order share a partition number.
        "flow" => Flow,
        /// Nothing: any partition.
        "none" => None,
    }

    /// Which values of settings count.
    enum View {
        /// What the files say.
        "written" => Written,
        /// What the running system uses.
        "effective" => Effective,
    }
}

document! {
    /// A system: what runs.
    struct SystemDoc {
        /// Name of the system.
        system: Name,
        /// The system in one line.
        about: Option<Text>,
        /// Cloud region, for prices.
        region: Option<Name>,
        /// Names of the files `calibrations/<name>.yaml` beside this file; the first is the default.
        calibrations: Vec<Name>,
        /// Groups of equal nodes, on which pods are placed; without any, each pod has a machine of its own.
        node_groups: Map<NodeGroupDoc>,
        /// Whether there is a metrics server; without one autoscalers stand still. `true` by default.
        metrics_server: Option<Setting<Flag>>,
        /// Services, each a set of equal pods.
        services: Map<ServiceDoc>,
        /// Database servers.
        databases: Map<DatabaseDoc>,
        /// Cache servers.
        caches: Map<CacheDoc>,
        /// Kafka topics.
        topics: Map<TopicDoc>,
        /// Kafka's brokers.
        kafka: Option<KafkaDoc>,
        /// Kafka brokers; nothing is simulated of them.
        brokers: BrokerGroups,
        /// What is billed besides: control plane, NAT gateways, load balancers.
        charges: Map<ChargeDoc>,
        /// Mutual exclusions shared by all pods.
        locks: Map<LockDoc>,
        /// What grows with what is put into it.
        indexes: Map<IndexDoc>,
        /// What users do; a scenario may have journeys of its own.
        journeys: Map<Vec<VisitDoc>>,
        /// Named times; a calibration's times of the same name override them.
        times: Map<Time>,
        /// Unit costs; those of a calibration override them.
        units: Option<UnitsDoc>,
    }

    /// A service.
    struct ServiceDoc {
        /// Runtime of the catalogue; without one, threads are unlimited.
        runtime: Option<Name>,
        /// Servlet threads of a pod.
        threads: Option<Setting<Count<1, 1_000_000>>>,
        /// Connections accepted by a pod, those in work included.
        max_connections: Option<Setting<Count<1, 10_000_000>>>,
        /// Connections in the backlog beyond those.
        accept_count: Option<Setting<Count<0, 1_000_000>>>,
        /// Whether a database connection is held to the end of the response.
        open_in_view: Option<Setting<Flag>>,
        /// The only group of nodes on which its pods may run; any by default.
        node_group: Option<Setting<Name>>,
        /// Pods; dead where there is autoscaling.
        replicas: Option<Setting<Count<1, 10_000>>>,
        /// Horizontal autoscaler; the pods that run are its minimum.
        autoscaling: Option<AutoscalingDoc>,
        /// Resources of a pod.
        pod: Option<PodDoc>,
        /// How a pod ends; by default it finishes its work, however long that takes.
        shutdown: Option<ShutdownDoc>,
        /// How a new version replaces the old one; `rolling` by 25 % by default.
        rollout: Option<RolloutDoc>,
        /// How requests are spread over pods; `round-robin` by default.
        balancer: Option<Setting<BalancerWord>>,
        /// Connections that callers keep between requests.
        keep_alive: Option<KeepAliveDoc>,
        /// Service mesh before it; none by default.
        mesh: Option<MeshDoc>,
        /// Connection pools that each pod has of its own.
        pools: Map<PoolDoc>,
        /// HTTP endpoints, each a list of steps.
        endpoints: Map<Vec<Step>>,
        /// Kafka listeners.
        listeners: Map<ListenerDoc>,
    }

    /// A connection pool.
    struct PoolDoc {
        /// Pool of the catalogue, for what is not given here.
        kind: Option<Name>,
        /// Database that its connections reach.
        database: Name,
        /// Most connections; 10 by default.
        maximum: Option<Setting<Count<1, 100_000>>>,
        /// Idle connections that it tries to keep; `maximum` by default.
        minimum_idle: Option<Setting<Count<0, 100_000>>>,
        /// Longest wait for a connection; 30 s by default.
        connection_timeout: Option<Setting<Duration>>,
        /// Time after which a superfluous idle connection is closed; 0s: never; 600 s by default.
        idle_timeout: Option<Setting<Duration>>,
        /// Pause between opening two connections; 30 ms by default.
        growth_pause: Option<Setting<Duration>>,
        /// Period in which idle connections are trimmed and refilled; 30 s by default.
        housekeeping: Option<Setting<Duration>>,
        /// Time in which a waiting thread wakes up for a connection that came back; who asks in the
        /// meantime has it; 0s: strictly in order; 90 µs by default.
        wake_up: Option<Setting<Duration>>,
        /// How often a thread that goes straight on to a queued request takes back the connection that it
        /// has just returned, although others wait, where nothing says how long it is busy in between;
        /// 25% by default.
        take_back: Option<Setting<Share>>,
    }

    /// A database server.
    struct DatabaseDoc {
        /// Database class of the catalogue.
        class: Option<Setting<Name>>,
        /// Engine. Informative.
        engine: Option<Name>,
        /// Storage.
        storage: Option<StorageDoc>,
        /// Connections accepted, those reserved included; by default the class's, else unlimited.
        max_connections: Option<Setting<Count<1, 1_000_000>>>,
        /// Connections of those that only administrators get; 3 by default.
        reserved: Option<Setting<Count<0, 1000>>>,
        /// Storage operations a second; by default what the storage bursts to, else unlimited.
        iops: Option<Setting<Number>>,
        /// Virtual CPUs; by default the class's, else 1.
        cpu: Option<Setting<Cores>>,
    }

    /// Storage of a database.
    struct StorageDoc {
        /// Storage type of the catalogue.
        r#type: Setting<Name>,
        /// Size.
        size: Setting<Bytes>,
    }

    /// A cache server.
    struct CacheDoc {
        /// Cache class of the catalogue. Informative.
        class: Option<Setting<Name>>,
        /// Shards of a cluster: servers with one command thread each, over which keys are spread by their
        /// hash; 1 by default. An index is one key, so all of it lies on one shard.
        shards: Option<Setting<Count<1, 500>>>,
        /// Copies of each shard; 0 by default. They are billed and stand by: commands go to the primary.
        replicas: Option<Setting<Count<0, 5>>>,
    }

    /// A mutual exclusion shared by all pods.
    struct LockDoc {}

    /// One request of a journey.
    struct VisitDoc {
        /// `service.endpoint`.
        request: Name,
        /// Time that the user takes before it.
        think: Option<Time>,
        /// How often it is made; 1 by default.
        times: Option<Count<1, 100>>,
        /// Probability that it is made; 1 by default.
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
        /// Network per statement; its mean counts.
        statement_round_trip: Option<Time>,
        /// Database CPU of a commit.
        commit_database: Option<Time>,
        /// Storage operations per read.
        read_ios: Option<Number>,
        /// Storage operations per writing commit.
        commit_ios: Option<Number>,
        /// Opening a connection; its mean counts.
        connect: Option<Time>,
        /// Server time of a cache command.
        cache_command: Option<Time>,
        /// Network per cache command; its mean counts.
        cache_round_trip: Option<Time>,
        /// Pod CPU per cache command.
        cache_application: Option<Time>,
        /// Pod CPU per published record.
        publish_application: Option<Time>,
        /// Network and broker until the leader of a partition has a record.
        publish_leader: Option<Time>,
        /// From then until one follower has it; with `acks: all` the slowest in sync counts.
        publish_follower: Option<Time>,
        /// Pod CPU per consumed record, before its steps.
        record_application: Option<Time>,
        /// From a record's arrival on the broker to an idle consumer having it; its mean counts.
        fetch: Option<Time>,
        /// Broker round trip of an offset commit; its mean counts.
        commit_offset: Option<Time>,
        /// Network of a call between services; its mean counts.
        call_round_trip: Option<Time>,
    }
}

choice! {
    /// One step of an endpoint or listener.
    enum Step {
        /// Compute on the pod.
        "cpu" => Cpu(Time),
        /// Wait for something outside that has no queue.
        "delay" => Delay(Time),
        /// Do some steps in a database transaction.
        "transaction" => Transaction(TransactionDoc),
        /// SQL statements, in a transaction.
        "query" => Query(QueryDoc),
        /// Commands to a cache.
        "cache" => Cache(CacheStepDoc),
        /// Append a record to a topic.
        "publish" => Publish(PublishDoc),
        /// Call an endpoint and wait for its answer.
        "call" => Call(CallDoc),
        /// Have an endpoint called later, without waiting.
        "send" => Send(SendDoc),
        /// Do one of some branches, or nothing.
        "choose" => Choose(Spanned<Vec<BranchDoc>>),
        /// Do some steps several times.
        "repeat" => Repeat(RepeatDoc),
        /// Do some steps holding a lock.
        "lock" => Lock(LockStepDoc),
        /// Put entries into an index.
        "insert" => Insert(InsertDoc),
        /// Work on every entry of an index.
        "scan" => Scan(ScanDoc),
    }
}

document! {
    /// A database transaction.
    struct TransactionDoc {
        /// Pool of this service.
        pool: Name,
        /// How long its connection is kept; `request` in an endpoint under open-in-view, otherwise, and
        /// in a nested transaction, `transaction`.
        hold: Option<HoldWord>,
        /// Whether its commit writes nothing.
        read_only: Option<Flag>,
        /// What is done inside.
        steps: Vec<Step>,
    }

    /// SQL statements.
    struct QueryDoc {
        /// Statements that read.
        reads: Option<Count<0, 10_000>>,
        /// Statements that write.
        writes: Option<Count<0, 10_000>>,
        /// CPU on the database for all of it, instead of the unit costs.
        time: Option<Time>,
    }

    /// Commands to a cache.
    struct CacheStepDoc {
        /// Cache.
        server: Name,
        /// Commands; 1 by default.
        operations: Option<Count<1, COMMANDS>>,
        /// Server time of one command, instead of the unit cost.
        time: Option<Time>,
        /// Share of hits; on a miss, `miss` is done.
        hit: Option<Share>,
        /// What is done on a miss.
        miss: Vec<Step>,
    }

    /// A synchronous call.
    struct CallDoc {
        /// `service.endpoint`.
        endpoint: Name,
        /// Longest wait; none by default.
        timeout: Option<Setting<Duration>>,
    }

    /// A call made later.
    struct SendDoc {
        /// `service.endpoint`.
        endpoint: Name,
        /// Time until then; at once by default.
        after: Option<Time>,
    }

    /// A branch.
    struct BranchDoc {
        /// Probability that it is taken.
        probability: Share,
        /// What is done.
        steps: Vec<Step>,
    }

    /// A loop.
    struct RepeatDoc {
        /// How often.
        times: Count<1, 1000>,
        /// What is done.
        steps: Vec<Step>,
    }

    /// Steps under a lock.
    struct LockStepDoc {
        /// Lock.
        name: Name,
        /// What is done while it is held.
        steps: Vec<Step>,
    }

    /// Service times of a system.
    struct CalibrationDoc {
        /// Name: that of the file.
        calibration: Name,
        /// Where these times come from, in a sentence.
        about: Option<Text>,
        /// Named times.
        times: Map<Time>,
        /// Unit costs.
        units: Option<UnitsDoc>,
    }

    /// A scenario: what happens to a system and what is asked.
    struct ScenarioDoc {
        /// Name of the scenario.
        scenario: Name,
        /// The question in a sentence.
        about: Option<Text>,
        /// Path of the system's file, relative to this file, or the system itself.
        system: SystemSource,
        /// Calibrations; the first is the answer's. By default all of the system's.
        calibrations: Vec<Name>,
        /// Variants of the system.
        variants: Map<VariantDoc>,
        /// Mixes of requests or journeys.
        mixes: Map<MixDoc>,
        /// What users do.
        journeys: Map<Vec<VisitDoc>>,
        /// Mixes used; the first is the answer's. By default all, in order.
        mix: Vec<Name>,
        /// The load.
        load: LoadDoc,
        /// Rate by time of day: a curve of the catalogue; `flat` by default.
        curve: Option<Name>,
        /// Conditions that a load must meet.
        targets: Option<TargetsDoc>,
        /// How long a steady load is run.
        window: Option<WindowDoc>,
        /// Replications of a point; 8 by default.
        replications: Option<Count<2, 10_000>>,
        /// Run the load asked about once instead, and cut the window into so many batches.
        batches: Option<Spanned<Count<10, 1_000>>>,
        /// When to run more replications of the load asked about.
        precision: Option<PrecisionDoc>,
        /// Where to look for the line.
        search: Option<SearchDoc>,
        /// How far a ladder goes.
        ladder: Option<LadderDoc>,
        /// What is not known exactly.
        uncertain: Option<UncertainDoc>,
        /// How users become more.
        growth: Option<GrowthDoc>,
        /// What may be chosen when the system is sized.
        size: Option<SizeDoc>,
        /// Run a day.
        day: Option<DayDoc>,
        /// What of the machines is simulated; everything by default.
        fidelity: Option<FidelityDoc>,
        /// Seed of all draws; 1 by default.
        seed: Option<Count<0, 9_007_199_254_740_992>>,
        /// What the document under examination says, by variant.
        stated: Map<StatedDoc>,
        /// What theory expects of it; for a scenario with one variant, mix and calibration.
        theory: Vec<TheoryDoc>,
        /// What the planning document claims; each number gets a verdict.
        claims: Vec<ClaimDoc>,
        /// Whether to simulate what each edit of the plans contributes to the line; `false` by default.
        contributions: Option<Flag>,
    }

    /// A variant of the system.
    struct VariantDoc {
        /// What it is, in a sentence.
        about: Option<Text>,
        /// Which values of settings count; `effective` by default.
        view: Option<View>,
        /// Plans whose author's beliefs are taken for true.
        believes: Vec<Name>,
        /// Plans that are carried out, in order.
        plans: Vec<Name>,
    }

    /// A mix: weights of requests, or of journeys.
    struct MixDoc {
        /// Relative numbers of requests by `service.endpoint`.
        requests: Map<Number>,
        /// Relative numbers of users by journey.
        journeys: Map<Number>,
    }

    /// The load: exactly one of `rate`, `users`, `virtual_users`, `records`.
    struct LoadDoc {
        /// Requests per second at the peak.
        rate: Option<Rate>,
        /// Users; from their number follows the rate at the peak.
        users: Option<UsersDoc>,
        /// A fixed number of users, each on and on.
        virtual_users: Option<VirtualUsersDoc>,
        /// Records from outside, straight into topics.
        records: Vec<RecordsDoc>,
        /// Whether arrivals are evenly spaced; random by default.
        regular: Option<Flag>,
        /// A response later than this is an error.
        patience: Option<Duration>,
        /// What users do whose request fails, or is not answered within their patience; by default they
        /// give up.
        retries: Option<RetriesDoc>,
    }

    /// Users: the rate at the peak is mau x daily x concurrent x calls.
    struct UsersDoc {
        /// Monthly active users.
        mau: Count<1, 1_000_000_000_000>,
        /// Share of them that comes on a day.
        daily: Share,
        /// Share of those that is there at the peak.
        concurrent: Share,
        /// Requests of one of those, per second.
        calls: Rate,
    }

    /// Virtual users.
    struct VirtualUsersDoc {
        /// Number.
        users: Count<1, USERS>,
        /// Pause between journeys.
        think: Option<Time>,
        /// Pause of a user who was refused, before a new connection; 1 s by default: a full backlog drops
        /// what asks for one, and the kernel asks again after a second.
        reconnect: Option<Duration>,
    }

    /// Records from outside.
    struct RecordsDoc {
        /// Topic.
        topic: Name,
        /// Records per second at the peak.
        rate: Rate,
    }

    /// Conditions that a load must meet.
    struct TargetsDoc {
        /// Mean response time.
        mean: Option<Duration>,
        /// Median of response times.
        p50: Option<Duration>,
        /// 95th percentile of response times.
        p95: Option<Duration>,
        /// 99th percentile of response times.
        p99: Option<Duration>,
        /// 99th percentile of the waits for a thread, a connection or a consumer, wherever it is longest.
        p99_wait: Option<Duration>,
        /// Share of requests that fail. Response times are then those of good answers; without this target
        /// a request without a good answer counts as slower than every limit.
        errors: Option<Share>,
        /// Largest lag of a listener.
        lag: Option<Count<0, 1_000_000_000_000>>,
        /// Events per second that are wanted; not a condition.
        events: Option<Rate>,
    }

    /// How long a steady load is run.
    struct WindowDoc {
        /// Time before anything counts; by default found from pilot runs, for each variant and load.
        warm_up: Option<Duration>,
        /// Time observed, longer near a line whose queues settle slowly; 60 s by default.
        measure: Option<Duration>,
        /// How long the run goes on after that, load and all, until what arrived in it has ended; what then
        /// has not counts with its age; as long as `measure`, and 2 min at least, by default.
        follow: Option<Duration>,
    }

    /// When to run more replications of the load asked about: until p99 and goodput are known this well.
    struct PrecisionDoc {
        /// Half-width of the 95 % interval over its middle; 5 % by default.
        half_width: Option<Share>,
        /// Most replications; four times those of the scenario by default.
        most_replications: Option<Count<2, 10_000>>,
    }

    /// Where to look for the line.
    struct SearchDoc {
        /// Largest load tried; by default 16 times the load asked about, else 20,000/s. A search goes up to
        /// one and a half times the load asked about at least, where this lies below that load.
        highest: Option<Spanned<Rate>>,
        /// Width of the answer as a share of its upper end, from 0.1 % to 20 %; 2 % by default.
        resolution: Option<Thousandths<1, 200>>,
        /// Replications of the search; those of the scenario by default.
        replications: Option<Count<2, 10_000>>,
    }

    /// A day.
    struct DayDoc {
        /// Length of a bin; by default the longest of 1, 5, 10, 15 and 30 s and 1, 2, 5 and 10 min of which
        /// the horizon holds 24.
        bin: Option<Duration>,
        /// Time run, from midnight; 24 h by default.
        horizon: Option<Duration>,
        /// Replications; 1 by default.
        replications: Option<Count<1, 10_000>>,
        /// How many times shorter the day is run, at the same rates, 1 to 100; 1 by default. A backlog that
        /// lasts is scaled back.
        compress: Option<Spanned<Number>>,
        /// Variants whose day is run; all by default.
        variants: Vec<Name>,
        /// What happens on it, besides its users.
        timeline: Vec<TimedDoc>,
    }
}

/// A system: in a file of its own, or in the scenario.
#[derive(Clone, Debug)]
pub(crate) enum SystemSource {
    /// Path as written.
    File(String, SourceSpan),
    /// The tree of the system, which plans may patch before it is read.
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
