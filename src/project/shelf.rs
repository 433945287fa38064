//! Runs that are put away or thrown away. Only what awtui itself made is touched: the run's folder in the state folder,
//! and its folder in the repository where that is asked for by name.

use super::folders::{ProjectFolders, is_own_folder};
use crate::domain::RunId;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// How the folder is called that a run lies in while it is being thrown away.
const GOING: &str = "going-";

#[derive(Debug, Error)]
pub enum ShelfError {
    #[error("there is no run {0}")]
    Unknown(RunId),
    #[error("{} is not a folder that awtui made for {run}; nothing was removed", path.display())]
    NotOurs { run: RunId, path: PathBuf },
    #[error("{} cannot be changed: {error}", path.display())]
    Change { path: PathBuf, error: io::Error },
}

impl ProjectFolders {
    /// Whether the run was put away: it is left out of lists until it is asked for.
    pub fn is_archived(&self, run: &RunId) -> bool {
        self.archived(run).is_file()
    }

    fn archived(&self, run: &RunId) -> PathBuf {
        self.run(run).join("archived")
    }

    fn known(&self, run: &RunId) -> Result<(), ShelfError> {
        // An id comes from outside: only one that is in the list can be no path to elsewhere.
        if self.run_ids().contains(run) && is_own_folder(&self.run(run)) {
            return Ok(());
        }
        Err(ShelfError::Unknown(run.clone()))
    }

    /// Puts a run away, or back.
    pub fn archive(&self, run: &RunId, away: bool) -> Result<(), ShelfError> {
        self.known(run)?;
        let mark = self.archived(run);
        let done = if away {
            std::fs::OpenOptions::new().create(true).append(true).open(&mark).map(drop)
        } else {
            match std::fs::remove_file(&mark) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                done => done,
            }
        };
        done.map_err(|error| ShelfError::Change { path: mark, error })
    }

    /// Throws a run away for good: its journal and recordings, and `folder`, its folder in the repository, where one is
    /// given. Git keeps its checkpoints.
    pub fn delete(&self, run: &RunId, folder: Option<&Path>) -> Result<(), ShelfError> {
        self.known(run)?;
        let folder = folder.filter(|folder| folder.exists());
        if let Some(path) = folder {
            let ours = path.file_name().is_some_and(|name| name == run.as_str())
                && is_own_folder(path)
                && path.join("steps").is_dir();
            if !ours {
                return Err(ShelfError::NotOurs { run: run.clone(), path: path.to_path_buf() });
            }
        }
        let fail = |path: &Path| {
            let path = path.to_path_buf();
            move |error| ShelfError::Change { path, error }
        };
        // From the first moment on it is either wholly there or not a run any more.
        let from = self.run(run);
        let going = self.root().join(format!("{GOING}{run}"));
        std::fs::rename(&from, &going).map_err(fail(&from))?;
        std::fs::remove_dir_all(&going).map_err(fail(&going))?;
        if let Some(path) = folder {
            std::fs::remove_dir_all(path).map_err(fail(path))?;
        }
        self.sweep_deleted();
        Ok(())
    }

    /// What a deletion left that was cut short.
    fn sweep_deleted(&self) {
        for entry in std::fs::read_dir(self.root()).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(GOING) {
                // Left behind once more it does no harm.
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }
}
