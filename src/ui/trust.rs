//! Agreeing to the commands that a repository's own settings bring along: all of them are shown, and only a `y` that was
//! meant for them agrees, to what was shown and nothing else. Who runs the screen reads the file and keeps the agreement.

use super::act::settle_focus;
use super::format::{pieces, width, wrap};
use super::gate::MOMENT;
use super::input::Address;
use super::keys::scrolls_by;
use super::model::{Ask, Focus, Layout, Mode, Popup, Ui};
use super::popup::{frame, framed};
use crate::domain::Millis;
use crate::glass::Glass;
use crate::term::Key;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthChar;

/// Nothing is agreed to by a key that was on its way when the commands appeared.
const TOO_SOON: &str = "the commands appeared just as you pressed a key; wait a moment and press it again";

const NOT_AGREED: &str = "you agreed to nothing";
const NOT_STARTED: &str = "you agreed to nothing; the task stays in the box";

/// What a settings file of the repository would have awtui run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    pub file: String,
    /// Of the whole file.
    pub sha256: String,
    /// One a line: `checks.0.run = "cargo test"`.
    pub commands: Vec<String>,
}

/// How it stands with the repository's commands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Brings {
    #[default]
    Nothing,
    /// The operator agreed to this file as it is.
    Agreed {
        file: String,
    },
    Unagreed(Brought),
}

/// What is wished of whoever keeps the agreements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustAsk {
    /// What the file says now: comes back by [`Ui::commands_read`].
    Look,
    /// Agree to the file of this content and no other, then start the task, if there is one.
    Agree { sha256: String, task: Option<String> },
}

/// The commands as they are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustView {
    brought: Brought,
    /// What is started once they are agreed to.
    task: Option<String>,
    /// They are others than those that were shown before.
    changed: bool,
    scroll: u16,
    /// Before this no key is meant for them.
    deaf_until: Millis,
}

/// Commands that were drawn: since when, and whether all of them were by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCommands {
    sha256: String,
    since: Millis,
    whole: bool,
    /// Rows that do not fit.
    most: u16,
}

/// Why there is nothing to look at.
pub(super) fn nothing(brings: &Brings) -> Option<String> {
    match brings {
        Brings::Nothing => Some("the settings of this repository bring no commands along".to_owned()),
        Brings::Agreed { file } => Some(format!("you agreed to the commands of {file} as it is")),
        Brings::Unagreed(_) => None,
    }
}

fn open(ui: &mut Ui, brought: Brought, task: Option<String>, changed: bool) {
    ui.popups.retain(|popup| !matches!(popup, Popup::Trust(_)));
    for past in [NOT_AGREED, NOT_STARTED] {
        ui.toasts.withdraw(past);
    }
    ui.brings = Brings::Unagreed(brought.clone());
    let view = TrustView { brought, task, changed, scroll: 0, deaf_until: ui.time + MOMENT };
    ui.popups.push(Popup::Trust(Box::new(view)));
}

pub(super) fn scroll(ui: &mut Ui, by: i16) {
    let most = ui.layout.commands.as_ref().map_or(0, |shown| shown.most);
    if let Some(Popup::Trust(view)) = ui.popups.last_mut() {
        view.scroll = view.scroll.min(most).saturating_add_signed(by).min(most);
    }
}

pub(super) fn key(ui: &mut Ui, key: Key) -> Vec<Ask> {
    let time = ui.time;
    let Some(Popup::Trust(view)) = ui.popups.last_mut() else { return Vec::new() };
    let shown = ui.layout.commands.as_ref().filter(|shown| shown.sha256 == view.brought.sha256);
    let drawn = shown.is_some_and(|shown| time >= shown.since + MOMENT);
    if !drawn || time < view.deaf_until {
        // Who types on has not seen them yet.
        view.deaf_until = time + MOMENT;
        ui.toasts.refusal(TOO_SOON.to_owned(), time);
        return Vec::new();
    }
    ui.toasts.withdraw(TOO_SOON);
    let whole = shown.is_some_and(|shown| shown.whole);
    if key.typed() == Some('y') {
        return if whole { agree(ui) } else { Vec::new() };
    }
    if let Some(by) = scrolls_by(ui, key) {
        scroll(ui, by);
        return Vec::new();
    }
    if let Some(Popup::Trust(view)) = ui.popups.pop() {
        let news = if view.task.is_some() { NOT_STARTED } else { NOT_AGREED };
        ui.toasts.news(news.to_owned(), time);
    }
    Vec::new()
}

fn agree(ui: &mut Ui) -> Vec<Ask> {
    let Some(Popup::Trust(view)) = ui.popups.pop() else { return Vec::new() };
    vec![Ask::Trust(TrustAsk::Agree { sha256: view.brought.sha256, task: view.task })]
}

/// What cannot be seen, or moves what can, is written out.
fn visible(text: &str) -> String {
    let unseen = |character: char| {
        character != ' ' && (character.is_whitespace() || character.width().unwrap_or(0) == 0)
    };
    text.chars().fold(String::new(), |mut all, character| {
        if unseen(character) {
            all.extend(character.escape_unicode());
        } else {
            all.push(character);
        }
        all
    })
}

