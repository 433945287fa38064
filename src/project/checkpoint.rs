//! Checkpoints: the work tree as a commit object on a hidden ref. Index, branch, HEAD and work tree stay untouched.

use super::git::{Calls, Git, GitError};
use crate::domain::{CheckpointSide, DiffStat, FileChange, RunId, StepNumber, Text};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// Untracked files larger than this are left out and named.
const LARGEST_UNTRACKED: u64 = 50 * 1024 * 1024;
/// Bytes of a patch that are kept.
const PATCH_SIZE: u64 = 1024 * 1024;
/// Files that a diff names one by one.
const MOST_FILES: usize = 5000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// `None`: no git here.
    pub commit: Option<String>,
    /// Untracked files that were too large or not readable, and repositories within this one.
    pub skipped: Vec<String>,
}

fn side_name(side: CheckpointSide) -> &'static str {
    match side {
        CheckpointSide::Before => "before",
        CheckpointSide::After => "after",
    }
}

/// `refs/awtui/<run>/<step>-before` or `-after`.
pub fn ref_name(run: &RunId, step: StepNumber, side: CheckpointSide) -> String {
    format!("refs/awtui/{run}/{step}-{}", side_name(side))
}

/// Records the work tree of `folder`, less the run folder.
pub async fn make(
    folder: &Path,
    run_folder: &Path,
    run: &RunId,
    step: StepNumber,
    side: CheckpointSide,
    calls: &Calls,
) -> Result<Checkpoint, GitError> {
    let Some(recorded) = record(folder, run_folder, calls).await? else {
        return Ok(Checkpoint { commit: None, skipped: Vec::new() });
    };
    let Recorded { top, tree, skipped } = recorded;
    let head = Git::new(&top, "rev-parse", calls).args(["--verify", "--quiet", "HEAD^{commit}"]);
    let head = head.word().await.ok();
    let parent = head.iter().flat_map(|head| ["-p", head.as_str()]);
    let message = format!("awtui {run} step {step} {}", side_name(side));
    let commit = Git::new(&top, "commit-tree", calls)
        .args([tree.as_str(), "-m", message.as_str()])
        .args(parent)
        .env("GIT_AUTHOR_NAME", "awtui")
        .env("GIT_AUTHOR_EMAIL", "awtui@localhost")
        .env("GIT_COMMITTER_NAME", "awtui")
        .env("GIT_COMMITTER_EMAIL", "awtui@localhost")
        .word()
        .await?;
    let named = ref_name(run, step, side);
    Git::new(&top, "update-ref", calls).args([named.as_str(), &commit]).bytes().await?;
    Ok(Checkpoint { commit: Some(commit), skipped })
}

/// The work tree as a tree object that nothing refers to yet.
struct Recorded {
    top: PathBuf,
    tree: String,
    /// As in [`Checkpoint`].
    skipped: Vec<String>,
}

/// `None`: no git here.
async fn record(folder: &Path, run_folder: &Path, calls: &Calls) -> Result<Option<Recorded>, GitError> {
    let top = match Git::new(folder, "rev-parse", calls).args(["--show-toplevel"]).path().await {
        Ok(top) => top,
        Err(error) if error.means_no_repository() => return Ok(None),
        Err(error) => return Err(error),
    };
    let scratch = tempfile::Builder::new().prefix("awtui-index-").tempdir()?;
    let index = scratch.path().join("index");
    let own = ["--path-format=absolute", "--git-path", "index"];
    copy_index(&Git::new(&top, "rev-parse", calls).args(own).path().await?, &index)?;
    let git = |action: &str| Git::new(&top, action, calls).env("GIT_INDEX_FILE", &index);
    let others = git("ls-files").args(["--others", "--exclude-standard", "-z", "--", ":/"]).bytes().await?;
    let left_out = left_out(&top, run_folder, &others);
    // By file: an argument list has an end, and a name may be of any bytes.
    let paths = scratch.path().join("paths");
    std::fs::write(&paths, &left_out.pathspecs)?;
    let mut from = OsString::from("--pathspec-from-file=");
    from.push(&paths);
    git("add").args(["--all", "--sparse", "--pathspec-file-nul"]).args([from]).bytes().await?;
    let tree = git("write-tree").word().await?;
    Ok(Some(Recorded { top, tree, skipped: left_out.names }))
}

/// Beginning from the user's index spares git from reading files that did not change. The copy keeps its time: by it
/// git tells which files changed in the very moment the index was written and must be read all the same.
fn copy_index(own: &Path, copy: &Path) -> io::Result<()> {
    let Ok(metadata) = std::fs::metadata(own) else { return Ok(()) };
    std::fs::copy(own, copy)?;
    File::options().write(true).open(copy)?.set_modified(metadata.modified()?)
}

/// What `git add` must not take in.
struct LeftOut {
    /// For people.
    names: Vec<String>,
    /// For git, each ended by a zero byte: everything, less these.
    pathspecs: Vec<u8>,
}

