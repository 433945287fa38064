//! The last step before settings are written: into which file, what would differ there, and a yes.

use super::format::{fit, width, wrap};
use super::model::{Ask, Ui};
use super::settings::SettingsAsk;
use super::view::line;
use crate::settings::keymap::Lookup;
use crate::settings::{Action, Context, DiffLine, Edit, Layer};
use crate::term::{Key, KeyCode};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What would become of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDiff {
    pub path: String,
    /// Empty: the file says so already.
    pub lines: Vec<DiffLine>,
    /// What else is to be known, in sentences.
    pub remarks: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Saving {
    edits: Vec<Edit>,
    /// The line that is selected.
    place: usize,
    /// Once it is known.
    diff: Option<Vec<FileDiff>>,
    scroll: usize,
}

pub(super) enum Next {
    Asks(Vec<Ask>),
    /// To what was before it.
    Back,
}

const PLACES: [(&[Layer], &str, &str); 3] = [
    (&[Layer::User, Layer::Project], "both", "this project, and all others that say nothing else"),
    (&[Layer::Project], "this project", "a file in the repository, for all who share it"),
    (&[Layer::User], "you", "all projects whose own file says nothing else"),
];

impl Saving {
    /// `place` is selected at first; what only concerns one's own screen is one's own.
    pub(super) fn new(edits: Vec<Edit>, place: usize) -> Self {
        let is_own = |edit: &Edit| edit.key.starts_with("ui.") || edit.key.starts_with("notify.");
        let place = if edits.iter().all(is_own) { PLACES.len() - 1 } else { place };
        Self { edits, place, diff: None, scroll: 0 }
    }

    fn layers(&self) -> Vec<Layer> {
        PLACES.get(self.place).map_or_else(Vec::new, |(layers, _, _)| layers.to_vec())
    }

    pub(super) fn planned(&mut self, diff: Vec<FileDiff>) {
        self.diff = Some(diff);
        self.scroll = 0;
    }

    pub(super) fn key(&mut self, ui: &Ui, key: Key) -> Next {
        let moved = match ui.keymap.lookup(Context::Normal, &[key]) {
            Lookup::Matched(Action::Up | Action::ScrollUp) => -1,
            Lookup::Matched(Action::Down | Action::ScrollDown) => 1,
            Lookup::Matched(Action::PageUp) => -10,
            Lookup::Matched(Action::PageDown) => 10,
            Lookup::Matched(_) | Lookup::Pending(_) | Lookup::NotFound => 0,
        };
        let (layers, edits) = (self.layers(), self.edits.clone());
        match (&self.diff, key.code) {
            (None, KeyCode::Enter) => {
                return Next::Asks(vec![Ask::Settings(SettingsAsk::Plan { layers, edits })]);
            }
            (None, KeyCode::Esc) => return Next::Back,
            (None, _) => self.place = self.place.saturating_add_signed(moved).min(PLACES.len() - 1),
            (Some(_), KeyCode::Enter) => {
                return Next::Asks(vec![Ask::Settings(SettingsAsk::Save { layers, edits })]);
            }
            (Some(_), KeyCode::Esc) => self.diff = None,
            (Some(_), _) => self.scroll = self.scroll.saturating_add_signed(moved),
        }
        Next::Asks(Vec::new())
    }

    /// The keys that mean something now.
    pub(super) fn keys(&self) -> &'static [(&'static str, &'static str)] {
        if self.diff.is_some() {
            &[("enter", "write it"), ("esc", "back"), ("↑↓", "scroll")]
        } else {
            &[("enter", "show what would change"), ("esc", "back"), ("↑↓", "choose")]
        }
    }

    pub(super) fn draw(&self, ui: &Ui, area: Rect, buffer: &mut Buffer) {
        let look = &ui.look;
        let mut text: Vec<(String, Style)> = Vec::new();
        let Some(diff) = &self.diff else {
            text.push(("Where should it be saved?".to_owned(), look.strong()));
            text.push((String::new(), Style::new()));
            for (index, (layers, name, about)) in PLACES.iter().enumerate() {
                let style = if index == self.place { look.selected() } else { Style::new() };
                let mark = if index == self.place { "▸" } else { " " };
                text.push((format!("{mark} {name:<13} {about}"), style));
                for layer in *layers {
                    let path = ui.known.path(*layer);
                    text.push((format!("    {path}"), look.dim()));
                }
            }
            for (y, (text, style)) in (area.y..area.bottom()).zip(text) {
                line(ui, buffer, Rect { y, height: 1, ..area }, &fit(&text, area.width), style);
            }
            return;
        };
        text.push(("This would change. Nothing is written yet.".to_owned(), look.strong()));
        for file in diff {
            text.push((String::new(), Style::new()));
            text.push((file.path.clone(), look.info()));
            if file.lines.is_empty() {
                text.push(("  says so already".to_owned(), look.dim()));
            }
            text.extend(file.lines.iter().map(|line| match line {
                DiffLine::Same(words) => (format!("  {words}"), look.dim()),
                DiffLine::Removed(words) => (format!("- {words}"), look.bad()),
                DiffLine::Added(words) => (format!("+ {words}"), look.good()),
                DiffLine::Gap => ("  …".to_owned(), look.dim()),
            }));
            for remark in &file.remarks {
                text.extend(wrap(remark, area.width, 3).into_iter().map(|line| (line, look.warning())));
            }
        }
        let most = text.len().saturating_sub(usize::from(area.height));
        let from = self.scroll.min(most);
        let more = if from < most { format!(" {} more lines below ", most - from) } else { String::new() };
        for (y, (words, style)) in (area.y..area.bottom()).zip(text.iter().skip(from)) {
            let taken = if y + 1 == area.bottom() { width(&more) } else { 0 };
            let words = fit(words, area.width.saturating_sub(taken));
            line(ui, buffer, Rect { y, height: 1, ..area }, &words, *style);
        }
        if !more.is_empty() {
            let x = area.right().saturating_sub(width(&more));
            buffer.set_stringn(x, area.bottom() - 1, &more, more.len(), look.key());
        }
    }
}
