//! Rules on settings and edits without effect.

use super::found::{EditName, Floor, Pinned, Setting};
use super::view::{Pods, View};
use super::{About, Coded, Findings, Seconds, Share};
use crate::scenario::document::{Step, TransactionDoc};
use crate::scenario::problem::SourceSpan;
use crate::scenario::values::canonical;
use crate::scenario::yaml::{Node, Value};
use crate::station::autoscaler::TOLERANCE;
use crate::study::result::Edit;

pub(super) const RULES: &[Coded] = &[
    Coded {
        about: About {
            code: "W1001",
            title: "a replica count under an autoscaler is edited",
            cause: "Where an autoscaler is on, charts leave `replicas` out, or the autoscaler overwrites it.",
            consequence: "As many pods run as before: the autoscaler's minimum.",
            remedy: "Raise the autoscaler's minimum instead.",
            source: "Kubernetes documentation, HorizontalPodAutoscaler: migrating Deployments",
        },
        check: replicas,
    },
    Coded {
        about: About {
            code: "W1002",
            title: "an edit that does not reach what runs",
            cause: "The setting is written in one place and decided in another: code, a module, a default.",
            consequence: "The file changes and the running system does not.",
            remedy: "Edit it where it is decided; a plan says so with `force`.",
            source: "the reason given beside the setting (`because`)",
        },
        check: pinned,
    },
    Coded {
        about: About {
            code: "W1003",
            title: "an edit that writes what is written",
            cause: "The value is there already.",
            consequence: "Nothing changes, and what was expected of the edit does not come.",
            remedy: "Strike the edit, and look for what the plan meant.",
            source: "comparison of the plan with the system's files",
        },
        check: same,
    },
    Coded {
        about: About {
            code: "W1004",
            title: "a plan starts from a value that is not there",
            cause: "What the plan takes for today's value is not what the files say.",
            consequence: "The step is another one than planned, and so is its effect.",
            remedy: "Read the current column anew from the files.",
            source: "comparison of the plan with the system's files",
        },
        check: believed,
    },
    Coded {
        about: About {
            code: "W1005",
            title: "two pools, one database",
            cause: "Pools named for different servers reach the same one.",
            consequence: "Nothing is read elsewhere, and all pools count against one limit of connections.",
            remedy: "Give the reading pool an own server, or make one pool of them.",
            source: "PostgreSQL documentation, connections and authentication",
        },
        check: endpoints,
    },
    Coded {
        about: About {
            code: "N1006",
            title: "files say otherwise than what runs",
            cause: "The value in the files is not the one in use.",
            consequence: "Whoever plans from the files plans for another system.",
            remedy: "Remove the dead setting, or let it rule.",
            source: "the reason given beside the setting (`because`)",
        },
        check: otherwise,
    },
    Coded {
        about: About {
            code: "W1007",
            title: "autoscalers without a metrics server",
            cause: "A horizontal autoscaler reads pod metrics from the metrics server; there is none.",
            consequence: "It never acts, whatever the load.",
            remedy: "Install the metrics server, or count on the minimum.",
            source: "Kubernetes documentation, HorizontalPodAutoscaler: support for metrics APIs",
        },
        check: metrics,
    },
    Coded {
        about: About {
            code: "N1008",
            title: "an autoscaler that cannot move",
            cause: "Its maximum is its minimum.",
            consequence: "It never adds a pod.",
            remedy: "Raise the maximum, or take a fixed number of replicas.",
            source: "Kubernetes documentation, HorizontalPodAutoscaler",
        },
        check: stuck,
    },
    Coded {
        about: About {
            code: "W1009",
            title: "a CPU target that cannot be exceeded",
            cause: "Use is measured against the request and ends at the limit; limit over request is not above \
                    the target and its tolerance of 10 %.",
            consequence: "The autoscaler never adds a pod, however long the queue.",
            remedy: "Lower the target or the request, or raise the limit.",
            source: "Kubernetes documentation, HorizontalPodAutoscaler: algorithm details",
        },
        check: target,
    },
    Coded {
        about: About {
            code: "W1010",
            title: "room for nodes that nobody adds",
            cause: "A node group may grow to its maximum, but no cluster autoscaler changes its size.",
            consequence: "The nodes that are there stay all there are.",
            remedy: "Install a cluster autoscaler, or raise the minimum.",
            source: "Kubernetes documentation, node autoscaling",
        },
        check: nodes,
    },
    Coded {
        about: About {
            code: "N1011",
            title: "an idle timeout that never applies",
            cause: "A pool closes idle connections only above `minimum_idle`, which is the maximum.",
            consequence: "The pool keeps all its connections for ever.",
            remedy: "Leave it out, or lower `minimum_idle`.",
            source: "HikariCP README, idleTimeout and minimumIdle",
        },
        check: idle,
    },
    Coded {
        about: About {
            code: "N1012",
            title: "more threads than the mesh lets through",
            cause: "A proxy opens at most `max_connections` to a service; requests beyond wait or are refused \
                    before they reach a thread.",
            consequence: "From one caller the threads beyond are never used.",
            remedy: "Raise `max_connections`, or lower the number of threads.",
            source: "Istio documentation, DestinationRule: ConnectionPoolSettings",
        },
        check: threads,
    },
    Coded {
        about: About {
            code: "W1013",
            title: "a call's timeout that the mesh undercuts",
            cause: "The mesh ends requests into the service sooner than the caller's own timeout.",
            consequence: "The caller's timeout never rules.",
            remedy: "Make the caller's timeout the shorter one.",
            source: "Istio documentation, traffic management: network resilience",
        },
        check: undercut,
    },
    Coded {
        about: About {
            code: "W1014",
            title: "tries of the mesh that do not fit",
            cause: "All tries together may take longer than the timeout of the whole.",
            consequence: "The last tries are cut short or never made.",
            remedy: "Lower the time of a try or the number of retries, or raise the whole.",
            source: "Istio documentation, VirtualService: HTTPRetry",
        },
        check: tries,
    },
];

