//! Compilation of steps into operations: branches become jumps, loops are unrolled, draws get their
//! numbers.

use std::collections::BTreeMap;

use super::system::{Compiler, Edge, Target};
use crate::model::spec::{Hold, Id, Op};
use crate::random::{Dist, Key};
use crate::scenario::decode::Spanned;
use crate::scenario::document::{
    AcksWord, BranchDoc, CacheStepDoc, HoldWord, KeyWord, PublishDoc, QueryDoc, RepeatDoc,
    ServiceDoc, Step, TransactionDoc,
};
use crate::scenario::problem::SourceSpan;
use crate::scenario::time::Form;
use crate::scenario::values::{Count, Name};
use crate::study::caution::Caution;
use crate::units::Span;

/// Largest number of operations of a program.
const LONGEST_PROGRAM: usize = 10_000;
/// Largest number of operations of a system.
const LONGEST_SYSTEM: usize = 100_000;

/// An open transaction during compilation.
struct Open {
    pool: usize,
    database: Id,
    read_only: bool,
    queries: bool,
    /// Whether it took a connection that it also returns.
    own: bool,
}

/// Compiler of one endpoint or listener.
pub(super) struct Program<'c, 'a> {
    pub(super) compiler: &'c mut Compiler<'a>,
    service_id: usize,
    service: &'a ServiceDoc,
    /// Index of the program among all endpoints, then all listeners.
    node: usize,
    endpoint: bool,
    open_in_view: bool,
    start: usize,
    full: bool,
    open: Vec<Open>,
    /// Pool and database of the connection held to the end of the response.
    held: Option<(usize, Id)>,
}

impl<'c, 'a> Program<'c, 'a> {
    pub(super) fn new(
        compiler: &'c mut Compiler<'a>,
        service_id: usize,
        service: &'a ServiceDoc,
        node: usize,
        endpoint: bool,
    ) -> Program<'c, 'a> {
        let open_in_view = compiler.open_in_view(service);
        let start = compiler.spec.ops.len();
        Program {
            compiler,
            service_id,
            service,
            node,
            endpoint,
            open_in_view,
            start,
            full: false,
            open: Vec::new(),
            held: None,
        }
    }

    /// Compiles all steps; returns the index of the first operation.
    pub(super) fn write(mut self, path: &str, steps: &[Step]) -> u32 {
        if !self.endpoint {
            let record = self.compiler.unit("record_application");
            self.cpu(&record, &format!("{path}/record"));
        }
        self.steps(steps, path);
        if self.full {
            let message = format!(
                "`{path}` needs more than {LONGEST_PROGRAM} operations when its loops are unrolled, \
                 or the system more than {LONGEST_SYSTEM}"
            );
            self.compiler.problems.add("E0306", self.service.span, message);
        }
        self.compiler.spec.ops.push(Op::End);
        self.start as u32
    }

    pub(super) fn emit(&mut self, op: Op) -> usize {
        let at = self.compiler.spec.ops.len();
        if at - self.start >= LONGEST_PROGRAM || at >= LONGEST_SYSTEM {
            self.full = true;
        }
        if !self.full {
            self.compiler.spec.ops.push(op);
        }
        at
    }

    fn here(&self) -> u32 {
        self.compiler.spec.ops.len() as u32
    }

    /// Emits a jump whose target is not known yet.
    fn jump(&mut self, chance: f64, place: &str) -> usize {
        self.emit(Op::Jump { target: 0, chance, draw: draw(place) })
    }

    /// Makes the jump at `at` lead to the next operation.
    fn land(&mut self, at: usize) {
        let here = self.here();
        if let Some(Op::Jump { target, .. } | Op::Hit { target, .. }) =
            self.compiler.spec.ops.get_mut(at)
        {
            *target = here;
        }
    }

    pub(super) fn cpu(&mut self, law: &Dist, place: &str) {
        if law.mean() > 0.0 {
            let time = self.compiler.sampler(law);
            self.emit(Op::Cpu { time, draw: draw(place) });
        }
    }

    /// Compiles steps in order. Each is identified by its kind and a count of that kind in the same
    /// list, so that a step added elsewhere leaves the draws of the others alone.
    fn steps(&mut self, steps: &[Step], path: &str) {
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        for step in steps {
            if self.full {
                return;
            }
            let label = label(step);
            let count = seen.entry(label.clone()).or_insert(0);
            *count += 1;
            let place = format!("{path}/{label}#{count}");
            self.step(step, &place);
        }
    }

