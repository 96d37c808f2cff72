//! Warnings about the input, in words. The English text is that of the file reader.

use super::particles;
use super::words::Lang;
use crate::study::caution::{Caution, Part, ScaledOn, Shortage};

/// Renders a warning.
pub(crate) fn caution(caution: &Caution, lang: Lang) -> String {
    match lang {
        Lang::En => caution.to_string(),
        Lang::Ko => particles::chosen(&korean(caution)),
    }
}

/// Renders several warnings.
pub(crate) fn all(cautions: &[Caution], lang: Lang) -> Vec<String> {
    cautions.iter().map(|one| caution(one, lang)).collect()
}

fn part(part: Part) -> &'static str {
    match part {
        Part::Database => "데이터베이스",
        Part::Cache => "캐시",
        Part::Topic => "토픽",
        Part::Lock => "락",
        Part::Index => "인덱스",
        Part::Pool => "커넥션 풀",
        Part::Time => "시간",
    }
}

fn scaled_on(on: ScaledOn) -> &'static str {
    match on {
        ScaledOn::Cpu => "CPU",
        ScaledOn::Memory => "메모리",
    }
}

fn shortage(lack: Shortage) -> &'static str {
    match lack {
        Shortage::Processor => "CPU",
        Shortage::Memory => "메모리",
        Shortage::Pods => "파드 수",
        Shortage::Nodes => "노드",
    }
}

