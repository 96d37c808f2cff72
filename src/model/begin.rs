//! Initial state of the world.

use std::collections::VecDeque;

use super::fleet::nodes::Nodes;
use super::fleet::pods::Life;
use super::fleet::pods::{Pod, Service};
use super::fleet::scale::{self, Seen};
use super::fleet::sticky;
use super::kafka::Kafka;
use super::mesh::Meshes;
use super::request::{self, Ready, Requests};
use super::resource::cache::Cache;
use super::resource::database::Database;
use super::resource::index;
use super::resource::lock::Lock;
use super::resource::pool::{Adder, PodPool};
use super::slots::{SLOT_SOURCES, Slots};
use super::spec::{self, Spec};
use super::timeline::{Timeline, change};
use super::users::load::{Choice, Users};
use super::{Cost, MOST_IN_FLIGHT, Run, World, stations};
use crate::engine::{Agenda, MOST_SLOTS, Slot};
use crate::observe::Observer;
use crate::station::cpu::Cpu;
use crate::station::credits::IoCredits;
use crate::station::device::Device;
use crate::station::pool::Pool;
use crate::units::{Span, Time};

fn database(described: &spec::Database, run: &Run) -> Database {
    // A steady load is simulated as if credits lasted: how long they do is another question.
    let bucket = described.io_credits.filter(|_| run.follow_curve);
    let credits = described.iops.zip(bucket).map(|(burst, bucket)| {
        IoCredits::new(bucket.baseline, burst.max(bucket.baseline), bucket.capacity)
    });
    Database { storage: Device::default(), credits, connections: 0, slow: 1.0 }
}

/// Returns the maximum number of users' requests in flight. Requests made by other requests may be
/// as many again, each consumer thread has one of its own, and all of them need slots in the event
/// list beside the permanent ones.
fn room(slots: &Slots, threads: u64) -> u64 {
    let all = u64::from(MOST_SLOTS.saturating_sub(slots.dynamic)) / 3;
    (all.saturating_sub(threads) / 2).min(MOST_IN_FLIGHT)
}

/// Services with all pods that they may ever have, and the resources of each pod.
struct Fleet<'a> {
    services: Vec<Service>,
    pods: Vec<Pod<'a>>,
    pools: Vec<PodPool<'a>>,
    cpus: Vec<Cpu>,
}

impl<'a> Fleet<'a> {
    fn of(spec: &'a Spec) -> Fleet<'a> {
        let mut fleet =
            Fleet { services: Vec::new(), pods: Vec::new(), pools: Vec::new(), cpus: Vec::new() };
        for (number, service) in (0..).zip(&spec.services) {
            let first = fleet.pods.len() as u32;
            fleet.services.push(Service {
                pods: first..first + service.most_pods(),
                ready: (first..first + service.pods).collect(),
                next: 0,
                wanted: service.pods + service.lifecycle.pending,
                version: 0,
                deployed_in: vec![0],
                active: None,
                rollout: None,
            });
            for own in 0..service.most_pods() {
                fleet.add(number, service, own);
            }
        }
        fleet.cpus.extend(spec.databases.iter().map(|database| Cpu::new(database.cores)));
        fleet
    }

    /// Adds the pod with this number to its service.
    fn add(&mut self, number: spec::Id, service: &'a spec::Service, own: u32) {
        self.pods.push(Pod {
            service: number,
            described: service,
            life: match own {
                own if own < service.pods => Life::Ready,
                own if own < service.pods + service.lifecycle.pending => Life::Pending,
                _ => Life::Absent,
            },
            version: 0,
            node: request::NONE,
            wants: 0,
            has: service.cores,
            warm_at: Time::ZERO,
            uncollected: Span::ZERO,
            seen: Seen::new(Time::ZERO),
            used_before: Span::ZERO,
            pools: self.pools.len() as u32,
            busy_threads: 0,
            waiting: VecDeque::new(),
        });
        self.cpus.push(Cpu::new(service.cores));
        self.pools.extend((0..).zip(&service.pools).map(|(index, pool)| PodPool {
            pool: Pool::new(pool.maximum, pool.minimum_idle, 0, pool.wake_up),
            described: pool,
            service: number,
            number: index,
            adder: Adder::Resting,
            back_off: Span::ZERO,
        }));
    }
}

/// Whether the processor time of any pod may differ from its demand at any time of the day, because
/// of cold code or garbage collection.
fn is_uneven(spec: &Spec) -> bool {
    change::states(spec).flat_map(|spec| &spec.services).any(|service| {
        let lifecycle = &service.lifecycle;
        lifecycle.warm_up.is_some() || lifecycle.collection.is_some()
    })
}

impl<'a, O: Observer> World<'a, O> {
    /// Creates the initial state.
    pub(super) fn new(spec: &'a Spec, run: &'a Run, observer: &'a mut O) -> World<'a, O> {
        let (_, numbering) = stations::build(spec);
        let measured = Span(run.bin.0.saturating_mul(u64::from(run.bins)));
        let last_mark = Time::ZERO + run.warm_up + measured;
        let Fleet { services, pods, pools, cpus } = Fleet::of(spec);
        let kafka = Kafka::new(spec, &services);
        let nodes = Nodes::new(spec, &services);
        let scalers = scale::scalers(&spec.services);
        let meshes = Meshes::new(spec, &services, pods.len());
        let slots = Slots::after(
            SLOT_SOURCES + spec.load.records.len() as Slot,
            [
                cpus.len(),
                3 * pools.len(),
                pods.len(),
                kafka.groups(),
                scalers.len(),
                services.len(),
                kafka.threads(),
                meshes.len() as usize,
            ],
        );
        let threads_count = kafka.threads() as u64;
        let (nodes, seats) =
            nodes.map_or((None, Vec::new()), |(nodes, seats)| (Some(nodes), seats));
        let mut world = World {
            spec,
            first: spec,
            run,
            observer,
            now: Time::ZERO,
            last_mark,
            end: last_mark + run.follow,
            agenda: Agenda::new(spec.order),
            slots,
            numbering,
            kept: sticky::kept(spec, &services),
            meshes,
            services,
            pods,
            cpus,
            pools,
            databases: spec.databases.iter().map(|of| database(of, run)).collect(),
            caches: vec![
                Cache { commands: Device::default(), slow: 1.0, lost: None };
                spec.caches.len()
            ],
            locks: vec![Lock::default(); spec.locks.len()],
            indexes: index::indexes(spec, run),
            kafka,
            scalers,
            shared_nodes: nodes.is_some() && spec.cluster.as_ref().is_some_and(|of| of.shared),
            nodes,
            uneven: is_uneven(spec),
            timeline: Timeline::default(),
            requests: Requests::default(),
            users: Users::default(),
            choice: Choice::new(&spec.load),
            arrivals: None,
            sources: Vec::new(),
            ready: Ready::default(),
            changed: request::NONE,
            expired: Vec::new(),
            cost: Cost::default(),
            in_flight: 0,
            room: room(&slots, threads_count),
        };
        world.seat(seats);
        world
    }

    /// Schedules the initial pods onto their nodes, which determine their processors.
    fn seat(&mut self, seats: Vec<(u32, u32)>) {
        for (pod, node) in seats {
            self.pods[pod as usize].node = node;
        }
        for pod in 0..self.pods.len() as u32 {
            self.cpus[pod as usize] = self.new_cpu(pod);
            self.pods[pod as usize].has = self.alone(pod);
        }
    }
}
