//! Demand of the load on processors, storage, caches and pools.

use super::time;
use crate::audit::{Capacity, Filled, Load, Rate};

fn load_of(Load { rate, mix }: &Load) -> String {
    match rate {
        Rate::Requests(per_s) => format!("요청 비율 {mix} {per_s} RPS"),
        Rate::Records(per_s) => format!("초당 레코드 {per_s}건"),
    }
}

fn full_at(rate: &Rate) -> String {
    match rate {
        Rate::Requests(per_s) => format!("{per_s} RPS에서 포화"),
        Rate::Records(per_s) => format!("초당 레코드 {per_s}건에서 포화"),
    }
}

pub(super) fn message(found: &Capacity) -> String {
    match found {
        Capacity::Cpu { service, cores, load, has, pods, each, .. } => {
            let load = load_of(load);
            format!(
                "`{service}`: {load}에 {cores}코어 필요, 보유 {has}코어(파드 {pods}개 x {each})"
            )
        }
        Capacity::Cores { of, cores, load, has, .. } => {
            format!("`{of}`: {}에 {cores}코어 필요, 보유 {has}코어", load_of(load))
        }
        Capacity::Storage { database, operations, load, has, .. } => format!(
            "`{database}`: {}에 초당 작업 {operations}건 필요, 스토리지는 최대 {has}건",
            load_of(load)
        ),
        Capacity::StorageCredits { database, operations, load, base, .. } => format!(
            "`{database}`: {}에 초당 작업 {operations}건 필요, 스토리지가 계속 낼 수 있는 것은 {base}건",
            load_of(load)
        ),
        Capacity::NodeCredits { cores, free, has, .. } => format!(
            "평균 부하에 {cores}코어 필요, 노드가 계속 쓸 수 있는 것은 {has}코어 중 {free}코어"
        ),
        Capacity::DatabaseCredits { database, cores, free, .. } => {
            format!("평균 부하에 `{database}`의 {cores}코어 필요, 추가 요금 없는 기준은 {free}코어")
        }
        Capacity::Quota { program, needs, cores, gives, .. } => format!(
            "`{program}`: CPU {} 필요, 제한 {cores}코어로는 100 ms마다 {}",
            time(*needs),
            time(*gives)
        ),
        Capacity::Pool { service, pool, load, held, pods, has, .. } => format!(
            "{}: `{service}`의 커넥션 풀 `{pool}`에서 {held}개 점유, 파드 {pods}개의 보유량은 {has}개",
            load_of(load)
        ),
        Capacity::Cache { cache, load, work, .. } => {
            format!("{}: `{cache}`의 단일 스레드에 초당 {} 분량의 명령", load_of(load), time(*work))
        }
        Capacity::Lock { lock, load, held, .. } => {
            format!("{}: `{lock}` 락을 초당 {} 점유", load_of(load), time(*held))
        }
        Capacity::Threads { service, load, threads, has, pods, each, .. } => format!(
            "{}: `{service}` 스레드 {threads}개 필요, 보유 {has}개(파드 {pods}개 x {each})",
            load_of(load)
        ),
        Capacity::Autoscaler { service, cores, load, wanted, target, request, most, .. } => {
            format!(
                "`{service}`: {}에 {cores}코어 필요, 요청량 {request}코어의 {target} 기준 파드 {wanted}개에 \
             해당하나 오토스케일러 최대치는 {most}개",
                load_of(load)
            )
        }
    }
}

pub(super) fn consequence(found: &Capacity) -> String {
    match found {
        Capacity::Cpu { filled: Filled::Nearly { used, stretch }, .. } => {
            format!("사용률 {used}: 응답 시간이 작업 시간의 약 {stretch}배")
        }
        Capacity::Cpu { filled: Filled::At(full), .. }
        | Capacity::Cores { full, .. }
        | Capacity::Storage { full, .. }
        | Capacity::Pool { full, .. }
        | Capacity::Cache { full, .. }
        | Capacity::Lock { full, .. }
        | Capacity::Threads { full, .. } => full_at(full),
        Capacity::StorageCredits { saved, lasts, .. } => {
            format!("쌓아 둔 작업 크레딧 {saved}건은 {} 만에 소진", time(*lasts))
        }
        Capacity::NodeCredits { saved, lasts, .. } => {
            format!("가득 찬 크레딧 {saved}은(는) {} 만에 소진", time(*lasts))
        }
        Capacity::DatabaseCredits { surplus, .. } => format!("월 {surplus}코어시간 초과"),
        Capacity::Quota { least, most, .. } => format!(
            "파드를 혼자 써도 주기의 어느 시점에 시작하느냐에 따라 {}~{} 소요",
            time(*least),
            time(*most)
        ),
        Capacity::Autoscaler { most, used, .. } => {
            format!("파드 {most}개에 머물며 각각 요청량의 {used}을(를) 사용")
        }
    }
}
