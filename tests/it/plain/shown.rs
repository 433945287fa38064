//! What a terminal shows, cell by cell, and how that is written into a file that people can read.
//!
//! A section is one moment: a line for each row that is not blank, with what it says between bars, then lines for what
//! the text alone does not tell: where a cell has marks or another width, and the looks of the cells by columns.

use awtui::term::{self, Colour, Screen, Underline};
use std::fmt::Write;
use unicode_width::UnicodeWidthChar;

/// Attributes, by their bits in [`Look::flags`].
const FLAGS: &[&str] = &["bold", "dim", "italic", "blink", "inverse", "hidden", "strike", "overline", "link"];
const UNDERLINES: &[(Underline, &str)] = &[
    (Underline::Single, "underline"),
    (Underline::Double, "underline=double"),
    (Underline::Curly, "underline=curly"),
    (Underline::Dotted, "underline=dotted"),
    (Underline::Dashed, "underline=dashed"),
];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub fg: Colour,
    pub bg: Colour,
    pub underline: Underline,
    pub underline_colour: Option<Colour>,
    flags: u16,
}

impl Look {
    pub fn coloured(fg: Colour, bg: Colour) -> Self {
        Self { fg, bg, ..Self::default() }
    }

    pub fn set(&mut self, name: &str, on: bool) {
        let bit = 1 << FLAGS.iter().position(|known| *known == name).unwrap();
        self.flags = if on { self.flags | bit } else { self.flags & !bit };
    }

    pub fn has(&self, name: &str) -> bool {
        FLAGS.iter().position(|known| *known == name).is_some_and(|bit| self.flags & (1 << bit) != 0)
    }

    pub fn words(&self) -> String {
        let mut words = Vec::new();
        if self.fg != Colour::Default {
            words.push(format!("fg={}", colour_word(self.fg)));
        }
        if self.bg != Colour::Default {
            words.push(format!("bg={}", colour_word(self.bg)));
        }
        words.extend(FLAGS.iter().filter(|name| self.has(name)).map(|name| (*name).to_owned()));
        let underline = UNDERLINES.iter().find(|(kind, _)| *kind == self.underline);
        words.extend(underline.map(|(_, word)| (*word).to_owned()));
        words.extend(self.underline_colour.map(|colour| format!("line={}", colour_word(colour))));
        words.join(" ")
    }

    fn read(words: &str) -> Self {
        let mut look = Self::default();
        for word in words.split_whitespace() {
            match word.split_once('=') {
                Some(("fg", colour)) => look.fg = read_colour(colour),
                Some(("bg", colour)) => look.bg = read_colour(colour),
                Some(("line", colour)) => look.underline_colour = Some(read_colour(colour)),
                _ => match UNDERLINES.iter().find(|(_, known)| *known == word) {
                    Some((kind, _)) => look.underline = *kind,
                    None => look.set(word, true),
                },
            }
        }
        look
    }
}

/// The sixteen by number, the table with a `t`, others as hexadecimal numbers.
fn colour_word(colour: Colour) -> String {
    match colour {
        Colour::Default => "default".to_owned(),
        Colour::Ansi(index) => index.to_string(),
        Colour::Indexed(index) => format!("t{index}"),
        Colour::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}

fn read_colour(word: &str) -> Colour {
    if word == "default" {
        return Colour::Default;
    }
    if let Some(index) = word.strip_prefix('t') {
        return Colour::Indexed(index.parse().unwrap());
    }
    let Some(hex) = word.strip_prefix('#') else { return Colour::Ansi(word.parse().unwrap()) };
    let part = |from: usize| u8::from_str_radix(&hex[from..from + 2], 16).unwrap();
    Colour::Rgb(part(0), part(2), part(4))
}

/// A cell; the second half of a wide character has no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub text: String,
    pub look: Look,
}

impl Cell {
    pub fn blank() -> Self {
        Self { text: " ".to_owned(), look: Look::default() }
    }
}

/// What is shown at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub rows: Vec<Vec<Cell>>,
    /// Column and row, unless the program hides it.
    pub cursor: Option<(u16, u16)>,
    pub alternate: bool,
}

