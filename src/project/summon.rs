//! Calling a person by a command of their own.

use crate::domain::{RunId, Summons};
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// A command that takes longer is ended: what it says is of no use any more.
const PATIENCE: Duration = Duration::from_secs(30);

/// Starts the command and does not wait for it. `{event}`, `{title}` and `{message}` (also `{text}`) in its arguments stand
/// for what there is to say; the variables `AWTUI_EVENT`, `AWTUI_TITLE`, `AWTUI_MESSAGE` and `AWTUI_RUN_ID` hold it too.
///
/// `environment`: in place of our own. Must be called within a tokio runtime.
pub fn summon(
    command: &[String],
    summons: &Summons,
    run: &RunId,
    directory: &Path,
    environment: Option<&[(String, String)]>,
) -> io::Result<()> {
    let values = [
        ("event", summons.kind.as_str()),
        ("title", summons.title.as_str()),
        ("message", summons.message.as_str()),
        ("text", summons.message.as_str()),
    ];
    let Some((program, arguments)) = command.split_first() else { return Ok(()) };
    let mut process = Command::new(program);
    if let Some(environment) = environment {
        process.env_clear().envs(environment.iter().map(|(name, value)| (name, value)));
    }
    for (name, value) in [("EVENT", 0), ("TITLE", 1), ("MESSAGE", 2)] {
        process.env(format!("AWTUI_{name}"), values[value].1);
    }
    process
        .args(arguments.iter().map(|argument| filled(argument, &values)))
        .env("AWTUI_RUN_ID", run.as_str())
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // The keyboard's signals are not for it.
        .process_group(0)
        .kill_on_drop(true);
    let mut child = process.spawn()?;
    tokio::spawn(async move {
        // Whether it went well is its own affair.
        drop(tokio::time::timeout(PATIENCE, child.wait()).await);
    });
    Ok(())
}

/// Each place holder once: what is put in is not read again.
fn filled(argument: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = argument;
    while let Some(begin) = rest.find('{') {
        filled.push_str(&rest[..begin]);
        rest = &rest[begin..];
        let found = values
            .iter()
            .find(|(name, _)| rest[1..].strip_prefix(name).is_some_and(|end| end.starts_with('}')));
        match found {
            Some((name, value)) => {
                filled.push_str(value);
                rest = &rest[name.len() + 2..];
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled + rest
}
