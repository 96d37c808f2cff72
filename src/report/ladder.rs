//! A bottleneck ladder as text, page, table and chart.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use super::answer::{Answer, Files, Kind, json};
use super::block::{Block, Cell, Inline, words};
use super::caution;
use super::chart;
use super::error::ReportError;
use super::folder::read;
use super::number;
use super::sheet::{Sheet, numbered};
use super::tables::csv;
use super::words::{Lang, Word, cause, end, say};
use super::{Options, pretty};
use crate::stats::Estimate;
use crate::study::Head;
use crate::study::cause::Cause;
use crate::study::ladder::{End, Ending, Ladder, Rung};
use crate::study::metric::Metric;
use crate::study::result::Axis;
use crate::study::workshop::Lifted;

/// Returns the unit of loads.
pub(crate) fn unit(axis: Axis) -> &'static str {
    match axis {
        Axis::Records => "records/s",
        Axis::Requests | Axis::Closed => "RPS",
    }
}

/// Formats the wanted load, as users where it is given so.
pub(crate) fn wanted(ladder: &Ladder, lang: Lang) -> String {
    match ladder.up_to_mau {
        Some(mau) => format!("{} MAU", number::users_plain(mau, mau, lang)),
        None => format!("{} {}", number::plain(ladder.up_to), unit(ladder.axis)),
    }
}

/// Whether every load tried is carried.
fn carried(rung: &Rung) -> bool {
    matches!(rung.cause, Cause::NotReached { .. })
}

/// Names the limiting resource, with its ties.
fn names(rung: &Rung, lang: Lang) -> String {
    let names: Vec<&str> = rung.resource.iter().chain(&rung.ties).map(String::as_str).collect();
    if names.is_empty() { Word::Unknown.text(lang).to_owned() } else { names.join(" = ") }
}

/// Formats the line of a rung with its interval; where it lies beyond the wanted load, the load
/// carried.
pub(crate) fn line(ladder: &Ladder, rung: &Rung) -> String {
    let unit = unit(ladder.axis);
    if carried(rung) {
        return format!("≥ {} {unit}", number::plain(rung.rps.low));
    }
    format!("{} {unit}", number::estimate(&rung.rps))
}

/// Formats the limiting resource with its ties and the share of replications that agree.
pub(crate) fn resource(rung: &Rung, lang: Lang) -> String {
    if carried(rung) {
        return Word::LadderCarried.text(lang).to_owned();
    }
    let mut text = names(rung, lang);
    let _ = write!(text, " ({} %)", number::fixed(rung.agreement * 100.0, 0));
    text
}

/// Formats a lifted setting with its values and cost.
pub(crate) fn lifted(lifted: &Lifted, lang: Lang) -> String {
    let Lifted { setting, from, to, monthly_usd, note } = lifted;
    let Some(setting) = setting else {
        return say(lang, Word::LadderNoSetting, &[from, to, note.as_deref().unwrap_or_default()]);
    };
    let cost = match monthly_usd {
        Some(usd) => say(lang, Word::LadderCost, &[&number::fixed(*usd, 0)]),
        None => Word::LadderNotPriced.text(lang).to_owned(),
    };
    format!("{setting}: {from} → {to} ({cost})")
}

/// Describes how the ladder of a variant ended, in a sentence.
fn ending(ending: &Ending, lang: Lang) -> String {
    match ending.end {
        End::Reached => say(lang, Word::LadderReached, &[&ending.variant]),
        End::Stuck | End::TooLong | End::Stopped => {
            say(lang, Word::LadderEnded, &[&ending.variant, &end::why(ending, lang)])
        }
    }
}

/// Names the limiting resource, without its ties.
fn own(rung: &Rung, lang: Lang) -> String {
    rung.resource.clone().unwrap_or_else(|| Word::Unknown.text(lang).to_owned())
}

/// Returns the finding for a variant.
pub(crate) fn title(ladder: &Ladder, ending: &Ending, lang: Lang) -> String {
    let rungs: Vec<&Rung> =
        ladder.ladder.iter().filter(|rung| rung.variant == ending.variant).collect();
    let (Some(first), Some(last)) = (rungs.first(), rungs.last()) else {
        return Word::LadderPage.text(lang).to_owned();
    };
    let name = &ending.variant;
    match ending.end {
        End::Reached if rungs.len() == 1 => {
            say(lang, Word::LadderTitleAtOnce, &[name, &wanted(ladder, lang)])
        }
        End::Reached => {
            let lifts = (rungs.len() - 1).to_string();
            say(lang, Word::LadderTitleReached, &[name, &wanted(ladder, lang), &lifts])
        }
        End::Stuck | End::TooLong | End::Stopped => {
            say(lang, Word::LadderTitle, &[name, &own(first, lang), &own(last, lang)])
        }
    }
}

/// Renders the answer for the terminal.
fn text(ladder: &Ladder, lang: Lang) -> String {
    let mut text = String::new();
    for end in &ladder.ends {
        let _ = writeln!(text, "{}", title(ladder, end, lang));
        for rung in ladder.ladder.iter().filter(|rung| rung.variant == end.variant) {
            let users = rung.mau.as_ref().map_or(String::new(), |mau| {
                format!(" ({} MAU)", number::users(mau, mau.mean, lang))
            });
            let _ = writeln!(
                text,
                "  {:>2}  {}{users}  {}",
                rung.rung,
                line(ladder, rung),
                resource(rung, lang)
            );
            let _ = writeln!(text, "      {}", cause::cause(&rung.cause, rung.unsettled, lang));
            for one in &rung.lifted_by {
                let _ = writeln!(text, "      ↑ {}", lifted(one, lang));
            }
        }
        let _ = writeln!(text, "  {}\n", ending(end, lang));
    }
    text
}

