//! `report.html`: blocks as a single file that needs no network, with dark mode, for print and
//! small screens.

use std::fmt::Write;

use maud::{Markup, PreEscaped, Render, html};

use super::block::{Block, Cell, CellKind, Figure, Inline, Mark, Piece};
use super::style;
use super::words::Lang;

/// Style sheet of the page; `/*night*/` is replaced by the dark-mode colours of charts.
const CSS: &str = include_str!("html/page.css");

/// Length above which row names get a wider column \[characters\].
const LONG: usize = 12;

/// Characters after which a long path may break.
const BREAKS: [char; 4] = ['/', '.', '_', '-'];

/// Renders blocks as a single HTML file; `version` is that of the program.
pub(crate) fn document(blocks: &[Block], version: &str, language: Lang) -> String {
    let title = blocks.iter().find_map(|block| match block {
        Block::Title(title) => Some(unbroken(&title.plain())),
        Block::Conditions(_)
        | Block::Lead(_)
        | Block::Heading(_)
        | Block::Paragraph(_)
        | Block::List(_)
        | Block::Table { .. }
        | Block::Figure(_) => None,
    });
    let lang = match language {
        Lang::En => "en",
        Lang::Ko => "ko",
    };
    let style = CSS.replace("/*night*/", &night());
    let page = html! {
        (PreEscaped("<!doctype html>\n"))
        html lang=(lang) {
            "\n"
            head {
                "\n" meta charset="utf-8";
                "\n" meta name="viewport" content="width=device-width, initial-scale=1";
                "\n" meta name="generator" content={ "plimsoll " (version) };
                "\n" title { (title.unwrap_or_default()) }
                "\n" style { "\n" (PreEscaped(style)) }
                "\n"
            }
            "\n"
            body { "\n" main { "\n" (sections(blocks)) } "\n" }
            "\n"
        }
        "\n"
    };
    page.into_string()
}

/// Groups blocks into sections, each beginning with its heading; blocks before the first heading
/// belong to none.
fn sections(blocks: &[Block]) -> Markup {
    let mut parts = blocks.chunk_by(|_, next| !matches!(next, Block::Heading(_)));
    let is_section = |part: &[Block]| matches!(part.first(), Some(Block::Heading(_)));
    html! {
        @for part in &mut parts {
            @if is_section(part) {
                section { "\n" (body(part)) }
                "\n"
            } @else {
                (body(part))
            }
        }
    }
}

/// Renders the blocks of a section.
fn body(blocks: &[Block]) -> Markup {
    let heading = match blocks.first() {
        Some(Block::Heading(words)) => unbroken(&words.plain()),
        Some(
            Block::Title(_)
            | Block::Conditions(_)
            | Block::Lead(_)
            | Block::Paragraph(_)
            | Block::List(_)
            | Block::Table { .. }
            | Block::Figure(_),
        )
        | None => String::new(),
    };
    html! {
        @for block in blocks {
            @match block {
                Block::Title(words) => { h1 { (words) } "\n" }
                Block::Conditions(words) => { p.conditions { (words) } "\n" }
                Block::Lead(words) => { p.lead { (words) } "\n" }
                Block::Heading(words) => { h2 { (words) } "\n" }
                Block::Paragraph(words) => { p { (words) } "\n" }
                Block::List(items) => (list(items)),
                Block::Table { header, rows } => (table(header, rows, &heading)),
                Block::Figure(drawn) => (figure(drawn)),
            }
        }
    }
}

fn list(items: &[Inline]) -> Markup {
    html! {
        @if !items.is_empty() {
            ul { "\n" @for item in items { li { (item) } "\n" } }
            "\n"
        }
    }
}

/// Renders a table whose first column names its rows; it scrolls where it is wider than the page.
fn table(header: &[Inline], rows: &[Vec<Cell>], heading: &str) -> Markup {
    html! {
        @if !rows.is_empty() {
            div.scroll role="region" aria-label=(heading) tabindex="0" {
                table {
                    "\n" caption { (heading) }
                    "\n" thead { tr {
                        "\n"
                        @for (column, name) in header.iter().enumerate() {
                            @if name.is_empty() {
                                td {}
                            } @else {
                                th scope="col" class=[is_numeric(rows, column).then_some("number")] {
                                    (name)
                                }
                            }
                            "\n"
                        }
                    } }
                    "\n" tbody { "\n" @for row in rows { tr { (cells(row)) } "\n" } }
                    "\n"
                }
            }
            "\n"
        }
    }
}

/// Whether a column holds numbers, so that its heading is aligned right too.
fn is_numeric(rows: &[Vec<Cell>], column: usize) -> bool {
    let mut cells =
        rows.iter().filter_map(|row| row.get(column)).filter(|cell| says_something(cell));
    column > 0 && cells.clone().next().is_some() && cells.all(|cell| cell.kind == CellKind::Number)
}

fn says_something(cell: &Cell) -> bool {
    cell.kind != CellKind::Nothing && !cell.content.is_empty()
}

