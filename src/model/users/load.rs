//! Arrival processes of users and external records, and the choices of users.

use crate::model::spec::{Curve, Id, Journey, Load};
use crate::random::{Key, Sampler};
use crate::units::{NANOS_PER_SECOND, Time};

/// Draw numbers of a user; those of a visit follow from its position in the journey.
const DRAW_GAP: u64 = 0;
const DRAW_JOURNEY: u64 = 1;
const DRAW_VISITS: u64 = 16;

/// Latest possible arrival, longer than any run \[s\].
const LATEST_S: f64 = 1e10;

/// Arrival process whose rate follows the curve or stays at its peak. Arrival k depends on the
/// stream's key and k alone; a higher rate brings the same arrivals sooner.
#[derive(Clone, Debug)]
pub(crate) struct Arrivals {
    key: Key,
    /// Number of the next arrival.
    number: u64,
    /// Area under the curve between successive arrivals, for a mean gap \[s\]; infinite for no
    /// arrivals.
    apart_s: f64,
    /// Initial gap between sessions \[s\].
    first_apart_s: f64,
    /// Sampler of gaps with a mean of one second; `None` for evenly spaced arrivals.
    gaps: Option<Sampler>,
    follow: bool,
    at_s: f64,
}

impl Arrivals {
    pub(crate) fn new(key: Key, per_s: f64, regular: bool, follow: bool, from_s: f64) -> Arrivals {
        let gaps = (!regular).then(Sampler::gaps);
        let apart_s = 1.0 / per_s;
        Arrivals { key, number: 0, apart_s, first_apart_s: apart_s, gaps, follow, at_s: from_s }
    }

    /// Sets the rate to `factor` times the initial one from `now_s` on. Returns the new time of the
    /// pending next arrival \[s\]; `None` for never.
    pub(crate) fn speed_up(&mut self, factor: f64, now_s: f64, curve: &Curve) -> Option<f64> {
        let apart = self.first_apart_s / factor;
        let times = apart / std::mem::replace(&mut self.apart_s, apart);
        if self.at_s > now_s && times.is_finite() {
            self.at_s = if self.follow {
                curve.after(now_s, curve.area(now_s, self.at_s) * times)?
            } else {
                now_s + (self.at_s - now_s) * times
            };
        }
        Some(self.at_s)
    }

    /// Returns the key and the time of the next arrival \[s\]; negative times lie before the run.
    #[expect(clippy::inline_always, reason = "at every arrival")]
    #[inline(always)]
    pub(crate) fn next(&mut self, curve: &Curve) -> Option<(Key, f64)> {
        if self.apart_s == f64::INFINITY {
            return None;
        }
        let key = self.key.item(self.number);
        self.number += 1;
        let gap = self.gaps.as_ref().map_or(1.0, |gaps| {
            // Same unit as `Span::secs`; signed integers convert to floats in one instruction.
            gaps.draw(key, DRAW_GAP).0.cast_signed() as f64 / NANOS_PER_SECOND
        });
        let area = gap * self.apart_s;
        self.at_s = if self.follow { curve.after(self.at_s, area)? } else { self.at_s + area };
        Some((key, self.at_s))
    }
}

impl Curve {
    /// Returns the share of the peak rate at `at_s` seconds after midnight; before midnight that at
    /// midnight.
    pub fn at(&self, at_s: f64) -> f64 {
        let n = self.slices.len();
        if n == 1 {
            return self.slices[0];
        }
        let (left, within) = self.segment(at_s.max(0.0));
        let (a, b) = (self.slices[left % n], self.slices[(left + 1) % n]);
        a + (b - a) * within
    }

    /// Returns the segment between two slice midpoints that contains `at_s`, and the position
    /// within it.
    fn segment(&self, at_s: f64) -> (usize, f64) {
        let n = self.slices.len();
        // The midpoint of slice i lies at (i + 1/2) slices; shifting by n keeps the position
        // positive.
        let place = at_s / self.slice.secs() + n as f64 - 0.5;
        (place as usize % n, place.fract())
    }

    /// Returns the area under the curve between two times of a day \[s\].
    fn area(&self, from_s: f64, to_s: f64) -> f64 {
        let n = self.slices.len();
        if n == 1 {
            return self.slices[0] * (to_s - from_s);
        }
        let slice = self.slice.secs();
        let (mut at, mut area) = (from_s.max(0.0), 0.0);
        // Whole periods are added at once.
        let period = n as f64 * slice;
        let whole = ((to_s - at) / period).floor().max(0.0);
        area += whole * self.slices.iter().sum::<f64>() * slice;
        at += whole * period;
        while at < to_s {
            let (left, within) = self.segment(at);
            let (a, b) = (self.slices[left % n], self.slices[(left + 1) % n]);
            let here = ((1.0 - within) * slice).max(slice * 1e-12).min(to_s - at);
            let rate = a + (b - a) * within;
            area += (rate + (b - a) / slice * here / 2.0) * here;
            at += here;
        }
        area
    }

