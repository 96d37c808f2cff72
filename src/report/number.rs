//! Formatting of numbers: rounded to the precision of their interval, with thousands separators.

use super::words::Lang;
use crate::stats::{Estimate, Shape};

/// Text for a missing number.
pub(crate) const NOTHING: &str = "–";

/// Whether there is an estimate at all.
pub(crate) fn known(estimate: &Estimate) -> bool {
    estimate.n > 0 && estimate.mean.is_finite()
}

/// Whether all values of a setting are plain numbers.
pub(crate) fn are_numbers<'a>(values: impl IntoIterator<Item = &'a String>) -> bool {
    values.into_iter().all(|value| value.parse::<f64>().is_ok())
}

/// Returns the larger half-width of the interval; `None` with fewer than two replications, and for
/// an exact number.
pub(crate) fn half_width(estimate: &Estimate) -> Option<f64> {
    if estimate.shape != Shape::Interval {
        return None;
    }
    let half = (estimate.mean - estimate.low).max(estimate.high - estimate.mean);
    (estimate.n >= 2 && !estimate.is_exact() && half.is_finite()).then_some(half.max(0.0))
}

/// Returns low, mean and high of a band in a chart. The interval of two replications is 12.7
/// standard errors to each side: as a band it would hide the chart and say nothing, so that it gets
/// no width.
pub(crate) fn band(estimate: &Estimate) -> [f64; 3] {
    let Estimate { mean, low, high, .. } = *estimate;
    if few(estimate) { [mean; 3] } else { [low, mean, high] }
}

/// Whether there are too few replications for a band.
pub(crate) fn few(estimate: &Estimate) -> bool {
    estimate.n < 3
}

/// Returns the axis limit for an estimate: the end of its interval, unless that lies far beyond.
pub(crate) fn reach(estimate: &Estimate) -> f64 {
    band(estimate)[2].min(estimate.mean * 1.25)
}

