//! Building blocks of pages: typed content without markup. Markdown and HTML are two writers over
//! the same blocks, so that both say the same and escaping is done only in the writers.

use super::number;
use crate::plain;
use crate::stats::Estimate;
use crate::study::claims::ClaimVerdict;
use crate::study::result::{Agreement, Verdict};

/// A span of inline text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Plain text.
    Text(String),
    /// The name of a setting, a file or a command.
    Code(String),
    /// Strong text.
    Strong(String),
    /// Emphasised text.
    Emphasis(String),
    /// A line break within a paragraph or cell.
    Break,
}

/// Inline text: a sequence of spans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inline {
    pieces: Vec<Piece>,
}

/// Returns plain text.
pub(crate) fn words(text: impl AsRef<str>) -> Inline {
    Inline::of(Piece::Text, text.as_ref())
}

/// Returns strong text.
pub(crate) fn strong(text: impl AsRef<str>) -> Inline {
    Inline::of(Piece::Strong, text.as_ref())
}

/// Returns emphasised text.
pub(crate) fn emphasis(text: impl AsRef<str>) -> Inline {
    Inline::of(Piece::Emphasis, text.as_ref())
}

/// Returns the name of a setting, a file or a command as code; nothing for an empty name.
pub(crate) fn code(text: impl AsRef<str>) -> Inline {
    let text = text.as_ref();
    if text.trim().is_empty() { Inline::default() } else { Inline::of(Piece::Code, text) }
}

impl Inline {
    fn of(piece: fn(String) -> Piece, text: &str) -> Inline {
        let pieces = if text.is_empty() { Vec::new() } else { vec![piece(plain::visible(text))] };
        Inline { pieces }
    }

    /// Parses a terminal sentence, in which names stand between backticks. With an odd number of
    /// backticks all is plain text, since a name contains one.
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

    /// Joins items by line breaks.
    pub(crate) fn lines(lines: impl IntoIterator<Item = Inline>) -> Inline {
        Inline::joined(lines, &Inline { pieces: vec![Piece::Break] })
    }

    /// Joins items by a separator.
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

    /// Appends text.
    pub(crate) fn and(mut self, more: Inline) -> Inline {
        self.pieces.extend(more.pieces);
        self
    }

    /// Returns the spans, in order.
    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Whether there is nothing to see.
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Returns the text without markup, on one line.
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

/// Mark of a verdict: a sign and a colour, so that it can be read without colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Target met.
    Good,
    /// Target missed.
    Bad,
    /// Undecided.
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

/// Content type of a cell, which decides its layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CellKind {
    /// Text, aligned left.
    Words,
    /// A number with its error and unit, aligned right.
    Number,
    /// A verdict.
    Verdict(Mark),
    /// Names, one per line, each beside the same line of the next cell.
    Lines,
    /// No value, whatever the type of the column.
    Nothing,
}

/// A table cell. The first of each row is the row's heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    /// Text of the cell.
    pub(crate) content: Inline,
    /// Type of the content.
    pub(crate) kind: CellKind,
}

impl Cell {
    /// Returns a cell of text, or the heading of a row.
    pub(crate) fn words(content: Inline) -> Cell {
        Cell { content, kind: CellKind::Words }
    }

    /// Returns a cell of plain text.
    pub(crate) fn text(text: impl AsRef<str>) -> Cell {
        Cell::words(words(text))
    }

    /// Returns a cell with a formatted number.
    pub(crate) fn number(text: impl AsRef<str>) -> Cell {
        Cell { content: words(text), kind: CellKind::Number }
    }

    /// Returns a cell with an estimate formatted by `show`; empty where there is none.
    pub(crate) fn estimate(
        estimate: Option<&Estimate>,
        show: impl Fn(&Estimate) -> String,
    ) -> Cell {
        let known = estimate.filter(|estimate| number::known(estimate));
        known.map_or_else(Cell::nothing, |known| Cell::number(show(known)))
    }

    /// Returns a cell with a verdict in words.
    pub(crate) fn verdict(verdict: impl Into<Mark>, content: Inline) -> Cell {
        Cell { content, kind: CellKind::Verdict(verdict.into()) }
    }

    /// Returns a cell of names, one per line.
    pub(crate) fn lines(lines: Vec<Inline>) -> Cell {
        let kind = if lines.len() > 1 { CellKind::Lines } else { CellKind::Words };
        Cell { content: Inline::lines(lines), kind }
    }

    /// Returns an empty cell.
    pub(crate) fn nothing() -> Cell {
        Cell { content: words(number::NOTHING), kind: CellKind::Nothing }
    }
}

/// A chart of a page.
pub(crate) struct Figure {
    /// Name of its files, without extension.
    pub(crate) name: String,
    /// Finding of the chart, as its title.
    pub(crate) title: Inline,
    /// The chart as SVG.
    pub(crate) svg: String,
    /// Whether there is a PNG beside the SVG.
    pub(crate) png: bool,
}

/// A block of a page.
pub(crate) enum Block {
    /// The title of the page.
    Title(Inline),
    /// Conditions under which everything holds.
    Conditions(Inline),
    /// The answer to the question.
    Lead(Inline),
    /// The heading of a section.
    Heading(Inline),
    /// A paragraph.
    Paragraph(Inline),
    /// A list; omitted when empty.
    List(Vec<Inline>),
    /// A table; omitted without rows.
    Table {
        /// Headings of the columns.
        header: Vec<Inline>,
        /// Rows, each with as many cells as there are columns.
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
