//! Finding text in a pane: all places where it stands, on the screen and in the history.
//!
//! Owns the matches. Lines of the history are read once, a bounded number at a time, because they do not change any more;
//! the screen is read anew each time. A match keeps its place by the numbers of its lines. It never scrolls or draws.

use super::selection::Place;
use crate::term::{LineText, Screen};
use std::collections::VecDeque;

/// Cells that are read at a time: some milliseconds of work.
const CELLS_AT_ONCE: usize = 200_000;
/// Matches that are kept; of more, the youngest.
const MOST: usize = 50_000;

/// Both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) start: Place,
    pub(super) end: Place,
}

/// A character as it is compared, and the cells it stands in.
#[derive(Debug, Clone, Copy)]
struct Letter {
    character: char,
    start: Place,
    last: u16,
}

#[derive(Debug, Clone)]
pub(super) struct Search {
    pattern: Vec<char>,
    /// Capitals and small letters are told apart.
    exact: bool,
    epoch: u64,
    /// The first line of the history that was not read.
    next: u64,
    /// The end of what was read, as far as a match may begin there and run on.
    carry: Vec<Letter>,
    /// In the history, in order.
    found: VecDeque<Match>,
    /// On the screen, in order; the first may begin above it.
    shown: Vec<Match>,
    /// More than are kept.
    surplus: bool,
    complete: bool,
}

fn fold(character: char, exact: bool) -> char {
    if exact {
        return character;
    }
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) => only,
        (_, _) => character,
    }
}

impl Search {
    pub(super) fn new(query: &str) -> Self {
        let exact = query.chars().any(char::is_uppercase);
        Self {
            pattern: query.chars().map(|character| fold(character, exact)).collect(),
            exact,
            epoch: 0,
            next: 0,
            carry: Vec::new(),
            found: VecDeque::new(),
            shown: Vec::new(),
            surplus: false,
            complete: false,
        }
    }

    /// Reads what came since the last time, or a part of it. Whether more is left.
    pub(super) fn catch_up(&mut self, screen: &Screen) -> bool {
        if self.pattern.is_empty() {
            return false;
        }
        if self.epoch != screen.epoch() || self.next > screen.top_line() {
            self.epoch = screen.epoch();
            self.next = 0;
            self.found.clear();
            self.surplus = false;
        }
        if self.next < screen.oldest_line() {
            self.next = screen.oldest_line();
            self.carry.clear();
        }
        while self.found.front().is_some_and(|first| first.start.line < screen.oldest_line()) {
            self.found.pop_front();
        }
        let most = (CELLS_AT_ONCE / usize::from(screen.size().cols.max(1))).max(1);
        let until = screen.top_line().min(self.next + u64::try_from(most).unwrap_or(u64::MAX));
        while self.next < until {
            let mut carry = std::mem::take(&mut self.carry);
            self.read(screen.line_text(self.next), self.next, &mut carry, |found, one| {
                found.found.push_back(one);
            });
            self.carry = carry;
            self.next += 1;
        }
        while self.found.len() > MOST {
            self.found.pop_front();
            self.surplus = true;
        }
        self.complete = self.next >= screen.top_line();
        self.shown.clear();
        let mut carry = if self.complete { self.carry.clone() } else { Vec::new() };
        for line in screen.top_line()..screen.end_line() {
            self.read(screen.line_text(line), line, &mut carry, |found, one| found.shown.push(one));
        }
        !self.complete
    }

    /// Compares a line with what the one before left over, and leaves over what a match may begin with.
    fn read(
        &mut self,
        text: LineText<'_>,
        line: u64,
        carry: &mut Vec<Letter>,
        mut keep: impl FnMut(&mut Self, Match),
    ) {
        let runs_on = text.is_wrapped();
        let mut last = 0;
        carry.extend(text.map(|piece| {
            if piece.width > 0 {
                last = piece.column + u16::from(piece.width) - 1;
            }
            let start = Place { line, column: piece.column };
            Letter { character: fold(piece.character, self.exact), start, last }
        }));
        let length = self.pattern.len();
        let mut from = 0;
        while let Some(window) = carry.get(from..from + length) {
            if window.iter().map(|letter| letter.character).eq(self.pattern.iter().copied()) {
                let (first, end) = (window[0], window[length - 1]);
                let end = Place { line: end.start.line, column: end.last };
                keep(self, Match { start: first.start, end });
                from += length;
            } else {
                from += 1;
            }
        }
        if runs_on {
            carry.drain(..from.min(carry.len()));
        } else {
            carry.clear();
        }
    }

    fn all(&self) -> impl DoubleEndedIterator<Item = &Match> {
        self.found.iter().chain(&self.shown)
    }

    pub(super) fn count(&self) -> usize {
        self.found.len() + self.shown.len()
    }

    pub(super) fn is_empty_pattern(&self) -> bool {
        self.pattern.is_empty()
    }

    /// Everything was read.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// More were found than are kept.
    pub(super) fn has_surplus(&self) -> bool {
        self.surplus
    }

    pub(super) fn get(&self, index: usize) -> Option<Match> {
        let in_history = self.found.len();
        match index.checked_sub(in_history) {
            None => self.found.get(index).copied(),
            Some(index) => self.shown.get(index).copied(),
        }
    }

    /// How many begin before a place.
    pub(super) fn before(&self, place: Place) -> usize {
        let in_history = self.found.partition_point(|one| one.start < place);
        if in_history < self.found.len() {
            return in_history;
        }
        in_history + self.shown.partition_point(|one| one.start < place)
    }

    /// The number, from 0, of the match that begins here.
    pub(super) fn position(&self, place: Place) -> Option<usize> {
        let index = self.before(place);
        self.get(index).filter(|found| found.start == place).map(|_| index)
    }

    /// Those that touch these lines.
    pub(super) fn within(&self, lines: std::ops::Range<u64>) -> impl Iterator<Item = Match> + '_ {
        let first = Place { line: lines.start, column: 0 };
        // The one before may run on into the first line.
        let from = self.before(first).saturating_sub(1);
        self.all().skip(from).take_while(move |one| one.start.line < lines.end).copied()
    }
}
