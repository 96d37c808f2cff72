//! Charts: the list of all, and their common parts.

mod anatomy;
mod axis;
mod day;
mod heatmap;
pub(crate) mod ladder;
pub(crate) mod pareto;
mod pods;
mod saturation;
pub(crate) mod size;
pub(crate) mod sweep;
pub(crate) mod uncertain;

use super::canvas::{Canvas, Ink};
use super::facts;
use super::style::{self, FAINT, INK, MARGIN, SMALL, TITLE, WIDTH};
use super::words::Lang;
use crate::study::result::StudyResult;

/// A chart of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chart {
    /// Response time and throughput over load.
    Saturation,
    /// The day, hour by hour.
    Day,
    /// Utilisation of stations by hour, as a heat map.
    Heatmap,
    /// Pods over the day.
    Pods,
    /// Breakdown of the response time.
    Anatomy,
}

/// Every chart, in the order of the page.
pub(crate) const ALL: &[Chart] =
    &[Chart::Saturation, Chart::Day, Chart::Heatmap, Chart::Pods, Chart::Anatomy];

impl Chart {
    /// Returns the name of the chart's file, without extension.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Chart::Saturation => "saturation",
            Chart::Day => "day",
            Chart::Heatmap => "heatmap",
            Chart::Pods => "pods",
            Chart::Anatomy => "anatomy",
        }
    }

    /// Returns the finding of the chart, as its title.
    pub(crate) fn title(self, result: &StudyResult, lang: Lang) -> String {
        match self {
            Chart::Saturation => saturation::title(result, lang),
            Chart::Day => day::title(result, lang),
            Chart::Heatmap => heatmap::title(result, lang),
            Chart::Pods => pods::title(result, lang),
            Chart::Anatomy => anatomy::title(result, lang),
        }
    }

    /// Draws the chart; `None` when the result has nothing to show in it.
    pub(crate) fn draw(self, result: &StudyResult, lang: Lang) -> Option<Canvas> {
        match self {
            Chart::Saturation => saturation::draw(result, lang),
            Chart::Day => day::draw(result, lang),
            Chart::Heatmap => heatmap::draw(result, lang),
            Chart::Pods => pods::draw(result, lang),
            Chart::Anatomy => anatomy::draw(result, lang),
        }
    }
}

/// Title and conditions at the top of a chart.
struct Heading {
    title: Vec<String>,
    conditions: Vec<String>,
}

impl Heading {
    fn new(title: &str, result: &StudyResult, lang: Lang) -> Heading {
        let mut conditions = vec![result.head.system.clone(), result.head.scenario.clone()];
        conditions.extend(facts::conditions(result, lang));
        Heading::of(title, conditions)
    }

    fn of(title: &str, mut conditions: Vec<String>) -> Heading {
        let room = WIDTH - 2.0 * MARGIN;
        conditions.retain(|part| !part.is_empty());
        // A name without glyphs would force the whole picture into the fallback; the conditions are
        // not worth that.
        Heading {
            title: style::break_lines(title, TITLE, room, 2),
            conditions: style::break_lines(&conditions.join(" · "), SMALL, room, 2),
        }
    }

    /// Returns where the content below begins \[px\].
    fn bottom(&self) -> f64 {
        MARGIN + 32.0 * self.title.len() as f64 + 22.0 * self.conditions.len() as f64 + 10.0
    }

    fn draw(&self, canvas: &mut Canvas) {
        let mut y = MARGIN + 12.0;
        for line in &self.title {
            canvas.text(line, (MARGIN, y), Ink::left(TITLE, INK));
            y += 32.0;
        }
        y -= 3.0;
        for line in &self.conditions {
            canvas.text(line, (MARGIN, y), Ink::left(SMALL, FAINT));
            y += 22.0;
        }
    }
}
