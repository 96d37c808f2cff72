//! Strongly connected components, and linear equations on them.

/// Minimum loss per round, as a share, by which a cycle is told from one without loss.
const LOSES: f64 = 1e-9;

/// A node on the current depth-first path, with its position among its edges.
struct Open {
    node: usize,
    next: usize,
}

/// Returns the strongly connected components of a graph, each before those that it reaches (Tarjan
/// 1972). Iterative, since chains may be long.
pub(super) fn circles<I: Iterator<Item = usize>>(
    nodes: usize,
    edges: impl Fn(usize) -> I,
) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let mut number = vec![NEW; nodes];
    let mut lowest = vec![NEW; nodes];
    let mut is_open = vec![false; nodes];
    let (mut stack, mut found, mut count) = (Vec::new(), Vec::new(), 0);
    for root in 0..nodes {
        if number[root] != NEW {
            continue;
        }
        // Edges of nodes on the path are stored, so that each is visited once.
        let mut path: Vec<(Open, Vec<usize>)> = Vec::new();
        let mut enter = Some(root);
        loop {
            if let Some(node) = enter.take() {
                (number[node], lowest[node]) = (count, count);
                count += 1;
                stack.push(node);
                is_open[node] = true;
                path.push((Open { node, next: 0 }, edges(node).collect()));
            }
            let Some((open, targets)) = path.last_mut() else { break };
            if let Some(to) = targets.get(open.next).copied() {
                open.next += 1;
                if number[to] == NEW {
                    enter = Some(to);
                } else if is_open[to] {
                    lowest[open.node] = lowest[open.node].min(number[to]);
                }
                continue;
            }
            let node = open.node;
            path.pop();
            if let Some((above, _)) = path.last() {
                lowest[above.node] = lowest[above.node].min(lowest[node]);
            }
            if lowest[node] == number[node] {
                let from = stack.iter().rposition(|other| *other == node).unwrap_or(0);
                let mut circle = stack.split_off(from);
                circle.sort_unstable();
                for member in &circle {
                    is_open[*member] = false;
                }
                found.push(circle);
            }
        }
    }
    found.reverse();
    found
}

/// Solves x = known + times · x, where all numbers are non-negative; `None` where there is no
/// solution, because the cycle gains. Gaussian elimination without pivoting: for a matrix of this
/// kind all pivots are positive if and only if the gain per round is below one (Berman and Plemmons
/// 1979, Nonnegative Matrices in the Mathematical Sciences, theorem 6.2.3).
pub(super) fn solve(mut known: Vec<f64>, mut rows: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let size = known.len();
    for (own, row) in rows.iter_mut().enumerate() {
        for (column, cell) in row.iter_mut().enumerate() {
            *cell = f64::from(u8::from(own == column)) - *cell;
        }
    }
    for pivot in 0..size {
        let own = rows[pivot][pivot];
        if own <= LOSES {
            return None;
        }
        let (above, below) = rows.split_at_mut(pivot + 1);
        let pivot_row = &above[pivot];
        for (offset, row) in below.iter_mut().enumerate() {
            let factor = row[pivot] / own;
            if factor != 0.0 {
                for (cell, other) in row.iter_mut().zip(pivot_row).skip(pivot) {
                    *cell -= factor * other;
                }
                known[pivot + 1 + offset] -= factor * known[pivot];
            }
        }
    }
    for pivot in (0..size).rev() {
        let after = pivot + 1..size;
        let rest: f64 = after.map(|column| rows[pivot][column] * known[column]).sum();
        known[pivot] = (known[pivot] - rest) / rows[pivot][pivot];
    }
    known.iter().all(|value| value.is_finite()).then_some(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(edges: &[(usize, usize)], nodes: usize) -> Vec<Vec<usize>> {
        circles(nodes, |from| {
            edges.iter().filter(move |(node, _)| *node == from).map(|(_, to)| *to)
        })
    }

    /// 0 → 1 ⇄ 2 → 3, and 4 alone, which reaches 1.
    #[test]
    fn circles_stand_before_what_they_reach() {
        let found = of(&[(0, 1), (1, 2), (2, 1), (2, 3), (4, 1)], 5);
        let place = |node| found.iter().position(|circle| circle.contains(&node)).expect("a place");
        assert!(found.contains(&vec![1, 2]), "{found:?}");
        assert_eq!(found.len(), 4);
        assert!(place(0) < place(1) && place(4) < place(1) && place(2) < place(3), "{found:?}");
    }

    /// A chain of a hundred thousand nodes.
    #[test]
    fn long_chains_need_no_stack() {
        let nodes = 100_000;
        let found = circles(nodes, |from| (from + 1 < nodes).then_some(from + 1).into_iter());
        assert_eq!((found.len(), found[0][0]), (nodes, 0));
    }

    /// x = 1 + y / 2, y = x / 2: x = 4/3 and y = 2/3.
    #[test]
    fn what_goes_round_and_becomes_less_has_an_end() {
        let half = vec![vec![0.0, 0.5], vec![0.5, 0.0]];
        let found = solve(vec![1.0, 0.0], half).expect("a bound");
        assert!((found[0] - 4.0 / 3.0).abs() < 1e-12 && (found[1] - 2.0 / 3.0).abs() < 1e-12);
        // A gain of one, and of two, per round.
        assert_eq!(solve(vec![1.0], vec![vec![1.0]]), None);
        assert_eq!(solve(vec![1.0, 0.0], vec![vec![0.0, 2.0], vec![2.0, 0.0]]), None);
    }
}
