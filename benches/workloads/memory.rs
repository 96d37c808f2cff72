//! Memory per request in flight and per user in session: the difference between two sizes, so that
//! fixed memory cancels. Peak allocation is measured, so a vector that doubles counts twice while
//! it is copied.

use crate::work::{Known, Work};

/// Just below powers of two, at which vectors double.
const SIZES: [u32; 2] = [65_000, 130_000];

/// System for both: an external delay.
fn scenario(load: &str, journey: &str, service_s: f64, window_s: f64) -> String {
    let basis = "basis: assumed, source: \"chosen for the benchmark\"";
    format!(
        "scenario: memory\nsystem:\n  system: memory\n  services:\n    web:\n      threads: 1M\n      \
         max_connections: 1M\n      endpoints: {{ get: [ delay: {{ constant: {service_s}s, {basis} }} ] }}\n\
         {journey}load: {{ {load} }}\nwindow: {{ warm_up: 0s, measure: {window_s}s }}\nreplications: 2\nseed: 1\n"
    )
}

/// `count` concurrent requests: 10,000 arrive per second.
fn requests(count: u32) -> String {
    let seconds = f64::from(count) / 10_000.0;
    let mix = "mixes: { only: { requests: { web.get: 1 } } }\n";
    scenario("rate: 10000/s", mix, seconds, 1.1 * seconds)
}

/// `count` users in session, with a think time of 50 s.
fn users(count: u32) -> String {
    let think = "{ exponential: 50s, basis: assumed, source: \"chosen for the benchmark\" }";
    let journey = format!(
        "journeys: {{ user: [ {{ request: web.get, think: {think} }} ] }}\n\
         mixes: {{ only: {{ journeys: {{ user: 1 }} }} }}\n"
    );
    scenario(&format!("virtual_users: {{ users: {count} }}"), &journey, 0.001, 1.0)
}

/// Returns peak allocated bytes, and the maximum number of requests in flight.
fn peak(text: &str) -> Result<(f64, f64), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join("memory.yaml");
    std::fs::write(&path, text).map_err(|error| error.to_string())?;
    let seen = Work::read("memory", &path, Known::Nothing)?.simulate(1.0, 0);
    Ok((seen.peak_bytes as f64, seen.cost.in_flight_most as f64))
}

/// Reports bytes per request in flight and per user in session in a sentence.
///
/// # Errors
/// When a scenario is not accepted.
pub(crate) fn text() -> Result<String, String> {
    let [few, many] = SIZES;
    let (small, large) = (peak(&requests(few))?, peak(&requests(many))?);
    let request = (large.0 - small.0) / (large.1 - small.1);
    let user = (peak(&users(many))?.0 - peak(&users(few))?.0) / f64::from(many - few);
    Ok(format!("a request in flight takes {request:.0} bytes, a user in session {user:.0}\n"))
}
