//! What awtui itself did in a run: every process started and ended, every prompt, signal, check and checkpoint, with what
//! came of it; and the operator's own terminals, of which no fact tells.
//!
//! Owns the list and its bound. It is folded from facts, so that a replay shows the same, less the terminals: those are in
//! the list of the supervisor that keeps them. How a line of it reads is the UI's business.

use crate::domain::{
    Effect, EffectId, Fact, Millis, Observation, Outcome, PaneId, Ran, Record, RoleName, RunOutcome, Source,
    TerminalEntry, Time, TurnEnd,
};
use std::sync::Arc;

/// Older ones are dropped: the journal has them.
const MOST: usize = 5_000;

#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    Effect(Effect),
    /// A child ended, with an exit code or by a signal.
    ProcessGone {
        pane: PaneId,
        code: Option<i32>,
        signal: Option<i32>,
    },
    /// The process of one turn ended; its pane stays.
    TurnProcessGone {
        pane: PaneId,
        end: TurnEnd,
    },
    TerminalOpened(TerminalEntry),
    TerminalEnded(TerminalEntry),
    /// The run was handed to another supervisor.
    Recovered,
    RunEnded {
        outcome: RunOutcome,
        reason: String,
    },
}

/// Names one of them for as long as it is in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandKey {
    Record(u64),
    Terminal { pane: PaneId, wall: Millis, ended: bool },
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// The record that says so; for an effect its id. Where no record does, the one before it in the list.
    pub seq: u64,
    /// Of what no record tells only the wall's time is known.
    pub at: Time,
    /// On whose behalf; without one awtui's own.
    pub role: Option<RoleName>,
    pub act: Act,
    /// What came of it, and when. Only effects have one, once they are settled.
    pub outcome: Option<(Outcome, Time)>,
    /// What was run for it, as far as that is told.
    pub ran: Vec<Ran>,
}

impl Command {
    pub fn key(&self) -> CommandKey {
        let terminal = |entry: &TerminalEntry, ended| CommandKey::Terminal {
            pane: entry.pane.clone(),
            wall: self.at.wall,
            ended,
        };
        match &self.act {
            Act::TerminalOpened(entry) => terminal(entry, false),
            Act::TerminalEnded(entry) => terminal(entry, true),
            Act::Effect(_)
            | Act::ProcessGone { .. }
            | Act::TurnProcessGone { .. }
            | Act::Recovered
            | Act::RunEnded { .. } => CommandKey::Record(self.seq),
        }
    }

    /// A record of the run tells it.
    pub fn is_recorded(&self) -> bool {
        matches!(self.key(), CommandKey::Record(_))
    }
}

/// In the order in which they were begun. Cloning it is cheap.
#[derive(Debug, Clone, Default)]
pub struct Commands {
    list: Vec<Arc<Command>>,
    /// Wall milliseconds of the run's beginning: terminals that ended before are none of its business.
    since: Millis,
    terminals: Vec<TerminalEntry>,
}

impl Commands {
    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn get(&self, place: usize) -> Option<&Command> {
        self.list.get(place).map(Arc::as_ref)
    }

    /// The one that this record began.
    pub fn find(&self, seq: u64) -> Option<&Command> {
        self.place(seq).and_then(|place| self.get(place))
    }

