//! What comes out of the panes: bytes, ends, emissions of adapters, and what did not come in time.

use super::delivery::PendingPrompt;
use super::desk::Desk;
use super::log_tail::LogTail;
use super::owner::Owner;
use super::terminal::Heard;
use super::world::{ServerEvent, World};
use crate::agent::{Emission, LogPlan};
use crate::domain::{
    CompactOutcome, Fact, GateKind, Input, Observation, Outcome, PaneId, RoleName, Run, Source, UsageSeen,
};
use crate::pty;
use crate::term::Size;
use crate::wire::PaneSizes;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;

/// A size that could not be recorded is tried again after this.
const RESIZE_RETRY: Duration = Duration::from_secs(1);

/// An agent that asks something before it takes prompts is looked at again after this.
const ASKED_WAIT: Duration = Duration::from_secs(30);

/// What an agent is told whose report was taken: not every agent can be made to end its turn by it.
const REPORT_TAKEN: &str = "recorded; end your turn now";
/// What an agent is told that put a question.
const QUESTION_TAKEN: &str =
    "the operator was asked; end your turn now, the answer comes as your next message";

impl Owner {
    pub(super) fn on_pty(&mut self, pane: &PaneId, event: pty::Event) {
        self.last_event = Instant::now();
        match event {
            pty::Event::Output(bytes) => self.on_output(pane, &bytes),
            pty::Event::Exited(exit) => {
                let at = self.clock.now().run;
                let finished = self.desks.get_mut(pane).map(|desk| desk.terminal.finish(at));
                self.on_heard(pane, at, finished);
                self.process_gone(pane, exit.code);
                self.on_exit(pane, &exit);
            }
        }
    }

    /// What the process of a pane left behind: its log first, then what its adapter makes of the end.
    pub(super) fn process_gone(&mut self, pane: &PaneId, code: Option<i32>) {
        self.read_log(pane);
        self.drive();
        if let Some(desk) = self.desks.get_mut(pane) {
            let emissions = desk.adapter.exited(code);
            self.emitted(pane, emissions);
            self.drive();
        }
    }

    fn on_output(&mut self, pane: &PaneId, bytes: &[u8]) {
        let at = self.clock.now().run;
        let heard = self.desks.get_mut(pane).map(|desk| desk.terminal.output(at, bytes));
        self.on_heard(pane, at, heard);
    }

    pub(super) fn on_heard(&mut self, pane: &PaneId, at: u64, heard: Option<std::io::Result<Heard>>) {
        let (Some(heard), Some(desk)) = (heard, self.desks.get_mut(pane)) else { return };
        match heard {
            Ok(heard) => {
                let mut emissions: Vec<Emission> =
                    heard.signals.iter().flat_map(|signal| desk.adapter.signal(signal)).collect();
                emissions.extend(heard.lines.iter().flat_map(|line| desk.adapter.output_line(line)));
                if let Some((end, change)) = heard.change {
                    self.subscribers.pane(self.places.run(), pane, end, &change, at);
                }
                self.emitted(pane, emissions);
            }
            Err(error) => self.recording_failed(pane, &error),
        }
    }

    /// Adapters that read the screen are shown it while nothing moves there.
    pub(super) fn on_quiet(&mut self) {
        let panes: Vec<PaneId> = self.desks.keys().cloned().collect();
        for pane in panes {
            if !self.desks.get(&pane).is_some_and(Desk::is_watched) {
                continue;
            }
            // What it wrote before it fell silent is known before anything follows from the silence.
            if self.desks.get(&pane).is_some_and(Desk::has_log) {
                self.read_log(&pane);
            }
            if let Some(desk) = self.desks.get_mut(&pane) {
                let emissions = desk.quiet();
                self.emitted(&pane, emissions);
            }
        }
    }

