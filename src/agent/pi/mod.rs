//! Pi (`@earendil-works/pi-coding-agent`): its TUI in a terminal, with awtui's bridge loaded into it.
//!
//! Owns how Pi is launched and which of its sources says what. The bridge is the truth while it is connected; the
//! terminal status and the session log stand in for it, and the log keeps the ledger whole in any case.

mod log;
mod probe;

use super::keys::{CTRL_C, ESCAPE, paste_and_enter};
use super::launch::{environment, private_file, text};
use super::protocol::{self, ToAgent};
use super::{
    Adapter, AgentError, Clamped, Control, Delivery, DeskState, Emission, Feature, LaunchContext, LaunchPlan,
    LogPlan, Probe, ProbeOutput, ProbePlan, find_marker, models,
};
use crate::domain::{Observation, RoleConfig, RunId, Source, StatusSeen, Text, TurnEnd, UsageSeen};
use crate::term::{ProgramState, Signal};
use log::{Entry, Stop};
use std::collections::BTreeSet;
use std::path::Path;

const BRIDGE: &str = include_str!("../../../assets/pi/bridge.ts");

/// Whether Pi takes what a project brings for it.
const TRUST: [&str; 4] = ["-a", "--approve", "-na", "--no-approve"];

/// Milliseconds of silence after which a title without the bridge is readiness.
const AFTER_TITLE: u64 = 1_000;
/// After which an end told by the terminal is believed: the log may lag behind it.
const AFTER_STATUS: u64 = 300;
/// After which an end told by the log alone is believed: queued messages may follow.
const AFTER_LOG: u64 = 1_500;
/// After which an error in the log is the end: Pi retries, after 8 s at most by default.
const AFTER_LOG_ERROR: u64 = 15_000;

/// One session of Pi.
#[expect(clippy::struct_excessive_bools, reason = "each is one independent thing that was seen")]
#[derive(Debug, Default)]
pub(super) struct Pi {
    run: Option<RunId>,
    connected: bool,
    has_status: bool,
    /// The terminal was given a title.
    titled: bool,
    ready: bool,
    reader: log::Reader,
    counted: BTreeSet<String>,
    arrived: BTreeSet<u64>,
    model: Option<String>,
    /// The last assistant text, for an end that comes without one.
    last_text: String,
    in_turn: bool,
    compacting: bool,
    /// An end that waits for silence, and how much.
    ending: Option<(TurnEnd, Source, u64)>,
}

