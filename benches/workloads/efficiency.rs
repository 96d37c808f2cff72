//! Parallel efficiency of replications: the same 32 on one thread and on all cores, alternately.

use std::time::Instant;

use rayon::prelude::*;

use crate::options::Options;
use crate::table::median;
use crate::work::Work;

const REPLICATIONS: u32 = 32;
/// Share of W2's window run by each of them: full length, and short form.
const SHARE: f64 = 0.2;
const SHARE_SHORT: f64 = 0.002;

/// Prints the median of t1 / (cores · tN).
///
/// # Errors
/// When the thread pool cannot be created.
pub(crate) fn measure(work: &Work, options: &Options) -> Result<(), String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let pool = |threads: usize| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|error| error.to_string())
    };
    let share = if options.short { SHARE_SHORT } else { SHARE };
    let (one, all) = (pool(1)?, pool(cores)?);
    let mut seen = Vec::new();
    for run in 0..options.runs {
        let t1 = seconds(&one, work, share);
        let tn = seconds(&all, work, share);
        let efficiency = t1 / (cores as f64 * tn);
        println!("run {run}: 1 thread {t1:.3} s, {cores} threads {tn:.3} s: {efficiency:.3}");
        seen.push(efficiency);
    }
    let middle = median(&mut seen);
    println!("efficiency of {REPLICATIONS} replications on {cores} cores: {middle:.3} (median)");
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "wall time is what is measured")]
fn seconds(pool: &rayon::ThreadPool, work: &Work, share: f64) -> f64 {
    let began = Instant::now();
    let events: u64 = pool.install(|| {
        let each = (0..REPLICATIONS).into_par_iter().with_max_len(1);
        each.map(|number| work.simulate(share, u64::from(number)).cost.events).sum()
    });
    assert!(events > 0, "nothing was simulated");
    began.elapsed().as_secs_f64()
}
