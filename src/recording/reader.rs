//! Reading a recording from its start, from an offset, or from a mark.

use super::segments::{Segment, segments};
use super::{Header, RecordingError, line};
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// One line of a recording, at a time of the run's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    Output {
        at_ms: u64,
        text: String,
    },
    Resize {
        at_ms: u64,
        cols: u16,
        rows: u16,
    },
    Exit {
        at_ms: u64,
        status: i32,
    },
    /// What came before is not recorded; this text rebuilds the terminal as it was here, at this size.
    Snapshot {
        at_ms: u64,
        cols: u16,
        rows: u16,
        text: String,
    },
    /// Nothing for a terminal: a marker, a comment, a snapshot that is not needed because all before it was read.
    Other,
}

/// A place to come back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub offset: u64,
    /// The run's clock in microseconds at that place.
    micros: u64,
    /// Lines of its segment before it.
    line: u64,
}

impl Mark {
    pub fn at_ms(self) -> u64 {
        self.micros / 1000
    }
}

/// Reads the lines that were complete when it got to them. A last line that is not complete ends it without an
/// error: it was torn by a crash, or is being written.
#[derive(Debug)]
pub struct Reader {
    first: PathBuf,
    segments: Vec<Segment>,
    /// Index of the segment that is read.
    current: usize,
    file: Option<BufReader<File>>,
    mark: Mark,
    /// Whether everything before the current segment's snapshot was read by this reader.
    continuous: bool,
    failed: bool,
}

