//! Evaluation of the theoretical predictions.

use crate::model::spec::Spec;
use crate::model::stations::stations;
use crate::scenario::decode::Spanned;
use crate::scenario::document::{LawDoc, MeasureWord, ScenarioDoc};
use crate::scenario::problem::{Problems, SourceSpan};
use crate::scenario::values::{Count, Text};
use crate::study::law::Law;
use crate::study::result::{Measure, Target};
use crate::study::setup::Prediction;
use crate::study::theory::parts;

/// Returns the predictions of all laws of the scenario; problems are reported on the way.
pub(super) fn predictions(
    scenario: &ScenarioDoc,
    cases: &[Spec],
    targets: &[Target],
    problems: &mut Problems,
) -> Vec<Prediction> {
    let (Some(first), [spec, others @ ..]) = (scenario.theory.first(), cases) else {
        return Vec::new();
    };
    if !others.is_empty() {
        let message = format!(
            "theory speaks of one system, and this scenario has {} variants, mixes or calibrations of it",
            cases.len()
        );
        problems.add("E0311", first.span, message);
    }
    let mut all = Vec::new();
    for document in &scenario.theory {
        let law = law(&document.law.value);
        for predicted in &document.predicts {
            let measure = measure(predicted.measure);
            if !named(measure, predicted.at.as_ref(), predicted.span, spec, problems) {
                continue;
            }
            match law.expects(measure, targets) {
                Ok(expected) => all.push(Prediction {
                    measure,
                    at: predicted.at.as_ref().map(|name| name.value.0.clone()),
                    law: law.name(),
                    source: document.source.0.clone(),
                    expected,
                }),
                Err(silence) => problems.add("E0312", predicted.span, silence.to_string()),
            }
        }
    }
    all
}

/// Whether `at` is valid: the name of something that the measure refers to, or absent where it
/// refers to nothing. Reports a problem otherwise.
fn named(
    measure: Measure,
    at: Option<&Spanned<Text>>,
    span: SourceSpan,
    spec: &Spec,
    problems: &mut Problems,
) -> bool {
    let (what, names): (&str, Vec<String>) = match measure {
        Measure::PartMs => ("part of a response", parts().map(str::to_owned).collect()),
        Measure::Busy | Measure::Waiting | Measure::Resource => {
            ("station", stations(spec).into_iter().map(|station| station.name).collect())
        }
        _ => {
            if let Some(at) = at {
                problems.add("E0101", at.span, "`at` has no meaning for this measure");
            }
            return at.is_none();
        }
    };
    let Some(at) = at else {
        let message = format!("this measure needs `at`: the name of a {what}");
        problems.add("E0102", span, message);
        return false;
    };
    let known = names.contains(&at.value.0);
    if !known {
        let help = problems.suggest(&at.value.0, names.iter().map(String::as_str));
        problems.report("E0201", at.span, format!("there is no {what} `{}`", at.value.0), help);
    }
    known
}

fn measure(word: MeasureWord) -> Measure {
    match word {
        MeasureWord::Mean => Measure::MeanMs,
        MeasureWord::P50 => Measure::P50Ms,
        MeasureWord::P95 => Measure::P95Ms,
        MeasureWord::P99 => Measure::P99Ms,
        MeasureWord::Errors => Measure::ErrorRate,
        MeasureWord::Goodput => Measure::GoodputRps,
        MeasureWord::Events => Measure::EventsPerS,
        MeasureWord::Completed => Measure::OrdersPerS,
        MeasureWord::Lag => Measure::MaxLag,
        MeasureWord::Part => Measure::PartMs,
        MeasureWord::Busy => Measure::Busy,
        MeasureWord::Waiting => Measure::Waiting,
        MeasureWord::Line => Measure::LineRps,
        MeasureWord::Resource => Measure::Resource,
    }
}

fn law(document: &LawDoc) -> Law {
    match document {
        LawDoc::Mmc(of) => Law::Servers {
            rate: of.rate.0,
            service: of.service.0,
            servers: of.servers.u32(),
            copies: of.copies.map_or(1, Count::u32),
        },
        LawDoc::Mmck(of) => Law::Room {
            rate: of.rate.0,
            service: of.service.0,
            servers: of.servers.u32(),
            room: of.room.u32(),
        },
        LawDoc::Mg1(of) => Law::General {
            rate: of.rate.0,
            service: of.service.0,
            cv: of.cv.0,
            copies: of.copies.map_or(1, Count::u32),
        },
        LawDoc::Mg1Ps(of) => Law::Sharing {
            rate: of.rate.0,
            service: of.service.0,
            copies: of.copies.map_or(1, Count::u32),
        },
        LawDoc::MmcPatience(of) => Law::Patience {
            rate: of.rate.0,
            service: of.service.0,
            servers: of.servers.u32(),
            patience: of.patience.0,
        },
        LawDoc::Tandem(of) => Law::Tandem {
            rate: of.rate.0,
            services: of.services.iter().map(|service| service.0).collect(),
        },
        LawDoc::Closed(of) => Law::Closed {
            users: of.users.u32(),
            think: of.think.0,
            stations: of
                .stations
                .iter()
                .map(|station| {
                    let servers = station.servers.map(Count::u32);
                    (station.service.0, servers)
                })
                .collect(),
        },
        LawDoc::Value(of) => Law::Value { is: of.is.0, because: of.because.0.clone() },
    }
}
