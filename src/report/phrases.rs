//! Sentences that arrive inside results, which are English, in other languages: reasons, warnings and
//! what edits do. A sentence is recognised by its words; what stands between them (names, numbers, and
//! sentences within it) is carried over.

use super::particles;
use super::words::Lang;

mod doubts;

/// Letters of its words below which a phrase says so little that each of its places is one word.
const FEW: usize = 8;

/// English and Korean; `{0}`, `{1}`, … stand for anything.
const PHRASES: &[(&str, &str)] = &[
    // What sizing finds, and how ladders end.
    (
        "what runs of the search carried, fresh replications refuted",
        "탐색 실행에서는 감당했으나 새 반복 실행에서 감당하지 못함",
    ),
    ("the least value declared", "선언한 가장 작은 값"),
    ("{0} would be asked for {1} % of what it has", "{0}: 필요량이 보유량의 {1} %"),
    ("no run: with more of something it failed", "실행하지 않음: 더 많은 자원으로도 실패"),
    ("a target is missed in {0} of {1} runs", "실행 {1}회 중 {0}회에서 목표 미달"),
    ("costs more", "비용이 더 높음"),
    ("carries the load as well", "부하를 똑같이 감당"),
    (
        "stopped before anything was found that carries the load",
        "부하를 감당하는 구성을 찾기 전에 중단됨",
    ),
    ("nothing cures: {0}", "해소할 방법 없음: {0}"),
    (
        "no value makes {0} large enough: it is asked for {1} times what it has",
        "{0}을(를) 충분히 키우는 값이 없음: 필요량이 보유량의 {1}배",
    ),
    (
        "every value is the largest, or no larger one helps, and runs still miss a target",
        "모든 값이 최대이거나 더 키워도 소용없고, 여전히 목표 미달",
    ),
    ("every value is the largest", "모든 값이 최대"),
    (
        "{0} is in the way, and no setting gives it more",
        "{0}이(가) 병목이며, 늘려 주는 설정이 없음",
    ),
    (
        "{0} is in the way, and no free setting gives it more: {1} would",
        "{0}이(가) 병목이며, 바꿀 수 있는 설정으로는 늘릴 수 없음(늘릴 수 있는 설정: {1})",
    ),
    (
        "not found within {0} steps upwards; the last that a rule refused: {1}",
        "{0}단계를 올려도 찾지 못함. 마지막으로 규칙에 걸린 것: {1}",
    ),
    ("stopped before its end", "끝나기 전에 중단됨"),
    ("the load asked for is carried", "요구 부하를 감당"),
    (
        "no relief of what is busy or has a queue moves the line",
        "사용률이 높거나 대기열이 있는 자원을 늘려도 포화 지점이 움직이지 않음",
    ),
    ("more than {0} rungs", "{0}단계 초과"),
    // What draws a line.
    (
        "{0}; no single relief carries more, several resources limit together",
        "{0}; 하나만 늘려서는 더 감당하지 못하고 여러 자원이 함께 제한",
    ),
    ("{0}; no single relief carries more", "{0}; 하나만 늘려서는 더 감당하지 못함"),
    (
        "{0}; the relief of one alone carries no more, they limit together",
        "{0}; 하나만 늘려서는 더 감당하지 못하고 함께 제한",
    ),
    (
        "{0}; its queues settle too slowly for runs of this length",
        "{0}; 이 길이의 실행으로는 대기열이 안정되지 않음",
    ),
    (
        "carries nothing, because {0} is missed at {1} requests/s already",
        "{1} RPS에서 이미 {0} 목표에 미달하여 감당하는 부하가 없음",
    ),
    (
        "carries nothing, because no request ends within {0} s",
        "{0}초 안에 끝나는 요청이 없어 감당하는 부하가 없음",
    ),
    ("carries the largest load tried, {0} requests/s", "시도한 최대 부하 {0} RPS까지 감당"),
    ("stopped before any resource was relieved", "자원을 늘려 보기 전에 중단됨"),
    (
        "no station is busy or has a queue: the target is below the time of the work",
        "사용률이 높거나 대기열이 있는 자원이 없음: 목표가 작업 자체의 시간보다 짧음",
    ),
    ("{0}, at {1} requests/s", "{1} RPS에서 {0}"),
    (
        "{0} of {1} cores busy ({2} %) in {3} pods of {4}",
        "{4}코어 파드 {3}개의 {1}코어 중 {0}코어 사용({2} %)",
    ),
    (
        "{0} of {1} threads busy ({2} %), {3} waiting on average",
        "스레드 {1}개 중 {0}개 사용({2} %), 평균 {3}건 대기",
    ),
    (
        "{0} of {1} connections in use ({2} pods × {3}), {4} waiting on average",
        "커넥션 {1}개(파드 {2}개 × {3}) 중 {0}개 사용, 평균 {4}건 대기",
    ),
    ("{0} of {1} vCPU busy ({2} %) on the database", "DB의 vCPU {1}개 중 {0}개 사용({2} %)"),
    (
        "{0} of {1} vCPU busy ({2} %) of a node, shared by {3} pods",
        "노드의 vCPU {1}개 중 {0}개 사용({2} %), 파드 {3}개가 공유",
    ),
    (
        "{0} of {1} connections busy ({2} %), {3} a caller, {4} waiting on average",
        "커넥션 {1}개 중 {0}개 사용({2} %), 호출자당 {3}개, 평균 {4}건 대기",
    ),
    (
        "{0} of {1} storage operations/s ({2} %), {3} waiting on average",
        "초당 스토리지 작업 {1}건 중 {0}건 사용({2} %), 평균 {3}건 대기",
    ),
    ("{0} of {1} connections open, {2} refused", "커넥션 {1}개 중 {0}개 열림, {2}건 거절"),
    (
        "its one command thread is {0} % busy, {1} waiting on average",
        "하나뿐인 명령 스레드의 사용률 {0} %, 평균 {1}건 대기",
    ),
    (
        "held {0} % of the time, {1} waiting on average",
        "전체 시간의 {0} % 동안 잠김, 평균 {1}건 대기",
    ),
    ("{0}; {1} of {2} busy, mean lag {3}", "{0}; {2}개 중 {1}개 사용, 평균 랙 {3}건"),
    ("all {0} partitions have a thread of their own", "파티션 {0}개에 스레드가 하나씩 있음"),
    (
        "{0} threads share {1} partitions unevenly: the fullest has {2} of them",
        "스레드 {0}개가 파티션 {1}개를 고르지 않게 나눔(가장 많은 스레드가 {2}개)",
    ),
    ("{0} threads share {1} partitions", "스레드 {0}개가 파티션 {1}개를 나눔"),
    // What is doubtful.
    (
        "pilot runs of up to twice `window.measure` do not settle, so the warm-up of {0} is a \
         default: lengthen `window.measure` beyond {1}, or give `window.warm_up`",
        "`window.measure`의 두 배까지 시험 실행해도 안정되지 않아 워밍업 {0}은(는) 기본값임: `window.measure`를 {1}보다 늘리거나 `window.warm_up`을 지정할 것",
    ),
    (
        "the system has not settled after {0} of warm-up, which shifts the means: `warm_up: {1}` would do",
        "워밍업 {0} 뒤에도 안정되지 않아 평균이 치우침: `warm_up: {1}`이면 충분함",
    ),
    (
        "the second half of the window still differs from the first, and {0} are too short to tell when that ends: lengthen `window.measure`",
        "관측 구간의 전반부와 후반부가 아직 다르고, {0}의 길이로는 언제 안정되는지 알 수 없음: `window.measure`를 늘릴 것",
    ),
    (
        "{0} at the load asked about rests on {1} response times a {2}, of which fewer than \
         ten lie beyond it: `window.measure: {3}` would do or take fewer batches",
        "요청한 부하의 {0}: {2}당 응답 시간 {1}개에 근거하며 이를 넘는 응답이 10개 미만임: `window.measure: {3}`이면 충분하고, 배치 수를 줄여도 됨",
    ),
    (
        "{0} at the load asked about rests on {1} response times a {2}, of which fewer than ten lie beyond it: `window.measure: {3}` would do",
        "요청한 부하의 {0}: {2}당 응답 시간 {1}개에 근거하며 이를 넘는 응답이 10개 미만임: `window.measure: {3}`이면 충분함",
    ),
    (
        "{0} at the load asked about is known to ± {1} % after {2}, not to the {3} % asked for: {4}",
        "요청한 부하의 {0}: {2} 뒤에도 정밀도가 ± {1} %로, 요구한 {3} %에 못 미침: {4}",
    ),
    (
        "whether the load asked about meets its target is undecided after {0} ({1}): {2}",
        "요청한 부하가 목표를 달성하는지 {0}(으)로는 판정할 수 없음({1}): {2}",
    ),
    (
        "the batches are too short to count as independent (correlation of neighbours {0}, {1}), so the \
         intervals are too narrow: `window.measure: {2}` makes them {3} times longer",
        "배치가 짧아 서로 독립이 아니므로(이웃 상관 {0}, {1}) 신뢰구간이 실제보다 좁음: `window.measure: {2}`이면 배치가 {3}배 길어짐",
    ),
    ("{0} replications", "반복 {0}회"),
    ("the line lies at {0} a second, drawn by {1}: {2}", "포화 지점은 초당 {0}건, 원인은 {1}: {2}"),
    ("{0} a second is carried, the largest load tried", "시도한 최대 부하인 초당 {0}건까지 감당"),
    (
        "seen at {0} a second, beyond the line at {1}, drawn by {2}",
        "초당 {0}건에서 관측, 포화 지점 {1}건보다 높음, 원인은 {2}",
    ),
    (
        "seen at {0} a second, below the line at {1}",
        "초당 {0}건에서 관측, 포화 지점 {1}건보다 낮음",
    ),
    ("seen at {0} a second", "초당 {0}건에서 관측"),
    ("the description says so, as it runs in this variant", "이 구성에서 실제로 적용되는 설정값임"),
    (
        "by the price table of {0}, 730 h a month: {1} instead of {2}",
        "{0} 가격표 기준(월 730시간): {2} 대신 {1}",
    ),
    ("by the price table of {0}, 730 h a month: {1}", "{0} 가격표 기준(월 730시간): {1}"),
    (
        "by the price table of {0}, 730 h a month, nothing that is billed is different",
        "{0} 가격표 기준(월 730시간), 청구되는 항목에 차이 없음",
    ),
    ("{0} items ({1})", "항목 {0}개({1})"),
    ("nothing", "없음"),
    ("not priced: the system names no region", "가격을 알 수 없음: 시스템에 리전이 지정되지 않음"),
    (
        "not priced: the catalogue has no price in {0} for {1}",
        "가격을 알 수 없음: 카탈로그에 {0}의 {1} 가격이 없음",
    ),
    ("the description does not say", "설정만으로는 알 수 없음"),
    (
        "not priced: the catalogue has no price in this region for some of it",
        "일부 항목은 이 리전의 가격을 알 수 없어 비용을 계산하지 못함",
    ),
    ("the load is not given in users", "부하가 사용자 수로 주어지지 않음"),
    ("the day's curve is not known", "하루 부하 곡선을 알 수 없음"),
    ("nothing of the kind happens in this mix", "이 요청 비율에서는 해당 사건이 없음"),
    ("this study looked for no line", "이 분석에서는 포화 지점을 찾지 않음"),
    ("stopped before this load was run", "이 부하를 실행하기 전에 중단됨"),
    (
        "the line of {0} lies beyond the largest load tried",
        "{0}의 포화 지점은 시도한 최대 부하보다 높음",
    ),
    ("it is nothing in {0}", "{0}에서는 값이 0임"),
    ("{0} batches", "배치 {0}개"),
    (
        "lengthen `window.measure` or raise `precision.most_replications`",
        "`window.measure`를 늘리거나 `precision.most_replications`를 올릴 것",
    ),
    ("lengthen `window.measure`", "`window.measure`를 늘릴 것"),
    ("replication", "반복 실행"),
    ("batch", "배치"),
    ("goodput", "유효 처리량"),
    ("mean response", "평균 응답"),
    (
        "{0} fall behind already below the line ({1}); their topic's records do not count as events, so they draw no line",
        "{0}: 포화 지점 이전부터 처리가 밀림({1}); 해당 토픽의 레코드는 이벤트로 세지 않으므로 포화 지점을 정하지 않음",
    ),
    (
        "the day was run in 1/{0} of its time at the same rates; backlogs that last are scaled back",
        "하루를 같은 유입률로 1/{0} 길이로 줄여 실행함; 오래 남는 적체는 원래 길이에 맞게 환산함",
    ),
];

