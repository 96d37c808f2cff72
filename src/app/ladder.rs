//! `plimsoll saturate --ladder`.

use std::io::IsTerminal;

use super::{
    BAD_INPUT, MET, MISSED, Progress, coloured, complain, language, load, options, print, threads,
    warn,
};
use crate::cli::Saturating;
use crate::report::{self, ladder as pages};
use crate::scenario::{self, Loaded, workshop::Bench};
use crate::study::ladder::{End, Ladder, climb};

pub(super) fn ladder(asked: &Saturating) -> u8 {
    let studying = &asked.studying;
    let loaded = match load(&studying.reading, false, true) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    if !loaded.warnings.is_empty() {
        let colour = coloured(studying.reading.color, std::io::stderr().is_terminal());
        warn(&scenario::render(&loaded.warnings, colour));
    }
    let up_to = match up_to(asked, &loaded) {
        Ok(up_to) => up_to,
        Err(code) => return code,
    };
    let names: Vec<&str> =
        loaded.study.variants.iter().map(|variant| variant.name.as_str()).collect();
    let which = match chosen(&asked.variants, &names) {
        Ok(which) => which,
        Err(code) => return code,
    };
    let pool = match threads(studying.threads) {
        Ok(pool) => pool,
        Err(code) => return code,
    };
    let bench = Bench {
        scenario: studying.reading.scenario.clone(),
        options: scenario::Options { check_only: true, ..options(&studying.reading) },
        given: Vec::new(),
        from: "ladder".into(),
    };
    let progress = Progress::new();
    let found = pool.install(|| climb(&bench, &which, up_to, &progress));
    progress.end();
    match found {
        Ok(ladder) => finish(asked, &ladder),
        Err(why) => complain(&why),
    }
}

/// Indices of the variants named; all where none is.
pub(super) fn chosen(wanted: &[String], names: &[&str]) -> Result<Vec<usize>, u8> {
    if wanted.is_empty() {
        return Ok((0..names.len()).collect());
    }
    let mut which = Vec::new();
    for name in wanted {
        let Some(at) = names.iter().position(|other| other == name) else {
            let all = names.join("`, `");
            return Err(complain(&format!("there is no variant `{name}`; there are `{all}`")));
        };
        if !which.contains(&at) {
            which.push(at);
        }
    }
    which.sort_unstable();
    Ok(which)
}

/// The load that the ladder goes up to, on the axis of the study.
fn up_to(asked: &Saturating, loaded: &Loaded) -> Result<f64, u8> {
    let study = &loaded.study;
    let of_users = |users: f64| match study.load.mau {
        Some(mau) => Ok(study.load.rps * users / mau),
        None => Err(complain("this scenario's load is not given in users; use `--to`")),
    };
    match (&asked.to_mau, &asked.to) {
        (Some(text), _) => {
            scenario::vary::users(text).map_err(|why| complain(&why)).and_then(of_users)
        }
        (None, Some(text)) => scenario::vary::rate(text).map_err(|why| complain(&why)),
        (None, None) => Ok(loaded.ladder_up_to.unwrap_or(4.0 * study.asked_load())),
    }
}

fn finish(asked: &Saturating, ladder: &Ladder) -> u8 {
    let studying = &asked.studying;
    let lang = language(studying.lang);
    let options = report::Options { lang, font: studying.font.clone() };
    let written = match pages::write(ladder, &studying.out, &options) {
        Ok(written) => written,
        Err(error) => {
            return complain(&format!("cannot write to {}: {error}", studying.out.display()));
        }
    };
    for note in &written.notes {
        warn(&format!("note: {note}"));
    }
    let code = if studying.reading.json {
        match pages::json(ladder) {
            Ok(json) => print(json.as_bytes()),
            Err(error) => complain(&error.to_string()),
        }
    } else {
        let text = format!("{}{}\n", pages::text(ladder, lang), written.folder.display());
        print(text.as_bytes())
    };
    let reached = ladder.ends.last().is_some_and(|end| end.end == End::Reached);
    match code {
        MET if reached => MET,
        MET => MISSED,
        _ => BAD_INPUT,
    }
}
