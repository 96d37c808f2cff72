//! The program: reads, asks the rooms, writes, and says how it went. The only room that knows the
//! terminal, the clock and the environment.

mod check;
mod growth;
mod ladder;
mod reference;
mod size;
mod sweep;
mod uncertain;
mod validate;

use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::{CommandFactory, Parser};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::{Cli, Colour, Command, Language, Reading, Studying};
use crate::report::{self, EngineCost, Manifest, PartCost};
use crate::scenario::{self, Loaded};
use crate::study::result::{Axis, StudyResult, Verdict};
use crate::study::{Effort, Provisional, Question, SoFar, Spent, Watcher, answer_question};

const MET: u8 = 0;
const MISSED: u8 = 1;
const BAD_INPUT: u8 = 2;

/// Run the program with the arguments of the process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let code = match cli.command {
        Command::Check(checking) => check::check(&checking),
        Command::Run(studying) => study(&studying, Question::Run, false),
        Command::Compare(comparing) => {
            study(&comparing.studying, Question::Compare, comparing.contributions)
        }
        Command::Saturate(asked) if asked.ladder => ladder::ladder(&asked),
        Command::Saturate(asked) => study(&asked.studying, Question::Saturate, false),
        Command::Size(sizing) => size::size(&sizing),
        Command::Sweep(sweeping) => sweep::sweep(&sweeping),
        Command::Merge(merging) => sweep::merge(&merging),
        Command::Uncertain(doubting) => uncertain::uncertain(&doubting),
        Command::Growth(growing) => growth::growth(&growing),
        Command::Validate(validating) => validate::validate(&validating),
        Command::Report { folder, lang, font } => rewrite(&folder, lang, font),
        Command::Explain { code, write } => check::explain(code.as_deref(), write.as_deref()),
        Command::Schema { reference: Some(place), .. } => {
            match report::replace_file(&place, reference::page().as_bytes()) {
                Ok(()) => MET,
                Err(error) => complain(&format!("cannot write {}: {error}", place.display())),
            }
        }
        Command::Schema { name, write, .. } => schema(name.as_deref(), write.as_deref()),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "plimsoll", &mut script);
            print(&script)
        }
        Command::Man => {
            let mut page = Vec::new();
            match clap_mangen::Man::new(Cli::command()).render(&mut page) {
                Ok(()) => print(&page),
                Err(error) => complain(&error.to_string()),
            }
        }
    };
    ExitCode::from(code)
}

/// Write to standard output; a reader that has gone away is no error.
fn print(bytes: &[u8]) -> u8 {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => MET,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => MET,
        Err(error) => complain(&format!("cannot write the answer: {error}")),
    }
}

/// Write to standard error; if even that fails there is nobody to tell.
fn warn(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

fn complain(text: &str) -> u8 {
    warn(&format!("error: {text}"));
    BAD_INPUT
}

#[expect(clippy::disallowed_methods, reason = "the command line honours NO_COLOR")]
fn coloured(colour: Colour, terminal: bool) -> bool {
    match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            terminal && std::env::var("NO_COLOR").map_or(true, |value| value.is_empty())
        }
    }
}

fn options(reading: &Reading) -> scenario::Options {
    scenario::Options {
        catalog: reading.catalog.clone(),
        seed: reading.seed,
        quick: reading.quick,
        ..scenario::Options::default()
    }
}

fn load(reading: &Reading, contributions: bool, check_only: bool) -> Result<Loaded, u8> {
    let options = scenario::Options { contributions, check_only, ..options(reading) };
    scenario::load(&reading.scenario, &options).map_err(|problems| refuse(reading, &problems))
}

/// Say what is wrong with the input.
fn refuse(reading: &Reading, problems: &[scenario::Problem]) -> u8 {
    if reading.json {
        print(check::findings(problems, None).as_bytes());
    } else {
        let colour = coloured(reading.color, std::io::stderr().is_terminal());
        warn(&scenario::render(problems, colour));
    }
    BAD_INPUT
}

