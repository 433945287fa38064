//! The conversations of one OpenCode process, as its events tell them: awtui's own, those of sub-agents, and any other
//! that the operator began in the pane.
//!
//! Owns when a turn and a compaction begin and end, and what was paid. It never asks for anything but the closing of
//! dialogs that nobody answers any more.

use super::calls::{Calls, Place, Told};
use super::event::{Event, Failure, Info, Message, Part, Permission, Question, Session, Status, whole};
use super::questions::Questions;
use super::wait::Wait;
use crate::agent::{Emission, find_marker};
use crate::domain::{LimitInfo, Observation, RunId, Source, StatusSeen, Text, TurnEnd};
use std::collections::BTreeSet;

/// Milliseconds in which a cut message may still get its end.
const PATIENCE: u64 = 2_000;

#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the session")]
pub(super) struct Conversation {
    run: Option<RunId>,
    own: Option<String>,
    /// Of sub-agents, and of theirs.
    children: BTreeSet<String>,
    pub(super) calls: Calls,
    pub(super) questions: Questions,
    /// The operator's and awtui's own messages.
    users: BTreeSet<String>,
    arrived: BTreeSet<u64>,
    started: BTreeSet<String>,
    model: Option<(String, Option<String>, Option<u64>)>,
    context: Option<u64>,
    in_turn: bool,
    compacting: bool,
    /// A compaction was asked for outside a turn, and what is busy is that.
    alone: bool,
    /// A compaction is to come: whether OpenCode began it.
    to_compact: Option<bool>,
    /// The last message of the assistant.
    current: Option<Current>,
    /// What went wrong in this turn.
    failure: Option<Failure>,
    /// The text parts of the last message that has any.
    said: Vec<(String, String)>,
    /// The provider refuses, and it sits that out by itself.
    limited: bool,
    /// It is idle, but its last message has no end yet.
    held: Option<Wait>,
}

#[derive(Debug)]
struct Current {
    message: String,
    is_open: bool,
    finish: Option<String>,
    failure: Option<Failure>,
    created: u64,
}

impl Current {
    fn of(info: &Info) -> Self {
        Self {
            message: info.id.clone(),
            is_open: info.time.completed.is_none(),
            finish: info.finish.clone(),
            failure: info.error.clone(),
            created: info.time.created.map_or(0, whole),
        }
    }
}

impl Conversation {
    pub(super) fn new(run: RunId) -> Self {
        Self { run: Some(run), ..Self::default() }
    }

    pub(super) fn own(&self) -> Option<&str> {
        self.own.as_deref()
    }

    pub(super) fn is(&mut self, session: &str) {
        self.own = Some(session.to_owned());
    }

    pub(super) fn in_turn(&self) -> bool {
        self.in_turn
    }

    pub(super) fn is_compacting(&self) -> bool {
        self.compacting
    }

    pub(super) fn waits(&self) -> bool {
        self.held.is_some() || self.questions.waits()
    }

    pub(super) fn add_child(&mut self, session: &str) -> bool {
        self.children.insert(session.to_owned())
    }

    /// The questions of its own and of its sub-agents that are open, after a time in which nothing was heard.
    pub(super) fn asked_now(&mut self, open: &[Question]) -> Vec<Emission> {
        let (own, children) = (self.own.as_deref(), &self.children);
        self.questions.questions_now(open, |session| Place::of(own, children, session) != Place::Other)
    }

    fn place(&self, session: &str) -> Place {
        Place::of(self.own.as_deref(), &self.children, session)
    }

    /// The process is gone: what it was in the middle of was paid for, nobody says how much.
    pub(super) fn cut_off(&mut self) -> Vec<Emission> {
        let (own, children) = (self.own.as_deref(), &self.children);
        let cut = self.calls.cut_off(|session| Place::of(own, children, session));
        cut.into_iter().map(|usage| observed(Observation::Usage(usage))).collect()
    }

