//! How a run stands, for whoever does not own it: little enough to be made anew after every fact. The whole state stays
//! with the owner and is asked for when somebody wants it.

use super::summaries;
use crate::domain::{Run, RunSummary};
use std::path::Path;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    /// `None` before the first fact.
    pub(super) summary: Option<RunSummary>,
    /// The working tree.
    pub(super) directory: String,
    pub(super) is_over: bool,
    /// It has no process of its own: nothing is lost when its supervisor leaves.
    pub(super) is_parked: bool,
}

impl Standing {
    pub(super) fn of(run: &Run, folder: &Path) -> Self {
        Self {
            summary: summaries::summary(run, folder, true),
            directory: run.directory.clone(),
            is_over: run.is_over(),
            is_parked: run.is_parked(),
        }
    }
}
