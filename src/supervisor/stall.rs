//! What happens while the disk takes nothing: the run stops starting anything, keeps what it has learned, says so, and
//! goes on by itself once the disk takes it.
//!
//! Nothing that could not be written is acknowledged: an operator's act is refused with the reason, an agent's report is
//! answered with it, and what was seen waits in its order.

use super::owner::Owner;
use crate::domain::PaneId;
use std::time::Duration;
use tokio::time::Instant;

const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// When the disk is tried again, and what is known of it.
#[derive(Default)]
pub(super) struct Stall {
    journal: Option<String>,
    recordings: Option<String>,
    retry: Option<(Instant, Duration)>,
}

impl Stall {
    /// Why nothing is taken in, while that is so.
    pub(super) fn reason(&self) -> Option<&str> {
        self.journal.as_deref()
    }

    /// Everything that cannot be written now.
    pub(super) fn reasons(&self) -> impl Iterator<Item = &str> {
        self.journal.iter().chain(&self.recordings).map(String::as_str)
    }

    pub(super) fn retry_at(&self) -> Option<Instant> {
        self.retry.map(|(at, _)| at)
    }

    /// Waits twice as long as the last time.
    fn wait(&mut self) {
        let now = Instant::now();
        let (at, wait) = match self.retry {
            // Still waiting for the try that was set before.
            Some((at, wait)) if at > now => (at, wait),
            Some((_, wait)) => {
                let wait = (wait * 2).min(LONGEST_WAIT);
                (now + wait, wait)
            }
            None => (now + FIRST_WAIT, FIRST_WAIT),
        };
        self.retry = Some((at, wait));
    }
}

impl Owner {
    /// The journal took nothing. Returns the words for whoever waits for an answer.
    pub(super) fn journal_failed(&mut self, error: &dyn std::fmt::Display) -> String {
        let reason = format!(
            "the journal cannot be written: {error}; nothing was recorded, and the run waits until it can be"
        );
        self.stall.wait();
        if self.stall.journal.is_none() {
            tracing::error!(%reason);
            self.subscribers.notice(&reason);
        }
        self.stall.journal = Some(reason.clone());
        reason
    }

    /// The journal took something.
    pub(super) fn journal_works(&mut self) {
        if self.stall.journal.take().is_some() {
            tracing::info!("the journal can be written again");
            self.subscribers.notice("the journal can be written again; the run goes on");
            if self.stall.recordings.is_none() {
                self.stall.retry = None;
            }
        }
    }

    /// A recording took nothing: what the pane said meanwhile is kept and shown once it does.
    pub(super) fn recording_failed(&mut self, pane: &PaneId, error: &std::io::Error) {
        self.stall.wait();
        if self.stall.recordings.is_none() {
            let reason = format!(
                "the recording of {pane} cannot be written: {error}; its output waits until it can be"
            );
            tracing::error!(%reason);
            self.subscribers.notice(&reason);
            self.stall.recordings = Some(reason);
        }
    }

    /// Tries the disk again, when it is time to.
    pub(super) fn retry(&mut self) {
        if self.stall.retry_at().is_none_or(|at| at > Instant::now()) {
            return;
        }
        let panes: Vec<PaneId> = self.desks.keys().cloned().collect();
        let at = self.clock.now().run;
        let before = self.stall.recordings.take();
        for pane in panes {
            let caught_up = self
                .desks
                .get_mut(&pane)
                .filter(|desk| desk.terminal.is_behind())
                .map(|desk| desk.terminal.catch_up(at));
            self.on_heard(&pane, at, caught_up);
        }
        if before.is_some() && self.stall.recordings.is_none() {
            self.subscribers.notice("the recordings can be written again");
        } else if before.is_some() {
            // It was said already.
            self.stall.recordings = before;
        }
        if self.stall.journal.is_some() {
            if self.engine.needs_sync() {
                self.sync();
            }
            if self.must_recover {
                self.recover_now();
            }
            self.work_off();
            if self.inputs.is_empty() && !self.engine.needs_sync() && !self.must_recover {
                // Nothing waits: whoever wants something next tries it.
                self.stall.journal = None;
            }
        }
        if self.stall.journal.is_none() && self.stall.recordings.is_none() {
            self.stall.retry = None;
        }
    }
}