impl Shown {
    pub fn blank(cols: u16, rows: u16) -> Self {
        let row = vec![Cell::blank(); usize::from(cols)];
        Self { rows: vec![row; usize::from(rows)], cursor: None, alternate: false }
    }

    pub fn of_screen(screen: &Screen) -> Self {
        let mut rows = Vec::new();
        for row in 0..screen.size().rows {
            let mut cells: Vec<Cell> = Vec::new();
            for cell in screen.row(row) {
                let look = match cells.last() {
                    Some(first) if cell.width == 0 => first.look,
                    _ => look_of(&cell),
                };
                cells.push(Cell { text: cell.symbol.to_string(), look });
            }
            rows.push(cells);
        }
        let cursor = screen.cursor().map(|cursor| (cursor.col, cursor.row));
        Self { rows, cursor, alternate: screen.modes().alt_screen }
    }

    /// Puts a character where it belongs; one that fills two columns takes both.
    pub fn put(&mut self, row: usize, col: usize, cell: Cell, width: usize) {
        let line = &mut self.rows[row];
        assert!(col + width <= line.len(), "row {row} is longer than the screen is wide: {line:?}");
        for half in 1..width {
            line[col + half] = Cell { text: String::new(), look: cell.look };
        }
        line[col] = cell;
    }

    fn width_at(&self, row: usize, col: usize) -> usize {
        1 + self.rows[row][col + 1..].iter().take_while(|cell| cell.text.is_empty()).count()
    }

    pub fn write(&self) -> String {
        let cursor = self.cursor.map_or("hidden".to_owned(), |(col, row)| format!("{row}:{col}"));
        let (rows, cols) = (self.rows.len(), self.rows[0].len());
        let mut text = format!("{cols}x{rows} cursor {cursor}");
        text.push_str(if self.alternate { " alternate\n" } else { "\n" });
        for (row, cells) in self.rows.iter().enumerate() {
            self.write_row(row, cells, &mut text);
        }
        text
    }

    fn write_row(&self, row: usize, cells: &[Cell], text: &mut String) {
        let blank = Cell::blank();
        let Some(last) = cells.iter().rposition(|cell| *cell != blank) else { return };
        let mut line = String::new();
        let mut notes = String::new();
        for (col, cell) in cells[..=last].iter().enumerate().filter(|(_, cell)| !cell.text.is_empty()) {
            let width = self.width_at(row, col);
            let first = cell.text.chars().next().unwrap();
            line.push(first);
            if cell.text.chars().count() > 1 || first.width().unwrap() != width {
                writeln!(notes, "   {col} is {} in {width}", cell.text.escape_unicode()).unwrap();
            }
        }
        writeln!(text, "{row:>2} |{line}|").unwrap();
        text.push_str(&notes);
        let mut col = 0;
        for run in cells[..=last].chunk_by(|one, next| one.look == next.look) {
            if run[0].look != Look::default() {
                let to = col + run.len() - 1;
                writeln!(text, "   {col}-{to} {}", run[0].look.words()).unwrap();
            }
            col += run.len();
        }
    }

    pub fn read(text: &str) -> Self {
        let mut lines = text.lines();
        let head: Vec<&str> = lines.next().unwrap().split(' ').collect();
        let pair = |text: &str, sign| -> (u16, u16) {
            let (one, other) = text.split_once(sign).unwrap();
            (one.parse().unwrap(), other.parse().unwrap())
        };
        let (cols, rows) = pair(head[0], 'x');
        let mut shown = Self::blank(cols, rows);
        shown.cursor = (head[2] != "hidden").then(|| pair(head[2], ':')).map(|(row, col)| (col, row));
        shown.alternate = head.get(3) == Some(&"alternate");
        let mut row = 0;
        // The text of a row is put down once its notes are known.
        let mut line = "";
        let mut notes: Vec<(usize, String, usize)> = Vec::new();
        let mut looks: Vec<(usize, usize, Look)> = Vec::new();
        for next in lines.chain(["end ||"]) {
            if let Some(note) = next.strip_prefix("   ") {
                let (place, rest) = note.split_once(' ').unwrap();
                if let Some(rest) = rest.strip_prefix("is ") {
                    let (text, width) = rest.split_once(" in ").unwrap();
                    notes.push((place.parse().unwrap(), unescape(text), width.parse().unwrap()));
                } else {
                    let (from, to) = place.split_once('-').unwrap();
                    looks.push((from.parse().unwrap(), to.parse().unwrap(), Look::read(rest)));
                }
                continue;
            }
            shown.put_line(row, line, &notes);
            for (from, to, look) in looks.drain(..) {
                shown.rows[row][from..=to].iter_mut().for_each(|cell| cell.look = look);
            }
            notes.clear();
            let (number, rest) = next.split_once('|').unwrap();
            row = number.trim().parse().unwrap_or_default();
            line = rest.strip_suffix('|').unwrap();
        }
        shown
    }

