#![allow(clippy::wildcard_enum_match_arm, reason = "a test names only the arms it is about")]

mod claude;
mod claude_hooks;
mod claude_log;
mod codex;
mod codex_hooks;
mod codex_log;
mod command;
mod json;
mod launch;
mod opencode;
mod opencode_launch;
mod pi_log;
mod pi_signals;
mod probe;
mod protocol;
mod report_text;

use awtui::agent::{Adapter, Emission, LaunchContext, LaunchPlan, Probe, adapter};
use awtui::domain::{
    AgentDefinition, AgentSpec, Observation, PaneId, RoleConfig, RoleName, RunId, SessionId, Source,
    UsageSeen,
};
use std::path::Path;

pub const RUN: &str = "aw_20261121_120000_fix";

pub fn pi() -> Box<dyn Adapter> {
    adapter(&AgentSpec { name: "pi".to_owned(), definition: None }).unwrap()
}

pub fn defined(json: &str) -> Box<dyn Adapter> {
    let definition = Some(AgentDefinition(json.to_owned()));
    adapter(&AgentSpec { name: "mine".to_owned(), definition }).unwrap()
}

pub fn role() -> RoleConfig {
    RoleConfig {
        agent: AgentSpec { name: "pi".to_owned(), definition: None },
        model: Some("mock/mock-worker".to_owned()),
        thinking: None,
        context_limit: 128_000,
        args: Vec::new(),
        ask: Vec::new(),
    }
}

/// Launches with the usual names; `change` adapts what the case is about.
pub fn launch(
    adapter: &mut dyn Adapter,
    probe: &Probe,
    config: &RoleConfig,
    change: impl FnOnce(&mut LaunchContext),
) -> Result<LaunchPlan, awtui::agent::AgentError> {
    let (run, pane, session, role) =
        (RunId::new(RUN), PaneId::new("worker-1"), SessionId::new("worker.1"), RoleName::new("worker"));
    let environment = [("HOME".to_owned(), "/home/ann".to_owned())];
    let mut context = LaunchContext {
        run: &run,
        pane: &pane,
        session: &session,
        role: &role,
        config,
        directory: Path::new("/repository"),
        launch_folder: Path::new("/runs/one/launch/worker.1"),
        agent_socket: Path::new("/tmp/a/agent"),
        token: "secret",
        secret: "another secret",
        awtui: Path::new("/usr/bin/awtui"),
        environment: &environment,
        port: Some(4096),
        resume: None,
        prompted: false,
        probe,
        program: Path::new("/usr/bin/pi"),
        artifacts: Path::new("/runs/one/artifacts"),
    };
    change(&mut context);
    adapter.launch(&context)
}

pub fn fixture(name: &str) -> Vec<String> {
    let path = format!("tests/it/fixtures/pi/session_{name}.jsonl");
    std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

pub fn observations(emissions: Vec<Emission>) -> Vec<(Source, Observation)> {
    emissions
        .into_iter()
        .map(|emission| match emission {
            Emission::Observed { source, observation } => (source, observation),
            other => panic!("not an observation: {other:?}"),
        })
        .collect()
}

pub fn usages(observations: &[(Source, Observation)]) -> Vec<UsageSeen> {
    observations
        .iter()
        .filter_map(|(_, observation)| match observation {
            Observation::Usage(usage) => Some(usage.clone()),
            _ => None,
        })
        .collect()
}
