//! Limits that hold at any load.

use crate::audit::{Limit, PoolShare, When};

fn pods_of(share: &PoolShare) -> String {
    let sizes: Vec<String> = share.sizes.iter().map(u32::to_string).collect();
    format!("{} 파드 {}개 x ({})", share.service, share.pods, sizes.join(" + "))
}

fn with(when: When) -> &'static str {
    match when {
        When::Running => "평상시",
        When::Most => "오토스케일러 최대치에서",
        When::Rollout => "배포 중",
    }
}

pub(super) fn message(found: &Limit) -> String {
    match found {
        Limit::MemoryRequest { service, request, limit } => {
            format!("`{service}` 파드의 메모리 요청량은 {request} MiB, 제한은 {limit} MiB")
        }
        Limit::Connections { when, database, shares, sum, accepts, reserved, .. } => {
            let pools = shares.iter().map(pods_of).collect::<Vec<_>>().join(", ");
            format!(
                "{} {pools} = 커넥션 {sum}개, `{database}`의 허용치는 {accepts}개(예약 {reserved}개 포함)",
                with(*when)
            )
        }
        Limit::Room { when, pods, cores, nodes, .. } => {
            let when = match when {
                When::Rollout => "모든 서비스를 배포하는 동안",
                When::Running | When::Most => with(*when),
            };
            format!("{when} 파드 {pods}개가 노드 {nodes}개에 {cores}코어를 요청")
        }
        Limit::TooLarge {
            service,
            millicores,
            mebibytes,
            free_millicores,
            free_mebibytes,
            pods: _,
        } => format!(
            "`{service}` 파드의 요청량은 {millicores}m, {mebibytes} MiB; 노드 하나가 내줄 수 있는 최대치는 \
             {free_millicores}m, {free_mebibytes} MiB"
        ),
        Limit::MemoryUsed { service, used, limit } => {
            format!("`{service}` 파드가 최대 {limit} MiB 중 {used} MiB를 사용")
        }
        Limit::LargeHeap { service, heap, besides, stacks, all, .. } => {
            format!(
                "`{service}`: 힙 {heap} MiB + 힙 외 {besides} MiB + 스택 {stacks} MiB = {all} MiB"
            )
        }
        Limit::SmallHeap { service, heap, limit, .. } => {
            format!("`{service}`의 힙 최대치는 {limit} MiB 중 {heap} MiB")
        }
        Limit::MemoryTarget { service, used, target, .. } => {
            format!("`{service}` 파드의 메모리 사용량은 요청량의 {used}, 목표는 {target}")
        }
    }
}

pub(super) fn consequence(found: &Limit) -> String {
    match found {
        Limit::MemoryRequest { .. } => "해당 파드가 하나도 시작되지 않음".into(),
        Limit::Connections { sum, refused, .. } => format!("{sum}개 중 {refused}개가 거절됨"),
        Limit::Room { pods, waiting, .. } => {
            format!("파드 {pods}개 중 {waiting}개는 배치할 자리가 없음")
        }
        Limit::TooLarge { pods, .. } => format!("파드 {pods}개가 하나도 실행되지 않음"),
        Limit::MemoryUsed { .. } => "그만큼 쓰는 즉시 강제 종료됨".into(),
        Limit::LargeHeap { over, limit, .. } => format!("제한 {limit} MiB보다 {over} MiB 많음"),
        Limit::SmallHeap { idle, .. } => format!("메모리의 {idle}은(는) 힙으로 쓰이지 않음"),
        Limit::MemoryTarget { most, pods, .. } => {
            format!("부하와 관계없이 파드가 {pods}개가 아니라 {most}개로 고정")
        }
    }
}
