//! Five layers of values, merged field by field: built in, user, project, environment, flags. Each value keeps the layer
//! and the place it came from.

use super::document::{Document, Found, KeyPath, Origin, missing, read};
use super::problem::{Mistake, Place, Problem};
use super::schema::{Given, Kind, Schema, dotted};
use super::{SettingsError, paths};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Who gave a value; a later layer wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    BuiltIn,
    User,
    Project,
    Environment,
    Flag,
}

impl Layer {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BuiltIn => "built in",
            Self::User => "user",
            Self::Project => "project",
            Self::Environment => "environment",
            Self::Flag => "flag",
        }
    }
}

/// Where the layers above the built-in one come from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// A file that is not there counts as empty.
    pub user: Option<PathBuf>,
    /// A file that is not there counts as empty.
    pub project: Option<PathBuf>,
    /// All variables; those named `AWTUI_<TABLE>__<KEY>` are settings.
    pub env: Vec<(String, String)>,
    /// Dotted key and value: `("roles.worker.model", "sonnet")`.
    pub flags: Vec<(String, String)>,
}

impl Sources {
    /// The usual files: the user's, and the repository's own if there is one.
    pub fn usual(paths: &paths::Paths, project_root: Option<&Path>) -> Self {
        Self {
            user: Some(paths.user_config()),
            project: project_root.map(paths::project_config),
            env: Vec::new(),
            flags: Vec::new(),
        }
    }
}

/// The text of a layer's file as it might become.
pub(super) struct Replaced<'a> {
    pub(super) layer: Layer,
    pub(super) text: &'a str,
}

/// All layers in one, with the layer of each key.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) document: Document,
    pub(super) layers: BTreeMap<KeyPath, Layer>,
    /// The text of the project's file, for the trust gate.
    pub(super) project_text: Option<String>,
}

/// Reads and merges all layers; every mistake of all of them is an error together.
pub(super) fn merge(
    schema: &'static Schema,
    sources: &Sources,
    replaced: Option<&Replaced<'_>>,
) -> Result<Merged, SettingsError> {
    let mut merged = Merged::default();
    let mut problems = Vec::new();
    for (layer, file) in [(Layer::User, &sources.user), (Layer::Project, &sources.project)] {
        let Some(path) = file else { continue };
        let text = match replaced.filter(|replaced| replaced.layer == layer) {
            Some(replaced) => Some(replaced.text.to_owned()),
            None => paths::text(path)?,
        };
        let Some(text) = text else { continue };
        merged.add(layer, read(schema, &text, &Origin::File(path)), &mut problems);
        if layer == Layer::Project {
            merged.project_text = Some(text);
        }
    }
    for (name, value) in &sources.env {
        if let Some(path) = variable_path(name) {
            let found = single(schema, &path, value, &Origin::Variable(name));
            merged.add(Layer::Environment, found, &mut problems);
        }
    }
    for (key, value) in &sources.flags {
        let origin = Origin::Flag(key);
        let found = match toml_edit::Key::parse(key) {
            Ok(keys) => {
                let path: KeyPath = keys.iter().map(|key| key.get().to_owned()).collect();
                single(schema, &path, value, &origin)
            }
            Err(_) => mistaken(&origin, Mistake::Invalid(format!("\"{key}\" is no dotted key"))),
        };
        merged.add(Layer::Flag, found, &mut problems);
    }
    merged.built_in(schema);
    problems.extend(missing(schema, &merged.document));
    super::problem::none_or_all(problems)?;
    Ok(merged)
}

/// `AWTUI_ROLES__WORKER__MODEL` is `roles.worker.model`. A name without `__` is no setting.
fn variable_path(name: &str) -> Option<KeyPath> {
    let rest = name.strip_prefix("AWTUI_")?;
    rest.contains("__").then(|| rest.split("__").map(str::to_lowercase).collect())
}

