//! What the parser understood, carried out on the screens.
//!
//! Owns the choice between the emulator's own behaviour, which most calls get unchanged, and ours: modes, reports,
//! and bounds on work that one short sequence could ask for. Colour table changes are ignored: the theme is the
//! operator's. It never answers with anything a program sent.

use alacritty_terminal::index::{Column, Line, Point};
use alacritty_terminal::term::TermMode;
use alacritty_terminal::term::cell::Flags;
use alacritty_terminal::vte::ansi::{
    Attr, CharsetIndex, ClearMode, CursorShape as ShapeName, CursorStyle, Handler, Hyperlink, KeyboardModes,
    KeyboardModesApplyBehavior, LineClearMode, Mode, ModifyOtherKeys, NamedMode, NamedPrivateMode,
    PrivateMode, StandardCharset, TabulationClearMode,
};
use unicode_width::UnicodeWidthChar;

use super::emulator::Emulator;
use super::modes::MouseMode;
use super::signal::Signal;

/// Marks that one cell may collect; a flood of them would otherwise grow a single cell without bound.
const MAX_MARKS: usize = 16;

/// The size of a cell in pixels that awtui claims to have.
pub(super) const CELL_HEIGHT: usize = 20;
pub(super) const CELL_WIDTH: usize = 10;

/// Calls whose behaviour in the emulator is right as it is.
macro_rules! forward {
    ($($name:ident($($argument:ident: $kind:ty),*);)*) => {
        $(fn $name(&mut self, $($argument: $kind),*) {
            self.active().$name($($argument),*);
        })*
    };
}

/// The same for calls that may move lines into the history.
macro_rules! scrolling {
    ($($name:ident($($argument:ident: $kind:ty),*);)*) => {
        $(fn $name(&mut self, $($argument: $kind),*) {
            self.active().$name($($argument),*);
            self.trim();
        })*
    };
}

impl Handler for Emulator {
    forward! {
        goto(line: i32, column: usize);
        goto_line(line: i32);
        move_forward(columns: usize);
        move_backward(columns: usize);
        put_tab(count: u16);
        backspace();
        carriage_return();
        scroll_down(lines: usize);
        insert_blank_lines(lines: usize);
        save_cursor_position();
        restore_cursor_position();
        clear_line(mode: LineClearMode);
        reverse_index();
        configure_charset(index: CharsetIndex, charset: StandardCharset);
        set_hyperlink(link: Option<Hyperlink>);
    }

    scrolling! {
        linefeed();
        newline();
        scroll_up(lines: usize);
        delete_lines(lines: usize);
    }

    fn insert_blank(&mut self, count: usize) {
        if !self.waits_to_wrap() {
            self.active().insert_blank(count);
        }
    }

    fn erase_chars(&mut self, count: usize) {
        if !self.waits_to_wrap() {
            self.active().erase_chars(count);
        }
    }

    fn delete_chars(&mut self, count: usize) {
        if self.waits_to_wrap() {
            return;
        }
        // The emulator would blank as many cells as it was told, counted from the end of the line.
        let left = usize::from(self.size.cols) - self.page().grid().cursor.point.column.0;
        self.active().delete_chars(count.min(left));
    }

    fn clear_screen(&mut self, mode: ClearMode) {
        let before = self.main_history();
        let cursor = self.page().grid().cursor.clone();
        match mode {
            ClearMode::Below if cursor.input_needs_wrap => {
                let below: Line = cursor.point.line + 1;
                if below.0 < i32::from(self.size.rows) {
                    self.active().grid_mut().reset_region(below..);
                }
            }
            ClearMode::Above => {
                // The emulator leaves out a single line above the cursor's.
                self.active().grid_mut().reset_region(Line(0)..cursor.point.line);
                self.active().clear_screen(mode);
            }
            ClearMode::Below | ClearMode::All | ClearMode::Saved => self.active().clear_screen(mode),
        }
        self.count_lost(before);
        self.trim();
    }

    fn terminal_attribute(&mut self, attribute: Attr) {
        // The parser takes 21 for the end of bold, as the kernel's console does; everywhere else it underlines twice.
        let attribute = if attribute == Attr::CancelBold { Attr::DoubleUnderline } else { attribute };
        self.active().terminal_attribute(attribute);
    }

    fn decaln(&mut self) {
        self.set_scrolling_region(1, None);
        self.active().decaln();
        self.active().grid_mut().cursor.point = Point::new(Line(0), Column(0));
        self.active().grid_mut().cursor.input_needs_wrap = false;
    }

