//! Adapters: what awtui knows about each agent CLI, as pure turning of bytes, lines and payloads into observations,
//! launch plans and requests.
//!
//! Owns the adapter trait, one folder or file a CLI, and the agent protocol. It never spawns, reads a file or opens a
//! socket: the supervisor carries out what is asked for here and hands in what came of it.

mod adapter;
mod claude;
mod codex;
pub mod command;
mod demo;
mod entry;
pub mod json;
mod keys;
pub mod launch;
mod marker;
mod models;
mod opencode;
mod pi;
pub mod protocol;

pub use adapter::{
    Adapter, AgentError, Clamped, Control, Delivery, DeskState, Emission, Feature, Keys, LaunchContext,
    LaunchFile, LaunchPlan, LogPlan, Model, Probe, ProbeCommand, ProbeOutput, ProbePlan, ServerPlan,
    ServerRequest,
};
pub use marker::{find_marker, marker};

use crate::domain::AgentSpec;

/// The agents that need no definition, as the settings name them.
pub const BUILT_IN: [&str; 4] = ["pi", "claude", "codex", "opencode"];

/// What puts the program of a built-in agent on PATH. Its own name is also that of the agent.
pub fn how_to_get(program: &str) -> Option<&'static str> {
    let known = [
        ("pi", "npm install -g @earendil-works/pi-coding-agent  (wants Node 22.19 or newer)"),
        ("claude", "npm install -g @anthropic-ai/claude-code  (wants Node 22 or newer)"),
        ("codex", "npm install -g @openai/codex"),
        ("opencode", "npm install -g opencode-ai"),
    ];
    known.into_iter().find(|(name, _)| *name == program).map(|(_, command)| command)
}

/// The adapter for an agent as the settings name it.
pub fn adapter(spec: &AgentSpec) -> Result<Box<dyn Adapter>, AgentError> {
    if let Some(definition) = &spec.definition {
        return Ok(Box::new(command::Command::new(&spec.name, definition)?));
    }
    match spec.name.as_str() {
        "claude" => Ok(Box::new(claude::Claude::default())),
        "pi" => Ok(Box::new(pi::Pi::default())),
        "codex" => Ok(Box::new(codex::Codex::default())),
        "opencode" => Ok(Box::new(opencode::OpenCode::default())),
        "demo" => Ok(Box::new(demo::Demo)),
        name => Err(AgentError::UnknownAgent {
            name: name.to_owned(),
            nearest: models::nearest(name, BUILT_IN).map(str::to_owned),
        }),
    }
}
