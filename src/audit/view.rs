//! Input of the rules: the system of one variant with the location of every setting.

use super::work::{Program, Work};
use crate::model::spec::{Id, Service, Spec};
use crate::scenario::Documents;
use crate::scenario::catalog::Catalog;
use crate::scenario::decode::Setting;
use crate::scenario::document::stated::StatedDoc;
use crate::scenario::document::{
    DatabaseDoc, DatabaseItem, InstanceItem, NodeGroupDoc, ServiceDoc, StorageItem, SystemDoc,
    View as Counts,
};
use crate::scenario::document::{RequestsDoc, RolloutWord};
use crate::scenario::problem::SourceSpan;
use crate::station::placement::{Allocatable, Cluster, Pod, Requests, ScalableGroup};
use crate::study::result::Edit;
use crate::study::setup::Study;

/// Pods per node where its instance type does not say.
const MOST_PODS: u64 = 110;

/// A variant as rules see it.
pub struct View<'a> {
    pub(crate) study: &'a Study,
    pub(crate) documents: &'a Documents,
    /// Index of the variant.
    pub(crate) index: usize,
    /// Name of the variant.
    pub(crate) name: &'a str,
    pub(crate) system: &'a SystemDoc,
    pub(crate) catalog: &'a Catalog,
    /// Description under the first mix and calibration.
    pub(crate) spec: &'a Spec,
    /// Demand of the load asked about; `None` for a closed load.
    pub(crate) work: Option<Work>,
    /// Programs at that load; for a closed load, at one request per second.
    pub(crate) programs: Vec<Program>,
    counts: Counts,
}

/// A service with everything that rules need to know of it.
#[derive(Clone, Copy)]
pub(crate) struct OneService<'a> {
    pub(crate) index: usize,
    pub(crate) name: &'a str,
    pub(crate) span: SourceSpan,
    pub(crate) document: &'a ServiceDoc,
    pub(crate) spec: &'a Service,
}

/// A database with its location, document and class.
pub(crate) struct OneDatabase<'a> {
    pub(crate) index: usize,
    pub(crate) name: &'a str,
    pub(crate) span: SourceSpan,
    pub(crate) document: &'a DatabaseDoc,
    pub(crate) class: Option<&'a DatabaseItem>,
}

/// Circumstances for which pods are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pods {
    /// Pods that run.
    Running,
    /// Maximum of the autoscaler.
    Most,
    /// Pods that run while a new version is rolled out.
    Rollout,
}

