//! The state of a terminal: two screens and the modes they share.
//!
//! Owns two `alacritty_terminal` grids, one for the primary and one for the alternate screen. The emulator's own
//! alternate screen is not used, because its hidden half cannot be read and a snapshot has to hold both. It never
//! reads bytes itself: `handler` receives what the parser understood, `control` the rest.

use alacritty_terminal::Term;
use alacritty_terminal::event::VoidListener;
use alacritty_terminal::grid::{Dimensions, Grid};
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::Config;
use alacritty_terminal::term::cell::Cell as GridCell;
use alacritty_terminal::vte::ansi::{Handler, KeyboardModes};

use super::modes::{CursorShape, Modes, MouseMode, Size};
use super::scrollback::Numbers;
use super::signal::Signal;

/// Programs push a level for each dialog they open; kitty keeps a handful as well.
const MAX_KEYBOARD_LEVELS: usize = 16;
const MAX_TITLES: usize = 16;
/// Answers and signals nobody fetched are dropped beyond this, so that a flood of queries needs no memory.
const MAX_REPLIES: usize = 64 * 1024;
const MAX_SIGNALS: usize = 1024;

/// One of the two screens.
pub(super) struct Page {
    pub(super) term: Term<VoidListener>,
    /// Kitty keyboard flags: the base and what was pushed on it. Never empty.
    pub(super) keyboard: Vec<u8>,
}

/// Switches that this module keeps because the emulator does not need them to draw.
#[expect(clippy::struct_excessive_bools, reason = "each is an independent switch of the terminal protocol")]
#[derive(Clone, Debug)]
pub(super) struct Switches {
    pub(super) app_cursor: bool,
    pub(super) app_keypad: bool,
    pub(super) bracketed_paste: bool,
    pub(super) focus_events: bool,
    pub(super) mouse: MouseMode,
    pub(super) mouse_sgr: bool,
    pub(super) alternate_scroll: bool,
    pub(super) modify_other_keys: u8,
    pub(super) synchronized: bool,
    pub(super) cursor_visible: bool,
    /// The parameter of DECSCUSR, 0 to 6.
    pub(super) cursor_style: u8,
    /// Whether G1 is in use instead of G0.
    pub(super) shifted_out: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            app_cursor: false,
            app_keypad: false,
            bracketed_paste: false,
            focus_events: false,
            mouse: MouseMode::None,
            mouse_sgr: false,
            alternate_scroll: true,
            modify_other_keys: 0,
            synchronized: false,
            cursor_visible: true,
            cursor_style: 0,
            shifted_out: false,
        }
    }
}

pub(super) struct Emulator {
    pub(super) size: Size,
    pub(super) numbers: Numbers,
    pub(super) main: Page,
    pub(super) alt: Page,
    pub(super) alt_active: bool,
    pub(super) switches: Switches,
    /// First line of the scroll region and the line after its last.
    pub(super) region: (usize, usize),
    pub(super) tabs: Vec<bool>,
    pub(super) title: Option<String>,
    pub(super) titles: Vec<Option<String>>,
    /// The last printed character, for the sequence that repeats it.
    pub(super) last_printed: Option<char>,
    replies: Vec<u8>,
    signals: Vec<Signal>,
}

struct Extent(Size);

impl Dimensions for Extent {
    fn total_lines(&self) -> usize {
        self.screen_lines()
    }

    fn screen_lines(&self) -> usize {
        usize::from(self.0.rows)
    }

    fn columns(&self) -> usize {
        usize::from(self.0.cols)
    }
}

impl Page {
    fn main(size: Size, history: usize) -> Self {
        let config = Config { scrolling_history: history, kitty_keyboard: true, ..Config::default() };
        Self { term: Term::new(config, &Extent(size), VoidListener), keyboard: vec![0] }
    }

    /// A page without history whose lines are cut instead of re-flowed when it becomes narrower.
    fn alternate(size: Size) -> Self {
        let mut page = Self::main(size, 0);
        page.term.swap_alt();
        page
    }

    pub(super) fn grid(&self) -> &Grid<GridCell> {
        self.term.grid()
    }

