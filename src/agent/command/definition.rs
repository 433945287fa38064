//! The definition of a `command` agent as the settings hand it over: JSON of the complete `[agents.NAME]` table.

pub use crate::domain::{InterruptKey, PromptBy, TurnEndsBy, UsageCounts, UsageRule};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// Program and arguments. `{prompt}`, `{prompt_file}`, `{model}`, `{thinking}`, `{session}`, `{directory}`, `{home}` and
    /// `{artifacts}` stand for their values; each argument stays one argument.
    pub argv: Vec<String>,
    pub prompt: PromptBy,
    /// Continues the conversation `{session}`; empty when the program cannot.
    #[serde(default)]
    pub resume: Vec<String>,
    /// A regular expression that the screen matches when the program takes prompts. Without it: the first quiet time.
    #[serde(default)]
    pub ready: Option<String>,
    /// Milliseconds.
    #[serde(default = "default_quiet")]
    pub quiet_ms: u64,
    pub end: TurnEndsBy,
    #[serde(default = "default_end_idle")]
    pub end_idle_seconds: f64,
    /// A regular expression that what it showed after the prompt matches when a turn is over.
    #[serde(default)]
    pub end_pattern: Option<String>,
    /// The file that it writes its conversation into, line by line; the prompt is looked for there, and the usage.
    #[serde(default)]
    pub log: Option<String>,
    #[serde(default)]
    pub interrupt: InterruptKey,
    /// Typed to make it leave; empty: its process group is ended.
    #[serde(default)]
    pub quit: String,
    /// Typed to compact, with `{focus}`.
    #[serde(default)]
    pub compact: Option<String>,
    /// Tokens.
    #[serde(default)]
    pub window: Option<u64>,
    #[serde(default)]
    pub usage: Option<UsageRule>,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

fn default_quiet() -> u64 {
    1_000
}

fn default_end_idle() -> f64 {
    10.0
}
