//! Writing a recording, one line a change.

use super::segments::{self, SEGMENT_LIMIT};
use super::{Header, line};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The writer of one recording. Every line is handed to the system whole before its offset is returned, so that a
/// journal record may point behind it; nothing is synced.
#[derive(Debug)]
pub struct Writer {
    first: PathBuf,
    file: File,
    /// Of the segment that is written; its size follows the resizes.
    header: Header,
    place: line::Place,
    /// Bytes in this segment.
    length: u64,
    limit: u64,
    /// The run's clock at the last event.
    at_ms: u64,
}

impl Writer {
    /// Begins a recording in a new file that its owner alone can read.
    pub fn create(path: &Path, header: Header) -> io::Result<Self> {
        Self::with_limit(path, header, SEGMENT_LIMIT)
    }

    /// Like [`Self::create`], with another size at which a segment is full.
    pub fn with_limit(path: &Path, header: Header, limit: u64) -> io::Result<Self> {
        let place = line::Place { start_ms: header.start_ms, ..line::Place::default() };
        let (file, length) = begin(path, &header, place)?;
        let at_ms = header.start_ms;
        Ok(Self { first: path.to_owned(), file, header, place, length, limit, at_ms })
    }

    /// Output of the child at this time of the run's clock. Returns the offset behind it, as all of these do.
    pub fn output(&mut self, at_ms: u64, text: &str) -> io::Result<u64> {
        if text.is_empty() { Ok(self.offset()) } else { self.event(at_ms, 'o', text) }
    }

    pub fn resize(&mut self, at_ms: u64, cols: u16, rows: u16) -> io::Result<u64> {
        let offset = self.event(at_ms, 'r', &format!("{cols}x{rows}"))?;
        (self.header.cols, self.header.rows) = (cols, rows);
        Ok(offset)
    }

    /// The child is gone; `status` as shells count it (128 and the signal).
    pub fn exit(&mut self, at_ms: u64, status: i32) -> io::Result<u64> {
        self.event(at_ms, 'x', &status.to_string())
    }

    /// The logical offset behind everything written.
    pub fn offset(&self) -> u64 {
        self.place.offset + self.length
    }

    /// The segment has reached its size: the caller should go on with [`Self::next_segment`].
    pub fn is_full(&self) -> bool {
        self.length >= self.limit
    }

    /// Begins the next segment with `snapshot`, the text that rebuilds the terminal as everything written so far has
    /// left it: a reader can start there when the segments before are gone.
    pub fn next_segment(&mut self, at_ms: u64, snapshot: &str) -> io::Result<u64> {
        let at_ms = at_ms.max(self.at_ms);
        let place = line::Place { start_ms: at_ms, segment: self.place.segment + 1, offset: self.offset() };
        let header = Header { start_ms: at_ms, ..self.header.clone() };
        let path = segments::path(&self.first, place.segment);
        let (file, begun) = begin(&path, &header, place)?;
        let snapshot = line::write_event(0, 'o', snapshot)?;
        if let Err(error) = file.write_all_at(&snapshot, begun) {
            // A segment that does not begin with a snapshot would be worse than a long segment.
            let _ = std::fs::remove_file(&path);
            return Err(error);
        }
        let length = begun + snapshot.len() as u64;
        let (first, limit) = (std::mem::take(&mut self.first), self.limit);
        *self = Self { first, file, header, place, length, limit, at_ms };
        Ok(self.offset())
    }

    fn event(&mut self, at_ms: u64, code: char, data: &str) -> io::Result<u64> {
        let at_ms = at_ms.max(self.at_ms);
        let line = line::write_event(at_ms - self.at_ms, code, data)?;
        if let Err(error) = self.file.write_all_at(&line, self.length) {
            // Half a line would make the next one unreadable. If this fails too, the next line overwrites it.
            let _ = self.file.set_len(self.length);
            return Err(error);
        }
        self.at_ms = at_ms;
        self.length += line.len() as u64;
        Ok(self.offset())
    }
}

fn begin(path: &Path, header: &Header, place: line::Place) -> io::Result<(File, u64)> {
    let bytes = line::write_header(header, place)?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    if let Err(error) = file.write_all_at(&bytes, 0) {
        let _ = std::fs::remove_file(path);
        return Err(error);
    }
    Ok((file, bytes.len() as u64))
}
