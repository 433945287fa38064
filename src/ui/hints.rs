//! The line at the bottom: the keys that matter most where the operator is, or where a replay stands.

use super::format::{clock, fit, width};
use super::gate::{self, chosen_answer, shown_answered_in};
use super::keys::{chord, context, disabled, written};
use super::model::{Focus, Popup, Ui};
use super::reader;
use super::slots;
use super::view::{self, shown_gate};
use crate::glass::{Glass, Link, PlayerBar};
use crate::settings::keymap::{Hint, Lookup};
use crate::settings::{Action, Context};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What the arrows are for where nothing is selected yet.
const CHOOSE: &str = "choose";

/// A word or two for the hint line.
#[expect(clippy::too_many_lines, reason = "a line each")]
pub(super) fn label(action: Action) -> &'static str {
    match action {
        Action::Quit => "leave",
        Action::Detach => "leave",
        Action::Help => "help",
        Action::Palette => "actions",
        Action::CommandLog => "command log",
        Action::Runs => "runs",
        Action::Settings => "settings",
        Action::SetUp => "set up",
        Action::Trust => "commands",
        Action::FocusNext => "next",
        Action::FocusPrevious => "previous",
        Action::FocusAnalyst => "analyst",
        Action::FocusWorker => "worker",
        Action::FocusInput => "write",
        Action::FocusTerminal => "terminal",
        Action::OpenTerminal => "shell",
        Action::OpenSession => "go on by hand",
        Action::CopySession => "copy how to go on",
        Action::CopyAnswer => "copy the answer",
        Action::CloseTerminal => "close",
        Action::Wider => "wider",
        Action::PanelsHigher => "higher",
        Action::PanelsLower => "lower",
        Action::TogglePanels => "panels",
        Action::HidePanel => "hide",
        Action::Narrower => "narrower",
        Action::FocusSteps => "steps",
        Action::FocusGates => "gates",
        Action::FocusArtifacts => "artifacts",
        Action::FocusEvents => "events",
        Action::FocusLedger => "ledger",
        Action::ZoomCycle => "zoom",
        Action::ZoomOut => "back",
        Action::TypeInto => "type to it",
        Action::Explain => "explain",
        Action::LeaveTyping => "stop typing",
        Action::SendLeader => "send the key itself",
        Action::HandBack => "hand back",
        Action::Pause => "pause",
        Action::PauseNow => "pause now",
        Action::Resume => "resume",
        Action::Abort => "abort",
        Action::NextGate => "gate",
        Action::GateApprove => "approve",
        Action::GateReject => "reject",
        Action::GateAnswer => "answer",
        Action::GateRetry => "retry",
        Action::GateAbort => "abort",
        Action::ScrollUp => "scroll up",
        Action::ScrollDown => "scroll down",
        Action::PageUp => "page up",
        Action::PageDown => "page down",
        Action::Top => "top",
        Action::Bottom => "end",
        Action::Up => "up",
        Action::Down => "down",
        Action::Select => "open",
        Action::Compact => "compact",
        Action::Note => "note",
        Action::SayAnalyst => "say to analyst",
        Action::SayWorker => "say to worker",
        Action::NextAddress => "to whom",
        Action::NewLine => "new line",
        Action::EditInput => "editor",
        Action::SearchHistory => "sent before",
        Action::Suspend => "suspend",
        Action::ToggleMouse => "mouse",
        Action::ReplayToggle => "play",
        Action::ReplayFaster => "faster",
        Action::ReplaySlower => "slower",
        Action::ReplayNextStep => "next step",
        Action::ReplayPreviousStep => "step before",
        Action::ReplayStart => "start",
        Action::ReplayEnd => "end",
        Action::ReplayForward => "forward",
        Action::ReplayBack => "back",
        Action::Redraw => "redraw",
        Action::ShowReport => "report",
        Action::ShowDiff => "diff",
        Action::ShowLog => "check log",
        Action::ShowPrompt => "prompt",
        Action::ShowTranscript => "transcript",
        Action::Close => "close",
        Action::PanLeft => "left",
        Action::PanRight => "right",
        Action::ToggleWrap => "wrap",
        Action::ToggleForm => "other form",
        Action::OtherDiff => "other diff",
        Action::NextHunk => "next hunk",
        Action::PreviousHunk => "hunk before",
        Action::NextFile => "next",
        Action::PreviousFile => "before",
        Action::Search => "search",
        Action::SearchNext => "next place",
        Action::SearchPrevious => "place before",
        Action::OpenEditor => "editor",
        Action::Reload => "reload",
        Action::ReadPane => "read",
        Action::CursorLeft => "left",
        Action::CursorRight => "right",
        Action::WordNext => "word",
        Action::WordPrevious => "word before",
        Action::LineStart => "line start",
        Action::LineEnd => "line end",
        Action::SelectText => "select",
        Action::SelectLines => "lines",
        Action::SelectBlock => "block",
        Action::CopyText => "copy",
        Action::SaveText => "to a file",
        Action::OpenLink => "link",
        Action::LeaveReading => "leave",
        Action::SavePane => "to a file",
        Action::OpenScrollback => "editor",
    }
}

