//! What each action does to the UI's own state, and what it asks for.

use super::commands::CommandLog;
use super::input::{Address, completion};
use super::keys::{chord, context, disabled, goes_elsewhere};
use super::model::{ActionList, Ask, Focus, Mode, PlayerAct, Popup, Scrolled, Ui, Zoom};
use super::pane;
use super::panel;
use super::preview::{self, Subject};
use super::reader;
use super::runs;
use super::settings;
use super::setup;
use super::shape::Shape;
use super::slots;
use super::trust::TrustAsk;
use super::update::{focused_pane, shown_pane, submit, to_pane};
use super::view::shown_gate;
use super::{events, explain, gate, leave};
use crate::domain::{AnswerKind, Fetch, OperatorAct, PaneId, PauseMode};
use crate::glass::Glass;
use crate::settings::{Action, Context};
use crate::term::{self, Screen};

/// Milliseconds of the run's clock.
const SEEK: u64 = 10_000;
/// Why a run is aborted from here; who did it stands beside it.
pub(super) const ASKED: &str = "asked for on the screen";

#[expect(clippy::too_many_lines, reason = "a list of all actions")]
pub(super) fn act(ui: &mut Ui, glass: &Glass, action: Action) -> Vec<Ask> {
    let action = explain::meant(ui, glass, action);
    if let Some(reason) = disabled(ui, glass, action) {
        ui.toasts.refusal(reason, ui.time);
        if gate::ANSWERS.contains(&action) {
            gate::mistaken(ui);
        }
        return Vec::new();
    }
    let asks = preview::act(ui, glass, action).or_else(|| reader::act(ui, glass, action));
    if let Some(asks) = asks.or_else(|| preview::read_back(ui, glass, action)) {
        return asks;
    }
    if goes_elsewhere(action)
        && ui.focus != Focus::Input
        && let Some(id) = shown_gate(ui, glass)
    {
        // Who goes to another part has the keys there; the line at the top says how the card comes back.
        gate::put_aside(ui, glass, id);
    }
    match action {
        Action::Quit => return leave::quit(ui, glass),
        Action::Detach => return vec![Ask::Quit],
        Action::Help => open_actions(ui, glass, ActionList::Help),
        Action::CommandLog => ui.popups.push(Popup::Commands(CommandLog::default())),
        Action::Palette => open_actions(ui, glass, ActionList::Palette),
        Action::Runs => runs::open(ui),
        Action::Settings => return settings::open(ui),
        Action::SetUp => return setup::open(ui),
        Action::Trust => return vec![Ask::Trust(TrustAsk::Look)],
        Action::FocusNext => move_focus(ui, glass, false),
        Action::FocusPrevious => move_focus(ui, glass, true),
        Action::FocusAnalyst => go(ui, Focus::Analyst),
        Action::FocusWorker => go(ui, Focus::Worker),
        Action::FocusInput => go(ui, Focus::Input),
        Action::FocusTerminal => next_terminal(ui, glass),
        Action::OpenTerminal => return vec![Ask::OpenTerminal { command: String::new() }],
        Action::OpenSession => {
            return slots::role(glass, ui.focus).map(|role| Ask::OpenSession { role }).into_iter().collect();
        }
        Action::CopySession => {
            let command = slots::resume_command(glass, ui.focus);
            return command.map(|command| reader::copied(ui, command)).into_iter().collect();
        }
        Action::CopyAnswer => {
            let answer = slots::last_answer(glass, ui.focus).ok();
            return answer.map(|answer| reader::copied(ui, answer)).into_iter().collect();
        }
        Action::CloseTerminal => {
            if ui.typing {
                ui.typing = false;
            }
            return closed_terminal(ui, glass).map(|pane| Ask::CloseTerminal { pane }).into_iter().collect();
        }
        Action::Wider => return reshape(ui, |shape| shape.widen(1)),
        Action::Narrower => return reshape(ui, |shape| shape.widen(-1)),
        Action::PanelsHigher => return reshape(ui, |shape| shape.raise(1)),
        Action::PanelsLower => return reshape(ui, |shape| shape.raise(-1)),
        Action::TogglePanels => {
            let asks = reshape(ui, |shape| shape.no_panels = !shape.no_panels);
            if ui.shape.no_panels && Focus::PANELS.contains(&ui.focus) {
                // A panel that has the keys would be all that is seen.
                ui.layout.panels = false;
                hand_over_focus(ui, glass);
            }
            return asks;
        }
        Action::HidePanel => {
            let panel = ui.focus;
            let asks = reshape(ui, |shape| shape.hide(panel));
            let next = ui.shape.panels().first().copied();
            if let Some(next) = next {
                go(ui, next);
            } else {
                // What was drawn last had a panel yet.
                ui.layout.panels = false;
                hand_over_focus(ui, glass);
            }
            return asks;
        }
        Action::FocusSteps => go(ui, Focus::Steps),
        Action::FocusGates => go(ui, Focus::Gates),
        Action::FocusArtifacts => go(ui, Focus::Artifacts),
        Action::FocusEvents => go(ui, Focus::Events),
        Action::FocusLedger => go(ui, Focus::Ledger),
        Action::ZoomCycle => {
            ui.zoom = match ui.zoom {
                Zoom::Normal => Zoom::Half,
                Zoom::Half => Zoom::Full,
                Zoom::Full => Zoom::Normal,
            };
        }
        // Up one level: what lies on top goes first.
        Action::ZoomOut => match shown_gate(ui, glass) {
            Some(id) => gate::put_aside(ui, glass, id),
            None if ui.focus == Focus::Events && events::clear_filter(ui) => {}
            None => ui.zoom = Zoom::Normal,
        },
        Action::TypeInto => begin_typing(ui, glass),
        Action::Explain => explain::open(ui, glass),
        Action::LeaveTyping if ui.typing => ui.typing = false,
        Action::LeaveTyping => leave_input(ui, glass),
        Action::SendLeader => {
            let leader = ui.keymap.leader();
            return to_pane(ui, glass, |modes| term::encode_key(leader, modes));
        }
        Action::HandBack => {
            ui.typing = false;
            if let Some(role) = ui.unsent.take() {
                let text =
                    format!("what you typed to the {role} and did not send goes before its next prompt");
                ui.toasts.news(text, ui.time);
            }
            return vec![Ask::Act(OperatorAct::HandBack)];
        }
        Action::Pause => return pause(PauseMode::Drain),
        Action::PauseNow => return pause(PauseMode::Now),
        Action::Resume => return vec![Ask::Act(OperatorAct::Resume)],
        Action::Compact => {
            let role = slots::role(glass, ui.focus);
            ui.popups.extend(role.map(|role| Popup::ConfirmCompact { role }));
        }
        Action::Abort => ui.popups.push(Popup::ConfirmAbort { gate: None }),
        Action::NextGate if ui.mode == Mode::Replay => return vec![Ask::Player(PlayerAct::NextGate)],
        Action::NextGate => {
            reader::leave(ui);
            gate::next(ui, glass);
        }
        Action::GateApprove => return gate::answer(ui, glass, AnswerKind::Approve),
        Action::GateReject => return gate::answer(ui, glass, AnswerKind::Reject),
        Action::GateAnswer => return gate::answer(ui, glass, AnswerKind::Answer),
        Action::GateRetry => return gate::answer(ui, glass, AnswerKind::Retry),
        Action::GateAbort => return gate::answer(ui, glass, AnswerKind::Abort),
        Action::ScrollUp => scroll(ui, glass, -1),
        Action::ScrollDown => scroll(ui, glass, 1),
        Action::PageUp => scroll(ui, glass, -page(ui)),
        Action::PageDown => scroll(ui, glass, page(ui)),
        Action::Top => scroll(ui, glass, isize::MIN),
        Action::Bottom => scroll(ui, glass, isize::MAX),
        Action::Up => select(ui, glass, -1),
        Action::Down => select(ui, glass, 1),
        Action::Select => return open(ui, glass),
        Action::ShowReport => return preview::show(ui, glass, Subject::Report),
        Action::ShowDiff => return preview::show(ui, glass, Subject::Diff),
        Action::ShowLog => return preview::show(ui, glass, Subject::Log),
        Action::ShowPrompt => return preview::show(ui, glass, Subject::Prompt),
        Action::ShowTranscript => return preview::show_transcript(ui, glass),
        // Done already where something is looked at.
        Action::Close
        | Action::PanLeft
        | Action::PanRight
        | Action::ToggleWrap
        | Action::ToggleForm
        | Action::NextHunk
        | Action::PreviousHunk
        | Action::NextFile
        | Action::PreviousFile
        | Action::SearchNext
        | Action::SearchPrevious
        | Action::OpenEditor
        | Action::OtherDiff
        | Action::Reload => {}
        Action::Note => write_to(ui, Address::Note),
        Action::SayAnalyst => write_to(ui, Address::Say("analyst".to_owned())),
        Action::SayWorker => write_to(ui, Address::Say("worker".to_owned())),
        Action::NextAddress => ui.input.next_address(&glass.run),
        Action::NewLine => ui.input.newline(),
        Action::EditInput => return vec![ui.input.ask_editor()],
        Action::SearchHistory => completion::search_history(ui),
        Action::Suspend => return vec![Ask::Suspend],
        Action::ToggleMouse => {
            ui.mouse = !ui.mouse;
            let whose = if ui.mouse { "awtui has the mouse" } else { "your terminal has the mouse" };
            ui.toasts.news(whose.to_owned(), ui.time);
            return vec![Ask::ToggleMouse];
        }
        Action::Redraw => return vec![Ask::Redraw],
        Action::Search if ui.focus == Focus::Events => events::begin_filter(ui),
        Action::Search => reader::begin(ui, glass, true),
        Action::ReadPane => reader::begin(ui, glass, false),
        Action::SavePane => return reader::save_pane(ui, glass),
        Action::OpenScrollback => return reader::open_in_editor(ui, glass),
        // These mean something to a reader alone.
        Action::CursorLeft
        | Action::CursorRight
        | Action::WordNext
        | Action::WordPrevious
        | Action::LineStart
        | Action::LineEnd
        | Action::SelectText
        | Action::SelectLines
        | Action::SelectBlock
        | Action::CopyText
        | Action::SaveText
        | Action::OpenLink
        | Action::LeaveReading => {}
        Action::ReplayToggle => return vec![Ask::Player(PlayerAct::TogglePlay)],
        Action::ReplayFaster => return vec![Ask::Player(PlayerAct::Faster)],
        Action::ReplaySlower => return vec![Ask::Player(PlayerAct::Slower)],
        Action::ReplayNextStep => return vec![Ask::Player(PlayerAct::NextStep)],
        Action::ReplayPreviousStep => return vec![Ask::Player(PlayerAct::PreviousStep)],
        Action::ReplayStart => return vec![Ask::Player(PlayerAct::Start)],
        Action::ReplayEnd => return vec![Ask::Player(PlayerAct::End)],
        Action::ReplayForward => return vec![Ask::Player(PlayerAct::Forward(SEEK))],
        Action::ReplayBack => return vec![Ask::Player(PlayerAct::Back(SEEK))],
    }
    Vec::new()
}