/// Formats with thousands separators and a fixed number of decimals; a negative number of decimals
/// rounds to tens, hundreds, ….
pub(crate) fn fixed(value: f64, decimals: i32) -> String {
    if !value.is_finite() {
        return NOTHING.to_owned();
    }
    let rounded = if decimals < 0 {
        let unit = 10f64.powi(-decimals);
        (value / unit).round() * unit
    } else {
        value
    };
    let plain = format!("{:.*}", decimals.clamp(0, 9) as usize, rounded.abs());
    let (whole, fraction) =
        plain.split_once('.').map_or((plain.as_str(), None), |(w, f)| (w, Some(f)));
    let mut text = String::new();
    if value < 0.0 && plain.bytes().any(|digit| digit.is_ascii_digit() && digit != b'0') {
        text.push('−');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// Returns the number of decimals that a half-width supports: its first significant digit, two when
/// that is 1.
fn decimals_of(half: f64) -> i32 {
    let place = half.log10().floor() as i32;
    let lead = half / 10f64.powi(place);
    // 1.96 shown with one digit would read 2 and lose a quarter of its meaning at 1.2.
    (if lead < 1.95 { 1 - place } else { -place }).clamp(-9, 6)
}

/// Formats a number without an interval, to three significant digits but never rounding whole
/// digits.
pub(crate) fn plain(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        _ if size >= 100.0 || size == 0.0 => 0,
        _ if size >= 10.0 => 1,
        _ if size >= 1.0 => 2,
        _ => (2 - size.log10().floor() as i32).clamp(0, 6),
    };
    let text = fixed(value, decimals);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Formats a scaled range of few replications as `310–480`, a bound as `> 30,000`; `None` for a
/// number with an interval.
fn without_interval(estimate: &Estimate, scale: f64) -> Option<String> {
    let ends = [estimate.low * scale, estimate.high * scale];
    match estimate.shape {
        _ if !known(estimate) => None,
        Shape::Interval => None,
        Shape::AtLeast => Some(format!("> {}", plain(estimate.mean * scale))),
        Shape::Range if (ends[1] - ends[0]).abs() <= 1e-9 * ends[1].abs() => Some(plain(ends[0])),
        Shape::Range => {
            // As many digits as distinguish the ends, and one more.
            let decimals = decimals_of((ends[1] - ends[0]) / 2.0);
            let [low, high] = ends.map(|end| fixed(end, decimals));
            Some(format!("{low}–{high}"))
        }
    }
}

/// Relative half-width from which on `±` would suggest more precision than there is.
const WIDE: f64 = 0.5;

/// Returns the ends of an interval that is wide relative to its mean, for a number that cannot be
/// negative.
fn wide(estimate: &Estimate, scale: f64) -> Option<String> {
    let half = half_width(estimate)?;
    if estimate.low < 0.0 || half <= WIDE * estimate.mean.abs() || half <= 0.0 {
        return None;
    }
    let ends = Estimate { shape: Shape::Range, ..*estimate };
    without_interval(&ends, scale)
}

/// Formats the scaled mean and half-width, both rounded to the same place.
fn parts(estimate: &Estimate, scale: f64) -> Option<(String, Option<String>)> {
    if !known(estimate) {
        return None;
    }
    if let Some(text) = without_interval(estimate, scale) {
        return Some((text, None));
    }
    let mean = estimate.mean * scale;
    if let Some(text) = wide(estimate, scale) {
        return Some((text, None));
    }
    Some(match half_width(estimate).map(|half| half * scale.abs()) {
        Some(half) if half > 1e-9 * mean.abs() && half > 0.0 => {
            let decimals = decimals_of(half);
            (fixed(mean, decimals), Some(fixed(half, decimals)))
        }
        Some(_) => (plain(mean), Some("0".to_owned())),
        None => (plain(mean), None),
    })
}

/// Formats an estimate as `380 ± 4`; the mean alone where a single replication gives no interval.
pub(crate) fn estimate(estimate: &Estimate) -> String {
    match parts(estimate, 1.0) {
        None => NOTHING.to_owned(),
        Some((mean, Some(half))) => format!("{mean} ± {half}"),
        Some((mean, None)) => mean,
    }
}

/// Formats the mean alone, rounded to the precision of the interval.
pub(crate) fn mean(estimate: &Estimate) -> String {
    parts(estimate, 1.0).map_or_else(|| NOTHING.to_owned(), |(mean, _)| mean)
}

/// Formats a difference as `+120 ± 8`.
pub(crate) fn difference(difference: &Estimate) -> String {
    let text = estimate(difference);
    if known(difference) && difference.mean > 0.0 { format!("+{text}") } else { text }
}

/// Formats a share as `3.2 ± 0.4 %`.
pub(crate) fn percent(share: &Estimate) -> String {
    match parts(share, 100.0) {
        None => NOTHING.to_owned(),
        Some((mean, Some(half))) => format!("{mean} ± {half} %"),
        Some((mean, None)) => format!("{mean} %"),
    }
}

/// Formats users as `2.30 ± 0.05 M`, `230 ± 5 k`; in Korean planning style `230만 ± 5만`.
///
/// The unit is that of `reference` users.
pub(crate) fn users(users: &Estimate, reference: f64, lang: Lang) -> String {
    let (scale, unit) = users_unit(reference, lang);
    match parts(users, 1.0 / scale) {
        None => NOTHING.to_owned(),
        Some((mean, Some(half))) if lang == Lang::Ko => format!("{mean}{unit} ± {half}{unit}"),
        Some((mean, Some(half))) => format!("{mean} ± {half}{unit}"),
        Some((mean, None)) => format!("{mean}{unit}"),
    }
}

/// Formats users without an interval, in the unit of `reference` users.
pub(crate) fn users_plain(users: f64, reference: f64, lang: Lang) -> String {
    let (scale, unit) = users_unit(reference, lang);
    format!("{}{unit}", plain(users / scale))
}

fn users_unit(users: f64, lang: Lang) -> (f64, &'static str) {
    match lang {
        Lang::Ko if users.abs() >= 1e4 => (1e4, "만"),
        Lang::En if users.abs() >= 1e6 => (1e6, " M"),
        Lang::En if users.abs() >= 1e4 => (1e3, " k"),
        _ => (1.0, ""),
    }
}

/// Formats a duration as `45 s`, `2 min 40 s`, `3 h 20 min`.
pub(crate) fn duration(seconds: f64, lang: Lang) -> String {
    let [h, min, s] = match lang {
        Lang::En => [" h", " min", " s"],
        Lang::Ko => ["시간", "분", "초"],
    };
    if seconds < 9.95 {
        return format!("{}{s}", plain((seconds.max(0.0) * 10.0).round() / 10.0));
    }
    // Only as precise as its magnitude warrants.
    let unit = if seconds < 3_600.0 { 1.0 } else { 60.0 };
    let whole = ((seconds / unit).round() * unit) as u64;
    let parts = [(whole / 3_600, h), (whole / 60 % 60, min), (whole % 60, s)];
    let parts: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect();
    parts.join(" ")
}

/// Formats a time of day as `08:30`.
pub(crate) fn clock(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round().max(0.0) as u64;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Formats a time of day as `08:30`, or as `08:30:15` where instants lie `every` seconds apart and
/// that is less than a minute.
pub(crate) fn clock_every(seconds: f64, every: f64) -> String {
    if every >= 60.0 {
        return clock(seconds);
    }
    let whole = seconds.round().max(0.0) as u64;
    format!("{:02}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
}

/// Returns a round length of which about `count` make up a span \[s\].
pub(crate) fn round_length(span: f64, count: f64) -> f64 {
    const MINUTE: f64 = 60.0;
    const HOUR: f64 = 3600.0;
    let lengths = [
        1.0,
        2.0,
        5.0,
        10.0,
        15.0,
        30.0,
        MINUTE,
        2.0 * MINUTE,
        5.0 * MINUTE,
        10.0 * MINUTE,
        15.0 * MINUTE,
        30.0 * MINUTE,
        HOUR,
        2.0 * HOUR,
        3.0 * HOUR,
        4.0 * HOUR,
        6.0 * HOUR,
        12.0 * HOUR,
    ];
    let least = span / count - 1e-9;
    lengths.into_iter().find(|length| *length >= least).unwrap_or(24.0 * HOUR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(mean: f64, half: f64) -> Estimate {
        Estimate::interval(mean, mean - half, mean + half, 8)
    }

    #[test]
    fn digits_follow_the_interval() {
        assert_eq!(estimate(&of(380.4, 4.2)), "380 ± 4");
        assert_eq!(estimate(&of(380.44, 1.26)), "380.4 ± 1.3");
        assert_eq!(estimate(&of(12_345.0, 678.0)), "12,300 ± 700");
        assert_eq!(estimate(&of(0.012_34, 0.000_6)), "0.0123 ± 0.0006");
        assert_eq!(estimate(&Estimate { n: 1, ..of(380.4, 0.0) }), "380");
        assert_eq!(estimate(&Estimate::default()), NOTHING);
        assert_eq!(estimate(&of(42.0, 0.0)), "42 ± 0");
        assert_eq!(estimate(&Estimate::exact(42.0)), "42");
    }

    #[test]
    fn signs_and_shares() {
        assert_eq!(difference(&of(120.0, 8.0)), "+120 ± 8");
        assert_eq!(difference(&of(-1_200.0, 80.0)), "−1,200 ± 80");
        assert_eq!(percent(&of(0.032, 0.004)), "3.2 ± 0.4 %");
        assert_eq!(fixed(-0.001, 1), "0.0");
    }

    #[test]
    fn users_are_counted_as_planners_count_them() {
        assert_eq!(users(&of(2_345_678.0, 50_000.0), 2.3e6, Lang::En), "2.35 ± 0.05 M");
        assert_eq!(users(&of(882_591.0, 13_000.0), 2.3e6, Lang::En), "0.883 ± 0.013 M");
        assert_eq!(users(&of(2_345_678.0, 50_000.0), 2.3e6, Lang::Ko), "235만 ± 5만");
        assert_eq!(users_plain(5_000_000.0, 5e6, Lang::Ko), "500만");
        assert_eq!(users_plain(9_000.0, 9e3, Lang::Ko), "9,000");
        assert_eq!(duration(160.0, Lang::En), "2 min 40 s");
        assert_eq!(duration(12_000.0, Lang::Ko), "3시간 20분");
        assert_eq!(
            (duration(59.7, Lang::En), duration(2.25, Lang::En)),
            ("1 min".into(), "2.3 s".into())
        );
        assert_eq!(duration(3_599.9, Lang::En), "1 h");
        assert_eq!(clock(20.5 * 3600.0), "20:30");
        assert_eq!(clock_every(75.0, 15.0), "00:01:15");
        assert_eq!(clock_every(120.0, 60.0), "00:02");
        let lengths = [(86_400.0, 10_800.0), (900.0, 120.0), (90.0, 10.0), (1e7, 86_400.0)];
        for (span, length) in lengths {
            assert!((round_length(span, 9.0) - length).abs() < 1e-9, "{span}");
        }
    }

    #[test]
    fn nothing_is_never_a_number() {
        assert_eq!(fixed(f64::NAN, 2), NOTHING);
        assert_eq!(plain(f64::INFINITY), NOTHING);
    }
}
