//! Causes of saturation, as whole sentences.

use super::{Lang, both, metric};
use crate::study::cause::{Cause, Mechanism, ReliefEffect};
use crate::study::metric::Metric;
use crate::study::result::Saturation;

/// Explains where a line lies, without the name of the resource.
pub(crate) fn reason(line: &Saturation, lang: Lang) -> String {
    cause(&line.cause, line.unsettled, lang)
}

/// Returns the resource that limits a line, as files name it, with a placeholder where there is
/// none.
pub(crate) fn resource(line: &Saturation) -> &str {
    named(line.resource.as_deref(), &line.cause)
}

/// Returns a resource as files name it, with a placeholder where there is none.
pub(crate) fn named<'a>(resource: Option<&'a str>, cause: &Cause) -> &'a str {
    match (resource, cause) {
        (Some(name), _) => name,
        (
            None,
            Cause::NotReached { .. } | Cause::MissedAtOnce { .. } | Cause::NothingEnds { .. },
        ) => "none",
        (None, Cause::NotRelieved | Cause::WorkAlone | Cause::Station { .. }) => "unknown",
    }
}

/// Describes a cause, with a remark where it is less certain.
pub(crate) fn cause(cause: &Cause, unsettled: bool, lang: Lang) -> String {
    doubtful(plain(cause, lang), unsettled, lang)
}

/// Adds the remark that the line is less certain than others, if it is.
fn doubtful(text: String, unsettled: bool, lang: Lang) -> String {
    if !unsettled {
        return text;
    }
    let (en, ko) = (
        "{0}; its queues settle too slowly for runs of this length",
        "{0}; 이 길이의 실행으로는 대기열이 안정되지 않음",
    );
    both(lang, en, ko, &[&text])
}

/// Describes a cause that no single resource's relief lifts, for use where the name says so
/// already.
pub(crate) fn shared(line: &Saturation, lang: Lang) -> String {
    let Cause::Station { mechanism: how, rps, .. } = &line.cause else {
        return reason(line, lang);
    };
    let (en, ko) = ("{0}; no single relief carries more", "{0}; 하나만 늘려서는 더 감당하지 못함");
    doubtful(both(lang, en, ko, &[&at(how, *rps, lang)]), line.unsettled, lang)
}

fn plain(cause: &Cause, lang: Lang) -> String {
    let said = |en, ko, places: &[&str]| both(lang, en, ko, places);
    match cause {
        Cause::NotReached { rps } => said(
            "carries the largest load tried, {0} requests/s",
            "시도한 최대 부하 {0} RPS까지 감당",
            &[&format!("{rps:.0}")],
        ),
        Cause::MissedAtOnce { target, rps } => {
            let decimals = (1.0 - rps.log10().floor()).clamp(0.0, 9.0) as usize;
            said(
                "carries nothing, because {0} is missed at {1} requests/s already",
                "{1} RPS에서 이미 {0} 목표에 미달하여 감당하는 부하가 없음",
                &[&bare(*target, lang), &format!("{rps:.decimals$}")],
            )
        }
        Cause::NothingEnds { within_s } => said(
            "carries nothing, because no request ends within {0} s",
            "{0}초 안에 끝나는 요청이 없어 감당하는 부하가 없음",
            &[&format!("{within_s:.0}")],
        ),
        Cause::NotRelieved => {
            said("stopped before any resource was relieved", "자원을 늘려 보기 전에 중단됨", &[])
        }
        Cause::WorkAlone => said(
            "no station is busy or has a queue: the target is below the time of the work",
            "사용률이 높거나 대기열이 있는 자원이 없음: 목표가 작업 자체의 시간보다 짧음",
            &[],
        ),
        Cause::Station { mechanism: how, rps, relief } => {
            let what = at(how, *rps, lang);
            match relief {
                ReliefEffect::Enough => what,
                ReliefEffect::WithTies => said(
                    "{0}; the relief of one alone carries no more, they limit together",
                    "{0}; 하나만 늘려서는 더 감당하지 못하고 함께 제한",
                    &[&what],
                ),
                ReliefEffect::None => said(
                    "{0}; no single relief carries more, several resources limit together",
                    "{0}; 하나만 늘려서는 더 감당하지 못하고 여러 자원이 함께 제한",
                    &[&what],
                ),
            }
        }
    }
}

/// Names a metric as targets are called in the middle of a sentence.
fn bare(target: Metric, lang: Lang) -> String {
    match (target, lang) {
        (Metric::ErrorRate, Lang::En) => "errors".to_owned(),
        _ => metric(target, lang),
    }
}

fn at(how: &Mechanism, rps: f64, lang: Lang) -> String {
    let rps = format!("{rps:.0}");
    both(lang, "{0}, at {1} requests/s", "{1} RPS에서 {0}", &[&mechanism(how, lang), &rps])
}

