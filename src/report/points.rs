//! The points of a sweep: their names, and the estimate that is shown.

use super::ladder::unit;
use super::number;
use super::words::{Lang, Word, say};
use crate::stats::Estimate;
use crate::study::sweep::{Asked, Point, Sweep};

/// Returns the name of the estimate that charts and the terminal show.
pub(crate) fn shown(sweep: &Sweep) -> &'static str {
    match sweep.asked {
        Asked::Line | Asked::Sample => "line_rps",
        Asked::Load => "p99_ms",
    }
}

/// Returns an estimate of a point by its name.
pub(crate) fn estimate<'a>(point: &'a Point, name: &str) -> Option<&'a Estimate> {
    let found = point.estimates.iter().find(|(other, _)| other == name);
    found.map(|(_, estimate)| estimate).filter(|estimate| estimate.n > 0)
}

/// Names the varied settings, for headings.
pub(crate) fn over(sweep: &Sweep) -> String {
    let paths: Vec<&str> = sweep.varied.iter().map(|one| one.path.as_str()).collect();
    if paths.is_empty() { sweep.variants.join(", ") } else { paths.join(" × ") }
}

/// Names the estimate shown, with its unit.
pub(crate) fn named(sweep: &Sweep, lang: Lang) -> String {
    match sweep.asked {
        Asked::Line | Asked::Sample => say(lang, Word::SweepLine, &[unit(sweep.axis)]),
        Asked::Load => Word::P99.text(lang).to_owned(),
    }
}

/// Returns the finding: the smallest and largest values, and where they occur.
pub(crate) fn title(sweep: &Sweep, points: &[Point], lang: Lang) -> String {
    let known = || {
        points.iter().filter_map(|point| estimate(point, shown(sweep)).map(|found| (point, found)))
    };
    let least = known().min_by(|a, b| a.1.mean.total_cmp(&b.1.mean));
    let most = known().max_by(|a, b| a.1.mean.total_cmp(&b.1.mean));
    let number = named(sweep, lang);
    let (Some((least, low)), Some((most, high))) = (least, most) else {
        return say(lang, Word::SweepTitle, &[&number, &over(sweep)]);
    };
    let (from, to) = (number::mean(low), number::mean(high));
    if low.high >= high.low {
        return say(lang, Word::SweepTitleSame, &[&number, &from, &to, &over(sweep)]);
    }
    let (at, where_) = (name(sweep, least), name(sweep, most));
    say(lang, Word::SweepTitleFromTo, &[&number, &from, &at, &to, &where_])
}

/// Names a point by what distinguishes it: its variant where there are several, and its values.
pub(crate) fn name(sweep: &Sweep, point: &Point) -> String {
    let mut parts = Vec::new();
    if sweep.variants.len() > 1 || sweep.varied.is_empty() {
        parts.push(point.variant.clone());
    }
    for (one, value) in sweep.varied.iter().zip(&point.values) {
        // The last part of a path says enough.
        let mut ends = one.path.rsplit('.');
        let short = match (ends.next(), ends.next()) {
            (Some(last), Some(before)) => format!("{before}.{last}"),
            _ => one.path.clone(),
        };
        parts.push(format!("{short} = {value}"));
    }
    parts.join(", ")
}
