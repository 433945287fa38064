//! What must be done in the world. An effect is a fact first; it is open until its outcome is a fact too.

use super::{PaneId, RoleName, SessionId, StepNumber, Text, Time};
use serde::{Deserialize, Serialize};

/// The sequence number of the record that requested the effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EffectId(pub u64);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "effect")]
pub enum Effect {
    /// Start the role's agent in a new pane; resume the session when its agent id is known. Settled when the agent
    /// takes prompts, or failed to.
    Spawn { pane: PaneId, session: SessionId, role: RoleName },
    /// Deliver a prompt; rendered from its kind and the state by the supervisor. Settled when its arrival is confirmed.
    Prompt { pane: PaneId, step: StepNumber, prompt: PromptKind },
    /// Stop the turn that runs in the pane.
    Interrupt { pane: PaneId },
    /// The agent's own compaction, with focus instructions. Settled when it ended.
    Compact { pane: PaneId },
    /// Tell the agent the operator's answer to its question. Settled when the answer is on its way.
    AnswerPermission { pane: PaneId, ask: String, allow: bool, note: Text },
    /// Ask the agent to leave, then end its process group. Settled when the child is gone.
    Quit { pane: PaneId },
    /// Run one check of the settings to its end.
    RunCheck { step: StepNumber, check: usize },
    /// Record the work tree as a commit object on a hidden ref.
    Checkpoint { step: StepNumber, side: CheckpointSide },
    /// Feed back a settled outcome at `due` on the run's clock.
    Timer { timer: TimerKind, due: TimerDue },
    /// End every process of the run: panes, checks, and what carries the run's marker.
    KillAll,
}

impl Effect {
    /// The pane that something is done in or said to. A timer only watches.
    pub(super) fn pane(&self) -> Option<&PaneId> {
        match self {
            Self::Spawn { pane, .. }
            | Self::Prompt { pane, .. }
            | Self::Interrupt { pane }
            | Self::Compact { pane }
            | Self::AnswerPermission { pane, .. }
            | Self::Quit { pane } => Some(pane),
            Self::RunCheck { .. } | Self::Checkpoint { .. } | Self::Timer { .. } | Self::KillAll => None,
        }
    }
}

/// When a timer is due: on the run's clock, or for provider resets only on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerDue {
    Run(u64),
    Wall(u64),
}

impl TimerDue {
    pub fn is_due(self, at: Time) -> bool {
        match self {
            Self::Run(due) => at.run >= due,
            Self::Wall(due) => at.wall >= due,
        }
    }
}

/// What a timer is for. The state decides whether it still matters when it fires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "of")]
pub enum TimerKind {
    /// No sign of life of this pane in this step.
    Idle { pane: PaneId, step: StepNumber },
    /// A compaction takes too long.
    CompactionWatchdog { pane: PaneId },
    /// A provider limit of this role is over.
    LimitReset { role: RoleName },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckpointSide {
    Before,
    After,
}

/// Which prompt to render. The text itself is a projection of the state and the templates; what was really sent is
/// recorded with the outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "of")]
pub enum PromptKind {
    /// The phase's own prompt, by the template it names.
    Phase { template: String },
    /// The report lacked these sections: go on with the same instruction.
    Continue { missing: Vec<String> },
    /// No verdict or no report was found: say it once more.
    Remind,
    /// A turn was interrupted by a pause or a restart: go on where you were.
    Resume,
    /// The operator's own words.
    Say { text: Text },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryChannel {
    Bridge,
    Server,
    Argument,
    Paste,
}

/// How an effect ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// Spawn: the child runs and its agent takes prompts.
    Started,
    /// Prompt: it arrived. `text` is what was sent, marker included.
    Delivered {
        channel: DeliveryChannel,
        confirmed: bool,
        text: Text,
    },
    Compacted {
        result: CompactOutcome,
    },
    Checked {
        result: CheckResult,
    },
    /// Checkpoint: the commit and, for `After`, what changed since `Before`. No commit: no git here.
    Checkpointed {
        commit: Option<String>,
        diff: Option<DiffStat>,
    },
    /// Timer.
    Fired,
    /// `Interrupt`, `Quit`, `KillAll`: carried out.
    Done,
    /// It could not be done; the reason is for people.
    Failed {
        reason: String,
    },
    /// Nobody knows whether it happened (prompt after a crash).
    Unconfirmed {
        reason: String,
    },
    /// No longer wanted.
    Canceled,
}

/// A program that awtui ran for an effect.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ran {
    /// Where it ran, if in a pane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pane: Option<PaneId>,
    /// As a shell would be given it.
    pub command: Text,
    /// `None`: it goes on, or `said` tells why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i32>,
    /// What it, or the system, said of its failure.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub said: String,
}

impl Ran {
    /// One in a pane, that goes on.
    pub fn started(pane: PaneId, command: impl Into<Text>) -> Self {
        Self { pane: Some(pane), command: command.into(), ..Self::default() }
    }

    /// It is over.
    #[must_use]
    pub fn ended(self, code: Option<i32>, signal: Option<i32>) -> Self {
        let said = match (code, signal) {
            (Some(_), _) => String::new(),
            (None, Some(signal)) => format!("ended by signal {signal}"),
            (None, None) => "ended, nobody knows how".to_owned(),
        };
        Self { code, said, ..self }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum CompactOutcome {
    Done {
        before: Option<u64>,
        after: Option<u64>,
    },
    /// The agent had nothing to compact. Not an error.
    Nothing,
    /// The agent has no compaction of its own: its context is handed over to a fresh session instead.
    Unable {
        reason: String,
    },
    Failed {
        reason: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// `None`: ended by a signal, a timeout, or not started; `reason` says which.
    pub code: Option<i32>,
    pub reason: Option<String>,
    /// Milliseconds.
    pub wall: u64,
    /// The last lines of its output.
    pub output: Text,
}

impl CheckResult {
    pub fn passed(&self) -> bool {
        self.code == Some(0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DiffStat {
    pub files: Vec<FileChange>,
    /// Names of untracked files that were too large to record.
    #[serde(default)]
    pub skipped: Vec<String>,
    /// The patch.
    pub patch: Text,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    pub path: String,
    /// Lines; `None` for a binary file.
    pub added: Option<u64>,
    pub removed: Option<u64>,
}
