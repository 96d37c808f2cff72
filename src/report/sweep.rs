//! A sweep as table, chart, page and text. Everything is drawn from the sweep and its points, so
//! that merged shards give the same bytes as a single run.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use super::answer::{Answer, Files, Kind, json};
use super::block::{Block, Cell, words};
use super::caution;
use super::chart;
use super::error::{ForeignPoint, ReportError};
use super::folder;
use super::pareto::pareto;
use super::points::{estimate, named, over, shown, title};
use super::sheet::Sheet;
use super::size::dollars;
use super::tables::csv;
use super::words::{Lang, Word, cause, say};
use super::{Options, number, pretty};
use crate::study::Head;
use crate::study::digest::digest;
use crate::study::metric::Metric;
use crate::study::sweep::{Asked, GridPoint, Point, Sweep, Swept, places, size};

/// Returns the name of the fact that explains it.
fn fact(sweep: &Sweep) -> &'static str {
    match sweep.asked {
        Asked::Line => "resource",
        Asked::Load | Asked::Sample => "targets",
    }
}

/// Returns the non-numeric facts of a point, by name.
fn facts(point: &Point) -> Vec<(String, String)> {
    let mut all: Vec<(&str, String)> = Vec::new();
    if let Some(line) = &point.drawn {
        all = vec![
            ("resource", cause::named(line.resource.as_deref(), &line.cause).to_owned()),
            ("ties", line.ties.join("; ")),
            ("agreement", line.agreement.to_string()),
            ("binding_target", line.binding_target.map_or("", Metric::key).to_owned()),
            ("beyond_search", line.beyond_search.to_string()),
            ("reason", cause::cause(&line.cause, line.unsettled, Lang::En)),
        ];
    }
    let own = point.facts.iter().cloned();
    all.into_iter().map(|(name, text)| (name.to_owned(), text)).chain(own).collect()
}

/// Returns the conditions of the whole sweep.
pub(crate) fn conditions(sweep: &Sweep, lang: Lang) -> Vec<String> {
    vec![
        sweep.head.system.clone(),
        sweep.head.scenario.clone(),
        say(lang, Word::Mix, &[&sweep.head.mix]),
        say(lang, Word::Calibration, &[&sweep.head.calibration]),
        say(lang, Word::Seed, &[&sweep.head.seed.to_string()]),
    ]
}

/// Writes a CSV row for each point: variant, a column for each varied setting, then estimates with
/// their intervals.
pub(super) fn table(sweep: &Sweep, points: &[Point]) -> io::Result<Vec<u8>> {
    let mut header = vec!["variant".to_owned()];
    header.extend(sweep.varied.iter().map(|one| one.path.clone()));
    let first = points.first();
    for (name, _) in first.map(|point| point.estimates.as_slice()).unwrap_or_default() {
        header.push(name.clone());
        header.extend(["low", "high", "n"].map(|part| format!("{name}_{part}")));
    }
    header.extend(first.into_iter().flat_map(facts).map(|(name, _)| name));
    let mut rows = Vec::new();
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
        row.extend(facts(point).into_iter().map(|(_, text)| text));
        rows.push(row);
    }
    csv(&header, &rows)
}

/// Returns the column headings of tables for readers.
fn heads(sweep: &Sweep) -> Vec<String> {
    let several = (sweep.variants.len() > 1).then(|| "variant".to_owned());
    let varied = sweep.varied.iter().map(|one| one.path.clone());
    let found = [shown(sweep), fact(sweep)].map(str::to_owned);
    several.into_iter().chain(varied).chain(found).collect()
}

/// Returns the explaining fact of a point.
fn fact_of(sweep: &Sweep, point: &Point) -> String {
    let found = facts(point).into_iter().find(|(name, _)| name == fact(sweep));
    found.map_or(String::new(), |(_, text)| text)
}