    fn on_exit(&mut self, pane: &PaneId, exit: &pty::Exit) {
        let ended = self.desks.get_mut(pane).and_then(|desk| {
            desk.ended = desk.process().map(|ran| ran.ended(exit.code, exit.signal));
            desk.command = None;
            desk.ended.clone()
        });
        if self.turn_process_gone(pane) {
            return;
        }
        let status = exit.code.unwrap_or_else(|| 128 + exit.signal.unwrap_or(0));
        self.close_pane(pane, status);
        let Some(desk) = self.desks.get_mut(pane) else { return };
        // What its session's log says from now on is said by another process, in another pane.
        desk.log = None;
        desk.more_logs.clear();
        let (starting, leaving) = (desk.starting.take(), desk.leaving.take());
        let (prompts, compacting) = (std::mem::take(&mut desk.prompts), desk.compacting.take());
        desk.release(None);
        desk.server = None;
        let last_words = desk.terminal.last_words();
        let ran = ended.into_iter().collect();
        if let Some((effect, _)) = starting {
            let how = match (exit.code, exit.signal) {
                (Some(code), _) => format!("left with exit code {code}"),
                (None, Some(signal)) => format!("was ended by signal {signal}"),
                (None, None) => "left".to_owned(),
            };
            let said = last_words.map_or_else(String::new, |words| format!(", saying: {words}"));
            let reason = format!("the agent {how} before it took prompts{said}");
            return self.settle_with(effect, Outcome::Failed { reason }, ran);
        }
        if let Some(compact) = compacting {
            let reason = "the agent left".to_owned();
            self.settle(compact, Outcome::Compacted { result: CompactOutcome::Failed { reason } });
        }
        match leaving {
            Some((effect, _)) => self.settle_with(effect, Outcome::Done, ran),
            // That every process was ended is told with how each did.
            None if self.is_killing() => {}
            None => {
                let gone = Observation::Gone { code: exit.code, signal: exit.signal };
                self.observe(pane, Source::Process, gone);
            }
        }
        for prompt in prompts {
            // It may have been read or not; the session tells when it is resumed, so it is asked for again. The pane is
            // known to be gone by now, and the next prompt goes to another.
            self.settle(prompt.effect, Outcome::Canceled);
        }
    }

    /// What the agent's own server says.
    pub(super) fn on_server(&mut self, pane: &PaneId, event: ServerEvent) {
        let Some(desk) = self.desks.get_mut(pane) else { return };
        let emissions = match event {
            ServerEvent::Connected => desk.adapter.server_connected(),
            ServerEvent::Event(data) => desk.adapter.server_event(&data),
            ServerEvent::Reply { id, status, body } => desk.adapter.server_reply(id, status, &body),
            ServerEvent::Lost => desk.adapter.server_lost(),
        };
        self.emitted(pane, emissions);
    }

    /// The pane is over: its recording ends and its token is good for nothing.
    pub(super) fn close_pane(&mut self, pane: &PaneId, status: i32) {
        let at = self.clock.now().run;
        let Some(desk) = self.desks.get_mut(pane).filter(|desk| !desk.terminal.has_ended()) else { return };
        self.tokens.remove(&desk.token);
        match desk.terminal.exited(at, status) {
            Ok(Some((end, change))) => {
                self.subscribers.pane(self.places.run(), pane, end, &change, at);
            }
            Ok(None) => {}
            Err(error) => self.recording_failed(pane, &error),
        }
    }

