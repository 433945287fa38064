//! From keys, pastes and the mouse to wishes. Nothing is done here; the UI's own state moves at once.

use super::act::{act, clamp, leave_input, settle_focus};
use super::input::{Address, completion, draw};
use super::keys::{self, context, written};
use super::model::{ActionList, Ask, Focus, Layout, Mode, Msg, Popup, Ui};
use super::view::shown_gate;
use super::{
    commands, events, gate, given, leave, mouse, preview, reader, runs, settings, setup, slots, trust,
};
use crate::domain::{Answer, AnswerKind, Gate, OperatorAct, PaneId, RoleName, Text};
use crate::glass::Glass;
use crate::settings::keymap::Lookup;
use crate::settings::{Action, Context};
use crate::term::{self, Key, KeyCode, Mods};

pub fn update(ui: &mut Ui, glass: &Glass, msg: Msg) -> Vec<Ask> {
    ui.input.readdress(&glass.run);
    ui.dismissed.retain(|gate| glass.run.gate(*gate).is_some_and(Gate::is_open));
    ui.answered.retain(|gate| glass.run.gate(*gate).is_some_and(Gate::is_open));
    let asks = match msg {
        Msg::Key(key) => {
            ui.toasts.go_on(ui.time);
            on_key(ui, glass, key)
        }
        Msg::Paste(text) => on_paste(ui, glass, &text),
        Msg::Mouse(event) => mouse::on_mouse(ui, glass, event),
        Msg::Focus(gained) => focus_event(ui, glass, gained),
        Msg::Resize { .. } => Vec::new(),
    };
    reader::settle(ui, glass);
    if ui.typing && typing_pane(ui, glass).is_none() {
        ui.typing = false;
        ui.pending.clear();
    }
    ui.which.follow(!ui.pending.is_empty(), ui.time);
    asks
}

/// The sizes that the panes should have after this layout.
fn pane_sizes(layout: &Layout) -> Vec<Ask> {
    layout
        .panes
        .iter()
        .map(|(pane, area)| Ask::PaneSize { pane: pane.clone(), cols: area.width, rows: area.height })
        .collect()
}

impl Ui {
    /// A terminal that was asked for is there: it gets the keys.
    pub fn opened(&mut self, glass: &Glass, pane: &PaneId) {
        let place =
            (0_u8..).zip(&glass.terminals).find(|(_, entry)| entry.pane == *pane).map(|(place, _)| place);
        let free = self.popups.is_empty() && !self.typing;
        if let Some(place) = place.filter(|_| free) {
            self.focus_on(Focus::Terminal(place));
            self.typing = true;
        }
    }

    /// The run that the screen is of is there. One that goes on is watched first: keys are no words for it yet.
    pub fn arrived(&mut self, glass: &Glass) {
        let alive = glass.run.id.is_some() && !glass.run.is_over();
        let free = self.popups.is_empty() && !self.typing && self.input.is_empty();
        if alive && free && self.focus == Focus::Input {
            settle_focus(self, glass);
        }
    }

    /// A gate opened, or was open when the screen did: its card gets the keys, unless something is typed already.
    pub fn call_to_gate(&mut self, glass: &Glass) {
        let free = self.popups.is_empty() && !self.typing && self.input.text().is_empty();
        if free
            && self.focus == Focus::Input
            && self.chosen != Some(Focus::Input)
            && shown_gate(self, glass).is_some()
        {
            // The card is all there is to see of it: panes and panels stay as they are.
            let pane = slots::active(self, glass, &slots::slots(glass)).filter(|_| !self.layout.panels);
            self.focus = pane.map_or(Focus::Gates, |slot| slot.focus);
        }
    }

    /// What the children should be told after a frame was drawn.
    pub fn wanted_sizes(&self) -> Vec<Ask> {
        if self.mode == Mode::Live { pane_sizes(&self.layout) } else { Vec::new() }
    }
}

/// The focused pane, as long as its child lives.
pub(super) fn focused_pane(ui: &Ui, glass: &Glass) -> Option<PaneId> {
    slots::slot(glass, ui.focus).filter(|slot| slot.lives).and_then(|slot| slot.pane)
}

