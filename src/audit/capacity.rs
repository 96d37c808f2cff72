//! Rules on the demand of the load for processors, storage, caches and pools, without queueing.

use super::cost::HOURS;
use super::found::{Capacity, Filled, Load, Rate};
use super::view::{OneService, View};
use super::work::{full, held};
use super::{About, Coded, Figure, Findings, Seconds, Share};
use crate::model::spec::{Id, Resource};
use crate::model::stations::{Station, processors, stations};
use crate::model::visit::{Work, computing, computing_at_most};
use crate::station::autoscaler::TOLERANCE;

/// Utilisation of a processor above which waits are several times the service time: 1/(1 - 0.8) =
/// 5.
const HIGH: f64 = 0.8;
/// Period of the kernel's CPU quota (CFS) \[s\].
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
    Coded {
        about: About {
            code: "E1131",
            title: "more requests in work than threads",
            cause: "By Little's law as many threads are taken as rate times time of a request, waits for others \
                    included; that is more than all pods have.",
            consequence: "Requests wait for a thread, ever longer, and are refused when the accept queue is full.",
            remedy: "Add pods or threads, or make the requests, and what they wait for, faster.",
            source: "Little 1961, L = λW",
        },
        check: busy_threads,
    },
    Coded {
        about: About {
            code: "W1132",
            title: "an autoscaler that wants more pods than it may have",
            cause: "The load needs more CPU than the target's share of what all pods request that it may order.",
            consequence: "It stays at its maximum, above its target, and has nothing left for a higher load.",
            remedy: "Raise the maximum, the CPU request or the target.",
            source: "Kubernetes documentation, HorizontalPodAutoscaler: algorithm details",
        },
        check: pinned,
    },
    Coded {
        about: About {
            code: "E1133",
            title: "a node is asked for more CPU than it has",
            cause: "The pods on a node share its processors; the load brings them more work than those do.",
            consequence: "All pods on it slow each other down, whatever their limits allow.",
            remedy: "Add nodes, take larger ones, or spread the pods otherwise.",
            source: UTILISATION,
        },
        check: node,
    },
];

/// Returns the load asked about.
fn load(view: &View<'_>) -> Load {
    Load { rate: at(view, 1.0), mix: view.study.mixes.first().cloned().unwrap_or_default() }
}

/// Returns a multiple of the load asked about.
fn at(view: &View<'_>, times: f64) -> Rate {
    let most = Figure(view.study.asked_load() * times);
    if view.study.load.rps > 0.0 { Rate::Requests(most) } else { Rate::Records(most) }
}

/// Returns the largest number of pods: those that run, or the maximum of an active autoscaler if
/// that is larger.
fn most_pods(service: OneService<'_>) -> u32 {
    let scaled = service.spec.lifecycle.autoscaling.map_or(0, |scaling| scaling.maximum);
    service.spec.pods.max(scaled)
}

fn used(view: &View<'_>, low: f64, high: f64, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    for service in view.services() {
        let pods = most_pods(service);
        let first = f64::from(service.spec.pods.max(1));
        let each = processors(view.spec, service.index as Id) / first;
        let has = each * f64::from(pods);
        let asked = work.cpu(service.index);
        let wants = asked.all;
        if wants >= low * has && wants < high * has {
            let filled = if low < 1.0 {
                let stretch = Figure(1.0 / (1.0 - wants / has));
                Filled::Nearly { used: Share(wants / has), stretch }
            } else {
                Filled::At(at(view, asked.room(has)))
            };
            let full = Capacity::Cpu {
                service: service.name.to_owned(),
                cores: Figure(wants),
                load: load(view),
                has: Figure(has),
                pods,
                each: Figure(each),
                filled,
            };
            found.add(service.span, full);
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
        let has = view.spec.databases[database.index].cores;
        let asked = work.at_station(Resource::DatabaseCpu(database.index as u32));
        let wants = asked.all;
        if wants >= has {
            let full = Capacity::Cores {
                of: database.name.to_owned(),
                cores: Figure(wants),
                load: load(view),
                has: Figure(has),
                full: at(view, asked.room(has)),
            };
            found.add(database.span, full);
        }
    }
}

fn storage(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    for database in view.databases() {
        let Some(has) = view.spec.databases[database.index].iops else { continue };
        let wants = work.ios[database.index];
        if wants >= has {
            let full = Capacity::Storage {
                database: database.name.to_owned(),
                operations: Figure(wants),
                load: load(view),
                has: Figure(has),
                full: at(view, has / wants),
            };
            found.add(database.span, full);
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
            let on_credits = Capacity::StorageCredits {
                database: database.name.to_owned(),
                operations: Figure(wants),
                load: load(view),
                base: Figure(base),
                saved: Figure(saved.0 as f64),
                lasts: Seconds(lasts),
            };
            found.add(span, on_credits);
        }
    }
}

fn burstable(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    let mean: f64 = work.all_cpu(view.spec) * view.mean_over_peak();
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
        let on_credits = Capacity::NodeCredits {
            cores: Figure(mean),
            free: Figure(free),
            has: Figure(cores),
            saved: Figure(saved),
            // A credit is one processor for a minute.
            lasts: Seconds(saved * 60.0 / (mean - free)),
        };
        found.add(span, on_credits);
    }
}

fn burstable_database(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    for database in view.databases() {
        let Some(baseline) = database.class.and_then(|class| class.baseline) else { continue };
        let cores = view.spec.databases[database.index].cores;
        let used = work.at_station(Resource::DatabaseCpu(database.index as u32)).all;
        let mean = used * view.mean_over_peak();
        if mean > baseline.0 * cores && mean < cores {
            let on_credits = Capacity::DatabaseCredits {
                database: database.name.to_owned(),
                cores: Figure(mean),
                free: Figure(baseline.0 * cores),
                surplus: Figure((mean - baseline.0 * cores) * HOURS),
            };
            found.add(database.span, on_credits);
        }
    }
}