fn left_out(top: &Path, run_folder: &Path, others: &[u8]) -> LeftOut {
    let mut left_out = LeftOut { names: Vec::new(), pathspecs: b":/\0".to_vec() };
    let mut exclude = |path: &OsStr| {
        left_out.pathspecs.extend_from_slice(b":(exclude,literal,top)");
        left_out.pathspecs.extend_from_slice(path.as_bytes());
        left_out.pathspecs.push(0);
    };
    let canonical = run_folder.canonicalize().unwrap_or_else(|_| run_folder.to_path_buf());
    let top_canonical = top.canonicalize().unwrap_or_else(|_| top.to_path_buf());
    let inside = canonical.strip_prefix(top_canonical).ok().filter(|inside| !inside.as_os_str().is_empty());
    if let Some(inside) = inside {
        exclude(inside.as_os_str());
    }
    for name in others.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let path = PathBuf::from(OsString::from_vec(name.to_vec()));
        if inside.is_some_and(|inside| path.starts_with(inside)) {
            continue;
        }
        // git names a folder only when it is another repository, of which it would keep a name without content.
        if name.ends_with(b"/") || !is_recordable(&top.join(&path)) {
            exclude(OsStr::from_bytes(name.strip_suffix(b"/").unwrap_or(name)));
            left_out.names.push(path.to_string_lossy().into_owned());
        }
    }
    left_out
}

fn is_recordable(path: &Path) -> bool {
    let Ok(metadata) = path.symlink_metadata() else { return true };
    metadata.is_symlink()
        || (metadata.len() <= LARGEST_UNTRACKED
            && rustix::fs::access(path, rustix::fs::Access::READ_OK).is_ok())
}

/// The checkpoint's commit, if it was made.
pub async fn find(folder: &Path, run: &RunId, step: StepNumber, side: CheckpointSide) -> Option<String> {
    let name = format!("{}^{{commit}}", ref_name(run, step, side));
    Git::new(folder, "rev-parse", &Calls::default()).args(["--verify", "--quiet", &name]).word().await.ok()
}

/// Whether the checkpoint was made.
pub async fn exists(folder: &Path, run: &RunId, step: StepNumber, side: CheckpointSide) -> bool {
    find(folder, run, step, side).await.is_some()
}

/// `git diff-tree` between two commits or trees. The plumbing command: what a person likes their diffs to look like does
/// not reach it.
fn diff_tree<'c>(
    folder: &Path,
    (before, after): (&str, &str),
    form: &[&str],
    file: Option<&str>,
    calls: &'c Calls,
) -> Git<'c> {
    let file = file.map(|path| format!(":(literal,top){path}"));
    Git::new(folder, "diff-tree", calls)
        .args(["-r", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none"])
        .args(form)
        .args([before, after, "--"])
        .args(file)
}

/// What changed between two checkpoints.
pub async fn diff(folder: &Path, before: &str, after: &str, calls: &Calls) -> Result<DiffStat, GitError> {
    let numbers = diff_tree(folder, (before, after), &["--numstat", "-z"], None, calls).bytes().await?;
    let mut files: Vec<FileChange> = numbers.split(|byte| *byte == 0).filter_map(file_change).collect();
    if files.len() > MOST_FILES {
        let rest = files.split_off(MOST_FILES);
        files.push(FileChange {
            path: format!("(and {} more files)", rest.len()),
            added: Some(rest.iter().filter_map(|file| file.added).sum()),
            removed: Some(rest.iter().filter_map(|file| file.removed).sum()),
        });
    }
    let text = told_patch(folder, before, after, None, calls).await?;
    Ok(DiffStat { files, skipped: Vec::new(), patch: Text::from(text) })
}

/// The patch between two checkpoints, of one file if one is named, up to a size. To look at: the calls are told nobody.
pub async fn patch(folder: &Path, before: &str, after: &str, file: Option<&str>) -> Result<String, GitError> {
    told_patch(folder, before, after, file, &Calls::default()).await
}

async fn told_patch(
    folder: &Path,
    before: &str,
    after: &str,
    file: Option<&str>,
    calls: &Calls,
) -> Result<String, GitError> {
    let git = diff_tree(folder, (before, after), &["--patch", "--no-color"], file, calls);
    let (patch, more) = git.at_most(PATCH_SIZE).await?;
    let mut text = String::from_utf8_lossy(whole_lines(&patch, more)).into_owned();
    if more {
        text.push_str("[the patch is longer; the checkpoints hold all of it]\n");
    }
    Ok(text)
}

/// The patch from a checkpoint to the work tree as it is now. Nothing is kept of it.
pub async fn patch_so_far(
    folder: &Path,
    run_folder: &Path,
    before: &str,
    file: Option<&str>,
) -> Result<String, GitError> {
    match record(folder, run_folder, &Calls::default()).await? {
        Some(now) => patch(folder, before, &now.tree, file).await,
        None => Ok(String::new()),
    }
}

/// `added TAB removed TAB path`, with `-` for a binary file.
fn file_change(entry: &[u8]) -> Option<FileChange> {
    let text = String::from_utf8_lossy(entry);
    let mut parts = text.splitn(3, '\t');
    let (added, removed, path) = (parts.next()?, parts.next()?, parts.next()?);
    Some(FileChange { path: path.to_owned(), added: added.parse().ok(), removed: removed.parse().ok() })
}

/// A cut patch ends with its last whole line.
fn whole_lines(patch: &[u8], is_cut: bool) -> &[u8] {
    let end = patch.iter().rposition(|byte| *byte == b'\n').filter(|_| is_cut);
    &patch[..end.map_or(patch.len(), |end| end + 1)]
}