/// A piece of a phrase.
enum Piece<'a> {
    Words(&'a str),
    Place(usize),
}

fn pieces(phrase: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((place, behind)) = after.split_once('}') else { break };
        if !before.is_empty() {
            pieces.push(Piece::Words(before));
        }
        pieces.push(Piece::Place(place.parse().unwrap_or_default()));
        rest = behind;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest));
    }
    pieces
}

/// What stands in the places of a phrase, by number, where the text is one.
fn places<'t>(pieces: &[Piece], text: &'t str) -> Option<Vec<(usize, &'t str)>> {
    match pieces {
        [] => text.is_empty().then(Vec::new),
        [Piece::Words(words), rest @ ..] => places(rest, text.strip_prefix(words)?),
        [Piece::Place(number)] => (!text.is_empty()).then(|| vec![(*number, text)]),
        [Piece::Place(number), rest @ ..] => {
            let [Piece::Words(next), ..] = rest else { return None };
            text.match_indices(next).filter(|(at, _)| *at > 0).find_map(|(at, _)| {
                let mut found = places(rest, &text[at..])?;
                found.push((*number, &text[..at]));
                Some(found)
            })
        }
    }
}

/// A sentence of a result or of an audit in a language; as it is where nobody has put it into that.
pub fn translated(text: &str, lang: Lang) -> String {
    match lang {
        Lang::En => text.to_owned(),
        Lang::Ko => known(text).unwrap_or_else(|| text.to_owned()),
    }
}

