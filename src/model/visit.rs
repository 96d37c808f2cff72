//! One reading of programs: which step leads where, what it asks for and how long it takes, on the mean and
//! without any queue.
//!
//! Everybody who counts from a description alone counts here: the laws that stand beside simulations, the
//! rules of the audit, and the reader of documents that bounds what one request may cause. Each program is
//! walked once, and what it causes follows from a system of linear equations over the programs, circles of
//! messages included: a chain of thousands of calls, or a fan that doubles at each of them, is as long to
//! count as it is to write down. No step is passed over in silence: each `match` here names them all.
//!
//! What waits decide is left out, so that all numbers are bounds from below: tries after failures by
//! chance, of users and proxies, and copies that hedge. Records that are said to fail are counted with each
//! attempt.

mod circles;
mod program;

use std::collections::BTreeMap;

pub(crate) use self::program::{Program, Work, computing, computing_at_most, programs};

use super::spec::{Id, Listener, Op, Spec};

/// Most programs and topics that cause each other in a circle of messages: what they cause is found by
/// elimination, which takes the cube of their number.
pub(crate) const LARGEST_CIRCLE: usize = 200;

/// Most requests and records that a request, or a record, may cause on the mean, itself included. Each is
/// simulated; what fans out further is a circle or a slip of the pen.
pub(crate) const MOST_CAUSED: f64 = 100_000.0;

/// Where a step leads, besides the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lead {
    /// Nowhere.
    Own,
    /// To an endpoint that it waits for.
    Call(Id),
    /// To an endpoint that it does not wait for.
    Send(Id),
    /// To a topic, with a record.
    Record(Id),
}

/// Where a step leads.
pub(crate) fn lead(op: &Op) -> Lead {
    match *op {
        Op::Call { endpoint, .. } => Lead::Call(endpoint),
        Op::Send { endpoint, .. } => Lead::Send(endpoint),
        Op::Publish { topic, .. } => Lead::Record(topic),
        Op::Cpu { .. }
        | Op::Delay { .. }
        | Op::Begin { .. }
        | Op::Finish
        | Op::Query { .. }
        | Op::Cache { .. }
        | Op::CpuOfIndex { .. }
        | Op::DelayOfIndex { .. }
        | Op::CacheOfIndex { .. }
        | Op::Insert { .. }
        | Op::Acknowledged { .. }
        | Op::Jump { .. }
        | Op::Hit { .. }
        | Op::Lock { .. }
        | Op::Unlock { .. }
        | Op::End => Lead::Own,
    }
}

/// Tell `seen` the steps of a program, each with how often a run reaches it and the state that it is
/// reached in; the state goes on to the steps after it. None where a step leads back.
pub(crate) fn walk<S: Clone + Ord>(
    spec: &Spec,
    entry: u32,
    state: S,
    mut seen: impl FnMut(&Op, f64, &mut S),
) -> Option<()> {
    // Shares of the steps ahead, by how far ahead they are.
    let mut ahead = BTreeMap::from([((entry, state), 1.0)]);
    while let Some(((at, mut state), share)) = ahead.pop_first() {
        let op = &spec.ops[at as usize];
        seen(op, share, &mut state);
        match *op {
            Op::End => {}
            Op::Jump { target, chance, .. } | Op::Hit { target, chance, .. } => {
                if target <= at {
                    return None;
                }
                *ahead.entry((target, state.clone())).or_default() += share * chance;
                if chance < 1.0 {
                    *ahead.entry((at + 1, state)).or_default() += share * (1.0 - chance);
                }
            }
            Op::Cpu { .. }
            | Op::Delay { .. }
            | Op::Begin { .. }
            | Op::Finish
            | Op::Query { .. }
            | Op::Cache { .. }
            | Op::CpuOfIndex { .. }
            | Op::DelayOfIndex { .. }
            | Op::CacheOfIndex { .. }
            | Op::Insert { .. }
            | Op::Call { .. }
            | Op::Send { .. }
            | Op::Publish { .. }
            | Op::Acknowledged { .. }
            | Op::Lock { .. }
            | Op::Unlock { .. } => *ahead.entry((at + 1, state)).or_default() += share,
        }
    }
    Some(())
}

/// How often a listener runs its program for a record, attempts at those that are said to fail included.
pub(crate) fn attempts(listener: &Listener) -> f64 {
    1.0 + listener.consumer.fails * f64::from(listener.retries)
}

/// A node of the graph of who causes whom: all endpoints, then all listeners, in the order of the
/// description, then all topics.
pub(crate) type Node = usize;

/// One node causes another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Link {
    /// The effect: a run of a program, or a record in a topic.
    pub(crate) to: Node,
    /// How often, for each run or record of the one that causes it.
    pub(crate) times: f64,
    /// Whether its answer is waited for.
    pub(crate) waits: bool,
}

/// Graph of programs and topics that cause each other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    /// Of each node those that it causes.
    pub(crate) of: Vec<Vec<Link>>,
    /// Nodes by circle, each circle before those that it causes.
    circles: Vec<Vec<Node>>,
    /// The circle of each node.
    circle_of: Vec<usize>,
    /// How many of the nodes are programs.
    programs: usize,
}

/// Rates at which programs run and topics are written \[1/s\].
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Flows {
    /// Of each program: endpoints, then listeners.
    pub(crate) programs: Vec<f64>,
    /// Of each topic.
    pub(crate) topics: Vec<f64>,
}

