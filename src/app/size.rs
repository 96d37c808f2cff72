//! `plimsoll size`.

use std::path::PathBuf;

use super::{
    BAD_INPUT, MET, MISSED, Progress, complain, drawing, font, hold, language, load, options,
    print, threads, warn, warn_of,
};
use crate::audit::{self, Severity};
use crate::cli::Sizing as Arguments;
use crate::model::spec::Resource;
use crate::plain;
use crate::report::size as pages;
use crate::scenario::sizing::Asked;
use crate::scenario::workshop::Bench;
use crate::scenario::{self, Loaded, render};
use crate::study::ladder::{Lifted, Workshop};
use crate::study::result::Verdict;
use crate::study::setup::Change;
use crate::study::size::{Candidate, Outcome, Phase, Priced, Refusal, Sizing, Yard, size as find};

/// A variant on the bench, with the audit beside it.
struct Ground {
    bench: Bench,
    variant: usize,
}

impl Yard for Ground {
    fn candidate(&self, changes: &[Change]) -> Result<Candidate, String> {
        let loaded = self.bench.load(changes).map_err(|found| render(&found, false))?;
        Ok(judged(loaded, self.variant))
    }

    fn lift(
        &self,
        changes: &[Change],
        resource: Resource,
        factor: f64,
    ) -> Result<Vec<Lifted>, String> {
        self.bench.lift(self.variant, changes, resource, factor)
    }
}

/// A variant with its bill and the rules that it breaks.
fn judged(loaded: Loaded, variant: usize) -> Candidate {
    let mut audit = audit::audit_of(&loaded, [variant]);
    let broken = audit.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let broken = broken.map(|finding| Refusal::Rule {
        code: finding.code.to_owned(),
        found: serde_json::to_value(&finding.found).unwrap_or_default(),
    });
    let broken = broken.collect();
    let bill = audit.bills.pop().map_or(Vec::new(), |bill| bill.items);
    let bill = bill
        .into_iter()
        .map(|item| Priced { part: item.part, what: item.what, monthly_usd: item.monthly })
        .collect();
    Candidate { study: loaded.study, bill, broken }
}

pub(super) fn size(asked: &Arguments) -> u8 {
    let studying = &asked.studying;
    let loaded = match load(&studying.reading, false, true) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    warn_of(&loaded, &studying.reading, studying.lang);
    if asked.confidence.is_some_and(|share| !(0.5..=0.999).contains(&share)) {
        return complain("`--confidence` lies between 0.5 and 0.999");
    }
    let names: Vec<&str> =
        loaded.study.variants.iter().map(|variant| variant.name.as_str()).collect();
    let variant = match &asked.variant {
        None => names.len() - 1,
        Some(name) => match super::ladder::chosen(std::slice::from_ref(name), &names) {
            Ok(which) => which.first().copied().unwrap_or(0),
            Err(code) => return code,
        },
    };
    let question = loaded.size_question(&Asked {
        mau: asked.mau.clone(),
        rates: asked.rate.clone(),
        confidence: asked.confidence,
        variant,
    });
    let question = match question {
        Ok(question) => question,
        Err(why) => return complain(&why),
    };
    let font = match font(studying.font.as_deref()) {
        Ok(font) => font,
        Err(code) => return code,
    };
    let held = match hold(&studying.out, &loaded.study.scenario, "size", true) {
        Ok(held) => held,
        Err(code) => return code,
    };
    let pool = match threads(studying.threads) {
        Ok(pool) => pool,
        Err(code) => return code,
    };
    let ground = Ground {
        bench: Bench {
            scenario: studying.reading.scenario.clone(),
            options: scenario::Options { check_only: true, ..options(&studying.reading) },
            given: Vec::new(),
            from: "size".into(),
        },
        variant,
    };
    let progress = Progress::new();
    let found = pool.install(|| find(&ground, &question, &progress));
    progress.end();
    let code = match found {
        Ok(sizing) => finish(asked, font, (&loaded, variant), &sizing),
        Err(why) => complain(&why),
    };
    drop(held);
    code
}

fn finish(
    asked: &Arguments,
    font: Option<PathBuf>,
    (loaded, variant): (&Loaded, usize),
    sizing: &Sizing,
) -> u8 {
    let studying = &asked.studying;
    let lang = language(studying.lang);
    let found = sizing.phases.iter().filter(|phase| phase.monthly_usd.is_some());
    let plans: Vec<(String, String)> = found
        .map(|phase| {
            let name = pages::plan_name(phase);
            let about = format!("{} sized for {}", sizing.system, phase.load);
            let text = loaded.size_plan(variant, &name, &about, &phase.changes, &sizing.free);
            (name, text)
        })
        .collect();
    let written = pages::write(sizing, &plans, &studying.out, &drawing(lang, font));
    for note in written.iter().flat_map(|written| &written.notes) {
        warn(&format!("note: {note}"));
    }
    let code = if studying.reading.json {
        match pages::json(sizing) {
            Ok(json) => print(json.as_bytes()),
            Err(error) => complain(&error.to_string()),
        }
    } else {
        let mut text = pages::text(sizing, lang);
        text.extend(written.iter().map(|written| plain::path(&written.folder) + "\n"));
        print(text.as_bytes())
    };
    let day = |phase: &Phase| phase.over_day.is_none_or(|verdict| verdict == Verdict::Met);
    let met = sizing.phases.iter().all(|phase| phase.outcome == Outcome::Met && day(phase));
    if let Err(error) = written {
        return complain(&format!("cannot write to {error}"));
    }
    match code {
        MET if met && !sizing.phases.is_empty() => MET,
        MET => MISSED,
        _ => BAD_INPUT,
    }
}
