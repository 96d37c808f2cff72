//! What the load asks of processors, storage, caches and pools, without any queue.

use super::view::View;
use super::{About, Coded, Findings, figure, percent, time};

/// Use of a processor above which waits are several times the work: 1/(1 - 0.8) = 5.
const HIGH: f64 = 0.8;
/// Period of the kernel's CPU quota \[s\].
const PERIOD: f64 = 0.1;

const UTILISATION: &str = "utilisation law: Denning and Buzen 1978";

pub(super) const RULES: &[Coded] = &[
    Coded {
        about: About {
            code: "E1120",
            title: "a service is asked for more CPU than its pods have",
            cause: "Rate times mean CPU time of a request exceeds limit times pods.",
            consequence: "The queue grows without end at the load asked about.",
            remedy: "Add pods, raise the limit, or make the requests cheaper.",
            source: UTILISATION,
        },
        check: cpu,
    },
    Coded {
        about: About {
            code: "W1121",
            title: "a service's CPU is nearly used up",
            cause: "The load uses more than 80 % of what the pods may use.",
            consequence: "Requests wait several times as long as they work, and nothing is left for the loss of a pod.",
            remedy: "Add pods, raise the limit, or make the requests cheaper.",
            source: "M/M/1: mean response S/(1 - use), Kleinrock 1975",
        },
        check: nearly,
    },
    Coded {
        about: About {
            code: "E1122",
            title: "a database is asked for more CPU than it has",
            cause: "The statements of the load take more CPU time a second than the class has processors.",
            consequence: "The queue grows without end; more pods only bring it sooner.",
            remedy: "Make statements cheaper (indexes, caches), or take a larger class.",
            source: UTILISATION,
        },
        check: database,
    },
    Coded {
        about: About {
            code: "E1123",
            title: "storage is asked for more operations than it has",
            cause: "The load brings more storage operations a second than the volume does at its best.",
            consequence: "Commits queue without end.",
            remedy: "Write less often, or take storage with more operations.",
            source: UTILISATION,
        },
        check: storage,
    },
    Coded {
        about: About {
            code: "W1124",
            title: "storage lives on credits",
            cause: "The load brings more operations a second than the volume does without end; the difference comes \
                    from saved credits.",
            consequence: "When they are spent, storage falls to its base in the middle of the load.",
            remedy: "Enlarge the volume, or take a type with more operations.",
            source: "RDS user guide, General Purpose SSD storage: I/O credits",
        },
        check: credits,
    },
    Coded {
        about: About {
            code: "W1125",
            title: "nodes live on CPU credits",
            cause: "Burstable instances may use a share of each processor without end; the mean load needs more.",
            consequence: "Credits run out; then the nodes fall to that share, or surplus is billed.",
            remedy: "Take instances without credits, or more of them.",
            source: "EC2 user guide, CPU credits and baseline utilization",
        },
        check: burstable,
    },
    Coded {
        about: About {
            code: "W1126",
            title: "a database lives on CPU credits",
            cause: "A burstable database class may use a share of each processor without surcharge; the mean load needs \
                    more.",
            consequence: "The surplus is billed by the processor and hour.",
            remedy: "Take a class without credits, or make statements cheaper.",
            source: "RDS user guide, burstable classes run in unlimited mode; EC2 user guide, baseline utilization",
        },
        check: burstable_database,
    },
    Coded {
        about: About {
            code: "W1127",
            title: "a CPU quota that stops every request",
            cause: "The limit is a quota in each 100 ms; a request needs more than that.",
            consequence: "The pod stands still until the next period, in each request, without any load.",
            remedy: "Raise the limit above the CPU time of a request in 100 ms.",
            source: "Linux kernel documentation, CFS bandwidth control",
        },
        check: quota,
    },
    Coded {
        about: About {
            code: "E1128",
            title: "a pool with fewer connections than are in use",
            cause: "By Little's law as many connections are held as rate times time held; that is more than all pods have.",
            consequence: "Requests wait for a connection until they time out.",
            remedy: "Hold connections for a shorter time, or enlarge the pool as far as the database allows.",
            source: "Little 1961, L = λW",
        },
        check: pool,
    },
    Coded {
        about: About {
            code: "E1129",
            title: "a cache's one thread has more work than time",
            cause: "One thread runs all commands of a cache server; the load brings more than a second of them a second.",
            consequence: "Commands queue without end.",
            remedy: "Make commands cheaper, or spread keys over several servers.",
            source: UTILISATION,
        },
        check: cache,
    },
    Coded {
        about: About {
            code: "E1130",
            title: "a lock is held all the time",
            cause: "Rate times time under the lock is a second a second or more: only one may hold it, over all pods.",
            consequence: "Those who wait become ever more, however many pods there are.",
            remedy: "Hold the lock for a shorter time, or split it by key.",
            source: UTILISATION,
        },
        check: lock,
    },
];

