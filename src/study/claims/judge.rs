//! Judging of claims: evidence for each, from the study or from additional runs.

use super::grounds::{DrawnBy, Finding, Grounds, Open, Unknown};
use super::{Claim, ClaimMetric, ClaimVerdict, Judged, OverDay, Relation, Source};
use crate::model::spec::{Resource, Spec};
use crate::model::stations::stations;
use crate::stats::CONFIDENCE;
use crate::stats::{self, Estimate};
use crate::study::day::{ClaimDay, DayVerdict};
use crate::study::gather::{at_load, rests_on_few, station_results};
use crate::study::line::Line;
use crate::study::lines::Searched;
use crate::study::replicate::Outcome;
use crate::study::result::{AtLoad, Saturation, StationResult, StudyResult, VariantResult, WarmUp};
use crate::study::runs::Part;
use crate::study::sampling::windowed;
use crate::study::work::Work;

/// Load at which consumer capacity is measured, as a share of the line: low enough that records
/// wait for no other resource.
const QUIET: f64 = 0.2;
/// Replications of that measurement.
const QUIET_REPLICATIONS: u32 = 4;

/// Selects a number from an outcome.
type Pick = fn(&Outcome) -> f64;

/// Estimate for one side of a claim.
struct Known {
    estimate: Estimate,
    /// Whether the true value may lie anywhere above.
    beyond: bool,
    /// Values by replication, for ratios of paired runs.
    each: Vec<f64>,
    /// Systematic error common to all replications, as a share.
    doubt: f64,
    finding: Finding,
    resource: Option<String>,
    /// Whether it is a quantile that rests on too few response times.
    thin: bool,
}

/// Runs made only for claims.
struct Extra {
    variant: usize,
    load: f64,
    warm_up: WarmUp,
    outcomes: Vec<Outcome>,
}

impl Work<'_> {
    /// Judges every claim of the scenario; `asked` holds the outcomes at the target load by
    /// variant, and `days` the verdicts of days on claims.
    pub(in crate::study) fn judge(
        &self,
        searched: &[Searched],
        asked: &[Vec<Outcome>],
        days: &[ClaimDay],
        result: &mut StudyResult,
    ) {
        let study = self.study;
        if study.claims.is_empty() {
            return;
        }
        let extras = self.extras(result);
        let facts = Facts { work: self, searched, asked, days, extras: &extras, result };
        let judged: Vec<Judged> = study.claims.iter().map(|claim| facts.judged(claim)).collect();
        result.claims = judged;
    }

    /// Runs the simulations that claims need and the study has not made.
    fn extras(&self, result: &StudyResult) -> Vec<Extra> {
        let study = self.study;
        let mut wanted: Vec<(usize, f64, u32)> = Vec::new();
        for claim in &study.claims {
            for variant in [Some(claim.variant), claim.against].into_iter().flatten() {
                let line = result.variants[variant].saturation.as_ref();
                let (load, replications) = match (claim.metric.source(), claim.load, line) {
                    (Source::Load, Some(load), _) => (load, study.replications.max(2)),
                    (Source::Consumers, _, Some(line)) if line.rps.mean > 0.0 => {
                        (line.rps.mean * QUIET, study.replications.clamp(2, QUIET_REPLICATIONS))
                    }
                    _ => continue,
                };
                let known = |(other, at, _): &(usize, f64, u32)| {
                    *other == variant && at.total_cmp(&load).is_eq()
                };
                if load.total_cmp(&self.asked).is_ne() && !wanted.iter().any(known) {
                    wanted.push((variant, load, replications));
                }
            }
        }
        let warm_up = |variant: usize, load: f64| {
            let of = &result.variants[variant];
            let at = of.at_target.as_ref().map(|at| at.warm_up);
            let near = of.search_warm_up.filter(|_| load > self.asked);
            near.or(at).or(of.search_warm_up).unwrap_or_else(|| self.given())
        };
        let tasks: Vec<(usize, u32)> = (0..wanted.len())
            .flat_map(|place| (0..wanted[place].2).map(move |number| (place, number)))
            .collect();
        let cost = |task: &(usize, u32)| wanted[task.0].1;
        let seen = self.all("loads that claims speak of", &tasks, cost, |(place, number)| {
            let (variant, load, _) = wanted[*place];
            let window = windowed(study, warm_up(variant, load));
            self.runs.steady(Part::Claims, study.case(variant, 0, 0), window, load, *number)
        });
        let mut extras: Vec<Extra> = wanted
            .iter()
            .map(|&(variant, load, _)| Extra {
                variant,
                load,
                warm_up: warm_up(variant, load),
                outcomes: Vec::new(),
            })
            .collect();
        for ((place, _), outcome) in tasks.iter().zip(seen) {
            extras[*place].outcomes.extend(outcome);
        }
        extras
    }
}