    pub(super) fn event(&mut self, event: &Event) -> Vec<Emission> {
        let session = event.text("sessionID").unwrap_or_default();
        let place = self.place(session);
        match event.kind.as_str() {
            "session.created" | "session.updated" => {
                event.read(Some("info")).map_or_else(Vec::new, |info| self.session(&info))
            }
            "message.updated" => {
                event.read(Some("info")).map_or_else(Vec::new, |info| self.message(&info, Told::Live))
            }
            "message.part.updated" => event.read(Some("part")).map_or_else(Vec::new, |part| self.part(&part)),
            "session.status" => {
                event.read(Some("status")).map_or_else(Vec::new, |status| self.status(session, &status))
            }
            "session.error" if place == Place::Own && (self.in_turn || self.alone) => {
                self.failure = event.read(Some("error"));
                Vec::new()
            }
            "session.idle" if place == Place::Own => self.idle(),
            "session.compacted" if place == Place::Own => self.compacted(),
            "permission.asked" if place != Place::Other => {
                event.read::<Permission>(None).map_or_else(Vec::new, |asked| self.questions.asked(asked))
            }
            "question.asked" if place != Place::Other => {
                event.read(None).map_or_else(Vec::new, |question| self.questions.question(&question))
            }
            "permission.replied" | "question.replied" | "question.rejected" => {
                event.text("requestID").map_or_else(Vec::new, |ask| self.questions.gone(ask))
            }
            _ => Vec::new(),
        }
    }

    fn session(&mut self, session: &Session) -> Vec<Emission> {
        match &session.parent {
            Some(parent) if self.place(parent) != Place::Other => {
                self.children.insert(session.id.clone());
                Vec::new()
            }
            Some(_) => Vec::new(),
            None => paid(self.calls.titled(&session.id, &session.title)),
        }
    }

    /// What the list of messages holds, after a time in which nothing was heard. `Told::History`: no process works on
    /// them.
    pub(super) fn history(&mut self, messages: &[Message], told: Told) -> Vec<Emission> {
        let mut emissions = Vec::new();
        for message in messages {
            match message.info.role.as_str() {
                "user" if self.place(&message.info.session) == Place::Own => {
                    self.users.insert(message.info.id.clone());
                    emissions.extend(message.parts.iter().flat_map(|part| self.prompt(part)));
                }
                "assistant" if told == Told::History => {
                    let place = self.place(&message.info.session);
                    emissions.extend(paid(self.calls.assistant(&message.info, place, told)));
                }
                "assistant" => {
                    self.passed(&message.info);
                    emissions.extend(self.message(&message.info, told));
                    emissions.extend(message.parts.iter().flat_map(|part| self.part(part)));
                }
                _ => {}
            }
        }
        emissions
    }

    /// A message of this turn that began and ended unheard is its last one now. Ids ascend.
    fn passed(&mut self, info: &Info) {
        let known = self.current.as_ref().map_or("", |current| current.message.as_str());
        let is_over = info.time.completed.is_some() && !info.is_summary();
        if self.in_turn && is_over && self.place(&info.session) == Place::Own && known < info.id.as_str() {
            self.current = Some(Current::of(info));
        }
    }

    fn message(&mut self, info: &Info, told: Told) -> Vec<Emission> {
        let place = self.place(&info.session);
        if info.role == "user" {
            if place == Place::Own {
                self.users.insert(info.id.clone());
            }
            return Vec::new();
        }
        if info.role != "assistant" {
            return Vec::new();
        }
        let usage = self.calls.assistant(info, place, told);
        if place != Place::Own {
            return paid(usage);
        }
        let mut emissions = self.opened(info);
        if let Some(context) = usage.as_ref().and_then(|usage| usage.context) {
            self.context = Some(context);
        }
        emissions.extend(paid(usage));
        let Some(current) = self.current.as_mut().filter(|current| current.message == info.id) else {
            return emissions;
        };
        current.finish.clone_from(&info.finish);
        current.failure.clone_from(&info.error);
        if info.time.completed.is_some() {
            current.is_open = false;
            if info.is_summary() && (info.error.is_some() || self.held.is_some()) {
                emissions.extend(self.compaction_failed(info.error.as_ref()));
            }
            if self.held.take().is_some() {
                emissions.extend(self.ended());
            }
        }
        emissions
    }

    /// The first word of a message of the assistant.
    fn opened(&mut self, info: &Info) -> Vec<Emission> {
        if info.time.completed.is_some()
            || self.current.as_ref().is_some_and(|known| known.message == info.id)
        {
            return Vec::new();
        }
        let mut emissions = Vec::new();
        if info.is_summary() {
            if !self.compacting {
                self.compacting = true;
                let automatic = self.to_compact.take().unwrap_or(true);
                emissions.push(observed(Observation::CompactionStarted { automatic }));
            }
        } else {
            // A prompt that came while the conversation was compacted.
            self.alone = false;
            emissions.extend(self.turn_started());
        }
        self.current = Some(Current::of(info));
        if !info.is_summary() {
            emissions.extend(self.model_seen(&info.model_name(), info.variant.as_deref()));
        }
        emissions
    }

