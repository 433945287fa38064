//! Reads one TOML text strictly against a schema into values that each know their line.
//!
//! Every mistake of the text is collected, none is passed over. Knows nothing of layers, defaults or what a value is for.

use super::problem::{Mistake, Place, Problem, nearest};
use super::schema::{Given, ITEM, Kind, Names, Schema, TableKind, dotted, is_plain, quoted};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(super) type KeyPath = Vec<String>;

/// A value as somebody wrote it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) value: toml::Value,
    pub(super) place: Place,
}

/// What a text says, key by key. A key inside a list of tables has its place in the list as a segment.
#[derive(Debug, Default, Clone)]
pub(super) struct Document {
    pub(super) values: BTreeMap<KeyPath, Found>,
    /// Tables that were opened, even empty ones.
    pub(super) tables: BTreeMap<KeyPath, Place>,
    /// Lists of tables and how many they hold.
    pub(super) lists: BTreeMap<KeyPath, usize>,
    /// Keys whose value was of the wrong kind: mistaken, but not missing.
    pub(super) mistaken: BTreeSet<KeyPath>,
    pub(super) problems: Vec<Problem>,
}

/// Where the text comes from.
#[derive(Debug, Clone)]
pub(super) enum Origin<'a> {
    File(&'a Path),
    Variable(&'a str),
    Flag(&'a str),
    Edit(&'a str),
    BuiltIn,
}

pub(super) fn read(schema: &'static Schema, text: &str, origin: &Origin<'_>) -> Document {
    let mut reader = Reader { schema, text, origin, document: Document::default() };
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        reader.table(table.get_ref(), &mut Vec::new());
    }
    for error in errors {
        let place = reader.place(error.span().map_or(0, |span| span.start));
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        // The parser goes on after a mistake and often stumbles again over the rest of the same line.
        if reader.document.problems.iter().all(|earlier| earlier.place != place) {
            reader.document.problems.push(Problem { place, mistake: Mistake::Syntax(message) });
        }
    }
    let mut document = reader.document;
    document.problems.sort_by_key(|problem| match &problem.place {
        Place::File { line, .. } => *line,
        Place::Variable(_) | Place::Flag(_) | Place::Edit(_) | Place::BuiltIn => 0,
    });
    document
}

struct Reader<'a> {
    schema: &'static Schema,
    text: &'a str,
    origin: &'a Origin<'a>,
    document: Document,
}

impl Reader<'_> {
    fn place(&self, offset: usize) -> Place {
        match self.origin {
            Origin::File(path) => {
                let before = self.text.get(..offset).unwrap_or(self.text);
                Place::File {
                    path: PathBuf::from(path),
                    line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
                }
            }
            Origin::Variable(name) => Place::Variable((*name).to_owned()),
            Origin::Flag(key) => Place::Flag((*key).to_owned()),
            Origin::Edit(key) => Place::Edit((*key).to_owned()),
            Origin::BuiltIn => Place::BuiltIn,
        }
    }

    fn report(&mut self, offset: usize, mistake: Mistake) {
        let place = self.place(offset);
        self.document.problems.push(Problem { place, mistake });
    }

    fn table_name(&self, path: &[String]) -> String {
        self.schema.section(path).map_or_else(
            || {
                if path.is_empty() {
                    "at the top of the file".to_owned()
                } else {
                    format!("in [{}]", dotted(path))
                }
            },
            |section| section.place_name(path),
        )
    }

    fn table(&mut self, table: &DeTable<'_>, path: &mut KeyPath) {
        for (key, value) in table {
            let offset = key.span().start;
            let key = key.get_ref().as_ref();
            if let Some(field) = self.schema.field(path, key) {
                self.value(path, key, field.kind, value, offset);
            } else if let Some(kind) = self.schema.table(path, key) {
                self.nested(path, key, kind, value, offset);
            } else {
                let known = self.schema.known(path);
                let nearest = nearest(key, known).or_else(|| self.schema.elsewhere(key));
                let table = self.table_name(path);
                self.report(offset, Mistake::UnknownKey { key: key.to_owned(), table, nearest });
            }
        }
    }

    fn nested(
        &mut self,
        path: &mut KeyPath,
        key: &str,
        kind: TableKind,
        value: &Spanned<DeValue<'_>>,
        offset: usize,
    ) {
        path.push(key.to_owned());
        let names = self.schema.section(path).map_or(Names::Free, |section| section.names);
        if names == Names::Plain
            && !is_plain(key)
            && self.schema.section(path).is_some_and(|s| s.path.last() == Some(&"*"))
        {
            let message = format!(
                "the name {} {} may hold only lower-case letters, digits, \"-\" and \"_\", and must begin with a letter",
                quoted(key),
                self.table_name(path)
            );
            self.report(offset, Mistake::Invalid(message));
        }
        match (kind, value.get_ref()) {
            (TableKind::Single, DeValue::Table(table)) => {
                let place = self.place(offset);
                self.document.tables.entry(path.clone()).or_insert(place);
                self.table(table, path);
            }
            (TableKind::List, DeValue::Array(items))
                if items.iter().all(|item| matches!(item.get_ref(), DeValue::Table(_))) =>
            {
                self.document.lists.insert(path.clone(), items.len());
                for (index, item) in items.iter().enumerate() {
                    if let DeValue::Table(table) = item.get_ref() {
                        path.push(index.to_string());
                        let place = self.place(item.span().start);
                        self.document.tables.insert(path.clone(), place);
                        self.table(table, path);
                        path.pop();
                    }
                }
            }
            (kind, other) => {
                let name = dotted(path);
                let expected = match kind {
                    TableKind::Single => format!("a table, as in [{name}]"),
                    TableKind::List => format!("a list of tables, as in [[{name}]]"),
                };
                let table = self.table_name(&path[..path.len() - 1]);
                let found = described(other);
                self.report(
                    offset,
                    Mistake::WrongType { key: key.to_owned(), table, expected, found, nearest: None },
                );
            }
        }
        path.pop();
    }

    fn value(&mut self, path: &[String], key: &str, kind: Kind, value: &Spanned<DeValue<'_>>, offset: usize) {
        let mut whole_path = path.to_vec();
        whole_path.push(key.to_owned());
        let Some(plain) = fitting(kind, value.get_ref()) else {
            self.document.mistaken.insert(whole_path);
            let nearest = match (kind, value.get_ref()) {
                (Kind::Choice(words), DeValue::String(word)) => nearest(word, words.iter().copied()),
                _ => None,
            };
            let mistake = Mistake::WrongType {
                key: key.to_owned(),
                table: self.table_name(path),
                expected: kind.expected(),
                found: described(value.get_ref()),
                nearest,
            };
            return self.report(offset, mistake);
        };
        let place = self.place(offset);
        self.document.values.insert(whole_path, Found { value: plain, place });
    }
}

