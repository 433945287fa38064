//! Settings that stop a run before it costs too much. A version of awtui that brings another one asks for it once, where nobody
//! has set it.
//!
//! Owns which they are and which of them a person was never asked for. It asks nobody and writes nothing.

use super::layers::Layer;
use super::values::Settings;

/// Each has a question in the set-up. One that comes later goes to the end.
pub const SAFETY: [&str; 3] = ["budget.cost", "loop.max_hours", "loop.max_rounds"];

impl Settings {
    /// What is to be asked for, by what the awtui before knew, a key a line: settings that it did not know and that nobody has
    /// set. Nothing where none is known to have been here before.
    pub fn unasked(&self, known: Option<&str>) -> Vec<&'static str> {
        let Some(known) = known else { return Vec::new() };
        let rows = self.sheet();
        let is_set = |key: &str| rows.iter().any(|row| row.key == key && row.layer != Layer::BuiltIn);
        SAFETY
            .into_iter()
            .filter(|key| !known.lines().any(|line| line.trim() == *key) && !is_set(key))
            .collect()
    }
}
