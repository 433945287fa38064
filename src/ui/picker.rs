//! A list to choose one thing from: searched by typing, and where that makes sense what was typed can be chosen itself.

use super::format::{fit, width, wrap};
use super::model::Ui;
use super::view::line;
use crate::term::{Key, KeyCode, Mods};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    /// A few words beside it.
    pub(super) note: String,
    /// Why it cannot be chosen.
    pub(super) barred: Option<String>,
}

impl Choice {
    pub(super) fn new(value: &str, note: &str) -> Self {
        Self { value: value.to_owned(), label: value.to_owned(), note: note.to_owned(), barred: None }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Picker {
    pub(super) filter: String,
    /// Counts the lines that are left; without one the current value is selected.
    selected: Option<usize>,
}

pub(super) enum Picked {
    Nothing,
    Chosen(String),
    Barred(String),
    Back,
}

/// What is offered, and whether words that were typed may be chosen.
pub(super) struct Offered<'a> {
    pub(super) choices: &'a [Choice],
    pub(super) current: &'a str,
    pub(super) free: bool,
}

impl Offered<'_> {
    fn matching(&self, filter: &str) -> Vec<Choice> {
        let words = filter.to_lowercase();
        let fits = |choice: &&Choice| {
            let text = format!("{} {}", choice.label, choice.note).to_lowercase();
            words.split_whitespace().all(|word| text.contains(word))
        };
        let mut found: Vec<Choice> = self.choices.iter().filter(fits).cloned().collect();
        let typed = filter.trim();
        // What is called so comes before what only begins so, holds it, or has it in the words beside it.
        let name = typed.to_lowercase();
        found.sort_by_key(|choice| {
            let label = choice.label.to_lowercase();
            (label != name, !label.starts_with(&name), !label.contains(&name))
        });
        if self.free && !typed.is_empty() && !self.choices.iter().any(|choice| choice.value == typed) {
            found.push(Choice::new(typed, "as you typed it"));
        }
        found
    }
}

impl Picker {
    fn at(&self, offered: &Offered<'_>, matching: &[Choice]) -> usize {
        let current = || matching.iter().position(|choice| choice.value == offered.current);
        let natural = if self.filter.is_empty() { current().unwrap_or(0) } else { 0 };
        self.selected.unwrap_or(natural).min(matching.len().saturating_sub(1))
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.filter.push_str(text.lines().next().unwrap_or_default());
        self.selected = None;
    }

    pub(super) fn key(&mut self, offered: &Offered<'_>, key: Key) -> Picked {
        let matching = offered.matching(&self.filter);
        let at = self.at(offered, &matching);
        let moved = match key.code {
            KeyCode::Enter => {
                return match matching.into_iter().nth(at) {
                    Some(Choice { barred: Some(reason), .. }) => Picked::Barred(reason),
                    Some(choice) => Picked::Chosen(choice.value),
                    None => Picked::Nothing,
                };
            }
            KeyCode::Esc if self.filter.is_empty() => return Picked::Back,
            KeyCode::Esc => {
                *self = Self::default();
                return Picked::Nothing;
            }
            // On an empty one it does nothing: who holds it down does not want to leave.
            KeyCode::Backspace => {
                if self.filter.pop().is_none() {
                    return Picked::Nothing;
                }
                None
            }
            KeyCode::Char('u') if key.mods == Mods::CTRL => {
                self.filter.clear();
                None
            }
            KeyCode::Char('w') if key.mods == Mods::CTRL => {
                let kept = self.filter.trim_end().rfind(' ').map_or(0, |space| space + 1);
                self.filter.truncate(kept);
                None
            }
            KeyCode::Char(_) if key.mods.contains(Mods::CTRL) => return Picked::Nothing,
            KeyCode::Char(_) => {
                self.filter.extend(key.typed());
                None
            }
            KeyCode::Up | KeyCode::BackTab => Some(at.saturating_sub(1)),
            KeyCode::Down | KeyCode::Tab => Some(at + 1),
            KeyCode::PageUp => Some(at.saturating_sub(10)),
            KeyCode::PageDown => Some(at + 10),
            KeyCode::Home => Some(0),
            KeyCode::End => Some(matching.len()),
            KeyCode::Left | KeyCode::Right | KeyCode::Insert | KeyCode::Delete | KeyCode::F(_) => {
                return Picked::Nothing;
            }
        };
        self.selected = moved.map(|place| place.min(matching.len().saturating_sub(1)));
        Picked::Nothing
    }

    pub(super) fn draw(&self, ui: &Ui, offered: &Offered<'_>, area: Rect, buffer: &mut Buffer) {
        if area.height < 2 {
            return;
        }
        let matching = offered.matching(&self.filter);
        let at = self.at(offered, &matching);
        let how = match (offered.free, self.filter.is_empty()) {
            (true, true) => "type to search, or a name of your own".to_owned(),
            (false, true) => "type to search".to_owned(),
            (_, false) => self.filter.clone(),
        };
        let style = if self.filter.is_empty() { ui.look.dim() } else { ui.look.strong() };
        let row = |y: u16| Rect { y, height: 1, ..area };
        line(ui, buffer, row(area.y), &fit(&format!("› {how}▏"), area.width), style);
        if matching.is_empty() {
            line(ui, buffer, row(area.y + 1), "nothing fits; backspace takes letters away", ui.look.dim());
            return;
        }
        let visible = usize::from(area.height - 1);
        let labels = matching.iter().map(|choice| width(&choice.label)).max().unwrap_or(0);
        let labels = labels.min(area.width.saturating_sub(4) * 2 / 3);
        let room = area.width.saturating_sub(labels + 4);
        let rows = rows(&matching, at, room, visible);
        let selected = rows.iter().position(|(index, _)| *index == at).unwrap_or(0);
        let last = rows.iter().rposition(|(index, _)| *index == at).unwrap_or(0);
        let first = (last + 1).saturating_sub(visible).min(selected);
        let mut before = None;
        for (y, (index, note)) in (area.y + 1..area.bottom()).zip(rows.iter().skip(first)) {
            let Some(choice) = matching.get(*index) else { continue };
            let style = match (*index == at, choice.barred.is_some()) {
                (true, _) => ui.look.selected(),
                (false, true) => ui.look.dim(),
                (false, false) => Style::new(),
            };
            let begins = before.replace(*index) != Some(*index);
            let mark = if begins && *index == at { "▸" } else { " " };
            let label = if begins { fit(&choice.label, labels) } else { String::new() };
            let pad = " ".repeat(usize::from(labels.saturating_sub(width(&label))));
            let text = fit(&format!("{mark} {label}{pad}  {note}"), area.width);
            line(ui, buffer, row(y), text.trim_end(), style);
        }
    }
}

/// The line of each choice with its note, several where there is room for whole notes: of all choices, else of the
/// selected one.
fn rows(choices: &[Choice], at: usize, room: u16, visible: usize) -> Vec<(usize, String)> {
    let with = |whole: &dyn Fn(usize) -> bool| -> Vec<(usize, String)> {
        let note = |(index, choice): (usize, &Choice)| {
            let words = choice.barred.as_ref().unwrap_or(&choice.note);
            let mut lines = if whole(index) { wrap(words, room, MOST_LINES) } else { vec![words.clone()] };
            if lines.is_empty() {
                lines.push(String::new());
            }
            lines.into_iter().map(move |text| (index, text)).collect::<Vec<_>>()
        };
        choices.iter().enumerate().flat_map(note).collect()
    };
    let all = with(&|_| true);
    if all.len() <= visible { all } else { with(&|index| index == at) }
}

/// Lines of a note.
const MOST_LINES: usize = 6;