    pub(super) fn emitted(&mut self, pane: &PaneId, emissions: Vec<Emission>) {
        for emission in emissions {
            match emission {
                Emission::Observed { source, observation } => self.on_observed(pane, source, observation),
                Emission::Worker { key, report } => {
                    let input = Input::WorkerReported { pane: pane.clone(), key: key.clone(), report };
                    self.report(pane, &key, input);
                }
                Emission::Verdict { key, report } => {
                    let input = Input::VerdictReported { pane: pane.clone(), key: key.clone(), report };
                    self.report(pane, &key, input);
                }
                Emission::Progress { key, text } => self.on_progress(pane, &key, &text),
                Emission::GateAsked { key, question } => {
                    let (key, question) = (key, question.into());
                    let input = Input::GateAsked { pane: pane.clone(), key: key.clone(), question };
                    self.report_as(pane, &key, input, QUESTION_TAKEN);
                }
                Emission::Artifact { key, path, note } => self.on_artifact(pane, &key, &path, &note),
                Emission::Reply(line) => {
                    if let Some(desk) = self.desks.get(pane)
                        && let Err(reason) = desk.reply(line)
                    {
                        tracing::info!(%pane, %reason, "an answer did not reach the agent");
                    }
                }
                Emission::Server(request) => {
                    if let Some(desk) = self.desks.get(pane)
                        && let Err(reason) = desk.ask_server(request)
                    {
                        tracing::info!(%pane, %reason, "the agent's server was not asked");
                    }
                }
                Emission::Type(bytes) => {
                    if let Some(desk) = self.desks.get(pane)
                        && let Err(reason) = desk.write(bytes)
                    {
                        tracing::info!(%pane, %reason, "keys were not typed");
                    }
                }
                Emission::ReadAlso { log } => {
                    if let Some(desk) = self.desks.get_mut(pane) {
                        let tail = LogTail::new(LogPlan::File(PathBuf::from(&log)));
                        desk.more_logs.push((log, tail));
                    }
                }
                Emission::NotTaken { effect, reason } => self.prompt_refused(pane, effect, reason),
                Emission::Refused { reason } => {
                    tracing::warn!(%pane, %reason, "a message of the agent was refused");
                    self.subscribers.notice(&format!("{pane}: {reason}"));
                }
            }
        }
    }

    /// A report takes effect at once, so that the agent can be told whether it was applied.
    fn report(&mut self, pane: &PaneId, key: &str, input: Input) {
        self.report_as(pane, key, input, REPORT_TAKEN);
    }

    fn report_as(&mut self, pane: &PaneId, key: &str, input: Input, taken: &str) {
        self.work_off();
        let before = self.run().seq;
        let result = self.try_step(input);
        let refused =
            self.engine.records().iter().rev().take_while(|record| record.seq > before).find_map(|record| {
                if let Fact::ReportRefused { reason, .. } = &record.fact {
                    Some(reason.clone())
                } else {
                    None
                }
            });
        match (result, refused) {
            (Ok(()), None) => self.answer(pane, key, true, taken),
            (Ok(()), Some(reason)) => self.answer(pane, key, false, &reason),
            (Err(not_taken), _) => self.answer(pane, key, false, &not_taken.to_string()),
        }
    }

    pub(super) fn answer(&mut self, pane: &PaneId, key: &str, ok: bool, message: &str) {
        let Some(desk) = self.desks.get(pane) else { return };
        if let Err(reason) = desk.reply(crate::agent::protocol::reply(key, ok, message)) {
            tracing::info!(%pane, %reason, "an answer did not reach the agent");
        }
    }

