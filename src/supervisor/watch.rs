//! Notices that files below a folder moved, and says so no more often than a person can read.

use notify::{Config, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// What moved is looked at after this, together with what moves meanwhile.
const PACE: Duration = Duration::from_millis(300);

/// Without a watcher nothing is noticed: the files are looked at whenever the run moves, as ever.
#[derive(Default)]
pub(super) struct Watch {
    watcher: Option<RecommendedWatcher>,
    moved: Arc<Notify>,
    /// When what moved is to be looked at.
    due: Option<Instant>,
}

impl Watch {
    pub(super) fn of(folder: &Path) -> Self {
        let moved = Arc::new(Notify::new());
        let told = Arc::clone(&moved);
        let heard = move |event: notify::Result<notify::Event>| {
            // Reading moves nothing.
            if !event.is_ok_and(|event| event.kind.is_access()) {
                told.notify_one();
            }
        };
        let config = Config::default().with_follow_symlinks(false);
        let watcher = RecommendedWatcher::new(heard, config).and_then(|mut watcher| {
            watcher.watch(folder, RecursiveMode::Recursive)?;
            Ok(watcher)
        });
        if let Err(error) = &watcher {
            tracing::warn!(%error, folder = %folder.display(), "the artifacts are not watched");
        }
        Self { watcher: watcher.ok(), moved, due: None }
    }

    /// Whether it is still to be heard that something moved.
    pub(super) fn listens(&self) -> bool {
        self.watcher.is_some() && self.due.is_none()
    }

    /// Waits until something moves.
    pub(super) async fn moved(&self) {
        self.moved.notified().await;
    }

    pub(super) fn put_off(&mut self) {
        self.due = Some(Instant::now() + PACE);
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether it is time to look.
    pub(super) fn take_due(&mut self) -> bool {
        self.due.take_if(|due| *due <= Instant::now()).is_some()
    }
}
