//! The facts of the run themselves, newest last, for whoever wants to read them one by one. The state is folded from the
//! same records; nothing here is written down a second time.
//!
//! Owns the list and its bound. How a fact reads is the UI's business.

use crate::domain::{Effect, Fact, PaneId, Record, RoleName, Run, Seq, StepNumber};
use std::sync::Arc;

/// Older ones are dropped: the journal has them.
const MOST: usize = 5_000;

/// A fact with what it takes to place it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub record: Record,
    /// Whom it is about; without one awtui itself or the operator.
    pub role: Option<RoleName>,
}

/// In the order of the journal. Cloning it is cheap.
#[derive(Debug, Clone, Default)]
pub struct Events {
    kept: Vec<Arc<Event>>,
    dropped: u64,
}

impl Events {
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many older ones are in the journal alone.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Event> + ExactSizeIterator {
        self.kept.iter().map(Arc::as_ref)
    }

    pub fn find(&self, seq: Seq) -> Option<&Event> {
        let place = self.kept.binary_search_by_key(&seq, |event| event.record.seq);
        place.ok().and_then(|place| self.kept.get(place)).map(Arc::as_ref)
    }

    /// Takes a record that was folded into `run`.
    pub(super) fn record(&mut self, record: Record, run: &Run) {
        let role = role(&record.fact, run);
        self.kept.push(Arc::new(Event { record, role }));
        let surplus = self.kept.len().saturating_sub(MOST);
        self.dropped += u64::try_from(surplus).unwrap_or(0);
        self.kept.drain(..surplus);
    }
}

fn role(fact: &Fact, run: &Run) -> Option<RoleName> {
    let of_pane = |pane: &PaneId| run.panes.get(pane).map(|pane| pane.role.clone());
    let of_step = |step: StepNumber| run.step(step).and_then(|step| step.role.clone());
    match fact {
        Fact::StepStarted { role, .. } => role.clone(),
        Fact::SessionOpened { role, .. } | Fact::Said { role, .. } | Fact::CompactionAsked { role, .. } => {
            Some(role.clone())
        }
        Fact::StepEnded { step, .. }
        | Fact::TurnPlanned { step, .. }
        | Fact::InstructionIssued { step, .. }
        | Fact::WorkerReported { step, .. }
        | Fact::VerdictReported { step, .. } => of_step(*step),
        Fact::Observed { pane, .. }
        | Fact::ReportRefused { pane, .. }
        | Fact::TakenOver { pane, .. }
        | Fact::PaneResized { pane, .. } => of_pane(pane),
        Fact::GateOpened { gate } => gate.asked_by.clone(),
        Fact::Requested { effect } => match effect {
            Effect::Spawn { role, .. } => Some(role.clone()),
            Effect::Prompt { pane, .. }
            | Effect::Interrupt { pane }
            | Effect::Compact { pane }
            | Effect::AnswerPermission { pane, .. }
            | Effect::Quit { pane } => of_pane(pane),
            Effect::RunCheck { .. } | Effect::Checkpoint { .. } | Effect::Timer { .. } | Effect::KillAll => {
                None
            }
        },
        Fact::RunCreated { .. }
        | Fact::Recovered
        | Fact::PhaseEntered { .. }
        | Fact::Settled { .. }
        | Fact::GateAnswered { .. }
        | Fact::GateWithdrawn { .. }
        | Fact::BoundExtended { .. }
        | Fact::Paused { .. }
        | Fact::Resumed { .. }
        | Fact::HandedBack { .. }
        | Fact::AbortAsked { .. }
        | Fact::Noted { .. }
        | Fact::RunEnded { .. } => None,
    }
}
