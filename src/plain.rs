//! Sanitisation of untrusted text for display.
//!
//! Names, sources and reasons come from files that somebody else may have written. Shown verbatim,
//! an escape sequence would move the cursor, a line break would forge a line of a log, and a
//! bidirectional control would reverse a name. All input is sanitised once, where it is read, so
//! that pages, charts, tables and terminals need not do so.

/// Returns `text` on one line, with everything made visible that is not a letter, sign or space:
/// control characters as their pictures (`␛`), bidirectional and zero-width characters as `�`, both
/// as excerpts of files show them.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    let mut begins = true;
    while let Some(letter) = letters.next() {
        match letter {
            '\t' => shown.push(' '),
            '\0'..='\u{1f}' => shown.push(picture(u32::from(letter))),
            '\u{7f}' => shown.push('␡'),
            letter if is_hidden(letter) => shown.push('\u{fffd}'),
            // `::error ::…` at the beginning of a line is a workflow command to GitHub's runners,
            // and a line may be wrapped anywhere.
            ':' if begins && letters.peek() == Some(&':') => {
                letters.next();
                shown.push('∷');
            }
            letter => shown.push(letter),
        }
        begins = letter.is_whitespace() || letter.is_control();
    }
    shown
}

/// Returns the picture of a control character below the space; the Unicode block begins with that
/// of the first.
fn picture(code: u32) -> char {
    char::from_u32(0x2400 + code).unwrap_or('\u{fffd}')
}

/// Whether a character is invisible, or affects others: non-ASCII controls, line separators,
/// bidirectional controls, tags, and zero-width joiners and separators (Unicode's categories Cc,
/// Cf, Zl and Zp).
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}'
            | '\u{ffff}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}')
}

/// Returns a path in a form safe for display.
pub(crate) fn path(path: &std::path::Path) -> String {
    visible(&path.to_string_lossy())
}

/// Joins the lines of a text that form one, as in YAML block scalars: a single line, without mere
/// layout.
pub(crate) fn joined(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

/// Returns a text as a table cell that is safe to open in a spreadsheet: one that would be taken
/// for a formula is prefixed with an apostrophe, which spreadsheets do not show. Numbers remain
/// numbers.
pub(crate) fn cell(text: &str) -> String {
    let signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r'];
    let formula = text.trim_start_matches(' ').starts_with(signs);
    if formula && text.parse::<f64>().is_err() { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_moves_the_cursor_or_hides() {
        assert_eq!(visible("a\u{1b}[31mb"), "a␛[31mb");
        assert_eq!(visible("x\r\n::error::forged"), "x␍␊∷error::forged");
        assert_eq!(visible("x ::error ::y :: z a::b"), "x ∷error ∷y ∷ z a::b");
        assert_eq!(visible("\0\u{7f}\u{85}\u{9b}"), "␀␡\u{fffd}\u{fffd}");
        assert_eq!(visible("\u{202e}gnp.exe\u{202c}\u{200b}"), "\u{fffd}gnp.exe\u{fffd}\u{fffd}");
        assert_eq!(visible("p99 ≤ 500 ms, 50 % 주문 é µs"), "p99 ≤ 500 ms, 50 % 주문 é µs");
        assert_eq!(joined("one\n\n  two \n"), "one two");
    }

    #[test]
    fn cells_are_no_formulas() {
        for text in ["=1+1", "+cmd", "-x", "@SUM(1)", "\tx", " =x", "＝x"] {
            assert_eq!(cell(text), format!("'{text}"));
        }
        for text in ["-1.5", "+2", "-1e-9", "a=b", "", "1 - 2", "inf"] {
            assert_eq!(cell(text), text);
        }
    }
}
