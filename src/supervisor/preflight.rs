//! Whether a run could begin: asked before anything of it is made, so that what is wrong is one line and leaves nothing.

use super::server::Hall;
use super::start;
use crate::agent::{self, Adapter, Clamped, Probe};
use crate::domain::{AgentFound, RoleConfig, RoleName, RunConfig};
use crate::wire::StartRun;
use futures_util::future::try_join_all;
use std::collections::BTreeMap;

/// What the agents say of themselves, for the run's own record. What cannot be asked is left out: whether a run can begin
/// was asked before.
pub(super) async fn found(
    hall: &Hall,
    config: &RunConfig,
    environment: &[(String, String)],
) -> BTreeMap<RoleName, AgentFound> {
    let world = hall.new_world();
    let mut all = BTreeMap::new();
    for (role, config) in &config.roles {
        let Ok(adapter) = agent::adapter(&config.agent) else { continue };
        let probed = world.probe(adapter.probe_plan(), environment.to_vec(), true).await;
        let probe = probed.ok().and_then(|probed| adapter.read_probe(&probed.outputs).ok());
        let words = |(figure, place): &(&str, &str)| ((*figure).to_owned(), (*place).to_owned());
        let found = AgentFound {
            version: probe.as_ref().and_then(|probe| probe.version.clone()),
            lacks: probe.map(|probe| lacks(&*adapter, probe, config)).unwrap_or_default(),
            told_by: adapter.told_by().iter().map(words).collect(),
        };
        if found != AgentFound::default() {
            all.insert(role.clone(), found);
        }
    }
    all
}

/// What this version lacks, and this model of what its role is to have.
fn lacks(adapter: &dyn Adapter, probe: Probe, config: &RoleConfig) -> Vec<String> {
    let clamped = adapter.check_model(&probe, config);
    let mut lacks = probe.lacks;
    if let Ok(Clamped { thinking: Some(given), is_known, .. }) = clamped
        && let Some(asked) = config.thinking.filter(|asked| *asked != given)
    {
        let who = if is_known { "Its model" } else { "The agent" };
        let (asked, given) = (asked.as_str(), given.as_str());
        lacks.push(format!("{who} has no thinking level \"{asked}\": \"{given}\" is used instead."));
    }
    lacks
}

/// The reason why it could not.
pub(super) async fn check(
    hall: &Hall,
    request: &StartRun,
    environment: &[(String, String)],
) -> Result<(), String> {
    hall.check_free(&request.directory)?;
    // Before a program that the repository names is asked for its version.
    start::own_settings(hall, request, environment)?;
    let world = hall.new_world();
    let checks = request.config.roles.iter().map(|(role, config)| {
        let adapter = agent::adapter(&config.agent);
        let probe = adapter
            .as_ref()
            .ok()
            .map(|adapter| world.probe(adapter.probe_plan(), environment.to_vec(), false));
        async move {
            let about = |reason: &dyn std::fmt::Display| format!("role {role}: {reason}");
            let adapter = adapter.map_err(|error| about(&error))?;
            let Some(probe) = probe else { return Ok(()) };
            let probed = probe.await.map_err(|reason| about(&reason))?;
            let found = adapter.read_probe(&probed.outputs).map_err(|error| about(&error))?;
            adapter.check_model(&found, config).map(drop).map_err(|error| about(&error))
        }
    });
    try_join_all(checks).await.map(drop)
}
