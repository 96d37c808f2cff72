//! Uncertainty from a user's perspective: a system whose line is a formula, sampled and simulated.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A database of one core, 3 reads and a write: 1 / (3 r + w) ms, each written as 1 ms and uniform
/// between 0.8 and 1.6 of it.
const DOUBT: &str = "tests/fixtures/scenarios/uncertain.yaml";

const MM1: &str = "tests/fixtures/scenarios/mm1.yaml";

fn plimsoll(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(arguments).env("NO_COLOR", "1").output().expect("the program starts")
}

fn succeed(arguments: &[&str]) -> String {
    let output = plimsoll(arguments);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    // 1 means that not all targets are met in 95 of 100 samples, which is an answer.
    assert!(matches!(output.status.code(), Some(0 | 1)), "{errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&succeed(arguments)).expect("it is JSON")
}

/// Returns every file of a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok);
    let paths = entries.map(|entry| entry.path()).filter(|path| path.is_file());
    paths
        .map(|path| {
            let bytes = std::fs::read(&path).expect("a file");
            (path.strip_prefix(folder).expect("it is below").to_path_buf(), bytes)
        })
        .collect()
}

/// Writes the scenario with a part of its text replaced.
fn changed(folder: &Path, from: &str, to: &str) -> String {
    let text = std::fs::read_to_string(DOUBT).expect("it is there");
    assert!(text.contains(from), "{from}");
    let place = folder.join("changed.yaml");
    std::fs::write(&place, text.replace(from, to)).expect("it can be written");
    place.to_string_lossy().into_owned()
}

#[test]
fn probability_and_influences_are_those_of_the_formula() {
    let folder = tempfile::tempdir().expect("a place to write");
    let out = folder.path().to_string_lossy().into_owned();
    let found = json(&["uncertain", DOUBT, "--json", "--out", &out]);
    let number = |value: &Value| value.as_f64().expect("a number");
    let all = found["probabilities"].as_array().expect("a list");
    // 3 r + w ≤ 5 ms: 7/12, as unit tests of the same formula say.
    for target in ["line", "all", "drift"] {
        let of = |one: &&Value| one["target"] == target && one["variant"] == "system";
        let one = &all.iter().find(of).expect("the target")["probability"];
        let (low, high) = (number(&one["low"]), number(&one["high"]));
        assert!((low..=high).contains(&(7.0 / 12.0)), "{target}: {one}");
        assert!(high - low < 0.4, "{target}: {one}");
    }
    // Means of 1000 / (3 r + w) over the one at the 90th less the 10th percentile of the other,
    // 0.88 and 1.52: ln((4.56 + 1.6) / (4.56 + 0.8)) = ln(6.16/5.36), over 0.8, and so on.
    let mean_over_w = |r: f64| 1000.0 / 0.8 * ((3.0 * r + 1.6) / (3.0 * r + 0.8)).ln();
    let mean_over_r = |w: f64| 1000.0 / 2.4 * ((4.8 + w) / (2.4 + w)).ln();
    let exact = [
        ("units.statement_read", mean_over_w(1.52) - mean_over_w(0.88)),
        ("units.statement_write", mean_over_r(1.52) - mean_over_r(0.88)),
    ];
    let influences = found["influences"].as_array().expect("a list");
    assert_eq!(influences.len(), 2);
    for (one, (name, moved)) in influences.iter().zip(exact) {
        assert_eq!(one["name"], name);
        let rps = &one["rps"];
        let (low, high) = (number(&rps["low"]), number(&rps["high"]));
        // 3.7 instead of 2.0 standard errors: 99.9 %.
        let (middle, half) = (f64::midpoint(low, high), (high - low) / 2.0 * 3.66 / 2.05);
        assert!((moved - middle).abs() <= half, "{name}: {moved} beside {rps}");
        assert!(half < 0.15 * exact[0].1.abs(), "{name}: {rps}");
        assert!(number(&one["rank_correlation"]["mean"]) < 0.0);
    }
    let place = folder.path().join("doubt/uncertain");
    for name in ["samples.csv", "influences.csv", "fan.svg", "fan.png", "tornado.svg", "report.md"]
    {
        assert!(place.join(name).is_file(), "{name} is missing");
    }
    // Redrawn from the results, every file is the same.
    let before = files(&place);
    let drawn = succeed(&["report", &place.to_string_lossy()]);
    assert!(drawn.trim_end().ends_with("report.html") && files(&place) == before);
    let table = std::fs::read_to_string(place.join("samples.csv")).expect("it is written");
    assert!(table.starts_with("variant,units.statement_read,units.statement_write,line_rps,"));
    assert_eq!(table.lines().count(), 33);
}

#[test]
fn more_samples_go_on_from_fewer_to_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a place to write");
    let run = |name: &str, samples: &str| {
        let out = folder.path().join(name).to_string_lossy().into_owned();
        let arguments = ["uncertain", DOUBT, "--quick", "--samples", samples, "--out", &out];
        let output = plimsoll(&arguments);
        assert!(matches!(output.status.code(), Some(0 | 1)));
        (folder.path().join(name).join("doubt/uncertain"), output.stderr)
    };
    let (place, _) = run("grown", "4");
    let few = files(&place.join("points"));
    assert_eq!(few.len(), 4);
    let (place, said) = run("grown", "8");
    assert!(String::from_utf8_lossy(&said).contains("computing points: 4 steps"));
    let many = files(&place.join("points"));
    assert!(few.iter().all(|(name, bytes)| many.get(name) == Some(bytes)));
    let (whole, _) = run("whole", "8");
    assert_eq!(files(&place.join("points")), files(&whole.join("points")));
    assert!(files(&place) == files(&whole), "the reports differ");
}

