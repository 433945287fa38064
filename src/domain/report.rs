//! What an agent says at the end of a step. Typed when it arrives by a tool; else parsed strictly by headings. Prose is
//! never searched for keywords.

use super::{InstructionId, Text};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    NeedsWorker,
    NeedsOperator,
    Done,
    Abort,
}

impl Verdict {
    pub const ALL: [Self; 4] = [Self::NeedsWorker, Self::NeedsOperator, Self::Done, Self::Abort];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeedsWorker => "NEEDS_WORKER",
            Self::NeedsOperator => "NEEDS_OPERATOR",
            Self::Done => "DONE",
            Self::Abort => "ABORT",
        }
    }
}

/// The one bounded piece of work that the analyst authorises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instruction {
    /// Empty when the analyst named none: awtui then makes one from the step and the goal.
    pub id: InstructionId,
    pub goal: Text,
    #[serde(default)]
    pub files: Vec<String>,
    #[serde(default)]
    pub commands: Vec<String>,
    #[serde(default)]
    pub stop_when: Vec<String>,
    /// What the worker must report.
    #[serde(default)]
    pub report: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictReport {
    pub verdict: Verdict,
    #[serde(default)]
    pub reason: Text,
    /// With `NEEDS_WORKER`.
    #[serde(default)]
    pub instruction: Option<Instruction>,
    /// Operational memory: failed commands, caveats, slow steps.
    #[serde(default)]
    pub memory: Vec<String>,
    /// With `NEEDS_OPERATOR`.
    #[serde(default)]
    pub questions: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkerStatus {
    Done,
    Partial,
    Blocked,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerReport {
    pub instruction_id: Option<InstructionId>,
    /// `None` when the report came as text, which carries no status.
    pub status: Option<WorkerStatus>,
    #[serde(flatten)]
    pub sections: ReportSections,
}

/// The eight sections of a worker's report; an empty one is missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportSections {
    pub task_understood: Text,
    pub actions_taken: Text,
    pub result: Text,
    pub validation: Text,
    pub artifacts: Text,
    pub issues: Text,
    pub recommendation: Text,
    pub handoff: Text,
}

impl ReportSections {
    /// Each section with the heading that a report as text gives it.
    pub fn named(&self) -> [(&'static str, &Text); 8] {
        [
            ("Task understood", &self.task_understood),
            ("Actions taken", &self.actions_taken),
            ("Result", &self.result),
            ("Validation", &self.validation),
            ("Diff / artifacts", &self.artifacts),
            ("Issues / risks / lessons", &self.issues),
            ("Worker recommendation / next steps", &self.recommendation),
            ("Stop / handoff", &self.handoff),
        ]
    }

    /// In the order of [`Self::named`].
    pub fn texts_mut(&mut self) -> [&mut Text; 8] {
        [
            &mut self.task_understood,
            &mut self.actions_taken,
            &mut self.result,
            &mut self.validation,
            &mut self.artifacts,
            &mut self.issues,
            &mut self.recommendation,
            &mut self.handoff,
        ]
    }

    /// The headings of the sections that are empty.
    pub fn missing(&self) -> Vec<&'static str> {
        self.named().into_iter().filter(|(_, text)| text.is_empty()).map(|(name, _)| name).collect()
    }
}