fn quota(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        let cpu = service.document.pod.as_ref().and_then(|pod| pod.cpu.as_ref());
        let limited = cpu.is_some_and(|cpu| cpu.limit.is_some());
        let quota = service.spec.cores * PERIOD;
        let own = view.programs.iter().filter(|program| program.service == service.index);
        let Some(worst) = own.max_by(|a, b| a.cpu.total_cmp(&b.cpu)) else { continue };
        if limited && service.spec.cores < 1.0 && worst.cpu > quota {
            let (least, most) =
                (computing(service.spec, worst.cpu), computing_at_most(service.spec, worst.cpu));
            let stopped = Capacity::Quota {
                program: worst.name.clone(),
                needs: Seconds(worst.cpu),
                cores: Figure(service.spec.cores),
                gives: Seconds(quota),
                least: Seconds(least),
                most: Seconds(most),
            };
            let pod = service.document.pod.as_ref();
            found.add(pod.map_or(service.span, |pod| pod.span), stopped);
        }
    }
}

fn pool(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    for service in view.services() {
        for (index, pool) in service.spec.pools.iter().enumerate() {
            let holders = work.holders(view.spec, service.index, index);
            let pods = most_pods(service);
            let has = f64::from(pool.maximum) * f64::from(pods);
            if let Some(times) = full(&holders, has).filter(|times| *times <= 1.0) {
                let span =
                    service.document.pools.0.get(index).map_or(service.span, |(name, _)| name.span);
                let full = Capacity::Pool {
                    service: service.name.to_owned(),
                    pool: pool.name.clone(),
                    load: load(view),
                    held: Figure(held(&holders, 1.0)),
                    pods,
                    has: Figure(has),
                    full: at(view, times),
                };
                found.add(span, full);
            }
        }
    }
}

fn busy_threads(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    for service in view.services() {
        let pods = most_pods(service);
        let threads = service.spec.threads.maximum;
        let has = f64::from(threads) * f64::from(pods);
        let asked = work.at_station(Resource::Threads(service.index as u32));
        if asked.all >= has {
            let setting = service.document.threads.as_ref().map(|setting| setting.span);
            let full = Capacity::Threads {
                service: service.name.to_owned(),
                load: load(view),
                threads: Figure(asked.all),
                has: Figure(has),
                pods,
                each: threads,
                full: at(view, has / asked.all),
            };
            found.add(setting.unwrap_or(service.span), full);
        }
    }
}

fn pinned(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    for service in view.services() {
        let Some(scaling) = service.spec.lifecycle.autoscaling else { continue };
        let Some(target) = scaling.cpu.map(|target| f64::from(target) / 100.0) else { continue };
        let request = scaling.millicores as f64 / 1000.0;
        let each = work.cpu(service.index).all / f64::from(scaling.maximum);
        // No pod uses more than its limit; W1009 reports where that is below the target.
        let reached = each.min(service.spec.cores) / request;
        if request > 0.0 && reached > target * (1.0 + TOLERANCE) {
            let wanted = (work.cpu(service.index).all / (request * target)).ceil();
            let setting = service.document.autoscaling.as_ref().and_then(|one| one.max.as_ref());
            let pinned = Capacity::Autoscaler {
                service: service.name.to_owned(),
                cores: Figure(work.cpu(service.index).all),
                load: load(view),
                wanted: Figure(wanted),
                target: Share(target),
                request: Figure(request),
                most: scaling.maximum,
                used: Share(reached),
            };
            found.add(setting.map_or(service.span, |setting| setting.span), pinned);
        }
    }
}

/// Finds the fullest node; which pods are on which follows from the order of placement.
fn node(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    let nodes = stations(view.spec).into_iter();
    let nodes = nodes.filter(|station| matches!(station.resource, Resource::Node(_)));
    let all = nodes.map(|station| (work.at_station(station.resource), station));
    let share = |one: &(Work, Station)| one.0.all / one.1.capacity;
    let Some((asked, station)) = all.max_by(|a, b| share(a).total_cmp(&share(b))) else { return };
    if asked.all >= station.capacity {
        let span = view.system.node_groups.iter().next().map(|(name, _)| name.span);
        let full = Capacity::Cores {
            of: station.name.trim_end_matches(" CPU").to_owned(),
            cores: Figure(asked.all),
            load: load(view),
            has: Figure(station.capacity),
            full: at(view, asked.room(station.capacity)),
        };
        found.add(span.unwrap_or_default(), full);
    }
}

fn cache(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    for (number, cache) in (0..).zip(&view.spec.caches) {
        let asked = work.at_station(Resource::Cache(number));
        let Some((name, _)) = view.system.caches.iter().nth(cache.of as usize) else { continue };
        if asked.all >= 1.0 {
            let full = Capacity::Cache {
                cache: cache.name.clone(),
                load: load(view),
                work: Seconds(asked.all),
                full: at(view, asked.room(1.0)),
            };
            found.add(name.span, full);
        }
    }
}

fn lock(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    for (number, (name, _)) in (0..).zip(view.system.locks.iter()) {
        let held = work.at_station(Resource::Lock(number)).all;
        if held >= 1.0 {
            let full = Capacity::Lock {
                lock: name.value.clone(),
                load: load(view),
                held: Seconds(held),
                full: at(view, held.recip()),
            };
            found.add(name.span, full);
        }
    }
}