/// Facts that claims are judged by.
struct Facts<'a> {
    work: &'a Work<'a>,
    searched: &'a [Searched],
    asked: &'a [Vec<Outcome>],
    days: &'a [ClaimDay],
    extras: &'a [Extra],
    result: &'a StudyResult,
}

impl Facts<'_> {
    fn judged(&self, claim: &Claim) -> Judged {
        let name = |variant: usize| self.result.variants[variant].name.clone();
        let source = claim.metric.source();
        let load = match source {
            Source::Load => Some(claim.load.unwrap_or(self.work.asked)),
            _ => None,
        };
        let mut judged = Judged {
            metric: claim.metric,
            of: claim.of.clone(),
            variant: name(claim.variant),
            against: claim.against.map(name),
            difference: claim.difference,
            load_rps: load,
            relation: claim.relation,
            tolerance: claim.tolerance,
            claimed: claim.value,
            estimate: None,
            verdict: ClaimVerdict::CannotBeJudged,
            over_day: None,
            basis: Grounds::Unknown(Unknown::Stopped),
            resource: None,
            place: claim.place.clone(),
        };
        let known = self.known(claim, claim.variant, claim.known[0]).and_then(|known| {
            let Some(other) = claim.against else { return Ok(known) };
            let base = self.known(claim, other, claim.known[1])?;
            if claim.difference {
                difference(known, &base, claim.factor.unwrap_or(1.0), &name(other))
            } else {
                ratio(known, &base, &name(other))
            }
        });
        match known {
            Ok(known) => {
                let (value, tolerance) = (claim.value, claim.tolerance);
                judged.verdict =
                    claim.relation.judge(value, tolerance, &known.estimate, known.beyond);
                if known.thin {
                    judged.verdict = ClaimVerdict::Undecided;
                }
                let open =
                    (judged.verdict == ClaimVerdict::Undecided).then_some(match known.thin {
                        true => Open::FewResponses,
                        false if known.beyond => Open::SearchEnds,
                        false => Open::BothSides,
                    });
                judged.basis = Grounds::Found { known: known.finding, open };
                judged.resource = known.resource;
                judged.estimate = Some(known.estimate);
                judged.over_day = self.over_day(claim, &known.estimate);
                if let Some(day) = judged.over_day {
                    judged.verdict = day.limits(judged.verdict);
                }
            }
            Err(unknown) => judged.basis = Grounds::Unknown(unknown),
        }
        judged
    }

    /// Returns the verdict of the variant's day. A claim on user-visible performance is a target
    /// over the day; a claim that a load is carried can be refuted by a day whose peak is no
    /// higher.
    fn over_day(&self, claim: &Claim, estimate: &Estimate) -> Option<OverDay> {
        if claim.as_target().is_some() {
            let own = self.days.iter().find(|(number, _)| {
                self.work.study.claims.get(*number).is_some_and(|other| std::ptr::eq(other, claim))
            });
            return own.map(|(_, found)| found.into());
        }
        let carried = claim.metric.source() == Source::Line
            && claim.against.is_none()
            && claim.relation != Relation::AtMost;
        let line = self.result.variants[claim.variant].saturation.as_ref().filter(|_| carried)?;
        // Converted to the unit of the load by the estimate's own ratio to the line.
        let claimed = claim.value / estimate.mean * line.rps.mean;
        let answer = self.result.variants[claim.variant].day_answer.as_ref()?;
        if claimed.is_nan() || claimed < self.work.asked * (1.0 - 1e-9) {
            return None;
        }
        let worst = |found: &&DayVerdict| (found.missed_s, found.undecided_s);
        let by_worst = |a: &&DayVerdict, b: &&DayVerdict| {
            worst(a).0.total_cmp(&worst(b).0).then(worst(a).1.total_cmp(&worst(b).1))
        };
        answer.targets.iter().max_by(by_worst).map(OverDay::from)
    }

    /// Returns the estimate of the metric in one variant, or why it cannot be judged.
    fn known(&self, claim: &Claim, variant: usize, known: Option<f64>) -> Result<Known, Unknown> {
        match claim.metric.source() {
            Source::Description => described(claim, known),
            Source::Line => self.at_line(claim, variant),
            Source::Consumers => self.consumers(variant),
            Source::Load => self.at(claim, variant),
        }
    }

    fn line(&self, variant: usize) -> Result<&Saturation, Unknown> {
        let line = self.result.variants[variant].saturation.as_ref();
        line.ok_or(Unknown::NoLine)
    }

    fn lines(&self, variant: usize) -> &[Line] {
        let of = |searched: &&Searched| searched.is_main() && searched.variant == variant;
        self.searched.iter().find(of).map_or(&[], |searched| &searched.lines)
    }

    fn at_line(&self, claim: &Claim, variant: usize) -> Result<Known, Unknown> {
        let line = self.line(variant)?;
        let events = |seen: &Outcome| seen.events_per_s;
        let orders = |seen: &Outcome| seen.orders_per_s;
        let (estimate, pick): (Estimate, Option<Pick>) = match claim.metric {
            ClaimMetric::EventsPerS => (line.events_per_s, Some(events)),
            ClaimMetric::OrdersPerS | ClaimMetric::OrdersPerMonth => {
                (line.orders_per_s, Some(orders))
            }
            _ => (line.rps, None),
        };
        if pick.is_some() && estimate.high <= 0.0 {
            return Err(Unknown::NothingCounted);
        }
        let month = claim.metric == ClaimMetric::OrdersPerMonth;
        let factor = claim.factor.ok_or(if month { Unknown::NoCurve } else { Unknown::NoUsers })?;
        let each = self.lines(variant).iter().map(|line| match (pick, &line.carried) {
            (None, _) => line.load,
            (Some(pick), Some(seen)) => pick(seen) * line.load / seen.load.max(1e-12),
            (Some(_), None) => 0.0,
        });
        let lines = self.lines(variant);
        let doubt = crate::study::saturation::mean_doubt(lines) / line.rps.mean.max(1e-12);
        let drawn_by = (!line.beyond_search).then(|| DrawnBy {
            resources: resources(line),
            cause: line.cause.clone(),
            unsettled: line.unsettled,
        });
        Ok(Known {
            estimate: scaled(&estimate, factor),
            beyond: line.beyond_search,
            each: each.collect(),
            doubt,
            finding: Finding::Line { rps: line.rps.mean, drawn_by, month },
            resource: (!line.beyond_search).then(|| resources(line).join(" = ")),
            thin: false,
        })
    }

    /// Estimates the capacity of the busiest consumers by the utilisation law, from runs in which
    /// they wait for no other resource.
    fn consumers(&self, variant: usize) -> Result<Known, Unknown> {
        let line = self.line(variant)?;
        let load = line.rps.mean * QUIET;
        let outcomes = self.seen(variant, load).ok_or(Unknown::Stopped)?;
        let spec = self.work.study.case(variant, 0, 0);
        let limits: Vec<(f64, String)> =
            outcomes.iter().filter_map(|seen| fullest_consumers(spec, seen)).collect();
        let (_, name) = limits.first().cloned().ok_or(Unknown::NoConsumer)?;
        let each: Vec<f64> = limits.iter().map(|(events, _)| *events).collect();
        let estimate = Estimate::from_samples(&each, CONFIDENCE);
        let finding = Finding::Consumers { rps: load, first: name.clone() };
        let resource = Some(name);
        Ok(Known { estimate, beyond: false, each, doubt: 0.0, finding, resource, thin: false })
    }

    /// Returns the outcomes at a load.
    fn seen(&self, variant: usize, load: f64) -> Option<&[Outcome]> {
        let extra =
            |extra: &&Extra| extra.variant == variant && extra.load.total_cmp(&load).is_eq();
        let found = self.extras.iter().find(extra).map(|extra| extra.outcomes.as_slice());
        let asked = || {
            let same = load.total_cmp(&self.work.asked).is_eq();
            self.asked.get(variant).filter(|_| same).map(Vec::as_slice)
        };
        found.or_else(asked).filter(|seen| !seen.is_empty())
    }

    fn at(&self, claim: &Claim, variant: usize) -> Result<Known, Unknown> {
        let load = claim.load.unwrap_or(self.work.asked);
        let outcomes = self.seen(variant, load).ok_or(Unknown::Stopped)?;
        let of: &VariantResult = &self.result.variants[variant];
        let spec = self.work.study.case(variant, 0, 0);
        let own = |extra: &&Extra| extra.variant == variant && extra.load.total_cmp(&load).is_eq();
        let run = self.extras.iter().find(own);
        let at: AtLoad = match (run, &of.at_target) {
            (Some(extra), _) => {
                let heavy = !spec.heavy_laws().is_empty();
                at_load(load, extra.warm_up, None, &extra.outcomes, heavy)
            }
            (None, Some(at)) => at.clone(),
            (None, None) => return Err(Unknown::Stopped),
        };
        let estimate = match claim.metric {
            ClaimMetric::MeanMs => at.mean_ms,
            ClaimMetric::P50Ms => at.p50_ms,
            ClaimMetric::P95Ms => at.p95_ms,
            ClaimMetric::P99Ms => at.p99_ms,
            ClaimMetric::ErrorRate => at.error_rate,
            ClaimMetric::GoodputRps => at.goodput_rps,
            _ => {
                let all: Vec<StationResult> = station_results(spec, outcomes);
                let wanted = claim.of.as_deref().unwrap_or_default();
                let station = all.iter().find(|station| station.name == wanted);
                station.map(|station| station.busy).ok_or(Unknown::NoStation)?
            }
        };
        let thin = claim.metric.of_targets().is_some_and(rests_on_few(outcomes));
        let line = of.saturation.as_ref().filter(|line| !line.beyond_search);
        let drawn_by = line.filter(|line| load > line.rps.mean).map(resources);
        let resource = drawn_by.as_ref().map(|names| names.join(" = "));
        let line_rps = line.map(|line| line.rps.mean);
        let finding = Finding::Load { rps: load, line_rps, drawn_by };
        Ok(Known { estimate, beyond: false, each: Vec::new(), doubt: 0.0, finding, resource, thin })
    }
}

