//! Changes a settings file as a person would: only the keys that are meant, comments and order kept. Works on text and
//! says what would be different; whoever calls writes the file.

use super::SettingsError;
use super::document::{KeyPath, Origin};
use super::layers::{Layer, Replaced, Sources, single};
use super::paths;
use super::problem::{Mistake, Place, Problem, nearest};
use super::schema::{dotted, quoted};
use super::shape::CONFIG;
use super::values::{Entry, Settings};
use std::path::PathBuf;
use toml_edit::{Document, DocumentMut, Item, Table, Value};

/// Lines around a change that a diff shows.
const AROUND: usize = 2;

/// One change of one key, written as on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Dotted: `roles.worker.model`.
    pub key: String,
    /// Texts need no quotes. `None` takes the key out, so that what lies below holds again.
    pub value: Option<String>,
}

impl Edit {
    pub fn set(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: Some(value.into()) }
    }

    pub fn unset(key: impl Into<String>) -> Self {
        Self { key: key.into(), value: None }
    }
}

/// What would become of a settings file. Nothing is written yet.
#[derive(Debug, Clone)]
pub struct Planned {
    pub layer: Layer,
    pub path: PathBuf,
    /// The text as it was read; `None`: there is no file.
    pub before: Option<String>,
    pub after: String,
    /// What is edited and yet does not take effect, because a later layer says otherwise: the entries that win.
    pub overruled: Vec<Entry>,
    /// Mistakes that were there before, in this file or another one, and stay.
    pub left: Vec<Problem>,
    /// Everything that would hold; nothing while mistakes are left.
    pub settings: Option<Settings>,
}

/// One line of a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffLine {
    Same(String),
    Removed(String),
    Added(String),
    /// Lines that are the same were left out here.
    Gap,
}

impl Planned {
    /// Whether the file would be another one.
    pub fn is_change(&self) -> bool {
        self.before.as_deref().unwrap_or_default() != self.after
    }

    pub fn diff(&self) -> Vec<DiffLine> {
        diff(self.before.as_deref().unwrap_or_default(), &self.after)
    }
}

/// What differs between two texts, with a little around it.
pub fn diff(before: &str, after: &str) -> Vec<DiffLine> {
    let compared = similar::TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for (index, group) in compared.grouped_ops(AROUND).iter().enumerate() {
        if index > 0 {
            lines.push(DiffLine::Gap);
        }
        for change in group.iter().flat_map(|operation| compared.iter_changes(operation)) {
            let text = change.value().trim_end_matches(['\n', '\r']).to_owned();
            lines.push(match change.tag() {
                similar::ChangeTag::Equal => DiffLine::Same(text),
                similar::ChangeTag::Delete => DiffLine::Removed(text),
                similar::ChangeTag::Insert => DiffLine::Added(text),
            });
        }
    }
    lines
}

/// What these edits would make of the user's or the project's file, checked together with all other layers.
///
/// Refused where an edit is wrong by itself or would make mistakes that were not there before.
pub fn plan(sources: &Sources, layer: Layer, edits: &[Edit]) -> Result<Planned, SettingsError> {
    let path = match layer {
        Layer::User => sources.user.clone(),
        Layer::Project => sources.project.clone(),
        Layer::BuiltIn | Layer::Environment | Layer::Flag => None,
    };
    let path = path.ok_or_else(|| {
        let message = format!("settings of the layer \"{}\" are in no file", layer.as_str());
        mistaken(Place::BuiltIn, Mistake::Invalid(message))
    })?;
    let before = paths::text(&path)?;
    let after =
        edited(before.as_deref().unwrap_or_default(), edits).map_err(|error| in_file(error, &path))?;
    let earlier = mistakes_of(Settings::load(sources))?.err().unwrap_or_default();
    let replaced = Replaced { layer, text: &after };
    let (left, settings) = match mistakes_of(Settings::load_replaced(sources, Some(&replaced)))? {
        Ok(settings) => (Vec::new(), Some(settings)),
        Err(problems) => {
            // A mistake keeps its words when the line moves that it stands in.
            let (known, new): (Vec<Problem>, Vec<Problem>) = problems
                .into_iter()
                .partition(|problem| earlier.iter().any(|old| old.mistake == problem.mistake));
            if !new.is_empty() {
                return Err(SettingsError::Mistakes(
                    new.into_iter().map(|problem| at_edit(problem, &path, edits)).collect(),
                ));
            }
            (known, None)
        }
    };
    let overruled = settings.as_ref().map_or_else(Vec::new, |settings| overruled(settings, layer, edits));
    Ok(Planned { layer, path, before, after, overruled, left, settings })
}

