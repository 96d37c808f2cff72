//! Node groups, pods and autoscalers.

use plimsoll::build::{
    AutoscalerBuilder, Fault, Kind, NodeGroupBuilder, ServiceBuilder, SpecBuilder, Step,
};
use plimsoll::model::Lack;
use plimsoll::model::spec::{
    Collection, Counted, CpuCredits, Excess, Requests, Rollout, Shutdown, WarmUp,
};
use plimsoll::random::Dist;
use plimsoll::study::Unwatched;
use plimsoll::study::point::at_load;
use plimsoll::study::setup::Study;
use plimsoll::units::Span;

use crate::{assert_same, beyond, built, faults, range, study, unknown, work, zero};

const NODES: &str = "
scenario: nodes
system:
  system: nodes
  services:
    shop:
      node_group: main
      pod:
        cpu: { request: 500m, limit: 1 }
        memory: { request: 1024Mi, used: 600Mi }
        ready_after: 10s
        warm_up: { factor: 3, lasts: 60s, start: 5s }
        garbage: { every: 2s, pause: 20ms }
      shutdown: { pre_stop: 5s }
      rollout: { strategy: blue-green, promotion: 30s }
      autoscaling: { min: 2, max: 6, cpu: 70%, memory: 80% }
      endpoints: { look: [ cpu: { exponential: 10ms } ] }
    batch: { node_group: burst, endpoints: { run: [ cpu: { exponential: 20ms } ] } }
    small: { replicas: 2, pod: { cpu: { limit: 250m } }, endpoints: { run: [ cpu: { exponential: 1ms } ] } }
  node_groups:
    main:
      instance: m5.large
      min: 2
      max: 5
      autoscaler: cluster-autoscaler
      daemons: { cpu: 150m, memory: 256Mi }
    burst: { instance: t3.medium, desired: 2, min: 1, max: 3, autoscaler: karpenter, dedicated: true }
    idle: { instance: m5.large, dedicated: true }
load: { rate: 10/s }
";

fn requests(millicores: u64, mebibytes: u64) -> Requests {
    Requests { millicores, mebibytes }
}

#[test]
fn a_built_cluster_is_the_one_of_its_document() {
    let seconds = |seconds: u64| Span::from_millis(1_000 * seconds);
    let cpu = |mean| [Step::cpu(Dist::Exponential(mean))];
    let shop = ServiceBuilder::new("shop")
        .node_group("main")
        .cores(1.0)
        .requests(requests(500, 1_024))
        .ready_after(seconds(10))
        .warm_up(WarmUp { factor: 3.0, lasts: seconds(60), start: seconds(5) })
        .collection(Collection { every: seconds(2), pause: Span::from_millis(20) })
        .shutdown(Shutdown { pre_stop: seconds(5), graceful: true, grace: Some(seconds(30)) })
        .rollout(Rollout::BlueGreen { promotion: seconds(30), keep: seconds(30) })
        .autoscaler(AutoscalerBuilder::new(2, 6).cpu(70).memory(80, 600))
        .endpoint("look", cpu(0.010));
    let credits = CpuCredits { unlimited: true, per_hour: 24.0, maximum: 576.0, initial: 576.0 };
    let system = SpecBuilder::new()
        .service(shop)
        .service(ServiceBuilder::new("batch").node_group("burst").endpoint("run", cpu(0.020)))
        .service(ServiceBuilder::new("small").pods(2).cores(0.25).endpoint("run", cpu(0.001)))
        .node_group(
            NodeGroupBuilder::new("main", 2, 8_192)
                .most_pods(29)
                .daemons(requests(150, 256))
                .cluster_autoscaler(2, 5),
        )
        .node_group(
            NodeGroupBuilder::new("burst", 2, 4_096)
                .most_pods(17)
                .nodes(2)
                .karpenter(1, 3)
                .dedicated()
                .credits(credits),
        )
        .node_group(NodeGroupBuilder::new("idle", 2, 8_192).most_pods(29).dedicated())
        .open_load(10.0);
    let spec = built(&system);
    assert_same(&spec, study(NODES).case(0, 0, 0));
    assert_eq!(spec.services[0].pods, 2);
}

/// Of three pods that request 1,500 m, each of two nodes with 2 vCPUs takes one, and the third is
/// pending; of pods that request all 2,000 m of a node none fits.
#[test]
fn pods_wait_for_room_and_a_service_without_any_is_a_fault() {
    let system = |millicores| {
        let shop = ServiceBuilder::new("shop")
            .pods(3)
            .requests(requests(millicores, 512))
            .endpoint("look", work(0.001));
        SpecBuilder::new()
            .service(shop)
            .node_group(NodeGroupBuilder::new("main", 2, 8_192).nodes(2))
            .open_load(10.0)
    };
    let spec = built(&system(1_500));
    assert_eq!((spec.services[0].pods, spec.services[0].lifecycle.pending), (2, 1));
    let lack = Lack::Cpu;
    assert_eq!(faults(&system(2_000)), [Fault::Unplaced { at: "shop".into(), pods: 3, lack }]);
}