fn known(text: &str) -> Option<String> {
    // A name before a colon says what the sentence is about.
    let about = || {
        text.match_indices(": ").find_map(|(at, colon)| {
            let rest = known(&text[at + colon.len()..])?;
            Some(format!("{}: {rest}", &text[..at]))
        })
    };
    row(text).or_else(|| whole(text)).or_else(about).or_else(|| list(text)).or_else(|| amount(text))
}

/// A number with a unit that is a word, or one of several, behind what it is of.
fn amount(text: &str) -> Option<String> {
    let number = |word: &str| {
        let digits = |byte: u8| byte.is_ascii_digit() || b",.".contains(&byte);
        word.bytes().all(digits) && word.bytes().any(|byte| byte.is_ascii_digit())
    };
    let (before, last) = text.rsplit_once(' ')?;
    let one = before.rsplit(' ').next()?;
    let unit = match last {
        "days" => "일",
        "h" => "시간",
        "min" => "분",
        _ => {
            let (of, word) = before.rsplit_once(' ')?;
            let few = of.rsplit(' ').next()?;
            let found = word == "of" && number(last) && number(few);
            return found.then(|| format!("{of}/{last}"));
        }
    };
    number(one).then(|| format!("{before}{unit}"))
}

/// Several phrases of the audit in a row, and nothing else.
fn row(text: &str) -> Option<String> {
    if !text.contains(", ") {
        return None;
    }
    let said: Option<Vec<String>> =
        text.split(", ").map(|part| of_audit(part).map(|found| found.korean)).collect();
    Some(said?.join(", "))
}