    fn input(&mut self, character: char) {
        if matches!(character, ' '..='~') {
            // Most of all text; its width need not be looked up.
            self.last_printed = Some(character);
            self.active().input(character);
            return self.trim();
        }
        match character.width() {
            None => return,
            // Terminals do not agree on their width, and most show nothing.
            Some(_) if matches!(character, '\u{2028}' | '\u{2029}') => return,
            Some(0) if self.marks_are_full() => return,
            Some(0) => {}
            Some(_) => self.last_printed = Some(character),
        }
        self.active().input(character);
        self.trim();
    }

    fn goto_col(&mut self, column: usize) {
        let line = self.relative_line();
        self.active().goto(line, column);
    }

    fn move_up(&mut self, lines: usize) {
        self.move_above(lines, None);
    }

    fn move_down(&mut self, lines: usize) {
        self.move_below(lines, None);
    }

    fn move_up_and_cr(&mut self, lines: usize) {
        self.move_above(lines, Some(0));
    }

    fn move_down_and_cr(&mut self, lines: usize) {
        self.move_below(lines, Some(0));
    }

    fn move_forward_tabs(&mut self, count: u16) {
        let count = count.min(self.size.cols);
        self.active().move_forward_tabs(count);
    }

    fn move_backward_tabs(&mut self, count: u16) {
        // Without a tab stop on the left every round would search the whole line again.
        let column = self.page().grid().cursor.point.column.0;
        let stops = self.tabs.iter().take(column).filter(|tab| **tab).count();
        let count = count.min(u16::try_from(stops).unwrap_or(u16::MAX));
        self.active().move_backward_tabs(count);
        // The emulator would still wrap before the next character, in the middle of the line.
        self.active().grid_mut().cursor.input_needs_wrap = false;
    }

    fn bell(&mut self) {
        self.signal(Signal::Bell);
    }

    fn set_horizontal_tabstop(&mut self) {
        let column = self.page().grid().cursor.point.column.0;
        if let Some(tab) = self.tabs.get_mut(column) {
            *tab = true;
        }
        self.on_both(Handler::set_horizontal_tabstop);
    }

    fn clear_tabs(&mut self, mode: TabulationClearMode) {
        let column = self.page().grid().cursor.point.column.0;
        for (index, tab) in self.tabs.iter_mut().enumerate() {
            *tab &= match mode {
                TabulationClearMode::Current => index != column,
                TabulationClearMode::All => false,
            };
        }
        // The mode is not `Clone`, so each screen gets one of its own.
        match mode {
            TabulationClearMode::Current => {
                self.on_both(|term| term.clear_tabs(TabulationClearMode::Current));
            }
            TabulationClearMode::All => self.on_both(|term| term.clear_tabs(TabulationClearMode::All)),
        }
    }

    fn reset_state(&mut self) {
        self.reset();
    }

    fn set_active_charset(&mut self, index: CharsetIndex) {
        self.switches.shifted_out = matches!(index, CharsetIndex::G1);
        self.on_both(|term| term.set_active_charset(index));
    }

    fn set_cursor_style(&mut self, style: Option<CursorStyle>) {
        self.switches.cursor_style = match style {
            None => 0,
            Some(style) => {
                let steady = match style.shape {
                    ShapeName::Block | ShapeName::HollowBlock | ShapeName::Hidden => 2,
                    ShapeName::Underline => 4,
                    ShapeName::Beam => 6,
                };
                steady - u8::from(style.blinking)
            }
        };
    }

    fn set_mode(&mut self, mode: Mode) {
        self.on_both(|term| term.set_mode(mode));
    }

    fn unset_mode(&mut self, mode: Mode) {
        self.on_both(|term| term.unset_mode(mode));
    }

    fn report_mode(&mut self, mode: Mode) {
        let modes = *self.page().term.mode();
        let set = match mode.raw() {
            4 => Some(modes.contains(TermMode::INSERT)),
            20 => Some(modes.contains(TermMode::LINE_FEED_NEW_LINE)),
            _ => None,
        };
        let answer = format!("\x1b[{};{}$y", mode.raw(), state_of(set));
        self.reply(answer);
    }

    fn set_private_mode(&mut self, mode: PrivateMode) {
        self.switch(mode, true);
    }

    fn unset_private_mode(&mut self, mode: PrivateMode) {
        self.switch(mode, false);
    }

