//! Validation table: theory, simulation, interval and verdict of each case; faults detected;
//! results of other tools.

use super::block::{Block, Cell, Inline, Mark, code, strong, words};
use super::text::aligned;
use super::words::{Lang, Word};
use super::{markdown, theory};
use crate::plain;
use crate::stats::Estimate;
use crate::study::result::{Agreement, Check, Measure};
use crate::study::validate::{Case, Power, Seen, Spoil};

/// Result of an independent tool for a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    /// Name of the scenario.
    pub scenario: String,
    /// Measure.
    pub measure: Measure,
    /// Station or part to which the measure refers.
    pub at: Option<String>,
    /// Name of the tool.
    pub tool: String,
    /// Version of the tool.
    pub version: String,
    /// Result with its 99.9 % interval, in the unit of the measure.
    pub found: Estimate,
}

/// Error in a table of independent results.
#[derive(Debug, thiserror::Error)]
pub enum OpinionError {
    /// The file is not valid CSV.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// A column is missing.
    #[error("line 1: there is no column `{0}`")]
    NoColumn(&'static str),
    /// Unknown measure.
    #[error("line {line}: there is no measure `{measure}`")]
    NoMeasure {
        /// Line, from 1.
        line: u64,
        /// Text of the cell.
        measure: String,
    },
    /// A cell that is not a number.
    #[error("line {line}: {column} must be a number, found `{text}`")]
    NoNumber {
        /// Line, from 1.
        line: u64,
        /// Name of the column.
        column: &'static str,
        /// Text of the cell.
        text: String,
    },
    /// An invalid number of replications, at this line.
    #[error("line {0}: replications must be a whole number")]
    NoCount(u64),
}

/// Parses results of independent tools: CSV with the columns scenario, measure, at, tool, version,
/// replications, mean and `half_width` (of the 99.9 % interval), in any order.
///
/// # Errors
/// Every problem, with its line.
pub fn opinions(bytes: &[u8]) -> Result<Vec<Opinion>, Vec<OpinionError>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => return Err(vec![OpinionError::Csv(error)]),
    };
    let mut problems = Vec::new();
    let names =
        ["scenario", "measure", "at", "tool", "version", "replications", "mean", "half_width"];
    let mut places = [0; 8];
    for (place, name) in places.iter_mut().zip(names) {
        match header.iter().position(|column| column == name) {
            Some(found) => *place = found,
            None => problems.push(OpinionError::NoColumn(name)),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut all = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(OpinionError::Csv(error));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let cells =
            places.map(|place| plain::visible(record.get(place).unwrap_or_default().trim()));
        let [scenario, measure, at, tool, version, n, mean, half] =
            cells.each_ref().map(String::as_str);
        let known = Measure::of_word(measure);
        if known.is_none() {
            problems.push(OpinionError::NoMeasure { line, measure: measure.to_owned() });
        }
        let number = |text: &str, column: &'static str, problems: &mut Vec<OpinionError>| {
            let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
            if value.is_none() {
                problems.push(OpinionError::NoNumber { line, column, text: text.to_owned() });
            }
            value
        };
        let mean = number(mean, "mean", &mut problems);
        let half = number(half, "half_width", &mut problems);
        let n = n.parse::<u32>().ok();
        if n.is_none() {
            problems.push(OpinionError::NoCount(line));
        }
        if let (Some(measure), Some(mean), Some(half), Some(n)) = (known, mean, half, n) {
            let found = Estimate::interval(mean, mean - half.abs(), mean + half.abs(), n);
            all.push(Opinion {
                scenario: scenario.to_owned(),
                measure,
                at: (!at.is_empty()).then(|| at.to_owned()),
                tool: tool.to_owned(),
                version: version.to_owned(),
                found,
            });
        }
    }
    if problems.is_empty() { Ok(all) } else { Err(problems) }
}

