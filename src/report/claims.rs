//! Claims of the document with their verdicts: the document's own tables, redrawn.

use super::words::{Lang, Word, claim, say};
use super::{facts, number};
use crate::stats::Estimate;
use crate::study::claims::{ClaimMetric, ClaimVerdict, Grounds, Judged, Relation};
use crate::study::result::{StudyResult, Verdict};

/// Largest number of claims named by a reason.
const NAMED: usize = 6;

/// A table of the document.
pub(crate) struct ClaimTable<'a> {
    /// Heading in the document; `None` where no claim gives one.
    pub(crate) at: Option<&'a str>,
    /// Columns, in the order of the claims.
    pub(crate) columns: Vec<String>,
    /// Rows of the table.
    pub(crate) rows: Vec<ClaimRow<'a>>,
}

/// A row of a table of the document.
pub(crate) struct ClaimRow<'a> {
    /// Name of the row in the document, else the metric.
    pub(crate) name: String,
    /// Claims in each column.
    pub(crate) cells: Vec<Vec<&'a Judged>>,
}

impl ClaimRow<'_> {
    /// Returns the verdict on the bounds of the row, that is whether its requirements are achieved;
    /// `None` where it has no bounds.
    pub(crate) fn achieved(&self) -> Option<ClaimVerdict> {
        let bounds = || {
            let all = self.cells.iter().flatten();
            all.filter(|claim| claim.relation != Relation::About).map(|claim| claim.verdict)
        };
        let worst = [
            ClaimVerdict::Fails,
            ClaimVerdict::Undecided,
            ClaimVerdict::CannotBeJudged,
            ClaimVerdict::Holds,
        ];
        worst.into_iter().find(|verdict| bounds().any(|found| found == *verdict))
    }
}

/// Returns the tables of the document, in the order of the claims.
pub(crate) fn tables(result: &StudyResult, lang: Lang) -> Vec<ClaimTable<'_>> {
    let mut tables: Vec<ClaimTable> = Vec::new();
    for claim in &result.claims {
        let at = claim.place.at.as_deref();
        let place = tables.iter().position(|table| table.at == at).unwrap_or_else(|| {
            tables.push(ClaimTable { at, columns: Vec::new(), rows: Vec::new() });
            tables.len() - 1
        });
        let table = &mut tables[place];
        let column = claim.place.column.clone().unwrap_or_else(|| whom(claim));
        let column = table.columns.iter().position(|known| *known == column).unwrap_or_else(|| {
            table.columns.push(column);
            table.columns.len() - 1
        });
        let name = claim.place.row.clone().unwrap_or_else(|| metric(claim, lang));
        let row = table.rows.iter().position(|row| row.name == name).unwrap_or_else(|| {
            table.rows.push(ClaimRow { name, cells: Vec::new() });
            table.rows.len() - 1
        });
        let cells = &mut table.rows[row].cells;
        if cells.len() <= column {
            cells.resize_with(column + 1, Vec::new);
        }
        cells[column].push(claim);
    }
    for table in &mut tables {
        for row in &mut table.rows {
            row.cells.resize_with(table.columns.len(), Vec::new);
        }
    }
    tables
}

/// Returns the subject of a claim.
pub(crate) fn whom(claim: &Judged) -> String {
    match &claim.against {
        Some(against) if claim.difference => format!("{} − {against}", claim.variant),
        Some(against) => format!("{} / {against}", claim.variant),
        None => claim.variant.clone(),
    }
}