impl Reader {
    /// Opens the recording whose first segment is `path`, at its start.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        let segments = segments(path)?;
        let mut reader = Self {
            first: path.to_owned(),
            segments,
            current: 0,
            file: None,
            mark: Mark { offset: 0, micros: 0, line: 0 },
            continuous: true,
            failed: false,
        };
        reader.enter(0)?;
        Ok(reader)
    }

    pub fn header(&self) -> &Header {
        &self.segments[0].header
    }

    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The logical offset of the end when the recording was opened. A torn line is counted.
    pub fn length(&self) -> u64 {
        self.segments.last().map_or(0, |last| last.offset + last.length)
    }

    /// Behind the entry returned last.
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// Goes to where a mark was taken, at once. The caller knows the terminal's state there.
    pub fn resume(&mut self, mark: Mark) -> Result<(), RecordingError> {
        self.enter(self.holding(mark.offset)?)?;
        let skip = mark.offset - self.mark.offset;
        if let Some(file) = &mut self.file {
            file.seek_relative(i64::try_from(skip).unwrap_or(i64::MAX))
                .map_err(RecordingError::io(&self.segments[self.current].path))?;
        }
        self.continuous = true;
        self.mark = mark;
        Ok(())
    }

    /// Goes to an offset that a record of the journal named: 0 or the end of a line. Reads the times before it, from
    /// the start of its segment. Where the segments before are gone the snapshot comes next.
    pub fn seek(&mut self, offset: u64) -> Result<(), RecordingError> {
        if offset == 0 {
            return self.seek_segment(0);
        }
        let index = match self.holding(offset) {
            Ok(index) => index,
            Err(error) => {
                let begins = self.segments.iter().position(|segment| segment.offset == offset);
                return self.seek_segment(begins.ok_or(error)?);
            }
        };
        self.enter(index)?;
        while self.mark.offset < offset {
            let Some(bytes) = self.next_line()? else {
                return Err(RecordingError::NotRecorded { path: self.first.clone(), offset });
            };
            let time = line::read_time(&bytes).map_err(|reason| self.broken(reason))?;
            self.pass(&bytes);
            self.mark.micros += time.unwrap_or(0);
        }
        self.continuous = true;
        if self.mark.offset == offset {
            Ok(())
        } else {
            Err(RecordingError::NotALineEnd { path: self.first.clone(), offset })
        }
    }

    /// Goes to the start of a segment, by its index in [`Self::segments`]. Its snapshot comes next, if it has one.
    pub fn seek_segment(&mut self, index: usize) -> Result<(), RecordingError> {
        if index >= self.segments.len() {
            return Err(RecordingError::NotRecorded { path: self.first.clone(), offset: self.length() });
        }
        self.enter(index)?;
        self.continuous = index == 0;
        Ok(())
    }

    /// The segment with a line that ends at `offset`: the earlier one where two meet.
    fn holding(&self, offset: u64) -> Result<usize, RecordingError> {
        let found = self.segments.iter().position(|segment| {
            let start = segment.offset + segment.header_length;
            (start..=segment.offset + segment.length).contains(&offset)
        });
        found.ok_or_else(|| RecordingError::NotRecorded { path: self.first.clone(), offset })
    }

    /// Stands behind the header of a segment.
    fn enter(&mut self, index: usize) -> Result<(), RecordingError> {
        let segment = &self.segments[index];
        let mut file = File::open(&segment.path).map_err(RecordingError::io(&segment.path))?;
        file.seek(SeekFrom::Start(segment.header_length)).map_err(RecordingError::io(&segment.path))?;
        self.mark = Mark {
            offset: segment.offset + segment.header_length,
            micros: segment.header.start_ms.saturating_mul(1000),
            line: 1,
        };
        self.file = Some(BufReader::with_capacity(256 * 1024, file));
        self.current = index;
        self.failed = false;
        Ok(())
    }

    /// The next complete line of this segment with its end, or `None`.
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, RecordingError> {
        let Some(file) = &mut self.file else { return Ok(None) };
        let mut bytes = Vec::new();
        file.read_until(b'\n', &mut bytes).map_err(RecordingError::io(&self.segments[self.current].path))?;
        if bytes.ends_with(b"\n") {
            return Ok(Some(bytes));
        }
        if !bytes.is_empty() && self.current + 1 < self.segments.len() {
            return Err(self.broken("it ends in the middle of a line".to_owned()));
        }
        self.file = None;
        Ok(None)
    }

    fn next_entry(&mut self) -> Result<Option<(u64, Entry)>, RecordingError> {
        loop {
            if let Some(bytes) = self.next_line()? {
                let entry = match self.entry(&bytes) {
                    Ok(entry) => entry,
                    // What a crash left of the last write may end in a line end by accident.
                    Err(_) if self.is_last_line()? => return Ok(None),
                    Err(error) => return Err(error),
                };
                self.pass(&bytes);
                return Ok(Some((self.mark.offset, entry)));
            }
            let next = self.current + 1;
            if next >= self.segments.len() {
                return Ok(None);
            }
            let expected = self.mark.offset;
            self.enter(next)?;
            self.continuous = self.segments[next].offset == expected;
        }
    }

    fn entry(&mut self, bytes: &[u8]) -> Result<Entry, RecordingError> {
        let event = line::read_event(bytes).map_err(|reason| self.broken(reason))?;
        let Some((micros, code, data)) = event else { return Ok(Entry::Other) };
        let segment = &self.segments[self.current];
        let is_snapshot = segment.number > 1 && self.mark.offset == segment.offset + segment.header_length;
        let (cols, rows) = (segment.header.cols, segment.header.rows);
        let at_ms = (self.mark.micros + micros) / 1000;
        let entry = match code.as_str() {
            "o" if is_snapshot && self.continuous => Entry::Other,
            "o" if is_snapshot => Entry::Snapshot { at_ms, cols, rows, text: data },
            "o" => Entry::Output { at_ms, text: data },
            "r" => match data.split_once('x').map(|(cols, rows)| (cols.parse(), rows.parse())) {
                Some((Ok(cols), Ok(rows))) => Entry::Resize { at_ms, cols, rows },
                Some(_) | None => return Err(self.broken(format!("\"{data}\" is no size"))),
            },
            "x" => match data.parse() {
                Ok(status) => Entry::Exit { at_ms, status },
                Err(_) => return Err(self.broken(format!("\"{data}\" is no exit status"))),
            },
            _ => Entry::Other,
        };
        self.mark.micros += micros;
        Ok(entry)
    }

    fn is_last_line(&mut self) -> Result<bool, RecordingError> {
        let path = &self.segments[self.current].path;
        let at_end = match &mut self.file {
            Some(file) => file.fill_buf().map_err(RecordingError::io(path))?.is_empty(),
            None => true,
        };
        Ok(at_end && self.current + 1 == self.segments.len())
    }

    fn pass(&mut self, line: &[u8]) {
        self.mark.offset += line.len() as u64;
        self.mark.line += 1;
    }

    fn broken(&self, reason: String) -> RecordingError {
        RecordingError::Broken {
            path: self.segments[self.current].path.clone(),
            line: self.mark.line + 1,
            reason,
        }
    }
}

impl Iterator for Reader {
    /// The logical offset behind the line, and what it says.
    type Item = Result<(u64, Entry), RecordingError>;

    /// After an error there is nothing more.
    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let entry = self.next_entry();
        self.failed = entry.is_err();
        entry.transpose()
    }
}
