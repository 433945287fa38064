//! Where an agent is tried: a scratch repository of its own, with the operator's settings and environment. It is always in
//! the same place, so that an agent which asks whether a folder is trusted need be told only once.

use crate::cli::context::Context;
use crate::cli::exit::Problem;
use crate::cli::print;
use crate::wire::Purpose;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

const PROMPT: &str = include_str!("../../../assets/conform/prompt.md");
const WORKFLOW: &str = include_str!("../../../assets/conform/workflow.toml");

pub(super) struct Place {
    folder: PathBuf,
    /// Held as long as the place is used.
    _lock: File,
    pub(super) context: Context,
}

impl Place {
    pub(super) fn make(context: &Context) -> Result<Self, Problem> {
        let failed = |error: &dyn std::fmt::Display| {
            Problem::failed(format!("the scratch repository cannot be made: {error}"))
        };
        let home = context.paths.state_home.join("conform");
        std::fs::create_dir_all(&home).map_err(|error| failed(&error))?;
        let lock = File::create(home.join("lock")).map_err(|error| failed(&error))?;
        lock.try_lock()
            .map_err(|_| Problem::failed("another `awtui conform` is at work; wait for its end"))?;
        let folder = home.join("repository");
        if folder.exists() {
            // Of one that was killed, or that was to be kept until the next.
            std::fs::remove_dir_all(&folder).map_err(|error| failed(&error))?;
        }
        for (path, text) in [("prompts/conform.md", PROMPT), ("workflows/conform.toml", WORKFLOW)] {
            let path = folder.join(".awtui").join(path);
            let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
            written.and_then(|()| std::fs::write(&path, text)).map_err(|error| failed(&error))?;
        }
        git(&folder).map_err(|reason| failed(&reason))?;
        let context = context.within(&folder)?;
        Ok(Self { folder, _lock: lock, context })
    }

    /// Ends its supervisor; nothing stays unless it is kept.
    pub(super) async fn close(self, keep: bool) {
        if let Ok(Some(mut session)) = self.context.find(Purpose::Replace { drain: false }).await {
            // It closes the connection when it is done.
            while session.next().await.is_ok() {}
        }
        if keep {
            // Beside what `--json` prints.
            print::error(&format!("kept until the next trial: {}", self.folder.display()));
            return;
        }
        for folder in [self.context.folders.root(), &self.folder] {
            if let Err(error) = std::fs::remove_dir_all(folder) {
                print::error(&format!("{} stays behind: {error}", folder.display()));
            }
        }
    }
}

fn git(folder: &Path) -> Result<(), String> {
    let author =
        ["-c", "user.name=awtui", "-c", "user.email=conform@awtui.invalid", "-c", "commit.gpgSign=false"];
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "--all"],
        &["commit", "--quiet", "--message", "A scratch repository"],
    ] {
        let output = Command::new("git")
            .args(author)
            .args(arguments)
            .current_dir(folder)
            .output()
            .map_err(|error| format!("git: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
        }
    }
    Ok(())
}