/// Returns the metric of a claim, with its load.
pub(crate) fn metric(claim: &Judged, lang: Lang) -> String {
    let at = Word::SaturatesAt.text(lang);
    let mut text = match claim.metric {
        ClaimMetric::SaturationRps => format!("{at}, RPS"),
        ClaimMetric::Mau => "MAU".to_owned(),
        ClaimMetric::Dau => "DAU".to_owned(),
        ClaimMetric::ConcurrentUsers => Word::ClaimConcurrent.text(lang).to_owned(),
        ClaimMetric::EventsPerS => format!("{at}, {}", Word::Events.text(lang)),
        ClaimMetric::EventCapacityPerS => Word::ClaimEventCapacity.text(lang).to_owned(),
        ClaimMetric::OrdersPerS => format!("{at}, {}", Word::Orders.text(lang)),
        ClaimMetric::OrdersPerMonth => Word::ClaimOrdersAMonth.text(lang).to_owned(),
        ClaimMetric::MeanMs => Word::Mean.text(lang).to_owned(),
        ClaimMetric::P50Ms => Word::P50.text(lang).to_owned(),
        ClaimMetric::P95Ms => Word::P95.text(lang).to_owned(),
        ClaimMetric::P99Ms => Word::P99.text(lang).to_owned(),
        ClaimMetric::ErrorRate => Word::Errors.text(lang).to_owned(),
        ClaimMetric::GoodputRps => Word::Goodput.text(lang).to_owned(),
        ClaimMetric::Utilisation => Word::MeasureBusy.text(lang).to_owned(),
        ClaimMetric::MonthlyCost => Word::ClaimCost.text(lang).to_owned(),
        ClaimMetric::Pods => Word::ClaimPods.text(lang).to_owned(),
        ClaimMetric::Connections => Word::ClaimConnections.text(lang).to_owned(),
        ClaimMetric::PoolMaximum => Word::ClaimPool.text(lang).to_owned(),
        ClaimMetric::Partitions => Word::ClaimPartitions.text(lang).to_owned(),
        ClaimMetric::Concurrency => Word::ClaimConcurrency.text(lang).to_owned(),
        ClaimMetric::Nodes => Word::ClaimNodes.text(lang).to_owned(),
    };
    if let Some(of) = &claim.of {
        text = format!("{text}: {of}");
    }
    match claim.load_rps {
        Some(load) => format!("{text}, {}", say(lang, Word::AtLoad, &[&number::plain(load)])),
        None => text,
    }
}

/// Formats the claimed value: `~ 1,500`, `≥ 800`, `~ × 2`, `~ +$30`.
pub(crate) fn claimed(claim: &Judged, lang: Lang) -> String {
    let sign = match claim.relation {
        Relation::AtLeast => "≥",
        Relation::AtMost => "≤",
        Relation::About if claim.tolerance > 0.0 => "~",
        Relation::About => "=",
    };
    let value = claim.claimed;
    let value = match claim.metric {
        _ if claim.difference => more(value, &in_unit(claim, value.abs(), lang)),
        _ if claim.against.is_some() => format!("× {}", number::plain(value)),
        _ => in_unit(claim, value, lang),
    };
    format!("{sign} {value}")
}

/// Formats a difference with its sign before the unit: `+$30`, `−20 ms`.
fn more(value: f64, amount: &str) -> String {
    match value {
        value if value > 0.0 => format!("+{amount}"),
        value if value < 0.0 => format!("−{amount}"),
        _ => format!("±{amount}"),
    }
}

/// Formats a number of a claim in its unit.
fn in_unit(claim: &Judged, value: f64, lang: Lang) -> String {
    match claim.metric {
        ClaimMetric::ErrorRate | ClaimMetric::Utilisation if claim.difference => {
            format!("{} {}", number::plain(value * 100.0), points(lang))
        }
        ClaimMetric::ErrorRate | ClaimMetric::Utilisation => {
            format!("{} %", number::plain(value * 100.0))
        }
        ClaimMetric::MonthlyCost => format!("${}", number::plain(value)),
        _ if users(claim.metric) => number::users_plain(value, value, lang),
        ClaimMetric::MeanMs | ClaimMetric::P50Ms | ClaimMetric::P95Ms | ClaimMetric::P99Ms => {
            format!("{} ms", number::plain(value))
        }
        _ => number::plain(value),
    }
}

/// Returns the unit of a difference of shares, percentage points.
fn points(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "pp",
        Lang::Ko => "%p",
    }
}

