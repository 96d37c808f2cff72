//! Inconsistent numbers of the document and of the load.

use super::time;
use crate::audit::{Arithmetic, Period};

fn users_of(period: Period) -> &'static str {
    match period {
        Period::Month => "월간 사용자",
        Period::Day => "일간 사용자",
        Period::Once => "동시 사용자",
    }
}

pub(super) fn message(found: &Arithmetic) -> String {
    match found {
        Arithmetic::Users { few, within, many, of, .. } => {
            format!("{} {many}명 중 {} {few}명", users_of(*of), users_of(*within))
        }
        Arithmetic::Pause { users, rps, pause, mix, own, .. } => {
            let [pause, own] = [*pause, *own].map(time);
            format!(
                "사용자 {users}명에 {rps} RPS이면 각자 {pause}마다 한 번 요청, 요청 비율 {mix}의 사용자는 \
                 {own}마다 한 번"
            )
        }
        Arithmetic::Visits { users, daily, length, own, .. } => {
            let [length, own] = [*length, *own].map(time);
            format!(
                "일간 사용자 {daily}명 중 동시 {users}명이면 방문 시간은 {length}, 실제 방문은 {own}"
            )
        }
        Arithmetic::Requests { rps, day, each, daily, visit, .. } => format!(
            "피크 {rps} RPS이면 하루 {day}건, 일간 사용자 {daily}명에게 1인당 {each}건; 방문 한 번은 {visit}건"
        ),
        Arithmetic::Orders { month, mean, peak, stated, .. } => {
            format!("월 주문 {month}건이면 평균 {mean}/s, 피크 {peak}/s; 문서에는 {stated}/s")
        }
        Arithmetic::MixOrders { mix, rate, month, stated, .. } => format!(
            "요청 비율 {mix}: 요청한 부하에서 주문 초당 {rate}건, 월 {month}건; 문서에는 {stated}건"
        ),
        Arithmetic::OrderEvents { events, orders, said, counted, .. } => format!(
            "초당 주문 {orders}건에 초당 이벤트 {events}건이면 주문당 {said}건, 시스템은 주문당 {counted}건"
        ),
        Arithmetic::Events { mix, rps, events, wanted, .. } => {
            format!("요청 비율 {mix} {rps} RPS에서 이벤트는 초당 {events}건, 목표는 {wanted}건")
        }
        Arithmetic::ClosedTest { users, most, response, .. } => {
            format!("가상 사용자 {users}명은 응답 시간 {}에서 최대 {most} RPS", time(*response))
        }
        Arithmetic::ConsumersGrow { before, after, claimed, .. } => {
            format!("초당 이벤트가 {before}에서 {after}(으)로 {claimed}배 증가한다고 함")
        }
        Arithmetic::PodsGrow { before, after, claimed, .. } => {
            format!("RPS가 {before}에서 {after}(으)로 {claimed}배 증가한다고 함")
        }
        Arithmetic::Connections { stated, all, .. } => {
            format!("문서의 커넥션 {stated}개, 모든 파드의 풀을 합하면 {all}개")
        }
        Arithmetic::Percentiles { high, high_limit, low, low_limit } => {
            let [high_limit, low_limit] = [*high_limit, *low_limit].map(time);
            format!("{high} 목표는 {high_limit} 이하, {low} 목표는 {low_limit} 이하")
        }
        Arithmetic::Mean { mix, mean, .. } => {
            format!("요청 비율 {mix}의 요청은 대기 없이도 평균 {} 걸림", time(*mean))
        }
        Arithmetic::Slow { mix, share, percentile, limit, programs, .. } => {
            let slow = programs.iter().map(|(name, mean)| format!("`{name}` {}", time(*mean)));
            format!(
                "요청 비율 {mix}의 {share}이(가) 평균적으로 {percentile} 목표 {}보다 오래 걸림: {}",
                time(*limit),
                slow.collect::<Vec<_>>().join(", ")
            )
        }
        Arithmetic::Passes { stated, mix, station, most, .. } => {
            format!("문서에는 {stated} RPS, 요청 비율 {mix}에서 `{station}`의 한계는 {most} RPS")
        }
    }
}

pub(super) fn consequence(found: &Arithmetic) -> String {
    match found {
        Arithmetic::Users { over, .. } => format!("전체보다 {over}명 많음"),
        Arithmetic::Pause { rps, make, take, .. } => {
            format!("이 사용자 수라면 {make} RPS, {rps} RPS라면 사용자 {take}명")
        }
        Arithmetic::Visits { there, .. } => format!("이 방문 시간이면 동시 사용자는 {there}명"),
        Arithmetic::Requests { visits, .. } => format!("1인당 하루 {visits}회 방문에 해당"),
        Arithmetic::Orders { apart, .. } | Arithmetic::MixOrders { apart, .. } => {
            format!("{apart}배 차이")
        }
        Arithmetic::OrderEvents { orders, make, .. } => {
            format!("초당 주문 {orders}건이면 초당 이벤트 {make}건")
        }
        Arithmetic::Events { wanted, take, .. } => {
            format!("초당 이벤트 {wanted}건에는 {take} RPS 필요")
        }
        Arithmetic::ClosedTest { wanted, needed, .. } => {
            format!("{wanted} RPS에는 {needed}명 필요")
        }
        Arithmetic::ConsumersGrow { times, listener, old, new, .. } => {
            format!("파티션을 맡은 스레드는 최대 {times}배 증가({old} → {new}, `{listener}`)")
        }
        Arithmetic::PodsGrow { old, new, most, .. } => {
            format!("파드는 {old}개에서 {new}개로 증가, 서비스별 최대 {most}배")
        }
        Arithmetic::Connections { databases, times, .. } => {
            format!("DB {databases}개에 걸쳐 문서의 {times}배")
        }
        Arithmetic::Percentiles { high, high_limit, low, .. } => {
            format!("{high}이(가) {} 이하이면 {low}도 그 이하", time(*high_limit))
        }
        Arithmetic::Mean { limit, .. } => format!("목표는 {}", time(*limit)),
        Arithmetic::Slow { percentile, tail, .. } => {
            format!("{percentile}이(가) 제외할 수 있는 것은 {tail}")
        }
        Arithmetic::Passes { share, .. } => format!("문서에 적힌 수치의 {share}"),
    }
}
