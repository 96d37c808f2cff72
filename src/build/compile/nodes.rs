//! Compilation of node groups, pod lifecycles and autoscalers.

use super::Compiler;
use crate::build::fault::{Fault, Kind};
use crate::build::nodes::{AutoscalerBuilder, NodeGroupBuilder};
use crate::build::system::{ServiceBuilder, SpecBuilder};
use crate::model::settle;
use crate::model::spec::limits::{COLLECTION, CORES, NODES, PODS_OF_NODE, WARM_UP};
use crate::model::spec::{
    Autoscaling, Cluster, CpuCredits, Lifecycle, NodeGroup, Requests, Rollout,
};

/// Maximum of resource requests and allocatable resources \[millicores, MiB\], and of CPU credits.
const LARGEST: f64 = 1e9;
const MEBIBYTE: u64 = 1_048_576;
/// Maximum surge, and maximum unavailability, of a rolling update \[%\].
const WHOLE: f64 = 100.0;

impl Compiler {
    pub(super) fn cluster(&mut self, system: &SpecBuilder) {
        self.distinct(Kind::NodeGroup, system.groups.iter().map(|group| &group.group.name));
        let mut groups = Vec::new();
        let mut all = 0;
        for builder in &system.groups {
            let group = builder.described();
            self.node_group(builder, &group);
            all += u64::from(group.nodes.max(group.maximum));
            let named = |service: &ServiceBuilder| service.group.as_ref() == Some(&group.name);
            // A dedicated group that no service names would stay empty.
            if !group.dedicated || system.services.iter().any(named) {
                groups.push(group);
            }
        }
        self.range("node groups", "nodes", all as f64, 0.0..=NODES as f64);
        let shared = !system.placement_only;
        self.spec.cluster =
            (!groups.is_empty()).then(|| Cluster { groups, shared, ..Cluster::default() });
    }

    fn node_group(&mut self, builder: &NodeGroupBuilder, group: &NodeGroup) {
        let NodeGroup { name: at, minimum, maximum, .. } = group;
        self.range(at, "cores", group.vcpus, CORES);
        self.requests(at, Requests { millicores: 0, mebibytes: builder.mebibytes });
        self.count(at, "pods", group.most_pods, PODS_OF_NODE);
        self.time(at, "a time to provision", group.provision);
        self.within(at, ("fewest nodes", (*minimum).into()), ("most nodes", (*maximum).into()));
        if let Some(CpuCredits { per_hour, maximum, initial, .. }) = group.credits {
            self.range(at, "credits an hour", per_hour, f64::MIN_POSITIVE..=LARGEST);
            self.range(at, "most credits", maximum, 0.0..=LARGEST);
            self.range(at, "credits at first", initial, 0.0..=LARGEST);
            self.within(at, ("credits at first", initial), ("most credits", maximum));
        }
        self.requests(at, group.allocatable);
        for daemons in &group.daemons {
            self.requests(at, *daemons);
            self.fits(at, *daemons, group.allocatable);
        }
    }

    fn fits(&mut self, at: &str, daemons: Requests, offered: Requests) {
        let both = |get: fn(Requests) -> u64| (get(daemons) as f64, get(offered) as f64);
        let (asked, has) = both(|size| size.millicores);
        self.within(at, ("millicores of daemons", asked), ("millicores of a node", has));
        let (asked, has) = both(|size| size.mebibytes);
        self.within(at, ("MiB of daemons", asked), ("MiB of a node", has));
    }

    fn requests(&mut self, at: &str, requests: Requests) {
        self.range(at, "millicores", requests.millicores as f64, 0.0..=LARGEST);
        self.range(at, "MiB", requests.mebibytes as f64, 0.0..=LARGEST);
    }

