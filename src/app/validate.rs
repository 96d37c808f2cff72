//! `plimsoll validate`: scenarios beside their theory.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::{BAD_INPUT, MET, MISSED, Progress, coloured, complain, print, threads, warn};
use crate::cli::Validating;
use crate::plain;
use crate::report::{self, Opinion};
use crate::scenario::{self, Loaded};
use crate::study::coverage::{Covered, coverage, truth};
use crate::study::setup::Study;
use crate::study::validate::{Case, examine};
use crate::study::{Quiet, Watcher};
use crate::units::Span;

/// Largest file of what other tools found \[bytes\].
const LARGEST_PEERS: u64 = 16 * 1024 * 1024;
/// Most scenarios of one call.
const MOST_SCENARIOS: usize = 1_000;

pub(super) fn validate(asked: &Validating) -> u8 {
    let opinions = match asked.peers.as_deref().map_or(Ok(Vec::new()), peers) {
        Ok(opinions) => opinions,
        Err(code) => return code,
    };
    let studies = match studies(asked, &opinions) {
        Ok(studies) => studies,
        Err(code) => return code,
    };
    if studies.is_empty() {
        return complain("none of these scenarios states theory: write a `theory` block");
    }
    let pool = match threads(asked.threads) {
        Ok(pool) => pool,
        Err(code) => return code,
    };
    if asked.lines {
        return pool.install(|| lines(asked, &studies));
    }
    let progress = Progress::new();
    progress.begin("scenarios beside their theory", studies.len() as u64);
    let cases: Vec<Option<Case>> = pool.install(|| {
        let one = |study: &Study| {
            if progress.stopped() {
                return None;
            }
            let wanted: Vec<_> = opinions
                .iter()
                .filter(|opinion| opinion.scenario == study.scenario)
                .map(|opinion| (opinion.measure, opinion.at.clone()))
                .collect();
            let case = examine(study, &wanted, &Quiet(&progress));
            progress.step();
            // What was stopped in its middle lacks numbers.
            (!progress.stopped()).then_some(case)
        };
        studies.par_iter().with_max_len(1).map(one).collect()
    });
    progress.end();
    let asked_for = cases.len();
    let cases: Vec<Case> = cases.into_iter().flatten().collect();
    let whole = cases.len() == asked_for;
    let written = write(asked, &cases, &opinions, whole);
    if written != MET {
        return written;
    }
    if !whole {
        warn(&format!("stopped: {} of {asked_for} scenarios were examined", cases.len()));
    }
    if whole && report::validation_holds(&cases, &opinions) { MET } else { MISSED }
}

/// How often intervals of the line hold the truth.
fn lines(asked: &Validating, studies: &[Study]) -> u8 {
    let studies: Vec<&Study> = studies.iter().filter(|study| truth(study).is_some()).collect();
    if studies.is_empty() {
        return complain("none of these scenarios states theory of its line");
    }
    let progress = Progress::new();
    let all = studies.len() as u64 * asked.window.len() as u64 * u64::from(asked.seeds);
    progress.begin("intervals of the line beside the truth", all);
    let mut cells: Vec<Covered> = Vec::new();
    for study in &studies {
        for seconds in &asked.window {
            let window = Span::from_secs(f64::from(*seconds));
            cells.extend(coverage(study, window, asked.first_seed, asked.seeds, &progress));
        }
    }
    progress.end();
    let whole = cells.len() == studies.len() * asked.window.len();
    if let Some(file) = asked.write.as_deref().filter(|_| whole) {
        let page = report::coverage_page(&cells, &command(asked));
        if let Err(error) = report::replace_file(file, page.as_bytes()) {
            return complain(&format!("cannot write {}: {error}", file.display()));
        }
    }
    let printed = if asked.json {
        match serde_json::to_string_pretty(&cells) {
            Ok(json) => print(format!("{json}\n").as_bytes()),
            Err(error) => return complain(&error.to_string()),
        }
    } else {
        print(report::coverage_text(&cells).as_bytes())
    };
    if printed != MET {
        return printed;
    }
    if whole && report::coverage_holds(&cells) { MET } else { MISSED }
}