fn pause(mode: PauseMode) -> Vec<Ask> {
    vec![Ask::Act(OperatorAct::Pause { mode, reason: String::new() })]
}

fn reshape(ui: &mut Ui, change: impl FnOnce(&mut Shape)) -> Vec<Ask> {
    change(&mut ui.shape);
    vec![Ask::KeepShape(ui.shape.clone())]
}

fn open_actions(ui: &mut Ui, glass: &Glass, list: ActionList) {
    let context = context(ui, glass);
    ui.popups.push(Popup::Actions { list, context, filter: String::new(), selected: 0 });
}

/// Focus goes elsewhere; keys no longer go to an agent.
pub(super) fn go(ui: &mut Ui, focus: Focus) {
    ui.typing = false;
    ui.focus_on(focus);
}

/// To the next place that can be gone to, or with `back` to the one before.
fn move_focus(ui: &mut Ui, glass: &Glass, back: bool) {
    let input = (ui.mode == Mode::Live).then_some(Focus::Input);
    let panes = slots::slots(glass).into_iter().map(|slot| slot.focus);
    let below = ui.shape.panels().into_iter().filter(|_| glass.run.id.is_some());
    let all: Vec<Focus> = input.into_iter().chain(panes).chain(below).collect();
    let place = all.iter().position(|one| *one == ui.focus).unwrap_or(0);
    let by = if back { all.len().saturating_sub(1) } else { 1 };
    if let Some(focus) = all.get((place + by) % all.len().max(1)) {
        go(ui, *focus);
    }
}

