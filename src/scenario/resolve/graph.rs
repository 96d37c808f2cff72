//! Who causes whom: no endpoint may wait for itself, no message may cause itself.

use super::system::{Compiler, Edge, Target};

/// Report circles of calls, then circles that messages close.
pub(super) fn check(compiler: &mut Compiler<'_>) {
    let spec = &compiler.spec;
    let nodes = spec.endpoints.len() + spec.listeners.len();
    let mut calls: Vec<Vec<(usize, Edge)>> = vec![Vec::new(); nodes];
    let mut all = calls.clone();
    for edge in &compiler.edges {
        match edge.to {
            Target::Endpoint(to) => {
                all[edge.from].push((to as usize, *edge));
                if edge.waits {
                    calls[edge.from].push((to as usize, *edge));
                }
            }
            Target::Topic(topic) => {
                for (number, listener) in spec.listeners.iter().enumerate() {
                    if listener.topic == topic {
                        all[edge.from].push((spec.endpoints.len() + number, *edge));
                    }
                }
            }
        }
    }
    let name = |node: usize| match spec.endpoints.get(node) {
        Some(endpoint) => endpoint.name.clone(),
        None => spec.listeners[node - spec.endpoints.len()].name.clone(),
    };
    let found = circle(&calls).map(|found| ("E0302", "calls", found));
    let found = found.or_else(|| circle(&all).map(|found| ("E0303", "messages", found)));
    if let Some((code, what, (nodes, edge))) = found {
        let names: Vec<String> = nodes.into_iter().map(name).collect();
        let message = format!("{what} form a circle: {}", names.join(" -> "));
        compiler.problems.add(code, edge.span, message);
    }
}

/// A circle in a graph, with the edge that closes it. Depth first, without recursion: chains may be long.
fn circle(graph: &[Vec<(usize, Edge)>]) -> Option<(Vec<usize>, Edge)> {
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
            let Some(&(to, edge)) = graph[*node].get(*next) else {
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
                    let mut nodes: Vec<usize> =
                        path[start..].iter().map(|(node, _)| *node).collect();
                    nodes.push(to);
                    return Some((nodes, edge));
                }
                Mark::Done => {}
            }
        }
    }
    None
}
