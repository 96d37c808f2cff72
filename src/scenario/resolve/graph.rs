//! Causality between programs: no endpoint may wait for itself, and no work may cause other work
//! without bound.

use super::system::{Compiler, Edge, Target};
use crate::model::visit::{LARGEST_CIRCLE, Links, MOST_CAUSED, Node};
use crate::scenario::problem::SourceSpan;

/// Reports cycles of calls, then endless cycles of messages, then excessive fan-out.
pub(super) fn check(compiler: &mut Compiler<'_>) {
    let spec = &compiler.spec;
    let endpoints = spec.endpoints.len();
    let topics = endpoints + spec.listeners.len();
    // The edges as written, including those through topics, and those of calls alone.
    let mut all: Vec<Vec<(Node, SourceSpan)>> = vec![Vec::new(); topics + spec.topics.len()];
    let mut calls: Vec<Vec<(Node, SourceSpan)>> = vec![Vec::new(); topics];
    for Edge { from, to, waits, span } in compiler.edges.iter().copied() {
        match to {
            Target::Endpoint(to) => all[from].push((to as usize, span)),
            Target::Topic(topic) => all[from].push((topics + topic as usize, span)),
        }
        if let (Target::Endpoint(to), true) = (to, waits) {
            calls[from].push((to as usize, span));
        }
    }
    for (number, listener) in spec.listeners.iter().enumerate() {
        if let Some(readers) = all.get_mut(topics + listener.topic as usize) {
            readers.push((endpoints + number, SourceSpan::default()));
        }
    }
    let name = |node: &Node| match (spec.endpoints.get(*node), node.checked_sub(topics)) {
        (Some(endpoint), _) => endpoint.name.clone(),
        (None, Some(topic)) => format!("topic {}", spec.topics[topic].name),
        (None, None) => spec.listeners[*node - endpoints].name.clone(),
    };
    let path = |nodes: &[Node]| nodes.iter().map(name).collect::<Vec<_>>().join(" -> ");
    if let Some(nodes) = circle(&calls) {
        let message = format!("calls form a circle: {}", path(&nodes));
        return compiler.problems.add("E0302", closing(&calls, &nodes), message);
    }
    let Some(links) = Links::of(spec) else { return };
    if let Some(gains) = links.unbounded() {
        for (node, edges) in all.iter_mut().enumerate() {
            let inside = |node: &Node| gains.binary_search(node).is_ok();
            edges.retain(|(to, _)| inside(&node) && inside(to));
        }
        let nodes = circle(&all).unwrap_or_default();
        let what = if gains.len() > LARGEST_CIRCLE {
            format!(
                "{} programs and topics cause each other, at most {LARGEST_CIRCLE} may",
                gains.len()
            )
        } else {
            "messages form a circle that never ends".to_owned()
        };
        let message = format!("{what}: {}", path(&nodes));
        return compiler.problems.add("E0303", closing(&all, &nodes), message);
    }
    let caused = links.caused();
    let most = caused[..topics].iter().copied().fold(0.0, f64::max);
    if most > MOST_CAUSED {
        // Of those that cause as many, the first: it is nearest to the user.
        let worst = caused.iter().position(|caused| *caused >= most).unwrap_or(0);
        let share = |(to, _): &&(Node, SourceSpan)| caused[*to];
        let step = all[worst].iter().max_by(|a, b| share(a).total_cmp(&share(b)));
        let message = format!(
            "each run of `{}` causes {most:.0} requests and records on the mean; at most 100,000",
            name(&worst)
        );
        let help = "let fewer steps call, send or publish, or count what they cause in one step";
        compiler.problems.help(
            "E0318",
            step.map_or_else(SourceSpan::default, |step| step.1),
            message,
            help,
        );
    }
}

/// Returns the location of the last step of a cycle; a listener has none of its own for the topic
/// it reads.
fn closing(graph: &[Vec<(Node, SourceSpan)>], nodes: &[Node]) -> SourceSpan {
    let edge = |pair: &[Node]| graph[pair[0]].iter().find(|(to, _)| *to == pair[1]);
    let spans = nodes.windows(2).filter_map(edge).map(|(_, span)| *span);
    spans.rev().find(|span| *span != SourceSpan::default()).unwrap_or_default()
}

/// Returns a cycle of the graph, if any. Depth-first search without recursion, since chains may be
/// long.
fn circle(graph: &[Vec<(Node, SourceSpan)>]) -> Option<Vec<Node>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; graph.len()];
    for root in 0..graph.len() {
        if marks[root] != Mark::New {
            continue;
        }
        let mut path = vec![(root, 0)];
        marks[root] = Mark::Open;
        while let Some((node, next)) = path.last_mut() {
            let Some(&(to, _)) = graph[*node].get(*next) else {
                marks[*node] = Mark::Done;
                path.pop();
                continue;
            };
            *next += 1;
            match marks[to] {
                Mark::New => {
                    marks[to] = Mark::Open;
                    path.push((to, 0));
                }
                Mark::Open => {
                    let start = path.iter().position(|(node, _)| *node == to).unwrap_or(0);
                    let mut nodes: Vec<Node> =
                        path[start..].iter().map(|(node, _)| *node).collect();
                    nodes.push(to);
                    return Some(nodes);
                }
                Mark::Done => {}
            }
        }
    }
    None
}