    /// Returns the time at which the area under the curve since `from_s` reaches `area` \[s\];
    /// `None` for a curve that is zero everywhere.
    #[inline(never)]
    fn after(&self, from_s: f64, mut area: f64) -> Option<f64> {
        let n = self.slices.len();
        let mut at = from_s;
        if n == 1 || at < 0.0 {
            let rate = self.at(at.max(0.0));
            if n == 1 || at + area / rate <= 0.0 {
                return (rate > 0.0).then(|| at + area / rate);
            }
            area -= -at * rate;
            at = 0.0;
        }
        let slice = self.slice.secs();
        let period = self.slices.iter().sum::<f64>() * slice;
        if period <= 0.0 {
            return None;
        }
        // Whole periods are skipped at once: a rate of one in years must not take that many steps.
        let whole = (area / period).floor();
        at += whole * n as f64 * slice;
        area -= whole * period;
        loop {
            if at > LATEST_S {
                return None;
            }
            let (left, within) = self.segment(at);
            let (a, b) = (self.slices[left % n], self.slices[(left + 1) % n]);
            let slope = (b - a) / slice;
            let rate = a + (b - a) * within;
            let rest = (1.0 - within) * slice;
            let here = f64::midpoint(rate, b) * rest;
            if here > area {
                // Solves rate·s + slope·s²/2 = area for the root in [0, rest], in the form that is
                // stable for a slope near zero.
                let root = (rate * rate + 2.0 * slope * area).max(0.0).sqrt();
                return Some(at + (2.0 * area / (rate + root)).min(rest));
            }
            area -= here;
            // A minimal step, so that rounding cannot leave it on the same segment for ever.
            at += rest.max(slice * 1e-12);
        }
    }
}

/// A user in a session.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct User {
    pub(super) key: Key,
    pub(super) journey: u32,
    /// Position of the next visit in the journey.
    pub(super) visit: u32,
    /// For virtual users: number of journeys started. `None` for a user who leaves after one.
    pub(super) iteration: Option<u32>,
    /// For virtual users: start of the current journey.
    pub(super) began: Time,
}

/// Users in session, in a slab, and those to come.
#[derive(Clone, Debug)]
pub(crate) struct Users {
    pub(super) all: Vec<User>,
    free: Vec<u32>,
    /// Number of retries, minus those that the budget has allowed since.
    pub(super) asked_again: f64,
    pub(super) choice: Choice,
    /// Arrivals of new users, and the key of the next.
    pub(super) arrivals: Option<(Arrivals, Key)>,
    /// Maximum number of users' requests in flight plus users in session.
    room: u64,
}

impl Users {
    pub(crate) fn new(load: &Load, room: u64) -> Users {
        Users {
            all: Vec::new(),
            free: Vec::new(),
            asked_again: 0.0,
            choice: Choice::new(load),
            arrivals: None,
            room,
        }
    }

    pub(super) fn begin(&mut self, user: User) -> u32 {
        if let Some(id) = self.free.pop() {
            self.all[id as usize] = user;
            return id;
        }
        self.all.push(user);
        (self.all.len() - 1) as u32
    }

    /// Returns the number of users in session.
    pub(super) fn present(&self) -> u64 {
        (self.all.len() - self.free.len()) as u64
    }

    pub(super) fn end(&mut self, id: u32) {
        self.free.push(id);
    }

    /// Returns the maximum number of users' requests in flight.
    #[inline]
    pub(crate) fn room(&self) -> u64 {
        self.room
    }
}

/// Journeys with their cumulative weights, for selection.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice {
    cumulative: Vec<f64>,
    /// Endpoint of each journey that consists of a single immediate request.
    alone: Vec<Option<Id>>,
}

impl Choice {
    pub(super) fn new(load: &Load) -> Choice {
        let total: f64 = load.journeys.iter().map(|journey| journey.weight).sum();
        let mut sum = 0.0;
        let cumulative = load
            .journeys
            .iter()
            .map(|journey| {
                sum += journey.weight / total;
                sum
            })
            .collect();
        let alone = |journey: &Journey| match journey.visits[..] {
            [only] if only.think.is_none() && only.chance >= 1.0 => Some(only.endpoint),
            _ => None,
        };
        Choice { cumulative, alone: load.journeys.iter().map(alone).collect() }
    }

    /// Returns the endpoint of a journey that is a single immediate request, so that its user needs
    /// no state.
    #[inline]
    pub(super) fn alone(&self, journey: u32) -> Option<Id> {
        self.alone[journey as usize]
    }

    /// Returns the journey of the user with this key.
    #[inline]
    pub(super) fn pick(&self, key: Key) -> u32 {
        if self.cumulative.len() == 1 {
            return 0;
        }
        let at = key.uniform(DRAW_JOURNEY);
        let found = self.cumulative.iter().position(|edge| at < *edge);
        found.unwrap_or(self.cumulative.len().saturating_sub(1)) as u32
    }
}

/// Whether the user makes visit number `visit`, which has probability `chance`.
pub(super) fn goes(key: Key, visit: u32, chance: f64) -> bool {
    chance >= 1.0 || key.uniform(DRAW_VISITS + 2 * u64::from(visit)) < chance
}

