//! Rules on Kafka consumers: threads, partitions, groups.

use super::found::Kafka;
use super::view::{Pods, View};
use super::work::Program;
use super::{About, Coded, Figure, Findings, Seconds, Share};
use crate::model::visit::attempts;
use crate::scenario::problem::SourceSpan;

/// Utilisation of a single partition's thread that is worth a warning.
const HOT: f64 = 0.7;

const PARTITIONS: &str = "Apache Kafka documentation, consumers and consumer groups";

pub(super) const RULES: &[Coded] = &[
    Coded {
        about: About {
            code: "E1140",
            title: "consumers that cannot keep up",
            cause: "Records arrive faster than the threads that have a partition can take them, without any queue.",
            consequence: "The lag grows without end.",
            remedy: "Add partitions and threads, or make a record cheaper.",
            source: "utilisation law: Denning and Buzen 1978",
        },
        check: behind,
    },
    Coded {
        about: About {
            code: "W1141",
            title: "one partition behind a hot topic",
            cause: "A topic of one partition has one thread, whatever the pods and their concurrency.",
            consequence: "That thread is nearly used up, and nothing but partitions can help.",
            remedy: "Add partitions; mind the order of records that share a key.",
            source: PARTITIONS,
        },
        check: hot,
    },
    Coded {
        about: About {
            code: "W1142",
            title: "partitions that threads cannot share evenly",
            cause: "Partitions are no multiple of the threads, so that some have one more than others.",
            consequence: "The fullest thread decides: the group does less than its threads could.",
            remedy: "Take as many threads as there are partitions, or a divisor of that.",
            source: PARTITIONS,
        },
        check: uneven,
    },
    Coded {
        about: About {
            code: "N1143",
            title: "pods that add no consumer",
            cause: "At the autoscaler's maximum there are more threads than partitions.",
            consequence: "Further pods answer requests but consume nothing.",
            remedy: "Add partitions, or do not count on the autoscaler for consumers.",
            source: PARTITIONS,
        },
        check: beyond,
    },
    Coded {
        about: About {
            code: "W1144",
            title: "one group for two services",
            cause: "Two services read a topic with the same group: Kafka gives each partition to one member of it.",
            consequence: "Each service sees only a part of the records.",
            remedy: "Give each service a group of its own.",
            source: PARTITIONS,
        },
        check: shared,
    },
    Coded {
        about: About {
            code: "N1145",
            title: "one group for several listeners",
            cause: "Listeners of one group rebalance together.",
            consequence: "A slow or dying consumer of one topic stops the others.",
            remedy: "Give each listener a group of its own.",
            source: "Spring for Apache Kafka reference, listener properties: groupId; KIP-429",
        },
        check: together,
    },
    Coded {
        about: About {
            code: "W1146",
            title: "offsets committed without regard to the work",
            cause: "With auto-commit the client commits in the background what was polled.",
            consequence: "Records whose work failed, or was under way when a pod died, are lost.",
            remedy: "Commit after the work: acknowledge by batch or by record.",
            source: "Apache Kafka documentation, enable.auto.commit",
        },
        check: auto_commit,
    },
    Coded {
        about: About {
            code: "W1147",
            title: "a poll that takes longer than the group waits",
            cause: "The records of one poll together take longer than `max_poll_interval`.",
            consequence: "The group takes the thread for dead, rebalances, and has the same records done again.",
            remedy: "Poll fewer records at a time, or wait longer.",
            source: "Apache Kafka documentation, max.poll.interval.ms",
        },
        check: slow_poll,
    },
    Coded {
        about: About {
            code: "N1148",
            title: "a record that fails stops its partition",
            cause: "Further attempts are made on the thread, which waits in between.",
            consequence: "All records behind it wait as long.",
            remedy: "Retry by a topic of its own, or pause less.",
            source: "Spring for Apache Kafka reference, DefaultErrorHandler and non-blocking retries",
        },
        check: blocked,
    },
    Coded {
        about: About {
            code: "N1149",
            title: "attempts without a pause",
            cause: "A record that failed is tried again at once.",
            consequence: "What made it fail is still there, and gets the same load several times.",
            remedy: "Pause before each further attempt.",
            source: "Spring for Apache Kafka reference, DefaultErrorHandler: FixedBackOff",
        },
        check: at_once,
    },
];

