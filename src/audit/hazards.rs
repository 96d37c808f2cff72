//! Rules on failures under foreseeable circumstances.

use super::deadlines::deadlines;
use super::effect::each_step;
use super::found::Hazard;
use super::view::{OneService, Pods, View};
use super::work::Program;
use super::{About, Coded, Figure, Findings, Seconds};
use crate::model::spec::Balancer;
use crate::model::visit::{Link, Links};
use crate::scenario::document::RolloutWord;
use crate::scenario::document::Step;

/// CPU time while holding a connection that is worth a note \[s\].
const LONG_WORK: f64 = 0.02;
/// Tries of one request, over all layers, that are worth a warning.
const MANY_TRIES: f64 = 4.0;
/// Ratio of threads to connections that is worth a note.
const MANY_THREADS: u64 = 5;
/// Share of connection holding time that must be saved by earlier release to be worth a note.
const FREED: f64 = 0.01;
/// CPU time relative to a warm pod above which a new one is slow for its users.
const SLOW: f64 = 1.5;
/// Number of threads above which a service counts as unlimited.
const UNLIMITED: u32 = 1_000_000;

const POOL: &str = "HikariCP wiki, About Pool Sizing";
const PROBES: &str = "Kubernetes documentation, liveness, readiness and startup probes";
const RETRIES: &str = "Google SRE book, Addressing Cascading Failures: retries";

pub(super) const RULES: &[Coded] = &[
    Coded {
        about: About {
            code: "W1201",
            title: "a pool that can lock up",
            cause: "A program takes a further connection of a pool while it holds one. With as many holders as \
                    connections all wait for a further one, and none gives back.",
            consequence: "Nothing of that pod moves until the connection timeout.",
            remedy: "Do not nest, or make the pool larger than holders x (connections of each - 1).",
            source: POOL,
        },
        check: nested,
    },
    Coded {
        about: About {
            code: "W1202",
            title: "a remote call with a connection held",
            cause: "A call to another service is made inside a transaction, or before open-in-view lets the \
                    connection go.",
            consequence: "When the other service is slow, this one's connections are gone.",
            remedy: "Call before or after the transaction, and switch open-in-view off.",
            source: "Hibernate user guide, transactions: keep them short",
        },
        check: remote,
    },
    Coded {
        about: About {
            code: "N1203",
            title: "connections held until the response is written",
            cause: "Open-in-view keeps the connection of the first statement to the end of the response.",
            consequence: "Rendering, waiting and computing use up connections.",
            remedy: "Set spring.jpa.open-in-view to false.",
            source: "Spring Boot reference, spring.jpa.open-in-view",
        },
        check: open_in_view,
    },
    Coded {
        about: About {
            code: "N1204",
            title: "long computing with a connection held",
            cause: "CPU work that needs no database is done inside a transaction.",
            consequence: "The pool does fewer requests a second than the database could.",
            remedy: "Compute before the first statement or after the commit.",
            source: POOL,
        },
        check: computing,
    },
    Coded {
        about: About {
            code: "W1205",
            title: "retries that multiply",
            cause: "Users, the mesh and each service on the path all try again, each for each try of the one before.",
            consequence: "What is slow gets several times its load just then.",
            remedy: "Retry in one layer, with a budget.",
            source: RETRIES,
        },
        check: retries,
    },
    Coded {
        about: About {
            code: "W1206",
            title: "a wait for a connection as long as the caller's patience",
            cause: "The pool gives up no sooner than whoever asked.",
            consequence: "In overload threads work for those who have left.",
            remedy: "Set the connection timeout to a small part of the patience.",
            source: "HikariCP README, connectionTimeout; Google SRE book, Addressing Cascading Failures: deadlines",
        },
        check: patience,
    },
    Coded {
        about: About {
            code: "W1207",
            title: "a call that outlasts its own caller",
            cause: "A service waits for another longer than its own caller, or the mesh before it, waits for it.",
            consequence: "Threads and connections are held for an answer that nobody hears.",
            remedy: "Make each timeout on the way in shorter than the one before.",
            source: "Google SRE book, Addressing Cascading Failures: deadlines",
        },
        check: outlasts,
    },
    Coded {
        about: About {
            code: "W1208",
            title: "a call without a timeout",
            cause: "Neither the caller nor the mesh ends it.",
            consequence: "When the other service hangs, this one's threads hang with it.",
            remedy: "Give it a timeout a little above its usual slowest answer.",
            source: "Google SRE book, Addressing Cascading Failures: deadlines",
        },
        check: endless,
    },
    Coded {
        about: About {
            code: "W1209",
            title: "ready before warm",
            cause: "The pod gets its full share of requests before its code is compiled and its pools are filled.",
            consequence: "Each new pod is slow first; a rollout or growth under load makes it worse for a while.",
            remedy: "Let readiness wait for the warm-up, or warm up with requests of its own.",
            source: PROBES,
        },
        check: cold,
    },
    Coded {
        about: About {
            code: "W1210",
            title: "killed before it is ready",
            cause: "Liveness fails its last time before the pod answers.",
            consequence: "It is started anew again and again, above all when its node is busy.",
            remedy: "Use a startup probe, or begin liveness later.",
            source: PROBES,
        },
        check: killed,
    },
    Coded {
        about: About {
            code: "W1211",
            title: "a grace that ends before the work",
            cause: "After the pause before the end, less time is left than a request may take.",
            consequence: "Requests under way fail in every rollout and every shrinking.",
            remedy: "Lengthen the grace beyond the pause plus the longest request.",
            source: "Kubernetes documentation, pod lifecycle: termination",
        },
        check: grace,
    },
    Coded {
        about: About {
            code: "N1212",
            title: "a single pod",
            cause: "A service has one pod and no autoscaler.",
            consequence: "Its loss, or a rollout, is an outage of as long as a pod takes to get ready.",
            remedy: "Run two.",
            source: "Kubernetes documentation, disruptions",
        },
        check: single,
    },
    Coded {
        about: About {
            code: "W1213",
            title: "a rollout that begins with an outage",
            cause: "The old pods go before the new ones are there.",
            consequence: "Nobody answers until the new ones are ready.",
            remedy: "Roll, or exchange blue for green.",
            source: "Kubernetes documentation, Deployment: strategy",
        },
        check: recreate,
    },
    Coded {
        about: About {
            code: "N1214",
            title: "many threads for few connections",
            cause: "A pod accepts far more requests into work than it has connections.",
            consequence: "Overload waits inside the pod instead of being refused, and every request gets slow.",
            remedy: "Take fewer threads, or a short wait for connections.",
            source: POOL,
        },
        check: threads,
    },
    Coded {
        about: About {
            code: "W1215",
            title: "fewer connections kept than there are pods",
            cause: "Requests stay on the connections that callers keep, and each leads to one pod.",
            consequence: "Pods that no connection leads to are idle, and further pods take nothing off the others.",
            remedy: "Balance by request (in the mesh or the client), or keep several connections for each pod.",
            source: "Kubernetes blog, gRPC load balancing on Kubernetes without tears",
        },
        check: kept,
    },
    Coded {
        about: About {
            code: "W1216",
            title: "an answer that comes when nobody waits for it any more",
            cause: "A request takes longer on the mean, with nobody before it, than whoever asks waits for it.",
            consequence: "Most requests fail, at any load and with any capacity, and their work is done for nobody.",
            remedy: "Wait longer than the work takes, or make the work shorter.",
            source: "Google SRE book, Addressing Cascading Failures: deadlines",
        },
        check: too_late,
    },
];