/// Round the operator's terminals.
fn next_terminal(ui: &mut Ui, glass: &Glass) {
    let count = glass.terminals.len();
    let place = (0_u8..).take(count).find(|place| ui.focus == Focus::Terminal(*place));
    let next = place.map_or(0, |place| usize::from(place + 1) % count.max(1));
    go(ui, Focus::Terminal(u8::try_from(next).unwrap_or_default()));
}

/// The terminal that has the keys; else the last one that has ended.
fn closed_terminal(ui: &Ui, glass: &Glass) -> Option<PaneId> {
    let focused = slots::slot(glass, ui.focus).filter(|slot| slot.role.is_none()).and_then(|slot| slot.pane);
    focused.or_else(|| {
        glass.terminals.iter().rfind(|entry| entry.exited.is_some()).map(|entry| entry.pane.clone())
    })
}

fn begin_typing(ui: &mut Ui, glass: &Glass) {
    if let Some(pane) = gate::shown_answered_in(ui, glass) {
        ui.focus_on(pane);
    }
    ui.typing = true;
    ui.pending.clear();
}

/// From the input box to where the run is. Words that were begun keep their address.
pub(super) fn leave_input(ui: &mut Ui, glass: &Glass) {
    if let (Address::Answer(_) | Address::Reject(_), true) = (&ui.input.address, ui.input.is_empty()) {
        ui.input.address = Address::Note;
    }
    match ui.beside.filter(|pane| slots::slot(glass, *pane).is_some()) {
        Some(pane) => go(ui, pane),
        None => hand_over_focus(ui, glass),
    }
}

