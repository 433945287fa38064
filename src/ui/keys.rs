//! Which actions can be done here, by which keys, and why one cannot be done now. One list feeds help and palette, and
//! the same reasons answer a key.

use super::fuzzy;
use super::gate::shown_answered_in;
use super::given::{self, Does};
use super::hints;
use super::model::{ActionList, Focus, Mode, Popup, Ui};
use super::preview::{self, Subject};
use super::slots::{self, Slot};
use super::trust;
use super::update::shown_pane;
use super::view::shown_gate;
use crate::domain::{AnswerKind, PauseMode};
use crate::glass::Glass;
use crate::settings::keymap::Lookup;
use crate::settings::{Action, Context};
use crate::term::Key;

/// One line of help or palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) keys: String,
    pub(super) does: Does,
    pub(super) description: String,
    /// Why it cannot be done now.
    pub(super) disabled: Option<String>,
}

/// Where keys are read now.
pub(super) fn context(ui: &Ui, glass: &Glass) -> Context {
    if matches!(ui.popups.last(), Some(Popup::Preview(_))) {
        Context::Preview
    } else if ui.typing {
        Context::Typing
    } else if ui.reader.is_reading() {
        Context::Reading
    } else if ui.mode == Mode::Replay {
        Context::Replay
    } else if ui.focus == Focus::Input {
        Context::Input
    } else if shown_gate(ui, glass).is_some() {
        Context::Gate
    } else {
        Context::Normal
    }
}

/// The plainest keys that reach an action here.
pub(super) fn chord(ui: &Ui, context: Context, action: Action) -> Option<String> {
    let chords = ui.keymap.chords(context, action);
    let plain = |chord: &String| (chord != "esc", chord.len(), !chord.chars().all(char::is_alphanumeric));
    chords.into_iter().min_by_key(plain)
}

/// Rows by which a key scrolls a text that one only reads, where it scrolls at all.
pub(super) fn scrolls_by(ui: &Ui, key: Key) -> Option<i16> {
    match ui.keymap.lookup(Context::Normal, &[key]) {
        Lookup::Matched(Action::Up | Action::ScrollUp) => Some(-1),
        Lookup::Matched(Action::Down | Action::ScrollDown) => Some(1),
        Lookup::Matched(Action::PageUp) => Some(-10),
        Lookup::Matched(Action::PageDown) => Some(10),
        Lookup::Matched(Action::Top) => Some(i16::MIN),
        Lookup::Matched(Action::Bottom) => Some(i16::MAX),
        Lookup::Matched(_) | Lookup::Pending(_) | Lookup::NotFound => None,
    }
}