/// Describes the mechanism of saturation with its numbers.
pub(crate) fn mechanism(how: &Mechanism, lang: Lang) -> String {
    let said = |en, ko, places: &[&str]| both(lang, en, ko, places);
    let percent = |busy: f64, of: f64| format!("{:.0}", busy / of * 100.0);
    let one = |value: f64| format!("{value:.1}");
    let whole = |value: f64| format!("{value:.0}");
    match how {
        Mechanism::Cores { busy, of, pods, each } => said(
            "{0} of {1} cores busy ({2} %) in {3} pods of {4}",
            "{4}코어 파드 {3}개의 {1}코어 중 {0}코어 사용({2} %)",
            &[
                &one(*busy),
                &one(*of),
                &percent(*busy, *of),
                &pods.to_string(),
                &format!("{each:.2}"),
            ],
        ),
        Mechanism::Threads { busy, of, waiting } => said(
            "{0} of {1} threads busy ({2} %), {3} waiting on average",
            "스레드 {1}개 중 {0}개 사용({2} %), 평균 {3}건 대기",
            &[&one(*busy), &one(*of), &percent(*busy, *of), &one(*waiting)],
        ),
        Mechanism::Pool { busy, of, pods, each, waiting } => said(
            "{0} of {1} connections in use ({2} pods × {3}), {4} waiting on average",
            "커넥션 {1}개(파드 {2}개 × {3}) 중 {0}개 사용, 평균 {4}건 대기",
            &[&one(*busy), &whole(*of), &pods.to_string(), &each.to_string(), &one(*waiting)],
        ),
        Mechanism::DatabaseCores { busy, of } => said(
            "{0} of {1} vCPU busy ({2} %) on the database",
            "DB의 vCPU {1}개 중 {0}개 사용({2} %)",
            &[&one(*busy), &one(*of), &percent(*busy, *of)],
        ),
        Mechanism::Storage { per_s, of, busy, waiting } => said(
            "{0} of {1} storage operations/s ({2} %), {3} waiting on average",
            "초당 스토리지 작업 {1}건 중 {0}건 사용({2} %), 평균 {3}건 대기",
            &[&whole(*per_s), &whole(*of), &percent(*busy, 1.0), &one(*waiting)],
        ),
        Mechanism::ConnectionLimit { open, of, refused } => said(
            "{0} of {1} connections open, {2} refused",
            "커넥션 {1}개 중 {0}개 열림, {2}건 거절",
            &[&whole(*open), &of.map_or_else(|| "∞".to_owned(), whole), &refused.to_string()],
        ),
        Mechanism::Commands { busy, waiting } => said(
            "its one command thread is {0} % busy, {1} waiting on average",
            "하나뿐인 명령 스레드의 사용률 {0} %, 평균 {1}건 대기",
            &[&percent(*busy, 1.0), &one(*waiting)],
        ),
        Mechanism::Consumers { threads, partitions, active, busy, lag } => {
            let (t, p) = (threads.to_string(), partitions.to_string());
            let (busy, active, behind) = (&one(*busy), &active.to_string(), &whole(*lag));
            if threads >= partitions {
                said(
                    "all {0} partitions have a thread of their own; {1} of {2} busy, mean lag {3}",
                    "파티션 {0}개에 스레드가 하나씩 있음; {2}개 중 {1}개 사용, 평균 랙 {3}건",
                    &[&p, busy, active, behind],
                )
            } else if partitions.is_multiple_of(*threads) {
                said(
                    "{0} threads share {1} partitions; {2} of {3} busy, mean lag {4}",
                    "스레드 {0}개가 파티션 {1}개를 나눔; {3}개 중 {2}개 사용, 평균 랙 {4}건",
                    &[&t, &p, busy, active, behind],
                )
            } else {
                said(
                    "{0} threads share {1} partitions unevenly: the fullest has {2} of them; {3} of \
                     {4} busy, mean lag {5}",
                    "스레드 {0}개가 파티션 {1}개를 고르지 않게 나눔(가장 많은 스레드가 {2}개); {4}개 중 {3}개 사용, 평균 랙 {5}건",
                    &[&t, &p, &partitions.div_ceil(*threads).to_string(), busy, active, behind],
                )
            }
        }
        Mechanism::Node { busy, of, pods } => said(
            "{0} of {1} vCPU busy ({2} %) of a node, shared by {3} pods",
            "노드의 vCPU {1}개 중 {0}개 사용({2} %), 파드 {3}개가 공유",
            &[&one(*busy), &one(*of), &percent(*busy, *of), &pods.to_string()],
        ),
        Mechanism::Lock { held, waiting } => said(
            "held {0} % of the time, {1} waiting on average",
            "전체 시간의 {0} % 동안 잠김, 평균 {1}건 대기",
            &[&percent(*held, 1.0), &one(*waiting)],
        ),
        Mechanism::Proxies { busy, of, each, waiting } => said(
            "{0} of {1} connections busy ({2} %), {3} a caller, {4} waiting on average",
            "커넥션 {1}개 중 {0}개 사용({2} %), 호출자당 {3}개, 평균 {4}건 대기",
            &[&one(*busy), &one(*of), &percent(*busy, *of), &each.to_string(), &one(*waiting)],
        ),
    }
}
