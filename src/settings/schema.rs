//! The shape of a TOML file as data: which tables there are, which keys they hold, of what kind, with which default.
//!
//! One description serves the strict reader, the built-in layer, the error messages, `config/awtui.toml` and
//! `docs/settings.md`, so that they cannot disagree. Holds no values of a person and reads nothing.

/// A segment of a section's path that stands for any name.
pub(super) const ANY: &str = "*";
/// A segment of a section's path that stands for the place in a list of tables.
pub(super) const ITEM: &str = "#";

pub(super) fn is_pattern(segment: &str) -> bool {
    segment == ANY || segment == ITEM
}

/// The shape of one file.
#[derive(Debug)]
pub(super) struct Schema {
    pub sections: &'static [Section],
}

/// A table of the file.
#[derive(Debug)]
pub(super) struct Section {
    /// `["roles", "*"]`, `["checks", "#"]`, `["context"]`, or empty for the top of the file.
    pub path: &'static [&'static str],
    pub about: &'static str,
    /// What `*` may be.
    pub names: Names,
    /// The names that exist without being written down.
    pub built_in: &'static [&'static str],
    pub fields: &'static [Field],
}

/// Which names a person may choose for a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// They become part of file names and ids: lower-case letters, digits, `-` and `_`.
    Plain,
    Free,
}

#[derive(Debug)]
pub(super) struct Field {
    pub key: &'static str,
    pub kind: Kind,
    pub given: Given,
    pub about: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Text,
    Choice(&'static [&'static str]),
    Whole {
        least: i64,
        most: i64,
    },
    Number {
        least: f64,
        most: f64,
    },
    Switch,
    Texts,
    /// A text, or a list of texts.
    TextOrTexts,
}

/// What holds when nobody gives the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    /// This TOML value.
    Default(&'static str),
    Optional,
    Required,
}

impl Kind {
    /// Completes "must be ...".
    pub(super) fn expected(self) -> String {
        match self {
            Self::Text => "a text in quotes".to_owned(),
            Self::Choice(words) => match words {
                [] => "nothing".to_owned(),
                [only] => format!("\"{only}\""),
                [first @ .., last] => {
                    let first: Vec<String> = first.iter().map(|word| format!("\"{word}\"")).collect();
                    format!("{} or \"{last}\"", first.join(", "))
                }
            },
            Self::Whole { least, most: i64::MAX } => format!("a whole number of at least {least}"),
            Self::Whole { least, most } => format!("a whole number from {least} to {most}"),
            Self::Number { least, most } if most.is_finite() => {
                format!("a number from {least} to {most}")
            }
            Self::Number { least, .. } => format!("a number of at least {least}"),
            Self::Switch => "true or false".to_owned(),
            Self::Texts => "a list of texts in quotes".to_owned(),
            Self::TextOrTexts => "a text in quotes or a list of them".to_owned(),
        }
    }
}

impl Section {
    /// Whether `path` is an instance of this section's path.
    pub(super) fn is_at(&self, path: &[String]) -> bool {
        self.path.len() == path.len() && begins(self.path, path)
    }

    /// `[roles.worker]` for a path, in the words of an error message: "in [roles.worker]".
    pub(super) fn place_name(&self, path: &[String]) -> String {
        let shown: Vec<String> = path
            .iter()
            .zip(self.path)
            .filter(|(_, pattern)| **pattern != ITEM)
            .map(|(s, _)| quoted(s))
            .collect();
        if path.is_empty() {
            "at the top of the file".to_owned()
        } else if self.path.contains(&ITEM) {
            format!("in [[{}]]", shown.join("."))
        } else {
            format!("in [{}]", shown.join("."))
        }
    }
}

impl Schema {
    /// The section whose tables stand at `path`, a literal name before a free one.
    pub(super) fn section(&self, path: &[String]) -> Option<&'static Section> {
        let candidates = self.sections.iter().filter(|section| section.is_at(path));
        candidates.min_by_key(|section| section.path.iter().filter(|segment| **segment == ANY).count())
    }

    pub(super) fn field(&self, path: &[String], key: &str) -> Option<&'static Field> {
        let fields = self.section(path)?.fields;
        fields.iter().find(|field| field.key == key).or_else(|| fields.iter().find(|field| field.key == ANY))
    }

    /// The segments that may follow `path` on the way to a section.
    pub(super) fn following(&self, path: &[String]) -> impl Iterator<Item = &'static str> {
        self.sections
            .iter()
            .filter(move |section| section.path.len() > path.len() && begins(section.path, path))
            .map(move |section| section.path[path.len()])
    }

    /// How a table may stand under `key` at `path`.
    pub(super) fn table(&self, path: &[String], key: &str) -> Option<TableKind> {
        let mut longer = path.to_vec();
        if !self.following(path).any(|segment| segment == key || segment == ANY) {
            return None;
        }
        longer.push(key.to_owned());
        Some(if self.following(&longer).any(|segment| segment == ITEM) {
            TableKind::List
        } else {
            TableKind::Single
        })
    }

    /// Every key that may stand at `path`, for suggestions.
    pub(super) fn known(&self, path: &[String]) -> Vec<&'static str> {
        let fields = self.section(path).map_or(&[][..], |section| section.fields);
        let mut known: Vec<&str> = fields.iter().map(|field| field.key).collect();
        known.extend(self.following(path));
        known.retain(|word| *word != ANY && *word != ITEM);
        known.dedup();
        known
    }

    /// `loop.max_rounds` for a key that exists, but in another table than the one it was written in.
    pub(super) fn elsewhere(&self, key: &str) -> Option<String> {
        let mut holders = self.sections.iter().filter(|section| {
            !section.path.is_empty() && section.fields.iter().any(|field| field.key == key)
        });
        let holder = holders.next()?;
        if holders.next().is_some() {
            return None;
        }
        let path: Vec<&str> = holder
            .path
            .iter()
            .filter(|segment| **segment != ITEM)
            .map(|segment| if *segment == ANY { "NAME" } else { *segment })
            .collect();
        Some(format!("{}.{key}", path.join(".")))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TableKind {
    Single,
    List,
}

fn begins(pattern: &[&str], path: &[String]) -> bool {
    path.iter().zip(pattern).all(|(segment, pattern)| {
        *pattern == ANY || segment == pattern || (*pattern == ITEM && segment.parse::<usize>().is_ok())
    })
}

/// A segment as it stands in a dotted key.
pub(super) fn quoted(segment: &str) -> String {
    let bare = !segment.is_empty()
        && segment.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-');
    if bare { segment.to_owned() } else { toml::Value::from(segment).to_string() }
}

/// A path as a dotted key.
pub(super) fn dotted(path: &[String]) -> String {
    path.iter().map(|segment| quoted(segment)).collect::<Vec<_>>().join(".")
}

/// Whether a name may become part of file names and ids.
pub(super) fn is_plain(name: &str) -> bool {
    name.len() <= 32
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|letter| {
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-' || letter == '_'
        })
}
