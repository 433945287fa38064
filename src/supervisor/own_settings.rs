//! What the supervisor itself takes from the settings files: prices, what agents see of the environment, and which
//! commands came with the repository.

use super::server::Hall;
use crate::settings::prices::Prices;
use crate::settings::{EnvironmentPolicy, ProjectCommands, Settings, SettingsError, Sources};

/// Of a client's environment children see these when they are to see little.
const HARMLESS: [&str; 14] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "LANG",
    "LANGUAGE",
    "TZ",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_RUNTIME_DIR",
];

pub(super) struct OwnSettings {
    pub(super) prices: Prices,
    /// The names that children see besides the harmless ones; `None`: they see everything.
    pub(super) minimal: Option<Vec<String>>,
    /// What calls a person when no screen is there to do it.
    notify: Vec<String>,
    commands: Option<ProjectCommands>,
}

impl OwnSettings {
    pub(super) fn load(hall: &Hall, environment: &[(String, String)]) -> Result<Self, SettingsError> {
        let mut sources = Sources::usual(&hall.options.paths, Some(&hall.options.project.root));
        sources.env = environment.to_vec();
        let settings = Settings::load(&sources)?;
        let minimal = match settings.run.env {
            EnvironmentPolicy::Full => None,
            EnvironmentPolicy::Minimal => Some(settings.run.env_allow.clone()),
        };
        Ok(Self {
            prices: Prices::of(&settings),
            minimal,
            notify: settings.notify.command.clone(),
            commands: settings.commands_from_project().cloned(),
        })
    }

    /// For settings that cannot be read: nothing is allowed that they could forbid.
    pub(super) fn closed() -> Self {
        Self { prices: Prices::bundled(), minimal: Some(Vec::new()), notify: Vec::new(), commands: None }
    }

    /// Why nothing may start, when the repository brings commands along that nobody agreed to.
    pub(super) fn objection(&self, trusted: impl Fn(&str) -> bool) -> Option<String> {
        self.commands.as_ref().filter(|commands| !trusted(&commands.sha256)).map(objection)
    }

    /// The command that calls a person, if nobody needs to agree to it first.
    pub(super) fn called_by(&self, trusted: impl Fn(&str) -> bool) -> Vec<String> {
        if self.objection(trusted).is_none() { self.notify.clone() } else { Vec::new() }
    }

    pub(super) fn for_children(&self, environment: Vec<(String, String)>) -> Vec<(String, String)> {
        let Some(allowed) = &self.minimal else { return environment };
        environment
            .into_iter()
            .filter(|(name, _)| {
                HARMLESS.contains(&name.as_str()) || name.starts_with("LC_") || allowed.contains(name)
            })
            .collect()
    }
}

/// For people: which commands, of which file, and how to agree.
pub fn objection(commands: &ProjectCommands) -> String {
    format!(
        "{} came with this repository and would run commands ({}); look at them, then agree with `awtui trust`",
        commands.file.display(),
        commands.commands.join("; ")
    )
}
