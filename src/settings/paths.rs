//! Where awtui keeps things on this machine. The variables come from the caller; only the fallback for a missing HOME
//! asks the system.

use super::SettingsError;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// `$AWTUI_HOME`, or `awtui` in the platform's folder for state.
    pub state_home: PathBuf,
    /// `awtui` in the platform's folder for settings.
    pub config_home: PathBuf,
}

impl Paths {
    /// `env` looks a variable up: `|name| std::env::var_os(name)`.
    pub fn discover(env: impl Fn(&str) -> Option<OsString>) -> Result<Self, SettingsError> {
        let absolute = |name: &str| env(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = || {
            absolute("HOME")
                .or_else(|| directories::BaseDirs::new().map(|base| base.home_dir().to_path_buf()))
                .ok_or(SettingsError::NoHome)
        };
        let folder = |variable: &str, elsewhere: &str| {
            let mac = "Library/Application Support";
            let below = if cfg!(target_os = "macos") { mac } else { elsewhere };
            absolute(variable).map_or_else(|| home().map(|home| home.join(below)), Ok)
        };
        let state_home = match env("AWTUI_HOME").filter(|home| !home.is_empty()).map(PathBuf::from) {
            Some(home) if home.is_absolute() => home,
            Some(home) => return Err(SettingsError::RelativeHome(home.display().to_string())),
            None => folder("XDG_STATE_HOME", ".local/state")?.join("awtui"),
        };
        let config_home = folder("XDG_CONFIG_HOME", ".config")?.join("awtui");
        Ok(Self { state_home, config_home })
    }

    /// The user's settings file.
    pub fn user_config(&self) -> PathBuf {
        self.config_home.join("config.toml")
    }

    /// The user's keys.
    pub fn user_keymap(&self) -> PathBuf {
        self.config_home.join("keymap.toml")
    }
}

/// The settings file of a repository, given its root.
pub fn project_config(root: &Path) -> PathBuf {
    root.join(".awtui").join("config.toml")
}

/// The folders that may hold prompts, workflows and themes: a file there goes before the one that awtui brings along.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folders {
    pub user: Option<PathBuf>,
    pub project: Option<PathBuf>,
}

impl Folders {
    /// The first of project and user that has `relative`.
    pub(super) fn find(&self, relative: &Path) -> Option<PathBuf> {
        [&self.project, &self.user]
            .into_iter()
            .flatten()
            .map(|folder| folder.join(relative))
            .find(|p| p.is_file())
    }

    /// The stems of the files with this extension in the named folder, of both layers, sorted.
    pub(super) fn stems(&self, folder: &str, extension: &str) -> Vec<String> {
        let mut stems: Vec<String> = [&self.project, &self.user]
            .into_iter()
            .flatten()
            .filter_map(|base| std::fs::read_dir(base.join(folder)).ok())
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|found| found == extension) && path.is_file())
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .collect();
        stems.sort();
        stems.dedup();
        stems
    }
}

/// The text of a file; `None` when there is none.
pub(super) fn text(path: &Path) -> Result<Option<String>, SettingsError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(SettingsError::Unreadable { path: path.to_path_buf(), reason: error.to_string() }),
    }
}