/// Formats the simulated value in the unit of the claim.
pub(crate) fn simulated(claim: &Judged, lang: Lang) -> String {
    let Some(estimate) = &claim.estimate else { return number::NOTHING.to_owned() };
    match claim.metric {
        _ if claim.difference => differs(claim, estimate, lang),
        _ if claim.against.is_some() => format!("× {}", number::estimate(estimate)),
        ClaimMetric::MonthlyCost if estimate.is_exact() => in_unit(claim, estimate.mean, lang),
        ClaimMetric::ErrorRate | ClaimMetric::Utilisation => number::percent(estimate),
        _ if users(claim.metric) => number::users(estimate, estimate.mean.max(claim.claimed), lang),
        ClaimMetric::MeanMs | ClaimMetric::P50Ms | ClaimMetric::P95Ms | ClaimMetric::P99Ms => {
            format!("{} ms", number::estimate(estimate))
        }
        _ => number::estimate(estimate),
    }
}

/// Formats the simulated difference of two variants in the unit of the claim: `+$228`, `+120 ± 8`.
fn differs(claim: &Judged, estimate: &Estimate, lang: Lang) -> String {
    if estimate.is_exact() {
        return more(estimate.mean, &in_unit(claim, estimate.mean.abs(), lang));
    }
    match claim.metric {
        ClaimMetric::ErrorRate | ClaimMetric::Utilisation => {
            let Estimate { mean, low, high, n, .. } = *estimate;
            let [mean, low, high] = [mean, low, high].map(|share| share * 100.0);
            let scaled = Estimate::interval(mean, low, high, n);
            format!("{} {}", number::difference(&scaled), points(lang))
        }
        _ if users(claim.metric) => {
            let reference = estimate.mean.abs().max(claim.claimed.abs());
            let sign = if estimate.mean > 0.0 { "+" } else { "" };
            format!("{sign}{}", number::users(estimate, reference, lang))
        }
        ClaimMetric::MeanMs | ClaimMetric::P50Ms | ClaimMetric::P95Ms | ClaimMetric::P99Ms => {
            format!("{} ms", number::difference(estimate))
        }
        _ => number::difference(estimate),
    }
}

/// Whether the metric counts users or their flows in a month: large numbers with a unit of their
/// own.
fn users(metric: ClaimMetric) -> bool {
    matches!(
        metric,
        ClaimMetric::Mau
            | ClaimMetric::Dau
            | ClaimMetric::ConcurrentUsers
            | ClaimMetric::OrdersPerMonth
    )
}

/// Returns the word for a verdict.
pub(crate) fn verdict(verdict: ClaimVerdict, lang: Lang) -> &'static str {
    match verdict {
        ClaimVerdict::Holds => Word::ClaimHolds,
        ClaimVerdict::Fails => Word::ClaimFails,
        ClaimVerdict::Undecided => Word::ClaimUndecided,
        ClaimVerdict::CannotBeJudged => Word::ClaimOpen,
    }
    .text(lang)
}

/// Returns the number of claims and of each verdict, in a sentence.
pub(crate) fn sentence(result: &StudyResult, lang: Lang) -> Option<String> {
    let count = |wanted: ClaimVerdict| {
        result.claims.iter().filter(|claim| claim.verdict == wanted).count().to_string()
    };
    let all = result.claims.len().to_string();
    let places = [
        all,
        count(ClaimVerdict::Holds),
        count(ClaimVerdict::Fails),
        count(ClaimVerdict::Undecided),
        count(ClaimVerdict::CannotBeJudged),
    ];
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    (!result.claims.is_empty()).then(|| say(lang, Word::ClaimsSentence, &places))
}

