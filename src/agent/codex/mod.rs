//! Codex (`codex`): its TUI in a terminal, with awtui's hooks and tools given on its command line.
//!
//! Owns how Codex is driven and which of its sources says what. The session log is the truth of what a turn did, cost
//! and how it ended; hooks tell where that log is, when a turn or a compaction begins, and ask for leave; the terminal
//! status stands in where these are missing. It reads nothing itself.

mod hooks;
mod launch;
mod log;
mod probe;
mod told;

use super::keys::{CTRL_C, CTRL_U, ESCAPE, paste_and_enter};
use super::launch::{credentials, environment};
use super::protocol::{self, ToDesk};
use super::{
    Adapter, AgentError, Clamped, Control, Delivery, DeskState, Emission, Feature, Keys, LaunchContext,
    LaunchPlan, LogPlan, Probe, ProbeOutput, ProbePlan, find_marker,
};
use crate::domain::{Observation, PermissionRequest, RoleConfig, RunId, Source, Text, TurnEnd};
use crate::term::{ProgramState, Signal};
use hooks::{Hook, Question, Session};
use log::{Entry, Reader};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Milliseconds of silence after which an idle terminal takes prompts: while its servers start, it is idle by turns.
const AFTER_IDLE: u64 = 300;
/// After which an end told by the terminal is believed: the log tells how it ended, and may lag.
const AFTER_STATUS: u64 = 1_500;
/// After which a start that does not come on is looked at.
const AFTER_NOTHING: u64 = 1_500;
/// Between the command that names a session and its first prompt.
const AFTER_NAME: u64 = 800;
/// Between an interrupt and the command that stops what runs on behind it.
const AFTER_INTERRUPT: u64 = 800;
/// Between the keys that leave.
const BETWEEN_KEYS: u64 = 400;

/// The name of a question that the pane alone takes the answer to.
const IN_PANE: &str = "in the pane";
/// A turn of which no hook told the name.
const UNNAMED: &str = "";

/// One session of Codex.
#[expect(clippy::struct_excessive_bools, reason = "each is one independent thing that was seen")]
#[derive(Debug, Default)]
pub(super) struct Codex {
    run: Option<RunId>,
    /// What needs leave whatever Codex's own rules say.
    ask: Vec<String>,
    has_hooks: bool,
    /// Its log will be found without a hook that says where it is.
    has_log: bool,
    /// The session gets a name from awtui, so that it does not pay for one.
    unnamed: Option<String>,
    session: Option<Session>,
    has_status: bool,
    /// The terminal said that it is idle, and nothing else since.
    idle: bool,
    titled: bool,
    ready: bool,
    /// A prompt went out that no hook told of yet.
    outstanding: bool,
    log: Reader,
    helpers: BTreeMap<String, Reader>,
    counted: BTreeSet<String>,
    arrived: BTreeSet<u64>,
    model: Option<(String, Option<String>, Option<u64>)>,
    /// By what it asks nobody before it acts, as it said last.
    unguarded: Option<String>,
    /// The turn that goes on now, by Codex's name; lines of others are history.
    turn: Option<String>,
    /// The turn in which a compaction goes on.
    compacting: Option<String>,
    questions: BTreeMap<String, Question>,
    /// A question that stands in the pane.
    in_pane: bool,
    last_text: String,
    /// An end that waits for silence.
    ending: Option<TurnEnd>,
}

