//! Where an agent is tried: a scratch repository of its own, with the operator's settings and environment.

use crate::cli::context::Context;
use crate::cli::exit::Problem;
use crate::cli::print;
use crate::wire::Purpose;
use std::path::Path;
use std::process::Command;

const PROMPT: &str = include_str!("../../../assets/conform/prompt.md");
const WORKFLOW: &str = include_str!("../../../assets/conform/workflow.toml");

pub(super) struct Place {
    folder: tempfile::TempDir,
    pub(super) context: Context,
}

impl Place {
    pub(super) fn make(context: &Context) -> Result<Self, Problem> {
        let failed = |error: &dyn std::fmt::Display| {
            Problem::failed(format!("the scratch repository cannot be made: {error}"))
        };
        let folder =
            tempfile::Builder::new().prefix("awtui-conform-").tempdir().map_err(|error| failed(&error))?;
        for (path, text) in [("prompts/conform.md", PROMPT), ("workflows/conform.toml", WORKFLOW)] {
            let path = folder.path().join(".awtui").join(path);
            let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
            written.and_then(|()| std::fs::write(&path, text)).map_err(|error| failed(&error))?;
        }
        git(folder.path()).map_err(|reason| failed(&reason))?;
        let context = context.within(folder.path())?;
        Ok(Self { folder, context })
    }

    /// Ends its supervisor; nothing stays unless it is kept.
    pub(super) async fn close(mut self, keep: bool) {
        if let Ok(Some(mut session)) = self.context.find(Purpose::Replace { drain: false }).await {
            // It closes the connection when it is done.
            while session.next().await.is_ok() {}
        }
        if keep {
            self.folder.disable_cleanup(true);
            print::line(&format!("kept in {}", self.folder.path().display()));
            return;
        }
        if let Err(error) = std::fs::remove_dir_all(self.context.folders.root()) {
            print::error(&format!("{} stays behind: {error}", self.context.folders.root().display()));
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