    /// The model in use, when that or what is known of it changed.
    fn model_seen(&mut self, model: &str, variant: Option<&str>) -> Vec<Emission> {
        let window = self.calls.window(model);
        let seen = (model.to_owned(), variant.map(str::to_owned), window);
        if self.model.as_ref() == Some(&seen) {
            return Vec::new();
        }
        self.model = Some(seen);
        vec![observed(Observation::ModelSeen {
            model: model.to_owned(),
            thinking: variant.map(str::to_owned),
            window,
            agent_trigger: self.calls.trigger(model),
        })]
    }

    /// More became known of the models.
    pub(super) fn models_known(&mut self) -> Vec<Emission> {
        let Some((model, variant, _)) = self.model.clone() else { return Vec::new() };
        self.model_seen(&model, variant.as_deref())
    }

    /// The model that awtui last saw at work.
    pub(super) fn model(&self) -> Option<&str> {
        self.model.as_ref().map(|(model, _, _)| model.as_str())
    }

    fn turn_started(&mut self) -> Vec<Emission> {
        if std::mem::replace(&mut self.in_turn, true) {
            return Vec::new();
        }
        self.current = None;
        self.failure = None;
        self.limited = false;
        self.said.clear();
        vec![observed(Observation::TurnStarted)]
    }

    /// A turn that only the screen told, while the events were not heard.
    pub(super) fn turn_by_screen(&mut self, runs: bool) {
        self.in_turn = runs;
        self.held = None;
    }

    fn part(&mut self, part: &Part) -> Vec<Emission> {
        let place = self.place(&part.session);
        let mut emissions = Vec::new();
        if part.kind == "tool" && place != Place::Other {
            emissions.extend(self.questions.arguments(&part.call, &part.state.input));
        }
        if place != Place::Own {
            return emissions;
        }
        match part.kind.as_str() {
            "text" if self.users.contains(&part.message) => emissions.extend(self.prompt(part)),
            "text" => self.say(part),
            "compaction" if !self.compacting => self.to_compact = Some(part.auto),
            "tool" => emissions.extend(self.tool(part)),
            _ => {}
        }
        emissions
    }

    fn prompt(&mut self, part: &Part) -> Vec<Emission> {
        let marked = (part.kind == "text" && !part.synthetic).then_some(()).and(self.run.as_ref());
        match marked.and_then(|run| find_marker(&part.text, run)) {
            Some(effect) if self.arrived.insert(effect.0) => {
                vec![observed(Observation::PromptSeen { effect: effect.0 })]
            }
            _ => Vec::new(),
        }
    }

    fn say(&mut self, part: &Part) {
        let of_current = self.current.as_ref().is_some_and(|current| current.message == part.message);
        if !of_current || part.synthetic || self.compacting {
            return;
        }
        let is_new_message = !self.said.iter().any(|(message, _)| message.starts_with(&part.message));
        if is_new_message && !part.text.is_empty() {
            self.said.clear();
        }
        let key = format!("{}/{}", part.message, part.id);
        match self.said.iter_mut().find(|(known, _)| *known == key) {
            Some((_, text)) => text.clone_from(&part.text),
            None if part.text.is_empty() => {}
            None => self.said.push((key, part.text.clone())),
        }
    }

    fn tool(&mut self, part: &Part) -> Vec<Emission> {
        let state = &part.state;
        match state.status.as_str() {
            "running" if self.started.insert(part.call.clone()) => {
                vec![observed(Observation::ToolStarted {
                    call: part.call.clone(),
                    name: part.tool.clone(),
                    detail: state.detail(),
                })]
            }
            "completed" | "error" if self.started.remove(&part.call) => {
                let wall = state.time.start.zip(state.time.end).map(|(start, end)| whole(end - start));
                vec![observed(Observation::ToolEnded {
                    call: part.call.clone(),
                    name: part.tool.clone(),
                    failed: state.status == "error",
                    wall,
                })]
            }
            _ => Vec::new(),
        }
    }

