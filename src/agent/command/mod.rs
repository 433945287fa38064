//! Any other program as an agent, by a definition in the settings.
//!
//! Owns how a definition becomes command lines, and when such a program is ready or done. What it says arrives by
//! `awtui report` over the agent socket, or is what it printed.

mod definition;
mod usage;

pub use definition::{Definition, InterruptKey, PromptBy, TurnEndsBy, UsageCounts, UsageRule};

use super::keys::{CTRL_C, ESCAPE, paste_and_enter};
use super::launch::{environment, private_file, text};
use super::protocol::ToAgent;
use super::{
    Adapter, AgentError, Clamped, Control, Delivery, DeskState, Emission, Feature, LaunchContext, LaunchPlan,
    LogPlan, Probe, ProbeOutput, ProbePlan, marker::marker_within, protocol,
};
use crate::domain::{AgentDefinition, Observation, RoleConfig, RunId, Source, StatusSeen, Text, TurnEnd};
use crate::term::{ProgramState, Signal};
use regex::{Regex, RegexBuilder};
use std::cell::Cell;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use usage::Counter;

/// Of what a program prints in a turn, so many last bytes are kept as its final message.
const KEPT_OUTPUT: usize = 64 * 1024;

#[derive(Debug)]
pub(super) struct Command {
    name: String,
    definition: Definition,
    ready_pattern: Option<Regex>,
    end_pattern: Option<Regex>,
    counter: Option<Counter>,
    values: Vec<(&'static str, String)>,
    launch_folder: PathBuf,
    more_args: Vec<String>,
    pane: String,
    model: String,
    resumed: bool,
    ready: bool,
    in_turn: bool,
    /// The prompt that went out last, until the log has it.
    unseen: Option<u64>,
    /// One process a turn: how many there were.
    turns: u64,
    compacting: Cell<bool>,
    output: VecDeque<String>,
    output_bytes: usize,
    run: Option<RunId>,
    n_lines: u64,
    n_log_lines: u64,
}

impl Command {
    pub(super) fn new(name: &str, definition: &AgentDefinition) -> Result<Self, AgentError> {
        let wrong = |reason: String| AgentError::Definition { name: name.to_owned(), reason };
        let definition: Definition =
            serde_json::from_str(&definition.0).map_err(|error| wrong(error.to_string()))?;
        if definition.argv.is_empty() {
            return Err(wrong("\"argv\" is empty: it must begin with the program to run".to_owned()));
        }
        let ready_pattern = definition
            .ready
            .as_deref()
            .map(|pattern| RegexBuilder::new(pattern).multi_line(true).build())
            .transpose()
            .map_err(|error| wrong(format!("\"ready\" is no regular expression: {error}")))?;
        let end_pattern = definition
            .end_pattern
            .as_deref()
            .map(|pattern| RegexBuilder::new(pattern).multi_line(true).build())
            .transpose()
            .map_err(|error| wrong(format!("\"end_pattern\" is no regular expression: {error}")))?;
        let counter = definition
            .usage
            .clone()
            .map(Counter::new)
            .transpose()
            .map_err(|error| wrong(format!("\"usage.pattern\" is no regular expression: {error}")))?;
        Ok(Self {
            name: name.to_owned(),
            definition,
            ready_pattern,
            end_pattern,
            counter,
            run: None,
            n_lines: 0,
            n_log_lines: 0,
            values: Vec::new(),
            launch_folder: PathBuf::new(),
            more_args: Vec::new(),
            pane: String::new(),
            model: String::new(),
            resumed: false,
            ready: false,
            in_turn: false,
            unseen: None,
            turns: 0,
            compacting: Cell::new(false),
            output: VecDeque::new(),
            output_bytes: 0,
        })
    }

