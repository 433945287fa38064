//! Which keys mean what here, and why one may not mean anything now. One list feeds dispatch, hint line and help.

use super::format::{clock, fit, width};
use super::model::{Focus, Mode, Ui};
use super::view::shown_gate;
use crate::domain::PauseMode;
use crate::glass::{Glass, Link, PlayerBar};
use crate::term::{Key, KeyCode, Mods};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What a key does outside typing and text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Help,
    Quit,
    FocusNext,
    FocusPrevious,
    Focus(Focus),
    Zoom,
    TypeInto,
    HandBack,
    Pause,
    PauseNow,
    Resume,
    Abort,
    OpenGate,
    Up,
    Down,
    Open,
    WriteHere,
    ToggleMouse,
    Redraw,
    Play,
    Faster,
    Slower,
    NextStep,
    PreviousStep,
    NextGate,
    Start,
    End,
    Forward,
    Back,
}

/// One line of the help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: &'static str,
    pub(super) action: Action,
    pub(super) description: &'static str,
    /// Why it cannot be done now.
    pub(super) disabled: Option<String>,
}

const LIVE: &[(&str, Action, &str)] = &[
    ("?", Action::Help, "what can be done here"),
    ("tab", Action::FocusNext, "focus the next part"),
    ("shift-tab", Action::FocusPrevious, "focus the part before"),
    ("i", Action::WriteHere, "write in the input box"),
    ("1", Action::Focus(Focus::Analyst), "focus the analyst"),
    ("2", Action::Focus(Focus::Worker), "focus the worker"),
    ("3", Action::Focus(Focus::Steps), "focus the steps"),
    ("4", Action::Focus(Focus::Ledger), "focus the ledger"),
    ("5", Action::Focus(Focus::Gates), "focus the gates"),
    ("6", Action::Focus(Focus::Artifacts), "focus the artifacts"),
    ("z", Action::Zoom, "zoom: all, panes, focused part alone"),
    ("enter", Action::Open, "type into the focused agent; open the selected step"),
    ("t", Action::TypeInto, "type into the focused agent"),
    ("h", Action::HandBack, "hand a taken-over pane back to the loop"),
    ("g", Action::OpenGate, "show the gate that waits"),
    ("p", Action::Pause, "pause after this turn"),
    ("P", Action::PauseNow, "pause now: interrupt the turn"),
    ("r", Action::Resume, "resume"),
    ("A", Action::Abort, "abort the run (asks)"),
    ("up", Action::Up, "up"),
    ("down", Action::Down, "down"),
    ("m", Action::ToggleMouse, "mouse to awtui or to your terminal"),
    ("ctrl-l", Action::Redraw, "draw the screen anew"),
    ("q", Action::Quit, "leave the screen; what runs goes on"),
];

const REPLAY: &[(&str, Action, &str)] = &[
    ("?", Action::Help, "what can be done here"),
    ("space", Action::Play, "play or hold"),
    ("+", Action::Faster, "faster"),
    ("-", Action::Slower, "slower"),
    ("n", Action::NextStep, "to the next step"),
    ("N", Action::PreviousStep, "to the step before"),
    ("g", Action::NextGate, "to the next gate"),
    ("right", Action::Forward, "10 seconds forward"),
    ("left", Action::Back, "10 seconds back"),
    ("home", Action::Start, "to the start"),
    ("end", Action::End, "to the end"),
    ("tab", Action::FocusNext, "focus the next part"),
    ("z", Action::Zoom, "zoom: all, panes, focused part alone"),
    ("up", Action::Up, "up"),
    ("down", Action::Down, "down"),
    ("enter", Action::Open, "open the selected step"),
    ("ctrl-l", Action::Redraw, "draw the screen anew"),
    ("q", Action::Quit, "leave"),
];

fn table(mode: Mode) -> &'static [(&'static str, Action, &'static str)] {
    match mode {
        Mode::Live | Mode::Watch => LIVE,
        Mode::Replay => REPLAY,
    }
}

/// The key as the tables write it.
fn name(key: Key) -> String {
    match key.typed() {
        Some(' ') => "space".to_owned(),
        Some(character) => character.to_string(),
        None => match (key.code, key.mods) {
            (KeyCode::BackTab, Mods::NONE) => "shift-tab".to_owned(),
            _ => key.to_string(),
        },
    }
}

pub(super) fn action(mode: Mode, key: Key) -> Option<Action> {
    let name = name(key);
    table(mode).iter().find(|(on, _, _)| *on == name).map(|(_, action, _)| *action)
}