fn programs<'a>(view: &'a View<'_>, service: OneService<'_>) -> impl Iterator<Item = &'a Program> {
    view.programs.iter().filter(move |program| program.service == service.index)
}

fn nested(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        for (index, pool) in service.spec.pools.iter().enumerate() {
            let own: Vec<&Program> = programs(view, service)
                .filter(|program| {
                    program.nested.is_some_and(|(pool, held)| pool == index && held > 1)
                })
                .collect();
            let Some(first) = own.first() else { continue };
            let each = own
                .iter()
                .filter_map(|program| program.nested)
                .map(|(_, held)| held)
                .max()
                .unwrap_or(2);
            let listeners = view
                .spec
                .listeners
                .iter()
                .filter(|listener| own.iter().any(|one| one.name == listener.name));
            let consumers: u64 = listeners.map(|listener| u64::from(listener.concurrency)).sum();
            let endpoints = view
                .spec
                .endpoints
                .iter()
                .any(|endpoint| own.iter().any(|one| one.name == endpoint.name));
            let threads =
                if endpoints { u64::from(service.spec.threads.maximum.min(UNLIMITED)) } else { 0 };
            let needed = (threads + consumers) * u64::from(each - 1) + 1;
            if u64::from(pool.maximum) < needed {
                let nested = Hazard::Nested {
                    programs: own.iter().map(|program| program.name.clone()).collect(),
                    each,
                    pool: pool.name.clone(),
                    service: service.name.to_owned(),
                    threads,
                    consumers,
                    connections: pool.maximum,
                    together: pool.maximum / (each - 1),
                    timeout: Seconds(pool.connection_timeout.secs()),
                    safe: needed,
                };
                found.add(view.program_span(&first.name), nested);
            }
        }
    }
}