fn cells(row: &[Cell]) -> Markup {
    html! {
        @for (column, Cell { content, kind }) in row.iter().enumerate() {
            @if column == 0 {
                th scope="row" class=[(content.plain().chars().count() > LONG).then_some("long")] {
                    (content)
                }
            } @else if content.is_empty() {
                td {}
            } @else {
                @match kind {
                    CellKind::Words => { td { (content) } }
                    CellKind::Number | CellKind::Nothing => { td.number { (content) } }
                    CellKind::Verdict(mark) => { td { span class=(class(*mark)) { (content) } } }
                    CellKind::Lines => { td.lines { (content) } }
                }
            }
        }
    }
}

fn class(mark: Mark) -> &'static str {
    match mark {
        Mark::Good => "good",
        Mark::Bad => "bad",
        Mark::Open => "open",
    }
}

fn figure(drawn: &Figure) -> Markup {
    html! {
        figure {
            div.scroll role="region" aria-label=(drawn.title.plain()) tabindex="0" {
                "\n" (PreEscaped(drawn.svg.trim_end())) "\n"
            }
        }
        "\n"
    }
}

/// Returns the CSS rules that map colours of charts to their dark-mode counterparts.
fn night() -> String {
    let mut rules = String::new();
    for style::Night { day, shape, text } in style::night() {
        let [day, shape, text] = [day, shape, text].map(style::hex);
        // Writing to a string cannot fail.
        let _ = writeln!(rules, "svg [fill=\"{day}\"] {{ fill: {shape} }}");
        let _ = writeln!(rules, "svg [stroke=\"{day}\"] {{ stroke: {shape} }}");
        let _ = writeln!(rules, "svg text[fill=\"{day}\"] {{ fill: {text} }}");
    }
    rules
}

/// Replaces spaces so that a number is not separated from its error and unit.
fn unbroken(text: &str) -> String {
    text.replace(" ± ", "\u{a0}±\u{a0}").replace(" RPS", "\u{a0}RPS").replace(" MAU", "\u{a0}MAU")
}

impl Render for Inline {
    fn render(&self) -> Markup {
        html! {
            @for piece in self.pieces() {
                @match piece {
                    Piece::Text(text) => (unbroken(text)),
                    Piece::Strong(text) => { strong { (unbroken(text)) } }
                    Piece::Emphasis(text) => { em { (unbroken(text)) } }
                    Piece::Code(name) => { code { (path(name)) } }
                    Piece::Break => { br; }
                }
            }
        }
    }
}

/// Renders a name that may break after separators.
fn path(name: &str) -> Markup {
    html! {
        @for part in unbroken(name).split_inclusive(BREAKS) {
            (part) @if part.ends_with(BREAKS) { wbr; }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::{code, strong, words};
    use super::*;

    fn shown(words: &Inline) -> String {
        words.render().into_string()
    }

    #[test]
    fn names_stay_text_whatever_they_are() {
        let names = [
            ("a <script>alert(1)</script>", "a &lt;script&gt;alert(1)&lt;/script&gt;"),
            ("a | b", "a | b"),
            ("*x* _y_ `z`", "*x* _y_ `z`"),
            ("back\\slash", "back\\slash"),
            ("&lt;", "&amp;lt;"),
            ("\" onload=\"", "&quot; onload=&quot;"),
        ];
        for (name, escaped) in names {
            assert_eq!(shown(&words(name)), escaped);
            assert_eq!(shown(&strong(name)), format!("<strong>{escaped}</strong>"));
        }
        let both = Inline::lines([strong("a").and(words(" ")).and(code("b|`c`")), words("d")]);
        assert_eq!(shown(&both), "<strong>a</strong> <code>b|`c`</code><br>d");
        assert_eq!(shown(&code("a.<b>/c")), "<code>a.<wbr>&lt;b&gt;/<wbr>c</code>");
        let title = Block::Title(words("</title><script>"));
        let page = document(&[title], "\"><script>", Lang::En);
        assert!(!page.contains("<script"), "{page}");
    }

    #[test]
    fn cells_are_set_by_what_they_hold() {
        let row = vec![
            Cell::text("one"),
            Cell::number("1 ± 2"),
            Cell::nothing(),
            Cell::verdict(Mark::Bad, words("missed for 1 min")),
            Cell::lines(vec![code("a"), code("b")]),
            Cell::text("12"),
            Cell::text(""),
        ];
        assert_eq!(
            cells(&row).into_string(),
            "<th scope=\"row\">one</th><td class=\"number\">1\u{a0}±\u{a0}2</td>\
             <td class=\"number\">–</td><td><span class=\"bad\">missed for 1 min</span></td>\
             <td class=\"lines\"><code>a</code><br><code>b</code></td><td>12</td><td></td>"
        );
        let none = vec![Cell::text("two"), Cell::nothing(), Cell::nothing()];
        let rows = [row, none];
        let numeric: Vec<bool> = (0..7).map(|column| is_numeric(&rows, column)).collect();
        assert_eq!(numeric, [false, true, false, false, false, false, false]);
    }

    #[test]
    fn sections_begin_with_their_headings() {
        let blocks = [
            Block::Title(words("t")),
            Block::Heading(words("a")),
            Block::Paragraph(words("x")),
            Block::Heading(words("b")),
        ];
        assert_eq!(
            sections(&blocks).into_string(),
            "<h1>t</h1>\n<section>\n<h2>a</h2>\n<p>x</p>\n</section>\n<section>\n<h2>b</h2>\n</section>\n"
        );
    }
}
