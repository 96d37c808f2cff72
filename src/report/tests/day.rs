//! Sentences about a day, checked word by word.

use super::*;
use crate::study::day::{DayEvent, Recovery, Silence, Worst};
use crate::study::metric::Metric;
use crate::study::result::{Target, VariantResult, Verdict};

/// Returns four minutes, the last three of which are missed: nothing is answered from 1:02 on.
fn outage() -> StudyResult {
    let mut result = fixture::study(&[("locked", 350.0)], 3);
    let variant = &mut result.variants[0];
    variant.day.truncate(24);
    for (number, bin) in variant.day.iter_mut().enumerate() {
        (bin.start_s, bin.length_s) = (number as f64 * 10.0, 10.0);
        if number >= 7 {
            (bin.p50_ms, bin.p99_ms, bin.error_rate) = (None, None, None);
            bin.goodput_rps = Estimate::exact(0.0);
        }
        bin.verdict = Some(if number < 7 { Verdict::Met } else { Verdict::Missed });
    }
    variant.pods.clear();
    let answer = variant.day_answer.as_mut().unwrap();
    let target = &mut answer.targets[0];
    (target.judged_s, target.missed_s, target.first_missed_s) = (240.0, 170.0, Some(70.0));
    (target.verdict, target.recovery) = (Verdict::Missed, Recovery::Never);
    target.worst = Some(Worst { from_s: 70.0, to_s: 80.0, value: None, answered: Some(0.0) });
    (answer.targets[1].judged_s, answer.verdict) = (240.0, Some(Verdict::Missed));
    answer.silence = Some(Silence { replications: 8, from_s: [62.0; 2], until_s: None });
    let burst = &mut answer.events[0];
    (burst.at_s, burst.ended_s, burst.event) =
        (60.0, Some(62.0), DayEvent::Traffic { factor: 8.0 });
    (burst.missed_s, burst.recovery) = (170.0, Recovery::Never);
    burst.lag = [Estimate::default(); 2];
    result
}

fn told(result: &StudyResult, lang: Lang) -> (String, Vec<String>, Vec<String>) {
    let variant: &VariantResult = &result.variants[0];
    let answer = variant.day_answer.as_ref().unwrap();
    let headline = over_day::headline(result, lang).unwrap();
    let targets = over_day::targets(variant, answer, lang);
    (headline, targets, over_day::happened(variant, answer, 5, lang))
}

#[test]
fn an_outage_is_told_in_whole_sentences() {
    let result = outage();
    let (headline, targets, happened) = told(&result, Lang::En);
    assert_eq!(
        headline,
        "locked misses its targets for 2 min 50 s of 4 min and answers nothing from 00:01:02 to the end"
    );
    assert_eq!(
        targets,
        [
            "p99 ≤ 500 ms is missed for 2 min 50 s of 4 min, first at 00:01:10; worst from 00:01:10 to \
          00:01:20: nothing answered; not met again by the end."
        ]
    );
    assert_eq!(
        happened,
        [
            "8 times the traffic from 00:01:00 to 00:01:02: 0 % answered for 2 min 50 s, not well again by \
          the end."
        ]
    );
    let (headline, targets, happened) = told(&result, Lang::Ko);
    assert_eq!(headline, "locked: 4분 중 2분 50초 동안 목표 미달, 00:01:02부터 끝까지 응답 없음");
    assert_eq!(
        targets,
        [
            "p99 ≤ 500 ms: 4분 중 2분 50초 동안 미달(첫 미달 00:01:10); 최악 구간 00:01:10–00:01:20: 응답 없음; \
          끝까지 회복되지 않음."
        ]
    );
    assert_eq!(
        happened,
        ["00:01:00–00:01:02 트래픽 8배: 2분 50초 동안 0 %만 응답, 끝까지 회복되지 않음."]
    );
}

#[test]
fn a_lost_node_is_told_with_what_it_did() {
    let result = fixture::study(&[("effective", 350.0)], 3);
    let (.., happened) = told(&result, Lang::En);
    assert_eq!(
        happened,
        [
            "Lost 1 node of group web at 12:00: 0 % answered for 2 min 40 s, then well; the lag goes from 40 \
          to 900 records and is worked off at 12:30."
        ]
    );
    let (.., happened) = told(&result, Lang::Ko);
    assert_eq!(
        happened,
        [
            "12:00 노드 그룹 web의 노드 1대 장애: 2분 40초 동안 0 %만 응답, 이후 정상; 랙이 40건에서 900건까지 \
          늘었다가 12:30에 해소."
        ]
    );
}

/// Empty cells, null and gaps: there is no value where nothing was answered.
#[test]
fn nothing_answered_is_no_value_anywhere() {
    let result = outage();
    let json: serde_json::Value = serde_json::from_str(&summary(&result).unwrap()).unwrap();
    let bin = &json["variants"][0]["day"][10];
    assert!(bin["p99_ms"].is_null() && bin["error_rate"].is_null(), "{bin}");
    assert_eq!(json["variants"][0]["day_answer"]["events"][0]["event"]["kind"], "traffic");
    let tables = tables::all(&result).unwrap();
    let of = |name: &str| {
        let (_, bytes) = tables.iter().find(|(known, _)| *known == name).unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let header = reader.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        (header, rows)
    };
    let (header, rows) = of("day.csv");
    let cell = |name: &str, row: usize| {
        rows[row][header.iter().position(|known| known == name).unwrap()].to_owned()
    };
    assert_eq!([cell("p99_ms", 10), cell("p50_ms", 10), cell("error_rate", 10)], ["", "", ""]);
    assert_ne!(cell("p99_ms", 3), "");
    assert_eq!([cell("goodput_rps", 10), cell("verdict", 10)], ["0", "missed"]);
    assert_ne!(cell("lag_product", 10), "");
    assert_ne!(cell("credits_order-db", 10), "");
    assert_eq!(of("events.csv").1.len(), 1);
    assert_eq!(of("day_targets.csv").1.len(), 2);
    let svg = chart::Chart::Day.draw(&result, Lang::En).unwrap().svg();
    for words in ["nothing answered", "8 times the traffic", "time since the beginning"] {
        assert!(svg.contains(words), "{words}");
    }
}

/// The summary box gives the answer for the day before that for a steady load.
#[test]
fn the_answer_begins_with_the_day() {
    let out = written("outage", &outage(), &Options::default());
    let page = std::fs::read_to_string(out.folder.join("report.md")).unwrap();
    let (day, steady) =
        (page.find("locked misses its targets").unwrap(), page.find("At a steady").unwrap());
    assert!(day < steady);
    let text = text(&outage(), Lang::En, false);
    assert!(text.contains("missed for 2 min 50 s"), "{text}");
    let limit = Target::new(Metric::P99Ms, 500.0);
    assert!(text.contains(&facts::target(&limit, Lang::En)));
}
