//! Contribution of each edit of a plan to the line: by itself, and within its plan.
//!
//! The system is run with and without the edit under common random numbers, so that the change is
//! paired by replication. Edits that leave the running configuration as it is contribute exactly
//! zero. Identical specs share their lines: those of the variants are known already, and only the
//! remaining ones are searched for, if requested.

use super::difference::moved;
use super::line::Line;
use super::lines::Searched;
use super::result::{Contribution, StudyResult};
use super::runs::Part;
use super::sampling::windowed;
use super::saturation::mean_load;
use super::search::Case;
use super::setup::Ablation;
use super::work::Work;
use crate::model::spec::Spec;
use crate::stats::CONFIDENCE;
use crate::stats::Estimate;

/// Replications that suffice where they already show that the line moves.
const FEW: u32 = 4;
/// Confidence required for that: above that of the interval, because the data are tested twice.
const SURE: f64 = 0.99;

/// A spec that belongs to no variant, with its search results.
struct Other<'a> {
    spec: &'a Spec,
    /// Variant from whose line the search starts.
    variant: usize,
    lines: Vec<Line>,
}

/// Location of the lines of a spec.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Variant(usize),
    Other(usize),
}

/// Both sides of a change.
#[derive(Clone, Copy)]
struct Sides {
    from: At,
    to: At,
}

