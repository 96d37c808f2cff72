//! Table of the coverage of confidence intervals.

use std::fmt::Write;

use super::block::{Block, Cell, Mark, code, emphasis, words};
use super::markdown;
use super::number;
use super::text::aligned;
use super::words::Lang;
use crate::study::coverage::Covered;
use crate::study::result::Measure;

/// Smallest coverage accepted, in each cell and overall.
const LEAST: f64 = 0.90;
const LEAST_OF_ALL: f64 = 0.94;
/// Largest median half-width relative to the true value: for windows of up to ten seconds, and for
/// longer ones.
const WIDEST: (f64, f64) = (0.15, 0.05);

/// Whether the intervals of this cell reach the coverage and are narrow enough to be informative.
fn holds(cell: &Covered) -> bool {
    let widest = if cell.window_s <= 10.0 { WIDEST.0 } else { WIDEST.1 };
    f64::from(cell.held) >= LEAST * f64::from(cell.seeds) && cell.half_width <= widest
}

/// Whether the criteria hold in every cell and overall.
pub fn all_hold(cells: &[Covered]) -> bool {
    let (held, seeds) = sums(cells);
    cells.iter().all(holds) && held >= LEAST_OF_ALL * seeds
}

fn sums(cells: &[Covered]) -> (f64, f64) {
    // An empty sum of floats is −0.
    let sum =
        |pick: fn(&Covered) -> u32| cells.iter().fold(0.0, |sum, cell| sum + f64::from(pick(cell)));
    (sum(|cell| cell.held), sum(|cell| cell.seeds))
}

const HEADER: [&str; 9] =
    ["scenario", "of", "window", "truth", "held", "above", "mean", "half-width", ""];

fn row(cell: &Covered) -> [String; 9] {
    let of = if cell.measure == Measure::LineRps { "line" } else { "goodput" };
    [
        cell.name.clone(),
        of.into(),
        format!("{} s", number::plain(cell.window_s)),
        format!("{:.2}/s", cell.truth),
        format!("{} of {}", cell.held, cell.seeds),
        cell.above.to_string(),
        format!("{:.4}", cell.mean),
        format!("{:.2} %", cell.half_width * 100.0),
        if holds(cell) { "holds" } else { "fails" }.into(),
    ]
}

fn closing(cells: &[Covered]) -> String {
    let (held, seeds) = sums(cells);
    format!(
        "{held:.0} of {seeds:.0} intervals of 95 % hold the truth ({:.1} %); every cell must hold it in 90 %, \
         all together in 94 %.",
        100.0 * held / seeds.max(1.0)
    )
}

/// Renders the table for the terminal.
pub fn coverage_text(cells: &[Covered]) -> String {
    let rows: Vec<Vec<String>> = cells.iter().map(|cell| row(cell).into()).collect();
    let mut text = aligned(&HEADER.map(str::to_owned), &rows).join("\n");
    let _ = writeln!(text, "\n\n{}", closing(cells));
    text
}

/// Renders the table as a page, with the command that made it.
pub fn coverage_page(cells: &[Covered], command: &str) -> String {
    let lead = words("Made by ")
        .and(code(command))
        .and(words(". Each scenario is answered with that many seeds; "))
        .and(emphasis("held"))
        .and(words(" counts the intervals that hold what theory says, "))
        .and(emphasis("above"))
        .and(words(" those that lie wholly above it, "))
        .and(emphasis("mean"))
        .and(words(" is that of the estimates over the truth, "))
        .and(emphasis("half-width"))
        .and(words(" the median over the truth."));
    let row = |cell: &Covered| {
        let [name, of, numbers @ .., verdict] = row(cell);
        let mark = if holds(cell) { Mark::Good } else { Mark::Bad };
        let names = [name, of].map(Cell::text);
        let numbers = numbers.map(Cell::number);
        let verdict = [Cell::verdict(mark, words(verdict))];
        names.into_iter().chain(numbers).chain(verdict).collect()
    };
    let blocks = [
        Block::Title(words("Do intervals of the line hold the truth?")),
        Block::Paragraph(lead),
        Block::Table { header: HEADER.map(words).into(), rows: cells.iter().map(row).collect() },
        Block::Paragraph(words(closing(cells))),
    ];
    markdown::file(&blocks, Lang::En)
}
