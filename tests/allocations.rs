//! Allocations: a replication allocates while it fills and not in steady state, so that the total
//! does not grow with its length.

#[expect(dead_code, reason = "the test needs part of what the bench needs")]
#[path = "../benches/workloads/work.rs"]
mod work;

use work::{WORKS, Work};

/// Maximum in the second half: a vector may double for a queue longer than any before.
const MOST: u64 = 30;
/// Maximum with 360 partitions and 90 consumer threads, each with vectors of its own.
const MOST_OF_PARTITIONS: u64 = 100;

/// Returns the allocations of a replication over `share` of the work's window.
fn allocations(work: &Work, share: f64) -> u64 {
    let seen = work.simulate(share, 0);
    assert!(seen.cost.completions > 10_000, "{}: too short to say anything", work.name);
    seen.allocations
}

#[track_caller]
fn assert_steady(name: &str, share: f64, most: u64) {
    let found = WORKS.iter().find(|(work, _)| *work == name);
    let &(name, known) = found.expect("there is such a work");
    let work = match Work::load(name, known) {
        Ok(work) => work,
        Err(problems) => panic!("{problems}"),
    };
    // The same bins and slices, twice as long.
    let (half, whole) = (allocations(&work, share), allocations(&work, 2.0 * share));
    assert!(
        whole <= half + most,
        "{name}: {half} allocations in half the time, {whole} in all of it"
    );
}

#[test]
fn customers_of_eight_servers_take_no_memory_anew() {
    assert_steady("w1", 0.02, MOST);
}

#[test]
fn web_requests_take_no_memory_anew() {
    assert_steady("w2", 0.05, MOST);
}

#[test]
fn a_system_that_keeps_up_takes_no_memory_anew() {
    assert_steady("w3-carried", 0.05, MOST);
}

#[test]
fn records_take_no_memory_anew() {
    assert_steady("w5", 0.05, MOST_OF_PARTITIONS);
}
