//! The run as facts: what may happen, what it means, what must be done next.
//!
//! Owns every word of the loop (run, step, role, gate, verdict, ledger) and the two pure functions that drive it,
//! `decide` and `apply`. It never touches a clock, a file, a thread, a channel, randomness or the environment:
//! time arrives with each input, identities come from sequence numbers.

mod advance;
mod apply;
mod apply_observation;
mod apply_settled;
mod compaction;
mod config;
mod decide;
mod effect;
mod evaluate;
mod explain;
mod fact;
mod fetch;
mod gate;
mod input;
mod ledger;
mod names;
mod news;
mod observation;
mod operator;
mod pace;
mod permission;
mod program;
mod provenance;
mod report;
mod report_text;
mod run;
mod spans;
mod step;
mod summons;
mod text;
mod unguarded;
mod usage;
mod workflow;

pub use apply::apply;
pub use config::{
    AgentDefinition, AgentFound, AgentSpec, Budget, Check, CompactStrategy, ContextPolicy, LoopBounds,
    RoleConfig, RunConfig, Thinking,
};
pub use decide::{Refusal, decide};
pub use effect::{
    CheckResult, CheckpointSide, CompactOutcome, DeliveryChannel, DiffStat, Effect, EffectId, FileChange,
    Outcome, PromptKind, Ran, TimerDue, TimerKind,
};
pub use explain::{NearestBound, bounds, explain, nearest_bound};
pub use fact::{ArtifactEntry, Binding, Fact, PaneChange, Record, RunSummary, TerminalEntry};
pub use fetch::{Fetch, Piece};
pub use gate::{Answer, AnswerKind, Bound, Gate, GateId, GateKind, GateStatus};
pub use input::{Author, AuthorKind, Input, OperatorAct};
pub use ledger::{Call, Compaction, CompactionResult, Ledger, RoleTotals, StepUsage, Totals, short_count};
pub use names::{InstructionId, PaneId, RoleName, RunId, SessionId, slug};
pub use news::news;
pub use observation::{
    LimitInfo, Observation, PermissionRequest, Source, StatusSeen, SumsSeen, TurnEnd, UsageKind, UsageSeen,
};
pub use pace::{Pace, doubled, step_costs};
pub use program::{InterruptKey, PromptBy, TurnEndsBy, UsageCounts, UsageRule};
pub use provenance::{Explanation, Figure, Subject, Told, provenance};
pub use report::{Instruction, ReportSections, Verdict, VerdictReport, WorkerReport, WorkerStatus};
pub use report_text::{parse_verdict_report, parse_worker_report};
pub use run::{
    Activity, Context, Ending, Heard, OwnSums, Pane, PaneState, Pause, PauseMode, RoleState, Run, RunOutcome,
    RunPhase, Session,
};
pub use spans::Spans;
pub use step::{Evidence, Stage, Step, StepNumber, StepOutcome};
pub use summons::{Summons, SummonsKind};
pub use text::Text;
pub use usage::{Cost, CostSource, Money, Tokens};
pub use workflow::{Phase, PhaseKind, PhaseName, ReportKind, Route, Workflow};

/// Milliseconds; which clock is said by the field that holds them.
pub type Millis = u64;

/// The place of a record in its journal, counted from 1.
pub type Seq = u64;

/// When something happened, by both clocks that a run knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Time {
    /// Wall clock in milliseconds since 1970-01-01T00:00:00Z. For people only: it may jump.
    pub wall: Millis,
    /// The run's own monotonic clock: milliseconds since the run was created, not counting time in which no
    /// supervisor was alive. Durations and bounds use this one.
    pub run: Millis,
}
