//! Where everything of one run lies.

use crate::domain::{ArtifactEntry, PaneId, RunId, SessionId};
use crate::project::{FolderError, ProjectFolders, RunFolder, artifacts};
use std::path::{Path, PathBuf};

#[derive(Debug, Clone)]
pub(super) struct Places {
    run: RunId,
    folders: ProjectFolders,
    folder: RunFolder,
    agent_socket: PathBuf,
}

impl Places {
    pub(super) fn new(run: RunId, folders: ProjectFolders, folder: RunFolder, agent_socket: PathBuf) -> Self {
        Self { run, folders, folder, agent_socket }
    }

    pub(super) fn run(&self) -> &RunId {
        &self.run
    }

    /// Where the truth about the run lies.
    pub(super) fn state(&self) -> PathBuf {
        self.folders.run(&self.run)
    }

    /// The run folder in the repository.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn run_folder(&self) -> &RunFolder {
        &self.folder
    }

    pub(super) fn artifacts_folder(&self) -> PathBuf {
        self.folder.artifacts()
    }

    pub(super) fn artifacts(&self) -> Vec<ArtifactEntry> {
        artifacts::list(self.folder.path())
    }

    pub(super) fn recording(&self, pane: &PaneId) -> PathBuf {
        self.folders.recording(&self.run, pane)
    }

    pub(super) fn launch_folder(&self, session: &SessionId) -> Result<PathBuf, FolderError> {
        self.folders.create_launch(&self.run, session)
    }

    pub(super) fn agent_socket(&self) -> &Path {
        &self.agent_socket
    }
}
