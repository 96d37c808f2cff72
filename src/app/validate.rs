//! `plimsoll validate`: compares scenarios with theory.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use super::error::{AppError, Context, Ending};
use super::progress::Progress;
use super::session::threads;
use super::terminal::{print, warn};
use crate::cli::ValidateArgs;
use crate::plain;
use crate::report::{self, Opinion};
use crate::scenario::{self, Loaded};
use crate::study::coverage::{Covered, coverage, truth};
use crate::study::setup::Study;
use crate::study::validate::{Case, examine};
use crate::study::{Quiet, Watcher};
use crate::units::Span;

/// Largest file of results from other tools \[bytes\].
const LARGEST_PEERS: u64 = 16 * 1024 * 1024;
/// Largest number of scenarios per call.
const MOST_SCENARIOS: usize = 1_000;

pub(super) fn validate(args: &ValidateArgs) -> Result<Ending, AppError> {
    let opinions = args.peers.as_deref().map_or(Ok(Vec::new()), peers)?;
    let studies = studies(args, &opinions)?;
    if studies.is_empty() {
        let text = "none of these scenarios states theory: write a `theory` block";
        return Err(AppError::Asked(text.into()));
    }
    let pool = threads(args.threads)?;
    if args.lines {
        return pool.install(|| lines(args, &studies));
    }
    let progress = Progress::new();
    progress.begin("scenarios beside their theory", studies.len() as u64);
    let cases = pool.install(|| examined(&studies, &opinions, &progress));
    progress.end();
    let all = cases.len();
    let cases: Vec<Case> = cases.into_iter().flatten().collect();
    let whole = cases.len() == all;
    // An incomplete table would look like a complete one.
    if let Some(file) = args.write.as_deref().filter(|_| whole) {
        let page = report::validation_page(&cases, &opinions, &command(args));
        report::replace_file(file, page.as_bytes()).context("cannot write")?;
    }
    show(args, &cases, || report::validation_text(&cases, &opinions))?;
    if !whole {
        warn(&format!("stopped: {} of {all} scenarios were examined", cases.len()));
    }
    Ok(Ending::of(whole && report::validation_holds(&cases, &opinions)))
}

/// Returns each scenario compared with theory; `None` for those that were not finished.
fn examined(studies: &[Study], opinions: &[Opinion], progress: &Progress) -> Vec<Option<Case>> {
    let one = |study: &Study| {
        if progress.stopped() {
            return None;
        }
        let wanted: Vec<_> = opinions
            .iter()
            .filter(|opinion| opinion.scenario == study.scenario)
            .map(|opinion| (opinion.measure, opinion.at.clone()))
            .collect();
        let case = examine(study, &wanted, &Quiet(progress));
        progress.step();
        // A case stopped half-way lacks numbers.
        (!progress.stopped()).then_some(case)
    };
    studies.par_iter().with_max_len(1).map(one).collect()
}

/// Measures the coverage of confidence intervals of the line.
fn lines(args: &ValidateArgs, studies: &[Study]) -> Result<Ending, AppError> {
    let studies: Vec<&Study> = studies.iter().filter(|study| truth(study).is_some()).collect();
    if studies.is_empty() {
        let text = "none of these scenarios states theory of its line";
        return Err(AppError::Asked(text.into()));
    }
    let progress = Progress::new();
    let all = studies.len() as u64 * args.window.len() as u64 * u64::from(args.seeds);
    progress.begin("intervals of the line beside the truth", all);
    let mut cells: Vec<Covered> = Vec::new();
    for study in &studies {
        for seconds in &args.window {
            let window = Span::from_secs(f64::from(*seconds));
            cells.extend(coverage(study, window, args.first_seed, args.seeds, &progress));
        }
    }
    progress.end();
    let whole = cells.len() == studies.len() * args.window.len();
    if let Some(file) = args.write.as_deref().filter(|_| whole) {
        let page = report::coverage_page(&cells, &command(args));
        report::replace_file(file, page.as_bytes()).context("cannot write")?;
    }
    show(args, &cells, || report::coverage_text(&cells))?;
    Ok(Ending::of(whole && report::coverage_holds(&cells)))
}

/// Prints the result, as text or as JSON.
fn show<T: Serialize>(
    args: &ValidateArgs,
    found: &[T],
    text: impl FnOnce() -> String,
) -> Result<(), AppError> {
    let text = if args.json { serde_json::to_string_pretty(found)? + "\n" } else { text() };
    print(text.as_bytes())
}

/// Formats the command as typed; options that change no number are left out.
fn command(args: &ValidateArgs) -> String {
    let mut words = vec!["plimsoll validate".to_owned()];
    words.extend(args.paths.iter().map(|path| plain::path(path)));
    if args.lines {
        let windows: Vec<String> = args.window.iter().map(u32::to_string).collect();
        words.push(format!(
            "--lines --seeds {} --first-seed {} --window {}",
            args.seeds,
            args.first_seed,
            windows.join(",")
        ));
    }
    let options =
        [("--peers", &args.peers), ("--catalog", &args.catalog), ("--write", &args.write)];
    for (name, value) in options {
        words.extend(value.iter().map(|path| format!("{name} {}", plain::path(path))));
    }
    words.join(" ")
}

fn peers(file: &Path) -> Result<Vec<Opinion>, AppError> {
    let bytes = report::bytes(file, LARGEST_PEERS).context("cannot read")?;
    let shown = plain::path(file);
    report::opinions(&bytes).map_err(|problems| {
        let of = |source| AppError::Doing { doing: format!("{shown}:"), source };
        AppError::Several(problems.into_iter().map(|problem| of(Box::new(problem))).collect())
    })
}

/// Reads all scenarios that state theory or for which another tool has results; reports every
/// problem of all of them at once.
fn studies(args: &ValidateArgs, opinions: &[Opinion]) -> Result<Vec<Study>, AppError> {
    let files = files(&args.paths)?;
    if files.len() > MOST_SCENARIOS {
        return Err(AppError::Asked(format!("at most {MOST_SCENARIOS} scenarios at once")));
    }
    let options = scenario::Options { catalog: args.catalog.clone(), ..Default::default() };
    let (mut studies, mut broken) = (Vec::new(), Vec::new());
    for (file, named) in files {
        match scenario::load(&file, &options) {
            Ok(Loaded { study, .. }) => {
                let known = opinions.iter().any(|opinion| opinion.scenario == study.scenario);
                if !study.theory.is_empty() || known {
                    studies.push(study);
                } else if named {
                    let text = format!("{}: states no theory", plain::path(&file));
                    broken.push(AppError::Asked(text));
                }
            }
            Err(refused) => broken.push(AppError::Refused(refused)),
        }
    }
    if broken.is_empty() { Ok(studies) } else { Err(AppError::Several(broken)) }
}

/// Returns the named files, and those in the named folders, each with whether it was named itself.
fn files(paths: &[PathBuf]) -> Result<Vec<(PathBuf, bool)>, AppError> {
    let mut files: Vec<(PathBuf, bool)> = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push((path.clone(), true));
            continue;
        }
        let listed = std::fs::read_dir(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .context(format!("cannot read {}:", plain::path(path)))?;
        let mut inside: Vec<PathBuf> = listed.into_iter().map(|entry| entry.path()).collect();
        inside.retain(|file| file.extension().is_some_and(|end| end == "yaml" || end == "yml"));
        inside.sort();
        files.extend(inside.into_iter().map(|file| (file, false)));
    }
    Ok(files)
}