/// Renders a row for the terminal: each column's claim with the simulated value.
pub(crate) fn line(table: &ClaimTable, row: &ClaimRow, lang: Lang) -> String {
    let mut parts = Vec::new();
    for (column, claims) in table.columns.iter().zip(&row.cells) {
        for claim in claims {
            let column = match told_apart(claims, claim, lang) {
                Some(name) => format!("{column} ({name})"),
                None => column.clone(),
            };
            let (claimed, found) = (claimed(claim, lang), simulated(claim, lang));
            let verdict = verdict(claim.verdict, lang);
            let day = over_day(claim, lang).map_or(String::new(), |day| format!(" ({day})"));
            parts.push(match &claim.estimate {
                Some(_) => format!("{column} {claimed} → {found}: {verdict}{day}"),
                None => format!("{column} {claimed}: {verdict}{day}"),
            });
        }
    }
    format!("{}: {}", row.name, parts.join("; "))
}

/// Returns the finding of the day that contradicts a claim; `None` where there is none.
pub(crate) fn over_day(claim: &Judged, lang: Lang) -> Option<String> {
    let day = claim.over_day?;
    let (word, lasts) = match day.verdict {
        Verdict::Met => return None,
        Verdict::Missed => (Word::ClaimDayMissed, day.missed_s),
        Verdict::Undecided => (Word::ClaimDayOpen, day.undecided_s),
    };
    let lasts = [lasts, day.judged_s].map(|length| number::duration(length, lang));
    Some(say(lang, word, &[&lasts[0], &lasts[1]]))
}

/// Returns the label that distinguishes a claim from others in its cell; `None` where it is alone.
pub(crate) fn told_apart(cell: &[&Judged], claim: &Judged, lang: Lang) -> Option<String> {
    let several = cell.len() > 1;
    let same_metric = cell.iter().all(|other| other.metric == claim.metric);
    let of = claim.of.clone().filter(|_| same_metric);
    several.then(|| of.unwrap_or_else(|| metric(claim, lang)))
}

/// Returns the reasons, each with the claims to which it applies.
pub(crate) fn reasons(result: &StudyResult, lang: Lang) -> Vec<(String, String)> {
    let mut reasons: Vec<(&Grounds, Vec<String>)> = Vec::new();
    for claim in &result.claims {
        let name = claim.place.row.clone().unwrap_or_else(|| metric(claim, lang));
        let column = claim.place.column.clone().unwrap_or_else(|| whom(claim));
        let name = format!("{name} ({column})");
        let known = reasons.iter_mut().find(|(reason, _)| **reason == claim.basis);
        match known {
            Some((_, names)) if !names.contains(&name) => names.push(name),
            Some(_) => {}
            None => reasons.push((&claim.basis, vec![name])),
        }
    }
    let few = |names: &[String]| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        facts::few(&names, NAMED, lang)
    };
    reasons.iter().map(|(basis, names)| (few(names), claim::basis(basis, lang))).collect()
}

/// Whether an interval excludes zero.
fn moves(change: &Estimate) -> bool {
    number::known(change) && change.n >= 2 && (change.low > 0.0 || change.high < 0.0)
}

/// Formats the shift of the line caused by an edit: `0` where the running system does not change.
pub(crate) fn moved(change: Option<&Estimate>) -> String {
    match change {
        None => number::NOTHING.to_owned(),
        Some(change) if change.is_exact() => number::plain(change.mean),
        Some(change) => number::difference(change),
    }
}