/// What is of use where one is, the most useful first: what the last line shows, and what belongs to the part that has the
/// keys. What is of use everywhere comes after it.
pub(super) fn useful(ui: &Ui, glass: &Glass, context: Context) -> Vec<Action> {
    let everywhere = [
        Action::FocusInput,
        Action::FocusNext,
        Action::ZoomCycle,
        Action::Help,
        Action::Palette,
        Action::Quit,
    ];
    let (last, mut all): (Vec<Action>, Vec<Action>) = wanted(ui, glass, context)
        .into_iter()
        .map(|(action, _)| action)
        .partition(|one| everywhere.contains(one));
    if context == Context::Normal || context == Context::Replay {
        all.extend_from_slice(of_part(ui.focus));
    }
    all.extend(last);
    all
}

/// What is done with a part of the screen.
fn of_part(focus: Focus) -> &'static [Action] {
    match focus {
        Focus::Steps => &[
            Action::Select,
            Action::ShowReport,
            Action::ShowDiff,
            Action::ShowLog,
            Action::ShowPrompt,
            Action::Explain,
        ],
        Focus::Analyst | Focus::Worker | Focus::Role(_) => &[
            Action::TypeInto,
            Action::Search,
            Action::ReadPane,
            Action::PageUp,
            Action::ShowTranscript,
            Action::Compact,
            Action::CopyAnswer,
            Action::CopySession,
            Action::OpenSession,
            Action::OpenScrollback,
            Action::SavePane,
            Action::Explain,
        ],
        Focus::Terminal(_) => &[
            Action::TypeInto,
            Action::Search,
            Action::ReadPane,
            Action::PageUp,
            Action::OpenScrollback,
            Action::SavePane,
            Action::CloseTerminal,
        ],
        Focus::Gates => &[Action::Select, Action::NextGate],
        Focus::Artifacts => &[Action::Select],
        Focus::Events => &[Action::Select, Action::Search],
        Focus::Ledger => &[Action::Select, Action::Explain],
        Focus::Input => &[],
    }
}

/// What matters most, first.
fn wanted(ui: &Ui, glass: &Glass, context: Context) -> Vec<(Action, &'static str)> {
    let run = &glass.run;
    let alive = run.id.is_some() && !run.is_over();
    let plain = |action| (action, label(action));
    match context {
        Context::Preview => preview_keys(ui),
        Context::Typing => vec![
            plain(Action::LeaveTyping),
            plain(Action::HandBack),
            plain(Action::SendLeader),
            plain(Action::Help),
        ],
        Context::Input => {
            let back = match (shown_gate(ui, glass), ui.beside) {
                (Some(_), _) => "to the gate",
                (None, Some(_)) => "back",
                (None, None) => "to the panels",
            };
            let mut all = vec![(Action::Select, "send"), (Action::LeaveTyping, back)];
            if alive {
                all.push(plain(Action::NextAddress));
            }
            all.extend([plain(Action::NewLine), (Action::Help, "help"), plain(Action::Quit)]);
            all
        }
        Context::Gate => {
            let gate = shown_gate(ui, glass).and_then(|id| run.gate(id));
            let chosen = gate.and_then(|gate| chosen_answer(ui, gate));
            let enter = match (shown_answered_in(ui, glass), chosen) {
                (Some(_), _) => "type to it",
                (None, Some(kind)) => label(gate::action(kind)),
                // Enter does nothing yet.
                (None, None) => CHOOSE,
            };
            let mut all = vec![(Action::Select, enter), (Action::ZoomOut, "aside")];
            if run.open_gates().count() > 1 {
                all.push((Action::NextGate, "next gate"));
            }
            all.extend([plain(Action::Help), plain(Action::Quit)]);
            all
        }
        Context::Reading => reader::keys(ui),
        Context::Replay => vec![plain(Action::Help), plain(Action::Quit)],
        Context::Normal | Context::Global => {
            let mut all = Vec::new();
            if run.open_gates().next().is_some() {
                all.push(plain(Action::NextGate));
            }
            if run.taken_over.is_some() {
                all.push(plain(Action::HandBack));
            }
            if run.pause.is_some() {
                all.push(plain(Action::Resume));
            }
            if slots::is_pane(ui.focus) {
                all.push(plain(Action::TypeInto));
            }
            match ui.focus {
                Focus::Steps if !glass.run.steps.is_empty() => {
                    all.extend([(Action::Select, "report"), plain(Action::ShowDiff), plain(Action::ShowLog)]);
                }
                Focus::Gates => all.push((Action::Select, "answer")),
                Focus::Ledger => all.push(plain(Action::Explain)),
                Focus::Events => all.extend([(Action::Select, "whole"), (Action::Search, "filter")]),
                Focus::Artifacts if !glass.artifacts.is_empty() => all.push((Action::Select, "look")),
                Focus::Analyst
                | Focus::Worker
                | Focus::Role(_)
                | Focus::Terminal(_)
                | Focus::Steps
                | Focus::Artifacts
                | Focus::Input => {}
            }
            if alive && run.pause.is_none() {
                all.push(plain(Action::Pause));
            }
            all.extend([
                plain(Action::FocusInput),
                plain(Action::FocusNext),
                plain(Action::ZoomCycle),
                plain(Action::Help),
                plain(Action::Palette),
                plain(Action::Quit),
            ]);
            // Last: the first to go where there is little room.
            if alive && slots::role(glass, ui.focus).is_some() {
                all.push(plain(Action::Compact));
            }
            all
        }
    }
}

