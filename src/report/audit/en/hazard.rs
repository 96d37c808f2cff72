//! Failures under foreseeable circumstances.

use super::time;
use crate::audit::{Hazard, Who};

pub(super) fn message(found: &Hazard) -> String {
    match found {
        Hazard::Nested {
            programs, each, pool, service, threads, consumers, connections, ..
        } => {
            let names: Vec<String> = programs.iter().map(|name| format!("`{name}`")).collect();
            format!(
                "{} hold {each} connections of `{pool}` of `{service}` at once; up to {threads} threads and \
                 {consumers} consumers of a pod share {connections}",
                names.join(", ")
            )
        }
        Hazard::CallHeld { program, .. } => {
            format!("`{program}` calls another service with a connection held")
        }
        Hazard::OpenInView { service, .. } => {
            format!("requests of `{service}` keep their connection to the end")
        }
        Hazard::ComputesHeld { program, work, .. } => {
            format!("`{program}` computes for {} with a connection held", time(*work))
        }
        Hazard::Retries { endpoint, tries, users, mesh } => format!(
            "a failing request to `{endpoint}` becomes {tries} tries: {users} of the user x {mesh} of the \
             mesh on the way"
        ),
        Hazard::Patience { service, pool, timeout, waits } => {
            let [timeout, waits] = [*timeout, *waits].map(time);
            format!(
                "`{service}` waits {timeout} for a connection of `{pool}`; whoever asked waits {waits}"
            )
        }
        Hazard::TooLate { endpoint, takes, who, waits } => {
            let who = match who {
                Who::Users => "its users wait".to_owned(),
                Who::Mesh => "the mesh waits".to_owned(),
                Who::Program(name) => format!("`{name}` waits"),
            };
            let [takes, waits] = [*takes, *waits].map(time);
            format!(
                "`{endpoint}` takes {takes} on the mean without any queue; {who} {waits} for it"
            )
        }
        Hazard::Outlasts { endpoint, callee, waits, who, left, .. } => {
            let who = match who {
                Who::Users => "its users".to_owned(),
                Who::Mesh => "the mesh".to_owned(),
                Who::Program(name) => format!("`{name}`"),
            };
            let [waits, left] = [*waits, *left].map(time);
            format!("`{endpoint}` waits {waits} for `{callee}`, and {who} {left} for itself")
        }
        Hazard::Endless { program, callee, .. } => {
            format!("`{program}` waits for `{callee}` without end")
        }
        Hazard::Cold { service, ready, warm, .. } => {
            format!(
                "pods of `{service}` are ready after {} and warm after {}",
                time(*ready),
                time(*warm)
            )
        }
        Hazard::Killed { service, failures, last, ready, .. } => format!(
            "liveness of `{service}` fails for the {failures}. time after {}; a pod takes {} to get ready",
            time(*last),
            time(*ready)
        ),
        Hazard::Grace { service, grace, left, longest } => {
            let [grace, left, longest] = [*grace, *left, *longest].map(time);
            format!(
                "of {grace} of grace of `{service}` {left} are left after the pause; a request may take \
                 {longest}"
            )
        }
        Hazard::Kept { service, connections, pods, .. } => format!(
            "all callers of `{service}` together keep {connections} connections to it; it has {pods} pods"
        ),
        Hazard::Single { service, .. } => format!("`{service}` has one pod"),
        Hazard::Recreate { service, pods, .. } => {
            format!("all {pods} pods of `{service}` go before new ones come")
        }
        Hazard::Threads { service, threads, connections, .. } => {
            format!("a pod of `{service}` has {threads} threads for {connections} connections")
        }
    }
}

pub(super) fn consequence(found: &Hazard) -> String {
    match found {
        Hazard::Nested { together, timeout, safe, .. } => format!(
            "{together} at a time lock the pod up for {}; safe from {safe} connections",
            time(*timeout)
        ),
        Hazard::CallHeld { connections, .. } => {
            format!("{connections} slow answers at once take all connections of a pod's pool")
        }
        Hazard::OpenInView { held, outside, .. } => format!(
            "a request holds a connection for {} without any queue, {} of it outside its transactions",
            time(*held),
            time(*outside)
        ),
        Hazard::ComputesHeld { connections, most, .. } => {
            format!("{connections} connections of a pod end at {most} of them a second")
        }
        Hazard::Retries { tries, .. } => {
            format!("up to {tries} times the load on what fails already")
        }
        Hazard::Patience { .. } => {
            "no request ends sooner by the timeout than its user left".into()
        }
        Hazard::TooLate { .. } => "most of its requests fail, whatever the load".into(),
        Hazard::Outlasts { vain, .. } => {
            format!("up to {} of each wait is for nobody", time(*vain))
        }
        Hazard::Endless { threads: Some(threads), .. } => {
            format!("{threads} threads of a pod can hang on it")
        }
        Hazard::Endless { threads: None, .. } => "every thread of a pod can hang on it".into(),
        Hazard::Cold { slow, .. } => {
            format!("{} of each pod's life is slow for its users", time(*slow))
        }
        Hazard::Killed { early, .. } => format!("killed {} before it would answer", time(*early)),
        Hazard::Grace { .. } => "requests that take longer are cut off".into(),
        Hazard::Kept { without, .. } => {
            format!("{without} pods get no request, and more pods change nothing")
        }
        Hazard::Single { ready: Some(ready), .. } => {
            format!("its loss is an outage of {} and more", time(*ready))
        }
        Hazard::Single { ready: None, .. } => "its loss, and each rollout, is an outage".into(),
        Hazard::Recreate { ready, .. } => {
            format!("{} without an answer in each rollout", time(*ready))
        }
        Hazard::Threads { waiting, longest, .. } => {
            format!("{waiting} of them may wait up to {}", time(*longest))
        }
    }
}
