//! What each source of Claude Code tells, with what the others told before: everything is told once, by the best of them.

use super::Claude;
use super::hooks::{self, Hook};
use super::launch::FETCHED;
use super::log::Entry;
use crate::agent::protocol::{self, HookLine};
use crate::agent::{Emission, find_marker, marker};
use crate::domain::{EffectId, LimitInfo, Observation, Source};
use crate::term::{ProgramState, ProgramStatus};

/// Milliseconds of silence after which it takes prompts, where the terminal does not tell.
const AFTER_SESSION: u64 = 3_000;
const AFTER_TITLE: u64 = 5_000;
/// After which words that were fetched are taken to be in the input although they are not seen there.
const LONG_FETCHED: u64 = 3_000;

impl Claude {
    pub(super) fn hook(&mut self, line: &HookLine) -> Vec<Emission> {
        // The editor's hook is awtui's own: it says nothing of those that Claude calls.
        self.hooked |= line.event != FETCHED;
        self.live = true;
        let mut observations = self.effort(line);
        let mode = line.payload.get("permission_mode").and_then(|mode| mode.as_str());
        observations.extend(mode.and_then(|mode| self.asks_by(mode)));
        let mut answered_later = false;
        match hooks::read(&line.key, &line.event, &line.payload) {
            Hook::Session { id, log, model, context } => {
                self.log = log.clone().or(self.log.take());
                observations.push(Observation::SessionKnown { agent_session: id, log });
                observations.extend(model.and_then(|model| self.uses(model)));
                if context.is_some() {
                    observations.push(Observation::ContextSeen { tokens: context, window: None });
                }
            }
            Hook::Prompt { text } => {
                observations.extend(self.arrives(&text));
                observations.extend(self.begins());
            }
            Hook::ToolStarted { call, name, detail } => {
                self.reader.calls(&call, self.tools.is_empty());
                self.tools.insert(call.clone(), name.clone());
                observations.push(Observation::ToolStarted { call, name, detail });
            }
            Hook::ToolEnded { call, name, input, failed, wall } => {
                observations.extend(self.asks.tool_ended(&name, &input));
                if self.tools.remove(&call).is_some() {
                    observations.push(Observation::ToolEnded { call, name, failed, wall });
                }
            }
            Hook::Asks { request, input } => {
                answered_later = request.answerable;
                let gone = self.asks.asked(line.key.clone(), request.tool.clone(), input);
                observations.extend(gone);
                observations.push(Observation::PermissionAsked(request));
            }
            Hook::Stopped { text, helpers } => {
                observations.extend(self.begins_late());
                self.turn.stopped(text, helpers);
            }
            Hook::Failed { limited, reason } => {
                observations.extend(self.begins_late());
                if limited && self.turn.runs() {
                    observations.push(limit(reason.clone()));
                }
                self.turn.failed(reason);
            }
            Hook::HelperFailed { reason } => self.compaction.fails(reason),
            Hook::Compacts { automatic } => observations.extend(self.compaction.starts(automatic)),
            Hook::Compacted => self.compaction.done(),
            Hook::Fetched => self.fetched = self.typed,
            Hook::Helper { agent } => return self.with_helper(line, &agent),
            Hook::Other => {}
        }
        let mut emissions = told(Source::Hook, observations);
        emissions.extend(self.over(None));
        if !answered_later {
            emissions.push(Emission::Reply(protocol::output(&line.key, "")));
        }
        emissions
    }

    pub(super) fn terminal(&mut self, status: &ProgramStatus) -> Vec<Emission> {
        self.status = Some(status.state);
        // Not logged in: the turn fails with that, there is nothing to answer.
        let is_failure = status.kind.as_deref() == Some("auth") && self.turn.runs();
        let mut observations = if is_failure { Vec::new() } else { self.asks.status(status, self.hooked) };
        match status.state {
            ProgramState::Working => {
                self.live = true;
                if !self.hooked && self.typed.is_some() {
                    observations.extend(self.begins());
                }
            }
            ProgramState::Idle | ProgramState::Done | ProgramState::Error => {
                if !std::mem::replace(&mut self.ready, true) {
                    observations.push(Observation::Ready);
                }
                self.has_words |= status.state == ProgramState::Idle && self.turn.runs();
                self.compaction.rests();
                self.turn.rests(status.state, status.message.as_deref());
            }
            ProgramState::Blocked | ProgramState::Clear => {}
        }
        let mut emissions = told(Source::TerminalStatus, observations);
        emissions.extend(self.over(None));
        emissions
    }

