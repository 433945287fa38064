//! The settings on the screen: each value with its source, changed in place, saved where the operator says after the
//! difference was shown. Files are somebody else's: what is wished leaves as an ask.

use super::format::{fit, width, wrap};
use super::model::{Ask, Popup, Ui};
use super::offers::{self, AgentOffer, Offers};
use super::picker::{Choice, Offered, Picked, Picker};
use super::popup::{frame, framed};
use super::saving::{FileDiff, Next, Saving};
use super::setup;
use super::table::{Column, rows};
use super::typed;
use super::view::line;
use crate::domain::RoleName;
use crate::glass::Glass;
use crate::settings::keymap::Lookup;
use crate::settings::{Action, Context, Edit, Layer, Row, RowKind, edited};
use crate::term::{Key, KeyCode};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What the settings screen and the set-up wish for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingsAsk {
    /// What holds now: comes back by [`Ui::sheet_read`].
    Read,
    /// Ask every agent what it is and has: each comes back by [`Ui::agent_answered`].
    Look,
    /// Ask a role's agent whether it has this model and level: comes back by [`Ui::pair_tried`].
    Try { role: String, agent: String, model: String, thinking: String },
    /// Give up what is being asked.
    Stop,
    /// The settings that came with a newer awtui were asked for: that is done once.
    Asked,
    /// Another theme for this screen alone: comes back by [`Ui::wear`].
    Wear { name: String },
    /// What would change: comes back by [`Ui::changes_planned`].
    Plan { layers: Vec<Layer>, edits: Vec<Edit> },
    /// Write it: comes back by [`Ui::changes_saved`].
    Save { layers: Vec<Layer>, edits: Vec<Edit> },
}

/// What holds now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    pub rows: Vec<Row>,
    /// Every agent that a role may name.
    pub agents: Vec<String>,
    /// The user's file, and the project's.
    pub user: String,
    pub project: String,
}

/// What was saved, and who plays the roles of the next run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedNews {
    /// In sentences, the least important first.
    pub remarks: Vec<String>,
    pub bindings: Vec<(String, String, String)>,
    pub missing: Vec<String>,
}

/// What is known of settings and agents, as far as it was asked for.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) sheet: Sheet,
    pub(super) offers: Offers,
}

impl Known {
    pub(super) fn path(&self, layer: Layer) -> &str {
        if layer == Layer::User { &self.sheet.user } else { &self.sheet.project }
    }

    pub(super) fn value(&self, key: &str) -> &str {
        self.sheet.rows.iter().find(|row| row.key == key).map_or("", |row| row.value.as_str())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    List,
    Typing(String),
    Picking(Picker),
    Saving(Saving),
}

/// The settings as they are looked at and changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsView {
    selected: usize,
    edits: Vec<Edit>,
    stage: Stage,
    /// That there are changes was said already.
    warned: bool,
}

pub(super) fn open(ui: &mut Ui) -> Vec<Ask> {
    let view = SettingsView { selected: 0, edits: Vec::new(), stage: Stage::List, warned: false };
    ui.popups.push(Popup::Settings(Box::new(view)));
    vec![Ask::Settings(SettingsAsk::Read), Ask::Settings(SettingsAsk::Look)]
}

impl SettingsView {
    fn value<'a>(&'a self, row: &'a Row) -> &'a str {
        let edit = self.edits.iter().find(|edit| edit.key == row.key);
        edit.and_then(|edit| edit.value.as_deref()).unwrap_or(&row.value)
    }

    fn of<'a>(&'a self, ui: &'a Ui, key: &str) -> &'a str {
        let row = ui.known.sheet.rows.iter().find(|row| row.key == key);
        row.map_or("", |row| self.value(row))
    }

    fn set(&mut self, row: &Row, value: String) {
        self.warned = false;
        self.edits.retain(|edit| edit.key != row.key);
        if value != row.value {
            self.edits.push(Edit::set(row.key.clone(), value));
        }
    }

