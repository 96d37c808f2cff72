//! Robustness: signals, foreign files, folders in use by others, excessive inputs.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

/// One service with four threads of 10 ms: 400 requests/s.
const BASE: &str = r#"scenario: base
system:
  system: base
  services:
    web:
      replicas: 1
      threads: 4
      endpoints:
        serve:
          - delay: { exponential: 10ms, basis: assumed, source: "x" }
mixes: { only: { requests: { web.serve: 1 } } }
load: { rate: 200/s }
targets: { p99: 500ms, errors: 1% }
window: { warm_up: 1s, measure: 4s }
search: { highest: 1000/s }
replications: 2
uncertain: { samples: 2, inputs: [ { path: services.web.threads, range: [ 2, 8 ], as: value, distribution: uniform } ] }
"#;

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(arguments).env("NO_COLOR", "1").env("COLUMNS", "100");
    command
}

fn plimsoll(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the program starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A temporary folder with files, in which commands are run.
struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Bench {
        Bench(tempfile::tempdir().expect("a place to write"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_string_lossy().into_owned()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder");
        fs::write(&path, bytes).expect("it can be written");
        self.text(name)
    }

    fn json(&self, name: &str) -> Value {
        let bytes = fs::read(self.path(name)).expect("it is written");
        serde_json::from_slice(&bytes).expect("it is JSON")
    }

    /// Runs a command on a scenario, writing into `out`.
    fn study(&self, name: &str, scenario: &str, more: &[&str]) -> Output {
        let out = self.text("out");
        let mut all = vec![name, scenario, "--out", &out];
        all.extend(more);
        plimsoll(&all)
    }
}

/// Asserts that it produced an answer, whatever it is.
fn answered(output: &Output) {
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(output));
}

fn refused(output: &Output, code: &str, place: &str) {
    assert_eq!(output.status.code(), Some(2), "{}", stderr(output));
    let said = stderr(output);
    assert!(said.contains(&format!("error[{code}]")) && said.contains(place), "{place}: {said}");
}

// Signals.

/// Sends a termination signal to a process and waits for its end; with a generous timeout, since
/// other tests run at the same time.
fn ended(child: &mut Child) -> Option<i32> {
    let pid = child.id().to_string();
    let told = Command::new("kill").args(["-TERM", &pid]).status().expect("there is `kill`");
    assert!(told.success());
    for _ in 0..400 {
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    child.kill().expect("it can be killed");
    None
}

/// A study whose every replication would take an hour: 10⁹ requests.
fn endless(bench: &Bench) -> String {
    let text = BASE
        .replace(
            "load: { rate: 200/s }",
            "load: { users: { mau: 10M, daily: 100%, concurrent: 1%, calls: 1/s } }",
        )
        .replace("threads: 4", "threads: 2000")
        .replace("measure: 4s", "measure: 9000s")
        .replace("search: { highest: 1000/s }\n", "")
        + "growth: { from: 10M, monthly: 8% }\n\
           size: { free: { services.web.replicas: { values: \"1..5\", monthly_each: \"$10\" } } }\n\
           theory: [ { law: { mmc: { rate: 100k/s, service: 10ms, servers: 2000 } }, source: x, predicts: [ { measure: mean } ] } ]\n";
    bench.write("endless.yaml", text)
}

/// SIGTERM during the first replication: every command ends, marks its answer as partial, and has
/// decided nothing.
#[cfg(unix)]
#[test]
fn a_signal_ends_every_command() {
    let bench = Bench::new();
    let scenario = endless(&bench);
    let said = |name: &'static str, more: &[&'static str], mark: &'static str| {
        let out = bench.text(name);
        let mut all = vec![name, &scenario];
        if name != "validate" {
            all.extend(["--out", &out]);
        }
        all.extend(more);
        let mut child = command(&all)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // Once it reports steps it is working.
        let mut heard = BufReader::new(child.stderr.take().expect("it has one"));
        let mut told = String::new();
        while !told.contains(" step") {
            assert!(heard.read_line(&mut told).expect("text") > 0, "{name} ended: {told}");
        }
        (name, mark, child, heard, told)
    };
    let running = vec![
        said("run", &[], "partial result"),
        said("compare", &[], "partial result"),
        said("saturate", &[], "partial result"),
        said("growth", &[], "partial result"),
        said("sweep", &["--vary", "services.web.replicas=1..2"], "stopped: 0 of 2 points"),
        said("uncertain", &["--samples", "2"], "stopped: 0 of 2 samples"),
        said("size", &[], "stopped before"),
        said("validate", &[], "stopped: 0 of 1 scenarios"),
    ];
    for (name, mark, mut child, mut heard, mut told) in running {
        let code = ended(&mut child);
        let mut answer = String::new();
        child.stdout.take().expect("it has one").read_to_string(&mut answer).expect("text");
        heard.read_to_string(&mut told).expect("text");
        assert_eq!(code, Some(1), "{name}: {answer}{told}");
        assert!(answer.contains(mark) || told.contains(mark), "{name}: {answer}{told}");
    }
    for name in ["run", "compare", "saturate"] {
        for file in ["summary.json", "manifest.json"] {
            let written = bench.json(&format!("{name}/base/{name}/{file}"));
            assert_eq!(written["partial"], true, "{name} {file}");
        }
    }
    assert_eq!(bench.json("growth/base/growth/growth.json")["partial"], true);
}

