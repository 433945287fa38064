//! What the screen looks at: its parts are asked of the supervisor, and made into documents beside the loop.

use super::{Asked, Screen};
use crate::client::ClientError;
use crate::domain::Piece;
use crate::ui::{Ask, Made, Syntaxes, Work};
use crate::wire::{Body, Reply};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;
use tokio::time::{Duration, Instant};

/// What was made elsewhere comes back by this.
pub(in crate::client) struct Workshop {
    sender: mpsc::UnboundedSender<Made>,
    made: mpsc::UnboundedReceiver<Made>,
    /// Unpacked by the first work that has something to colour.
    syntaxes: Arc<Syntaxes>,
    /// What was begun last: only that is worth taking long.
    newest: Arc<AtomicU64>,
}

impl Workshop {
    pub(in crate::client) fn new() -> Self {
        let (sender, made) = mpsc::unbounded_channel();
        Self { sender, made, syntaxes: Arc::default(), newest: Arc::default() }
    }

    /// Never without an end: the workshop holds a sender itself.
    pub(in crate::client) async fn next(&mut self) -> Option<Made> {
        self.made.recv().await
    }

    pub(in crate::client) fn begin(&self, work: Work) {
        let sender = self.sender.clone();
        let (syntaxes, newest) = (Arc::clone(&self.syntaxes), Arc::clone(&self.newest));
        let own = newest.fetch_add(1, Ordering::Relaxed) + 1;
        tokio::task::spawn_blocking(move || {
            let wanted = || newest.load(Ordering::Relaxed) == own && !sender.is_closed();
            // Nobody waits for it any more when this fails.
            let _ = sender.send(work.run(&syntaxes, &wanted));
        });
    }
}

impl Screen<'_> {
    /// When the screen changes by itself because somebody waits.
    pub(super) fn wakes_at(&self) -> Option<Instant> {
        let due = [self.ui.wakes_at(), self.ui.waiting_changes_at()].into_iter().flatten().min();
        due.map(|at| self.origin + Duration::from_millis(at))
    }

    pub(super) async fn fetched(
        &mut self,
        id: u64,
        result: Result<Reply, String>,
    ) -> Result<(), ClientError> {
        let piece = result.and_then(|reply| {
            if let Reply::Piece { bytes, offset, total } = reply {
                Ok(Piece { bytes: bytes.0, offset, total })
            } else {
                Err("the supervisor is of another version and answered something else".to_owned())
            }
        });
        let asks = self.ui.fetched(id, piece);
        self.request_frame();
        self.look(asks).await
    }

    pub(super) async fn made(&mut self, made: Made) -> Result<(), ClientError> {
        let asks = self.ui.prepared(made);
        self.request_frame();
        self.look(asks).await
    }

    /// Carries out what is asked for to look at something.
    pub(super) async fn look(&mut self, asks: Vec<Ask>) -> Result<(), ClientError> {
        let mut asks = VecDeque::from(asks);
        while let Some(ask) = asks.pop_front() {
            if let Ask::Prepare(work) = ask {
                self.workshop.begin(work);
            } else if let Ask::Fetch { id, what, offset, limit } = ask {
                match self.run.clone().filter(|_| self.session.is_some()) {
                    Some(run) => {
                        let body = Body::Fetch { run, what, offset, limit: Some(limit) };
                        self.send(body, Asked::Fetch(id)).await?;
                    }
                    None => {
                        let reason = "the supervisor is out of reach".to_owned();
                        asks.extend(self.ui.fetched(id, Err(reason)));
                    }
                }
            }
        }
        Ok(())
    }

    /// Nobody answers any more what was asked for.
    pub(super) fn give_up_fetching(&mut self) {
        for asked in std::mem::take(&mut self.asked).into_values() {
            if let Asked::Fetch(id) = asked {
                self.ui.fetched(id, Err("the connection to the supervisor was lost".to_owned()));
            }
        }
    }
}
