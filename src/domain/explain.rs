//! Why the run stands where it stands, in words, from the same state that decides.

use super::{Run, RunPhase, Time};

/// The bound that would stop the run first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearestBound {
    /// `round 4/20`, `$3.10/$20.00`, `context worker 78%`.
    pub label: String,
    /// Parts per thousand of the bound that are used up.
    pub used: u32,
}

/// One sentence: what the run waits for.
pub fn explain(_run: &Run) -> String {
    String::new()
}

/// The nearest of all bounds, or `None` when none is set or none can be measured.
pub fn nearest_bound(_run: &Run, _now: Time) -> Option<NearestBound> {
    None
}

impl Run {
    /// The run in one word.
    pub fn summary_phase(&self) -> RunPhase {
        RunPhase::Planning
    }
}
