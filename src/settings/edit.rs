//! Changes a settings file as a person would: only the keys that are meant, comments and order kept. Works on text; the
//! caller reads and writes the file.

use super::SettingsError;
use super::document::Origin;
use super::layers::single;
use super::problem::{Mistake, Place, Problem};
use super::shape::CONFIG;
use toml_edit::{DocumentMut, Item, Table, Value};

/// The text with these dotted keys set, each value as on the command line: `("roles.worker.model", "sonnet")`.
///
/// Nothing changes unless every key and value is right.
pub fn edited(text: &str, changes: &[(String, String)]) -> Result<String, SettingsError> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        mistakes(vec![Problem { place: Place::BuiltIn, mistake: Mistake::Syntax(message) }])
    })?;
    for (key, value) in changes {
        let flag = |message: String| {
            mistakes(vec![Problem { place: Place::Flag(key.clone()), mistake: Mistake::Invalid(message) }])
        };
        let parsed = toml_edit::Key::parse(key).map_err(|_| flag(format!("\"{key}\" is no dotted key")))?;
        let path: Vec<String> = parsed.iter().map(|part| part.get().to_owned()).collect();
        let read = single(&CONFIG, &path, value, &Origin::Flag(key));
        if !read.problems.is_empty() {
            return Err(mistakes(read.problems));
        }
        let Some(found) = read.values.get(&path) else {
            return Err(flag(format!("\"{key}\" is a table: set its keys one by one")));
        };
        let value: Value = found.value.to_string().parse().map_err(|_| flag("no value".to_owned()))?;
        set(document.as_table_mut(), &path, value)
            .ok_or_else(|| flag(format!("\"{key}\": a value stands where a table should be")))?;
    }
    Ok(document.to_string())
}

fn mistakes(problems: Vec<Problem>) -> SettingsError {
    SettingsError::Mistakes(problems)
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
