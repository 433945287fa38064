//! Facts: the only thing a journal holds.

use super::{
    Answer, Author, Effect, EffectId, Gate, GateId, Instruction, Observation, Outcome, PaneId, PauseMode,
    PhaseName, PromptKind, Ran, RoleName, RunConfig, RunId, RunOutcome, Seq, SessionId, Source, StepNumber,
    StepOutcome, Text, Time, VerdictReport, WorkerReport, Workflow,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub seq: Seq,
    pub at: Time,
    /// For panes whose output moved since the record before: the length in bytes of their recording.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub panes: BTreeMap<PaneId, u64>,
    pub fact: Fact,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Fact {
    RunCreated {
        run: RunId,
        task: Text,
        /// The run's working tree.
        directory: String,
        workflow: Workflow,
        config: RunConfig,
        author: Author,
    },
    /// A supervisor took the run over after a restart; every pane of before is gone.
    Recovered,
    PhaseEntered {
        phase: PhaseName,
    },
    StepStarted {
        step: StepNumber,
        phase: PhaseName,
        role: Option<RoleName>,
    },
    StepEnded {
        step: StepNumber,
        outcome: StepOutcome,
    },
    /// The step needs another turn of its agent, with this prompt.
    TurnPlanned {
        step: StepNumber,
        prompt: PromptKind,
    },
    InstructionIssued {
        step: StepNumber,
        instruction: Instruction,
    },
    Requested {
        effect: Effect,
    },
    Settled {
        effect: EffectId,
        outcome: Outcome,
        /// What was run for it, in this order, as far as that is told.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ran: Vec<Ran>,
    },
    SessionOpened {
        session: SessionId,
        role: RoleName,
    },
    Observed {
        pane: PaneId,
        step: Option<StepNumber>,
        source: Source,
        observation: Observation,
    },
    WorkerReported {
        step: StepNumber,
        key: String,
        report: WorkerReport,
    },
    VerdictReported {
        step: StepNumber,
        key: String,
        report: VerdictReport,
    },
    /// A report that came when nothing waited for it: kept, not applied.
    ReportRefused {
        pane: PaneId,
        key: String,
        reason: String,
        text: Text,
    },
    GateOpened {
        gate: Gate,
    },
    GateAnswered {
        gate: GateId,
        answer: Answer,
        author: Author,
    },
    GateWithdrawn {
        gate: GateId,
        reason: String,
    },
    /// The operator's answer raised a bound: the new limits.
    BoundExtended {
        gate: GateId,
        bound: super::Bound,
    },
    Paused {
        mode: PauseMode,
        reason: String,
        author: Author,
    },
    Resumed {
        author: Author,
    },
    TakenOver {
        pane: PaneId,
        author: Author,
    },
    HandedBack {
        author: Author,
    },
    AbortAsked {
        reason: String,
        author: Author,
    },
    Noted {
        text: Text,
        author: Author,
    },
    Said {
        role: RoleName,
        text: Text,
        author: Author,
    },
    /// The operator wants this role's context compacted.
    CompactionAsked {
        role: RoleName,
        author: Author,
    },
    PaneResized {
        pane: PaneId,
        cols: u16,
        rows: u16,
    },
    RunEnded {
        outcome: RunOutcome,
        reason: String,
    },
}

/// What happened to a pane's terminal, in the order of its recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum PaneChange {
    /// Decoded and masked text of the child.
    Output {
        text: String,
    },
    Resized {
        cols: u16,
        rows: u16,
    },
    Exited {
        status: i32,
    },
    /// Bytes that rebuild the screen at this size: sent on attach and in place of a flood.
    Snapshot {
        cols: u16,
        rows: u16,
        text: String,
    },
}

/// One run in a list of runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSummary {
    pub run: RunId,
    pub task: String,
    /// As `RunPhase` is written: `planning`, `paused`, `done`, ...
    pub phase: String,
    pub live: bool,
    /// Wall milliseconds.
    pub created: u64,
    pub ended: Option<u64>,
    pub steps: u32,
    pub open_gates: u32,
    pub cost: super::Money,
    /// Part of the cost is unknown.
    pub cost_incomplete: bool,
    /// The cost in words, with what is estimated or missing.
    #[serde(default)]
    pub spent: String,
    /// Where `state.md` and its neighbours lie.
    pub folder: String,
    /// One sentence: where it stands.
    #[serde(default)]
    pub says: String,
    /// Wall milliseconds; since when it waits for a person, if it does.
    #[serde(default)]
    pub waiting_since: Option<u64>,
    /// The operator put it away: lists leave it out until it is asked for.
    #[serde(default)]
    pub archived: bool,
    #[serde(default)]
    pub bindings: Vec<Binding>,
}

/// Who plays a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    pub role: super::RoleName,
    pub agent: String,
    /// `None`: the agent's own default.
    pub model: Option<String>,
}

/// A terminal that the operator opened beside the agents: no part of any run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalEntry {
    /// `terminal.<number>`; the number is the lowest that was free.
    pub pane: PaneId,
    /// What runs in it, as a person wrote it; empty: their shell.
    pub command: String,
    /// What it ended with, as shells count it; `None` while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exited: Option<i32>,
    /// What was started, as a shell would be given it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ran: String,
    /// Wall milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<u64>,
    /// Wall milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<u64>,
}

impl TerminalEntry {
    /// What people call it.
    pub fn name(&self) -> &str {
        if self.command.is_empty() { "shell" } else { &self.command }
    }
}

/// A file under the run's `artifacts/` folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactEntry {
    /// Relative to the run folder, `/` between parts.
    pub path: String,
    pub bytes: u64,
    /// Wall milliseconds.
    pub modified: u64,
    pub is_folder: bool,
}
