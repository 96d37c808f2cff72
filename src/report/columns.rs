//! Columns of the terminal.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

/// Appends rows in aligned columns.
pub(crate) fn columns<const N: usize>(text: &mut String, rows: &[[String; N]]) {
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or(0));
    for row in rows {
        let mut line = String::from("   ");
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(line, " {cell}{}", " ".repeat(width - cell.width() + 1));
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
}