/// Completed replications are kept, and unfinished ones discarded: a truncated replication would
/// have had fewer answers.
#[cfg(unix)]
#[test]
fn what_is_finished_is_kept() {
    let bench = Bench::new();
    let more = "replications: 4\nprecision: { most_replications: 10000, half_width: 0.1% }";
    let text = BASE.replace("replications: 2", more).replace("measure: 4s", "measure: 40s");
    let scenario = bench.write("precise.yaml", text);
    let out = bench.text("out");
    let mut child = command(&["run", &scenario, "--out", &out])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut heard = BufReader::new(child.stderr.take().expect("it has one"));
    let mut told = String::new();
    while !told.contains("more of the load asked about") {
        assert!(heard.read_line(&mut told).expect("text") > 0, "{told}");
    }
    assert_eq!(ended(&mut child), Some(1), "{told}");
    let summary = bench.json("out/base/run/summary.json");
    let seen = &summary["variants"][0]["at_target"]["goodput_rps"];
    assert!(seen["n"].as_u64() >= Some(4), "{summary}");
    let mean = seen["mean"].as_f64().expect("a number");
    assert!((mean - 200.0).abs() < 20.0, "{seen}");
}

// Folders.

#[test]
fn two_runs_do_not_share_a_folder() {
    let bench = Bench::new();
    let scenario = bench.write("base.yaml", BASE);
    fs::create_dir_all(bench.path("out/base/run")).expect("a folder");
    let lock = File::create(bench.path("out/base/run/.lock")).expect("it can be made");
    lock.try_lock().expect("nobody else has it");
    let output = bench.study("run", &scenario, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("another run writes here"), "{}", stderr(&output));
    // The system releases the lock of a dead process; the file remains, and so may a draft.
    drop(lock);
    bench.write("out/base/run/.report.md.17.part", "half");
    answered(&bench.study("run", &scenario, &[]));
    assert!(!bench.path("out/base/run/.report.md.17.part").exists());
}

#[test]
fn summary_and_manifest_belong_together() {
    let bench = Bench::new();
    let scenario = bench.write("base.yaml", BASE);
    answered(&bench.study("run", &scenario, &[]));
    let place = bench.text("out/base/run");
    let report = || plimsoll(&["report", &place]);
    assert_eq!(report().status.code(), Some(0), "{}", stderr(&report()));
    let (summary, manifest) =
        (bench.json("out/base/run/summary.json"), bench.json("out/base/run/manifest.json"));
    assert_eq!(summary["computed_from"], manifest["computed_from"]);
    // The number of simulations is not a number of requests.
    let page = fs::read_to_string(bench.path("out/base/run/report.md")).expect("it is written");
    let runs: u64 = manifest["engine"]["parts"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|part| part["runs"].as_u64())
        .sum();
    assert!(page.contains(&format!("events in {runs} simulations")), "{runs}: {page}");
    let text = fs::read_to_string(bench.path("out/base/run/summary.json")).expect("it is written");
    for (changed, of) in [
        (text.replace("\"n\": ", "\"n\": 1"), "an edit"),
        (text.replace("\"seed\": 1", "\"seed\": 2"), "another seed"),
    ] {
        assert_ne!(changed, text, "{of}");
        bench.write("out/base/run/summary.json", &changed);
        let output = report();
        assert_eq!(output.status.code(), Some(2), "{of}");
        assert!(stderr(&output).contains("do not belong together"), "{}", stderr(&output));
    }
    bench.write("out/base/run/summary.json", text);
    assert_eq!(report().status.code(), Some(0));
    fs::remove_file(bench.path("out/base/run/manifest.json")).expect("it was there");
    assert_eq!(report().status.code(), Some(2));
}

