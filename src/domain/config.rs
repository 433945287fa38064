//! What a run was started with. Fixed in its first fact; bounds may be extended by later facts.

use super::{Money, RoleName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How hard a model thinks, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Thinking {
    Off,
    Minimal,
    Low,
    Medium,
    High,
    Xhigh,
    Max,
}

impl Thinking {
    pub const ALL: [Self; 7] =
        [Self::Off, Self::Minimal, Self::Low, Self::Medium, Self::High, Self::Xhigh, Self::Max];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Xhigh => "xhigh",
            Self::Max => "max",
        }
    }
}

/// Which agent CLI, as the adapter registry knows it, and for `command` agents their definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentSpec {
    /// `pi`, `demo`, or a name under `[agents]`.
    pub name: String,
    /// For agents under `[agents]`: the argv template and how to read it, as the settings gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<AgentDefinition>,
}

/// A role as it was bound when the run began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleConfig {
    pub agent: AgentSpec,
    /// As the agent names it; `None` leaves the agent's own default.
    pub model: Option<String>,
    pub thinking: Option<Thinking>,
    /// Tokens; the gate acts at `compact_at` of the smaller of this and the window.
    pub context_limit: u64,
    /// Passed to the agent as they are.
    #[serde(default)]
    pub args: Vec<String>,
    /// Tools, as the agent names them, that need the operator's leave whatever the agent's own rules say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ask: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CompactStrategy {
    /// The agent's own compaction, with focus instructions.
    Compact,
    /// A fresh session seeded from the state and the last reports.
    HandOver,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextPolicy {
    /// Parts per thousand of the smaller of limit and window.
    pub warn_at: u32,
    /// Parts per thousand of the smaller of limit and window.
    pub compact_at: u32,
    pub strategy: CompactStrategy,
}

/// What ends in a gate when reached. 0 means no bound, for each of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoopBounds {
    /// Worker steps.
    pub max_rounds: u32,
    /// Milliseconds of the run's clock in which an agent, check or compaction worked since the operator last decided.
    pub max_autonomous: u64,
    /// Milliseconds without any sign of life of a working agent.
    pub max_idle: u64,
    /// DONE waits for the operator.
    pub confirm_done: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// For the whole run; zero means none.
    pub cost: Money,
    /// Fresh (not cached) input and output; zero means none.
    pub tokens: u64,
}

/// A command that awtui itself runs after each worker step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub name: String,
    /// Given to `sh -c` in the run's directory.
    pub run: String,
    pub required: bool,
    /// Milliseconds after which it is ended and counted as failed.
    pub timeout: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunConfig {
    pub roles: BTreeMap<RoleName, RoleConfig>,
    pub context: ContextPolicy,
    pub bounds: LoopBounds,
    pub budget: Budget,
    pub checks: Vec<Check>,
    /// What was found out about the agents before the run began, by role.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub agents: BTreeMap<RoleName, AgentFound>,
}

/// What an agent said of itself, and where its adapter looks for what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AgentFound {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What it does not tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
    /// By figure (`tokens`, `cost`, `context`, `window`, `state`): the field, event or file.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub told_by: BTreeMap<String, String>,
}

/// The definition of a `command` agent: the TOML table of `[agents.<name>]` as JSON text, read by its adapter alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AgentDefinition(pub String);
