//! The commands that the repository's own settings bring along: what they are now, and the operator's agreement to them.

use super::context::Context;
use super::exit::{Exit, Problem};
use super::print;
use crate::settings::{ProjectCommands, Settings, SettingsError, Sources};
use crate::ui::{Brings, Brought};
use crate::wire::{Body, Purpose};

/// What the project's file would run, whatever environment and flags say.
pub(super) fn commands(context: &Context) -> Result<Option<ProjectCommands>, SettingsError> {
    let files = Sources { env: Vec::new(), flags: Vec::new(), ..context.sources() };
    Ok(Settings::load(&files)?.commands_from_project().cloned())
}

/// The operator agrees to what the repository's own settings file would run, as it is now.
pub(super) async fn trust(context: &Context) -> Result<Exit, Problem> {
    let Some(commands) = commands(context).map_err(|error| Problem::usage(error.to_string()))? else {
        print::line("the settings of this repository bring no commands along; there is nothing to agree to");
        return Ok(Exit::Done);
    };
    let mut session = context.connect(Purpose::Command).await?;
    session.request(Body::Trust { sha256: commands.sha256.clone() }).await?;
    print::line(&format!("{} is trusted until it changes; it runs:", commands.file.display()));
    for command in &commands.commands {
        print::line(&format!("  {command}"));
    }
    Ok(Exit::Done)
}

pub(super) fn brought(commands: &ProjectCommands) -> Brought {
    Brought {
        file: commands.file.display().to_string(),
        sha256: commands.sha256.clone(),
        commands: commands.commands.clone(),
    }
}

/// How it stands now.
pub(super) fn brings(context: &Context) -> Result<Brings, String> {
    let commands = commands(context).map_err(|error| error.to_string())?;
    Ok(match commands {
        None => Brings::Nothing,
        Some(commands) if context.folders.trusts(&commands.sha256) => {
            Brings::Agreed { file: commands.file.display().to_string() }
        }
        Some(commands) => Brings::Unagreed(brought(&commands)),
    })
}

/// Keeps the agreement to a file of this content. Another one by now is not agreed to, and handed back.
pub(super) fn agree(context: &Context, sha256: &str) -> Result<Brings, String> {
    match brings(context)? {
        Brings::Unagreed(brought) if brought.sha256 == sha256 => {
            let kept = context.folders.trust(sha256);
            kept.map_err(|error| format!("that you agreed cannot be kept: {error}"))?;
            Ok(Brings::Agreed { file: brought.file })
        }
        other @ (Brings::Nothing | Brings::Agreed { .. } | Brings::Unagreed(_)) => Ok(other),
    }
}
