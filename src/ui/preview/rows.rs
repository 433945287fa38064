//! How the lines of a document become rows of a screen: broken between words or anywhere, cut, side by side, as a table,
//! with what is searched for marked.
//!
//! Of a document only the lines that are drawn are ever laid out, so that a long one costs no more than a short one, and a
//! new width moves nothing that was read.

use super::document::{Column, Content, Ink, Line, Span, Tone, spans_width, wide};

/// From this width on, a gutter is shown.
const GUTTER: u16 = 72;

pub(super) type Laid = Vec<Span>;

/// How lines are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) columns: u16,
    pub(super) wrap: bool,
    /// Columns that were left behind at the left, without wrapping.
    pub(super) shift: u16,
}

impl Line {
    /// The rows that it takes; at least one.
    pub(super) fn lay_out(&self, room: Room, needle: Option<&str>) -> Vec<Laid> {
        if let Content::Beside(pair) = &self.content {
            return beside(&pair.0, &pair.1, room, needle);
        }
        let mut before = self.lead.clone();
        if let Some(gutter) = self.gutter.as_ref().filter(|_| room.columns >= GUTTER) {
            let blank = " ".repeat(usize::from(spans_width(&[Span::plain(gutter.as_str())])));
            before[0].insert(0, Span::tone(gutter.as_str(), Tone::Dim));
            before[1].insert(0, Span::tone(blank, Tone::Dim));
        }
        let used = spans_width(&before[0]).max(spans_width(&before[1]));
        let columns = room.columns.saturating_sub(used).max(1);
        let marked = |spans: &[Span]| mark(spans, needle);
        let rows = match &self.content {
            Content::Words(spans) if room.wrap => wrap_words(&marked(spans), columns),
            Content::Cells(spans) if room.wrap => wrap_cells(&marked(spans), columns),
            Content::Words(spans) | Content::Cells(spans) => vec![cut(&marked(spans), columns, room.shift)],
            Content::Row { cells, columns: table } => {
                let cells: Vec<Vec<Span>> = cells.iter().map(|cell| marked(cell)).collect();
                if room.wrap {
                    row_of_table(&cells, &fitted(table, columns))
                } else {
                    let rows = row_of_table(&cells, table);
                    rows.iter().map(|row| cut(row, columns, room.shift)).collect()
                }
            }
            Content::Rule(character) => {
                vec![vec![Span::tone(character.to_string().repeat(usize::from(columns)), Tone::Dim)]]
            }
            Content::Beside(_) => Vec::new(),
        };
        let with = rows.into_iter().enumerate().map(|(place, mut row)| {
            let mut all = before[usize::from(place > 0)].clone();
            all.append(&mut row);
            all
        });
        with.collect()
    }
}

/// Two lines in a half each.
fn beside(left: &Line, right: &Line, room: Room, needle: Option<&str>) -> Vec<Laid> {
    let half = room.columns.saturating_sub(3) / 2;
    // Half of a wide screen has room for its numbers.
    let room = Room { columns: half.max(1), ..room };
    let (left, right) = (left.lay_out(room, needle), right.lay_out(room, needle));
    let count = left.len().max(right.len());
    let side = |rows: &[Laid], place: usize| rows.get(place).cloned().unwrap_or_default();
    (0..count)
        .map(|place| {
            let mut row = side(&left, place);
            let pad = half.saturating_sub(spans_width(&row));
            row.push(Span::plain(" ".repeat(usize::from(pad))));
            row.push(Span::tone(" │ ", Tone::Dim));
            row.extend(side(&right, place));
            row
        })
        .collect()
}

/// The characters with their ink.
fn inked(spans: &[Span]) -> impl Iterator<Item = (char, Ink)> + '_ {
    spans.iter().flat_map(|span| span.text.chars().map(|character| (character, span.ink)))
}

fn push(row: &mut Laid, character: char, ink: Ink) {
    match row.last_mut() {
        Some(last) if last.ink == ink => last.text.push(character),
        Some(_) | None => row.push(Span::new(character, ink)),
    }
}

fn wrap_cells(spans: &[Span], columns: u16) -> Vec<Laid> {
    let mut rows = vec![Laid::new()];
    let mut used = 0;
    for (character, ink) in inked(spans) {
        let more = wide(character);
        if used + more > columns && used > 0 {
            rows.push(Laid::new());
            used = 0;
        }
        used += more;
        if let Some(row) = rows.last_mut() {
            push(row, character, ink);
        }
    }
    rows
}

