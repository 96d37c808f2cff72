//! A sweep as table, chart, page and text. Everything is drawn from the sweep and its points, so that
//! shards put together give the same bytes as one run.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use super::chart;
use super::folder::Folder;
use super::ladder::cell;
use super::number;
use super::picture::{Pictures, SIZES};
use super::words::{Lang, Word, say};
use super::{Options, Written, pretty};
use crate::stats::Estimate;
use crate::study::sweep::{Asked, Point, Sweep};

/// The number that charts and the terminal show.
pub(crate) fn shown(sweep: &Sweep) -> &'static str {
    match sweep.asked {
        Asked::Line | Asked::Sample => "line_rps",
        Asked::Load => "p99_ms",
    }
}

/// The fact that says why.
fn fact(sweep: &Sweep) -> &'static str {
    match sweep.asked {
        Asked::Line => "resource",
        Asked::Load | Asked::Sample => "targets",
    }
}

/// A number of a point by its name.
pub(crate) fn estimate<'a>(point: &'a Point, name: &str) -> Option<&'a Estimate> {
    let found = point.estimates.iter().find(|(other, _)| other == name);
    found.map(|(_, estimate)| estimate).filter(|estimate| estimate.n > 0)
}

/// What is varied, for headings.
pub(crate) fn over(sweep: &Sweep) -> String {
    let paths: Vec<&str> = sweep.varied.iter().map(|one| one.path.as_str()).collect();
    if paths.is_empty() { sweep.variants.join(", ") } else { paths.join(" × ") }
}

/// What charts and pages are called.
pub(crate) fn title(sweep: &Sweep, lang: Lang) -> String {
    let word = match sweep.asked {
        Asked::Line | Asked::Sample => Word::SweepTitleLine,
        Asked::Load => Word::SweepTitleLoad,
    };
    say(lang, word, &[&over(sweep)])
}

/// What holds for the whole sweep.
pub(crate) fn conditions(sweep: &Sweep, lang: Lang) -> Vec<String> {
    vec![
        sweep.system.clone(),
        sweep.scenario.clone(),
        say(lang, Word::Mix, &[&sweep.mix]),
        say(lang, Word::Calibration, &[&sweep.calibration]),
        say(lang, Word::Seed, &[&sweep.seed.to_string()]),
    ]
}

