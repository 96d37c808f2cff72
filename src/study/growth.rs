//! Growth: the month in which a growing number of users crosses the line, and the hours of the day
//! that do so first.

use serde::{Deserialize, Serialize};

use super::caution::Caution;
use super::error::StudyError;
use super::head::Head;
use super::point::{Depth, LinePoint, line};
use super::setup::Study;
use super::watch::Watcher;
use crate::stats::Estimate;

/// Growth horizon: 50 years \[months\].
const HORIZON: f64 = 600.0;

/// Exponential growth of the number of users.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    /// Monthly users at the start.
    pub from: f64,
    /// Monthly growth rate, as a share.
    pub monthly: f64,
}

impl Growth {
    /// Returns the monthly users after `months` months.
    pub fn users(&self, months: f64) -> f64 {
        self.from * libm::pow(1.0 + self.monthly, months)
    }

    /// Returns the months until `users` is reached: log(users / from) / log(1 + monthly); `None`
    /// beyond 50 years, zero where they are there from the start.
    pub fn months(&self, users: f64) -> Option<f64> {
        let months = libm::log(users / self.from) / libm::log1p(self.monthly);
        let months = months.max(0.0);
        (months <= HORIZON).then_some(months)
    }
}

/// Time at which the line is crossed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crossing {
    /// Monthly users at the line.
    pub mau: Estimate,
    /// First month, from 0 for today, whose users exceed the midpoint of the line; none within 50
    /// years.
    pub month: Option<u32>,
    /// First month whose users exceed the low end of the line's interval.
    pub earliest: Option<u32>,
    /// First month whose users exceed the high end of the line's interval.
    pub latest: Option<u32>,
}

impl Crossing {
    /// Returns when `growth` crosses a line at `mau` monthly users.
    pub fn of(growth: &Growth, mau: Estimate) -> Crossing {
        // A load exactly at the line is carried; one more user crosses it.
        let first = |users: f64| {
            let months = growth.months(users.max(0.0))?;
            let month = months.floor();
            let beyond = growth.users(month) > users * (1.0 + 1e-12);
            Some(if beyond { month } else { month + 1.0 } as u32)
        };
        Crossing { mau, month: first(mau.mean), earliest: first(mau.low), latest: first(mau.high) }
    }
}

/// An hour of the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hour {
    /// Start and end, `21:00–22:00`.
    pub hour: String,
    /// Rate relative to that of the peak hour.
    pub share: f64,
    /// Time at which it saturates.
    pub crossing: Crossing,
}

/// Growth of one variant up to its line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grown {
    /// Name of the variant.
    pub variant: String,
    /// The line \[requests/s\].
    pub rps: Estimate,
    /// Bottleneck that sets the line.
    pub resource: String,
    /// Whether the line lies beyond the largest load tried: the crossings are then the earliest
    /// possible.
    pub beyond_search: bool,
    /// Time at which the peak hour saturates.
    pub crossing: Crossing,
    /// Hours of the day in the order in which they saturate; empty for a flat load.
    pub hours: Vec<Hour>,
}

/// Result of a growth study: `growth.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GrowthFound {
    /// Head of the answer.
    #[serde(flatten)]
    pub head: Head,
    /// Growth assumed.
    pub growth: Growth,
    /// Name of the daily load curve.
    pub curve: String,
    /// Results by variant.
    pub variants: Vec<Grown>,
    /// Input warnings; their words are added when this is written.
    #[serde(default)]
    pub cautions: Vec<Caution>,
    /// Whether the study was stopped before the lines of all variants were known.
    #[serde(default)]
    pub partial: bool,
}

impl GrowthFound {
    /// Whether the last variant significantly carries today's users.
    pub fn is_carried(&self) -> bool {
        // If the low end of the line is crossed today, the target load is not significantly
        // carried.
        let crossed = self.variants.last().is_none_or(|last| last.crossing.earliest == Some(0));
        !self.partial && !crossed
    }
}

/// Computes when growth crosses the lines of these variants of a study.
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

/// Projects growth onto the line of the study's first variant; `None` where the load is not given
/// in users.
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
    // The steady load of the line corresponds to the peak hour. Any other hour has only its share
    // of the peak rate, so that it saturates at proportionally more users. Backlogs from earlier
    // hours come on top.
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
        // Doubling each month: 1, 2, 4, 8 M. A line at 3 M is crossed in month 2, one at 5 M in
        // month 3.
        let growth = Growth { from: 1e6, monthly: 1.0 };
        let crossing = Crossing::of(&growth, line(0.9e6, 3e6, 5e6));
        assert_eq!(
            (crossing.earliest, crossing.month, crossing.latest),
            (Some(0), Some(2), Some(3))
        );
        // Exactly as many users as the line carries are carried.
        assert_eq!(Crossing::of(&growth, line(4e6, 4e6, 4e6)).month, Some(3));
        // 2.5 M by 8 % a month: 2.5 x 1.08^9 = 4.998, x 1.08^10 = 5.397.
        let growth = Growth { from: 2.5e6, monthly: 0.08 };
        assert_eq!(Crossing::of(&growth, line(5e6, 5e6, 5e6)).month, Some(10));
        // 0.1 % a month makes 1.8 times as many in 50 years.
        let slow = Growth { from: 1e6, monthly: 0.001 };
        assert_eq!(Crossing::of(&slow, line(2e6, 2e6, 2e6)).month, None);
    }
}
