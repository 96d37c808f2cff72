//! What programs and messages cause: the walk over a program's steps, and the graph of all programs.

use std::collections::BTreeMap;

use super::circles;
use crate::model::spec::{Id, Listener, Op, Spec};

/// Maximum number of programs and topics in a cycle of messages: their effects are computed by
/// elimination, whose cost is cubic in their number.
pub(crate) const LARGEST_CIRCLE: usize = 200;

/// Maximum number of requests and records that one may cause on average, itself included. Each is
/// simulated; a larger fan-out is a cycle or a typing error.
pub(crate) const MOST_CAUSED: f64 = 100_000.0;

/// Successor of a step in another program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lead {
    /// No other program.
    Own,
    /// An endpoint whose answer is waited for.
    Call(Id),
    /// An endpoint called asynchronously.
    Send(Id),
    /// A topic, by a record.
    Record(Id),
}

/// Returns the successor of a step in another program.
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

/// Successor of a step in its own program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Next {
    /// None: the program ends.
    End,
    /// The step at `target` with probability `chance`, else the following one.
    Branch {
        /// Position in the operations of the spec.
        target: u32,
        /// Probability of the jump.
        chance: f64,
    },
    /// The following step.
    Step,
}

/// Returns the successor of a step in its own program.
pub(super) fn next(op: &Op) -> Next {
    match *op {
        Op::End => Next::End,
        Op::Jump { target, chance, .. } | Op::Hit { target, chance, .. } => {
            Next::Branch { target, chance }
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
        | Op::Unlock { .. } => Next::Step,
    }
}

/// Calls `seen` with each step of a program, its expected number of executions per run and the
/// state in which it is reached; the state is passed on to the following steps. Returns `None` for
/// a backward jump.
pub(crate) fn walk<S: Clone + Ord>(
    spec: &Spec,
    entry: u32,
    state: S,
    mut seen: impl FnMut(&Op, f64, &mut S),
) -> Option<()> {
    // Expected executions of the steps ahead, by position and state.
    let mut ahead = BTreeMap::from([((entry, state), 1.0)]);
    while let Some(((at, mut state), share)) = ahead.pop_first() {
        let op = &spec.ops[at as usize];
        seen(op, share, &mut state);
        match next(op) {
            Next::End => {}
            Next::Branch { target, chance } => {
                if target <= at {
                    return None;
                }
                *ahead.entry((target, state.clone())).or_default() += share * chance;
                if chance < 1.0 {
                    *ahead.entry((at + 1, state)).or_default() += share * (1.0 - chance);
                }
            }
            Next::Step => *ahead.entry((at + 1, state)).or_default() += share,
        }
    }
    Some(())
}

/// Returns the expected number of runs of a listener's program per record, including attempts at
/// records that fail by the spec.
pub(crate) fn attempts(listener: &Listener) -> f64 {
    1.0 + listener.consumer.fails * f64::from(listener.retries)
}

/// Node of the causality graph: all endpoints, then all listeners, in the order of the spec, then
/// all topics.
pub(crate) type Node = usize;

/// Edge of the causality graph.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Link {
    /// Effect: a run of a program, or a record in a topic.
    pub(crate) to: Node,
    /// Expected number per run or record of the cause.
    pub(crate) times: f64,
    /// Whether its answer is waited for.
    pub(crate) waits: bool,
}

/// Causality graph of programs and topics.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    /// Outgoing edges of each node.
    pub(crate) of: Vec<Vec<Link>>,
    /// Strongly connected components, each before those that it causes.
    circles: Vec<Vec<Node>>,
    /// Component of each node.
    circle_of: Vec<usize>,
    /// Number of nodes that are programs.
    programs: usize,
}

/// Rates of program runs and of topic writes \[1/s\].
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Flows {
    /// Rate of each program: endpoints, then listeners.
    pub(crate) programs: Vec<f64>,
    /// Rate of each topic.
    pub(crate) topics: Vec<f64>,
}

impl Links {
    /// Builds the graph of a spec; `None` where a program jumps backwards.
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

    /// Returns the mean number of requests and records caused by a run of each program, or a record
    /// of each topic, itself included; infinite where a cycle multiplies, or has more than
    /// [`LARGEST_CIRCLE`] nodes.
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

    /// Returns the rates of all programs and topics under these external arrivals; `None` where a
    /// cycle multiplies.
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

    /// Returns the programs in topological order, each after those whose answers it waits for;
    /// `None` where calls form a cycle.
    pub(crate) fn callees_first(&self) -> Option<Vec<usize>> {
        let calls = |from: Node| self.of[from].iter().filter(|link| link.waits).map(|link| link.to);
        let all = circles::circles(self.programs, calls);
        let alone = |circle: Vec<Node>| match *circle {
            [node] if calls(node).all(|to| to != node) => Some(node),
            _ => None,
        };
        all.into_iter().rev().map(alone).collect()
    }

    /// Returns a cycle of several nodes, or of one that causes itself, that multiplies or is too
    /// large.
    pub(crate) fn unbounded(&self) -> Option<&[Node]> {
        let gains =
            |circle: &&Vec<Node>| self.solved(circle, vec![1.0; circle.len()], false).is_none();
        self.circles.iter().find(gains).map(Vec::as_slice)
    }

    /// Returns the edges that leave a node's component.
    fn outside(&self, node: Node) -> impl Iterator<Item = &Link> {
        let own = self.circle_of[node];
        self.of[node].iter().filter(move |link| self.circle_of[link.to] != own)
    }

    /// Solves the equations of a component: each node's value is its known one plus, for each edge,
    /// its weight times the value of the target; or, with `turned`, the values of the sources.
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
