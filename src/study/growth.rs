//! Growth: in which month a growing number of users crosses the line, and which hours of the day do so
//! first.

use serde::{Deserialize, Serialize};

use super::caution::Caution;
use super::error::StudyError;
use super::head::Head;
use super::point::{Depth, LinePoint, line};
use super::setup::Study;
use super::watch::Watcher;
use crate::stats::Estimate;

/// Longest growth looked at: 50 years \[months\].
const HORIZON: f64 = 600.0;

/// How users become more: by the same share each month.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    /// Monthly users at the beginning.
    pub from: f64,
    /// Growth in a month, as a share.
    pub monthly: f64,
}

impl Growth {
    /// Monthly users after so many months.
    pub fn users(&self, months: f64) -> f64 {
        self.from * libm::pow(1.0 + self.monthly, months)
    }

    /// Months until there are so many users: log(users / from) / log(1 + monthly); none for longer than 50
    /// years. Zero where there are as many from the beginning.
    pub fn months(&self, users: f64) -> Option<f64> {
        let months = libm::log(users / self.from) / libm::log1p(self.monthly);
        let months = months.max(0.0);
        (months <= HORIZON).then_some(months)
    }
}

/// When the line is crossed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crossing {
    /// Monthly users at the line.
    pub mau: Estimate,
    /// The first month, from 0 for today, whose users are beyond the middle of the line; none: not within
    /// 50 years.
    pub month: Option<u32>,
    /// The same for the low end of the line's interval.
    pub earliest: Option<u32>,
    /// And for its high end.
    pub latest: Option<u32>,
}

impl Crossing {
    /// When `growth` crosses a line at so many users.
    pub fn of(growth: &Growth, mau: Estimate) -> Crossing {
        // A line that is met exactly is carried; it is crossed by the first user more.
        let first = |users: f64| {
            let months = growth.months(users.max(0.0))?;
            let month = months.floor();
            let beyond = growth.users(month) > users * (1.0 + 1e-12);
            Some(if beyond { month } else { month + 1.0 } as u32)
        };
        Crossing { mau, month: first(mau.mean), earliest: first(mau.low), latest: first(mau.high) }
    }
}

/// A time of the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hour {
    /// Its beginning and end, `21:00–22:00`.
    pub hour: String,
    /// Rate over that of the highest hour.
    pub share: f64,
    /// When it saturates.
    pub crossing: Crossing,
}

/// What a variant carries as its users become more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grown {
    /// The variant.
    pub variant: String,
    /// The line \[requests/s\].
    pub rps: Estimate,
    /// What draws it.
    pub resource: String,
    /// Whether the line lies beyond the largest load tried: then what is said holds at the earliest.
    pub beyond_search: bool,
    /// When the highest hour saturates.
    pub crossing: Crossing,
    /// Hours of the day, those that saturate first first; empty for a flat load.
    pub hours: Vec<Hour>,
}

/// What is found: `growth.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GrowthFound {
    /// What it is about.
    #[serde(flatten)]
    pub head: Head,
    /// The growth.
    pub growth: Growth,
    /// Name of the curve of the day.
    pub curve: String,
    /// Each variant.
    pub variants: Vec<Grown>,
    /// Warnings of the input; their words stand beside them when this is written.
    #[serde(default)]
    pub cautions: Vec<Caution>,
    /// Whether it was stopped before the lines of all variants were known.
    #[serde(default)]
    pub partial: bool,
}

impl GrowthFound {
    /// Whether the last variant surely carries today's users.
    pub fn is_carried(&self) -> bool {
        // Crossed today already, or perhaps so: then the load asked about is not surely carried.
        let crossed = self.variants.last().is_none_or(|last| last.crossing.earliest == Some(0));
        !self.partial && !crossed
    }
}

/// When growth crosses the lines of these variants of a study.
///
/// # Errors
/// When the study has no line to search for, or its load is not given in users.
pub fn answer(
    study: &Study,
    which: &[usize],
    growth: Growth,
    watcher: &dyn Watcher,
) -> Result<GrowthFound, StudyError> {
    watcher.begin("finding lines", which.len() as u64);
    let mut found = GrowthFound {
        head: study.head("growth"),
        growth,
        curve: study.case(0, 0, 0).load.curve.name.clone(),
        variants: Vec::new(),
        cautions: study.cautions.clone(),
        partial: false,
    };
    for variant in which {
        let study = study.only(*variant);
        let point = line(&study, Depth::Full, watcher);
        match point.and_then(|point| grow(&study, &point, &growth)) {
            Some(grown) => found.variants.push(grown),
            None if watcher.stopped() => {
                found.partial = true;
                break;
            }
            None => return Err(StudyError::NoGrowth),
        }
        watcher.step();
    }
    Ok(found)
}

/// What growth makes of the line of the study's first variant; none where the load is not given in users.
fn grow(study: &Study, found: &LinePoint, growth: &Growth) -> Option<Grown> {
    let line = &found.saturation;
    let mau = line.mau?;
    let curve = &study.case(0, 0, 0).load.curve;
    let slice = curve.slice.secs();
    let clock = |seconds: f64| {
        let minutes = (seconds / 60.0).round() as u64;
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    };
    let highest = curve.slices.iter().copied().fold(0.0, f64::max);
    let mut hours: Vec<Hour> = Vec::new();
    // The steady load of the line is that of the highest hour; another has its share of it, so that the
    // line takes as many times more users. Backlogs of earlier hours come on top.
    for (number, rate) in curve.slices.iter().enumerate().filter(|_| curve.slices.len() > 1) {
        let share = rate / highest;
        if share <= 0.0 {
            continue;
        }
        let at = number as f64 * slice;
        let more = |users: f64| users / share;
        let mau = Estimate::interval(more(mau.mean), more(mau.low), more(mau.high), mau.n);
        let hour = format!("{}–{}", clock(at), clock(at + slice));
        hours.push(Hour { hour, share, crossing: Crossing::of(growth, mau) });
    }
    hours.sort_by(|a, b| b.share.total_cmp(&a.share));
    Some(Grown {
        variant: study.variants[0].name.clone(),
        rps: line.rps,
        resource: line.resource.clone().unwrap_or_default(),
        beyond_search: line.beyond_search,
        crossing: Crossing::of(growth, mau),
        hours,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(low: f64, mean: f64, high: f64) -> Estimate {
        Estimate::interval(mean, low, high, 8)
    }

    #[test]
    fn months_by_hand() {
        // Doubling each month: 1, 2, 4, 8 M. A line at 3 M is crossed in month 2, one at 5 M in month 3.
        let growth = Growth { from: 1e6, monthly: 1.0 };
        let crossing = Crossing::of(&growth, line(0.9e6, 3e6, 5e6));
        assert_eq!(
            (crossing.earliest, crossing.month, crossing.latest),
            (Some(0), Some(2), Some(3))
        );
        // As many as the line carries are carried.
        assert_eq!(Crossing::of(&growth, line(4e6, 4e6, 4e6)).month, Some(3));
        // 2.5 M by 8 % a month: 2.5 x 1.08^9 = 4.998, x 1.08^10 = 5.397.
        let growth = Growth { from: 2.5e6, monthly: 0.08 };
        assert_eq!(Crossing::of(&growth, line(5e6, 5e6, 5e6)).month, Some(10));
        // 0.1 % a month makes 1.8 times as many in 50 years.
        let slow = Growth { from: 1e6, monthly: 0.001 };
        assert_eq!(Crossing::of(&slow, line(2e6, 2e6, 2e6)).month, None);
    }
}
