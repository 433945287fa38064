//! `awtui conform`: whether an agent behaves as awtui needs it, tried with the agent itself.
//!
//! Owns the behaviours that are tried and how they are judged, from the facts of real runs in a scratch repository. What
//! is missing but can be lived with is said as such; what breaks the loop is a failure.

mod behaviour;
mod place;
mod trial;

use super::arguments::ConformOptions;
use super::context::Context;
use super::exit::{Exit, Problem};
use super::print;
use crate::agent::{self, Probe};
use crate::domain::{AgentSpec, RoleConfig, RoleName};
use crate::settings::Settings;
use crate::supervisor::RealWorld;
use crate::supervisor::world::World;
use behaviour::BEHAVIOURS;
use place::Place;
use serde::Serialize;
use std::time::Duration;

/// The role that the agent plays.
const ROLE: &str = "worker";
/// In tokens; no trial comes near it.
const CONTEXT: u64 = 128_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Judgement {
    Good,
    /// It works, by a weaker way or without something.
    Weak,
    Bad,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Finding {
    behaviour: &'static str,
    judgement: Judgement,
    words: String,
}

impl Finding {
    fn new(behaviour: &'static str, judgement: Judgement, words: impl Into<String>) -> Self {
        Self { behaviour, judgement, words: words.into() }
    }

    /// Good, or bad with these words.
    fn of(behaviour: &'static str, good: bool, words: impl Into<String>) -> Self {
        Self::new(behaviour, if good { Judgement::Good } else { Judgement::Bad }, words)
    }

    /// Good, or weak with these words.
    fn weak_unless(behaviour: &'static str, good: bool, words: impl Into<String>) -> Self {
        Self::new(behaviour, if good { Judgement::Good } else { Judgement::Weak }, words)
    }
}

pub(super) async fn run(context: &Context, options: ConformOptions) -> Result<Exit, Problem> {
    let settings = context.settings()?;
    let role = role(&settings, &options);
    let mut findings = Vec::new();
    let mut tell = |finding: Finding| {
        if !options.json {
            let mark = match finding.judgement {
                Judgement::Good => "ok ",
                Judgement::Weak => "~~ ",
                Judgement::Bad => "-- ",
            };
            print::line(&format!("{mark} {:<34} {}", finding.behaviour, finding.words));
        }
        findings.push(finding);
    };
    let probed = probe(&role.agent, context.environment()).await;
    let known = probed.as_ref().ok().cloned();
    tell(found(probed));
    if let Some(known) = known {
        for lack in &known.lacks {
            tell(Finding::new("lacks", Judgement::Weak, lack.clone()));
        }
        let place = Place::make(context)?;
        let patience = Duration::from_secs(options.patience);
        for behaviour in BEHAVIOURS {
            for finding in trial::run(&place, &role, behaviour, patience).await? {
                tell(finding);
            }
        }
        place.close(options.keep).await;
    }
    let bad = findings.iter().filter(|finding| finding.judgement == Judgement::Bad).count();
    let weak = findings.iter().filter(|finding| finding.judgement == Judgement::Weak).count();
    if options.json {
        print::json(&findings);
    } else {
        print::line(&format!("{} tried, {bad} failed, {weak} by a weaker way or missing", findings.len()));
    }
    Ok(if bad == 0 { Exit::Done } else { Exit::Failed })
}

/// As the settings bind the agent, if they do.
fn role(settings: &Settings, options: &ConformOptions) -> RoleConfig {
    let spec = settings.agent_spec(&options.agent);
    let config = settings.run_config();
    let named = |name: &str| config.roles.get(&RoleName::from(name));
    let bound = ["worker", "analyst"].into_iter().filter_map(named).find(|bound| bound.agent == spec);
    let mut role = bound.cloned().unwrap_or(RoleConfig {
        agent: spec,
        model: None,
        thinking: None,
        context_limit: CONTEXT,
        args: Vec::new(),
        ask: Vec::new(),
    });
    if options.model.is_some() {
        role.model.clone_from(&options.model);
    }
    role.ask = Vec::new();
    role
}

async fn probe(spec: &AgentSpec, environment: &[(String, String)]) -> Result<Probe, String> {
    let adapter = agent::adapter(spec).map_err(|error| error.to_string())?;
    let probed = RealWorld.probe(adapter.probe_plan(), environment.to_vec(), false).await?;
    adapter.read_probe(&probed.outputs).map_err(|error| error.to_string())
}

fn found(probed: Result<Probe, String>) -> Finding {
    const NAME: &str = "it is found and says its version";
    match probed {
        Ok(Probe { version: Some(version), .. }) => Finding::of(NAME, true, version),
        Ok(_) => Finding::weak_unless(NAME, false, "it is there; it says no version"),
        Err(reason) => Finding::of(NAME, false, reason),
    }
}