fn schema(name: Option<&str>, folder: Option<&Path>) -> u8 {
    let mut all = scenario::schemas();
    all.push(("summary", crate::study::schema::summary()));
    let text = |schema: &serde_json::Value| format!("{schema:#}\n");
    if let Some(folder) = folder {
        for (name, schema) in &all {
            let path = folder.join(format!("{name}.json"));
            if let Err(error) = report::replace_file(&path, text(schema).as_bytes()) {
                return complain(&format!("cannot write {}: {error}", path.display()));
            }
        }
        return MET;
    }
    let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
    let Some(name) = name else { return print(format!("{}\n", names.join("\n")).as_bytes()) };
    match all.iter().find(|(other, _)| *other == name) {
        Some((_, schema)) => print(text(schema).as_bytes()),
        None => complain(&format!("there is no schema `{name}`; there are {}", names.join(", "))),
    }
}

/// Shows progress on standard error and hears Ctrl-C.
struct Progress {
    stop: Arc<AtomicBool>,
    bar: Mutex<Option<ProgressBar>>,
    terminal: bool,
}

impl Progress {
    fn new() -> Progress {
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        // The first Ctrl-C ends the study at the next step and keeps what is there, the second at once.
        let heard = ctrlc::set_handler(move || {
            if flag.swap(true, Ordering::SeqCst) {
                std::process::exit(130);
            }
            warn("stopping after the steps under way; once more to stop at once");
        });
        if let Err(error) = heard {
            warn(&format!("warning: Ctrl-C will not keep partial results: {error}"));
        }
        Progress { stop, bar: Mutex::new(None), terminal: std::io::stderr().is_terminal() }
    }

    fn end(&self) {
        if let Ok(mut bar) = self.bar.lock()
            && let Some(bar) = bar.take()
        {
            bar.finish_and_clear();
        }
    }
}

