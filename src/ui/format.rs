//! Numbers and labels as the screen shows them: short, never cut in the middle of a word that matters.

use crate::domain::Millis;
pub use crate::domain::short_count as tokens;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// `?` when not known.
pub fn tokens_or_unknown(count: Option<u64>) -> String {
    count.map_or_else(|| "?".to_owned(), tokens)
}

/// `4.2s`, `1m05s`, `2h03m`.
pub fn duration(milliseconds: Millis) -> String {
    let seconds = milliseconds / 1000;
    match seconds {
        0..10 => format!("{seconds}.{}s", milliseconds % 1000 / 100),
        10..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds % 3600 / 60),
    }
}

/// For clocks that tick once a second: `0:07`, `1:02:03`.
pub fn clock(milliseconds: Millis) -> String {
    let seconds = milliseconds / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds % 3600 / 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

pub fn bytes(count: u64) -> String {
    match count {
        0..1024 => format!("{count} B"),
        1024..1_048_576 => format!("{} kB", count / 1024),
        _ => format!("{}.{} MB", count / 1_048_576, count % 1_048_576 * 10 / 1_048_576),
    }
}

pub fn width(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// At most `columns` wide: cut after a whole word where there is one, with an ellipsis.
pub fn fit(text: &str, columns: u16) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    if columns == 0 {
        return String::new();
    }
    let mut cut = String::new();
    let mut used = 0;
    for character in text.chars() {
        let wide = u16::try_from(character.width().unwrap_or(0)).unwrap_or(0);
        if used + wide > columns - 1 {
            break;
        }
        used += wide;
        cut.push(character);
    }
    // A word that was cut goes, unless little would be left.
    let next_is_inside = text[cut.len()..].chars().next().is_some_and(|character| !character.is_whitespace());
    if next_is_inside
        && let Some(space) = cut.rfind(' ')
        && width(&cut[..space]) >= columns / 2
    {
        cut.truncate(space);
    }
    let mut cut = cut.trim_end().to_owned();
    cut.push('…');
    cut
}

/// Words broken into lines of at most `columns`, at most `rows` of them, the last one cut with an ellipsis.
pub fn wrap(text: &str, columns: u16, rows: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let mut word = word;
            if !line.is_empty() && width(&line) + 1 + width(word) > columns {
                lines.push(std::mem::take(&mut line));
            }
            // A word longer than a line is broken where the line ends.
            while line.is_empty() && width(word) > columns {
                let end = prefix(word, columns);
                lines.push(word[..end].to_owned());
                word = &word[end..];
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    if lines.len() > rows {
        lines.truncate(rows);
        if let Some(last) = lines.last_mut() {
            *last = fit(&format!("{last} …"), columns);
        }
    }
    lines
}

/// A text as it is, cut into pieces of at most `columns`: nothing is left out, an empty text is one piece.
pub(super) fn pieces(text: &str, columns: u16) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while width(rest) > columns {
        let (piece, more) = rest.split_at(prefix(rest, columns));
        pieces.push(piece.to_owned());
        rest = more;
    }
    pieces.push(rest.to_owned());
    pieces
}

/// Every character of a text of several lines, in rows of at most so many columns.
pub fn broken(text: &str, columns: u16) -> Vec<String> {
    text.lines().flat_map(|line| pieces(line, columns)).collect()
}

/// Bytes of `word` that fill `columns`; at least one character.
fn prefix(word: &str, columns: u16) -> usize {
    let mut used = 0;
    for (index, character) in word.char_indices() {
        let wide = u16::try_from(character.width().unwrap_or(0)).unwrap_or(0);
        if used + wide > columns && index > 0 {
            return index;
        }
        used += wide;
    }
    word.len()
}