impl Work<'_> {
    /// Computes the contribution of each edit.
    pub(super) fn contributions(&self, searched: &[Searched], result: &mut StudyResult) {
        let study = self.study;
        let main: Vec<&Searched> = searched.iter().filter(|searched| searched.is_main()).collect();
        if study.ablations.is_empty() || main.is_empty() {
            return;
        }
        let mut others: Vec<Other<'_>> = Vec::new();
        let changes: Vec<[Sides; 2]> =
            study.ablations.iter().map(|ablation| self.changes(ablation, &mut others)).collect();
        if study.contributions {
            self.others(&changes, &mut others, &main);
        }
        for (ablation, [alone, together]) in study.ablations.iter().zip(&changes) {
            let change = |change: &Sides| estimate(*change, &others, &main);
            let found = Contribution {
                variant: study.variants[ablation.variant].name.clone(),
                alone_rps: change(alone),
                together_rps: change(together),
            };
            if found.alone_rps.is_none() && found.together_rps.is_none() {
                continue;
            }
            for edit in &ablation.edits {
                if let Some(edit) = result.edits.get_mut(*edit) {
                    edit.contribution = Some(found.clone());
                }
            }
        }
    }

    /// Returns both changes: the edit alone against the system without the plan, and the plan
    /// against the plan without the edit.
    fn changes<'a>(&'a self, ablation: &'a Ablation, others: &mut Vec<Other<'a>>) -> [Sides; 2] {
        let mut at = |spec: &'a Spec| {
            let same = |variant: &usize| self.study.case(*variant, 0, 0) == spec;
            // The variant that carries out the plan comes first, as the likeliest match.
            let variants = [ablation.variant].into_iter().chain(0..self.study.variants.len());
            if let Some(variant) = variants.into_iter().find(same) {
                return At::Variant(variant);
            }
            let known = others.iter().position(|other| other.spec == spec);
            At::Other(known.unwrap_or_else(|| {
                others.push(Other { spec, variant: ablation.variant, lines: Vec::new() });
                others.len() - 1
            }))
        };
        let whole = At::Variant(ablation.variant);
        let (before, alone) = (at(&ablation.before), at(&ablation.alone));
        let without = at(&ablation.without);
        [Sides { from: before, to: alone }, Sides { from: without, to: whole }]
    }

    /// Searches for the lines of specs that belong to no variant. The first replication of each
    /// starts from the line of its variant, the others from there. Where a few replications leave
    /// open whether the line moves, all those of the variants are run.
    fn others(&self, changes: &[[Sides; 2]], others: &mut [Other<'_>], main: &[&Searched]) {
        let most = self.study.search.replications.max(2);
        let variants: Vec<usize> = (0..main.len()).collect();
        let needed = |other: usize| {
            let side = |at: At| at == At::Other(other);
            changes
                .iter()
                .flatten()
                .any(|change| change.from != change.to && (side(change.from) || side(change.to)))
        };
        let wanted: Vec<usize> = (0..others.len()).filter(|other| needed(*other)).collect();
        if wanted.is_empty() || main.iter().any(|searched| searched.lines.is_empty()) {
            return;
        }
        let used: Vec<usize> = variants
            .into_iter()
            .filter(|variant| wanted.iter().any(|other| others[*other].variant == *variant))
            .collect();
        let what = "lines that tell what each edit contributes";
        let bounds = self.all(
            what,
            &used,
            |_| 1.0,
            |variant| self.contributing(self.study.case(*variant, 0, 0), main[*variant]).bound(),
        );
        let bound = |variant: usize| {
            let place = used.iter().position(|other| *other == variant)?;
            bounds.get(place).copied().flatten()
        };
        let first = self.all(
            what,
            &wanted,
            |_| 1.0,
            |other| {
                let other = &others[*other];
                let known = main[other.variant];
                let case = self.contributing(other.spec, known);
                let line = mean_load(&known.lines);
                let hint = bound(other.variant).map(|bound| line * case.bound() / bound);
                case.lines(FEW.min(most), hint.filter(|load| *load > 0.0))
            },
        );
        for (other, found) in wanted.iter().zip(first) {
            others[*other].lines = found.unwrap_or_default();
        }
        // Specs that are one side of a change that is still open.
        let open: Vec<usize> = wanted
            .iter()
            .copied()
            .filter(|other| {
                changes.iter().flatten().any(|change| {
                    let side = At::Other(*other) == change.from || At::Other(*other) == change.to;
                    side && change.from != change.to && !sure(*change, others, main)
                })
            })
            .collect();
        self.further(others, main, &open, most);
    }

    /// Runs further replications of some of them, up to `most`.
    fn further(&self, others: &mut [Other<'_>], main: &[&Searched], which: &[usize], most: u32) {
        let what = "lines that tell what each edit contributes";
        let found = self.all(
            what,
            which,
            |_| 1.0,
            |other| {
                let other = &others[*other];
                let mut lines = other.lines.clone();
                self.contributing(other.spec, main[other.variant]).further(&mut lines, most);
                lines
            },
        );
        for (other, lines) in which.iter().zip(found) {
            if let Some(lines) = lines {
                others[*other].lines = lines;
            }
        }
    }

    fn contributing<'a>(&'a self, spec: &'a Spec, like: &Searched) -> Case<'a> {
        let window = windowed(self.study, like.warm_up);
        Case::new(&self.runs, spec, window, Part::Contributions)
    }
}

fn lines<'a>(at: At, others: &'a [Other<'_>], main: &'a [&Searched]) -> &'a [Line] {
    match at {
        At::Variant(variant) => main.get(variant).map_or(&[], |searched| &searched.lines),
        At::Other(other) => &others[other].lines,
    }
}

fn paired(
    change: Sides,
    others: &[Other<'_>],
    main: &[&Searched],
    confidence: f64,
) -> Option<Estimate> {
    let (from, to) = (lines(change.from, others, main), lines(change.to, others, main));
    let n = from.len().min(to.len());
    (n >= 2).then(|| moved(&from[..n], &to[..n], confidence))
}

/// Change of the line; exactly 0 where both sides are identical, `None` where a side was not
/// simulated.
fn estimate(change: Sides, others: &[Other<'_>], main: &[&Searched]) -> Option<Estimate> {
    if change.from == change.to {
        return Some(Estimate::exact(0.0));
    }
    paired(change, others, main, CONFIDENCE)
}

fn sure(change: Sides, others: &[Other<'_>], main: &[&Searched]) -> bool {
    paired(change, others, main, SURE).is_some_and(|found| found.low > 0.0 || found.high < 0.0)
}