    /// What can be chosen for a row, and whether a word of one's own can.
    fn choices(&self, ui: &Ui, glass: &Glass, row: &Row) -> (Vec<Choice>, bool) {
        let role = row.key.rsplit_once('.').map_or("", |(role, _)| role);
        let agent = self.of(ui, &format!("{role}.agent"));
        match &row.kind {
            RowKind::Agent => (offers::agents(&ui.known.offers, &ui.known.sheet.agents), false),
            RowKind::Model => (offers::models(&ui.known.offers, glass, agent, self.value(row)), true),
            RowKind::Thinking => {
                let model = self.of(ui, &format!("{role}.model"));
                (offers::levels(&ui.known.offers, agent, model), false)
            }
            RowKind::Choice(words) => (words.iter().map(|word| Choice::new(word, "")).collect(), false),
            RowKind::Switch | RowKind::Typed(_) => (Vec::new(), false),
        }
    }
}

pub(super) fn paste(view: &mut SettingsView, text: &str) {
    match &mut view.stage {
        Stage::Typing(typed) => typed.push_str(text.lines().next().unwrap_or_default()),
        Stage::Picking(picker) => picker.paste(text),
        Stage::List | Stage::Saving(_) => {}
    }
}

pub(super) fn scroll(view: &mut SettingsView, by: isize) {
    if view.stage == Stage::List {
        view.selected = view.selected.saturating_add_signed(by);
    }
}

pub(super) fn key(ui: &mut Ui, glass: &Glass, key: Key) -> Vec<Ask> {
    let Some(Popup::Settings(mut view)) = ui.popups.pop() else { return Vec::new() };
    let count = ui.known.sheet.rows.len();
    view.selected = view.selected.min(count.saturating_sub(1));
    let row = ui.known.sheet.rows.get(view.selected).cloned();
    let mut asks = Vec::new();
    match (std::mem::replace(&mut view.stage, Stage::List), row) {
        (Stage::Saving(mut saving), _) => match saving.key(ui, key) {
            Next::Asks(more) => {
                asks = more;
                view.stage = Stage::Saving(saving);
            }
            Next::Back => {}
        },
        (Stage::Typing(text), Some(row)) => type_key(ui, &mut view, &row, text, key),
        (Stage::Picking(mut picker), Some(row)) => {
            let (choices, free) = view.choices(ui, glass, &row);
            let current = view.value(&row).to_owned();
            match picker.key(&Offered { choices: &choices, current: &current, free }, key) {
                Picked::Nothing => view.stage = Stage::Picking(picker),
                Picked::Barred(reason) => {
                    ui.toasts.refusal(reason, ui.time);
                    view.stage = Stage::Picking(picker);
                }
                Picked::Chosen(value) => view.set(&row, value),
                Picked::Back => {}
            }
        }
        (_, row) => match list_key(ui, *view, row, key) {
            Some(kept) => view = Box::new(kept),
            None => return Vec::new(),
        },
    }
    if matches!(ui.popups.last(), Some(Popup::Setup(_))) {
        return vec![Ask::Settings(SettingsAsk::Read), Ask::Settings(SettingsAsk::Look)];
    }
    ui.popups.push(Popup::Settings(view));
    asks
}

fn type_key(ui: &mut Ui, view: &mut SettingsView, row: &Row, mut text: String, key: Key) {
    if key.code == KeyCode::Esc {
        return;
    }
    if key.code == KeyCode::Enter {
        match edited("", &[Edit::set(row.key.clone(), text.trim())]) {
            Ok(_) => return view.set(row, text.trim().to_owned()),
            Err(error) => ui.toasts.refusal(error.to_string(), ui.time),
        }
    } else {
        typed::edit(&mut text, key);
    }
    view.stage = Stage::Typing(text);
}