/// The load asked about, in words.
fn load(view: &View<'_>) -> String {
    let mix = view.study.mixes.first().map_or("", String::as_str);
    match view.study.load.rps {
        rps if rps > 0.0 => format!("{} requests/s of mix {mix}", figure(rps)),
        _ => "the load".to_owned(),
    }
}

fn used(view: &View<'_>, low: f64, high: f64, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    for service in view.services() {
        let has = service.spec.cores * f64::from(service.spec.pods);
        let wants = work.cpu[service.index];
        if wants >= low * has && wants < high * has {
            let consequence = if low < 1.0 {
                let wait = 1.0 / (1.0 - wants / has);
                format!(
                    "{} used: a response takes about {} times its work",
                    percent(wants / has),
                    figure(wait)
                )
            } else {
                let most = view.study.load.rps * has / wants;
                format!("full at {} requests/s", figure(most))
            };
            found.add(
                service.span,
                format!(
                    "`{}` needs {} cores for {}, and has {} ({} pods x {})",
                    service.name,
                    figure(wants),
                    load(view),
                    figure(has),
                    service.spec.pods,
                    figure(service.spec.cores)
                ),
                consequence,
            );
        }
    }
}

fn cpu(view: &View<'_>, found: &mut Findings<'_>) {
    used(view, 1.0, f64::INFINITY, found);
}

fn nearly(view: &View<'_>, found: &mut Findings<'_>) {
    used(view, HIGH, 1.0, found);
}

fn database(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    for database in view.databases() {
        let (has, wants) =
            (view.spec.databases[database.index].cores, work.database_cpu[database.index]);
        if wants >= has {
            found.add(
                database.span,
                format!(
                    "`{}` needs {} cores for {}, and has {}",
                    database.name,
                    figure(wants),
                    load(view),
                    figure(has)
                ),
                format!("full at {} requests/s", figure(view.study.load.rps * has / wants)),
            );
        }
    }
}

fn storage(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    for database in view.databases() {
        let Some(has) = view.spec.databases[database.index].iops else { continue };
        let wants = work.ios[database.index];
        if wants >= has {
            found.add(
                database.span,
                format!(
                    "`{}` needs {} operations/s for {}; its storage does {} at best",
                    database.name,
                    figure(wants),
                    load(view),
                    figure(has)
                ),
                format!("full at {} requests/s", figure(view.study.load.rps * has / wants)),
            );
        }
    }
}

fn credits(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    for database in view.databases() {
        if database.document.iops.is_some() {
            continue;
        }
        let Some((item, base)) = view.storage(database.document) else { continue };
        let wants = work.ios[database.index];
        if base > 0.0
            && wants > base
            && let Some(saved) = item.io_credits
        {
            let lasts = saved.0 as f64 / (wants - base);
            let span =
                database.document.storage.as_ref().map_or(database.span, |storage| storage.span);
            found.add(
                span,
                format!(
                    "`{}` needs {} operations/s for {}; its storage does {} without end",
                    database.name,
                    figure(wants),
                    load(view),
                    figure(base)
                ),
                format!("{} saved operations last {}", figure(saved.0 as f64), time(lasts)),
            );
        }
    }
}

