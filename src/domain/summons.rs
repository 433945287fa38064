//! What a person is called for, who may be elsewhere: somebody is needed, a bound was reached, the run ended. Nothing
//! else, however interesting it may be.

use super::fact::Fact;
use super::gate::GateKind;
use super::run::{Run, RunOutcome};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SummonsKind {
    /// A gate waits for an answer.
    Needed,
    /// A bound was reached; it waits for an answer too.
    Bound,
    Ended,
}

impl SummonsKind {
    /// As the operator's own command gets it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Needed => "needed",
            Self::Bound => "bound",
            Self::Ended => "ended",
        }
    }
}

/// The reason to call a person, in a few words of awtui's own and of the task: nothing in it was said by an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summons {
    pub kind: SummonsKind,
    pub title: String,
    pub message: String,
}

impl Summons {
    /// What this fact calls for; `run` is the run with it.
    pub fn of(fact: &Fact, run: &Run) -> Option<Self> {
        let (kind, title, what) = match fact {
            Fact::GateOpened { gate } => {
                let (kind, title) = match gate.kind {
                    GateKind::BoundReached { .. } => (SummonsKind::Bound, "awtui: a bound was reached"),
                    GateKind::Question
                    | GateKind::Asked { .. }
                    | GateKind::DoneConfirmation
                    | GateKind::IncompleteReport
                    | GateKind::AgentFailed
                    | GateKind::Interrupted
                    | GateKind::Permission { .. }
                    | GateKind::CheckFailing { .. }
                    | GateKind::InDoubt
                    | GateKind::Compaction
                    | GateKind::Workflow => (SummonsKind::Needed, "awtui needs you"),
                };
                (kind, title, format!("gate {}: {}", gate.id, gate.kind.title()))
            }
            Fact::RunEnded { outcome, .. } => {
                let (title, what) = match outcome {
                    RunOutcome::Done => ("awtui: done", "the run is done"),
                    RunOutcome::Aborted => ("awtui: aborted", "the run was aborted"),
                    RunOutcome::Failed => ("awtui: failed", "the run failed"),
                };
                (SummonsKind::Ended, title, what.to_owned())
            }
            Fact::RunCreated { .. }
            | Fact::Recovered
            | Fact::PhaseEntered { .. }
            | Fact::StepStarted { .. }
            | Fact::StepEnded { .. }
            | Fact::TurnPlanned { .. }
            | Fact::InstructionIssued { .. }
            | Fact::Requested { .. }
            | Fact::Settled { .. }
            | Fact::SessionOpened { .. }
            | Fact::Observed { .. }
            | Fact::WorkerReported { .. }
            | Fact::VerdictReported { .. }
            | Fact::ReportRefused { .. }
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
            | Fact::PaneResized { .. } => return None,
        };
        let message = format!("{what} - {}", run.task.first_line());
        Some(Self { kind, title: title.to_owned(), message })
    }
}