impl Adapter for Codex {
    fn name(&self) -> &'static str {
        "codex"
    }

    fn probe_plan(&self) -> ProbePlan {
        probe::plan()
    }

    fn read_probe(&self, outputs: &[ProbeOutput]) -> Result<Probe, AgentError> {
        probe::read(outputs)
    }

    fn told_by(&self) -> &'static [(&'static str, &'static str)] {
        probe::TOLD_BY
    }

    fn check_model(&self, probe: &Probe, role: &RoleConfig) -> Result<Clamped, AgentError> {
        probe::check(probe, role)
    }

    fn launch(&mut self, context: &LaunchContext) -> Result<LaunchPlan, AgentError> {
        let clamped = self.check_model(context.probe, context.config)?;
        self.run = Some(context.run.clone());
        self.ask.clone_from(&context.config.ask);
        self.has_hooks = context.probe.has(Feature::Hooks);
        let is_new = context.resume.is_none() || !context.prompted;
        self.unnamed = (context.probe.has(Feature::Titles) && is_new)
            .then(|| format!("awtui {} {}", context.run, context.session));
        let log = launch::log(context, self.unnamed.as_deref());
        self.has_log = log != LogPlan::None;
        Ok(LaunchPlan {
            program: context.program.to_owned(),
            args: launch::arguments(context, clamped.model.as_deref(), clamped.thinking),
            env: environment(context),
            files: vec![credentials(context)],
            log,
            server: None,
            agent_session: context.resume.map(str::to_owned),
            waits_for_prompt: false,
        })
    }

    fn agent_line(&mut self, line: &str) -> Vec<Emission> {
        match protocol::parse(line) {
            Ok(ToDesk::Hook(hook)) => {
                self.hook(&hook.key, hooks::read(&hook.key, &hook.event, &hook.payload))
            }
            Ok(_) | Err(_) => protocol::emissions(line),
        }
    }

    fn signal(&mut self, signal: &Signal) -> Vec<Emission> {
        match signal {
            Signal::Title(_) => {
                self.titled = true;
                Vec::new()
            }
            Signal::Status(status) => {
                self.has_status = true;
                self.status(status.state)
            }
            Signal::Bell
            | Signal::Notify(_)
            | Signal::Progress(_)
            | Signal::Cwd(_)
            | Signal::Prompt(_)
            | Signal::Clipboard(_) => Vec::new(),
        }
    }

    fn log_line(&mut self, line: &str) -> Vec<Emission> {
        let entries = self.log.line(line);
        entries.into_iter().flat_map(|entry| self.entry(entry)).collect()
    }

    fn other_log_line(&mut self, log: &str, line: &str) -> Vec<Emission> {
        let entries = self.helpers.entry(log.to_owned()).or_default().line(line);
        self.paid_by_helper(entries)
    }

    fn exited(&mut self, _code: Option<i32>) -> Vec<Emission> {
        let entries = self.log.cut_off();
        let mut emissions: Vec<Emission> = entries.into_iter().flat_map(|entry| self.entry(entry)).collect();
        let helpers: Vec<Entry> = self.helpers.values_mut().flat_map(Reader::cut_off).collect();
        emissions.extend(self.paid_by_helper(helpers));
        emissions
    }

    fn waits(&self) -> bool {
        self.ending.is_some() || !self.ready
    }

    fn quiet(&mut self, screen: &mut dyn FnMut() -> String, quiet: u64) -> Vec<Emission> {
        if !self.ready {
            return self.starting(screen, quiet);
        }
        if quiet < AFTER_STATUS {
            return Vec::new();
        }
        match self.ending.take() {
            Some(end) if self.turn.is_some() => {
                let text = self.last_text.clone();
                self.turn_over(Source::TerminalStatus, end, &text)
            }
            Some(_) | None => Vec::new(),
        }
    }

    fn delivered(&mut self, _effect: u64) -> Vec<Emission> {
        self.unnamed = None;
        self.outstanding = true;
        Vec::new()
    }

    fn permission(&mut self, ask: &str, allow: bool, note: &str) -> Control {
        match self.questions.remove(ask) {
            Some(question) => {
                let decision = hooks::decision(question, allow, note);
                Control::Answer { ask: ask.to_owned(), line: protocol::output(ask, &decision) }
            }
            None => Control::Unable("Codex takes the answer to this in its pane only".to_owned()),
        }
    }

    fn reopen(&self, agent_session: &str, _launch_folder: &Path) -> Option<Vec<String>> {
        Some(["resume", agent_session].map(str::to_owned).to_vec())
    }

    fn deliver(&self, _effect: u64, text: &str, state: &DeskState) -> Delivery {
        // Pasted, these would be a command of Codex or of the shell. A blank before them makes words of them, and Codex
        // drops it.
        let is_command = text.starts_with(['/', '!']);
        let text = if is_command { format!(" {text}") } else { text.to_owned() };
        let prompt = paste_and_enter(&text);
        match self.unnamed.as_ref().filter(|_| !state.working) {
            // In one write with the command, the prompt would lie unread until more is typed.
            Some(name) => Delivery::Keys(vec![
                Keys { after: 0, bytes: paste_and_enter(&format!("/rename {name}")) },
                Keys { after: AFTER_NAME, bytes: prompt },
            ]),
            None => Delivery::Paste(prompt),
        }
    }

    /// Commands run on behind an interrupt until Codex is told to stop them, too. Where none can run, Codex may have put
    /// the prompt back into its input, and the command would go with it.
    fn interrupt(&self) -> Control {
        if !self.log.has_called() {
            return Control::Bytes(ESCAPE.to_vec());
        }
        Control::Keys(vec![
            Keys { after: 0, bytes: ESCAPE.to_vec() },
            Keys { after: AFTER_INTERRUPT, bytes: [CTRL_U, &paste_and_enter("/stop")].concat() },
        ])
    }

    /// Words after the command would make it a prompt.
    fn compact(&self, _focus: &str) -> Control {
        Control::Bytes(paste_and_enter("/compact"))
    }

    /// The first interrupts or empties the input, the next leaves.
    fn quit(&self) -> Control {
        let key = |after| Keys { after, bytes: CTRL_C.to_vec() };
        Control::Keys(vec![key(0), key(BETWEEN_KEYS), key(BETWEEN_KEYS)])
    }
}

