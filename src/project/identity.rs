//! Which project a folder belongs to: all worktrees of a repository are one.

use crate::domain::slug;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use thiserror::Error;

/// Bytes of the slug in a key.
const SLUG: usize = 40;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The top of the work tree, or the folder itself.
    pub root: PathBuf,
    /// The canonical common git dir, or the folder itself.
    pub common: PathBuf,
    /// Slug and hash of `common`.
    pub key: String,
    pub is_git: bool,
}

#[derive(Debug, Error)]
pub enum ProjectError {
    #[error("{} is not a folder; go to the folder of your project, or name it with -C", path.display())]
    NoFolder { path: PathBuf },
    #[error("cannot look at {}: {error}", path.display())]
    Look { path: PathBuf, error: std::io::Error },
    #[error("{} cannot be written to ({error}); awtui keeps its run folder there", path.display())]
    ReadOnly { path: PathBuf, error: std::io::Error },
}

impl Project {
    /// The project of a folder: its git repository, else the folder itself.
    pub fn find(folder: &Path) -> Result<Self, ProjectError> {
        if !folder.is_dir() {
            return Err(ProjectError::NoFolder { path: folder.to_path_buf() });
        }
        let canonical = folder
            .canonicalize()
            .map_err(|error| ProjectError::Look { path: folder.to_path_buf(), error })?;
        let asked = git(&canonical, &["rev-parse", "--show-toplevel"])
            .zip(git(&canonical, &["rev-parse", "--path-format=absolute", "--git-common-dir"]));
        let (root, common, is_git) = match asked {
            Some((root, common)) => {
                let common = PathBuf::from(common);
                (PathBuf::from(root), common.canonicalize().unwrap_or(common), true)
            }
            None => (canonical.clone(), canonical, false),
        };
        let named = if common.file_name().is_some_and(|name| name == ".git") {
            common.parent().unwrap_or(&common)
        } else {
            &common
        };
        let name = named.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let hash = Sha256::digest(common.as_os_str().as_encoded_bytes()).iter().take(8).fold(
            String::new(),
            |mut text, byte| {
                // Writing to a string cannot fail.
                let _ = write!(text, "{byte:02x}");
                text
            },
        );
        let key = format!("{}-{hash}", slug(&name, SLUG));
        Ok(Self { root, common, key, is_git })
    }

    /// Whether the run folder can be made here; says why not.
    pub fn check_writable(&self) -> Result<(), ProjectError> {
        tempfile::Builder::new()
            .prefix(".awtui-")
            .tempfile_in(&self.root)
            .map(drop)
            .map_err(|error| ProjectError::ReadOnly { path: self.root.clone(), error })
    }
}

/// The answer of git, or `None` where this is no repository or git is not installed.
fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .output()
        .ok()?;
    if !output.status.success() {
        return None;
    }
    let mut text = String::from_utf8(output.stdout).ok()?;
    if text.ends_with('\n') {
        text.pop();
    }
    (!text.is_empty()).then_some(text)
}
