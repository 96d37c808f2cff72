//! Failures under foreseeable circumstances.

use super::time;
use crate::audit::{Hazard, Who};

pub(super) fn message(found: &Hazard) -> String {
    match found {
        Hazard::Nested {
            programs, each, pool, service, threads, consumers, connections, ..
        } => {
            let names: Vec<String> = programs.iter().map(|name| format!("`{name}`")).collect();
            format!(
                "{}: `{service}`의 커넥션 풀 `{pool}`에서 동시에 {each}개씩 점유, 파드의 스레드 최대 \
                 {threads}개와 컨슈머 {consumers}개가 커넥션 {connections}개를 공유",
                names.join(", ")
            )
        }
        Hazard::CallHeld { program, .. } => {
            format!("`{program}`: 커넥션을 잡은 채 다른 서비스를 호출")
        }
        Hazard::OpenInView { service, .. } => {
            format!("`{service}`의 요청은 끝날 때까지 커넥션을 점유")
        }
        Hazard::ComputesHeld { program, work, .. } => {
            format!("`{program}`: 커넥션을 잡은 채 {} 연산", time(*work))
        }
        Hazard::Retries { endpoint, tries, users, mesh } => format!(
            "`{endpoint}` 요청 하나가 실패하면 {tries}회 시도됨: 사용자 {users}회 x 경로상 메시 {mesh}회"
        ),
        Hazard::Patience { service, pool, timeout, waits } => {
            let [timeout, waits] = [*timeout, *waits].map(time);
            format!(
                "`{service}`: 커넥션 풀 `{pool}`에서 {timeout} 대기, 호출자의 대기 한도는 {waits}"
            )
        }
        Hazard::TooLate { endpoint, takes, who, waits } => {
            let who = match who {
                Who::Users => "사용자는".to_owned(),
                Who::Mesh => "메시는".to_owned(),
                Who::Program(name) => format!("`{name}`은(는)"),
            };
            let [takes, waits] = [*takes, *waits].map(time);
            format!("`{endpoint}`: 대기가 전혀 없어도 평균 {takes} 걸리나, {who} {waits}만 기다림")
        }
        Hazard::Outlasts { endpoint, callee, waits, who, left, .. } => {
            let who = match who {
                Who::Users => "사용자가".to_owned(),
                Who::Mesh => "메시가".to_owned(),
                Who::Program(name) => format!("`{name}`이(가)"),
            };
            let [waits, left] = [*waits, *left].map(time);
            format!(
                "`{endpoint}`: `{callee}` 응답을 {waits} 기다리나, {who} 자신을 기다리는 시간은 {left}"
            )
        }
        Hazard::Endless { program, callee, .. } => {
            format!("`{program}`: `{callee}` 응답을 무한정 기다림")
        }
        Hazard::Cold { service, ready, warm, .. } => {
            format!(
                "`{service}` 파드: {} 뒤 준비 완료, {} 뒤 워밍업 완료",
                time(*ready),
                time(*warm)
            )
        }
        Hazard::Killed { service, failures, last, ready, .. } => format!(
            "`{service}`: {} 뒤 활성 프로브 {failures}회째 실패, 파드 준비에는 {} 소요",
            time(*last),
            time(*ready)
        ),
        Hazard::Grace { service, grace, left, longest } => {
            let [grace, left, longest] = [*grace, *left, *longest].map(time);
            format!(
                "`{service}`: 종료 유예 {grace} 중 종료 전 대기를 빼면 {left}, 요청은 최대 {longest} 소요"
            )
        }
        Hazard::Kept { service, connections, pods, .. } => {
            format!(
                "`{service}`의 호출자들이 유지하는 커넥션은 모두 {connections}개, 파드는 {pods}개"
            )
        }
        Hazard::Single { service, .. } => format!("`{service}`: 파드 1개"),
        Hazard::Recreate { service, pods, .. } => {
            format!("`{service}`의 파드 {pods}개가 새 파드보다 먼저 모두 종료됨")
        }
        Hazard::Threads { service, threads, connections, .. } => {
            format!("`{service}` 파드: 스레드 {threads}개, 커넥션 {connections}개")
        }
    }
}

pub(super) fn consequence(found: &Hazard) -> String {
    match found {
        Hazard::Nested { together, timeout, safe, .. } => {
            format!(
                "{together}건이 겹치면 파드가 {} 동안 멈춤, 커넥션 {safe}개부터 안전",
                time(*timeout)
            )
        }
        Hazard::CallHeld { connections, .. } => {
            format!("느린 응답 {connections}건이 겹치면 파드 풀의 커넥션이 모두 소진됨")
        }
        Hazard::OpenInView { held, outside, .. } => format!(
            "대기 없이도 요청당 커넥션을 {} 점유, 그중 {}은(는) 트랜잭션 밖",
            time(*held),
            time(*outside)
        ),
        Hazard::ComputesHeld { connections, most, .. } => {
            format!("파드의 커넥션 {connections}개로는 초당 {most}건이 한계")
        }
        Hazard::Retries { tries, .. } => format!("이미 실패하는 곳에 최대 {tries}배의 부하"),
        Hazard::Patience { .. } => {
            "커넥션 타임아웃으로 사용자 이탈보다 먼저 끝나는 요청이 없음".into()
        }
        Hazard::TooLate { .. } => "부하와 관계없이 요청 대부분이 실패".into(),
        Hazard::Outlasts { vain, .. } => {
            format!("대기마다 최대 {}은(는) 응답을 받을 쪽이 이미 없음", time(*vain))
        }
        Hazard::Endless { threads: Some(threads), .. } => {
            format!("파드의 스레드 {threads}개가 여기에 묶일 수 있음")
        }
        Hazard::Endless { threads: None, .. } => "파드의 모든 스레드가 여기에 묶일 수 있음".into(),
        Hazard::Cold { slow, .. } => format!("파드마다 {} 동안 사용자에게 느린 응답", time(*slow)),
        Hazard::Killed { early, .. } => format!("응답하기 {} 전에 종료됨", time(*early)),
        Hazard::Grace { .. } => "그보다 오래 걸리는 요청은 끊김".into(),
        Hazard::Kept { without, .. } => {
            format!("파드 {without}개는 요청을 받지 못하며 파드를 늘려도 달라지지 않음")
        }
        Hazard::Single { ready: Some(ready), .. } => {
            format!("파드를 잃으면 {} 이상 서비스 중단", time(*ready))
        }
        Hazard::Single { ready: None, .. } => "파드를 잃거나 배포할 때마다 서비스 중단".into(),
        Hazard::Recreate { ready, .. } => format!("배포마다 {} 동안 응답 없음", time(*ready)),
        Hazard::Threads { waiting, longest, .. } => {
            format!("그중 {waiting}개는 최대 {} 대기할 수 있음", time(*longest))
        }
    }
}
