//! Input read before anything is computed: scenarios, fonts, and names on the command line.

use std::path::{Path, PathBuf};

use super::error::{AppError, Context};
use super::terminal::{coloured, warn};
use crate::cli::{InputArgs, Language, StudyArgs};
use crate::plain;
use crate::report;
use crate::scenario::{self, Loaded, Options, Workshop};
use crate::study::setup::Study;

/// Largest font accepted \[bytes\]: those of all of Chinese, Japanese and Korean in all weights
/// have 120 MB.
const LARGEST_FONT: u64 = 256 * 1024 * 1024;

/// Returns the options of the command line, which override the scenario.
pub(super) fn options(input: &InputArgs) -> Options {
    Options {
        catalog: input.catalog.clone(),
        seed: input.seed,
        quick: input.quick,
        ..Options::default()
    }
}

/// Returns a workshop of the scenario, for repeated changes of settings; messages about these name
/// `from`.
pub(super) fn workshop(input: &InputArgs, from: &str) -> Workshop {
    let options = Options { check_only: true, ..options(input) };
    Workshop::new(&input.scenario, options, from)
}

/// Resolves the scenario as it is written, and prints the warnings of the input.
pub(super) fn resolved(workshop: &Workshop, study: &StudyArgs) -> Result<Loaded, AppError> {
    let loaded = workshop.resolve(&[])?;
    warn_of(&loaded, &study.input, study.lang);
    Ok(loaded)
}

/// Returns the indices of the named variants; all where none is named.
pub(super) fn chosen(wanted: &[String], study: &Study) -> Result<Vec<usize>, AppError> {
    let names: Vec<&str> = study.variants.iter().map(|variant| variant.name.as_str()).collect();
    if wanted.is_empty() {
        return Ok((0..names.len()).collect());
    }
    let mut which = Vec::new();
    for name in wanted {
        let Some(at) = names.iter().position(|other| other == name) else {
            let all = names.join("`, `");
            let text = format!("there is no variant `{name}`; there are `{all}`");
            return Err(AppError::Asked(text));
        };
        if !which.contains(&at) {
            which.push(at);
        }
    }
    which.sort_unstable();
    Ok(which)
}

/// Checks that the named file is a font.
pub(super) fn font(named: Option<&Path>) -> Result<Option<PathBuf>, AppError> {
    let Some(place) = named else { return Ok(None) };
    let bytes = report::bytes(place, LARGEST_FONT).context("cannot read the font")?;
    let kinds: [&[u8]; 4] = [&[0, 1, 0, 0], b"OTTO", b"ttcf", b"true"];
    if kinds.iter().any(|kind| bytes.starts_with(kind)) {
        return Ok(Some(place.to_path_buf()));
    }
    let shown = plain::path(place);
    let text = format!("{shown} is no font: it is neither TrueType nor OpenType");
    Err(AppError::Asked(text))
}

/// Returns the language of a report.
pub(super) fn language(lang: Language) -> report::Lang {
    match lang {
        Language::En => report::Lang::En,
        Language::Ko => report::Lang::Ko,
    }
}

/// Prints the warnings of the input.
pub(super) fn warn_of(loaded: &Loaded, input: &InputArgs, lang: Language) {
    if loaded.warnings.is_empty() {
        return;
    }
    let mut warnings = loaded.warnings.clone();
    for warning in &mut warnings {
        if let Some(caution) = &warning.caution {
            warning.message = report::warning(caution, language(lang));
        }
    }
    warn(&scenario::render(&warnings, coloured(input.color, &std::io::stderr())));
}