#[test]
fn without_a_word_all_that_is_assumed_is_uncertain() {
    let folder = tempfile::tempdir().expect("a place to write");
    let out = folder.path().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(DOUBT).expect("it is there");
    let (before, after) = text.split_once("uncertain:\n  samples").expect("a block");
    let (_, rest) = after.split_once("growth:").expect("what follows");
    let place = folder.path().join("bare.yaml");
    std::fs::write(&place, format!("{before}growth:{rest}")).expect("it can be written");
    let place = place.to_string_lossy().into_owned();
    let arguments = ["uncertain", &place, "--quick", "--samples", "2", "--json", "--out", &out];
    let output = plimsoll(&arguments);
    assert!(matches!(output.status.code(), Some(0 | 1)));
    assert!(String::from_utf8_lossy(&output.stderr).contains("from half to double"));
    let found: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(found["by_default"], true);
    let inputs = found["inputs"].as_array().expect("a list");
    let paths: Vec<&str> = inputs.iter().filter_map(|input| input["path"].as_str()).collect();
    assert_eq!(paths, ["units.statement_read", "units.statement_write"]);
    assert!(inputs.iter().all(|input| input["low"] == 0.5 && input["high"] == 2.0));
}

#[test]
fn ranges_that_cannot_be_are_refused() {
    let folder = tempfile::tempdir().expect("a place to write");
    let out = folder.path().to_string_lossy().into_owned();
    let one = "range: [0.8, 1.6], distribution: uniform, because";
    for (from, to, code) in [
        ("path: units.statement_read,", "path: units.statement_raed,", "E0401"),
        (one, "range: [1.6, 0.8], because", "E0104"),
        (one, "range: [1ms, 2ms], because", "E0104"),
        (one, "range: [1ms, 2s], as: value, because", "E0104"),
        (one, "range: [0, 2], distribution: loguniform, because", "E0104"),
        (one, "range: [1, 2, 3], because", "E0104"),
        ("path: units.statement_write,", "path: units.statement_read,", "E0404"),
    ] {
        let place = changed(folder.path(), from, to);
        let output = plimsoll(&["uncertain", &place, "--json", "--out", &out]);
        assert_eq!(output.status.code(), Some(2), "{to}");
        let found: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        let findings = found["findings"].as_array().expect("a list");
        let codes: Vec<&str> =
            findings.iter().filter_map(|finding| finding["code"].as_str()).collect();
        assert!(codes.contains(&code), "{to}: {codes:?}");
    }
}

#[test]
fn growth_crosses_the_line_in_the_month_of_the_formula() {
    let folder = tempfile::tempdir().expect("a place to write");
    let out = folder.path().to_string_lossy().into_owned();
    // 250/s are 1.25 M monthly users: from 500 k at 8 % per month ln 2.5 / ln 1.08 = 11.9, so month
    // 12.
    let found = json(&["growth", DOUBT, "--json", "--out", &out]);
    let crossing = &found["variants"][0]["crossing"];
    assert_eq!(crossing["month"], 12);
    let mau = |name: &str| crossing["mau"][name].as_f64().expect("a number");
    assert!((mau("low")..=mau("high")).contains(&1.25e6), "{crossing}");
    // A flat load has no hours.
    assert_eq!(found["variants"][0]["hours"].as_array().map(Vec::len), Some(0));
    // On a day that peaks in the evening, that hour saturates first.
    let place = changed(folder.path(), "targets:", "curve: korea-shopping\ntargets:");
    let arguments =
        ["growth", &place, "--monthly", "100%", "--from", "400k", "--json", "--out", &out];
    let found = json(&arguments);
    let grown = &found["variants"][0];
    // 400, 800, 1,600 k.
    assert_eq!(grown["crossing"]["month"], 2);
    let hours = grown["hours"].as_array().expect("a list");
    assert_eq!(hours[0]["share"], 1.0);
    assert_eq!(hours[0]["crossing"], grown["crossing"]);
    for pair in hours.windows(2) {
        let share = |hour: &Value| hour["share"].as_f64().expect("a number");
        let users = |hour: &Value| hour["crossing"]["mau"]["mean"].as_f64().expect("a number");
        assert!(share(&pair[0]) >= share(&pair[1]));
        // An hour with half the load saturates at twice the users.
        let product = |hour: &Value| share(hour) * users(hour);
        assert!((product(&pair[0]) / product(&pair[1]) - 1.0).abs() < 1e-9);
    }
    let place = folder.path().join("doubt/growth");
    assert!(place.join("growth.csv").is_file());
    let page = std::fs::read(place.join("report.html")).expect("it is written");
    succeed(&["report", &place.to_string_lossy()]);
    assert!(std::fs::read(place.join("report.html")).is_ok_and(|again| again == page));
    let refused = plimsoll(&["growth", MM1, "--monthly", "8%"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains(&format!("{MM1}: the load of `mm1` is not given in users")), "{said}");
    let refused = plimsoll(&["growth", DOUBT, "--monthly", "fast"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("`--monthly`: `fast` is not a share"), "{said}");
}
