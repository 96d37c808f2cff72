//! Sweeps from a user's perspective: interrupted, sharded and merged, they give the same bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use plimsoll::stats::analytic::markov::mmc_mean_wait;

const MMC: &str = "scenarios/textbook/mmc.yaml";
const ROW: &str = "tests/fixtures/scenarios/ladder.yaml";

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(arguments).env("NO_COLOR", "1");
    command
}

fn plimsoll(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the program starts")
}

fn succeed(arguments: &[&str]) -> String {
    let output = plimsoll(arguments);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Returns every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder").filter_map(Result::ok) {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("it is below").to_path_buf();
                found.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

fn same(one: &Path, other: &Path) {
    let (one, other) = (files(one), files(other));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&one), names(&other));
    for (name, bytes) in &one {
        assert!(other.get(name) == Some(bytes), "{} differs", name.display());
    }
}

/// Six points, each a fraction of a second.
const SHORT: [&str; 4] =
    ["--vary", "window.measure=20s,30s,40s", "--vary", "services.shop.pools.narrow.maximum=2,3"];

fn sweep(out: &Path, more: &[&str]) -> Vec<String> {
    let mut all = vec!["sweep".to_owned(), ROW.into(), "--quick".into()];
    all.extend(SHORT.iter().chain(more).map(|text| (*text).to_owned()));
    all.extend(["--out".to_owned(), out.to_string_lossy().into_owned()]);
    all
}

