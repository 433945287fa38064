//! What awtui itself did in a run: every process started and ended, every prompt, signal, check and checkpoint, with what
//! came of it. Folded from facts, so that a replay shows the same.
//!
//! Owns the list and its bound. How a line of it reads is the UI's business.

use crate::domain::{
    Effect, EffectId, Fact, Observation, Outcome, PaneId, Record, RoleName, RunOutcome, Time,
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
    /// The run was handed to another supervisor.
    Recovered,
    RunEnded {
        outcome: RunOutcome,
        reason: String,
    },
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// The record that says so; for an effect its id.
    pub seq: u64,
    pub at: Time,
    /// On whose behalf; without one awtui's own.
    pub role: Option<RoleName>,
    pub act: Act,
    /// What came of it, and when. Only effects have one, once they are settled.
    pub outcome: Option<(Outcome, Time)>,
}

/// In the order in which they were begun. Cloning it is cheap.
#[derive(Debug, Clone, Default)]
pub struct Commands(Vec<Arc<Command>>);

impl Commands {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, place: usize) -> Option<&Command> {
        self.0.get(place).map(Arc::as_ref)
    }

    /// The one that this record began.
    pub fn find(&self, seq: u64) -> Option<&Command> {
        let place = self.0.binary_search_by_key(&seq, |command| command.seq);
        place.ok().and_then(|place| self.get(place))
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Command> + ExactSizeIterator {
        self.0.iter().map(Arc::as_ref)
    }

    /// Takes a record that was folded into the run; `role_of` knows whose a pane is.
    pub(super) fn record(&mut self, record: &Record, role_of: impl Fn(&PaneId) -> Option<RoleName>) {
        let (role, act) = match &record.fact {
            Fact::Settled { effect, outcome } => return self.settle(*effect, outcome, record.at),
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
        self.0.push(Arc::new(Command { seq: record.seq, at: record.at, role, act, outcome: None }));
        let surplus = self.0.len().saturating_sub(MOST);
        self.0.drain(..surplus);
    }

    fn settle(&mut self, effect: EffectId, outcome: &Outcome, at: Time) {
        let place = self.0.binary_search_by_key(&effect.0, |command| command.seq);
        if let Some(command) = place.ok().and_then(|place| self.0.get_mut(place)) {
            Arc::make_mut(command).outcome = Some((outcome.clone(), at));
        }
    }
}
