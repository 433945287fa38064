//! What Claude Code says about itself: its version, and by its help what it has.

use crate::agent::{AgentError, Feature, Probe, ProbeCommand, ProbeOutput, ProbePlan};
use crate::domain::Thinking;

pub(super) const LISTING: &str = "/model in Claude Code";

/// What awtui uses of the command line, and what it means where it is missing.
const OPTIONS: [(Feature, &str, &str); 4] = [
    (Feature::SessionId, "--session-id", "its sessions get ids of its own, which are known once it runs"),
    (
        Feature::Hooks,
        "--settings",
        "it calls no hooks of awtui: its state is read from its log and its terminal",
    ),
    (Feature::Resume, "--resume", "a session cannot be gone on with"),
    (Feature::MaxThinking, "max)", "it has no thinking level \"max\": \"high\" is used instead"),
];

pub(super) fn plan() -> ProbePlan {
    let command = |argument: &str| ProbeCommand {
        args: vec![argument.to_owned()],
        timeout: 20_000,
        ..ProbeCommand::default()
    };
    ProbePlan { programs: vec!["claude".to_owned()], commands: vec![command("--version"), command("--help")] }
}

pub(super) fn read(outputs: &[ProbeOutput]) -> Result<Probe, AgentError> {
    let failed = |reason: String| AgentError::Probe { agent: "claude".to_owned(), reason };
    let told = outputs.first().ok_or_else(|| failed("it was not run".to_owned()))?;
    let said =
        || told.stdout.lines().chain(told.stderr.lines()).map(str::trim).filter(|line| !line.is_empty());
    let version = said().find_map(version_in).ok_or_else(|| {
        failed(match said().next() {
            Some(words) => format!("`claude --version` said \"{words}\""),
            None => "`claude --version` gave no version; run it by hand to see why".to_owned(),
        })
    })?;
    let help = outputs.get(1).map(|output| output.stdout.as_str()).unwrap_or_default();
    let mut features = vec![Feature::Compaction, Feature::ProgramStatus];
    let mut lacks = vec![
        "Claude Code lists no models: any name is let through, and a wrong one fails at the first call."
            .to_owned(),
        "Claude Code asks in its pane whether a new folder is trusted: no option answers that.".to_owned(),
    ];
    for (feature, option, why) in OPTIONS {
        if help.contains(option) {
            features.push(feature);
        } else {
            lacks.push(format!("Claude Code {version} has no {}: {why}.", option.trim_end_matches(')')));
        }
    }
    if features.contains(&Feature::Hooks) {
        features.push(Feature::Permissions);
    }
    let mut probe = Probe { version: Some(version), features, lacks, ..Probe::default() };
    let mut levels = Thinking::ALL.map(|level| effort(level, &probe)).to_vec();
    levels.dedup();
    probe.thinking = levels;
    Ok(probe)
}

/// `2.1.329 (Claude Code)`.
fn version_in(line: &str) -> Option<String> {
    let word = line.split_whitespace().next()?;
    let parts: Vec<&str> = word.split('.').collect();
    let is_number = |part: &&str| part.chars().next().is_some_and(|first| first.is_ascii_digit());
    (parts.len() == 3 && parts.iter().all(is_number)).then(|| word.to_owned())
}

/// The level that `--effort` has for it, none weaker than `low`.
pub(super) fn effort(level: Thinking, probe: &Probe) -> Thinking {
    match level {
        Thinking::Off | Thinking::Minimal | Thinking::Low => Thinking::Low,
        Thinking::Medium => Thinking::Medium,
        Thinking::High => Thinking::High,
        Thinking::Xhigh | Thinking::Max if !probe.has(Feature::MaxThinking) => Thinking::High,
        Thinking::Xhigh => Thinking::Xhigh,
        Thinking::Max => Thinking::Max,
    }
}