impl Codex {
    fn starting(&mut self, screen: &mut dyn FnMut() -> String, quiet: u64) -> Vec<Emission> {
        let idle = self.idle && quiet >= AFTER_IDLE;
        // A Codex that tells no status: its title comes with its input.
        let titled = self.titled && !self.has_status && quiet >= AFTER_NOTHING;
        if idle || titled {
            self.ready = true;
            let mut emissions = self.left_pane();
            emissions.push(Emission::observed(Source::TerminalStatus, Observation::Ready));
            return emissions;
        }
        if self.has_status || self.in_pane || quiet < AFTER_NOTHING {
            return Vec::new();
        }
        let shown = screen();
        let question = launch::FIRST_QUESTIONS.into_iter().find(|(words, _, _)| shown.contains(words));
        question.map_or_else(Vec::new, |(_, about, detail)| {
            let request = PermissionRequest::new(IN_PANE, about, detail);
            self.asked_in_pane(Source::ScreenText, request)
        })
    }

    fn asked_in_pane(&mut self, source: Source, request: PermissionRequest) -> Vec<Emission> {
        self.in_pane = true;
        vec![Emission::observed(source, Observation::PermissionAsked(request))]
    }

    fn left_pane(&mut self) -> Vec<Emission> {
        if !std::mem::take(&mut self.in_pane) {
            return Vec::new();
        }
        let gone = Observation::PermissionGone { ask: IN_PANE.to_owned() };
        vec![Emission::observed(Source::TerminalStatus, gone)]
    }

    fn status(&mut self, state: ProgramState) -> Vec<Emission> {
        self.idle = false;
        let mut emissions = if state == ProgramState::Blocked { Vec::new() } else { self.left_pane() };
        let end = match state {
            ProgramState::Working => {
                self.ending = None;
                if !self.has_hooks && !self.has_log && self.outstanding {
                    emissions.extend(self.turn_started(Source::TerminalStatus, UNNAMED));
                }
                return emissions;
            }
            ProgramState::Blocked => return self.blocked(),
            ProgramState::Clear => return emissions,
            ProgramState::Idle => {
                self.idle = true;
                TurnEnd::Interrupted
            }
            ProgramState::Done => TurnEnd::Completed,
            ProgramState::Error => {
                TurnEnd::Failed { reason: "Codex shows an error; see the pane".to_owned() }
            }
        };
        // Its hooks did not come, so nothing else told that the prompt was taken.
        if self.ready && self.turn.is_none() && self.outstanding {
            emissions.extend(self.turn_started(Source::TerminalStatus, UNNAMED));
        }
        if self.turn.is_some() {
            self.ending = Some(end);
        }
        emissions
    }

