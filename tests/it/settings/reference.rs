//! What is shipped and what is documented is what the program does. `AWTUI_BLESS=1` writes the files anew.

use super::{built_in, from_project};
use awtui::settings::keymap::Keymap;
use awtui::settings::prompts::{PURPOSES, PromptContext, Prompts, VARIABLES};
use awtui::settings::{Folders, Layer, reference};
use std::collections::BTreeSet;

fn compare_or_write(path: &str, made: &str) {
    let file = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("AWTUI_BLESS").is_some() {
        std::fs::write(&file, made).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = found.lines().zip(made.lines()).position(|(found, made)| found != made);
    assert!(
        found == made,
        "{path} is not what the program makes (line {:?}): run the tests with AWTUI_BLESS=1",
        differs.map(|line| line + 1)
    );
}

#[test]
fn the_shipped_settings_file_is_up_to_date() {
    compare_or_write("config/awtui.toml", &reference::sample_config());
}

#[test]
fn the_settings_page_is_up_to_date() {
    compare_or_write("docs/settings.md", &reference::settings_page());
}

#[test]
fn the_keys_page_is_up_to_date() {
    compare_or_write("docs/keys.md", &reference::keys_page(&Keymap::load(None).unwrap()));
}

#[test]
fn the_page_of_commands_is_up_to_date() {
    compare_or_write("docs/cli.md", &awtui::cli::reference::page());
}

/// The lines of the shipped file that are settings, and with `examples` those that are examples too.
fn uncommented(examples: bool) -> String {
    let setting = |line: &&str| line.starts_with('#') && !line.starts_with("# ") && *line != "#";
    let lines = reference::SAMPLE_CONFIG.lines().filter_map(|line| match line.strip_prefix("#   ") {
        Some(example) => {
            let prose = example.starts_with('~') || example.starts_with('.');
            (examples && !prose).then_some(example)
        }
        None => Some(line).filter(setting).map(|line| &line[1..]),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn nothing_is_switched_on_in_the_shipped_file() {
    assert!(reference::SAMPLE_CONFIG.lines().all(|line| line.is_empty() || line.starts_with('#')));
    assert_eq!(from_project(reference::SAMPLE_CONFIG).unwrap().run_config(), built_in().run_config());
}

#[test]
fn the_shipped_file_without_its_comments_gives_every_default() {
    let shipped = from_project(&uncommented(false)).unwrap();
    let built_in = built_in();
    assert_eq!(shipped.run_config(), built_in.run_config());
    let values = |settings: &awtui::settings::Settings| -> Vec<(String, String)> {
        settings.provenance().iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect()
    };
    assert_eq!(values(&shipped), values(&built_in));
    for entry in shipped.provenance() {
        assert_eq!(entry.layer, Layer::Project, "{} is missing in config/awtui.toml", entry.key);
    }
}

#[test]
fn the_shipped_file_shows_every_key_and_its_examples_are_valid() {
    let text = uncommented(true);
    let settings = from_project(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(settings.checks.len(), 1);
    let written: BTreeSet<&str> = settings
        .provenance()
        .iter()
        .filter(|entry| entry.layer == Layer::Project)
        .map(|entry| entry.key.as_str())
        .collect();
    for key in reference::known_keys() {
        let shown = written.iter().any(|written| {
            let parts = toml_parts(written);
            parts.len() == key.len()
                && parts
                    .iter()
                    .zip(&key)
                    .all(|(part, wanted)| *wanted == "*" || *wanted == "#" || part == wanted)
        });
        assert!(shown, "{} is not in config/awtui.toml", key.join("."));
    }
}

/// The parts of a dotted key of which at most the middle one is quoted.
fn toml_parts(key: &str) -> Vec<String> {
    match key.split('"').collect::<Vec<_>>()[..] {
        [before, quoted, after] => {
            let plain = |text: &str| {
                text.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>()
            };
            [plain(before), vec![quoted.to_owned()], plain(after)].concat()
        }
        _ => key.split('.').map(str::to_owned).collect(),
    }
}

#[test]
fn the_documented_variables_are_those_that_prompts_have() {
    let json = serde_json::to_value(PromptContext::full()).unwrap();
    let real: BTreeSet<String> = json.as_object().unwrap().keys().cloned().collect();
    let documented: BTreeSet<String> =
        VARIABLES.iter().map(|(name, _)| name.trim_end_matches('?').to_owned()).collect();
    assert_eq!(documented, real);
    let bare = serde_json::to_value(PromptContext::default()).unwrap();
    for (name, holds) in VARIABLES {
        let optional = bare[name.trim_end_matches('?')].is_null();
        assert_eq!(name.ends_with('?'), optional, "{name}");
        let value = &json[name.trim_end_matches('?')];
        let inner = value.as_array().map_or(value, |list| &list[0]);
        for field in inner.as_object().into_iter().flatten().map(|(field, _)| field) {
            assert!(holds.contains(&format!("`{field}")), "{name}.{field} is not documented");
        }
    }
}

#[test]
fn the_documented_templates_are_those_that_are_shipped() {
    let prompts = Prompts::load(&Folders::default()).unwrap();
    let shipped: BTreeSet<&str> = prompts.names().collect();
    let documented: BTreeSet<&str> = PURPOSES.iter().map(|(name, _)| *name).collect();
    assert_eq!(documented, shipped);
}
