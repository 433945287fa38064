//! Where the sockets of a project lie: a short path of its own, which only its owner can enter.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// What the kernel takes on every platform, less the ending zero.
const LONGEST_PATH: usize = 103;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketPaths {
    /// `awtui-<uid>`, shared by all projects of the user.
    parent: PathBuf,
    pub folder: PathBuf,
    /// Accepts everything.
    pub operator: PathBuf,
    /// Accepts reports only.
    pub agent: PathBuf,
    uid: u32,
}

#[derive(Debug, Error)]
pub enum SocketError {
    #[error("cannot make the socket folder {}: {error}; check that its parent can be written", path.display())]
    Make { path: PathBuf, error: io::Error },
    #[error("cannot look at the socket folder {}: {error}", path.display())]
    Look { path: PathBuf, error: io::Error },
    #[error("{} is no folder (a link, perhaps): remove it and try again", path.display())]
    NoFolder { path: PathBuf },
    #[error("{} belongs to user {owner}, not to you: somebody took its name; remove it or set TMPDIR", path.display())]
    ForeignOwner { path: PathBuf, owner: u32 },
    #[error("{} is open to other users (mode {mode:o}): look who did that, then `chmod 700` it", path.display())]
    Open { path: PathBuf, mode: u32 },
    #[error("{} lies where a socket should be and is none: remove it and try again", path.display())]
    NoSocket { path: PathBuf },
    #[error("cannot remove the old socket {}: {error}", path.display())]
    Remove { path: PathBuf, error: io::Error },
}

impl SocketPaths {
    /// For a project. `key` must tell apart whatever may have a supervisor of its own: the project and the state
    /// folder.
    pub fn for_key(key: &str) -> Self {
        let uid = rustix::process::getuid().as_raw();
        let usual = Self::beneath(&std::env::temp_dir(), uid, key);
        if usual.operator.as_os_str().len() <= LONGEST_PATH {
            usual
        } else {
            Self::beneath(Path::new("/tmp"), uid, key)
        }
    }

    pub fn beneath(temp: &Path, uid: u32, key: &str) -> Self {
        let parent = temp.join(format!("awtui-{uid}"));
        let name = Sha256::digest(key.as_bytes()).iter().take(8).fold(String::new(), |mut name, byte| {
            // Writing to a string cannot fail.
            let _ = write!(name, "{byte:02x}");
            name
        });
        let folder = parent.join(name);
        Self { operator: folder.join("operator"), agent: folder.join("agent"), parent, folder, uid }
    }

    /// Makes the folders, or checks that they are ours alone. To be called by whoever binds the sockets.
    pub fn prepare(&self) -> Result<(), SocketError> {
        for path in [&self.parent, &self.folder] {
            match std::fs::DirBuilder::new().mode(0o700).create(path) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(SocketError::Make { path: path.clone(), error }),
            }
            // Before anything is made beneath it.
            self.check_folder(path)?;
        }
        Ok(())
    }

    /// Checks that the folders are ours alone. To be called before connecting: an answer from a folder that somebody
    /// else made is not to be trusted.
    pub fn check(&self) -> Result<(), SocketError> {
        self.check_folder(&self.parent)?;
        self.check_folder(&self.folder)
    }

    fn check_folder(&self, path: &Path) -> Result<(), SocketError> {
        let path = path.to_owned();
        let about = match std::fs::symlink_metadata(&path) {
            Ok(about) => about,
            Err(error) => return Err(SocketError::Look { path, error }),
        };
        if !about.file_type().is_dir() {
            return Err(SocketError::NoFolder { path });
        }
        if about.uid() != self.uid {
            return Err(SocketError::ForeignOwner { path, owner: about.uid() });
        }
        if about.mode() & 0o077 != 0 {
            return Err(SocketError::Open { path, mode: about.mode() & 0o7777 });
        }
        Ok(())
    }

    /// Removes the sockets. Only for the holder of the supervisor's lock:
    /// before it binds, and when it ends.
    pub fn clear(&self) -> Result<(), SocketError> {
        for path in [&self.operator, &self.agent] {
            let path = path.clone();
            match std::fs::symlink_metadata(&path) {
                Ok(about) if about.file_type().is_socket() => {
                    std::fs::remove_file(&path).map_err(|error| SocketError::Remove { path, error })?;
                }
                Ok(_) => return Err(SocketError::NoSocket { path }),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(SocketError::Look { path, error }),
            }
        }
        Ok(())
    }

    /// Removes the sockets and the project's folder.
    pub fn remove(&self) -> Result<(), SocketError> {
        self.clear()?;
        let path = self.folder.clone();
        std::fs::remove_dir(&path).map_err(|error| SocketError::Remove { path, error })
    }
}
