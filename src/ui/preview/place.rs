//! Where one is in a document, and how one moves: by rows as they are drawn, by marks, by what is searched for.

use super::document::Document;
use super::rows::{Room, places};
use super::work::{Kind, Made};
use super::{Goal, Preview, SIDE_BY_SIDE, State, Top, WINDOW};
use crate::domain::Millis;
use crate::ui::model::Ask;
use ratatui::layout::Rect;

/// What came of looking for something.
#[derive(Debug)]
pub(super) enum Sought {
    Found,
    /// It is not here, and there is no more.
    Nowhere,
    /// It may be in the next part.
    Ask(Ask),
}

impl Preview {
    pub(super) fn room(&self, area: Rect) -> Room {
        Room { columns: area.width, wrap: self.wrap, shift: self.shift }
    }

    /// Of the forms the one that suits the width, unless one was chosen.
    pub(super) fn fitting_form(&self, columns: u16) -> usize {
        match self.kind {
            Some(Kind::Diff) if !self.chosen && self.forms.len() > 1 => usize::from(columns >= SIDE_BY_SIDE),
            Some(Kind::Diff | Kind::Markdown | Kind::Log | Kind::Text | Kind::Binary) | None => self.form,
        }
    }

    /// The same place in another form.
    pub(super) fn top_in(&self, form: usize) -> Top {
        let (Some(from), Some(to)) = (self.document(), self.forms.get(form)) else { return self.top };
        if form == self.form {
            return self.top;
        }
        // A file's heading stays what it is.
        if let Some(file) = from.files.iter().position(|file| file.line == self.top.line)
            && let Some(file) = to.files.get(file)
        {
            return Top { line: file.line, row: 0 };
        }
        let at = from.lines.get(self.top.line).map_or(0, |line| line.at);
        Top { line: line_at(to, at), row: 0 }
    }

    pub(super) fn switch_to(&mut self, form: usize) {
        self.top = self.top_in(form);
        self.form = form;
    }

    /// What was made is shown, where it was wanted.
    pub(super) fn take(&mut self, made: Made, area: Rect, id: u64, now: Millis) -> Sought {
        let Made { id: _, begin, end, total, forms, then: _ } = made;
        let forward = self.goal == Goal::Find;
        if forward || self.goal == Goal::FindBack {
            let held = forms
                .get(self.form)
                .is_some_and(|document| (0..document.lines.len()).any(|line| self.holds(document, line)));
            if !held {
                // What is seen stays until something is found.
                let more = if forward { end < total } else { begin > 0 };
                return if more {
                    Sought::Ask(self.search_on(forward, begin, end, id, now))
                } else {
                    self.nowhere()
                };
            }
        }
        (self.begin, self.end, self.total, self.forms) = (begin, end, total, forms);
        self.state = State::Ready;
        self.form = self.fitting_form(area.width).min(self.forms.len().saturating_sub(1));
        let Some(document) = self.document().cloned() else { return Sought::Found };
        match self.goal {
            Goal::At(at) => {
                self.top = Top { line: line_at(&document, at), row: 0 };
            }
            Goal::End => self.top = self.last_top(&document, area),
            Goal::Find => return self.find_on(&document, 0, id, now),
            Goal::FindBack => return self.find_back_on(&document, document.lines.len(), id, now),
        }
        Sought::Found
    }

    /// The same part with more colours; nothing moves by it.
    pub(super) fn recolour(&mut self, made: Made) {
        if (made.begin, made.end) == (self.begin, self.end) {
            self.forms = made.forms;
        }
    }

    /// The first row may not stand so far down that the screen is not full.
    pub(super) fn settle(&mut self, area: Rect) {
        if let Some(document) = self.document().cloned() {
            let last = self.last_top(&document, area);
            self.top = self.top.min(last);
        }
    }

