//! Reading an agent's session log as it grows: whole lines only, each once.

use super::world::World;
use crate::agent::LogPlan;
use std::path::PathBuf;

#[derive(Debug)]
pub(super) struct LogTail {
    plan: LogPlan,
    path: Option<PathBuf>,
    offset: u64,
    partial: Vec<u8>,
}

impl LogTail {
    pub(super) fn new(plan: LogPlan) -> Self {
        Self { plan, path: None, offset: 0, partial: Vec::new() }
    }

    /// The agent says where its log is. Another file than before is read from its beginning.
    pub(super) fn follow(&mut self, path: PathBuf) {
        if self.path.as_ref() != Some(&path) {
            *self = Self { path: Some(path), ..Self::new(LogPlan::None) };
        }
    }

    pub(super) fn path(&self) -> Option<&PathBuf> {
        self.path.as_ref()
    }

    /// The lines that were completed since the last call. A line that is not UTF-8 comes with replacement characters.
    pub(super) fn new_lines(&mut self, world: &dyn World) -> Vec<String> {
        if self.path.is_none() {
            self.path = world.find_log(&self.plan);
        }
        let Some(path) = &self.path else { return Vec::new() };
        let Some(bytes) = world.read_log(path, self.offset) else { return Vec::new() };
        self.offset += u64::try_from(bytes.len()).unwrap_or(0);
        self.partial.extend_from_slice(&bytes);
        let mut lines = Vec::new();
        while let Some(end) = self.partial.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.partial.drain(..=end).collect();
            lines.push(String::from_utf8_lossy(&line[..end]).into_owned());
        }
        lines
    }
}