/// Returns the value that follows from the spec alone.
fn described(claim: &Claim, known: Option<f64>) -> Result<Known, Unknown> {
    let value = known.ok_or_else(|| match (claim.metric, &claim.because) {
        (ClaimMetric::MonthlyCost, Some(Err(why))) => why.clone(),
        (ClaimMetric::MonthlyCost, _) => Unknown::NoPrice { region: None, items: Vec::new() },
        _ => Unknown::NotDescribed,
    })?;
    let finding = match &claim.because {
        Some(Ok(finding)) => finding.clone(),
        Some(Err(_)) | None => Finding::Description,
    };
    Ok(Known {
        estimate: Estimate::exact(value),
        beyond: false,
        each: Vec::new(),
        doubt: 0.0,
        finding,
        resource: None,
        thin: false,
    })
}

/// Returns the event rate at which the busiest consumers of counted topics saturate, and their
/// name. With fewer threads than partitions, the threads with the most partitions saturate first.
fn fullest_consumers(spec: &Spec, seen: &Outcome) -> Option<(f64, String)> {
    let limit = |(index, station): (usize, crate::model::stations::Station)| {
        let Resource::Listener(listener) = station.resource else { return None };
        let topic = spec.listeners[listener as usize].topic as usize;
        let partitions = f64::from(spec.partitions(listener));
        let even = partitions / (partitions / station.capacity).ceil();
        let busy = seen.busy[index];
        (spec.topics[topic].counted && busy > 0.0)
            .then(|| (seen.events_per_s * even.min(station.capacity) / busy, station.name))
    };
    stations(spec).into_iter().enumerate().filter_map(limit).min_by(|a, b| a.0.total_cmp(&b.0))
}

