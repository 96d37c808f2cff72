//! Demand of the load on processors, storage, caches and pools.

use super::time;
use crate::audit::{Capacity, Filled, Load, Rate};

fn load_of(Load { rate, mix }: &Load) -> String {
    match rate {
        Rate::Requests(per_s) => format!("{per_s} requests/s of mix {mix}"),
        Rate::Records(per_s) => format!("{per_s} records/s"),
    }
}

fn full_at(rate: &Rate) -> String {
    match rate {
        Rate::Requests(per_s) => format!("full at {per_s} requests/s"),
        Rate::Records(per_s) => format!("full at {per_s} records/s"),
    }
}

pub(super) fn message(found: &Capacity) -> String {
    match found {
        Capacity::Cpu { service, cores, load, has, pods, each, .. } => {
            let load = load_of(load);
            format!(
                "`{service}` needs {cores} cores for {load}, and has {has} ({pods} pods x {each})"
            )
        }
        Capacity::Cores { of, cores, load, has, .. } => {
            format!("`{of}` needs {cores} cores for {}, and has {has}", load_of(load))
        }
        Capacity::Storage { database, operations, load, has, .. } => format!(
            "`{database}` needs {operations} operations/s for {}; its storage does {has} at best",
            load_of(load)
        ),
        Capacity::StorageCredits { database, operations, load, base, .. } => format!(
            "`{database}` needs {operations} operations/s for {}; its storage does {base} without end",
            load_of(load)
        ),
        Capacity::NodeCredits { cores, free, has, .. } => format!(
            "the mean load needs {cores} cores of nodes that may use {free} of {has} without end"
        ),
        Capacity::DatabaseCredits { database, cores, free, .. } => format!(
            "the mean load needs {cores} cores of `{database}`, which has {free} without surcharge"
        ),
        Capacity::Quota { program, needs, cores, gives, .. } => format!(
            "`{program}` needs {} of CPU; the limit of {cores} cores gives {} in each 100 ms",
            time(*needs),
            time(*gives)
        ),
        Capacity::Pool { service, pool, load, held, pods, has, .. } => format!(
            "{} holds {held} connections of `{pool}` of `{service}`; {pods} pods have {has}",
            load_of(load)
        ),
        Capacity::Cache { cache, load, work, .. } => format!(
            "{} is {} of commands a second for the one thread of `{cache}`",
            load_of(load),
            time(*work)
        ),
        Capacity::Lock { lock, load, held, .. } => {
            format!("{} holds `{lock}` {} a second", load_of(load), time(*held))
        }
        Capacity::Threads { service, load, threads, has, pods, each, .. } => format!(
            "{} needs {threads} threads of `{service}`, and has {has} ({pods} pods x {each})",
            load_of(load)
        ),
        Capacity::Autoscaler { service, cores, load, wanted, target, request, most, .. } => {
            format!(
                "`{service}` needs {cores} cores for {}: {wanted} pods at {target} of a request of {request} \
             cores; the autoscaler may have {most}",
                load_of(load)
            )
        }
    }
}

pub(super) fn consequence(found: &Capacity) -> String {
    match found {
        Capacity::Cpu { filled: Filled::Nearly { used, stretch }, .. } => {
            format!("{used} used: a response takes about {stretch} times its work")
        }
        Capacity::Cpu { filled: Filled::At(full), .. }
        | Capacity::Cores { full, .. }
        | Capacity::Storage { full, .. }
        | Capacity::Pool { full, .. }
        | Capacity::Cache { full, .. }
        | Capacity::Lock { full, .. }
        | Capacity::Threads { full, .. } => full_at(full),
        Capacity::StorageCredits { saved, lasts, .. } => {
            format!("{saved} saved operations last {}", time(*lasts))
        }
        Capacity::NodeCredits { saved, lasts, .. } => {
            format!("full credits of {saved} last {}", time(*lasts))
        }
        Capacity::DatabaseCredits { surplus, .. } => {
            format!("{surplus} core-hours of surplus a month")
        }
        Capacity::Quota { least, most, .. } => format!(
            "alone on its pod it takes {} to {}, by where in a period it begins",
            time(*least),
            time(*most)
        ),
        Capacity::Autoscaler { most, used, .. } => {
            format!("{most} pods stay, and use {used} of what they request")
        }
    }
}
