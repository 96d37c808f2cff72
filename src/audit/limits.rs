//! Rules on limits that hold at any load: connections, space on nodes, memory.

use super::found::{Limit, PoolShare, When};
use super::view::{OneDatabase, OneService, Pods, View};
use super::{About, Coded, Figure, Findings, Share};
use crate::scenario::problem::SourceSpan;
use crate::station::autoscaler::TOLERANCE;

/// Memory of a JVM apart from its heap and threads: classes, compiled code, buffers \[MiB\].
/// Assumed.
const BESIDES: f64 = 200.0;
/// Touched stack of a thread, about a quarter \[MiB\]. Assumed; the JVM reserves 1 MiB.
const STACK: f64 = 0.25;
/// Share of the memory limit below which a heap leaves most of it idle.
const SMALL_HEAP: f64 = 0.4;
/// Bytes of a MiB.
const MEBIBYTE: f64 = 1_048_576.0;

const CONNECTIONS: &str =
    "PostgreSQL documentation, max_connections and superuser_reserved_connections";
const SCHEDULER: &str =
    "Kubernetes documentation, resource management; amazon-eks-ami, reserved resources";

pub(super) const RULES: &[Coded] = &[
    Coded {
        about: About {
            code: "E1101",
            title: "memory requested above its limit",
            cause: "The request of a container is more than it may use.",
            consequence: "The pod is refused.",
            remedy: "Raise the limit, or lower the request.",
            source: "Kubernetes documentation, resource management for pods and containers",
        },
        check: memory_request,
    },
    Coded {
        about: About {
            code: "E1102",
            title: "pools larger than the database accepts",
            cause: "The pools of all running pods may open more connections than are accepted, less those \
                    reserved for administrators.",
            consequence: "Connections beyond are refused, and requests fail when their pool waits in vain.",
            remedy: "Make the pools smaller, put a pooler before the database, or raise its limit.",
            source: CONNECTIONS,
        },
        check: running_connections,
    },
    Coded {
        about: About {
            code: "W1103",
            title: "a rollout opens more connections than the database accepts",
            cause: "New pods fill their pools while old ones still hold theirs.",
            consequence: "The new version's connections are refused while it is rolled out.",
            remedy: "Make the pools smaller, or roll out fewer pods at a time.",
            source: CONNECTIONS,
        },
        check: rollout_connections,
    },
    Coded {
        about: About {
            code: "W1104",
            title: "the autoscaler's maximum opens more connections than the database accepts",
            cause: "Each further pod brings its own pools.",
            consequence: "Growth, meant to help, has the database refuse connections.",
            remedy: "Lower the maximum or the pools so that their product stays below the limit.",
            source: CONNECTIONS,
        },
        check: most_connections,
    },
    Coded {
        about: About {
            code: "E1105",
            title: "pods without room",
            cause: "The requests of all pods, with sidecars and what runs on every node, are more than the nodes \
                    have to give.",
            consequence: "Pods wait for a node and do not run.",
            remedy: "Add nodes, or lower the requests.",
            source: SCHEDULER,
        },
        check: room,
    },
    Coded {
        about: About {
            code: "W1106",
            title: "autoscalers that run out of nodes",
            cause: "The pods that autoscalers may ask for request more than all nodes that there may be have.",
            consequence: "The autoscaler's maximum is not reached; further pods wait for a node.",
            remedy: "Raise the node group's maximum with a cluster autoscaler, or lower the pods' maximum.",
            source: SCHEDULER,
        },
        check: room_for_most,
    },
    Coded {
        about: About {
            code: "W1107",
            title: "a rollout without room",
            cause: "During a rollout old and new pods need room at the same time.",
            consequence: "New pods wait for a node and the rollout stands still.",
            remedy: "Keep a node free, or roll out fewer pods at a time.",
            source: SCHEDULER,
        },
        check: room_for_rollout,
    },
    Coded {
        about: About {
            code: "E1108",
            title: "a pod larger than any node",
            cause: "A pod runs on one node; its requests are more than what the largest one leaves to pods.",
            consequence: "It never runs.",
            remedy: "Take larger nodes, or lower the requests.",
            source: SCHEDULER,
        },
        check: too_large,
    },
    Coded {
        about: About {
            code: "E1109",
            title: "memory used above its limit",
            cause: "What a pod is said to use is more than it may.",
            consequence: "The kernel kills it, again and again.",
            remedy: "Raise the limit.",
            source: "Kubernetes documentation, resource management: out of memory",
        },
        check: memory_used,
    },
    Coded {
        about: About {
            code: "W1110",
            title: "a heap that leaves no room beside it",
            cause: "A JVM needs memory besides its heap: classes, compiled code, buffers (200 MiB assumed here), and a \
                    stack for each thread (a quarter of a MiB touched, assumed).",
            consequence: "Under load the process grows beyond the limit and is killed.",
            remedy: "Lower the heap's share, or raise the limit.",
            source: "Oracle Java documentation, native memory tracking",
        },
        check: large_heap,
    },
    Coded {
        about: About {
            code: "N1111",
            title: "memory that the heap never uses",
            cause: "Without a setting the JVM's heap ends at a quarter of the memory limit.",
            consequence: "Most of the memory that is paid for stays empty, and collections are more frequent.",
            remedy: "Set the heap's share (MaxRAMPercentage) to 60 to 75 %, or lower the limit.",
            source: "Oracle Java documentation, java -XX:MaxRAMPercentage",
        },
        check: small_heap,
    },
    Coded {
        about: About {
            code: "W1112",
            title: "an autoscaler held at its maximum by memory",
            cause: "Memory in use does not fall with the load; above its target the autoscaler adds pods, each of which \
                    uses as much.",
            consequence: "It grows to its maximum and stays there.",
            remedy: "Scale on CPU alone, or raise the memory request.",
            source: "Kubernetes documentation, HorizontalPodAutoscaler: algorithm details",
        },
        check: memory_target,
    },
];

