//! Whether a run could begin: asked before anything of it is made, so that what is wrong is one line and leaves nothing.

use super::server::Hall;
use super::start;
use crate::agent;
use crate::wire::StartRun;
use futures_util::future::try_join_all;

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
