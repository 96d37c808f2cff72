//! What keeps a number from being known.

/// English and Korean.
pub(super) const PHRASES: &[(&str, &str)] = &[
    (
        "in {0} of {1} replications no response was seen: they are left out of response times, and \
         `window.measure` should be longer",
        "반복 {1}회 중 {0}회는 응답이 한 건도 없어 응답 시간 계산에서 제외함: `window.measure`를 늘릴 것",
    ),
    (
        "in {0} of {1} batches no response was seen: they are left out of response times, and \
         `window.measure` should be longer",
        "배치 {1}개 중 {0}개는 응답이 한 건도 없어 응답 시간 계산에서 제외함: `window.measure`를 늘릴 것",
    ),
    (
        "in {0} of {1} no response was seen: they are left out of response times, and `window.measure` \
         should be longer",
        "응답이 한 건도 없는 경우({1} 중 {0})는 응답 시간 계산에서 제외함: `window.measure`를 늘릴 것",
    ),
    (
        "{0} of {1} runs lock up: p99 is {2} ms there and {3} ms in the others",
        "실행 {1}회 중 {0}회가 교착 상태에 빠짐: p99가 그 실행에서는 {2} ms, 나머지에서는 {3} ms",
    ),
    (
        "the mean response time is not to be trusted: a law without variance is in {0}",
        "평균 응답 시간은 신뢰할 수 없음: 분산이 없는 분포가 있음({0})",
    ),
    (
        "the mean response time is {0} ms by the description, without any queue: what makes it is so rare \
         that these runs did not see it",
        "모델 정의상 대기가 없어도 평균 응답 시간은 {0} ms: 그 원인이 너무 드물어 이번 실행에서는 나타나지 않음",
    ),
    (
        "the mean response time hangs on a few very long ones and is not to be trusted: a longer window may \
         raise it without end",
        "평균 응답 시간은 극소수의 매우 긴 응답에 좌우되므로 신뢰할 수 없음: 관측 구간을 늘리면 계속 커질 수 있음",
    ),
    (
        "{0} of {1} requests had not ended {2} after the window and count with their age; `window.follow` \
         sets how long they are followed",
        "요청 {1}건 중 {0}건이 관측 종료 후 {2}까지 끝나지 않아 그때까지의 경과 시간으로 계산함: 추적 시간은 `window.follow`로 정함",
    ),
    (
        "response times are those of good answers, which {0} % of requests got",
        "응답 시간은 정상 응답 기준이며, 정상 응답은 전체 요청의 {0} %임",
    ),
    (
        "none of {0} runs saw anything to judge a target by: lengthen `window.measure`",
        "실행 {0}회 모두에서 목표를 판정할 대상이 관측되지 않음: `window.measure`를 늘릴 것",
    ),
    // Of the input, and of what a study did not do.
    (
        "no saturation load was searched for: that takes an open load (rate, users or records) and at least \
         one target",
        "포화 지점을 찾지 않음: 개방형 부하(rate, users 또는 records)와 목표 하나 이상이 필요함",
    ),
    (
        "{0} requests, sessions or records found no room in the model (more than {1} requests or {2} records \
         at once) and count as refused",
        "요청·세션·레코드 {0}건이 모델 한도(동시 요청 {1}건 또는 레코드 {2}건)를 넘어 거절로 처리됨",
    ),
];