/// What is left of the list; nothing when it closes.
fn list_key(ui: &mut Ui, mut view: SettingsView, row: Option<Row>, key: Key) -> Option<SettingsView> {
    let action = match ui.keymap.lookup(Context::Normal, &[key]) {
        Lookup::Matched(action) => Some(action),
        Lookup::Pending(_) | Lookup::NotFound => None,
    };
    let last = ui.known.sheet.rows.len().saturating_sub(1);
    let moved = match action {
        Some(Action::Up | Action::ScrollUp) => Some(view.selected.saturating_sub(1)),
        Some(Action::Down | Action::ScrollDown) => Some(view.selected + 1),
        Some(Action::PageUp) => Some(view.selected.saturating_sub(10)),
        Some(Action::PageDown) => Some(view.selected + 10),
        Some(Action::Top) => Some(0),
        Some(Action::Bottom) => Some(last),
        Some(_) | None => None,
    };
    if let Some(place) = moved {
        view.selected = place.min(last);
        return Some(view);
    }
    let leaves = key.code == KeyCode::Esc || matches!(action, Some(Action::Quit | Action::Settings));
    match (key.code, key.typed(), row) {
        _ if leaves => {
            if view.edits.is_empty() || view.warned {
                return None;
            }
            view.warned = true;
            let many = if view.edits.len() == 1 { "a change is" } else { "changes are" };
            ui.toasts.news(format!("{many} not saved: s saves, esc once more drops it all"), ui.time);
        }
        (_, Some('s'), _) if view.edits.is_empty() => {
            ui.toasts.news("nothing was changed yet: enter changes the selected line".to_owned(), ui.time);
        }
        (_, Some('s'), _) => view.stage = Stage::Saving(Saving::new(view.edits.clone(), 1)),
        (_, Some('w'), _) => {
            setup::begin(ui);
            return Some(view);
        }
        (KeyCode::Enter, _, Some(row)) | (_, Some(' '), Some(row)) => match row.kind {
            RowKind::Switch => {
                let turned = (view.value(&row) != "true").to_string();
                view.set(&row, turned);
            }
            RowKind::Typed(_) => view.stage = Stage::Typing(view.value(&row).to_owned()),
            RowKind::Agent | RowKind::Model | RowKind::Thinking | RowKind::Choice(_) => {
                view.stage = Stage::Picking(Picker::default());
            }
        },
        _ => {}
    }
    Some(view)
}

/// `analyst agent`, `budget cost`.
pub(super) fn label(key: &str) -> String {
    key.strip_prefix("roles.").unwrap_or(key).replace(['.', '_'], " ")
}

fn source(row: &Row) -> String {
    match row.layer {
        Layer::User | Layer::Project => {
            let line = row.source.rsplit_once(':').map_or("", |(_, line)| line);
            format!("{}, line {line}", row.layer.as_str())
        }
        Layer::BuiltIn | Layer::Environment | Layer::Flag => row.layer.as_str().to_owned(),
    }
}