fn preview_keys(ui: &Ui) -> Vec<(Action, &'static str)> {
    let [form, next, other] = ui.preview().map_or([""; 3], super::preview::Preview::words);
    [
        (Action::Close, "close"),
        (Action::PageDown, "page down"),
        (Action::Search, "search"),
        (Action::SearchNext, "next place"),
        (Action::NextHunk, "hunk"),
        (Action::NextFile, next),
        (Action::ToggleForm, form),
        (Action::OtherDiff, other),
        (Action::ToggleWrap, "wrap"),
        (Action::OpenEditor, "editor"),
        (Action::Help, "help"),
    ]
    .into()
}

/// The keys of what lies over the frame and has them all. Where they stand in its own last line there are none here.
fn popup_keys(popup: &Popup) -> Option<&'static [(&'static str, &'static str)]> {
    Some(match popup {
        Popup::Actions { .. } => &[("enter", "do it"), ("up/down", "choose"), ("esc", "close")],
        Popup::Commands(log) if log.is_whole() => &[("up/down", "scroll"), ("esc", "back")],
        Popup::Commands(_) => &[("enter", "whole"), ("up/down", "choose"), ("esc", "close")],
        Popup::Fact(_) | Popup::Explain(_) => &[("up/down", "scroll"), ("esc", "close")],
        Popup::ConfirmAbort { .. }
        | Popup::ConfirmCompact { .. }
        | Popup::ConfirmQuit
        | Popup::Runs(_)
        | Popup::Settings(_)
        | Popup::Setup(_)
        | Popup::Trust(_) => &[],
        Popup::Preview(_) => return None,
    })
}

/// The keys that may follow those that were pressed and what they do, most useful first.
pub(super) fn following(ui: &Ui, glass: &Glass) -> Vec<(String, String)> {
    let context = context(ui, glass);
    if ui.pending.is_empty() {
        return Vec::new();
    }
    let Lookup::Pending(mut next) = ui.keymap.lookup(context, &ui.pending) else { return Vec::new() };
    // What matters most comes first here too.
    let wanted = wanted(ui, glass, context);
    let place = |hint: &Hint| wanted.iter().position(|(action, _)| Some(*action) == hint.action);
    next.sort_by_key(|hint| (place(hint).unwrap_or(usize::MAX), hint.action));
    let mut told = Vec::new();
    next.retain(|hint| {
        // A terminal of the operator's own was never taken over.
        if hint.action == Some(Action::HandBack) && matches!(ui.focus, Focus::Terminal(_)) {
            return false;
        }
        let new = hint.action.is_none() || !told.contains(&hint.action);
        told.push(hint.action);
        new
    });
    next.iter().map(pending).collect()
}

