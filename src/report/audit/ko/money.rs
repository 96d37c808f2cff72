//! Actual cost against the cost stated in the document.

use crate::audit::{Money, Surplus};

pub(super) fn message(found: &Money) -> String {
    match found {
        Money::Stated { stated, priced, parts, .. } => {
            format!("문서에는 월 {stated}, 가격표 기준 {priced}({})", parts.join(", "))
        }
        Money::LeftOut { stated, covers, all, .. } => {
            let covers = covers.join(", ");
            format!("월 {stated}은(는) {covers}만 포함, 가격을 아는 전체는 {all}")
        }
        Money::Difference { stated, priced, .. } => {
            format!("문서에는 월 {stated} 증가, 가격표 기준 {priced} 증가")
        }
        Money::Unpriced { region, parts, .. } => {
            let named: Vec<String> =
                parts.iter().map(|(part, what)| format!("{part} ({what})")).collect();
            format!("항목 {}개는 {region} 가격이 없음: {}", parts.len(), named.join(", "))
        }
        Money::UnusedCache { cache, .. } => format!("캐시 `{cache}`을(를) 쓰는 곳이 없음"),
        Money::UnusedDatabase { database, .. } => format!("DB `{database}`을(를) 쓰는 곳이 없음"),
        Money::Surcharge { cores, free, .. } => {
            format!("평균 부하가 기준 {free}코어보다 {cores}코어 더 사용")
        }
        Money::Maximum { group, now, most, .. } => {
            format!("`{group}`: 노드 {now}개, 최대 {most}개")
        }
    }
}

pub(super) fn consequence(found: &Money) -> String {
    match found {
        Money::Stated { apart, share, .. } => format!("{apart} 차이, {share}"),
        Money::LeftOut { kinds, .. } => {
            let kinds = kinds.iter().map(|(kind, price)| format!("{kind} {price}"));
            format!("빠진 항목: {}", kinds.collect::<Vec<_>>().join(", "))
        }
        Money::Difference { apart, .. } => format!("{apart} 차이"),
        Money::Unpriced { sum, .. } => format!("합계 {sum}에는 포함되지 않음"),
        Money::UnusedCache { price: Some(price), .. }
        | Money::UnusedDatabase { price: Some(price), .. } => format!("월 {price}"),
        Money::UnusedCache { price: None, .. } | Money::UnusedDatabase { price: None, .. } => {
            "가격을 알 수 없음".into()
        }
        Money::Surcharge { surplus: Surplus::Dollars(price), .. } => {
            format!("노드 비용 월 {price} 추가")
        }
        Money::Surcharge { surplus: Surplus::CoreHours(hours), .. } => {
            format!("월 {hours}코어시간 초과")
        }
        Money::Maximum { costs, at_most, .. } => format!("현재 월 {costs}, 최대 {at_most}"),
    }
}
