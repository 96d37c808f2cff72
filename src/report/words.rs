//! Message catalogue of the reports, in every language, complete by construction.
//!
//! Text that arrives inside a result (names, reasons, parts of a request's time) stays as it is.

pub(crate) mod cause;
pub(crate) mod claim;
pub(crate) mod doubt;
pub(crate) mod end;
pub(crate) mod size;

use super::particles;
use crate::study::metric::Metric;

/// Language of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Korean.
    Ko,
}

/// Declares the catalogue, one row per message: name, English, Korean. [`say`] fills in the
/// placeholders `{0}`, `{1}`, ….
macro_rules! catalogue {
    ($($word:ident: $en:literal, $ko:literal;)+) => {
        /// A message of the reports.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Word { $(#[doc = $en] $word,)+ }

        impl Word {
            /// Returns the text with unfilled placeholders.
            pub(crate) fn text(self, lang: Lang) -> &'static str {
                match (self, lang) { $((Word::$word, Lang::En) => $en, (Word::$word, Lang::Ko) => $ko,)+ }
            }
        }

        #[cfg(test)]
        const ALL: &[Word] = &[$(Word::$word,)+];
    };
}

catalogue! {
    Mix: "mix {0}", "요청 비율 {0}";
    Calibration: "calibration {0}", "보정 {0}";
    Seed: "seed {0}", "시드 {0}";
    Replications: "n {0}", "반복 {0}회";
    Intervals: "{0} % intervals", "{0} % 신뢰구간";
    SaturatesAt: "saturates at", "포화 지점";
    Events: "events/s", "이벤트/초";
    Orders: "orders/s", "주문/초";
    Spark: "p99, {0}–{1} RPS", "p99, {0}–{1} RPS";
    FirstToGo: "first to go", "먼저 포화되는 자원";
    Because: "because", "이유";
    AtLoad: "at {0}", "{0}에서";
    ClosedLoad: "the virtual users given", "지정한 가상 사용자 수";
    RecordsLoad: "{0} records/s", "초당 레코드 {0}건";
    Mean: "mean ms", "평균 ms";
    P50: "p50 ms", "p50 ms";
    P95: "p95 ms", "p95 ms";
    P99: "p99 ms", "p99 ms";
    GoodAnswers: "good answers", "정상 응답 비율";
    GoodMean: "mean ms (good)", "평균 ms (정상 응답)";
    GoodP50: "p50 ms (good)", "p50 ms (정상 응답)";
    GoodP95: "p95 ms (good)", "p95 ms (정상 응답)";
    GoodP99: "p99 ms (good)", "p99 ms (정상 응답)";
    Errors: "errors", "오류율";
    Goodput: "goodput RPS", "유효 처리량(RPS)";
    Lag: "lag records", "컨슈머 랙(건)";
    Target: "targets", "목표";
    Met: "met", "달성";
    Missed: "missed", "미달";
    Undecided: "undecided", "판정 보류";
    Drift: "no queue grows", "대기열 증가 없음";
    Agreement: "{0} % of replications agree", "반복 실행의 {0} %가 일치";
    Exact: "exact", "정확값";
    Several: "several together", "여러 자원이 함께";
    Unknown: "unknown", "알 수 없음";
    SeveralShort: "several", "여러 자원";
    EveryVariant: "every variant", "모든 구성";
    SeveralAmong: "several resources limit together, {0} among them", "여러 자원이 함께 제한({0} 포함)";
    Fails: "{0} is the first target missed beyond the line", "포화 지점을 넘으면 {0} 목표부터 미달";
    FailsDrift: "beyond the line a queue keeps growing before any target is missed",
        "포화 지점을 넘으면 목표 미달보다 대기열 증가가 먼저 나타남";
    Alike: "{0}; alike: {1}", "{0}; {1}도 같음";
    AlternativesLead: "other mixes and calibrations: line in RPS (first to go)",
        "다른 요청 비율·보정: 포화 지점 RPS (먼저 포화되는 자원)";
    AlternativesSentence: "Whether {0} RPS is carried {1}; what goes first {2}; lines lie at {3}–{4} RPS.",
        "요청 비율·보정을 바꿀 때 {0} RPS 감당 여부는 {1}; 먼저 포화되는 자원은 {2}; 포화 지점은 {3}–{4} RPS.";
    VerdictSame: "does not change", "그대로임";
    VerdictChanges: "changes for {0}", "{0}에서 달라짐";
    FirstSame: "does not change", "그대로임";
    FirstChanges: "changes for {0}", "{0}에서 달라짐";
    MoreThan: "> {0}", "> {0}";
    Moves: "{1} moves the line from {2} to {3} RPS ({4} RPS, {5}, paired with {0}{6}).",
        "{1}: 포화 지점이 {2} → {3} RPS로 이동 ({4} RPS, {5}, {0} 대비 쌍비교{6}).";
    MovesAside: ", which does not measurably differ from {0}: {1} RPS", "; 이 기준과 {0} 사이에는 측정 가능한 차이 없음: {1} RPS";
    MovesNothing: "{1} does not measurably move the line ({2} RPS, {3}, paired with {0}).",
        "{1}: 포화 지점의 변화가 측정되지 않음 ({2} RPS, {3}, {0} 대비 쌍비교).";
    MovesP99: "Its p99 at the target load changes by {0} ms ({1}).", "목표 부하의 p99 변화: {0} ms ({1}).";
    MovesCommon: "At {0} RPS, which both carry, mean response changes by {1} ms and p99 by {2} ms ({3}).",
        "둘 다 감당하는 {0} RPS에서 평균 응답 {1} ms, p99 {2} ms 변화({3}).";
    PairingGain: "Pairing makes the variance of the difference so many times smaller: {0}.",
        "쌍비교로 차이의 분산이 줄어든 배수: {0}.";
    PairingLead: "The same users meet all variants: the variance of a difference is so many times smaller than with independent runs: {0}.",
        "모든 구성에 같은 사용자를 투입함. 독립 실행 대비 차이의 분산이 줄어든 배수: {0}.";
    PairingLine: "line {0}", "포화 지점 {0}";
    PairingMean: "mean response at {0} RPS {1}", "{0} RPS의 평균 응답 {1}";
    PairingP99: "p99 at {0} RPS {1}", "{0} RPS의 p99 {1}";
    EditsCount: "Plan {0}: {1} of {2} edits change what runs: {3}.", "계획 {0}: 변경 {2}건 중 {1}건이 실제로 반영됨: {3}.";
    EditsSingle: "Plan {0}: 1 of {1} edits changes what runs: {2}.", "계획 {0}: 변경 {1}건 중 1건만 실제로 반영됨: {2}.";
    EditsAll: "Plan {0}: all {1} edits change what runs.", "계획 {0}: 변경 {1}건이 모두 반영됨.";
    EditsNone: "Plan {0}: none of its {1} edits changes what runs.", "계획 {0}: 변경 {1}건 중 반영되는 것이 없음.";
    EditsOneWorks: "Plan {0}: its one edit changes what runs.", "계획 {0}: 변경 1건이 반영됨.";
    EditsOneIdle: "Plan {0}: its one edit changes nothing that runs.", "계획 {0}: 변경 1건이 반영되지 않음.";
    EditsWithout: "no effect: {0} ({1}): {2}", "효과 없음: {0} ({1}): {2}";
    EditsPartlyWithout: "no effect in part: {0} ({1}): {2}", "일부 효과 없음: {0} ({1}): {2}";
    EditNumber: "edit {0}", "변경 {0}번";
    EditNumbers: "edits {0}", "변경 {0}번";
    EditCountOne: "{0} edit", "변경 {0}건";
    EditCount: "{0} edits", "변경 {0}건";
    AssumedCount: "assumed inputs, not measured: {0}, such as {1} (all in report.md).",
        "측정하지 않고 가정한 입력 {0}개: {1} (전체는 report.md).";
    AndMore: "{0} and {1} more", "{0} 외 {1}개";
    ClaimsHeading: "What the document claims", "문서의 주장과 판정";
    ClaimsSentence: "The document's claims ({0}): holds {1}, fails {2}, undecided {3}, cannot be judged {4}.",
        "문서의 주장 {0}건: 성립 {1}, 불성립 {2}, 판정 보류 {3}, 판정 불가 {4}.";
    ClaimsLead: "Its tables with what was simulated. ~: about, within the tolerance stated in the scenario; ≥, ≤: bounds, which decide what is achieved.",
        "문서의 표에 시뮬레이션 결과를 함께 적음. ~: 시나리오에 적힌 허용 범위 안의 근삿값; ≥, ≤: 한계값으로, 달성 여부를 정함.";
    ClaimsReasons: "Why:", "이유:";
    ClaimRowColumn: "metric", "지표";
    ClaimAchieved: "achieved", "달성";
    ClaimHolds: "holds", "성립";
    ClaimFails: "fails", "불성립";
    ClaimUndecided: "undecided", "판정 보류";
    ClaimOpen: "cannot be judged", "판정 불가";
    ClaimDayMissed: "over the day missed for {0} of {1}", "하루 전체({1}) 중 {0} 동안 미달";
    ClaimDayOpen: "over the day undecided for {0} of {1}", "하루 전체({1}) 중 {0} 동안 판정 보류";
    ClaimConcurrent: "users at once", "동시 접속자 수";
    ClaimEventCapacity: "events/s that consumers could pass", "컨슈머가 처리할 수 있는 이벤트/초";
    ClaimOrdersAMonth: "orders a month", "월 주문 수";
    ClaimCost: "cost a month", "월 비용";
    ClaimPods: "pods", "파드 수";
    ClaimConnections: "connections of all pools", "전체 풀의 커넥션 수";
    ClaimPool: "connections of a pool", "풀당 커넥션 수";
    ClaimPartitions: "partitions", "파티션 수";
    ClaimConcurrency: "consumer threads a pod", "파드당 컨슈머 스레드";
    ClaimNodes: "nodes", "노드 수";
    ContributionCount: "Edits that move the line: {1} of {0}; by nothing measurable: {2}; by exactly 0, because what is simulated is the same: {3}.",
        "변경 {0}건 중 포화 지점을 옮기는 것 {1}건, 영향이 측정되지 않는 것 {2}건, 시뮬레이션할 내용이 같아 정확히 0인 것 {3}건.";
    ContributionOne: "{0}: {1} RPS alone, {2} within the plan (n {3}).",
        "{0}: 단독 {1} RPS, 계획 안에서 {2} RPS (반복 {3}회).";
    ContributionLeft: "What the other {0} contribute was not simulated: `compare --contributions` does.",
        "나머지 {0}건의 기여는 시뮬레이션하지 않음: `compare --contributions`로 실행.";
    ContributionAlone: "moves the line alone, RPS", "단독 기여, RPS";
    ContributionTogether: "within the plan, RPS", "계획 안의 기여, RPS";
    Warning: "warning: {0}", "경고: {0}";
    WarningsMoreOne: "{0} more warning in report.md.", "나머지 경고 {0}건은 report.md 참조.";
    WarningsMore: "{0} more warnings in report.md.", "나머지 경고 {0}건은 report.md 참조.";
    Partial: "This is a partial result: it was stopped before the end.", "도중에 중단되어 일부만 나온 결과임.";

    TitleNone: "No variant carries {0} RPS: they saturate between {1} and {2} RPS",
        "{0} RPS를 감당하는 구성이 없음: {1}–{2} RPS에서 포화";
    TitleOneMissed: "{0} saturates at {1} RPS, short of the {2} RPS wanted",
        "{0}: {1} RPS에서 포화, 목표 {2} RPS에 미달";
    TitleOneMet: "{0} carries the {2} RPS wanted: it saturates at {1} RPS",
        "{0}: 목표 {2} RPS 감당, {1} RPS에서 포화";
    TitleOneOpen: "{0} saturates at {1} RPS, too close to the {2} RPS wanted to tell",
        "{0}: {1} RPS에서 포화, 목표 {2} RPS에 너무 가까워 판정할 수 없음";
    TitleAll: "Every variant carries {0} RPS; the lowest line lies at {1} RPS",
        "모든 구성이 {0} RPS를 감당: 가장 낮은 포화 지점은 {1} RPS";
    TitleSome: "{0} RPS is carried by {1} only; the others saturate at {2} RPS",
        "{0} RPS를 감당하는 구성: {1}; 나머지는 {2} RPS에서 포화";
    TitleOpen: "No variant carries {0} RPS for certain: they saturate between {1} and {2} RPS",
        "{0} RPS를 확실히 감당하는 구성이 없음: {1}–{2} RPS에서 포화";
    ChartCurve: "Response time and throughput by load", "부하별 응답 시간과 처리량";
    OfferedAxis: "offered load, requests per second (RPS)", "유입 부하, 초당 요청 수(RPS)";
    P99Axis: "p99 response time, ms", "p99 응답 시간, ms";
    EventsAxis: "events per second", "초당 이벤트";
    GoodputAxis: "answered in time, RPS", "제때 응답, RPS";
    WantedRps: "target {0}", "목표 {0}";
    P99Limit: "target: p99 ≤ {0} ms", "목표: p99 ≤ {0} ms";
    EventsLimit: "target: {0} events/s", "목표: {0} 이벤트/초";
    OfferedEqual: "all answered", "전부 응답";
    LinesNote: "dashed: where each variant saturates, with its interval; bands of the curves: {0} % intervals ({1})",
        "점선: 구성별 포화 지점과 신뢰구간; 곡선의 띠: {0} % 신뢰구간 ({1})";
    BandsFew: "no band with fewer than three replications", "반복 3회 미만이면 띠 없음";

    DayTitleBad: "{0} answers {1} % in time at its worst, at {2} with {3} RPS offered",
        "{0}: {2}에 제때 응답 비율이 {1} %까지 하락 (유입 {3} RPS)";
    DayTitleWorst: "Answered in time at the worst moment of the day: {0}", "하루 중 최악의 시점에 제때 응답한 비율: {0}";
    DayTitleGood: "Every variant answers at least {0} % in time all day", "모든 구성이 하루 내내 {0} % 이상 제때 응답";
    DayTitleAll: "All requests are answered in time all day", "하루 내내 모든 요청에 제때 응답";
    DayTitleGoodOne: "{1} answers at least {0} % in time all day", "{1}: 하루 내내 {0} % 이상 제때 응답";
    LagStays: "{0}: the lag stays at or below {1} records", "{0}: 랙은 {1}건 이하로 유지";
    LagDrains: "{0}: the lag reaches {1} records at {2} and is down to a twentieth of that at {3}",
        "{0}: 랙이 {2}에 {1}건까지 늘었다가 {3}에 그 20분의 1로 감소";
    LagGrows: "{0}: the lag reaches {1} records at {2} and is still at {3} at the end",
        "{0}: 랙이 {2}에 {1}건까지 늘고 종료 시점에도 {3}건 남음";
    ChartDay: "The day", "하루";
    DayOffered: "offered", "유입";
    DayRates: "answered in time, RPS", "제때 응답, RPS";
    DayLag: "largest consumer lag, records", "최대 컨슈머 랙, 건";
    DayClock: "time of day", "시각";
    MoreVariants: "{0} more variants: see {1}", "나머지 구성 {0}개: {1} 참조";

    SteadyLoad: "a steady {0}", "일정 부하 {0}";
    OverDay: "over the day", "하루 전체";
    DayTargets: "all targets over the day", "하루 전체의 모든 목표";
    DayMet: "{0} meets every target over the day", "{0}: 하루 내내 모든 목표 달성";
    DayMissed: "{0} misses its targets for {1} of {2}", "{0}: {2} 중 {1} 동안 목표 미달";
    DayOpen: "Whether {0} meets its targets is undecided for {1} of {2}",
        "{0}: {2} 중 {1} 동안은 목표 달성 여부 판정 보류";
    DaySilentFrom: "and answers nothing from {0} to the end", "{0}부터 끝까지 응답 없음";
    DaySilentUntil: "and answers nothing from {0} to {1}", "{0}–{1} 응답 없음";
    DaySilentSome: "in {0} of {1} runs", "반복 {1}회 중 {0}회";
    DayMissedFor: "missed for {0}", "{0} 동안 미달";
    DayOpenFor: "undecided for {0}", "{0} 동안 판정 보류";
    DayTargetMissed: "{0} is missed for {1} of {2}, first at {3}", "{0}: {2} 중 {1} 동안 미달(첫 미달 {3})";
    DayTargetOpen: "{0} is undecided for {1} of {2}: too close to the limit, or too few requests, to tell",
        "{0}: {2} 중 {1} 동안 판정 보류(한계값에 너무 가깝거나 요청이 너무 적음)";
    DayWorst: "worst from {0} to {1}: {2}", "최악 구간 {0}–{1}: {2}";
    DayNothing: "nothing answered", "응답 없음";
    RecoversAt: "met again from {0} on", "{0}부터 다시 달성";
    RecoversNever: "not met again by the end", "끝까지 회복되지 않음";
    RecoversOpen: "undecided since", "그 뒤로는 판정 보류";
    HappenedLead: "What happened in {0}, and what became of it:", "{0}에서 일어난 일과 그 결과:";
    HappenedAll: "What happened, and what became of it:", "일어난 일과 그 결과:";
    HappenedMore: "and {0} more in events.csv", "나머지 {0}건은 events.csv";
    HappenedAt: "{1} at {0}: {2}.", "{0} {1}: {2}.";
    HappenedFrom: "{2} from {0} to {1}: {3}.", "{0}–{1} {2}: {3}.";
    EventKillOne: "killed {0} pod of {1}", "{1} 파드 {0}개 강제 종료";
    EventKill: "killed {0} pods of {1}", "{1} 파드 {0}개 강제 종료";
    EventScaleOne: "scaled {1} to {0} pod", "{1} 파드를 {0}개로 조정";
    EventScale: "scaled {1} to {0} pods", "{1} 파드를 {0}개로 조정";
    EventDeploy: "deployed {0}", "{0} 배포";
    EventChange: "changed {0}", "{0} 변경";
    EventPartitions: "raised {0} to {1} partitions", "{0} 파티션을 {1}개로 늘림";
    EventPoison: "{1} % of the records of {0} fail", "{0} 레코드의 {1} % 처리 실패";
    EventBroker: "lost broker {0}", "브로커 {0}번 중단";
    EventNodeOne: "lost {0} node of group {1}", "노드 그룹 {1}의 노드 {0}대 장애";
    EventNode: "lost {0} nodes of group {1}", "노드 그룹 {1}의 노드 {0}대 장애";
    EventSlow: "work of {0} takes {1} times as long", "{0} 처리 시간 {1}배";
    EventLoseCache: "cache {0} does not answer", "캐시 {0} 무응답";
    EventTraffic: "{0} times the traffic", "트래픽 {0}배";
    EffectNone: "no target is missed", "목표 미달 없음";
    EffectShare: "{0} % answered for {1}, {2}", "{1} 동안 {0} %만 응답, {2}";
    EffectSlow: "all answered, but with a p99 of {0} ms for {1}, {2}", "모두 응답했으나 {1} 동안 p99 {0} ms, {2}";
    EffectOther: "a target is missed for {0}, {1}", "{0} 동안 목표 미달, {1}";
    EffectBefore: "targets were missed before; {0}", "이미 목표 미달 상태에서 {0}";
    ThenWell: "then well", "이후 정상";
    ThenNever: "not well again by the end", "끝까지 회복되지 않음";
    ThenOpen: "undecided since", "이후 판정 보류";
    EffectDrained: "the lag goes from {0} to {1} records and is worked off at {2}",
        "랙이 {0}건에서 {1}건까지 늘었다가 {2}에 해소";
    EffectLag: "the lag goes from {0} to {1} records and is not worked off", "랙이 {0}건에서 {1}건까지 늘고 해소되지 않음";
    EffectFlat: "the lag stays at or below {0} records", "랙은 {0}건 이하로 유지";
    SinceStart: "time since the beginning", "시작 후 경과 시간";

    HeatTitleFull: "{0} runs full at {2} in {1}, for {3} in all; {4} stations reach {5} %",
        "{1}: {2}에 {0} 포화, 모두 합쳐 {3} 동안; 사용률 {5} %에 이른 자원 {4}개";
    HeatTitleOne: "{0} runs full at {2} in {1}, for {3} in all", "{1}: {2}에 {0} 포화, 모두 합쳐 {3} 동안";
    Hours: "{0} h", "{0}시간";
    Minutes: "{0} min", "{0}분";
    Seconds: "{0} s", "{0}초";
    HeatTitle: "Busiest over the day: {0} in {1}, {2} % at {3}", "하루 중 최대 사용률: {1}의 {0}, {3}에 {2} %";
    ChartHeat: "How busy each station is, by hour", "시간대별 자원 사용률";
    CostHeading: "What it costs in a month", "월 비용";
    CostLead: "On-demand list prices of the region; what is not described here is not counted. †: the price is assumed.",
        "해당 리전의 온디맨드 정가 기준. 기술되지 않은 것은 포함하지 않음. †: 가정한 가격.";
    CostLeadDay: "“As it ran” is a month of days like the simulated one: nodes while they were there, and surcharges for processors beyond the baseline.",
        "“운영 기준”은 시뮬레이션한 하루가 한 달 반복될 때의 비용: 노드는 떠 있던 시간만큼, 기준선을 넘긴 CPU는 추가 요금 포함.";
    CostPart: "part", "항목";
    CostDescribed: "${0} a month", "월 ${0}";
    CostRan: "as it ran ${0}{1}", "운영 기준 ${0}{1}";
    CostSurcharge: "of it ${0} surcharge", "그중 추가 요금 ${0}";
    CostUnpriced: "{0} parts without a price", "가격 없는 항목 {0}개";
    CostNoPrice: "no price", "가격 없음";
    CostOthers: "{0} other parts", "그 밖의 항목 {0}개";
    CostSum: "all", "합계";
    StepsOf: "Changes while {0} ran, each with what users got until the next:", "{0} 운영 중 변경과 다음 변경까지의 결과:";
    StepAt: "time", "시각";
    StepChange: "change", "변경";
    StepThrough: "in place", "반영 완료";
    StepBefore: "before", "변경 전";
    StepAfter: "in place after {0} s", "{0}초 뒤 반영 완료";
    StepNever: "never fully in place", "끝까지 다 반영되지 않음";
    StepP99: "worst p99 ms", "최악 p99 ms";
    StepLine: "errors {0}, worst p99 {1} ms, lag {2}", "오류율 {0}, 최악 p99 {1} ms, 랙 {2}건";
    ChartPods: "Pods over the day", "하루 동안의 파드 수";
    PodsTitle: "{0} goes from {1} to {2} pods, reached at {3} in {4}", "{4}: {0} 파드 {1} → {2}개({3}에 도달)";
    PodsOf: "pods of {0}", "{0} 파드 수";
    HeatScale: "share of capacity in use", "용량 대비 사용률";
    HeatLeftOut: "{0} quieter stations are left out", "사용률이 낮은 자원 {0}개 생략";

    AnatomyTitle: "Where a request's time goes: {0} takes {1} % of it in {2}",
        "요청 시간의 구성: {2}에서 {0} 비중이 {1} %";
    ChartAnatomy: "Where the time of an answered request goes", "응답된 요청의 시간 구성";
    AnatomyAxis: "mean time of an answered request, ms", "응답된 요청의 평균 시간, ms";
    AnatomyShareAxis: "share of the mean time of an answered request, %", "응답된 요청의 평균 시간 중 비중, %";
    AnatomyAt: "{0} ms at {1} RPS", "{1} RPS에서 {0} ms";
    Other: "other", "기타";

    Heading: "{0}: where it saturates", "{0}: 포화 지점";
    Answer: "The answer", "결론";
    AnswerLine: "{0} saturates at {1}, on {2}.", "{0}: {1}에서 포화, 먼저 포화되는 자원은 {2}.";
    AnswerLines: "{0} saturates at {1}, on {2}; {3} at {4}, on {5}.",
        "{0}: {1}에서 포화, 먼저 포화되는 자원은 {2}; {3}: {4}에서 포화, 먼저 포화되는 자원은 {5}.";
    AnswerBeyond: "nothing up to the largest load tried", "시도한 최대 부하까지 없음";
    AnswerUsers: "At {0}, {1} answers {3} RPS in time with a p99 of {2} ms among good answers and {4} errors",
        "{0}에서 {1}: 제때 응답 {3} RPS, 정상 응답 p99 {2} ms, 오류율 {4}";
    AnswerNobody: "At {0}, {1} answers nobody in time ({2} errors)", "{0}에서 {1}: 제때 응답한 요청 없음(오류율 {2})";
    AnswerUnseen: "At {0}, nothing was observed in {1}, so nothing can be said of its targets", "{0}에서 {1}: 관측된 요청이 없어 목표를 판정할 수 없음";
    AnswerRecords: "At {0}, the largest lag in {1} is {2} records", "{0}에서 {1}: 최대 컨슈머 랙 {2}건";
    AnswerMeetsOne: " and meets every target", ", 모든 목표 달성";
    AnswerMissesOne: " and does not meet every target", ", 일부 목표 미달";
    AnswerMeetsNone: "; none of the {0} variants meets every target", "; 구성 {0}개 중 모든 목표를 달성하는 구성은 없음";
    AnswerMeetsAll: "; all {0} variants meet every target", "; 구성 {0}개 모두 전체 목표를 달성";
    AnswerMeets: "; {0} of {1} variants meet every target", "; 구성 {1}개 중 {0}개가 모든 목표를 달성";
    MonthlyCost: "cost a month", "월 비용";
    Dollars: "${0}", "${0}";
    BasisAssumed: "assumed", "가정";
    BasisPlan: "plan", "계획서";
    BasisVendor: "vendor", "벤더";
    BasisMeasured: "measured", "측정";
    HowRepeat: "The command above gives the same numbers with this version and these files, whatever the machine and the number of threads.",
        "위 명령을 같은 버전과 아래 파일로 실행하면 장비와 스레드 수에 관계없이 같은 수치가 나옴.";
    AnswerNoSaturation: "This study did not look for the line.", "이 분석에서는 포화 지점을 찾지 않음.";
    BeforeAfter: "Before and after", "변경 전후";
    WhereAndWhy: "Where it saturates, and why", "포화 지점과 이유";
    ReliefLead: "What was tried to find it: the share of replications that carry a load beyond the line when one resource is doubled.",
        "확인 방법: 자원 하나를 두 배로 늘렸을 때 포화 지점을 넘는 부하를 감당한 반복 실행의 비율.";
    ReliefColumn: "doubled", "두 배로 늘린 자원";
    SpareLead: "Inputs that nothing uses, as the model has them:", "모델에 있으나 쓰이지 않는 입력:";
    Number: "edit", "번호";
    BeyondSearch: "The line of {0} lies beyond the largest load tried.",
        "{0}의 포화 지점은 시도한 최대 부하보다 높음.";
    Edits: "What the plan's edits do", "변경 항목의 효과";
    Setting: "setting", "설정";
    Before: "now", "현재";
    Believed: "believed", "문서상 현재";
    After: "after", "변경";
    File: "file", "파일";
    Effect: "effect", "효과";
    EffectYes: "yes", "있음";
    EffectNo: "none", "없음";
    Why: "why", "이유";
    AlternativesHeading: "Other mixes and calibrations", "다른 요청 비율과 보정";
    MixColumn: "mix", "요청 비율";
    CalibrationColumn: "calibration", "보정";
    TargetsHeading: "Targets", "목표와 판정";
    AssumedHeading: "Inputs nobody has measured", "측정하지 않은 입력";
    Input: "input", "입력";
    Value: "value", "값";
    Basis: "basis", "근거";
    Source: "source", "출처";
    WarningsHeading: "Read this before using the numbers", "수치를 쓰기 전에";
    HowHeading: "How it was computed", "계산 방법";
    HowText: "Version {0}, seed {1}, {2}; intervals hold with {3} % confidence.",
        "버전 {0}, 시드 {1}, {2}; 신뢰수준 {3} %.";
    HowWarmUpGiven: "Warm-up before anything counts: {0}, as the scenario says.", "집계 전 워밍업: {0} (시나리오 지정).";
    HowWarmUpFound: "Warm-up before anything counts, found from pilot runs by MSER-5: {0}.",
        "집계 전 워밍업(시험 실행에서 MSER-5로 산출): {0}.";
    HowWarmUpUnsettled: "Warm-up before anything counts where pilot runs do not settle, a default: {0}.",
        "시험 실행이 안정되지 않는 경우의 집계 전 워밍업(기본값): {0}.";
    WarmUpSearch: "{0} near its line", "{0} 포화 지점 부근";
    HowBatches: "The load asked about was run once for each variant; its intervals are over {0} batches of that run.",
        "요청한 부하는 구성마다 한 번 길게 실행했고, 신뢰구간은 그 실행의 배치 {0}개로 구함.";
    MeasurePart: "mean ms", "평균 ms";
    MeasureBusy: "busy", "사용률";
    MeasureWaiting: "waiting", "대기 수";
    MeasureLine: "line, per s", "포화 지점(초당)";
    MeasureResource: "draws the line", "포화 지점을 정하는 자원";
    Agrees: "agrees", "일치";
    Differs: "differs", "불일치";
    Saturated: "saturated", "포화";
    TheoryHeading: "Theory beside simulation", "이론값과 시뮬레이션";
    TheoryLead: "What queueing theory and the operational laws expect, and the 99.9 % interval of the simulation. ≤: theory gives a bound.",
        "대기행렬 이론과 운영 법칙의 기대값, 시뮬레이션의 99.9 % 신뢰구간. ≤: 상한만 알려진 값.";
    TheoryMeasure: "number", "항목";
    TheoryLaw: "law", "법칙";
    TheoryExpected: "theory", "이론";
    TheorySimulated: "simulation", "시뮬레이션";
    TheoryVerdict: "verdict", "판정";
    VariantColumn: "variant", "구성";
    TheorySentence: "Theory and simulation agree in {0} of {1} numbers (99.9 % intervals).",
        "이론값과 시뮬레이션이 {1}개 중 {0}개 항목에서 일치(99.9 % 신뢰구간).";
    TheoryDiffers: "{0}: theory {1}, simulation {2}.", "{0}: 이론 {1}, 시뮬레이션 {2}.";
    TheorySaturated: "At {0} the utilisation law asks {1} for {2} times what it has.",
        "{0}에서 이용률 법칙상 {1}에 필요한 용량은 보유량의 {2}배.";
    HowCost: "{0} events in {1} simulations, {2} s of processor time, {3} s on the clock.",
        "이벤트 {0}개, 시뮬레이션 {1}회, CPU 시간 {2}초, 실행 시간 {3}초.";
    HowCommand: "Command:", "명령:";
    Digest: "digest", "다이제스트";
    Vector: "vector version", "벡터 원본";

    NoteNoHangul: "No font with Hangul was found: the PNG charts are in English (the SVG charts and the report are not). Name a font file with --font.",
        "한글 글꼴을 찾지 못해 PNG 차트는 영어로 출력함(SVG와 보고서는 한국어). --font로 글꼴 파일을 지정할 것.";
    NoteNames: "No font was found for some names: the PNG charts call them by number (the SVG charts and the report do not). Name a font file with --font.",
        "일부 이름에 맞는 글꼴을 찾지 못해 PNG 차트에서는 번호로 표시함(SVG와 보고서는 원래 이름). --font로 글꼴 파일을 지정할 것.";
    NoteFont: "The font file {0} cannot be used.", "글꼴 파일 {0}을(를) 쓸 수 없음.";
    NotePng: "The chart {0} could not be drawn as PNG; the SVG is whole.", "차트 {0}을(를) PNG로 만들지 못함. SVG는 정상임.";
    NoteFinite: "{0} numbers were not finite and are left out.", "유한하지 않은 값 {0}개를 제외함.";
    LadderTitle: "{0}: {1} saturates first, {2} last", "{0}: 처음 포화되는 자원 {1}, 마지막 {2}";
    LadderTitleReached: "{0} carries {1} after {2} lifts", "{0}: 병목을 {2}번 해소하면 {1} 감당";
    LadderTitleAtOnce: "{0} carries {1} as it is", "{0}: 지금 그대로 {1} 감당";
    LadderPage: "Bottleneck ladder", "단계별 병목 해소";
    LadderRung: "rung", "단계";
    LadderUsers: "monthly users", "월간 사용자";
    LadderLifted: "lifted by", "해소 방법";
    LadderCost: "+{0} USD a month", "월 +{0} USD";
    LadderNotPriced: "not priced", "가격 미확인";
    LadderNoSetting: "no setting: {0} {1} ({2})", "해당 설정 없음: {0} {1} ({2})";
    LadderCarried: "carries what is asked for", "요구 부하 감당";
    LadderWanted: "asked for {0}", "요구 부하 {0}";
    LadderReached: "{0}: the load asked for is carried.", "{0}: 요구 부하를 감당함.";
    LadderEnded: "{0}: the ladder ends here: {1}", "{0}: 여기서 끝남: {1}";
    LadderNote: "Each rung has the settings of all rungs before it.", "각 단계는 앞 단계의 설정을 모두 포함함.";
    LadderNoteShare: "Behind a resource: the share of replications that its relief carries further.", "자원 뒤의 수치는 그 자원을 늘렸을 때 더 큰 부하를 감당한 반복 실행의 비율임.";
    LadderNoteSpare: "A lift gives the next line's load and 15 % more.", "병목을 해소할 때는 다음 포화 지점의 부하보다 15 % 여유를 둠.";
    SizePage: "Sizing", "규모 산정";
    SizeWanted: "targets met with probability {0} %", "목표 달성 확률 {0} %";
    SizeMet: "{0}: {1} a month", "{0}: 월 {1}";
    SizeStopped: "{0}: {1} a month so far; stopped before the end", "{0}: 지금까지 월 {1}, 중단됨";
    WaitHeading: "Waits", "대기 시간";
    WaitLead: "Waits for a thread, a connection or a consumer at {0}/s (ms), of all who came; those who \
        need not wait count with 0. Where no more than 0.05 ms are waited at the 99th percentile, the \
        station is left out.", "초당 {0}건 부하에서 스레드·커넥션·컨슈머를 기다린 시간(ms). 기다리지 않은 요청은 0으로 \
        계산하며, p99가 0.05 ms 이하인 자원은 생략함.";
    WaitStation: "waits for", "대기 대상";
    WaitShare: "who wait", "대기 비율";
    SizeUndecided: "{0}: undecided: {1}", "{0}: 판정 보류: {1}";
    SizeNotFound: "{0}: no configuration found: {1}", "{0}: 조건에 맞는 구성을 찾지 못함: {1}";
    SizeProbability: "every target is met in {0} % of {2} fresh runs, surely in {1} %", "새로 실행한 {2}회 중 {0} %가 모든 목표 달성, 하한 {1} %";
    SizeBinds: "the line is at {0} times the load, on {1}: {2}", "포화 지점은 부하의 {0}배, 먼저 포화되는 자원은 {1}: {2}";
    SizeUnbound: "nothing saturates up to {0} times the load", "부하의 {0}배까지 포화되는 자원 없음";
    SizeDay: "targets over the scenario's day: {0}", "시나리오의 하루 전체 목표: {0}";
    SizeAssumed: "†: the price is assumed", "†: 가정한 가격";
    SizeCost: "{0} a month for all that has a price, {1} against the variant", "가격이 있는 항목 월 {0}, 현재 구성 대비 {1}";
    SizeUnpriced: "without a price, counted as 0: {0}", "가격이 없어 0으로 계산: {0}";
    SizeEverything: "everything", "전체";
    SizeStated: "the document says {0} for {1}; here that costs {2}", "문서의 비용 {0}(대상: {1}), 이 구성에서는 {2}";
    SizeEffort: "{0} configurations simulated in {1} runs, {2} ruled out without a run, of {3}", "전체 {3}개 중 {0}개 구성을 {1}회 실행, {2}개는 실행 없이 제외";
    SizeExhausted: "everything cheaper was ruled out, taking more of a setting for never worse", "더 저렴한 구성은 모두 제외됨 (설정을 늘려서 더 나빠지지 않는다고 볼 때)";
    SizeNotExhausted: "not everything cheaper was looked at; each setting one notch lower was", "더 저렴한 구성을 모두 확인하지는 않았으나 각 설정을 한 단계 낮춘 구성은 확인함";
    SizeSetting: "setting", "설정";
    SizeNow: "now", "현재";
    SizeValue: "chosen", "선택";
    SizeLower: "one notch lower", "한 단계 아래";
    SizePart: "item", "항목";
    SizeWhat: "what", "내용";
    SizeNoteProbability:
        "The probability is the share of replications, under every calibration, in which all targets are \
         met; its bound is the one-sided 95 % bound of Clopper and Pearson.",
        "확률은 모든 보정에서 전체 목표를 달성한 반복 실행의 비율이며, 하한은 Clopper–Pearson 단측 95 % 신뢰하한임.";
    SizeNoteOrder: "What has no more of anything than a configuration that failed is taken to fail.", "실패한 구성보다 어느 자원도 더 많지 않은 구성은 실패로 봄.";
    SizeChartNone: "{0}: no configuration found", "{0}: 조건에 맞는 구성 없음";
    SizeChartSoFar: "{0}: {1} a month so far", "{0}: 지금까지 월 {1}";
    SizeChartStated: "{0}: {1} a month ({2} for what the document puts at {3})",
        "{0}: 월 {1} (문서가 {3}(으)로 잡은 항목은 {2})";
    SizeChartNow: "as it is", "현재";
    SizeChartDocument: "the document: {0} for {1}; here {2}", "문서: {1}에 {0}, 이 구성에서는 {2}";
    SizeChartAxis: "USD a month", "월 비용, USD";
    SizeKindNodes: "nodes", "노드";
    SizeKindDatabases: "databases", "데이터베이스";
    SizeKindCaches: "caches", "캐시";
    SizeKindBrokers: "brokers", "브로커";
    SizeKindCharges: "other charges", "기타 요금";
    SweepTitle: "{0} over {1}", "{1}에 따른 {0}";
    SweepTitleSame: "{0}: {1} to {2} whatever {3}, within their intervals", "{0}: {3}와(과) 무관하게 {1}–{2}, 차이는 신뢰구간 이내";
    SweepTitleFromTo: "{0}: from {1} at {2} to {3} at {4}", "{0}: 최소 {1} ({2}), 최대 {3} ({4})";
    SweepLine: "load carried, {0}", "감당 부하, {0}";
    SweepPoints: "All points", "모든 조합";
    ParetoHeading: "Worth their price", "비용 대비 최선의 구성";
    ParetoTitle: "{0} of {1} configurations are worth their price: {2} a month for {3} {6}, up to {4} for {5} {6}",
        "구성 {1}개 중 비용 대비 최선은 {0}개: 월 {2}에 {3} {6}, 최대 월 {4}에 {5} {6}";
    ParetoTitleOne: "One of {0} configurations is best at any price: {3}, {1} a month for {2} {4}",
        "구성 {0}개 중 비용과 무관하게 최선은 하나: {3}, 월 {1}에 {2} {4}";
    ParetoNote: "No other configuration is as good for less, by means; intervals may overlap.",
        "평균 기준으로 더 낮은 비용에 같거나 더 나은 구성이 없는 것들이며, 신뢰구간은 겹칠 수 있음.";
    ParetoLeftOut: "{0} of {1} points are left out: a price of theirs is not known.", "조합 {1}개 중 {0}개는 가격을 알 수 없는 항목이 있어 제외함.";
    ParetoMore: "and {0} more in points.csv", "나머지 {0}개는 points.csv";
    SweepScale: "from {0} to {1}", "{0} ~ {1}";
    UncertainPage: "What is not known exactly, and what that means", "불확실한 입력과 그 영향";
    UncertainTitle: "{0}: all targets are met at {1} with a probability of {2}",
        "{0}: {1}에서 모든 목표를 달성할 확률 {2}";
    UncertainSamples: "{0} samples of {1} inputs", "입력 {1}개, 표본 {0}개";
    UncertainAll: "all targets", "모든 목표";
    UncertainCarried: "line at the load asked about or beyond", "포화 지점이 요구 부하 이상";
    UncertainLine: "The line lies between {0} and {1} {2} in nine of ten samples, in half of them below {3}",
        "포화 지점: 표본의 90 %가 {0}–{1} {2}, 중앙값 {3}";
    UncertainBeyond: "{0} of them beyond the largest load tried.", "그중 {0}개는 시도한 최대 부하 이상.";
    UncertainFirst: "Measure {0} first: it moves the line by ± {1} {2} ({3} to {4}: {5})",
        "가장 먼저 측정할 값: {0} (포화 지점을 ± {1} {2} 움직임; {3} → {4}: {5})";
    UncertainNoFirst: "No input measurably moves the line; more samples may tell.",
        "포화 지점을 측정 가능하게 움직이는 입력이 없음. 표본을 늘리면 드러날 수 있음.";
    UncertainEnds: "10th – 90th percentile", "10–90 백분위수";
    UncertainMoves: "moves the line by {0}", "포화 지점 이동 {0}";
    UncertainRank: "rank correlation", "순위 상관";
    UncertainPartial: "partial", "편상관";
    UncertainMore: "and {0} more in influences.csv", "나머지 {0}개는 influences.csv";
    Users: "MAU", "MAU";
    UncertainChance: "probability", "확률";
    UncertainFan: "Line: 5th to 95th percentile, middle half, median", "포화 지점: 5–95 백분위수, 가운데 50 %, 중앙값";
    UncertainCarriedAxis: "Share of samples that carry the load, %", "그 부하를 감당하는 표본의 비율, %";
    UncertainTornado: "How far each input moves the line", "입력별 포화 지점 변화";
    UncertainShades: "Dark: the input at its 90th percentile; light: at its 10th. At the right: from the one \
            to the other, with its interval.",
        "진한 막대: 입력의 90 백분위수, 옅은 막대: 10 백분위수. 오른쪽: 그 사이의 변화와 신뢰구간.";
    UncertainNote: "Every sample changes all inputs at once (Latin hypercube) and has the same users. \
            Probabilities are shares of samples with Wilson's interval; the spread of the line \
            includes that of two replications.",
        "표본마다 모든 입력을 함께 바꾸며(라틴 하이퍼큐브) 사용자는 같음. 확률은 표본의 비율이고 신뢰구간은 Wilson 방식임. 포화 지점의 분포에는 반복 \
            2회의 변동이 포함됨.";
    UncertainTogether: "Moves of the line come from one linear regression on all inputs, with t intervals; \
            intervals of rank correlations from 1,000 bootstrap resamples.",
        "포화 지점의 이동은 모든 입력에 대한 하나의 선형 회귀(t 신뢰구간)로, 순위 상관의 신뢰구간은 부트스트랩 1,000회로 구함.";
    UncertainApart: "Samples are too few to tell all inputs apart: each is looked at alone, and intervals are \
            wider for it.",
        "표본이 적어 입력을 하나씩 따로 보았고 신뢰구간이 그만큼 넓음.";
    UncertainDefault: "The scenario names no uncertain inputs: every assumed time and unit cost in use is taken \
            to lie between half and double.",
        "시나리오에 불확실한 입력이 없어, 가정한 시간과 단위 비용을 모두 절반에서 두 배 사이로 봄.";
    GrowthPage: "Growth", "사용자 증가";
    GrowthTitle: "{0}: from {1} MAU by {2} % a month the line ({4}, {5}) is crossed in month {3}",
        "{0}: {1} MAU에서 매월 {2} % 증가 시 {3}개월째 포화 지점({4}, {5}) 초과";
    GrowthTitleNow: "{0}: from {1} MAU by {2} % a month the line ({4}, {5}) is crossed already: month {3}",
        "{0}: {1} MAU, 매월 {2} % 증가: 이미 포화 지점({4}, {5}) 초과({3}개월)";
    GrowthTitleNever: "{0}: from {1} MAU by {2} % a month the line ({4}, {5}): {3}",
        "{0}: {1} MAU, 매월 {2} % 증가, 포화 지점({4}, {5}) 초과 시점: {3}";
    GrowthNever: "not within 50 years", "50년 안에는 없음";
    GrowthBeyond: ", at the earliest: the line lies beyond the largest load tried",
        "(빨라도 이 시점: 포화 지점이 시도한 최대 부하 이상)";
    GrowthHour: "time of day", "시간대";
    GrowthShare: "of the highest", "최고 시간대 대비";
    GrowthMonth: "month", "포화(개월째)";
    GrowthNote: "Month 0 is today; in brackets what the line's interval leaves open. A time of day \
            saturates when its share of the highest hour's load reaches the line; what earlier hours \
            left in queues comes on top.",
        "0개월은 오늘이며 괄호는 포화 지점의 신뢰구간에 따른 범위임. 시간대별 포화는 그 시간대의 부하가 포화 지점에 이르는 때이고, 앞 시간대에 쌓인 대기는 \
            여기에 더해짐.";
}

