//! The numbers of lines: each line that a program prints on the primary screen has one for as long as it is kept.
//!
//! Owns the bound of the history and the count of what was dropped, so that whoever points at a line (a reader, a match,
//! a selection) finds it again however much came after. It never draws.
//!
//! The emulator overwrites its oldest line without telling. So its own bound lies a little above the wanted one, and the
//! surplus is dropped here, where it is counted.

use alacritty_terminal::grid::Dimensions;

use super::emulator::Emulator;
use super::modes::Size;

/// Lines above the wanted bound that may gather before they are dropped in one go.
const SLACK: usize = 1000;
/// One sequence scrolls by a screen at most.
const MOST_AT_ONCE: usize = Size::MAX as usize;

/// What is known of the lines of a terminal beside their cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    /// Lines to keep above the primary screen.
    pub(super) limit: usize,
    /// The number of the oldest line that the emulator still has.
    pub(super) dropped: u64,
    /// Changes when the numbers stop to mean the same lines: lines were wrapped anew, the other screen is shown.
    pub(super) epoch: u64,
}

impl Numbers {
    /// The emulator's own bound. Without history there is nothing to count.
    pub(super) fn emulator_limit(limit: usize) -> usize {
        if limit == 0 { 0 } else { limit + SLACK + MOST_AT_ONCE }
    }
}

impl Emulator {
    /// Drops lines beyond the bound once there are many.
    pub(super) fn trim(&mut self) {
        let limit = self.numbers.limit;
        if limit == 0 || self.main_history() <= limit + SLACK {
            return;
        }
        self.numbers.dropped += number(self.main_history() - limit);
        let grid = self.main.term.grid_mut();
        grid.update_history(limit);
        grid.update_history(Numbers::emulator_limit(limit));
    }

    /// Counts lines that went without being dropped here: `before` were kept.
    pub(super) fn count_lost(&mut self, before: usize) {
        self.numbers.dropped += number(before.saturating_sub(self.main_history()));
    }

    /// Lines that the emulator has above the primary screen.
    pub(super) fn main_history(&self) -> usize {
        self.main.grid().history_size()
    }

    /// The number of the first visible line of the primary screen.
    pub(super) fn top_line(&self) -> u64 {
        self.numbers.dropped + number(self.main_history())
    }

    /// The number of the first visible line of the screen that is shown. The alternate screen begins at 0 and has no
    /// more lines than it shows.
    pub(super) fn shown_top(&self) -> u64 {
        if self.alt_active { 0 } else { self.top_line() }
    }

    /// Lines above the screen that is shown.
    pub(super) fn shown_history(&self) -> usize {
        self.page().grid().history_size().min(self.numbers.limit)
    }

    /// Takes the numbers over that a snapshot tells. A program that says so itself only moves readers of its own pane.
    pub(super) fn renumber(&mut self, top: u64, epoch: u64) {
        self.numbers.dropped = top.saturating_sub(number(self.main_history()));
        self.numbers.epoch = epoch;
    }
}

fn number(lines: usize) -> u64 {
    u64::try_from(lines).unwrap_or(u64::MAX)
}