/// Returns each listener: index, program, location.
fn listeners<'a>(view: &'a View<'_>) -> Vec<(usize, Option<&'a Program>, SourceSpan)> {
    let endpoints = view.spec.endpoints.len();
    (0..view.spec.listeners.len())
        .map(|index| (index, view.programs.get(endpoints + index), view.listener_span(index)))
        .collect()
}

/// Returns the number of pods with threads of a listener: those that run, or the maximum of an
/// autoscaler.
fn pods(view: &View<'_>, listener: usize) -> u32 {
    let service = &view.spec.services[view.spec.listeners[listener].service as usize];
    let scaled = service.lifecycle.autoscaling.map_or(0, |scaling| scaling.maximum);
    service.pods.max(scaled)
}

/// Returns the arrival rate of records and the time that each occupies its thread, including all
/// attempts, commits and pauses; `None` for a load of unknown rate.
fn taken(view: &View<'_>, listener: usize, program: &Program) -> Option<(f64, f64)> {
    view.work.as_ref()?;
    let attempts = attempts(&view.spec.listeners[listener]);
    Some((program.rate / attempts, program.thread.all * attempts))
}

/// Returns the parallelism of a group in threads, when the most loaded thread limits it.
fn worth(partitions: u32, threads: u32) -> f64 {
    if threads == 0 { 0.0 } else { f64::from(partitions) / f64::from(partitions.div_ceil(threads)) }
}

fn behind(view: &View<'_>, found: &mut Findings<'_>) {
    for (index, program, span) in listeners(view) {
        let Some(program) = program else { continue };
        let Some((rate, each)) = taken(view, index, program) else { continue };
        let (partitions, _, active) = view.threads(index, pods(view, index));
        let most = worth(partitions, active) / each;
        if rate > 0.0 && rate >= most {
            let behind = Kafka::Behind {
                listener: program.name.clone(),
                rate: Figure(rate),
                threads: active,
                partitions,
                each: Seconds(each),
                most: Figure(most),
                grows: Figure((rate - most) * 3600.0),
            };
            found.add(span, behind);
        }
    }
}

fn hot(view: &View<'_>, found: &mut Findings<'_>) {
    for (index, program, span) in listeners(view) {
        let Some(program) = program else { continue };
        let Some((rate, each)) = taken(view, index, program) else { continue };
        let (partitions, threads, _) = view.threads(index, pods(view, index));
        let busy = rate * each;
        if partitions == 1 && (HOT..1.0).contains(&busy) {
            let hot = Kafka::Hot {
                listener: program.name.clone(),
                threads,
                rate: Figure(rate),
                each: Seconds(each),
                busy: Share(busy),
                most: Figure(1.0 / each),
            };
            found.add(span, hot);
        }
    }
}

fn uneven(view: &View<'_>, found: &mut Findings<'_>) {
    for (index, program, span) in listeners(view) {
        let (partitions, _, active) = view.threads(index, pods(view, index));
        if active > 0
            && partitions % active != 0
            && program.is_none_or(|program| program.rate > 0.0)
        {
            let uneven = Kafka::Uneven {
                listener: view.spec.listeners[index].name.clone(),
                threads: active,
                partitions,
                fullest: partitions.div_ceil(active),
                worth: Figure(worth(partitions, active)),
            };
            found.add(span, uneven);
        }
    }
}

fn beyond(view: &View<'_>, found: &mut Findings<'_>) {
    for (index, _, span) in listeners(view) {
        let service = view.spec.listeners[index].service as usize;
        let Some(service) = view.services().nth(service) else { continue };
        let most = view.pods(service, Pods::Most);
        let (partitions, threads, _) = view.threads(index, most);
        if most > service.spec.pods && threads > partitions {
            let listener = view.spec.listeners[index].name.clone();
            found.add(span, Kafka::Spare { listener, pods: most, threads, partitions });
        }
    }
}

