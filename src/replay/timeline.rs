//! All moments of a run: its records, and where its steps and gates lie among them.

use crate::domain::{ArtifactEntry, Fact, Millis, PaneId, Record, RunId, Seq, StepNumber, Time};
use crate::journal::{self, JournalError};
use crate::project::{RunFolder, artifacts};
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum TimelineError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("{} holds no record yet: its run was never started", path.display())]
    Empty { path: PathBuf },
    #[error("the run has no step {step}; {}", range("steps", *.first, *.last))]
    NoStep { step: StepNumber, first: u64, last: u64 },
    #[error("the run has no record {seq}; it has records 1 to {last}")]
    NoRecord { seq: Seq, last: Seq },
}

fn range(what: &str, first: u64, last: u64) -> String {
    if last == 0 { format!("it has no {what}") } else { format!("it has {what} {first} to {last}") }
}

/// A step and its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    step: StepNumber,
    first: Seq,
    last: Seq,
}

#[derive(Debug)]
pub struct Timeline {
    folder: PathBuf,
    run_folder: Option<RunFolder>,
    records: Vec<Record>,
    steps: Vec<Span>,
    gates: Vec<Seq>,
    artifacts: Vec<ArtifactEntry>,
    trouble: Option<String>,
}

impl Timeline {
    /// Reads the run whose journal and `panes/` lie in `folder`. A run that still goes on is read as far as it got.
    pub fn open(folder: &Path) -> Result<Self, TimelineError> {
        let path = folder.join("journal.jsonl");
        let loaded = journal::read(&path)?;
        if loaded.records.is_empty() {
            return Err(TimelineError::Empty { path });
        }
        let trouble = match (&loaded.broken, &loaded.torn) {
            (Some(broken), _) => Some(format!(
                "the journal is broken at line {} ({}): what came after it cannot be shown",
                broken.line, broken.reason
            )),
            (None, Some(torn)) => {
                Some(format!("the last {} bytes of the journal were not written completely", torn.bytes))
            }
            (None, None) => None,
        };
        let run_folder = run_folder(folder, &loaded.records, &loaded.header.run);
        let artifacts = run_folder.as_ref().map_or_else(Vec::new, |folder| artifacts::list(folder.path()));
        let mut timeline = Self::of(folder.to_path_buf(), loaded.records, artifacts);
        timeline.run_folder = run_folder;
        timeline.trouble = trouble;
        Ok(timeline)
    }

    fn of(folder: PathBuf, records: Vec<Record>, artifacts: Vec<ArtifactEntry>) -> Self {
        let mut steps: Vec<Span> = Vec::new();
        let mut gates = Vec::new();
        for record in &records {
            if let Fact::StepStarted { step, .. } = &record.fact {
                close(&mut steps, record.seq - 1);
                steps.push(Span { step: *step, first: record.seq, last: 0 });
            } else if matches!(record.fact, Fact::StepEnded { .. }) {
                close(&mut steps, record.seq);
            } else if matches!(record.fact, Fact::GateOpened { .. }) {
                gates.push(record.seq);
            }
        }
        close(&mut steps, records.last().map_or(0, |record| record.seq));
        Self { folder, run_folder: None, records, steps, gates, artifacts, trouble: None }
    }

    /// What is wrong with the journal, in a line for people.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    pub fn records(&self) -> &[Record] {
        &self.records
    }

    pub fn last_seq(&self) -> Seq {
        self.records.last().map_or(0, |record| record.seq)
    }

    /// The time of the first record.
    pub fn begin(&self) -> Time {
        self.records.first().map_or_else(Time::default, |record| record.at)
    }

    /// The time of the last record.
    pub fn length(&self) -> Time {
        self.records.last().map_or_else(Time::default, |record| record.at)
    }

    pub(super) fn artifacts(&self) -> &[ArtifactEntry] {
        &self.artifacts
    }

    pub(super) fn recording(&self, pane: &PaneId) -> PathBuf {
        self.folder.join("panes").join(format!("{pane}.cast"))
    }

    /// Where the journal and what lies beside it are.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the run's files for people lie, if that is known.
    pub(super) fn run_folder(&self) -> Option<&RunFolder> {
        self.run_folder.as_ref()
    }

    /// The record with this number. They are counted from 1 without gaps.
    pub(super) fn record(&self, seq: Seq) -> Option<&Record> {
        self.records.get(usize::try_from(seq.checked_sub(1)?).ok()?)
    }

    /// `seq` itself when there is such a record.
    pub fn seq(&self, seq: Seq) -> Result<Seq, TimelineError> {
        match self.record(seq) {
            Some(record) => Ok(record.seq),
            None => Err(TimelineError::NoRecord { seq, last: self.last_seq() }),
        }
    }

    /// The last record of a step: its end, or as far as it got.
    pub fn end_of_step(&self, step: StepNumber) -> Result<Seq, TimelineError> {
        let found = self.steps.iter().find(|span| span.step == step);
        found.map(|span| span.last).ok_or_else(|| {
            let number = |span: Option<&Span>| span.map_or(0, |span| u64::from(span.step.0));
            TimelineError::NoStep { step, first: number(self.steps.first()), last: number(self.steps.last()) }
        })
    }

    /// The last record at or before a time of the run's clock; the first when there is none.
    pub(super) fn at(&self, run: Millis) -> Seq {
        let count = self.records.partition_point(|record| record.at.run <= run);
        self.records.get(count.saturating_sub(1)).map_or(1, |record| record.seq)
    }

    /// Where the first step begins after this record.
    pub(super) fn step_after(&self, seq: Seq) -> Option<Seq> {
        self.steps.iter().map(|span| span.first).find(|first| *first > seq)
    }

    /// Where the last step begins before this record.
    pub(super) fn step_before(&self, seq: Seq) -> Option<Seq> {
        self.steps.iter().rev().map(|span| span.first).find(|first| *first < seq)
    }

    pub(super) fn gate_after(&self, seq: Seq) -> Option<Seq> {
        self.gates.iter().copied().find(|gate| *gate > seq)
    }
}

fn close(steps: &mut [Span], last: Seq) {
    if let Some(open) = steps.last_mut().filter(|span| span.last == 0) {
        open.last = last;
    }
}

/// Where the run's files for people lie.
fn run_folder(folder: &Path, records: &[Record], run: &RunId) -> Option<RunFolder> {
    let Some(Fact::RunCreated { directory, .. }) = records.first().map(|record| &record.fact) else {
        return None;
    };
    Some(RunFolder::kept(folder, run, directory))
}