    pub(super) fn on_observed(&mut self, pane: &PaneId, source: Source, observation: Observation) {
        let Some(desk) = self.desks.get_mut(pane) else { return };
        match observation {
            Observation::Ready => {
                self.observe(pane, source, Observation::Ready);
                if let Some(desk) = self.desks.get_mut(pane)
                    && let Some((effect, _)) = desk.starting.take()
                {
                    self.settle(effect, Outcome::Started);
                }
            }
            Observation::PromptSeen { effect } => {
                self.prompt_seen(pane, effect);
            }
            Observation::TurnStarted => {
                self.observe(pane, source, Observation::TurnStarted);
                self.turn_takes_prompt(pane);
            }
            Observation::TurnEnded { end, text } => {
                desk.release(None);
                // What its log tells so far belongs to this turn; it may be that the prompt arrived.
                self.read_log(pane);
                self.turn_closes_prompts(pane, source);
                self.observe(pane, source, Observation::TurnEnded { end, text });
                self.read_log(pane);
                // A process that was only for this turn has nothing more to do.
                let left = self.desks.get(pane).filter(|desk| desk.between.is_some());
                if source != Source::Process
                    && let Some(child) = left.and_then(|desk| desk.terminal.child.as_ref())
                {
                    tokio::spawn(self.world.end_group(child.pid()));
                }
            }
            Observation::CompactionEnded { before, after, failed, nothing } => match desk.compacting.take() {
                Some(effect) => {
                    let result = match failed {
                        Some(reason) => CompactOutcome::Failed { reason },
                        None if nothing => CompactOutcome::Nothing,
                        None => CompactOutcome::Done { before, after },
                    };
                    self.settle(effect, Outcome::Compacted { result });
                }
                None => {
                    let ended = Observation::CompactionEnded { before, after, failed, nothing };
                    self.observe(pane, source, ended);
                }
            },
            Observation::CompactionStarted { automatic } => {
                // The one that awtui asked for is open already.
                if desk.compacting.is_none() {
                    self.observe(pane, source, Observation::CompactionStarted { automatic });
                }
            }
            Observation::Usage(seen) => {
                let seen = self.priced(seen);
                self.observe(pane, source, Observation::Usage(seen));
            }
            Observation::PermissionAsked(request) => {
                if let Some(asker) = desk.answers.clone() {
                    desk.asks.insert(request.ask.clone(), asker);
                }
                self.observe(pane, source, Observation::PermissionAsked(request));
            }
            Observation::PermissionGone { ask } => {
                desk.release(Some(&ask));
                self.observe(pane, source, Observation::PermissionGone { ask });
            }
            Observation::SessionKnown { agent_session, log } => {
                if let (Some(path), Some(tail)) = (&log, &mut desk.log) {
                    tail.follow(PathBuf::from(path));
                }
                self.observe(pane, source, Observation::SessionKnown { agent_session, log });
            }
            Observation::ModelSeen { model, thinking, window, agent_trigger } => {
                let listed = self.prices.listed_window(&model);
                let seen = Observation::ModelSeen { model, thinking, window, agent_trigger };
                self.observe(pane, source, seen);
                let window = listed.map(|listed| listed.tokens);
                let own = listed.is_some_and(|listed| listed.own);
                self.observe(pane, Source::Table, Observation::Listed { window, own });
            }
            other @ (Observation::ContextSeen { .. }
            | Observation::Listed { .. }
            | Observation::GuardSeen { .. }
            | Observation::SumsSeen(_)
            | Observation::ToolStarted { .. }
            | Observation::ToolEnded { .. }
            | Observation::Limited(_)
            | Observation::Status(_)
            | Observation::Progress { .. }
            | Observation::Attached { .. }
            | Observation::Typed
            | Observation::Gone { .. }) => self.observe(pane, source, other),
        }
    }

    /// The agent's own figure wins; else the table's, marked as an estimate; else the price stays unknown.
    fn priced(&self, mut seen: UsageSeen) -> UsageSeen {
        if seen.unknown_spend {
            return seen;
        }
        let listed = self.prices.price(&seen.model, &seen.tokens);
        match &mut seen.cost {
            Some(cost) => cost.listed = listed.map(|listed| listed.nanos),
            None => seen.cost = listed,
        }
        seen
    }

    pub(super) fn read_logs(&mut self) {
        let panes: Vec<PaneId> = self.desks.keys().cloned().collect();
        for pane in panes {
            self.read_log(&pane);
        }
    }

    pub(super) fn read_log(&mut self, pane: &PaneId) {
        let world: &dyn World = &*self.world;
        let Some(desk) = self.desks.get_mut(pane) else { return };
        let Some(log) = &mut desk.log else { return };
        let unknown = log.path().is_none();
        let lines = log.new_lines(world);
        let found = unknown.then(|| log.path().map(|path| path.display().to_string())).flatten();
        let mut emissions: Vec<Emission> =
            lines.iter().flat_map(|line| desk.adapter.log_line(line)).collect();
        for (name, log) in &mut desk.more_logs {
            let lines = log.new_lines(world);
            emissions.extend(lines.iter().flat_map(|line| desk.adapter.other_log_line(name, line)));
        }
        // They may be the first to say which session it is.
        self.emitted(pane, emissions);
        if let Some(path) = found
            && let Some(session) =
                self.desks.get(pane).and_then(|desk| self.engine.run().sessions.get(&desk.session))
            && let Some(agent_session) = session.agent_session.clone()
        {
            self.observe(
                pane,
                Source::SessionLog,
                Observation::SessionKnown { agent_session, log: Some(path) },
            );
        }
    }

