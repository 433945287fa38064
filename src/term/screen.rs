//! The terminal as the rest of awtui sees it.
//!
//! Owns the way of the bytes: decoder, scanner, emulator, each behind the guard. It never draws and never waits:
//! synchronized updates are a flag for whoever draws.

use std::time::Duration;

use alacritty_terminal::grid::Row as GridRow;
use alacritty_terminal::index::Line;
use alacritty_terminal::term::cell::{Cell as GridCell, Flags};
use alacritty_terminal::vte::ansi::{Processor, Timeout};

use super::cell::Cell;
use super::emulator::Emulator;
use super::guard::guarded;
use super::modes::{Cursor, Modes, Size};
use super::scanner::{Scanner, Sink};
use super::signal::Signal;
use super::snapshot;
use super::text::LineText;
use super::utf8::Utf8Decoder;

/// Lines that scrolled out at the top of a pane and are kept in memory; older ones are in the recording. A line takes 24
/// bytes a column: 19 MB for a pane of 80 columns that is full of them, and what it takes now for one that is not.
pub const HISTORY: usize = 10_000;

/// Lines of history of the snapshots that a flooding pane is sent as.
pub const FLOOD_HISTORY: usize = 500;

/// Bytes that a snapshot may have before it carries less history.
const SNAPSHOT_BYTES: usize = 768 * 1024;

/// Lets the parser apply synchronized updates at once instead of holding them back: what a screen shows then depends
/// on bytes alone, never on a clock.
#[derive(Default)]
struct NeverHold;

impl Timeout for NeverHold {
    fn set_timeout(&mut self, _duration: Duration) {}

    fn clear_timeout(&mut self) {}

    fn pending_timeout(&self) -> bool {
        false
    }
}

struct Machine {
    parser: Processor<NeverHold>,
    emulator: Emulator,
    /// Whether anything reached the emulator since the last look.
    touched: bool,
}

impl Machine {
    fn new(size: Size, history: usize) -> Self {
        Self { parser: Processor::new(), emulator: Emulator::new(size, history), touched: false }
    }
}

impl Sink for Machine {
    fn pass(&mut self, bytes: &[u8]) {
        self.touched = true;
        self.parser.advance(&mut self.emulator, bytes);
    }

    fn csi(&mut self, sequence: &[u8]) {
        self.touched = true;
        if !self.emulator.csi(sequence) {
            self.pass(sequence);
        }
    }

    fn string(&mut self, kind: u8, payload: &[u8], sequence: &[u8]) {
        self.touched = true;
        if !self.emulator.control_string(kind, payload, sequence) {
            self.pass(sequence);
        }
    }
}

/// A terminal in memory.
pub struct Screen {
    decoder: Utf8Decoder,
    scanner: Scanner,
    machine: Machine,
    history: usize,
    generation: u64,
    faults: u64,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Screen")
            .field("size", &self.size())
            .field("generation", &self.generation)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

impl Screen {
    /// A blank screen that keeps up to `history` lines that scrolled out at the top.
    pub fn new(size: Size, history: usize) -> Self {
        Self {
            decoder: Utf8Decoder::default(),
            scanner: Scanner::default(),
            machine: Machine::new(size.clamped(), history),
            history,
            generation: 0,
            faults: 0,
        }
    }

    /// Takes the next bytes of the stream. Never panics: if the emulator does, it is replaced by a blank one of the
    /// same size and [`Screen::faults`] counts it.
    pub fn feed(&mut self, bytes: &[u8]) {
        let text = self.decoder.decode(bytes);
        let (scanner, machine) = (&mut self.scanner, &mut self.machine);
        machine.touched = false;
        let done = guarded(|| scanner.scan(text.as_bytes(), machine));
        if done.is_none() {
            self.replace_machine();
        }
        if self.machine.touched || done.is_none() {
            self.generation += 1;
        }
    }

    pub fn resize(&mut self, size: Size) {
        let size = size.clamped();
        if size == self.size() {
            return;
        }
        let emulator = &mut self.machine.emulator;
        if guarded(|| emulator.resize(size)).is_none() {
            self.machine.emulator.size = size;
            self.replace_machine();
        }
        self.generation += 1;
    }

    fn replace_machine(&mut self) {
        self.faults += 1;
        self.scanner = Scanner::default();
        self.machine = Machine::new(self.machine.emulator.size, self.history);
    }

    pub fn size(&self) -> Size {
        self.machine.emulator.size
    }

    /// How often the emulator failed and was replaced.
    pub fn faults(&self) -> u64 {
        self.faults
    }

    /// A number that changes whenever something visible may have changed.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The answers to the program's questions since the last call, in the order of the questions. Only the side that
    /// owns the program may send them.
    pub fn take_replies(&mut self) -> Vec<u8> {
        self.machine.emulator.take_replies()
    }

    /// What the program announced since the last call. Repetitions of the same announcement are told once.
    pub fn take_signals(&mut self) -> Vec<Signal> {
        self.machine.emulator.take_signals()
    }

    pub fn title(&self) -> Option<&str> {
        self.machine.emulator.title.as_deref()
    }

    /// The cursor, unless the program hides it.
    pub fn cursor(&self) -> Option<Cursor> {
        let emulator = &self.machine.emulator;
        if !emulator.switches.cursor_visible {
            return None;
        }
        let grid = emulator.page().grid();
        let point = grid.cursor.point;
        let row = &grid[point.line];
        let on_second_half = point.column.0 > 0
            && row[point.column].flags.contains(Flags::WIDE_CHAR_SPACER)
            && row[point.column - 1].flags.contains(Flags::WIDE_CHAR);
        Some(Cursor {
            col: u16::try_from(point.column.0 - usize::from(on_second_half)).ok()?,
            row: u16::try_from(point.line.0).ok()?,
            shape: emulator.cursor_shape(),
        })
    }

