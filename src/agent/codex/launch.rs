//! How Codex is started: everything that awtui needs of it is given on the command line, nothing is written into the
//! user's own configuration.
//!
//! Codex runs a hook only after its user reviewed it, and the flag that lifts this lifts it for every hook there is.
//! So awtui's own hooks are marked as reviewed one by one, by the hash under which Codex keeps a review.

use crate::agent::launch::{hook_line, own_command};
use crate::agent::{Feature, LaunchContext, LogPlan};
use crate::domain::Thinking;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Seconds for a hook that only tells something.
const TELLING: u32 = 30;
/// Seconds for a hook that waits for the operator.
const ASKING: u32 = 7 * 24 * 3_600;

/// Where Codex says that hooks of its command line come from.
const SOURCE: &str = "/<session-flags>/config.toml";

/// What Codex may show before it takes prompts, and what that is about. Each waits for its user.
pub(super) const FIRST_QUESTIONS: [(&str, &str, &str); 4] = [
    ("Trust this folder?", "this folder", "Codex asks whether you trust it; it keeps your answer"),
    ("Open restricted", "this folder", "your Codex settings do not trust it: open it restricted, or not"),
    ("Hooks need review", "hooks", "there are hooks that you have not reviewed; Esc goes on without them"),
    ("Sign in with ChatGPT", "its login", "Codex is not logged in"),
];

pub(super) fn arguments(
    context: &LaunchContext,
    model: Option<&str>,
    thinking: Option<Thinking>,
) -> Vec<String> {
    let mut args: Vec<String> = Vec::new();
    if context.resume.is_some() {
        args.push("resume".to_owned());
    }
    if context.probe.has(Feature::Foreground) {
        // Else the turns run in a server that outlives the terminal.
        args.push("--no-daemon".to_owned());
    }
    if let Some(model) = model {
        args.extend(["-m".to_owned(), model.to_owned()]);
    }
    let mut settings = vec![
        "check_for_update_on_startup=false".to_owned(),
        // Its question would take the next prompt for an answer, and switch the model.
        "notice.hide_rate_limit_model_nudge=true".to_owned(),
        // A call that no log tells of.
        "tui.auto_recap=false".to_owned(),
        server(context),
    ];
    if let Some(thinking) = thinking {
        settings.push(format!("model_reasoning_effort={}", quoted(super::probe::effort_of(thinking))));
    }
    if context.probe.has(Feature::Hooks) {
        settings.extend(hooks(context));
    }
    args.extend(settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]));
    args.extend(context.config.args.iter().cloned());
    args.extend(context.resume.map(str::to_owned));
    args
}

/// Where the log of the session will be: of one that goes on by its id, of a new one by the name that it is given, since
/// Codex keeps a list of names.
pub(super) fn log(context: &LaunchContext, name: Option<&str>) -> LogPlan {
    let Some(home) = home(context) else { return LogPlan::None };
    let dir = home.join("sessions");
    match (context.resume, name) {
        (Some(id), _) => LogPlan::Below { dir, contains: id.to_owned() },
        (None, Some(name)) => {
            LogPlan::Named { index: home.join("session_index.jsonl"), name: name.to_owned(), dir }
        }
        (None, None) => LogPlan::None,
    }
}

fn home(context: &LaunchContext) -> Option<PathBuf> {
    match context.variable("CODEX_HOME").filter(|home| !home.is_empty()) {
        Some(home) => Some(PathBuf::from(home)),
        None => Some(Path::new(context.variable("HOME")?).join(".codex")),
    }
}

/// awtui's tools. Codex would ask before each use of them.
fn server(context: &LaunchContext) -> String {
    let command = own_command(context, "mcp");
    let mut words = command.iter().map(|word| quoted(word));
    let program = words.next().unwrap_or_default();
    let rest = words.collect::<Vec<_>>().join(",");
    format!("mcp_servers.awtui={{command={program},args=[{rest}],default_tools_approval_mode=\"approve\"}}")
}

/// Each hook, and that it is reviewed.
fn hooks(context: &LaunchContext) -> Vec<String> {
    let mut hooks = Vec::new();
    let mut reviewed = Vec::new();
    let telling = [
        "SessionStart",
        "UserPromptSubmit",
        "PreCompact",
        "PostCompact",
        "Stop",
        "SubagentStart",
        "SubagentStop",
    ];
    let asking = if context.config.ask.is_empty() {
        &["PermissionRequest"][..]
    } else {
        &["PermissionRequest", "PreToolUse"][..]
    };
    let telling = telling.iter().map(|event| (*event, TELLING));
    for (event, timeout) in telling.chain(asking.iter().map(|event| (*event, ASKING))) {
        let command = hook_line(context, event);
        let handler = format!("{{type=\"command\",command={},timeout={timeout}}}", quoted(&command));
        hooks.push(format!("hooks.{event}=[{{hooks=[{handler}]}}]"));
        let name = snake_case(event);
        let hash = review_hash(&name, &command, timeout);
        reviewed.push(format!("\"{SOURCE}:{name}:0:0\"={{trusted_hash=\"sha256:{hash}\"}}"));
    }
    hooks.push(format!("hooks.state={{{}}}", reviewed.join(",")));
    hooks
}

/// SHA-256 of the hook as Codex writes it down for a review: JSON with sorted keys.
fn review_hash(event: &str, command: &str, timeout: u32) -> String {
    let command = quoted(command);
    let identity = format!(
        "{{\"event_name\":\"{event}\",\"hooks\":[{{\"async\":false,\"command\":{command},\"timeout\":{timeout},\
         \"type\":\"command\"}}]}}"
    );
    Sha256::digest(identity.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn snake_case(event: &str) -> String {
    let mut name = String::new();
    for character in event.chars() {
        if character.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(character.to_lowercase());
    }
    name
}

/// A string in TOML, and in JSON alike.
fn quoted(words: &str) -> String {
    // A string alone: writing cannot fail.
    serde_json::to_string(words).unwrap_or_default()
}