/// Formats a point as a row for the terminal.
fn row(sweep: &Sweep, point: &Point) -> Vec<String> {
    let several = (sweep.variants.len() > 1).then(|| point.variant.clone());
    let value = estimate(point, shown(sweep));
    let value = value.map_or_else(|| number::NOTHING.to_owned(), number::estimate);
    let values = point.values.iter().cloned();
    several.into_iter().chain(values).chain([value, fact_of(sweep, point)]).collect()
}

/// Renders the answer for the terminal.
fn text(sweep: &Sweep, points: &[Point], lang: Lang) -> String {
    use unicode_width::UnicodeWidthStr;
    let heads = heads(sweep);
    let rows: Vec<Vec<String>> = points.iter().map(|point| row(sweep, point)).collect();
    let width = |column: usize| {
        let of = |row: &Vec<String>| row.get(column).map_or(0, |cell| cell.width());
        rows.iter().map(of).max().unwrap_or(0).max(heads[column].width())
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let mut text = format!("{}\n", title(sweep, points, lang));
    if let Some(found) = pareto(sweep, points) {
        let _ = writeln!(text, "{}", found.title(sweep, lang));
    }
    text.push('\n');
    for row in std::iter::once(&heads).chain(&rows) {
        let mut line = String::from(" ");
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, " {cell}{}", " ".repeat(width - cell.width() + 1));
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn page(sheet: &mut Sheet, sweep: &Sweep, points: &[Point]) {
    let lang = sheet.lang();
    let finding = title(sweep, points, lang);
    let frontier = pareto(sweep, points);
    let mut answer = vec![finding.clone()];
    answer.extend(frontier.as_ref().map(|found| found.title(sweep, lang)));
    sheet.begin(&over(sweep), &conditions(sweep, lang), &answer);
    if chart::sweep::has(sweep) {
        sheet.figure("sweep", finding, &|lang| chart::sweep::draw(sweep, points, lang));
    }
    if let Some(found) = &frontier {
        let title = found.title(sweep, lang);
        sheet.figure("pareto", title, &|lang| chart::pareto::draw(sweep, found, lang));
        let row = |place: &super::pareto::PricedPoint<'_>| {
            vec![
                Cell::number(dollars(place.usd, lang)),
                Cell::estimate(Some(&place.value), number::estimate),
                Cell::text(place.name(sweep)),
            ]
        };
        sheet.heading(Word::ParetoHeading);
        let header = vec![
            words(Word::MonthlyCost.text(lang)),
            words(named(sweep, lang)),
            words(Word::Setting.text(lang)),
        ];
        let rows = found.best.iter().map(|index| row(&found.places[*index])).collect();
        sheet.put(Block::Table { header, rows });
        let mut notes = vec![Word::ParetoNote.text(lang).to_owned()];
        if !found.unpriced.is_empty() {
            notes.push(say(lang, Word::SizeUnpriced, &[&found.unpriced.join(", ")]));
        }
        if found.left_out > 0 {
            let (count, all) = (found.left_out.to_string(), points.len().to_string());
            notes.push(say(lang, Word::ParetoLeftOut, &[&count, &all]));
        }
        sheet.put(Block::List(notes.iter().map(words).collect()));
    }
    sheet.heading(Word::SweepPoints);
    let header = heads(sweep).iter().map(words).collect();
    let rows = points.iter().map(|point| cells(sweep, point)).collect();
    sheet.put(Block::Table { header, rows });
}

/// Formats a point as a row of the page.
fn cells(sweep: &Sweep, point: &Point) -> Vec<Cell> {
    let mut row = Vec::new();
    if sweep.variants.len() > 1 {
        row.push(Cell::text(&point.variant));
    }
    for (one, value) in sweep.varied.iter().zip(&point.values) {
        let is_number = number::are_numbers(&one.values);
        row.push(if is_number { Cell::number(value) } else { Cell::text(value) });
    }
    row.push(Cell::estimate(estimate(point, shown(sweep)), number::estimate));
    row.push(Cell::text(fact_of(sweep, point)));
    row
}

/// Kind of answer with the data file `sweep.json`.
pub(super) const KIND: Kind = Kind { file: "sweep.json", read: again };

fn again(folder: &Path) -> Result<Box<dyn Answer>, ReportError> {
    let (sweep, places) = whole(folder)?;
    if sweep.asked == Asked::Sample {
        return Err(ReportError::MissingSamples(folder.to_path_buf()));
    }
    let mut points = Vec::new();
    for (index, place) in places.iter().enumerate() {
        match point(&folder.join(POINTS), &sweep, index, place)? {
            Found::Whole(point) => points.push(*point),
            Found::Nothing => return Err(ReportError::MissingPoints(folder.to_path_buf())),
            Found::Foreign(why) => {
                return Err(ReportError::ForeignPoint { folder: folder.to_path_buf(), why });
            }
        }
    }
    Ok(Box::new(Swept { sweep, points }))
}

impl Answer for Swept {
    fn head(&self) -> &Head {
        &self.sweep.head
    }

    fn is_met(&self) -> bool {
        // A sweep covers many systems and judges none.
        true
    }

    fn text(&self, lang: Lang, _: bool) -> String {
        text(&self.sweep, &self.points, lang)
    }

    fn json(&self) -> Result<String, ReportError> {
        let Swept { sweep, points } = self;
        json(&serde_json::json!({ "sweep": sweep, "points": points }))
    }

    fn data(&self) -> Result<Files, ReportError> {
        let mut files = Files::default();
        files.add("points.csv", table(&self.sweep, &self.points)?);
        files.add("sweep.json", pretty(&self.sweep)?);
        Ok(files)
    }

    fn pages(&self, options: &Options) -> Files {
        let mut sheet = Sheet::new(options);
        page(&mut sheet, &self.sweep, &self.points);
        sheet.finish(&caution::all(&self.sweep.cautions, options.lang), &["sweep", "pareto"])
    }
}

/// Folder of the point files, within that of the sweep.
pub const POINTS: &str = "points";

/// State of a point's file.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// The point, computed from the same inputs.
    Whole(Box<Point>),
    /// No file.
    Nothing,
    /// A file that is not the point, and the mismatch.
    Foreign(ForeignPoint),
}

