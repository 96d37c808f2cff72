//! What pages are made of: blocks of typed content, without any markup. Markdown and HTML are two writers
//! over the same blocks, so that both say the same, and escaping happens in the writers alone.

use super::number;
use crate::plain;
use crate::stats::Estimate;
use crate::study::claims::ClaimVerdict;
use crate::study::result::{Agreement, Verdict};

/// A part of a line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Plain words.
    Text(String),
    /// The name of a setting, a file or a command.
    Code(String),
    /// Words that stand out.
    Strong(String),
    /// Words in italics.
    Emphasis(String),
    /// The end of a line within the same paragraph or cell.
    Break,
}

/// Text within a block, piece by piece.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inline {
    pieces: Vec<Piece>,
}

/// Plain words.
pub(crate) fn words(text: impl AsRef<str>) -> Inline {
    Inline::of(Piece::Text, text.as_ref())
}

/// Words that stand out.
pub(crate) fn strong(text: impl AsRef<str>) -> Inline {
    Inline::of(Piece::Strong, text.as_ref())
}

/// Words in italics.
pub(crate) fn emphasis(text: impl AsRef<str>) -> Inline {
    Inline::of(Piece::Emphasis, text.as_ref())
}

/// The name of a setting, a file or a command; nothing where there is no name.
pub(crate) fn code(text: impl AsRef<str>) -> Inline {
    let text = text.as_ref();
    if text.trim().is_empty() { Inline::default() } else { Inline::of(Piece::Code, text) }
}

impl Inline {
    fn of(piece: fn(String) -> Piece, text: &str) -> Inline {
        let pieces = if text.is_empty() { Vec::new() } else { vec![piece(plain::visible(text))] };
        Inline { pieces }
    }

    /// A sentence as terminals show it, in which names stand between backticks. One with an odd backtick
    /// is plain words: a name has it.
    pub(crate) fn quoted(sentence: impl AsRef<str>) -> Inline {
        let sentence = sentence.as_ref();
        let parts: Vec<&str> = sentence.split('`').collect();
        if parts.len().is_multiple_of(2) {
            return words(sentence);
        }
        let part = |(index, part): (usize, &&str)| {
            if index.is_multiple_of(2) { words(part) } else { code(part) }
        };
        parts.iter().enumerate().map(part).fold(Inline::default(), Inline::and)
    }

    /// Each in a line of its own.
    pub(crate) fn lines(lines: impl IntoIterator<Item = Inline>) -> Inline {
        Inline::joined(lines, &Inline { pieces: vec![Piece::Break] })
    }

    /// One behind the other, with something between them.
    pub(crate) fn joined(parts: impl IntoIterator<Item = Inline>, between: &Inline) -> Inline {
        let mut all = Inline::default();
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                all.pieces.extend(between.pieces.iter().cloned());
            }
            all.pieces.extend(part.pieces);
        }
        all
    }

    /// With more behind it.
    pub(crate) fn and(mut self, more: Inline) -> Inline {
        self.pieces.extend(more.pieces);
        self
    }

    /// Its pieces, in order.
    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Whether there is nothing to see.
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Its text without any marks, on one line.
    pub(crate) fn plain(&self) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Text(text) | Piece::Code(text) | Piece::Strong(text) | Piece::Emphasis(text) => {
                text.clone()
            }
            Piece::Break => " ".to_owned(),
        };
        self.pieces.iter().map(text).collect()
    }
}

/// How a verdict is marked: by a sign and a colour, so that neither print nor eyes need the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// As wanted.
    Good,
    /// Not as wanted.
    Bad,
    /// Nobody can tell.
    Open,
}

impl From<Verdict> for Mark {
    fn from(verdict: Verdict) -> Mark {
        match verdict {
            Verdict::Met => Mark::Good,
            Verdict::Missed => Mark::Bad,
            Verdict::Undecided => Mark::Open,
        }
    }
}

impl From<Agreement> for Mark {
    fn from(agreement: Agreement) -> Mark {
        match agreement {
            Agreement::Agrees => Mark::Good,
            Agreement::Differs => Mark::Bad,
            Agreement::Saturated => Mark::Open,
        }
    }
}

impl From<ClaimVerdict> for Mark {
    fn from(verdict: ClaimVerdict) -> Mark {
        match verdict {
            ClaimVerdict::Holds => Mark::Good,
            ClaimVerdict::Fails => Mark::Bad,
            ClaimVerdict::Undecided | ClaimVerdict::CannotBeJudged => Mark::Open,
        }
    }
}