    fn place(&self, seq: u64) -> Option<usize> {
        // What follows a record without one of its own stands behind it, under the same number.
        let place = self.list.partition_point(|command| command.seq < seq);
        self.get(place).filter(|command| command.key() == CommandKey::Record(seq)).map(|_| place)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Command> + ExactSizeIterator {
        self.list.iter().map(Arc::as_ref)
    }

    /// Takes a record that was folded into the run; `role_of` knows whose a pane is.
    pub(super) fn record(&mut self, record: &Record, role_of: impl Fn(&PaneId) -> Option<RoleName>) {
        let (role, act) = match &record.fact {
            Fact::Settled { effect, outcome, ran } => return self.settle(*effect, outcome, ran, record.at),
            Fact::Requested { effect } => {
                let role = match effect {
                    // Waiting is nothing that was done.
                    Effect::Timer { .. } => return,
                    Effect::Spawn { role, .. } => Some(role.clone()),
                    Effect::Prompt { pane, .. }
                    | Effect::Interrupt { pane }
                    | Effect::Compact { pane }
                    | Effect::AnswerPermission { pane, .. }
                    | Effect::Quit { pane } => role_of(pane),
                    Effect::RunCheck { .. } | Effect::Checkpoint { .. } | Effect::KillAll => None,
                };
                (role, Act::Effect(effect.clone()))
            }
            Fact::Observed { pane, observation: Observation::Gone { code, signal }, .. } => {
                (role_of(pane), Act::ProcessGone { pane: pane.clone(), code: *code, signal: *signal })
            }
            Fact::Observed {
                pane,
                source: Source::Process,
                observation: Observation::TurnEnded { end, .. },
                ..
            } => (role_of(pane), Act::TurnProcessGone { pane: pane.clone(), end: end.clone() }),
            Fact::Recovered => (None, Act::Recovered),
            Fact::RunEnded { outcome, reason } => {
                (None, Act::RunEnded { outcome: *outcome, reason: reason.clone() })
            }
            Fact::RunCreated { .. }
            | Fact::PhaseEntered { .. }
            | Fact::StepStarted { .. }
            | Fact::StepEnded { .. }
            | Fact::TurnPlanned { .. }
            | Fact::InstructionIssued { .. }
            | Fact::SessionOpened { .. }
            | Fact::Observed { .. }
            | Fact::WorkerReported { .. }
            | Fact::VerdictReported { .. }
            | Fact::ReportRefused { .. }
            | Fact::GateOpened { .. }
            | Fact::GateAnswered { .. }
            | Fact::GateWithdrawn { .. }
            | Fact::BoundExtended { .. }
            | Fact::Paused { .. }
            | Fact::Resumed { .. }
            | Fact::TakenOver { .. }
            | Fact::HandedBack { .. }
            | Fact::AbortAsked { .. }
            | Fact::Noted { .. }
            | Fact::Said { .. }
            | Fact::CompactionAsked { .. }
            | Fact::PaneResized { .. } => return,
        };
        let command = Command { seq: record.seq, at: record.at, role, act, outcome: None, ran: Vec::new() };
        // What no record tells of may have come later.
        let later = |one: &&mut Arc<Command>| !one.is_recorded() && one.at.wall > record.at.wall;
        let mut behind = 0;
        for one in self.list.iter_mut().rev().take_while(later) {
            Arc::make_mut(one).seq = record.seq;
            behind += 1;
        }
        self.list.insert(self.list.len() - behind, Arc::new(command));
        let surplus = self.list.len().saturating_sub(MOST);
        self.list.drain(..surplus);
    }

    fn settle(&mut self, effect: EffectId, outcome: &Outcome, ran: &[Ran], at: Time) {
        let place = self.place(effect.0);
        if let Some(command) = place.and_then(|place| self.list.get_mut(place)) {
            let command = Arc::make_mut(command);
            command.outcome = Some((outcome.clone(), at));
            command.ran = ran.to_vec();
        }
    }

    /// Another run, or an earlier moment of this one, follows: only what no record tells of is still known.
    pub(super) fn forget_run(&mut self) {
        self.list.clear();
        self.begin(0);
    }

    /// The run began then, in wall milliseconds.
    pub(super) fn begin(&mut self, since: Millis) {
        self.since = since;
        self.place_terminals();
    }

    /// Takes the operator's terminals: those that are shown, and those that were closed.
    pub(super) fn terminals<'e>(&mut self, entries: impl Iterator<Item = &'e TerminalEntry>) {
        self.terminals = entries.cloned().collect();
        self.place_terminals();
    }

    fn place_terminals(&mut self) {
        self.list.retain(|command| command.is_recorded());
        for entry in self.terminals.iter().filter(|entry| entry.ended.is_none_or(|ended| ended >= self.since))
        {
            let opened = entry.opened.map(|wall| (wall, Act::TerminalOpened(entry.clone())));
            let ended = entry.ended.map(|wall| (wall, Act::TerminalEnded(entry.clone())));
            for (wall, act) in opened.into_iter().chain(ended) {
                let place = self.list.iter().rposition(|command| command.at.wall <= wall);
                let seq = place.and_then(|place| self.list.get(place)).map_or(0, |before| before.seq);
                let at = Time { wall, run: 0 };
                let command = Command { seq, at, role: None, act, outcome: None, ran: Vec::new() };
                self.list.insert(place.map_or(0, |place| place + 1), Arc::new(command));
            }
        }
    }

    /// When it was on the run's clock; `None` before that began.
    pub fn run_time(&self, place: usize) -> Option<Millis> {
        let command = self.get(place)?;
        if command.is_recorded() {
            return Some(command.at.run);
        }
        let recorded = |command: &&Arc<Command>| command.is_recorded();
        let before = self.list[..place].iter().rev().find(recorded)?;
        let after = self.list[place..].iter().find(recorded).map_or(Millis::MAX, |after| after.at.run);
        Some((before.at.run + command.at.wall.saturating_sub(before.at.wall)).min(after))
    }
}
