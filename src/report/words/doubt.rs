//! Doubts (validity warnings) about numbers, as whole sentences with a remedy.

use super::{Lang, both, metric};
use crate::study::doubt::{Doubt, Measured, Samples, Warning};
use crate::study::metric::Metric;
use crate::study::result::{Disagreement, LineUnder};

/// Describes a warning, with the variant to which it refers.
pub(crate) fn warning(warning: &Warning, lang: Lang) -> String {
    let text = doubt(&warning.doubt, lang);
    match &warning.variant {
        Some(variant) => format!("{variant}: {text}"),
        None => text,
    }
}

/// Describes how another mix or calibration shifts a line, for files only.
pub(crate) fn disagreement(of: &Disagreement) -> String {
    let name = |line: &LineUnder| line.resource.clone().unwrap_or_else(|| "none".to_owned());
    let Disagreement { variant, other, main } = of;
    format!(
        "{variant}: mix {}, calibration {} saturates at {:.0} requests/s on {}; mix {}, calibration {} at \
         {:.0} on {}",
        other.mix,
        other.calibration,
        other.rps,
        name(other),
        main.mix,
        main.calibration,
        main.rps,
        name(main)
    )
}

/// Formats a duration in the syntax of scenarios.
fn length(seconds: f64) -> String {
    let nanos = (seconds * 1e9).round() as u64;
    for (unit, name) in [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")] {
        if nanos >= unit && nanos.is_multiple_of(unit) {
            return format!("{}{name}", nanos / unit);
        }
    }
    if nanos == 0 { "0s".into() } else { format!("{seconds:.3}s") }
}

/// Formats a time to three significant digits.
fn rounded(millis: f64) -> String {
    let digits = 2 - millis.max(1e-3).log10().floor() as i32;
    let unit = 10_f64.powi(digits);
    format!("{:.*}", digits.max(0) as usize, (millis * unit).round() / unit)
}

fn range([low, high]: [f64; 2]) -> String {
    let (low, high) = (rounded(low), rounded(high));
    if low == high { low } else { format!("{low}–{high}") }
}

fn samples(sampled: Samples, lang: Lang) -> String {
    let count = sampled.count.to_string();
    if sampled.batches {
        both(lang, "{0} batches", "배치 {0}개", &[&count])
    } else {
        both(lang, "{0} replications", "반복 {0}회", &[&count])
    }
}

fn more(sampled: Samples, lang: Lang) -> String {
    if sampled.batches {
        both(lang, "lengthen `window.measure`", "`window.measure`를 늘릴 것", &[])
    } else {
        both(
            lang,
            "lengthen `window.measure` or raise `precision.most_replications`",
            "`window.measure`를 늘리거나 `precision.most_replications`를 올릴 것",
            &[],
        )
    }
}

/// Names the estimate whose variance is examined.
fn measured(of: &Measured, lang: Lang) -> String {
    let said = |en, ko, places: &[&str]| both(lang, en, ko, places);
    match of {
        Measured::Metric(Metric::MeanMs) => said("mean response", "평균 응답", &[]),
        Measured::Metric(Metric::ErrorRate) => said("errors", "오류율", &[]),
        Measured::Metric(other) => metric(*other, lang),
        Measured::Goodput => said("goodput", "유효 처리량", &[]),
        Measured::Events => said("events", "이벤트", &[]),
        Measured::Orders => said("orders", "주문", &[]),
        Measured::Busy(station) => said("busy {0}", "{0} 사용률", &[station]),
        Measured::Waiting(station) => said("waiting at {0}", "{0} 대기", &[station]),
    }
}

/// Names a target in the middle of a sentence; in English as files do.
fn target(of: Metric, lang: Lang) -> String {
    match lang {
        Lang::En => of.key().to_owned(),
        Lang::Ko => metric(of, lang),
    }
}

