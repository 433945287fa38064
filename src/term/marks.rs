//! The marks of a snapshot: what no ordinary sequence can say about a screen.
//!
//! Owns their form, an application program command that other terminals ignore: `ESC _ awtui;mark;mark... ESC \`. A
//! program may send one as well; it can then say nothing about its screen that it could not also draw.

use std::fmt::Write;

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line, Point};
use alacritty_terminal::term::cell::Flags;
use unicode_width::UnicodeWidthChar;

use super::emulator::Emulator;

/// How the command begins.
pub(super) const PREFIX: &str = "awtui;";

/// Flags of a cell that come from the order of printing and not from attributes.
pub(super) const SHAPE: Flags = Flags::WRAPLINE
    .union(Flags::WIDE_CHAR)
    .union(Flags::WIDE_CHAR_SPACER)
    .union(Flags::LEADING_WIDE_CHAR_SPACER);

/// A command holds about this much, well below the longest string the scanner takes.
const AT_ONCE: usize = 4000;

/// Marks on their way out.
#[derive(Debug, Default)]
pub(super) struct Marks {
    full: Vec<String>,
    current: String,
}

impl Marks {
    /// A cell that differs in its flags, or in a character that cannot be printed there.
    pub(super) fn cell(&mut self, line: i32, column: usize, shape: Flags, character: char) {
        self.add(format_args!(";f{line},{column},{},{}", shape.bits(), u32::from(character)));
    }

    /// The exact place of a cursor, and whether it waits to wrap.
    pub(super) fn cursor(&mut self, saved: bool, point: Point, waits: bool) {
        let kind = if saved { 's' } else { 'c' };
        self.add(format_args!(";{kind}{},{},{}", point.line.0, point.column.0, u8::from(waits)));
    }

    /// The character that "repeat the last character" repeats; painting the screen has changed it.
    pub(super) fn last_printed(&mut self, character: Option<char>) {
        self.add(format_args!(";r{}", character.map_or(0, u32::from)));
    }

    /// The number of the first line of the primary screen, and of the counting.
    pub(super) fn numbers(&mut self, top: u64, epoch: u64) {
        self.add(format_args!(";n{top},{epoch}"));
    }

    fn add(&mut self, mark: std::fmt::Arguments<'_>) {
        if self.current.len() > AT_ONCE {
            self.full.push(std::mem::take(&mut self.current));
        }
        self.current.write_fmt(mark).unwrap_or_default();
    }

    /// Writes all marks so far; they concern the screen that is shown at this point of the stream.
    pub(super) fn send(&mut self, out: &mut String) {
        self.full.push(std::mem::take(&mut self.current));
        for marks in self.full.drain(..).filter(|marks| !marks.is_empty()) {
            out.push_str("\x1b_awtui");
            out.push_str(&marks);
            out.push_str("\x1b\\");
        }
    }
}

/// Applies the marks of one command. What is out of range is ignored.
pub(super) fn apply(emulator: &mut Emulator, marks: &[u8]) {
    let Ok(marks) = str::from_utf8(marks) else { return };
    for mark in marks.split(';') {
        let mut characters = mark.chars();
        let kind = characters.next();
        let values: Vec<i64> =
            characters.as_str().split(',').filter_map(|value| value.parse().ok()).collect();
        match (kind, values.as_slice()) {
            (Some('f'), [line, column, shape, character]) => {
                apply_cell(emulator, *line, *column, *shape, *character);
            }
            (Some(kind @ ('c' | 's')), [line, column, waits]) => {
                let Some(point) = point(emulator, *line, *column).filter(|point| point.line.0 >= 0) else {
                    continue;
                };
                let waits = *waits == 1 && point.column.0 + 1 == usize::from(emulator.size.cols);
                let grid = emulator.active().grid_mut();
                let cursor = if kind == 's' { &mut grid.saved_cursor } else { &mut grid.cursor };
                cursor.point = point;
                cursor.input_needs_wrap = waits;
            }
            (Some('n'), [top, epoch]) => {
                if let (Ok(top), Ok(epoch)) = (u64::try_from(*top), u64::try_from(*epoch)) {
                    emulator.renumber(top, epoch);
                }
            }
            (Some('r'), [character]) => emulator.last_printed = printable(*character),
            _ => {}
        }
    }
}

fn apply_cell(emulator: &mut Emulator, line: i64, column: i64, shape: i64, character: i64) {
    let Some(point) = point(emulator, line, column) else { return };
    // A tab is the one control character the emulator keeps in a cell.
    let character = if character == 9 { Some('\t') } else { printable(character) };
    let (Some(character), Ok(bits)) = (character, u16::try_from(shape)) else { return };
    let cell = &mut emulator.active().grid_mut()[point];
    cell.flags = cell.flags.difference(SHAPE) | Flags::from_bits_truncate(bits).intersection(SHAPE);
    cell.c = character;
}

fn printable(character: i64) -> Option<char> {
    let character = char::from_u32(u32::try_from(character).ok()?)?;
    character.width().is_some_and(|width| width > 0).then_some(character)
}

fn point(emulator: &Emulator, line: i64, column: i64) -> Option<Point> {
    let history = i64::try_from(emulator.page().grid().history_size()).ok()?;
    let inside = (-history..i64::from(emulator.size.rows)).contains(&line)
        && (0..i64::from(emulator.size.cols)).contains(&column);
    inside.then_some(Point::new(Line(i32::try_from(line).ok()?), Column(usize::try_from(column).ok()?)))
}