/// Returns services with pools on a database, and the sum of their connections.
fn shares(view: &View<'_>, database: usize, which: Pods) -> (u64, Vec<PoolShare>) {
    let mut sum = 0;
    let mut parts = Vec::new();
    for service in view.services() {
        let pods = view.pods(service, which);
        let connections = View::connections(service, database, pods);
        if connections > 0 {
            let pools = service.spec.pools.iter().filter(|pool| pool.database as usize == database);
            sum += connections;
            parts.push(PoolShare {
                service: service.name.to_owned(),
                pods,
                sizes: pools.map(|pool| pool.maximum).collect(),
            });
        }
    }
    (sum, parts)
}

/// Returns the circumstances under which these pods exist.
fn when(which: Pods) -> When {
    match which {
        Pods::Running => When::Running,
        Pods::Most => When::Most,
        Pods::Rollout => When::Rollout,
    }
}

fn connections(view: &View<'_>, which: Pods, found: &mut Findings<'_>) {
    for database in view.databases() {
        let Some((accepts, reserved)) = view.accepted(&database) else { continue };
        let room = u64::from(accepts.saturating_sub(reserved));
        let (running, _) = shares(view, database.index, Pods::Running);
        let (sum, shares) = shares(view, database.index, which);
        if sum <= room || (which != Pods::Running && (running > room || sum == running)) {
            continue;
        }
        let beyond = Limit::Connections {
            when: when(which),
            database: database.name.to_owned(),
            shares,
            sum,
            accepts,
            reserved,
            refused: sum - room,
        };
        found.add(place(&database), beyond);
    }
}

fn place(database: &OneDatabase<'_>) -> SourceSpan {
    let setting = database.document.max_connections.as_ref().map(|setting| setting.span);
    setting.unwrap_or(database.span)
}

fn running_connections(view: &View<'_>, found: &mut Findings<'_>) {
    connections(view, Pods::Running, found);
}

fn rollout_connections(view: &View<'_>, found: &mut Findings<'_>) {
    connections(view, Pods::Rollout, found);
}

fn most_connections(view: &View<'_>, found: &mut Findings<'_>) {
    connections(view, Pods::Most, found);
}

fn memory_request(view: &View<'_>, found: &mut Findings<'_>) {
    for (service, memory) in memories(view) {
        let (request, limit) = (view.get(memory.request.as_ref()), view.get(memory.limit.as_ref()));
        if let (Some(request), Some(limit)) = (request, limit)
            && request.0 > limit.0
        {
            let (request, limit) = (Figure(request.0 / MEBIBYTE), Figure(limit.0 / MEBIBYTE));
            let service = service.name.to_owned();
            found.add(memory.span, Limit::MemoryRequest { service, request, limit });
        }
    }
}

type Memory = crate::scenario::document::PodMemoryDoc;

fn memories<'a>(view: &View<'a>) -> Vec<(OneService<'a>, &'a Memory)> {
    view.services()
        .filter_map(|service| Some((service, service.document.pod.as_ref()?.memory.as_ref()?)))
        .collect()
}

fn placed(view: &View<'_>, which: Pods, most: bool, found: &mut Findings<'_>) {
    let Some(placement) = view.place(which, most).filter(|placement| placement.waiting > 0) else {
        return;
    };
    if which != Pods::Running && view.place(Pods::Running, false).is_some_and(|now| now.waiting > 0)
    {
        return;
    }
    let span = view
        .system
        .node_groups
        .iter()
        .next()
        .map_or_else(SourceSpan::default, |(name, _)| name.span);
    let room = Limit::Room {
        when: when(which),
        pods: placement.pods,
        cores: Figure(placement.millicores as f64 / 1000.0),
        nodes: placement.nodes,
        waiting: placement.waiting,
    };
    found.add(span, room);
}

