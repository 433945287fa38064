//! One session's place: its child, its screen, its recording, its adapter and its link to the agent socket.
//!
//! Owns the bytes of a pane and what is pending with its agent. It decides nothing: what it learns goes to the run's
//! owner as inputs.

use super::log_tail::LogTail;
use super::world::Child;
use crate::agent::{Adapter, Control, Delivery, DeskState, Emission};
use crate::domain::{DeliveryChannel, EffectId, PaneChange, PaneId, RoleName, SessionId};
use crate::recording;
use crate::term::{Screen, Signal, Size, Utf8Pump};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Lines of history that the supervisor keeps of a pane; older ones are in its recording.
const HISTORY: usize = 2000;

pub(super) struct Desk {
    pub(super) pane: PaneId,
    pub(super) session: SessionId,
    pub(super) role: RoleName,
    pub(super) adapter: Box<dyn Adapter>,
    pub(super) token: String,
    pub(super) child: Option<Box<dyn Child>>,
    pub(super) log: Option<LogTail>,
    /// To the agent's end of the agent socket.
    pub(super) link: Option<mpsc::Sender<String>>,
    pub(super) starting: Option<(EffectId, Instant)>,
    pub(super) prompt: Option<PendingPrompt>,
    pub(super) compacting: Option<EffectId>,
    pub(super) leaving: Option<(EffectId, Instant)>,
    /// The size that was last asked for and not yet given to the child.
    pub(super) wanted_size: Option<(Size, Instant)>,
    screen: Screen,
    pump: Utf8Pump,
    recording: Option<recording::Writer>,
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
            link: None,
            starting: None,
            prompt: None,
            compacting: None,
            leaving: None,
            wanted_size: None,
            screen: Screen::new(size, HISTORY),
            pump: Utf8Pump::new(Vec::new()),
            recording: None,
            moved: false,
            ended: false,
        }
    }

    pub(super) fn begin(
        &mut self,
        child: Box<dyn Child>,
        recording: recording::Writer,
        secrets: Vec<String>,
        log: LogTail,
    ) {
        self.child = Some(child);
        self.recording = Some(recording);
        self.pump = Utf8Pump::new(secrets);
        self.log = Some(log);
        self.moved = true;
    }

    pub(super) fn size(&self) -> Size {
        self.screen.size()
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

    /// Output of the child: recorded first, then seen, and its questions answered.
    pub(super) fn output(&mut self, at: u64, bytes: &[u8]) -> std::io::Result<Heard> {
        let text = self.pump.push(bytes);
        self.hear(at, text)
    }

    fn hear(&mut self, at: u64, text: String) -> std::io::Result<Heard> {
        if text.is_empty() {
            return Ok(Heard::default());
        }
        let Some(recording) = &mut self.recording else { return Ok(Heard::default()) };
        if recording.is_full() {
            recording.next_segment(at, &String::from_utf8_lossy(&self.screen.snapshot()))?;
        }
        let end = recording.output(at, &text)?;
        self.moved = true;
        self.screen.feed(text.as_bytes());
        let replies = self.screen.take_replies();
        if !replies.is_empty()
            && let Some(child) = &self.child
            && let Err(reason) = child.write(replies)
        {
            tracing::warn!(pane = %self.pane, %reason, "a terminal query could not be answered");
        }
        Ok(Heard { change: Some((end, PaneChange::Output { text })), signals: self.screen.take_signals() })
    }

    /// The child is gone: what it still had to say, then its exit.
    pub(super) fn exited(&mut self, at: u64, status: i32) -> std::io::Result<Vec<(u64, PaneChange)>> {
        let rest = self.pump.flush();
        let mut changes: Vec<_> = self.hear(at, rest)?.change.into_iter().collect();
        self.ended = true;
        self.child = None;
        if let Some(recording) = &mut self.recording {
            let end = recording.exit(at, status)?;
            self.moved = true;
            changes.push((end, PaneChange::Exited { status }));
        }
        Ok(changes)
    }

    pub(super) fn resize(&mut self, at: u64, size: Size) -> std::io::Result<Option<(u64, PaneChange)>> {
        if size == self.screen.size() || self.ended {
            return Ok(None);
        }
        self.screen.resize(size);
        if let Some(child) = &self.child {
            child.resize(size.cols, size.rows);
        }
        let Some(recording) = &mut self.recording else { return Ok(None) };
        let end = recording.resize(at, size.cols, size.rows)?;
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

    pub(super) fn state(&self, working: bool) -> DeskState {
        DeskState { connected: self.link.is_some(), ready: self.starting.is_none(), working }
    }

    /// Sends a prompt by the adapter's most certain channel.
    pub(super) fn deliver(
        &mut self,
        effect: EffectId,
        text: String,
        working: bool,
        deadline: Instant,
    ) -> Result<Vec<Emission>, String> {
        let mut emissions = Vec::new();
        let channel = match self.adapter.deliver(effect.0, &text, &self.state(working)) {
            Delivery::Socket(line) => {
                self.send(line)?;
                DeliveryChannel::Bridge
            }
            Delivery::Paste(bytes) => {
                self.write(bytes)?;
                emissions = self.adapter.delivered(effect.0);
                DeliveryChannel::Paste
            }
            Delivery::Argument { .. } => {
                return Err(
                    "an agent that takes its prompt on the command line cannot be used yet".to_owned()
                );
            }
        };
        self.prompt = Some(PendingPrompt { effect, text, channel, deadline });
        Ok(emissions)
    }

    /// Carries a control out as far as the desk can; `true`: the process group must be ended.
    pub(super) fn control(&self, control: Control) -> Result<bool, String> {
        match control {
            Control::Socket { line, otherwise } => match self.send(line) {
                Ok(()) => Ok(false),
                Err(reason) => {
                    tracing::info!(pane = %self.pane, %reason, "the weaker way is taken");
                    self.control(*otherwise)
                }
            },
            Control::Bytes(bytes) => self.write(bytes).map(|()| false),
            Control::Terminate => Ok(true),
            Control::Unable(reason) => Err(reason),
        }
    }

    pub(super) fn send(&self, line: String) -> Result<(), String> {
        let agent = self.link.as_ref().ok_or("the agent is not connected to the agent socket")?;
        agent.try_send(line).map_err(|_| "the agent does not read its socket".to_owned())
    }

    pub(super) fn write(&self, bytes: Vec<u8>) -> Result<(), String> {
        self.child.as_ref().ok_or("the pane has no process")?.write(bytes)
    }
}