pub(super) fn draw(ui: &Ui, glass: &Glass, view: &SettingsView, area: Rect, buffer: &mut Buffer) {
    let look = &ui.look;
    let place = frame(area, 110, area.height.saturating_sub(if area.height < 16 { 0 } else { 2 }));
    let title = match view.edits.len() {
        0 => " settings ".to_owned(),
        1 => " settings · 1 change, not saved ".to_owned(),
        count => format!(" settings · {count} changes, not saved "),
    };
    let inside = framed(ui, place, &title, look.border(true), buffer);
    if inside.height < 4 {
        return;
    }
    let keys = Rect { y: inside.bottom() - 1, height: 1, ..inside };
    let body = Rect { height: inside.height - 1, ..inside };
    let list = [("enter", "change"), ("s", "save"), ("w", "set up anew"), ("esc", "close")];
    let row = ui.known.sheet.rows.get(view.selected.min(ui.known.sheet.rows.len().saturating_sub(1)));
    let Some(row) = row else {
        line(ui, buffer, Rect { height: 1, ..body }, "reading the settings…", look.dim());
        return draw_keys(ui, &list[3..], keys, buffer);
    };
    match &view.stage {
        Stage::Saving(saving) => {
            saving.draw(ui, body, buffer);
            draw_keys(ui, saving.keys(), keys, buffer);
        }
        Stage::Picking(picker) => {
            let (choices, free) = view.choices(ui, glass, row);
            let rest = draw_question(ui, row, body, buffer);
            let offered = Offered { choices: &choices, current: view.value(row), free };
            picker.draw(ui, &offered, rest, buffer);
            draw_keys(ui, &[("enter", "choose"), ("↑↓", "move"), ("esc", "back")], keys, buffer);
        }
        Stage::Typing(text) => {
            let rest = draw_question(ui, row, body, buffer);
            let typed = fit(&format!("› {text}▏"), rest.width);
            line(ui, buffer, Rect { height: 1, ..rest }, &typed, look.strong());
            draw_keys(ui, &[("enter", "take it"), ("ctrl-u", "clear"), ("esc", "back")], keys, buffer);
        }
        Stage::List => {
            draw_list(ui, glass, view, row, body, buffer);
            draw_keys(ui, &list, keys, buffer);
        }
    }
}

/// What is being chosen, and what it means; returns what is left below.
fn draw_question(ui: &Ui, row: &Row, area: Rect, buffer: &mut Buffer) -> Rect {
    let mut words = vec![(label(&row.key), ui.look.strong())];
    words.extend(wrap(&row.about, area.width, 3).into_iter().map(|line| (line, ui.look.dim())));
    if let RowKind::Typed(expected) = &row.kind {
        words.push((format!("It must be {expected}."), ui.look.dim()));
    }
    let mut y = area.y;
    for (text, style) in words.into_iter().take(usize::from(area.height.saturating_sub(2))) {
        line(ui, buffer, Rect { y, height: 1, ..area }, &fit(&text, area.width), style);
        y += 1;
    }
    Rect { y, height: area.bottom() - y, ..area }
}

/// What the run that goes on has in place of a setting: it keeps what it began with.
fn of_the_run(glass: &Glass, row: &Row) -> Option<String> {
    let run = &glass.run;
    let alive = run.id.is_some() && !run.is_over();
    let mut parts = row.key.strip_prefix("roles.").filter(|_| alive)?.split('.');
    let config = run.role_config(&RoleName::new(parts.next()?))?;
    let value = match parts.next()? {
        "agent" => config.agent.name.clone(),
        "model" => config.model.clone().unwrap_or_default(),
        "thinking" => config.thinking.map_or_else(String::new, |thinking| thinking.as_str().to_owned()),
        "context_limit" => config.context_limit.to_string(),
        _ => return None,
    };
    (value != row.value).then(|| {
        let value = if value.is_empty() { "its own default" } else { &value };
        format!("the run that goes on has {value}; this is for the next")
    })
}

