//! Typefaces of PNG charts: the built-in Latin ones, and one of the machine that has Hangul.
//!
//! Chart labels are single lines of precomposed letters, so that advance widths are all the shaping they
//! need.

use std::borrow::Cow;
use std::path::Path;

use fontdb::{Database, FaceInfo, Style};
use ttf_parser::Face;

/// A letter that every Hangul font has.
const HANGUL: char = '가';
/// Families that are looked for first, so that machines with the same fonts draw alike.
const PREFERRED: [&str; 6] = [
    "Noto Sans KR",
    "Noto Sans CJK KR",
    "NanumGothic",
    "Apple SD Gothic Neo",
    "Malgun Gothic",
    "Pretendard",
];

/// Bytes of a font file, and which face of the file.
struct Source {
    data: Cow<'static, [u8]>,
    index: u32,
}

impl Source {
    fn face(&self) -> Option<Face<'_>> {
        Face::parse(&self.data, self.index).ok()
    }
}

/// Typefaces in the order in which letters are looked for in them.
pub(crate) struct Fonts(Vec<Source>);

impl Fonts {
    /// The built-in faces. The second has the arrows that the first lacks.
    pub(crate) fn latin() -> Fonts {
        let faces = [epaint_default_fonts::UBUNTU_LIGHT, epaint_default_fonts::HACK_REGULAR];
        Fonts(faces.map(|data| Source { data: Cow::Borrowed(data), index: 0 }).into())
    }

    /// Adds the first face of a font file. Returns false where the file cannot be read as a font.
    pub(crate) fn add_file(&mut self, path: &Path) -> bool {
        let Ok(data) = std::fs::read(path) else { return false };
        let source = Source { data: Cow::Owned(data), index: 0 };
        let parsed = source.face().is_some();
        if parsed {
            self.0.push(source);
        }
        parsed
    }

    /// Adds the installed face that shows Hangul best, the same one each time. Returns false where none is
    /// installed.
    pub(crate) fn add_hangul(&mut self) -> bool {
        let found = hangul();
        let any = found.is_some();
        self.0.extend(found);
        any
    }

    /// The faces, ready to be asked for glyphs.
    pub(crate) fn faces(&self) -> Vec<Face<'_>> {
        self.0.iter().filter_map(Source::face).collect()
    }
}

/// The installed face with Hangul: preferred family, then upright, then nearest to regular weight.
fn hangul() -> Option<Source> {
    let mut installed = Database::new();
    installed.load_system_fonts();
    let mut faces: Vec<&FaceInfo> = installed.faces().collect();
    let rank = |face: &FaceInfo| {
        let preferred = PREFERRED
            .iter()
            .position(|name| face.families.iter().any(|family| family.0 == *name))
            .unwrap_or(PREFERRED.len());
        (preferred, face.style != Style::Normal, face.weight.0.abs_diff(400))
    };
    faces.sort_by(|a, b| {
        rank(a).cmp(&rank(b)).then_with(|| a.post_script_name.cmp(&b.post_script_name))
    });
    faces.iter().find_map(|face| {
        let source = |data: &[u8], index: u32| {
            let has = Face::parse(data, index).ok()?.glyph_index(HANGUL).is_some();
            has.then(|| Source { data: Cow::Owned(data.to_vec()), index })
        };
        installed.with_face_data(face.id, source).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_faces_have_the_letters_of_charts() {
        let fonts = Fonts::latin();
        let faces = fonts.faces();
        assert_eq!(faces.len(), 2);
        let shown = |letter: char| faces.iter().any(|face| face.glyph_index(letter).is_some());
        assert!("RPS ± ≤ – − · … ≥ → ↑ %é".chars().all(shown));
        assert!(!shown(HANGUL));
    }

    #[test]
    fn a_file_that_is_no_font_is_refused() {
        let mut fonts = Fonts::latin();
        assert!(!fonts.add_file(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))));
        assert!(!fonts.add_file(Path::new("/nowhere/at/all.ttf")));
        assert_eq!(fonts.faces().len(), 2);
    }
}