fn wrap_words(spans: &[Span], columns: u16) -> Vec<Laid> {
    let all: Vec<(char, Ink)> = inked(spans).collect();
    let mut rows = Vec::new();
    let mut begin = 0;
    while begin < all.len() {
        let mut end = begin;
        let mut used = 0;
        // Behind the last blank that fits: where the next row would begin.
        let mut after_blank = None;
        while let Some((character, _)) = all.get(end) {
            let more = wide(*character);
            if used + more > columns && *character != ' ' {
                break;
            }
            used += more;
            end += 1;
            // Between wide characters a line may end as well as behind a blank.
            if *character == ' ' || more == 2 {
                after_blank = Some(end);
            }
        }
        if end < all.len() {
            end = after_blank.filter(|place| *place > begin).unwrap_or(end).max(begin + 1);
        }
        let mut row = Laid::new();
        for (character, ink) in &all[begin..end] {
            push(&mut row, *character, *ink);
        }
        trim_end(&mut row);
        rows.push(row);
        begin = end;
    }
    if rows.is_empty() {
        rows.push(Laid::new());
    }
    rows
}

fn trim_end(row: &mut Laid) {
    if let Some(last) = row.last_mut() {
        last.text.truncate(last.text.trim_end_matches(' ').len());
    }
}

/// One row from column `shift` on, with a mark at its end when more follows.
fn cut(spans: &[Span], columns: u16, shift: u16) -> Laid {
    let mut row = Laid::new();
    let mut at = 0_u16;
    let end = shift.saturating_add(columns);
    let whole = spans_width(spans);
    let last = if whole > end { end - 1 } else { end };
    for (character, ink) in inked(spans) {
        let more = wide(character);
        let next = at.saturating_add(more);
        if at >= shift && next <= last {
            push(&mut row, character, ink);
        } else if at < shift && next > shift {
            // Half of a wide character.
            push(&mut row, ' ', ink);
        }
        at = next;
    }
    if whole > end {
        let pad = columns.saturating_sub(1).saturating_sub(spans_width(&row));
        row.push(Span::plain(" ".repeat(usize::from(pad))));
        row.push(Span::tone("›", Tone::Dim));
    }
    row
}

/// What each column gets of `columns`: the widest give first.
fn fitted(table: &[Column], columns: u16) -> Vec<Column> {
    let gaps = u16::try_from(table.len().saturating_sub(1)).unwrap_or(0).saturating_mul(3);
    let room = columns.saturating_sub(gaps);
    let mut widths: Vec<u16> = table.iter().map(|column| column.wide).collect();
    let sum = |widths: &[u16]| widths.iter().fold(0_u16, |sum, one| sum.saturating_add(*one));
    while sum(&widths) > room {
        let Some(widest) = widths.iter().copied().max().filter(|widest| *widest > 1) else { break };
        let second = widths.iter().copied().filter(|one| *one < widest).max().unwrap_or(1).max(1);
        let count = u16::try_from(widths.iter().filter(|one| **one == widest).count()).unwrap_or(1);
        let over = sum(&widths) - room;
        let give = (widest - second).min(over.div_ceil(count)).max(1);
        for one in widths.iter_mut().filter(|one| **one == widest) {
            *one -= give;
        }
    }
    table.iter().zip(widths).map(|(column, wide)| Column { wide, ..*column }).collect()
}

fn row_of_table(cells: &[Vec<Span>], table: &[Column]) -> Vec<Laid> {
    let laid: Vec<Vec<Laid>> =
        cells.iter().zip(table).map(|(cell, column)| wrap_words(cell, column.wide.max(1))).collect();
    let count = laid.iter().map(Vec::len).max().unwrap_or(1);
    (0..count)
        .map(|place| {
            let mut row = Laid::new();
            for (index, (cell, column)) in laid.iter().zip(table).enumerate() {
                if index > 0 {
                    row.push(Span::tone(" │ ", Tone::Dim));
                }
                let part = cell.get(place).cloned().unwrap_or_default();
                let pad = " ".repeat(usize::from(column.wide.saturating_sub(spans_width(&part))));
                if column.right {
                    row.push(Span::plain(pad));
                    row.extend(part);
                } else {
                    row.extend(part);
                    row.push(Span::plain(pad));
                }
            }
            trim_end(&mut row);
            row
        })
        .collect()
}

/// Whether `needle` is searched for as it is written: it holds a capital.
fn exact(needle: &str) -> bool {
    needle.chars().any(char::is_uppercase)
}

fn same(one: char, other: char, exact: bool) -> bool {
    one == other || (!exact && one.to_lowercase().eq(other.to_lowercase()))
}

