//! `plimsoll saturate --ladder`.

use std::path::PathBuf;

use super::{
    BAD_INPUT, MET, MISSED, Progress, complain, drawing, font, hold, language, load, options,
    print, threads, warn, warn_of,
};
use crate::cli::Saturating;
use crate::plain;
use crate::report::ladder as pages;
use crate::scenario::{self, Loaded, workshop::Bench};
use crate::study::ladder::{End, Ladder, climb};

pub(super) fn ladder(asked: &Saturating) -> u8 {
    let studying = &asked.studying;
    let loaded = match load(&studying.reading, false, true) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    warn_of(&loaded, &studying.reading, studying.lang);
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
    let font = match font(studying.font.as_deref()) {
        Ok(font) => font,
        Err(code) => return code,
    };
    let held = match hold(&studying.out, &loaded.study.scenario, "ladder", true) {
        Ok(held) => held,
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
    let code = match found {
        Ok(ladder) => finish(asked, font, &ladder),
        Err(why) => complain(&why),
    };
    drop(held);
    code
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

fn finish(asked: &Saturating, font: Option<PathBuf>, ladder: &Ladder) -> u8 {
    let studying = &asked.studying;
    let lang = language(studying.lang);
    let written = pages::write(ladder, &studying.out, &drawing(lang, font));
    for note in written.iter().flat_map(|written| &written.notes) {
        warn(&format!("note: {note}"));
    }
    let code = if studying.reading.json {
        match pages::json(ladder) {
            Ok(json) => print(json.as_bytes()),
            Err(error) => complain(&error.to_string()),
        }
    } else {
        let mut text = pages::text(ladder, lang);
        text.extend(written.iter().map(|written| plain::path(&written.folder) + "\n"));
        print(text.as_bytes())
    };
    let reached = ladder.ends.last().is_some_and(|end| end.end == End::Reached);
    if let Err(error) = written {
        return complain(&format!("cannot write to {error}"));
    }
    match code {
        MET if reached => MET,
        MET => MISSED,
        _ => BAD_INPUT,
    }
}
