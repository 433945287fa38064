//! How any program is driven as an agent: the choices of `[agents.NAME]`, which the settings check and the `command`
//! adapter carries out.

use serde::{Deserialize, Serialize};

/// How the program is given a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PromptBy {
    /// As the argument `{prompt}`; one process a turn.
    Argument,
    /// On standard input, which is then closed; one process a turn.
    Stdin,
    /// In a file named by `{prompt_file}`; one process a turn.
    File,
    /// Pasted into the running program.
    Paste,
}

/// What ends a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TurnEndsBy {
    Exit,
    /// `awtui report`, called by the program.
    Report,
    /// A pattern that its screen matches when it is done.
    Pattern,
    /// No output for a while.
    Idle,
}

/// What interrupts a turn when it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InterruptKey {
    #[default]
    Escape,
    CtrlC,
}

/// Where the tokens of a call stand in what the program prints.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UsageRule {
    /// A regular expression with the named groups `input`, `output`, `cache_read`, `cache_write`, `cost` and `id`.
    pub pattern: Option<String>,
    /// JSON pointers into each line that is a JSON object.
    pub id: Option<String>,
    pub input: Option<String>,
    pub output: Option<String>,
    pub cache_read: Option<String>,
    pub cache_write: Option<String>,
    pub cost: Option<String>,
    pub counts: UsageCounts,
}

/// What a figure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UsageCounts {
    /// One call.
    #[default]
    Call,
    /// Everything since the program started.
    Total,
}