/// Several parts in a row, some of which are phrases.
fn list(text: &str) -> Option<String> {
    if !text.contains(", ") {
        return None;
    }
    let parts: Vec<(&str, Option<String>)> =
        text.split(", ").map(|part| (part, known(part))).collect();
    if parts.iter().all(|(_, said)| said.is_none()) {
        return None;
    }
    let said = parts.into_iter().map(|(part, said)| said.unwrap_or_else(|| part.to_owned()));
    Some(said.collect::<Vec<_>>().join(", "))
}

/// What a phrase says, and how much of it are its own words.
struct Reading {
    words: usize,
    korean: String,
}

/// A text that is a phrase from beginning to end: of a result the first that fits, of the audit the one
/// with most words of its own, and of both that with more.
fn whole(text: &str) -> Option<String> {
    let of_result = PHRASES.iter().find_map(|(english, korean)| read(english, korean, text, 0));
    let found = of_result.into_iter().chain(of_audit(text));
    let best = found.reduce(|best, other| if other.words > best.words { other } else { best });
    best.map(|best| best.korean)
}

/// A text that is a phrase of the audit.
fn of_audit(text: &str) -> Option<Reading> {
    doubts::PHRASES
        .iter()
        .filter_map(|(english, korean)| read(english, korean, text, FEW))
        .reduce(|best, other| if other.words > best.words { other } else { best })
}

