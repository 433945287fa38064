//! What every launch has in common: awtui's own names in the environment of an agent.

use super::{LaunchContext, LaunchFile};
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

pub(super) fn private_file(path: &str, contents: impl Into<String>) -> LaunchFile {
    LaunchFile { path: PathBuf::from(path), contents: contents.into(), mode: 0o600 }
}

pub(super) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
