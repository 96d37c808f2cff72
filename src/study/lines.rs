//! Lines of all cases of a study, and the answers built from them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::doubt::Doubt;
use super::doubt::Warning;
use super::gather::anatomy;
use super::line::Line;
use super::plan::{AllDone, Done, Task};
use super::replicate::Outcome;
use super::result::{Alternative, AlternativeVariant, Axis, Saturation, StudyResult, WarmUp};
use super::runs::Part;
use super::sampling::windowed;
use super::saturation::{answer, mean_load};
use super::search::Case;
use super::stop::unless_stopped;
use super::theory;
use super::watch::{Provisional, SoFar};
use super::work::{Question, Work};
use crate::model::stations::stations;

/// Lines of the replications of one case.
pub(super) struct Searched {
    pub(super) mix: usize,
    pub(super) calibration: usize,
    pub(super) variant: usize,
    pub(super) warm_up: WarmUp,
    pub(super) lines: Vec<Line>,
}

impl Searched {
    /// Whether it belongs to the main answer.
    pub(super) fn is_main(&self) -> bool {
        (self.mix, self.calibration) == (0, 0)
    }
}

impl Work<'_> {
    /// Finds the line of every case, starting with the main mix and calibration.
    pub(super) fn search(&self, question: Question, result: &mut StudyResult) -> Vec<Searched> {
        let study = self.study;
        let (mixes, calibrations) = match question {
            Question::Compare => (study.mixes.len(), study.calibrations.len()),
            _ => (1, 1),
        };
        let mut cases = Vec::new();
        for calibration in 0..calibrations {
            for mix in 0..mixes {
                cases.extend((0..study.variants.len()).map(|variant| (mix, calibration, variant)));
            }
        }
        self.ceilings(result.target_load.axis);
        let warm_ups = self.search_warm_ups(&cases);
        let mut searched: Vec<Searched> = Vec::new();
        for which @ &(mix, calibration, variant) in &cases {
            let warm_up = warm_ups.get(which).copied().unwrap_or_else(|| self.given());
            if (mix, calibration) == (0, 0) {
                result.variants[variant].search_warm_up = Some(warm_up);
            }
            searched.push(Searched { mix, calibration, variant, warm_up, lines: Vec::new() });
        }
        let found = self.lines(&searched, result.target_load.axis);
        for (searched, lines) in searched.iter_mut().zip(found) {
            searched.lines = lines;
        }
        searched
    }

    pub(super) fn case(&self, searched: &Searched) -> Case<'_> {
        let spec = self.study.case(searched.variant, searched.mix, searched.calibration);
        let window = windowed(self.study, searched.warm_up);
        Case::new(&self.runs, spec, window, Part::Line)
    }

    /// Reports the upper bounds of the main answer's lines that follow from the spec alone.
    fn ceilings(&self, axis: Axis) {
        for (index, variant) in self.study.variants.iter().enumerate() {
            if let Some((load, station)) = theory::ceiling(self.study.case(index, 0, 0)) {
                let (variant, line) = (variant.name.as_str(), SoFar::AtMost(load, &station));
                self.watcher.provisional(&Provisional { variant, axis, line });
            }
        }
    }

    /// Finds the lines of each case in all replications. The first variant starts from the
    /// utilisation bound, each further one from the line of the variant before it; replications run
    /// in parallel.
    fn lines(&self, cases: &[Searched], axis: Axis) -> Vec<Vec<Line>> {
        let study = self.study;
        let replications = study.search.replications.max(2);
        // For alternatives to the main answer, half as many replications suffice to check whether
        // it holds.
        let half = (replications / 2).max(2);
        let wanted = |case: &Searched| if case.is_main() { replications } else { half };
        let found: Vec<Vec<Mutex<Option<Line>>>> = cases
            .iter()
            .map(|case| (0..wanted(case)).map(|_| Mutex::new(None)).collect())
            .collect();
        if self.watcher.stopped() {
            return cases.iter().map(|_| Vec::new()).collect();
        }
        let steps = cases.iter().map(|case| u64::from(wanted(case))).sum();
        self.watcher.begin("looking for the line of each variant", steps);
        let keep = |case: usize, number: u32, line: Line| {
            let mut place =
                found[case][number as usize].lock().unwrap_or_else(PoisonError::into_inner);
            *place = Some(line);
            self.watcher.step();
        };
        let (keep, found_first) = (&keep, |case: &Searched, lines: &[Line]| {
            if case.is_main() && lines.iter().any(|line| line.failed.is_some()) {
                let variant = study.variants[case.variant].name.as_str();
                let of = lines.len() as u32;
                let line = SoFar::About { load: mean_load(lines), of, all: replications };
                self.watcher.provisional(&Provisional { variant, axis, line });
            }
        });
        let found_first = &found_first;
        rayon::scope(|scope| {
            let variants = study.variants.len();
            for (chain, alike) in cases.chunks(variants).enumerate() {
                scope.spawn(move |_| {
                    let mut before: Option<(f64, f64)> = None;
                    for (place, searched) in alike.iter().enumerate() {
                        if self.watcher.stopped() {
                            return;
                        }
                        let (index, case) = (chain * variants + place, self.case(searched));
                        let found = unless_stopped(|| {
                            let bound = case.bound();
                            let hint = before.map(|(line, other)| line * bound / other);
                            let hint = hint.filter(|load| *load > 0.0);
                            (case.lines(wanted(searched), hint), bound)
                        });
                        let Some((lines, bound)) = found else { return };
                        found_first(searched, &lines);
                        before = Some((mean_load(&lines), bound));
                        for (number, line) in (0..).zip(lines) {
                            keep(index, number, line);
                        }
                    }
                });
            }
        });
        let whole =
            |place: Mutex<Option<Line>>| place.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Of a study that was stopped only the gapless prefix counts: lines are paired by
        // replication.
        found.into_iter().map(|lines| lines.into_iter().map_while(whole).collect()).collect()
    }

    /// Stores the results: the main answer in its variants, the others as alternatives.
    pub(super) fn answers(
        &self,
        searched: &[Searched],
        done: &mut AllDone,
        result: &mut StudyResult,
    ) {
        for (index, searched) in searched.iter().enumerate() {
            if searched.lines.is_empty() {
                continue;
            }
            let saturation = match done.remove(&Task::Relief(index)) {
                Some(Done::Answer(found)) => *found,
                // A stopped study still reports the positions of the lines that it found.
                _ => answer(&self.case(searched), &searched.lines, 0),
            };
            self.put(searched, saturation, result);
        }
        let main: Vec<&Searched> = searched.iter().filter(|searched| searched.is_main()).collect();
        self.behind(&main, result);
    }

    fn put(&self, searched: &Searched, saturation: Saturation, result: &mut StudyResult) {
        let variant = &mut result.variants[searched.variant];
        if searched.is_main() {
            variant.anatomy = anatomy(&searched.lines);
            variant.anatomy_rps = saturation.rps.mean;
            variant.saturation = Some(saturation);
            return;
        }
        let name = variant.name.clone();
        let (mix, calibration) =
            (&self.study.mixes[searched.mix], &self.study.calibrations[searched.calibration]);
        let same = |other: &Alternative| other.mix == *mix && other.calibration == *calibration;
        if !result.alternatives.iter().any(same) {
            result.alternatives.push(Alternative {
                mix: mix.clone(),
                calibration: calibration.clone(),
                variants: Vec::new(),
            });
        }
        if let Some(place) = result.alternatives.iter_mut().find(|other| same(other)) {
            place.variants.push(AlternativeVariant { name, saturation });
        }
    }

    /// Warns of stations that fall behind below the line without setting it.
    fn behind(&self, searched: &[&Searched], result: &mut StudyResult) {
        let mut late: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for searched in searched {
            let carried: Vec<&Outcome> =
                searched.lines.iter().filter_map(|line| line.carried.as_ref()).collect();
            let spec = self.study.case(searched.variant, 0, 0);
            for (index, station) in stations(spec).into_iter().enumerate() {
                let behind =
                    carried.iter().filter(|outcome| outcome.aside.contains(&index)).count();
                if behind * 2 > carried.len() {
                    let variant = &self.study.variants[searched.variant].name;
                    late.entry(station.name).or_default().push(variant);
                }
            }
        }
        for (station, variants) in late {
            let variants = variants.into_iter().map(str::to_owned).collect();
            result.warnings.push(Warning::of_all(Doubt::FallBehind { station, variants }));
        }
    }
}
