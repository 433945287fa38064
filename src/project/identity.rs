//! Which project a folder belongs to: all worktrees of a repository are one.

use super::git;
use crate::domain::slug;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
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
    /// git answers here. Where it refuses to (no git on this machine, a repository of another user) the project is
    /// the same, without diffs.
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
        let asked = git::ask_path(&canonical, &["rev-parse", "--show-toplevel"]).and_then(|root| {
            let common = ["rev-parse", "--path-format=absolute", "--git-common-dir"];
            Ok((root, git::ask_path(&canonical, &common)?))
        });
        let (root, common, is_git) = match asked {
            Ok((root, common)) => (root, common, true),
            Err(git::GitError::Failed { reason, .. }) if reason.contains("not a git repository") => {
                (canonical.clone(), canonical, false)
            }
            Err(_) => {
                let (root, common) = repository_above(&canonical).unwrap_or((canonical.clone(), canonical));
                (root, common, false)
            }
        };
        let common = common.canonicalize().unwrap_or(common);
        let key = key(&common);
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

fn key(common: &Path) -> String {
    let named = if common.file_name().is_some_and(|name| name == ".git") {
        common.parent().unwrap_or(common)
    } else {
        common
    };
    let name = named.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let hash = Sha256::digest(common.as_os_str().as_encoded_bytes());
    let hash = hash.iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    format!("{}-{hash}", slug(&name, SLUG))
}

/// What git would say, read from its files: the work tree and the common git dir.
fn repository_above(folder: &Path) -> Option<(PathBuf, PathBuf)> {
    folder.ancestors().find_map(|folder| {
        let dot = folder.join(".git");
        let own = if dot.is_dir() { dot } else { folder.join(words_of(&dot, "gitdir:")?) };
        if !own.join("HEAD").is_file() {
            return None;
        }
        let common = words_of(&own.join("commondir"), "").map_or_else(|| own.clone(), |path| own.join(path));
        Some((folder.to_path_buf(), common))
    })
}

/// The path that a small file of git's names after `prefix`.
fn words_of(file: &Path, prefix: &str) -> Option<PathBuf> {
    use std::io::Read;
    let mut text = String::new();
    std::fs::File::open(file).ok()?.take(4096).read_to_string(&mut text).ok()?;
    Some(PathBuf::from(text.strip_prefix(prefix)?.trim()))
}