/// What was begun is done: the keys go where they keep the pane in sight that works. Where no panel is to be seen that is
/// the input box.
pub(super) fn settle_focus(ui: &mut Ui, glass: &Glass) {
    ui.beside = None;
    if ui.layout.panels && ui.zoom == Zoom::Normal {
        hand_over_focus(ui, glass);
    } else {
        go(ui, Focus::Input);
        ui.chosen = None;
    }
}

/// The panels get the keys. While a panel has them, a screen with room for one pane shows the one that works; so a pane
/// gets them only where no panel is to be seen.
pub(super) fn hand_over_focus(ui: &mut Ui, glass: &Glass) {
    if ui.layout.panels && ui.zoom == Zoom::Normal {
        go(ui, Focus::Steps);
        return;
    }
    let all = slots::slots(glass);
    let focus = slots::active(ui, glass, &all).map_or(Focus::Steps, |slot| slot.focus);
    go(ui, focus);
}

fn write_to(ui: &mut Ui, address: Address) {
    ui.input.address = address;
    go(ui, Focus::Input);
}

fn open(ui: &mut Ui, glass: &Glass) -> Vec<Ask> {
    if ui.focus == Focus::Input {
        return submit(ui, glass);
    }
    if let Some(gate) = shown_gate(ui, glass).and_then(|id| glass.run.gate(id))
        && ui.mode == Mode::Live
    {
        if gate::answered_in(&glass.run, gate).is_some() {
            begin_typing(ui, glass);
            return Vec::new();
        }
        return gate::answer_chosen(ui, glass, gate);
    }
    match ui.focus {
        Focus::Analyst | Focus::Worker | Focus::Role(_) | Focus::Terminal(_) => begin_typing(ui, glass),
        Focus::Steps if !glass.run.steps.is_empty() => {
            return preview::show(ui, glass, Subject::Report);
        }
        Focus::Gates => {
            let index = selected(ui, glass, Focus::Gates);
            match panel::gates_in_order(&glass.run).get(index) {
                Some(gate) if gate.is_open() => gate::go_to(ui, gate.id),
                Some(gate) => {
                    let text = format!("gate {} needs no answer any more", gate.id);
                    ui.toasts.refusal(text, ui.time);
                }
                None => {}
            }
        }
        Focus::Artifacts => {
            let index = selected(ui, glass, Focus::Artifacts);
            let chosen = panel::visible_artifacts(ui, glass).get(index).copied();
            if let Some(entry) = chosen.filter(|entry| !entry.is_folder) {
                return preview::open(ui, glass, Fetch::File { path: entry.path.clone() });
            }
            if let Some(entry) = chosen {
                panel::fold(ui, &entry.path);
            }
        }
        Focus::Ledger => explain::open(ui, glass),
        Focus::Events => events::open(ui, glass),
        Focus::Steps | Focus::Input => {}
    }
    Vec::new()
}

pub(super) fn clamp(selected: usize, count: usize) -> usize {
    selected.min(count.saturating_sub(1))
}