    pub(super) fn on_deadlines(&mut self) {
        let now = Instant::now();
        let panes: Vec<PaneId> = self.desks.keys().cloned().collect();
        for pane in panes {
            let Some(desk) = self.desks.get_mut(&pane) else { continue };
            let pid = desk.terminal.child.as_ref().map(|child| child.pid());
            let mut end = false;
            // A question before it takes prompts waits for the operator, not for a clock.
            if let Some((_, deadline)) = &mut desk.starting
                && *deadline <= now
                && asks(self.engine.run(), &desk.role)
            {
                *deadline = now + ASKED_WAIT;
            }
            let mut outcomes = Vec::new();
            if let Some((effect, _)) = desk.starting.take_if(|(_, deadline)| *deadline <= now) {
                let said = desk
                    .terminal
                    .last_words()
                    .map_or_else(String::new, |words| format!("; its screen says: {words}"));
                let reason = format!("the agent did not take prompts in time{said}");
                outcomes.push((effect, Outcome::Failed { reason }));
                end = true;
            }
            let overdue =
                |prompt: &mut PendingPrompt| prompt.deadline.is_some_and(|deadline| deadline <= now);
            for prompt in desk.prompts.extract_if(.., overdue) {
                let reason = "the agent was not seen to receive it".to_owned();
                outcomes.push((prompt.effect, Outcome::Unconfirmed { reason }));
            }
            if let Some((_, deadline)) = &mut desk.leaving
                && *deadline <= now
            {
                // Asked once; from here on the process group is ended, again if that should fail.
                *deadline = now + Duration::from_secs(15);
                end = true;
            }
            desk.type_due(now);
            let flush = desk.terminal.flush_at.is_some_and(|deadline| deadline <= now);
            let size = desk.terminal.wanted_size.take_if(|(_, deadline)| *deadline <= now);
            if flush {
                let at = self.clock.now().run;
                let flushed = self.desks.get_mut(&pane).map(|desk| desk.terminal.flush(at));
                self.on_heard(&pane, at, flushed);
            }
            if let Some((size, _)) = size {
                self.resize(&pane, size);
            }
            for (effect, outcome) in outcomes {
                self.settle(effect, outcome);
            }
            if let Some(pid) = pid.filter(|_| end) {
                tokio::spawn(self.world.end_group(pid));
            }
        }
    }

    pub(super) fn want_sizes(&mut self, sizes: &PaneSizes) {
        for (pane, (cols, rows)) in sizes {
            if let Some(desk) = self.desks.get_mut(pane) {
                desk.terminal.want_size(Size::new(*cols, *rows));
            }
        }
    }

    fn resize(&mut self, pane: &PaneId, size: Size) {
        let at = self.clock.now().run;
        let Some(desk) = self.desks.get_mut(pane) else { return };
        match desk.terminal.resize(at, size) {
            Ok(Some((end, change))) => {
                self.subscribers.pane(self.places.run(), pane, end, &change, at);
                let input = Input::PaneResized { pane: pane.clone(), cols: size.cols, rows: size.rows };
                self.inputs.push_back(input);
            }
            Ok(None) => {}
            Err(error) => {
                desk.terminal.wanted_size = Some((size, Instant::now() + RESIZE_RETRY));
                self.recording_failed(pane, &error);
            }
        }
    }

    pub(super) fn send_snapshots(&mut self) {
        let now = self.clock.now().run;
        let desks = &self.desks;
        self.subscribers
            .send_snapshots(self.places.run(), now, |pane, brief| desks.get(pane)?.terminal.snapshot(brief));
    }
}

/// A question of this role's agent is open.
fn asks(run: &Run, role: &RoleName) -> bool {
    run.open_gates()
        .any(|gate| matches!(gate.kind, GateKind::Permission { .. }) && gate.asked_by.as_ref() == Some(role))
}
