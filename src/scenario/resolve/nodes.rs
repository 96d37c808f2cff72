//! Nodes, and the life cycle of pods on them.

use super::system::Compiler;
use crate::model::spec::limits::{COLLECTION, NODES, WARM_UP};
use crate::model::spec::usual::{GRACE, KARPENTER, KEEP, MOST_PODS, PROVISION};
use crate::model::spec::{
    Cluster, Collection, CpuCredits, Lifecycle, NodeGroup, Op, Requests, Rollout, Shutdown, WarmUp,
};
use crate::model::{Lack, eks_allocatable, settle};
use crate::scenario::decode::Setting;
use crate::scenario::document::{
    CreditWord, FidelityDoc, NodeGroupDoc, NodeScalerWord, NodesWord, PodDoc, RequestsDoc,
    RolloutWord, ServiceDoc,
};
use crate::scenario::values::find;
use crate::scenario::values::{Bytes, Cores, Count, Duration, Flag, Share};
use crate::study::caution::{Caution, Shortage};
use crate::study::effect::Origin;
use crate::units::Span as Length;

const MEBIBYTE: f64 = 1_048_576.0;

/// Level of detail at which machines are simulated.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each switch is one of the document's")]
pub(super) struct Fidelity {
    nodes: NodesWord,
    quota: bool,
    pub(super) credits: bool,
    warm_up: bool,
    garbage: bool,
}

impl Fidelity {
    pub(super) fn of(document: Option<&FidelityDoc>) -> Fidelity {
        let on = |pick: fn(&FidelityDoc) -> Option<Flag>| {
            document.and_then(pick).is_none_or(|flag| flag.0)
        };
        Fidelity {
            nodes: document.and_then(|document| document.nodes).unwrap_or(NodesWord::Shared),
            quota: on(|document| document.quota),
            credits: on(|document| document.credits),
            warm_up: on(|document| document.warm_up),
            garbage: on(|document| document.garbage),
        }
    }
}