    fn report_private_mode(&mut self, mode: PrivateMode) {
        let terminal = *self.page().term.mode();
        let switches = &self.switches;
        let set = match mode.raw() {
            1 => Some(switches.app_cursor),
            6 => Some(terminal.contains(TermMode::ORIGIN)),
            7 => Some(terminal.contains(TermMode::LINE_WRAP)),
            25 => Some(switches.cursor_visible),
            47 | 1047 | 1049 => Some(self.alt_active),
            1000 => Some(switches.mouse == MouseMode::Click),
            1002 => Some(switches.mouse == MouseMode::Drag),
            1003 => Some(switches.mouse == MouseMode::Motion),
            1004 => Some(switches.focus_events),
            1006 => Some(switches.mouse_sgr),
            1007 => Some(switches.alternate_scroll),
            2004 => Some(switches.bracketed_paste),
            2026 => Some(switches.synchronized),
            _ => None,
        };
        let answer = format!("\x1b[?{};{}$y", mode.raw(), state_of(set));
        self.reply(answer);
    }

    fn set_scrolling_region(&mut self, top: usize, bottom: Option<usize>) {
        let rows = usize::from(self.size.rows);
        let bottom = bottom.unwrap_or(rows).min(rows);
        if top >= bottom {
            return;
        }
        self.region = (top.saturating_sub(1), bottom);
        self.on_both(|term| term.set_scrolling_region(top, Some(bottom)));
    }

    fn set_keypad_application_mode(&mut self) {
        self.switches.app_keypad = true;
    }

    fn unset_keypad_application_mode(&mut self) {
        self.switches.app_keypad = false;
    }

    fn push_title(&mut self) {
        Emulator::push_title(self);
    }

    fn pop_title(&mut self) {
        Emulator::pop_title(self);
    }

    fn identify_terminal(&mut self, intermediate: Option<char>) {
        match intermediate {
            // A VT220 with colours, and a device without a firmware version worth telling.
            None => self.reply("\x1b[?62;22c"),
            Some('>') => self.reply("\x1b[>1;1;0c"),
            Some(_) => {}
        }
    }

    fn device_status(&mut self, question: usize) {
        match question {
            5 => self.reply("\x1b[0n"),
            6 => {
                let (line, column) = self.reported_position();
                self.reply(format!("\x1b[{line};{column}R"));
            }
            _ => {}
        }
    }

    fn report_keyboard_mode(&mut self) {
        let answer = format!("\x1b[?{}u", self.keyboard_flags());
        self.reply(answer);
    }

    fn push_keyboard_mode(&mut self, mode: KeyboardModes) {
        self.push_keyboard(mode.bits());
    }

    fn pop_keyboard_modes(&mut self, count: u16) {
        self.pop_keyboard(usize::from(count));
    }

    fn set_keyboard_mode(&mut self, mode: KeyboardModes, behaviour: KeyboardModesApplyBehavior) {
        let before = self.keyboard_flags();
        let after = match behaviour {
            KeyboardModesApplyBehavior::Replace => mode.bits(),
            KeyboardModesApplyBehavior::Union => before | mode.bits(),
            KeyboardModesApplyBehavior::Difference => before & !mode.bits(),
        };
        self.set_keyboard_flags(after);
    }

    fn set_modify_other_keys(&mut self, mode: ModifyOtherKeys) {
        self.switches.modify_other_keys = match mode {
            ModifyOtherKeys::Reset => 0,
            ModifyOtherKeys::EnableExceptWellDefined => 1,
            ModifyOtherKeys::EnableAll => 2,
        };
    }

    fn report_modify_other_keys(&mut self) {
        let answer = format!("\x1b[>4;{}m", self.switches.modify_other_keys);
        self.reply(answer);
    }

    fn text_area_size_pixels(&mut self) {
        let (height, width) =
            (usize::from(self.size.rows) * CELL_HEIGHT, usize::from(self.size.cols) * CELL_WIDTH);
        self.reply(format!("\x1b[4;{height};{width}t"));
    }

    fn text_area_size_chars(&mut self) {
        let answer = format!("\x1b[8;{};{}t", self.size.rows, self.size.cols);
        self.reply(answer);
    }
}