impl<'a> View<'a> {
    /// Returns the view of variant `index`.
    pub(crate) fn new(
        study: &'a Study,
        documents: &'a Documents,
        index: usize,
    ) -> Option<View<'a>> {
        let variant = documents.variants.get(index)?;
        let spec = study.case(index, 0, 0);
        let mut work = Work::at(spec, study.load.rps);
        let programs = work.as_ref().map_or(Vec::new(), |work| work.programs.clone());
        work.take_if(|_| spec.load.closed.is_some());
        Some(View {
            study,
            documents,
            index,
            name: &variant.name,
            system: &variant.system,
            catalog: &documents.catalog,
            spec,
            work,
            programs,
            counts: variant.view,
        })
    }

    /// Returns the value of a setting in this variant's view.
    pub(crate) fn pick<T: Clone>(&self, setting: &Setting<T>) -> T {
        match self.counts {
            Counts::Written => setting.written.clone(),
            Counts::Effective => setting.runs.clone(),
        }
    }

    /// Returns the value of an optional setting in this variant's view.
    pub(crate) fn get<T: Clone>(&self, setting: Option<&Setting<T>>) -> Option<T> {
        setting.map(|setting| self.pick(setting))
    }

    pub(crate) fn services(&self) -> impl Iterator<Item = OneService<'a>> {
        let documents = self.system.services.iter();
        let both = documents.zip(&self.spec.services).enumerate();
        both.map(|(index, ((name, document), spec))| OneService {
            index,
            name: &name.value,
            span: name.span,
            document,
            spec,
        })
    }

    pub(crate) fn databases(&self) -> impl Iterator<Item = OneDatabase<'a>> {
        self.system.databases.iter().enumerate().map(|(index, (name, document))| OneDatabase {
            index,
            name: &name.value,
            span: name.span,
            document,
            class: self
                .get(document.class.as_ref())
                .and_then(|class| self.catalog.database_classes.get(&class.text)),
        })
    }

    /// Returns the storage type of a database, and its sustained rate \[operations/s\].
    pub(crate) fn storage(&self, database: &DatabaseDoc) -> Option<(&'a StorageItem, f64)> {
        let storage = database.storage.as_ref()?;
        let item = self.catalog.storage_types.get(&self.pick(&storage.r#type).text)?;
        let gib = self.pick(&storage.size).gib();
        let steady = (item.iops_per_gib.map_or(0.0, |rate| rate.0) * gib)
            .max(item.iops_minimum.map_or(0.0, |rate| rate.0))
            .max(item.iops_base.map_or(0.0, |rate| rate.0));
        Some((item, steady))
    }

    /// Returns the number of a service's pods, including those that fit on no node.
    pub(crate) fn pods(&self, service: OneService<'_>, which: Pods) -> u32 {
        let running = service.spec.pods + service.spec.lifecycle.pending;
        match which {
            Pods::Running => running,
            Pods::Most => {
                let scaler = service.document.autoscaling.as_ref();
                let most = scaler.and_then(|scaler| self.get(scaler.max.as_ref()));
                most.map_or(running, |most| most.u32().max(running))
            }
            Pods::Rollout => {
                let deploy = service.document.rollout.as_ref();
                let word = deploy.and_then(|deploy| self.get(deploy.strategy.as_ref()));
                match word {
                    Some(RolloutWord::Recreate) => running,
                    None | Some(RolloutWord::Rolling | RolloutWord::BlueGreen) => {
                        running + service.spec.lifecycle.rollout.surplus(running)
                    }
                }
            }
        }
    }

    /// Returns the largest number of connections from the pods of a service to a database.
    pub(crate) fn connections(service: OneService<'_>, database: usize, pods: u32) -> u64 {
        let pools = service.spec.pools.iter().filter(|pool| pool.database as usize == database);
        pools.map(|pool| u64::from(pool.maximum)).sum::<u64>() * u64::from(pods)
    }

    /// Returns the number of connections that a database accepts, and the number of those reserved
    /// for administrators.
    pub(crate) fn accepted(&self, database: &OneDatabase<'_>) -> Option<(u32, u32)> {
        let described = self.spec.databases.get(database.index)?;
        Some((described.max_connections? + described.reserved, described.reserved))
    }

    /// Returns the requests of a service's pod, its sidecar included.
    pub(crate) fn requests(&self, service: OneService<'_>) -> Requests {
        let pod = service.document.pod.as_ref();
        let cpu = pod.and_then(|pod| pod.cpu.as_ref());
        let memory = pod.and_then(|pod| pod.memory.as_ref());
        let cpu = self.get(cpu.and_then(|cpu| cpu.request.as_ref().or(cpu.limit.as_ref())));
        let memory =
            self.get(memory.and_then(|memory| memory.request.as_ref().or(memory.limit.as_ref())));
        let sidecar = self.container(pod.and_then(|pod| pod.sidecar.as_ref()));
        Requests {
            millicores: cpu.map_or(0, |cpu| (cpu.0 * 1000.0).round() as u64) + sidecar.millicores,
            mebibytes: memory.map_or(0, |memory| mebibytes(memory.0)) + sidecar.mebibytes,
        }
    }

    fn container(&self, document: Option<&RequestsDoc>) -> Requests {
        let cpu = self.get(document.and_then(|document| document.cpu.as_ref()));
        let memory = self.get(document.and_then(|document| document.memory.as_ref()));
        Requests {
            millicores: cpu.map_or(0, |cpu| (cpu.0 * 1000.0).round() as u64),
            mebibytes: memory.map_or(0, |memory| mebibytes(memory.0)),
        }
    }

    /// Returns the numbers of nodes of a group: current and largest.
    pub(crate) fn nodes(&self, group: &NodeGroupDoc) -> (u32, u32) {
        let count = |setting: Option<&Setting<_>>| {
            let count: Option<crate::scenario::values::Count<0, 10_000>> = self.get(setting);
            count.map(crate::scenario::values::Count::u32)
        };
        let now = count(group.desired.as_ref()).or(count(group.min.as_ref())).unwrap_or(1);
        let most = match group.autoscaler {
            Some(_) => count(group.max.as_ref()).unwrap_or(now).max(now),
            None => now,
        };
        (now, most)
    }

    /// Returns the instance type of a group.
    pub(crate) fn instance(&self, group: &NodeGroupDoc) -> Option<&'a InstanceItem> {
        self.catalog.instances.get(&self.pick(&group.instance).text)
    }

    /// Returns the resources of a group's node allocatable to pods, and the requests of its
    /// `DaemonSet`s.
    pub(crate) fn allocatable(&self, group: &NodeGroupDoc) -> Option<(Allocatable, Requests)> {
        let item = self.instance(group)?;
        let pods = item.max_pods.map_or(MOST_PODS, |pods| pods.0);
        let whole = Allocatable::eks(item.vcpu.0 as u32, mebibytes(item.memory.0), pods as u32);
        Some((whole, self.container(group.daemons.as_ref())))
    }

    /// Returns the indices of the groups on which `service` may run.
    pub(crate) fn groups(&self, service: OneService<'_>) -> Vec<usize> {
        let named = self.get(service.document.node_group.as_ref());
        let groups = self.system.node_groups.iter().enumerate();
        groups
            .filter(|(_, (name, group))| match &named {
                Some(named) => named.text == name.value,
                None => !group.dedicated.is_some_and(|flag| flag.0),
            })
            .map(|(index, _)| index)
            .collect()
    }

    /// Places the pods of all services on the nodes, and returns the numbers of unplaced pods, of
    /// all pods and of nodes; `None` without nodes. `most` uses the largest number of nodes.
    pub(crate) fn place(&self, which: Pods, most: bool) -> Option<Placement> {
        let mut groups = Vec::new();
        let mut known = Vec::new();
        for (index, (_, group)) in self.system.node_groups.iter().enumerate() {
            let (allocatable, daemons) = self.allocatable(group)?;
            let daemons = if daemons == Requests::default() { vec![] } else { vec![daemons] };
            known.push(index);
            let dedicated = group.dedicated.is_some_and(|flag| flag.0);
            groups.push(ScalableGroup {
                allocatable,
                daemons,
                dedicated,
                minimum: 0,
                maximum: u32::MAX,
            });
        }
        if groups.is_empty() {
            return None;
        }
        let mut cluster = Cluster::new(groups);
        let mut placement = Placement::default();
        for (index, (_, group)) in self.system.node_groups.iter().enumerate() {
            let (now, all) = self.nodes(group);
            if self.services().any(|service| self.groups(service).contains(&index)) {
                for _ in 0..if most { all } else { now } {
                    cluster.add(index as u32);
                    placement.nodes += 1;
                }
            }
        }
        // Round by round, a pod of each service at a time: no service takes all the space.
        let mut left: Vec<(OneService<'_>, u32)> =
            self.services().map(|service| (service, self.pods(service, which))).collect();
        while left.iter().any(|(_, pods)| *pods > 0) {
            for (service, pods) in left.iter_mut().filter(|(_, pods)| *pods > 0) {
                *pods -= 1;
                placement.pods += 1;
                let requests = self.requests(*service);
                let wanted = self.groups(*service);
                // A pod that may run in several groups may run in all that are not dedicated.
                let group = match wanted.as_slice() {
                    [one] => Some(*one as Id),
                    _ => None,
                };
                let who = placement.pods;
                let pod = Pod { who, owner: service.index as u32, group, requests };
                placement.millicores += requests.millicores;
                if wanted.is_empty() || cluster.place(pod).is_err() {
                    placement.waiting += 1;
                }
            }
        }
        Some(placement)
    }

    /// Returns the document's numbers on this variant, or on all.
    pub(crate) fn stated(&self) -> Option<&'a StatedDoc> {
        let stated = &self.documents.scenario.stated;
        stated.get(self.name).or_else(|| stated.get("all"))
    }

    /// Returns index and numbers of the first variant in the document, provided that this one is
    /// another and has numbers of its own.
    pub(crate) fn stated_before(&self) -> Option<(usize, &'a StatedDoc)> {
        let stated = &self.documents.scenario.stated;
        let (name, first) = stated.iter().next()?;
        let index =
            self.documents.variants.iter().position(|variant| variant.name == name.value)?;
        (index != self.index && stated.get(self.name).is_some()).then_some((index, first))
    }

    /// Returns the edits of plans, each with its location.
    pub(crate) fn edits(&self) -> Vec<(SourceSpan, &'a Edit)> {
        let plans = &self.documents.plans;
        let mut found = Vec::new();
        for plan in plans {
            let own = self.study.edits.iter().filter(|edit| edit.plan == plan.plan.text);
            found.extend(plan.changes.iter().map(|change| change.set.span).zip(own));
        }
        found
    }

    /// Returns the timeout of the mesh in front of a service \[s\].
    pub(crate) fn mesh_timeout(&self, service: usize) -> Option<f64> {
        let mesh = self.spec.meshes.iter().find(|mesh| mesh.service as usize == service)?;
        mesh.timeout.map(crate::units::Span::secs)
    }

    /// Returns the ratio of the mean rate to the peak rate.
    pub(crate) fn mean_over_peak(&self) -> f64 {
        let slices = &self.spec.load.curve.slices;
        if slices.is_empty() { 1.0 } else { slices.iter().sum::<f64>() / slices.len() as f64 }
    }

    /// Returns for a listener the numbers of partitions, of threads in `pods` pods, and of threads
    /// with a partition.
    pub(crate) fn threads(&self, listener: usize, pods: u32) -> (u32, u32, u32) {
        let partitions = self.spec.partitions(listener as Id);
        let threads = self.spec.listeners[listener].concurrency.saturating_mul(pods);
        (partitions, threads, threads.min(partitions))
    }

    /// Returns the location of a listener's settings.
    pub(crate) fn listener_span(&self, listener: usize) -> SourceSpan {
        let documents = self
            .services()
            .flat_map(|service| service.document.listeners.iter().map(|(name, _)| name));
        documents.into_iter().nth(listener).map_or_else(SourceSpan::default, |name| name.span)
    }

    /// Returns the location of the program `service.name`.
    pub(crate) fn program_span(&self, name: &str) -> SourceSpan {
        for service in self.services() {
            let Some(own) = name.strip_prefix(service.name).and_then(|rest| rest.strip_prefix('.'))
            else {
                continue;
            };
            let endpoints = service.document.endpoints.iter().map(|(name, _)| name);
            let listeners = service.document.listeners.iter().map(|(name, _)| name);
            if let Some(found) = endpoints.chain(listeners).find(|name| name.value == own) {
                return found.span;
            }
        }
        SourceSpan::default()
    }
}

/// Result of placing pods on nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Placement {
    /// Number of pods to be placed.
    pub(crate) pods: u32,
    /// Number of unplaced (pending) pods.
    pub(crate) waiting: u32,
    /// Number of nodes.
    pub(crate) nodes: u32,
    /// CPU requested by all pods \[millicores\].
    pub(crate) millicores: u64,
}

fn mebibytes(bytes: f64) -> u64 {
    (bytes / 1_048_576.0).ceil() as u64
}