#[test]
fn points_that_were_changed_are_refused() {
    let bench = Bench::new();
    let scenario = bench.write("base.yaml", BASE);
    let vary = ["--vary", "load.rate=100/s,150/s"];
    let output = bench.study("sweep", &scenario, &vary);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let first = bench.json("out/base/sweep/sweep.json")["points"][0].clone();
    let file = format!("out/base/sweep/points/{}.json", first.as_str().expect("a name"));
    let whole = fs::read_to_string(bench.path(&file)).expect("it is written");
    let changed = whole.replacen("\"targets\"", "\"aims\"", 1);
    assert_ne!(changed, whole);
    bench.write(&file, changed);
    let place = bench.text("out/base/sweep");
    let elsewhere = bench.text("merged");
    for all in [vec!["merge", &place, "--out", &elsewhere], vec!["report", &place]] {
        let output = plimsoll(&all);
        assert_eq!(output.status.code(), Some(2), "{all:?}");
        assert!(stderr(&output).contains("somebody has changed it"), "{}", stderr(&output));
    }
    // The sweep itself recomputes it, with identical bytes.
    let output = bench.study("sweep", &scenario, &vary);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(fs::read_to_string(bench.path(&file)).expect("it is written") == whole);
    let output = plimsoll(&["merge", &place, "--out", &elsewhere]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

/// An answer that cannot be written is still printed.
#[cfg(unix)]
#[test]
fn nothing_is_lost_on_a_full_disk() {
    let bench = Bench::new();
    let scenario = bench.write("base.yaml", BASE);
    let output = bench.study("run", &scenario, &["--json"]);
    answered(&output);
    let before = stdout(&output);
    // A folder in the way of a file that is written late: as on a full disk, not everything can be
    // put in place.
    let page = bench.path("out/base/run/report.md");
    fs::remove_file(&page).expect("it was there");
    fs::create_dir(&page).expect("a folder");
    bench.write("out/base/run/report.md/in-the-way", "");
    let output = bench.study("run", &scenario, &["--json"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), before);
    assert!(stderr(&output).contains("cannot write to") && stderr(&output).contains("report.md"));
    let left = fs::read_dir(bench.path("out/base/run")).expect("it is there");
    let drafts = left.filter(|entry| {
        let name = entry.as_ref().expect("an entry").file_name();
        name.to_string_lossy().ends_with(".part")
    });
    assert_eq!(drafts.count(), 0);
}

// Untrusted texts.

fn is_clean(text: &str, what: &str) {
    for line in text.lines() {
        let hidden = line.chars().find(|c| {
            c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        });
        assert_eq!(hidden, None, "{what}: {line:?}");
        assert!(!line.trim_start().starts_with("::"), "{what}: {line}");
        assert!(!line.starts_with("base: the input has no errors"), "{what}: {line}");
    }
}

const FORGED: &str = r#""x\n\n::error file=a.c,line=1::forged\nbase: the input has no errors, 0 warnings \e[31m\x9b1m \u202egnp.exe\u202c \u200b ::error ::y""#;

#[test]
fn no_text_forges_a_line() {
    let bench = Bench::new();
    let replicas = format!("replicas: {{ written: 2, runs: 1, because: {FORGED} }}");
    let plan = "plan: more\nabout: ABOUT\nchanges:\n  - { set: services.web.threads, from: 4, to: 8, file: ABOUT, \
                edit: ABOUT }\n";
    bench.write("plans/more.yaml", plan.replace("ABOUT", FORGED));
    let text = BASE.replace("replicas: 1", &replicas).replace("\"x\"", FORGED).replace(
        "mixes:",
        &format!(
            "about: {FORGED}\nvariants: {{ now: {{ about: {FORGED}, plans: [ more ] }} }}\nmixes:"
        ),
    );
    let scenario = bench.write("forged.yaml", text);
    for more in [&[][..], &["--json"], &["--sarif"], &["--all"]] {
        let mut all = vec!["check", &scenario];
        all.extend(more);
        let output = plimsoll(&all);
        is_clean(&stdout(&output), "check");
        is_clean(&stderr(&output), "check");
    }
    let output = bench.study("run", &scenario, &[]);
    answered(&output);
    is_clean(&stdout(&output), "run");
    is_clean(&stderr(&output), "run");
    for entry in fs::read_dir(bench.path("out/base/run")).expect("it is written") {
        let path = entry.expect("an entry").path();
        let Ok(text) = fs::read_to_string(&path) else { continue }; // Images.
        let hidden = |c: char| c == '\u{202e}' || c == '\u{200b}' || c == '\u{1b}' || c == '\u{9b}';
        assert!(!text.contains(hidden), "{}", path.display());
    }
    // The error message quotes the input.
    let broken = BASE.replace("threads: 4", &format!("threads: {FORGED}"));
    let output = plimsoll(&["check", &bench.write("broken.yaml", broken)]);
    assert_eq!(output.status.code(), Some(2));
    is_clean(&stderr(&output), "an error");
}

/// Paths and arguments are untrusted too.
#[test]
fn no_path_forges_a_line() {
    let bench = Bench::new();
    let name = "a\n::error ::forged\u{1b}[31m.yaml";
    let output = plimsoll(&["check", &bench.text(name)]);
    assert_eq!(output.status.code(), Some(2));
    is_clean(&stderr(&output), "a path that is not there");
    let folder = bench.path("out/a\n::error ::b/run");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("summary.json"), "{").expect("it can be written");
    let output = plimsoll(&["report", &bench.text("out")]);
    assert_eq!(output.status.code(), Some(2));
    is_clean(&stderr(&output), "a folder");
    let scenario = bench.write("base.yaml", BASE);
    let output = bench.study("sweep", &scenario, &["--vary", "x\n::error ::y=\u{1b}[31m"]);
    assert_eq!(output.status.code(), Some(2));
    is_clean(&stderr(&output), "a setting");
}

#[test]
fn tables_hold_no_formulas() {
    let bench = Bench::new();
    let formula = r#""=cmd|'/C calc'!A0""#;
    let text = BASE
        .replace("\"x\"", formula)
        .replace("mixes:", &format!("variants: {{ now: {{ about: {formula} }} }}\nmixes:"));
    let scenario = bench.write("formula.yaml", text);
    let output = bench.study("run", &scenario, &[]);
    answered(&output);
    let mut formulas = 0;
    for entry in fs::read_dir(bench.path("out/base/run")).expect("it is written") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "csv") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("text");
        for line in text.lines() {
            assert!(
                !line.split(',').any(|cell| cell.trim_start_matches('"').starts_with('=')),
                "{line}"
            );
            formulas += usize::from(line.contains("'=cmd"));
        }
    }
    assert!(formulas >= 2, "the texts are in the tables");
}