impl Emulator {
    fn switch(&mut self, mode: PrivateMode, on: bool) {
        let switches = &mut self.switches;
        match mode.raw() {
            1 => switches.app_cursor = on,
            3 => {
                // Column mode: the width stays, its side effects are expected.
                self.set_scrolling_region(1, None);
                self.clear_screen(ClearMode::All);
            }
            6 | 7 if on => self.on_both(|term| term.set_private_mode(mode)),
            6 | 7 => self.on_both(|term| term.unset_private_mode(mode)),
            25 => switches.cursor_visible = on,
            47 | 1047 if on => self.enter_alternate(false),
            47 | 1047 => self.leave_alternate(false),
            1049 if on => self.enter_alternate(true),
            1049 => self.leave_alternate(true),
            1048 if on => self.save_cursor_position(),
            1048 => self.restore_cursor_position(),
            1000 => switches.mouse = if on { MouseMode::Click } else { MouseMode::None },
            1002 => switches.mouse = if on { MouseMode::Drag } else { MouseMode::None },
            1003 => switches.mouse = if on { MouseMode::Motion } else { MouseMode::None },
            1004 => switches.focus_events = on,
            1006 => switches.mouse_sgr = on,
            1007 => switches.alternate_scroll = on,
            2004 => switches.bracketed_paste = on,
            2026 => switches.synchronized = on,
            _ => {}
        }
    }

    /// The soft reset: modes, region and attributes return, the text and the cursor's place stay.
    pub(super) fn soft_reset(&mut self) {
        let point = self.page().grid().cursor.point;
        self.set_scrolling_region(1, None);
        self.on_both(|term| {
            term.unset_mode(Mode::Named(NamedMode::Insert));
            term.unset_private_mode(PrivateMode::Named(NamedPrivateMode::Origin));
        });
        self.terminal_attribute(Attr::Reset);
        for index in [CharsetIndex::G0, CharsetIndex::G1, CharsetIndex::G2, CharsetIndex::G3] {
            self.configure_charset(index, StandardCharset::Ascii);
        }
        self.set_active_charset(CharsetIndex::G0);
        self.switches.app_cursor = false;
        self.switches.app_keypad = false;
        self.switches.cursor_visible = true;
        self.active().grid_mut().cursor.point = point;
    }

    /// Whether the cell that a mark would go to has enough of them; found as the emulator finds it.
    fn marks_are_full(&self) -> bool {
        let grid = self.page().grid();
        let cursor = &grid.cursor;
        let row = &grid[cursor.point.line];
        let mut column = cursor.point.column.0.saturating_sub(usize::from(!cursor.input_needs_wrap));
        if row[Column(column)].flags.contains(Flags::WIDE_CHAR_SPACER) {
            column = column.saturating_sub(1);
        }
        row[Column(column)].zerowidth().is_some_and(|marks| marks.len() >= MAX_MARKS)
    }

    /// The first line positions count from: with origin mode on, the top of the scroll region.
    fn origin(&self) -> i32 {
        let on = self.page().term.mode().contains(TermMode::ORIGIN);
        if on { i32::try_from(self.region.0).unwrap_or_default() } else { 0 }
    }

    /// The cursor's line as positions count it. The emulator adds the origin to a line it already counted absolutely.
    fn relative_line(&self) -> i32 {
        self.page().grid().cursor.point.line.0 - self.origin()
    }

    /// Moves the cursor up, not over the top of the scroll region when it is not above that.
    fn move_above(&mut self, lines: usize, column: Option<usize>) {
        let line = self.page().grid().cursor.point.line.0;
        let top = i32::try_from(self.region.0).unwrap_or_default();
        let most = if line < top { line } else { line - top };
        self.move_vertically(-i32::try_from(lines).unwrap_or(i32::MAX).min(most), column);
    }

    /// Moves the cursor down, not over the bottom of the scroll region when it is not below that.
    fn move_below(&mut self, lines: usize, column: Option<usize>) {
        let line = self.page().grid().cursor.point.line.0;
        let bottom = i32::try_from(self.region.1).unwrap_or_default() - 1;
        let most = if line > bottom { i32::from(self.size.rows) - 1 - line } else { bottom - line };
        self.move_vertically(i32::try_from(lines).unwrap_or(i32::MAX).min(most), column);
    }

    fn move_vertically(&mut self, lines: i32, column: Option<usize>) {
        let line = self.relative_line() + lines;
        let column = column.unwrap_or(self.page().grid().cursor.point.column.0);
        self.active().goto(line, column);
    }

    /// The cursor is behind the last column, so that what inserts, deletes or erases from there on has no cell of this
    /// line: the last character stays, as after the sequence that erases to the end of the line.
    fn waits_to_wrap(&self) -> bool {
        self.page().grid().cursor.input_needs_wrap
    }

    /// The cursor as a position report tells it, counted from one.
    pub(super) fn reported_position(&self) -> (i32, usize) {
        (self.relative_line() + 1, self.page().grid().cursor.point.column.0 + 1)
    }
}

fn state_of(set: Option<bool>) -> u8 {
    match set {
        None => 0,
        Some(true) => 1,
        Some(false) => 2,
    }
}