/// The entries of later layers over keys that were set.
fn overruled(settings: &Settings, layer: Layer, edits: &[Edit]) -> Vec<Entry> {
    let set = edits.iter().filter(|edit| edit.value.is_some()).filter_map(|edit| key_path(&edit.key).ok());
    let keys: Vec<String> = set.map(|path| dotted(&path)).collect();
    let wins = settings.provenance().iter().filter(|entry| entry.layer > layer && keys.contains(&entry.key));
    wins.cloned().collect()
}

/// Mistakes apart from what cannot be read at all.
fn mistakes_of(
    loaded: Result<Settings, SettingsError>,
) -> Result<Result<Settings, Vec<Problem>>, SettingsError> {
    match loaded {
        Ok(settings) => Ok(Ok(settings)),
        Err(SettingsError::Mistakes(problems)) => Ok(Err(problems)),
        Err(error) => Err(error),
    }
}

/// A mistake that the edits would make stands in no line yet: it is said of the edit.
fn at_edit(problem: Problem, path: &std::path::Path, edits: &[Edit]) -> Problem {
    match &problem.place {
        Place::File { path: file, .. } if file == path => {
            let words = problem.mistake.to_string();
            let named = |edit: &&Edit| {
                let last = edit.key.rsplit('.').next().unwrap_or_default();
                words.contains(&format!("\"{last}\"")) || words.contains(&format!("{last} ="))
            };
            let edit = edits.iter().find(named).or(edits.first());
            let place = edit.map_or(Place::BuiltIn, |edit| Place::Edit(edit.key.clone()));
            Problem { place, mistake: problem.mistake }
        }
        Place::File { .. } | Place::Variable(_) | Place::Flag(_) | Place::Edit(_) | Place::BuiltIn => problem,
    }
}

/// What is wrong with the file as it is stands in its line.
fn in_file(error: SettingsError, path: &std::path::Path) -> SettingsError {
    let SettingsError::Mistakes(problems) = error else { return error };
    let problems = problems.into_iter().map(|problem| match problem.place {
        Place::File { line, .. } => {
            Problem { place: Place::File { path: path.to_path_buf(), line }, mistake: problem.mistake }
        }
        Place::Variable(_) | Place::Flag(_) | Place::Edit(_) | Place::BuiltIn => problem,
    });
    SettingsError::Mistakes(problems.collect())
}

/// The text with these edits. Nothing changes unless every key and value is right.
pub fn edited(text: &str, edits: &[Edit]) -> Result<String, SettingsError> {
    let mut text = text.to_owned();
    for edit in edits {
        let path = key_path(&edit.key)?;
        text = match &edit.value {
            Some(value) => with(&text, edit, &path, value)?,
            None => without(&text, edit, &path)?,
        };
    }
    Ok(text)
}

fn key_path(key: &str) -> Result<KeyPath, SettingsError> {
    let parsed = toml_edit::Key::parse(key)
        .map_err(|_| invalid(key, format!("\"{key}\" is no dotted key, as roles.worker.model is one")))?;
    Ok(parsed.iter().map(|part| part.get().to_owned()).collect())
}

fn with(text: &str, edit: &Edit, path: &[String], value: &str) -> Result<String, SettingsError> {
    let mut document: DocumentMut = text.parse().map_err(|error| syntax(text, &error))?;
    let read = single(&CONFIG, path, value, &Origin::Edit(&edit.key));
    if !read.problems.is_empty() {
        return Err(SettingsError::Mistakes(read.problems));
    }
    let Some(found) = read.values.get(path) else {
        let message = format!("\"{}\" is a table: set its keys one by one", edit.key);
        return Err(invalid(&edit.key, message));
    };
    if let Some(text) = with_table(text, &document, path, &found.value.to_string()) {
        return Ok(text);
    }
    let parsed: Value =
        found.value.to_string().parse().map_err(|_| invalid(&edit.key, "no value".to_owned()))?;
    set(document.as_table_mut(), path, parsed).ok_or_else(|| {
        invalid(&edit.key, format!("\"{}\": a value stands where a table should be", edit.key))
    })?;
    Ok(document.to_string())
}

/// The text with a new table at its end, where the key's table is not there yet: what is written so far, words behind
/// the last table among it, stays as it is.
fn with_table(text: &str, document: &DocumentMut, path: &[String], value: &str) -> Option<String> {
    let (key, tables) = path.split_last()?;
    let mut above: Option<&dyn toml_edit::TableLike> = Some(document.as_table());
    for name in tables {
        above = above.and_then(|table| table.get(name)).and_then(Item::as_table_like);
    }
    if above.is_some() || tables.is_empty() {
        return None;
    }
    let mut longer = text.to_owned();
    if !longer.is_empty() {
        longer.truncate(longer.trim_end().len());
        longer.push_str("\n\n");
    }
    longer.extend(["[", &dotted(tables), "]\n", &quoted(key), " = ", value, "\n"]);
    // A table that cannot stand here, as in one that is written in braces, goes in by the other way.
    longer.parse::<DocumentMut>().is_ok().then_some(longer)
}

