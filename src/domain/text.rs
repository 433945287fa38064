//! Text that may be too large for a journal line.

use serde::{Deserialize, Serialize};

/// Words of a person or an agent: held in the fact itself, or in a blob beside the journal when they exceed
/// [`Text::INLINE_LIMIT`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Text {
    Inline(String),
    Blob {
        /// Lower-case hexadecimal SHA-256 of the bytes; the name of the file under `blobs/`.
        sha256: String,
        bytes: u64,
        first_line: String,
    },
}

impl Text {
    /// Longer texts are moved to a blob by the supervisor before the fact is written. In bytes.
    pub const INLINE_LIMIT: usize = 16 * 1024;

    /// The text itself if it is here, else its first line.
    pub fn summary(&self) -> &str {
        match self {
            Self::Inline(text) => text,
            Self::Blob { first_line, .. } => first_line,
        }
    }

    pub fn first_line(&self) -> &str {
        self.summary().lines().find(|line| !line.trim().is_empty()).unwrap_or("").trim()
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Self::Inline(text) => text.trim().is_empty(),
            Self::Blob { .. } => false,
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::Inline(String::new())
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::Inline(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::Inline(text)
    }
}
