//! Setting changes while the system runs.
//!
//! The timeline names states, each a complete spec aligned with the first. Settings of the control
//! plane change at once: numbers of pods, bounds of autoscalers and of node groups, database sizes.
//! Settings that a pod is started with (threads, pools, limits, consumers) affect pods that start
//! afterwards: its service is rolled out anew, and each pod keeps the settings with which it was
//! started, including over restarts.

use crate::model::spec::{Balancer, Id, Lifecycle, Listener, NodeGroup, Pool, Service, Spec};

/// Returns the first state and all later ones.
pub(crate) fn states(spec: &Spec) -> impl Iterator<Item = &Spec> {
    std::iter::once(spec).chain(&spec.later)
}

/// Returns the differences, in words, that prevent a running system from becoming another one;
/// empty where nothing does.
pub fn obstacles(before: &Spec, after: &Spec) -> Vec<String> {
    let mut found = Vec::new();
    let mut same = |is_same: bool, what: &str| {
        if !is_same {
            found.push(what.to_owned());
        }
    };
    let names = |spec: &Spec| -> Vec<String> {
        let services = spec.services.iter().map(|service| service.name.clone());
        let databases = spec.databases.iter().map(|database| database.name.clone());
        services
            .chain(databases)
            .chain(spec.caches.iter().map(|cache| cache.name.clone()))
            .collect()
    };
    same(names(before) == names(after), "which services, databases and caches there are");
    let steps = |spec: &Spec| (spec.endpoints.clone(), spec.ops.clone(), spec.samplers.clone());
    same(steps(before) == steps(after), "what requests do and how long it takes");
    same(before.load == after.load, "the load");
    same(before.topics == after.topics, "the topics");
    same(before.locks == after.locks, "the locks");
    same(before.indexes == after.indexes, "what is indexed");
    same(before.kafka == after.kafka, "the brokers");
    same(before.listeners.len() == after.listeners.len(), "which listeners there are");
    for (old, new) in before.listeners.iter().zip(&after.listeners) {
        let member = |listener: &Listener| {
            let Listener { name, service, topic, partitions, group, entry, .. } = listener.clone();
            (name, service, topic, partitions, group, entry, listener.consumer.group)
        };
        same(member(old) == member(new), &format!("how `{}` is a member of its group", old.name));
    }
    for (old, new) in before.services.iter().zip(&after.services) {
        let pools = |service: &Service| -> Vec<(String, Id)> {
            service.pools.iter().map(|pool: &Pool| (pool.name.clone(), pool.database)).collect()
        };
        let scaled = |service: &Service| service.lifecycle.autoscaling.is_some();
        let sticky = |service: &Service| match service.balancer {
            Balancer::Sticky(keep) => Some(keep),
            _ => None,
        };
        let name = &old.name;
        same(pools(old) == pools(new), &format!("which pools `{name}` has"));
        same(scaled(old) == scaled(new), &format!("whether `{name}` has an autoscaler"));
        same(sticky(old) == sticky(new), &format!("how connections to `{name}` are kept"));
    }
    for (old, new) in before.databases.iter().zip(&after.databases) {
        let is_same = old.io_credits == new.io_credits;
        same(is_same, &format!("the I/O credits of `{}`", old.name));
    }
    same(before.meshes.len() == after.meshes.len(), "which services are behind a mesh");
    for (old, new) in before.meshes.iter().zip(&after.meshes) {
        let is_same = (old.service, old.limits, old.budget, old.outlier)
            == (new.service, new.limits, new.budget, new.outlier);
        same(is_same, "limits, budgets and outlier rules of a mesh");
    }
    let machines = |spec: &Spec| {
        let sizeless =
            |group: &NodeGroup| NodeGroup { nodes: 0, minimum: 0, maximum: 0, ..group.clone() };
        let cluster = spec.cluster.as_ref()?;
        Some((cluster.shared, cluster.groups.iter().map(sizeless).collect::<Vec<_>>()))
    };
    same(machines(before) == machines(after), "which kinds of nodes there are");
    found
}

impl Spec {
    /// Whether pods of a service started in the state `after` differ from those started in this
    /// one.
    pub(crate) fn renews(&self, after: &Spec, service: Id) -> bool {
        let of = |spec: &Spec| {
            let service = spec.services[service as usize].clone();
            let Lifecycle {
                requests,
                group,
                quota,
                unlimited,
                ready_after,
                warm_up,
                collection,
                shutdown,
                ..
            } = service.lifecycle;
            let life = (requests, group, ready_after, warm_up, collection, shutdown);
            (service.cores, quota, unlimited, service.threads, service.pools, life)
        };
        let consumers = |spec: &Spec| -> Vec<Listener> {
            let own = spec.listeners.iter().filter(|listener| listener.service == service);
            own.cloned().collect()
        };
        of(self) != of(after) || consumers(self) != consumers(after)
    }
}
