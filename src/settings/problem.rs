//! What can be wrong with settings, said so that a person can mend it: where, what, and what was probably meant.
//!
//! Owns the error types of this module and the search for the nearest known word. Never reads a file.

use std::fmt;
use std::path::PathBuf;

/// Where a value, or a mistake, stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    File {
        path: PathBuf,
        line: usize,
    },
    Variable(String),
    Flag(String),
    /// A change that somebody asks for.
    Edit(String),
    BuiltIn,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(formatter, "{}:{line}", path.display()),
            Self::Variable(name) => write!(formatter, "${name}"),
            Self::Flag(key) => write!(formatter, "--set {key}"),
            Self::Edit(key) => formatter.write_str(key),
            Self::BuiltIn => formatter.write_str("built in"),
        }
    }
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub place: Place,
    pub mistake: Mistake,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.mistake)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    #[error("not valid TOML: {0}")]
    Syntax(String),
    #[error("unknown key \"{key}\" {table}{}", suggestion(nearest.as_ref()))]
    UnknownKey { key: String, table: String, nearest: Option<String> },
    #[error("\"{key}\" {table} must be {expected}, not {found}{}", suggestion(nearest.as_ref()))]
    WrongType { key: String, table: String, expected: String, found: String, nearest: Option<String> },
    #[error("\"{key}\" is missing {table}: {purpose}")]
    Missing { key: String, table: String, purpose: String },
    #[error("{0}")]
    Invalid(String),
}

fn suggestion(nearest: Option<&String>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean \"{nearest}\"?"))
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("{}: cannot be read: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    /// Every mistake that was found, in the order of files and lines. Never empty.
    #[error("{}", first_and_count(.0))]
    Mistakes(Vec<Problem>),
    #[error("no {kind} is called \"{name}\"{}; known: {known}", suggestion(nearest.as_ref()))]
    Unknown { kind: &'static str, name: String, nearest: Option<String>, known: String },
    #[error("no home folder: set HOME, or AWTUI_HOME to an absolute path")]
    NoHome,
    #[error("AWTUI_HOME must be an absolute path, not \"{0}\"")]
    RelativeHome(String),
}

impl SettingsError {
    /// All mistakes, where the error is about mistakes in files, variables or flags.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Mistakes(problems) => problems,
            Self::Unreadable { .. } | Self::Unknown { .. } | Self::NoHome | Self::RelativeHome(_) => &[],
        }
    }

    pub(super) fn unknown<'a>(
        kind: &'static str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        Self::Unknown {
            kind,
            name: name.to_owned(),
            nearest: nearest(name, known.iter().copied()),
            known: known.join(", "),
        }
    }
}

fn first_and_count(problems: &[Problem]) -> String {
    let first = problems.first().map_or_else(String::new, ToString::to_string);
    match problems.len() {
        0 | 1 => first,
        2 => format!("{first} (and 1 more mistake)"),
        count => format!("{first} (and {} more mistakes)", count - 1),
    }
}

/// `Ok` when nothing is wrong, else all of it.
pub(super) fn none_or_all(problems: Vec<Problem>) -> Result<(), SettingsError> {
    if problems.is_empty() { Ok(()) } else { Err(SettingsError::Mistakes(problems)) }
}

/// The known word that `word` was probably meant to be: few enough slips away, the first of equals.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let plain = |text: &str| text.to_lowercase().replace('-', "_");
    let word = plain(word);
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|candidate| (distance(&word, &plain(candidate)), candidate))
        .filter(|(slips, _)| *slips <= allowed)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate.to_owned())
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
pub fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, candidate) in other.iter().enumerate() {
            let mut slips = (last[column] + usize::from(letter != candidate))
                .min(last[column + 1] + 1)
                .min(current[column] + 1);
            let swapped = row > 0 && column > 0 && *letter == other[column - 1] && one[row - 1] == *candidate;
            if swapped {
                slips = slips.min(before_last[column - 1] + 1);
            }
            current.push(slips);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or(0)
}