/// Whether every case holds and every independent result agrees.
pub fn holds(cases: &[Case], opinions: &[Opinion]) -> bool {
    cases.iter().all(Case::holds)
        && beside(cases, opinions).iter().all(|second| second.agrees == Some(true))
}

struct Second<'a> {
    opinion: &'a Opinion,
    ours: Option<Estimate>,
    agrees: Option<bool>,
}

/// Compares independent results with our own: two intervals agree that overlap.
fn beside<'a>(cases: &[Case], opinions: &'a [Opinion]) -> Vec<Second<'a>> {
    opinions
        .iter()
        .map(|opinion| {
            let same = |seen: &&Seen| seen.measure == opinion.measure && seen.at == opinion.at;
            let case = cases.iter().find(|case| case.name == opinion.scenario);
            let ours =
                case.and_then(|case| case.seen.iter().find(same)).map(|seen| seen.simulation);
            let room = 1e-9 * opinion.found.mean.abs();
            let agrees = ours.map(|ours| {
                ours.low <= opinion.found.high + room && opinion.found.low <= ours.high + room
            });
            Second { opinion, ours, agrees }
        })
        .collect()
}

fn power(power: Power) -> Cell {
    match power {
        Power::Caught(1) => Cell::verdict(Mark::Good, words("caught (1 number)")),
        Power::Caught(count) => {
            Cell::verdict(Mark::Good, words(format!("caught ({count} numbers)")))
        }
        Power::Untouched => Cell::text("does not touch it"),
        Power::Missed => Cell::verdict(Mark::Bad, strong("missed")),
    }
}

fn summary(cases: &[Case], opinions: &[Opinion]) -> Vec<String> {
    let checks = || cases.iter().flat_map(|case| &case.checks);
    let agree = checks().filter(|check| check.agreement == Agreement::Agrees).count();
    let stated = cases.iter().filter(|case| !case.checks.is_empty()).count();
    let mut lines = vec![format!(
        "{stated} cases, {} numbers: theory lies in the 99.9 % interval of {agree} of them.",
        checks().count()
    )];
    for (spoil, name) in NAMES {
        let found = cases.iter().flat_map(|case| &case.power).filter(|(which, _)| *which == spoil);
        let (mut caught, mut missed) = (0, 0);
        for (_, power) in found {
            caught += u32::from(matches!(power, Power::Caught(_)));
            missed += u32::from(*power == Power::Missed);
        }
        lines.push(format!(
            "Fault \"{name}\": touches {} cases, caught in {caught} of them.",
            caught + missed
        ));
    }
    if !opinions.is_empty() {
        let seconds = beside(cases, opinions);
        let agree = seconds.iter().filter(|second| second.agrees == Some(true)).count();
        lines.push(format!(
            "Second opinions: {} numbers from independent tools, {agree} within both intervals.",
            seconds.len()
        ));
    }
    lines
}

const NAMES: [(Spoil, &str); 3] = [
    (Spoil::Slower, "every service 2 % longer"),
    (Spoil::Fewer, "one server fewer"),
    (Spoil::Reordered, "simultaneous events in the wrong order"),
];

fn measure(which: Measure, at: Option<&String>) -> String {
    let named = Check {
        stated: true,
        measure: which,
        at: at.cloned(),
        law: String::new(),
        source: String::new(),
        theory: 0.0,
        bound: false,
        asked: None,
        simulation: Estimate::default(),
        agreement: Agreement::Agrees,
    };
    theory::measure(&named, Lang::En)
}

/// Renders the page `docs/validation.md`: the same cases give the same bytes.
pub fn page(cases: &[Case], opinions: &[Opinion], command: &str) -> String {
    let made =
        words("Made by ").and(code(command)).and(words("; the same on every run and machine."));
    let mut blocks = vec![
        Block::Title(words("Validation")),
        Block::Paragraph(made),
        Block::Paragraph(Inline::quoted(LEAD)),
        Block::List(summary(cases, opinions).iter().map(words).collect()),
        Block::Heading(words("Theory beside simulation")),
        checks(cases),
        Block::Heading(words("What the cases can see")),
        Block::Paragraph(words(POWER)),
        faults(cases),
    ];
    if !opinions.is_empty() {
        blocks.extend([
            Block::Heading(words("Second opinions")),
            Block::Paragraph(Inline::quoted(SECOND)),
            seconds(cases, opinions),
        ]);
    }
    markdown::file(&blocks, Lang::En)
}