fn shared(view: &View<'_>, found: &mut Findings<'_>) {
    let all = &view.spec.listeners;
    for (index, one) in all.iter().enumerate() {
        let other = all[..index]
            .iter()
            .find(|other| (&other.group, other.topic) == (&one.group, one.topic));
        if let Some(other) = other.filter(|other| other.service != one.service) {
            let topic = &view.spec.topics[one.topic as usize];
            let shared = Kafka::SharedGroup {
                first: other.name.clone(),
                second: one.name.clone(),
                topic: topic.name.clone(),
                group: one.group.clone(),
                partitions: topic.partitions,
            };
            found.add(view.listener_span(index), shared);
        }
    }
}

fn together(view: &View<'_>, found: &mut Findings<'_>) {
    let all = &view.spec.listeners;
    for (index, one) in all.iter().enumerate() {
        let same: Vec<_> = all.iter().filter(|other| other.group == one.group).collect();
        let first = all.iter().position(|other| other.group == one.group) == Some(index);
        let topics = same.iter().any(|other| other.topic != one.topic);
        if first && topics {
            let together = Kafka::Together {
                service: view.spec.services[one.service as usize].name.clone(),
                group: one.group.clone(),
                listeners: same.len(),
                threads: same.iter().map(|other| other.concurrency).sum(),
            };
            found.add(view.listener_span(index), together);
        }
    }
}

fn auto_commit(view: &View<'_>, found: &mut Findings<'_>) {
    for service in view.services() {
        for (name, listener) in service.document.listeners.iter() {
            let Some(setting) = &listener.auto_commit else { continue };
            let path = format!("{}.{}", service.name, name.value);
            let rate = view
                .work
                .as_ref()
                .and_then(|work| work.program(&path))
                .map_or(0.0, |program| program.rate);
            if view.pick(setting).0 {
                // The client commits every 5 s by default.
                let lost = Figure(rate * 5.0);
                found.add(setting.span, Kafka::AutoCommit { listener: path, lost });
            }
        }
    }
}

fn slow_poll(view: &View<'_>, found: &mut Findings<'_>) {
    for (index, program, span) in listeners(view) {
        let Some(program) = program else { continue };
        let listener = &view.spec.listeners[index];
        let waits = listener.consumer.group.poll_interval.secs();
        let each = program.thread.all * attempts(listener);
        let takes = each * f64::from(listener.max_poll_records);
        if takes > waits {
            let slow = Kafka::SlowPoll {
                listener: listener.name.clone(),
                records: listener.max_poll_records,
                each: Seconds(each),
                all: Seconds(takes),
                waits: Seconds(waits),
            };
            found.add(span, slow);
        }
    }
}

fn blocked(view: &View<'_>, found: &mut Findings<'_>) {
    for (index, program, span) in listeners(view) {
        let listener = &view.spec.listeners[index];
        let stopped = f64::from(listener.retries) * listener.back_off.secs();
        if stopped >= 1.0 {
            let taken = program.and_then(|program| taken(view, index, program));
            let rate = taken.map_or(0.0, |(rate, _)| rate);
            let behind = rate / f64::from(view.spec.partitions(index as u32).max(1)) * stopped;
            let blocked = Kafka::Blocked {
                listener: listener.name.clone(),
                retries: listener.retries,
                pause: Seconds(listener.back_off.secs()),
                stopped: Seconds(stopped),
                behind: Figure(behind),
            };
            found.add(span, blocked);
        }
    }
}

fn at_once(view: &View<'_>, found: &mut Findings<'_>) {
    for (index, _, span) in listeners(view) {
        let listener = &view.spec.listeners[index];
        if listener.retries > 0 && listener.back_off.secs() <= 0.0 {
            let (name, retries) = (listener.name.clone(), listener.retries);
            found.add(span, Kafka::AtOnce { listener: name, retries });
        }
    }
}