    fn step(&mut self, step: &Step, place: &str) {
        match step {
            Step::Cpu(time) => {
                let law = self.compiler.law_of_step(time, place);
                self.cpu(&law, place);
            }
            Step::Delay(time) => {
                let law = self.compiler.law_of_step(time, place);
                let time = self.compiler.sampler(&law);
                self.emit(Op::Delay { time, draw: draw(place) });
            }
            Step::Transaction(document) => self.transaction(document, place),
            Step::Query(document) => self.query(document, place),
            Step::Cache(document) => self.cache(document, place),
            Step::Publish(document) => {
                let law = self.compiler.unit("publish_application");
                self.cpu(&law, &format!("{place}/application"));
                let topics = &self.compiler.system.topics;
                if let Some(topic) = self.compiler.index(topics, &document.topic, "topic") {
                    self.edge(Target::Topic(topic as Id), false, document.topic.span);
                    let keyed = !matches!(document.key, Some(KeyWord::None));
                    self.emit(Op::Publish { topic: topic as Id, keyed, draw: draw(place) });
                    self.acknowledgement(document, topic as Id, keyed, place);
                }
            }
            Step::Call(document) => {
                let round_trip = self.compiler.unit_mean("call_round_trip");
                let timeout =
                    document.timeout.as_ref().map(|timeout| self.compiler.pick(timeout).span());
                if let Some(endpoint) = self.compiler.endpoint(&document.endpoint) {
                    self.edge(Target::Endpoint(endpoint), true, document.endpoint.span);
                    self.emit(Op::Call { endpoint, round_trip, timeout, draw: draw(place) });
                }
            }
            Step::Send(document) => {
                let law =
                    document.after.as_ref().map(|after| self.compiler.law_of_step(after, place));
                let after = self.compiler.sampler(&law.unwrap_or(Dist::Constant(0.0)));
                if let Some(endpoint) = self.compiler.endpoint(&document.endpoint) {
                    self.edge(Target::Endpoint(endpoint), false, document.endpoint.span);
                    self.emit(Op::Send { endpoint, after, draw: draw(place) });
                }
            }
            Step::Choose(branches) => self.choose(branches, place),
            Step::Repeat(document) => self.repeat(document, place),
            Step::Lock(document) => {
                let locks = &self.compiler.system.locks;
                let lock = self.compiler.index(locks, &document.name, "lock").unwrap_or(0) as Id;
                self.emit(Op::Lock { lock });
                self.steps(&document.steps, place);
                self.emit(Op::Unlock { lock });
            }
            Step::Insert(document) => self.insert(document),
            Step::Scan(document) => self.scan(document, place),
        }
    }

    /// Emits the wait for the acknowledgement of a record, if asked for.
    fn acknowledgement(&mut self, document: &PublishDoc, topic: Id, keyed: bool, place: &str) {
        let acks = document.acks.as_ref().map_or(AcksWord::All, |acks| self.compiler.pick(acks));
        if document.wait.is_none_or(|wait| !wait.0) || acks == AcksWord::None {
            return;
        }
        let leader = self.compiler.unit("publish_leader");
        let leader = self.compiler.sampler(&leader);
        let follower = (acks == AcksWord::All).then(|| {
            let law = self.compiler.unit("publish_follower");
            self.compiler.sampler(&law)
        });
        self.emit(Op::Acknowledged { topic, keyed, leader, follower, draw: draw(place) });
    }

    fn edge(&mut self, to: Target, waits: bool, span: SourceSpan) {
        let from = self.node;
        self.compiler.edges.push(Edge { from, to, waits, span });
    }

    fn repeat(&mut self, document: &RepeatDoc, place: &str) {
        for round in 0..document.times.0 {
            if self.full {
                return;
            }
            self.steps(&document.steps, &format!("{place}@{round}"));
        }
    }

    /// Compiles exclusive branches: each is tried with its conditional probability, given that none
    /// before was taken.
    fn choose(&mut self, branches: &Spanned<Vec<BranchDoc>>, place: &str) {
        let total: f64 = branches.value.iter().map(|branch| branch.probability.0).sum();
        if total > 1.0 + 1e-9 {
            let message = format!("the probabilities of these branches sum to {total:.4}");
            self.compiler.problems.add("E0304", branches.span, message);
        }
        let mut left = 1.0;
        let mut entries = Vec::new();
        for (number, branch) in branches.value.iter().enumerate() {
            let probability = branch.probability.0;
            let chance = if left - probability < 1e-9 { 1.0 } else { probability / left };
            let chance = if probability > 0.0 { chance } else { 0.0 };
            entries.push(self.jump(chance, &format!("{place}/{number}")));
            left = (left - probability).max(0.0);
        }
        let mut exits = vec![self.jump(1.0, place)];
        for (number, (branch, entry)) in branches.value.iter().zip(entries).enumerate() {
            self.land(entry);
            self.steps(&branch.steps, &format!("{place}/{number}"));
            exits.push(self.jump(1.0, place));
        }
        for exit in exits {
            self.land(exit);
        }
    }