#[expect(clippy::too_many_lines, reason = "one arm for each doubt")]
fn doubt(doubt: &Doubt, lang: Lang) -> String {
    let said = |en, ko, places: &[&str]| both(lang, en, ko, places);
    match doubt {
        Doubt::Stopped => said(
            "stopped before the end: what is missing was not computed",
            "도중에 중단됨: 없는 부분은 계산하지 않음",
            &[],
        ),
        Doubt::NoLine => said(
            "no saturation load was searched for: that takes an open load (rate, users or records) and \
             at least one target",
            "포화 지점을 찾지 않음: 개방형 부하(rate, users 또는 records)와 목표 하나 이상이 필요함",
            &[],
        ),
        Doubt::NoRoom { lost, requests, records } => said(
            "{0} requests, sessions or records found no room in the model (more than {1} requests or {2} \
             records at once) and count as refused",
            "요청·세션·레코드 {0}건이 모델 한도(동시 요청 {1}건 또는 레코드 {2}건)를 넘어 거절로 처리됨",
            &[&lost.to_string(), &requests.to_string(), &records.to_string()],
        ),
        Doubt::NoResponse { blind, sampled } => {
            let (blind, of) = (blind.to_string(), sampled.count.to_string());
            let (en, ko) = if sampled.batches {
                (
                    "in {0} of {1} batches no response was seen: they are left out of response times, \
                     and `window.measure` should be longer",
                    "배치 {1}개 중 {0}개는 응답이 한 건도 없어 응답 시간 계산에서 제외함: `window.measure`를 늘릴 것",
                )
            } else {
                (
                    "in {0} of {1} replications no response was seen: they are left out of response \
                     times, and `window.measure` should be longer",
                    "반복 {1}회 중 {0}회는 응답이 한 건도 없어 응답 시간 계산에서 제외함: `window.measure`를 늘릴 것",
                )
            };
            said(en, ko, &[&blind, &of])
        }
        Doubt::LockUp { runs, of, p99_ms, others_ms } => said(
            "{0} of {1} runs lock up: p99 is {2} ms there and {3} ms in the others",
            "실행 {1}회 중 {0}회가 교착 상태에 빠짐: p99가 그 실행에서는 {2} ms, 나머지에서는 {3} ms",
            &[&runs.to_string(), &of.to_string(), &range(*p99_ms), &range(*others_ms)],
        ),
        Doubt::NoVariance { laws } => said(
            "the mean response time is not to be trusted: a law without variance is in {0}",
            "평균 응답 시간은 신뢰할 수 없음: 분산이 없는 분포가 있음({0})",
            &[&laws.join(", ")],
        ),
        Doubt::RareMean { least_ms } => said(
            "the mean response time is {0} ms by the description, without any queue: what makes it is so \
             rare that these runs did not see it",
            "모델 정의상 대기가 없어도 평균 응답 시간은 {0} ms: 그 원인이 너무 드물어 이번 실행에서는 나타나지 않음",
            &[&rounded(*least_ms)],
        ),
        Doubt::HeavyMean => said(
            "the mean response time hangs on a few very long ones and is not to be trusted: a longer \
             window may raise it without end",
            "평균 응답 시간은 극소수의 매우 긴 응답에 좌우되므로 신뢰할 수 없음: 관측 구간을 늘리면 계속 커질 수 있음",
            &[],
        ),
        Doubt::Unfinished { open, of, followed_s } => said(
            "{0} of {1} requests had not ended {2} after the window and count with their age; \
             `window.follow` sets how long they are followed",
            "요청 {1}건 중 {0}건이 관측 종료 후 {2}까지 끝나지 않아 그때까지의 경과 시간으로 계산함: 추적 시간은 `window.follow`로 정함",
            &[&open.to_string(), &of.to_string(), &length(*followed_s)],
        ),
        Doubt::FewGood { share } => said(
            "response times are those of good answers, which {0} % of requests got",
            "응답 시간은 정상 응답 기준이며, 정상 응답은 전체 요청의 {0} %임",
            &[&format!("{:.0}", share * 100.0)],
        ),
        Doubt::PilotsUnsettled { warm_up_s, measure_s } => said(
            "pilot runs of up to twice `window.measure` do not settle, so the warm-up of {0} is a \
             default: lengthen `window.measure` beyond {1}, or give `window.warm_up`",
            "`window.measure`의 두 배까지 시험 실행해도 안정되지 않아 워밍업 {0}은(는) 기본값임: `window.measure`를 {1}보다 늘리거나 `window.warm_up`을 지정할 것",
            &[&length(*warm_up_s), &length(*measure_s)],
        ),
        Doubt::Unsettled { warm_up_s, enough_s } => said(
            "the system has not settled after {0} of warm-up, which shifts the means: `warm_up: {1}` \
             would do",
            "워밍업 {0} 뒤에도 안정되지 않아 평균이 치우침: `warm_up: {1}`이면 충분함",
            &[&length(*warm_up_s), &length(*enough_s)],
        ),
        Doubt::HalvesDiffer { measure_s } => said(
            "the second half of the window still differs from the first, and {0} are too short to tell \
             when that ends: lengthen `window.measure`",
            "관측 구간의 전반부와 후반부가 아직 다르고, {0}의 길이로는 언제 안정되는지 알 수 없음: `window.measure`를 늘릴 것",
            &[&length(*measure_s)],
        ),
        Doubt::FewResponses { metric: of, responses, batches, wanted_s } => {
            let (en, ko) = match batches {
                true => (
                    "{0} at the load asked about rests on {1} response times a batch, of which fewer \
                     than ten lie beyond it: `window.measure: {2}` would do or take fewer batches",
                    "요청한 부하의 {0}: 배치당 응답 시간 {1}개에 근거하며 이를 넘는 응답이 10개 미만임: `window.measure: {2}`이면 충분하고, 배치 수를 줄여도 됨",
                ),
                false => (
                    "{0} at the load asked about rests on {1} response times a replication, of which \
                     fewer than ten lie beyond it: `window.measure: {2}` would do",
                    "요청한 부하의 {0}: 반복 실행당 응답 시간 {1}개에 근거하며 이를 넘는 응답이 10개 미만임: `window.measure: {2}`이면 충분함",
                ),
            };
            said(en, ko, &[&metric(*of, lang), &format!("{responses:.0}"), &length(*wanted_s)])
        }
        Doubt::Imprecise { measure, half_width, sampled, asked } => said(
            "{0} at the load asked about is known to ± {1} % after {2}, not to the {3} % asked for: {4}",
            "요청한 부하의 {0}: {2} 뒤에도 정밀도가 ± {1} %로, 요구한 {3} %에 못 미침: {4}",
            &[
                &measured(measure, lang),
                &format!("{:.0}", half_width * 100.0),
                &samples(*sampled, lang),
                &format!("{:.0}", asked * 100.0),
                &more(*sampled, lang),
            ],
        ),
        Doubt::Undecided { targets, sampled } => {
            let targets: Vec<String> = targets.iter().map(|of| target(*of, lang)).collect();
            said(
                "whether the load asked about meets its target is undecided after {0} ({1}): {2}",
                "요청한 부하가 목표를 달성하는지 {0}(으)로는 판정할 수 없음({1}): {2}",
                &[&samples(*sampled, lang), &targets.join(", "), &more(*sampled, lang)],
            )
        }
        Doubt::Correlated { lag1, of, measure_s, times } => said(
            "the batches are too short to count as independent (correlation of neighbours {0}, {1}), so \
             the intervals are too narrow: `window.measure: {2}` makes them {3} times longer",
            "배치가 짧아 서로 독립이 아니므로(이웃 상관 {0}, {1}) 신뢰구간이 실제보다 좁음: `window.measure: {2}`이면 배치가 {3}배 길어짐",
            &[
                &format!("{lag1:.2}"),
                &measured(of, lang),
                &length(*measure_s),
                &format!("{times:.0}"),
            ],
        ),
        Doubt::FallBehind { station, variants } => said(
            "{0} fall behind already below the line ({1}); their topic's records do not count as events, \
             so they draw no line",
            "{0}: 포화 지점 이전부터 처리가 밀림({1}); 해당 토픽의 레코드는 이벤트로 세지 않으므로 포화 지점을 정하지 않음",
            &[station, &variants.join(", ")],
        ),
        Doubt::Compressed { factor } => said(
            "the day was run in 1/{0} of its time at the same rates; backlogs that last are scaled back",
            "하루를 같은 유입률로 1/{0} 길이로 줄여 실행함; 오래 남는 적체는 원래 길이에 맞게 환산함",
            &[&factor.to_string()],
        ),
    }
}