/// Why an action makes no sense now.
#[allow(clippy::too_many_lines, reason = "a line for each action")]
pub(super) fn disabled(ui: &Ui, glass: &Glass, action: Action) -> Option<String> {
    if let Some(reason) = forbidden(ui.mode, action) {
        return Some(reason.to_owned());
    }
    let run = &glass.run;
    let alive = run.id.is_some() && !run.is_over();
    let needs_run = || (!alive).then(|| "no run is going on".to_owned());
    match action {
        Action::Pause | Action::PauseNow => needs_run().or_else(|| {
            let paused = run.pause.as_ref()?;
            let more = action == Action::PauseNow && paused.mode != PauseMode::Now && run.is_busy();
            (!more).then(|| "already paused".to_owned())
        }),
        Action::Resume => needs_run().or_else(|| run.pause.is_none().then(|| "it is not paused".to_owned())),
        Action::Abort => {
            needs_run().or_else(|| run.ending.as_ref().map(|_| "it is being ended already".to_owned()))
        }
        Action::HandBack => {
            needs_run().or_else(|| run.taken_over.is_none().then(|| "no pane is taken over".to_owned()))
        }
        Action::Note | Action::SayAnalyst | Action::SayWorker => needs_run(),
        Action::Compact => needs_run().or_else(|| match slots::role(glass, ui.focus) {
            Some(role) => run.may_compact(&role).err().map(|refusal| refusal.0),
            None => Some("go to the pane of an agent".to_owned()),
        }),
        Action::NextGate if ui.mode != Mode::Replay => {
            run.open_gates().next().is_none().then(|| "no gate waits for you".to_owned())
        }
        Action::GateApprove => no_answer(ui, glass, AnswerKind::Approve),
        Action::GateReject => no_answer(ui, glass, AnswerKind::Reject),
        Action::GateAnswer => no_answer(ui, glass, AnswerKind::Answer),
        Action::GateRetry => no_answer(ui, glass, AnswerKind::Retry),
        Action::GateAbort => no_answer(ui, glass, AnswerKind::Abort),
        Action::TypeInto => cannot_type(ui, glass),
        Action::Explain => run.id.is_none().then(|| "there is no run yet".to_owned()),
        Action::Select if ui.focus != Focus::Input => {
            match (shown_gate(ui, glass).is_some(), ui.mode, slots::is_pane(ui.focus)) {
                // Enter would answer the gate that is shown.
                (true, Mode::Live, _) => None,
                (true, Mode::Watch, _) => forbidden(ui.mode, Action::GateApprove).map(str::to_owned),
                (true, Mode::Replay, true) | (false, _, true) => cannot_type(ui, glass),
                (true, Mode::Replay, false) | (false, _, false) => None,
            }
        }
        Action::ShowReport => preview::cannot_show(ui, glass, Subject::Report),
        Action::ShowDiff => preview::cannot_show(ui, glass, Subject::Diff),
        Action::ShowLog => preview::cannot_show(ui, glass, Subject::Log),
        Action::ShowPrompt => preview::cannot_show(ui, glass, Subject::Prompt),
        Action::ShowTranscript => preview::cannot_show_transcript(ui, glass),
        // The events are filtered.
        Action::Search if ui.focus == Focus::Events && ui.preview().is_none() => None,
        Action::Search | Action::SearchNext | Action::SearchPrevious if ui.preview().is_none() => {
            no_pane(ui, glass)
        }
        Action::ReadPane | Action::SavePane | Action::OpenScrollback => no_pane(ui, glass),
        Action::Close
        | Action::PanLeft
        | Action::PanRight
        | Action::ToggleWrap
        | Action::ToggleForm
        | Action::OtherDiff
        | Action::NextHunk
        | Action::PreviousHunk
        | Action::NextFile
        | Action::PreviousFile
        | Action::Search
        | Action::SearchNext
        | Action::SearchPrevious
        | Action::OpenEditor
        | Action::Reload => preview::cannot(ui, glass, action),
        Action::FocusAnalyst if run.id.is_none() => Some("no agent runs before a task".to_owned()),
        Action::FocusWorker if run.id.is_none() => Some("no agent runs before a task".to_owned()),
        Action::FocusTerminal => {
            glass.terminals.is_empty().then(|| "no terminal is open beside the agents".to_owned())
        }
        Action::HidePanel => {
            (!Focus::PANELS.contains(&ui.focus)).then(|| "go to the panel that you want to hide".to_owned())
        }
        Action::OpenSession => match slots::slot(glass, ui.focus) {
            Some(Slot { role: Some(_), lives: false, pane: Some(_), .. }) => None,
            Some(Slot { role: Some(role), lives: true, .. }) => {
                Some(format!("the {role}'s agent still runs; type into its pane"))
            }
            Some(_) | None => Some("go to the pane of an agent that has left".to_owned()),
        },
        Action::CopySession => slots::resume_command(glass, ui.focus)
            .is_none()
            .then(|| "go to the pane of an agent that told the id of its session".to_owned()),
        Action::Trust => trust::nothing(&ui.brings),
        Action::CopyAnswer => slots::last_answer(glass, ui.focus).err(),
        Action::CloseTerminal => {
            let ended = glass.terminals.iter().any(|entry| entry.exited.is_some());
            let focused = matches!(ui.focus, Focus::Terminal(_));
            (!ended && !focused).then(|| "go to the terminal that you want to close".to_owned())
        }
        Action::OpenTerminal
        | Action::Wider
        | Action::PanelsHigher
        | Action::PanelsLower
        | Action::TogglePanels
        | Action::Narrower
        | Action::Select
        | Action::NextGate
        | Action::Quit
        | Action::Detach
        | Action::Help
        | Action::Palette
        | Action::CommandLog
        | Action::Runs
        | Action::Settings
        | Action::SetUp
        | Action::FocusNext
        | Action::FocusPrevious
        | Action::FocusAnalyst
        | Action::FocusWorker
        | Action::FocusInput
        | Action::FocusSteps
        | Action::FocusGates
        | Action::FocusArtifacts
        | Action::FocusEvents
        | Action::FocusLedger
        | Action::ZoomCycle
        | Action::ZoomOut
        | Action::LeaveTyping
        | Action::SendLeader
        | Action::ScrollUp
        | Action::ScrollDown
        | Action::PageUp
        | Action::PageDown
        | Action::Top
        | Action::Bottom
        | Action::Up
        | Action::Down
        | Action::NextAddress
        | Action::NewLine
        | Action::EditInput
        | Action::SearchHistory
        | Action::Suspend
        | Action::ToggleMouse
        | Action::ReplayToggle
        | Action::ReplayFaster
        | Action::ReplaySlower
        | Action::ReplayNextStep
        | Action::ReplayPreviousStep
        | Action::ReplayStart
        | Action::ReplayEnd
        | Action::ReplayForward
        | Action::ReplayBack
        | Action::Redraw
        | Action::CursorLeft
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
        | Action::LeaveReading => None,
    }
}

