//! One pane's recording on its way into a glass.

use crate::domain::{Millis, PaneChange, PaneId};
use crate::glass::{Glass, GlassEvent};
use crate::recording::{Entry, Mark, Reader, RecordingError};
use std::path::Path;

/// Where a tape stands, to come back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    mark: Option<Mark>,
    offset: u64,
}

#[derive(Debug)]
pub(super) struct Tape {
    pane: PaneId,
    /// `None`: why it cannot be read is in `missing`.
    reader: Option<Reader>,
    missing: String,
    /// A line of it cannot be read; what follows cannot be shown.
    damaged: bool,
    /// The entry that comes next, with the offset behind it.
    next: Option<(u64, Entry)>,
    /// Behind the entry that was fed last.
    mark: Option<Mark>,
    /// What was fed, or could not be.
    offset: u64,
}

impl Tape {
    /// A tape at its start. That a recording is not there shows in the pane, not here.
    pub(super) fn open(pane: PaneId, path: &Path) -> Self {
        let mut tape = Self {
            pane,
            reader: None,
            missing: String::new(),
            damaged: false,
            next: None,
            mark: None,
            offset: 0,
        };
        match Reader::open(path) {
            Ok(reader) => tape.reader = Some(reader),
            Err(error) => tape.lose(&error),
        }
        tape
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    pub(super) fn place(&self) -> Place {
        Place { mark: self.mark, offset: self.offset }
    }

    /// Goes back to a place. The caller shows what the pane showed there.
    pub(super) fn restore(&mut self, place: Place) {
        (self.mark, self.offset) = (place.mark, place.offset);
        self.next = None;
        let Some(reader) = &mut self.reader else { return };
        let result = match place.mark {
            Some(mark) => reader.resume(mark),
            None => reader.seek(0),
        };
        match result {
            Ok(()) if place.mark.is_some() => self.peek(),
            Ok(()) => {}
            Err(error) => self.lose(&error),
        }
    }

    /// Feeds everything up to `target`. What of it is not kept is said in the pane.
    pub(super) fn feed_to(&mut self, target: u64, glass: &mut Glass) {
        if target <= self.offset {
            return;
        }
        self.begin(glass);
        self.skip_segments(target);
        while let Some((end, entry)) = self.next.take_if(|(end, _)| *end <= target) {
            self.feed(end, entry, glass);
        }
        if self.offset < target {
            self.offset = target;
            let (reason, blank) = if self.reader.is_none() {
                (self.missing.clone(), true)
            } else if self.next.is_some() {
                ("this part of its recording was dropped to save space".to_owned(), true)
            } else if self.damaged {
                ("its recording is damaged from here on".to_owned(), false)
            } else {
                ("its recording ends before this moment".to_owned(), false)
            };
            glass.feed(GlassEvent::NotKept { pane: self.pane.clone(), end: target, reason, blank });
        }
    }

    /// Feeds what was recorded until a time of the run's clock, but nothing behind `limit`.
    pub(super) fn feed_until(&mut self, run: Millis, limit: u64, glass: &mut Glass) {
        if limit <= self.offset || self.begins_at().is_some_and(|at| at > run) {
            return;
        }
        self.begin(glass);
        while let Some((end, entry)) =
            self.next.take_if(|(end, entry)| *end <= limit && time(entry).is_none_or(|at| at <= run))
        {
            self.feed(end, entry, glass);
        }
    }

    /// When it begins, as long as it is at its start.
    fn begins_at(&self) -> Option<Millis> {
        self.reader.as_ref().filter(|_| self.mark.is_none()).map(|reader| reader.header().start_ms)
    }

    /// When the next entry up to `limit` was recorded.
    pub(super) fn next_at(&self, limit: u64) -> Option<Millis> {
        if let Some(at) = self.begins_at() {
            return Some(at).filter(|_| limit > self.offset);
        }
        self.next.as_ref().filter(|(end, _)| *end <= limit).and_then(|(_, entry)| time(entry))
    }

    /// The size that the recording begins with comes before everything in it.
    fn begin(&mut self, glass: &mut Glass) {
        if self.mark.is_some() {
            return;
        }
        let Some(reader) = &self.reader else { return };
        let (mark, header) = (reader.mark(), reader.header());
        let change = PaneChange::Resized { cols: header.cols, rows: header.rows };
        glass.feed(GlassEvent::Pane { pane: self.pane.clone(), end: mark.offset, change });
        (self.mark, self.offset) = (Some(mark), mark.offset);
        self.peek();
    }

    /// A segment begins with a snapshot: whole ones before the one that holds `target` need not be read.
    fn skip_segments(&mut self, target: u64) {
        let Some(reader) = &mut self.reader else { return };
        let segments = reader.segments();
        // Its snapshot must lie before the target as well, and only what follows it tells: so one segment is kept.
        let Some(last) = segments.iter().rposition(|segment| segment.offset < target) else { return };
        let Some(from) = last.checked_sub(1).filter(|from| segments[*from].offset > self.offset) else {
            return;
        };
        match reader.seek_segment(from) {
            Ok(()) => self.peek(),
            Err(error) => self.lose(&error),
        }
    }

    fn feed(&mut self, end: u64, entry: Entry, glass: &mut Glass) {
        let change = match entry {
            Entry::Output { text, .. } => Some(PaneChange::Output { text }),
            Entry::Resize { cols, rows, .. } => Some(PaneChange::Resized { cols, rows }),
            Entry::Exit { status, .. } => Some(PaneChange::Exited { status }),
            Entry::Snapshot { cols, rows, text, .. } => Some(PaneChange::Snapshot { cols, rows, text }),
            Entry::Other => None,
        };
        self.offset = end;
        self.mark = self.reader.as_ref().map(Reader::mark);
        if let Some(change) = change {
            glass.feed(GlassEvent::Pane { pane: self.pane.clone(), end, change });
        }
        self.peek();
    }

    fn peek(&mut self) {
        self.next = None;
        let Some(reader) = &mut self.reader else { return };
        match reader.next() {
            Some(Ok(next)) => self.next = Some(next),
            Some(Err(_)) => self.damaged = true,
            None => {}
        }
    }

    fn lose(&mut self, error: &RecordingError) {
        self.reader = None;
        self.next = None;
        self.missing = match error {
            RecordingError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                "its recording is missing".to_owned()
            }
            RecordingError::Io { .. }
            | RecordingError::BadHeader { .. }
            | RecordingError::Broken { .. }
            | RecordingError::NotRecorded { .. }
            | RecordingError::NotALineEnd { .. } => format!("its recording cannot be read: {error}"),
        };
    }
}

fn time(entry: &Entry) -> Option<Millis> {
    match entry {
        Entry::Output { at_ms, .. }
        | Entry::Resize { at_ms, .. }
        | Entry::Exit { at_ms, .. }
        | Entry::Snapshot { at_ms, .. } => Some(*at_ms),
        Entry::Other => None,
    }
}
