//! The program from a user's perspective: help, exit codes, output streams.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Output of each command; `TRYCMD=overwrite cargo test --test cli` updates it.
#[test]
fn what_is_printed() {
    trycmd::TestCases::new().env("COLUMNS", "100").env("NO_COLOR", "1").case("tests/cmd/*.trycmd");
}

fn plimsoll(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(arguments)
        .env("NO_COLOR", "1")
        .output()
        .expect("the program starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs a small study into `out`, with further arguments.
fn study(command: &str, scenario: &str, out: &Path, more: &[&str]) -> Output {
    let out = out.to_string_lossy();
    let mut arguments = vec![command, scenario, "--out", &out];
    arguments.extend(more);
    plimsoll(&arguments)
}

const MM1: &str = "scenarios/textbook/mm1.yaml";
const LAG: &str = "scenarios/textbook/partition-lag.yaml";

fn parse(text: &[u8]) -> Value {
    serde_json::from_slice(text).expect("it is JSON")
}

fn valid(summary: &Value) {
    let schema = std::fs::read("scenarios/schema/summary.json").expect("it is committed");
    let validator = jsonschema::draft7::new(&parse(&schema)).expect("it is a schema");
    let problems: Vec<String> = validator
        .iter_errors(summary)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{problems:?}");
    assert!(!validator.is_valid(&serde_json::json!({})), "the schema accepts nonsense");
}

/// Exit code 0: the target is met; `--json` prints the summary and nothing else; the seed is the
/// requested one.
#[test]
fn a_study_that_meets_its_targets() {
    let folder = tempfile::tempdir().expect("a place to write");
    let output = study("run", MM1, folder.path(), &["--json", "--seed", "5"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let summary = parse(&output.stdout);
    valid(&summary);
    assert_eq!((&summary["scenario"], &summary["study"]), (&"mm1".into(), &"run".into()));
    assert_eq!((&summary["seed"], &summary["confidence"]), (&5.into(), &0.95.into()));
    assert_eq!(summary["targets"][0]["metric"], "p95_ms");
    let variant = &summary["variants"][0];
    assert_eq!(variant["verdicts"][0]["verdict"], "met");
    // Twenty replications, and more where they are not precise enough.
    let n = variant["at_target"]["p95_ms"]["n"].as_u64();
    assert!(matches!(n, Some(20 | 40 | 80)), "{n:?}");
    assert_eq!(variant["saturation"], Value::Null);
    let written = std::fs::read(folder.path().join("mm1/run/summary.json")).expect("it is written");
    assert_eq!(written, output.stdout);
    let manifest =
        std::fs::read(folder.path().join("mm1/run/manifest.json")).expect("it is written");
    let manifest = parse(&manifest);
    assert_eq!((&manifest["seed"], &manifest["partial"]), (&5.into(), &false.into()));
}

/// Exit code 1: two replications of a minute cannot distinguish a p95 of 150 ms from one of 151 ms.
#[test]
fn a_study_that_decides_nothing() {
    let folder = tempfile::tempdir().expect("a place to write");
    let text = std::fs::read_to_string(MM1).expect("it comes with the program");
    let text = text
        .replace("p95: 200ms", "p95: 151ms")
        .replace("measure: 1200s", "measure: 60s")
        .replace("replications: 20", "replications: 2");
    let file = folder.path().join("close.yaml");
    std::fs::write(&file, text).expect("a place to write");
    let file = file.to_string_lossy();
    let output = study("run", &file, folder.path(), &["--json", "--seed", "5", "--quick"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let verdict = &parse(&output.stdout)["variants"][0]["verdicts"][0];
    assert_eq!((&verdict["verdict"], &verdict["estimate"]["n"]), (&"undecided".into(), &2.into()));
}

/// Exit code 1: the target is missed. No partial files are left.
#[test]
fn a_study_that_misses_its_targets() {
    let folder = tempfile::tempdir().expect("a place to write");
    let output = study("run", LAG, folder.path(), &["--quick"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stdout(&output).contains("missed"), "{}", stdout(&output));
    let place = folder.path().join("partition-lag").join("run");
    assert!(stdout(&output).ends_with(&format!("\n{}\n", place.display())), "{}", stdout(&output));
    let mut names: Vec<String> = std::fs::read_dir(&place)
        .expect("it is written")
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    names.sort();
    for name in ["manifest.json", "report.md", "stations.csv", "summary.json", "variants.csv"] {
        assert!(names.iter().any(|other| other == name), "no {name} in {names:?}");
    }
    assert!(!names.iter().any(|name| name.contains("part")), "{names:?}");
}

/// Results are independent of the number of threads, for all questions.
#[test]
fn results_do_not_depend_on_threads() {
    let folder = tempfile::tempdir().expect("a place to write");
    for (command, scenario) in [("run", MM1), ("saturate", MM1), ("run", LAG)] {
        let [one, two, four] = ["1", "2", "4"].map(|threads| {
            let output = study(
                command,
                scenario,
                folder.path(),
                &["--json", "--quick", "--threads", threads],
            );
            assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(&output));
            output.stdout
        });
        valid(&parse(&one));
        assert!(one == two && one == four, "{command} {scenario} depends on the number of threads");
    }
}

/// Another seed gives other users: the check above would not detect a constant.
#[test]
fn results_depend_on_the_seed() {
    let folder = tempfile::tempdir().expect("a place to write");
    let [first, second] = ["1", "2"].map(|seed| {
        study("run", MM1, folder.path(), &["--json", "--quick", "--seed", seed]).stdout
    });
    assert_ne!(
        parse(&first)["variants"][0]["at_target"]["p95_ms"],
        parse(&second)["variants"][0]["at_target"]["p95_ms"]
    );
}

#[test]
fn a_result_folder_that_cannot_be_written() {
    let folder = tempfile::tempdir().expect("a place to write");
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").expect("a place to write");
    // A file in place of the folder, and one in place of the scenario's folder.
    let output = study("run", MM1, &file, &["--quick"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("error: cannot write to"), "{}", stderr(&output));
    assert!(stderr(&output).contains(&*file.to_string_lossy()), "{}", stderr(&output));
    let inside = folder.path().join("results");
    std::fs::create_dir(&inside).expect("a place to write");
    std::fs::write(inside.join("mm1"), "in the way").expect("a place to write");
    let output = study("run", MM1, &inside, &["--quick"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("error: cannot write to"), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(&file).expect("it is still there"), "in the way");
}

/// Invalid input has no side effects: exit code 2, and not even the folder is created.
#[test]
fn bad_input_writes_nothing() {
    let folder = tempfile::tempdir().expect("a place to write");
    let out = folder.path().join("results");
    for scenario in ["no/such.yaml", "tests/invalid/many.yaml", "tests/invalid/E0004.yaml", "src"] {
        for command in ["run", "compare", "saturate"] {
            let output = study(command, scenario, &out, &[]);
            assert_eq!(output.status.code(), Some(2), "{command} {scenario}");
            assert!(stderr(&output).contains("error["), "{}", stderr(&output));
            assert_eq!(stdout(&output), "");
            assert!(!out.exists(), "{command} {scenario} wrote something");
        }
    }
    let output = study("run", MM1, &out, &["--font", "no/such.ttf"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no/such.ttf") && !out.exists(), "{}", stderr(&output));
}

#[test]
fn problems_as_json() {
    let output = plimsoll(&["check", "tests/invalid/many.yaml", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    let findings = parse(&output.stdout);
    let first = &findings["findings"][0];
    assert_eq!(first["severity"], "error");
    for key in ["code", "message", "file", "line", "column"] {
        assert!(!first[key].is_null(), "{key} of {first}");
    }
    assert!(findings["findings"].as_array().is_some_and(|list| list.len() > 3), "{findings}");
}

/// The committed schemas are those of this program; `plimsoll schema --write scenarios/schema`
/// updates them.
#[test]
fn schemas_are_those_committed() {
    let folder = tempfile::tempdir().expect("a place to write");
    let place = folder.path().to_string_lossy();
    let output = plimsoll(&["schema", "--write", &place]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let names = stdout(&plimsoll(&["schema"]));
    assert!(names.lines().count() >= 6, "{names}");
    for name in names.lines() {
        let read =
            |folder: &Path| std::fs::read_to_string(folder.join(format!("{name}.json"))).ok();
        let generated = read(folder.path());
        assert!(generated.is_some(), "{name} is not written");
        let committed = read(Path::new("scenarios/schema"));
        assert!(generated == committed, "scenarios/schema/{name}.json is stale");
        assert_eq!(Some(stdout(&plimsoll(&["schema", name]))), generated);
    }
    let output = plimsoll(&["schema", "--write", "no/such/folder"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no/such/folder"), "{}", stderr(&output));
}

#[test]
fn completions_and_manual() {
    for (shell, mark) in
        [("bash", "complete -F"), ("zsh", "#compdef plimsoll"), ("fish", "complete -c")]
    {
        let output = plimsoll(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains(mark), "{shell}: {}", stdout(&output));
        assert!(stdout(&output).contains("saturate"), "{shell} knows no commands");
    }
    let manual = plimsoll(&["man"]);
    assert_eq!(manual.status.code(), Some(0));
    assert!(stdout(&manual).contains(".TH plimsoll"), "{}", stdout(&manual));
}

/// The scenario shown in README.md runs.
#[test]
fn the_scenario_of_the_readme_runs() {
    let readme = std::fs::read_to_string("README.md").expect("it comes with the program");
    let block = readme.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next());
    let folder = tempfile::tempdir().expect("a place to write");
    let scenario = folder.path().join("shop.yaml");
    std::fs::write(&scenario, block.expect("README.md shows a scenario"))
        .expect("it can be written");
    let scenario = scenario.to_string_lossy();
    let checked = plimsoll(&["check", &scenario]);
    assert_eq!(checked.status.code(), Some(0), "{}", stderr(&checked));
    assert_eq!(stderr(&checked), "", "the first example a reader meets has warnings");
    let output = study("saturate", &scenario, folder.path(), &["--json", "--quick"]);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(&output));
    let summary = parse(&output.stdout);
    valid(&summary);
    let lines: Vec<f64> = (0..2)
        .filter_map(|variant| summary["variants"][variant]["saturation"]["rps"]["mean"].as_f64())
        .collect();
    assert!(lines.len() == 2 && lines[1] > lines[0], "the plan moves the line: {lines:?}");
}

/// Returns the fenced code blocks of a language in a page of the documents.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let text = std::fs::read_to_string(page).expect("it comes with the program");
    let fence = format!("```{language}\n");
    let inside = |rest: &str| rest.split("```").next().unwrap_or_default().to_owned();
    text.split(&fence).skip(1).map(inside).collect()
}

/// The files of the tutorial run, and their answers respect the bounds that it computes by hand.
#[test]
fn the_tutorial_is_true() {
    let folder = tempfile::tempdir().expect("a place to write");
    let scenario = folder.path().join("shop.yaml");
    let place = scenario.to_string_lossy().into_owned();
    let files = blocks("docs/tutorial.md", "yaml");
    assert_eq!(files.len(), 2);
    // 2 cores / 5 ms, and 20 connections / somewhat more than 60 ms.
    for (file, bound, resource) in
        [(&files[0], 400.0, "order CPU"), (&files[1], 20.0 / 0.060, "order master connections")]
    {
        std::fs::write(&scenario, file).expect("it can be written");
        let checked = plimsoll(&["check", &place]);
        assert_eq!((checked.status.code(), stderr(&checked)), (Some(0), String::new()));
        let output = study("saturate", &place, folder.path(), &["--json", "--quick"]);
        let line = &parse(&output.stdout)["variants"][0]["saturation"];
        let end = |name: &str| line["rps"][name].as_f64().expect("a number");
        let (low, high) = (end("low"), end("high"));
        assert!(low < bound && high > bound / 2.0, "{low} to {high}, not below {bound}");
        assert_eq!(line["resource"], resource);
    }
    let texts = blocks("docs/tutorial.md", "text");
    let (pools, variants) = texts[2].split_once("...\n").expect("two places of the file");
    let (old_load, old_pool) =
        ("load: { rate: 300/s }", "master: { kind: hikaricp-5.1, database: order-db }");
    let pool = pools.lines().last().expect("a pool").trim();
    assert!(files[1].contains(old_load) && files[1].contains(old_pool));
    let whole = files[1].replace(old_load, texts[0].trim()).replace(old_pool, pool) + variants;
    std::fs::create_dir(folder.path().join("plans")).expect("a folder");
    std::fs::write(folder.path().join("plans/bigger-pool.yaml"), &texts[1]).expect("a plan");
    std::fs::write(&scenario, whole).expect("it can be written");
    let checked = plimsoll(&["check", &place]);
    assert_eq!(checked.status.code(), Some(0), "{}", stderr(&checked));
    assert!(stdout(&checked).contains("its one edit changes what runs"), "{}", stdout(&checked));
}

/// A report is redrawn in another language from a study's results, at or below the given folder.
#[test]
fn a_report_is_drawn_anew() {
    let folder = tempfile::tempdir().expect("a place to write");
    let output = study("run", MM1, folder.path(), &["--quick"]);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(&output));
    let place = folder.path().join("mm1/run");
    let read = |name: &str| std::fs::read_to_string(place.join(name)).expect("it is written");
    let (page, summary) = (read("report.html"), read("summary.json"));
    assert!(page.contains("<html lang=\"en\">"), "{page}");
    let above = folder.path().to_string_lossy().into_owned();
    let drawn = plimsoll(&["report", &above, "--lang", "ko"]);
    assert_eq!(drawn.status.code(), Some(0), "{}", stderr(&drawn));
    assert!(stdout(&drawn).trim_end().ends_with("report.html"), "{}", stdout(&drawn));
    assert!(read("report.html").contains("<html lang=\"ko\">") && read("summary.json") == summary);
    assert!(read("report.md").contains("## 결론"));
    // Identical to the one written by the study, in its language.
    let drawn = plimsoll(&["report", &place.to_string_lossy()]);
    assert_eq!(drawn.status.code(), Some(0), "{}", stderr(&drawn));
    assert!(read("report.html") == page, "the page is not the one the study wrote");
    let empty = tempfile::tempdir().expect("a place without a report");
    let drawn = plimsoll(&["report", &empty.path().to_string_lossy()]);
    assert_eq!(drawn.status.code(), Some(2));
    assert!(stderr(&drawn).contains("holds no report"), "{}", stderr(&drawn));
}

/// A pool with a timeout below 250 ms does not start: `check` and all simulating commands report it
/// wherever it is set, with its place and a remedy.
#[test]
fn a_time_out_that_the_pool_refuses_is_refused_wherever_it_is_set() {
    let folder = tempfile::tempdir().expect("a place to write");
    let place = folder.path().join("s.yaml");
    let path = place.to_string_lossy().into_owned();
    std::fs::create_dir(folder.path().join("plans")).expect("a folder");
    let plan = "plan: short\nchanges:\n  - { set: services.web.pools.main.connection_timeout, from: 30s, \
                to: 200ms }\n";
    std::fs::write(folder.path().join("plans/short.yaml"), plan).expect("a plan");
    let kinds = "connection_pools:\n  hasty: { maximum: 10, connection_timeout: 100ms, idle_timeout: 600s, \
                 growth_pause: 30ms, housekeeping: 30s, basis: vendor, source: x }\n";
    std::fs::create_dir(folder.path().join("kinds")).expect("a folder");
    std::fs::write(folder.path().join("kinds/hasty.yaml"), kinds).expect("a catalogue");
    let kinds = folder.path().join("kinds").to_string_lossy().into_owned();
    let write = |timeout: &str, more: &str| {
        let text = format!(
            "scenario: s\nsystem:\n  system: s\n  services:\n    web:\n      pools:\n        main: {{ database: db, \
             {timeout} }}\n      endpoints:\n        get: [ transaction: {{ pool: main, read_only: true, steps: [ delay: \
             {{ constant: 5ms, basis: assumed, source: x }} ] }} ]\n  databases: {{ db: {{ cpu: 1 }} }}\nload: {{ \
             rate: 10/s }}\ntargets: {{ p99: 1s }}\nwindow: {{ warm_up: 1s, measure: 2s }}\nreplications: 2\n{more}"
        );
        std::fs::write(&place, text).expect("it can be written");
    };
    let refused = |arguments: &[&str], said: &str, at: &str| {
        let output = plimsoll(arguments);
        let errors = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        assert!(errors.contains("error[E0107]") && errors.contains(said), "{errors}");
        assert!(errors.contains(at), "{at}: {errors}");
    };
    let below = |millis: u32| format!("`connection_timeout` of {millis} ms is below the 250 ms");
    write("connection_timeout: 250ms", "");
    assert_ne!(plimsoll(&["check", &path]).status.code(), Some(2));
    write("connection_timeout: 249ms", "");
    refused(&["check", &path], &below(249), "s.yaml:7:");
    refused(&["check", &path], "write `250ms` or more", "s.yaml:7:");
    write("connection_timeout: 0", "");
    refused(&["check", &path], "there 0 means to wait for ever", "s.yaml:7:");
    write("kind: hasty", "");
    refused(&["check", &path, "--catalog", &kinds], &below(100), "s.yaml:7:");
    write("connection_timeout: 30s", "variants: { now: {}, short: { plans: [short] } }\n");
    refused(&["check", &path], &below(200), "short.yaml:3:");
    let day = "day:\n  bin: 1m\n  timeline:\n    - { at: 1h, what: { apply: { plan: short } } }\n";
    write("connection_timeout: 30s", day);
    refused(&["check", &path], &below(200), "short.yaml:3:");
    write("connection_timeout: 30s", "");
    let vary = "services.web.pools.main.connection_timeout=300ms,100ms";
    let out = folder.path().join("out").to_string_lossy().into_owned();
    refused(&["sweep", &path, "--vary", vary, "--out", &out], &below(100), "E0107");
    let free = "size:\n  free:\n    services.web.pools.main.connection_timeout: { values: [100ms, 300ms], \
                monthly_each: $1 }\n";
    write("connection_timeout: 30s", free);
    let output = plimsoll(&["size", &path, "--quick", "--out", &out]);
    let (found, errors) = (stdout(&output), stderr(&output));
    assert_eq!(output.status.code(), Some(0), "{errors}");
    assert!(found.contains("connection_timeout: 30s → 300ms"), "{found}");
}