/// The pane that has the keys, or the one that is shown where there is room for one; once it shows something.
pub(super) fn shown_pane(ui: &Ui, glass: &Glass) -> Option<(Focus, PaneId)> {
    let slot = slots::active(ui, glass, &slots::slots(glass))?;
    let pane = slot.pane.filter(|pane| glass.panes.contains_key(pane))?;
    Some((slot.focus, pane))
}

pub(super) fn typing_pane(ui: &Ui, glass: &Glass) -> Option<PaneId> {
    ui.typing.then(|| focused_pane(ui, glass)).flatten()
}

fn on_key(ui: &mut Ui, glass: &Glass, key: Key) -> Vec<Ask> {
    if key.code == KeyCode::Esc && !ui.typing {
        ui.toasts.dismiss();
    }
    if ui.layout.too_small {
        let leaves = match ui.keymap.lookup(Context::Normal, &[key]) {
            Lookup::Matched(action) => matches!(action, Action::Quit | Action::Detach),
            Lookup::Pending(_) | Lookup::NotFound => false,
        };
        return if leaves { vec![Ask::Quit] } else { Vec::new() };
    }
    if !ui.popups.is_empty() {
        return popup_key(ui, glass, key);
    }
    ui.reader.drag.clear();
    if ui.reader.is_typing() {
        return reader::prompt_key(ui, glass, key);
    }
    if events::filter_key(ui, key) {
        return Vec::new();
    }
    if ui.pending.is_empty()
        && let Some(asks) = completion::on_key(ui, glass, key)
    {
        return asks;
    }
    let context = context(ui, glass);
    ui.pending.push(key);
    match ui.keymap.lookup(context, &ui.pending) {
        Lookup::Matched(action) => {
            ui.pending.clear();
            act(ui, glass, action)
        }
        Lookup::Pending(_) => Vec::new(),
        Lookup::NotFound => {
            let keys = std::mem::take(&mut ui.pending);
            match (context, keys.as_slice()) {
                (Context::Typing, [key]) => to_pane(ui, glass, |modes| term::encode_key(*key, modes)),
                (Context::Input, [key]) => input_key(ui, glass, *key),
                (_, [_]) => Vec::new(),
                // One changed one's mind.
                (_, [.., last]) if last.code == KeyCode::Esc => Vec::new(),
                (_, keys) => {
                    ui.toasts.refusal(format!("{} does nothing here", written(keys)), ui.time);
                    Vec::new()
                }
            }
        }
    }
}

/// Bytes for the child in the focused pane; the first ones take the pane over.
pub(super) fn to_pane(ui: &mut Ui, glass: &Glass, encode: impl Fn(&term::Modes) -> Vec<u8>) -> Vec<Ask> {
    let Some(pane) = focused_pane(ui, glass) else { return Vec::new() };
    let Some(shown) = glass.panes.get(&pane) else { return Vec::new() };
    let bytes = encode(&shown.screen.modes());
    if bytes.is_empty() {
        return Vec::new();
    }
    // Who types wants to see what comes of it.
    ui.scrolled.remove(&pane);
    let mut asks = Vec::new();
    // A terminal of the operator is no part of the run.
    let role = slots::role(glass, ui.focus);
    if role.is_some() {
        // Enter sends, and the keys that clear or leave an input are no words.
        let is_words = bytes.last().is_some_and(|last| *last >= b' ' && *last != 0x7f);
        let is_edit = bytes == [0x7f] || bytes.starts_with(b"\x1b[") && !bytes.starts_with(b"\x1b[200~");
        if !is_edit {
            ui.unsent.clone_from(if is_words { &role } else { &None });
        }
    }
    if role.is_some() && glass.run.taken_over.as_ref() != Some(&pane) && !glass.run.is_over() {
        asks.push(Ask::Act(OperatorAct::TakeOver { pane: pane.clone() }));
    }
    asks.push(Ask::Type { pane, bytes });
    asks
}

