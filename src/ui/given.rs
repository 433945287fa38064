//! Commands of the palette that are given something: `run 2026`, `theme light`, `pause back at two`, `gate 3`.
//!
//! Owns which words are such a command and what each of them would do. Nothing is done here before it is chosen.

use super::act::go;
use super::gate;
use super::keys::{Entry, disabled};
use super::model::{Ask, Focus, Mode, Ui};
use super::runs::{self, RunsAsk};
use super::settings::SettingsAsk;
use crate::domain::{Gate, GateId, OperatorAct, PauseMode, RoleName, RunId, RunSummary, Text};
use crate::glass::Glass;
use crate::settings::{Action, Theme};

/// What a line of help or palette does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Does {
    Action(Action),
    Given(Given),
}

/// A command with what it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given {
    Run(RunId),
    Replay(RunId),
    Theme(String),
    Pause(String),
    Note(String),
    Say(RoleName, String),
    Compact(RoleName),
    Gate(GateId),
    /// By its place among the steps.
    Step(usize),
}

/// Runs that are offered at once: more letters find the others.
const MOST: usize = 20;
/// From so many characters on the beginning of a command is one.
const BEGUN: usize = 3;
/// From so many characters on the beginning of a run's id is one.
const ID: usize = 4;

/// The lines that these words come to, what fits best first.
pub(super) fn offered(ui: &Ui, glass: &Glass, filter: &str) -> Vec<Entry> {
    let trimmed = filter.trim_start();
    let Some((verb, rest)) = trimmed.split_once(' ') else {
        if trimmed.chars().count() >= BEGUN && "theme".starts_with(&trimmed.to_lowercase()) {
            return themes(ui, "");
        }
        let ids = if trimmed.chars().count() < ID { Vec::new() } else { of_id(glass, trimmed) };
        return ids.into_iter().map(|run| run_entry(ui, run, false)).collect();
    };
    let rest = rest.trim();
    let acts = |action: Action, given: Given, description: String| {
        let disabled = disabled(ui, glass, action);
        (!rest.is_empty())
            .then(|| entry(verb, Does::Given(given), description, disabled))
            .into_iter()
            .collect()
    };
    match verb.to_lowercase().as_str() {
        "run" | "open" => runs_of(glass, rest).into_iter().map(|run| run_entry(ui, run, false)).collect(),
        "replay" => runs_of(glass, rest).into_iter().map(|run| run_entry(ui, run, true)).collect(),
        "theme" => themes(ui, rest),
        "pause" => {
            acts(Action::Pause, Given::Pause(rest.to_owned()), format!("Pause when the turn is over: {rest}"))
        }
        "note" => acts(Action::Note, Given::Note(rest.to_owned()), format!("Note for the run: {rest}")),
        "say" => said(ui, glass, rest),
        "compact" => compacted(ui, glass, rest),
        "gate" => glass
            .run
            .open_gates()
            .filter(|gate| gate.id.to_string() == rest)
            .map(|one| entry(verb, Does::Given(Given::Gate(one.id)), gate_words(one), None))
            .collect(),
        "step" => steps(glass, rest),
        _ => Vec::new(),
    }
}

fn entry(verb: &str, does: Does, description: String, disabled: Option<String>) -> Entry {
    Entry { keys: verb.to_owned(), does, description, disabled }
}

fn gate_words(gate: &Gate) -> String {
    format!("Go to gate {}: {}", gate.id, gate.question.first_line())
}

/// Those whose id begins so; else those that hold every word.
fn runs_of<'glass>(glass: &'glass Glass, words: &str) -> Vec<&'glass RunSummary> {
    let ids = of_id(glass, words);
    if !words.is_empty() && !ids.is_empty() {
        return ids;
    }
    let mut all = runs::ordered(&runs::filtered(words), glass);
    all.truncate(MOST);
    all
}

/// The `aw_` before the date is not needed.
fn of_id<'glass>(glass: &'glass Glass, id: &str) -> Vec<&'glass RunSummary> {
    let begins = |run: &RunSummary| {
        let whole = run.run.as_str();
        whole.starts_with(id) || whole.strip_prefix("aw_").is_some_and(|rest| rest.starts_with(id))
    };
    glass.runs.iter().filter(|run| begins(run)).take(MOST).collect()
}

fn run_entry(ui: &Ui, run: &RunSummary, replay: bool) -> Entry {
    let task = run.task.lines().next().unwrap_or_default();
    let description = format!("{} · {} · {task}", run.run, run.phase.replace('_', " "));
    let given = if replay { Given::Replay(run.run.clone()) } else { Given::Run(run.run.clone()) };
    let disabled = in_replay(ui);
    entry(if replay { "replay" } else { "run" }, Does::Given(given), description, disabled)
}

fn in_replay(ui: &Ui) -> Option<String> {
    (ui.mode == Mode::Replay).then(|| "leave the replay first".to_owned())
}

fn themes(ui: &Ui, letters: &str) -> Vec<Entry> {
    let auto = std::iter::once(Theme::BY_BACKGROUND);
    let fits = |name: &&str| name.contains(letters);
    let known = auto.chain(ui.themes.iter().map(String::as_str));
    let disabled = in_replay(ui);
    known
        .filter(fits)
        .map(|name| {
            let words = format!("Use the theme {name} until awtui is left; ui.theme keeps one");
            entry("theme", Does::Given(Given::Theme(name.to_owned())), words, disabled.clone())
        })
        .collect()
}