fn rows(ui: &Ui, view: &TrustView, columns: u16) -> Vec<(String, Style)> {
    let mut rows: Vec<(String, Style)> = Vec::new();
    let mut say = |text: &str, style: Style| {
        rows.extend(wrap(text, columns, usize::MAX).into_iter().map(|line| (line, style)));
    };
    if view.changed {
        say("The file changed while you looked. This is what it says now:", ui.look.warning());
    }
    say(&visible(&view.brought.file), ui.look.strong());
    say("came with this repository and would have awtui run these commands:", Style::new());
    for command in &view.brought.commands {
        // Each begins at the edge, what is left of it stands further in: no line of one looks like another one.
        let indented = columns.saturating_sub(2).max(1);
        for (line, text) in command.split('\n').enumerate() {
            for (row, piece) in pieces(&visible(text), indented).into_iter().enumerate() {
                let mark = if line + row == 0 { "· " } else { "  " };
                rows.push((format!("{mark}{piece}"), Style::new()));
            }
        }
    }
    rows
}

pub(super) fn draw(ui: &Ui, view: &TrustView, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    let look = &ui.look;
    layout.cursor = None;
    let columns = area.width.min(100);
    let rows = rows(ui, view, columns.saturating_sub(4).max(10));
    let count = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    let choices: u16 = 2;
    let gap = u16::from(area.height >= 16);
    let low = if area.height < 16 { 0 } else { 2 };
    let height = count.saturating_add(choices + gap + 2).min(area.height - low);
    let place = frame(area, columns, height);
    let inside = framed(ui, place, " commands of this repository ", look.operator(), buffer);
    let text = Rect { height: inside.height.saturating_sub(choices + gap), ..inside };
    let most = rows.len().saturating_sub(usize::from(text.height));
    let from = usize::from(view.scroll).min(most);
    for (y, (line, style)) in (text.y..text.bottom()).zip(rows.iter().skip(from)) {
        buffer.set_stringn(text.x, y, line, usize::from(text.width), *style);
    }
    let before = ui.layout.commands.as_ref().filter(|shown| shown.sha256 == view.brought.sha256);
    let whole = before.is_some_and(|shown| shown.whole) || from == most;
    let since = before.map_or(ui.time, |shown| shown.since);
    let sha256 = view.brought.sha256.clone();
    let most_rows = u16::try_from(most).unwrap_or(u16::MAX);
    layout.commands = Some(ShownCommands { sha256, since, whole, most: most_rows });
    if most > 0 {
        let of = format!(" {}-{} of {} ", from + 1, from + usize::from(text.height), rows.len());
        let x = place.right().saturating_sub(width(&of) + 2);
        buffer.set_stringn(x, place.bottom() - 1, &of, of.len(), look.dim());
    }
    let agree = match (whole, &view.task) {
        (false, _) => ("↓", "more below: see it all first"),
        (true, Some(_)) => ("y", "agree to them, start the task"),
        (true, None) => ("y", "agree to them"),
    };
    let not_now = if view.task.is_some() { "not now; the task stays" } else { "not now" };
    for (y, (key, what)) in (text.bottom() + gap..inside.bottom()).zip([agree, ("else", not_now)]) {
        let line = format!("{key:<4}  {what}");
        buffer.set_stringn(inside.x, y, line, usize::from(inside.width), look.strong());
    }
}

impl Ui {
    /// A task that was typed did not become a run: its words go back into the box.
    pub fn task_refused(&mut self, task: &str, reason: String) {
        self.refused(reason);
        self.give_back(task);
    }

    fn give_back(&mut self, task: &str) {
        if self.input.is_empty() {
            self.input.replace(task);
            self.input.address = Address::NewTask;
            self.focus = Focus::Input;
        }
    }

    /// A task cannot be started before the operator agreed to these commands.
    pub fn must_agree(&mut self, task: String, brought: Brought) {
        self.give_back(&task);
        open(self, brought, Some(task), false);
    }

    /// The file is another one than that which was shown: nothing was agreed to.
    pub fn commands_changed(&mut self, task: Option<String>, brought: Brought) {
        open(self, brought, task, true);
    }

    /// What the repository's settings bring along, as they are now.
    pub fn commands_read(&mut self, brings: Result<Brings, String>) {
        match brings {
            Ok(Brings::Unagreed(brought)) => open(self, brought, None, false),
            Ok(brings) => {
                let reason = nothing(&brings);
                self.brings = brings;
                if let Some(reason) = reason {
                    self.told(reason);
                }
            }
            Err(reason) => self.refused(reason),
        }
    }

    /// The operator's agreement is kept, or none is needed any more; the words of the task that is started now leave the box.
    pub fn commands_agreed(&mut self, glass: &Glass, brings: Brings, task: Option<&str>) {
        if let Brings::Agreed { file } = &brings {
            self.told(format!("you agreed to the commands of {file}, until it changes"));
        }
        self.brings = brings;
        if task.is_some_and(|task| self.mode == Mode::Live && self.input.text() == task) {
            self.input.taken();
            settle_focus(self, glass);
        }
    }
}
