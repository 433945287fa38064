//! What OpenCode says about itself: its version and its models with their windows and reasoning variants.

use crate::agent::{AgentError, Feature, Model, Probe, ProbeCommand, ProbeOutput, ProbePlan};
use crate::domain::Thinking;
use serde::Deserialize;
use serde_json::Value;

pub(super) const LISTING: &str = "opencode models";

/// The first version whose server, events and permission answers are as they are read here.
const SINCE: [u32; 3] = [1, 18, 0];

pub(super) fn plan() -> ProbePlan {
    let command = |args: &[&str], timeout| ProbeCommand {
        args: args.iter().map(|argument| (*argument).to_owned()).collect(),
        // Neither an update nor the fetching of a model list belongs into a question.
        env: ["OPENCODE_DISABLE_AUTOUPDATE", "OPENCODE_DISABLE_MODELS_FETCH"]
            .map(|name| (name.to_owned(), "1".to_owned()))
            .to_vec(),
        timeout,
        ..ProbeCommand::default()
    };
    ProbePlan {
        programs: vec!["opencode".to_owned()],
        commands: vec![command(&["--version"], 30_000), command(&["models", "--verbose"], 60_000)],
    }
}

pub(super) fn read(outputs: &[ProbeOutput]) -> Result<Probe, AgentError> {
    let failed = |reason: String| AgentError::Probe { agent: "opencode".to_owned(), reason };
    let told = outputs.first().ok_or_else(|| failed("it was not run".to_owned()))?;
    let version = told.stdout.lines().chain(told.stderr.lines()).rev().find_map(version_in);
    let version = version.ok_or_else(|| {
        let words = told.stderr.lines().chain(told.stdout.lines()).find(|line| !line.trim().is_empty());
        failed(match words {
            Some(words) => format!("`opencode --version` said \"{}\"", words.trim()),
            None => "`opencode --version` gave no version; run it by hand to see why".to_owned(),
        })
    })?;
    let text = version.map(|part| part.to_string()).join(".");
    let mut lacks = Vec::new();
    if version < SINCE {
        lacks.push(format!(
            "OpenCode {text}: awtui knows its server from 1.18 on; of this version nothing is promised."
        ));
    }
    let models = outputs.get(1).map_or_else(Vec::new, |listed| models_in(&listed.stdout));
    if models.is_empty() {
        lacks.push(format!("`{LISTING}` lists no model: log in to a provider, or models cannot be checked."));
    }
    let features = vec![
        Feature::Server,
        Feature::Settled,
        Feature::Permissions,
        Feature::Compaction,
        Feature::Resume,
        Feature::MaxThinking,
    ];
    Ok(Probe { version: Some(text), models, features, lacks, ..Probe::default() })
}

fn version_in(line: &str) -> Option<[u32; 3]> {
    let word = line.split_whitespace().next_back()?;
    let mut parts = word.trim_start_matches('v').split(['.', '-', '+']);
    let mut next = || parts.next()?.parse().ok();
    Some([next()?, next()?, next()?])
}

#[derive(Deserialize)]
struct Listed {
    id: String,
    #[serde(rename = "providerID")]
    provider: String,
    #[serde(default)]
    limit: Limit,
    #[serde(default)]
    variants: serde_json::Map<String, Value>,
}

#[derive(Deserialize, Default)]
struct Limit {
    #[serde(default)]
    context: u64,
}

/// Each model is a line with its name, then a JSON object over several lines.
fn models_in(listing: &str) -> Vec<Model> {
    let mut models = Vec::new();
    let mut object = String::new();
    for line in listing.lines() {
        match line {
            "{" => "{".clone_into(&mut object),
            "}" => {
                object.push('}');
                models.extend(serde_json::from_str::<Listed>(&object).ok().as_ref().map(model));
                object.clear();
            }
            _ if !object.is_empty() => object.push_str(line),
            _ => {}
        }
    }
    models
}

fn model(listed: &Listed) -> Model {
    let known = Thinking::ALL.into_iter().filter(|level| listed.variants.contains_key(level.as_str()));
    // Off names no variant: the model does as it does by itself.
    let thinking =
        std::iter::once(Thinking::Off).chain(known.filter(|level| *level != Thinking::Off)).collect();
    Model {
        id: format!("{}/{}", listed.provider, listed.id),
        window: Some(listed.limit.context).filter(|window| *window > 0),
        thinking,
    }
}