    fn cache(&mut self, document: &CacheStepDoc, place: &str) {
        let operations = document.operations.map_or(1, Count::u32);
        let application = self.compiler.unit("cache_application");
        let law = self.compiler.sum(&[(operations, application)], document.span);
        self.cpu(&law.unwrap_or(Dist::Constant(0.0)), &format!("{place}/application"));
        let law = match &document.time {
            Some(time) => self.compiler.law_of_step(time, place),
            None => self.compiler.unit("cache_command"),
        };
        let time = self.compiler.sampler(&law);
        if let Some((cache, _)) = self.compiler.cache(&document.server) {
            self.emit(Op::Cache { cache, operations, time, draw: draw(place) });
        }
        match (document.hit, document.miss.as_slice()) {
            (None, []) => {}
            (Some(hit), miss @ [_, ..]) => {
                let over = self.jump(hit.0, &format!("{place}/hit"));
                self.asks_cache(over);
                self.steps(miss, &format!("{place}/miss"));
                self.land(over);
            }
            _ => {
                let message = "`hit` and `miss` are given together or not at all";
                self.compiler.problems.add("E0310", document.span, message);
            }
        }
    }

    /// Makes the jump at `at` depend on a hit of the preceding cache request.
    fn asks_cache(&mut self, at: usize) {
        let asked = self.compiler.spec.ops[..at].last().copied();
        if let (Some(Op::Cache { cache, .. }), Some(op)) =
            (asked, self.compiler.spec.ops.get_mut(at))
            && let Op::Jump { target, chance, draw } = *op
        {
            *op = Op::Hit { cache, target, chance, draw };
        }
    }

    fn transaction(&mut self, document: &TransactionDoc, place: &str) {
        let Some(pool) = self.pool(&document.pool) else {
            // Its queries are not outside a transaction, whatever its pool.
            self.open.push(Open {
                pool: usize::MAX,
                database: 0,
                read_only: false,
                queries: false,
                own: false,
            });
            self.steps(&document.steps, place);
            self.open.pop();
            return;
        };
        let database = self.compiler.spec.services[self.service_id].pools[pool].database;
        let outermost = self.open.is_empty();
        let hold = match document.hold {
            Some(HoldWord::Request) => Hold::Request,
            None if self.open_in_view && self.endpoint && outermost => Hold::Request,
            Some(HoldWord::Transaction) | None => Hold::Transaction,
        };
        if hold == Hold::Request {
            if let Some((_, held)) = self.held.filter(|(_, held)| *held != database) {
                let database = self.compiler.spec.databases[held as usize].name.clone();
                let caution = Caution::Reuses { database };
                self.compiler.problems.warn("W0506", document.pool.span, caution);
            }
            self.held.get_or_insert((pool, database));
        } else {
            self.warn_of_lock_up(pool, document);
        }
        self.emit(Op::Begin { pool: pool as Id, hold });
        let read_only = document.read_only.is_some_and(|flag| flag.0);
        self.open.push(Open {
            pool,
            database,
            read_only,
            queries: false,
            own: hold == Hold::Transaction,
        });
        self.steps(&document.steps, place);
        let closed = self.open.pop();
        if closed.is_some_and(|closed| closed.queries) {
            self.commit(database, read_only, place);
        }
        self.emit(Op::Finish);
    }

    fn pool(&mut self, name: &Name) -> Option<usize> {
        let owner = &self.compiler.spec.services[self.service_id].name;
        self.compiler.used.parts.insert(("pool", format!("{owner}.{}", name.text)));
        crate::scenario::values::find(
            &self.service.pools,
            name,
            "pool",
            "E0201",
            self.compiler.problems,
        )
    }

    /// Warns of deadlock: with T concurrent requests that need C connections each, a pool below T x
    /// (C - 1) + 1 can lock up.
    fn warn_of_lock_up(&mut self, pool: usize, document: &TransactionDoc) {
        let own = self.open.iter().filter(|open| open.own && open.pool == pool).count() as u64;
        let held = own + u64::from(self.held.is_some_and(|(held, _)| held == pool));
        if held == 0 {
            return;
        }
        let service = &self.compiler.spec.services[self.service_id];
        let threads = if self.endpoint {
            u64::from(service.threads.maximum)
        } else {
            self.compiler
                .spec
                .listeners
                .last()
                .map_or(1, |listener| u64::from(listener.concurrency))
        };
        let maximum = u64::from(service.pools[pool].maximum);
        if maximum < threads * held + 1 {
            let caution = Caution::LockUp {
                connections: held + 1,
                pool: service.pools[pool].name.clone(),
                maximum,
                requests: maximum.div_ceil(held),
            };
            self.compiler.problems.warn("W0507", document.pool.span, caution);
        }
    }

