//! Charts as files: SVG with text, and PNG for programs that cannot show SVG.
//!
//! A PNG never shows a missing-glyph box: when no font has a glyph, the chart is drawn again in
//! English, and if need be once more with numbers for names.

use std::path::PathBuf;

use super::Options;
use super::canvas::Canvas;
use super::canvas::raster::{NoPicture, png};
use super::chart::Chart;
use super::fonts::Fonts;
use super::words::{Lang, Word, say};
use crate::plain;
use crate::study::result::StudyResult;

/// Suffixes of PNG files and their scale factors: 1,200 px wide for pages, 2,400 px for print and
/// high-density screens.
pub(crate) const SIZES: [(&str, f32); 2] = [(".png", 1.0), ("@2x.png", 2.0)];
/// A rendered chart.
pub(crate) struct Drawn {
    /// SVG, in the requested language.
    pub(crate) svg: String,
    /// PNG at each of [`SIZES`], where it could be made.
    pub(crate) png: Option<[Vec<u8>; 2]>,
}

/// Renders charts and records what could not be rendered.
pub(crate) struct Pictures {
    lang: Lang,
    fonts: Fonts,
    font: Option<PathBuf>,
    hurried: Option<fn() -> bool>,
    searched: bool,
    english: bool,
    numbered: bool,
    others: Vec<String>,
}

enum Failure {
    /// No font has a glyph.
    Letter,
    /// The picture cannot be rendered at all.
    Picture,
    /// Rendering is skipped because somebody waits for the end.
    Hurry,
}

impl Pictures {
    /// Starts with the built-in Latin font; `font` is read only when a glyph is missing.
    pub(crate) fn new(options: &Options) -> Pictures {
        let mut pictures = Pictures {
            lang: options.lang,
            fonts: Fonts::latin(),
            font: options.font.clone(),
            hurried: options.hurried,
            searched: false,
            english: false,
            numbered: false,
            others: Vec::new(),
        };
        if pictures.font.is_some() {
            pictures.search();
        }
        pictures
    }

    /// Renders a chart of the result; `None` when the result has nothing to show in it.
    pub(crate) fn draw(&mut self, chart: Chart, result: &StudyResult) -> Option<Drawn> {
        let drawn = chart.draw(result, self.lang)?;
        let english = || chart.draw(result, Lang::En);
        let numbered = || chart.draw(&numbered(result), Lang::En);
        let png = self.png(chart.name(), &drawn, &english, &numbered);
        Some(Drawn { svg: drawn.svg(), png })
    }

    /// Renders a picture that is not a chart of a study, painted in a language.
    pub(crate) fn paint(&mut self, name: &str, paint: &dyn Fn(Lang) -> Canvas) -> Drawn {
        let drawn = paint(self.lang);
        let png = self.png(name, &drawn, &|| Some(paint(Lang::En)), &|| None);
        Drawn { svg: drawn.svg(), png }
    }

    /// Renders what is drawn as PNG: with a further font, in English, and with numbers for names
    /// where glyphs are missing, as far as there are such drawings.
    fn png(
        &mut self,
        name: &str,
        drawn: &Canvas,
        english: &dyn Fn() -> Option<Canvas>,
        numbered: &dyn Fn() -> Option<Canvas>,
    ) -> Option<[Vec<u8>; 2]> {
        let lacks = |tried: &Result<_, Failure>| matches!(tried, Err(Failure::Letter));
        let mut tried = self.raster(drawn);
        if lacks(&tried) && !self.searched {
            self.search();
            tried = self.raster(drawn);
        }
        if lacks(&tried)
            && self.lang != Lang::En
            && let Some(drawn) = english()
        {
            tried = self.raster(&drawn);
            self.english = true;
        }
        if lacks(&tried)
            && let Some(drawn) = numbered()
        {
            tried = self.raster(&drawn);
            self.numbered = true;
        }
        if matches!(tried, Err(Failure::Letter | Failure::Picture)) {
            self.others.push(say(self.lang, Word::NotePng, &[name]));
        }
        tried.ok()
    }