#[test]
fn all_faults_of_nodes_come_at_once() {
    let long = Span(u64::MAX);
    let year = 18_446_744_073.709_553;
    let shop = ServiceBuilder::new("shop")
        .cores(0.5)
        .requests(requests(1_000, 0))
        .node_group("mane")
        .ready_after(long)
        .warm_up(WarmUp { factor: 0.5, lasts: Span::ZERO, start: Span::ZERO })
        .collection(Collection { every: Span(1), pause: Span(2_000_000) })
        .rollout(Rollout::Rolling { surge: u32::MAX, unavailable: 0 })
        .autoscaler(AutoscalerBuilder::new(5, 3).cpu(0).memory(80, 100))
        .endpoint("look", work(0.001));
    let idle = ServiceBuilder::new("idle").autoscaler(AutoscalerBuilder::new(0, 1));
    let credits = CpuCredits { unlimited: true, per_hour: 0.0, maximum: 1.0, initial: 2.0 };
    let system = SpecBuilder::new()
        .service(shop)
        .service(idle)
        .node_group(
            NodeGroupBuilder::new("main", 0, u64::MAX)
                .most_pods(0)
                .nodes(u32::MAX)
                .credits(credits)
                .allocatable(requests(100, 100))
                .daemons(requests(200, 50)),
        )
        .node_group(NodeGroupBuilder::new("main", 2, 100).cluster_autoscaler(3, 2))
        .open_load(10.0);
    assert_eq!(
        faults(&system),
        [
            Fault::Duplicate { kind: Kind::NodeGroup, name: "main".into() },
            range("main", "cores", 0.0),
            range("main", "MiB", u64::MAX as f64),
            zero("main", "pods"),
            range("main", "credits an hour", 0.0),
            beyond("main", ("credits at first", 2.0), ("most credits", 1.0)),
            beyond("main", ("millicores of daemons", 200.0), ("millicores of a node", 100.0)),
            beyond("main", ("fewest nodes", 3.0), ("most nodes", 2.0)),
            range("node groups", "nodes", f64::from(u32::MAX) + 3.0),
            beyond("shop", ("millicores requested", 1_000.0), ("the limit", 500.0)),
            unknown("shop", Kind::NodeGroup, "mane"),
            range("shop", "a time until ready", year),
            range("shop", "a factor of the warm-up", 0.5),
            zero("shop", "time of the warm-up"),
            beyond("shop", ("a collection's pause", 0.002), ("a time between collections", 1e-9)),
            range("shop", "a time between collections", 1e-9),
            range("shop", "a surge", u32::MAX.into()),
            beyond("shop", ("fewest pods", 5.0), ("most pods", 3.0)),
            zero("shop", "percent aimed at"),
            zero("shop", "memory request of its pods"),
            zero("idle", "fewest pods"),
            zero("idle", "metric of the autoscaler"),
        ]
    );
    let crowd = ServiceBuilder::new("shop")
        .cores(1.0)
        .autoscaler(AutoscalerBuilder::new(1, u32::MAX).cpu(50))
        .endpoint("look", work(0.001));
    let excess = Excess { of: Counted::Pods, count: u32::MAX.into() };
    let nodes = NodeGroupBuilder::new("main", 4, 8_192).nodes(1);
    let crowd = SpecBuilder::new().service(crowd).node_group(nodes).open_load(1.0);
    assert_eq!(faults(&crowd), [Fault::TooLarge(excess)]);
}

/// Two pods without a CPU limit share the two cores of a node in a work-conserving manner. With a
/// mean of 10 ms for each of 120 requests/s, they form an M/M/2 queue together (no core idles while
/// there are two requests, and exponential service times are memoryless): ρ = 0.6, and the mean
/// response time is 10 ms / (1 − ρ²) = 15.625 ms.
#[test]
fn pods_use_what_their_node_has() {
    let steps = [Step::cpu(Dist::Exponential(0.010))];
    let shop = ServiceBuilder::new("shop").pods(2).endpoint("look", steps);
    let system = SpecBuilder::new()
        .service(shop)
        .node_group(NodeGroupBuilder::new("main", 2, 8_192))
        .open_load(120.0);
    let point = at_load(&Study::of("node", built(&system)), &Unwatched).expect("nobody stops it");
    let mean = point.at.mean_ms;
    let half = (mean.high - mean.low) / 2.0;
    assert!(half < 0.5 && (mean.mean - 15.625).abs() < 1.9 * half, "{mean:?}");
}
