//! The input box: several lines, a history, and always an address.

pub(super) mod completion;
pub(super) mod draw;
mod rows;

use super::model::{Ask, Edited};
use crate::domain::{AnswerKind, Gate, GateId, Run};
use crate::term::{Key, KeyCode, Mods};
use std::collections::BTreeMap;
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

impl Address {
    /// As a draft keeps it.
    pub fn written(&self) -> String {
        match self {
            Self::NewTask => "task".to_owned(),
            Self::Note => "note".to_owned(),
            Self::Say(role) => format!("say {role}"),
            Self::Answer(gate) => format!("answer {gate}"),
            Self::Reject(gate) => format!("reject {gate}"),
        }
    }

    /// As it was written; unknown words are a note.
    pub fn read(text: &str) -> Self {
        let gate = |text: &str| text.parse().ok().map(GateId);
        match text.split_once(' ') {
            Some(("say", role)) => Self::Say(role.to_owned()),
            Some(("answer", id)) => gate(id).map_or(Self::Note, Self::Answer),
            Some(("reject", id)) => gate(id).map_or(Self::Note, Self::Reject),
            None if text == "task" => Self::NewTask,
            Some(_) | None => Self::Note,
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
    /// Words that were changed or begun at a place of the history and left for another place.
    left: BTreeMap<usize, String>,
    /// What was sent and is not yet kept for other sessions.
    said: Vec<String>,
}

impl InputBox {
    pub(super) fn new() -> Self {
        Self {
            area: TextArea::default(),
            address: Address::NewTask,
            history: Vec::new(),
            place: 0,
            left: BTreeMap::new(),
            said: Vec::new(),
        }
    }

    /// What was sent in earlier sessions, the oldest first.
    pub(super) fn remember(&mut self, history: Vec<String>) {
        self.history = history;
        self.place = self.history.len();
    }

    pub(super) fn history(&self) -> &[String] {
        &self.history
    }

    pub(super) fn take_said(&mut self) -> Vec<String> {
        std::mem::take(&mut self.said)
    }

    pub(super) fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    pub(super) fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// Line and place of the cursor, in characters.
    pub(super) fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// What is selected: from a place up to another one.
    pub(super) fn selection(&self) -> Option<((usize, usize), (usize, usize))> {
        self.area.selection_range()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.area.lines().iter().all(String::is_empty)
    }

    /// Puts other words in the place of all there are; it can be undone.
    pub(super) fn replace(&mut self, text: &str) {
        if text == self.text() {
            return;
        }
        let yanked = self.area.yank_text();
        self.area.select_all();
        self.area.cut();
        self.area.set_yank_text(yanked);
        self.area.insert_str(text);
    }

    pub(super) fn ask_editor(&self) -> Ask {
        Ask::Edit { text: self.text(), suffix: ".md", line: 1, then: Edited::Input }
    }

    /// The words leave the box.
    pub(super) fn taken(&mut self) {
        let text = self.text();
        if !text.trim().is_empty() && self.history.last() != Some(&text) {
            self.said.push(text.clone());
            self.history.push(text);
            let surplus = self.history.len().saturating_sub(HISTORY);
            self.history.drain(..surplus);
        }
        self.emptied();
    }

    /// The words are not needed any more, and were none that are kept.
    pub(super) fn emptied(&mut self) {
        self.place = self.history.len();
        self.left.clear();
        self.area = TextArea::default();
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.area.insert_str(text.replace("\r\n", "\n").replace('\r', "\n"));
    }

    pub(super) fn newline(&mut self) {
        self.area.insert_newline();
    }

    /// The entry of the history before the one that is shown. What is in the box is found again by going back.
    pub(super) fn older(&mut self) -> bool {
        match self.place.checked_sub(1) {
            Some(place) => self.go_to(place),
            None => false,
        }
    }

    pub(super) fn newer(&mut self) -> bool {
        self.place < self.history.len() && self.go_to(self.place + 1)
    }

    fn go_to(&mut self, place: usize) -> bool {
        self.left.insert(self.place, self.text());
        self.place = place;
        let text = self.left.get(&place).or_else(|| self.history.get(place)).cloned().unwrap_or_default();
        self.replace(&text);
        true
    }

    /// Moves the cursor to a place of the text; what was selected is so no longer.
    pub(super) fn jump(&mut self, (line, character): (usize, usize)) {
        let short = |place: usize| u16::try_from(place).unwrap_or(u16::MAX);
        self.area.cancel_selection();
        self.area.move_cursor(CursorMove::Jump(short(line), short(character)));
    }

    /// The word that ends at the cursor, blanks being what divides words: where it begins, and its text.
    pub(super) fn word(&self) -> (usize, String) {
        let (line, character) = self.cursor();
        let before: Vec<char> =
            self.lines().get(line).map_or("", String::as_str).chars().take(character).collect();
        let from =
            before.iter().rposition(|character| character.is_whitespace()).map_or(0, |place| place + 1);
        (from, before[from..].iter().collect())
    }

    /// Puts a text in the place of so many characters before the cursor.
    pub(super) fn put(&mut self, characters: usize, text: &str) {
        for _ in 0..characters {
            self.area.delete_char();
        }
        self.area.insert_str(text);
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
        // What shells do by these keys; the area has others for it, one of which is the search in what was sent.
        match (key.code, key.mods) {
            (KeyCode::Char('u'), Mods::CTRL) => {
                self.area.delete_line_by_head();
                return true;
            }
            (KeyCode::Char('_' | '/' | '7'), Mods::CTRL) | (KeyCode::Char('u'), Mods::ALT) => {
                self.area.undo();
                return true;
            }
            (KeyCode::Char('r'), Mods::ALT) => {
                self.area.redo();
                return true;
            }
            _ => {}
        }
        let typed = key.typed().is_some();
        self.area.input(Input {
            key: code,
            ctrl: key.mods.contains(Mods::CTRL),
            alt: key.mods.contains(Mods::ALT),
            shift: key.mods.contains(Mods::SHIFT) && !typed,
        });
        true
    }

    /// An empty box is for what fits the run as it stands, unless the operator chose an address that still makes sense.
    pub(super) fn readdress(&mut self, run: &Run) {
        self.address = self.fitting(run);
    }

    /// Words that are written keep their address, even if it has lapsed: nothing else was meant.
    pub(super) fn fitting(&self, run: &Run) -> Address {
        let alive = run.id.is_some() && !run.is_over();
        match (self.makes_sense(run) || !self.is_empty(), alive) {
            (true, _) => self.address.clone(),
            (false, true) => Address::Note,
            (false, false) => Address::NewTask,
        }
    }

    fn makes_sense(&self, run: &Run) -> bool {
        let alive = run.id.is_some() && !run.is_over();
        match &self.address {
            Address::NewTask => !alive,
            Address::Note | Address::Say(_) => alive,
            Address::Answer(gate) | Address::Reject(gate) => run.gate(*gate).is_some_and(Gate::is_open),
        }
    }

    /// Whether there are words whose address is no more: nobody gets them before they have another.
    pub(super) fn has_lapsed(&self, run: &Run) -> bool {
        !self.is_empty() && !self.makes_sense(run)
    }

    /// The next address that makes sense.
    pub(super) fn next_address(&mut self, run: &Run) {
        if run.id.is_none() || run.is_over() {
            self.address = Address::NewTask;
            return;
        }
        let mut all = vec![Address::Note];
        all.extend(run.roles.keys().map(|role| Address::Say(role.to_string())));
        let takes_words = |gate: &&Gate| gate.answers.contains(&AnswerKind::Answer);
        all.extend(run.open_gates().filter(takes_words).map(|gate| Address::Answer(gate.id)));
        let place = all.iter().position(|one| *one == self.address);
        self.address = all[place.map_or(0, |place| (place + 1) % all.len())].clone();
    }
}
