//! What the settings screen and the set-up need of this machine: files read and written, agents asked what they are.

use super::config;
use super::context::Context;
use super::here::{bindings, missing};
use crate::agent::{self, Clamped, Probe};
use crate::domain::{AgentSpec, RoleConfig, RoleName, Thinking};
use crate::settings::{Edit, Layer, Planned, Settings, project_config};
use crate::supervisor::RealWorld;
use crate::supervisor::objection;
use crate::supervisor::world::World;
use crate::ui::{AgentOffer, FileDiff, ModelOffer, SavedNews, Sheet};

pub(super) fn sheet(context: &Context, settings: &Settings) -> Sheet {
    Sheet {
        rows: settings.sheet(),
        agents: agents(settings),
        user: context.paths.user_config().display().to_string(),
        project: project_config(&context.project.root).display().to_string(),
    }
}

/// Every agent that a role may name, the demo's only where a role names it already.
pub(super) fn agents(settings: &Settings) -> Vec<String> {
    let used = |name: &str| settings.roles.values().any(|role| role.agent == name);
    let names = settings.agent_names().into_iter().filter(|name| *name != "demo" || used(name));
    names.map(str::to_owned).collect()
}

/// Whether nobody has chosen anything yet.
pub(super) fn is_first(context: &Context) -> bool {
    !context.paths.user_config().exists() && !project_config(&context.project.root).exists()
}

async fn probed(context: &Context, settings: &Settings, spec: &AgentSpec) -> Result<Probe, String> {
    // A program that the repository names is not even asked for its version before the operator agreed to it.
    if spec.definition.is_some()
        && let Some(commands) = settings.commands_from_project()
        && !context.folders.trusts(&commands.sha256)
    {
        return Err(objection(commands));
    }
    let adapter = agent::adapter(spec).map_err(|error| error.to_string())?;
    let probed = RealWorld.probe(adapter.probe_plan(), context.environment().to_vec(), true).await?;
    adapter.read_probe(&probed.outputs).map_err(|error| error.to_string())
}

/// What an agent is and has.
pub(super) async fn look(context: &Context, settings: &Settings, name: &str) -> Result<AgentOffer, String> {
    let probe = probed(context, settings, &settings.agent_spec(name)).await?;
    let models = probe.models.into_iter().map(|model| ModelOffer {
        id: model.id,
        window: model.window,
        thinking: model.thinking,
    });
    Ok(AgentOffer { version: probe.version, models: models.collect(), thinking: probe.thinking })
}

/// Whether a role's agent has this model and level, in words; asked of the program itself.
pub(super) async fn try_pair(
    context: &Context,
    settings: &Settings,
    role: &str,
    (agent, model, thinking): (&str, &str, &str),
) -> Result<String, String> {
    let level = Thinking::ALL.into_iter().find(|level| level.as_str() == thinking);
    let known = settings.run_config().roles.remove(&RoleName::new(role));
    let config = RoleConfig {
        agent: settings.agent_spec(agent),
        model: (!model.is_empty()).then(|| model.to_owned()),
        thinking: level,
        ..known.ok_or_else(|| format!("there is no role {role}"))?
    };
    let probe = probed(context, settings, &config.agent).await?;
    let adapter = agent::adapter(&config.agent).map_err(|error| error.to_string())?;
    let clamped = adapter.check_model(&probe, &config).map_err(|error| error.to_string())?;
    Ok(in_words(agent, &probe, &config, &clamped))
}

fn in_words(agent: &str, probe: &Probe, config: &RoleConfig, clamped: &Clamped) -> String {
    let version = probe.version.as_deref().unwrap_or("of an unknown version");
    let mut words = format!("{agent} {version} answers");
    match (&clamped.model, probe.models.is_empty()) {
        (None, _) => {}
        (Some(_), true) => words.push_str("; it lists no models, so the name is taken as it is"),
        (Some(model), false) => words.extend([" and has ", model]),
    }
    if let (Some(asked), Some(given)) = (config.thinking, clamped.thinking) {
        let asked = (asked != given).then_some(asked.as_str());
        match (asked, clamped.is_known) {
            (Some(asked), true) => words.extend(["; instead of ", asked, " it thinks ", given.as_str()]),
            (None, true) => words.extend([", thinking ", given.as_str()]),
            (Some(asked), false) => {
                words.extend(["; instead of ", asked, " it is asked for ", given.as_str(), ", or less: "]);
            }
            (None, false) => words.extend(["; it is asked for thinking ", given.as_str(), ", or less: "]),
        }
        if !clamped.is_known {
            words.push_str("which levels the model has is not told");
        }
    }
    words
}

pub(super) fn plan(context: &Context, layer: Layer, edits: &[Edit]) -> Result<FileDiff, String> {
    let planned = config::planned(context, layer, edits)?;
    let lines = if planned.is_change() { planned.diff() } else { Vec::new() };
    let mut remarks: Vec<String> = Vec::new();
    // The user's file and the project's are often written together: only what stays above both is worth a word.
    let above = planned.overruled.iter().filter(|entry| entry.layer > Layer::Project);
    remarks.extend(above.map(|entry| {
        format!("{} = {} of the {} goes on to hold here", entry.key, entry.value, entry.layer.as_str())
    }));
    Ok(FileDiff { path: planned.path.display().to_string(), lines, remarks })
}

/// Writes the files one after the other; what each of them would be is known before the first is written.
pub(super) fn save(context: &Context, layers: &[Layer], edits: &[Edit]) -> Result<Vec<String>, String> {
    for layer in layers {
        config::planned(context, *layer, edits)?;
    }
    let mut remarks = Vec::new();
    for layer in layers {
        let planned: Planned = config::planned(context, *layer, edits)?;
        if planned.is_change() {
            let more = config::save(context, &planned, edits)?;
            // What the project's file says instead is no news where it is written next.
            remarks.extend(
                more.into_iter().filter(|words| layers.len() == 1 || !words.contains("of the project holds")),
            );
        }
    }
    remarks.dedup();
    Ok(remarks)
}

/// What the screen shows once settings were saved.
pub(super) fn news(context: &Context, settings: &Settings, remarks: Vec<String>) -> SavedNews {
    SavedNews { remarks, bindings: bindings(settings), missing: missing(context, settings) }
}
