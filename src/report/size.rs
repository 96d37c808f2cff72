//! A sizing as text, page and table, and the names of its plans.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use super::answer::{Answer, Files, Kind, json};
use super::block::{Block, Cell, CellKind, Inline, code, strong, words};
use super::caution;
use super::error::ReportError;
use super::folder::read;
use super::ladder::unit;
use super::sheet::Sheet;
use super::tables::csv;
use super::words::{Lang, Word, cause, say, size as said};
use super::{Options, chart, facts, number, pretty};
use crate::stats::Estimate;
use crate::study::Head;
use crate::study::result::ASSUMED;
use crate::study::size::{CostItem, Outcome, SizedLoad, Sizing};

/// Returns the name of the plan for a phase's configuration, which is that of its file.
pub fn plan_name(phase: &SizedLoad) -> String {
    let load = phase.load.chars();
    let kept: String =
        load.map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    format!("plan-{kept}")
}

/// Formats the load of a phase: `10M MAU (2,000 RPS)`.
fn load(sizing: &Sizing, phase: &SizedLoad, lang: Lang) -> String {
    let rate = format!("{} {}", number::plain(phase.rps), unit(sizing.axis));
    match phase.mau {
        Some(mau) => format!("{} MAU ({rate})", number::users_plain(mau, mau, lang)),
        None => rate,
    }
}

pub(crate) fn dollars(usd: f64, lang: Lang) -> String {
    say(lang, Word::Dollars, &[&number::fixed(usd, 0)])
}

/// Formats a probability with its lower bound: `100 % (≥ 95.7 % in 69 runs)`.
pub(crate) fn probability(share: &Estimate, lang: Lang) -> String {
    let percent = |share: f64| number::fixed((share * 1000.0).floor() / 10.0, 1);
    let parts = [percent(share.mean), percent(share.low), share.n.to_string()];
    say(lang, Word::SizeProbability, &[&parts[0], &parts[1], &parts[2]])
}

/// Returns the finding of a phase.
fn title(sizing: &Sizing, phase: &SizedLoad, lang: Lang) -> String {
    let load = load(sizing, phase, lang);
    match (phase.outcome, phase.monthly_usd) {
        (Outcome::Met, Some(usd)) => say(lang, Word::SizeMet, &[&load, &dollars(usd, lang)]),
        (Outcome::Stopped, Some(usd)) => {
            say(lang, Word::SizeStopped, &[&load, &dollars(usd, lang)])
        }
        (outcome, _) => {
            let why = phase.note.as_ref().map_or(String::new(), |why| said::obstacle(why, lang));
            let word = match outcome {
                Outcome::Undecided => Word::SizeUndecided,
                _ => Word::SizeNotFound,
            };
            say(lang, word, &[&load, &why])
        }
    }
}

/// Returns the items whose cost differs from the variant's.
fn differences(phase: &SizedLoad) -> Vec<&CostItem> {
    let differs = |item: &&CostItem| {
        let price = |usd: Option<f64>| usd.unwrap_or(0.0);
        (price(item.monthly_usd) - price(item.before_usd)).abs() > 0.005
    };
    phase.cost.iter().filter(differs).collect()
}

