//! Where a project's runs lie: the truth in the state folder, what people read in the repository.

use super::Project;
use crate::domain::{PaneId, RunId, SessionId, slug};
use std::fs::{DirBuilder, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Bytes of the task's words in the id of a run.
const SLUG: usize = 40;
/// How the name of a file begins that is being written.
const UNFINISHED: &str = ".writing-";

#[derive(Debug, Error)]
pub enum FolderError {
    #[error("cannot make {}: {error}", path.display())]
    Make { path: PathBuf, error: io::Error },
    #[error("{} is not a folder of its own; remove it, then start again", path.display())]
    NotOurs { path: PathBuf },
}

/// `projects/<key>/` of the state folder. Mode 0700.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectFolders {
    root: PathBuf,
}

fn make(path: &Path) -> Result<(), FolderError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| FolderError::Make { path: path.to_path_buf(), error })
}

/// Replaces the file whole or not at all, so that a reader never sees half of it and nothing is written through a
/// link that lies in its place.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(parent)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// Removes what a process that died while writing left behind.
pub(super) fn sweep(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            // Left behind once more it does no harm.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Whether a folder lies here, and not a link to one.
pub(super) fn is_own_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file =
        std::fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

impl ProjectFolders {
    pub fn of(state_home: &Path, project: &Project) -> Self {
        Self { root: state_home.join("projects").join(&project.key) }
    }

    pub fn create(state_home: &Path, project: &Project) -> Result<Self, FolderError> {
        let folders = Self::of(state_home, project);
        make(&folders.runs())?;
        let private = Permissions::from_mode(0o700);
        std::fs::set_permissions(&folders.root, private)
            .map_err(|error| FolderError::Make { path: folders.root.clone(), error })?;
        Ok(folders)
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn lock(&self) -> PathBuf {
        self.root.join("supervisor.lock")
    }

    pub fn log(&self) -> PathBuf {
        self.root.join("supervisor.log")
    }

    /// What a supervisor says that has no log yet, or panics.
    pub fn errors(&self) -> PathBuf {
        self.root.join("supervisor.err")
    }

    pub fn runs(&self) -> PathBuf {
        self.root.join("runs")
    }

    pub fn run(&self, run: &RunId) -> PathBuf {
        self.runs().join(run.as_str())
    }

    pub fn journal(&self, run: &RunId) -> PathBuf {
        self.run(run).join("journal.jsonl")
    }

    pub fn blobs(&self, run: &RunId) -> PathBuf {
        self.run(run).join("blobs")
    }

    pub fn panes(&self, run: &RunId) -> PathBuf {
        self.run(run).join("panes")
    }

    pub fn recording(&self, run: &RunId, pane: &PaneId) -> PathBuf {
        self.panes(run).join(format!("{pane}.cast"))
    }

    /// Where the files lie that a session is launched with; they stay for its next launch.
    pub fn launch(&self, run: &RunId, session: &SessionId) -> PathBuf {
        self.run(run).join("launch").join(session.as_str())
    }

    /// Keeps where the folder for people of this run is: a setting that may say something else later.
    pub fn keep_run_folder(&self, run: &RunId, folder: &RunFolder) -> io::Result<()> {
        write_private(&self.run(run).join("folder"), &folder.path.display().to_string())
    }

    /// The folder for people of a run in this working tree.
    pub fn run_folder(&self, run: &RunId, directory: &str) -> RunFolder {
        RunFolder::kept(&self.run(run), run, directory)
    }

    /// Whether the operator agreed to the commands of a settings file with this hash.
    pub fn trusts(&self, sha256: &str) -> bool {
        let known = std::fs::read_to_string(self.trusted()).unwrap_or_default();
        known.lines().any(|line| line == sha256)
    }

    pub fn trust(&self, sha256: &str) -> io::Result<()> {
        if self.trusts(sha256) {
            return Ok(());
        }
        let known = std::fs::read_to_string(self.trusted()).unwrap_or_default();
        write_private(&self.trusted(), &format!("{known}{sha256}\n"))
    }

    /// How the operator parted the screen of this project, if that was kept.
    pub fn shape(&self) -> Option<String> {
        std::fs::read_to_string(self.root.join("screen")).ok()
    }

    pub fn keep_shape(&self, text: &str) -> io::Result<()> {
        write_private(&self.root.join("screen"), text)
    }

    /// The settings that stop a run and that were asked for, as the last awtui wrote them; `None` before one did.
    ///
    /// # Errors
    ///
    /// The file is there and cannot be read.
    pub fn asked(&self) -> io::Result<Option<String>> {
        match std::fs::read_to_string(self.root.join("asked")) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub fn keep_asked(&self, text: &str) -> io::Result<()> {
        write_private(&self.root.join("asked"), text)
    }

    fn trusted(&self) -> PathBuf {
        self.root.join("trusted")
    }

    /// The recordings of the operator's own terminals.
    pub fn terminals(&self) -> PathBuf {
        self.root.join("terminals")
    }

    pub fn create_terminals(&self) -> Result<PathBuf, FolderError> {
        let path = self.terminals();
        make(&path)?;
        Ok(path)
    }

    pub fn create_run(&self, run: &RunId) -> Result<(), FolderError> {
        for path in [self.panes(run), self.blobs(run), self.run(run).join("launch")] {
            make(&path)?;
        }
        Ok(())
    }

    pub fn create_launch(&self, run: &RunId, session: &SessionId) -> Result<PathBuf, FolderError> {
        let path = self.launch(run, session);
        make(&path)?;
        Ok(path)
    }

    /// The ids of all runs, newest first.
    pub fn run_ids(&self) -> Vec<RunId> {
        let mut ids: Vec<RunId> = std::fs::read_dir(self.runs())
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.path().join("journal.jsonl").is_file())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .map(RunId::new)
            .collect();
        ids.sort_by(|one, other| other.cmp(one));
        ids
    }
}

/// `<repository>/tmp/<run id>/`: what people and agents read. Ignores itself in git.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// The folder of a run below `root`, whether it exists or not.
    pub fn at(root: &Path, run: &RunId) -> Self {
        Self { path: root.join(run.as_str()) }
    }

    /// The one that was kept beside the journal, in `state`; else where it used to be made.
    pub fn kept(state: &Path, run: &RunId, directory: &str) -> Self {
        let kept = std::fs::read_to_string(state.join("folder")).ok();
        match kept.map(PathBuf::from).filter(|path| path.is_absolute()) {
            Some(path) => Self { path },
            None => Self::at(&Path::new(directory).join("tmp"), run),
        }
    }

    pub fn create(root: &Path, run: &RunId) -> Result<Self, FolderError> {
        let folder = Self::at(root, run);
        folder.restore()?;
        Ok(folder)
    }

    /// Makes what is missing of it.
    pub fn restore(&self) -> Result<(), FolderError> {
        let folder = self;
        if let Some(root) = folder.path.parent() {
            std::fs::create_dir_all(root)
                .map_err(|error| FolderError::Make { path: root.to_path_buf(), error })?;
        }
        for path in [folder.path.clone(), folder.steps(), folder.artifacts()] {
            make(&path)?;
            if !is_own_folder(&path) {
                return Err(FolderError::NotOurs { path });
            }
        }
        let ignore = folder.path.join(".gitignore");
        replace(&ignore, "*\n").map_err(|error| FolderError::Make { path: ignore, error })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn steps(&self) -> PathBuf {
        self.path.join("steps")
    }

    pub fn artifacts(&self) -> PathBuf {
        self.path.join("artifacts")
    }
}

/// `aw_<YYYYMMDD>_<HHMMSS>_<slug>` in universal time. `wall` in milliseconds.
pub fn run_id(wall: u64, task: &str) -> RunId {
    let at = i64::try_from(wall / 1000).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    let stamp = at.unwrap_or_default().strftime("%Y%m%d_%H%M%S");
    let first_line = task.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    RunId(format!("aw_{stamp}_{}", slug(first_line, SLUG)))
}
