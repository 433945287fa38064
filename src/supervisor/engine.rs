//! The engine's step: decide, append, apply. The journal and the state move together or not at all; what the facts ask
//! of the world is handed out once.

use crate::domain::{
    Effect, EffectId, Fact, Input, Outcome, PaneId, Record, Refusal, Run, Time, apply, decide,
};
use crate::journal::blobs::Blobs;
use crate::journal::{Journal, JournalError, Sync, externalize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use thiserror::Error;

#[derive(Debug, Error)]
pub(super) enum StepError {
    /// The input was not accepted; nothing happened.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The facts could not be kept; nothing happened, and the run takes no further input until it can be.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

pub(super) struct Engine {
    run: Run,
    journal: Journal,
    blobs: Blobs,
    records: Vec<Arc<Record>>,
    started: BTreeSet<EffectId>,
}

impl Engine {
    pub(super) fn new(journal: Journal, blobs: Blobs) -> Self {
        Self { run: Run::default(), journal, blobs, records: Vec::new(), started: BTreeSet::new() }
    }

    /// Goes on from a journal that was read. Everything in the outbox was asked for by someone who is gone.
    pub(super) fn reopened(journal: Journal, blobs: Blobs, records: Vec<Record>) -> Self {
        let mut engine = Self::new(journal, blobs);
        for record in records {
            apply(&mut engine.run, &record);
            engine.records.push(Arc::new(record));
        }
        engine.started = engine.run.outbox.keys().copied().collect();
        engine
    }

    pub(super) fn run(&self) -> &Run {
        &self.run
    }

    pub(super) fn records(&self) -> &[Arc<Record>] {
        &self.records
    }

    pub(super) fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Takes one input in. `panes` are the recordings that moved since the last record.
    pub(super) fn step(
        &mut self,
        input: Input,
        at: Time,
        mut panes: BTreeMap<PaneId, u64>,
    ) -> Result<Vec<Arc<Record>>, StepError> {
        let mut facts = decide(&self.run, input, at)?;
        if facts.is_empty() {
            return Ok(Vec::new());
        }
        externalize(&mut facts, &self.blobs)?;
        let mut batch = Vec::with_capacity(facts.len());
        for (seq, fact) in (self.run.seq + 1..).zip(facts) {
            batch.push(Record { seq, at, panes: std::mem::take(&mut panes), fact });
        }
        // What decides or asks something of the world is on disk before anyone acts on it.
        let sync =
            if batch.iter().all(|record| is_observation(&record.fact)) { Sync::Grouped } else { Sync::Now };
        self.journal.append(&batch, sync)?;
        let mut records = Vec::with_capacity(batch.len());
        for record in batch {
            apply(&mut self.run, &record);
            let record = Arc::new(record);
            self.records.push(Arc::clone(&record));
            records.push(record);
        }
        Ok(records)
    }

    /// Effects that nobody started yet; each is handed out once in the life of this engine.
    pub(super) fn take_new_effects(&mut self) -> Vec<(EffectId, Effect)> {
        let new: Vec<_> = self
            .run
            .outbox
            .iter()
            .filter(|(id, _)| !self.started.contains(id))
            .map(|(id, effect)| (*id, effect.clone()))
            .collect();
        self.started.extend(new.iter().map(|(id, _)| *id));
        new
    }

    pub(super) fn sync(&mut self) -> Result<(), JournalError> {
        self.journal.sync()
    }

    pub(super) fn needs_sync(&self) -> bool {
        self.journal.needs_sync()
    }
}

fn is_observation(fact: &Fact) -> bool {
    match fact {
        Fact::Observed { .. } | Fact::PaneResized { .. } | Fact::ReportRefused { .. } => true,
        Fact::Settled { outcome, .. } => matches!(outcome, Outcome::Fired | Outcome::Canceled),
        Fact::RunCreated { .. }
        | Fact::Recovered
        | Fact::PhaseEntered { .. }
        | Fact::StepStarted { .. }
        | Fact::StepEnded { .. }
        | Fact::TurnPlanned { .. }
        | Fact::InstructionIssued { .. }
        | Fact::Requested { .. }
        | Fact::SessionOpened { .. }
        | Fact::WorkerReported { .. }
        | Fact::VerdictReported { .. }
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
        | Fact::RunEnded { .. } => false,
    }
}
