//! Identities. They are made from sequence numbers, wall time or the task's words, never from randomness.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! name {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn new(name: impl Into<String>) -> Self {
                Self(name.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self(name.to_owned())
            }
        }
    };
}

name! {
    /// `aw_<YYYYMMDD>_<HHMMSS>_<slug>`.
    RunId
}
name! {
    /// `analyst`, `worker`, or any name that a workflow uses.
    RoleName
}
name! {
    /// One conversation of one agent, `<role>.<ordinal>`: `analyst.1`. It survives steps and restarts of its process.
    SessionId
}
name! {
    /// One child in one terminal, `<role>-<ordinal>`: `worker-2`. Also the name of its recording.
    PaneId
}
name! {
    /// The id of one bounded piece of work: the analyst's own, or `<step>_<slug of the goal>`.
    InstructionId
}

impl PaneId {
    pub fn numbered(role: &RoleName, ordinal: u32) -> Self {
        Self(format!("{role}-{ordinal}"))
    }
}

impl SessionId {
    pub fn numbered(role: &RoleName, ordinal: u32) -> Self {
        Self(format!("{role}.{ordinal}"))
    }
}

/// The words of `text` in lower case joined by `_`, at most `limit` bytes, cut between words where possible.
///
/// Letters outside ASCII are kept when they are alphanumeric, so a Chinese task keeps its words. Never empty: a text
/// without letters gives `task`.
pub fn slug(text: &str, limit: usize) -> String {
    let mut words = Vec::new();
    let mut word = String::new();
    for character in text.chars() {
        if character.is_alphanumeric() {
            word.extend(character.to_lowercase());
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    let mut slug = String::new();
    for word in &words {
        if slug.is_empty() {
            let mut end = word.len().min(limit);
            while !word.is_char_boundary(end) {
                end -= 1;
            }
            slug.push_str(&word[..end]);
        } else if slug.len() + 1 + word.len() <= limit {
            slug.push('_');
            slug.push_str(word);
        } else {
            break;
        }
    }
    if slug.is_empty() { "task".to_owned() } else { slug }
}