fn remote(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        for program in programs(view, service).filter(|program| program.calls_held > 0.0) {
            let connections = most_held(service, program);
            let held = Hazard::CallHeld { program: program.name.clone(), connections };
            found.add(view.program_span(&program.name), held);
        }
    }
}

/// Returns the maximum size of the pool whose connections a program holds longest.
fn most_held(service: OneService<'_>, program: &Program) -> u32 {
    let longest = program.held.iter().max_by(|a, b| a.1.all.total_cmp(&b.1.all));
    longest.and_then(|(pool, _)| service.spec.pools.get(*pool)).map_or(0, |pool| pool.maximum)
}

fn open_in_view(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services().filter(|service| !service.document.pools.is_empty()) {
        let runtime = service.document.runtime.as_ref();
        let runtime = runtime.and_then(|name| view.catalog.runtimes.get(&name.text));
        let own = view.get(service.document.open_in_view.as_ref());
        let on =
            own.or(runtime.and_then(|runtime| runtime.open_in_view)).is_some_and(|flag| flag.0);
        if !on {
            continue;
        }
        let span =
            service.document.open_in_view.as_ref().map_or(service.span, |setting| setting.span);
        let endpoints = || programs(view, service).filter(|program| program.listener.is_none());
        let rate: f64 = endpoints().map(|program| program.rate).sum();
        let mean =
            |of: fn(&Program) -> f64| endpoints().map(|one| one.rate * of(one)).sum::<f64>() / rate;
        let held = mean(|one| one.held.values().map(|held| held.all).sum());
        let needed = mean(|one| one.needed.values().sum());
        if rate > 0.0 && held - needed > FREED * held {
            let open = Hazard::OpenInView {
                service: service.name.to_owned(),
                held: Seconds(held),
                outside: Seconds(held - needed),
            };
            found.add(span, open);
        }
    }
}

fn computing(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        for program in programs(view, service).filter(|program| program.cpu_held >= LONG_WORK) {
            let most = most_held(service, program);
            let computes = Hazard::ComputesHeld {
                program: program.name.clone(),
                work: Seconds(program.cpu_held),
                connections: most,
                most: Figure(f64::from(most) / program.cpu_held),
            };
            found.add(view.program_span(&program.name), computes);
        }
    }
}

/// Returns the calls of a program.
fn calls<'a>(steps: &'a [Step]) -> Vec<&'a crate::scenario::document::CallDoc> {
    let mut found: Vec<&'a crate::scenario::document::CallDoc> = Vec::new();
    each_step(steps, false, &mut |step, _| {
        if let Step::Call(call) = step {
            found.push(call);
        }
    });
    found
}

/// Returns the largest number of tries that one request can become at each endpoint, at the end of
/// the longest chain of calls; `None` where calls form a cycle.
fn tries(view: &View<'_>) -> Option<Vec<f64>> {
    let links = Links::of(view.spec)?;
    let mut all = vec![1.0; view.spec.endpoints.len()];
    for program in links.callees_first()? {
        let Some(endpoint) = view.spec.endpoints.get(program) else { continue };
        let mesh = view.spec.meshes.iter().find(|mesh| mesh.service == endpoint.service);
        let below = links.of[program].iter().filter(|link| link.waits).map(|link| all[link.to]);
        let own = 1.0 + mesh.map_or(0.0, |mesh| f64::from(mesh.retries));
        all[program] = own * below.fold(1.0, f64::max);
    }
    Some(all)
}

fn retries(view: &View<'_>, found: &mut Findings<'_>) {
    let users = view.spec.load.retries.map_or(0, |retries| retries.attempts);
    let layers = f64::from(users + 1);
    let all = tries(view).unwrap_or_default();
    let each = view.spec.endpoints.iter().zip(all).map(|(one, tries)| (layers * tries, &one.name));
    // The first of those with the most.
    let worst = each.rev().max_by(|a, b| a.0.total_cmp(&b.0));
    // A single layer of retries is not multiplied by another.
    let Some((all, name)) = worst.filter(|(all, _)| *all >= MANY_TRIES && *all > layers) else {
        return;
    };
    let retries = Hazard::Retries {
        endpoint: name.clone(),
        tries: Figure(all),
        users: Figure(layers),
        mesh: Figure(all / layers),
    };
    found.add(view.program_span(name), retries);
}