fn draw_list(ui: &Ui, glass: &Glass, view: &SettingsView, row: &Row, area: Rect, buffer: &mut Buffer) {
    let look = &ui.look;
    let all = &ui.known.sheet.rows;
    let at = view.selected.min(all.len().saturating_sub(1));
    let is_changed = |row: &Row| view.edits.iter().any(|edit| edit.key == row.key);
    let shown = |row: &Row| match view.value(row) {
        "" => "its own default".to_owned(),
        value => value.to_owned(),
    };
    let table = [
        Column::left(0, all.iter().map(|row| if is_changed(row) { "*" } else { " " }.to_owned()).collect()),
        Column::text(0, all.iter().map(|row| label(&row.key)).collect()),
        Column::text(0, all.iter().map(shown).collect()),
        Column::left(2, all.iter().map(source).collect()),
    ];
    let mut about = wrap(&row.about, area.width, 2);
    let more = if is_changed(row) {
        format!(
            "was {}; s saves it, for the next run on",
            if row.value.is_empty() { "empty" } else { &row.value }
        )
    } else {
        format!("{}: {}", row.key, row.source)
    };
    about.push(more);
    about.extend(of_the_run(glass, row));
    let below = u16::try_from(about.len()).unwrap_or(3).min(area.height / 3);
    let list = Rect { height: area.height - below, ..area };
    // Below the last one stands where the others are.
    let lowest = if at + 1 == all.len() { at + 2 } else { at + 1 };
    let first = lowest.saturating_sub(usize::from(list.height));
    let lines = rows(&table, area.width);
    let end = u16::try_from(lines.len() - first.min(lines.len())).unwrap_or(u16::MAX);
    if end < list.height {
        line(ui, buffer, Rect { y: list.y + end, height: 1, ..list }, others(area.width), look.dim());
    }
    for (y, (index, text)) in (list.y..list.bottom()).zip(lines.iter().enumerate().skip(first)) {
        let style = match (index == at, is_changed(&all[index])) {
            (true, _) => look.selected(),
            (false, true) => look.operator(),
            (false, false) => Style::new(),
        };
        line(ui, buffer, Rect { y, height: 1, ..list }, text, style);
    }
    for (y, text) in (list.bottom()..area.bottom()).zip(about) {
        line(ui, buffer, Rect { y, height: 1, ..area }, &fit(&text, area.width), look.dim());
    }
}

/// Where to find the settings that the list leaves out.
fn others(columns: u16) -> &'static str {
    let whole =
        "  all others: `awtui config show`, and with their words docs/settings.md and config/awtui.toml";
    if width(whole) <= columns { whole } else { "  all others: `awtui config show`" }
}

/// Keys and what they do, as far as there is room.
pub(super) fn draw_keys(ui: &Ui, keys: &[(&str, &str)], area: Rect, buffer: &mut Buffer) {
    let mut x = area.x;
    for (key, what) in keys {
        let needs = width(key) + 1 + width(what);
        if x + needs > area.right() {
            continue;
        }
        buffer.set_stringn(x, area.y, key, usize::from(area.width), ui.look.key());
        buffer.set_stringn(x + width(key) + 1, area.y, what, usize::from(area.width), ui.look.dim());
        x += needs + 2;
    }
}

impl Ui {
    /// What holds now, or why it cannot be read.
    pub fn sheet_read(&mut self, sheet: Result<Sheet, String>) {
        match sheet {
            Ok(sheet) => self.known.sheet = sheet,
            Err(reason) => self.toasts.refusal(reason, self.time),
        }
    }

    /// An agent said what it is, or it is missing.
    pub fn agent_answered(&mut self, agent: String, offer: Result<AgentOffer, String>) {
        self.known.offers.insert(agent, offer);
    }

    /// What would change, or why it may not.
    pub fn changes_planned(&mut self, diff: Result<Vec<FileDiff>, String>) {
        match (diff, self.saving()) {
            (Ok(diff), Some(saving)) => saving.planned(diff),
            (Ok(_), None) => {}
            (Err(reason), _) => self.toasts.refusal(reason, self.time),
        }
    }

    /// It is written, or was not.
    pub fn changes_saved(&mut self, saved: Result<SavedNews, String>) {
        match saved {
            Ok(news) => {
                self.popups.retain(|popup| !matches!(popup, Popup::Settings(_) | Popup::Setup(_)));
                self.bindings = news.bindings;
                self.missing = news.missing;
                for remark in news.remarks {
                    self.toasts.news(remark, self.time);
                }
            }
            Err(reason) => self.toasts.refusal(reason, self.time),
        }
    }

    fn saving(&mut self) -> Option<&mut Saving> {
        match self.popups.last_mut() {
            Some(Popup::Settings(view)) => match &mut view.stage {
                Stage::Saving(saving) => Some(saving),
                Stage::List | Stage::Typing(_) | Stage::Picking(_) => None,
            },
            Some(Popup::Setup(setup)) => setup.saving(),
            Some(_) | None => None,
        }
    }
}
