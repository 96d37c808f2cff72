//! Instructions per event, counted by valgrind: the program runs itself at two horizons, and the
//! difference of instructions is divided by the difference of events, so that one-time work
//! cancels.

use std::process::Command;

use crate::work::Work;

/// Events of the longer of the two runs; valgrind is some fifty times slower than the machine.
const EVENTS: f64 = 2e6;
/// The shorter run, as a share of the longer.
const SHORTER: f64 = 0.5;

/// Entry point of the inner program: runs one replication, and prints its number of events.
pub(crate) fn count(work: &Work, share: f64) -> Result<(), String> {
    let seen = work.simulate(share, 0);
    println!("{}", seen.cost.events);
    if seen.cost.events == 0 { Err(format!("{}: no events", work.name)) } else { Ok(()) }
}

/// Instructions per event of a work with `events` events in `share` of its window; `None`, with a
/// note on standard error, without valgrind.
///
/// # Errors
/// The message of valgrind when it fails.
pub(crate) fn per_event(name: &str, share: f64, events: f64) -> Result<Option<f64>, String> {
    let longer = share * (EVENTS / events).min(1.0);
    let Some((many, many_events)) = counted(name, longer)? else { return Ok(None) };
    let Some((few, few_events)) = counted(name, longer * SHORTER)? else { return Ok(None) };
    Ok(Some((many - few) / (many_events - few_events)))
}

/// Returns instructions and events of one run.
fn counted(name: &str, share: f64) -> Result<Option<(f64, f64)>, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let started = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(own)
        .args(["--bench", "--count", &format!("{name}:{share}")])
        .output();
    let Ok(output) = started else {
        eprintln!("no instructions are counted: there is no valgrind");
        return Ok(None);
    };
    let said = String::from_utf8_lossy(&output.stderr);
    let instructions = said
        .lines()
        .find_map(|line| line.split_once("refs:"))
        .and_then(|(_, number)| number.replace(',', "").trim().parse().ok());
    let events = String::from_utf8_lossy(&output.stdout).trim().parse().ok();
    match (instructions, events) {
        (Some(instructions), Some(events)) => Ok(Some((instructions, events))),
        _ => Err(format!("valgrind has not counted {name}:\n{said}")),
    }
}
