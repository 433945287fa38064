//! Settings: layers, strict errors, prompts, workflows, prices, keys and themes.

mod edit;
mod errors;
mod keymap;
mod layers;
mod prices;
mod prompts;
mod reference;
mod terminals;
mod theme;
mod workflows;

use awtui::settings::{Settings, SettingsError, Sources};
use std::path::Path;

/// Settings from one text as the project's file.
fn from_project(text: &str) -> Result<Settings, SettingsError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    std::fs::write(&file, text).unwrap();
    Settings::load(&Sources { project: Some(file), ..Sources::default() })
}

fn built_in() -> Settings {
    Settings::load(&Sources::default()).unwrap()
}

fn fixtures() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/settings"))
}
