//! One pane's terminal: its child, its screen and its recording.
//!
//! Owns the way of a child's bytes: recorded first, then seen, then told. It decides nothing and knows of no agent.

use super::world::Child;
use crate::domain::{PaneChange, PaneId};
use crate::recording;
use crate::term::{FLOOD_HISTORY, HISTORY, PlainLines, Screen, Signal, Size, Utf8Pump};
use std::time::Duration;
use tokio::time::Instant;

/// Bytes of output that wait while the disk takes nothing; of more, the last are kept.
const UNRECORDED: usize = 4 * 1024 * 1024;
/// Output that could be the beginning of a secret is held back until the program was silent for this long.
const HOLD: Duration = Duration::from_millis(20);
/// Sizes that change while a person drags a border reach the child once they rest.
const RESIZE_REST: Duration = Duration::from_millis(50);

pub(super) struct Terminal {
    pane: PaneId,
    pub(super) child: Option<Box<dyn Child>>,
    /// The size that was last asked for and not yet given to the child.
    pub(super) wanted_size: Option<(Size, Instant)>,
    /// When held-back output is shown.
    pub(super) flush_at: Option<Instant>,
    /// When the child said something last, or was given something to answer.
    pub(super) last_output: Instant,
    /// The lines that are printed are wanted too.
    watches_lines: bool,
    screen: Screen,
    pump: Utf8Pump,
    lines: PlainLines,
    recording: Option<recording::Writer>,
    /// Output that its recording has not taken yet. Nothing is seen or sent before it is recorded.
    unrecorded: String,
    /// How the child ended, when its recording has not taken that yet.
    unrecorded_exit: Option<i32>,
    moved: bool,
    ended: bool,
}

/// What a piece of output meant.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) change: Option<(u64, PaneChange)>,
    pub(super) signals: Vec<Signal>,
    /// Lines that were printed, for adapters that want them.
    pub(super) lines: Vec<String>,
}

impl Terminal {
    pub(super) fn new(pane: PaneId, size: Size, watches_lines: bool) -> Self {
        Self {
            pane,
            child: None,
            wanted_size: None,
            flush_at: None,
            last_output: Instant::now(),
            watches_lines,
            screen: Screen::new(size, HISTORY),
            pump: Utf8Pump::new(Vec::new()),
            lines: PlainLines::default(),
            recording: None,
            unrecorded: String::new(),
            unrecorded_exit: None,
            moved: false,
            ended: false,
        }
    }

    /// The recording begins, with this size, which is the pane's first change.
    pub(super) fn open(&mut self, recording: recording::Writer) -> (u64, PaneChange) {
        let end = recording.offset();
        self.recording = Some(recording);
        self.moved = true;
        let size = self.screen.size();
        (end, PaneChange::Resized { cols: size.cols, rows: size.rows })
    }

    /// A process lives in the pane now.
    pub(super) fn begin(&mut self, child: Box<dyn Child>, secrets: Vec<String>) {
        self.child = Some(child);
        self.pump = Utf8Pump::new(secrets);
        self.lines = PlainLines::default();
        self.last_output = Instant::now();
    }

    pub(super) fn size(&self) -> Size {
        self.screen.size()
    }

