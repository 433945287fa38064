//! What a child is started with: environment, token, files.

use crate::agent::LaunchFile;
use crate::domain::{PaneId, RunId};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Names of the environment that say which terminal we run in: the child has another one.
const TERMINAL_IDENTITY: [&str; 16] = [
    "TERM",
    "COLORTERM",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "TMUX",
    "TMUX_PANE",
    "STY",
    "KITTY_WINDOW_ID",
    "KITTY_PID",
    "WEZTERM_PANE",
    "WEZTERM_EXECUTABLE",
    "ITERM_SESSION_ID",
    "ALACRITTY_WINDOW_ID",
    "WINDOWID",
    "COLUMNS",
    "LINES",
];

const MARKER: &str = "AWTUI_MARK";

/// Set in the operator's own terminals, to the name of the pane.
pub const IN_TERMINAL: &str = "AWTUI_TERMINAL";

/// Shorter values are too common in ordinary text to be masked.
const SHORTEST_SECRET: usize = 8;

/// The entry by which every process of a run can be found again, and of no other: two projects may have runs of the
/// same id, but never the same folder. `state` is that folder, below the state folder of the project.
pub fn marker_entry(state: &Path) -> String {
    format!("{MARKER}={}", marker(state))
}

fn marker(state: &Path) -> String {
    let digest = Sha256::digest(state.as_os_str().as_encoded_bytes());
    digest.iter().take(16).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// awtui itself, as it was when this supervisor first asked: a program that was replaced meanwhile has no path any more.
pub(super) fn own_program() -> Option<PathBuf> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    PROGRAM.get_or_init(|| std::env::current_exe().ok()).clone()
}

/// The client's environment, less what belongs to its terminal and to awtui, plus what the adapter wants. `state` is the
/// run's folder in the state folder.
pub(super) fn environment(
    base: &[(String, String)],
    added: &[(String, String)],
    run: &RunId,
    state: &Path,
) -> Vec<(String, String)> {
    let mut environment = in_a_pane(base);
    environment.retain(|(name, _)| !added.iter().any(|(other, _)| other == name));
    environment.extend(added.iter().filter(|(name, _)| name != "AWTUI_RUN").cloned());
    environment.push(("AWTUI_RUN".to_owned(), run.to_string()));
    if let Some(program) = own_program() {
        // For `awtui report`, wherever it is installed.
        environment.push(("AWTUI_PROGRAM".to_owned(), program.display().to_string()));
    }
    environment.push((MARKER.to_owned(), marker(state)));
    environment
}

/// What every child in a pane is told of its terminal, and nothing of ours.
fn in_a_pane(base: &[(String, String)]) -> Vec<(String, String)> {
    let mut environment: Vec<(String, String)> = base
        .iter()
        .filter(|(name, _)| !TERMINAL_IDENTITY.contains(&name.as_str()) && !name.starts_with("AWTUI_"))
        .cloned()
        .collect();
    environment.push(("TERM".to_owned(), "xterm-256color".to_owned()));
    environment.push(("COLORTERM".to_owned(), "truecolor".to_owned()));
    environment
}

/// The environment of the operator's own terminals: found again by the mark of `folder`, and no run's, so that what is
/// typed there may operate runs.
pub(super) fn shell_environment(
    base: &[(String, String)],
    folder: &Path,
    pane: &PaneId,
) -> Vec<(String, String)> {
    let mut environment = in_a_pane(base);
    environment.push((IN_TERMINAL.to_owned(), pane.to_string()));
    environment.push((MARKER.to_owned(), marker(folder)));
    environment
}

/// Values that must not be shown or recorded.
pub(super) fn secrets(environment: &[(String, String)]) -> Vec<String> {
    environment
        .iter()
        .filter(|(name, value)| {
            let name = name.to_uppercase();
            let telling = ["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL"];
            value.len() >= SHORTEST_SECRET && telling.iter().any(|word| name.contains(word))
        })
        // Paths and addresses of agents' sockets are no secrets.
        .filter(|(_, value)| !value.starts_with('/'))
        .map(|(_, value)| value.clone())
        .collect()
}

/// 128 random bits in hexadecimal.
pub(super) fn token() -> String {
    let mut bytes = [0_u8; 16];
    if rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty()).is_err() {
        tracing::error!("the system gives no random bytes; agent tokens are weak");
        let now = super::clock::system_wall().to_le_bytes();
        bytes[..8].copy_from_slice(&now);
    }
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// As a shell would be given it. Secrets are passed by the environment; one that stands here all the same is hidden.
pub(super) fn command_line(program: &Path, args: &[String], environment: &[(String, String)]) -> String {
    let mut words = vec![program.display().to_string()];
    words.extend(args.iter().cloned());
    for secret in secrets(environment) {
        for word in words.iter_mut().filter(|word| word.contains(&secret)) {
            *word = word.replace(&secret, &"*".repeat(secret.chars().count()));
        }
    }
    shell_words::join(words)
}

pub(super) fn write_files(folder: &Path, files: &[LaunchFile]) -> Result<(), String> {
    for file in files {
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent() {
            std::fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(parent)
                .map_err(|error| format!("cannot make {}: {error}", parent.display()))?;
        }
        let written = std::fs::OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .mode(file.mode)
            .open(&path)
            .and_then(|mut open| open.write_all(file.contents.as_bytes()));
        written.map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(())
}