/// Returns sentences about cost, probability, binding constraint and effort.
fn sentences(phase: &SizedLoad, lang: Lang) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(share) = &phase.probability {
        all.push(probability(share, lang));
    }
    if let (Some(cause), Some(headroom)) = (&phase.cause, &phase.headroom) {
        let reason = cause::cause(cause, false, lang);
        all.push(match &phase.binds {
            None => say(lang, Word::SizeUnbound, &[&number::plain(headroom.low)]),
            Some(binds) => {
                say(lang, Word::SizeBinds, &[&number::estimate(headroom), binds, &reason])
            }
        });
    }
    if let Some(usd) = phase.monthly_usd {
        let more = usd - phase.before_usd;
        let sign = if more < 0.0 { "−" } else { "+" };
        let more = format!("{sign}{}", dollars(more.abs(), lang));
        all.push(say(lang, Word::SizeCost, &[&dollars(usd, lang), &more]));
    }
    if phase.cost.iter().any(|item| item.what.ends_with(ASSUMED)) {
        all.push(Word::SizeAssumed.text(lang).to_owned());
    }
    if !phase.unpriced.is_empty() {
        all.push(say(lang, Word::SizeUnpriced, &[&phase.unpriced.join(", ")]));
    }
    if let Some(stated) = &phase.stated {
        let covers = if stated.covers.is_empty() {
            Word::SizeEverything.text(lang).to_owned()
        } else {
            stated.covers.join(", ")
        };
        let (said, found) = (dollars(stated.monthly_usd, lang), dollars(stated.found_usd, lang));
        all.push(say(lang, Word::SizeStated, &[&said, &covers, &found]));
    }
    all.extend(
        phase.over_day.map(|verdict| say(lang, Word::SizeDay, &[facts::verdict(verdict, lang)])),
    );
    let counts = [
        phase.evaluations.to_string(),
        phase.runs.to_string(),
        phase.ruled_out.to_string(),
        if phase.configurations < 1e6 {
            number::fixed(phase.configurations, 0)
        } else {
            format!("{:.1e}", phase.configurations)
        },
    ];
    let counts: Vec<&str> = counts.iter().map(String::as_str).collect();
    all.push(say(lang, Word::SizeEffort, &counts));
    if phase.outcome == Outcome::Met {
        let word = if phase.exhausted { Word::SizeExhausted } else { Word::SizeNotExhausted };
        all.push(word.text(lang).to_owned());
    }
    all
}

/// Renders the answer for the terminal.
fn text(sizing: &Sizing, lang: Lang) -> String {
    let mut text = String::new();
    for phase in &sizing.phases {
        let _ = writeln!(text, "{}", title(sizing, phase, lang));
        for change in &phase.changes {
            let from = change.from.as_deref().unwrap_or(number::NOTHING);
            let _ = writeln!(text, "  {}: {from} → {}", change.set, change.to);
        }
        for item in differences(phase) {
            let price = |usd: Option<f64>| dollars(usd.unwrap_or(0.0), lang);
            let (before, now) = (price(item.before_usd), price(item.monthly_usd));
            let _ = writeln!(text, "  {} ({}): {before} → {now}", item.part, item.what);
        }
        for sentence in sentences(phase, lang) {
            let _ = writeln!(text, "  {sentence}");
        }
        text.push('\n');
    }
    text
}

/// Returns the finding over all phases, for the chart: the cost of each, and the cost stated in the
/// document.
pub(crate) fn finding(sizing: &Sizing, lang: Lang) -> String {
    let of = |phase: &SizedLoad| {
        let load = load_name(phase, sizing, lang);
        let usd = phase.monthly_usd.map(|usd| dollars(usd, lang));
        match (phase.outcome, usd, &phase.stated) {
            (Outcome::NotFound | Outcome::Undecided, ..) | (_, None, _) => {
                say(lang, Word::SizeChartNone, &[&load])
            }
            (Outcome::Stopped, Some(usd), _) => say(lang, Word::SizeChartSoFar, &[&load, &usd]),
            (Outcome::Met, Some(usd), None) => say(lang, Word::SizeMet, &[&load, &usd]),
            (Outcome::Met, Some(usd), Some(stated)) => {
                let (said, found) = (stated.monthly_usd, stated.found_usd);
                let (said, found) = (dollars(said, lang), dollars(found, lang));
                say(lang, Word::SizeChartStated, &[&load, &usd, &found, &said])
            }
        }
    };
    let all: Vec<String> = sizing.phases.iter().map(of).collect();
    if all.is_empty() { Word::SizePage.text(lang).to_owned() } else { all.join("; ") }
}

/// Formats the load of a phase, short: `10M MAU`.
pub(crate) fn load_name(phase: &SizedLoad, sizing: &Sizing, lang: Lang) -> String {
    match phase.mau {
        Some(mau) => format!("{} MAU", number::users_plain(mau, mau, lang)),
        None => format!("{} {}", number::plain(phase.rps), unit(sizing.axis)),
    }
}

