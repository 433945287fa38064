//! The owner of one run: the only task that touches its journal, its state and its panes. Everything else sends it
//! messages; what it learns becomes inputs of the engine, what the engine asks for it starts.

use super::clock::Clock;
use super::desk::Desk;
use super::engine::{Engine, StepError};
use super::last_screens::LastScreens;
use super::message::{AgentEvent, ClientId, OwnerMessage};
use super::pace::Pace;
use super::places::Places;
use super::stall::Stall;
use super::standing::Standing;
use super::subscribers::Subscribers;
use super::tokens::Tokens;
use super::watch::Watch;
use super::world::World;
use super::{launch, log_file};
use crate::agent::protocol;
use crate::domain::{
    ArtifactEntry, Author, EffectId, Fact, Input, Observation, OperatorAct, Outcome, PaneId, PauseMode,
    Record, Run, Source, Summons, TimerDue,
};
use crate::journal::JournalError;
use crate::project::{Projector, summon};
use crate::pty;
use crate::settings::prices::Prices;
use crate::settings::prompts::Prompts;
use crate::wire::{Mailbox, ToClient};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// Grouped observations reach the disk within this.
const SYNC_INTERVAL: Duration = Duration::from_millis(50);
/// How often a growing session log is looked at.
const LOG_INTERVAL: Duration = Duration::from_millis(500);
/// The same while nothing happens.
const CALM_LOG_INTERVAL: Duration = Duration::from_secs(2);
/// How often an adapter that reads the screen is shown it.
const QUIET_INTERVAL: Duration = Duration::from_millis(200);
/// The same while nothing happens.
const CALM_QUIET_INTERVAL: Duration = Duration::from_secs(1);
/// A run that is over is served for so much longer than anybody looks at it.
const AFTER_END: Duration = Duration::from_secs(10);
/// The files for people follow the facts within this.
const PROJECTION_INTERVAL: Duration = Duration::from_millis(250);

/// What an agent is told that says more than anybody could read.
const TOO_MUCH: &str = "too many messages; wait a few seconds and say it once";

/// Why an input was not taken in.
#[derive(Debug, Error)]
pub(super) enum NotTaken {
    /// It makes no sense as things stand.
    #[error("{0}")]
    Refused(String),
    /// The disk takes nothing now; the same input may be tried again.
    #[error("{0}")]
    Stalled(String),
}

/// What comes out of the children, by pane. Short: a child that prints faster than it is read waits.
pub(super) type Terminals = (mpsc::Sender<(PaneId, pty::Event)>, mpsc::Receiver<(PaneId, pty::Event)>);

pub(super) struct Owner {
    pub(super) engine: Engine,
    pub(super) clock: Clock,
    pub(super) world: Box<dyn World>,
    pub(super) desks: BTreeMap<PaneId, Desk>,
    pub(super) prompts: Prompts,
    pub(super) prices: Prices,
    pub(super) places: Places,
    pub(super) tokens: Arc<Tokens>,
    /// For the children, in memory only.
    pub(super) environment: Vec<(String, String)>,
    pub(super) default_size: (u16, u16),
    pub(super) subscribers: Subscribers,
    pub(super) timers: BTreeMap<EffectId, TimerDue>,
    pub(super) sender: mpsc::Sender<OwnerMessage>,
    pub(super) inputs: VecDeque<Input>,
    /// Tells the server how the run stands, after each change.
    pub(super) standing: watch::Sender<Standing>,
    pub(super) terminals: Terminals,
    /// The disk takes nothing.
    pub(super) stall: Stall,
    /// What was open when the supervisor of before was gone has not been looked at yet.
    pub(super) must_recover: bool,
    pub(super) n_tokens: u32,
    /// The sequence number that the files for people show.
    pub(super) projected: u64,
    pub(super) projector: Projector,
    pub(super) artifacts: Vec<ArtifactEntry>,
    /// Over the artifacts.
    pub(super) watch: Watch,
    /// When a child, an agent or a person did something last.
    pub(super) last_event: Instant,
    pub(super) wants_projection: bool,
    /// The files for people could not be written: when they are tried again, and why.
    pub(super) unwritten: Option<(Instant, String)>,
    pub(super) unneeded_since: Option<Instant>,
    /// What calls a person when no screen is there to do it; none while its file is not trusted.
    pub(super) notify: Vec<String>,
    /// Of panes that no desk stands for.
    pub(super) last_screens: LastScreens,
}

