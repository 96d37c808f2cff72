//! The program: reads, asks the rooms, writes, and says how it went. The only room that knows the
//! terminal, the clock and the environment.

mod check;
mod growth;
mod interrupt;
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
use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::{CommandFactory, Parser};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::{Cli, Colour, Command, Language, Reading, Studying};
use crate::plain;
use crate::report::{self, EngineCost, Lang, Manifest, PartCost};
use crate::scenario::{self, Loaded};
use crate::study::result::{Axis, StudyResult, VariantResult, Verdict};
use crate::study::{Effort, Provisional, Question, SoFar, Spent, Watcher, answer_question};

const MET: u8 = 0;
const MISSED: u8 = 1;
const BAD_INPUT: u8 = 2;

/// Run the program with the arguments of the process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    interrupt::listen();
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
        Command::Report { folder, lang, font } => rewrite(&folder, lang, font.as_deref()),
        Command::Explain { code, write } => check::explain(code.as_deref(), write.as_deref()),
        Command::Schema { reference: Some(place), .. } => {
            match report::replace_file(&place, reference::page().as_bytes()) {
                Ok(()) => MET,
                Err(error) => complain(&format!("cannot write {error}")),
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
    // Whoever is told to stop has not answered, whatever was finished by then.
    ExitCode::from(if interrupt::asked() { code.max(MISSED) } else { code })
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

/// Say what is wrong, in a line or several; whatever is quoted in them is visible.
fn complain(text: &str) -> u8 {
    let lines: Vec<String> = text.trim_end().lines().map(plain::visible).collect();
    warn(&format!("error: {}", lines.join("\n")));
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
                return complain(&format!("cannot write {error}"));
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

/// Shows progress on standard error, and passes on that it is to stop.
struct Progress {
    bar: Mutex<Option<ProgressBar>>,
    terminal: bool,
}

impl Progress {
    fn new() -> Progress {
        interrupt::heed();
        Progress { bar: Mutex::new(None), terminal: std::io::stderr().is_terminal() }
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
        interrupt::asked()
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
    warn_of(&loaded, &studying.reading, studying.lang);
    let font = match font(studying.font.as_deref()) {
        Ok(font) => font,
        Err(code) => return code,
    };
    let name = question.name();
    let held = match hold(&studying.out, &loaded.study.scenario, name, true) {
        Ok(held) => held,
        Err(code) => return code,
    };
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
    let manifest = manifest(&loaded, &result, &effort, spent);
    let code = finish(studying, font, &result, &manifest);
    drop(held);
    code
}

/// Holds the folder of an answer until its end.
fn hold(out: &Path, scenario: &str, name: &str, alone: bool) -> Result<report::Held, u8> {
    report::hold(out, scenario, name, alone)
        .map_err(|error| complain(&format!("cannot write to {error}")))
}

/// Largest font \[bytes\]: those of all of Chinese, Japanese and Korean in all weights have 120 MB.
const LARGEST_FONT: u64 = 256 * 1024 * 1024;

/// The font that is named, if it is one.
fn font(named: Option<&Path>) -> Result<Option<PathBuf>, u8> {
    let Some(place) = named else { return Ok(None) };
    let bytes = report::bytes(place, LARGEST_FONT)
        .map_err(|error| complain(&format!("cannot read the font {error}")))?;
    let kinds: [&[u8]; 4] = [&[0, 1, 0, 0], b"OTTO", b"ttcf", b"true"];
    if kinds.iter().any(|kind| bytes.starts_with(kind)) {
        return Ok(Some(place.to_path_buf()));
    }
    let shown = plain::path(place);
    Err(complain(&format!("{shown} is no font: it is neither TrueType nor OpenType")))
}

/// What a result was computed from, and what it cost in clock and processor time.
fn manifest(
    loaded: &Loaded,
    result: &StudyResult,
    effort: &Effort,
    (wall_s, cpu_s): (f64, f64),
) -> Manifest {
    let inputs = loaded
        .study
        .inputs
        .iter()
        .map(|input| report::Input { path: input.path.clone(), digest: input.digest.clone() });
    Manifest {
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
        computed_from: result.computed_from.clone(),
        summary: String::new(),
    }
}

/// How pages and charts are made.
fn drawing(lang: Lang, font: Option<PathBuf>) -> report::Options {
    report::Options { lang, font, hurried: Some(interrupt::asked) }
}

/// Writes and prints the answer; prints it also where it cannot be written.
fn finish(
    studying: &Studying,
    font: Option<PathBuf>,
    result: &StudyResult,
    manifest: &Manifest,
) -> u8 {
    let lang = language(studying.lang);
    let written = report::write(result, manifest, &studying.out, &drawing(lang, font));
    for note in written.iter().flat_map(|written| &written.notes) {
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
        if let Ok(written) = &written {
            let _ = writeln!(text, "\n{}", plain::path(&written.folder));
        }
        print(text.as_bytes())
    };
    match written {
        Err(error) => complain(&format!("cannot write to {error}")),
        Ok(_) if code == MET && !met(result) => MISSED,
        Ok(_) => code,
    }
}

fn language(lang: Language) -> report::Lang {
    match lang {
        Language::En => report::Lang::En,
        Language::Ko => report::Lang::Ko,
    }
}

/// Shows the warnings of what was read.
fn warn_of(loaded: &Loaded, reading: &Reading, lang: Language) {
    if loaded.warnings.is_empty() {
        return;
    }
    let mut warnings = loaded.warnings.clone();
    for warning in &mut warnings {
        if let Some(caution) = &warning.caution {
            warning.message = report::warning(caution, language(lang));
        }
    }
    warn(&scenario::render(&warnings, coloured(reading.color, std::io::stderr().is_terminal())));
}

/// Reports drawn anew, without simulating.
fn rewrite(folder: &Path, lang: Language, font: Option<&Path>) -> u8 {
    let found = match report::reports(folder) {
        Ok(found) => found,
        Err(error) => return complain(&format!("cannot read {error}")),
    };
    if found.is_empty() {
        let text =
            "holds no report: name the folder of a study, with its `summary.json`, or one above";
        return complain(&format!("{} {text}", plain::path(folder)));
    }
    let font = match self::font(font) {
        Ok(font) => font,
        Err(code) => return code,
    };
    let options = drawing(language(lang), font);
    for folder in found {
        match report::rewrite(&folder, &options) {
            Ok(written) => {
                for note in &written.notes {
                    warn(&format!("note: {note}"));
                }
                let page = written.folder.join("report.html");
                print(format!("{}\n", plain::path(&page)).as_bytes());
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
/// asked about where a line was sought. A study that was stopped has decided nothing, nor has one without a
/// verdict on its targets.
fn met(result: &StudyResult) -> bool {
    let judged = |last: &VariantResult| result.targets.is_empty() || !last.verdicts.is_empty();
    if result.partial || !result.variants.last().is_some_and(judged) {
        return false;
    }
    let Some(last) = result.variants.last() else { return false };
    let line = last.saturation.as_ref();
    let day = last.day_answer.as_ref().and_then(|answer| answer.verdict);
    last.verdicts.iter().all(|verdict| verdict.verdict == Verdict::Met)
        && day.is_none_or(|verdict| verdict == Verdict::Met)
        && line.is_none_or(|line| line.rps.low >= result.target_load.rps)
}

/// Processor time of this process so far \[s\]; 0 where the system does not tell.
fn cpu_seconds() -> f64 {
    cpu_time::ProcessTime::try_now().map_or(0.0, |time| time.as_duration().as_secs_f64())
}