fn edit_name(edit: &Edit) -> EditName {
    EditName { plan: edit.plan.clone(), number: edit.edit.clone() }
}

fn differ(one: &str, other: &str) -> bool {
    one != other
        && !matches!((canonical(one), canonical(other)), (Some(a), Some(b))
            if a.1 == b.1 && (a.0 - b.0).abs() <= 1e-9 * a.0.abs())
}

/// Edits do not depend on the variant, so they are examined in the first one only.
fn edits<'a>(view: &View<'a>) -> Vec<(SourceSpan, &'a Edit)> {
    if view.index == 0 { view.edits() } else { Vec::new() }
}

fn replicas(view: &View<'_>, found: &mut Findings<'_>) {
    for (span, edit) in edits(view) {
        if edit.effective || !edit.set.ends_with(".replicas") || !differ(&edit.from, &edit.to) {
            continue;
        }
        let named =
            |name: &str| edit.set.split('.').nth(1).is_some_and(|set| set == name || set == "*");
        let minimum = |name: &str| {
            let service = view.documents.variants[0].system.services.get(name)?;
            let pods = service.autoscaling.as_ref()?.min.runs.0;
            Some(Floor { service: name.to_owned(), pods, most: None })
        };
        let minimums = view
            .services()
            .filter(|service| named(service.name))
            .filter_map(|service| minimum(service.name))
            .collect();
        let Edit { set, from, to, .. } = edit.clone();
        found.once(span, Setting::Replicas { edit: edit_name(edit), set, from, to, minimums });
    }
}

fn pinned(view: &View<'_>, found: &mut Findings<'_>) {
    for (span, edit) in edits(view) {
        if edit.effective || edit.set.ends_with(".replicas") || !differ(&edit.from, &edit.to) {
            continue;
        }
        let Edit { set, from, to, effect, places, .. } = edit.clone();
        let pinned = Pinned { edit: edit_name(edit), set, from, to, effect, places };
        found.once(span, Setting::Pinned(pinned));
    }
}

fn same(view: &View<'_>, found: &mut Findings<'_>) {
    for (span, edit) in edits(view) {
        if !differ(&edit.from, &edit.to) {
            let Edit { set, from, to, .. } = edit.clone();
            found.once(span, Setting::Same { edit: edit_name(edit), set, from, to });
        }
    }
}