/// Returns the conditions of the whole sizing.
pub(crate) fn conditions(sizing: &Sizing, lang: Lang) -> Vec<String> {
    vec![
        sizing.head.system.clone(),
        sizing.head.scenario.clone(),
        sizing.variant.clone(),
        say(lang, Word::Mix, &[&sizing.head.mix]),
        say(lang, Word::Calibration, &[&sizing.calibrations.join(", ")]),
        say(lang, Word::Seed, &[&sizing.head.seed.to_string()]),
        say(lang, Word::SizeWanted, &[&number::plain(sizing.head.confidence * 100.0)]),
    ]
}

fn page(sheet: &mut Sheet, sizing: &Sizing) {
    let lang = sheet.lang();
    let titles: Vec<String> =
        sizing.phases.iter().map(|phase| title(sizing, phase, lang)).collect();
    sheet.begin(Word::SizePage.text(lang), &conditions(sizing, lang), &titles);
    if chart::size::has(sizing) {
        sheet.figure("phases", finding(sizing, lang), &|lang| chart::size::draw(sizing, lang));
    }
    for (phase, title) in sizing.phases.iter().zip(&titles) {
        sheet.put(Block::Heading(words(title)));
        let mut list: Vec<Inline> = sentences(phase, lang).iter().map(Inline::quoted).collect();
        if phase.monthly_usd.is_none() {
            sheet.put(Block::List(list));
            continue;
        }
        list.push(code(format!("{}.yaml", plan_name(phase))));
        sheet.put(Block::List(list));
        sheet.put(settings(sizing, phase, lang));
        sheet.put(bill(phase, lang));
    }
    sheet.heading(Word::HowHeading);
    sheet.notes(&[Word::SizeNoteProbability, Word::SizeNoteOrder]);
}

fn header(names: [Word; 4], lang: Lang) -> Vec<Inline> {
    names.iter().map(|word| words(word.text(lang))).collect()
}

/// Returns the table of free settings in a configuration, changed ones in bold.
fn settings(sizing: &Sizing, phase: &SizedLoad, lang: Lang) -> Block {
    let heads = [Word::SizeSetting, Word::SizeNow, Word::SizeValue, Word::SizeLower];
    let row = |(path, value): (&String, &String)| {
        let free = sizing.free.iter().find(|free| free.path == *path);
        let now = free.and_then(|free| free.now.as_ref());
        let is_number = free.is_some_and(|free| number::are_numbers(&free.values));
        let kind = if is_number { CellKind::Number } else { CellKind::Words };
        let value_of = |content: Inline| Cell { content, kind };
        let lower = phase.lower.iter().find(|lower| lower.set == *path);
        let why = lower.map_or(String::new(), |lower| match &lower.to {
            Some(to) => format!("{to}: {}", said::not_lower(&lower.why, lang)),
            None => said::not_lower(&lower.why, lang),
        });
        let chosen = if now == Some(value) { words(value) } else { strong(value) };
        vec![
            Cell::words(code(path)),
            now.map_or_else(Cell::nothing, |now| value_of(words(now))),
            value_of(chosen),
            Cell::words(Inline::quoted(why)),
        ]
    };
    Block::Table {
        header: header(heads, lang),
        rows: phase.configuration.iter().map(row).collect(),
    }
}

fn bill(phase: &SizedLoad, lang: Lang) -> Block {
    let heads = [Word::SizePart, Word::SizeWhat, Word::SizeNow, Word::MonthlyCost];
    let row = |item: &CostItem| {
        let price = |usd: Option<f64>| {
            usd.map_or_else(Cell::nothing, |usd| Cell::number(dollars(usd, lang)))
        };
        vec![
            Cell::words(code(&item.part)),
            Cell::text(&item.what),
            price(item.before_usd),
            price(item.monthly_usd),
        ]
    };
    Block::Table { header: header(heads, lang), rows: phase.cost.iter().map(row).collect() }
}

