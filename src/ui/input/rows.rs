//! Long lines in rows: where a line of the input box goes on in the next row, and which place of the text a cell is.

use unicode_width::UnicodeWidthChar;

/// Columns that a tab takes.
const TAB: u16 = 4;

/// A part of a line that fits into one row, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) from: usize,
    pub(super) to: usize,
}

pub(super) fn columns_of(character: char) -> u16 {
    if character == '\t' { TAB } else { u16::try_from(character.width().unwrap_or(0)).unwrap_or(0) }
}

fn columns(line: &str, from: usize, to: usize) -> u16 {
    line.chars().skip(from).take(to.saturating_sub(from)).map(columns_of).fold(0, u16::saturating_add)
}

/// The lines in rows of at most so many columns, broken after a blank where there is one. A column stays free for the
/// cursor.
pub(super) fn rows(lines: &[String], room: u16) -> Vec<Row> {
    let room = room.saturating_sub(1).max(2);
    let mut rows = Vec::new();
    for (line, text) in lines.iter().enumerate() {
        let (mut from, mut used, mut blank) = (0, 0_u16, None);
        let mut place = 0;
        for character in text.chars() {
            let wide = columns_of(character);
            if used + wide > room {
                let to = blank.unwrap_or(place);
                rows.push(Row { line, from, to });
                from = to;
                used = columns(text, from, place);
                blank = None;
            }
            used += wide;
            place += 1;
            if character.is_whitespace() {
                blank = Some(place);
            }
        }
        rows.push(Row { line, from, to: place });
    }
    rows
}

/// The row and the column in which a place of the text is drawn.
pub(super) fn cell(lines: &[String], rows: &[Row], (line, character): (usize, usize)) -> (usize, u16) {
    let holds = |row: &Row| row.line == line && row.from <= character;
    let index = rows.iter().rposition(holds).unwrap_or(0);
    let column = match (rows.get(index), lines.get(line)) {
        (Some(row), Some(text)) => columns(text, row.from, character),
        (_, _) => 0,
    };
    (index, column)
}

/// The place of the text that a column of a row is nearest to.
pub(super) fn place(lines: &[String], row: Row, column: u16) -> (usize, usize) {
    let Some(text) = lines.get(row.line) else { return (row.line, 0) };
    let mut used = 0;
    let mut character = row.from;
    for next in text.chars().skip(row.from).take(row.to - row.from) {
        used += columns_of(next);
        if used > column {
            break;
        }
        character += 1;
    }
    // The place behind a row's last character is the first one of the next row.
    let ends_inside = row.to < text.chars().count();
    if ends_inside && character == row.to && row.to > row.from {
        (row.line, row.to - 1)
    } else {
        (row.line, character)
    }
}
