//! One execution of one phase.

use super::{
    CheckResult, DiffStat, EffectId, Instruction, PhaseName, PromptKind, RoleName, Text, Time, TurnEnd,
    VerdictReport, WorkerReport,
};
use serde::{Deserialize, Serialize};

/// Counted from 1; shown with four digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepNumber(pub u32);

impl std::fmt::Display for StepNumber {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:04}", self.0)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    pub number: StepNumber,
    pub phase: PhaseName,
    pub role: Option<RoleName>,
    pub model: Option<String>,
    pub thinking: Option<String>,
    pub started: Time,
    pub ended: Option<Time>,
    pub stage: Stage,
    /// What the agent is told next, when the step is being prepared.
    pub next_prompt: PromptKind,
    pub outcome: Option<StepOutcome>,
    /// For worker steps: what is being carried out; for analyst steps: what was issued.
    pub instruction: Option<Instruction>,
    /// Turns of the agent so far: the first prompt, continuations, the reminder.
    pub turns: u32,
    pub continuations: u32,
    pub reminded: bool,
    pub worker_report: Option<WorkerReport>,
    /// The report still lacked required parts when it was passed on.
    pub incomplete: bool,
    pub verdict: Option<VerdictReport>,
    pub last_message: Text,
    /// The prompt as it was sent.
    pub prompt: Text,
    pub last_end: Option<TurnEnd>,
    /// awtui itself interrupted the turn, for a pause.
    pub interrupted_by_us: bool,
    pub evidence: Evidence,
    /// Keys of reports already counted.
    pub report_keys: Vec<String>,
    /// How far the agent last said it was.
    pub progress: Option<String>,
    /// Run milliseconds of the last sign of life in this step.
    pub last_activity: u64,
}

/// Where within its step an agent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The pane, the checkpoint or the compaction are being seen to.
    Preparing,
    /// The prompt is on its way.
    Prompting(EffectId),
    /// The agent works.
    Working,
    /// The turn is over; what it means has not been decided yet.
    TurnOver,
    /// Checks run.
    Checking,
    /// A gate holds this step.
    Held,
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    Completed,
    /// Reported, but with parts missing.
    Incomplete,
    /// The operator sent it back or the run moved on without it.
    Abandoned,
    Aborted,
    Failed,
}

/// What awtui itself saw.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Evidence {
    pub before: Option<String>,
    pub after: Option<String>,
    /// The "before" checkpoint was settled (with or without a commit).
    pub before_settled: bool,
    pub after_settled: bool,
    pub diff: Option<DiffStat>,
    /// By index into the settings' checks.
    pub checks: Vec<(String, CheckResult)>,
}

impl Step {
    pub fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    /// Milliseconds of the run's clock from start to end, or to `now`.
    pub fn wall(&self, now: u64) -> u64 {
        self.ended.map_or(now, |ended| ended.run).saturating_sub(self.started.run)
    }

    /// `0002_worker_result`: the stem of the step's report file, as the original extension names them.
    pub fn file_stem(&self) -> String {
        let kind = match (self.role.as_ref().map(RoleName::as_str), self.phase.as_str()) {
            (None, phase) => phase.to_owned(),
            (Some(role), "plan" | "review") => format!("{role}_{}", self.phase),
            (Some(role), "execute") => format!("{role}_result"),
            (Some(role), phase) => format!("{role}_{phase}"),
        };
        format!("{}_{kind}", self.number)
    }
}
