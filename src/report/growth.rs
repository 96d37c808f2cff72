//! Growth forecast as text, page and table.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use super::answer::{Answer, Files, Kind, json};
use super::block::{Block, Cell, words};
use super::caution;
use super::columns::columns;
use super::error::ReportError;
use super::folder::read;
use super::sheet::Sheet;
use super::tables::csv;
use super::words::{Lang, Word, doubt, say};
use super::{Options, number, pretty};
use crate::study::Head;
use crate::study::doubt::{Doubt, Warning};
use crate::study::growth::{Crossing, Grown, GrowthFound, Hour};

/// Largest number of hours shown on the terminal.
const SHOWN: usize = 5;

fn month(month: Option<u32>, lang: Lang) -> String {
    month.map_or_else(|| Word::GrowthNever.text(lang).to_owned(), |month| month.to_string())
}

/// Formats the month of crossing, with the range that the interval of the line allows.
fn months(crossing: &Crossing, lang: Lang) -> String {
    let text = month(crossing.month, lang);
    if crossing.earliest == crossing.latest {
        return text;
    }
    format!("{text} ({}–{})", month(crossing.earliest, lang), month(crossing.latest, lang))
}

/// Returns the finding for a variant.
fn title(found: &GrowthFound, grown: &Grown, lang: Lang) -> String {
    let users = number::users(&grown.crossing.mau, grown.crossing.mau.mean, lang);
    let when = months(&grown.crossing, lang);
    let word = match grown.crossing.month {
        Some(0) => Word::GrowthTitleNow,
        Some(_) => Word::GrowthTitle,
        None => Word::GrowthTitleNever,
    };
    let from = number::users_plain(found.growth.from, found.growth.from, lang);
    let monthly = number::plain(found.growth.monthly * 100.0);
    let beyond = if grown.beyond_search { Word::GrowthBeyond.text(lang) } else { "" };
    let said = say(lang, word, &[&grown.variant, &from, &monthly, &when, &users, &grown.resource]);
    format!("{said}{beyond}")
}

/// Column headings of the table of hours.
const HEADER: [Word; 4] = [Word::GrowthHour, Word::GrowthShare, Word::Users, Word::GrowthMonth];

/// Formats an hour under the columns of [`HEADER`].
fn row(hour: &Hour, lang: Lang) -> [String; 4] {
    let users = &hour.crossing.mau;
    [
        hour.hour.clone(),
        format!("{} %", number::fixed(hour.share * 100.0, 0)),
        number::users(users, users.mean, lang),
        months(&hour.crossing, lang),
    ]
}

/// Formats an hour for the page; "never crossed" is text, not a number.
fn cells(hour: &Hour, lang: Lang) -> Vec<Cell> {
    let [name, share, users, month] = row(hour, lang);
    let is_crossed = hour.crossing.month.is_some();
    vec![
        Cell::text(name),
        Cell::number(share),
        Cell::estimate(Some(&hour.crossing.mau), |_| users.clone()),
        if is_crossed { Cell::number(month) } else { Cell::text(month) },
    ]
}

/// Renders the answer for the terminal.
fn text(found: &GrowthFound, lang: Lang) -> String {
    let mut text = String::new();
    if found.partial {
        let _ = writeln!(text, "{}\n", Word::Partial.text(lang));
    }
    for grown in &found.variants {
        let _ = writeln!(text, "{}", title(found, grown, lang));
        if !grown.hours.is_empty() {
            let heads = HEADER.map(|word| word.text(lang).to_owned());
            let hours = grown.hours.iter().take(SHOWN).map(|hour| row(hour, lang));
            columns(&mut text, &std::iter::once(heads).chain(hours).collect::<Vec<_>>());
        }
        text.push('\n');
    }
    text
}

fn page(sheet: &mut Sheet, found: &GrowthFound) {
    let lang = sheet.lang();
    let conditions = [
        found.head.system.clone(),
        found.head.scenario.clone(),
        say(lang, Word::Mix, &[&found.head.mix]),
        say(lang, Word::Calibration, &[&found.head.calibration]),
        say(lang, Word::Seed, &[&found.head.seed.to_string()]),
    ];
    let titles: Vec<String> =
        found.variants.iter().map(|grown| title(found, grown, lang)).collect();
    sheet.begin(Word::GrowthPage.text(lang), &conditions, &titles);
    for grown in &found.variants {
        if !grown.hours.is_empty() {
            let header = HEADER.iter().map(|word| words(word.text(lang))).collect();
            let rows = grown.hours.iter().map(|hour| cells(hour, lang)).collect();
            sheet.put(Block::Heading(words(&grown.variant)));
            sheet.put(Block::Table { header, rows });
        }
    }
    sheet.notes(&[Word::GrowthNote]);
}

/// Writes a CSV row for each variant's line, followed by one for each of its hours.
fn table(found: &GrowthFound) -> io::Result<Vec<u8>> {
    let header =
        ["variant", "hour", "share", "mau", "mau_low", "mau_high", "month", "earliest", "latest"];
    let mut rows = Vec::new();
    let of = |month: Option<u32>| month.map_or(String::new(), |month| month.to_string());
    for grown in &found.variants {
        let peak = [(String::new(), 1.0, &grown.crossing)];
        let hours = grown.hours.iter().map(|hour| (hour.hour.clone(), hour.share, &hour.crossing));
        for (hour, share, crossing) in peak.into_iter().chain(hours) {
            rows.push(vec![
                grown.variant.clone(),
                hour,
                share.to_string(),
                crossing.mau.mean.to_string(),
                crossing.mau.low.to_string(),
                crossing.mau.high.to_string(),
                of(crossing.month),
                of(crossing.earliest),
                of(crossing.latest),
            ]);
        }
    }
    csv(&header, &rows)
}

/// Returns the note on an interrupted run, and the warnings of the input.
fn warnings(found: &GrowthFound, lang: Lang) -> Vec<String> {
    let stopped = found.partial.then(|| doubt::warning(&Warning::of_all(Doubt::Stopped), lang));
    stopped.into_iter().chain(caution::all(&found.cautions, lang)).collect()
}

/// Kind of answer with the data file `growth.json`.
pub(super) const KIND: Kind = Kind { file: "growth.json", read: again };

fn again(folder: &Path) -> Result<Box<dyn Answer>, ReportError> {
    let found: GrowthFound = read(&folder.join("growth.json"))?;
    Ok(Box::new(found))
}

impl Answer for GrowthFound {
    fn head(&self) -> &Head {
        &self.head
    }

    fn is_met(&self) -> bool {
        self.is_carried()
    }

    fn text(&self, lang: Lang, _: bool) -> String {
        text(self, lang)
    }

    fn json(&self) -> Result<String, ReportError> {
        json(self)
    }

    fn data(&self) -> Result<Files, ReportError> {
        let mut files = Files::default();
        files.add("growth.csv", table(self)?);
        files.add("growth.json", pretty(self)?);
        Ok(files)
    }

    fn pages(&self, options: &Options) -> Files {
        let mut sheet = Sheet::new(options);
        page(&mut sheet, self);
        sheet.finish(&warnings(self, options.lang), &[])
    }
}
