//! Facts on disk: the journal of one run and the blobs beside it.
//!
//! Owns the line format (one JSON object a line, its checksum as last field), appending, recovery after a crash, and
//! the files that hold texts too large for a line. It never decides anything, never reads a clock, and never repairs
//! a journal silently: what it sets aside or cannot read is always reported.

pub mod blobs;
mod line;
mod reader;
mod storage;
mod texts;
mod writer;

pub use line::Header;
pub use reader::{BrokenLine, Loaded, Position, TornTail, read, tail};
pub use storage::Storage;
pub use texts::{externalize, texts_mut};
pub use writer::{Journal, Sync};

use std::io;
use std::path::{Path, PathBuf};

/// The version of the line format that this awtui writes. Older ones are read for ever.
pub const SCHEMA: u32 = 1;

#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("cannot {action} {}: {source}", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    #[error("{} already exists; a journal is never overwritten", path.display())]
    Exists { path: PathBuf },
    #[error("{} holds no complete first line: its run was never started, the folder can be deleted", path.display())]
    NeverStarted { path: PathBuf },
    #[error("the first line of {} is damaged ({reason}); restore it from a copy", path.display())]
    BadHeader { path: PathBuf, reason: String },
    #[error(
        "{} was written by awtui {version} in journal schema {schema}; this awtui reads up to {SCHEMA}, use a newer one",
        path.display()
    )]
    Newer { path: PathBuf, schema: u32, version: String },
    #[error("{} is damaged at line {line} and was opened read-only; nothing can be appended to it", path.display())]
    ReadOnly { path: PathBuf, line: u64 },
    #[error("record {found} cannot follow record {last} in {}", path.display())]
    OutOfOrder { path: PathBuf, last: u64, found: u64 },
    #[error("cannot write record {seq} as JSON: {source}")]
    Encode { seq: u64, source: serde_json::Error },
    #[error("\"{name}\" does not name a blob: 64 hexadecimal digits are expected")]
    BadBlobName { name: String },
    #[error("the blob {} does not hold what its name says; it was changed or damaged", path.display())]
    DamagedBlob { path: PathBuf },
}

impl JournalError {
    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// The disk is full or over quota: the same append may succeed later.
    pub fn is_out_of_space(&self) -> bool {
        match self {
            Self::Io { source, .. } => {
                matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            Self::Exists { .. }
            | Self::NeverStarted { .. }
            | Self::BadHeader { .. }
            | Self::Newer { .. }
            | Self::ReadOnly { .. }
            | Self::OutOfOrder { .. }
            | Self::Encode { .. }
            | Self::BadBlobName { .. }
            | Self::DamagedBlob { .. } => false,
        }
    }
}

/// Makes a new or renamed entry of a folder survive a power cut.
fn sync_folder(folder: &Path) -> Result<(), JournalError> {
    let path = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    std::fs::File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(JournalError::io("sync the folder", path))
}