    /// Where the end of the document is at the end of the screen.
    fn last_top(&self, document: &Document, area: Rect) -> Top {
        let mut left = usize::from(area.height);
        for (line, laid) in document.lines.iter().enumerate().rev() {
            let rows = laid.lay_out(self.room(area), None).len();
            if rows >= left {
                return Top { line, row: rows - left };
            }
            left -= rows;
        }
        Top::default()
    }

    /// By so many rows; up when negative. What lies beyond the part that is here is asked for.
    pub(super) fn scroll(&mut self, by: isize, area: Rect, id: u64, now: Millis) -> Option<Ask> {
        let document = self.document().cloned()?;
        let room = self.room(area);
        let rows = |line: usize| document.lines.get(line).map_or(1, |line| line.lay_out(room, None).len());
        let before = self.top;
        let mut left = by.unsigned_abs();
        while left > 0 {
            if by > 0 {
                let below = rows(self.top.line).saturating_sub(self.top.row + 1);
                if left <= below {
                    self.top.row += left;
                    break;
                }
                if self.top.line + 1 >= document.lines.len() {
                    break;
                }
                left -= below + 1;
                self.top = Top { line: self.top.line + 1, row: 0 };
            } else {
                if left <= self.top.row {
                    self.top.row -= left;
                    break;
                }
                if self.top.line == 0 {
                    self.top.row = 0;
                    break;
                }
                left -= self.top.row + 1;
                let line = self.top.line - 1;
                self.top = Top { line, row: rows(line) - 1 };
            }
        }
        // No further down than to a full screen, but what was gone to stays where it is.
        if by > 0 {
            self.top = self.top.min(self.last_top(&document, area).max(before));
        }
        self.near_an_edge(&document, by, area, id, now)
    }

    /// Asks for what comes next when little of it is here.
    fn near_an_edge(
        &mut self,
        document: &Document,
        by: isize,
        area: Rect,
        id: u64,
        now: Millis,
    ) -> Option<Ask> {
        if self.is_waiting() || self.kind.is_some_and(Kind::is_whole) {
            return None;
        }
        let margin = usize::from(area.height) * 2;
        let at = document.lines.get(self.top.line).map_or(self.begin, |line| line.at);
        let low = by > 0 && self.end < self.total && self.top.line + margin + 1 >= document.lines.len();
        let high = by < 0 && self.begin > 0 && self.top.line < margin;
        if !low && !high {
            return None;
        }
        let back = if low { WINDOW / 4 } else { WINDOW - WINDOW / 4 };
        let offset = at.saturating_sub(back);
        // One overlong line may fill a part: the next one begins behind it.
        let offset = if low && offset <= self.begin { at } else { offset };
        Some(self.ask(id, now, offset, Goal::At(at)))
    }

    pub(super) fn cut_lines(&mut self, cut: bool, area: Rect) {
        if self.wrap == cut {
            self.wrap = !cut;
            self.top.row = 0;
            self.settle(area);
        }
    }

    pub(super) fn go_to_begin(&mut self, id: u64, now: Millis) -> Option<Ask> {
        self.shift = 0;
        if self.begin > 0 && !self.kind.is_some_and(Kind::is_whole) {
            return Some(self.ask(id, now, 0, Goal::At(0)));
        }
        self.top = Top::default();
        None
    }

    pub(super) fn go_to_end(&mut self, area: Rect, id: u64, now: Millis) -> Option<Ask> {
        if self.end < self.total && !self.kind.is_some_and(Kind::is_whole) {
            let offset = self.total.saturating_sub(WINDOW);
            return Some(self.ask(id, now, offset, Goal::End));
        }
        let document = self.document().cloned()?;
        self.top = self.last_top(&document, area);
        None
    }

    /// To the top with it, also where less than a screen follows: what was gone to stands in one place.
    pub(super) fn go_to_line(&mut self, line: usize) {
        self.top = Top { line, row: 0 };
    }

