//! Limits that hold at any load.

use crate::audit::{Limit, PoolShare, When};

fn pods_of(share: &PoolShare) -> String {
    let sizes: Vec<String> = share.sizes.iter().map(u32::to_string).collect();
    format!("{} pods of {} x ({})", share.pods, share.service, sizes.join(" + "))
}

pub(super) fn message(found: &Limit) -> String {
    match found {
        Limit::MemoryRequest { service, request, limit } => {
            format!("pods of `{service}` request {request} MiB of memory and may use {limit} MiB")
        }
        Limit::Connections { when, database, shares, sum, accepts, reserved, .. } => {
            let pools = shares.iter().map(pods_of).collect::<Vec<_>>().join(", ");
            let when = match when {
                When::Running => "running",
                When::Most => "at the autoscaler's maximum",
                When::Rollout => "while rolled out",
            };
            format!(
                "{when}, {pools} = {sum} connections of `{database}`, which accepts {accepts} ({reserved} \
                 reserved)"
            )
        }
        Limit::Room { when, pods, cores, nodes, .. } => {
            let when = match when {
                When::Running => "running",
                When::Most => "at the autoscalers' maximum",
                When::Rollout => "while all services are rolled out",
            };
            format!("{when}, {pods} pods request {cores} cores of {nodes} nodes")
        }
        Limit::TooLarge {
            service,
            millicores,
            mebibytes,
            free_millicores,
            free_mebibytes,
            pods: _,
        } => format!(
            "a pod of `{service}` requests {millicores}m and {mebibytes} MiB; a node leaves at most \
             {free_millicores}m and {free_mebibytes} MiB"
        ),
        Limit::MemoryUsed { service, used, limit } => {
            format!("pods of `{service}` use {used} MiB of at most {limit} MiB")
        }
        Limit::LargeHeap { service, heap, besides, stacks, all, .. } => format!(
            "`{service}`: a heap of {heap} MiB, {besides} MiB besides and {stacks} MiB of stacks make {all} MiB"
        ),
        Limit::SmallHeap { service, heap, limit, .. } => {
            format!("the heap of `{service}` ends at {heap} of {limit} MiB")
        }
        Limit::MemoryTarget { service, used, target, .. } => format!(
            "pods of `{service}` use {used} of the memory they request; the target is {target}"
        ),
    }
}

pub(super) fn consequence(found: &Limit) -> String {
    match found {
        Limit::MemoryRequest { .. } => "no pod of it starts".into(),
        Limit::Connections { sum, refused, .. } => format!("{refused} of {sum} are refused"),
        Limit::Room { pods, waiting, .. } => format!("{waiting} of {pods} pods find no room"),
        Limit::TooLarge { pods, .. } => format!("none of its {pods} pods runs"),
        Limit::MemoryUsed { .. } => "they are killed as soon as they have it".into(),
        Limit::LargeHeap { over, limit, .. } => {
            format!("{over} MiB more than the limit of {limit} MiB")
        }
        Limit::SmallHeap { idle, .. } => format!("{idle} of the memory is never heap"),
        Limit::MemoryTarget { most, pods, .. } => {
            format!("{most} pods at any load instead of {pods}")
        }
    }
}