fn believed(view: &View<'_>, found: &mut Findings<'_>) {
    for (span, edit) in edits(view) {
        if let Some(believed) = edit.believed.clone() {
            let Edit { set, from, to, .. } = edit.clone();
            let edit = edit_name(edit);
            found.once(span, Setting::Believed { edit, set, from, believed, to });
        }
    }
    if view.index > 0 {
        return;
    }
    for (plan, belief) in view
        .documents
        .plans
        .iter()
        .flat_map(|plan| plan.believes.iter().map(move |one| (plan, one)))
    {
        let (set, value) = (&belief.set.value.0, &belief.value.value.0);
        let Some(node) = at(&view.documents.system, set) else { continue };
        let written = node.get("written").unwrap_or(node).quote();
        if differ(&written, value) {
            let (plan, set, believed) = (plan.plan.text.clone(), set.clone(), value.clone());
            let other = Setting::PlanBelieves { plan, set, believed, written };
            found.once(belief.set.span, other);
        }
    }
}

/// Returns the value at a path; keys may contain dots.
fn at<'a>(node: &'a Node, path: &str) -> Option<&'a Node> {
    node.entries()?.iter().find_map(|entry| {
        let rest = path.strip_prefix(entry.key.as_str())?;
        if rest.is_empty() { Some(&entry.value) } else { at(&entry.value, rest.strip_prefix('.')?) }
    })
}

fn endpoints(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        for database in view.databases() {
            let pools = service.document.pools.iter();
            let same: Vec<_> =
                pools.filter(|(_, pool)| pool.database.text == database.name).collect();
            let [_, (second, _), ..] = same.as_slice() else { continue };
            let shared = Setting::SharedDatabase {
                service: service.name.to_owned(),
                database: database.name.to_owned(),
                pools: same.iter().map(|(name, _)| name.value.clone()).collect(),
                connections: View::connections(service, database.index, 1),
            };
            found.add(second.span, shared);
        }
    }
}

fn otherwise(view: &View<'_>, found: &mut Findings<'_>) {
    if view.index == 0 {
        settings(&view.documents.system, &mut String::new(), found);
    }
}

fn settings(node: &Node, path: &mut String, found: &mut Findings<'_>) {
    if let (Some(written), Some(runs)) = (node.get("written"), node.get("runs")) {
        let (written, runs) = (written.quote(), runs.quote());
        if differ(&written, &runs) {
            let (path, because) = (path.clone(), node.get("because").map(Node::quote));
            found.once(node.span, Setting::Otherwise { path, written, runs, because });
        }
        return;
    }
    if let Value::Map(entries) = &node.value {
        let length = path.len();
        for entry in entries {
            if length > 0 {
                path.push('.');
            }
            path.push_str(&entry.key);
            settings(&entry.value, path, found);
            path.truncate(length);
        }
    }
}

fn metrics(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(server) = &view.system.metrics_server else { return };
    if view.pick(server).0 {
        return;
    }
    let services: Vec<Floor> = view
        .services()
        .filter(|service| view.pods(*service, Pods::Most) > service.spec.pods)
        .map(|service| Floor {
            service: service.name.to_owned(),
            pods: u64::from(service.spec.pods),
            most: Some(u64::from(view.pods(service, Pods::Most))),
        })
        .collect();
    if !services.is_empty() {
        found.add(server.span, Setting::NoMetrics { services });
    }
}

fn stuck(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        let Some(scaler) = &service.document.autoscaling else { continue };
        let minimum = view.pick(&scaler.min).0;
        if let Some(maximum) = view.get(scaler.max.as_ref())
            && maximum.0 == minimum
        {
            let service = service.name.to_owned();
            found.add(scaler.span, Setting::Stuck { service, pods: minimum });
        }
    }
}

fn target(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        let scaler = service.document.autoscaling.as_ref();
        let Some(setting) = scaler.and_then(|scaler| scaler.cpu.as_ref()) else { continue };
        let cpu = service.document.pod.as_ref().and_then(|pod| pod.cpu.as_ref());
        let limit = view.get(cpu.and_then(|cpu| cpu.limit.as_ref()));
        // A limit without a request counts as one, as in Kubernetes.
        let request = view.get(cpu.and_then(|cpu| cpu.request.as_ref().or(cpu.limit.as_ref())));
        let (Some(request), Some(limit)) = (request, limit) else { continue };
        let (most, target) = (limit.0 / request.0, view.pick(setting).0);
        let needed = target * (1.0 + TOLERANCE);
        if most <= needed {
            let target = Setting::Target {
                service: service.name.to_owned(),
                above: Share(needed),
                most: Share(most),
                pods: service.spec.pods,
            };
            found.add(setting.span, target);
        }
    }
}

