//! `report.html`: the page as one file that needs no network, in light and dark, on paper and on a phone.

use std::fmt::Write;

use super::page::{self, Block, Source};
use super::style;
use super::words::{Lang, Word};

/// What the page looks like; `/*night*/` is where the colours of charts in the dark go.
const CSS: &str = include_str!("html/page.css");

/// Names of rows that are longer get more room \[characters\].
const LONG: usize = 12;

/// The page.
pub(crate) fn page(source: &Source) -> String {
    document(&page::blocks(source), &source.manifest.version, source.lang)
}

/// Blocks as one file, made by a version of the program.
pub(crate) fn document(blocks: &[Block], version: &str, language: Lang) -> String {
    let title = blocks.iter().find_map(|block| match block {
        Block::Title(title) => Some(plain(title)),
        _ => None,
    });
    let lang = match language {
        Lang::En => "en",
        Lang::Ko => "ko",
    };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"generator\" content=\"plimsoll {}\">\n<title>{}</title>\n<style>\n{}</style>\n\
         </head>\n<body>\n<main>\n",
        text(version),
        title.unwrap_or_default(),
        CSS.replace("/*night*/", &night()),
    );
    let mut heading = String::new();
    let mut open = false;
    for block in blocks {
        let begins = match block {
            Block::Heading(word) => Some(text(word.text(language))),
            Block::Section(words) => Some(plain(words)),
            _ => None,
        };
        if let Some(words) = begins {
            heading = words;
            if open {
                page.push_str("</section>\n");
            }
            open = true;
            page.push_str("<section>\n");
        }
        put(&mut page, block, &heading, language);
    }
    if open {
        page.push_str("</section>\n");
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

// Writing to a string cannot fail: the results below say nothing.
fn put(page: &mut String, block: &Block, heading: &str, lang: Lang) {
    let _ = match block {
        Block::Title(words) => writeln!(page, "<h1>{}</h1>", inline(words)),
        Block::Conditions(words) => {
            writeln!(page, "<p class=\"conditions\">{}</p>", inline(words))
        }
        Block::Lead(words) => writeln!(page, "<p class=\"lead\">{}</p>", inline(words)),
        Block::Heading(_) => writeln!(page, "<h2>{heading}</h2>"),
        Block::Section(words) => writeln!(page, "<h2>{}</h2>", inline(words)),
        Block::Paragraph(words) => writeln!(page, "<p>{}</p>", inline(words)),
        Block::List(items) if items.is_empty() => Ok(()),
        Block::List(items) => {
            let items: Vec<String> = items.iter().map(|item| inline(item)).collect();
            let items = items.join("</li>\n<li>");
            writeln!(page, "<ul>\n<li>{items}</li>\n</ul>")
        }
        Block::Table { rows, .. } if rows.is_empty() => Ok(()),
        Block::Table { header, rows } => {
            table(page, header, rows, heading, lang);
            Ok(())
        }
        Block::Figure(drawn) => {
            let label = text(&drawn.title);
            writeln!(
                page,
                "<figure><div class=\"scroll\" role=\"region\" aria-label=\"{label}\" \
                 tabindex=\"0\">\n{}\n</div></figure>",
                drawn.svg.trim_end()
            )
        }
    };
}

/// A table whose first column names its rows, scrolling by itself where it is wider than the page.
fn table(page: &mut String, header: &[String], rows: &[Vec<String>], heading: &str, lang: Lang) {
    let _ = writeln!(
        page,
        "<div class=\"scroll\" role=\"region\" aria-label=\"{heading}\" tabindex=\"0\"><table>\n\
         <caption>{heading}</caption>\n<thead><tr>"
    );
    // A column of numbers is read from the right; its heading stands above them.
    let numeric: Vec<bool> = (0..header.len())
        .map(|column| {
            let mut cells = rows.iter().filter_map(|row| row.get(column)).filter(|c| !is_empty(c));
            column > 0 && cells.clone().next().is_some() && cells.all(|cell| is_number(cell))
        })
        .collect();
    for (name, numeric) in header.iter().zip(&numeric) {
        let class = if *numeric { " class=\"number\"" } else { "" };
        let _ = if name.is_empty() {
            writeln!(page, "<td></td>")
        } else {
            writeln!(page, "<th scope=\"col\"{class}>{}</th>", inline(name))
        };
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        page.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let words = inline(cell);
            let _ = match (column, class(cell, lang)) {
                (0, _) if cell.chars().count() > LONG => {
                    write!(page, "<th scope=\"row\" class=\"long\">{words}</th>")
                }
                (0, _) => write!(page, "<th scope=\"row\">{words}</th>"),
                // Lines of one cell stand beside those of the next.
                _ if cell.starts_with('`') && cell.contains("<br>") => {
                    write!(page, "<td class=\"lines\">{words}</td>")
                }
                (_, Some(class)) => {
                    write!(page, "<td><span class=\"{class}\">{words}</span></td>")
                }
                _ if is_number(cell) => write!(page, "<td class=\"number\">{words}</td>"),
                _ => write!(page, "<td>{words}</td>"),
            };
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody>\n</table></div>\n");
}

fn is_empty(cell: &str) -> bool {
    cell.is_empty() || cell == super::number::NOTHING
}

/// Whether a cell holds a number with what belongs to it, and no words.
fn is_number(cell: &str) -> bool {
    let signs = ['−', '+', '>', '≤', '<', '±', '%', '$', '.', ',', '–', ' ', '만', '억', 'M', 'k'];
    cell.starts_with(|c: char| c.is_ascii_digit() || signs.contains(&c))
        && cell.chars().all(|c| c.is_ascii_digit() || signs.contains(&c))
}

/// How a verdict is marked: by a sign and a colour, so that neither print nor eyes need the colour.
fn class(cell: &str, lang: Lang) -> Option<&'static str> {
    let is = |words: &[Word]| words.iter().any(|word| word.text(lang) == cell);
    if is(&[Word::Met, Word::Agrees, Word::EffectYes, Word::Holds]) {
        Some("good")
    } else if is(&[Word::Missed, Word::Differs, Word::EffectNo, Word::FailsClaim]) {
        Some("bad")
    } else if is(&[Word::Undecided, Word::Saturated, Word::NotJudged]) {
        Some("open")
    } else {
        None
    }
}

/// The rules that put colours of charts into those of the night.
fn night() -> String {
    let mut rules = String::new();
    for style::Night { day, shape, text } in style::night() {
        let [day, shape, text] = [day, shape, text].map(style::hex);
        let _ = writeln!(rules, "svg [fill=\"{day}\"] {{ fill: {shape} }}");
        let _ = writeln!(rules, "svg [stroke=\"{day}\"] {{ stroke: {shape} }}");
        let _ = writeln!(rules, "svg text[fill=\"{day}\"] {{ fill: {text} }}");
    }
    rules
}

/// Text in which a browser sees nothing but text.
fn text(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Markdown of the small kind as text without any marks.
fn plain(markdown: &str) -> String {
    let marked = inline(markdown);
    let mut words = String::new();
    let mut rest = marked.as_str();
    while let Some((before, after)) = rest.split_once('<') {
        words.push_str(before);
        rest = after.split_once('>').map_or("", |(_, behind)| behind);
    }
    words + rest
}

/// Markdown of the small kind as HTML.
fn inline(markdown: &str) -> String {
    let mut html = String::new();
    let (mut bold, mut code) = (false, false);
    let mut rest = markdown;
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        if rest.starts_with("\\|") || (!code && c == '\\') {
            let next = rest[1..].chars().next();
            html.push_str(&text(&next.map(String::from).unwrap_or_default()));
            taken += next.map_or(0, char::len_utf8);
        } else if c == '`' {
            html.push_str(if code { "</code>" } else { "<code>" });
            code = !code;
        } else if code {
            html.push_str(&text(&c.to_string()));
            // A long path may break after what divides it.
            if matches!(c, '/' | '.' | '_' | '-') {
                html.push_str("<wbr>");
            }
        } else if rest.starts_with("**") {
            html.push_str(if bold { "</strong>" } else { "<strong>" });
            bold = !bold;
            taken = 2;
        } else if rest.starts_with("<br>") {
            html.push_str("<br>");
            taken = 4;
        } else if rest.starts_with("&lt;") {
            html.push_str("&lt;");
            taken = 4;
        } else {
            html.push_str(&text(&c.to_string()));
        }
        rest = &rest[taken..];
    }
    // A number stays with its error and its unit.
    html.replace(" ± ", "\u{a0}±\u{a0}").replace(" RPS", "\u{a0}RPS").replace(" MAU", "\u{a0}MAU")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::page::{code, escape};

    #[test]
    fn names_stay_text_whatever_they_are() {
        for name in ["a <script>alert(1)</script>", "a | b", "*x* _y_ `z`", "back\\slash", "&lt;"] {
            let shown = inline(&escape(name));
            assert!(!shown.contains("<script") && !shown.contains("<code"), "{shown}");
            let back = shown
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&");
            // `&lt;` of a name is the one thing that Markdown cannot tell from a sign.
            assert!(back == name || name == "&lt;", "{name} became {back}");
        }
        assert_eq!(inline("**a** `b|c`<br>d"), "<strong>a</strong> <code>b|c</code><br>d");
        assert_eq!(inline(&code("a|b")), "<code>a|b</code>");
        assert_eq!(plain("**a** < `b`"), "a &lt; b");
    }

    #[test]
    fn numbers_are_told_from_words() {
        for number in ["1,000 ± 20", "−4.2 %", "> 2,000", "190만 ± 2만", "–", "5–8"] {
            assert!(is_number(number), "{number}");
        }
        for words in ["product CPU", "2 threads", "", "missed"] {
            assert!(!is_number(words), "{words}");
        }
    }
}