/// Whether an action gives the keys to another part.
pub(super) fn goes_elsewhere(action: Action) -> bool {
    matches!(
        action,
        Action::FocusNext
            | Action::FocusPrevious
            | Action::FocusAnalyst
            | Action::FocusWorker
            | Action::FocusTerminal
            | Action::FocusSteps
            | Action::FocusLedger
            | Action::FocusGates
            | Action::FocusArtifacts
            | Action::FocusEvents
    )
}

fn no_pane(ui: &Ui, glass: &Glass) -> Option<String> {
    shown_pane(ui, glass).is_none().then(|| "no pane shows anything yet".to_owned())
}

/// What a watcher or a replay never does.
pub(super) fn forbidden(mode: Mode, action: Action) -> Option<&'static str> {
    let acts = matches!(
        action,
        Action::Pause
            | Action::PauseNow
            | Action::Resume
            | Action::Abort
            | Action::TypeInto
            | Action::HandBack
            | Action::Compact
            | Action::Note
            | Action::SayAnalyst
            | Action::SayWorker
            | Action::FocusInput
            | Action::Settings
            | Action::SetUp
            | Action::Trust
            | Action::OpenTerminal
            | Action::CloseTerminal
            | Action::OpenSession
            | Action::FocusTerminal
            | Action::GateApprove
            | Action::GateReject
            | Action::GateAnswer
            | Action::GateRetry
            | Action::GateAbort
    );
    match mode {
        Mode::Watch if acts => Some("you only watch"),
        Mode::Replay if acts => Some("this is a replay: what was stays as it was"),
        Mode::Live | Mode::Watch | Mode::Replay => None,
    }
}

fn no_answer(ui: &Ui, glass: &Glass, kind: AnswerKind) -> Option<String> {
    let Some(gate) = shown_gate(ui, glass).and_then(|id| glass.run.gate(id)) else {
        return Some("no gate is shown".to_owned());
    };
    if gate.answers.contains(&kind) {
        return None;
    }
    let kinds: Vec<_> = gate.answers.iter().map(|kind| kind.as_str()).collect();
    Some(format!("gate {} takes {}", gate.id, kinds.join(", ")))
}

fn cannot_type(ui: &Ui, glass: &Glass) -> Option<String> {
    if ui.mode != Mode::Live {
        return forbidden(ui.mode, Action::TypeInto).map(str::to_owned);
    }
    let focus = shown_answered_in(ui, glass).unwrap_or(ui.focus);
    let Some(slot) = slots::slot(glass, focus) else {
        let key = |action| chord(ui, Context::Normal, action).unwrap_or_else(|| "the palette".to_owned());
        let (analyst, worker) = (key(Action::FocusAnalyst), key(Action::FocusWorker));
        return Some(format!("go to an agent first: {analyst} or {worker}"));
    };
    match (slot.lives, &slot.role) {
        (true, _) => None,
        (false, Some(role)) => Some(format!("no agent runs in the {role}'s pane")),
        (false, None) => Some(format!("{} has ended", slot.name)),
    }
}