fn count(ui: &Ui, glass: &Glass, focus: Focus) -> usize {
    match focus {
        Focus::Steps => glass.run.steps.len(),
        Focus::Gates => glass.run.gates.len(),
        Focus::Artifacts => panel::visible_artifacts(ui, glass).len(),
        Focus::Ledger => panel::ledger_figures(ui, glass).len(),
        Focus::Events => events::visible(ui, glass).count(),
        Focus::Analyst | Focus::Worker | Focus::Role(_) | Focus::Terminal(_) | Focus::Input => 0,
    }
}

/// What is selected in a list. Steps follow the newest one until another is selected.
pub(super) fn selected(ui: &Ui, glass: &Glass, focus: Focus) -> usize {
    if focus == Focus::Events {
        return events::place(ui, glass);
    }
    let count = count(ui, glass, focus);
    let natural = if focus == Focus::Steps { count.saturating_sub(1) } else { 0 };
    ui.selected.get(&focus).map_or(natural, |selected| clamp(*selected, count))
}

fn select(ui: &mut Ui, glass: &Glass, by: isize) {
    if let Some(gate) = shown_gate(ui, glass).and_then(|id| glass.run.gate(id)) {
        gate::choose(ui, gate, by);
        return;
    }
    if slots::is_pane(ui.focus) {
        scroll(ui, glass, by);
        return;
    }
    select_in(ui, glass, ui.focus, by);
}

pub(super) fn select_in(ui: &mut Ui, glass: &Glass, focus: Focus, by: isize) {
    if focus == Focus::Events {
        events::select(ui, glass, by);
        return;
    }
    let count = count(ui, glass, focus);
    if count == 0 {
        return;
    }
    let next = selected(ui, glass, focus).saturating_add_signed(by);
    if focus == Focus::Steps && next + 1 >= count {
        // At the end: the newest is followed again.
        ui.selected.remove(&focus);
    } else {
        ui.selected.insert(focus, clamp(next, count));
    }
}

/// Lines of a page: what the focused pane shows, less one.
fn page(ui: &Ui) -> isize {
    let rows = ui.layout.panes.iter().map(|(_, area)| area.height).max().unwrap_or(10);
    isize::try_from(rows.saturating_sub(1).max(1)).unwrap_or(1)
}

/// Down by so many lines; up when negative. A panel's list moves its selection instead.
fn scroll(ui: &mut Ui, glass: &Glass, by: isize) {
    if Focus::PANELS.contains(&ui.focus) {
        select_in(ui, glass, ui.focus, by);
        return;
    }
    let all = slots::slots(glass);
    if let Some(pane) = slots::active(ui, glass, &all).and_then(|slot| slot.pane) {
        scroll_pane(ui, glass, &pane, by);
    }
}

pub(super) fn scroll_pane(ui: &mut Ui, glass: &Glass, pane: &PaneId, by: isize) {
    let Some(shown) = glass.panes.get(pane) else { return };
    let history = shown.screen.history_len();
    if history == 0 {
        if shown.screen.modes().alt_screen && by < 0 {
            let is_shown = shown_pane(ui, glass).is_some_and(|(_, shown)| shown == *pane);
            let reads_back = is_shown && preview::can_read_back(ui, glass, Action::PageUp);
            let page_up = chord(ui, Context::Normal, Action::PageUp).filter(|_| reads_back);
            let instead = page_up.map_or_else(
                || "type into it to use its own keys".to_owned(),
                |key| format!("{key} shows what was said"),
            );
            let text = format!("this program draws its own screen, which keeps no lines; {instead}");
            ui.toasts.news(text, ui.time);
        }
        return;
    }
    let back = pane::scrolled(ui, pane, &shown.screen);
    scroll_to(ui, pane, &shown.screen, back.saturating_add_signed(by.saturating_neg()));
}

/// Shows a pane so many lines back from its end.
pub(super) fn scroll_to(ui: &mut Ui, pane: &PaneId, screen: &Screen, back: usize) {
    let lines = back.min(screen.history_len());
    if lines == 0 {
        ui.scrolled.remove(pane);
        return;
    }
    let top = screen.top_line().saturating_sub(u64::try_from(lines).unwrap_or(u64::MAX));
    ui.scrolled.insert(pane.clone(), Scrolled { lines, top, epoch: screen.epoch() });
}

/// Whether a key typed now would reach the pane's child.
pub(super) fn is_typing_to(ui: &Ui, glass: &Glass, pane: &PaneId) -> bool {
    ui.typing && focused_pane(ui, glass).as_ref() == Some(pane)
}
