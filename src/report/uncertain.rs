//! Uncertainty analysis as text, page, tables and charts.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use super::answer::{Answer, Files, Kind, json};
use super::block::{Block, Cell, words};
use super::caution;
use super::columns::columns;
use super::error::ReportError;
use super::folder::read;
use super::ladder::unit;
use super::sheet::{Sheet, numbered};
use super::tables::csv;
use super::words::{Lang, Word, say};
use super::{Options, chart, facts, number, pretty, sweep as points_of};
use crate::stats::Estimate;
use crate::study::Head;
use crate::study::result::Target;
use crate::study::sweep::Swept;
use crate::study::uncertain::{Condition, Fan, Influence, Probability, Uncertain, Whole};

/// Largest number of influences per variant shown on the terminal.
const SHOWN: usize = 8;

/// Formats the load asked about, as users where it is given so.
pub(crate) fn asked(found: &Uncertain, lang: Lang) -> String {
    let load = format!("{} {}", number::plain(found.asked_rps), unit(found.axis));
    match found.asked_mau {
        Some(mau) => format!("{load} ({} MAU)", number::users_plain(mau, mau, lang)),
        None => load,
    }
}

/// Formats a probability with its asymmetric interval.
fn chance(probability: &Estimate) -> String {
    if !number::known(probability) {
        return number::NOTHING.to_owned();
    }
    let percent = |share: f64| number::fixed(share * 100.0, 0);
    let (low, high) = (percent(probability.low), percent(probability.high));
    format!("{} % ({low}–{high} %)", percent(probability.mean))
}

/// Returns the probability that a variant meets a target.
fn probability<'a>(found: &'a Uncertain, variant: &str, target: Whole) -> Option<&'a Estimate> {
    let mut all = found.probabilities.iter();
    let one = all.find(|one| one.variant == variant && one.target == Condition::Whole(target));
    one.map(|one| &one.probability)
}

/// Returns the finding for a variant.
pub(crate) fn title(found: &Uncertain, variant: &str, lang: Lang) -> String {
    let all = probability(found, variant, Whole::All).map_or(number::NOTHING.into(), chance);
    say(lang, Word::UncertainTitle, &[variant, &asked(found, lang), &all])
}

/// Returns the conditions of the analysis.
pub(crate) fn conditions(found: &Uncertain, lang: Lang) -> Vec<String> {
    let (samples, inputs) = (found.samples.to_string(), found.inputs.len().to_string());
    vec![
        found.head.system.clone(),
        found.head.scenario.clone(),
        say(lang, Word::Mix, &[&found.head.mix]),
        say(lang, Word::Calibration, &[&found.head.calibration]),
        say(lang, Word::UncertainSamples, &[&samples, &inputs]),
        say(lang, Word::Seed, &[&found.head.seed.to_string()]),
    ]
}

/// Names the target to which a probability belongs.
fn target(one: &Probability, lang: Lang) -> String {
    match one.target {
        Condition::Whole(Whole::All) => Word::UncertainAll.text(lang).to_owned(),
        Condition::Whole(Whole::Line) => Word::UncertainCarried.text(lang).to_owned(),
        Condition::Whole(Whole::Day) => Word::DayTargets.text(lang).to_owned(),
        Condition::Target(metric) => {
            facts::target(&Target::new(metric, one.limit.unwrap_or(0.0)), lang)
        }
    }
}

/// Describes the distribution of the line, in a sentence.
pub(crate) fn line(found: &Uncertain, fan: &Fan, lang: Lang) -> String {
    let [low, _, middle, _, high] = fan.rps.as_slice() else { return String::new() };
    let text = [low, middle, high].map(|one| number::plain(one.mean));
    let mut said =
        say(lang, Word::UncertainLine, &[&text[0], &text[2], unit(found.axis), &text[1]]);
    if let [low, _, middle, _, high] = fan.mau.as_slice() {
        let users = [low, middle, high].map(|one| number::users_plain(one.mean, middle.mean, lang));
        let _ = write!(said, " ({}–{} MAU)", users[0], users[2]);
    }
    if fan.beyond > 0 {
        let _ = write!(said, " {}", say(lang, Word::UncertainBeyond, &[&fan.beyond.to_string()]));
    }
    said
}

