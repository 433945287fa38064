//! One pane as a UI sees it.

use crate::domain::PaneChange;
use crate::term::{HISTORY, Screen, Signal, Size};

#[derive(Debug)]
pub struct PaneGlass {
    pub screen: Screen,
    /// How much of the pane's recording the screen has been fed.
    pub offset: u64,
    /// How often its program rang.
    pub bells: u64,
    /// What the child ended with.
    pub exited: Option<i32>,
    /// Why what it showed at this moment is not known; the screen is empty, or the last one that is known.
    pub not_kept: Option<String>,
}

impl PaneGlass {
    /// A pane of which only the size is known, or not even that.
    pub(super) fn blank(size: Option<(u16, u16)>) -> Self {
        let (cols, rows) = size.filter(|(cols, rows)| *cols > 0 && *rows > 0).unwrap_or((120, 40));
        Self {
            screen: Screen::new(Size::new(cols, rows), HISTORY),
            offset: 0,
            bells: 0,
            exited: None,
            not_kept: None,
        }
    }

    pub(super) fn change(&mut self, end: u64, change: PaneChange) {
        match change {
            PaneChange::Output { text } => self.screen.feed(text.as_bytes()),
            PaneChange::Resized { cols, rows } => self.screen.resize(Size::new(cols, rows)),
            PaneChange::Exited { status } => self.exited = Some(status),
            PaneChange::Snapshot { cols, rows, text } => {
                self.screen = Screen::new(Size::new(cols, rows), HISTORY);
                self.screen.feed(text.as_bytes());
                self.not_kept = None;
            }
        }
        self.offset = end;
        // The supervisor's own screen answers the child and reads its signals; here both would only pile up.
        drop(self.screen.take_replies());
        let rang = self.screen.take_signals().contains(&Signal::Bell);
        self.bells += u64::from(rang);
    }

    pub(super) fn not_kept(&mut self, end: u64, reason: String, blank: bool) {
        if blank {
            self.screen = Screen::new(self.screen.size(), HISTORY);
        }
        self.not_kept = Some(reason);
        self.offset = end;
    }
}