impl Adapter for Pi {
    fn name(&self) -> &'static str {
        "pi"
    }

    fn probe_plan(&self) -> ProbePlan {
        probe::plan()
    }

    fn read_probe(&self, outputs: &[ProbeOutput]) -> Result<Probe, AgentError> {
        probe::read(outputs)
    }

    fn told_by(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("state", "the bridge's events; the session log alone where there is no bridge"),
            ("tokens", "usage of the entries of Pi's session log"),
            ("cost", "usage.cost.total of the same entries"),
            ("context", "getContextUsage(), else usage.totalTokens of the last reply"),
            ("window", "contextWindow of the model in use"),
        ]
    }

    fn check_model(&self, probe: &Probe, role: &RoleConfig) -> Result<Clamped, AgentError> {
        models::check("pi", probe::LISTING, probe, role)
    }

    fn launch(&mut self, context: &LaunchContext) -> Result<LaunchPlan, AgentError> {
        let clamped = self.check_model(context.probe, context.config)?;
        let has = |feature| context.probe.has(feature);
        self.run = Some(context.run.clone());
        self.has_status = has(Feature::ProgramStatus);
        let sessions = context.launch_folder.join("sessions");
        let mut args: Vec<String> = Vec::new();
        let mut push = |words: &[&str]| args.extend(words.iter().map(|word| (*word).to_owned()));
        let own = &context.config.args;
        if has(Feature::TrustOption) && !own.iter().any(|argument| TRUST.contains(&argument.as_str())) {
            // Without any of them, a dialog comes before everything else. What a project brings for Pi itself runs only
            // where the role's own arguments say so.
            push(&["-na"]);
        }
        push(&["--session-dir", &text(&sessions)]);
        let (log, agent_session) = if has(Feature::SessionId) {
            let id = context.resume.map_or_else(|| session_id(context), str::to_owned);
            push(&["--session-id", &id]);
            (LogPlan::Folder { dir: sessions, contains: id.clone() }, Some(id))
        } else {
            let file = sessions.join("session.jsonl");
            push(&["--session", &text(&file)]);
            (LogPlan::File(file), None)
        };
        if let Some(model) = &clamped.model {
            push(&["--model", model]);
        }
        if let Some(thinking) = clamped.thinking {
            push(&["--thinking", thinking.as_str()]);
        }
        push(&["-e", &text(&context.launch_folder.join("bridge.ts"))]);
        args.extend(own.iter().cloned());
        let mut env = environment(context);
        for name in ["PI_PROGRAM_STATUS", "PI_SKIP_VERSION_CHECK"] {
            env.push((name.to_owned(), "1".to_owned()));
        }
        if !context.config.ask.is_empty() {
            env.push(("AWTUI_ASK".to_owned(), context.config.ask.join("\n")));
        }
        Ok(LaunchPlan {
            program: context.program.to_owned(),
            args,
            env,
            files: vec![private_file("bridge.ts", BRIDGE)],
            log,
            server: None,
            agent_session,
            waits_for_prompt: false,
        })
    }

    fn agent_line(&mut self, line: &str) -> Vec<Emission> {
        protocol::emissions(line).into_iter().filter(|emission| self.is_news(emission)).collect()
    }

    fn signal(&mut self, signal: &Signal) -> Vec<Emission> {
        if self.connected {
            return Vec::new();
        }
        match signal {
            // The first title comes once the editor takes prompts. The bridge says the same a moment later, and with
            // it a prompt has the better way.
            Signal::Title(_) => {
                self.titled = true;
                Vec::new()
            }
            Signal::Status(status) => {
                self.has_status = true;
                let compacts = status.message.as_deref() == Some("Compacting context");
                self.status(status.state, compacts)
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
        let Some(entry) = self.reader.line(line) else { return Vec::new() };
        let observations = self.entry(entry);
        observations
            .into_iter()
            .map(|observation| Emission::observed(Source::SessionLog, observation))
            .filter(|emission| self.is_news(emission))
            .collect()
    }

    fn waits(&self) -> bool {
        self.ending.is_some() || (self.titled && !self.ready && !self.connected)
    }

    fn quiet(&mut self, _screen: &mut dyn FnMut() -> String, quiet: u64) -> Vec<Emission> {
        if self.titled && !self.ready && !self.connected && quiet >= AFTER_TITLE {
            self.ready = true;
            return vec![Emission::observed(Source::TerminalStatus, Observation::Ready)];
        }
        match self.ending.take() {
            Some((end, source, after)) if quiet >= after => {
                self.in_turn = false;
                let text = Text::from(self.last_text.as_str());
                vec![Emission::observed(source, Observation::TurnEnded { end, text })]
            }
            waiting => {
                self.ending = waiting;
                Vec::new()
            }
        }
    }

    fn connected(&mut self) {
        self.connected = true;
        self.ending = None;
    }

    fn disconnected(&mut self) {
        self.connected = false;
    }

    fn reopen(&self, agent_session: &str, launch_folder: &Path) -> Option<Vec<String>> {
        let sessions = text(&launch_folder.join("sessions"));
        Some(["--session-dir", &sessions, "--session", agent_session].map(str::to_owned).to_vec())
    }

    fn deliver(&self, effect: u64, text: &str, state: &DeskState) -> Delivery {
        if state.connected {
            let prompt = ToAgent::Prompt { effect, text: text.to_owned(), steer: state.working };
            return Delivery::Socket(protocol::line(&prompt));
        }
        // Pasted, these would be a command of Pi or of the shell.
        let is_command = text.trim_start().starts_with(['/', '!']);
        let text = if is_command { format!("Read this as words:\n{text}") } else { text.to_owned() };
        Delivery::Paste(paste_and_enter(&text))
    }

    fn permission(&mut self, ask: &str, allow: bool, note: &str) -> Control {
        let answer = ToAgent::Permission { ask: ask.to_owned(), allow, note: note.to_owned() };
        let alone = Control::Unable("Pi is not connected; it refused the tool by itself".to_owned());
        Control::Socket { line: protocol::line(&answer), otherwise: Box::new(alone) }
    }

    fn interrupt(&self) -> Control {
        control(&ToAgent::Interrupt, ESCAPE.to_vec())
    }

    fn compact(&self, focus: &str) -> Control {
        let words = format!("/compact {}", focus.split_whitespace().collect::<Vec<_>>().join(" "));
        control(&ToAgent::Compact { focus: focus.to_owned() }, paste_and_enter(words.trim()))
    }

    fn quit(&self) -> Control {
        control(&ToAgent::Quit, [CTRL_C, CTRL_C].concat())
    }
}

impl Pi {
    /// What both the bridge and the log tell counts once.
    fn is_news(&mut self, emission: &Emission) -> bool {
        let Emission::Observed { observation, .. } = emission else { return true };
        if let Observation::Usage(usage) = observation {
            return self.counted.insert(usage.message.clone());
        }
        if let Observation::PromptSeen { effect } = observation {
            return self.arrived.insert(*effect);
        }
        true
    }

    fn status(&mut self, state: ProgramState, compacts: bool) -> Vec<Emission> {
        let source = Source::TerminalStatus;
        let observed = |observation| vec![Emission::observed(source, observation)];
        let ended = match state {
            ProgramState::Working if compacts => {
                self.compacting = true;
                return observed(Observation::CompactionStarted { automatic: true });
            }
            ProgramState::Working => {
                self.in_turn = true;
                self.ending = None;
                let mut emissions = self.compaction_over();
                emissions.push(Emission::observed(source, Observation::TurnStarted));
                return emissions;
            }
            ProgramState::Blocked => return observed(Observation::Status(StatusSeen::Blocked)),
            ProgramState::Clear => return Vec::new(),
            ProgramState::Idle => TurnEnd::Interrupted,
            ProgramState::Done => TurnEnd::Completed,
            ProgramState::Error => TurnEnd::Failed { reason: "Pi shows an error; see the pane".to_owned() },
        };
        let emissions = self.compaction_over();
        if self.in_turn {
            self.ending = Some((ended, source, AFTER_STATUS));
        }
        emissions
    }

    fn compaction_over(&mut self) -> Vec<Emission> {
        if !std::mem::take(&mut self.compacting) {
            return Vec::new();
        }
        let over = Observation::CompactionEnded { before: None, after: None, failed: None, nothing: false };
        vec![Emission::observed(Source::TerminalStatus, over)]
    }

    /// With the bridge connected the log only adds to the ledger what the bridge could not tell.
    fn entry(&mut self, entry: Entry) -> Vec<Observation> {
        let alone = !self.connected;
        match entry {
            Entry::Session { id } => vec![Observation::SessionKnown { agent_session: id, log: None }],
            Entry::Model { model } => {
                self.model = Some(model.clone());
                only(
                    alone,
                    Observation::ModelSeen { model, thinking: None, window: None, agent_trigger: None },
                )
            }
            Entry::Thinking { level } => self.model.clone().map_or_else(Vec::new, |model| {
                let thinking = Some(level);
                only(alone, Observation::ModelSeen { model, thinking, window: None, agent_trigger: None })
            }),
            Entry::User { text } => self.user(&text, alone),
            Entry::Assistant { text, stop, calls, usage } => {
                let mut observations: Vec<Observation> = usage.map(Observation::Usage).into_iter().collect();
                if !text.is_empty() || stop == Stop::Whole {
                    self.last_text = text;
                }
                if alone {
                    observations.extend(calls.into_iter().map(|call| Observation::ToolStarted {
                        call: call.id,
                        name: call.name,
                        detail: call.detail,
                    }));
                    self.end_by_log(&stop);
                }
                observations
            }
            Entry::ToolResult { call, name, failed, wall, usage } => {
                let mut observations = paid(usage);
                if alone {
                    observations.push(Observation::ToolEnded { call, name, failed, wall });
                }
                observations
            }
            Entry::Compaction { before, usage } => {
                let mut observations = paid(usage);
                if alone && !self.has_status {
                    observations.push(Observation::CompactionStarted { automatic: true });
                    let over =
                        Observation::CompactionEnded { before, after: None, failed: None, nothing: false };
                    observations.push(over);
                }
                if alone {
                    observations.push(Observation::ContextSeen { tokens: None, window: None });
                }
                observations
            }
            Entry::Paid(usage) => vec![Observation::Usage(usage)],
        }
    }

    fn user(&mut self, text: &str, alone: bool) -> Vec<Observation> {
        let mut observations = Vec::new();
        if let Some(effect) = self.run.as_ref().and_then(|run| find_marker(text, run)) {
            observations.push(Observation::PromptSeen { effect: effect.0 });
        }
        self.last_text.clear();
        if alone && !self.has_status {
            self.in_turn = true;
            self.ending = None;
            observations.push(Observation::TurnStarted);
        }
        observations
    }

    fn end_by_log(&mut self, stop: &Stop) {
        if self.has_status {
            return;
        }
        let source = Source::SessionLog;
        self.ending = match stop {
            Stop::Tools => None,
            Stop::Whole => Some((TurnEnd::Completed, source, AFTER_LOG)),
            Stop::Aborted => Some((TurnEnd::Interrupted, source, AFTER_LOG)),
            Stop::Error(reason) => {
                Some((TurnEnd::Failed { reason: reason.clone() }, source, AFTER_LOG_ERROR))
            }
        };
    }
}

fn paid(usage: Option<UsageSeen>) -> Vec<Observation> {
    usage.map(Observation::Usage).into_iter().collect()
}

fn only(alone: bool, observation: Observation) -> Vec<Observation> {
    if alone { vec![observation] } else { Vec::new() }
}

fn control(message: &ToAgent, otherwise: Vec<u8>) -> Control {
    Control::Socket { line: protocol::line(message), otherwise: Box::new(Control::Bytes(otherwise)) }
}

/// Pi takes letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit.
fn session_id(context: &LaunchContext) -> String {
    let name = format!("{}.{}", context.run, context.session);
    let safe = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-');
    let kept: String = name.chars().map(|character| if safe(character) { character } else { '-' }).collect();
    let id = kept.trim_matches(|character: char| !character.is_ascii_alphanumeric());
    if id.is_empty() { "session".to_owned() } else { id.to_owned() }
}