/// Names the input to measure first, in a sentence.
pub(crate) fn first(found: &Uncertain, variant: &str, lang: Lang) -> String {
    let Some(one) = found.first(variant) else {
        return Word::UncertainNoFirst.text(lang).to_owned();
    };
    // Half the effect, with the precision of its interval.
    let Estimate { mean, low, high, n, .. } = one.rps;
    let [low, high] = if mean < 0.0 { [-high, -low] } else { [low, high] };
    let half = Estimate::interval(mean.abs() / 2.0, low / 2.0, high / 2.0, n);
    let half = number::mean(&half);
    let whole = number::difference(&one.rps);
    let [from, to] = &one.values;
    say(lang, Word::UncertainFirst, &[&one.name, &half, unit(found.axis), from, to, &whole])
}

/// Formats a row of the table of influences.
fn row(one: &Influence) -> [String; 5] {
    let correlation = |value: f64| number::fixed(value, 2);
    [
        one.name.clone(),
        format!("{} – {}", one.values[0], one.values[1]),
        number::difference(&one.rps),
        format!(
            "{} ({} – {})",
            correlation(one.rank_correlation.mean),
            correlation(one.rank_correlation.low),
            correlation(one.rank_correlation.high)
        ),
        one.partial_rank_correlation.map_or(number::NOTHING.to_owned(), correlation),
    ]
}

fn heads_of(found: &Uncertain, lang: Lang) -> [String; 5] {
    [
        Word::Input.text(lang).to_owned(),
        Word::UncertainEnds.text(lang).to_owned(),
        say(lang, Word::UncertainMoves, &[unit(found.axis)]),
        Word::UncertainRank.text(lang).to_owned(),
        Word::UncertainPartial.text(lang).to_owned(),
    ]
}

/// Returns the influences of a variant.
pub(crate) fn of<'a>(found: &'a Uncertain, variant: &str) -> Vec<&'a Influence> {
    found.influences.iter().filter(|one| one.variant == variant).collect()
}

/// Renders the answer for the terminal.
fn text(found: &Uncertain, lang: Lang) -> String {
    let mut text = String::new();
    for fan in &found.fans {
        let variant = &fan.variant;
        let _ = writeln!(text, "{}", title(found, variant, lang));
        let _ = writeln!(text, "  {}", line(found, fan, lang));
        let of_variant = found.probabilities.iter().filter(|one| one.variant == *variant);
        let rows: Vec<[String; 2]> =
            of_variant.map(|one| [target(one, lang), chance(&one.probability)]).collect();
        columns(&mut text, &rows);
        let _ = writeln!(text, "  {}", first(found, variant, lang));
        let influences = of(found, variant);
        let mut rows = vec![heads_of(found, lang)];
        rows.extend(influences.iter().take(SHOWN).map(|one| row(one)));
        columns(&mut text, &rows);
        if influences.len() > SHOWN {
            let more = (influences.len() - SHOWN).to_string();
            let _ = writeln!(text, "    {}", say(lang, Word::UncertainMore, &[&more]));
        }
        text.push('\n');
    }
    text
}

/// Returns the table of a variant's targets with their probabilities.
fn targets(found: &Uncertain, variant: &str, lang: Lang) -> Block {
    let of_variant = found.probabilities.iter().filter(|one| one.variant == variant);
    let row = |one: &Probability| {
        vec![Cell::text(target(one, lang)), Cell::estimate(Some(&one.probability), chance)]
    };
    let header = [Word::Target, Word::UncertainChance].map(|word| words(word.text(lang)));
    Block::Table { header: header.into(), rows: of_variant.map(row).collect() }
}

/// Returns the table of each input's effect on the line of a variant.
fn moves(found: &Uncertain, variant: &str, lang: Lang) -> Block {
    let cells = |one: &&Influence| {
        let [name, ends, moved, rank, partial] = row(one);
        let is_number = number::are_numbers(&one.values);
        let partial = one.partial_rank_correlation.map(|_| Cell::number(partial));
        vec![
            Cell::text(name),
            if is_number { Cell::number(ends) } else { Cell::text(ends) },
            Cell::estimate(Some(&one.rps), |_| moved.clone()),
            Cell::number(rank),
            partial.unwrap_or_else(Cell::nothing),
        ]
    };
    let header = heads_of(found, lang).map(words);
    Block::Table { header: header.into(), rows: of(found, variant).iter().map(cells).collect() }
}