/// Looks up a point in the folder of the points.
///
/// # Errors
/// When a file exists but cannot be read, or has another shape.
pub fn point(
    points: &Path,
    sweep: &Sweep,
    index: usize,
    place: &GridPoint,
) -> Result<Found, ReportError> {
    let Some(name) = sweep.points.get(index) else { return Ok(Found::Nothing) };
    let file = points.join(format!("{name}.json"));
    if !file.exists() {
        return Ok(Found::Nothing);
    }
    let point: Point = folder::read(&file)?;
    Ok(if point.key != place.key(sweep) || *name != digest(&point.key) {
        Found::Foreign(ForeignPoint::Other(file))
    } else if !point.is_whole() {
        Found::Foreign(ForeignPoint::Changed(file))
    } else {
        Found::Whole(Box::new(point))
    })
}

/// Reads the sweep in a folder, with the points of its grid.
///
/// # Errors
/// When there is none, when it has another shape, or when it is inconsistent.
pub fn whole(folder: &Path) -> Result<(Sweep, Vec<GridPoint>), ReportError> {
    let file = folder.join("sweep.json");
    let sweep: Sweep = folder::read(&file)?;
    let fits = size(&sweep.varied, sweep.variants.len()) == Some(sweep.points.len());
    let samples = sweep.asked == Asked::Sample;
    if !fits && !samples {
        return Err(ReportError::Unfit(file));
    }
    let all = if samples { Vec::new() } else { places(&sweep.varied, sweep.variants.len()) };
    Ok((sweep, all))
}

/// Serialises a sweep or point to the bytes of its file.
///
/// # Errors
/// When a number is not finite.
pub fn bytes<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, ReportError> {
    Ok(pretty(value)?)
}
