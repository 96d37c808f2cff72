//! Settings and edits without effect.

use super::view::{Pods, View};
use super::{About, Coded, Findings, percent};
use crate::scenario::document::{Step, TransactionDoc};
use crate::scenario::problem::Span;
use crate::scenario::values::canonical;
use crate::scenario::yaml::{Node, Value};
use crate::station::autoscaler::TOLERANCE;

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

/// `edit 3 of plan x`.
fn edit_name(edit: &crate::study::result::Edit) -> String {
    let number = edit.edit.as_ref().map_or_else(String::new, |number| format!(" {number}"));
    format!("edit{number} of plan {}", edit.plan)
}

fn differ(one: &str, other: &str) -> bool {
    one != other
        && !matches!((canonical(one), canonical(other)), (Some(a), Some(b))
            if a.1 == b.1 && (a.0 - b.0).abs() <= 1e-9 * a.0.abs())
}

/// Edits are the same whatever the variant: they are looked at in the first.
fn edits<'a>(view: &View<'a>) -> Vec<(Span, &'a crate::study::result::Edit)> {
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
            service.autoscaling.as_ref().map(|scaler| scaler.min.runs.0)
        };
        let run: Vec<String> = view
            .services()
            .filter(|service| named(service.name))
            .filter_map(|service| Some(format!("{} {}", minimum(service.name)?, service.name)))
            .collect();
        found.once(
            span,
            format!("{} sets {} {} → {}", edit_name(edit), edit.set, edit.from, edit.to),
            format!("the autoscaler's minimum rules: pods before and after: {}", run.join(", ")),
        );
    }
}

fn pinned(view: &View<'_>, found: &mut Findings<'_>) {
    for (span, edit) in edits(view) {
        if edit.effective || edit.set.ends_with(".replicas") || !differ(&edit.from, &edit.to) {
            continue;
        }
        let why = edit.why.strip_prefix("no effect: ").unwrap_or(&edit.why);
        let message = format!("{} sets {} {} → {}", edit_name(edit), edit.set, edit.from, edit.to);
        found.once(span, message, why.to_owned());
    }
}

fn same(view: &View<'_>, found: &mut Findings<'_>) {
    for (span, edit) in edits(view) {
        if !differ(&edit.from, &edit.to) {
            let message = format!("{} sets {} to {}", edit_name(edit), edit.set, edit.to);
            found.once(span, message, format!("{} is written already", edit.from));
        }
    }
}

fn believed(view: &View<'_>, found: &mut Findings<'_>) {
    for (span, edit) in edits(view) {
        if let Some(believed) = &edit.believed {
            let message = format!("{} takes {} for {believed}", edit_name(edit), edit.set);
            let consequence = format!(
                "{} is written: the step is {} → {}, not {believed} → {}",
                edit.from, edit.from, edit.to, edit.to
            );
            found.once(span, message, consequence);
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
            let message = format!("plan {} takes {set} for {value}", plan.plan.text);
            found.once(belief.set.span, message, format!("{written} is written"));
        }
    }
}

/// The value at a path; keys may hold dots.
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
            let names: Vec<&str> = same.iter().map(|(name, _)| name.value.as_str()).collect();
            let a_pod = View::connections(service, database.index, 1);
            found.add(
                second.span,
                format!(
                    "the pools {} of `{}` all reach `{}`",
                    names.join(", "),
                    service.name,
                    database.name
                ),
                format!("each pod may open {a_pod} connections to one server; no reading is taken off it"),
            );
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
            let because = node.get("because").map(Node::quote);
            let because = because.map_or_else(String::new, |text| format!(", because {text}"));
            let message = format!("{path} is {written} in the files");
            found.once(node.span, message, format!("{runs} runs{because}"));
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
    let stay: Vec<String> = view
        .services()
        .filter(|service| view.pods(*service, Pods::Most) > service.spec.pods)
        .map(|service| {
            let most = view.pods(service, Pods::Most);
            format!("{} {} of {most}", service.name, service.spec.pods)
        })
        .collect();
    if !stay.is_empty() {
        let message = format!("{} autoscalers have no metrics server to ask", stay.len());
        found.add(server.span, message, format!("pods stay at their minimum: {}", stay.join(", ")));
    }
}

fn stuck(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        let Some(scaler) = &service.document.autoscaling else { continue };
        let minimum = view.pick(&scaler.min).0;
        if let Some(maximum) = view.get(scaler.max.as_ref())
            && maximum.0 == minimum
        {
            let message =
                format!("the autoscaler of `{}` goes from {minimum} to {minimum}", service.name);
            found.add(scaler.span, message, format!("{minimum} pods, whatever the load"));
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
            found.add(
                setting.span,
                format!(
                    "`{}` scales above {} of its CPU request, and can use at most {}",
                    service.name,
                    percent(needed),
                    percent(most)
                ),
                format!("{} pods for ever, with queues however long", service.spec.pods),
            );
        }
    }
}

fn nodes(view: &View<'_>, found: &mut Findings<'_>) {
    for (name, group) in view.system.node_groups.iter() {
        let (now, _) = view.nodes(group);
        let Some(maximum) = &group.max else { continue };
        let most = view.pick(maximum).0;
        if group.autoscaler.is_none() && most > u64::from(now) {
            found.add(
                maximum.span,
                format!("`{}` may have {most} nodes, but nothing adds any", name.value),
                format!("{now} run, whatever waits for room"),
            );
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
                let message = format!(
                    "`idle_timeout` of pool `{}` of `{}` closes none of its connections",
                    pool.name, service.name
                );
                let consequence =
                    format!("{} stay open, as many as `minimum_idle` keeps", pool.maximum);
                found.add(timeout.span, message, consequence);
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
            found.add(
                setting.span,
                format!(
                    "a proxy opens at most {allowed} connections to `{}`, which has {threads} threads",
                    service.name
                ),
                format!("one caller reaches {allowed} of them at a time"),
            );
        }
    }
}

/// Tell `seen` every step, and whether it stands in a transaction.
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
                    found.add(
                        call.span,
                        format!(
                            "`{}` gives up on `{}` after {}",
                            service.name,
                            call.endpoint.text,
                            super::time(own.0)
                        ),
                        format!("the mesh has ended the request after {}", super::time(ends)),
                    );
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
            found.add(
                mesh.span,
                format!(
                    "{tries} tries of {} into `{}` take {}, the whole may take {}",
                    super::time(each.0),
                    service.name,
                    super::time(all),
                    super::time(whole)
                ),
                format!("{} of {tries} tries have their time", (whole / each.0).floor()),
            );
        }
    }
}
