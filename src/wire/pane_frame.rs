//! Pane text in frames of its own kind: a line of JSON, then the text as it is, in pieces that fit.

use super::frame::{Frame, FrameError, FrameKind};
use super::{ToClient, WireError};
use crate::domain::{PaneChange, PaneId, RunId};
use serde::{Deserialize, Serialize};

/// A longer text is sent in pieces.
const PIECE: usize = 1024 * 1024;

/// More than any screen with its history needs; pieces that add up to more are an error of the other side.
const LONGEST: usize = 64 * 1024 * 1024;

#[derive(Debug, Serialize, Deserialize)]
struct Head {
    run: RunId,
    pane: PaneId,
    end: u64,
    /// Columns and rows of a snapshot; without them the text is output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    snapshot: Option<(u16, u16)>,
    /// The text goes on in the next frame.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    more: bool,
}

/// Appends the frames of a pane's text.
pub(super) fn encode(
    run: &RunId,
    pane: &PaneId,
    end: u64,
    snapshot: Option<(u16, u16)>,
    text: &str,
    into: &mut Vec<u8>,
) -> Result<(), WireError> {
    let mut rest = text;
    loop {
        let mut cut = rest.len().min(PIECE);
        while !rest.is_char_boundary(cut) {
            cut -= 1;
        }
        let (piece, after) = rest.split_at(cut);
        let head = Head { run: run.clone(), pane: pane.clone(), end, snapshot, more: !after.is_empty() };
        let mut payload = serde_json::to_vec(&head).map_err(WireError::unwritable)?;
        payload.push(b'\n');
        payload.extend_from_slice(piece.as_bytes());
        Frame::encode(FrameKind::Pane, &payload, into)?;
        if after.is_empty() {
            return Ok(());
        }
        rest = after;
    }
}

/// Puts the pieces of pane texts together.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    begun: String,
}

impl Assembly {
    /// The message, once its last piece is there.
    pub(super) fn take(&mut self, payload: &[u8]) -> Result<Option<ToClient>, WireError> {
        let text =
            std::str::from_utf8(payload).map_err(|_| WireError::garbled("a pane frame is not UTF-8"))?;
        let (head, piece) = text
            .split_once('\n')
            .ok_or_else(|| WireError::garbled("a pane frame has no line that says which pane it is of"))?;
        let head: Head = serde_json::from_str(head)
            .map_err(|error| WireError::garbled(&format!("a pane frame: {error}")))?;
        if self.begun.len() + piece.len() > LONGEST {
            return Err(FrameError::TooLong { length: self.begun.len() + piece.len() }.into());
        }
        self.begun.push_str(piece);
        if head.more {
            return Ok(None);
        }
        let text = std::mem::take(&mut self.begun);
        let change = match head.snapshot {
            Some((cols, rows)) => PaneChange::Snapshot { cols, rows, text },
            None => PaneChange::Output { text },
        };
        Ok(Some(ToClient::Pane { run: head.run, pane: head.pane, end: head.end, change }))
    }
}