/// What the text says, read as this phrase. Where the phrase has fewer letters than `few`, each of its
/// places is one word.
fn read(english: &str, korean: &str, text: &str, few: usize) -> Option<Reading> {
    let pieces_of = pieces(english);
    let words = pieces_of.iter().map(|piece| match piece {
        Piece::Words(words) => words.len(),
        Piece::Place(_) => 0,
    });
    let words = words.sum();
    let found = places(&pieces_of, text)?;
    if words < few && found.iter().any(|(_, place)| place.contains(' ')) {
        return None;
    }
    let first = found.iter().find(|(_, place)| place.as_ptr() == text.as_ptr());
    // What begins with a name and a colon is about that name.
    if first.is_some_and(|(_, place)| place.contains(": ") && whole(place).is_none()) {
        return None;
    }
    let of = |number: usize| found.iter().find(|(place, _)| *place == number);
    let mut said = String::new();
    for piece in pieces(korean) {
        match piece {
            Piece::Words(words) => particles::push(&mut said, words),
            Piece::Place(number) => {
                let place = of(number).map(|(_, text)| translated(text, Lang::Ko));
                said.push_str(&place.unwrap_or_default());
            }
        }
    }
    Some(Reading { words, korean: said })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where sentences of results are made.
    const SOURCES: &[&str] = &[
        include_str!("../study/saturation.rs"),
        include_str!("../study/doubts.rs"),
        include_str!("../study/lines.rs"),
        include_str!("../study/ladder.rs"),
        include_str!("../study/size/climb.rs"),
        include_str!("../study/size/phase.rs"),
        include_str!("../study/size/search.rs"),
    ];

    #[test]
    fn both_languages_fill_the_same_places() {
        for (english, korean) in PHRASES.iter().chain(doubts::PHRASES) {
            let numbers = |text| {
                let places = pieces(text).into_iter().filter_map(|piece| match piece {
                    Piece::Place(number) => Some(number),
                    Piece::Words(_) => None,
                });
                let mut numbers: Vec<usize> = places.collect();
                numbers.sort_unstable();
                numbers
            };
            assert_eq!(numbers(english), numbers(korean), "{english}");
        }
    }

    #[test]
    fn sentences_within_sentences_are_carried_over() {
        let said = |text| translated(text, Lang::Ko);
        assert_eq!(
            said("1.7 of 2.0 cores busy (85 %) in 2 pods of 1.00, at 232 requests/s"),
            "232 RPS에서 1.00코어 파드 2개의 2.0코어 중 1.7코어 사용(85 %)"
        );
        assert_eq!(
            said(
                "2 threads share 3 partitions unevenly: the fullest has 2 of them; 1.6 of 2 busy, \
                 mean lag 267, at 171 requests/s"
            ),
            "171 RPS에서 스레드 2개가 파티션 3개를 고르지 않게 나눔(가장 많은 스레드가 2개); 2개 중 1.6개 사용, 평균 랙 267건"
        );
        assert_eq!(
            said(
                "planned: goodput at the load asked about is known to ± 7 % after 8 replications, not \
                 to the 5 % asked for: lengthen `window.measure`"
            ),
            "planned: 요청한 부하의 유효 처리량: 반복 8회 뒤에도 정밀도가 ± 7 %로, 요구한 5 %에 못 미침: \
             `window.measure`를 늘릴 것"
        );
        assert_eq!(said("nobody ever wrote this"), "nobody ever wrote this");
        assert_eq!(translated("replication", Lang::En), "replication");
    }

    /// With its places filled.
    fn filled(literal: &str) -> String {
        let mut text = String::new();
        let mut rest = literal;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            text.push('7');
            rest = after.split_once('}').map_or("", |(_, behind)| behind);
        }
        text + rest
    }

    /// String literals of a source before its tests, lines joined as the compiler joins them.
    fn literals(source: &str) -> Vec<String> {
        let code: String = source
            .split("#[cfg(test)]")
            .next()
            .unwrap_or_default()
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .fold(String::new(), |text, line| match text.strip_suffix('\\') {
                Some(before) => format!("{before}{}", line.trim_start()),
                None => format!("{text}\n{line}"),
            });
        code.split('"').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn every_sentence_that_a_study_makes_is_known() {
        // Errors and marks of the program, which no report shows, and parts of sentences that are known as
        // a whole.
        let elsewhere = [
            "{unit} busy",
            "{waiting:.1} waiting",
            "{} in {} pods",
            "{} on the database",
            "{} of a node, shared by",
            "a caller, {waits}",
            "looking for the line",
            "looking for what is cheaper",
            "taking back what is not needed",
            "confirming with fresh",
            "a month, {what}",
            "a ladder takes an open load",
            "{name} as it is",
        ];
        let mut sentences = 0;
        for literal in SOURCES.iter().flat_map(|source| literals(source)) {
            let aside = elsewhere.iter().any(|part| literal.contains(part));
            // Fewer words are part of a sentence, or a name.
            if aside || literal.split(' ').count() < 4 || literal.contains("reason = ") {
                continue;
            }
            // Places are filled with what a sentence may hold.
            let text =
                filled(&literal.replace("{waits}", "7 waiting on average").replace("{cut}", ""));
            let text = text.trim_start_matches("; ");
            let whole = [text.to_owned(), format!("7; {text}")];
            assert!(whole.iter().any(|text| known(text).is_some()), "no Korean for: {text}");
            sentences += 1;
        }
        assert!(sentences > 20, "{sentences} sentences found");
    }
}