impl Compiler<'_> {
    /// Resolves the nodes on which pods may run, if there are any.
    pub(super) fn cluster(&mut self) -> Option<Cluster> {
        let system = self.system;
        let mut cluster =
            Cluster { shared: self.fidelity.nodes == NodesWord::Shared, ..Cluster::default() };
        for (name, document) in system.node_groups.iter() {
            let group = self.node_group(&name.value, document);
            let named = |service: &ServiceDoc| {
                let group = service.node_group.as_ref().map(|group| self.pick(group));
                group.is_some_and(|group| group.text == name.value)
            };
            let unused = !system.services.iter().any(|(_, service)| named(service));
            if document.dedicated.is_some_and(|flag| flag.0) && unused {
                continue; // Nobody runs there.
            }
            cluster.groups.extend(group);
        }
        let nodes: u64 =
            cluster.groups.iter().map(|group| u64::from(group.nodes.max(group.maximum))).sum();
        if nodes > NODES {
            let message = format!("the node groups have {nodes} nodes; at most {NODES}");
            self.problems.add("E0107", system.system.span, message);
            return None;
        }
        (self.fidelity.nodes != NodesWord::Off && !cluster.groups.is_empty()).then_some(cluster)
    }

    fn node_group(&mut self, name: &str, document: &NodeGroupDoc) -> Option<NodeGroup> {
        let catalog = self.catalog;
        let instance = self.pick(&document.instance);
        let item = find(&catalog.instances, &instance, "instance type", "E0202", self.problems)
            .map(|at| &catalog.instances.0[at].1)?;
        let count = |setting: &Option<Setting<Count<0, 10_000>>>| {
            setting.as_ref().map(|count| self.pick(count).u32())
        };
        let minimum = count(&document.min);
        let nodes = count(&document.desired).or(minimum).unwrap_or(1);
        let maximum = count(&document.max);
        let scaler = document.autoscaler.as_ref().map(|scaler| self.pick(scaler));
        let most_pods = item.max_pods.map_or(MOST_PODS, Count::u32);
        let vcpus = item.vcpu.0;
        let mut allocatable =
            eks_allocatable(vcpus as u32, (item.memory.0 / MEBIBYTE) as u64, most_pods);
        if let Some(cpu) = item.allocatable_cpu {
            allocatable.millicores = millicores(cpu);
        }
        let daemons = self.requests(document.daemons.as_ref());
        if daemons.millicores > allocatable.millicores || daemons.mebibytes > allocatable.mebibytes
        {
            let message = format!("the daemons request more than a node of `{name}` offers");
            self.problems.add("E0305", document.span, message);
            return None;
        }
        let share = document.initial_credits.as_ref().map_or(1.0, |share| self.pick(share).0);
        let mode = document.credits.as_ref().map(|mode| self.pick(mode));
        let credits =
            item.credits_per_hour.zip(item.credits_maximum).map(|(earned, most)| CpuCredits {
                unlimited: mode != Some(CreditWord::Standard),
                per_hour: earned.0,
                maximum: most.0,
                initial: most.0 * share,
            });
        let provision = document.provision.as_ref().map(|time| self.pick(time).span());
        if let (Some(low), Some(high), Some(setting)) = (minimum, maximum, &document.max)
            && low > high
        {
            let message = format!("`max` of {high} is below `min` of {low}");
            self.problems.add("E0305", setting.span, message);
        }
        Some(NodeGroup {
            name: name.into(),
            nodes,
            minimum: minimum.unwrap_or(nodes).min(maximum.unwrap_or(u32::MAX)),
            maximum: maximum.unwrap_or(nodes).max(minimum.unwrap_or(0)),
            scaled: matches!(
                scaler,
                Some(NodeScalerWord::ClusterAutoscaler | NodeScalerWord::Karpenter)
            ),
            provision: provision.unwrap_or(match scaler {
                Some(NodeScalerWord::Karpenter) => KARPENTER,
                _ => PROVISION,
            }),
            dedicated: document.dedicated.is_some_and(|flag| flag.0),
            vcpus,
            allocatable,
            most_pods,
            daemons: if daemons == Requests::default() { Vec::new() } else { vec![daemons] },
            credits: credits.filter(|credits| self.fidelity.credits && credits.per_hour > 0.0),
        })
    }

    pub(super) fn requests(&self, document: Option<&RequestsDoc>) -> Requests {
        let Some(document) = document else { return Requests::default() };
        self.of_settings(document.cpu.as_ref(), document.memory.as_ref())
    }

    fn of_settings(
        &self,
        cpu: Option<&Setting<Cores>>,
        memory: Option<&Setting<Bytes>>,
    ) -> Requests {
        Requests {
            millicores: cpu.map_or(0, |cpu| millicores(self.pick(cpu))),
            mebibytes: memory.map_or(0, |bytes| (self.pick(bytes).0 / MEBIBYTE).ceil() as u64),
        }
    }

    /// Returns the requests of a pod, sidecars included. A limit without a request counts as one,
    /// as in Kubernetes.
    pub(super) fn pod_requests(&self, document: Option<&PodDoc>) -> Requests {
        let Some(pod) = document else { return Requests::default() };
        let cpu = pod.cpu.as_ref().and_then(|cpu| cpu.request.as_ref().or(cpu.limit.as_ref()));
        let memory = pod
            .memory
            .as_ref()
            .and_then(|memory| memory.request.as_ref().or(memory.limit.as_ref()));
        let (own, beside) = (self.of_settings(cpu, memory), self.requests(pod.sidecar.as_ref()));
        Requests {
            millicores: own.millicores + beside.millicores,
            mebibytes: own.mebibytes + beside.mebibytes,
        }
    }

    /// Records assumptions about machines of computing pods that have no settings.
    pub(super) fn assume_machines(&mut self) {
        if self.spec.cluster.is_some() {
            return;
        }
        let spec = &self.spec;
        let mut computes = vec![false; spec.services.len()];
        let endpoints = spec.endpoints.iter().map(|endpoint| (endpoint.service, endpoint.entry));
        let listeners = spec.listeners.iter().map(|listener| (listener.service, listener.entry));
        for (service, entry) in endpoints.chain(listeners) {
            let program = spec.ops.get(entry as usize..).unwrap_or_default();
            let mut steps = program.iter().take_while(|op| **op != Op::End);
            computes[service as usize] |=
                steps.any(|op| matches!(op, Op::Cpu { .. } | Op::CpuOfIndex { .. }));
        }
        let computing: Vec<(String, f64, Lifecycle)> = (spec.services.iter().zip(computes))
            .filter(|(_, computes)| *computes)
            .map(|(service, _)| (service.name.clone(), service.cores, service.lifecycle))
            .collect();
        for (name, cores, lifecycle) in computing {
            if lifecycle.unlimited {
                self.assume(
                    &format!("system: services.{name}.pod.cpu.limit"),
                    format!("none: {cores} cores"),
                    Origin::CoresOfRequest,
                );
            } else if lifecycle.quota && cores.fract() > 0.0 {
                self.assume(
                    &format!("system: services.{name}.pod.cpu"),
                    format!("{} cores", cores.ceil()),
                    Origin::CoresOfLimit,
                );
            }
        }
    }

    /// Resolves the life cycle of a service's pods.
    pub(super) fn lifecycle(&mut self, name: &str, document: &ServiceDoc) -> Lifecycle {
        let pod = document.pod.as_ref();
        let time = |setting: Option<&Setting<Duration>>| setting.map(|time| self.pick(time).span());
        let warm_up = pod.and_then(|pod| pod.warm_up.as_ref()).map(|document| WarmUp {
            factor: self.pick(&document.factor).0,
            lasts: self.pick(&document.lasts).span(),
            start: time(document.start.as_ref()).unwrap_or(Length::ZERO),
        });
        let collection = pod.and_then(|pod| pod.garbage.as_ref()).map(|document| Collection {
            every: self.pick(&document.every).span(),
            pause: self.pick(&document.pause).span(),
        });
        let shutdown =
            document.shutdown.as_ref().map_or_else(Shutdown::default, |document| Shutdown {
                pre_stop: time(document.pre_stop.as_ref()).unwrap_or(Length::ZERO),
                graceful: document.graceful.as_ref().is_none_or(|flag| self.pick(flag).0),
                grace: Some(time(document.grace.as_ref()).unwrap_or(GRACE)),
            });
        let percent = |share: Option<&Setting<Share>>| {
            share.map_or(25, |share| (self.pick(share).0 * 100.0).round() as u32)
        };
        let rollout = document.rollout.as_ref().map_or_else(Rollout::default, |document| {
            match document.strategy.as_ref().map(|strategy| self.pick(strategy)) {
                Some(RolloutWord::BlueGreen) => Rollout::BlueGreen {
                    promotion: time(document.promotion.as_ref()).unwrap_or(Length::ZERO),
                    keep: time(document.keep.as_ref()).unwrap_or(KEEP),
                },
                Some(word @ RolloutWord::Recreate) => rollout(word),
                Some(RolloutWord::Rolling) | None => Rollout::Rolling {
                    surge: percent(document.surge.as_ref()),
                    unavailable: percent(document.unavailable.as_ref()),
                },
            }
        });
        let lifecycle = Lifecycle {
            most: 0,
            pending: 0,
            requests: self.pod_requests(pod),
            group: None,
            quota: self.fidelity.quota,
            unlimited: false,
            ready_after: time(pod.and_then(|pod| pod.ready_after.as_ref())).unwrap_or(Length::ZERO),
            warm_up: warm_up.filter(|_| self.fidelity.warm_up),
            collection: collection.filter(|_| self.fidelity.garbage),
            shutdown,
            rollout,
            autoscaling: None,
        };
        self.check_life(document, warm_up, collection);
        let group = document.node_group.as_ref().and_then(|group| {
            let group = self.pick(group);
            find(&self.system.node_groups, &group, "node group", "E0201", self.problems)?;
            let groups = self.spec.cluster.as_ref().map(|cluster| &cluster.groups)?;
            groups.iter().position(|known| known.name == group.text).map(|at| at as u32)
        });
        Lifecycle { group, autoscaling: self.autoscaling(name, document), ..lifecycle }
    }

    fn check_life(
        &mut self,
        document: &ServiceDoc,
        warm_up: Option<WarmUp>,
        collection: Option<Collection>,
    ) {
        let Some(pod) = &document.pod else { return };
        if let (Some(warm_up), Some(document)) = (warm_up, &pod.warm_up)
            && (!WARM_UP.contains(&warm_up.factor) || warm_up.lasts == Length::ZERO)
        {
            let message = "a warm-up has a `factor` from 1 to 100 and `lasts` some time";
            self.problems.add("E0107", document.span, message);
        }
        if let (Some(collection), Some(document)) = (collection, &pod.garbage)
            && (collection.every < COLLECTION || collection.pause > collection.every)
        {
            let message =
                "`every` is at least 1 ms, and a pause no longer than what passes between two";
            self.problems.add("E0107", document.span, message);
        }
    }

    /// Places each pod on a node, and reports those that fit nowhere.
    pub(super) fn settle(&mut self) {
        for unplaced in settle(&mut self.spec) {
            let service = &self.spec.services[unplaced.service as usize];
            let (running, name) = (service.pods, service.name.clone());
            let requests = service.lifecycle.requests;
            let span =
                self.system.services.iter().nth(unplaced.service as usize).map(|of| of.0.span);
            let (Some(span), wanted) = (span, running + unplaced.pods) else { continue };
            let Requests { millicores, mebibytes } = requests;
            let lack = match unplaced.lack {
                Lack::Cpu => Shortage::Processor,
                Lack::Memory => Shortage::Memory,
                Lack::Pods => Shortage::Pods,
                Lack::Node => Shortage::Nodes,
            };
            if running == 0 {
                let message = format!(
                    "none of the {wanted} pods of `{name}` fits on a node: a pod requests {millicores}m and \
                     {mebibytes} MiB; the nodes lack {}",
                    lack.word()
                );
                // The audit says more about it and checks everything else; so the check goes on.
                if !self.check_only {
                    self.problems.add("E0315", span, message);
                }
                // What follows needs a pod.
                self.spec.services[unplaced.service as usize].pods = 1;
                self.spec.cluster = None;
                return;
            }
            let (pods, service) = (unplaced.pods, name);
            let caution = Caution::Pending { pods, wanted, service, millicores, mebibytes, lack };
            self.problems.warn("W0508", span, caution);
        }
    }
}

/// Returns the defaults of a rollout strategy.
pub(super) fn rollout(word: RolloutWord) -> Rollout {
    match word {
        RolloutWord::Rolling => Rollout::default(),
        RolloutWord::BlueGreen => Rollout::BlueGreen { promotion: Length::ZERO, keep: KEEP },
        RolloutWord::Recreate => Rollout::Rolling { surge: 0, unavailable: 100 },
    }
}

fn millicores(cores: Cores) -> u64 {
    (cores.0 * 1000.0).round() as u64
}