// Foreign files.

/// A file that is not one of our documents is not quoted, however it is referenced, and whatever is
/// wrong with it.
#[test]
fn nothing_is_shown_of_another_file() {
    let bench = Bench::new();
    let system = "system:\n  system: base\n  services:\n    web:\n      replicas: 1\n      threads: 4\n      \
                  endpoints:\n        serve:\n          - delay: { exponential: 10ms, basis: assumed, source: \"x\" }\n";
    assert!(BASE.contains(system));
    for (name, secret) in [
        ("passwd", "root:hunter2:0:0\n\tbin: [hunter2\n"),
        ("secrets.yaml", "hunter2: hunter2\nhunter2: hunter2\npassword: hunter2\n"),
        ("list.yaml", "- hunter2\n- system: hunter2\n"),
        ("nested.yaml", "spec:\n  system: hunter2\n"),
    ] {
        let secret = bench.write(name, secret);
        let named = [
            BASE.replace(system, &format!("system: {secret}\n")),
            BASE.replace("{ exponential: 10ms,", &format!("{{ empirical: {secret},")),
        ];
        for text in named {
            let output = plimsoll(&["check", &bench.write("names.yaml", text)]);
            assert_eq!(output.status.code(), Some(2), "{name}: {}", stdout(&output));
            let said = stdout(&output) + &stderr(&output);
            assert!(!said.contains("hunter2"), "{name}: {said}");
        }
        let output = plimsoll(&["check", &secret]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(!stderr(&output).contains("hunter2"), "{name}: {}", stderr(&output));
        for folder in ["plans", "calibrations", "catalog"] {
            let place =
                bench.write(&format!("{folder}/more.yaml"), fs::read(&secret).expect("text"));
            let text = match folder {
                "plans" => format!("{BASE}variants: {{ now: {{ plans: [ more ] }} }}\n"),
                "calibrations" => format!("{BASE}calibrations: [ more ]\n"),
                _ => BASE.to_owned(),
            };
            let scenario = bench.write("names.yaml", text);
            let mut all = vec!["check", &scenario];
            let catalog = bench.text("catalog");
            if folder == "catalog" {
                all.extend(["--catalog", &catalog]);
            }
            let output = plimsoll(&all);
            refused(&output, "E0010", "more.yaml");
            assert!(!stderr(&output).contains("hunter2"), "{name} {folder}: {}", stderr(&output));
            fs::remove_file(place).expect("it was there");
        }
    }
    // A broken document of ours is shown.
    let broken = BASE.replace("threads: 4", "threads: four");
    refused(&plimsoll(&["check", &bench.write("broken.yaml", broken)]), "E0104", "threads: four");
}

#[test]
fn fonts_and_catalogues_given_by_hand_must_be_some() {
    let bench = Bench::new();
    let scenario = bench.write("base.yaml", BASE);
    let (none, text) = (bench.text("no-such"), bench.write("text.ttf", "no font"));
    let out = bench.text("out");
    let folder = bench.path("empty");
    fs::create_dir(&folder).expect("a folder");
    let folder = bench.text("empty");
    for font in [&none, &text, &folder] {
        for (name, more) in [
            ("run", &[][..]),
            ("saturate", &["--ladder"]),
            ("sweep", &["--vary", "load.rate=100/s,150/s"]),
            ("uncertain", &[]),
        ] {
            let mut all = vec![name, &scenario, "--out", &out, "--font", font];
            all.extend(more);
            let output = plimsoll(&all);
            assert_eq!(output.status.code(), Some(2), "{name} {font}: {}", stderr(&output));
            assert!(stderr(&output).contains(font.as_str()), "{}", stderr(&output));
        }
    }
    for catalog in [&none, &scenario, &folder] {
        for name in ["check", "run"] {
            let output = plimsoll(&[name, &scenario, "--catalog", catalog]);
            refused(&output, "E0001", catalog);
        }
    }
    assert!(!bench.path("out").exists(), "something was written");
}

/// For any kind of file, no command blocks or exhausts memory, and each ends with an exit code.
#[cfg(unix)]
#[test]
fn strange_files_are_refused() {
    let bench = Bench::new();
    let pipe = bench.text("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("there is `mkfifo`").success());
    let folder = bench.text("");
    let (deep, long) = ("[".repeat(100_000), "x".repeat(5 << 20));
    let cases = [
        (pipe, "E0001"),
        ("/dev/zero".to_owned(), "E0001"),
        (folder, "E0001"),
        (bench.write("nul.yaml", BASE.replace("base\n", "ba\0se\n")), "E0003"),
        (
            bench
                .write("latin.yaml", [b"scenario: caf\xe9\n".as_slice(), BASE.as_bytes()].concat()),
            "E0003",
        ),
        (bench.write("deep.yaml", format!("scenario: {deep}")), "E000"),
        (bench.write("long.yaml", format!("scenario: {long}\n")), "E0002"),
        (bench.write("scalar.yaml", BASE.replace("\"x\"", &"x".repeat(3 << 20))), "E0107"),
        (bench.write("itself.yaml", BASE.replace("threads: 4", "threads: &a 4")), "E0007"),
        (
            bench.write(
                "circle.yaml",
                "scenario: circle\nsystem: circle.yaml\nload: { rate: 1/s }\n",
            ),
            "E0",
        ),
    ];
    for (path, code) in &cases {
        let output = plimsoll(&["check", path]);
        assert_eq!(output.status.code(), Some(2), "{path}: {}", stderr(&output));
        assert!(stderr(&output).contains(&format!("error[{code}")), "{path}: {}", stderr(&output));
        assert!(output.stderr.len() < 20_000, "{path}: {} bytes", output.stderr.len());
    }
    for (path, _) in &cases[..3] {
        let names = BASE.replace("{ exponential: 10ms,", &format!("{{ empirical: {path},"));
        let output = plimsoll(&["check", &bench.write("names.yaml", names)]);
        assert_eq!(output.status.code(), Some(2), "{path}");
    }
    // Windows line ends and a byte order mark are accepted.
    let text = format!("\u{feff}{}", BASE.replace('\n', "\r\n"));
    let output = plimsoll(&["check", &bench.write("windows.yaml", text)]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

// Questions that would not terminate.

/// Searches and runs that would not terminate are rejected, by file, line and column.
#[test]
fn what_would_not_end_is_refused() {
    let bench = Bench::new();
    let search = "search: { highest: 1000/s }";
    let beyond = "measure: 4s }\nsearch: { highest: 1000/s }";
    let cases = [
        (search, "search: { resolution: 100% }", "E0107", "15:"),
        (search, "search: { resolution: 21% }", "E0107", "15:"),
        (search, "search: { resolution: 0 }", "E0107", "15:"),
        (search, "search: { resolution: -1% }", "E0107", "15:"),
        (search, "search: { highest: 0/s }", "E0107", "15:"),
        (beyond, "measure: 1d }\nsearch: { highest: 1M/s }", "E0313", "15:"),
        ("measure: 4s", "measure: 0s", "E0107", "14:"),
        ("measure: 4s", "measure: 401d", "E0107", "14:"),
        ("measure: 4s", "measure: 300d", "E0313", "14:"),
        ("rate: 200/s", "rate: 0.00000000001/s", "E0107", "12:"),
        ("rate: 200/s", "rate: 100M/s", "E0107", "12:"),
        ("replications: 2", "replications: 1", "E0107", "16:"),
        ("replications: 2", "replications: 10001", "E0107", "16:"),
        ("threads: 4", "threads: 0", "E0107", "7:"),
        ("10ms", "100000d", "E0107", "10:"),
    ];
    for (from, to, code, place) in cases {
        assert!(BASE.contains(from));
        let scenario = bench.write("much.yaml", BASE.replace(from, to));
        // The reader is the same for all commands: one of them besides `check` suffices.
        let names: &[&str] = if code == "E0313" { &["check", "compare"] } else { &["check"] };
        for name in names.iter().copied() {
            let mut all = vec![name, &scenario];
            let out = bench.text("out");
            if name == "compare" {
                all.extend(["--out", &out]);
            }
            let output = plimsoll(&all);
            refused(&output, code, &format!("much.yaml:{place}"));
        }
    }
    let many = [
        "day: { horizon: 10000h, bin: 1h, compress: 0.5 }",
        "day: { horizon: 24h, bin: 1s }",
        "day: { bin: 0s }",
        "day: { bin: 10s, replications: 10000 }",
        "precision: { most_replications: 10001 }",
        "batches: 5",
    ];
    for more in many {
        let output = plimsoll(&["check", &bench.write("much.yaml", format!("{BASE}{more}\n"))]);
        assert_eq!(output.status.code(), Some(2), "{more}: {}", stderr(&output));
    }
    let scenario = bench.write("base.yaml", BASE);
    for vary in ["load.rate=1/s..1000000/s step 1/s", "services.web.threads=1..999999"] {
        let output = bench.study("sweep", &scenario, &["--vary", vary]);
        assert_eq!(output.status.code(), Some(2), "{vary}");
    }
}

/// The target load is 200 requests/s, of 400 that four threads of 10 ms carry; an upper bound of
/// 100 for the search does not make it an overload.
#[test]
fn a_search_does_not_end_below_the_load_asked_about() {
    let bench = Bench::new();
    let text =
        BASE.replace("highest: 1000/s", "highest: 100/s").replace("measure: 4s", "measure: 30s");
    let scenario = bench.write("low.yaml", text);
    let output = bench.study("compare", &scenario, &["--json"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    assert!(stderr(&output).contains("warning[W0515]"), "{}", stderr(&output));
    let summary: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let line = &summary["variants"][0]["saturation"];
    let low = line["rps"]["low"].as_f64().expect("a number");
    assert!(low >= 200.0, "{line}");
    assert_eq!(summary["partial"], false);
}
