//! Endings of ladders, as whole sentences.

use super::{Lang, both};
use crate::study::ladder::{End, Ending, MOST_RUNGS};

/// Explains why a ladder ended.
pub(crate) fn why(ending: &Ending, lang: Lang) -> String {
    let said = |en, ko, places: &[&str]| both(lang, en, ko, places);
    match (ending.end, &ending.error) {
        (End::Stuck, Some(error)) => error.trim().to_owned(),
        (End::Reached, _) => said("the load asked for is carried", "요구 부하를 감당", &[]),
        (End::Stuck, None) => said(
            "no relief of what is busy or has a queue moves the line",
            "사용률이 높거나 대기열이 있는 자원을 늘려도 포화 지점이 움직이지 않음",
            &[],
        ),
        (End::TooLong, _) => {
            said("more than {0} rungs", "{0}단계 초과", &[&MOST_RUNGS.to_string()])
        }
        (End::Stopped, _) => said("stopped before its end", "끝나기 전에 중단됨", &[]),
    }
}
