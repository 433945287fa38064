//! The file that awtui's own words about itself go to: bounded, private, and without secrets that are known.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Bytes at which a log is full.
pub const LIMIT: u64 = 4 * 1024 * 1024;
/// Full logs that are kept beside the one that is written: `NAME.1` is the youngest.
const KEPT: u32 = 3;
/// Shorter values are words.
const SHORTEST_SECRET: usize = 6;

static SECRETS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// From now on these values are not written to any log of this process.
pub fn hide(values: impl IntoIterator<Item = String>) {
    let mut secrets = SECRETS.lock().unwrap_or_else(PoisonError::into_inner);
    for value in values {
        if value.len() >= SHORTEST_SECRET && !secrets.contains(&value) {
            secrets.push(value);
        }
    }
    // The longer first: one may hold another.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
}

/// The text with `*` in place of hidden values.
pub fn masked(text: &str) -> String {
    let secrets = SECRETS.lock().unwrap_or_else(PoisonError::into_inner);
    secrets.iter().fold(text.to_owned(), |text, secret| {
        if text.contains(secret.as_str()) {
            text.replace(secret.as_str(), &"*".repeat(secret.len()))
        } else {
            text
        }
    })
}

/// Begins a new file when the one that is written is full.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    limit: u64,
    open: Option<(File, u64)>,
}

impl LogFile {
    pub fn new(path: &Path, limit: u64) -> Self {
        Self { path: path.to_owned(), limit, open: None }
    }

    fn file(&mut self) -> io::Result<&mut (File, u64)> {
        if self.open.as_ref().is_some_and(|(_, written)| *written >= self.limit) {
            self.open = None;
            for number in (1..KEPT).rev() {
                // Not there yet, most often.
                let _ = std::fs::rename(self.numbered(number), self.numbered(number + 1));
            }
            std::fs::rename(&self.path, self.numbered(1))?;
        }
        if self.open.is_none() {
            if let Some(folder) = self.path.parent() {
                std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            }
            let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path)?;
            let written = file.metadata()?.len();
            self.open = Some((file, written));
        }
        self.open.as_mut().ok_or_else(|| io::Error::other("the log is not open"))
    }

    fn numbered(&self, number: u32) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    }
}

impl Write for LogFile {
    /// One call is one line: a value is hidden where it stands in a line.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = masked(&String::from_utf8_lossy(bytes));
        let (file, written) = self.file()?;
        file.write_all(line.as_bytes())?;
        *written += line.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