fn patience(view: &View<'_>, found: &mut Findings<'_>) {
    let deadlines = deadlines(view);
    for service in view.services() {
        let own = view.spec.endpoints.iter().zip(&deadlines);
        let own = own.filter(|(endpoint, _)| endpoint.service as usize == service.index);
        let waits = own.map(|(_, left)| left.after).fold(f64::INFINITY, f64::min);
        for ((name, document), pool) in service.document.pools.iter().zip(&service.spec.pools) {
            let timeout = pool.connection_timeout.secs();
            if timeout >= waits {
                let span =
                    document.connection_timeout.as_ref().map_or(name.span, |setting| setting.span);
                let patience = Hazard::Patience {
                    service: service.name.to_owned(),
                    pool: pool.name.clone(),
                    timeout: Seconds(timeout),
                    waits: Seconds(waits),
                };
                found.add(span, patience);
            }
        }
    }
}

fn too_late(view: &View<'_>, found: &mut Findings<'_>) {
    for (endpoint, left) in view.spec.endpoints.iter().zip(deadlines(view)) {
        let named = |program: &&Program| program.name == endpoint.name;
        let Some(program) = view.programs.iter().find(named) else { continue };
        if program.mean <= left.after || program.rate <= 0.0 {
            continue;
        }
        let Some(who) = left.who else { continue };
        let late = Hazard::TooLate {
            endpoint: endpoint.name.clone(),
            takes: Seconds(program.mean),
            who,
            waits: Seconds(left.after),
        };
        found.add(view.program_span(&endpoint.name), late);
    }
}

fn outlasts(view: &View<'_>, found: &mut Findings<'_>) {
    let deadlines = deadlines(view);
    let endpoints = view.services().flat_map(|service| service.document.endpoints.iter());
    for (((_, steps), endpoint), left) in endpoints.zip(&view.spec.endpoints).zip(&deadlines) {
        for call in calls(steps) {
            let waits = view.get(call.timeout.as_ref()).map(|waits| waits.0);
            let Some(waits) = waits.filter(|waits| *waits > left.after) else { continue };
            let Some(who) = left.who.clone() else { continue };
            let outlasts = Hazard::Outlasts {
                endpoint: endpoint.name.clone(),
                callee: call.endpoint.text.clone(),
                waits: Seconds(waits),
                who,
                left: Seconds(left.after),
                vain: Seconds(waits - left.after),
            };
            found.add(call.span, outlasts);
        }
    }
}

fn endless(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        let endpoints = service.document.endpoints.iter().map(|(name, steps)| (name, steps, None));
        let listeners = service.document.listeners.iter().map(|(name, listener)| {
            (name, &listener.steps, Some(format!("{}.{}", service.name, name.value)))
        });
        for (name, steps, listener) in endpoints.chain(listeners) {
            for call in calls(steps).into_iter().filter(|call| call.timeout.is_none()) {
                let callee = call.endpoint.text.split_once('.');
                let callee = callee.and_then(|(callee, _)| view.system.services.position(callee));
                if callee.is_some_and(|callee| view.mesh_timeout(callee).is_some()) {
                    continue;
                }
                let listener = listener.as_ref().and_then(|name| {
                    view.spec.listeners.iter().find(|listener| listener.name == *name)
                });
                let threads = listener.map_or(service.spec.threads.maximum, |one| one.concurrency);
                let endless = Hazard::Endless {
                    program: format!("{}.{}", service.name, name.value),
                    callee: call.endpoint.text.clone(),
                    threads: (threads < UNLIMITED).then_some(threads),
                };
                found.add(call.span, endless);
            }
        }
    }
}

fn cold(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        let Some(pod) = &service.document.pod else { continue };
        let ready = service.spec.lifecycle.ready_after.secs();
        // Simulated warm-up begins when the pod is ready; stated warm-up begins when it starts.
        let simulated = service.spec.lifecycle.warm_up.filter(|warm_up| warm_up.factor > SLOW);
        let stated = pod.probes.as_ref().and_then(|probes| view.get(probes.warm.as_ref()));
        let warm = match (simulated, stated) {
            (Some(warm_up), _) => ready + warm_up.lasts.secs(),
            (None, Some(warm)) => warm.0,
            (None, None) => continue,
        };
        if ready < warm {
            let cold = Hazard::Cold {
                service: service.name.to_owned(),
                ready: Seconds(ready),
                warm: Seconds(warm),
                slow: Seconds(warm - ready),
            };
            found.add(pod.span, cold);
        }
    }
}

