//! `plimsoll size`.

use super::error::{AppError, Ending};
use super::input::{chosen, resolved, workshop};
use super::session::Session;
use crate::audit::workshop::AuditedWorkshop;
use crate::cli::SizeArgs;
use crate::report::size::{PlannedSizing, plan_name};
use crate::scenario::Loaded;
use crate::scenario::sizing::Asked;
use crate::study::size::{Sizing, size as find};

pub(super) fn size(args: &SizeArgs) -> Result<Ending, AppError> {
    let workshop = workshop(&args.study.input, "size");
    let loaded = resolved(&workshop, &args.study)?;
    if args.confidence.is_some_and(|share| !(0.5..=0.999).contains(&share)) {
        return Err(AppError::Asked("`--confidence` lies between 0.5 and 0.999".into()));
    }
    let variant = match &args.variant {
        None => loaded.study.variants.len() - 1,
        Some(name) => {
            let which = chosen(std::slice::from_ref(name), &loaded.study)?;
            which.first().copied().unwrap_or(0)
        }
    };
    let question = loaded.size_question(&Asked {
        mau: args.mau.clone(),
        rates: args.rate.clone(),
        confidence: args.confidence,
        variant,
    })?;
    let session = Session::open(&args.study, &loaded.study.head("size"))?;
    let audited = AuditedWorkshop(&workshop);
    let sizing = session.compute(|progress| find(&audited, &question, progress))?;
    let plans = plans(&sizing, &loaded, variant);
    session.finish(&PlannedSizing { sizing, plans })
}

/// Returns name and text of the plan for each configuration found.
fn plans(sizing: &Sizing, loaded: &Loaded, variant: usize) -> Vec<(String, String)> {
    let found = sizing.phases.iter().filter(|phase| phase.monthly_usd.is_some());
    let plan = |phase| {
        let name = plan_name(phase);
        let about = format!("{} sized for {}", sizing.head.system, phase.load);
        let text = loaded.size_plan(variant, &name, &about, &phase.changes, &sizing.free);
        (name, text)
    };
    found.map(plan).collect()
}