/// Renders a message in a language, its placeholders filled in order.
pub(crate) fn say(lang: Lang, word: Word, places: &[&str]) -> String {
    filled(word.text(lang), places)
}

/// Renders the English or Korean of a sentence, its placeholders filled.
pub(crate) fn both(lang: Lang, en: &str, ko: &str, places: &[&str]) -> String {
    match lang {
        Lang::En => filled(en, places),
        Lang::Ko => filled(ko, places),
    }
}

/// Fills the placeholders `{0}`, `{1}`, … of a text, with Korean particles that fit.
fn filled(text: &str, places: &[&str]) -> String {
    let mut rest = text;
    let mut text = String::new();
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        particles::push(&mut text, before);
        let close = after.find('}').unwrap_or(after.len() - 1);
        let place = after[1..close].parse().ok().and_then(|index: usize| places.get(index));
        text.push_str(place.copied().unwrap_or_default());
        rest = &after[close + 1..];
    }
    particles::push(&mut text, rest);
    text
}

/// Returns the plain name of a target's metric.
pub(crate) fn metric(metric: Metric, lang: Lang) -> String {
    match (metric, lang) {
        (Metric::MeanMs, Lang::En) => "mean",
        (Metric::MeanMs, Lang::Ko) => "평균",
        (Metric::P99WaitMs, Lang::En) => "p99 wait",
        (Metric::P99WaitMs, Lang::Ko) => "p99 대기",
        (Metric::P50Ms, _) => "p50",
        (Metric::P95Ms, _) => "p95",
        (Metric::P99Ms, _) => "p99",
        (Metric::ErrorRate, _) => Word::Errors.text(lang),
        (Metric::MaxLag, Lang::En) => "lag",
        (Metric::MaxLag, Lang::Ko) => "컨슈머 랙",
        (Metric::Drift, _) => Word::Drift.text(lang),
        (Metric::EventsPerS, _) => Word::Events.text(lang),
    }
    .to_owned()
}

