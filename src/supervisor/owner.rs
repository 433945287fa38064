//! The owner of one run: the only task that touches its journal, its state and its panes. Everything else sends it
//! messages; what it learns becomes inputs of the engine, what the engine asks for it starts.

use super::clock::Clock;
use super::desk::Desk;
use super::engine::{Engine, StepError};
use super::last_screens::LastScreens;
use super::message::{AgentEvent, ClientId, OwnerMessage};
use super::places::Places;
use super::subscribers::Subscribers;
use super::tokens::Tokens;
use super::world::World;
use crate::domain::{
    ArtifactEntry, Author, EffectId, Fact, Input, Observation, OperatorAct, Outcome, PaneId, PauseMode,
    Record, Run, Source, TimerDue,
};
use crate::project::Projector;
use crate::settings::prices::Prices;
use crate::settings::prompts::Prompts;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// Grouped observations reach the disk within this.
const SYNC_INTERVAL: Duration = Duration::from_millis(50);
/// How often a growing session log is looked at.
const LOG_INTERVAL: Duration = Duration::from_millis(500);
/// How often an adapter that reads the screen is shown it.
const QUIET_INTERVAL: Duration = Duration::from_millis(200);
/// The files for people follow the facts within this.
const PROJECTION_INTERVAL: Duration = Duration::from_millis(250);

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
    pub(super) trust_project: bool,
    pub(super) default_size: (u16, u16),
    pub(super) subscribers: Subscribers,
    pub(super) timers: BTreeMap<EffectId, TimerDue>,
    pub(super) sender: mpsc::Sender<OwnerMessage>,
    pub(super) inputs: VecDeque<Input>,
    /// Tells the server how the run stands, after each change.
    pub(super) summary: watch::Sender<Arc<Run>>,
    /// The journal cannot be written: nothing is accepted any more, for this reason.
    pub(super) broken: Option<String>,
    pub(super) n_tokens: u32,
    /// The sequence number that the files for people show.
    pub(super) projected: u64,
    pub(super) projector: Projector,
    pub(super) artifacts: Vec<ArtifactEntry>,
    pub(super) wants_projection: bool,
    /// Its supervisor of before is gone.
    pub(super) taken_up: bool,
    /// Of panes that no desk stands for.
    pub(super) last_screens: LastScreens,
}

impl Owner {
    /// Runs until the run is over and its files are written, or until it is told to let go.
    pub(super) async fn serve(mut self, mut messages: mpsc::Receiver<OwnerMessage>) {
        let mut sync = tokio::time::interval(SYNC_INTERVAL);
        let mut logs = tokio::time::interval(LOG_INTERVAL);
        let mut files = tokio::time::interval(PROJECTION_INTERVAL);
        let mut quiet = tokio::time::interval(QUIET_INTERVAL);
        for interval in [&mut sync, &mut logs, &mut files, &mut quiet] {
            interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        }
        if self.taken_up {
            self.take_up().await;
        }
        self.drive();
        loop {
            let due = self.next_due();
            tokio::select! {
                biased;
                message = messages.recv() => match message {
                    Some(OwnerMessage::LetGo { done }) => {
                        self.write_projections();
                        let _ = done.send(());
                        break;
                    }
                    Some(message) => self.take(message),
                    None => break,
                },
                () = sleep_until(due) => self.on_due(),
                _ = sync.tick(), if self.engine.needs_sync() => self.sync(),
                _ = logs.tick(), if self.desks.values().any(|desk| !desk.has_ended()) => self.read_logs(),
                _ = quiet.tick(), if self.desks.values().any(Desk::is_watched) => self.on_quiet(),
                _ = files.tick(), if self.wants_projection => self.write_projections(),
            }
            self.drive();
        }
        self.sync();
        self.subscribers.close(self.places.run());
    }

    pub(super) fn run(&self) -> &Run {
        self.engine.run()
    }