    pub(super) fn entry(&mut self, entry: Entry) -> Vec<Emission> {
        let alone = self.live && !self.hooked;
        let mut observations = Vec::new();
        match entry {
            Entry::Paid(seen) => observations.push(Observation::Usage(seen)),
            Entry::Mode(mode) => observations.extend(self.asks_by(&mode)),
            Entry::Sum(sums) => observations.push(Observation::SumsSeen(sums)),
            Entry::User { text, joins } => {
                observations.extend(self.arrives(&text));
                // The log is read late: what the terminal tells of this turn was told before.
                let begins = match self.status {
                    None => true,
                    Some(ProgramState::Working | ProgramState::Blocked) => !self.turn.runs(),
                    Some(
                        ProgramState::Idle | ProgramState::Done | ProgramState::Error | ProgramState::Clear,
                    ) => false,
                };
                if alone && !joins && begins {
                    observations.extend(self.begins());
                }
            }
            Entry::Assistant { text, model } => {
                if self.turn.runs() {
                    self.turn.says(&text);
                    observations.extend(self.uses(model));
                }
            }
            Entry::ToolStarted { call, name, detail } => {
                if alone && self.turn.runs() {
                    self.tools.insert(call.clone(), name.clone());
                    observations.push(Observation::ToolStarted { call, name, detail });
                }
            }
            Entry::ToolEnded { call, failed } => {
                // Also what the operator refused: no hook tells of that.
                if let Some(name) = self.tools.remove(&call) {
                    observations.push(Observation::ToolEnded { call, name, failed, wall: None });
                }
            }
            Entry::Limited { reason } => {
                if alone && self.turn.runs() {
                    observations.push(limit(reason));
                }
            }
            Entry::Ended(end) => self.turn.closes(end, alone && self.status.is_none()),
            Entry::Compacted { automatic, before, after } => {
                if alone {
                    observations.extend(self.compaction.starts(automatic));
                }
                if let Some(over) = self.compaction.ended(before, after) {
                    observations.push(over);
                    observations.push(Observation::ContextSeen { tokens: after, window: None });
                }
            }
            Entry::NotCompacted { reason } => {
                if alone {
                    observations.extend(self.compaction.starts(false));
                }
                observations.extend(self.compaction.refused(&reason));
            }
            Entry::Helper { agent } => return self.follows(&agent),
        }
        let mut emissions = told(Source::SessionLog, observations);
        emissions.extend(self.over(None));
        emissions
    }

    pub(super) fn silence(&mut self, screen: &mut dyn FnMut() -> String, quiet: u64) -> Vec<Emission> {
        let mut emissions = told(Source::TerminalStatus, self.asks.quiet(quiet));
        let patience = if self.hooked { AFTER_SESSION } else { AFTER_TITLE };
        if self.waits_for_input() && quiet >= patience {
            self.ready = true;
            let source = if self.hooked { Source::Hook } else { Source::TerminalStatus };
            emissions.push(Emission::observed(source, Observation::Ready));
        }
        if let Some((source, over)) = self.compaction.quiet(screen, quiet) {
            emissions.push(Emission::observed(source, over));
        }
        if self.fetched.is_some_and(|effect| quiet >= LONG_FETCHED || self.shows(effect, &screen())) {
            self.fetched = None;
            emissions.push(Emission::Type(b"\r".to_vec()));
        }
        emissions.extend(self.over(Some(quiet)));
        emissions
    }

    /// The last line of the prompt is in the input, wrapped as it may be.
    fn shows(&self, effect: u64, screen: &str) -> bool {
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        let marker = self.run.as_ref().map(|run| bare(&marker(run, EffectId(effect))));
        marker.is_some_and(|marker| bare(screen).contains(&marker))
    }

