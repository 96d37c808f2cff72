//! Setting changes while the system runs.
//!
//! The timeline names states, each a complete spec aligned with the first. Settings of the control
//! plane change at once: numbers of pods, bounds of autoscalers and of node groups, database sizes.
//! Settings that a pod is started with (threads, pools, limits, consumers) affect pods that start
//! afterwards: its service is rolled out anew, and each pod keeps the settings with which it was
//! started, including over restarts.

use crate::engine::Class;
use crate::model::World;
use crate::model::fleet::pods::Life;
use crate::model::spec::{Balancer, Id, Lifecycle, Listener, NodeGroup, Pool, Service, Spec};
use crate::observe::{Observer, Record};
use crate::station::pool::Pool as Connections;

/// Parts required by a state of the timeline that are not all in place yet.
#[derive(Clone, Debug)]
pub(in crate::model) struct Unsettled {
    state: Id,
    /// Services that change.
    services: Vec<Id>,
    /// Whether a node group changes.
    nodes: bool,
}

/// Returns the first state and all later ones.
pub(in crate::model) fn states(spec: &Spec) -> impl Iterator<Item = &Spec> {
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

impl<O: Observer> World<'_, O> {
    /// Switches the system to another state.
    pub(in crate::model) fn become_state(&mut self, number: Id) {
        let before = self.spec;
        let Some(after) = self.first.later.get(number as usize) else { return };
        (self.spec, self.timeline.state) = (after, number + 1);
        let mut unsettled = Unsettled { state: number, services: Vec::new(), nodes: false };
        // Progress is checked once everything has been ordered.
        self.timeline.unsettled = None;
        for (group, (old, new)) in (0..).zip(groups(before).iter().zip(groups(after))) {
            if old != new {
                unsettled.nodes = true;
                self.resize_nodes(group, old, new);
            }
        }
        for (database, (old, new)) in (0..).zip(before.databases.iter().zip(&after.databases)) {
            if (old.cores - new.cores).abs() > 0.0 {
                self.resize_database(database, new.cores);
            }
        }
        for service in 0..after.services.len() as Id {
            if self.become_service(service, before, after) {
                unsettled.services.push(service);
            }
        }
        self.timeline.unsettled = Some(unsettled);
        self.look_settled();
    }

    /// Applies the changes of a service; returns whether anything takes time to be in place.
    fn become_service(&mut self, service: Id, before: &Spec, after: &Spec) -> bool {
        let (old, new) = (&before.services[service as usize], &after.services[service as usize]);
        if let Some(settings) = new.lifecycle.autoscaling {
            let own = self.scalers.iter_mut().find(|scaler| scaler.service == service);
            if let Some(scaler) = own {
                scaler.configure(settings);
            }
        }
        let wanted = |service: &Service| service.pods + service.lifecycle.pending;
        let by_hand = new.lifecycle.autoscaling.is_none() && wanted(old) != wanted(new);
        let other_way = std::mem::discriminant(&old.lifecycle.rollout)
            != std::mem::discriminant(&new.lifecycle.rollout);
        let under_way = self.services[service as usize].rollout.is_some();
        let renews = before.renews(after, service) || (other_way && under_way);
        if by_hand && renews {
            // The deployment changes both at once: the rollout proceeds to the new number.
            self.services[service as usize].wanted = wanted(new);
        } else if by_hand {
            self.scale(service, wanted(new));
        }
        if renews {
            // A controller identifies its older replica sets by their content, and returns to one
            // that still exists.
            let same = |version: &u32| {
                let state = self.services[service as usize].deployed_in[*version as usize];
                let mut pods = self.services[service as usize].pods.clone();
                let is_there = |pod: u32| {
                    let pod = &self.pods[pod as usize];
                    pod.version == *version && pod.life.is_there()
                };
                !self.state_of(state).renews(after, service) && pods.any(is_there)
            };
            let versions = 0..self.services[service as usize].deployed_in.len() as u32;
            let old = versions.rev().find(same);
            self.deploy(service, old);
        }
        renews || by_hand || old.lifecycle.autoscaling != new.lifecycle.autoscaling
    }

    /// Returns the spec of a state; 0 is the first.
    fn state_of(&self, number: u32) -> &Spec {
        let later = number.checked_sub(1).and_then(|place| self.first.later.get(place as usize));
        later.unwrap_or(self.first)
    }

    fn resize_database(&mut self, database: Id, cores: f64) {
        let number = self.pods.len() as u32 + database;
        let cpu = &mut self.cpus[number as usize];
        let change = cpu.set_capacity(self.now, cores);
        let at = cpu.due();
        self.agenda.set(self.slots.cpus + number, at, Class::Complete);
        self.level(self.numbering.database_cpu + database, change.busy, change.sharing);
    }

    /// Reports when everything required by the last state is in place, and nothing is in progress.
    #[inline]
    pub(in crate::model) fn look_settled(&mut self) {
        if let Some(unsettled) = &self.timeline.unsettled
            && self.is_settled(unsettled)
        {
            let state = unsettled.state;
            self.timeline.unsettled = None;
            self.record(Record::Settled { state });
        }
    }

    #[cold]
    fn is_settled(&self, unsettled: &Unsettled) -> bool {
        let has_all = |number: &Id| {
            let service = &self.services[*number as usize];
            let mut scalers = self.scalers.iter().filter(|scaler| scaler.service == *number);
            let mut pods = service.pods.clone().map(|pod| self.pods[pod as usize].life);
            let still = pods.clone().all(|life| matches!(life, Life::Absent | Life::Ready));
            let ready = pods.by_ref().filter(|life| *life == Life::Ready).count();
            let has_pods = service.rollout.is_none() && still && ready == service.wanted as usize;
            has_pods
                && scalers.all(crate::model::Scaler::is_within_bounds)
                && self.kafka.is_calm(*number)
        };
        unsettled.services.iter().all(has_all) && !(unsettled.nodes && self.nodes_are_coming())
    }
}

impl<'a, O: Observer> World<'a, O> {
    /// Renews a starting pod with the current settings.
    pub(in crate::model) fn renew(&mut self, pod: u32) {
        let spec: &'a Spec = self.spec;
        let state = &mut self.pods[pod as usize];
        let described = &spec.services[state.service as usize];
        if std::ptr::eq(state.described, described) {
            return;
        }
        state.described = described;
        let first = state.pools as usize;
        for (pool, settings) in self.pools[first..].iter_mut().zip(&described.pools) {
            pool.described = settings;
            let Pool { maximum, minimum_idle, wake_up, .. } = *settings;
            pool.pool = Connections::new(maximum, minimum_idle, 0, wake_up);
        }
        self.kafka.renew(pod, spec);
        // The processor is recreated at its new size.
        self.drop_jobs(pod);
    }
}

fn groups(spec: &Spec) -> &[NodeGroup] {
    spec.cluster.as_ref().map_or(&[], |cluster| &cluster.groups)
}