/// Why an action makes no sense now.
pub(super) fn disabled(ui: &Ui, glass: &Glass, action: Action) -> Option<String> {
    let run = &glass.run;
    let none = || Some("no run".to_owned());
    let alive = run.id.is_some() && !run.is_over();
    let acts = matches!(
        action,
        Action::Pause
            | Action::PauseNow
            | Action::Resume
            | Action::Abort
            | Action::TypeInto
            | Action::HandBack
            | Action::WriteHere
    );
    if ui.mode == Mode::Watch && acts {
        return Some("you only watch".to_owned());
    }
    match action {
        Action::Pause if !alive => none(),
        Action::Pause => run.pause.as_ref().map(|_| "already paused".to_owned()),
        Action::PauseNow if !alive => none(),
        Action::PauseNow => run
            .pause
            .as_ref()
            .filter(|pause| pause.mode == PauseMode::Now)
            .map(|_| "already paused".to_owned()),
        Action::Resume if !alive => none(),
        Action::Resume if run.pause.is_none() => Some("not paused".to_owned()),
        Action::Abort if !alive => none(),
        Action::HandBack if run.taken_over.is_none() => Some("nothing is taken over".to_owned()),
        Action::OpenGate if run.open_gates().next().is_none() => Some("no gate is open".to_owned()),
        Action::TypeInto if ui.focus.role().is_none() => Some("focus an agent first: 1 or 2".to_owned()),
        Action::Resume
        | Action::Abort
        | Action::HandBack
        | Action::OpenGate
        | Action::TypeInto
        | Action::Help
        | Action::Quit
        | Action::FocusNext
        | Action::FocusPrevious
        | Action::Focus(_)
        | Action::Zoom
        | Action::Up
        | Action::Down
        | Action::Open
        | Action::WriteHere
        | Action::ToggleMouse
        | Action::Redraw
        | Action::Play
        | Action::Faster
        | Action::Slower
        | Action::NextStep
        | Action::PreviousStep
        | Action::NextGate
        | Action::Start
        | Action::End
        | Action::Forward
        | Action::Back => None,
    }
}

/// The lines of the help that hold every word of the filter.
pub(super) fn matching(ui: &Ui, glass: &Glass, filter: &str) -> Vec<Entry> {
    let filter = filter.to_lowercase();
    table(ui.mode)
        .iter()
        .filter(|(key, _, description)| {
            filter.split_whitespace().all(|word| description.to_lowercase().contains(word) || *key == word)
        })
        .map(|(key, action, description)| Entry {
            key,
            action: *action,
            description,
            disabled: disabled(ui, glass, *action),
        })
        .collect()
}

/// The hints for what is focused, most useful first.
pub fn hints(ui: &Ui, glass: &Glass) -> Vec<(&'static str, &'static str)> {
    if ui.typing {
        return vec![
            ("ctrl-g esc", "stop typing"),
            ("ctrl-g h", "hand back"),
            ("ctrl-g ctrl-g", "send ctrl-g"),
        ];
    }
    if shown_gate(ui, glass).is_some() && ui.focus != Focus::Input {
        return vec![("↑↓", "choose"), ("enter", "answer"), ("esc", "aside"), ("?", "help")];
    }
    if ui.focus == Focus::Input {
        let mut hints = vec![("enter", "send"), ("alt-enter", "new line"), ("esc", "to the panels")];
        if glass.run.id.is_some() && !glass.run.is_over() {
            hints.insert(1, ("ctrl-t", "to whom"));
        }
        hints.push(("ctrl-c", "leave"));
        return hints;
    }
    let mut hints = Vec::new();
    if glass.run.open_gates().next().is_some() {
        hints.push(("g", "gate"));
    }
    if glass.run.pause.is_some() {
        hints.push(("r", "resume"));
    } else if glass.run.id.is_some() && !glass.run.is_over() {
        hints.push(("p", "pause"));
    }
    if ui.focus.role().is_some() {
        hints.push(("enter", "type to it"));
    }
    if ui.focus == Focus::Steps {
        hints.push(("enter", "report"));
    }
    hints.extend([("i", "write"), ("tab", "next"), ("z", "zoom"), ("?", "help"), ("q", "leave")]);
    hints
}

pub(super) fn draw_hint(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer) {
    if let Link::Replay(bar) = &glass.link {
        player_bar(ui, bar, area, buffer);
        return;
    }
    let mut x = area.x;
    for (key, what) in hints(ui, glass) {
        let text = format!("{key} {what}  ");
        if x + width(&text) > area.right() {
            return;
        }
        buffer.set_stringn(x, area.y, key, usize::from(area.width), ui.look.strong());
        buffer.set_stringn(x + width(key) + 1, area.y, what, usize::from(area.width), ui.look.dim());
        x += width(&text);
    }
}

fn player_bar(ui: &Ui, bar: &PlayerBar, area: Rect, buffer: &mut Buffer) {
    let state = if bar.playing { "▶" } else { "‖" };
    let step = bar.step.map_or_else(|| "-".to_owned(), |step| step.to_string());
    let text = format!(
        " REPLAY {state} {}% {} / {}  step {step}  fact {} of {}  space play  n next step  ←→ seek  ? help  q leave",
        bar.speed_percent,
        clock(bar.position.run),
        clock(bar.length.run),
        bar.seq,
        bar.last_seq,
    );
    buffer.set_style(area, ui.look.title());
    buffer.set_stringn(area.x, area.y, fit(&text, area.width), usize::from(area.width), Style::new());
}