/// The lines of help or palette that hold every word of the filter.
pub(super) fn matching(
    ui: &Ui,
    glass: &Glass,
    list: ActionList,
    context: Context,
    filter: &str,
) -> Vec<Entry> {
    if list == ActionList::Palette {
        return searched(ui, glass, context, filter);
    }
    let filter = filter.to_lowercase();
    let bindings = ui.keymap.bindings(context);
    let here = Action::ALL.iter().copied().filter(|action| action.contexts().contains(&context));
    let mut found: Vec<Entry> = here
        .filter_map(|action| {
            let mut chords = ui.keymap.chords(context, action);
            if chords.is_empty() && list == ActionList::Help {
                return None;
            }
            let description = bindings
                .iter()
                .find(|binding| binding.action == action)
                .map_or_else(|| action.description().to_owned(), |binding| binding.description.clone());
            let name = action.as_str().replace('_', " ");
            let words = format!("{name} {description}").to_lowercase();
            let fits = filter
                .split_whitespace()
                .all(|word| words.contains(word) || chords.iter().any(|chord| chord.to_lowercase() == word));
            chords.truncate(3);
            let disabled = disabled(ui, glass, action);
            let does = Does::Action(action);
            fits.then(|| Entry { keys: chords.join(", "), does, description, disabled })
        })
        .collect();
    // What is done where one is comes first, then what can be done at all.
    let first = hints::useful(ui, glass, context);
    found.sort_by_key(|entry| {
        let place = |action: &Action| first.iter().position(|one| one == action).unwrap_or(first.len());
        let place = match &entry.does {
            Does::Action(action) => place(action),
            Does::Given(_) => first.len(),
        };
        (entry.disabled.is_some(), place)
    });
    found
}

/// The lines of the palette whose letters hold the filter's in their order, what fits best first. Without a filter what
/// was done last comes first.
fn searched(ui: &Ui, glass: &Glass, context: Context, typed: &str) -> Vec<Entry> {
    let filter = &typed.to_lowercase();
    let bindings = ui.keymap.bindings(context);
    let here = Action::ALL.iter().copied().filter(|action| action.contexts().contains(&context));
    let all: Vec<Entry> = here
        .map(|action| {
            let own = bindings.iter().find(|binding| binding.action == action);
            let description =
                own.map_or_else(|| action.description().to_owned(), |binding| binding.description.clone());
            let mut chords = ui.keymap.chords(context, action);
            chords.truncate(3);
            let does = Does::Action(action);
            Entry { keys: chords.join(", "), does, description, disabled: disabled(ui, glass, action) }
        })
        .collect();
    let texts: Vec<String> = all.iter().map(searchable).collect();
    let mut order = fuzzy::best(filter, texts.iter().map(String::as_str), false, all.len()).0;
    let is_chord = |entry: &Entry| entry.keys.split(", ").any(|chord| chord.to_lowercase() == *filter);
    if filter.trim().is_empty() {
        return ui.recent.first(ui, glass, &all);
    }
    // The sort is stable: what is alike stays in its order.
    order.sort_by_key(|at| !is_chord(&all[*at]));
    let mut found: Vec<Entry> = order.into_iter().map(|at| all[at].clone()).collect();
    let given = given::offered(ui, glass, typed);
    // The name of an action is that action, whatever else the words may mean.
    let is_name = Action::named(&filter.trim().replace(' ', "_")).is_some();
    let at = if is_name { found.len().min(1) } else { 0 };
    found.splice(at..at, given);
    found
}

/// The noun first, where it is one: `gates`, `artifacts`, `steps`.
fn searchable(entry: &Entry) -> String {
    let name = match &entry.does {
        Does::Action(action) => action.as_str().replace('_', " "),
        Does::Given(_) => entry.keys.clone(),
    };
    let noun = name.strip_prefix("focus ").map_or_else(String::new, |noun| format!("{noun} "));
    format!("{noun}{name} {}", entry.description).to_lowercase()
}

/// Keys one after the other, as the keymap writes them.
pub(super) fn written(keys: &[Key]) -> String {
    keys.iter()
        .map(|key| match key.typed() {
            Some(character) if character != ' ' => character.to_string(),
            Some(_) | None => key.to_string(),
        })
        .collect::<Vec<_>>()
        .join(" ")
}
