//! What every launch has in common: awtui's own names in the environment of an agent, and the file by which its hooks
//! and MCP server find awtui.

use super::{LaunchContext, LaunchFile};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// For a bridge, `awtui report`, and the sweep of processes that a run left behind.
pub(super) fn environment(context: &LaunchContext) -> Vec<(String, String)> {
    [
        ("AWTUI_AGENT_SOCKET", text(context.agent_socket)),
        ("AWTUI_AGENT_TOKEN", context.token.to_owned()),
        ("AWTUI_RUN", context.run.to_string()),
        ("AWTUI_SESSION", context.session.to_string()),
        ("AWTUI_ROLE", context.role.to_string()),
        ("AWTUI_PANE", context.pane.to_string()),
        ("AWTUI_ARTIFACTS", text(context.artifacts)),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// The name of the file of [`Credentials`] in the launch folder.
pub const CREDENTIALS: &str = "agent.json";

/// What `awtui hook` and `awtui mcp` need to reach awtui: agents do not hand their environment on to each program that
/// they start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    pub socket: String,
    pub token: String,
    pub role: String,
    pub session: String,
}

/// For the launch folder, where only this user can read it.
pub(super) fn credentials(context: &LaunchContext) -> LaunchFile {
    let credentials = Credentials {
        socket: text(context.agent_socket),
        token: context.token.to_owned(),
        role: context.role.to_string(),
        session: context.session.to_string(),
    };
    // Strings alone: writing cannot fail.
    private_file(CREDENTIALS, serde_json::to_string(&credentials).unwrap_or_default())
}

/// awtui's own program with this subcommand, for this launch.
pub(super) fn own_command(context: &LaunchContext, subcommand: &str) -> Vec<String> {
    let folder = text(context.launch_folder);
    vec![text(context.awtui), subcommand.to_owned(), "--launch".to_owned(), folder]
}

/// The command line of `awtui hook` for what the agent calls by this name, for a shell.
pub(super) fn hook_line(context: &LaunchContext, event: &str) -> String {
    let mut words = own_command(context, "hook");
    words.push(event.to_owned());
    shell_words::join(words)
}

pub(super) fn private_file(path: &str, contents: impl Into<String>) -> LaunchFile {
    LaunchFile { path: PathBuf::from(path), contents: contents.into(), mode: 0o600 }
}

pub(super) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
