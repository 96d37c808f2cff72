//! Grounds of the verdicts on claims, as whole sentences.

use super::{Lang, both, cause};
use crate::audit::Dollars;
use crate::study::claims::{Billed, BilledKind, Finding, Grounds, Open, Unknown};

/// Number of kinds of items, or of items without a price, named in a sentence; more are only
/// counted.
const NAMED: usize = 4;

/// Describes the grounds of a verdict, or why there is none.
pub(crate) fn basis(basis: &Grounds, lang: Lang) -> String {
    match basis {
        Grounds::Found { known, open: None } => finding(known, lang),
        Grounds::Found { known, open: Some(open) } => {
            let (en, ko) = match open {
                Open::FewResponses => (
                    "{0}; the quantile rests on too few response times",
                    "{0}; 백분위수의 근거가 되는 응답 시간이 너무 적음",
                ),
                Open::SearchEnds => {
                    ("{0}; the search did not look further", "{0}; 그 이상은 탐색하지 않음")
                }
                Open::BothSides => (
                    "{0}; the interval lies on both sides of what is claimed",
                    "{0}; 신뢰구간이 주장한 값의 양쪽에 걸침",
                ),
            };
            both(lang, en, ko, &[&finding(known, lang)])
        }
        Grounds::Unknown(why) => unknown(why, lang),
    }
}

/// Formats to three significant digits.
fn short(value: f64) -> String {
    let digits = if value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        2
    };
    format!("{value:.digits$}")
}

fn finding(found: &Finding, lang: Lang) -> String {
    let said = |en, ko, places: &[&str]| both(lang, en, ko, places);
    match found {
        Finding::Line { rps, drawn_by, month } => {
            let text = match drawn_by {
                None => said(
                    "{0} a second is carried, the largest load tried",
                    "시도한 최대 부하인 초당 {0}건까지 감당",
                    &[&short(*rps)],
                ),
                Some(by) => said(
                    "the line lies at {0} a second, drawn by {1}: {2}",
                    "포화 지점은 초당 {0}건, 원인은 {1}: {2}",
                    &[
                        &short(*rps),
                        &by.resources.join(" = "),
                        &cause::cause(&by.cause, by.unsettled, lang),
                    ],
                ),
            };
            match month {
                false => text,
                true => said(
                    "{0}; 30 days of the scenario's curve with that peak",
                    "{0}; 그 부하를 피크로 하는 시나리오 곡선의 30일분",
                    &[&text],
                ),
            }
        }
        Finding::Consumers { rps, first } => said(
            "what the consumers alone could pass, by the utilisation law from runs at {0} a second; {1} are \
             full first",
            "초당 {0}건 실행에서 사용률 법칙으로 구한, 컨슈머만의 최대 처리량; 가장 먼저 포화되는 컨슈머는 {1}",
            &[&short(*rps), first],
        ),
        Finding::Load { rps, line_rps, drawn_by } => match (line_rps, drawn_by) {
            (None, _) => said("seen at {0} a second", "초당 {0}건에서 관측", &[&short(*rps)]),
            (Some(line), None) => said(
                "seen at {0} a second, below the line at {1}",
                "초당 {0}건에서 관측, 포화 지점 {1}건보다 낮음",
                &[&short(*rps), &short(*line)],
            ),
            (Some(line), Some(by)) => said(
                "seen at {0} a second, beyond the line at {1}, drawn by {2}",
                "초당 {0}건에서 관측, 포화 지점 {1}건보다 높음, 원인은 {2}",
                &[&short(*rps), &short(*line), &by.join(" = ")],
            ),
        },
        Finding::Description => said(
            "the description says so, as it runs in this variant",
            "이 구성에서 실제로 적용되는 설정값임",
            &[],
        ),
        Finding::Prices { region, billed, instead_of } => match instead_of {
            None => said(
                "by the price table of {0}, 730 h a month: {1}",
                "{0} 가격표 기준(월 730시간): {1}",
                &[region, &bill(billed, lang)],
            ),
            Some(before) if before.kinds.is_empty() && billed.kinds.is_empty() => said(
                "by the price table of {0}, 730 h a month, nothing that is billed is different",
                "{0} 가격표 기준(월 730시간), 청구되는 항목에 차이 없음",
                &[region],
            ),
            Some(before) => said(
                "by the price table of {0}, 730 h a month: {1} instead of {2}",
                "{0} 가격표 기준(월 730시간): {2} 대신 {1}",
                &[region, &bill(billed, lang), &bill(before, lang)],
            ),
        },
    }
}

