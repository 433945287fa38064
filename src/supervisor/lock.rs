//! One supervisor a project: a kernel lock, which a killed holder cannot leave behind.

use crate::wire::SocketPaths;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use thiserror::Error;

#[derive(Debug, Error)]
#[error("cannot {action} the lock {}: {error}", path.display())]
pub struct LockError {
    action: &'static str,
    path: PathBuf,
    error: std::io::Error,
}

/// Held while the supervisor lives.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

/// What the lock file says of its holder; for people and for `doctor`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub pid: u32,
    pub version: String,
    pub operator_socket: PathBuf,
    pub agent_socket: PathBuf,
}

impl Lock {
    /// `None` when another process holds it.
    pub fn take(path: &Path) -> Result<Option<Self>, LockError> {
        let fail = |action| move |error| LockError { action, path: path.to_path_buf(), error };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(fail("open"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { file, path: path.to_path_buf() })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(fail("take")(error)),
        }
    }

    pub fn describe(&self, sockets: &SocketPaths) -> Result<(), LockError> {
        let holder = Holder {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            operator_socket: sockets.operator.clone(),
            agent_socket: sockets.agent.clone(),
        };
        let text = serde_json::to_string(&holder).unwrap_or_default();
        let mut file = &self.file;
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(text.as_bytes()))
            .map_err(|error| LockError { action: "write", path: self.path.clone(), error })
    }

    /// Who holds the lock, as far as its file tells.
    pub fn holder(path: &Path) -> Option<Holder> {
        let file = File::open(path).ok()?;
        if file.try_lock_shared().is_ok() {
            return None;
        }
        let mut text = String::new();
        (&file).read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }
}