fn run(arguments: &[String]) -> String {
    succeed(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn an_interrupted_sweep_goes_on_to_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a place to write");
    let (whole, broken) = (folder.path().join("whole"), folder.path().join("broken"));
    run(&sweep(&whole, &[]));
    let expected = whole.join("three-rungs/sweep");
    // Killed as soon as a point exists; wherever that is, the rest is computed afterwards.
    let arguments = sweep(&broken, &["--threads", "1"]);
    let mut killed = command(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let points = broken.join("three-rungs/sweep/points");
    let there = || std::fs::read_dir(&points).map_or(0, Iterator::count);
    while there() == 0 && killed.try_wait().expect("it can be asked").is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
    killed.kill().expect("it can be killed");
    killed.wait().expect("it ends");
    run(&sweep(&broken, &[]));
    same(&expected, &broken.join("three-rungs/sweep"));
    // A missing point, a truncated one, one of other inputs, and a draft.
    let mut names: Vec<PathBuf> = files(&points).into_keys().collect();
    names.sort();
    assert_eq!(names.len(), 6, "{names:?}");
    std::fs::remove_file(points.join(&names[0])).expect("it is there");
    std::fs::write(points.join(&names[1]), b"{ \"key\": \"").expect("it can be written");
    std::fs::copy(points.join(&names[3]), points.join(&names[2])).expect("it can be copied");
    std::fs::write(points.join(".draft.1.part"), b"half").expect("it can be written");
    std::fs::remove_file(broken.join("three-rungs/sweep/points.csv")).expect("it is there");
    run(&sweep(&broken, &[]));
    same(&expected, &broken.join("three-rungs/sweep"));
}

#[test]
fn shards_put_together_are_the_whole() {
    let folder = tempfile::tempdir().expect("a place to write");
    let place = |name: &str| folder.path().join(name);
    run(&sweep(&place("whole"), &[]));
    let mut shards = Vec::new();
    for shard in ["1/3", "2/3", "3/3"] {
        let out = place(&shard.replace('/', "-"));
        let said = run(&sweep(&out, &["--shard", shard]));
        assert!(said.contains("2 points of this shard are done"), "{said}");
        shards.push(out.join("three-rungs/sweep").to_string_lossy().into_owned());
    }
    let merged = place("merged").to_string_lossy().into_owned();
    let mut arguments = vec!["merge"];
    arguments.extend(shards.iter().map(String::as_str));
    arguments.extend(["--out", &merged]);
    succeed(&arguments);
    same(&place("whole").join("three-rungs/sweep"), &place("merged").join("three-rungs/sweep"));
    // Without one of them points are missing; shards of another sweep do not belong to this one.
    let output = plimsoll(&["merge", &shards[0], &shards[2], "--out", &merged]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("2 of 6 points"));
    run(&sweep(&place("other"), &["--seed", "9", "--shard", "1/3"]));
    let other = place("other").join("three-rungs/sweep").to_string_lossy().into_owned();
    let output = plimsoll(&["merge", &shards[0], &other, "--out", &merged]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not a shard of the sweep"));
}

/// Threads for 160 requests/s of 50 ms each (eight busy on average): Erlang C gives the wait for
/// each number of threads.
#[test]
fn staffing_follows_erlang_c() {
    let folder = tempfile::tempdir().expect("a place to write");
    let out = folder.path().to_string_lossy().into_owned();
    let vary = "services.server.threads=9..12";
    let window = "window.measure=300s";
    succeed(&["sweep", MMC, "--vary", vary, "--vary", window, "--at", "--out", &out]);
    let table = folder.path().join("mmc/sweep/points.csv");
    let mut reader = csv::Reader::from_path(table).expect("it is written");
    let heads = reader.headers().expect("a first line").clone();
    let column = |name: &str| heads.iter().position(|head| head == name).expect("a column");
    assert_eq!(&heads[1], "services.server.threads");
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 4);
    for (row, threads) in rows.iter().zip(9_u32..) {
        assert_eq!(row[1], threads.to_string());
        let number = |name: &str| row[column(name)].parse::<f64>().expect("a number");
        let wait_s = mmc_mean_wait(160.0, 0.05, threads).expect("it is stable");
        let expected = (0.05 + wait_s) * 1000.0;
        let (mean, low, high) = (number("mean_ms"), number("mean_ms_low"), number("mean_ms_high"));
        // From 95 % to 99.9 %: 3.883 / 2.093, the t quantiles of twenty replications.
        let half = (high - mean).max(mean - low) * 1.855;
        assert!((mean - expected).abs() <= half, "{threads}: {expected} beside {row:?}");
        assert!((mean / expected - 1.0).abs() < 0.1, "{threads}: {mean} against {expected}");
    }
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let output = plimsoll(&[
        "sweep",
        ROW,
        "--json",
        "--vary",
        "services.shp.replicas=1,2",
        "--vary",
        "services.shop.replicas=1,some,0",
    ]);
    assert_eq!(output.status.code(), Some(2));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let findings = found["findings"].as_array().expect("a list");
    let codes: Vec<&str> = findings.iter().filter_map(|finding| finding["code"].as_str()).collect();
    for code in ["E0401", "E0104", "E0107"] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    assert!(findings.iter().all(|finding| finding["file"] == "--vary"), "{findings:?}");
    for shard in ["0/2", "3/2", "two"] {
        let arguments = ["sweep", ROW, "--vary", "load.rate=1/s", "--shard", shard];
        assert_eq!(plimsoll(&arguments).status.code(), Some(2));
    }
}

/// A plan that changes only what is varied makes the same rows under another name.
#[test]
fn variants_that_what_is_varied_makes_alike_are_shown_once() {
    let folder = tempfile::tempdir().expect("a place to write");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("it can be written");
        path.to_string_lossy().into_owned()
    };
    std::fs::create_dir(folder.path().join("plans")).expect("a folder");
    let plan = |set: &str| format!("plan: more\nabout: x\nchanges: [ {{ {set} }} ]\n");
    write("plans/more.yaml", &plan("set: services.web.threads, from: 4, to: 8"));
    let scenario = write(
        "two.yaml",
        "scenario: two\nsystem:\n  system: two\n  services:\n    web:\n      replicas: 1\n      \
         threads: 4\n      endpoints: { serve: [ delay: { exponential: 10ms, basis: assumed, source: x \
         } ] }\nvariants: { now: {}, planned: { plans: [more] } }\nload: { rate: 100/s }\ntargets: { \
         p99: 500ms }\nwindow: { warm_up: 1s, measure: 2s }\nreplications: 2\n",
    );
    let out = folder.path().join("out").to_string_lossy().into_owned();
    let rows = |more: &[&str]| {
        let mut all = vec!["sweep", &scenario, "--at", "--out", &out];
        all.extend(more);
        let output = plimsoll(&all);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{said}");
        let table = std::fs::read_to_string(folder.path().join("out/two/sweep/points.csv"));
        let left_out = said.contains("`planned` differs from `now` in nothing but what is varied");
        (table.expect("it is written").lines().count() - 1, left_out)
    };
    assert_eq!(rows(&["--vary", "services.web.threads=4,6"]), (2, true));
    assert_eq!(rows(&["--vary", "load.rate=50/s,80/s"]), (4, false));
    // Naming both requests both.
    let both = ["--vary", "services.web.threads=4,6", "--variant", "now", "--variant", "planned"];
    assert_eq!(rows(&both), (4, false));
}

#[test]
fn a_ladder_is_written_as_table_page_and_chart() {
    let folder = tempfile::tempdir().expect("a place to write");
    let out = folder.path().to_string_lossy().into_owned();
    let said = succeed(&["saturate", ROW, "--ladder", "--quick", "--json", "--out", &out]);
    let found: serde_json::Value = serde_json::from_str(&said).expect("it is JSON");
    assert_eq!(found["up_to"], 700.0);
    let rungs = found["ladder"].as_array().expect("a list");
    let first = &rungs[0];
    assert_eq!((&first["variant"], &first["rung"]), (&"system".into(), &1.into()));
    assert_eq!(first["resource"], "shop narrow connections");
    assert_eq!(first["lifted_by"][0]["setting"], "services.shop.pools.narrow.maximum");
    let place = folder.path().join("three-rungs/ladder");
    for name in ["ladder.json", "ladder.csv", "ladder.svg", "ladder.png", "report.md"] {
        assert!(place.join(name).is_file(), "{name} is missing");
    }
    // Redrawn from the results, every file is the same.
    let before = files(&place);
    let drawn = succeed(&["report", &place.to_string_lossy()]);
    assert!(drawn.trim_end().ends_with("report.html") && files(&place) == before);
    let table = std::fs::read_to_string(place.join("ladder.csv")).expect("it is written");
    assert_eq!(table.lines().count(), rungs.len() + 1);
    let output = plimsoll(&["saturate", ROW, "--ladder", "--to-mau", "5M", "--out", &out]);
    assert_eq!(output.status.code(), Some(2));
}