    fn put_line(&mut self, row: usize, line: &str, notes: &[(usize, String, usize)]) {
        let mut col = 0;
        for character in line.chars() {
            let note = notes.iter().find(|(place, ..)| *place == col);
            let (text, width) = note.map_or_else(
                || (character.to_string(), character.width().unwrap()),
                |(_, text, width)| (text.clone(), *width),
            );
            self.put(row, col, Cell { text, look: Look::default() }, width);
            col += width;
        }
    }

    /// Where this differs from what is expected, as runs of cells: one line for each, empty when nothing does.
    pub fn differences(&self, expected: &Self) -> String {
        let mut text = String::new();
        assert_eq!((self.rows.len(), self.rows[0].len()), (expected.rows.len(), expected.rows[0].len()));
        for (row, (ours, theirs)) in self.rows.iter().zip(&expected.rows).enumerate() {
            let pairs: Vec<(usize, &Cell, &Cell)> = ours
                .iter()
                .zip(theirs)
                .enumerate()
                .map(|(col, (ours, theirs))| (col, ours, theirs))
                .collect();
            let looks = |pair: &(usize, &Cell, &Cell)| (pair.1 != pair.2, pair.1.look, pair.2.look);
            for run in
                pairs.chunk_by(|one, next| looks(one) == looks(next)).filter(|run| run[0].1 != run[0].2)
            {
                let (from, to) = (run[0].0, run[run.len() - 1].0);
                let tell = |cell: fn(&(usize, &Cell, &Cell)) -> Cell| {
                    let said: String = run.iter().map(|pair| cell(pair).text).collect();
                    format!("{said:?} {}", cell(&run[0]).look.words()).trim_end().to_owned()
                };
                let (ours, theirs) = (tell(|pair| pair.1.clone()), tell(|pair| pair.2.clone()));
                writeln!(text, "{row}: {from}-{to} tmux {theirs} | awtui {ours}").unwrap();
            }
        }
        let place = |cursor: Option<(u16, u16)>| {
            cursor.map_or("hidden".to_owned(), |(col, row)| format!("{row}:{col}"))
        };
        if self.cursor != expected.cursor {
            writeln!(text, "cursor: tmux {} | awtui {}", place(expected.cursor), place(self.cursor)).unwrap();
        }
        if self.alternate != expected.alternate {
            writeln!(text, "alternate: tmux {} | awtui {}", expected.alternate, self.alternate).unwrap();
        }
        text
    }
}

fn look_of(cell: &term::Cell) -> Look {
    let mut look = Look {
        fg: cell.fg,
        bg: cell.bg,
        underline: cell.underline,
        underline_colour: cell.underline_colour,
        flags: 0,
    };
    let attrs = cell.attrs;
    for (name, on) in [
        ("bold", attrs.bold),
        ("dim", attrs.dim),
        ("italic", attrs.italic),
        ("inverse", attrs.inverse),
        ("hidden", attrs.hidden),
        ("strike", attrs.strike),
        ("link", cell.link.is_some()),
    ] {
        look.set(name, on);
    }
    look
}

fn unescape(text: &str) -> String {
    text.split("\\u{")
        .skip(1)
        .map(|code| {
            u32::from_str_radix(code.trim_end_matches('}'), 16).ok().and_then(char::from_u32).unwrap()
        })
        .collect()
}
