//! Moments to come back to at once. Their number is bounded: the longer the run, the farther they lie apart.

use super::tape::Place;
use crate::domain::{PaneId, Run, Seq, Time};
use crate::glass::{Commands, Events};
use std::collections::BTreeMap;
use std::sync::Arc;

/// More of them would cost more memory than they save time.
const MOST: usize = 64;
/// Records between two of them, at first.
const INTERVAL: u64 = 32;

#[derive(Debug)]
pub(super) struct Keyframe {
    pub(super) run: Run,
    pub(super) commands: Commands,
    pub(super) events: Events,
    pub(super) now: Time,
    pub(super) panes: BTreeMap<PaneId, Arc<PaneFrame>>,
}

/// A pane as it was, as bytes that rebuild it.
#[derive(Debug)]
pub(super) struct PaneFrame {
    pub(super) place: Place,
    pub(super) cols: u16,
    pub(super) rows: u16,
    pub(super) text: String,
    pub(super) exited: Option<i32>,
    pub(super) not_kept: Option<String>,
}

#[derive(Debug)]
pub(super) struct Keyframes {
    frames: BTreeMap<Seq, Keyframe>,
    interval: u64,
}

impl Keyframes {
    pub(super) fn new() -> Self {
        Self { frames: BTreeMap::new(), interval: INTERVAL }
    }

    /// Whether this record should become one.
    pub(super) fn wants(&self, seq: Seq) -> bool {
        seq.is_multiple_of(self.interval) && !self.frames.contains_key(&seq)
    }

    pub(super) fn put(&mut self, seq: Seq, frame: Keyframe) {
        self.frames.insert(seq, frame);
        while self.frames.len() > MOST {
            self.interval *= 2;
            let interval = self.interval;
            self.frames.retain(|seq, _| seq.is_multiple_of(interval));
        }
    }

    /// The last one at or before a record.
    pub(super) fn before(&self, seq: Seq) -> Option<(Seq, &Keyframe)> {
        self.frames.range(..=seq).next_back().map(|(seq, frame)| (*seq, frame))
    }
}
