//! What can be looked at that is neither a fact nor a pane.

use super::{RoleName, StepNumber};
use serde::{Deserialize, Serialize};

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Fetch {
    /// A text that was too large for its fact.
    Blob { sha256: String },
    /// A file beneath the run's folder.
    File { path: String },
    /// The conversation with a role: what was sent, the tools, the questions, the last words of each turn.
    Transcript { role: RoleName },
    /// The patch of a step, or what it did to one file.
    Diff {
        step: StepNumber,
        #[serde(default)]
        file: Option<String>,
    },
    /// What the whole run changed: from its first checkpoint to its last one, or to now while a step goes on.
    Changes,
    /// The prompt of a step as it was sent.
    Prompt { step: StepNumber },
    /// What a step was told, did and reported, as Markdown.
    Report { step: StepNumber },
    /// What a check printed, colours and all; checks are counted from 0 in the order in which they ran.
    CheckLog { step: StepNumber, check: u32 },
    #[serde(other)]
    Unknown,
}

/// A part of something fetched: `bytes` begin at byte `offset` of `total`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Piece {
    pub bytes: Vec<u8>,
    pub offset: u64,
    pub total: u64,
}

impl Piece {
    /// From `offset` on at most `limit` bytes of something that is here as a whole.
    pub fn of(whole: &[u8], offset: u64, limit: u64) -> Self {
        let place = |at: u64| usize::try_from(at).unwrap_or(whole.len()).min(whole.len());
        let begin = place(offset);
        let end = place(offset.saturating_add(limit));
        Self { bytes: whole[begin..end].to_vec(), offset: begin as u64, total: whole.len() as u64 }
    }

    /// The byte behind the last one.
    pub fn end(&self) -> u64 {
        self.offset + self.bytes.len() as u64
    }
}