    /// Returns the lifecycle of the pods of a service, and their initial number.
    pub(super) fn lifecycle(&mut self, described: &ServiceBuilder) -> (Lifecycle, u32) {
        let at = &described.name;
        let mut lifecycle = described.lifecycle;
        // Without a request the limit is used, as in Kubernetes.
        let limit = described.cores.filter(|cores| CORES.contains(cores));
        let limit = limit.map(|cores| (cores * 1000.0).round() as u64);
        self.requests(at, lifecycle.requests);
        match (lifecycle.requests.millicores, limit) {
            (0, Some(limit)) => lifecycle.requests.millicores = limit,
            (asked, Some(limit)) => {
                let limit = ("the limit", limit as f64);
                self.within(at, ("millicores requested", asked as f64), limit);
            }
            (_, None) => {}
        }
        lifecycle.quota = !described.smooth;
        lifecycle.unlimited = described.cores.is_none();
        let group = described.group.as_ref();
        lifecycle.group = group.and_then(|name| self.named(Kind::NodeGroup, name, at));
        self.life(at, &lifecycle);
        let Some(scaler) = described.autoscaler else { return (lifecycle, described.pods) };
        lifecycle.autoscaling = Some(self.autoscaling(at, scaler, lifecycle.requests));
        (lifecycle, scaler.minimum)
    }

    fn life(&mut self, at: &str, life: &Lifecycle) {
        self.time(at, "a time until ready", life.ready_after);
        self.time(at, "a time before the end", life.shutdown.pre_stop);
        self.time(at, "a grace period", life.shutdown.grace.unwrap_or_default());
        if let Some(warm_up) = life.warm_up {
            self.range(at, "a factor of the warm-up", warm_up.factor, WARM_UP);
            self.time(at, "a warm-up", warm_up.lasts);
            self.time(at, "a start", warm_up.start);
            if warm_up.lasts.0 == 0 {
                self.faults.push(Fault::Zero { at: at.into(), what: "time of the warm-up" });
            }
        }
        if let Some(collection) = life.collection {
            self.time(at, "a time between collections", collection.every);
            let least = ("a time between collections", collection.every.secs());
            self.within(at, ("a collection's pause", collection.pause.secs()), least);
            self.range(at, least.0, least.1, COLLECTION.secs()..=f64::INFINITY);
        }
        match life.rollout {
            Rollout::Rolling { surge, unavailable } => {
                self.range(at, "a surge", surge.into(), 0.0..=WHOLE);
                self.range(at, "a share unavailable", unavailable.into(), 0.0..=WHOLE);
            }
            Rollout::BlueGreen { promotion, keep } => {
                self.time(at, "a time until promotion", promotion);
                self.time(at, "a time to keep", keep);
            }
        }
    }

    /// Compiles an autoscaler, and checks that it has a metric, and that its pods request the
    /// resource to which each metric is relative.
    fn autoscaling(
        &mut self,
        at: &str,
        scaler: AutoscalerBuilder,
        requests: Requests,
    ) -> Autoscaling {
        let AutoscalerBuilder { minimum, maximum, cpu, memory } = scaler;
        self.some(at, "fewest pods", minimum);
        self.within(at, ("fewest pods", minimum.into()), ("most pods", maximum.into()));
        if cpu.is_none() && memory.is_none() {
            self.faults.push(Fault::Zero { at: at.into(), what: "metric of the autoscaler" });
        }
        for (percent, request, what) in [
            (cpu, requests.millicores, "CPU request of its pods"),
            (memory.map(|memory| memory.0), requests.mebibytes, "memory request of its pods"),
        ] {
            let Some(percent) = percent else { continue };
            self.count(at, "percent aimed at", percent, 100);
            if request == 0 {
                self.faults.push(Fault::Zero { at: at.into(), what });
            }
        }
        let used = memory.map_or(0, |memory| memory.1);
        self.requests(at, Requests { millicores: 0, mebibytes: used });
        Autoscaling {
            minimum,
            maximum,
            cpu,
            memory: memory.map(|memory| memory.0),
            millicores: requests.millicores,
            memory_request: requests.mebibytes.saturating_mul(MEBIBYTE),
            memory_used: memory.map(|memory| memory.1.saturating_mul(MEBIBYTE)),
        }
    }

    /// Places the initial pods on nodes, and reports services none of whose pods fits. Requires a
    /// spec without other faults.
    pub(super) fn settle(&mut self) {
        for unplaced in settle(&mut self.spec) {
            let service = &self.spec.services[unplaced.service as usize];
            if service.pods == 0 {
                let (at, lack) = (service.name.clone(), unplaced.lack);
                self.faults.push(Fault::Unplaced { at, pods: unplaced.pods, lack });
            }
        }
    }
}