fn burstable(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    let mean: f64 = work.cpu.iter().sum::<f64>() * view.mean_over_peak();
    let mut cores = 0.0;
    let mut free = 0.0;
    let mut saved = 0.0;
    for (index, (_, group)) in view.system.node_groups.iter().enumerate() {
        if !view.services().any(|service| view.groups(service).contains(&index)) {
            continue;
        }
        let Some(item) = view.instance(group) else { return };
        let nodes = f64::from(view.nodes(group).0);
        cores += nodes * item.vcpu.0;
        free += nodes * item.vcpu.0 * item.baseline.map_or(1.0, |share| share.0);
        saved += nodes * item.credits_maximum.map_or(0.0, |credits| credits.0);
    }
    if cores > 0.0 && mean > free && free < cores {
        let span =
            view.system.node_groups.iter().next().map(|(name, _)| name.span).unwrap_or_default();
        found.add(
            span,
            format!(
                "the mean load needs {} cores of nodes that may use {} of {} without end",
                figure(mean),
                figure(free),
                figure(cores)
            ),
            // A credit is one processor for a minute.
            format!(
                "full credits of {} last {}",
                figure(saved),
                time(saved * 60.0 / (mean - free))
            ),
        );
    }
}

fn burstable_database(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    for database in view.databases() {
        let Some(baseline) = database.class.and_then(|class| class.baseline) else { continue };
        let cores = view.spec.databases[database.index].cores;
        let mean = work.database_cpu[database.index] * view.mean_over_peak();
        if mean > baseline.0 * cores && mean < cores {
            found.add(
                database.span,
                format!(
                    "the mean load needs {} cores of `{}`, which has {} without surcharge",
                    figure(mean),
                    database.name,
                    figure(baseline.0 * cores)
                ),
                format!(
                    "{} core-hours of surplus a month",
                    figure((mean - baseline.0 * cores) * 730.0)
                ),
            );
        }
    }
}

fn quota(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    for service in view.services() {
        let quota = service.spec.cores * PERIOD;
        let own = work.programs.iter().filter(|program| program.service == service.index);
        let Some(worst) = own.max_by(|a, b| a.cpu.total_cmp(&b.cpu)) else { continue };
        if service.spec.cores < 1.0 && worst.cpu > quota {
            found.add(
                service.document.pod.as_ref().map_or(service.span, |pod| pod.span),
                format!(
                    "`{}` needs {} of CPU; the limit of {} cores gives {} in each 100 ms",
                    worst.name,
                    time(worst.cpu),
                    figure(service.spec.cores),
                    time(quota)
                ),
                format!(
                    "it takes {} at least, alone on its pod",
                    time(worst.cpu / service.spec.cores)
                ),
            );
        }
    }
}

fn pool(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    for service in view.services() {
        for (index, pool) in service.spec.pools.iter().enumerate() {
            let held = work.held[service.index][index];
            let has = f64::from(pool.maximum) * f64::from(service.spec.pods);
            if held >= has {
                let span =
                    service.document.pools.0.get(index).map_or(service.span, |(name, _)| name.span);
                found.add(
                    span,
                    format!(
                        "{} holds {} connections of `{}` of `{}`; {} pods have {}",
                        load(view),
                        figure(held),
                        pool.name,
                        service.name,
                        service.spec.pods,
                        figure(has)
                    ),
                    format!("full at {} requests/s", figure(view.study.load.rps * has / held)),
                );
            }
        }
    }
}

fn cache(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    for (cache, busy) in view.spec.caches.iter().zip(&work.cache) {
        let Some((name, _)) = view.system.caches.iter().nth(cache.of as usize) else { continue };
        if *busy >= 1.0 {
            let message = format!(
                "{} is {} of commands a second for the one thread of `{}`",
                load(view),
                time(*busy),
                cache.name
            );
            let most = view.study.load.rps / busy;
            found.add(name.span, message, format!("full at {} requests/s", figure(most)));
        }
    }
}

fn lock(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    for ((name, _), held) in view.system.locks.iter().zip(&work.locks) {
        if *held >= 1.0 {
            let message = format!("{} holds `{}` {} a second", load(view), name.value, time(*held));
            let most = view.study.load.rps / held;
            found.add(name.span, message, format!("full at {} requests/s", figure(most)));
        }
    }
}
