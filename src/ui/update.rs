//! From keys, pastes and the mouse to wishes. Nothing is done here; the UI's own state moves at once.

use super::answer;
use super::input::Address;
use super::keys::{self, Action};
use super::model::{Ask, Focus, Layout, Mode, Mouse, MouseKind, Msg, PlayerAct, Popup, Ui, Zoom};
use super::view::{active_role, shown_gate};
use crate::domain::{Answer, AnswerKind, GateId, OperatorAct, PaneId, PauseMode, RoleName, Text};
use crate::glass::Glass;
use crate::term::{self, Key, KeyCode, Mods};

const SEEK: u64 = 10_000;

pub fn update(ui: &mut Ui, glass: &Glass, msg: Msg) -> Vec<Ask> {
    ui.input.readdress(&glass.run);
    ui.dismissed.retain(|gate| glass.run.gate(*gate).is_some_and(crate::domain::Gate::is_open));
    let asks = match msg {
        Msg::Key(key) => {
            ui.last_refusal = None;
            on_key(ui, glass, key)
        }
        Msg::Paste(text) => on_paste(ui, glass, &text),
        Msg::Mouse(mouse) => on_mouse(ui, glass, mouse),
        Msg::Focus(gained) => focus_event(ui, glass, gained),
        Msg::Resize { .. } | Msg::Tick => Vec::new(),
    };
    if ui.typing && typing_pane(ui, glass).is_none() {
        ui.typing = false;
    }
    asks
}

/// The sizes that the panes should have after this layout.
pub(super) fn pane_sizes(layout: &Layout) -> Vec<Ask> {
    layout
        .panes
        .iter()
        .map(|(pane, area)| Ask::PaneSize { pane: pane.clone(), cols: area.width, rows: area.height })
        .collect()
}

impl Ui {
    /// A gate opened, or was open when the screen did: its card gets the keys, unless something is typed already.
    pub fn call_to_gate(&mut self, glass: &Glass) {
        let free = self.popups.is_empty() && !self.typing && self.input.text().is_empty();
        if free && self.focus == Focus::Input && shown_gate(self, glass).is_some() {
            self.focus = Focus::Gates;
        }
    }

    /// What the children should be told after a frame was drawn.
    pub fn wanted_sizes(&self) -> Vec<Ask> {
        if self.mode == Mode::Live { pane_sizes(&self.layout) } else { Vec::new() }
    }
}

fn focused_pane(ui: &Ui, glass: &Glass) -> Option<PaneId> {
    let role = RoleName::new(ui.focus.role()?);
    glass
        .run
        .role_pane(&role)
        .filter(|pane| pane.state != crate::domain::PaneState::Gone)
        .map(|pane| pane.id.clone())
}

fn typing_pane(ui: &Ui, glass: &Glass) -> Option<PaneId> {
    ui.typing.then(|| focused_pane(ui, glass)).flatten()
}

fn on_key(ui: &mut Ui, glass: &Glass, key: Key) -> Vec<Ask> {
    if ui.layout.too_small {
        return if key.typed() == Some('q') { vec![Ask::Quit] } else { Vec::new() };
    }
    if !ui.popups.is_empty() {
        return popup_key(ui, glass, key);
    }
    if ui.typing {
        return typed(ui, glass, key);
    }
    let ctrl = |character| Key::new(KeyCode::Char(character), Mods::CTRL);
    if key == ctrl('c') || key == ctrl('d') {
        return vec![Ask::Quit];
    }
    if key == ctrl('l') {
        return vec![Ask::Redraw];
    }
    if ui.focus == Focus::Input {
        return input_key(ui, glass, key);
    }
    if let Some(gate) = shown_gate(ui, glass).filter(|_| ui.mode == Mode::Live)
        && let Some(asks) = gate_key(ui, glass, gate, key)
    {
        return asks;
    }
    match keys::action(ui.mode, key) {
        Some(action) => act(ui, glass, action),
        None => Vec::new(),
    }
}

/// While typing into an agent only the leader belongs to awtui.
fn typed(ui: &mut Ui, glass: &Glass, key: Key) -> Vec<Ask> {
    let leader = Key::new(KeyCode::Char('g'), Mods::CTRL);
    if std::mem::take(&mut ui.leader) {
        if key == leader {
            return to_pane(ui, glass, |modes| term::encode_key(key, modes));
        }
        ui.typing = false;
        return match key.typed() {
            Some('h') => act(ui, glass, Action::HandBack),
            _ => Vec::new(),
        };
    }
    if key == leader {
        ui.leader = true;
        return Vec::new();
    }
    to_pane(ui, glass, |modes| term::encode_key(key, modes))
}