    /// A dialog stands in the pane: a hook had nothing to say, or there are none.
    fn blocked(&mut self) -> Vec<Emission> {
        if self.in_pane {
            return Vec::new();
        }
        let mut request = match self.log.waiting() {
            Some(call) => hooks::asked(IN_PANE, &call.name, &call.arguments),
            None => PermissionRequest::new(IN_PANE, "a tool", "Codex asks in its pane"),
        };
        request.answerable = false;
        self.asked_in_pane(Source::TerminalStatus, request)
    }

    fn hook(&mut self, key: &str, hook: Hook) -> Vec<Emission> {
        let mut emissions = Vec::new();
        let mut tell = |observation| emissions.push(Emission::observed(Source::Hook, observation));
        match hook {
            Hook::Permission(request) => {
                self.questions.insert(key.to_owned(), Question::Permission);
                tell(Observation::PermissionAsked(request));
                return emissions;
            }
            Hook::Tool(request) => {
                if self.ask.contains(&request.tool) {
                    self.questions.insert(key.to_owned(), Question::Tool);
                    tell(Observation::PermissionAsked(request));
                    return emissions;
                }
            }
            Hook::Session { session } => emissions.extend(self.known(session)),
            Hook::Prompt { session, turn, text } => {
                emissions.extend(self.known(session));
                emissions.extend(self.arrived(Source::Hook, &text));
                self.outstanding = false;
                emissions.extend(self.turn_started(Source::Hook, &turn));
            }
            Hook::CompactionStarted { turn, automatic } => {
                self.compacting = Some(turn);
                tell(Observation::CompactionStarted { automatic });
            }
            Hook::CompactionEnded => {
                // The log tells more, if it is known.
                if self.session.as_ref().is_none_or(|session| session.log.is_none()) {
                    emissions.extend(self.compaction_over(Source::Hook, None, None, None));
                }
            }
            Hook::Stopped { text } => self.last_text = text,
            Hook::Helper { log } => {
                if !self.helpers.contains_key(&log) {
                    self.helpers.insert(log.clone(), Reader::default());
                    emissions.push(Emission::ReadAlso { log });
                }
            }
            Hook::Other => {}
        }
        emissions.push(Emission::Reply(protocol::output(key, "")));
        emissions
    }

    fn known(&mut self, session: Session) -> Vec<Emission> {
        if self.session.as_ref() == Some(&session) {
            return Vec::new();
        }
        self.session = Some(session.clone());
        let known = Observation::SessionKnown { agent_session: session.id, log: session.log };
        vec![Emission::observed(Source::Hook, known)]
    }

    fn arrived(&mut self, source: Source, text: &str) -> Vec<Emission> {
        let effect = self.run.as_ref().and_then(|run| find_marker(text, run));
        let effect = effect.map(|effect| effect.0).filter(|effect| self.arrived.insert(*effect));
        let seen = effect.map(|effect| Emission::observed(source, Observation::PromptSeen { effect }));
        seen.into_iter().collect()
    }

    fn turn_started(&mut self, source: Source, turn: &str) -> Vec<Emission> {
        // Words that steer belong to the turn that goes on.
        if self.turn.as_deref() == Some(turn) {
            return Vec::new();
        }
        self.turn = Some(turn.to_owned());
        self.ending = None;
        self.last_text.clear();
        vec![Emission::observed(source, Observation::TurnStarted)]
    }

    fn turn_over(&mut self, source: Source, end: TurnEnd, text: &str) -> Vec<Emission> {
        self.turn = None;
        self.ending = None;
        self.outstanding = false;
        let gone =
            std::mem::take(&mut self.questions).into_keys().map(|ask| Observation::PermissionGone { ask });
        let mut emissions: Vec<Emission> = gone.map(|gone| Emission::observed(source, gone)).collect();
        emissions.extend(self.left_pane());
        let over = Observation::TurnEnded { end, text: Text::from(text) };
        emissions.push(Emission::observed(source, over));
        emissions
    }
}