fn set(root: &mut Table, path: &[String], mut value: Value) -> Option<()> {
    let (key, tables) = path.split_last()?;
    let mut table: &mut dyn toml_edit::TableLike = root;
    for (depth, name) in tables.iter().enumerate() {
        let mut fresh = Table::new();
        // Only the table that holds keys of its own gets a header.
        fresh.set_implicit(depth + 1 < tables.len());
        table = table.entry(name).or_insert(Item::Table(fresh)).as_table_like_mut()?;
    }
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            // A comment behind the old value stays.
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        None => {
            table.insert(key, Item::Value(value));
        }
    }
    Some(())
}

/// The text without the line of this key. Comments above it stay: they may be about more than this key.
fn without(text: &str, edit: &Edit, path: &[String]) -> Result<String, SettingsError> {
    let spanned = Document::parse(text).map_err(|error| syntax(text, &error))?;
    let not_set = || {
        let known: Vec<String> = keys_in(spanned.as_table(), &[]);
        let meant = nearest(&edit.key, known.iter().map(String::as_str))
            .map_or_else(String::new, |nearest| format!("; did you mean \"{nearest}\"?"));
        invalid(&edit.key, format!("\"{}\" is not set in this file{meant}", edit.key))
    };
    let (key, tables) = path.split_last().ok_or_else(not_set)?;
    let mut table: &dyn toml_edit::TableLike = spanned.as_table();
    let mut inline = false;
    for name in tables {
        let item = table.get(name).ok_or_else(not_set)?;
        inline |= item.is_inline_table();
        table = item.as_table_like().ok_or_else(not_set)?;
    }
    let (found, item) = table.get_key_value(key).ok_or_else(not_set)?;
    if item.is_table_like() && !item.is_inline_table() {
        return Err(invalid(&edit.key, format!("\"{}\" is a table: unset its keys one by one", edit.key)));
    }
    if let (false, Some(key), Some(value)) = (inline, found.span(), item.span()) {
        let begin = text[..key.start].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[value.end..].find('\n').map_or(text.len(), |newline| value.end + newline + 1);
        return Ok(without_empty_header(&format!("{}{}", &text[..begin], &text[end..]), tables));
    }
    let mut document: DocumentMut = text.parse().map_err(|error| syntax(text, &error))?;
    let mut table: &mut dyn toml_edit::TableLike = document.as_table_mut();
    for name in tables {
        table = table.get_mut(name).and_then(Item::as_table_like_mut).ok_or_else(not_set)?;
    }
    table.remove(key);
    Ok(document.to_string())
}

/// A header goes with its last key, unless somebody wrote words under it.
fn without_empty_header(text: &str, tables: &[String]) -> String {
    let header = format!("[{}]", dotted(tables));
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let Some(at) = lines.iter().position(|line| line.trim() == header) else { return text.to_owned() };
    let end = lines[at + 1..].iter().position(|line| line.trim_start().starts_with('['));
    let end = end.map_or(lines.len(), |below| at + 1 + below);
    let preceded = at > 0 && lines[at - 1].trim_start().starts_with('#');
    if preceded || lines[at + 1..end].iter().any(|line| !line.trim().is_empty()) {
        return text.to_owned();
    }
    let mut kept = lines[..at].concat();
    if end == lines.len() {
        // The blank line that kept it apart goes too.
        kept.truncate(kept.trim_end().len());
        if !kept.is_empty() {
            kept.push('\n');
        }
    }
    kept.push_str(&lines[end..].concat());
    kept
}

/// Every key with a value, dotted.
fn keys_in(table: &dyn toml_edit::TableLike, above: &[String]) -> Vec<String> {
    let mut keys = Vec::new();
    for (key, item) in table.iter() {
        let path: Vec<String> = above.iter().cloned().chain([key.to_owned()]).collect();
        match item.as_table_like() {
            Some(below) => keys.extend(keys_in(below, &path)),
            None => keys.push(dotted(&path)),
        }
    }
    keys
}

fn syntax(text: &str, error: &toml_edit::TomlError) -> SettingsError {
    let message = error.message().lines().collect::<Vec<_>>().join(", ");
    let offset = error.span().map_or(0, |span| span.start);
    let line = text.get(..offset).unwrap_or(text).matches('\n').count() + 1;
    mistaken(Place::File { path: PathBuf::new(), line }, Mistake::Syntax(message))
}

fn invalid(key: &str, message: String) -> SettingsError {
    mistaken(Place::Edit(key.to_owned()), Mistake::Invalid(message))
}

fn mistaken(place: Place, mistake: Mistake) -> SettingsError {
    SettingsError::Mistakes(vec![Problem { place, mistake }])
}
