//! How a run stands, in the few words of a window's title.

use crate::domain::{Run, RunPhase};

/// `awtui ! gate 2 - the task`. In plain characters: not every list of windows shows others.
pub fn title_of(run: &Run, project: &str) -> String {
    if run.id.is_none() {
        return format!("awtui - {project}");
    }
    let mut gates = run.open_gates();
    let state = match (gates.next(), run.summary_phase()) {
        (Some(gate), _) => match gates.count() {
            0 => format!("! gate {}", gate.id),
            more => format!("! {} gates", more + 1),
        },
        (None, phase @ (RunPhase::Paused | RunPhase::TakenOver | RunPhase::Limited)) => {
            format!("= {}", phase.as_str().replace('_', " "))
        }
        (
            None,
            phase @ (RunPhase::Planning
            | RunPhase::Working
            | RunPhase::Checking
            | RunPhase::Reviewing
            | RunPhase::Compacting
            | RunPhase::WaitingForOperator
            | RunPhase::Draining
            | RunPhase::Ending
            | RunPhase::Done
            | RunPhase::Aborted
            | RunPhase::Failed),
        ) => phase.as_str().replace('_', " "),
    };
    format!("awtui {state} - {}", run.task.first_line())
}
