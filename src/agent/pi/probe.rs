//! What Pi says about itself: its version, its models, and what follows from the version.

use crate::agent::{AgentError, Feature, Model, Probe, ProbeCommand, ProbeOutput, ProbePlan};
use crate::domain::Thinking;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) const LISTING: &str = "pi --list-models";

/// From which version on Pi has what, and the sentence for those before it.
const SINCE: [(Feature, [u32; 3], &str); 5] = [
    (
        Feature::SessionId,
        [0, 76, 0],
        "it cannot be given a session id (--session-id): its log is addressed by path instead",
    ),
    (
        Feature::TrustOption,
        [0, 79, 0],
        "it has no --approve/--no-approve: project extensions load without being asked for",
    ),
    (
        Feature::Settled,
        [0, 80, 4],
        "it has no agent_settled event: the end of a turn is recognised after a short silence, a failed one after 12 s",
    ),
    (Feature::MaxThinking, [0, 80, 6], "it has no thinking level \"max\": \"xhigh\" is used instead"),
    (
        Feature::ProgramStatus,
        [1, 1, 0],
        "it has no OSC 7501: without the bridge its state is read from the session log alone",
    ),
];

pub(super) fn plan() -> ProbePlan {
    let command = |argument: &str, timeout| ProbeCommand {
        args: vec![argument.to_owned()],
        env: vec![("PI_SKIP_VERSION_CHECK".to_owned(), "1".to_owned())],
        timeout,
        ..ProbeCommand::default()
    };
    ProbePlan {
        programs: vec!["pi".to_owned()],
        commands: vec![command("--version", 20_000), command("--list-models", 30_000), levels()],
    }
}

/// The list says of a model whether it thinks, not how hard: Pi's other door tells that. No extension is loaded, nothing
/// is fetched, no session is kept, and no model is called; it leaves when its input ends.
fn levels() -> ProbeCommand {
    let args = ["--mode", "rpc", "--no-session", "--no-extensions"];
    ProbeCommand {
        args: args.map(str::to_owned).to_vec(),
        env: ["PI_SKIP_VERSION_CHECK", "PI_OFFLINE"].map(|name| (name.to_owned(), "1".to_owned())).to_vec(),
        input: "{\"type\":\"get_available_models\"}\n".to_owned(),
        timeout: 10_000,
        optional: true,
    }
}

pub(super) fn read(outputs: &[ProbeOutput]) -> Result<Probe, AgentError> {
    let failed = |reason: String| AgentError::Probe { agent: "pi".to_owned(), reason };
    let told = outputs.first().ok_or_else(|| failed("it was not run".to_owned()))?;
    // Some versions print it to the other stream.
    let version =
        told.stdout.lines().chain(told.stderr.lines()).rev().find_map(version_in).ok_or_else(|| {
            let words = told.stderr.lines().chain(told.stdout.lines()).find(|line| !line.trim().is_empty());
            failed(match words {
                Some(words) => format!("`pi --version` said \"{}\"", words.trim()),
                None => "`pi --version` gave no version; run it by hand to see why".to_owned(),
            })
        })?;
    let mut features = vec![Feature::Bridge, Feature::Compaction, Feature::Resume];
    let text = version.map(|part| part.to_string()).join(".");
    let mut lacks = Vec::new();
    for (feature, since, why) in SINCE {
        if version >= since {
            features.push(feature);
        } else {
            lacks.push(format!("Pi {text}: {why}."));
        }
    }
    let strongest = if version >= [0, 80, 6] { Thinking::Max } else { Thinking::Xhigh };
    let thinking: Vec<Thinking> = Thinking::ALL.into_iter().filter(|level| *level <= strongest).collect();
    // Before that the levels of a model went by its name.
    let told = outputs.get(2).filter(|_| version >= [0, 72, 0]);
    let known = told.map_or_else(BTreeMap::new, |told| levels_in(&told.stdout, &thinking));
    let models: Vec<Model> = outputs.get(1).map_or_else(Vec::new, |listed| {
        listed.stdout.lines().chain(listed.stderr.lines()).filter_map(|line| model_in(line, &known)).collect()
    });
    if models.is_empty() {
        lacks.push(format!("`{LISTING}` lists no model: log in to a provider, or models cannot be checked."));
    }
    Ok(Probe { version: Some(text), models, thinking, features, lacks })
}

fn version_in(line: &str) -> Option<[u32; 3]> {
    let word = line.split_whitespace().next_back()?;
    let mut parts = word.trim_start_matches('v').split(['.', '-', '+']);
    let mut next = || parts.next()?.parse().ok();
    Some([next()?, next()?, next()?])
}

/// `provider  model  context  max-out  thinking  images`.
fn model_in(line: &str, known: &BTreeMap<String, Known>) -> Option<Model> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [provider, model, context, _, thinks, _] = words.as_slice() else { return None };
    let id = format!("{provider}/{model}");
    let Known { window, thinking } = known.get(&id).cloned().unwrap_or_default();
    let thinking = match *thinks {
        "yes" => thinking,
        "no" => vec![Thinking::Off],
        _ => return None,
    };
    Some(Model { window: window.or_else(|| rounded(context)), id, thinking })
}

/// What Pi tells of a model beside its list.
#[derive(Default, Clone)]
struct Known {
    window: Option<u64>,
    thinking: Vec<Thinking>,
}

#[derive(Deserialize)]
struct Answer {
    command: String,
    success: bool,
    data: Available,
}

#[derive(Deserialize)]
struct Available {
    models: Vec<Told>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    provider: String,
    id: String,
    #[serde(default)]
    reasoning: bool,
    /// What the provider is sent for a level; `null` where the model does not have it.
    #[serde(default)]
    thinking_level_map: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    context_window: Option<u64>,
}

/// By Pi's own rule: a model that thinks has every level up to high that is not taken from it, and a stronger one only
/// where it is said. `levels` are those of this version.
fn levels_in(answers: &str, levels: &[Thinking]) -> BTreeMap<String, Known> {
    let answers = answers.lines().filter_map(|line| serde_json::from_str::<Answer>(line).ok());
    let told = answers.filter(|answer| answer.success && answer.command == "get_available_models");
    let known = told.flat_map(|answer| answer.data.models).map(|model| {
        let map = model.thinking_level_map.unwrap_or_default();
        let has = |level: &Thinking| match map.get(level.as_str()) {
            Some(sent) => !sent.is_null(),
            None => *level <= Thinking::High,
        };
        let thinking =
            if model.reasoning { levels.iter().copied().filter(has).collect() } else { vec![Thinking::Off] };
        let window = model.context_window.filter(|window| *window > 0);
        (format!("{}/{}", model.provider, model.id), Known { window, thinking })
    });
    known.collect()
}

/// `64K`, `1.0M`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked first")]
fn rounded(words: &str) -> Option<u64> {
    let (number, unit) = match words.strip_suffix('K') {
        Some(number) => (number, 1_000.0),
        None => words.strip_suffix('M').map_or((words, 1.0), |number| (number, 1_000_000.0)),
    };
    let tokens = number.parse::<f64>().ok()? * unit;
    (1.0..1e12).contains(&tokens).then_some(tokens.round() as u64)
}
