//! What keys and the wheel do while something is looked at.

use super::open::{beside, open, other_diff};
use super::view::text_area;
use super::work::Kind;
use super::{Goal, Preview, WINDOW};
use crate::glass::Glass;
use crate::settings::keymap::Lookup;
use crate::settings::{Action, Context};
use crate::term::{Key, KeyCode, Mods};
use crate::ui::act;
use crate::ui::model::{Ask, Mouse, Popup, Ui};
use crate::ui::typed;

/// Columns by which a text moves sideways.
const SIDEWAYS: u16 = 8;
/// Rows by which the wheel scrolls.
const WHEEL: isize = 3;

impl Ui {
    /// What is looked at, also while the list of its keys lies over it.
    pub(in crate::ui) fn preview(&self) -> Option<&Preview> {
        self.popups.iter().rev().find_map(Popup::looked_at)
    }

    fn preview_mut(&mut self) -> Option<&mut Preview> {
        self.popups.last_mut().and_then(Popup::looked_at_mut)
    }
}

pub(in crate::ui) fn on_key(ui: &mut Ui, glass: &Glass, key: Key) -> Vec<Ask> {
    if ui.preview().is_some_and(|preview| preview.typed.is_some()) {
        return search_key(ui, key);
    }
    ui.pending.push(key);
    match ui.keymap.lookup(Context::Preview, &ui.pending) {
        Lookup::Matched(action) => {
            ui.pending.clear();
            act::act(ui, glass, action)
        }
        Lookup::Pending(_) => Vec::new(),
        Lookup::NotFound => {
            ui.pending.clear();
            Vec::new()
        }
    }
}

pub(in crate::ui) fn on_paste(ui: &mut Ui, text: &str) {
    if let Some(typed) = ui.preview_mut().and_then(|preview| preview.typed.as_mut()) {
        typed.push_str(text.lines().next().unwrap_or_default());
    }
}

/// What is searched for is typed.
fn search_key(ui: &mut Ui, key: Key) -> Vec<Ask> {
    let (id, now) = (ui.next_fetch(), ui.time);
    let Some(preview) = ui.preview_mut() else { return Vec::new() };
    let Some(mut typed) = preview.typed.take() else { return Vec::new() };
    if key.code == KeyCode::Esc || key == Key::new(KeyCode::Char('c'), Mods::CTRL) {
        return Vec::new();
    }
    if key.code == KeyCode::Enter {
        if !typed.is_empty() {
            preview.needle = typed;
        }
        let sought = preview.find(true, false, id, now);
        return ui.sought(sought);
    }
    if typed::edit(&mut typed, key) == typed::Change::Beyond {
        return Vec::new();
    }
    preview.typed = Some(typed);
    Vec::new()
}

/// What an action does here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Rows(isize),
    Pages(isize),
    Begin,
    End,
    Left,
    Right,
    Wrap,
    Form,
    Search,
    /// To the next one, or to the one before.
    Find(bool),
    Hunk(bool),
    File(bool),
    OtherDiff,
    Edit,
    Reload,
    Close,
}

const DOES: [(Action, Does); 26] = [
    (Action::Up, Does::Rows(-1)),
    (Action::Down, Does::Rows(1)),
    (Action::ScrollUp, Does::Rows(-1)),
    (Action::ScrollDown, Does::Rows(1)),
    (Action::PageUp, Does::Pages(-1)),
    (Action::PageDown, Does::Pages(1)),
    (Action::Select, Does::Pages(1)),
    (Action::Top, Does::Begin),
    (Action::Bottom, Does::End),
    (Action::PanLeft, Does::Left),
    (Action::PanRight, Does::Right),
    (Action::ToggleWrap, Does::Wrap),
    (Action::ToggleForm, Does::Form),
    (Action::Search, Does::Search),
    (Action::SearchNext, Does::Find(true)),
    (Action::SearchPrevious, Does::Find(false)),
    (Action::NextHunk, Does::Hunk(true)),
    (Action::PreviousHunk, Does::Hunk(false)),
    (Action::NextFile, Does::File(true)),
    (Action::PreviousFile, Does::File(false)),
    (Action::OtherDiff, Does::OtherDiff),
    (Action::OpenEditor, Does::Edit),
    (Action::Reload, Does::Reload),
    (Action::Close, Does::Close),
    (Action::ZoomOut, Does::Close),
    (Action::Quit, Does::Close),
];

fn does(action: Action) -> Option<Does> {
    DOES.iter().find(|(one, _)| *one == action).map(|(_, does)| *does)
}

/// Why something cannot be done with what is looked at.
pub(in crate::ui) fn cannot(ui: &Ui, glass: &Glass, action: Action) -> Option<String> {
    let does = does(action)?;
    let Some(preview) = ui.preview() else { return Some("nothing is looked at".to_owned()) };
    let is_diff = preview.kind == Some(Kind::Diff);
    match does {
        Does::Edit if preview.kind == Some(Kind::Binary) => Some("this is no text".to_owned()),
        Does::Edit if preview.source.is_empty() => Some("there is nothing in it".to_owned()),
        Does::Edit if preview.begin > 0 || preview.end < preview.total => {
            Some("it is too large: only a part of it is here".to_owned())
        }
        Does::Form if preview.forms.len() < 2 => Some("this has one form only".to_owned()),
        Does::Hunk(_) if !is_diff => Some("this is no diff".to_owned()),
        Does::Find(_) if preview.needle.is_empty() => Some("nothing was searched for".to_owned()),
        Does::File(forward) if !is_diff => {
            let none = beside(glass, &preview.what, forward).is_none();
            none.then(|| format!("there is nothing {} this", if forward { "after" } else { "before" }))
        }
        Does::OtherDiff => other_diff(ui, glass, &preview.what).err(),
        Does::Rows(_)
        | Does::Pages(_)
        | Does::Begin
        | Does::End
        | Does::Left
        | Does::Right
        | Does::Wrap
        | Does::Form
        | Does::Search
        | Does::Find(_)
        | Does::Hunk(_)
        | Does::File(_)
        | Does::Edit
        | Does::Reload
        | Does::Close => None,
    }
}

