//! Reading a journal: everything that is whole, and what is wrong with the rest.

use super::{JournalError, SCHEMA, line};
use crate::domain::{Record, Seq};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// A journal as it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    pub header: line::Header,
    pub records: Vec<Record>,
    /// The end of the file was not written completely: no acknowledged record is in it.
    pub torn: Option<TornTail>,
    /// A line in the middle is damaged or unknown; `records` ends before it and the run is read-only.
    pub broken: Option<BrokenLine>,
    /// Behind the last good line.
    pub end: Position,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    pub bytes: u64,
    /// Where they were set aside; `None` when the journal was only read.
    pub path: Option<PathBuf>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenLine {
    /// Counted from 1; line 1 is the header.
    pub line: u64,
    pub reason: String,
}

/// A place between two lines of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub offset: u64,
    /// The last record before it; 0 when there is none.
    pub seq: Seq,
}

/// Reads a journal without changing anything.
pub fn read(path: &Path) -> Result<Loaded, JournalError> {
    let bytes = std::fs::read(path).map_err(JournalError::io("read", path))?;
    scan(path, &bytes)
}

/// The records written since `from`. A line that is not complete yet is left for the next call; a complete line that
/// cannot be read is an error, because a follower must not go past it.
pub fn tail(path: &Path, from: Position) -> Result<(Vec<Record>, Position), JournalError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|mut file| {
            file.seek(SeekFrom::Start(from.offset))?;
            file.read_to_end(&mut bytes)
        })
        .map_err(JournalError::io("follow", path))?;
    let mut lines = Lines { bytes: &bytes, offset: 0 };
    let mut records = Vec::new();
    let mut at = from;
    while let Some((line, true)) = lines.next() {
        let record = parse(line, at.seq).map_err(|fault| JournalError::Io {
            action: "follow",
            path: path.to_owned(),
            source: std::io::Error::new(
                std::io::ErrorKind::InvalidData,
                format!("the line after record {} is broken: {}", at.seq, fault.reason),
            ),
        })?;
        at = Position { offset: from.offset + lines.offset as u64, seq: record.seq };
        records.push(record);
    }
    Ok((records, at))
}

/// Lines of a file, each with whether its line end is there.
struct Lines<'a> {
    bytes: &'a [u8],
    /// Behind the line returned last.
    offset: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (&'a [u8], bool);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(self.offset..).filter(|rest| !rest.is_empty())?;
        let end = rest.iter().position(|byte| *byte == b'\n');
        self.offset += end.map_or(rest.len(), |end| end + 1);
        Some((&rest[..end.unwrap_or(rest.len())], end.is_some()))
    }
}

struct Fault {
    reason: String,
    /// The checksum is right, so no torn write explains it.
    sealed: bool,
}

fn parse(bytes: &[u8], last: Seq) -> Result<Record, Fault> {
    line::check(bytes).map_err(|reason| Fault { reason, sealed: false })?;
    let record = line::record(bytes).map_err(|reason| Fault { reason, sealed: true })?;
    if record.seq == last + 1 {
        Ok(record)
    } else {
        let reason = format!("it is record {}, but record {} must follow here", record.seq, last + 1);
        Err(Fault { reason, sealed: true })
    }
}

pub(super) fn scan(path: &Path, bytes: &[u8]) -> Result<Loaded, JournalError> {
    let mut lines = Lines { bytes, offset: 0 };
    let header = match lines.next() {
        None | Some((_, false)) => return Err(JournalError::NeverStarted { path: path.to_owned() }),
        Some((first, true)) => line::check(first)
            .and_then(|()| line::header(first))
            .map_err(|reason| JournalError::BadHeader { path: path.to_owned(), reason })?,
    };
    if header.schema > SCHEMA {
        let (schema, version) = (header.schema, header.version);
        return Err(JournalError::Newer { path: path.to_owned(), schema, version });
    }
    let mut loaded = Loaded {
        header,
        records: Vec::new(),
        torn: None,
        broken: None,
        end: Position { offset: lines.offset as u64, seq: 0 },
    };
    while let Some((line, complete)) = lines.next() {
        let number = loaded.records.len() as u64 + 2;
        let parsed = parse(line, loaded.end.seq);
        match parsed {
            Ok(record) if complete => {
                loaded.end = Position { offset: lines.offset as u64, seq: record.seq };
                loaded.records.push(record);
            }
            // A write that lost its line end was never acknowledged.
            Ok(_) => loaded.torn = Some(torn(bytes, loaded.end.offset)),
            Err(fault) => {
                // Only the last write can be torn: a good line after this one says that the damage is older.
                if complete && (fault.sealed || lines.any(|(later, _)| line::check(later).is_ok())) {
                    loaded.broken = Some(BrokenLine { line: number, reason: fault.reason });
                } else {
                    loaded.torn = Some(torn(bytes, loaded.end.offset));
                }
                break;
            }
        }
    }
    Ok(loaded)
}

fn torn(bytes: &[u8], end: u64) -> TornTail {
    TornTail { bytes: bytes.len() as u64 - end, path: None }
}