/// Returns the think time before visit number `visit`.
pub(super) fn think(key: Key, visit: u32, sampler: &Sampler) -> crate::units::Span {
    sampler.draw(key, DRAW_VISITS + 2 * u64::from(visit) + 1)
}

/// Returns the key of the request of visit number `visit`.
#[inline]
pub(super) fn visit_key(key: Key, visit: u32) -> Key {
    key.item(u64::from(visit) + 1)
}

/// Converts seconds to simulated time; negative values become the start of the run.
#[inline]
pub(crate) fn instant(at_s: f64) -> Time {
    Time((at_s * NANOS_PER_SECOND + 0.5).max(0.0) as i64 as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Span;

    #[test]
    fn a_curve_is_linear_between_the_middles_of_its_slices() {
        let curve =
            Curve { name: String::new(), slices: vec![0.2, 1.0], slice: Span::from_secs(100.0) };
        assert!((curve.at(50.0) - 0.2).abs() < 1e-12);
        assert!((curve.at(150.0) - 1.0).abs() < 1e-12);
        assert!((curve.at(100.0) - 0.6).abs() < 1e-12);
        assert!((curve.at(0.0) - 0.6).abs() < 1e-12);
        assert!((curve.at(200.0) - 0.6).abs() < 1e-12);
    }

    #[test]
    fn arrivals_follow_the_area_under_the_curve() {
        let curve = Curve {
            name: String::new(),
            slices: vec![0.0, 1.0, 0.5],
            slice: Span::from_secs(60.0),
        };
        // Regular arrivals: the k-th occurs when the area reaches k / rate. The whole period of
        // three slices has an area of 1.5 slices = 90 s.
        let mut arrivals = Arrivals::new(Key::default(), 10.0, true, true, 0.0);
        let mut last = 0.0;
        for k in 1..=900 {
            let (_, at) = arrivals.next(&curve).expect("the curve is not zero");
            assert!(at >= last);
            last = at;
            let area: f64 = integrate(&curve, at);
            assert!((area - f64::from(k) / 10.0).abs() < 1e-3, "arrival {k} at {at}: {area}");
        }
        assert!((last - 180.0).abs() < 1e-6);
    }

    /// At 10/s the second arrival occurs at 0.2 s; from 0.15 s on the rate is a tenth, so the
    /// remaining gap of 0.05 s becomes 0.5 s; from 0.25 s on it is as before, and the remaining 0.4
    /// s become 0.04 s. With a curve the remaining area counts.
    #[test]
    fn a_change_of_the_rate_moves_the_next_arrival() {
        let near = |at: Option<f64>, to: f64| {
            let at = at.expect("it comes");
            assert!((at - to).abs() < 1e-9, "{at} for {to}");
        };
        let flat = Curve::default();
        let mut arrivals = Arrivals::new(Key::default(), 10.0, true, true, 0.0);
        arrivals.next(&flat);
        arrivals.next(&flat);
        near(arrivals.speed_up(0.1, 0.15, &flat), 0.65);
        near(arrivals.speed_up(1.0, 0.25, &flat), 0.29);
        near(arrivals.next(&flat).map(|next| next.1), 0.39);
        let curve =
            Curve { name: String::new(), slices: vec![0.2, 1.0], slice: Span::from_secs(100.0) };
        let mut arrivals = Arrivals::new(Key::default(), 0.01, true, true, 0.0);
        arrivals.next(&curve);
        let moved = arrivals.speed_up(0.5, 60.0, &curve).expect("it comes");
        let (before, after) = (integrate(&curve, 60.0), integrate(&curve, moved));
        assert!((after - before - 2.0 * (100.0 - before)).abs() < 1e-3, "{moved}");
    }

    #[test]
    fn areas_under_a_curve_are_those_that_arrivals_fill() {
        let curve = Curve {
            name: String::new(),
            slices: vec![0.0, 1.0, 0.5],
            slice: Span::from_secs(60.0),
        };
        for (from, to) in [(0.0, 10.0), (25.0, 95.0), (170.0, 400.0), (10.0, 1_810.0)] {
            let area = integrate(&curve, to) - integrate(&curve, from);
            assert!((curve.area(from, to) - area).abs() < 2e-3, "from {from} to {to}");
        }
    }

    fn integrate(curve: &Curve, to: f64) -> f64 {
        let steps = 20_000;
        let width = to / f64::from(steps);
        (0..steps).map(|i| curve.at((f64::from(i) + 0.5) * width) * width).sum()
    }

    #[test]
    fn a_higher_rate_brings_the_same_users_sooner() {
        let curve = Curve::default();
        let key = Key::root(1, 1);
        let mut slow = Arrivals::new(key, 10.0, false, false, 0.0);
        let mut fast = Arrivals::new(key, 20.0, false, false, 0.0);
        for _ in 0..100 {
            let (a, b) = (slow.next(&curve), fast.next(&curve));
            let (Some((a_key, a_at)), Some((b_key, b_at))) = (a, b) else { panic!("no arrival") };
            assert_eq!(a_key, b_key);
            assert!((a_at - 2.0 * b_at).abs() < 1e-9);
        }
    }
}