impl Owner {
    /// Runs until the run is over and its files are written, or until it is told to let go.
    pub(super) async fn serve(mut self, mut messages: mpsc::Receiver<OwnerMessage>) {
        let mut sync = tokio::time::interval(SYNC_INTERVAL);
        let mut files = tokio::time::interval(PROJECTION_INTERVAL);
        let mut logs = Pace::new(LOG_INTERVAL, CALM_LOG_INTERVAL);
        let mut quiet = Pace::new(QUIET_INTERVAL, CALM_QUIET_INTERVAL);
        for interval in [&mut sync, &mut files] {
            interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        }
        if self.must_recover {
            self.take_up().await;
        }
        self.watch = Watch::of(&self.places.artifacts_folder());
        self.drive();
        loop {
            let due = self.next_due();
            let closing = self.closes_at();
            tokio::select! {
                biased;
                () = sleep_until(due) => self.on_due(),
                () = sleep_until(closing) => {
                    self.write_projections();
                    break;
                }
                _ = sync.tick(), if self.engine.needs_sync() && self.stall.reason().is_none() => self.sync(),
                () = self.watch.moved(), if self.watch.listens() => self.watch.put_off(),
                () = tokio::time::sleep_until(logs.next(self.last_event)), if self.desks.values().any(|desk| !desk.terminal.has_ended()) => {
                    logs.looked();
                    self.read_logs();
                }
                () = tokio::time::sleep_until(quiet.next(self.last_event)), if self.desks.values().any(Desk::is_watched) => {
                    quiet.looked();
                    self.on_quiet();
                }
                _ = files.tick(), if self.may_project() => self.write_projections(),
                message = messages.recv() => match message {
                    Some(OwnerMessage::LetGo { done }) => {
                        self.write_projections();
                        let _ = done.send(());
                        break;
                    }
                    Some(message) => self.take(message),
                    None => break,
                },
                // Last: a pane that floods holds back neither what is due nor the operator.
                Some((pane, event)) = self.terminals.1.recv() => self.on_pty(&pane, event),
            }
            self.drive();
        }
        self.sync();
        self.subscribers.close(self.places.run());
    }

    pub(super) fn run(&self) -> &Run {
        self.engine.run()
    }

    fn may_project(&self) -> bool {
        self.wants_projection && self.unwritten.as_ref().is_none_or(|(at, _)| *at <= Instant::now())
    }

    /// When the run needs no owner any more: it is over, nothing of it is alive and nobody looks at it.
    fn closes_at(&mut self) -> Option<Instant> {
        let needed = !self.run().is_over()
            || !self.subscribers.is_empty()
            || self.desks.values().any(|desk| desk.terminal.child.is_some());
        if needed {
            self.unneeded_since = None;
            return None;
        }
        Some(*self.unneeded_since.get_or_insert_with(Instant::now) + AFTER_END)
    }

    fn take(&mut self, message: OwnerMessage) {
        self.last_event = Instant::now();
        match message {
            OwnerMessage::Agent { pane, event } => self.on_agent(&pane, event),
            OwnerMessage::Server { pane, event } => self.on_server(&pane, event),
            OwnerMessage::Probed { pane, effect, result } => self.on_probed(&pane, effect, result),
            OwnerMessage::Settled { effect, outcome, ran } => self.settle_with(effect, outcome, ran),
            OwnerMessage::Killed { effect, survivors, patience } => {
                self.on_killed(effect, survivors, patience);
            }
            OwnerMessage::Act { author, act, reply } => {
                let _ = reply.send(self.act(author, act));
            }
            OwnerMessage::Type { pane, bytes, reply } => {
                let result = match self.desks.get(&pane) {
                    Some(desk) => desk.write(bytes),
                    None => Err(format!("there is no pane {pane}")),
                };
                let _ = reply.send(result);
            }
            OwnerMessage::Environment { variables } => {
                log_file::hide(launch::secrets(&variables));
                self.environment = variables;
            }
            OwnerMessage::PaneSizes { panes } => self.want_sizes(&panes),
            OwnerMessage::Subscribe { client, after, mailbox, screen } => {
                self.subscribe(client, after, mailbox);
                self.subscribers.is_screen(client, screen);
            }
            OwnerMessage::Unsubscribe { client } => self.subscribers.remove(client),
            OwnerMessage::State { reply } => {
                let _ = reply.send(self.run().clone());
            }
            OwnerMessage::Records { after, reply } => {
                let from = self.engine.records().partition_point(|record| record.seq <= after);
                let _ = reply.send(self.engine.records()[from..].to_vec());
            }
            OwnerMessage::Park { reason } => {
                let act = OperatorAct::Pause { mode: PauseMode::Park, reason };
                if self.run().pause.is_none() {
                    let _ = self.act(Author::awtui(), act);
                }
            }
            // Handled by the loop.
            OwnerMessage::LetGo { .. } => {}
        }
    }