    pub(super) fn screen(&self) -> &Screen {
        &self.screen
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// The length of the recording, if it grew since this was last asked.
    pub(super) fn take_offset(&mut self) -> Option<u64> {
        if !std::mem::take(&mut self.moved) {
            return None;
        }
        self.recording.as_ref().map(recording::Writer::offset)
    }

    /// The record that was to carry the offset was not made.
    pub(super) fn offset_not_taken(&mut self) {
        self.moved = true;
    }

    /// Its recording lacks something that the child did.
    pub(super) fn is_behind(&self) -> bool {
        !self.unrecorded.is_empty() || self.unrecorded_exit.is_some()
    }

    /// Tries to record what is not recorded yet.
    pub(super) fn catch_up(&mut self, at: u64) -> std::io::Result<Heard> {
        let heard = self.hear(at, String::new())?;
        if let (Some(status), Some(recording)) = (self.unrecorded_exit, &mut self.recording) {
            recording.exit(at, status)?;
            self.unrecorded_exit = None;
            self.moved = true;
        }
        Ok(heard)
    }

    /// Output of the child: recorded first, then seen, and its questions answered.
    pub(super) fn output(&mut self, at: u64, bytes: &[u8]) -> std::io::Result<Heard> {
        let text = self.pump.push(bytes);
        self.last_output = Instant::now();
        self.flush_at = self.pump.holds_back().then(|| self.last_output + HOLD);
        self.hear(at, text)
    }

    /// What was held back, because nothing came after it.
    pub(super) fn flush(&mut self, at: u64) -> std::io::Result<Heard> {
        self.flush_at = None;
        let text = self.pump.flush();
        self.hear(at, text)
    }

    /// What the child still had to say when it went.
    pub(super) fn finish(&mut self, at: u64) -> std::io::Result<Heard> {
        self.flush_at = None;
        let text = self.pump.finish();
        let mut heard = self.hear(at, text)?;
        heard.lines.extend(self.lines.finish());
        Ok(heard)
    }

    fn hear(&mut self, at: u64, text: String) -> std::io::Result<Heard> {
        let Some(recording) = &mut self.recording else { return Ok(Heard::default()) };
        let text =
            if self.unrecorded.is_empty() { text } else { std::mem::take(&mut self.unrecorded) + &text };
        if text.is_empty() {
            return Ok(Heard::default());
        }
        let full = recording.is_full();
        let begun = if full {
            recording.next_segment(at, &String::from_utf8_lossy(&self.screen.snapshot())).map(drop)
        } else {
            Ok(())
        };
        let end = match begun.and_then(|()| recording.output(at, &text)) {
            Ok(end) => end,
            Err(error) => {
                self.unrecorded = last_part(text, UNRECORDED);
                return Err(error);
            }
        };
        self.moved = true;
        self.screen.feed(text.as_bytes());
        let replies = self.screen.take_replies();
        if !replies.is_empty()
            && let Some(child) = &self.child
            && let Err(reason) = child.write(replies)
        {
            tracing::warn!(pane = %self.pane, %reason, "a terminal query could not be answered");
        }
        let lines = if self.watches_lines { self.lines.push(&text) } else { Vec::new() };
        let signals = self.screen.take_signals();
        Ok(Heard { change: Some((end, PaneChange::Output { text })), signals, lines })
    }

    /// The pane is over.
    pub(super) fn exited(&mut self, at: u64, status: i32) -> std::io::Result<Option<(u64, PaneChange)>> {
        self.ended = true;
        self.child = None;
        let Some(recording) = &mut self.recording else { return Ok(None) };
        let end = match recording.exit(at, status) {
            Ok(end) => end,
            Err(error) => {
                self.unrecorded_exit = Some(status);
                return Err(error);
            }
        };
        self.moved = true;
        Ok(Some((end, PaneChange::Exited { status })))
    }

    pub(super) fn resize(&mut self, at: u64, size: Size) -> std::io::Result<Option<(u64, PaneChange)>> {
        if size == self.screen.size() || self.ended {
            return Ok(None);
        }
        let recorded = self.recording.as_mut().map(|recording| recording.resize(at, size.cols, size.rows));
        let end = recorded.transpose()?;
        self.screen.resize(size);
        if let Some(child) = &self.child {
            child.resize(size.cols, size.rows);
        }
        let Some(end) = end else { return Ok(None) };
        self.moved = true;
        Ok(Some((end, PaneChange::Resized { cols: size.cols, rows: size.rows })))
    }

    /// Bytes that rebuild the screen, with the place in the recording that they stand for; `brief` ones have little
    /// history, for a client that gets many.
    pub(super) fn snapshot(&self, brief: bool) -> Option<(u64, PaneChange)> {
        let recording = self.recording.as_ref()?;
        let size = self.screen.size();
        let bytes =
            if brief { self.screen.snapshot_with_history(FLOOD_HISTORY) } else { self.screen.snapshot() };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Some((recording.offset(), PaneChange::Snapshot { cols: size.cols, rows: size.rows, text }))
    }

    /// The last line with words on the screen: what a program that left at once had to say.
    pub(super) fn last_words(&self) -> Option<String> {
        let text = self.screen.text();
        text.lines().rev().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
    }

    pub(super) fn write(&self, bytes: Vec<u8>) -> Result<(), String> {
        self.child.as_ref().ok_or("the pane has no process")?.write(bytes)
    }

    /// Asks for a size; it reaches the child once sizes rest, because a border that is dragged sends many.
    pub(super) fn want_size(&mut self, size: Size) {
        let changes = size != self.size() || self.wanted_size.is_some();
        if changes && !self.ended {
            let deadline = self.wanted_size.map_or_else(|| Instant::now() + RESIZE_REST, |(_, rest)| rest);
            self.wanted_size = Some((size, deadline));
        }
    }
}

fn last_part(mut text: String, bytes: usize) -> String {
    let mut from = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text.drain(..from);
    text
}