/// `worker stop now`: the role by the beginning of its name.
fn said(ui: &Ui, glass: &Glass, rest: &str) -> Vec<Entry> {
    let (name, words) = rest.split_once(' ').map_or((rest, ""), |(name, words)| (name, words.trim()));
    let roles = glass.run.roles.keys().filter(|role| role.as_str().starts_with(name));
    let refused = disabled(ui, glass, Action::Note);
    roles
        .map(|role| {
            let given = Given::Say(role.clone(), words.to_owned());
            let missing = words.is_empty().then(|| "say what".to_owned());
            let about = format!("Say to the {role}: {words}");
            entry("say", Does::Given(given), about, refused.clone().or(missing))
        })
        .collect()
}

/// `worker`, or the beginning of it.
fn compacted(ui: &Ui, glass: &Glass, rest: &str) -> Vec<Entry> {
    let roles = glass.run.roles.keys().filter(|role| role.as_str().starts_with(rest));
    let refused = disabled(ui, glass, Action::Note);
    roles
        .map(|role| {
            let reason = glass.run.may_compact(role).err().map(|refusal| refusal.0);
            let about = format!("Compact the context of the {role} as soon as it is at rest");
            entry("compact", Does::Given(Given::Compact(role.clone())), about, refused.clone().or(reason))
        })
        .collect()
}

fn steps(glass: &Glass, rest: &str) -> Vec<Entry> {
    let number = rest.trim_start_matches('0');
    let all = glass.run.steps.iter().enumerate();
    all.filter(|(_, step)| step.number.to_string().trim_start_matches('0') == number)
        .map(|(place, step)| {
            let words = format!("Go to step {}: {}", step.number, step.phase);
            entry("step", Does::Given(Given::Step(place)), words, None)
        })
        .collect()
}

pub(super) fn run(ui: &mut Ui, glass: &Glass, given: Given) -> Vec<Ask> {
    match given {
        Given::Run(id) => match glass.runs.iter().find(|run| run.run == id) {
            Some(run) => vec![Ask::Runs(runs::opens(ui, run))],
            None => Vec::new(),
        },
        Given::Replay(run) => vec![Ask::Runs(RunsAsk::Replay { run, from_start: true })],
        Given::Theme(name) => vec![Ask::Settings(SettingsAsk::Wear { name })],
        Given::Pause(reason) => vec![Ask::Act(OperatorAct::Pause { mode: PauseMode::Drain, reason })],
        Given::Note(text) => vec![Ask::Act(OperatorAct::Note { text: Text::from(text) })],
        Given::Say(role, text) => vec![Ask::Act(OperatorAct::Say { role, text: Text::from(text) })],
        Given::Compact(role) => vec![Ask::Act(OperatorAct::Compact { role })],
        Given::Gate(id) => {
            gate::go_to(ui, id);
            Vec::new()
        }
        Given::Step(place) => {
            go(ui, Focus::Steps);
            ui.selected.insert(Focus::Steps, place);
            Vec::new()
        }
    }
}

/// Does what the line says, and remembers it for the next time.
pub(super) fn run_entry_of(ui: &mut Ui, glass: &Glass, does: Does) -> Vec<Ask> {
    match does {
        Does::Action(action) => {
            ui.recent.used(action.as_str().to_owned());
            super::act::act(ui, glass, action)
        }
        Does::Given(given) => {
            if let Some(words) = again(&given) {
                ui.recent.used(words);
            }
            run(ui, glass, given)
        }
    }
}

/// The words that come to the same another time; none where the same is hardly meant again.
fn again(given: &Given) -> Option<String> {
    match given {
        Given::Theme(name) => Some(format!("theme {name}")),
        Given::Compact(role) => Some(format!("compact {role}")),
        Given::Pause(reason) => Some(format!("pause {}", reason.lines().next()?)),
        Given::Run(_)
        | Given::Replay(_)
        | Given::Note(_)
        | Given::Say(..)
        | Given::Gate(_)
        | Given::Step(_) => None,
    }
}

/// What was done by way of the palette, the last first: names of actions, and commands with what they were given.
#[derive(Debug, Default)]
pub(super) struct Recent {
    names: Vec<String>,
    /// Something was done since it was asked for last.
    changed: bool,
}

/// More are not remembered.
const REMEMBERED: usize = 30;

impl Recent {
    fn used(&mut self, name: String) {
        self.names.retain(|known| *known != name);
        self.names.insert(0, name);
        self.names.truncate(REMEMBERED);
        self.changed = true;
    }

    /// What is remembered first, then the others in their order.
    pub(super) fn first(&self, ui: &Ui, glass: &Glass, others: &[Entry]) -> Vec<Entry> {
        let is = |entry: &Entry, name: &str| matches!(&entry.does, Does::Action(action) if action.as_str() == name);
        let known = |name: &String| match Action::named(name) {
            Some(_) => others.iter().find(|entry| is(entry, name)).cloned(),
            None => offered(ui, glass, name).into_iter().next(),
        };
        let mut all: Vec<Entry> = self.names.iter().filter_map(known).collect();
        let remembered = |entry: &Entry| self.names.iter().any(|name| is(entry, name));
        all.extend(others.iter().filter(|entry| !remembered(entry)).cloned());
        all
    }
}

impl Ui {
    /// What was done in earlier sessions, one a line, the last first. What means nothing any more is not shown.
    pub fn remember_recent(&mut self, names: &str) {
        self.recent.names = names.lines().take(REMEMBERED).map(str::to_owned).collect();
    }

    /// What should be remembered, if that has changed since this was asked for last.
    pub fn take_recent(&mut self) -> Option<String> {
        let changed = std::mem::take(&mut self.recent.changed);
        let names = self.recent.names.iter().flat_map(|name| [name.as_str(), "\n"]);
        changed.then(|| names.collect())
    }
}