fn room(view: &View<'_>, found: &mut Findings<'_>) {
    placed(view, Pods::Running, false, found);
}

fn room_for_most(view: &View<'_>, found: &mut Findings<'_>) {
    placed(view, Pods::Most, true, found);
}

fn room_for_rollout(view: &View<'_>, found: &mut Findings<'_>) {
    placed(view, Pods::Rollout, true, found);
}

fn too_large(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        let wanted = view.requests(service);
        let groups = view.groups(service);
        let largest = groups
            .iter()
            .filter_map(|index| view.allocatable(&view.system.node_groups.0[*index].1))
            .map(|(whole, daemons)| {
                let cpu = whole.size.millicores.saturating_sub(daemons.millicores);
                (cpu, whole.size.mebibytes.saturating_sub(daemons.mebibytes))
            })
            .collect::<Vec<_>>();
        let fits = |room: &(u64, u64)| wanted.millicores <= room.0 && wanted.mebibytes <= room.1;
        if let Some((cpu, memory)) = largest.iter().max()
            && !largest.iter().any(fits)
        {
            let too_large = Limit::TooLarge {
                service: service.name.to_owned(),
                millicores: wanted.millicores,
                mebibytes: wanted.mebibytes,
                free_millicores: *cpu,
                free_mebibytes: *memory,
                pods: service.spec.pods,
            };
            let pod = service.document.pod.as_ref();
            found.add(pod.map_or(service.span, |pod| pod.span), too_large);
        }
    }
}

fn memory_used(view: &View<'_>, found: &mut Findings<'_>) {
    for (service, memory) in memories(view) {
        let (used, limit) = (view.get(memory.used.as_ref()), view.get(memory.limit.as_ref()));
        if let (Some(used), Some(limit)) = (used, limit)
            && used.0 > limit.0
        {
            let (used, limit) = (Figure(used.0 / MEBIBYTE), Figure(limit.0 / MEBIBYTE));
            let service = service.name.to_owned();
            found.add(memory.span, Limit::MemoryUsed { service, used, limit });
        }
    }
}

/// Returns memory limit and heap for the pods of each service that state a heap \[MiB\].
fn heaps<'a>(view: &View<'a>) -> Vec<(OneService<'a>, &'a Memory, f64, f64)> {
    let stated = |(service, memory): (OneService<'a>, &'a Memory)| {
        let limit = view.get(memory.limit.as_ref())?.0 / MEBIBYTE;
        let share = view.get(memory.heap_share.as_ref())?.0;
        Some((service, memory, limit, limit * share))
    };
    memories(view).into_iter().filter_map(stated).collect()
}

fn large_heap(view: &View<'_>, found: &mut Findings<'_>) {
    for (service, memory, limit, heap) in heaps(view) {
        let threads = f64::from(service.spec.threads.maximum.min(10_000));
        let all = heap + BESIDES + threads * STACK;
        if all > limit {
            let large = Limit::LargeHeap {
                service: service.name.to_owned(),
                heap: Figure(heap),
                besides: Figure(BESIDES),
                stacks: Figure(threads * STACK),
                all: Figure(all),
                over: Figure(all - limit),
                limit: Figure(limit),
            };
            found.add(memory.span, large);
        }
    }
}

fn small_heap(view: &View<'_>, found: &mut Findings<'_>) {
    for (service, memory, limit, heap) in heaps(view) {
        if heap < SMALL_HEAP * limit {
            let small = Limit::SmallHeap {
                service: service.name.to_owned(),
                heap: Figure(heap),
                limit: Figure(limit),
                idle: Share(1.0 - heap / limit),
            };
            found.add(memory.span, small);
        }
    }
}

fn memory_target(view: &View<'_>, found: &mut Findings<'_>) {
    for (service, memory) in memories(view) {
        let scaler = service.document.autoscaling.as_ref();
        let Some(setting) = scaler.and_then(|scaler| scaler.memory.as_ref()) else { continue };
        let requested = memory.request.as_ref().or(memory.limit.as_ref());
        let (used, request) = (view.get(memory.used.as_ref()), view.get(requested));
        let (Some(used), Some(request)) = (used, request) else { continue };
        let (share, target) = (used.0 / request.0, view.pick(setting).0);
        let most = view.pods(service, Pods::Most);
        if share > target * (1.0 + TOLERANCE) && most > service.spec.pods {
            let held = Limit::MemoryTarget {
                service: service.name.to_owned(),
                used: Share(share),
                target: Share(target),
                most,
                pods: service.spec.pods,
            };
            found.add(setting.span, held);
        }
    }
}