/// Does it, if it is for what is looked at.
pub(in crate::ui) fn act(ui: &mut Ui, glass: &Glass, action: Action) -> Option<Vec<Ask>> {
    ui.preview_mut()?;
    let does = does(action)?;
    let place = ui.layout.preview;
    let (id, now) = (ui.next_fetch(), ui.time);
    let area = text_area(ui.preview_mut()?, place);
    let page = isize::try_from(area.height.saturating_sub(1).max(1)).unwrap_or(1);
    let preview = ui.preview_mut()?;
    // What the eye saw last is what the key is for.
    preview.switch_to(preview.fitting_form(area.width));
    let ask = match does {
        Does::Rows(rows) => preview.scroll(rows, area, id, now),
        Does::Pages(pages) => preview.scroll(pages * page, area, id, now),
        Does::Begin => preview.go_to_begin(id, now),
        Does::End => preview.go_to_end(area, id, now),
        Does::Left => {
            preview.shift = preview.shift.saturating_sub(SIDEWAYS);
            None
        }
        Does::Right => {
            preview.shift = preview.shift.saturating_add(SIDEWAYS);
            preview.cut_lines(true, area);
            None
        }
        Does::Wrap => {
            preview.shift = 0;
            preview.cut_lines(preview.wrap, area);
            None
        }
        Does::Form => {
            preview.chosen = true;
            preview.switch_to((preview.form + 1) % preview.forms.len().max(1));
            preview.settle(area);
            None
        }
        Does::Search => {
            preview.typed = Some(String::new());
            None
        }
        Does::Find(forward) => {
            let sought = preview.find(forward, true, id, now);
            return Some(ui.sought(sought));
        }
        Does::Hunk(forward) => {
            let marks = preview.document().map_or_else(Vec::new, |document| document.hunks.clone());
            if !preview.go_to_mark(&marks, forward) {
                ui.toasts.refusal("there is no other hunk".to_owned(), ui.time);
            }
            None
        }
        Does::File(forward) => return Some(next_file(ui, glass, forward)),
        Does::OtherDiff => {
            let what = preview.what.clone();
            let Ok(other) = other_diff(ui, glass, &what) else { return Some(Vec::new()) };
            ui.popups.pop();
            return Some(open(ui, glass, other));
        }
        Does::Edit => Some(preview.in_editor()),
        Does::Reload => {
            let at = preview.document().and_then(|document| document.lines.get(preview.top.line));
            let at = at.map_or(0, |line| line.at);
            let whole = preview.kind.is_some_and(Kind::is_whole);
            let offset = if whole { 0 } else { at.saturating_sub(WINDOW / 4) };
            Some(preview.ask(id, now, offset, Goal::At(at)))
        }
        Does::Close => {
            if !preview.give_up_searching(id) {
                ui.popups.pop();
            }
            None
        }
    };
    Some(ask.into_iter().collect())
}

fn next_file(ui: &mut Ui, glass: &Glass, forward: bool) -> Vec<Ask> {
    let Some(preview) = ui.preview_mut() else { return Vec::new() };
    if preview.kind == Some(Kind::Diff) {
        let marks: Vec<usize> = preview
            .document()
            .map_or_else(Vec::new, |document| document.files.iter().map(|file| file.line).collect());
        if !preview.go_to_mark(&marks, forward) {
            ui.toasts.refusal("there is no other file".to_owned(), ui.time);
        }
        return Vec::new();
    }
    let Some(next) = beside(glass, &preview.what, forward) else { return Vec::new() };
    ui.popups.pop();
    open(ui, glass, next)
}

pub(in crate::ui) fn wheel(ui: &mut Ui, sign: isize) -> Vec<Ask> {
    let place = ui.layout.preview;
    let (id, now) = (ui.next_fetch(), ui.time);
    let Some(preview) = ui.preview_mut() else { return Vec::new() };
    let area = text_area(preview, place);
    preview.switch_to(preview.fitting_form(area.width));
    preview.scroll(sign * WHEEL, area, id, now).into_iter().collect()
}

/// A click on a file of the list at the side goes there.
pub(in crate::ui) fn click(ui: &mut Ui, mouse: Mouse) {
    let place = ui.layout.preview;
    let at = |(index, place): &(usize, ratatui::layout::Rect)| {
        place.contains((mouse.col, mouse.row).into()).then_some(*index)
    };
    let Some(file) = ui.layout.preview_files.iter().find_map(at) else { return };
    let Some(preview) = ui.preview_mut() else { return };
    preview.switch_to(preview.fitting_form(text_area(preview, place).width));
    let line = preview.document().and_then(|document| document.files.get(file)).map(|file| file.line);
    if let Some(line) = line {
        preview.go_to_line(line);
    }
}