/// The value, if it is of the kind.
fn fitting(kind: Kind, value: &DeValue<'_>) -> Option<toml::Value> {
    let text = || value.as_str().map(toml::Value::from);
    let texts = || {
        let items = value.as_array()?.iter().map(|item| item.get_ref().as_str().map(toml::Value::from));
        items.collect::<Option<Vec<_>>>().map(toml::Value::from)
    };
    match kind {
        Kind::Text => text(),
        Kind::Choice(words) => text().filter(|word| word.as_str().is_some_and(|word| words.contains(&word))),
        Kind::Whole { least, most } => {
            whole(value).filter(|number| (least..=most).contains(number)).map(toml::Value::from)
        }
        Kind::Number { least, most } => {
            number(value).filter(|number| (least..=most).contains(number)).map(toml::Value::from)
        }
        Kind::Switch => value.as_bool().map(toml::Value::from),
        Kind::Texts => texts(),
        Kind::TextOrTexts => text().or_else(texts),
    }
}

fn whole(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    let text = match (value.as_float(), value.as_integer()) {
        (Some(float), _) => float.as_str(),
        (None, Some(integer)) if integer.radix() == 10 => integer.as_str(),
        (None, Some(_) | None) => return None,
    };
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A value in the words of an error message, short enough for its line.
fn described(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => {
            let short: String = text.chars().take(40).collect();
            let dots = if short.len() < text.len() { "..." } else { "" };
            format!("the text {}{dots}", toml::Value::from(short))
        }
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(switch) => switch.to_string(),
        DeValue::Datetime(_) => "a date or time".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// Mistakes of keys that must be there: each table that exists, in whichever layer, needs its required keys.
pub(super) fn missing(schema: &'static Schema, document: &Document) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, place) in &document.tables {
        let Some(section) = schema.section(path) else { continue };
        for field in section.fields.iter().filter(|field| field.given == Given::Required) {
            let mut key = path.clone();
            key.push(field.key.to_owned());
            if !document.values.contains_key(&key) && !document.mistaken.contains(&key) {
                problems.push(Problem {
                    place: place.clone(),
                    mistake: Mistake::Missing {
                        key: field.key.to_owned(),
                        table: section.place_name(path),
                        purpose: field.about.split(['.', ';']).next().unwrap_or_default().to_owned(),
                    },
                });
            }
        }
    }
    problems
}

impl Document {
    pub(super) fn text(&self, path: &[&str]) -> Option<&str> {
        self.found(path)?.value.as_str()
    }

    pub(super) fn texts(&self, path: &[&str]) -> Option<Vec<String>> {
        match &self.found(path)?.value {
            toml::Value::String(text) => Some(vec![text.clone()]),
            toml::Value::Array(items) => {
                Some(items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
            }
            toml::Value::Integer(_)
            | toml::Value::Float(_)
            | toml::Value::Boolean(_)
            | toml::Value::Datetime(_)
            | toml::Value::Table(_) => None,
        }
    }

    pub(super) fn found(&self, path: &[&str]) -> Option<&Found> {
        let path: KeyPath = path.iter().map(|segment| (*segment).to_owned()).collect();
        self.values.get(&path)
    }

    /// Where a key stands, else the table it would stand in.
    pub(super) fn place(&self, path: &[&str]) -> Place {
        let mut path: KeyPath = path.iter().map(|segment| (*segment).to_owned()).collect();
        if let Some(found) = self.values.get(&path) {
            return found.place.clone();
        }
        while !path.is_empty() {
            if let Some(place) = self.tables.get(&path) {
                return place.clone();
            }
            path.pop();
        }
        Place::BuiltIn
    }

    /// The names under a path, `["roles"]` giving every role.
    pub(super) fn names(&self, path: &[&str]) -> Vec<String> {
        let mut names: Vec<String> = self
            .tables
            .keys()
            .filter(|table| {
                table.len() > path.len() && table.iter().zip(path).all(|(one, other)| one == other)
            })
            .map(|table| table[path.len()].clone())
            .collect();
        names.dedup();
        names
    }

    /// The whole as one nested table, lists in their order.
    pub(super) fn nested(&self) -> toml::Table {
        let mut root = toml::Table::new();
        for path in self.tables.keys() {
            if !path.iter().enumerate().any(|(at, _)| self.lists.contains_key(&path[..at])) {
                enter(&mut root, path);
            }
        }
        for (path, found) in &self.values {
            let in_list = (0..path.len()).any(|end| self.lists.contains_key(&path[..end]));
            if let Some((key, table)) = path.split_last()
                && !in_list
            {
                enter(&mut root, table).map(|table| table.insert(key.clone(), found.value.clone()));
            }
        }
        for (path, count) in &self.lists {
            let items: Vec<toml::Value> = (0..*count).map(|index| self.item(path, index).into()).collect();
            if let Some((key, table)) = path.split_last() {
                enter(&mut root, table).map(|table| table.insert(key.clone(), items.into()));
            }
        }
        root
    }

    fn item(&self, list: &[String], index: usize) -> toml::Table {
        let mut table = toml::Table::new();
        for (path, found) in &self.values {
            if path.len() == list.len() + 2 && path.starts_with(list) && path[list.len()].parse() == Ok(index)
            {
                table.insert(path[list.len() + 1].clone(), found.value.clone());
            }
        }
        table
    }
}

/// The table at `path` under `root`, made if it is not there; `None` where a value stands in its way.
fn enter<'a>(root: &'a mut toml::Table, path: &[String]) -> Option<&'a mut toml::Table> {
    path.iter().try_fold(root, |table, segment| {
        debug_assert_ne!(segment, ITEM, "patterns are no paths");
        table.entry(segment.clone()).or_insert_with(|| toml::Table::new().into()).as_table_mut()
    })
}
