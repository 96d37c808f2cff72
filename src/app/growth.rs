//! `plimsoll growth`.

use super::error::{AppError, Context, Ending};
use super::input::{chosen, options, warn_of};
use super::session::Session;
use crate::cli::GrowthArgs;
use crate::plain;
use crate::scenario::{self, Loaded, vary};
use crate::study::growth::{Growth, answer};

pub(super) fn growth(args: &GrowthArgs) -> Result<Ending, AppError> {
    let input = &args.study.input;
    let options = scenario::Options { check_only: true, ..options(input) };
    let loaded = scenario::load(&input.scenario, &options)?;
    warn_of(&loaded, input, args.study.lang);
    let shown = plain::path(&input.scenario);
    let growth = asked(args, &loaded, &shown)?;
    let study = &loaded.study;
    let which = chosen(&args.variants, study)?;
    let session = Session::open(&args.study, &study.head("growth"))?;
    let found = session.compute(|progress| answer(study, &which, growth, progress));
    session.finish(&found.context(format!("{shown}:"))?)
}

/// Returns the growth asked about: from the command line, else from the scenario.
fn asked(args: &GrowthArgs, loaded: &Loaded, shown: &str) -> Result<Growth, AppError> {
    let scenario = &loaded.study.scenario;
    let Some(mau) = loaded.study.load.mau else {
        return Err(AppError::Asked(format!(
            "{shown}: the load of `{scenario}` is not given in users, which are what grows; write `load: \
             {{ users: … }}`"
        )));
    };
    let stated = loaded.further.growth;
    let from = match &args.from {
        Some(text) => vary::users(text).context("`--from`:")?,
        None => stated.map_or(mau, |growth| growth.from),
    };
    let monthly = match (&args.monthly, stated) {
        (Some(text), _) => {
            let monthly = vary::share(text).context("`--monthly`:")?;
            if monthly <= 0.0 {
                return Err(AppError::Asked(format!("`--monthly {text}`: growth is above zero")));
            }
            monthly
        }
        (None, Some(growth)) => growth.monthly,
        (None, None) => {
            return Err(AppError::Asked(format!(
                "{shown}: `{scenario}` does not say how fast users become more; use `--monthly 8%`, or write \
                 `growth: {{ from: …, monthly: 8% }}`"
            )));
        }
    };
    Ok(Growth { from, monthly })
}