/// Bytes for the child in the focused pane; the first ones take the pane over.
fn to_pane(ui: &Ui, glass: &Glass, encode: impl Fn(&term::Modes) -> Vec<u8>) -> Vec<Ask> {
    let Some(pane) = focused_pane(ui, glass) else { return Vec::new() };
    let Some(shown) = glass.panes.get(&pane) else { return Vec::new() };
    let bytes = encode(&shown.screen.modes());
    if bytes.is_empty() {
        return Vec::new();
    }
    let mut asks = Vec::new();
    if glass.run.taken_over.as_ref() != Some(&pane) && !glass.run.is_over() {
        asks.push(Ask::Act(OperatorAct::TakeOver { pane: pane.clone() }));
    }
    asks.push(Ask::Type { pane, bytes });
    asks
}

fn on_paste(ui: &mut Ui, glass: &Glass, text: &str) -> Vec<Ask> {
    if ui.typing {
        return to_pane(ui, glass, |modes| term::encode_paste(text, modes));
    }
    if ui.mode == Mode::Live && ui.popups.is_empty() {
        ui.focus = Focus::Input;
        ui.input.paste(text);
    }
    Vec::new()
}

fn focus_event(ui: &Ui, glass: &Glass, gained: bool) -> Vec<Ask> {
    let Some(pane) = typing_pane(ui, glass) else { return Vec::new() };
    let bytes = glass.panes.get(&pane).and_then(|pane| term::encode_focus(gained, &pane.screen.modes()));
    bytes.map(|bytes| vec![Ask::Type { pane, bytes }]).unwrap_or_default()
}

fn input_key(ui: &mut Ui, glass: &Glass, key: Key) -> Vec<Ask> {
    let alt_enter = key.code == KeyCode::Enter && !key.mods.is_empty();
    match key.code {
        KeyCode::Enter if alt_enter => ui.input.newline(),
        KeyCode::Enter => return submit(ui, glass),
        KeyCode::Esc => ui.focus = default_focus(ui, glass),
        KeyCode::Tab => ui.focus = next_focus(ui.focus, 1),
        KeyCode::BackTab => ui.focus = next_focus(ui.focus, Focus::ALL.len() - 1),
        KeyCode::Char('j') if key.mods == Mods::CTRL => ui.input.newline(),
        KeyCode::Char('t') if key.mods == Mods::CTRL => ui.input.next_address(&glass.run),
        KeyCode::Up if ui.input.older() => {}
        KeyCode::Down if ui.input.cursor().0 + 1 >= ui.input.lines().len() && ui.input.newer() => {}
        KeyCode::Char('?') if ui.input.is_empty() => ui.popups.push(help()),
        KeyCode::Char(_)
        | KeyCode::Backspace
        | KeyCode::Up
        | KeyCode::Down
        | KeyCode::Left
        | KeyCode::Right
        | KeyCode::Home
        | KeyCode::End
        | KeyCode::PageUp
        | KeyCode::PageDown
        | KeyCode::Insert
        | KeyCode::Delete
        | KeyCode::F(_) => {
            ui.input.edit(key);
        }
    }
    Vec::new()
}

fn help() -> Popup {
    Popup::Help { filter: String::new(), selected: 0 }
}

fn default_focus(ui: &Ui, glass: &Glass) -> Focus {
    let roles: Vec<RoleName> = glass.run.roles.keys().cloned().collect();
    match active_role(ui, glass, &roles) {
        Some(role) if role.as_str() == "worker" => Focus::Worker,
        Some(_) => Focus::Analyst,
        None => Focus::Steps,
    }
}

/// The words leave for where they are addressed; the box keeps them until they were taken.
fn submit(ui: &mut Ui, glass: &Glass) -> Vec<Ask> {
    let text = ui.input.text();
    if text.trim().is_empty() {
        return Vec::new();
    }
    let ask = match &ui.input.address {
        Address::NewTask => Ask::StartRun { task: text },
        Address::Note => Ask::Act(OperatorAct::Note { text: Text::from(text) }),
        Address::Say(role) => {
            Ask::Act(OperatorAct::Say { role: RoleName::new(role), text: Text::from(text) })
        }
        Address::Answer(gate) => {
            let answer = Answer { kind: AnswerKind::Answer, text: Text::from(text) };
            let ask = Ask::Act(OperatorAct::AnswerGate { gate: *gate, answer });
            ui.focus = default_focus(ui, glass);
            ask
        }
    };
    ui.input.taken();
    vec![ask]
}

