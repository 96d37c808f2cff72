//! The answer of a study: `run`, `compare` and `saturate`.

use std::path::Path;

use serde::Deserialize;

use super::answer::{Answer, Files, Kind, json};
use super::error::ReportError;
use super::words::{Lang, Word, say};
use super::{Manifest, Options, chart, clean, folder, html, markdown, page, picture, pretty};
use super::{tables, text};
use crate::study::Head;
use crate::study::digest::digest;
use crate::study::result::StudyResult;

/// Kind of answer with the data file `summary.json`.
pub(super) const KIND: Kind = Kind { file: SUMMARY, read };

const SUMMARY: &str = "summary.json";
const MANIFEST: &str = "manifest.json";

/// A study's result in writable form, with its manifest.
#[derive(Clone, Debug)]
pub struct Studied {
    result: StudyResult,
    manifest: Manifest,
    /// Contents of `summary.json`.
    bytes: Vec<u8>,
}

impl Studied {
    /// Removes non-finite numbers from a result. The manifest gets their count and the digest of
    /// the summary, so that each file identifies the other.
    ///
    /// # Errors
    /// When numbers outside estimates are not finite.
    pub fn new(result: &StudyResult, manifest: &Manifest) -> Result<Studied, ReportError> {
        let (result, left_out) = clean::finite(result)?;
        let bytes = pretty(&result)?;
        let manifest = Manifest {
            left_out,
            computed_from: result.computed_from.clone(),
            summary: digest(&bytes),
            ..manifest.clone()
        };
        Ok(Studied { result, manifest, bytes })
    }
}

impl Answer for Studied {
    fn head(&self) -> &Head {
        &self.result.head
    }

    fn is_met(&self) -> bool {
        self.result.is_met()
    }

    fn text(&self, lang: Lang, colour: bool) -> String {
        text::text(&self.result, lang, colour)
    }

    fn json(&self) -> Result<String, ReportError> {
        Ok(String::from_utf8(self.bytes.clone()).map_err(std::io::Error::other)?)
    }

    fn data(&self) -> Result<Files, ReportError> {
        let mut files = Files::default();
        for (name, bytes) in tables::all(&self.result)? {
            files.add(name, bytes);
        }
        files.stale.extend(tables::NAMES.iter().map(|name| (*name).to_owned()));
        files.add(SUMMARY, self.bytes.clone());
        files.add(MANIFEST, pretty(&self.manifest)?);
        Ok(files)
    }

    fn pages(&self, options: &Options) -> Files {
        let Studied { result, manifest, .. } = self;
        let lang = options.lang;
        let mut files = Files::default();
        if manifest.left_out > 0 {
            files.notes.push(say(lang, Word::NoteFinite, &[&manifest.left_out.to_string()]));
        }
        let mut pictures = picture::Pictures::new(options);
        let mut charts = Vec::new();
        for chart in chart::ALL {
            files.remove_chart(chart.name());
            if let Some(drawn) = pictures.draw(*chart, result) {
                let png = drawn.png.is_some();
                files.add(format!("{}.svg", chart.name()), drawn.svg.as_bytes());
                for (png, (ending, _)) in drawn.png.into_iter().flatten().zip(picture::SIZES) {
                    files.add(format!("{}{ending}", chart.name()), png);
                }
                charts.push(page::Drawing { chart: *chart, svg: drawn.svg, png });
            }
        }
        files.notes.extend(pictures.notes());
        let notes = files.notes.as_slice();
        let source = page::Source { result, manifest, charts: &charts, notes, lang };
        let blocks = page::blocks(&source);
        files.add("report.md", markdown::document(&blocks, lang));
        files.add("report.html", html::document(&blocks, &manifest.version, lang));
        files
    }
}

/// Returns `summary.json` as text.
///
/// # Errors
/// When the result holds non-finite numbers outside estimates.
pub fn summary(result: &StudyResult) -> Result<String, ReportError> {
    let (result, _) = clean::finite(result)?;
    json(&result)
}

/// Reads the result from its summary, provided that the manifest beside it is of the same run.
fn read(folder: &Path) -> Result<Box<dyn Answer>, ReportError> {
    let [summary_file, manifest_file] = [SUMMARY, MANIFEST].map(|name| folder.join(name));
    let (bytes, summary) = folder::json(&summary_file)?;
    let result = StudyResult::deserialize(summary)
        .map_err(|source| ReportError::Shape { path: summary_file, source })?;
    let manifest: Manifest = folder::read(&manifest_file)?;
    let same = manifest.computed_from == result.computed_from && manifest.summary == digest(&bytes);
    if !same {
        return Err(ReportError::Apart(folder.to_path_buf()));
    }
    Ok(Box::new(Studied { result, manifest, bytes }))
}
