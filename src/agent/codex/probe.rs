//! What Codex says about itself: its version, its options, its features and the models it knows by itself.

use crate::agent::{
    AgentError, Clamped, Feature, Model, Probe, ProbeCommand, ProbeOutput, ProbePlan, models,
};
use crate::domain::{RoleConfig, Thinking};
use serde_json::Value;

/// Where what is looked for, in words.
pub(super) const TOLD_BY: &[(&str, &str)] = &[
    ("state", "hooks; OSC 7501 and the session log for errors and interrupts"),
    ("tokens", "token_usage_record of the session log"),
    ("cost", "Codex knows no prices"),
    ("context", "total_tokens of the last token_usage_record"),
    ("window", "model_context_window of the session log"),
];

const LISTING: &str = "codex debug models";

/// The first version whose sessions give themselves a title by a call of their own.
const TITLES_SINCE: [u32; 3] = [0, 160, 0];

pub(super) fn plan() -> ProbePlan {
    let command = |arguments: &[&str]| ProbeCommand {
        args: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
        env: Vec::new(),
        timeout: 20_000,
        ..ProbeCommand::default()
    };
    ProbePlan {
        programs: vec!["codex".to_owned()],
        commands: vec![
            command(&["--version"]),
            command(&["--help"]),
            command(&["features", "list"]),
            command(&["debug", "models", "--bundled"]),
        ],
    }
}

pub(super) fn read(outputs: &[ProbeOutput]) -> Result<Probe, AgentError> {
    let failed = |reason: String| AgentError::Probe { agent: "codex".to_owned(), reason };
    let said = |index: usize| outputs.get(index).map_or("", |output| output.stdout.as_str());
    let told = outputs.first().ok_or_else(|| failed("it was not run".to_owned()))?;
    let version = told.stdout.lines().rev().find_map(version_in).ok_or_else(|| {
        let words = told.stderr.lines().chain(told.stdout.lines()).find(|line| !line.trim().is_empty());
        failed(match words {
            Some(words) => format!("`codex --version` said \"{}\"", words.trim()),
            None => "`codex --version` gave no version; run it by hand to see why".to_owned(),
        })
    })?;
    let text = version.map(|part| part.to_string()).join(".");
    let mut features =
        vec![Feature::ProgramStatus, Feature::Compaction, Feature::Resume, Feature::MaxThinking];
    let mut lacks = vec![format!(
        "Codex {text}: /compact takes no words, so what a compaction is to keep cannot be said; and calls that it \
         retries at once after a refusal are told by nobody."
    )];
    if has_hooks(said(2)) {
        features.extend([Feature::Hooks, Feature::Permissions]);
    } else {
        let unknown = if version >= TITLES_SINCE {
            "what its helpers spend stays unknown"
        } else {
            "its session log is not found, so its spend stays unknown"
        };
        lacks.push(format!(
            "Codex {text}: hooks are off (`codex features list`): {unknown}, and what it asks for is answered in its pane."
        ));
    }
    if said(1).contains("--no-daemon") {
        features.push(Feature::Foreground);
    }
    if version >= TITLES_SINCE {
        features.push(Feature::Titles);
    }
    let models = models_in(said(3));
    if models.is_empty() {
        lacks.push(format!("`{LISTING}` lists no model: models cannot be checked before a run."));
    }
    Ok(Probe { version: Some(text), models, features, lacks, ..Probe::default() })
}

/// The list holds only the models that Codex knows by itself; those of other providers are let through.
pub(super) fn check(probe: &Probe, role: &RoleConfig) -> Result<Clamped, AgentError> {
    let listed =
        role.model.as_ref().is_none_or(|wanted| probe.models.iter().any(|model| model.id == *wanted));
    if listed {
        return models::check("codex", LISTING, probe, role);
    }
    Ok(models::unlisted(probe, role))
}

fn version_in(line: &str) -> Option<[u32; 3]> {
    let word = line.strip_prefix("codex-cli ")?.split_whitespace().next()?;
    let mut parts = word.split(['.', '-', '+']);
    let mut next = || parts.next()?.parse().ok();
    Some([next()?, next()?, next()?])
}

/// `hooks   stable   true`.
fn has_hooks(listed: &str) -> bool {
    listed.lines().any(|line| {
        let mut words = line.split_whitespace();
        words.next() == Some("hooks") && words.next_back() == Some("true")
    })
}

fn models_in(listed: &str) -> Vec<Model> {
    let Ok(catalog) = serde_json::from_str::<Value>(listed) else { return Vec::new() };
    let models = catalog.get("models").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    models.iter().filter_map(model_in).collect()
}

fn model_in(model: &Value) -> Option<Model> {
    let levels =
        model.get("supported_reasoning_levels").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let thinking =
        levels.iter().filter_map(|level| level.get("effort")?.as_str().and_then(level_of)).collect();
    Some(Model {
        id: model.get("slug")?.as_str()?.to_owned(),
        window: model.get("context_window").and_then(Value::as_u64),
        thinking,
    })
}

fn level_of(effort: &str) -> Option<Thinking> {
    Thinking::ALL.into_iter().find(|level| effort_of(*level) == effort)
}

/// As Codex names it.
pub(super) fn effort_of(level: Thinking) -> &'static str {
    if level == Thinking::Off { "none" } else { level.as_str() }
}