/// One value from outside a file, read as if a file held it. Texts need no quotes.
pub(super) fn single(schema: &'static Schema, path: &[String], value: &str, origin: &Origin<'_>) -> Document {
    let field = path.split_last().and_then(|(key, table)| schema.field(table, key));
    let bare = match field.map(|field| field.kind) {
        Some(Kind::Text | Kind::Choice(_)) => true,
        Some(Kind::TextOrTexts) => !value.trim_start().starts_with('['),
        Some(Kind::Whole { .. } | Kind::Number { .. } | Kind::Switch | Kind::Texts) | None => false,
    };
    let written = if bare { toml::Value::from(value).to_string() } else { value.to_owned() };
    let document = read(schema, &format!("{} = {written}\n", dotted(path)), origin);
    let garbled = |problem: &Problem| matches!(problem.mistake, Mistake::Syntax(_));
    match (field, path.split_last()) {
        (Some(field), Some((key, table))) if document.problems.iter().any(garbled) => {
            let section = schema.section(table);
            let mistake = Mistake::WrongType {
                key: key.clone(),
                table: section.map_or_else(String::new, |section| section.place_name(table)),
                expected: field.kind.expected(),
                found: format!("\"{value}\""),
                nearest: None,
            };
            mistaken(origin, mistake)
        }
        (None, Some(_)) if document.problems.iter().any(garbled) => {
            // The value of a key that is unknown need not be TOML: the key is the mistake.
            read(schema, &format!("{} = 0\n", dotted(path)), origin)
        }
        (Some(_) | None, _) => document,
    }
}

fn mistaken(origin: &Origin<'_>, mistake: Mistake) -> Document {
    let place = match origin {
        Origin::File(path) => Place::File { path: path.to_path_buf(), line: 1 },
        Origin::Variable(name) => Place::Variable((*name).to_owned()),
        Origin::Flag(key) => Place::Flag((*key).to_owned()),
        Origin::Edit(key) => Place::Edit((*key).to_owned()),
        Origin::BuiltIn => Place::BuiltIn,
    };
    Document { problems: vec![Problem { place, mistake }], ..Document::default() }
}

impl Merged {
    fn add(&mut self, layer: Layer, layered: Document, problems: &mut Vec<Problem>) {
        problems.extend(layered.problems);
        for (list, count) in layered.lists {
            self.document.values.retain(|path, _| !path.starts_with(&list));
            self.document.tables.retain(|path, _| !path.starts_with(&list));
            self.layers.retain(|path, _| !path.starts_with(&list));
            self.document.lists.insert(list.clone(), count);
            self.layers.insert(list, layer);
        }
        self.document.mistaken.extend(layered.mistaken);
        self.document.tables.extend(layered.tables);
        for (path, found) in layered.values {
            self.layers.insert(path.clone(), layer);
            self.document.values.insert(path, found);
        }
    }

    /// Fills what no other layer gave. The names that exist by themselves are made, and each list.
    fn built_in(&mut self, schema: &'static Schema) {
        for section in schema.sections {
            let fixed = section.path.iter().all(|segment| !super::schema::is_pattern(segment));
            let mut instances: Vec<KeyPath> =
                self.document.tables.keys().filter(|path| section.is_at(path)).cloned().collect();
            if fixed {
                instances.push(section.path.iter().map(|segment| (*segment).to_owned()).collect());
            }
            if let Some(parent) = section.path.split_last().map(|(_, parent)| parent) {
                let parent = parent.iter().map(|segment| (*segment).to_owned());
                for name in section.built_in {
                    instances.push(parent.clone().chain([(*name).to_owned()]).collect());
                }
            }
            if let [list @ .., super::schema::ITEM] = section.path {
                let list: KeyPath = list.iter().map(|segment| (*segment).to_owned()).collect();
                self.document.lists.entry(list).or_insert(0);
            }
            for instance in instances {
                self.document.tables.entry(instance.clone()).or_insert(Place::BuiltIn);
                for field in section.fields {
                    let Given::Default(text) = field.given else { continue };
                    let mut path = instance.clone();
                    path.push(field.key.to_owned());
                    if !self.document.values.contains_key(&path)
                        && let Some(value) = default_value(text)
                    {
                        self.layers.insert(path.clone(), Layer::BuiltIn);
                        self.document.values.insert(path, Found { value, place: Place::BuiltIn });
                    }
                }
            }
        }
    }
}

/// The value that a default's TOML text stands for.
fn default_value(text: &str) -> Option<toml::Value> {
    toml::from_str::<toml::Table>(&format!("value = {text}")).ok()?.remove("value")
}
