//! Consumers: threads, partitions, groups.

use super::time;
use crate::audit::Kafka;

pub(super) fn message(found: &Kafka) -> String {
    match found {
        Kafka::Behind { listener, rate, threads, partitions, each, most, .. } => format!(
            "`{listener}`: 유입 초당 {rate}건, 파티션 {partitions}개의 스레드 {threads}개는 레코드당 {}로 초당 \
             {most}건 처리",
            time(*each)
        ),
        Kafka::Hot { listener, threads, rate, each, .. } => format!(
            "`{listener}`: 파티션 1개, 스레드 {threads}개, 건당 {}인 레코드 초당 {rate}건",
            time(*each)
        ),
        Kafka::Uneven { listener, threads, partitions, .. } => {
            format!("`{listener}`: 스레드 {threads}개가 파티션 {partitions}개를 나눔")
        }
        Kafka::Spare { listener, pods, threads, partitions } => {
            format!("`{listener}`: 파드 {pods}개의 스레드 {threads}개, 파티션 {partitions}개")
        }
        Kafka::SharedGroup { first, second, topic, group, .. } => {
            format!("`{first}`, `{second}`: 같은 그룹 `{group}`(으)로 `{topic}` 토픽을 읽음")
        }
        Kafka::Together { service, group, listeners, .. } => {
            format!("`{service}`의 리스너 {listeners}개가 그룹 `{group}`을(를) 공유")
        }
        Kafka::AutoCommit { listener, .. } => format!("`{listener}`: 기본 5초마다 자동 커밋"),
        Kafka::SlowPoll { listener, records, each, all, .. } => format!(
            "`{listener}`: 한 번에 가져오는 레코드 {records}건이 건당 {}, 모두 {} 소요",
            time(*each),
            time(*all)
        ),
        Kafka::Blocked { listener, retries, pause, .. } => {
            format!("`{listener}`: 실패한 레코드를 {} 간격으로 {retries}회 재시도", time(*pause))
        }
        Kafka::AtOnce { listener, retries } => {
            format!("`{listener}`: 실패한 레코드를 대기 없이 {retries}회 재시도")
        }
    }
}

pub(super) fn consequence(found: &Kafka) -> String {
    match found {
        Kafka::Behind { grows, .. } => format!("랙이 시간당 {grows}건씩 증가"),
        Kafka::Hot { busy, most, .. } => {
            format!("스레드 하나의 사용률 {busy}, 한계는 초당 {most}건")
        }
        Kafka::Uneven { threads, fullest, worth, .. } => {
            format!("한 스레드가 {fullest}개를 맡아, 스레드 {threads}개가 {worth}개 몫만 처리")
        }
        Kafka::Spare { threads, partitions, .. } => {
            format!("그중 {}개는 유휴 상태", threads.saturating_sub(*partitions))
        }
        Kafka::SharedGroup { partitions, .. } => {
            format!("파티션 {partitions}개를 둘이 나누어 가짐")
        }
        Kafka::Together { threads, .. } => {
            format!("리밸런싱이 파드마다 스레드 {threads}개를 멈춤")
        }
        Kafka::AutoCommit { lost, .. } => format!("파드가 죽으면 레코드를 최대 {lost}건 잃음"),
        Kafka::SlowPoll { waits, .. } => {
            format!("{} 뒤에는 그룹이 해당 스레드를 죽은 것으로 판단", time(*waits))
        }
        Kafka::Blocked { stopped, behind, .. } => {
            format!("파티션이 {} 멈추고 뒤에서 레코드 {behind}건이 대기", time(*stopped))
        }
        Kafka::AtOnce { retries, .. } => {
            format!("헛되이 작업량만 {}배", retries.saturating_add(1))
        }
    }
}