    /// To the mark after this line, or before it; whether there is one.
    pub(super) fn go_to_mark(&mut self, marks: &[usize], forward: bool) -> bool {
        let here = self.top;
        let found = if forward {
            marks.iter().copied().find(|line| *line > here.line)
        } else {
            marks.iter().rev().copied().find(|line| Top { line: *line, row: 0 } < here)
        };
        if let Some(line) = found {
            self.go_to_line(line);
        }
        found.is_some() && self.top != here
    }

    /// To the next place, or the one before; with `again` not the one at the top.
    pub(super) fn find(&mut self, forward: bool, again: bool, id: u64, now: Millis) -> Sought {
        if self.needle.is_empty() {
            return Sought::Nowhere;
        }
        // What is not here yet is marked once it is.
        let Some(document) = self.document().cloned() else { return Sought::Found };
        self.searching = Some((now, self.begin));
        if forward {
            let first = self.top.line + usize::from(again);
            // A new search finds what lies above as well, where nothing below holds it.
            let is_here = self.begin == 0 && self.end >= self.total;
            let holds = |line| self.holds(&document, line);
            if !again && is_here && !(first..document.lines.len()).any(holds) {
                return self.find_back_on(&document, first, id, now);
            }
            self.find_on(&document, first, id, now)
        } else {
            self.find_back_on(&document, self.top.line, id, now)
        }
    }

    fn holds(&self, document: &Document, line: usize) -> bool {
        document.lines.get(line).is_some_and(|line| {
            let text: Vec<char> = line.text().chars().collect();
            !places(&text, &self.needle).is_empty()
        })
    }

    fn found(&mut self, line: usize) -> Sought {
        self.go_to_line(line);
        self.searching = None;
        Sought::Found
    }

    fn nowhere(&mut self) -> Sought {
        self.searching = None;
        self.state = State::Ready;
        Sought::Nowhere
    }

    /// In the part behind the one that was searched, or in the one before it.
    fn search_on(&mut self, forward: bool, begin: u64, end: u64, id: u64, now: Millis) -> Ask {
        let (_, far) = self.searching.get_or_insert((now, 0));
        *far = if forward { end } else { begin };
        // With the line end before it, by which a part knows that it begins with a whole line.
        let (offset, goal) = if forward {
            (end.saturating_sub(1), Goal::Find)
        } else {
            (begin.saturating_sub(WINDOW - 1), Goal::FindBack)
        };
        self.ask(id, now, offset, goal)
    }

    /// A search that goes on is given up; what comes of it is no longer heard. Whether there was one.
    pub(super) fn give_up_searching(&mut self, id: u64) -> bool {
        if !self.is_waiting() || self.searching.take().is_none() {
            return false;
        }
        self.id = id;
        self.state = State::Ready;
        true
    }

    fn find_on(&mut self, document: &Document, first: usize, id: u64, now: Millis) -> Sought {
        if let Some(line) = (first..document.lines.len()).find(|line| self.holds(document, *line)) {
            return self.found(line);
        }
        if self.end < self.total && !self.kind.is_some_and(Kind::is_whole) {
            return Sought::Ask(self.search_on(true, self.begin, self.end, id, now));
        }
        self.nowhere()
    }

    fn find_back_on(&mut self, document: &Document, last: usize, id: u64, now: Millis) -> Sought {
        if let Some(line) = (0..last).rev().find(|line| self.holds(document, *line)) {
            return self.found(line);
        }
        if self.begin > 0 && !self.kind.is_some_and(Kind::is_whole) {
            return Sought::Ask(self.search_on(false, self.begin, self.end, id, now));
        }
        self.nowhere()
    }
}

/// The line that begins at this byte; else the last one before it.
fn line_at(document: &Document, at: u64) -> usize {
    let place = document.lines.partition_point(|line| line.at < at);
    let is_there = document.lines.get(place).is_some_and(|line| line.at == at);
    if is_there { place } else { place.saturating_sub(1) }
}