fn on_paste(ui: &mut Ui, glass: &Glass, text: &str) -> Vec<Ask> {
    ui.pending.clear();
    if ui.typing {
        return to_pane(ui, glass, |modes| term::encode_paste(text, modes));
    }
    match ui.popups.last_mut() {
        None if ui.reader.is_reading() => {
            reader::paste(ui, glass, text);
            return Vec::new();
        }
        None if ui.events.is_typing() => {
            events::paste(ui, text);
            return Vec::new();
        }
        Some(Popup::Actions { filter, selected, .. }) => {
            filter.push_str(text.lines().next().unwrap_or_default());
            *selected = 0;
        }
        Some(Popup::Settings(view)) => settings::paste(view, text),
        Some(Popup::Setup(view)) => setup::paste(view, text),
        Some(Popup::Preview(_)) => preview::on_paste(ui, text),
        Some(
            Popup::Runs(_)
            | Popup::Commands(_)
            | Popup::Fact(_)
            | Popup::Explain(_)
            | Popup::ConfirmAbort { .. }
            | Popup::ConfirmCompact { .. }
            | Popup::ConfirmQuit
            | Popup::Trust(_),
        )
        | None => {}
    }
    if ui.mode == Mode::Live && ui.popups.is_empty() && !ui.layout.too_small {
        ui.focus_on(Focus::Input);
        ui.input.paste(text);
        ui.completion.close();
    }
    Vec::new()
}

fn focus_event(ui: &Ui, glass: &Glass, gained: bool) -> Vec<Ask> {
    let Some(pane) = typing_pane(ui, glass) else { return Vec::new() };
    let bytes = glass.panes.get(&pane).and_then(|pane| term::encode_focus(gained, &pane.screen.modes()));
    bytes.map(|bytes| vec![Ask::Type { pane, bytes }]).unwrap_or_default()
}

/// A key that edits the text, or moves in it: up and down by rows, and by what was sent before at their edges.
fn input_key(ui: &mut Ui, glass: &Glass, key: Key) -> Vec<Ask> {
    let down = key.code == KeyCode::Down;
    if (down || key.code == KeyCode::Up) && key.mods.is_empty() {
        match draw::beside(ui, glass, down) {
            Some(place) => ui.input.jump(place),
            None if down => drop(ui.input.newer()),
            None => drop(ui.input.older()),
        }
        return Vec::new();
    }
    ui.input.edit(key);
    completion::refresh(ui, glass)
}

/// Why the words in the box go nowhere yet.
fn not_sent(ui: &Ui, glass: &Glass) -> Option<String> {
    if ui.input.has_lapsed(&glass.run) {
        let other = keys::chord(ui, Context::Input, Action::NextAddress).unwrap_or_default();
        return Some(format!(
            "\"{}\" is over; {other} gives the words another address",
            ui.input.address.label()
        ));
    }
    completion::no_command(&ui.input.text())
}

/// The words leave for where they are addressed.
pub(super) fn submit(ui: &mut Ui, glass: &Glass) -> Vec<Ask> {
    if let Some(asks) = completion::run_command(ui, glass) {
        return asks;
    }
    ui.completion.close();
    if let Some(reason) = not_sent(ui, glass) {
        ui.toasts.refusal(reason, ui.time);
        return Vec::new();
    }
    let text = ui.input.text();
    let empty = text.trim().is_empty();
    let ask = match &ui.input.address {
        // A rejection stands without words; everything else needs some.
        Address::Reject(gate) => {
            let answer = Answer { kind: AnswerKind::Reject, text: Text::from(text) };
            Ask::Act(OperatorAct::AnswerGate { gate: *gate, answer })
        }
        Address::NewTask | Address::Note | Address::Say(_) | Address::Answer(_) if empty => {
            return Vec::new();
        }
        Address::NewTask => Ask::StartRun { task: text },
        Address::Note => Ask::Act(OperatorAct::Note { text: Text::from(text) }),
        Address::Say(role) => {
            Ask::Act(OperatorAct::Say { role: RoleName::new(role), text: Text::from(text) })
        }
        Address::Answer(gate) => {
            let answer = Answer { kind: AnswerKind::Answer, text: Text::from(text) };
            Ask::Act(OperatorAct::AnswerGate { gate: *gate, answer })
        }
    };
    if let Address::Reject(gate) | Address::Answer(gate) = &ui.input.address {
        ui.answered.push(*gate);
        ui.input.address = Address::Note;
    }
    ui.input.taken();
    // What comes next is watching, or a gate. Words for the run take nobody away from the pane that one is looking at.
    let is_for_run = matches!(ask, Ask::Act(OperatorAct::Note { .. } | OperatorAct::Say { .. }));
    if is_for_run && ui.is_beside_chosen_pane() {
        leave_input(ui, glass);
    } else {
        settle_focus(ui, glass);
    }
    vec![ask]
}