impl Watcher for Progress {
    fn begin(&self, what: &str, steps: u64) {
        self.end();
        if !self.terminal {
            warn(&format!("{what}: {steps} steps"));
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
        let style =
            ProgressStyle::with_template("{spinner} {msg:44} [{bar:30}] {pos}/{len}, {eta} left");
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        if let Ok(mut place) = self.bar.lock() {
            *place = Some(bar);
        }
    }

    fn step(&self) {
        if let Ok(bar) = self.bar.lock()
            && let Some(bar) = bar.as_ref()
        {
            bar.inc(1);
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn provisional(&self, found: &Provisional<'_>) {
        let text = provisional(found);
        // Above the bar, where there is one.
        match self.bar.lock().as_deref() {
            Ok(Some(bar)) => bar.println(text),
            _ => warn(&text),
        }
    }
}

/// What is known so far, in a line.
fn provisional(found: &Provisional<'_>) -> String {
    let unit = match found.axis {
        Axis::Records => "records/s",
        Axis::Requests | Axis::Closed => "RPS",
    };
    let load = |load: f64| format!("{load:.*} {unit}", if load < 10.0 { 2 } else { 0 });
    let variant = found.variant;
    match found.line {
        SoFar::AtMost(most, station) => {
            format!(
                "provisional: {variant} saturates at {} at most, where {station} is full",
                load(most)
            )
        }
        SoFar::About { load: mean, of, all } => {
            format!(
                "provisional: {variant} saturates at about {} ({of} of {all} replications)",
                load(mean)
            )
        }
    }
}

/// A pool of so many threads; of all cores without a number.
fn threads(count: Option<u16>) -> Result<rayon::ThreadPool, u8> {
    let mut pool = rayon::ThreadPoolBuilder::new();
    if let Some(count) = count {
        pool = pool.num_threads(usize::from(count));
    }
    pool.build().map_err(|error| complain(&format!("cannot start threads: {error}")))
}

#[expect(clippy::disallowed_methods, reason = "the manifest states what the study cost")]
fn study(studying: &Studying, question: Question, contributions: bool) -> u8 {
    let mut loaded = match load(&studying.reading, contributions, false) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    crate::audit::price_claims(&mut loaded);
    if !loaded.warnings.is_empty() {
        let colour = coloured(studying.reading.color, std::io::stderr().is_terminal());
        warn(&scenario::render(&loaded.warnings, colour));
    }
    if let Some(font) = &studying.font
        && let Err(error) = std::fs::metadata(font)
    {
        return complain(&format!("cannot read the font {}: {error}", font.display()));
    }
    if let Err(error) = std::fs::create_dir_all(&studying.out) {
        return complain(&format!("cannot write to {}: {error}", studying.out.display()));
    }
    let pool = match threads(studying.threads) {
        Ok(pool) => pool,
        Err(code) => return code,
    };
    let progress = Progress::new();
    let (begun, cpu) = (Instant::now(), cpu_seconds());
    let (mut result, effort) = pool.install(|| answer_question(&loaded.study, question, &progress));
    crate::audit::price(&loaded, &mut result);
    progress.end();
    let spent = (begun.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    finish(studying, &loaded, &result, &effort, spent)
}

fn finish(
    studying: &Studying,
    loaded: &Loaded,
    result: &StudyResult,
    effort: &Effort,
    (wall_s, cpu_s): (f64, f64),
) -> u8 {
    let inputs = loaded
        .study
        .inputs
        .iter()
        .map(|input| report::Input { path: input.path.clone(), digest: input.digest.clone() });
    let manifest = Manifest {
        version: env!("CARGO_PKG_VERSION").into(),
        seed: result.seed,
        inputs: inputs.collect(),
        engine: EngineCost {
            events: effort.events,
            completions: effort.completions,
            cpu_s,
            wall_s,
            parts: effort.parts.iter().map(part_cost).collect(),
        },
        settings: loaded.study.settings.clone(),
        command: std::env::args().collect(),
        partial: effort.stopped,
        left_out: 0,
    };
    let lang = language(studying.lang);
    let options = report::Options { lang, font: studying.font.clone() };
    let written = match report::write(result, &manifest, &studying.out, &options) {
        Ok(written) => written,
        Err(error) => {
            return complain(&format!("cannot write to {}: {error}", studying.out.display()));
        }
    };
    for note in &written.notes {
        warn(&format!("note: {note}"));
    }
    let code = if studying.reading.json {
        match report::json(result) {
            Ok(json) => print(json.as_bytes()),
            Err(error) => complain(&error.to_string()),
        }
    } else {
        let colour = coloured(studying.reading.color, std::io::stdout().is_terminal());
        let mut text = report::text(result, lang, colour);
        let _ = writeln!(text, "\n{}", written.folder.display());
        print(text.as_bytes())
    };
    if code == MET && !met(result) { MISSED } else { code }
}

fn language(lang: Language) -> report::Lang {
    match lang {
        Language::En => report::Lang::En,
        Language::Ko => report::Lang::Ko,
    }
}

/// Reports drawn anew, without simulating.
fn rewrite(folder: &Path, lang: Language, font: Option<PathBuf>) -> u8 {
    let found = match report::reports(folder) {
        Ok(found) => found,
        Err(error) => return complain(&format!("cannot read {error}")),
    };
    if found.is_empty() {
        let text =
            "holds no report: name the folder of a study, with its `summary.json`, or one above";
        return complain(&format!("{} {text}", folder.display()));
    }
    if let Some(font) = &font
        && let Err(error) = std::fs::metadata(font)
    {
        return complain(&format!("cannot read the font {}: {error}", font.display()));
    }
    let options = report::Options { lang: language(lang), font };
    for folder in found {
        match report::rewrite(&folder, &options) {
            Ok(written) => {
                for note in &written.notes {
                    warn(&format!("note: {note}"));
                }
                print(format!("{}\n", written.folder.join("report.html").display()).as_bytes());
            }
            Err(error) => return complain(&format!("cannot draw the report anew: {error}")),
        }
    }
    MET
}

fn part_cost(spent: &Spent) -> PartCost {
    PartCost { part: spent.part.name().into(), runs: spent.runs, events: spent.events }
}

/// Whether the last variant meets every target, at a steady load and over the day, and carries the load
/// asked about where a line was sought.
fn met(result: &StudyResult) -> bool {
    let Some(last) = result.variants.last() else { return false };
    let line = last.saturation.as_ref();
    let day = last.day_answer.as_ref().and_then(|answer| answer.verdict);
    last.verdicts.iter().all(|verdict| verdict.verdict == Verdict::Met)
        && day.is_none_or(|verdict| verdict == Verdict::Met)
        && line.is_none_or(|line| line.rps.low >= result.target_load.rps)
}

/// Processor time of this process so far \[s\]; 0 where the system does not tell.
fn cpu_seconds() -> f64 {
    // /proc/self/stat: after the command in parentheses, fields 14 and 15 in ticks of 10 ms.
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else { return 0.0 };
    let Some((_, fields)) = stat.rsplit_once(')') else { return 0.0 };
    let ticks: f64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}