/// A row for each point: variant, a column for each setting varied, then numbers with their intervals.
pub(super) fn table(sweep: &Sweep, points: &[Point]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut header = vec!["variant".to_owned()];
    header.extend(sweep.varied.iter().map(|one| one.path.clone()));
    let first = points.first();
    for (name, _) in first.map(|point| point.estimates.as_slice()).unwrap_or_default() {
        header.push(name.clone());
        header.extend(["low", "high", "n"].map(|part| format!("{name}_{part}")));
    }
    let facts = first.map(|point| point.facts.as_slice()).unwrap_or_default();
    header.extend(facts.iter().map(|(name, _)| name.clone()));
    writer.write_record(&header)?;
    for point in points {
        let mut row = vec![point.variant.clone()];
        row.extend(point.values.iter().cloned());
        for (_, found) in &point.estimates {
            if found.n == 0 {
                row.extend(["", "", "", "0"].map(str::to_owned));
                continue;
            }
            row.extend([found.mean, found.low, found.high].map(|value| value.to_string()));
            row.push(if found.is_exact() { String::new() } else { found.n.to_string() });
        }
        row.extend(point.facts.iter().map(|(_, text)| text.clone()));
        writer.write_record(&row)?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

/// Heads and rows of what people read.
fn rows(sweep: &Sweep, points: &[Point]) -> (Vec<String>, Vec<Vec<String>>) {
    let several = sweep.variants.len() > 1;
    let mut heads: Vec<String> = sweep.varied.iter().map(|one| one.path.clone()).collect();
    if several {
        heads.insert(0, "variant".into());
    }
    heads.extend([shown(sweep).to_owned(), fact(sweep).to_owned()]);
    let row = |point: &Point| {
        let mut row = point.values.clone();
        if several {
            row.insert(0, point.variant.clone());
        }
        let value = estimate(point, shown(sweep));
        row.push(value.map_or_else(|| number::NOTHING.to_owned(), number::estimate));
        let found = point.facts.iter().find(|(name, _)| name == fact(sweep));
        row.push(found.map_or(String::new(), |(_, text)| text.clone()));
        row
    };
    (heads, points.iter().map(row).collect())
}

/// For the terminal.
pub fn text(sweep: &Sweep, points: &[Point], lang: Lang) -> String {
    use unicode_width::UnicodeWidthStr;
    let (heads, rows) = rows(sweep, points);
    let width = |column: usize| {
        let of = |row: &Vec<String>| row.get(column).map_or(0, |cell| cell.width());
        rows.iter().map(of).max().unwrap_or(0).max(heads[column].width())
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let mut text = format!("{}\n\n", title(sweep, lang));
    for row in std::iter::once(&heads).chain(&rows) {
        let mut line = String::from(" ");
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, " {cell}{}", " ".repeat(width - cell.width() + 1));
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn page(
    sweep: &Sweep,
    points: &[Point],
    picture: Option<&str>,
    notes: &[String],
    lang: Lang,
) -> String {
    let mut page = format!("# {}\n\n", title(sweep, lang));
    let _ = writeln!(page, "{}\n", conditions(sweep, lang).join(" · "));
    if let Some(picture) = picture {
        let _ = writeln!(page, "![{}]({picture})\n", over(sweep));
    }
    let (heads, rows) = rows(sweep, points);
    let _ = writeln!(page, "| {} |\n|{}", heads.join(" | "), "---|".repeat(heads.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|text| cell(text)).collect();
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
    for note in sweep.warnings.iter().chain(notes) {
        let _ = writeln!(page, "\n- {note}");
    }
    page
}

/// Sweep and points as JSON: for `--json`.
///
/// # Errors
/// When a number is not finite.
pub fn json(sweep: &Sweep, points: &[Point]) -> io::Result<String> {
    let whole = serde_json::json!({ "sweep": sweep, "points": points });
    String::from_utf8(pretty(&whole)?).map_err(io::Error::other)
}

/// Write what is made of all points of a sweep into its folder: `points.csv`, chart and page.
///
/// # Errors
/// When a file cannot be written.
pub fn write(
    sweep: &Sweep,
    points: &[Point],
    folder: &Path,
    options: &Options,
) -> io::Result<Written> {
    let mut folder = Folder { path: folder.to_path_buf(), written: Vec::new() };
    folder.write("points.csv", &table(sweep, points)?)?;
    let mut pictures = Pictures::new(options.lang, options.font.clone());
    let mut embedded = None;
    if chart::sweep::has(sweep) {
        let picture = pictures.paint("sweep", &|lang| chart::sweep::draw(sweep, points, lang));
        folder.write("sweep.svg", picture.svg.as_bytes())?;
        embedded = Some("sweep.svg");
        if let Some(png) = &picture.png {
            for ((ending, _), png) in SIZES.iter().zip(png) {
                folder.write(&format!("sweep{ending}"), png)?;
            }
            embedded = Some("sweep.png");
        }
    }
    let notes = pictures.notes();
    folder.write("report.md", page(sweep, points, embedded, &notes, options.lang).as_bytes())?;
    Ok(Written { folder: folder.path, files: folder.written, notes })
}

/// The folder of a sweep.
///
/// # Errors
/// When it cannot be made.
pub fn folder(directory: &Path, scenario: &str) -> io::Result<std::path::PathBuf> {
    Folder::named(directory, scenario, "sweep").map(|folder| folder.path)
}

/// Sweep or point as the bytes of its file.
///
/// # Errors
/// When a number is not finite.
pub fn bytes<T: serde::Serialize>(value: &T) -> io::Result<Vec<u8>> {
    pretty(value)
}
