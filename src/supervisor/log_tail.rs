//! Reading an agent's session log as it grows: whole lines only, each once.
//!
//! A log that was cut short or replaced by another one is read from its beginning; one that was only written anew, with
//! the same beginning, goes on where it was.

use super::world::World;
use crate::agent::LogPlan;
use std::path::{Path, PathBuf};

/// The last bytes that were read, by which a log is known to be the same still.
const KNOWN: usize = 64;
/// Bytes of a line; a longer one is passed over.
const LONGEST_LINE: usize = 32 * 1024 * 1024;
/// Calls between two searches below a folder, at most: there may be thousands of logs in it.
const LONGEST_PAUSE: u32 = 20;

/// One session log, as far as it was read.
#[derive(Debug)]
pub struct LogTail {
    plan: LogPlan,
    path: Option<PathBuf>,
    offset: u64,
    /// What stands in the log before the offset.
    known: Vec<u8>,
    partial: Vec<u8>,
    /// The line at hand is too long.
    skips: bool,
    /// Searches that found nothing, and calls until the next one.
    misses: u32,
    pause: u32,
}

impl LogTail {
    /// Nothing is looked for before it is asked for lines.
    pub fn new(plan: LogPlan) -> Self {
        Self {
            plan,
            path: None,
            offset: 0,
            known: Vec::new(),
            partial: Vec::new(),
            skips: false,
            misses: 0,
            pause: 0,
        }
    }

    /// The agent says where its log is. Another file than before is read from its beginning.
    pub fn follow(&mut self, path: PathBuf) {
        if self.path.as_ref() != Some(&path) {
            *self = Self { path: Some(path), ..Self::new(LogPlan::None) };
        }
    }

    /// Where it is, once that is known.
    pub fn path(&self) -> Option<&PathBuf> {
        self.path.as_ref()
    }

    /// The lines that were completed since the last call. A line that is not UTF-8 comes with replacement characters.
    pub fn new_lines(&mut self, world: &dyn World) -> Vec<String> {
        self.search(world);
        let Some(path) = &self.path else { return Vec::new() };
        let from = self.offset.saturating_sub(bytes(&self.known));
        let Some(read) = world.read_log(path, from) else { return Vec::new() };
        if let Some(new) = read.strip_prefix(self.known.as_slice()) {
            return self.take(new);
        }
        tracing::info!(path = %path.display(), "a session log was cut short or replaced; it is read anew");
        let again = world.read_log(path, 0).unwrap_or_default();
        *self = Self { path: self.path.take(), ..Self::new(LogPlan::None) };
        self.take(&again)
    }

    fn search(&mut self, world: &dyn World) {
        if self.path.is_some() {
            return;
        }
        if self.pause > 0 {
            self.pause -= 1;
            return;
        }
        self.path = world.find_log(&self.plan);
        if self.path.is_none() && matches!(self.plan, LogPlan::Below { .. }) {
            self.misses += 1;
            self.pause = self.misses.min(LONGEST_PAUSE);
        }
    }

    fn take(&mut self, new: &[u8]) -> Vec<String> {
        self.offset += bytes(new);
        self.known.extend_from_slice(&new[new.len().saturating_sub(KNOWN)..]);
        self.known.drain(..self.known.len().saturating_sub(KNOWN));
        let mut lines = Vec::new();
        for part in new.split_inclusive(|byte| *byte == b'\n') {
            if !self.skips && self.partial.len() + part.len() > LONGEST_LINE {
                tracing::warn!(
                    "a line of a session log is longer than {LONGEST_LINE} bytes; it is passed over"
                );
                self.partial = Vec::new();
                self.skips = true;
            }
            let line = part.strip_suffix(b"\n");
            match (self.skips, line) {
                (true, line) => self.skips = line.is_none(),
                (false, None) => self.partial.extend_from_slice(part),
                (false, Some(line)) => {
                    self.partial.extend_from_slice(line);
                    lines.push(String::from_utf8_lossy(&self.partial).into_owned());
                    self.partial.clear();
                }
            }
        }
        lines
    }
}

/// Whether any line of a log is such a one; not when it cannot be read.
pub fn any_line(world: &dyn World, log: &Path, is_such: impl Fn(&str) -> bool) -> bool {
    let mut tail = LogTail::new(LogPlan::File(log.to_owned()));
    loop {
        let before = tail.offset;
        if tail.new_lines(world).iter().any(|line| is_such(line)) {
            return true;
        }
        if tail.offset == before {
            return false;
        }
    }
}

/// Whether these words stand anywhere in a log; nothing when it cannot be read.
pub fn holds(world: &dyn World, log: &Path, words: &str) -> Option<bool> {
    let mut held: Vec<u8> = Vec::new();
    let mut offset = 0;
    loop {
        let read = world.read_log(log, offset)?;
        if read.is_empty() {
            return Some(false);
        }
        offset += bytes(&read);
        held.extend_from_slice(&read);
        if String::from_utf8_lossy(&held).contains(words) {
            return Some(true);
        }
        // They may be cut where one piece ends.
        held.drain(..held.len().saturating_sub(words.len()));
    }
}

fn bytes(slice: &[u8]) -> u64 {
    u64::try_from(slice.len()).unwrap_or(u64::MAX)
}
