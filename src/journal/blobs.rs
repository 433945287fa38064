//! Texts too large for a line: files named by the hash of what they hold.

use super::{JournalError, sync_folder};
use crate::domain::Text;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::DirBuilder;
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The longest first line that a reference carries. In bytes.
const FIRST_LINE: usize = 200;

/// The folder of a run's blobs.
#[derive(Debug, Clone)]
pub struct Blobs {
    folder: PathBuf,
}

impl Blobs {
    /// The folder is made when the first blob is put.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Stores the bytes and returns the reference to put into a fact. When this returns, the blob survives a power
    /// cut. The same bytes are stored once.
    pub fn put(&self, bytes: &[u8]) -> Result<Text, JournalError> {
        let sha256 = hash(bytes);
        let path = self.folder.join(&sha256);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .map_err(JournalError::io("create the folder", &self.folder))?;
        if !holds(&path, bytes) {
            let mut file = tempfile::Builder::new()
                .prefix(".new-")
                .tempfile_in(&self.folder)
                .map_err(JournalError::io("create a file in", &self.folder))?;
            file.write_all(bytes)
                .and_then(|()| file.as_file().sync_all())
                .map_err(JournalError::io("write", file.path()))?;
            file.persist(&path).map_err(|error| JournalError::io("write", &path)(error.error))?;
        }
        // Also when it was there: an earlier process may have died between its rename and this.
        sync_folder(&self.folder)?;
        Ok(Text::Blob { sha256, bytes: bytes.len() as u64, first_line: first_line(bytes) })
    }

    /// The bytes behind a reference, compared with their name.
    pub fn get(&self, sha256: &str) -> Result<Vec<u8>, JournalError> {
        let path = self.path(sha256)?;
        let bytes = std::fs::read(&path).map_err(JournalError::io("read", &path))?;
        if hash(&bytes) == sha256 { Ok(bytes) } else { Err(JournalError::DamagedBlob { path }) }
    }

    /// The whole text of a fact, wherever it is.
    pub fn text(&self, text: &Text) -> Result<String, JournalError> {
        match text {
            Text::Inline(text) => Ok(text.clone()),
            Text::Blob { sha256, .. } => Ok(String::from_utf8_lossy(&self.get(sha256)?).into_owned()),
        }
    }

    /// Where a blob lies. Names that are not hashes are refused: they may come from a damaged or foreign journal.
    pub fn path(&self, sha256: &str) -> Result<PathBuf, JournalError> {
        let is_hash =
            sha256.len() == 64 && sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_hash {
            Ok(self.folder.join(sha256))
        } else {
            Err(JournalError::BadBlobName { name: sha256.chars().take(80).collect() })
        }
    }
}

/// A file that exists but holds something else is written anew.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    std::fs::read(path).is_ok_and(|found| found == bytes)
}

/// The lower-case hexadecimal SHA-256.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn first_line(bytes: &[u8]) -> String {
    // Enough to find a line with words without decoding megabytes.
    let start = &bytes[..bytes.len().min(64 * 1024)];
    let text = String::from_utf8_lossy(start);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let mut end = line.len().min(FIRST_LINE);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    line[..end].to_owned()
}