fn popup_key(ui: &mut Ui, glass: &Glass, key: Key) -> Vec<Ask> {
    match ui.popups.last() {
        None => Vec::new(),
        Some(Popup::Actions { .. }) => actions_key(ui, glass, key),
        Some(Popup::ConfirmAbort { gate }) => {
            let gate = *gate;
            ui.popups.pop();
            match key.typed() {
                Some('y') => vec![Ask::Act(gate::abort(ui, glass, gate))],
                Some(_) | None => Vec::new(),
            }
        }
        Some(Popup::ConfirmCompact { role }) => {
            let role = role.clone();
            ui.popups.pop();
            match key.typed() {
                Some('y') => vec![Ask::Act(OperatorAct::Compact { role })],
                Some(_) | None => Vec::new(),
            }
        }
        Some(Popup::ConfirmQuit) => leave::key(ui, glass, key),
        Some(Popup::Commands(_)) => commands::on_key(ui, glass, key),
        Some(Popup::Fact(_)) => events::whole_key(ui, glass, key),
        Some(Popup::Preview(_)) => preview::on_key(ui, glass, key),
        Some(Popup::Explain(_)) => super::explain::on_key(ui, key),
        Some(Popup::Runs(_)) => runs::key(ui, glass, key),
        Some(Popup::Settings(_)) => settings::key(ui, glass, key),
        Some(Popup::Setup(_)) => setup::key(ui, glass, key),
        Some(Popup::Trust(_)) => trust::key(ui, key),
    }
}

fn actions_key(ui: &mut Ui, glass: &Glass, key: Key) -> Vec<Ask> {
    let Some(Popup::Actions { list, context, mut filter, mut selected }) = ui.popups.pop() else {
        return Vec::new();
    };
    let ctrl = |character| Key::new(KeyCode::Char(character), Mods::CTRL);
    let count = keys::matching(ui, glass, list, context, &filter).len();
    selected = clamp(selected, count);
    match key.code {
        KeyCode::Esc => return Vec::new(),
        _ if key == ctrl('c') => return Vec::new(),
        KeyCode::Enter => return run_entry(ui, glass, list, context, &filter, selected),
        KeyCode::Up | KeyCode::BackTab => selected = selected.saturating_sub(1),
        KeyCode::Down | KeyCode::Tab => selected += 1,
        KeyCode::PageUp => selected = selected.saturating_sub(10),
        KeyCode::PageDown => selected += 10,
        KeyCode::Home => selected = 0,
        KeyCode::End => selected = count,
        KeyCode::Backspace => {
            if filter.pop().is_none() {
                return Vec::new();
            }
            selected = 0;
        }
        KeyCode::Char(_) => {
            if key == ctrl('u') {
                filter.clear();
            }
            filter.extend(key.typed());
            selected = 0;
        }
        KeyCode::Left | KeyCode::Right | KeyCode::Insert | KeyCode::Delete | KeyCode::F(_) => {}
    }
    // The selection stays on a line that is there.
    let count = keys::matching(ui, glass, list, context, &filter).len();
    ui.popups.push(Popup::Actions { list, context, filter, selected: clamp(selected, count) });
    Vec::new()
}

/// Does what the selected line says. One that cannot be done says why and leaves the list open.
pub(super) fn run_entry(
    ui: &mut Ui,
    glass: &Glass,
    list: ActionList,
    context: Context,
    filter: &str,
    selected: usize,
) -> Vec<Ask> {
    let Some(entry) = keys::matching(ui, glass, list, context, filter).into_iter().nth(selected) else {
        return Vec::new();
    };
    if let Some(reason) = entry.disabled {
        ui.toasts.refusal(reason, ui.time);
        ui.popups.push(Popup::Actions { list, context, filter: filter.to_owned(), selected });
        return Vec::new();
    }
    given::run_entry_of(ui, glass, entry.does)
}
