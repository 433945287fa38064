//! Checkpoints: the work tree as a commit object on a hidden ref. Index, branch, HEAD and work tree stay untouched.

use crate::domain::{CheckpointSide, DiffStat, FileChange, RunId, StepNumber, Text};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use thiserror::Error;
use tokio::process::Command;

/// Untracked files larger than this are left out and named.
const LARGEST_UNTRACKED: u64 = 50 * 1024 * 1024;
/// Bytes of a patch that are kept.
const PATCH_SIZE: usize = 1024 * 1024;

#[derive(Debug, Error)]
pub enum CheckpointError {
    #[error("git {action} failed: {reason}")]
    Git { action: String, reason: String },
    #[error("git could not be run: {0}")]
    Io(#[from] std::io::Error),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// `None`: no git here.
    pub commit: Option<String>,
    /// Untracked files that were too large.
    pub skipped: Vec<String>,
}

/// `refs/awtui/<run>/<step>-before` or `-after`.
pub fn ref_name(run: &RunId, step: StepNumber, side: CheckpointSide) -> String {
    let side = match side {
        CheckpointSide::Before => "before",
        CheckpointSide::After => "after",
    };
    format!("refs/awtui/{run}/{step}-{side}")
}

struct Git<'a> {
    folder: &'a Path,
    index: Option<PathBuf>,
}

impl Git<'_> {
    async fn run(&self, arguments: &[OsString]) -> Result<Vec<u8>, CheckpointError> {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.folder);
        // Nothing of the repository's own runs for the sake of a checkpoint.
        command.args([
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "commit.gpgSign=false",
        ]);
        command.args(["-c", "core.quotePath=false", "-c", "diff.external="]);
        command.args(arguments);
        command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_EXTERNAL_DIFF"] {
            command.env_remove(name);
        }
        for (name, value) in [("NAME", "awtui"), ("EMAIL", "awtui@localhost")] {
            command.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
        }
        if let Some(index) = &self.index {
            command.env("GIT_INDEX_FILE", index);
        }
        let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(CheckpointError::Git {
            action: arguments.first().map_or_else(String::new, |word| word.to_string_lossy().into_owned()),
            reason: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    async fn text(&self, arguments: &[&str]) -> Result<String, CheckpointError> {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let output = self.run(&arguments).await?;
        Ok(String::from_utf8_lossy(&output).trim_end().to_owned())
    }
}

/// Records the work tree of `folder`, less the run folder.
pub async fn make(
    folder: &Path,
    run_folder: &Path,
    run: &RunId,
    step: StepNumber,
    side: CheckpointSide,
) -> Result<Checkpoint, CheckpointError> {
    let plain = Git { folder, index: None };
    let Ok(top) = plain.text(&["rev-parse", "--show-toplevel"]).await else {
        return Ok(Checkpoint { commit: None, skipped: Vec::new() });
    };
    let top = PathBuf::from(top);
    let scratch = tempfile::Builder::new().prefix("awtui-index-").tempdir()?;
    let index = scratch.path().join("index");
    // Beginning from the user's index spares git from reading files that did not change.
    let own = Git { folder: &top, index: None }
        .text(&["rev-parse", "--path-format=absolute", "--git-path", "index"])
        .await?;
    if Path::new(&own).is_file() {
        std::fs::copy(&own, &index)?;
    }
    let git = Git { folder: &top, index: Some(index) };
    let (large, excluded) = left_out(&git, &top, run_folder).await?;
    let mut add: Vec<OsString> =
        ["add", "--all", "--ignore-errors", "--", "."].iter().map(OsString::from).collect();
    add.extend(excluded);
    git.run(&add).await?;
    let tree = git.text(&["write-tree"]).await?;
    let message = format!(
        "awtui {run} step {step} {}",
        if side == CheckpointSide::Before { "before" } else { "after" }
    );
    let head = plain.text(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).await.ok();
    let mut commit = vec!["commit-tree", tree.as_str(), "-m", message.as_str()];
    if let Some(head) = &head {
        commit.extend(["-p", head.as_str()]);
    }
    let commit = git.text(&commit).await?;
    git.text(&["update-ref", &ref_name(run, step, side), &commit]).await?;
    Ok(Checkpoint { commit: Some(commit), skipped: large })
}

/// Large untracked files, and what `git add` must not take in as exclusions.
async fn left_out(
    git: &Git<'_>,
    top: &Path,
    run_folder: &Path,
) -> Result<(Vec<String>, Vec<OsString>), CheckpointError> {
    let mut excluded = Vec::new();
    let canonical = run_folder.canonicalize().unwrap_or_else(|_| run_folder.to_path_buf());
    let inside = canonical.strip_prefix(top.canonicalize().unwrap_or_else(|_| top.to_path_buf()));
    if let Ok(inside) = inside
        && !inside.as_os_str().is_empty()
    {
        excluded.push(exclusion(inside));
    }
    let arguments: Vec<OsString> =
        ["ls-files", "--others", "--exclude-standard", "-z"].iter().map(OsString::from).collect();
    let untracked = git.run(&arguments).await?;
    let mut large = Vec::new();
    for name in untracked.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let name = PathBuf::from(OsString::from_vec(name.to_vec()));
        let size = std::fs::symlink_metadata(top.join(&name)).map_or(0, |metadata| metadata.len());
        if size > LARGEST_UNTRACKED {
            large.push(name.to_string_lossy().into_owned());
            excluded.push(exclusion(&name));
        }
    }
    Ok((large, excluded))
}

fn exclusion(path: &Path) -> OsString {
    let mut exclusion = OsString::from(":(exclude,literal,top)");
    exclusion.push(path);
    exclusion
}

/// Whether the checkpoint was made.
pub async fn exists(folder: &Path, run: &RunId, step: StepNumber, side: CheckpointSide) -> bool {
    let name = ref_name(run, step, side);
    Git { folder, index: None }.text(&["rev-parse", "--verify", "--quiet", &name]).await.is_ok()
}

/// What changed between two checkpoints.
pub async fn diff(folder: &Path, before: &str, after: &str) -> Result<DiffStat, CheckpointError> {
    let git = Git { folder, index: None };
    let arguments: Vec<OsString> =
        ["diff", "--numstat", "-z", "--no-renames", before, after].iter().map(OsString::from).collect();
    let numbers = git.run(&arguments).await?;
    let files = numbers
        .split(|byte| *byte == 0)
        .filter_map(|entry| {
            let text = String::from_utf8_lossy(entry);
            let mut parts = text.splitn(3, '\t');
            let (added, removed, path) = (parts.next()?, parts.next()?, parts.next()?);
            Some(FileChange {
                path: path.to_owned(),
                added: added.parse().ok(),
                removed: removed.parse().ok(),
            })
        })
        .collect();
    let arguments: Vec<OsString> = ["diff", "--no-color", "--no-ext-diff", "--no-renames", before, after]
        .iter()
        .map(OsString::from)
        .collect();
    let patch = git.run(&arguments).await?;
    let mut text = String::from_utf8_lossy(&patch[..patch.len().min(PATCH_SIZE)]).into_owned();
    if patch.len() > PATCH_SIZE {
        text.push_str("\n[the patch is longer; the checkpoints hold all of it]\n");
    }
    Ok(DiffStat { files, skipped: Vec::new(), patch: Text::from(text) })
}
