//! One session's place: its child, its screen, its recording, its adapter and its link to the agent socket.
//!
//! Owns the bytes of a pane and what is pending with its agent. It decides nothing: what it learns goes to the run's
//! owner as inputs.

use super::allowance::Allowance;
use super::launch;
use super::log_tail::LogTail;
use super::one_shot::{Between, NextTurn};
use super::world::Child;
use crate::agent::{Adapter, Control, Delivery, DeskState, Emission, Keys, ServerRequest, protocol};
use crate::domain::{DeliveryChannel, EffectId, PaneChange, PaneId, RoleName, SessionId};
use crate::recording;
use crate::term::{PlainLines, Screen, Signal, Size, Utf8Pump};
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Lines of history that the supervisor keeps of a pane; older ones are in its recording.
const HISTORY: usize = 2000;
/// Of these, so many are shown to an adapter that reads the screen.
const WORDS: usize = 300;
/// Bytes of output that wait while the disk takes nothing; of more, the last are kept.
const UNRECORDED: usize = 4 * 1024 * 1024;
/// Output that could be the beginning of a secret is held back until the program was silent for this long.
const HOLD: Duration = Duration::from_millis(20);

pub(super) struct Desk {
    pub(super) pane: PaneId,
    pub(super) session: SessionId,
    pub(super) role: RoleName,
    pub(super) adapter: Box<dyn Adapter>,
    pub(super) token: String,
    pub(super) child: Option<Box<dyn Child>>,
    pub(super) log: Option<LogTail>,
    /// Logs that its adapter reads beside it, as it named them.
    pub(super) more_logs: Vec<(String, LogTail)>,
    /// To the agent's end of the agent socket.
    pub(super) link: Option<mpsc::Sender<String>>,
    /// Where answers to the line go that is being looked at.
    pub(super) answers: Option<mpsc::Sender<String>>,
    /// Where the answers to its open questions go.
    pub(super) asks: BTreeMap<String, mpsc::Sender<String>>,
    /// How much more it may say by its tools now.
    pub(super) allowance: Allowance,
    /// To the agent's own server.
    pub(super) server: Option<mpsc::Sender<ServerRequest>>,
    /// What is still to be typed, and when.
    pub(super) keys: VecDeque<(Instant, Vec<u8>)>,
    pub(super) starting: Option<(EffectId, Instant)>,
    pub(super) prompt: Option<PendingPrompt>,
    pub(super) compacting: Option<EffectId>,
    pub(super) leaving: Option<(EffectId, Instant)>,
    /// The size that was last asked for and not yet given to the child.
    pub(super) wanted_size: Option<(Size, Instant)>,
    /// How each turn's process is started, for an agent that has one a turn.
    pub(super) between: Option<Between>,
    /// The turn that begins once the process of the last one is gone.
    pub(super) next_turn: Option<NextTurn>,
    /// When held-back output is shown.
    pub(super) flush_at: Option<Instant>,
    last_output: Instant,
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

pub(super) struct PendingPrompt {
    pub(super) effect: EffectId,
    pub(super) text: String,
    pub(super) channel: DeliveryChannel,
    pub(super) deadline: Instant,
}

/// What a piece of output meant.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) change: Option<(u64, PaneChange)>,
    pub(super) signals: Vec<Signal>,
    /// Lines that were printed, for adapters that want them.
    pub(super) lines: Vec<String>,
}

/// How a prompt goes out.
pub(super) enum Sent {
    /// It went; this is what it means.
    Out(Vec<Emission>),
    /// A process must be started with it.
    Starts(NextTurn),
}