impl Links {
    /// Of a description; none where a program leads back to an earlier step of its own.
    pub(crate) fn of(spec: &Spec) -> Option<Links> {
        let endpoints = spec.endpoints.len();
        let programs = endpoints + spec.listeners.len();
        let entries = spec.endpoints.iter().map(|endpoint| endpoint.entry);
        let entries = entries.chain(spec.listeners.iter().map(|listener| listener.entry));
        let mut of = Vec::new();
        for entry in entries {
            let mut causes: BTreeMap<(Node, bool), f64> = BTreeMap::new();
            let mut add = |to, waits, share| *causes.entry((to, waits)).or_default() += share;
            walk(spec, entry, (), |op, share, ()| match lead(op) {
                Lead::Own => {}
                Lead::Call(to) => add(to as usize, true, share),
                Lead::Send(to) => add(to as usize, false, share),
                Lead::Record(topic) => add(programs + topic as usize, false, share),
            })?;
            let link = |((to, waits), times)| Link { to, times, waits };
            of.push(causes.into_iter().map(link).filter(|link| link.times > 0.0).collect());
        }
        let mut readers: Vec<Vec<Link>> = vec![Vec::new(); spec.topics.len()];
        for (number, listener) in spec.listeners.iter().enumerate() {
            if let Some(of) = readers.get_mut(listener.topic as usize) {
                of.push(Link { to: endpoints + number, times: attempts(listener), waits: false });
            }
        }
        of.append(&mut readers);
        let to = |from: Node| of[from].iter().map(|link| link.to);
        let circles = circles::circles(of.len(), to);
        let mut circle_of = vec![0; of.len()];
        for (number, circle) in circles.iter().enumerate() {
            for node in circle {
                circle_of[*node] = number;
            }
        }
        Some(Links { of, circles, circle_of, programs })
    }

    /// Requests and records that a run of each program, or a record of each topic, causes on the mean,
    /// itself included; without bound where a circle multiplies, or has more than [`LARGEST_CIRCLE`] nodes.
    pub(crate) fn caused(&self) -> Vec<f64> {
        let mut all = vec![0.0; self.of.len()];
        for circle in self.circles.iter().rev() {
            let own = |node: &Node| {
                1.0 + self.outside(*node).map(|link| link.times * all[link.to]).sum::<f64>()
            };
            let known: Vec<f64> = circle.iter().map(own).collect();
            let solved = self.solved(circle, known, false);
            let solved = solved.unwrap_or_else(|| vec![f64::INFINITY; circle.len()]);
            for (node, value) in circle.iter().zip(solved) {
                all[*node] = value;
            }
        }
        all
    }

    /// Flows through all programs and topics that follow from those from outside; none where a circle
    /// multiplies.
    pub(crate) fn flows(&self, outside: &Flows) -> Option<Flows> {
        let mut rates: Vec<f64> = outside.programs.iter().chain(&outside.topics).copied().collect();
        for circle in &self.circles {
            let known = circle.iter().map(|node| rates[*node]).collect();
            for (node, rate) in circle.iter().zip(self.solved(circle, known, true)?) {
                rates[*node] = rate;
            }
            for node in circle {
                for link in self.outside(*node) {
                    rates[link.to] += rates[*node] * link.times;
                }
            }
        }
        let topics = rates.split_off(self.programs);
        Some(Flows { programs: rates, topics })
    }

    /// The programs, each after those whose answers it waits for; none where calls form a circle.
    pub(crate) fn callees_first(&self) -> Option<Vec<usize>> {
        let calls = |from: Node| self.of[from].iter().filter(|link| link.waits).map(|link| link.to);
        let all = circles::circles(self.programs, calls);
        let alone = |circle: Vec<Node>| match *circle {
            [node] if calls(node).all(|to| to != node) => Some(node),
            _ => None,
        };
        all.into_iter().rev().map(alone).collect()
    }

    /// A circle of several nodes, or of one that causes itself, that gains or is too large.
    pub(crate) fn unbounded(&self) -> Option<&[Node]> {
        let gains =
            |circle: &&Vec<Node>| self.solved(circle, vec![1.0; circle.len()], false).is_none();
        self.circles.iter().find(gains).map(Vec::as_slice)
    }

    /// Links that lead out of a node's circle.
    fn outside(&self, node: Node) -> impl Iterator<Item = &Link> {
        let own = self.circle_of[node];
        self.of[node].iter().filter(move |link| self.circle_of[link.to] != own)
    }

    /// Solution of a circle: each node has its known value and, for each time that it causes another, the
    /// value of that; or, turned round, the values of those that cause it.
    fn solved(&self, circle: &[Node], known: Vec<f64>, turned: bool) -> Option<Vec<f64>> {
        if circle.len() > LARGEST_CIRCLE {
            return None;
        }
        let mut times = vec![vec![0.0; circle.len()]; circle.len()];
        for (from, node) in circle.iter().enumerate() {
            for link in &self.of[*node] {
                let Ok(to) = circle.binary_search(&link.to) else { continue };
                let (row, column) = if turned { (to, from) } else { (from, to) };
                times[row][column] += link.times;
            }
        }
        circles::solve(known, times)
    }
}

#[cfg(test)]
mod tests;