/// Ratio of `known` to `base`: from paired runs where there are any, else from the ends of both
/// intervals.
fn ratio(known: Known, base: &Known, name: &str) -> Result<Known, Unknown> {
    if base.beyond {
        return Err(Unknown::BeyondSearch { variant: name.to_owned() });
    }
    let n = known.each.len().min(base.each.len());
    let paired = (n >= 2)
        .then(|| stats::ratio(&known.each[..n], &base.each[..n], CONFIDENCE))
        .flatten()
        .map(|found| {
            let doubt = found.mean * (known.doubt - base.doubt).abs();
            Estimate { low: found.low - doubt, high: found.high + doubt, ..found }
        });
    let ends = || {
        let (a, b) = (&known.estimate, &base.estimate);
        let mean = a.mean / b.mean;
        let found = if a.is_exact() && b.is_exact() {
            Estimate::exact(mean)
        } else {
            Estimate::interval(mean, a.low / b.high, a.high / b.low, a.n.min(b.n))
        };
        (b.low > 0.0).then_some(found)
    };
    let estimate =
        paired.or_else(ends).ok_or_else(|| Unknown::Nothing { variant: name.to_owned() })?;
    Ok(Known { estimate, thin: known.thin || base.thin, ..known })
}

/// Difference of `known` and `base`: by replication where runs are paired, else from the ends of
/// both intervals. `factor` converts simulated values to the unit of the claim.
fn difference(known: Known, base: &Known, factor: f64, name: &str) -> Result<Known, Unknown> {
    if base.beyond {
        return Err(Unknown::BeyondSearch { variant: name.to_owned() });
    }
    let n = known.each.len().min(base.each.len());
    let (a, b) = (&known.estimate, &base.estimate);
    let estimate = if n >= 2 {
        let found = scaled(&stats::paired(&base.each[..n], &known.each[..n], CONFIDENCE), factor);
        let doubt = (a.mean * known.doubt - b.mean * base.doubt).abs();
        Estimate { low: found.low - doubt, high: found.high + doubt, ..found }
    } else if a.is_exact() && b.is_exact() {
        Estimate::exact(a.mean - b.mean)
    } else {
        let n = a.n.min(b.n);
        Estimate::interval(a.mean - b.mean, a.low - b.high, a.high - b.low, n)
    };
    Ok(Known { estimate, thin: known.thin || base.thin, ..known })
}