fn page(sheet: &mut Sheet, ladder: &Ladder) {
    let lang = sheet.lang();
    let conditions = [
        ladder.head.system.clone(),
        ladder.head.scenario.clone(),
        say(lang, Word::Mix, &[&ladder.head.mix]),
        say(lang, Word::Calibration, &[&ladder.head.calibration]),
        say(lang, Word::Seed, &[&ladder.head.seed.to_string()]),
        say(lang, Word::LadderWanted, &[&wanted(ladder, lang)]),
    ];
    let titles: Vec<String> = ladder.ends.iter().map(|end| title(ladder, end, lang)).collect();
    sheet.begin(Word::LadderPage.text(lang), &conditions, &titles);
    for (number, (end, title)) in ladder.ends.iter().zip(titles).enumerate() {
        sheet.put(Block::Heading(words(&end.variant)));
        let name = numbered("ladder", number + 1);
        sheet.figure(&name, title, &|lang| chart::ladder::draw(ladder, end, lang));
        let heads = [
            Word::LadderRung,
            Word::SaturatesAt,
            Word::LadderUsers,
            Word::FirstToGo,
            Word::Because,
            Word::LadderLifted,
        ];
        let header = heads.iter().map(|word| words(word.text(lang))).collect();
        let rungs = ladder.ladder.iter().filter(|rung| rung.variant == end.variant);
        let rows = rungs
            .map(|rung| {
                let users = |mau: &Estimate| number::users(mau, mau.mean, lang);
                let by = rung.lifted_by.iter().map(|one| words(lifted(one, lang)));
                vec![
                    Cell::text(rung.rung.to_string()),
                    Cell::number(line(ladder, rung)),
                    Cell::estimate(rung.mau.as_ref(), users),
                    Cell::text(resource(rung, lang)),
                    Cell::words(Inline::quoted(cause::cause(&rung.cause, rung.unsettled, lang))),
                    Cell::words(Inline::lines(by)),
                ]
            })
            .collect();
        sheet.put(Block::Table { header, rows });
        sheet.put(Block::Paragraph(Inline::quoted(ending(end, lang))));
    }
    sheet.notes(&[Word::LadderNote, Word::LadderNoteShare, Word::LadderNoteSpare]);
}

/// Writes a CSV row for each rung; settings and costs of one rung are joined by `; `.
fn table(ladder: &Ladder) -> io::Result<Vec<u8>> {
    let header = [
        "variant",
        "rung",
        "rps",
        "rps_low",
        "rps_high",
        "rps_n",
        "mau",
        "mau_low",
        "mau_high",
        "resource",
        "ties",
        "agreement",
        "binding_target",
        "reason",
        "lifted_by",
        "monthly_usd",
    ];
    let mut rows = Vec::new();
    for rung in &ladder.ladder {
        let mau = |of: fn(&Estimate) -> f64| {
            rung.mau.as_ref().map_or(String::new(), |mau| of(mau).to_string())
        };
        let by = rung.lifted_by.iter().map(|one| {
            let Lifted { setting, from, to, .. } = one;
            format!("{}: {from} → {to}", setting.as_deref().unwrap_or("(no setting)"))
        });
        // A partial sum would be taken for the total, so one missing price leaves the sum out.
        let priced: Option<f64> = rung.lifted_by.iter().map(|one| one.monthly_usd).sum();
        let priced = priced.filter(|_| !rung.lifted_by.is_empty());
        rows.push(vec![
            rung.variant.clone(),
            rung.rung.to_string(),
            rung.rps.mean.to_string(),
            rung.rps.low.to_string(),
            rung.rps.high.to_string(),
            rung.rps.n.to_string(),
            mau(|mau| mau.mean),
            mau(|mau| mau.low),
            mau(|mau| mau.high),
            cause::named(rung.resource.as_deref(), &rung.cause).to_owned(),
            rung.ties.join("; "),
            rung.agreement.to_string(),
            rung.binding_target.map_or("", Metric::key).to_owned(),
            cause::cause(&rung.cause, rung.unsettled, Lang::En),
            by.collect::<Vec<_>>().join("; "),
            priced.map_or(String::new(), |usd| usd.to_string()),
        ]);
    }
    csv(&header, &rows)
}

/// Kind of answer with the data file `ladder.json`.
pub(super) const KIND: Kind = Kind { file: "ladder.json", read: again };

fn again(folder: &Path) -> Result<Box<dyn Answer>, ReportError> {
    let ladder: Ladder = read(&folder.join("ladder.json"))?;
    Ok(Box::new(ladder))
}

impl Answer for Ladder {
    fn head(&self) -> &Head {
        &self.head
    }

    fn is_met(&self) -> bool {
        self.is_reached()
    }

    fn text(&self, lang: Lang, _: bool) -> String {
        text(self, lang)
    }

    fn json(&self) -> Result<String, ReportError> {
        json(self)
    }

    fn data(&self) -> Result<Files, ReportError> {
        let mut files = Files::default();
        files.add("ladder.csv", table(self)?);
        files.add("ladder.json", pretty(self)?);
        Ok(files)
    }

    fn pages(&self, options: &Options) -> Files {
        let mut sheet = Sheet::new(options);
        page(&mut sheet, self);
        sheet.finish(&caution::all(&self.cautions, options.lang), &["ladder"])
    }
}