const LEAD: &str = "Every case is a scenario file that goes the way of a user's. Its `theory` \
     block names a law of queueing theory, or a number worked out by hand, and what that law says \
     of the system; seeds are fixed. A number agrees when theory lies in the 99.9 % interval of \
     the simulation: of a thousand true statements one would be doubted by chance.";

const POWER: &str = "A check that cannot fail shows nothing. Each case is run again with a fault \
     put into the compiled model: every service 2 % longer (and storage 2 % slower); one thread, \
     connection and consumer fewer wherever there are several; work that ends after new work \
     where both fall on the same nanosecond. A fault that changes any of the case's numbers in \
     its first two replications must make at least one of them leave its interval; where every \
     number stays the same to the last bit, it does not touch the case.";

const SECOND: &str = "The same systems, written from their definitions in independent tools (`tests/peers`), with 99.9 % \
     intervals of their own. Two numbers agree when their intervals have a point in common.";

fn header<const N: usize>(names: [&str; N]) -> Vec<Inline> {
    names.map(words).into()
}

/// Returns the table of every measure of every case beside its prediction.
fn checks(cases: &[Case]) -> Block {
    let mut rows = Vec::new();
    for case in cases {
        for (index, check) in case.checks.iter().enumerate() {
            let name = if index == 0 { code(&case.name) } else { Inline::default() };
            let cells = theory::cells(check, Lang::En);
            rows.push(std::iter::once(Cell::words(name)).chain(cells).collect());
        }
        for missing in &case.unmeasured {
            let mut row = vec![Cell::words(code(&case.name)), Cell::text(measure(*missing, None))];
            row.resize_with(6, Cell::nothing);
            row.extend([Cell::verdict(Mark::Bad, strong("not measured")), Cell::text("")]);
            rows.push(row);
        }
    }
    let names = ["scenario", "number", "law", "theory", "simulation", "n", "verdict", "source"];
    Block::Table { header: header(names), rows }
}

/// Returns the table of faults that each case detects.
fn faults(cases: &[Case]) -> Block {
    let names = std::iter::once("scenario").chain(NAMES.map(|(_, name)| name));
    let shown = cases.iter().filter(|case| !case.power.is_empty());
    let row = |case: &Case| {
        let cells = case.power.iter().map(|(_, found)| power(*found));
        std::iter::once(Cell::words(code(&case.name))).chain(cells).collect()
    };
    Block::Table { header: names.map(words).collect(), rows: shown.map(row).collect() }
}

/// Returns the table of independent results beside our own.
fn seconds(cases: &[Case], opinions: &[Opinion]) -> Block {
    let row = |second: &Second| {
        let Second { opinion, ours, agrees } = second;
        let shown = |found: &Estimate| theory::shown(opinion.measure, found);
        vec![
            Cell::words(code(&opinion.scenario)),
            Cell::text(measure(opinion.measure, opinion.at.as_ref())),
            Cell::estimate(ours.as_ref(), shown),
            Cell::estimate(Some(&opinion.found), shown),
            Cell::text(format!("{} {}", opinion.tool, opinion.version)),
            match agrees {
                Some(true) => Cell::verdict(Mark::Good, words(Word::Agrees.text(Lang::En))),
                Some(false) => Cell::verdict(Mark::Bad, strong("differs")),
                None => Cell::verdict(Mark::Open, strong("not simulated here")),
            },
        ]
    };
    let names = ["scenario", "number", "Plimsoll", "other tool", "tool", "verdict"];
    let rows = beside(cases, opinions).iter().map(row).collect();
    Block::Table { header: header(names), rows }
}