/// Describes a bill in few words.
fn bill(billed: &Billed, lang: Lang) -> String {
    if billed.kinds.is_empty() {
        return both(lang, "nothing", "없음", &[]);
    }
    if billed.kinds.len() > NAMED {
        let items: usize = billed.kinds.iter().map(|kind| kind.count).sum();
        let total: f64 = billed.kinds.iter().map(|kind| kind.monthly_usd).sum();
        let (items, total) = (items.to_string(), Dollars(total).to_string());
        return both(lang, "{0} items ({1})", "항목 {0}개({1})", &[&items, &total]);
    }
    let one = |kind: &BilledKind| {
        let times = if kind.count > 1 { format!(" × {}", kind.count) } else { String::new() };
        format!("{}{times} ({})", kind.what, Dollars(kind.monthly_usd))
    };
    billed.kinds.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn unknown(why: &Unknown, lang: Lang) -> String {
    let said = |en, ko, places: &[&str]| both(lang, en, ko, places);
    match why {
        Unknown::NoLine => {
            said("this study looked for no line", "이 분석에서는 포화 지점을 찾지 않음", &[])
        }
        Unknown::NothingCounted => said(
            "nothing of the kind happens in this mix",
            "이 요청 비율에서는 해당 사건이 없음",
            &[],
        ),
        Unknown::NoCurve => {
            said("the day's curve is not known", "하루 부하 곡선을 알 수 없음", &[])
        }
        Unknown::NoUsers => {
            said("the load is not given in users", "부하가 사용자 수로 주어지지 않음", &[])
        }
        Unknown::Stopped => {
            said("stopped before this load was run", "이 부하를 실행하기 전에 중단됨", &[])
        }
        Unknown::NoConsumer => said(
            "no consumer of counted events is busy",
            "집계 대상 이벤트를 처리하는 컨슈머가 없음",
            &[],
        ),
        Unknown::NoStation => said("there is no such station", "해당 자원이 없음", &[]),
        Unknown::NotDescribed => {
            said("the description does not say", "설정만으로는 알 수 없음", &[])
        }
        Unknown::NoRegion => said(
            "not priced: the system names no region",
            "가격을 알 수 없음: 시스템에 리전이 지정되지 않음",
            &[],
        ),
        Unknown::NoPrice { region: None, .. } => said(
            "not priced: the catalogue has no price in this region for some of it",
            "일부 항목은 이 리전의 가격을 알 수 없어 비용을 계산하지 못함",
            &[],
        ),
        Unknown::NoPrice { region: Some(region), items } => {
            let named = items[..items.len().min(NAMED)].join(", ");
            let rest = items.len().saturating_sub(NAMED);
            let more = if rest > 0 { format!(", … (+{rest})") } else { String::new() };
            said(
                "not priced: the catalogue has no price in {0} for {1}",
                "가격을 알 수 없음: 카탈로그에 {0}의 {1} 가격이 없음",
                &[region, &(named + &more)],
            )
        }
        Unknown::BeyondSearch { variant } => said(
            "the line of {0} lies beyond the largest load tried",
            "{0}의 포화 지점은 시도한 최대 부하보다 높음",
            &[variant],
        ),
        Unknown::Nothing { variant } => {
            said("it is nothing in {0}", "{0}에서는 값이 0임", &[variant])
        }
    }
}