    fn take(&mut self, message: OwnerMessage) {
        match message {
            OwnerMessage::Pty { pane, event } => self.on_pty(&pane, event),
            OwnerMessage::Agent { pane, event } => self.on_agent(&pane, event),
            OwnerMessage::Probed { pane, effect, result } => self.on_probed(&pane, effect, result),
            OwnerMessage::Settled { effect, outcome } => self.settle(effect, outcome),
            OwnerMessage::Killed { effect, survivors } => self.on_killed(effect, &survivors),
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
            OwnerMessage::PaneSizes { panes } => self.want_sizes(&panes),
            OwnerMessage::Subscribe { client, after, mailbox } => self.subscribe(client, after, mailbox),
            OwnerMessage::Unsubscribe { client } => self.subscribers.remove(client),
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
        self.try_step(Input::Operator { author, act })
    }

    /// Takes one input in at once; a refusal is the caller's.
    pub(super) fn try_step(&mut self, input: Input) -> Result<(), String> {
        if let Some(reason) = &self.broken {
            return Err(reason.clone());
        }
        let offsets = self
            .desks
            .iter_mut()
            .filter_map(|(pane, desk)| desk.take_offset().map(|offset| (pane.clone(), offset)))
            .collect();
        let at = self.clock.now();
        match self.engine.step(input, at, offsets) {
            Ok(records) => {
                self.publish(&records);
                Ok(())
            }
            Err(StepError::Refused(refusal)) => Err(refusal.0),
            Err(StepError::Journal(error)) => {
                let reason =
                    format!("the journal cannot be written: {error}; the run takes nothing in until it can");
                tracing::error!(%reason);
                self.subscribers.notice(&reason);
                self.broken = Some(reason.clone());
                Err(reason)
            }
        }
    }

    fn publish(&mut self, records: &[Arc<Record>]) {
        if records.is_empty() {
            return;
        }
        for record in records {
            self.subscribers.record(self.places.run(), record);
            if let Fact::RunEnded { .. } = record.fact {
                self.subscribers.clock(self.places.run(), record.at);
            }
        }
        self.wants_projection = true;
        self.summary.send_replace(Arc::new(self.run().clone()));
    }

    /// Works off the queued inputs and starts what they ask for, until nothing is left.
    pub(super) fn drive(&mut self) {
        loop {
            while let Some(input) = self.inputs.pop_front() {
                if let Err(reason) = self.try_step(input) {
                    tracing::debug!(%reason, "an input was refused");
                }
            }
            let new = self.engine.take_new_effects();
            if new.is_empty() && self.inputs.is_empty() {
                return;
            }
            for (id, effect) in new {
                self.start(id, effect);
            }
        }
    }

    pub(super) fn settle(&mut self, effect: EffectId, outcome: Outcome) {
        self.timers.remove(&effect);
        self.inputs.push_back(Input::Settled { effect, outcome });
    }

    pub(super) fn observe(&mut self, pane: &PaneId, source: Source, observation: Observation) {
        self.inputs.push_back(Input::Observed { pane: pane.clone(), source, observation });
    }

    fn sync(&mut self) {
        if let Err(error) = self.engine.sync() {
            let reason = format!("the journal cannot be synced: {error}");
            tracing::error!(%reason);
            self.subscribers.notice(&reason);
            self.broken = Some(reason);
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
                desk.prompt.as_ref().map(|prompt| prompt.deadline),
                desk.leaving.as_ref().map(|(_, deadline)| *deadline),
                desk.wanted_size.as_ref().map(|(_, deadline)| *deadline),
                desk.flush_at,
            ]
            .into_iter()
            .flatten()
        });
        let snapshots = self.subscribers.next_due().map(|at| self.clock.instant(at));
        timers.chain(desks).chain(snapshots).min()
    }

    fn on_due(&mut self) {
        let now = self.clock.now();
        let fired: Vec<EffectId> =
            self.timers.iter().filter(|(_, due)| due.is_due(now)).map(|(effect, _)| *effect).collect();
        for effect in fired {
            self.settle(effect, Outcome::Fired);
        }
        self.on_deadlines();
        self.send_snapshots();
    }

    fn on_agent(&mut self, pane: &PaneId, event: AgentEvent) {
        let Some(desk) = self.desks.get_mut(pane) else { return };
        match event {
            AgentEvent::Connected { link } => desk.link = Some(link),
            AgentEvent::Line(line) => {
                let emissions = desk.adapter.agent_line(&line);
                self.emitted(pane, emissions);
            }
            AgentEvent::Closed => {
                desk.link = None;
                desk.adapter.disconnected();
            }
        }
    }

    fn subscribe(&mut self, client: ClientId, after: u64, mailbox: Arc<crate::wire::Mailbox>) {
        let run = self.places.run().clone();
        let from = self.engine.records().partition_point(|record| record.seq <= after);
        let records = self.engine.records()[from..].to_vec();
        let panes: Vec<_> = self
            .desks
            .iter()
            .filter_map(|(pane, desk)| desk.snapshot().map(|(end, change)| (pane.clone(), end, change)))
            .chain(self.last_screens.iter().map(|(pane, (end, change))| (pane.clone(), *end, change.clone())))
            .collect();
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
