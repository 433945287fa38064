//! A gate: a question that blocks the run until a person answers. Only a person decides.

use super::{Author, CheckResult, RoleName, StepNumber, Text, Time};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GateId(pub u32);

impl std::fmt::Display for GateId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    pub id: GateId,
    #[serde(flatten)]
    pub kind: GateKind,
    /// Who asks; `None` when awtui itself does.
    pub asked_by: Option<RoleName>,
    /// One sentence.
    pub question: Text,
    /// What the operator should look at, one item a line.
    pub evidence: Vec<String>,
    /// The answers that make sense here, the safe one first.
    pub answers: Vec<AnswerKind>,
    /// The step that the gate is bound to: its approval is refused once the run has moved on.
    pub step: Option<StepNumber>,
    pub opened: Time,
    pub status: GateStatus,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum GateKind {
    /// The analyst said `NEEDS_OPERATOR`.
    Question,
    /// An agent asks in the middle of its turn; `key` is that of its call. Nothing new begins until it is answered, and
    /// the one who asked is told the answer.
    Asked { key: String },
    /// The analyst said DONE.
    DoneConfirmation,
    /// No usable report or verdict after the reminder.
    IncompleteReport,
    /// A bound of the settings was reached.
    BoundReached { bound: Bound },
    /// The agent could not start, failed, or left.
    AgentFailed,
    /// A turn was interrupted by nobody that awtui knows.
    Interrupted,
    /// An agent asks for permission; `ask` names its question.
    Permission { ask: String, tool: String },
    /// The same required check failed again and again.
    CheckFailing { check: String, result: CheckResult },
    /// After a crash: nobody knows whether this happened.
    InDoubt,
    /// A compaction failed, hung, or two came without progress between them.
    Compaction,
    /// A gate phase of the workflow.
    Workflow,
}

impl GateKind {
    /// Whether nothing goes on in the gate's step until it is answered. A permission question and an idle turn leave
    /// the turn itself running.
    pub fn holds_step(&self) -> bool {
        !matches!(self, Self::Permission { .. } | Self::BoundReached { bound: Bound::Idle { .. } })
    }

    /// Whether the gate's step stands still as soon as it is open. A question asked in a turn leaves the turn running.
    pub fn stops_step(&self) -> bool {
        self.holds_step() && !matches!(self, Self::Asked { .. })
    }

    /// Two or three words for lists.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Question | Self::Asked { .. } => "question",
            Self::DoneConfirmation => "confirm done",
            Self::IncompleteReport => "incomplete report",
            Self::BoundReached { .. } => "bound reached",
            Self::AgentFailed => "agent failed",
            Self::Interrupted => "interrupted",
            Self::Permission { .. } => "permission",
            Self::CheckFailing { .. } => "check failing",
            Self::InDoubt => "in doubt",
            Self::Compaction => "compaction",
            Self::Workflow => "approval",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "of")]
pub enum Bound {
    Rounds {
        limit: u32,
    },
    Autonomy {
        limit: u64,
    },
    Idle {
        limit: u64,
    },
    Cost {
        limit: super::Money,
    },
    Tokens {
        limit: u64,
    },
    /// The same diff came out of this many worker steps in a row.
    NoProgress {
        times: u32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// Yes: what the question proposes happens.
    Approve,
    /// No: what that means is said by the gate's evidence.
    Reject,
    /// Words for the one who asked.
    Answer,
    /// Try the same again.
    Retry,
    /// End the run.
    Abort,
}

impl AnswerKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Answer => "answer",
            Self::Retry => "retry",
            Self::Abort => "abort",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub kind: AnswerKind,
    /// A note with approve or reject; required with answer.
    #[serde(default)]
    pub text: Text,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum GateStatus {
    Open,
    Answered {
        answer: Answer,
        author: Author,
        at: Time,
    },
    /// It lost its subject: the run ended, the question was withdrawn.
    Withdrawn {
        reason: String,
        at: Time,
    },
}

impl Gate {
    pub fn is_open(&self) -> bool {
        matches!(self.status, GateStatus::Open)
    }
}