/// Returns the name of a part of a request's time: translated where the engine defines the part;
/// others as they are.
pub(crate) fn part(name: &str, lang: Lang) -> String {
    let translated = match (name, lang) {
        ("waiting for a thread", Lang::Ko) => "스레드 대기",
        ("pod CPU", Lang::Ko) => "파드 CPU",
        ("waiting for a connection", Lang::Ko) => "커넥션 대기",
        ("network", Lang::Ko) => "네트워크",
        ("database CPU", Lang::Ko) => "DB CPU",
        ("database storage", Lang::Ko) => "DB 스토리지",
        ("cache", Lang::Ko) => "캐시",
        ("other services", Lang::Ko) => "다른 서비스",
        ("outside", Lang::Ko) => "외부",
        ("waiting for a lock", Lang::Ko) => "락 대기",
        ("waiting in the mesh", Lang::Ko) => "메시 대기",
        (other, _) => other,
    };
    translated.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<char> {
        let mut found: Vec<char> =
            text.match_indices('{').filter_map(|(at, _)| text[at + 1..].chars().next()).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn both_languages_fill_the_same_places() {
        for word in ALL {
            assert!(!word.text(Lang::En).is_empty() && !word.text(Lang::Ko).is_empty());
            assert_eq!(places(word.text(Lang::En)), places(word.text(Lang::Ko)), "{word:?}");
        }
    }

    #[test]
    fn places_are_filled_once() {
        assert_eq!(say(Lang::En, Word::MoreThan, &["{0}"]), "> {0}");
        assert_eq!(say(Lang::En, Word::MoreThan, &[]), "> ");
    }
}
