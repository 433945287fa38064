//! Appending to a journal, and opening one again after a crash.

use super::{JournalError, Loaded, SCHEMA, Storage, line, reader, sync_folder};
use crate::domain::{Record, RunId, Seq};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// When appended records must be safe from a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sync {
    /// Before `append` returns: decisions and effects.
    Now,
    /// With the next [`Journal::sync`]: observations. The owner calls it within 50 ms.
    Grouped,
}

/// The writer of one journal. Its owner makes sure that there is only one.
pub struct Journal {
    path: PathBuf,
    storage: Box<dyn Storage>,
    /// The last record appended.
    seq: Seq,
    /// Behind the last complete line.
    length: u64,
    /// The bytes before `length` that no sync has confirmed. They are kept because a failed sync may drop them from
    /// the system's cache: the next attempt writes them once more.
    unsynced: Vec<u8>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Sound,
    /// A write or sync failed: what lies behind the confirmed part of the file is unknown.
    Suspect,
    /// A line in the middle is broken.
    ReadOnly {
        line: u64,
    },
}

impl Journal {
    /// Creates the file with its first line, readable by its owner alone. Fails if it exists.
    pub fn create(path: &Path, run: &RunId, version: &str) -> Result<Self, JournalError> {
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|source| {
                if source.kind() == io::ErrorKind::AlreadyExists {
                    JournalError::Exists { path: path.to_owned() }
                } else {
                    JournalError::Io { action: "create", path: path.to_owned(), source }
                }
            })?;
        let header = line::Header {
            journal: "awtui".to_owned(),
            schema: SCHEMA,
            run: run.clone(),
            version: version.to_owned(),
        };
        let mut bytes = Vec::new();
        line::encode(&header, &mut bytes).map_err(|source| JournalError::Encode { seq: 0, source })?;
        file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(JournalError::io("write", path))?;
        sync_folder(path.parent().unwrap_or(Path::new(".")))?;
        Ok(Self {
            path: path.to_owned(),
            storage: Box::new(file),
            seq: 0,
            length: bytes.len() as u64,
            unsynced: Vec::new(),
            state: State::Sound,
        })
    }

    /// Opens a journal to go on with it. A torn tail is moved to a file of its own and reported. With a broken line
    /// the records before it are returned and every append is refused.
    pub fn open(path: &Path) -> Result<(Self, Loaded), JournalError> {
        let bytes = std::fs::read(path).map_err(JournalError::io("read", path))?;
        let mut loaded = reader::scan(path, &bytes)?;
        let file = OpenOptions::new().write(true).open(path).map_err(JournalError::io("open", path))?;
        let state = match &loaded.broken {
            Some(broken) => State::ReadOnly { line: broken.line },
            None => State::Sound,
        };
        if let Some(torn) = &mut loaded.torn {
            let end = usize::try_from(loaded.end.offset).unwrap_or(bytes.len());
            torn.path = Some(set_aside(path, bytes.get(end..).unwrap_or_default())?);
            file.set_len(loaded.end.offset).map_err(JournalError::io("shorten", path))?;
        }
        if state == State::Sound {
            // What was only grouped before a crash of the supervisor alone is in the system's cache at best.
            file.sync_all().map_err(JournalError::io("sync", path))?;
        }
        let journal = Self {
            path: path.to_owned(),
            storage: Box::new(file),
            seq: loaded.end.seq,
            length: loaded.end.offset,
            unsynced: Vec::new(),
            state,
        };
        Ok((journal, loaded))
    }

    /// Puts something between the journal and its file, for tests of failing disks.
    #[must_use]
    pub fn with_storage(mut self, wrap: impl FnOnce(Box<dyn Storage>) -> Box<dyn Storage>) -> Self {
        self.storage = wrap(self.storage);
        self
    }

    /// Appends the records in one write. On an error none of them is in the journal and the same append may be tried
    /// again, also later, when the disk has space again.
    pub fn append(&mut self, records: &[Record], sync: Sync) -> Result<(), JournalError> {
        if let State::ReadOnly { line } = self.state {
            return Err(JournalError::ReadOnly { path: self.path.clone(), line });
        }
        let mut seq = self.seq;
        let mut bytes = Vec::new();
        for record in records {
            if record.seq != seq + 1 {
                return Err(JournalError::OutOfOrder {
                    path: self.path.clone(),
                    last: seq,
                    found: record.seq,
                });
            }
            seq = record.seq;
            line::encode(record, &mut bytes).map_err(|source| JournalError::Encode { seq, source })?;
        }
        self.mend()?;
        let before = self.length;
        let kept = self.unsynced.len();
        self.state = State::Suspect;
        if let Err(error) = self.storage.write_at(&bytes, before) {
            // At best nobody ever sees the part that was written; `mend` insists on it before the next append.
            let _ = self.storage.set_len(before);
            return Err(JournalError::io("append to", &self.path)(error));
        }
        self.state = State::Sound;
        self.length += bytes.len() as u64;
        self.unsynced.extend_from_slice(&bytes);
        match sync {
            Sync::Grouped => {}
            Sync::Now => {
                if let Err(error) = self.sync() {
                    self.length = before;
                    self.unsynced.truncate(kept);
                    return Err(error);
                }
            }
        }
        self.seq = seq;
        Ok(())
    }

    /// Confirms every grouped record.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        self.mend()?;
        if self.unsynced.is_empty() {
            return Ok(());
        }
        self.state = State::Suspect;
        self.storage.sync().map_err(JournalError::io("sync", &self.path))?;
        self.state = State::Sound;
        self.unsynced.clear();
        Ok(())
    }

    /// Some records wait for [`Journal::sync`].
    pub fn needs_sync(&self) -> bool {
        !self.unsynced.is_empty()
    }

    /// The last record appended; 0 when there is none.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// After a failure: writes again what may be lost and cuts off what should not be there.
    fn mend(&mut self) -> Result<(), JournalError> {
        match self.state {
            State::Sound | State::ReadOnly { .. } => return Ok(()),
            State::Suspect => {}
        }
        let confirmed = self.length - self.unsynced.len() as u64;
        self.storage
            .set_len(confirmed)
            .and_then(|()| self.storage.write_at(&self.unsynced, confirmed))
            .and_then(|()| self.storage.sync())
            .map_err(JournalError::io("repair the end of", &self.path))?;
        self.unsynced.clear();
        self.state = State::Sound;
        Ok(())
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Journal")
            .field("path", &self.path)
            .field("seq", &self.seq)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// Writes a torn tail to the first free `journal.torn-<n>` beside the journal.
fn set_aside(journal: &Path, tail: &[u8]) -> Result<PathBuf, JournalError> {
    let stem = journal.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut number = 1_u32;
    loop {
        let path = journal.with_file_name(format!("{stem}.torn-{number}"));
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => {
                return write_tail(file, tail)
                    .map_err(JournalError::io("write", &path))
                    .and_then(|()| sync_folder(path.parent().unwrap_or(Path::new("."))))
                    .map(|()| path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(source) => return Err(JournalError::Io { action: "create", path, source }),
        }
    }
}

fn write_tail(mut file: File, tail: &[u8]) -> io::Result<()> {
    file.write_all(tail)?;
    file.sync_all()
}