/// Renders the cases for the terminal.
pub fn text(cases: &[Case], opinions: &[Opinion]) -> String {
    let header = ["scenario", "number", "law", "theory", "simulation", "verdict"];
    let mut rows = Vec::new();
    for case in cases {
        for check in &case.checks {
            rows.push(vec![
                case.name.clone(),
                theory::measure(check, Lang::En),
                check.law.clone(),
                theory::expected(check),
                theory::simulated(check),
                theory::verdict(check.agreement, Lang::En).to_owned(),
            ]);
        }
    }
    let mut lines = aligned(&header.map(str::to_owned), &rows);
    lines.push(String::new());
    lines.extend(summary(cases, opinions));
    for case in cases {
        for missing in &case.unmeasured {
            lines.push(format!("{}: {} was not measured", case.name, measure(*missing, None)));
        }
        for (spoil, found) in &case.power {
            if *found == Power::Missed {
                let name = NAMES.iter().find(|(other, _)| other == spoil).map_or("", |(_, n)| n);
                lines.push(format!("{}: the fault \"{name}\" is missed", case.name));
            }
        }
    }
    for second in beside(cases, opinions).iter().filter(|second| second.agrees != Some(true)) {
        let opinion = second.opinion;
        let what = measure(opinion.measure, opinion.at.as_ref());
        let ours = second.ours.map_or_else(
            || "not simulated here".to_owned(),
            |ours| theory::shown(opinion.measure, &ours),
        );
        lines.push(format!(
            "{}: {what}: {} {} finds {}, Plimsoll {ours}",
            opinion.scenario,
            opinion.tool,
            opinion.version,
            theory::shown(opinion.measure, &opinion.found)
        ));
    }
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opinions_report_all_problems_at_once() {
        let good = "measure,scenario,at,tool,version,replications,mean,half_width\n\
                    mean,mm1,,simpy,4,20,50.1,0.4\nbusy,mm1,server threads,ciw,3,20,0.8,0.01\n";
        let read = opinions(good.as_bytes()).expect("it is well formed");
        assert_eq!(read[0].measure, Measure::MeanMs);
        assert_eq!(read[1].at.as_deref(), Some("server threads"));
        assert!((read[0].found.high - 50.5).abs() < 1e-12);
        let bad = good.replace("mean,mm1", "meen,mm1").replace("0.8,0.01", "x,");
        let problems = opinions(bad.as_bytes()).expect_err("it has three problems");
        assert_eq!(problems.len(), 3, "{problems:?}");
        let said = |number: usize| problems[number].to_string();
        assert!(said(0).starts_with("line 2:") && said(1).starts_with("line 3:"));
        let problems = opinions(b"scenario,mean\n").expect_err("columns are missing");
        assert_eq!(problems.len(), 6, "{problems:?}");
    }

    #[test]
    fn intervals_agree_that_touch() {
        let at = |mean: f64, half: f64| Estimate::interval(mean, mean - half, mean + half, 20);
        let case = |simulation| Case {
            name: "mm1".into(),
            about: String::new(),
            checks: Vec::new(),
            unmeasured: Vec::new(),
            power: Vec::new(),
            seen: vec![Seen { measure: Measure::MeanMs, at: None, simulation }],
        };
        let opinion = Opinion {
            scenario: "mm1".into(),
            measure: Measure::MeanMs,
            at: None,
            tool: "simpy".into(),
            version: "4".into(),
            found: at(50.0, 1.0),
        };
        let agrees =
            |simulation| beside(&[case(simulation)], std::slice::from_ref(&opinion))[0].agrees;
        assert_eq!(agrees(at(51.5, 1.0)), Some(true));
        assert_eq!(agrees(at(53.0, 1.0)), Some(false));
        assert_eq!(beside(&[], std::slice::from_ref(&opinion))[0].agrees, None);
    }
}
