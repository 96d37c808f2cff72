//! `report.md`: the page as Markdown.

use std::fmt::Write;

use super::page::{self, Block, Figure, Source};
use super::words::{Lang, Word};
pub(crate) use page::{code, escape};

/// The page.
pub(crate) fn page(source: &Source) -> String {
    document(&page::blocks(source), source.lang)
}

/// Blocks as Markdown.
pub(crate) fn document(blocks: &[Block], lang: Lang) -> String {
    let mut text = String::new();
    for block in blocks {
        match block {
            Block::Title(title) => line(&mut text, &format!("# {title}")),
            Block::Heading(word) => line(&mut text, &format!("## {}", word.text(lang))),
            Block::Section(words) => line(&mut text, &format!("## {words}")),
            Block::Conditions(words) | Block::Lead(words) | Block::Paragraph(words) => {
                line(&mut text, words);
            }
            Block::List(items) => list(&mut text, items),
            Block::Table { header, rows } => table(&mut text, header, rows),
            Block::Figure(drawn) => figure(&mut text, drawn, lang),
        }
    }
    text
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push_str("\n\n");
}

fn list(text: &mut String, items: &[String]) {
    for item in items {
        text.push_str("- ");
        text.push_str(item);
        text.push('\n');
    }
    if !items.is_empty() {
        text.push('\n');
    }
}

/// A table; cells are Markdown already. Nothing without rows.
pub(crate) fn table(text: &mut String, header: &[String], rows: &[Vec<String>]) {
    if rows.is_empty() {
        return;
    }
    let mut row = |cells: &[String]| {
        text.push('|');
        for cell in cells {
            // Writing to a string cannot fail.
            let _ = write!(text, " {cell} |");
        }
        text.push('\n');
    };
    row(header);
    row(&vec!["---".to_owned(); header.len()]);
    for cells in rows {
        row(cells);
    }
    text.push('\n');
}

fn figure(text: &mut String, drawn: &Figure, lang: Lang) {
    let name = &drawn.name;
    let title = escape(&drawn.title);
    let extension = if drawn.png { "png" } else { "svg" };
    let link = if drawn.png {
        format!(" ([{}]({name}.svg))", Word::Vector.text(lang))
    } else {
        String::new()
    };
    line(text, &format!("![{title}]({name}.{extension})"));
    line(text, &format!("*{title}*{link}"));
}
