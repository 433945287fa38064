//! The input box: several lines, a history, and always an address.

use super::model::{Ask, Edited};
use crate::domain::{GateId, Run};
use crate::term::{Key, KeyCode, Mods};
use tui_textarea::{CursorMove, Input, Key as AreaKey, TextArea};

/// Lines that the history keeps.
const HISTORY: usize = 200;

/// To whom the words in the box go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    NewTask,
    Note,
    Say(String),
    Answer(GateId),
    /// The note that goes with a rejection; it may be empty.
    Reject(GateId),
}

impl Address {
    /// Whom the words are for, in front of the box.
    pub fn label(&self) -> String {
        match self {
            Self::NewTask => "new task".to_owned(),
            Self::Note => "note to the run".to_owned(),
            Self::Say(role) => format!("say to {role}"),
            Self::Answer(gate) => format!("answer to gate {gate}"),
            Self::Reject(gate) => format!("reject gate {gate}, note"),
        }
    }
}

#[derive(Debug)]
pub(super) struct InputBox {
    area: TextArea<'static>,
    pub(super) address: Address,
    history: Vec<String>,
    /// Where in the history the box stands; at its length when on new words.
    place: usize,
}

impl InputBox {
    pub(super) fn new() -> Self {
        Self { area: TextArea::default(), address: Address::NewTask, history: Vec::new(), place: 0 }
    }

    pub(super) fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    pub(super) fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// Row and column of the cursor, in characters.
    pub(super) fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.area.lines().iter().all(String::is_empty)
    }

    pub(super) fn set(&mut self, text: &str) {
        self.area = TextArea::new(text.lines().map(str::to_owned).collect());
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
    }

    /// Puts other words in the place of all there are, as one change that can be undone.
    pub(super) fn replace(&mut self, text: &str) {
        if text == self.text() {
            return;
        }
        self.area.select_all();
        self.area.cut();
        self.area.insert_str(text);
    }

    pub(super) fn ask_editor(&self) -> Ask {
        Ask::Edit { text: self.text(), suffix: ".md", then: Edited::Input }
    }

    pub(super) fn taken(&mut self) {
        let text = self.text();
        if !text.trim().is_empty() && self.history.last() != Some(&text) {
            self.history.push(text);
            let surplus = self.history.len().saturating_sub(HISTORY);
            self.history.drain(..surplus);
        }
        self.place = self.history.len();
        self.area = TextArea::default();
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.area.insert_str(text.replace("\r\n", "\n").replace('\r', "\n"));
    }

    pub(super) fn newline(&mut self) {
        self.area.insert_newline();
    }

    /// An older entry, when the cursor is in the first line.
    pub(super) fn older(&mut self) -> bool {
        if self.area.cursor().0 > 0 || self.place == 0 {
            return false;
        }
        self.place -= 1;
        let text = self.history[self.place].clone();
        self.set(&text);
        true
    }

    pub(super) fn newer(&mut self) -> bool {
        if self.place >= self.history.len() {
            return false;
        }
        self.place += 1;
        let text = self.history.get(self.place).cloned().unwrap_or_default();
        self.set(&text);
        true
    }

    /// An editing key. Whether it meant something.
    pub(super) fn edit(&mut self, key: Key) -> bool {
        let code = match key.code {
            KeyCode::Char(character) => AreaKey::Char(key.typed().unwrap_or(character)),
            KeyCode::Backspace => AreaKey::Backspace,
            KeyCode::Delete => AreaKey::Delete,
            KeyCode::Left => AreaKey::Left,
            KeyCode::Right => AreaKey::Right,
            KeyCode::Up => AreaKey::Up,
            KeyCode::Down => AreaKey::Down,
            KeyCode::Home => AreaKey::Home,
            KeyCode::End => AreaKey::End,
            KeyCode::Enter
            | KeyCode::Tab
            | KeyCode::BackTab
            | KeyCode::Esc
            | KeyCode::PageUp
            | KeyCode::PageDown
            | KeyCode::Insert
            | KeyCode::F(_) => return false,
        };
        let typed = key.typed().is_some();
        self.area.input(Input {
            key: code,
            ctrl: key.mods.contains(Mods::CTRL),
            alt: key.mods.contains(Mods::ALT),
            shift: key.mods.contains(Mods::SHIFT) && !typed,
        });
        true
    }

    /// The address that fits the run as it stands, unless the operator chose one that still makes sense.
    pub(super) fn readdress(&mut self, run: &Run) {
        self.address = self.fitting(run);
    }

    pub(super) fn fitting(&self, run: &Run) -> Address {
        let alive = run.id.is_some() && !run.is_over();
        let fits = match &self.address {
            Address::NewTask => !alive,
            Address::Note | Address::Say(_) => alive,
            Address::Answer(gate) | Address::Reject(gate) => {
                run.gate(*gate).is_some_and(crate::domain::Gate::is_open)
            }
        };
        match (fits, alive) {
            (true, _) => self.address.clone(),
            (false, true) => Address::Note,
            (false, false) => Address::NewTask,
        }
    }

    /// The next address that makes sense.
    pub(super) fn next_address(&mut self, run: &Run) {
        if run.id.is_none() || run.is_over() {
            self.address = Address::NewTask;
            return;
        }
        let mut all = vec![Address::Note];
        all.extend(run.roles.keys().map(|role| Address::Say(role.to_string())));
        let place = all.iter().position(|one| *one == self.address);
        self.address = all[place.map_or(0, |place| (place + 1) % all.len())].clone();
    }
}