    fn act(&mut self, author: Author, act: OperatorAct) -> Result<(), String> {
        if self.must_recover {
            self.recover_now();
        }
        if self.must_recover
            && let Some(reason) = self.stall.reason()
        {
            return Err(reason.to_owned());
        }
        // What was seen before comes before.
        self.work_off();
        self.try_step(Input::Operator { author, act }).map_err(|not_taken| not_taken.to_string())
    }

    /// Takes one input in at once; a refusal is the caller's.
    pub(super) fn try_step(&mut self, input: Input) -> Result<(), NotTaken> {
        let offsets = self
            .desks
            .iter_mut()
            .filter_map(|(pane, desk)| desk.terminal.take_offset().map(|offset| (pane.clone(), offset)))
            .collect::<BTreeMap<_, _>>();
        let moved: Vec<PaneId> = offsets.keys().cloned().collect();
        let at = self.clock.now();
        let result = self.engine.step(input, at, offsets);
        let taken = result.as_ref().is_ok_and(|records| !records.is_empty());
        if !taken {
            // No record carries the offsets: the next one does.
            for pane in moved {
                if let Some(desk) = self.desks.get_mut(&pane) {
                    desk.terminal.offset_not_taken();
                }
            }
        }
        match result {
            Ok(records) => {
                if taken {
                    self.journal_works();
                }
                self.publish(&records);
                Ok(())
            }
            Err(StepError::Refused(refusal)) => Err(NotTaken::Refused(refusal.0)),
            Err(StepError::Journal(error)) => match &error {
                JournalError::Io { .. } => Err(NotTaken::Stalled(self.journal_failed(&error))),
                JournalError::Exists { .. }
                | JournalError::NeverStarted { .. }
                | JournalError::BadHeader { .. }
                | JournalError::Newer { .. }
                | JournalError::ReadOnly { .. }
                | JournalError::OutOfOrder { .. }
                | JournalError::Encode { .. }
                | JournalError::BadBlobName { .. }
                | JournalError::DamagedBlob { .. } => {
                    tracing::error!(%error, "an input cannot be recorded");
                    Err(NotTaken::Refused(error.to_string()))
                }
            },
        }
    }

    fn publish(&mut self, records: &[Arc<Record>]) {
        if records.is_empty() {
            return;
        }
        // Whoever hears that a run ended or asks for an operator finds the files of that moment.
        let at_rest = |fact: &Fact| matches!(fact, Fact::RunEnded { .. } | Fact::GateOpened { .. });
        if records.iter().any(|record| at_rest(&record.fact)) {
            self.write_projections();
        }
        // And finds it as it is now, asked in the same moment for another run in this place, for one.
        let standing = Standing::of(self.engine.run(), self.places.folder());
        self.standing.send_if_modified(|known| {
            let moved = *known != standing;
            *known = standing;
            moved
        });
        for record in records {
            self.subscribers.record(self.places.run(), record);
            self.summon(&record.fact);
            if let Fact::RunEnded { .. } = record.fact {
                self.subscribers.clock(self.places.run(), record.at);
            }
        }
        self.wants_projection = true;
    }

    /// Calls a person, unless a screen is there that does so. What is taken in now is new: nothing is said twice.
    fn summon(&self, fact: &Fact) {
        if self.notify.is_empty() || self.subscribers.has_screen() {
            return;
        }
        let run = self.engine.run();
        let Some(summons) = Summons::of(fact, run) else { return };
        let directory = std::path::Path::new(&run.directory);
        let asked = summon(&self.notify, &summons, self.places.run(), directory, Some(&self.environment));
        if let Err(error) = asked {
            tracing::warn!(%error, command = ?self.notify, "the command of notify.command cannot be run");
        }
    }

    /// Takes in what is queued, in its order, until nothing is left or the disk takes no more.
    pub(super) fn work_off(&mut self) {
        while let Some(input) = self.inputs.pop_front() {
            match self.try_step(input.clone()) {
                Ok(()) => {}
                Err(NotTaken::Refused(reason)) => tracing::debug!(%reason, "an input was refused"),
                Err(NotTaken::Stalled(_)) => {
                    self.inputs.push_front(input);
                    return;
                }
            }
        }
    }

    /// Works off the queued inputs and starts what they ask for, until nothing is left. While the disk takes nothing,
    /// what is queued waits for its retry.
    pub(super) fn drive(&mut self) {
        loop {
            if self.stall.reason().is_none() {
                self.work_off();
            }
            let new = self.engine.take_new_effects();
            if new.is_empty() && (self.inputs.is_empty() || self.stall.reason().is_some()) {
                return;
            }
            for (id, effect) in new {
                self.start(id, effect);
            }
        }
    }

    pub(super) fn observe(&mut self, pane: &PaneId, source: Source, observation: Observation) {
        self.inputs.push_back(Input::Observed { pane: pane.clone(), source, observation });
    }