fn page(sheet: &mut Sheet, found: &Uncertain) {
    let lang = sheet.lang();
    let mut answer = Vec::new();
    for fan in &found.fans {
        answer.push(title(found, &fan.variant, lang));
        answer.push(line(found, fan, lang));
    }
    sheet.begin(Word::UncertainPage.text(lang), &conditions(found, lang), &answer);
    let best = found.fans.last().map_or("", |fan| fan.variant.as_str());
    sheet.figure("fan", title(found, best, lang), &|lang| chart::uncertain::fan(found, lang));
    for (number, fan) in found.fans.iter().enumerate() {
        let variant = &fan.variant;
        sheet.put(Block::Heading(words(variant)));
        sheet.put(targets(found, variant, lang));
        let name = numbered("tornado", number + 1);
        let title = first(found, variant, lang);
        sheet.put(Block::Paragraph(words(&title)));
        let paint = |lang| chart::uncertain::tornado(found, fan, number, lang);
        sheet.figure(&name, title, &paint);
        sheet.put(moves(found, variant, lang));
    }
    let together = if found.together { Word::UncertainTogether } else { Word::UncertainApart };
    sheet.heading(Word::HowHeading);
    sheet.notes(&[Word::UncertainNote, together]);
    if found.by_default {
        sheet.notes(&[Word::UncertainDefault]);
    }
}

/// Returns mean, interval ends and count of an estimate as cells.
fn cells(one: &Estimate) -> [String; 4] {
    [one.mean.to_string(), one.low.to_string(), one.high.to_string(), one.n.to_string()]
}

fn influences(found: &Uncertain) -> io::Result<Vec<u8>> {
    let heads = [
        "variant",
        "input",
        "from",
        "to",
        "rps",
        "rps_low",
        "rps_high",
        "rps_n",
        "rank_correlation",
        "rank_correlation_low",
        "rank_correlation_high",
        "rank_correlation_n",
        "partial_rank_correlation",
    ];
    let row = |one: &Influence| {
        let mut row = vec![one.variant.clone(), one.name.clone()];
        row.extend(one.values.iter().cloned());
        row.extend(cells(&one.rps));
        row.extend(cells(&one.rank_correlation));
        row.push(one.partial_rank_correlation.map_or(String::new(), |value| value.to_string()));
        row
    };
    csv(&heads, &found.influences.iter().map(row).collect::<Vec<_>>())
}

fn probabilities(found: &Uncertain) -> io::Result<Vec<u8>> {
    let heads = ["variant", "target", "limit", "probability", "low", "high", "n"];
    let row = |one: &Probability| {
        let limit = one.limit.map_or(String::new(), |limit| limit.to_string());
        let mut row = vec![one.variant.clone(), one.target.key().to_owned(), limit];
        row.extend(cells(&one.probability));
        row
    };
    csv(&heads, &found.probabilities.iter().map(row).collect::<Vec<_>>())
}

/// An uncertainty analysis with its samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampled {
    /// Results of the analysis.
    pub found: Uncertain,
    /// Samples; `None` where the answer is read again, since their table stays as it is.
    pub samples: Option<Swept>,
}

/// Kind of answer with the data file `uncertain.json`.
pub(super) const KIND: Kind = Kind { file: "uncertain.json", read: again };

fn again(folder: &Path) -> Result<Box<dyn Answer>, ReportError> {
    let found: Uncertain = read(&folder.join("uncertain.json"))?;
    Ok(Box::new(Sampled { found, samples: None }))
}

impl Answer for Sampled {
    fn head(&self) -> &Head {
        &self.found.head
    }

    fn is_met(&self) -> bool {
        self.found.is_met()
    }

    fn text(&self, lang: Lang, _: bool) -> String {
        text(&self.found, lang)
    }

    fn json(&self) -> Result<String, ReportError> {
        json(&self.found)
    }

    fn data(&self) -> Result<Files, ReportError> {
        let mut files = Files::default();
        if let Some(Swept { sweep, points }) = &self.samples {
            files.add("samples.csv", points_of::table(sweep, points)?);
        }
        files.add("influences.csv", influences(&self.found)?);
        files.add("probabilities.csv", probabilities(&self.found)?);
        files.add("uncertain.json", pretty(&self.found)?);
        Ok(files)
    }

    fn pages(&self, options: &Options) -> Files {
        let mut sheet = Sheet::new(options);
        page(&mut sheet, &self.found);
        sheet.finish(&caution::all(&self.found.cautions, options.lang), &["fan", "tornado"])
    }
}