fn scaled(estimate: &Estimate, factor: f64) -> Estimate {
    let Estimate { mean, low, high, n, .. } = *estimate;
    Estimate::interval(mean * factor, low * factor, high * factor, n)
}

/// Returns the bottleneck of a line: the resource and its ties.
fn resources(line: &Saturation) -> Vec<String> {
    line.resource.iter().chain(&line.ties).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM_90_TO_110: Estimate = Estimate::interval(100.0, 90.0, 110.0, 8);

    #[test]
    fn ratios_pair_what_is_paired() {
        let side = |each: Vec<f64>| Known {
            estimate: Estimate::from_samples(&each, CONFIDENCE),
            beyond: false,
            each,
            doubt: 0.0,
            finding: Finding::Description,
            resource: None,
            thin: false,
        };
        // Each replication is exactly twice its counterpart: the ratio has no spread, though both
        // sides vary.
        let found = ratio(side(vec![20.0, 40.0, 60.0]), &side(vec![10.0, 20.0, 30.0]), "b");
        let found = found.map(|known| known.estimate).expect("it is finite");
        assert!((found.mean - 2.0).abs() < 1e-12 && found.high - found.low < 1e-9, "{found:?}");
        // Each replication is exactly ten more than its counterpart, though both vary by as much.
        let found =
            difference(side(vec![20.0, 40.0, 60.0]), &side(vec![10.0, 30.0, 50.0]), 1.0, "b");
        let found = found.map(|known| known.estimate).expect("both are known");
        assert!((found.mean - 10.0).abs() < 1e-12 && found.high - found.low < 1e-9, "{found:?}");
        // With a factor of a thousand users each: ten thousand more.
        let thousand = |each: Vec<f64>| {
            let known = side(each);
            Known { estimate: scaled(&known.estimate, 1000.0), ..known }
        };
        let (after, before) = (thousand(vec![20.0, 40.0]), thousand(vec![10.0, 30.0]));
        let found = difference(after, &before, 1000.0, "b");
        let found = found.map(|known| known.estimate).expect("both are known");
        assert!((found.mean - 10_000.0).abs() < 1e-9, "{found:?}");
        // Unpaired, the ends count: 90/110 to 110/90, and 90 − 110 to 110 − 90.
        let alone = || Known { each: Vec::new(), estimate: FROM_90_TO_110, ..side(Vec::new()) };
        let found =
            difference(alone(), &alone(), 1.0, "b").map(|known| known.estimate).expect("known");
        assert!((found.low + 20.0).abs() < 1e-12 && (found.high - 20.0).abs() < 1e-12);
        let beyond = Known { beyond: true, ..alone() };
        assert!(difference(alone(), &beyond, 1.0, "b").is_err());
        let found = ratio(alone(), &alone(), "b").map(|known| known.estimate).expect("finite");
        assert!(
            (found.low - 90.0 / 110.0).abs() < 1e-12 && (found.high - 110.0 / 90.0).abs() < 1e-12
        );
    }
}
