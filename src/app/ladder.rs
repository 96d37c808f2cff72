//! `plimsoll saturate --ladder`.

use super::error::{AppError, Ending};
use super::input::{chosen, resolved, workshop};
use super::session::Session;
use crate::cli::SaturateArgs;
use crate::scenario::{Loaded, vary};
use crate::study::ladder::climb;

pub(super) fn ladder(args: &SaturateArgs) -> Result<Ending, AppError> {
    let workshop = workshop(&args.study.input, "ladder");
    let loaded = resolved(&workshop, &args.study)?;
    let up_to = up_to(args, &loaded)?;
    let which = chosen(&args.variants, &loaded.study)?;
    let session = Session::open(&args.study, &loaded.study.head("ladder"))?;
    let ladder = session.compute(|progress| climb(&workshop, &which, up_to, progress))?;
    session.finish(&ladder)
}

/// Returns the load up to which the ladder goes, on the axis of the study.
fn up_to(args: &SaturateArgs, loaded: &Loaded) -> Result<f64, AppError> {
    let study = &loaded.study;
    match (&args.to_mau, &args.to) {
        (Some(text), _) => {
            let users = vary::users(text)?;
            let Some(mau) = study.load.mau else {
                let text = "this scenario's load is not given in users; use `--to`";
                return Err(AppError::Asked(text.into()));
            };
            Ok(study.load.rps * users / mau)
        }
        (None, Some(text)) => Ok(vary::rate(text)?),
        (None, None) => Ok(loaded.further.ladder_up_to.unwrap_or(4.0 * study.asked_load())),
    }
}
