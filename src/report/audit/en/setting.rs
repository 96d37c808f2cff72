//! Settings and edits without effect.

use super::time;
use crate::audit::{EditName, Floor, Pinned, Setting};
use crate::report::effect;
use crate::report::words::Lang;

fn edit_of(EditName { plan, number }: &EditName) -> String {
    let number = number.as_ref().map_or_else(String::new, |number| format!(" {number}"));
    format!("edit{number} of plan {plan}")
}

fn row(services: &[Floor], one: impl Fn(&Floor) -> String) -> String {
    services.iter().map(one).collect::<Vec<_>>().join(", ")
}

pub(super) fn message(found: &Setting) -> String {
    match found {
        Setting::Replicas { edit, set, from, to, .. }
        | Setting::Pinned(Pinned { edit, set, from, to, .. }) => {
            format!("{} sets {set} {from} → {to}", edit_of(edit))
        }
        Setting::Same { edit, set, to, .. } => format!("{} sets {set} to {to}", edit_of(edit)),
        Setting::Believed { edit, set, believed, .. } => {
            format!("{} takes {set} for {believed}", edit_of(edit))
        }
        Setting::PlanBelieves { plan, set, believed, .. } => {
            format!("plan {plan} takes {set} for {believed}")
        }
        Setting::SharedDatabase { service, database, pools, .. } => {
            format!("the pools {} of `{service}` all reach `{database}`", pools.join(", "))
        }
        Setting::Otherwise { path, written, .. } => format!("{path} is {written} in the files"),
        Setting::NoMetrics { services } => {
            format!("{} autoscalers have no metrics server to ask", services.len())
        }
        Setting::Stuck { service, pods } => {
            format!("the autoscaler of `{service}` goes from {pods} to {pods}")
        }
        Setting::Target { service, above, most, .. } => {
            format!(
                "`{service}` scales above {above} of its CPU request, and can use at most {most}"
            )
        }
        Setting::Nodes { group, most, .. } => {
            format!("`{group}` may have {most} nodes, but nothing adds any")
        }
        Setting::IdleTimeout { service, pool, .. } => {
            format!("`idle_timeout` of pool `{pool}` of `{service}` closes none of its connections")
        }
        Setting::Threads { service, allowed, threads } => format!(
            "a proxy opens at most {allowed} connections to `{service}`, which has {threads} threads"
        ),
        Setting::Undercut { service, endpoint, own, .. } => {
            format!("`{service}` gives up on `{endpoint}` after {}", time(*own))
        }
        Setting::Tries { service, tries, each, all, whole, .. } => {
            let [each, all, whole] = [*each, *all, *whole].map(time);
            format!(
                "{tries} tries of {each} into `{service}` take {all}, the whole may take {whole}"
            )
        }
    }
}

pub(super) fn consequence(found: &Setting) -> String {
    match found {
        Setting::Replicas { minimums, .. } => {
            let pods = row(minimums, |one| format!("{} {}", one.pods, one.service));
            format!("the autoscaler's minimum rules: pods before and after: {pods}")
        }
        Setting::Pinned(Pinned { effect, places, .. }) => effect::pinned(effect, *places, Lang::En),
        Setting::Same { from, .. } => format!("{from} is written already"),
        Setting::Believed { from, believed, to, .. } => {
            format!("{from} is written: the step is {from} → {to}, not {believed} → {to}")
        }
        Setting::PlanBelieves { written, .. } => format!("{written} is written"),
        Setting::SharedDatabase { connections, .. } => format!(
            "each pod may open {connections} connections to one server; no reading is taken off it"
        ),
        Setting::Otherwise { runs, because: None, .. } => format!("{runs} runs"),
        Setting::Otherwise { runs, because: Some(because), .. } => {
            format!("{runs} runs, because {because}")
        }
        Setting::NoMetrics { services } => {
            let stay = row(services, |one| match one.most {
                Some(most) => format!("{} {} of {most}", one.service, one.pods),
                None => format!("{} {}", one.service, one.pods),
            });
            format!("pods stay at their minimum: {stay}")
        }
        Setting::Stuck { pods, .. } => format!("{pods} pods, whatever the load"),
        Setting::Target { pods, .. } => {
            format!("{pods} pods for ever, with queues however long")
        }
        Setting::Nodes { now, .. } => format!("{now} run, whatever waits for room"),
        Setting::IdleTimeout { connections, .. } => {
            format!("{connections} stay open, as many as `minimum_idle` keeps")
        }
        Setting::Threads { allowed, .. } => {
            format!("one caller reaches {allowed} of them at a time")
        }
        Setting::Undercut { mesh, .. } => {
            format!("the mesh has ended the request after {}", time(*mesh))
        }
        Setting::Tries { tries, fit, .. } => format!("{fit} of {tries} tries have their time"),
    }
}
