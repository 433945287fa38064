//! What a pane's terminal said, on disk: asciicast v3, one recording a child, playable with asciinema.
//!
//! Owns the file format, its clock and its segments. It never parses what a terminal says, never reads a clock, and
//! is never the truth about a run: after a crash a recording may be shorter than the journal says, and what is missing
//! is "not recorded".
//!
//! A place in a recording is its logical offset: the bytes up to the end of a line, counted over all its segments
//! (`worker-1.cast`, `worker-1.2.cast`, ...), also over those that were dropped to save space.

mod line;
mod reader;
mod segments;
mod writer;

pub use reader::{Entry, Mark, Reader};
pub use segments::{SEGMENT_LIMIT, Segment, keep_under, segments};
pub use writer::Writer;

use std::io;
use std::path::{Path, PathBuf};

/// What the first line of a recording says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    pub cols: u16,
    pub rows: u16,
    pub command: Option<String>,
    pub title: Option<String>,
    /// Wall clock, in seconds since 1970.
    pub timestamp: Option<u64>,
    /// The run's clock in milliseconds when the recording, or this segment of it, began: its times count from here.
    pub start_ms: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    #[error("cannot read the recording {}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{} is no asciicast v3 recording: {reason}", path.display())]
    BadHeader { path: PathBuf, reason: String },
    #[error("line {line} of the recording {} is broken: {reason}; what follows it cannot be shown", path.display())]
    Broken { path: PathBuf, line: u64, reason: String },
    #[error("offset {offset} of {} is not recorded: it was dropped to save space, or lost in a crash", path.display())]
    NotRecorded { path: PathBuf, offset: u64 },
    #[error("offset {offset} of {} is not the end of a line", path.display())]
    NotALineEnd { path: PathBuf, offset: u64 },
}

impl RecordingError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