    fn resize(&mut self, size: Size) {
        self.term.resize(Extent(size));
        let last = Column(usize::from(size.cols) - 1);
        let grid = self.term.grid_mut();
        // A row knows how many of its cells were written since it was cleared, and clearing again stops there. After a
        // change of width that number is too small when the row had been cleared to a colour.
        for line in grid.topmost_line().0..i32::from(size.rows) {
            grid[Line(line)].last_mut();
        }
        // A cursor that waits to wrap stands in the last column; the emulator forgets that when a page is resized
        // without re-flow.
        grid.cursor.input_needs_wrap &= grid.cursor.point.column == last;
        grid.saved_cursor.input_needs_wrap &= grid.saved_cursor.point.column == last;
    }
}

impl Emulator {
    pub(super) fn new(size: Size, history: usize) -> Self {
        Self {
            size,
            numbers: Numbers { limit: history, ..Numbers::default() },
            main: Page::main(size, Numbers::emulator_limit(history)),
            alt: Page::alternate(size),
            alt_active: false,
            switches: Switches::default(),
            region: (0, usize::from(size.rows)),
            tabs: default_tabs(size),
            title: None,
            titles: Vec::new(),
            last_printed: None,
            replies: Vec::new(),
            signals: Vec::new(),
        }
    }

    /// Back to the state of a new terminal; what was said before (answers, signals) stays to be fetched.
    pub(super) fn reset(&mut self) {
        let mut fresh = Self::new(self.size, self.numbers.limit);
        // No line has the number of an older one.
        fresh.numbers.dropped = self.top_line() + u64::from(self.size.rows);
        fresh.numbers.epoch = self.numbers.epoch + u64::from(self.alt_active);
        fresh.replies = std::mem::take(&mut self.replies);
        fresh.signals = std::mem::take(&mut self.signals);
        *self = fresh;
    }

    pub(super) fn resize(&mut self, size: Size) {
        // More or fewer rows leave the lines what they are; another width wraps them anew.
        self.numbers.epoch += u64::from(size.cols != self.size.cols);
        self.size = size;
        self.main.resize(size);
        self.trim();
        self.alt.resize(size);
        self.region = (0, usize::from(size.rows));
        let mut tabs = default_tabs(size);
        for (tab, before) in tabs.iter_mut().zip(&self.tabs) {
            *tab = *before;
        }
        self.tabs = tabs;
        if self.alt_active {
            self.remember_main_cursor();
        }
    }

    pub(super) fn page(&self) -> &Page {
        if self.alt_active { &self.alt } else { &self.main }
    }

    pub(super) fn page_mut(&mut self) -> &mut Page {
        if self.alt_active { &mut self.alt } else { &mut self.main }
    }

    pub(super) fn active(&mut self) -> &mut Term<VoidListener> {
        &mut self.page_mut().term
    }

    /// Does the same to both screens, because it concerns what they share; the hidden one keeps its cursor.
    pub(super) fn on_both(&mut self, work: impl Fn(&mut Term<VoidListener>)) {
        let point = self.page().grid().cursor.point;
        work(self.active());
        let hidden = if self.alt_active { &mut self.main.term } else { &mut self.alt.term };
        let cursor = hidden.grid().cursor.clone();
        hidden.grid_mut().cursor.point = point;
        work(hidden);
        hidden.grid_mut().cursor = cursor;
    }

    /// Shows the alternate screen, empty, and the cursor where it is; `saves` it for the way back.
    pub(super) fn enter_alternate(&mut self, saves: bool) {
        if self.alt_active {
            return;
        }
        let cursor = self.main.grid().cursor.clone();
        if saves {
            self.remember_main_cursor();
        } else {
            self.restore_main_cursor();
        }
        let grid = self.alt.term.grid_mut();
        grid.cursor = cursor.clone();
        grid.saved_cursor = cursor;
        grid.reset_region(..);
        self.alt_active = true;
        self.numbers.epoch += 1;
    }

