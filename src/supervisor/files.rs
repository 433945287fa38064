//! The files for people: written from the state whenever it moved, and always deletable.

use super::owner::Owner;
use crate::domain::Text;
use std::time::Duration;
use tokio::time::Instant;

/// Files that could not be written are tried again after this.
const RETRY: Duration = Duration::from_secs(2);

impl Owner {
    pub(super) fn write_projections(&mut self) {
        self.wants_projection = false;
        let run = self.engine.run();
        if run.seq == self.projected {
            return;
        }
        let blobs = self.engine.blobs();
        let full = |text: &Text| blobs.text(text).unwrap_or_else(|_| text.summary().to_owned());
        match self.projector.write(run, self.places.run_folder(), &full) {
            Ok(()) => {
                self.projected = run.seq;
                self.unwritten = None;
            }
            Err(error) => {
                // The truth is in the journal; these can be written again at any time.
                let reason = format!("the run folder cannot be written: {error}; it is tried again");
                if self.unwritten.is_none() {
                    tracing::warn!(%reason);
                    self.subscribers.notice(&reason);
                }
                self.unwritten = Some((Instant::now() + RETRY, reason));
                self.wants_projection = true;
            }
        }
        self.show_artifacts();
    }

    /// Tells the clients which artifacts there are, when that changed.
    pub(super) fn show_artifacts(&mut self) {
        let entries = self.places.artifacts();
        if entries != self.artifacts {
            self.subscribers.artifacts(self.places.run(), &entries);
            self.artifacts = entries;
        }
    }
}
