//! Folding a record into the state: total, cannot fail.

use super::{Record, Run};

/// Folds one record into the state.
pub fn apply(run: &mut Run, record: &Record) {
    run.seq = record.seq;
    run.now = record.at;
}
