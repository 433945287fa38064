//! What panes showed last, from their recordings: for panes whose children lived under a supervisor that is gone.

use super::owner::Owner;
use crate::domain::{PaneChange, PaneId};
use crate::recording::{Entry, Reader};
use crate::term::{HISTORY, Screen, Size};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(super) type LastScreens = BTreeMap<PaneId, (u64, PaneChange)>;

impl Owner {
    /// Reads the recording of each role's last pane. A large one takes its time, so the runtime is not held up by it.
    pub(super) async fn find_last_screens(&mut self) {
        let panes: Vec<(PaneId, PathBuf)> = self
            .run()
            .roles
            .values()
            .filter_map(|role| role.pane.clone())
            .map(|pane| (pane.clone(), self.places.recording(&pane)))
            .collect();
        let read = tokio::task::spawn_blocking(|| {
            panes.into_iter().filter_map(|(pane, path)| Some((pane, last_screen(&path)?))).collect()
        });
        self.last_screens = read.await.unwrap_or_default();
    }
}

/// The screen as the recording leaves it, and the offset that it stands for. `None` where nothing was recorded.
fn last_screen(path: &Path) -> Option<(u64, PaneChange)> {
    let mut reader = Reader::open(path).ok()?;
    let first = reader.header().clone();
    // The last segment begins with a snapshot of all before it.
    reader.seek_segment(reader.segments().len().checked_sub(1)?).ok()?;
    let mut screen = Screen::new(Size::new(first.cols, first.rows), HISTORY);
    let mut end = reader.mark().offset;
    // What follows a broken line is not recorded.
    while let Some(Ok((offset, entry))) = reader.next() {
        match entry {
            Entry::Output { text, .. } => screen.feed(text.as_bytes()),
            Entry::Resize { cols, rows, .. } => screen.resize(Size::new(cols, rows)),
            Entry::Snapshot { cols, rows, text, .. } => {
                screen = Screen::new(Size::new(cols, rows), HISTORY);
                screen.feed(text.as_bytes());
            }
            Entry::Exit { .. } | Entry::Other => {}
        }
        end = offset;
    }
    let size = screen.size();
    let text = String::from_utf8_lossy(&screen.snapshot()).into_owned();
    Some((end, PaneChange::Snapshot { cols: size.cols, rows: size.rows, text }))
}