fn korean(caution: &Caution) -> String {
    match caution {
        Caution::Unused { part: of, name } => format!("{} `{name}`은(는) 쓰이지 않음", part(*of)),
        Caution::IdleConsumers { listener, threads, partitions, topic, idle } => format!(
            "`{listener}`의 컨슈머 스레드는 {threads}개, `{topic}`의 파티션은 {partitions}개: {idle}개는 유휴 상태"
        ),
        Caution::PoolsBeyond { connections, database, accepts, reserved } => format!(
            "모든 파드의 커넥션 풀은 `{database}`에 {connections}개까지 열 수 있으나 {accepts}개(예약 \
             {reserved}개 포함)만 허용됨"
        ),
        Caution::UsersThere { mix, rps, implied, stated } => format!(
            "요청 비율 {mix}: {rps:.0} RPS와 여정의 think time으로 계산한 피크 동시 사용자는 {implied:.0}명으로, \
             명시된 {stated:.0}명과 다름(리틀의 법칙)"
        ),
        Caution::WithoutBasis { names, more } => {
            let names = names.join(", ");
            let rest = if *more > 0 { format!(", 외 {more}개") } else { String::new() };
            format!("{names}{rest}: 근거가 없어 가정으로 취급함")
        }
        Caution::TimeWithoutBasis { time } => {
            format!("시간 `{time}`에 근거가 없어 가정으로 취급함")
        }
        Caution::Reuses { database } => {
            format!("이 트랜잭션은 `{database}` 커넥션을 재사용함")
        }
        Caution::LockUp { connections, pool, maximum, requests } => format!(
            "한 요청이 커넥션 풀 `{pool}`의 커넥션 {connections}개를 동시에 잡음: 풀에 {maximum}개뿐이므로 그런 \
             요청 {requests}건이 겹치면 서로를 기다릴 수 있음"
        ),
        Caution::Pending { pods, wanted, service, millicores, mebibytes, lack } => format!(
            "`{service}` 파드 {wanted}개 중 {pods}개는 배치할 노드가 없어 Pending 상태로 남음: 파드 요청량은 \
             {millicores}m, {mebibytes} MiB; 노드에 부족한 자원: {}",
            shortage(*lack)
        ),
        Caution::StandsStill { service, on } => format!(
            "파드에 {} 요청량이 없어 `{service}`의 오토스케일러는 이 기준으로 움직이지 않음",
            scaled_on(*on)
        ),
        Caution::SearchRaised { highest, asked, raised } => format!(
            "탐색 상한 초당 {highest}건이 요청한 부하 초당 {asked}건보다 낮아 초당 {raised}건까지 탐색함"
        ),
        Caution::DeadReplicas { path } => format!(
            "오토스케일링에서는 `{path}`이(가) 쓰이지 않고 최솟값이 적용됨: 대신 `autoscaling.min`을 변경할 것"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(one: &Caution, english: &str, korean: &str) {
        assert_eq!(caution(one, Lang::En), english);
        assert_eq!(caution(one, Lang::Ko), korean);
    }

    fn name() -> String {
        "order".into()
    }

    #[test]
    fn what_is_spare_or_too_large_is_said_in_both_languages() {
        let cases = [
            (
                Caution::Unused { part: Part::Pool, name: "master".into() },
                "the pool `master` is not used",
                "커넥션 풀 `master`는 쓰이지 않음",
            ),
            (
                Caution::IdleConsumers {
                    listener: "order.paid".into(),
                    threads: 4,
                    partitions: 3,
                    topic: "paid".into(),
                    idle: 1,
                },
                "`order.paid` has 4 consumer threads for 3 partitions of `paid`: 1 idle",
                "`order.paid`의 컨슈머 스레드는 4개, `paid`의 파티션은 3개: 1개는 유휴 상태",
            ),
            (
                Caution::PoolsBeyond {
                    connections: 120,
                    database: name(),
                    accepts: 100,
                    reserved: 3,
                },
                "the pools of all pods may open 120 connections to `order`, which accepts 100 (3 reserved)",
                "모든 파드의 커넥션 풀은 `order`에 120개까지 열 수 있으나 100개(예약 3개 포함)만 허용됨",
            ),
            (
                Caution::UsersThere { mix: "day".into(), rps: 99.6, implied: 10.2, stated: 400.0 },
                "mix day: 100 requests/s with the journeys' own think times keep 10 users there at the peak, \
                 not the 400 stated (Little's law)",
                "요청 비율 day: 100 RPS와 여정의 think time으로 계산한 피크 동시 사용자는 10명으로, 명시된 400명과 \
                 다름(리틀의 법칙)",
            ),
            (
                Caution::WithoutBasis { names: vec!["a".into(), "b".into()], more: 2 },
                "a, b, 2 more have no basis; they count as assumed",
                "a, b, 외 2개: 근거가 없어 가정으로 취급함",
            ),
            (
                Caution::TimeWithoutBasis { time: name() },
                "the time `order` has no basis; it counts as assumed",
                "시간 `order`에 근거가 없어 가정으로 취급함",
            ),
        ];
        for (one, english, korean) in &cases {
            says(one, english, korean);
        }
    }

    #[test]
    fn what_may_go_wrong_is_said_in_both_languages() {
        let cases = [
            (
                Caution::Reuses { database: name() },
                "this transaction reuses the connection to `order`",
                "이 트랜잭션은 `order` 커넥션을 재사용함",
            ),
            (
                Caution::LockUp { connections: 2, pool: "main".into(), maximum: 10, requests: 10 },
                "a request takes 2 connections of the pool `main` at once: with 10 in the pool, 10 such \
                 requests at the same instant may wait for each other",
                "한 요청이 커넥션 풀 `main`의 커넥션 2개를 동시에 잡음: 풀에 10개뿐이므로 그런 요청 10건이 겹치면 \
                 서로를 기다릴 수 있음",
            ),
            (
                Caution::Pending {
                    pods: 2,
                    wanted: 3,
                    service: name(),
                    millicores: 600,
                    mebibytes: 512,
                    lack: Shortage::Processor,
                },
                "2 of the 3 pods of `order` fit on no node and stay pending: a pod requests 600m and 512 MiB; \
                 the nodes lack processor",
                "`order` 파드 3개 중 2개는 배치할 노드가 없어 Pending 상태로 남음: 파드 요청량은 600m, 512 MiB; \
                 노드에 부족한 자원: CPU",
            ),
            (
                Caution::StandsStill { service: name(), on: ScaledOn::Memory },
                "`order` is scaled on memory, of which its pods request nothing: on that it stands still",
                "파드에 메모리 요청량이 없어 `order`의 오토스케일러는 이 기준으로 움직이지 않음",
            ),
            (
                Caution::SearchRaised { highest: 50.0, asked: 100.0, raised: 120.0 },
                "the search would end at 50/s, below the load asked about of 100/s; it goes up to 120/s",
                "탐색 상한 초당 50건이 요청한 부하 초당 100건보다 낮아 초당 120건까지 탐색함",
            ),
            (
                Caution::DeadReplicas { path: "services.order.replicas".into() },
                "`services.order.replicas` is dead under autoscaling, where the minimum rules: change \
                 `autoscaling.min` instead",
                "오토스케일링에서는 `services.order.replicas`가 쓰이지 않고 최솟값이 적용됨: 대신 \
                 `autoscaling.min`을 변경할 것",
            ),
        ];
        for (one, english, korean) in &cases {
            says(one, english, korean);
        }
    }
}