    fn query(&mut self, document: &QueryDoc, place: &str) {
        let reads = document.reads.map_or(0, Count::u32);
        let writes = document.writes.map_or(0, Count::u32);
        let statements = reads.saturating_add(writes);
        if reads + writes == 0 {
            let message = "this query has neither `reads` nor `writes`";
            self.compiler.problems.add("E0308", document.span, message);
        }
        let Some(open) = self.open.last_mut() else {
            let help = "put it among the `steps` of a `transaction`, which names the pool";
            let message = "this query is in no transaction";
            self.compiler.problems.help("E0301", document.span, message, help);
            return;
        };
        open.queries = true;
        let (database, read_only) = (open.database, open.read_only);
        if read_only && writes > 0 {
            let message = "this query writes, but its transaction is read-only";
            self.compiler.problems.add("E0309", document.span, message);
        }
        let span = document.span;
        let application = self.compiler.unit("statement_application");
        let application = self.compiler.sum(&[(statements, application)], span);
        self.cpu(&application.unwrap_or(Dist::Constant(0.0)), &format!("{place}/application"));
        let work = if let Some(time) = &document.time {
            self.compiler.law_of_step(time, place)
        } else {
            let read = self.compiler.unit("statement_read");
            let write = self.compiler.unit("statement_write");
            let terms = [(reads, read), (writes, write)];
            self.compiler.sum(&terms, span).unwrap_or(Dist::Constant(0.0))
        };
        let round_trip = self.compiler.unit_mean("statement_round_trip").secs();
        let ios = f64::from(reads) * self.compiler.ios(|units| units.read_ios.map(|ios| ios.0));
        self.database(
            database,
            Span::from_secs(f64::from(statements) * round_trip),
            &work,
            ios,
            place,
            span,
        );
    }

    fn commit(&mut self, database: Id, read_only: bool, place: &str) {
        let round_trip = self.compiler.unit_mean("statement_round_trip");
        let work = self.compiler.unit("commit_database");
        let ios = self.compiler.ios(|units| units.commit_ios.map(|ios| ios.0));
        let ios = if read_only { 0.0 } else { ios };
        if round_trip > Span::ZERO || work.mean() > 0.0 || ios > 0.0 {
            let place = format!("{place}/commit");
            self.database(database, round_trip, &work, ios, &place, SourceSpan::default());
        }
    }

    fn database(
        &mut self,
        database: Id,
        round_trips: Span,
        work: &Dist,
        ios: f64,
        place: &str,
        span: SourceSpan,
    ) {
        if ios > 1e6 {
            let message = format!("{ios} storage operations in one step; at most a million");
            self.compiler.problems.add("E0107", span, message);
        }
        let work = (work.mean() > 0.0).then(|| self.compiler.sampler(work));
        self.emit(Op::Query {
            database,
            round_trips,
            work,
            draw: draw(place),
            ios: ios.trunc().min(1e6) as u32,
            io_chance: ios.fract(),
        });
    }
}

/// Returns the draw number of the step at `place`.
pub(super) fn draw(place: &str) -> u64 {
    Key::default().named(place).0
}

fn label(step: &Step) -> String {
    match step {
        // The parameters of a law are left out: a plan that changes them must not change the draws.
        Step::Cpu(time) => match &time.form {
            Form::Name(name) => format!("cpu {name}"),
            _ => "cpu".into(),
        },
        Step::Delay(_) => "delay".into(),
        Step::Transaction(document) => format!("transaction {}", document.pool.text),
        Step::Query(_) => "query".into(),
        Step::Cache(document) => format!("cache {}", document.server.text),
        Step::Publish(document) => format!("publish {}", document.topic.text),
        Step::Call(document) => format!("call {}", document.endpoint.text),
        Step::Send(document) => format!("send {}", document.endpoint.text),
        Step::Choose(_) => "choose".into(),
        Step::Repeat(_) => "repeat".into(),
        Step::Lock(document) => format!("lock {}", document.name.text),
        Step::Insert(document) => format!("insert {}", document.index.text),
        Step::Scan(document) => format!("scan {}", document.index.text),
    }
}
