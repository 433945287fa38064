//! Everything that can happen to a run, as one closed list.

use super::{
    Answer, EffectId, GateId, Observation, Outcome, PaneId, PauseMode, Ran, RoleName, RunConfig, RunId,
    Source, Text, VerdictReport, WorkerReport, Workflow,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Create {
        run: RunId,
        task: Text,
        directory: String,
        workflow: Workflow,
        config: RunConfig,
        author: Author,
    },
    Operator {
        author: Author,
        act: OperatorAct,
    },
    Observed {
        pane: PaneId,
        source: Source,
        observation: Observation,
    },
    /// The agent of this pane reported by a tool; `key` makes a repeated call count once.
    WorkerReported {
        pane: PaneId,
        key: String,
        report: WorkerReport,
    },
    VerdictReported {
        pane: PaneId,
        key: String,
        report: VerdictReport,
    },
    /// The agent of this pane puts a question to the operator; `key` makes a repeated call count once.
    GateAsked {
        pane: PaneId,
        key: String,
        question: Text,
    },
    Settled {
        effect: EffectId,
        outcome: Outcome,
        /// What was run for it.
        ran: Vec<Ran>,
    },
    /// The effect was requested before a restart and never settled.
    Lost {
        effect: EffectId,
    },
    /// A supervisor took the run over after a restart: no child of the old one lives.
    Recovered,
    PaneResized {
        pane: PaneId,
        cols: u16,
        rows: u16,
    },
}

/// Who did it. Every decision carries one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    pub kind: AuthorKind,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    /// A person at the screen.
    Operator,
    /// A person at the command line.
    Cli,
    /// The demo's own script.
    DemoScript,
    /// awtui itself.
    Awtui,
}

impl Author {
    pub fn new(kind: AuthorKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }

    pub fn awtui() -> Self {
        Self::new(AuthorKind::Awtui, "awtui")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "act")]
pub enum OperatorAct {
    Pause {
        mode: PauseMode,
        reason: String,
    },
    Resume,
    Abort {
        reason: String,
    },
    /// For the next prompts of every role.
    Note {
        text: Text,
    },
    /// Said to one role now (steering) or as its next prompt.
    Say {
        role: RoleName,
        text: Text,
    },
    /// The role's context is compacted as soon as its pane is at rest.
    Compact {
        role: RoleName,
    },
    AnswerGate {
        gate: GateId,
        answer: Answer,
    },
    /// The operator types into the pane: the loop holds.
    TakeOver {
        pane: PaneId,
    },
    HandBack,
}