/// What a cell holds, by which a page sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CellKind {
    /// Words, read from the left.
    Words,
    /// A number with what belongs to it (its error, its unit), read from the right.
    Number,
    /// A verdict.
    Verdict(Mark),
    /// Names in lines, each beside the line of the next cell.
    Lines,
    /// No value, whatever the column holds.
    Nothing,
}

/// A cell of a table. The first of each row names the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    /// What it says.
    pub(crate) content: Inline,
    /// What that is.
    pub(crate) kind: CellKind,
}

impl Cell {
    /// Words, or the name of a row.
    pub(crate) fn words(content: Inline) -> Cell {
        Cell { content, kind: CellKind::Words }
    }

    /// Words without any marks.
    pub(crate) fn text(text: impl AsRef<str>) -> Cell {
        Cell::words(words(text))
    }

    /// A number as it is read.
    pub(crate) fn number(text: impl AsRef<str>) -> Cell {
        Cell { content: words(text), kind: CellKind::Number }
    }

    /// An estimate as `show` writes it, where there is one.
    pub(crate) fn estimate(
        estimate: Option<&Estimate>,
        show: impl Fn(&Estimate) -> String,
    ) -> Cell {
        let known = estimate.filter(|estimate| number::known(estimate));
        known.map_or_else(Cell::nothing, |known| Cell::number(show(known)))
    }

    /// A verdict in words.
    pub(crate) fn verdict(verdict: impl Into<Mark>, content: Inline) -> Cell {
        Cell { content, kind: CellKind::Verdict(verdict.into()) }
    }

    /// Names in lines.
    pub(crate) fn lines(lines: Vec<Inline>) -> Cell {
        let kind = if lines.len() > 1 { CellKind::Lines } else { CellKind::Words };
        Cell { content: Inline::lines(lines), kind }
    }

    /// No value.
    pub(crate) fn nothing() -> Cell {
        Cell { content: words(number::NOTHING), kind: CellKind::Nothing }
    }
}

/// A chart of a page.
pub(crate) struct Figure {
    /// Name of its files, without ending.
    pub(crate) name: String,
    /// The finding.
    pub(crate) title: Inline,
    /// As SVG.
    pub(crate) svg: String,
    /// Whether there is a PNG beside the SVG.
    pub(crate) png: bool,
}

/// A part of a page.
pub(crate) enum Block {
    /// The title of the page.
    Title(Inline),
    /// What everything holds for.
    Conditions(Inline),
    /// The answer.
    Lead(Inline),
    /// The heading of a section.
    Heading(Inline),
    /// A paragraph.
    Paragraph(Inline),
    /// A list; left out without items.
    List(Vec<Inline>),
    /// A table; left out without rows.
    Table {
        /// What the columns are.
        header: Vec<Inline>,
        /// As many cells each.
        rows: Vec<Vec<Cell>>,
    },
    /// A chart.
    Figure(Figure),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_between_backticks_are_code() {
        let sentence = Inline::quoted("the pool `master` is not used");
        let expected = words("the pool ").and(code("master")).and(words(" is not used"));
        assert_eq!(sentence, expected);
        assert_eq!(sentence.plain(), "the pool master is not used");
        assert_eq!(Inline::quoted("a ` b"), words("a ` b"));
        assert_eq!(Inline::quoted("a `` b"), words("a ").and(words(" b")));
    }

    #[test]
    fn what_cannot_be_seen_is_shown_or_left_out() {
        assert_eq!(words("a\u{1b}b").pieces(), [Piece::Text("a␛b".into())]);
        assert_eq!(code("a\u{202e}b").pieces(), [Piece::Code("a\u{fffd}b".into())]);
        assert!(words("").is_empty() && code(" ").is_empty());
        assert_eq!(Inline::lines([words("a"), strong("b")]).plain(), "a b");
    }

    #[test]
    fn estimates_without_a_number_are_no_numbers() {
        let of = |estimate: Estimate| Cell::estimate(Some(&estimate), number::estimate);
        assert_eq!(of(Estimate::exact(42.0)), Cell::number("42"));
        assert_eq!(of(Estimate::default()), Cell::nothing());
        assert_eq!(Cell::estimate(None, number::estimate), Cell::nothing());
    }
}