    pub fn modes(&self) -> Modes {
        self.machine.emulator.modes()
    }

    /// The cells of a visible row from left to right; nothing below the last row.
    pub fn row(&self, row: u16) -> Row<'_> {
        self.row_at(0, row)
    }

    /// The cells of a row as seen after scrolling back by `display_offset` lines, at most to the oldest line kept.
    pub fn row_at(&self, display_offset: usize, row: u16) -> Row<'_> {
        let emulator = &self.machine.emulator;
        let grid = emulator.page().grid();
        let offset = i32::try_from(display_offset.min(emulator.shown_history())).unwrap_or_default();
        let inside = row < self.size().rows;
        Row { row: inside.then(|| &grid[Line(i32::from(row) - offset)]), column: 0 }
    }

    /// Whether the text of a row runs on in the next one, because the terminal wrapped it.
    pub fn is_wrapped_at(&self, display_offset: usize, row: u16) -> bool {
        self.row_at(display_offset, row)
            .row
            .and_then(GridRow::last)
            .is_some_and(|cell| cell.flags.contains(Flags::WRAPLINE))
    }

    /// Lines that scrolled out at the top and are still kept. The alternate screen keeps none.
    pub fn history_len(&self) -> usize {
        self.machine.emulator.shown_history()
    }

    /// The number of the first visible line. Lines keep their numbers while others come after them, as long as
    /// [`Screen::epoch`] stays the same.
    pub fn top_line(&self) -> u64 {
        self.machine.emulator.shown_top()
    }

    /// The number of the oldest line that is kept.
    pub fn oldest_line(&self) -> u64 {
        self.top_line() - u64::try_from(self.history_len()).unwrap_or_default()
    }

    /// The number after the last visible line's.
    pub fn end_line(&self) -> u64 {
        self.top_line() + u64::from(self.size().rows)
    }

    /// Changes when the same numbers stand for other lines: after another width, or when the other screen is shown.
    pub fn epoch(&self) -> u64 {
        self.machine.emulator.numbers.epoch
    }

    /// What a line says, by its number.
    pub fn line_text(&self, line: u64) -> LineText<'_> {
        LineText::new(self.grid_row(line))
    }

    /// The cells of a line, by its number.
    pub fn line_cells(&self, line: u64) -> Row<'_> {
        Row { row: self.grid_row(line), column: 0 }
    }

    fn grid_row(&self, line: u64) -> Option<&GridRow<GridCell>> {
        if line < self.oldest_line() || line >= self.end_line() {
            return None;
        }
        let index = i64::try_from(line).ok()? - i64::try_from(self.top_line()).ok()?;
        let line = Line(i32::try_from(index).ok()?);
        Some(&self.machine.emulator.page().grid()[line])
    }

    /// The visible text: one line a row, blanks at the end of each line removed.
    pub fn text(&self) -> String {
        self.text_at(0)
    }

    /// The text that [`Screen::row_at`] shows with the same offset.
    pub fn text_at(&self, display_offset: usize) -> String {
        let mut text = String::new();
        for row in 0..self.size().rows {
            if row > 0 {
                text.push('\n');
            }
            let start = text.len();
            for cell in self.row_at(display_offset, row) {
                text.push_str(&cell.symbol);
            }
            text.truncate(start + text[start..].trim_end_matches(' ').len());
        }
        text
    }

    /// Bytes that rebuild this screen, and all that later bytes can depend on, when fed to a screen of the same size:
    /// both screens, the history as far as it fits into 768 KiB, cursors, modes, and a sequence that is not complete.
    pub fn snapshot(&self) -> Vec<u8> {
        let mut lines = HISTORY;
        loop {
            let bytes = self.snapshot_with_history(lines);
            if bytes.len() <= SNAPSHOT_BYTES || lines <= FLOOD_HISTORY {
                return bytes;
            }
            // The younger lines may be the longer ones, so a little less than their share.
            let kept = lines.min(self.machine.emulator.main_history());
            lines = (kept * SNAPSHOT_BYTES / bytes.len() * 9 / 10).max(FLOOD_HISTORY);
        }
    }

    /// A snapshot with up to `lines` of history, for a viewer that gets many of them.
    pub fn snapshot_with_history(&self, lines: usize) -> Vec<u8> {
        let mut bytes = snapshot::paint(&self.machine.emulator, lines);
        bytes.extend_from_slice(self.scanner.pending());
        bytes.extend_from_slice(self.decoder.waiting());
        bytes
    }
}

/// The cells of one row.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    row: Option<&'a GridRow<GridCell>>,
    column: usize,
}

impl Iterator for Row<'_> {
    type Item = Cell;

    fn next(&mut self) -> Option<Cell> {
        let row = self.row.filter(|row| self.column < row.len())?;
        let cell = Cell::read(row, self.column);
        self.column += 1;
        Some(cell)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.row.map_or(0, |row| row.len() - self.column);
        (left, Some(left))
    }

    fn nth(&mut self, count: usize) -> Option<Cell> {
        let most = self.row.map_or(0, GridRow::len);
        self.column = self.column.saturating_add(count).min(most);
        self.next()
    }
}

impl ExactSizeIterator for Row<'_> {}

impl Row<'_> {
    /// The plain text of the row, blanks at its end included.
    pub fn text(self) -> String {
        self.map(|cell| cell.symbol.to_string()).collect()
    }
}