/// Keys and what they do here, most useful first.
pub fn hints(ui: &Ui, glass: &Glass) -> Vec<(String, String)> {
    if ui.completion.is_open() && ui.focus == Focus::Input && ui.popups.is_empty() {
        let keys = [("tab", "take it"), ("up/down", "choose"), ("esc", "close the list")];
        return keys.map(|(key, what)| (key.to_owned(), what.to_owned())).to_vec();
    }
    if ui.events.is_typing() && ui.popups.is_empty() {
        let keys = [("enter", "keep it"), ("esc", "show all")];
        return keys.map(|(key, what)| (key.to_owned(), what.to_owned())).to_vec();
    }
    if let Some(keys) = ui.popups.last().and_then(popup_keys) {
        return keys.iter().map(|(key, what)| ((*key).to_owned(), (*what).to_owned())).collect();
    }
    let following = following(ui, glass);
    if !following.is_empty() {
        return following;
    }
    let context = context(ui, glass);
    wanted(ui, glass, context)
        .into_iter()
        .filter(|(action, _)| *action == Action::Select || disabled(ui, glass, *action).is_none())
        .filter_map(|(action, label)| {
            let key = if label == CHOOSE { "↑↓".to_owned() } else { chord(ui, context, action)? };
            Some((key, label.to_owned()))
        })
        .collect()
}

fn pending(hint: &Hint) -> (String, String) {
    let what = hint.action.map_or_else(|| hint.description.clone(), |action| label(action).to_owned());
    (written(&[hint.key]), what)
}

pub(super) fn draw(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer) {
    let reading = reader::words(ui, glass, area.width).filter(|_| ui.preview().is_none());
    if let Link::Replay(bar) = &glass.link
        && reading.is_none()
        && ui.preview().is_none()
    {
        player_bar(ui, bar, area, buffer);
        return;
    }
    let mut x = area.x;
    if let Some(words) = reading {
        view::line(ui, buffer, area, &words, ui.look.strong());
        if ui.reader.is_typing() {
            return;
        }
        x += (width(&words) + 2).min(area.width);
    }
    if !ui.pending.is_empty() {
        let so_far = format!("{} …  ", written(&ui.pending));
        buffer.set_stringn(x, area.y, &so_far, usize::from(area.width), ui.look.strong());
        x += width(&so_far).min(area.width);
    }
    let all = hints(ui, glass);
    // The way to help stays, whatever else has to go.
    let help = all.iter().find(|(_, what)| what == "help").cloned();
    let kept = help.as_ref().map_or(0, |(key, what)| width(key) + width(what) + 3);
    let mut helped = false;
    for (key, what) in &all {
        let is_help = help.as_ref().is_some_and(|(helps, _)| helps == key);
        let reserve = if helped || is_help { 0 } else { kept };
        let needs = width(key) + 1 + width(what);
        if x + needs + reserve > area.right() {
            continue;
        }
        helped |= is_help;
        buffer.set_stringn(x, area.y, key, usize::from(area.width), ui.look.key());
        buffer.set_stringn(x + width(key) + 1, area.y, what, usize::from(area.width), ui.look.dim());
        x += needs + 2;
    }
    if ui.mode == super::model::Mode::Live
        && !ui.mouse
        && shown_gate(ui, glass).is_none()
        && x + 12 < area.right()
    {
        let note = "mouse is off";
        buffer.set_stringn(area.right() - width(note), area.y, note, note.len(), ui.look.dim());
    }
}

fn player_bar(ui: &Ui, bar: &PlayerBar, area: Rect, buffer: &mut Buffer) {
    let state = if bar.playing { "▶ playing" } else { "‖ stopped" };
    let step = bar.step.map_or_else(|| "-".to_owned(), |step| step.to_string());
    let key = |action| chord(ui, Context::Replay, action).unwrap_or_default();
    let mut parts = vec![
        format!(" REPLAY {state}"),
        format!("{} {}", key(Action::Quit), label(Action::Quit)),
        format!("{}/{}", clock(bar.position.run), clock(bar.length.run)),
        format!("{} help", key(Action::Help)),
        format!("step {step}"),
        format!("{}%", bar.speed_percent),
        format!("fact {} of {}", bar.seq, bar.last_seq),
    ];
    for action in [Action::ReplayToggle, Action::ReplayNextStep, Action::ReplayForward] {
        parts.push(format!("{} {}", key(action), label(action)));
    }
    let mut text = String::new();
    for part in parts {
        let more = if text.is_empty() { part } else { format!("  {part}") };
        if width(&text) + width(&more) <= area.width {
            text.push_str(&more);
        }
    }
    buffer.set_style(area, ui.look.title());
    buffer.set_stringn(area.x, area.y, fit(&text, area.width), usize::from(area.width), Style::new());
}