    /// Shows the primary screen, the cursor where it is, or where it was saved. That also happens when the primary
    /// screen shows already.
    pub(super) fn leave_alternate(&mut self, restores: bool) {
        if restores {
            self.restore_main_cursor();
        } else if self.alt_active {
            self.main.term.grid_mut().cursor = self.alt.grid().cursor.clone();
        }
        self.numbers.epoch += u64::from(self.alt_active);
        self.alt_active = false;
    }

    /// While the alternate screen shows, the primary one's saved cursor is its cursor.
    fn remember_main_cursor(&mut self) {
        let grid = self.main.term.grid_mut();
        grid.saved_cursor = grid.cursor.clone();
    }

    fn restore_main_cursor(&mut self) {
        let grid = self.main.term.grid_mut();
        grid.cursor = grid.saved_cursor.clone();
    }

    pub(super) fn push_keyboard(&mut self, flags: u8) {
        let levels = &mut self.page_mut().keyboard;
        if levels.len() > MAX_KEYBOARD_LEVELS {
            levels.remove(1);
        }
        levels.push(flags);
    }

    pub(super) fn pop_keyboard(&mut self, count: usize) {
        let levels = &mut self.page_mut().keyboard;
        if count >= levels.len() {
            *levels = vec![0];
        } else {
            levels.truncate(levels.len() - count);
        }
    }

    pub(super) fn keyboard_flags(&self) -> u8 {
        self.page().keyboard.last().copied().unwrap_or_default()
    }

    pub(super) fn set_keyboard_flags(&mut self, flags: u8) {
        let flags = flags & KeyboardModes::all().bits();
        if let Some(level) = self.page_mut().keyboard.last_mut() {
            *level = flags;
        }
    }

    pub(super) fn set_title(&mut self, title: String) {
        self.title = Some(title.clone()).filter(|title| !title.is_empty());
        self.signal(Signal::Title(title));
    }

    pub(super) fn push_title(&mut self) {
        if self.titles.len() >= MAX_TITLES {
            self.titles.remove(0);
        }
        self.titles.push(self.title.clone());
    }

    pub(super) fn pop_title(&mut self) {
        if let Some(title) = self.titles.pop() {
            self.set_title(title.unwrap_or_default());
        }
    }

    pub(super) fn signal(&mut self, signal: Signal) {
        if self.signals.last() == Some(&signal) {
            return;
        }
        if self.signals.len() >= MAX_SIGNALS {
            self.signals.remove(0);
        }
        self.signals.push(signal);
    }

    pub(super) fn reply(&mut self, answer: impl AsRef<[u8]>) {
        let answer = answer.as_ref();
        if self.replies.len() + answer.len() <= MAX_REPLIES {
            self.replies.extend_from_slice(answer);
        }
    }

    pub(super) fn take_replies(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.replies)
    }

    pub(super) fn take_signals(&mut self) -> Vec<Signal> {
        std::mem::take(&mut self.signals)
    }

    /// Prints the last character again. A screen full of it is as good as more.
    pub(super) fn repeat(&mut self, count: usize) {
        let Some(character) = self.last_printed else { return };
        let most = usize::from(self.size.cols) * usize::from(self.size.rows);
        for _ in 0..count.min(most) {
            self.input(character);
        }
    }

    pub(super) fn modes(&self) -> Modes {
        let switches = &self.switches;
        Modes {
            alt_screen: self.alt_active,
            app_cursor: switches.app_cursor,
            app_keypad: switches.app_keypad,
            bracketed_paste: switches.bracketed_paste,
            focus_events: switches.focus_events,
            mouse: switches.mouse,
            mouse_sgr: switches.mouse_sgr,
            alternate_scroll: switches.alternate_scroll,
            kitty: self.keyboard_flags(),
            modify_other_keys: switches.modify_other_keys,
            synchronized: switches.synchronized,
        }
    }

    pub(super) fn cursor_shape(&self) -> CursorShape {
        match self.switches.cursor_style {
            3 | 4 => CursorShape::Underline,
            5 | 6 => CursorShape::Bar,
            _ => CursorShape::Block,
        }
    }
}

pub(super) fn default_tabs(size: Size) -> Vec<bool> {
    (0..size.cols).map(|column| column % 8 == 0).collect()
}