    fn is_one_process_a_turn(&self) -> bool {
        match self.definition.prompt {
            PromptBy::Argument | PromptBy::Stdin | PromptBy::File => true,
            PromptBy::Paste => false,
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float saturates")]
    fn end_idle(&self) -> u64 {
        (self.definition.end_idle_seconds * 1000.0) as u64
    }

    /// The template for the next process, without the program.
    fn template(&self) -> &[String] {
        let resumes = (self.resumed || self.turns > 0) && !self.definition.resume.is_empty();
        let argv = if resumes { &self.definition.resume } else { &self.definition.argv };
        argv.get(1..).unwrap_or_default()
    }

    fn fill(&self, template: &str, prompt: &[(&'static str, String)]) -> String {
        let mut filled = String::new();
        let mut rest = template;
        // In one pass: what a value holds is never a placeholder.
        while let Some(start) = rest.find('{') {
            let (before, from) = rest.split_at(start);
            filled.push_str(before);
            let known = self.values.iter().chain(prompt).find_map(|(name, value)| {
                let after = from.strip_prefix('{')?.strip_prefix(name)?.strip_prefix('}')?;
                Some((value, after))
            });
            rest = if let Some((value, after)) = known {
                filled.push_str(value);
                after
            } else {
                filled.push('{');
                &from[1..]
            };
        }
        filled.push_str(rest);
        filled
    }

    fn keep(&mut self, line: &str) {
        self.output_bytes += line.len() + 1;
        self.output.push_back(line.to_owned());
        while self.output_bytes > KEPT_OUTPUT {
            let Some(dropped) = self.output.pop_front() else { break };
            self.output_bytes -= dropped.len() + 1;
        }
    }

    fn printed(&mut self) -> String {
        self.output_bytes = 0;
        std::mem::take(&mut self.output).into_iter().collect::<Vec<_>>().join("\n")
    }

    fn readied(&mut self, source: Source) -> Vec<Emission> {
        self.ready = true;
        let session = self.values.iter().find(|(name, _)| *name == "session").map(|(_, value)| value.clone());
        let known = session
            .filter(|_| !self.definition.resume.is_empty())
            .map(|agent_session| Observation::SessionKnown { agent_session, log: None });
        let model = Observation::ModelSeen {
            model: self.model.clone(),
            thinking: None,
            window: self.definition.window,
            agent_trigger: None,
        };
        let told = known.into_iter().chain([model, Observation::Ready]);
        told.map(|observation| Emission::observed(source, observation)).collect()
    }

    fn ended(&mut self, source: Source, end: TurnEnd, text: String) -> Emission {
        self.in_turn = false;
        Emission::observed(source, Observation::TurnEnded { end, text: Text::from(text) })
    }
}

impl Adapter for Command {
    fn name(&self) -> &str {
        &self.name
    }

    fn probe_plan(&self) -> ProbePlan {
        ProbePlan {
            programs: self.definition.argv.first().cloned().into_iter().collect(),
            commands: Vec::new(),
        }
    }

    fn read_probe(&self, _outputs: &[ProbeOutput]) -> Result<Probe, AgentError> {
        let mut probe = Probe::default();
        if self.definition.compact.is_some() {
            probe.features.push(Feature::Compaction);
        }
        if self.definition.resume.is_empty() {
            probe
                .lacks
                .push(format!("{} cannot resume a conversation: \"resume\" is not defined.", self.name));
        } else {
            probe.features.push(Feature::Resume);
        }
        if self.definition.usage.is_none() {
            let name = &self.name;
            probe
                .lacks
                .push(format!("{name} tells no usage: its spend is unknown, \"usage\" is not defined."));
        }
        Ok(probe)
    }

    fn check_model(&self, _probe: &Probe, role: &RoleConfig) -> Result<Clamped, AgentError> {
        let window = self.definition.window;
        Ok(Clamped { model: role.model.clone(), thinking: role.thinking, is_known: false, window })
    }

    fn launch(&mut self, context: &LaunchContext) -> Result<LaunchPlan, AgentError> {
        let session =
            context.resume.map_or_else(|| format!("{}.{}", context.run, context.session), str::to_owned);
        let thinking = context.config.thinking.map(|level| level.as_str().to_owned());
        self.values = vec![
            ("session", session.clone()),
            ("directory", text(context.directory)),
            ("artifacts", text(context.artifacts)),
            ("home", context.variable("HOME").unwrap_or_default().to_owned()),
        ];
        let templates = self.definition.argv.iter().chain(&self.definition.resume);
        for (name, value) in [("model", context.config.model.clone()), ("thinking", thinking)] {
            let placeholder = format!("{{{name}}}");
            match value {
                Some(value) => self.values.push((name, value)),
                None if templates.clone().any(|argument| argument.contains(&placeholder)) => {
                    let reason = format!(
                        "its definition uses {placeholder}, but role \"{role}\" has none; set roles.{role}.{name}",
                        role = context.role
                    );
                    return Err(AgentError::Launch { agent: self.name.clone(), reason });
                }
                None => {}
            }
        }
        context.launch_folder.clone_into(&mut self.launch_folder);
        self.more_args.clone_from(&context.config.args);
        self.pane = context.pane.to_string();
        self.model = context.config.model.clone().unwrap_or_else(|| self.name.clone());
        // A conversation of which nothing was kept is begun again, under its name.
        self.resumed = context.resume.is_some() && context.prompted;
        self.ready = false;
        self.in_turn = false;
        let waits_for_prompt = self.is_one_process_a_turn();
        let mut args = Vec::new();
        if !waits_for_prompt {
            args.extend(self.template().iter().map(|argument| self.fill(argument, &[])));
            args.extend(context.config.args.iter().cloned());
        }
        self.run = Some(context.run.clone());
        self.n_log_lines = 0;
        let log = self.definition.log.as_deref().map(|path| PathBuf::from(self.fill(path, &[])));
        let log = log.map_or(LogPlan::None, LogPlan::File);
        let mut env = environment(context);
        env.extend(self.definition.env.iter().map(|(name, value)| (name.clone(), value.clone())));
        Ok(LaunchPlan {
            program: context.program.to_owned(),
            args,
            env,
            files: Vec::new(),
            log,
            server: None,
            agent_session: (!self.definition.resume.is_empty()).then_some(session),
            waits_for_prompt,
        })
    }

    fn agent_line(&mut self, line: &str) -> Vec<Emission> {
        let mut emissions = protocol::emissions(line);
        let reported = emissions
            .iter()
            .any(|emission| matches!(emission, Emission::Worker { .. } | Emission::Verdict { .. }));
        // Where each turn has a process of its own, the turn is over when that is gone.
        if reported
            && !self.is_one_process_a_turn()
            && self.in_turn
            && self.definition.end == TurnEndsBy::Report
        {
            let text = self.printed();
            emissions.push(self.ended(Source::Hook, TurnEnd::Completed, text));
        }
        emissions
    }

    fn signal(&mut self, signal: &Signal) -> Vec<Emission> {
        let Signal::Status(status) = signal else { return Vec::new() };
        let state = match status.state {
            ProgramState::Idle => StatusSeen::Idle,
            ProgramState::Working => StatusSeen::Working,
            ProgramState::Blocked => StatusSeen::Blocked,
            ProgramState::Done => StatusSeen::Done,
            ProgramState::Error => StatusSeen::Error,
            ProgramState::Clear => return Vec::new(),
        };
        vec![Emission::observed(Source::TerminalStatus, Observation::Status(state))]
    }

    fn log_line(&mut self, line: &str) -> Vec<Emission> {
        self.n_log_lines += 1;
        let seen = |observation| Emission::observed(Source::SessionLog, observation);
        let mut emissions = Vec::new();
        if let Some(effect) = self.run.as_ref().and_then(|run| marker_within(line, run)) {
            emissions.push(seen(Observation::PromptSeen { effect: effect.0 }));
            if self.unseen.take_if(|unseen| *unseen == effect.0).is_some() {
                emissions.push(seen(Observation::TurnStarted));
            }
        }
        // Read again from its beginning, a log has the same lines at the same places.
        let place = format!("log:{}", self.n_log_lines);
        let usage = self.counter.as_mut().and_then(|counter| counter.line(line, &place, &self.model));
        emissions.extend(usage.map(|usage| seen(Observation::Usage(usage))));
        emissions
    }

    fn watches_output(&self) -> bool {
        true
    }

    fn waits(&self) -> bool {
        true
    }

    fn quiet(&mut self, screen: &mut dyn FnMut() -> String, quiet: u64) -> Vec<Emission> {
        if !self.ready && !self.is_one_process_a_turn() {
            let is_ready = match &self.ready_pattern {
                Some(pattern) => pattern.is_match(&screen()),
                None => quiet >= self.definition.quiet_ms,
            };
            return if is_ready { self.readied(Source::ScreenText) } else { Vec::new() };
        }
        if self.compacting.get() && quiet >= self.definition.quiet_ms {
            self.compacting.set(false);
            let over =
                Observation::CompactionEnded { before: None, after: None, failed: None, nothing: false };
            return vec![Emission::observed(Source::ScreenText, over)];
        }
        if !self.in_turn {
            return Vec::new();
        }
        let (is_over, end) = match (self.definition.end, &self.end_pattern) {
            (TurnEndsBy::Idle, _) => (quiet >= self.end_idle(), TurnEnd::Unknown),
            (TurnEndsBy::Pattern, Some(pattern)) if quiet >= self.definition.quiet_ms => {
                (pattern.is_match(after_marker(&screen())), TurnEnd::Completed)
            }
            (TurnEndsBy::Exit | TurnEndsBy::Report | TurnEndsBy::Pattern, _) => (false, TurnEnd::Unknown),
        };
        if !is_over {
            return Vec::new();
        }
        self.printed();
        let answer = after_marker(&screen()).to_owned();
        vec![self.ended(Source::ScreenText, end, answer)]
    }

    fn keeps_log(&self) -> bool {
        self.definition.log.is_some()
    }

    fn output_line(&mut self, line: &str) -> Vec<Emission> {
        self.keep(line);
        self.n_lines += 1;
        if self.definition.log.is_some() {
            return Vec::new();
        }
        let Some(counter) = &mut self.counter else { return Vec::new() };
        let place = format!("{}:{}", self.pane, self.n_lines);
        let usage = counter.line(line, &place, &self.model);
        usage
            .map(|usage| Emission::observed(Source::ScreenText, Observation::Usage(usage)))
            .into_iter()
            .collect()
    }

    fn exited(&mut self, code: Option<i32>) -> Vec<Emission> {
        if let Some(counter) = self.counter.as_mut().filter(|_| self.definition.log.is_none()) {
            counter.restart();
        }
        self.turns += 1;
        let text = self.printed();
        if !self.in_turn || !self.is_one_process_a_turn() {
            return Vec::new();
        }
        let end = match code {
            Some(0) => TurnEnd::Completed,
            Some(code) => TurnEnd::Failed { reason: format!("it exited with code {code}") },
            None => TurnEnd::Interrupted,
        };
        vec![self.ended(Source::Process, end, text)]
    }

    fn delivered(&mut self, effect: u64) -> Vec<Emission> {
        self.in_turn = true;
        self.printed();
        let mut emissions = Vec::new();
        if self.is_one_process_a_turn() {
            if !self.ready {
                emissions = self.readied(Source::Process);
            }
            emissions.push(Emission::observed(Source::Process, Observation::PromptSeen { effect }));
        }
        // Its log tells that a pasted prompt was read, and so that its turn began.
        if !self.is_one_process_a_turn() && self.definition.log.is_some() {
            self.unseen = Some(effect);
            return emissions;
        }
        emissions.push(Emission::observed(Source::Process, Observation::TurnStarted));
        emissions
    }

    fn reopen(&self, agent_session: &str, _launch_folder: &Path) -> Option<Vec<String>> {
        // A process that is one turn is nothing to talk to by hand.
        let template = self.definition.resume.get(1..).filter(|_| !self.is_one_process_a_turn())?;
        let filled = template.iter().map(|argument| argument.replace("{session}", agent_session));
        let args: Vec<String> = filled.collect();
        (!args.iter().any(|argument| argument.contains('{'))).then_some(args)
    }

    fn deliver(&self, effect: u64, prompt: &str, _state: &DeskState) -> Delivery {
        if !self.is_one_process_a_turn() {
            return Delivery::Paste(paste_and_enter(prompt));
        }
        let file = format!("prompt-{effect}.md");
        let uses_file = self.definition.prompt == PromptBy::File;
        let values = [("prompt", prompt.to_owned()), ("prompt_file", text(&self.launch_folder.join(&file)))];
        let filled = self.template().iter().map(|argument| self.fill(argument, &values));
        let args = filled.chain(self.more_args.iter().cloned()).collect();
        Delivery::Argument {
            args,
            files: if uses_file { vec![private_file(&file, prompt)] } else { Vec::new() },
            stdin: (self.definition.prompt == PromptBy::Stdin).then(|| prompt.to_owned()),
        }
    }

    /// A program that puts its questions on the agent socket takes their answers there.
    fn permission(&mut self, ask: &str, allow: bool, note: &str) -> Control {
        let answer = ToAgent::Permission { ask: ask.to_owned(), allow, note: note.to_owned() };
        Control::Answer { ask: ask.to_owned(), line: protocol::line(&answer) }
    }

    fn interrupt(&self) -> Control {
        if self.is_one_process_a_turn() {
            return Control::Terminate;
        }
        Control::Bytes(match self.definition.interrupt {
            InterruptKey::Escape => ESCAPE.to_vec(),
            InterruptKey::CtrlC => CTRL_C.to_vec(),
        })
    }

    fn compact(&self, focus: &str) -> Control {
        let Some(template) = &self.definition.compact else {
            let name = &self.name;
            return Control::Unable(format!(
                "{name} has no command to compact; its context is handed over instead"
            ));
        };
        self.compacting.set(true);
        let focus = focus.split_whitespace().collect::<Vec<_>>().join(" ");
        Control::Bytes(paste_and_enter(&template.replace("{focus}", &focus)))
    }

    fn quit(&self) -> Control {
        if self.definition.quit.is_empty() || self.is_one_process_a_turn() {
            return Control::Terminate;
        }
        Control::Bytes(paste_and_enter(&self.definition.quit))
    }
}

/// What stands behind the last prompt of ours, where the program showed it: the prompt's own words are no answer.
fn after_marker(screen: &str) -> &str {
    let marker = screen.rfind("[awtui ").and_then(|start| Some(start + screen[start..].find(']')? + 1));
    marker.map_or(screen, |end| &screen[end..])
}