fn nodes(view: &View<'_>, found: &mut Findings<'_>) {
    for (name, group) in view.system.node_groups.iter() {
        let (now, _) = view.nodes(group);
        let Some(maximum) = &group.max else { continue };
        let most = view.pick(maximum).0;
        if group.autoscaler.is_none() && most > u64::from(now) {
            found.add(maximum.span, Setting::Nodes { group: name.value.clone(), now, most });
        }
    }
}

fn idle(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        for ((_, document), pool) in service.document.pools.iter().zip(&service.spec.pools) {
            if let Some(timeout) = &document.idle_timeout
                && pool.minimum_idle >= pool.maximum
                && view.pick(timeout).0 > 0.0
            {
                let idle = Setting::IdleTimeout {
                    service: service.name.to_owned(),
                    pool: pool.name.clone(),
                    connections: pool.maximum,
                };
                found.add(timeout.span, idle);
            }
        }
    }
}

fn threads(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        let Some(mesh) = &service.document.mesh else { continue };
        let Some(setting) = &mesh.max_connections else { continue };
        let (allowed, pods) = (view.pick(setting).u32(), service.spec.pods);
        let threads = u64::from(service.spec.threads.maximum) * u64::from(pods);
        if threads < 1_000_000 && u64::from(allowed) < threads {
            let service = service.name.to_owned();
            found.add(setting.span, Setting::Threads { service, allowed, threads });
        }
    }
}

/// Calls `seen` with every step, and whether it is inside a transaction.
pub(super) fn each_step<'a>(steps: &'a [Step], inside: bool, seen: &mut dyn FnMut(&'a Step, bool)) {
    for step in steps {
        seen(step, inside);
        match step {
            Step::Transaction(TransactionDoc { steps, .. }) => each_step(steps, true, seen),
            Step::Cache(cache) => each_step(&cache.miss, inside, seen),
            Step::Choose(branches) => {
                for branch in &branches.value {
                    each_step(&branch.steps, inside, seen);
                }
            }
            Step::Repeat(repeat) => each_step(&repeat.steps, inside, seen),
            Step::Lock(lock) => each_step(&lock.steps, inside, seen),
            Step::Cpu(_)
            | Step::Delay(_)
            | Step::Query(_)
            | Step::Publish(_)
            | Step::Call(_)
            | Step::Send(_)
            | Step::Insert(_)
            | Step::Scan(_) => {}
        }
    }
}

fn undercut(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        let endpoints = service.document.endpoints.iter().map(|(_, steps)| steps);
        let listeners = service.document.listeners.iter().map(|(_, listener)| &listener.steps);
        for steps in endpoints.chain(listeners) {
            each_step(steps, false, &mut |step, _| {
                let Step::Call(call) = step else { return };
                let Some((callee, _)) = call.endpoint.text.split_once('.') else { return };
                let place = view.system.services.position(callee);
                let ends = place.and_then(|callee| view.mesh_timeout(callee));
                let own = view.get(call.timeout.as_ref());
                if let (Some(ends), Some(own)) = (ends, own)
                    && own.0 > ends
                {
                    let undercut = Setting::Undercut {
                        service: service.name.to_owned(),
                        endpoint: call.endpoint.text.clone(),
                        own: Seconds(own.0),
                        mesh: Seconds(ends),
                    };
                    found.add(call.span, undercut);
                }
            });
        }
    }
}

fn tries(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        let Some(mesh) = &service.document.mesh else { continue };
        let each = view.get(mesh.per_try_timeout.as_ref()).filter(|each| each.0 > 0.0);
        let (Some(each), Some(whole)) = (each, view.mesh_timeout(service.index)) else { continue };
        let tries = view.get(mesh.retries.as_ref()).map_or(0, |retries| retries.0) + 1;
        let all = each.0 * tries as f64;
        if all > whole {
            let late = Setting::Tries {
                service: service.name.to_owned(),
                tries,
                each: Seconds(each.0),
                all: Seconds(all),
                whole: Seconds(whole),
                fit: (whole / each.0).floor() as u64,
            };
            found.add(mesh.span, late);
        }
    }
}
