//! `report.md`: blocks as GitHub-flavoured Markdown.

use std::fmt::Write;

use super::block::{Block, Cell, Figure, Inline, Piece};
use super::words::{Lang, Word};

/// Context of text: in a table a bar would end the cell, even within code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Line,
    Cell,
}

/// Renders blocks as Markdown.
pub(crate) fn document(blocks: &[Block], lang: Lang) -> String {
    let mut text = String::new();
    for block in blocks {
        match block {
            Block::Title(title) => line(&mut text, &format!("# {}", inline(title, Position::Line))),
            Block::Heading(words) => {
                line(&mut text, &format!("## {}", inline(words, Position::Line)));
            }
            Block::Conditions(words) | Block::Lead(words) | Block::Paragraph(words) => {
                line(&mut text, &inline(words, Position::Line));
            }
            Block::List(items) => list(&mut text, items),
            Block::Table { rows, .. } if rows.is_empty() => {}
            Block::Table { header, rows } => table(&mut text, header, rows),
            Block::Figure(drawn) => figure(&mut text, drawn, lang),
        }
    }
    text
}

/// Renders blocks as a Markdown file for a repository, which ends with a single line break.
pub(crate) fn file(blocks: &[Block], lang: Lang) -> String {
    let mut text = document(blocks, lang);
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push_str("\n\n");
}

fn list(text: &mut String, items: &[Inline]) {
    for item in items {
        text.push_str("- ");
        text.push_str(&inline(item, Position::Line));
        text.push('\n');
    }
    if !items.is_empty() {
        text.push('\n');
    }
}

fn table(text: &mut String, header: &[Inline], rows: &[Vec<Cell>]) {
    let mut row = |cells: Vec<String>| {
        text.push('|');
        for cell in cells {
            // Writing to a string cannot fail.
            let _ = write!(text, " {cell} |");
        }
        text.push('\n');
    };
    row(header.iter().map(|name| inline(name, Position::Cell)).collect());
    row(vec!["---".to_owned(); header.len()]);
    for cells in rows {
        row(cells.iter().map(|cell| inline(&cell.content, Position::Cell)).collect());
    }
    text.push('\n');
}

fn figure(text: &mut String, drawn: &Figure, lang: Lang) {
    let name = &drawn.name;
    let title = inline(&drawn.title, Position::Line);
    let extension = if drawn.png { "png" } else { "svg" };
    let link = if drawn.png {
        format!(" ([{}]({name}.svg))", Word::Vector.text(lang))
    } else {
        String::new()
    };
    line(text, &format!("![{title}]({name}.{extension})"));
    line(text, &format!("*{title}*{link}"));
}

fn inline(words: &Inline, position: Position) -> String {
    let mut text = String::new();
    for piece in words.pieces() {
        match piece {
            Piece::Text(words) => text.push_str(&escaped(words)),
            Piece::Code(name) => text.push_str(&code(name, position)),
            Piece::Strong(words) => text.extend(["**", &escaped(words), "**"]),
            Piece::Emphasis(words) => text.extend(["*", &escaped(words), "*"]),
            Piece::Break => text.push_str("<br>"),
        }
    }
    text
}

/// Escapes text so that Markdown sees no markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '#' => {
                safe.push('\\');
                safe.push(c);
            }
            '<' => safe.push_str("&lt;"),
            c => safe.push(c),
        }
    }
    safe
}

/// Renders a name as code, in which only the bar of a table can be escaped.
fn code(name: &str, position: Position) -> String {
    let name = name.replace('`', " ");
    match position {
        Position::Line => format!("`{name}`"),
        Position::Cell => format!("`{}`", name.replace('|', "\\|")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::{code, strong, words};
    use super::*;

    fn said(words: &Inline) -> String {
        inline(words, Position::Line)
    }

    #[test]
    fn names_stay_text_whatever_they_are() {
        let names = [
            ("a <script>alert(1)</script>", "a &lt;script>alert(1)&lt;/script>"),
            ("a | b", "a \\| b"),
            ("*x* _y_ `z`", "\\*x\\* \\_y\\_ \\`z\\`"),
            ("back\\slash", "back\\\\slash"),
            ("[a](b) # c", "\\[a\\](b) \\# c"),
        ];
        for (name, escaped) in names {
            assert_eq!(said(&words(name)), escaped);
            assert_eq!(said(&strong(name)), format!("**{escaped}**"));
        }
        assert_eq!(said(&code("a|`b`")), "`a| b `");
        assert_eq!(inline(&code("a|b"), Position::Cell), "`a\\|b`");
    }

    #[test]
    fn tables_and_lists_without_anything_are_left_out() {
        let header = vec![words("a"), Inline::default()];
        let table = |rows| Block::Table { header: header.clone(), rows };
        assert_eq!(document(&[Block::List(Vec::new()), table(Vec::new())], Lang::En), "");
        let row = vec![Cell::text("x"), Cell::words(Inline::lines([words("1"), words("2")]))];
        let expected = "| a |  |\n| --- | --- |\n| x | 1<br>2 |\n\n";
        assert_eq!(document(&[table(vec![row])], Lang::En), expected);
    }
}
