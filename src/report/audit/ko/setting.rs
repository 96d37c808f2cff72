//! Settings and edits without effect.

use super::time;
use crate::audit::{EditName, Floor, Pinned, Setting};
use crate::report::effect;
use crate::report::words::Lang;

fn edit_of(EditName { plan, number }: &EditName) -> String {
    match number {
        Some(number) => format!("계획 {plan}의 변경 {number}번"),
        None => format!("계획 {plan}의 변경"),
    }
}

fn row(services: &[Floor], one: impl Fn(&Floor) -> String) -> String {
    services.iter().map(one).collect::<Vec<_>>().join(", ")
}

pub(super) fn message(found: &Setting) -> String {
    match found {
        Setting::Replicas { edit, set, from, to, .. }
        | Setting::Pinned(Pinned { edit, set, from, to, .. }) => {
            format!("{}: {set} {from} → {to}", edit_of(edit))
        }
        Setting::Same { edit, set, to, .. } => {
            format!("{}: {set}을(를) {to}(으)로 설정", edit_of(edit))
        }
        Setting::Believed { edit, set, believed, .. } => {
            format!("{}: {set}의 현재값을 {believed}(으)로 봄", edit_of(edit))
        }
        Setting::PlanBelieves { plan, set, believed, .. } => {
            format!("계획 {plan}: {set}의 현재값을 {believed}(으)로 봄")
        }
        Setting::SharedDatabase { service, database, pools, .. } => {
            format!("`{service}`의 커넥션 풀 {}이(가) 모두 `{database}`에 연결됨", pools.join(", "))
        }
        Setting::Otherwise { path, written, .. } => format!("{path}: 설정 파일에는 {written}"),
        Setting::NoMetrics { services } => {
            format!("오토스케일러 {}개가 참조할 메트릭 서버가 없음", services.len())
        }
        Setting::Stuck { service, pods } => {
            format!("`{service}`의 오토스케일러 범위는 {pods}~{pods}")
        }
        Setting::Target { service, above, most, .. } => {
            format!(
                "`{service}`: CPU 요청량의 {above}을(를) 넘어야 확장되나 최대 {most}까지만 사용 가능"
            )
        }
        Setting::Nodes { group, most, .. } => {
            format!("`{group}`: 노드를 {most}개까지 둘 수 있으나 늘려 주는 것이 없음")
        }
        Setting::IdleTimeout { service, pool, .. } => {
            format!("`{service}`의 커넥션 풀 `{pool}`에서 `idle_timeout`이 닫는 커넥션이 없음")
        }
        Setting::Threads { service, allowed, threads } => {
            format!("프록시는 스레드 {threads}개인 `{service}`에 커넥션을 최대 {allowed}개만 엶")
        }
        Setting::Undercut { service, endpoint, own, .. } => {
            format!("`{service}`은(는) {} 뒤에 `{endpoint}` 호출을 포기", time(*own))
        }
        Setting::Tries { service, tries, each, all, whole, .. } => {
            let [each, all, whole] = [*each, *all, *whole].map(time);
            format!("`{service}`: {each}짜리 시도 {tries}회는 {all} 소요, 전체 허용 시간은 {whole}")
        }
    }
}

pub(super) fn consequence(found: &Setting) -> String {
    match found {
        Setting::Replicas { minimums, .. } => {
            let pods = row(minimums, |one| format!("{} {}", one.pods, one.service));
            format!("오토스케일러 최솟값이 적용됨: 변경 전후 파드 수 {pods}")
        }
        Setting::Pinned(Pinned { effect, places, .. }) => effect::pinned(effect, *places, Lang::Ko),
        Setting::Same { from, .. } => format!("이미 {from}(으)로 적혀 있음"),
        Setting::Believed { from, believed, to, .. } => format!(
            "실제로는 {from}(으)로 적혀 있음: 변화는 {believed} → {to}이(가) 아니라 {from} → {to}"
        ),
        Setting::PlanBelieves { written, .. } => format!("실제로는 {written}(으)로 적혀 있음"),
        Setting::SharedDatabase { connections, .. } => format!(
            "파드마다 서버 하나에 커넥션 {connections}개까지 열 수 있고, 읽기 부하는 분산되지 않음"
        ),
        Setting::Otherwise { runs, because: None, .. } => format!("실제로는 {runs}(으)로 동작"),
        Setting::Otherwise { runs, because: Some(because), .. } => {
            format!("{runs}(으)로 동작: {because}")
        }
        Setting::NoMetrics { services } => {
            let stay = row(services, |one| match one.most {
                Some(most) => format!("{} {}/{most}", one.service, one.pods),
                None => format!("{} {}", one.service, one.pods),
            });
            format!("파드가 최솟값에 머무름: {stay}")
        }
        Setting::Stuck { pods, .. } => format!("부하와 관계없이 파드 {pods}개"),
        Setting::Target { pods, .. } => format!("대기열이 아무리 길어도 파드 {pods}개로 고정"),
        Setting::Nodes { now, .. } => {
            format!("배치 대기 중인 파드가 있어도 노드 {now}개로 고정")
        }
        Setting::IdleTimeout { connections, .. } => {
            format!("`minimum_idle`만큼 {connections}개가 계속 열려 있음")
        }
        Setting::Threads { allowed, .. } => {
            format!("호출자 하나가 동시에 쓸 수 있는 스레드는 {allowed}개")
        }
        Setting::Undercut { mesh, .. } => format!("메시가 {} 만에 이미 요청을 끊음", time(*mesh)),
        Setting::Tries { tries, fit, .. } => {
            format!("시도 {tries}회 중 {fit}회만 시간을 온전히 사용")
        }
    }
}