fn killed(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        let Some(pod) = &service.document.pod else { continue };
        let Some(probes) = &pod.probes else { continue };
        let after = view.get(probes.liveness_after.as_ref()).map(|after| after.0);
        let has_liveness = probes.liveness_period.is_some() || probes.liveness_failures.is_some();
        let Some(after) = after.or(has_liveness.then_some(0.0)) else { continue };
        let period = view.get(probes.liveness_period.as_ref()).map_or(10.0, |period| period.0);
        let failures = view.get(probes.liveness_failures.as_ref()).map_or(3, |failures| failures.0);
        let last = after + period * (failures - 1) as f64;
        let ready = view.get(pod.ready_after.as_ref()).map_or(0.0, |ready| ready.0);
        if last < ready {
            let killed = Hazard::Killed {
                service: service.name.to_owned(),
                failures,
                last: Seconds(last),
                ready: Seconds(ready),
                early: Seconds(ready - last),
            };
            found.add(probes.span, killed);
        }
    }
}

fn grace(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(longest) = view.spec.load.patience.map(crate::units::Span::secs) else { return };
    for service in view.services() {
        let Some(shutdown) = &service.document.shutdown else { continue };
        let pause = view.get(shutdown.pre_stop.as_ref()).map_or(0.0, |pause| pause.0);
        let grace = view.get(shutdown.grace.as_ref()).map_or(30.0, |grace| grace.0);
        if grace - pause < longest {
            let short = Hazard::Grace {
                service: service.name.to_owned(),
                grace: Seconds(grace),
                left: Seconds((grace - pause).max(0.0)),
                longest: Seconds(longest),
            };
            found.add(shutdown.span, short);
        }
    }
}

fn kept(view: &View<'_>, found: &mut Findings<'_>) {
    let links = Links::of(view.spec).unwrap_or_default();
    for service in view.services() {
        let Balancer::Sticky(keep) = service.spec.balancer else { continue };
        let leads_here = |endpoint: usize| {
            view.spec
                .endpoints
                .get(endpoint)
                .is_some_and(|one| one.service as usize == service.index)
        };
        let own = || view.programs.iter().zip(&links.of);
        let asks = |links: &[Link], waits: bool| {
            links.iter().any(|link| link.waits == waits && leads_here(link.to))
        };
        let mut visits = view.spec.load.journeys.iter().flat_map(|journey| &journey.visits);
        // Messages sent without a waiting caller use the connections of the users.
        let users = visits.any(|visit| leads_here(visit.endpoint as usize))
            || own().any(|(_, links)| asks(links, false));
        let mut connections = if users { u64::from(keep.users) } else { 0 };
        for caller in view.services() {
            if own().any(|(program, links)| program.service == caller.index && asks(links, true)) {
                connections += u64::from(caller.spec.pods) * u64::from(keep.callers);
            }
        }
        let pods = u64::from(service.spec.pods);
        if connections > 0 && connections < pods {
            let setting = service.document.keep_alive.as_ref().map(|keep| keep.span);
            let kept = Hazard::Kept {
                service: service.name.to_owned(),
                connections,
                pods,
                without: pods - connections,
            };
            found.add(setting.unwrap_or(service.span), kept);
        }
    }
}

fn single(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        if service.spec.pods == 1 && view.pods(service, Pods::Most) == 1 {
            let ready = service.spec.lifecycle.ready_after.secs();
            let span =
                service.document.replicas.as_ref().map_or(service.span, |setting| setting.span);
            let ready = (ready > 0.0).then_some(Seconds(ready));
            found.add(span, Hazard::Single { service: service.name.to_owned(), ready });
        }
    }
}

fn recreate(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        let Some(deploy) = &service.document.rollout else { continue };
        if view.get(deploy.strategy.as_ref()) == Some(RolloutWord::Recreate) {
            let recreate = Hazard::Recreate {
                service: service.name.to_owned(),
                pods: service.spec.pods,
                ready: Seconds(service.spec.lifecycle.ready_after.secs()),
            };
            found.add(deploy.span, recreate);
        }
    }
}

fn threads(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services().filter(|service| !service.document.endpoints.is_empty()) {
        let threads = service.spec.threads.maximum;
        let connections: u64 = service.spec.pools.iter().map(|pool| u64::from(pool.maximum)).sum();
        if threads < UNLIMITED
            && connections > 0
            && u64::from(threads) >= MANY_THREADS * connections
        {
            let longest = service
                .spec
                .pools
                .iter()
                .map(|pool| pool.connection_timeout.secs())
                .fold(0.0, f64::max);
            let many = Hazard::Threads {
                service: service.name.to_owned(),
                threads,
                connections,
                waiting: u64::from(threads) - connections,
                longest: Seconds(longest),
            };
            found.add(service.span, many);
        }
    }
}
