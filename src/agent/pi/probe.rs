//! What Pi says about itself: its version, its models, and what follows from the version.

use crate::agent::{AgentError, Feature, Model, Probe, ProbeCommand, ProbeOutput, ProbePlan};
use crate::domain::Thinking;

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
    };
    ProbePlan {
        programs: vec!["pi".to_owned()],
        commands: vec![command("--version", 20_000), command("--list-models", 30_000)],
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
    let models: Vec<Model> = outputs.get(1).map_or_else(Vec::new, |listed| {
        listed
            .stdout
            .lines()
            .chain(listed.stderr.lines())
            .filter_map(|line| model_in(line, strongest))
            .collect()
    });
    if models.is_empty() {
        lacks.push(format!("`{LISTING}` lists no model: log in to a provider, or models cannot be checked."));
    }
    Ok(Probe { version: Some(text), models, features, lacks })
}

fn version_in(line: &str) -> Option<[u32; 3]> {
    let word = line.split_whitespace().next_back()?;
    let mut parts = word.trim_start_matches('v').split(['.', '-', '+']);
    let mut next = || parts.next()?.parse().ok();
    Some([next()?, next()?, next()?])
}

/// `provider  model  context  max-out  thinking  images`.
fn model_in(line: &str, strongest: Thinking) -> Option<Model> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [provider, model, context, _, thinking, _] = words.as_slice() else { return None };
    let thinking = match *thinking {
        "yes" => Thinking::ALL.into_iter().filter(|level| *level <= strongest).collect(),
        "no" => vec![Thinking::Off],
        _ => return None,
    };
    Some(Model { id: format!("{provider}/{model}"), window: rounded(context), thinking })
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