    /// Returns the notes on the pictures for the reader.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = self.others.clone();
        if self.english {
            notes.push(Word::NoteNoHangul.text(self.lang).to_owned());
        }
        if self.numbered {
            notes.push(Word::NoteNames.text(self.lang).to_owned());
        }
        notes
    }

    /// Searches for a font with Hangul: the named file, else a system font.
    fn search(&mut self) {
        self.searched = true;
        if let Some(path) = &self.font {
            if self.fonts.add_file(path) {
                return;
            }
            self.others.push(say(self.lang, Word::NoteFont, &[&plain::path(path)]));
        }
        self.fonts.add_hangul();
    }

    fn raster(&self, drawn: &Canvas) -> Result<[Vec<u8>; 2], Failure> {
        if self.hurried.is_some_and(|hurried| hurried()) {
            return Err(Failure::Hurry);
        }
        let paint = |scale: f32| {
            png(drawn, &self.fonts, scale).map_err(|why| match why {
                NoPicture::Letter => Failure::Letter,
                NoPicture::Size => Failure::Picture,
            })
        };
        Ok([paint(SIZES[0].1)?, paint(SIZES[1].1)?])
    }
}

/// Returns the result with numbers for every name that appears in a chart.
fn numbered(result: &StudyResult) -> StudyResult {
    let mut result = result.clone();
    let plain = |text: &str| text.is_ascii();
    let mut stations: Vec<String> = Vec::new();
    let mut parts: Vec<String> = Vec::new();
    for (index, variant) in result.variants.iter_mut().enumerate() {
        if !plain(&variant.name) {
            variant.name = format!("variant {}", index + 1);
        }
        for station in variant.stations.iter_mut().filter(|station| !plain(&station.name)) {
            station.name = format!("station {}", number_of(&mut stations, &station.name));
        }
        for part in variant.anatomy.iter_mut().filter(|part| !plain(&part.part)) {
            part.part = format!("part {}", number_of(&mut parts, &part.part));
        }
    }
    // The conditions below the title are left out where they are empty.
    let names = [
        &mut result.head.system,
        &mut result.head.scenario,
        &mut result.head.mix,
        &mut result.head.calibration,
    ];
    for name in names {
        if !plain(name) {
            name.clear();
        }
    }
    result
}

fn number_of(names: &mut Vec<String>, name: &str) -> usize {
    let at = names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    });
    at + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::canvas::{self, Ink};
    use crate::report::style::{INK, SMALL};

    #[test]
    fn letters_without_a_font_are_found() {
        let pictures = Pictures::new(&Options::default());
        let written = |text: &str| {
            let ink = Ink::left(SMALL, INK);
            pictures.raster(&canvas::draw(20.0, "", |canvas| canvas.text(text, (0.0, 10.0), ink)))
        };
        assert!(written("1,000 RPS ± 4 ≤ 5 – 6 − 7 · 8 … > % ↑ ≥ 9 → 10").is_ok());
        assert!(matches!(written("포화"), Err(Failure::Letter)));
    }

    /// Renders charts with the system's fonts, or with the built-in font alone.
    fn korean(searched: bool) -> (Pictures, Option<[Vec<u8>; 2]>) {
        let mut pictures = Pictures {
            searched,
            ..Pictures::new(&Options { lang: Lang::Ko, ..Options::default() })
        };
        let result = crate::report::fixture::study(&[("effective", 350.0)], 3);
        let drawn = pictures.draw(Chart::Anatomy, &result).unwrap();
        assert!(drawn.svg.contains("스레드 대기"));
        (pictures, drawn.png)
    }

    #[test]
    fn without_a_font_pictures_are_english_and_with_one_korean() {
        let result = crate::report::fixture::study(&[("effective", 350.0)], 3);
        let english = Pictures::new(&Options::default()).draw(Chart::Anatomy, &result).unwrap().png;
        let (without, png) = korean(true);
        assert!(png == english && png.is_some());
        assert_eq!(without.notes(), [Word::NoteNoHangul.text(Lang::Ko)]);
        let (with, png) = korean(false);
        let found = Fonts::latin().add_hangul();
        assert_eq!(png != english, found);
        assert_eq!(with.notes().is_empty(), found, "{:?}", with.notes());
    }

    #[test]
    fn the_same_name_keeps_its_number() {
        let mut names = Vec::new();
        assert_eq!(number_of(&mut names, "가"), 1);
        assert_eq!(number_of(&mut names, "나"), 2);
        assert_eq!(number_of(&mut names, "가"), 1);
    }
}