/// A key for the gate card; `None` when the card does not want it.
fn gate_key(ui: &mut Ui, glass: &Glass, id: GateId, key: Key) -> Option<Vec<Ask>> {
    let gate = glass.run.gate(id)?;
    let count = gate.answers.len();
    let selected = ui.gate_choice.min(count.saturating_sub(1));
    if key.code == KeyCode::Up || key.code == KeyCode::Down {
        let down = key.code == KeyCode::Down;
        ui.gate_choice =
            if down { (selected + 1).min(count.saturating_sub(1)) } else { selected.saturating_sub(1) };
        return Some(Vec::new());
    }
    if key.code == KeyCode::Esc {
        ui.dismissed.push(id);
        return Some(Vec::new());
    }
    let chosen = if key.code == KeyCode::Enter {
        gate.answers.get(selected).copied()
    } else {
        let typed = key.typed();
        gate.answers.iter().copied().find(|kind| Some(answer::key(*kind)) == typed)
    };
    let kind = chosen?;
    ui.gate_choice = 0;
    if kind == AnswerKind::Answer {
        ui.input.address = Address::Answer(id);
        ui.focus = Focus::Input;
        return Some(Vec::new());
    }
    let answer = Answer { kind, text: Text::default() };
    Some(vec![Ask::Act(OperatorAct::AnswerGate { gate: id, answer })])
}

fn popup_key(ui: &mut Ui, glass: &Glass, key: Key) -> Vec<Ask> {
    match ui.popups.last_mut() {
        None => Vec::new(),
        Some(Popup::ConfirmAbort) => {
            ui.popups.pop();
            if key.typed() == Some('y') {
                return vec![Ask::Act(OperatorAct::Abort { reason: "the operator's wish".to_owned() })];
            }
            Vec::new()
        }
        Some(Popup::Step { scroll, .. }) => {
            let by = [(KeyCode::Up, -1), (KeyCode::Down, 1), (KeyCode::PageUp, -10), (KeyCode::PageDown, 10)];
            match by.into_iter().find(|(code, _)| *code == key.code) {
                Some((_, by)) => *scroll = scroll.saturating_add_signed(by),
                None => {
                    ui.popups.pop();
                }
            }
            Vec::new()
        }
        Some(Popup::Help { .. }) => help_key(ui, glass, key),
    }
}

fn help_key(ui: &mut Ui, glass: &Glass, key: Key) -> Vec<Ask> {
    let Some(Popup::Help { mut filter, mut selected }) = ui.popups.pop() else { return Vec::new() };
    if key.code == KeyCode::Esc {
        return Vec::new();
    }
    if key.code == KeyCode::Enter {
        let entry = keys::matching(ui, glass, &filter).into_iter().nth(selected);
        return entry.map_or_else(Vec::new, |entry| act(ui, glass, entry.action));
    }
    if key.code == KeyCode::Up {
        selected = selected.saturating_sub(1);
    } else if key.code == KeyCode::Down {
        selected += 1;
    } else {
        if key.code == KeyCode::Backspace {
            filter.pop();
        } else {
            filter.extend(key.typed());
        }
        selected = 0;
    }
    // The selection stays on a line that is there.
    let most = keys::matching(ui, glass, &filter).len().saturating_sub(1);
    ui.popups.push(Popup::Help { filter, selected: selected.min(most) });
    Vec::new()
}

fn next_focus(focus: Focus, by: usize) -> Focus {
    let place = Focus::ALL.iter().position(|one| *one == focus).unwrap_or(0);
    Focus::ALL[(place + by) % Focus::ALL.len()]
}

