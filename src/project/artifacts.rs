//! Files that agents leave in the run folder: listed without following links, read only beneath their root.

use crate::domain::ArtifactEntry;
use rustix::fs::{Mode, OFlags};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use thiserror::Error;

/// More entries than a person looks through.
const MOST_ENTRIES: usize = 2000;

#[derive(Debug, Error)]
pub enum ArtifactError {
    #[error("{path:?} is not a path beneath the run folder")]
    Outside { path: String },
    #[error("{path:?} is no regular file")]
    NoFile { path: String },
    #[error("{path:?} cannot be read: {error}")]
    Io { path: String, error: io::Error },
}

/// What lies under `artifacts/` of a run folder, by path; a bounded number of entries.
pub fn list(run_folder: &Path) -> Vec<ArtifactEntry> {
    let mut entries = Vec::new();
    let mut folders = VecDeque::from([PathBuf::from("artifacts")]);
    while let Some(folder) = folders.pop_front() {
        let Ok(found) = std::fs::read_dir(run_folder.join(&folder)) else { continue };
        for entry in found.flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_symlink() || entries.len() >= MOST_ENTRIES {
                continue;
            }
            let path = folder.join(entry.file_name());
            entries.push(ArtifactEntry {
                path: path.to_string_lossy().into_owned(),
                bytes: metadata.size(),
                modified: modified(&metadata),
                is_folder: metadata.is_dir(),
            });
            if metadata.is_dir() {
                folders.push_back(path);
            }
        }
    }
    // Folder by folder: what lies in one follows it at once.
    entries.sort_by(|one, other| one.path.split('/').cmp(other.path.split('/')));
    entries
}

/// In wall milliseconds.
fn modified(metadata: &std::fs::Metadata) -> u64 {
    let seconds = u64::try_from(metadata.mtime()).unwrap_or(0);
    let part = u64::try_from(metadata.mtime_nsec()).unwrap_or(0);
    seconds * 1000 + part / 1_000_000
}

/// Opens a regular file beneath `root`, following no link on the way.
pub fn open_beneath(root: &Path, relative: &str) -> Result<File, ArtifactError> {
    let outside = || ArtifactError::Outside { path: relative.to_owned() };
    let parts: Vec<_> = Path::new(relative)
        .components()
        .map(|part| match part {
            Component::Normal(part) => Ok(part.to_owned()),
            Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => {
                Err(outside())
            }
        })
        .collect::<Result<_, _>>()?;
    let Some((last, folders)) = parts.split_last() else { return Err(outside()) };
    let io = |error: rustix::io::Errno| ArtifactError::Io { path: relative.to_owned(), error: error.into() };
    let folder_flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let root_flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut folder = rustix::fs::open(root, root_flags, Mode::empty()).map_err(io)?;
    for part in folders {
        folder = rustix::fs::openat(&folder, part, folder_flags, Mode::empty()).map_err(io)?;
    }
    // Without blocking, so that a pipe or a device is noticed instead of waited for.
    let file_flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::openat(&folder, last, file_flags, Mode::empty()).map_err(io)?);
    let metadata = file.metadata().map_err(|error| ArtifactError::Io { path: relative.to_owned(), error })?;
    if metadata.is_file() { Ok(file) } else { Err(ArtifactError::NoFile { path: relative.to_owned() }) }
}

/// Keeps a new file in the folder; one that is there already is left alone.
pub fn create(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join(name))?;
    file.write_all(bytes)
}
