//! Limits of a sizing, upwards and downwards, as whole sentences.

use super::{Lang, both};
use crate::report::audit;
use crate::study::size::{Blocked, NotLower, Obstacle};
use crate::study::workshop::Refusal;

/// Explains why a configuration is invalid.
fn refusal(why: &Refusal, lang: Lang) -> String {
    match why {
        Refusal::Rule { code, found } => format!("{code}: {}", audit::refused(code, found, lang)),
        Refusal::Unresolved { error } => error.clone(),
    }
}

/// Explains why no configuration carries a load.
pub(crate) fn obstacle(why: &Obstacle, lang: Lang) -> String {
    let said = |en, ko, places: &[&str]| both(lang, en, ko, places);
    match why {
        Obstacle::TooSmall { station, share } => said(
            "no value makes {0} large enough: it is asked for {1} times what it has",
            "{0}을(를) 충분히 키우는 값이 없음: 필요량이 보유량의 {1}배",
            &[station, &format!("{share:.2}")],
        ),
        Obstacle::Refused { rule } => {
            said("nothing cures: {0}", "해소할 방법 없음: {0}", &[&refusal(rule, lang)])
        }
        Obstacle::Unresolved { error } => error.clone(),
        Obstacle::Blind { runs } => said(
            "none of {0} runs saw anything to judge a target by: lengthen `window.measure`",
            "실행 {0}회 모두에서 목표를 판정할 대상이 관측되지 않음: `window.measure`를 늘릴 것",
            &[&runs.to_string()],
        ),
        Obstacle::Exhausted => said(
            "every value is the largest, or no larger one helps, and runs still miss a target",
            "모든 값이 최대이거나 더 키워도 소용없고, 여전히 목표 미달",
            &[],
        ),
        Obstacle::Largest => said("every value is the largest", "모든 값이 최대", &[]),
        Obstacle::InTheWay { stations } => {
            let each: Vec<String> = stations.iter().map(|one| blocked(one, lang)).collect();
            each.join("; ")
        }
        Obstacle::TooFar { steps, rule: Some(rule) } => said(
            "not found within {0} steps upwards; the last that a rule refused: {1}",
            "{0}단계를 올려도 찾지 못함. 마지막으로 규칙에 걸린 것: {1}",
            &[&steps.to_string(), &refusal(rule, lang)],
        ),
        Obstacle::TooFar { steps, rule: None } => said(
            "not found within {0} steps upwards",
            "{0}단계를 올려도 찾지 못함",
            &[&steps.to_string()],
        ),
        Obstacle::Refuted => said(
            "what runs of the search carried, fresh replications refuted",
            "탐색 실행에서는 감당했으나 새 반복 실행에서 감당하지 못함",
            &[],
        ),
        Obstacle::Stopped => said(
            "stopped before anything was found that carries the load",
            "부하를 감당하는 구성을 찾기 전에 중단됨",
            &[],
        ),
    }
}

fn blocked(one: &Blocked, lang: Lang) -> String {
    match one.settings.as_slice() {
        [] => both(
            lang,
            "{0} is in the way, and no setting gives it more",
            "{0}이(가) 병목이며, 늘려 주는 설정이 없음",
            &[&one.station],
        ),
        settings => both(
            lang,
            "{0} is in the way, and no free setting gives it more: {1} would",
            "{0}이(가) 병목이며, 바꿀 수 있는 설정으로는 늘릴 수 없음(늘릴 수 있는 설정: {1})",
            &[&one.station, &settings.join(", ")],
        ),
    }
}

/// Explains why a setting is not one step lower.
pub(crate) fn not_lower(why: &NotLower, lang: Lang) -> String {
    let said = |en, ko, places: &[&str]| both(lang, en, ko, places);
    match why {
        NotLower::Least => said("the least value declared", "선언한 가장 작은 값", &[]),
        NotLower::Refused { rule } => refusal(rule, lang),
        NotLower::Full { station, share } => said(
            "{0} would be asked for {1} % of what it has",
            "{0}: 필요량이 보유량의 {1} %",
            &[station, &format!("{:.0}", share * 100.0)],
        ),
        NotLower::Inferred => said(
            "no run: with more of something it failed",
            "실행하지 않음: 더 많은 자원으로도 실패",
            &[],
        ),
        NotLower::Missed { runs, of } => said(
            "a target is missed in {0} of {1} runs",
            "실행 {1}회 중 {0}회에서 목표 미달",
            &[&runs.to_string(), &of.to_string()],
        ),
        NotLower::Dearer => said("costs more", "비용이 더 높음", &[]),
        NotLower::CarriesToo => said("carries the load as well", "부하를 똑같이 감당", &[]),
    }
}
