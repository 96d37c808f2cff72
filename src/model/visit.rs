//! Static analysis of programs: control flow, service demands and times, in the mean and without
//! queueing.
//!
//! All consumers that count from a spec alone do so here: the laws that are compared with
//! simulations, the rules of the audit, and the document reader that bounds the requests caused by
//! one. Each program is traversed once, and its effects follow from a system of linear equations
//! over the programs, cycles of messages included: a chain of thousands of calls, or a fan-out that
//! doubles at each of them, costs no more than its length. No step is skipped silently: each
//! `match` here lists them all.
//!
//! Effects that depend on waits are excluded, so that all numbers are lower bounds: retries after
//! random failures, by users and proxies, and hedged copies. Records that fail by the spec are
//! counted with each attempt.

mod circles;
mod links;
mod program;

pub(crate) use self::links::{
    Flows, LARGEST_CIRCLE, Link, Links, MOST_CAUSED, Node, attempts, walk,
};
pub(crate) use self::program::{Program, Work, computing, computing_at_most, programs};

#[cfg(test)]
mod tests;
