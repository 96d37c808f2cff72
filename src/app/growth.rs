//! `plimsoll growth`.

use std::path::PathBuf;

use super::ladder::chosen;
use super::{MET, MISSED, Progress, complain, drawing, font, hold, language, load, print, threads};
use crate::cli::Growing;
use crate::plain;
use crate::report::growth as pages;
use crate::scenario::{Loaded, vary};
use crate::study::growth::{Growth, GrowthFound, grow};
use crate::study::point::{Depth, line};
use crate::study::{CONFIDENCE, Watcher};

pub(super) fn growth(asked: &Growing) -> u8 {
    let studying = &asked.studying;
    let loaded = match load(&studying.reading, false, true) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let growth = match said(asked, &loaded) {
        Ok(growth) => growth,
        Err(code) => return code,
    };
    let study = &loaded.study;
    let names: Vec<&str> = study.variants.iter().map(|variant| variant.name.as_str()).collect();
    let which = match chosen(&asked.variants, &names) {
        Ok(which) => which,
        Err(code) => return code,
    };
    let font = match font(studying.font.as_deref()) {
        Ok(font) => font,
        Err(code) => return code,
    };
    let held = match hold(&studying.out, &study.scenario, "growth", true) {
        Ok(held) => held,
        Err(code) => return code,
    };
    let pool = match threads(studying.threads) {
        Ok(pool) => pool,
        Err(code) => return code,
    };
    let progress = Progress::new();
    progress.begin("finding lines", which.len() as u64);
    let mut found = GrowthFound {
        scenario: study.scenario.clone(),
        system: study.system.clone(),
        seed: study.seed,
        confidence: CONFIDENCE,
        mix: study.mixes[0].clone(),
        calibration: study.calibrations[0].clone(),
        growth,
        curve: study.case(0, 0, 0).load.curve.name.clone(),
        variants: Vec::new(),
        cautions: study.cautions.clone(),
        partial: false,
    };
    for variant in which {
        let study = study.only(variant);
        let point = pool.install(|| line(&study, Depth::Full, &progress));
        let grown = point.and_then(|point| grow(&study, &point, &growth));
        match grown {
            Some(grown) => found.variants.push(grown),
            None if progress.stopped() => {
                found.partial = true;
                break;
            }
            None => {
                progress.end();
                return complain(
                    "no line can be searched for: that takes an open load in users and a target",
                );
            }
        }
        progress.step();
    }
    progress.end();
    let code = finish(asked, font, &found);
    drop(held);
    code
}

fn finish(asked: &Growing, font: Option<PathBuf>, found: &GrowthFound) -> u8 {
    let studying = &asked.studying;
    let lang = language(studying.lang);
    let written = pages::write(found, &studying.out, &drawing(lang, font));
    let code = if studying.reading.json {
        match pages::json(found) {
            Ok(json) => print(json.as_bytes()),
            Err(error) => complain(&error.to_string()),
        }
    } else {
        let mut text = pages::text(found, lang);
        text.extend(written.iter().map(|written| plain::path(&written.folder) + "\n"));
        print(text.as_bytes())
    };
    // Crossed today already, or perhaps so: then the load asked about is not surely carried.
    let crossed = found.variants.last().is_none_or(|last| last.crossing.earliest == Some(0));
    let judged = if found.partial || crossed { MISSED } else { MET };
    match written {
        Err(error) => complain(&format!("cannot write to {error}")),
        Ok(_) => code.max(judged),
    }
}

/// The growth asked about: the command line's, else the scenario's.
fn said(asked: &Growing, loaded: &Loaded) -> Result<Growth, u8> {
    let Some(mau) = loaded.study.load.mau else {
        return Err(complain("this scenario's load is not given in users, which are what grows"));
    };
    let stated = loaded.growth;
    let from = match &asked.from {
        Some(text) => vary::users(text).map_err(|why| complain(&why))?,
        None => stated.map_or(mau, |growth| growth.from),
    };
    let monthly = match (&asked.monthly, stated) {
        (Some(text), _) => vary::share(text).map_err(|why| complain(&why))?,
        (None, Some(growth)) => growth.monthly,
        (None, None) => {
            return Err(complain("how fast users become more is not said; use `--monthly 8%`"));
        }
    };
    if monthly <= 0.0 {
        return Err(complain("growth is above zero"));
    }
    Ok(Growth { from, monthly })
}
