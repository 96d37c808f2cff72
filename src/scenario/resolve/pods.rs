//! Number of a service's pods, and its autoscaler.

use super::system::Compiler;
use crate::model::spec::Autoscaling;
use crate::scenario::decode::Setting;
use crate::scenario::document::{ServiceDoc, View};
use crate::scenario::values::{Bytes, Share};
use crate::study::caution::{Caution, ScaledOn};

impl Compiler<'_> {
    /// Resolves the autoscaler of a service, if it can act: it needs a range, a metric, a metrics
    /// server, and a pod request to compare with. Where only one of two metrics has a request, the
    /// controller may add pods by it but removes none. In the written view `replicas` counts as the
    /// number of pods.
    pub(super) fn autoscaling(&mut self, name: &str, document: &ServiceDoc) -> Option<Autoscaling> {
        let scaler = document.autoscaling.as_ref()?;
        let (minimum, maximum) =
            (self.pick(&scaler.min).u32(), self.pick(scaler.max.as_ref()?).u32());
        let server = self.system.metrics_server.as_ref().is_none_or(|server| self.pick(server).0);
        let pod = document.pod.as_ref();
        // A limit without a request counts as one, as in Kubernetes.
        let cpu = pod.and_then(|pod| pod.cpu.as_ref());
        let cpu = cpu.and_then(|cpu| cpu.request.as_ref().or(cpu.limit.as_ref()));
        let memory = pod.and_then(|pod| pod.memory.as_ref());
        let bytes = |bytes: Option<&Setting<Bytes>>| bytes.map(|bytes| self.pick(bytes).0 as u64);
        let requested =
            bytes(memory.and_then(|memory| memory.request.as_ref().or(memory.limit.as_ref())));
        let sidecar = pod.and_then(|pod| pod.sidecar.as_ref());
        let beside = bytes(sidecar.and_then(|sidecar| sidecar.memory.as_ref())).unwrap_or(0);
        let memory_used = bytes(memory.and_then(|memory| memory.used.as_ref()));
        let percent = |share: &Setting<Share>| ((self.pick(share).0 * 100.0).round() as u32).max(1);
        let on_cpu = scaler.cpu.as_ref().map(percent);
        let on_memory = scaler.memory.as_ref().filter(|_| memory_used.is_some()).map(percent);
        for (target, request, what) in [
            (&scaler.cpu, cpu.is_some(), ScaledOn::Cpu),
            (&scaler.memory, memory_used.is_none() || requested.is_some(), ScaledOn::Memory),
        ] {
            if let Some(target) = target
                && !request
            {
                let caution = Caution::StandsStill { service: name.to_owned(), on: what };
                let help = format!("add `pod: {{ {}: {{ request: … }} }}`", what.word());
                self.problems.warn_with("W0509", target.span, caution, Some(&help));
            }
        }
        if !server
            || self.view == View::Written
            || minimum > maximum
            || (on_cpu.is_none() || cpu.is_none()) && (on_memory.is_none() || requested.is_none())
        {
            return None;
        }
        Some(Autoscaling {
            minimum,
            maximum,
            cpu: on_cpu,
            memory: on_memory,
            // Without a CPU request of its own there is nothing to compare with, even if sidecars
            // have one.
            millicores: cpu.map_or(0, |_| self.pod_requests(pod).millicores),
            memory_request: requested.map_or(0, |own| own + beside),
            memory_used,
        })
    }

    /// Returns the initial number of pods of a service.
    pub(super) fn pods(&mut self, document: &ServiceDoc) -> u32 {
        let replicas = document.replicas.as_ref().map(|replicas| self.pick(replicas).u32());
        let Some(scaler) = &document.autoscaling else { return replicas.unwrap_or(1) };
        let minimum = self.pick(&scaler.min).u32();
        if let Some(maximum) = &scaler.max
            && self.pick(maximum).u32() < minimum
        {
            let message = format!(
                "the autoscaler's `max` of {} is below its `min` of {minimum}",
                self.pick(maximum).u32()
            );
            self.problems.add("E0305", maximum.span, message);
        }
        match (self.view, replicas) {
            (View::Written, Some(replicas)) => replicas,
            _ => minimum,
        }
    }
}
