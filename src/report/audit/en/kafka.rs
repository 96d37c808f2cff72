//! Consumers: threads, partitions, groups.

use super::time;
use crate::audit::Kafka;

pub(super) fn message(found: &Kafka) -> String {
    match found {
        Kafka::Behind { listener, rate, threads, partitions, each, most, .. } => format!(
            "`{listener}` gets {rate} records/s; {threads} threads on {partitions} partitions at {} a record \
             do {most}",
            time(*each)
        ),
        Kafka::Hot { listener, threads, rate, each, .. } => format!(
            "`{listener}` has 1 partition, {threads} threads and {rate} records/s of {}",
            time(*each)
        ),
        Kafka::Uneven { listener, threads, partitions, .. } => {
            format!("`{listener}`: {threads} threads share {partitions} partitions")
        }
        Kafka::Spare { listener, pods, threads, partitions } => {
            format!("`{listener}`: {pods} pods have {threads} threads for {partitions} partitions")
        }
        Kafka::SharedGroup { first, second, topic, group, .. } => {
            format!("`{first}` and `{second}` read `{topic}` as group `{group}`")
        }
        Kafka::Together { service, group, listeners, .. } => {
            format!("{listeners} listeners of `{service}` share the group `{group}`")
        }
        Kafka::AutoCommit { listener, .. } => {
            format!("`{listener}` commits by itself, every 5 s by default")
        }
        Kafka::SlowPoll { listener, records, each, all, .. } => format!(
            "{records} records of a poll of `{listener}` take {} each, {} in all",
            time(*each),
            time(*all)
        ),
        Kafka::Blocked { listener, retries, pause, .. } => format!(
            "`{listener}` tries a record that fails {retries} times more, {} apart",
            time(*pause)
        ),
        Kafka::AtOnce { listener, retries } => {
            format!("`{listener}` tries a record that fails {retries} times more at once")
        }
    }
}

pub(super) fn consequence(found: &Kafka) -> String {
    match found {
        Kafka::Behind { grows, .. } => format!("the lag grows by {grows} records an hour"),
        Kafka::Hot { busy, most, .. } => {
            format!("one thread, busy {busy}; its end is {most} records/s")
        }
        Kafka::Uneven { threads, fullest, worth, .. } => {
            format!("one thread has {fullest} of them, and the {threads} do the work of {worth}")
        }
        Kafka::Spare { threads, partitions, .. } => {
            format!("{} of them are idle", threads.saturating_sub(*partitions))
        }
        Kafka::SharedGroup { partitions, .. } => {
            format!("its {partitions} partitions are divided between the two")
        }
        Kafka::Together { threads, .. } => {
            format!("a rebalance stops {threads} threads of each pod")
        }
        Kafka::AutoCommit { lost, .. } => format!("a pod that dies loses up to {lost} records"),
        Kafka::SlowPoll { waits, .. } => {
            format!("after {} the group takes its thread for dead", time(*waits))
        }
        Kafka::Blocked { stopped, behind, .. } => format!(
            "its partition stands still for {}, and {behind} records wait behind it",
            time(*stopped)
        ),
        Kafka::AtOnce { retries, .. } => {
            format!("{} times the work for nothing", retries.saturating_add(1))
        }
    }
}