fn act(ui: &mut Ui, glass: &Glass, action: Action) -> Vec<Ask> {
    if let Some(reason) = keys::disabled(ui, glass, action) {
        ui.last_refusal = Some(reason);
        return Vec::new();
    }
    let pause = |mode| vec![Ask::Act(OperatorAct::Pause { mode, reason: "the operator's wish".to_owned() })];
    match action {
        Action::Help => ui.popups.push(help()),
        Action::Quit => return vec![Ask::Quit],
        Action::FocusNext => ui.focus = skip_input(ui, next_focus(ui.focus, 1), 1),
        Action::FocusPrevious => {
            let back = Focus::ALL.len() - 1;
            ui.focus = skip_input(ui, next_focus(ui.focus, back), back);
        }
        Action::Focus(focus) => ui.focus = focus,
        Action::Zoom => {
            ui.zoom = match ui.zoom {
                Zoom::Normal => Zoom::Panes,
                Zoom::Panes => Zoom::Full,
                Zoom::Full => Zoom::Normal,
            };
        }
        Action::TypeInto => begin_typing(ui, glass),
        Action::Open if ui.focus.role().is_some() && ui.mode == Mode::Live => begin_typing(ui, glass),
        Action::Open if ui.focus == Focus::Steps && !glass.run.steps.is_empty() => {
            let index = ui.selected_step.unwrap_or(glass.run.steps.len() - 1);
            ui.popups.push(Popup::Step { index, scroll: 0 });
        }
        Action::Open => {}
        Action::HandBack => return vec![Ask::Act(OperatorAct::HandBack)],
        Action::Pause => return pause(PauseMode::Drain),
        Action::PauseNow => return pause(PauseMode::Now),
        Action::Resume => return vec![Ask::Act(OperatorAct::Resume)],
        Action::Abort => ui.popups.push(Popup::ConfirmAbort),
        Action::OpenGate => ui.dismissed.clear(),
        Action::Up | Action::Down => select_step(ui, glass, action == Action::Down),
        Action::WriteHere => ui.focus = Focus::Input,
        Action::ToggleMouse => {
            ui.mouse = !ui.mouse;
            return vec![Ask::ToggleMouse];
        }
        Action::Redraw => return vec![Ask::Redraw],
        Action::Play => return vec![Ask::Player(PlayerAct::TogglePlay)],
        Action::Faster => return vec![Ask::Player(PlayerAct::Faster)],
        Action::Slower => return vec![Ask::Player(PlayerAct::Slower)],
        Action::NextStep => return vec![Ask::Player(PlayerAct::NextStep)],
        Action::PreviousStep => return vec![Ask::Player(PlayerAct::PreviousStep)],
        Action::NextGate => return vec![Ask::Player(PlayerAct::NextGate)],
        Action::Start => return vec![Ask::Player(PlayerAct::Start)],
        Action::End => return vec![Ask::Player(PlayerAct::End)],
        Action::Forward => return vec![Ask::Player(PlayerAct::Forward(SEEK))],
        Action::Back => return vec![Ask::Player(PlayerAct::Back(SEEK))],
    }
    Vec::new()
}

fn skip_input(ui: &Ui, focus: Focus, by: usize) -> Focus {
    if focus == Focus::Input && ui.mode != Mode::Live { next_focus(focus, by) } else { focus }
}

fn begin_typing(ui: &mut Ui, glass: &Glass) {
    if focused_pane(ui, glass).is_some() {
        ui.typing = true;
        ui.leader = false;
    } else {
        ui.last_refusal = Some("no agent runs in that pane".to_owned());
    }
}

fn select_step(ui: &mut Ui, glass: &Glass, down: bool) {
    let Some(last) = glass.run.steps.len().checked_sub(1) else { return };
    let now = ui.selected_step.unwrap_or(last);
    let next = if down { now + 1 } else { now.saturating_sub(1) };
    // Past the end: follow the newest again.
    ui.selected_step = (next <= last).then_some(next);
}

fn on_mouse(ui: &mut Ui, glass: &Glass, mouse: Mouse) -> Vec<Ask> {
    let inside = |area: &ratatui::layout::Rect| area.contains((mouse.col, mouse.row).into());
    match mouse.kind {
        MouseKind::Down => {
            let place = ui.layout.places.iter().rev().find(|(_, area)| inside(area)).map(|(focus, _)| *focus);
            if let Some(focus) = place
                && ui.popups.is_empty()
            {
                if focus != ui.focus {
                    ui.typing = false;
                }
                ui.focus = focus;
            }
            Vec::new()
        }
        MouseKind::ScrollUp | MouseKind::ScrollDown => {
            let down = mouse.kind == MouseKind::ScrollDown;
            if let Some(Popup::Step { scroll, .. }) = ui.popups.last_mut() {
                *scroll = if down { scroll.saturating_add(3) } else { scroll.saturating_sub(3) };
            } else if ui.focus == Focus::Steps {
                select_step(ui, glass, down);
            }
            Vec::new()
        }
        MouseKind::Up | MouseKind::Drag => Vec::new(),
    }
}