fn write(asked: &Validating, cases: &[Case], opinions: &[Opinion], whole: bool) -> u8 {
    // A table with holes would look like one without.
    if let Some(file) = asked.write.as_deref().filter(|_| whole) {
        let page = report::validation_page(cases, opinions, &command(asked));
        if let Err(error) = report::replace_file(file, page.as_bytes()) {
            return complain(&format!("cannot write {error}"));
        }
    }
    if !asked.json {
        return print(report::validation_text(cases, opinions).as_bytes());
    }
    match serde_json::to_string_pretty(cases) {
        Ok(json) => print(format!("{json}\n").as_bytes()),
        Err(error) => complain(&error.to_string()),
    }
}

/// The command as somebody would type it; options that change no number are left out.
fn command(asked: &Validating) -> String {
    let mut words = vec!["plimsoll validate".to_owned()];
    words.extend(asked.paths.iter().map(|path| plain::path(path)));
    if asked.lines {
        let windows: Vec<String> = asked.window.iter().map(u32::to_string).collect();
        words.push(format!(
            "--lines --seeds {} --first-seed {} --window {}",
            asked.seeds,
            asked.first_seed,
            windows.join(",")
        ));
    }
    let options =
        [("--peers", &asked.peers), ("--catalog", &asked.catalog), ("--write", &asked.write)];
    for (name, value) in options {
        words.extend(value.iter().map(|path| format!("{name} {}", plain::path(path))));
    }
    words.join(" ")
}

fn peers(file: &Path) -> Result<Vec<Opinion>, u8> {
    let bytes = report::bytes(file, LARGEST_PEERS)
        .map_err(|error| complain(&format!("cannot read {error}")))?;
    let shown = plain::path(file);
    report::opinions(&bytes).map_err(|problems| {
        for problem in &problems {
            complain(&format!("{shown}: {problem}"));
        }
        BAD_INPUT
    })
}

/// All scenarios that state theory or that another tool has an opinion of; every problem of all of them at
/// once.
fn studies(asked: &Validating, opinions: &[Opinion]) -> Result<Vec<Study>, u8> {
    let mut files: Vec<(PathBuf, bool)> = Vec::new();
    for path in &asked.paths {
        if !path.is_dir() {
            files.push((path.clone(), true));
            continue;
        }
        let listed = std::fs::read_dir(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| complain(&format!("cannot read {}: {error}", plain::path(path))))?;
        let mut inside: Vec<PathBuf> = listed.into_iter().map(|entry| entry.path()).collect();
        inside.retain(|file| file.extension().is_some_and(|end| end == "yaml" || end == "yml"));
        inside.sort();
        files.extend(inside.into_iter().map(|file| (file, false)));
    }
    if files.len() > MOST_SCENARIOS {
        return Err(complain(&format!("at most {MOST_SCENARIOS} scenarios at once")));
    }
    let options = scenario::Options { catalog: asked.catalog.clone(), ..Default::default() };
    let colour = coloured(asked.color, std::io::stderr().is_terminal());
    let (mut studies, mut broken) = (Vec::new(), false);
    for (file, named) in files {
        match scenario::load(&file, &options) {
            Ok(Loaded { study, .. }) => {
                let known = opinions.iter().any(|opinion| opinion.scenario == study.scenario);
                if !study.theory.is_empty() || known {
                    studies.push(study);
                } else if named {
                    broken = true;
                    complain(&format!("{}: states no theory", plain::path(&file)));
                }
            }
            Err(problems) => {
                broken = true;
                warn(&scenario::render(&problems, colour));
            }
        }
    }
    if broken { Err(BAD_INPUT) } else { Ok(studies) }
}