impl Desk {
    pub(super) fn new(
        pane: PaneId,
        session: SessionId,
        role: RoleName,
        adapter: Box<dyn Adapter>,
        token: String,
        size: Size,
    ) -> Self {
        Self {
            pane,
            session,
            role,
            adapter,
            token,
            child: None,
            log: None,
            more_logs: Vec::new(),
            link: None,
            answers: None,
            asks: BTreeMap::new(),
            allowance: Allowance::new(Instant::now()),
            server: None,
            keys: VecDeque::new(),
            starting: None,
            prompt: None,
            compacting: None,
            leaving: None,
            wanted_size: None,
            between: None,
            next_turn: None,
            flush_at: None,
            last_output: Instant::now(),
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

    /// The recording begins, with this size, which is the pane's first change; where a session log is known, it is
    /// read from now on.
    pub(super) fn open(&mut self, recording: recording::Writer, log: LogTail) -> (u64, PaneChange) {
        let end = recording.offset();
        self.recording = Some(recording);
        self.log = Some(log);
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

    /// Its adapter has something to learn from silence.
    pub(super) fn is_watched(&self) -> bool {
        self.child.is_some() && self.adapter.waits()
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
        let lines = if self.adapter.watches_output() { self.lines.push(&text) } else { Vec::new() };
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

    /// Bytes that rebuild the screen, with the place in the recording that they stand for.
    pub(super) fn snapshot(&self) -> Option<(u64, PaneChange)> {
        let recording = self.recording.as_ref()?;
        let size = self.screen.size();
        let text = String::from_utf8_lossy(&self.screen.snapshot()).into_owned();
        Some((recording.offset(), PaneChange::Snapshot { cols: size.cols, rows: size.rows, text }))
    }

    /// The last line with words on the screen: what a program that left at once had to say.
    pub(super) fn last_words(&self) -> Option<String> {
        let text = self.screen.text();
        text.lines().rev().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
    }

    /// Tells the adapter for how many milliseconds nothing was printed; the words on the screen are there if it asks.
    pub(super) fn quiet(&mut self) -> Vec<Emission> {
        let quiet = u64::try_from(self.last_output.elapsed().as_millis()).unwrap_or(u64::MAX);
        let screen = &self.screen;
        self.adapter.quiet(&mut || words(screen), quiet)
    }

    pub(super) fn state(&self, working: bool) -> DeskState {
        DeskState { connected: self.link.is_some(), ready: self.starting.is_none(), working }
    }

    /// Sends a prompt by the adapter's most certain channel. `folder` is the launch folder.
    pub(super) fn deliver(
        &mut self,
        effect: EffectId,
        text: String,
        working: bool,
        deadline: Instant,
        folder: &Path,
    ) -> Result<Sent, String> {
        let (sent, channel) = match self.adapter.deliver(effect.0, &text, &self.state(working)) {
            Delivery::Socket(line) => {
                self.send(line)?;
                (Sent::Out(Vec::new()), DeliveryChannel::Bridge)
            }
            Delivery::Paste(bytes) => {
                self.write(bytes)?;
                (Sent::Out(self.adapter.delivered(effect.0)), DeliveryChannel::Paste)
            }
            Delivery::Keys(keys) => {
                self.type_keys(keys)?;
                (Sent::Out(self.adapter.delivered(effect.0)), DeliveryChannel::Paste)
            }
            Delivery::File { file, keys } => {
                launch::write_files(folder, &[file])?;
                self.write(keys)?;
                (Sent::Out(self.adapter.delivered(effect.0)), DeliveryChannel::Paste)
            }
            Delivery::Server(request) => {
                self.ask_server(request)?;
                (Sent::Out(self.adapter.delivered(effect.0)), DeliveryChannel::Server)
            }
            Delivery::Argument { .. } if working => {
                return Err("it takes no words while it works; they go with its next prompt".to_owned());
            }
            Delivery::Argument { args, files, stdin } => {
                (Sent::Starts(NextTurn { effect, args, files, stdin }), DeliveryChannel::Argument)
            }
        };
        self.prompt = Some(PendingPrompt { effect, text, channel, deadline });
        // The silence before a prompt is not the silence after it.
        self.last_output = Instant::now();
        Ok(sent)
    }

    fn type_keys(&mut self, keys: Vec<Keys>) -> Result<(), String> {
        self.child.as_ref().ok_or("the pane has no process")?;
        let mut at = self.keys.back().map_or_else(Instant::now, |(at, _)| *at);
        for Keys { after, bytes } in keys {
            at += Duration::from_millis(after);
            self.keys.push_back((at, bytes));
        }
        Ok(())
    }

    /// Carries a control out as far as the desk can; `true`: the process group must be ended.
    pub(super) fn control(&mut self, control: Control) -> Result<bool, String> {
        match control {
            Control::Socket { line, otherwise } => match self.send(line) {
                Ok(()) => Ok(false),
                Err(reason) => {
                    tracing::info!(pane = %self.pane, %reason, "the weaker way is taken");
                    self.control(*otherwise)
                }
            },
            Control::Bytes(bytes) => self.write(bytes).map(|()| false),
            Control::Keys(keys) => self.type_keys(keys).map(|()| false),
            Control::Answer { ask, line } => {
                let asker = self.asks.remove(&ask).ok_or("nobody waits for the answer any more")?;
                asker.try_send(line).map(|()| false).map_err(|_| "the agent no longer listens".to_owned())
            }
            Control::Server(request) => self.ask_server(request).map(|()| false),
            Control::Terminate => Ok(true),
            Control::Unable(reason) => Err(reason),
        }
    }

    pub(super) fn send(&self, line: String) -> Result<(), String> {
        let agent = self.link.as_ref().ok_or("the agent is not connected to the agent socket")?;
        agent.try_send(line).map_err(|_| "the agent does not read its socket".to_owned())
    }

    /// Answers what the agent just said, on the connection that it said it by.
    pub(super) fn reply(&self, line: String) -> Result<(), String> {
        match &self.answers {
            Some(asker) => asker.try_send(line).map_err(|_| "the agent does not read its socket".to_owned()),
            None => self.send(line),
        }
    }

    pub(super) fn ask_server(&self, request: ServerRequest) -> Result<(), String> {
        let server = self.server.as_ref().ok_or("the agent's server is not there")?;
        server.try_send(request).map_err(|_| "the agent's server does not answer".to_owned())
    }

    /// Types what is due.
    pub(super) fn type_due(&mut self, now: Instant) {
        while let Some((_, bytes)) = self.keys.pop_front_if(|(at, _)| *at <= now) {
            if let Err(reason) = self.write(bytes) {
                tracing::info!(pane = %self.pane, %reason, "keys were not typed");
            }
        }
    }

    /// Whoever waits for an answer that will not come goes on without one.
    pub(super) fn release(&mut self, ask: Option<&str>) {
        self.asks.retain(|open, asker| {
            let goes = ask.is_none_or(|ask| ask == open);
            // One that does not read is gone already.
            let _ = goes && asker.try_send(protocol::output(open, "")).is_ok();
            !goes
        });
    }

    pub(super) fn write(&self, bytes: Vec<u8>) -> Result<(), String> {
        self.child.as_ref().ok_or("the pane has no process")?.write(bytes)
    }
}

/// The lines on the screen and the last ones that scrolled out of it, as the program wrote them: not cut where the
/// terminal wrapped them, with the blanks before the cursor, without the empty rest below.
fn words(screen: &Screen) -> String {
    let history = screen.history_len().min(WORDS);
    let cursor = screen.cursor();
    let places =
        (0..history).map(|line| (history - line, 0)).chain((0..screen.size().rows).map(|row| (0, row)));
    let mut words = String::new();
    for (offset, row) in places {
        let text = screen.row_at(offset, row).text();
        let wrapped = screen.is_wrapped_at(offset, row);
        let kept = cursor.filter(|cursor| offset == 0 && cursor.row == row).map_or(0, |cursor| cursor.col);
        let mut line = text.trim_end().to_owned();
        if wrapped {
            line = text;
        }
        while line.chars().count() < usize::from(kept) {
            line.push(' ');
        }
        words.push_str(&line);
        if !wrapped {
            words.push('\n');
        }
    }
    words.truncate(words.trim_end_matches('\n').len());
    words
}

fn last_part(mut text: String, bytes: usize) -> String {
    let mut from = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text.drain(..from);
    text
}