    pub(super) fn sync(&mut self) {
        match self.engine.sync() {
            Ok(()) => self.journal_works(),
            Err(error) => {
                self.journal_failed(&error);
            }
        }
    }

    /// The nearest moment at which something must happen by itself.
    fn next_due(&self) -> Option<Instant> {
        let now = self.clock.now();
        let timers = self.timers.values().map(|due| match due {
            TimerDue::Run(at) => self.clock.instant(*at),
            TimerDue::Wall(at) => self.clock.instant(now.run + at.saturating_sub(now.wall)),
        });
        let desks = self.desks.values().flat_map(|desk| {
            [
                desk.starting.as_ref().map(|(_, deadline)| *deadline),
                desk.prompts.iter().filter_map(|prompt| prompt.deadline).min(),
                desk.leaving.as_ref().map(|(_, deadline)| *deadline),
                desk.terminal.wanted_size.as_ref().map(|(_, deadline)| *deadline),
                desk.terminal.flush_at,
                desk.keys.front().map(|(at, _)| *at),
            ]
            .into_iter()
            .flatten()
        });
        let snapshots = self.subscribers.next_due().map(|at| self.clock.instant(at));
        timers
            .chain(desks)
            .chain(snapshots)
            .chain(self.stall.retry_at())
            .chain(self.watch.due())
            .chain(self.unwritten.as_ref().map(|(at, _)| *at).filter(|at| *at > Instant::now()))
            .min()
    }

    fn on_due(&mut self) {
        let now = self.clock.now();
        let fired: Vec<EffectId> =
            self.timers.iter().filter(|(_, due)| due.is_due(now)).map(|(effect, _)| *effect).collect();
        for effect in fired {
            self.settle(effect, Outcome::Fired);
        }
        if self.watch.take_due() {
            self.show_artifacts();
        }
        self.on_deadlines();
        self.send_snapshots();
        self.retry();
    }

    fn on_agent(&mut self, pane: &PaneId, event: AgentEvent) {
        let Some(desk) = self.desks.get_mut(pane) else { return };
        match event {
            AgentEvent::Connected { link } => {
                desk.link = Some(link);
                desk.adapter.connected();
            }
            AgentEvent::Line { line, link, guest } => {
                if guest && !desk.allowance.take(Instant::now()) {
                    let refused = protocol::refusal(&line, TOO_MUCH);
                    if let Some(Err(error)) = refused.map(|line| link.try_send(line)) {
                        tracing::info!(%pane, %error, "a refusal did not reach the agent");
                    }
                    return;
                }
                // A guest may report and ask. What an agent does is the bridge's to say, and its adapter never hears
                // anybody else say it.
                let emissions = if guest && protocol::is_observation(&line) {
                    Vec::new()
                } else {
                    desk.adapter.agent_line(&line)
                };
                desk.answers = Some(link);
                self.emitted(pane, emissions);
                if let Some(desk) = self.desks.get_mut(pane) {
                    desk.answers = None;
                }
            }
            AgentEvent::Closed { link } => {
                let closed = desk.asks.iter().filter(|(_, asker)| asker.same_channel(&link));
                let asks: Vec<String> = closed.map(|(ask, _)| ask.clone()).collect();
                let was_bridge = desk.link.as_ref().is_some_and(|open| open.same_channel(&link));
                let source = if was_bridge { Source::Bridge } else { Source::Hook };
                for ask in asks {
                    self.on_observed(pane, source, Observation::PermissionGone { ask });
                }
                let Some(desk) = self.desks.get_mut(pane) else { return };
                if was_bridge {
                    desk.link = None;
                    desk.adapter.disconnected();
                }
            }
        }
    }

    fn subscribe(&mut self, client: ClientId, after: u64, mailbox: Arc<Mailbox>) {
        let run = self.places.run().clone();
        let from = self.engine.records().partition_point(|record| record.seq <= after);
        let records = self.engine.records()[from..].to_vec();
        let panes: Vec<_> = self
            .desks
            .iter()
            .filter_map(|(pane, desk)| {
                desk.terminal.snapshot(false).map(|(end, change)| (pane.clone(), end, change))
            })
            .chain(self.last_screens.iter().map(|(pane, (end, change))| (pane.clone(), *end, change.clone())))
            .collect();
        // Said when it began, and to whoever comes while it lasts.
        for reason in self.stall.reasons().chain(self.unwritten.iter().map(|(_, reason)| reason.as_str())) {
            mailbox.push(ToClient::notice(reason));
        }
        self.subscribers.add(client, mailbox, &run, &records, panes, self.clock.now());
        let entries = self.places.artifacts();
        self.subscribers.artifacts(&run, &entries);
    }
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