/// Writes a CSV row for each phase, with a column for each setting after the numbers.
fn table(sizing: &Sizing) -> io::Result<Vec<u8>> {
    let names = [
        "load",
        "mau",
        "rps",
        "outcome",
        "monthly_usd",
        "before_usd",
        "stated_usd",
        "stated_found_usd",
        "probability",
        "probability_low",
        "probability_high",
        "probability_n",
        "headroom",
        "headroom_low",
        "headroom_high",
        "headroom_n",
        "binds",
        "exhausted",
        "evaluations",
        "ruled_out",
        "runs",
        "events",
        "configurations",
    ];
    let settings = sizing.free.iter().map(|free| free.path.as_str());
    let header: Vec<&str> = names.into_iter().chain(settings).collect();
    let mut rows = Vec::new();
    for phase in &sizing.phases {
        let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        let estimate = |value: &Option<Estimate>| match value {
            None => vec![String::new(); 4],
            Some(found) => vec![
                found.mean.to_string(),
                found.low.to_string(),
                found.high.to_string(),
                found.n.to_string(),
            ],
        };
        let outcome = match phase.outcome {
            Outcome::Met => "met",
            Outcome::NotFound => "not_found",
            Outcome::Undecided => "undecided",
            Outcome::Stopped => "stopped",
        };
        let stated = phase.stated.as_ref();
        let mut row = vec![
            phase.load.clone(),
            number(phase.mau),
            phase.rps.to_string(),
            outcome.to_owned(),
            number(phase.monthly_usd),
            phase.before_usd.to_string(),
            number(stated.map(|stated| stated.monthly_usd)),
            number(stated.map(|stated| stated.found_usd)),
        ];
        row.extend(estimate(&phase.probability));
        row.extend(estimate(&phase.headroom));
        row.push(phase.binds.clone().unwrap_or_default());
        row.push(phase.exhausted.to_string());
        let counts = [phase.evaluations, phase.ruled_out, phase.runs, phase.events];
        row.extend(counts.map(|count| count.to_string()));
        row.push(phase.configurations.to_string());
        for free in &sizing.free {
            row.push(phase.configuration.get(&free.path).cloned().unwrap_or_default());
        }
        rows.push(row);
    }
    csv(&header, &rows)
}

/// First line of a plan file: a comment on its origin.
const SCHEMA: &str = "# A configuration found by `plimsoll size`. Put it among the system's plans, and name it in a variant.\n";

/// A sizing, with a plan for each configuration found.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedSizing {
    /// The sizing.
    pub sizing: Sizing,
    /// Names and texts of the plans; empty where the sizing is read again, since the plans stay as
    /// they are.
    pub plans: Vec<(String, String)>,
}

/// Kind of answer with the data file `size.json`.
pub(super) const KIND: Kind = Kind { file: "size.json", read: again };

fn again(folder: &Path) -> Result<Box<dyn Answer>, ReportError> {
    let sizing: Sizing = read(&folder.join("size.json"))?;
    Ok(Box::new(PlannedSizing { sizing, plans: Vec::new() }))
}

impl Answer for PlannedSizing {
    fn head(&self) -> &Head {
        &self.sizing.head
    }

    fn is_met(&self) -> bool {
        self.sizing.is_met()
    }

    fn text(&self, lang: Lang, _: bool) -> String {
        text(&self.sizing, lang)
    }

    fn json(&self) -> Result<String, ReportError> {
        json(&self.sizing)
    }

    fn data(&self) -> Result<Files, ReportError> {
        let mut files = Files::default();
        files.add("size.csv", table(&self.sizing)?);
        for (name, text) in &self.plans {
            files.add(format!("{name}.yaml"), format!("{SCHEMA}{text}"));
        }
        files.add("size.json", pretty(&self.sizing)?);
        Ok(files)
    }

    fn pages(&self, options: &Options) -> Files {
        let mut sheet = Sheet::new(options);
        page(&mut sheet, &self.sizing);
        sheet.finish(&caution::all(&self.sizing.cautions, options.lang), &["phases"])
    }
}