/// Describes the contributions of a plan's edits to the line: those that move it, the number of
/// those without a measurable effect, and of those that do not change the running system.
pub(crate) fn contributions(plan: &super::edits::PlanEdits, lang: Lang) -> Vec<String> {
    let (mut moving, mut still, mut nothing) = (Vec::new(), Vec::new(), 0_usize);
    let mut known = 0;
    for group in &plan.groups {
        let contribution = group.settings.first().and_then(|edit| edit.contribution.as_ref());
        let Some(contribution) = contribution else { continue };
        known += 1;
        let both = [contribution.alone_rps.as_ref(), contribution.together_rps.as_ref()];
        let all = || both.iter().copied().flatten();
        if both.iter().all(|change| change.is_some_and(Estimate::is_exact)) {
            nothing += 1;
            continue;
        }
        let name = super::edits::named(group, lang);
        let n = all().map(|change| change.n).filter(|n| *n != Estimate::EXACT).max().unwrap_or(0);
        let text = say(
            lang,
            Word::ContributionOne,
            &[&name, &moved(both[0]), &moved(both[1]), &n.to_string()],
        );
        if all().any(moves) { moving.push(text) } else { still.push(text) }
    }
    let mut lines = Vec::new();
    if known == 0 {
        return lines;
    }
    let counts = [plan.groups.len(), moving.len(), still.len(), nothing].map(|n| n.to_string());
    let left = plan.groups.len() - known;
    let counts: Vec<&str> = counts.iter().map(String::as_str).collect();
    lines.push(say(lang, Word::ContributionCount, &counts));
    lines.extend(moving);
    lines.extend(still);
    if left > 0 {
        lines.push(say(lang, Word::ContributionLeft, &[&left.to_string()]));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_documents_tables_come_back_with_verdicts() {
        let result = fixture::before_after();
        let tables = tables(&result, Lang::En);
        let heads: Vec<Option<&str>> = tables.iter().map(|table| table.at).collect();
        assert_eq!(heads, [Some("Capacity after the change"), Some("Cost")]);
        assert_eq!(tables[0].columns, ["now", "after", "target"]);
        let rows: Vec<&str> = tables[0].rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(rows, ["API RPS (peak)", "events/s"]);
        let line = line(&tables[0], &tables[0].rows[0], Lang::En);
        assert_eq!(
            line,
            "API RPS (peak): now ~ 1,200 → 350 ± 4: fails; after ~ 1,500 → 470 ± 6: fails; \
             target ≥ 1,000 → 470 ± 6: fails"
        );
        assert_eq!(tables[0].rows[0].achieved(), Some(ClaimVerdict::Fails));
        // "About" is not a requirement, so that there is nothing to achieve.
        assert_eq!(tables[0].rows[1].achieved(), None);
        assert_eq!(tables[1].rows[0].achieved(), Some(ClaimVerdict::CannotBeJudged));
        assert_eq!(
            sentence(&result, Lang::En).expect("there are claims"),
            "The document's claims (5): holds 1, fails 3, undecided 0, cannot be judged 1."
        );
    }

    #[test]
    fn differences_have_a_sign_before_their_unit() {
        let result = fixture::before_after();
        let of = |metric, claimed, mean| {
            let mut claim = result.claims[0].clone();
            (claim.variant, claim.against) = ("after".to_owned(), Some("now".to_owned()));
            (claim.metric, claim.difference, claim.claimed) = (metric, true, claimed);
            claim.estimate = Some(Estimate::exact(mean));
            (super::claimed(&claim, Lang::Ko), simulated(&claim, Lang::Ko), whom(&claim))
        };
        let expected = ["~ +$60", "−$75.9", "after − now"].map(str::to_owned);
        assert_eq!(of(ClaimMetric::MonthlyCost, 60.0, -75.92), expected.into());
        let expected = ["~ ±$0", "±$0", "after − now"].map(str::to_owned);
        assert_eq!(of(ClaimMetric::MonthlyCost, 0.0, 0.0), expected.into());
        let expected = ["~ −1 %p", "+2.5 %p", "after − now"].map(str::to_owned);
        assert_eq!(of(ClaimMetric::ErrorRate, -0.01, 0.025), expected.into());
        let expected = ["~ +250만", "+25만", "after − now"].map(str::to_owned);
        assert_eq!(of(ClaimMetric::Mau, 2.5e6, 250_000.0), expected.into());
    }

    #[test]
    fn edits_say_how_far_they_move_the_line() {
        let result = fixture::before_after();
        let plans = super::super::edits::plans(&result.edits, Lang::En);
        assert_eq!(
            contributions(&plans[0], Lang::En),
            [
                "Edits that move the line: 1 of 9; by nothing measurable: 0; by exactly 0, because what is \
                 simulated is the same: 8.",
                "services.product.listeners.concurrency: +118 ± 9 RPS alone, +120 ± 8 within the plan (n 8).",
            ]
        );
    }
}
