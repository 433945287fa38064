//! The files of the run folder, made from the state. Deletable at any time: the next fact makes them again.

use super::folders::{replace, sweep};
use super::{RunFolder, ledger_file, state_file, step_file};
use crate::domain::{Run, Text};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Writes what changed since it last wrote, and only that.
#[derive(Debug, Default)]
pub struct Projector {
    written: BTreeMap<PathBuf, String>,
}

impl Projector {
    /// `full` resolves a text that lies in a blob.
    pub fn write(&mut self, run: &Run, folder: &RunFolder, full: &dyn Fn(&Text) -> String) -> io::Result<()> {
        if self.written.is_empty() {
            sweep(folder.path());
            sweep(&folder.steps());
        }
        let relative = |name: &str| format!("{}/{name}", folder.path().display());
        self.file(&folder.path().join("state.md"), state_file::state(run, folder.path(), full))?;
        let ledger = serde_json::to_string_pretty(&ledger_file::ledger(run, folder.path()))
            .map_err(io::Error::other)?;
        self.file(&folder.path().join("ledger.json"), ledger + "\n")?;
        for step in &run.steps {
            let name = format!("steps/{}.md", step.file_stem());
            let text = step_file::step(run, step, &relative(&name), full);
            self.file(&folder.path().join(name), text)?;
        }
        if run.is_over() {
            self.file(&folder.path().join("summary.md"), state_file::summary(run, full))?;
        }
        Ok(())
    }

    /// Whole or not at all, so that a reader never sees half a file.
    fn file(&mut self, path: &Path, text: String) -> io::Result<()> {
        if self.written.get(path).is_some_and(|before| *before == text) && path.exists() {
            return Ok(());
        }
        let parent = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(parent)?;
        replace(path, &text)?;
        self.written.insert(path.to_path_buf(), text);
        Ok(())
    }
}