    fn status(&mut self, session: &str, status: &Status) -> Vec<Emission> {
        let place = self.place(session);
        match status.kind.as_str() {
            "busy" => {
                self.calls.busy(session);
                if place == Place::Own { self.busy() } else { Vec::new() }
            }
            "retry" => {
                let mut emissions = paid(self.calls.retry(session, status.attempt, place));
                let since = self.current.as_ref().map_or(0, |current| current.created);
                if place == Place::Own && status.is_limit(since) {
                    let until = Some(whole(status.next)).filter(|until| *until > 0);
                    let reason = status.message.clone();
                    self.limited = true;
                    emissions.push(observed(Observation::Limited(LimitInfo { until, reason })));
                }
                emissions
            }
            _ => Vec::new(),
        }
    }

    /// awtui's conversation works.
    pub(super) fn busy(&mut self) -> Vec<Emission> {
        self.held = None;
        if self.in_turn {
            let goes_on = std::mem::take(&mut self.limited);
            return goes_on.then(|| observed(Observation::Status(StatusSeen::Working))).into_iter().collect();
        }
        if self.to_compact == Some(false) {
            self.alone = true;
        }
        if self.alone { Vec::new() } else { self.turn_started() }
    }

    /// awtui's conversation works no more. It says so twice when a message is cut: before and after the end of that.
    pub(super) fn idle(&mut self) -> Vec<Emission> {
        if !self.in_turn && !self.alone && !self.compacting {
            return Vec::new();
        }
        if self.current.as_ref().is_some_and(|current| current.is_open) {
            self.held.get_or_insert_default();
            return Vec::new();
        }
        self.ended()
    }

    /// Called now and then while something is waited for.
    pub(super) fn look(&mut self, now: u64) -> Vec<Emission> {
        let mut emissions = self.questions.overdue();
        if self.held.as_mut().is_some_and(|wait| wait.passed(now) > PATIENCE) {
            self.held = None;
            if let Some(current) = &mut self.current {
                current.is_open = false;
            }
            emissions.extend(self.ended());
        }
        emissions
    }

    fn ended(&mut self) -> Vec<Emission> {
        self.held = None;
        self.alone = false;
        self.to_compact = None;
        let failure = self.failure.take();
        let mut emissions = self.compaction_failed(failure.as_ref());
        if !std::mem::take(&mut self.in_turn) {
            return emissions;
        }
        self.started.clear();
        let current = self.current.take();
        let failure = current.as_ref().and_then(|current| current.failure.clone()).or(failure);
        let finish = current.and_then(|current| current.finish);
        let end = match (&failure, finish.as_deref()) {
            (Some(failure), _) if failure.is_abort() => TurnEnd::Interrupted,
            (Some(failure), _) => TurnEnd::Failed { reason: failure.reason() },
            // A refusal without words stops it after the tools; an abort while it waits leaves nothing at all.
            (None, None | Some("tool-calls")) => TurnEnd::Interrupted,
            (None, Some("error")) => TurnEnd::Failed { reason: "the model gave up".to_owned() },
            (None, Some(_)) => TurnEnd::Completed,
        };
        emissions.extend(self.questions.dismiss());
        if let Some(failure) = failure.filter(|failure| failure.data.status == Some(429)) {
            let limit = LimitInfo { until: None, reason: failure.reason() };
            emissions.push(observed(Observation::Limited(limit)));
        }
        let said: Vec<String> = std::mem::take(&mut self.said).into_iter().map(|(_, text)| text).collect();
        emissions.push(observed(Observation::TurnEnded { end, text: Text::from(said.join("\n")) }));
        emissions
    }

    fn compacted(&mut self) -> Vec<Emission> {
        self.to_compact = None;
        if !std::mem::take(&mut self.compacting) {
            return Vec::new();
        }
        let before = self.context.take();
        vec![
            observed(Observation::CompactionEnded { before, after: None, failed: None, nothing: false }),
            observed(Observation::ContextSeen { tokens: None, window: None }),
        ]
    }

    fn compaction_failed(&mut self, failure: Option<&Failure>) -> Vec<Emission> {
        if !std::mem::take(&mut self.compacting) {
            return Vec::new();
        }
        let reason = failure.map_or_else(|| "it ended without a summary".to_owned(), Failure::reason);
        vec![failed_compaction(reason)]
    }
}

pub(super) fn failed_compaction(reason: String) -> Emission {
    let failed = Some(reason);
    observed(Observation::CompactionEnded { before: None, after: None, failed, nothing: false })
}

fn observed(observation: Observation) -> Emission {
    Emission::observed(Source::Server, observation)
}

fn paid(usage: Option<crate::domain::UsageSeen>) -> Vec<Emission> {
    usage.map(|usage| observed(Observation::Usage(usage))).into_iter().collect()
}