/// Where `needle` stands in a text, in characters. Without capitals in it, capitals do not matter.
pub(super) fn places(text: &[char], needle: &str) -> Vec<usize> {
    let wanted: Vec<char> = needle.chars().collect();
    if wanted.is_empty() || text.len() < wanted.len() {
        return Vec::new();
    }
    let exact = exact(needle);
    let mut found = Vec::new();
    let mut at = 0;
    while at + wanted.len() <= text.len() {
        let fits = text[at..].iter().zip(&wanted).all(|(one, other)| same(*one, *other, exact));
        if fits {
            found.push(at);
            at += wanted.len();
        } else {
            at += 1;
        }
    }
    found
}

/// The same spans with what was searched for marked.
fn mark(spans: &[Span], needle: Option<&str>) -> Vec<Span> {
    let Some(needle) = needle.filter(|needle| !needle.is_empty()) else { return spans.to_vec() };
    let text: Vec<char> = inked(spans).map(|(character, _)| character).collect();
    let length = needle.chars().count();
    let found = places(&text, needle);
    if found.is_empty() {
        return spans.to_vec();
    }
    let mut row = Laid::new();
    for (place, (character, ink)) in inked(spans).enumerate() {
        let is_found = found.iter().any(|begin| (*begin..begin + length).contains(&place));
        push(&mut row, character, Ink { found: ink.found || is_found, ..ink });
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(rows: &[Laid]) -> Vec<String> {
        rows.iter().map(|row| row.iter().map(|span| span.text.as_str()).collect()).collect()
    }

    fn room(columns: u16, wrap: bool) -> Room {
        Room { columns, wrap, shift: 0 }
    }

    #[test]
    fn prose_breaks_between_words_and_code_where_the_line_ends() {
        let spans = vec![Span::plain("the quick brown fox 你好吗 again")];
        for (columns, words, cells) in [
            (
                12,
                vec!["the quick", "brown fox 你", "好吗 again"],
                vec!["the quick br", "own fox 你好", "吗 again"],
            ),
            (40, vec!["the quick brown fox 你好吗 again"], vec!["the quick brown fox 你好吗 again"]),
        ] {
            let line = Line::words(spans.clone(), 0);
            assert_eq!(texts(&line.lay_out(room(columns, true), None)), words, "{columns}");
            let line = Line::cells(spans.clone(), 0);
            assert_eq!(texts(&line.lay_out(room(columns, true), None)), cells, "{columns}");
        }
        let long = Line::words(vec![Span::plain("abcdefghij kl")], 0);
        assert_eq!(texts(&long.lay_out(room(4, true), None)), ["abcd", "efgh", "ij", "kl"]);
    }

    #[test]
    fn without_wrapping_a_line_says_that_it_goes_on() {
        let line = Line::cells(vec![Span::plain("abcdefghij")], 0);
        let at = |shift| texts(&line.lay_out(Room { columns: 4, wrap: false, shift }, None)).join("");
        assert_eq!([at(0), at(4), at(8)], ["abc›", "efg›", "ij"]);
        let wide = Line::cells(vec![Span::plain("你好吗")], 0);
        assert_eq!(texts(&wide.lay_out(Room { columns: 4, wrap: false, shift: 1 }, None)), [" 好›"]);
    }

    #[test]
    fn a_table_gives_up_room_where_it_has_most() {
        let column = |wide| Column { wide, right: false };
        let widths = |wide: &[u16], room| -> Vec<u16> {
            let table: Vec<Column> = wide.iter().copied().map(column).collect();
            fitted(&table, room).iter().map(|column| column.wide).collect()
        };
        assert_eq!(widths(&[3, 40, 5], 30), [3, 16, 5]);
        assert_eq!(widths(&[10, 10], 40), [10, 10]);
        let content = Content::Row {
            cells: vec![vec![Span::plain("one")], vec![Span::plain("two and three")]],
            columns: [column(3), Column { wide: 13, right: true }].into(),
        };
        let line = Line::new(content, 0);
        assert_eq!(texts(&line.lay_out(room(40, true), None)), ["one │ two and three"]);
        assert_eq!(texts(&line.lay_out(room(13, true), None)), ["one │ two and", "    │   three"]);
    }

    #[test]
    fn what_is_searched_for_is_marked_across_inks_and_rows() {
        let spans = vec![Span::plain("say Hel"), Span::tone("lo world", Tone::Quoted)];
        let line = Line::cells(spans, 0);
        let rows = line.lay_out(room(8, true), Some("hello"));
        let found: Vec<String> =
            rows.iter().flatten().filter(|span| span.ink.found).map(|span| span.text.clone()).collect();
        assert_eq!(found, ["Hel", "l", "o"]);
        assert!(places(&"Hello".chars().collect::<Vec<_>>(), "HELLO").is_empty(), "a capital is meant");
    }
}