    /// It is up, and the terminal tells no status.
    pub(super) fn waits_for_input(&self) -> bool {
        !self.ready && self.status.is_none() && (self.hooked || self.titled)
    }

    pub(super) fn cut_off(&mut self) -> Vec<Emission> {
        // While a turn runs and no tool does, the model is asked: Claude writes down what it asks a moment later.
        let asks = self.hooked && self.turn.runs() && !self.turn.is_ending() && self.tools.is_empty();
        let prompt = self.arrived.last().copied().unwrap_or_default();
        let asked = asks.then(|| format!("{} {prompt}", self.pane));
        let model = self.model.clone().unwrap_or_default();
        let calls = self.reader.cut_off(asked, &model).into_iter().map(Observation::Usage);
        told(Source::SessionLog, calls)
    }

    fn begins(&mut self) -> Option<Observation> {
        self.typed = None;
        if !self.turn.starts() {
            return None;
        }
        // What it told before is of the turn before.
        if self.status.is_some() {
            self.status = Some(ProgramState::Working);
        }
        Some(Observation::TurnStarted)
    }

    /// An end of a turn whose beginning nobody told.
    fn begins_late(&mut self) -> Option<Observation> {
        self.typed.and_then(|_| self.begins())
    }

    fn arrives(&mut self, text: &str) -> Option<Observation> {
        let effect = find_marker(text, self.run.as_ref()?)?.0;
        self.arrived.insert(effect).then_some(Observation::PromptSeen { effect })
    }

    fn uses(&mut self, model: String) -> Option<Observation> {
        if self.model.as_ref() == Some(&model) {
            return None;
        }
        self.model = Some(model.clone());
        let thinking = self.effort.clone();
        Some(Observation::ModelSeen { model, thinking, window: None, agent_trigger: None })
    }

    /// Its own word for how it asks before it acts (Claude Code 2.1.329): `bypassPermissions` asks nobody, `auto` asks a model.
    fn asks_by(&mut self, mode: &str) -> Option<Observation> {
        let asks_nobody = matches!(mode, "bypassPermissions" | "auto");
        let unguarded = asks_nobody.then(|| format!("permission mode {mode}"));
        if self.unguarded == unguarded {
            return None;
        }
        self.unguarded.clone_from(&unguarded);
        Some(Observation::GuardSeen { unguarded })
    }

    fn effort(&mut self, line: &HookLine) -> Vec<Observation> {
        let level = line.payload.get("effort").and_then(|effort| effort.get("level")?.as_str());
        let Some(level) = level.filter(|level| self.effort.as_deref() != Some(level)) else {
            return Vec::new();
        };
        self.effort = Some(level.to_owned());
        let seen = |model| {
            let thinking = self.effort.clone();
            Observation::ModelSeen { model, thinking, window: None, agent_trigger: None }
        };
        self.model.clone().map(seen).into_iter().collect()
    }

    fn with_helper(&mut self, line: &HookLine, agent: &str) -> Vec<Emission> {
        let mut emissions = self.follows(agent);
        emissions.push(Emission::Reply(protocol::output(&line.key, "")));
        emissions
    }

    /// Helpers spend too: each has a log beside that of its session.
    fn follows(&mut self, agent: &str) -> Vec<Emission> {
        let session = self.log.as_ref().and_then(|log| log.strip_suffix(".jsonl"));
        let Some(path) = session.map(|session| format!("{session}/subagents/agent-{agent}.jsonl")) else {
            return Vec::new();
        };
        if self.helpers.insert(path.clone()) { vec![Emission::ReadAlso { log: path }] } else { Vec::new() }
    }

    fn over(&mut self, quiet: Option<u64>) -> Option<Emission> {
        let (source, end) = self.turn.over(self.status, quiet)?;
        self.asks.forget();
        self.tools.clear();
        Some(Emission::observed(source, end))
    }
}

fn told(source: Source, observations: impl IntoIterator<Item = Observation>) -> Vec<Emission> {
    observations.into_iter().map(|observation| Emission::observed(source, observation)).collect()
}

/// When it ends is said in words for people alone.
fn limit(reason: String) -> Observation {
    Observation::Limited(LimitInfo { until: None, reason })
}
