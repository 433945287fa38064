//! One session's place: its terminal, its adapter and its link to the agent socket.
//!
//! Owns what is pending with its agent. It decides nothing: what it learns goes to the run's owner as inputs.

use super::allowance::Allowance;
use super::delivery::PendingPrompt;
use super::launch;
use super::log_tail::{self, LogTail};
use super::one_shot::{Between, NextTurn};
use super::terminal::Terminal;
use super::world::World;
use crate::agent::{Adapter, Control, Delivery, DeskState, Emission, Keys, ServerRequest, protocol};
use crate::domain::{DeliveryChannel, EffectId, PaneChange, PaneId, Ran, RoleName, SessionId};
use crate::recording;
use crate::term::{Screen, Size};
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Lines of history that are shown to an adapter that reads the screen.
const WORDS: usize = 300;

pub(super) struct Desk {
    pub(super) pane: PaneId,
    pub(super) session: SessionId,
    pub(super) role: RoleName,
    pub(super) adapter: Box<dyn Adapter>,
    begun: Instant,
    pub(super) terminal: Terminal,
    /// What its child was started with, as a shell would be given it.
    pub(super) command: Option<String>,
    /// How its last child ended, until somebody tells.
    pub(super) ended: Option<Ran>,
    pub(super) token: String,
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
    /// Those that nobody saw arrive yet, oldest first.
    pub(super) prompts: Vec<PendingPrompt>,
    pub(super) compacting: Option<EffectId>,
    pub(super) leaving: Option<(EffectId, Instant)>,
    /// How each turn's process is started, for an agent that has one a turn.
    pub(super) between: Option<Between>,
    /// The turn that begins once the process of the last one is gone.
    pub(super) next_turn: Option<NextTurn>,
    /// Its agent kept nothing of the session that it goes on with.
    pub(super) begins_anew: bool,
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
        let terminal = Terminal::new(pane.clone(), size, adapter.watches_output());
        Self {
            pane,
            session,
            role,
            adapter,
            begun: Instant::now(),
            terminal,
            command: None,
            ended: None,
            token,
            log: None,
            more_logs: Vec::new(),
            link: None,
            answers: None,
            asks: BTreeMap::new(),
            allowance: Allowance::new(Instant::now()),
            server: None,
            keys: VecDeque::new(),
            starting: None,
            prompts: Vec::new(),
            compacting: None,
            leaving: None,
            between: None,
            next_turn: None,
            begins_anew: false,
        }
    }

    /// The recording begins, with this size, which is the pane's first change; where a session log is known, it is
    /// read from now on.
    pub(super) fn open(&mut self, recording: recording::Writer, log: LogTail) -> (u64, PaneChange) {
        self.log = Some(log);
        self.terminal.open(recording)
    }

    /// What was started for its pane and goes on.
    pub(super) fn process(&self) -> Option<Ran> {
        self.command.clone().map(|command| Ran::started(self.pane.clone(), command))
    }

    /// Its adapter has something to learn from silence.
    pub(super) fn is_watched(&self) -> bool {
        self.terminal.child.is_some() && self.adapter.waits()
    }

    /// Whether the agent can go on with the session of this log.
    pub(super) fn keeps(&self, world: &dyn World, log: &Path) -> bool {
        log_tail::any_line(world, log, |line| self.adapter.keeps(line))
    }

    /// Where its session's log is, is known.
    pub(super) fn has_log(&self) -> bool {
        self.log.as_ref().is_some_and(|log| log.path().is_some())
    }

    /// Tells the adapter for how many milliseconds nothing was printed; the words on the screen are there if it asks.
    pub(super) fn quiet(&mut self) -> Vec<Emission> {
        let quiet = u64::try_from(self.terminal.last_output.elapsed().as_millis()).unwrap_or(u64::MAX);
        let screen = self.terminal.screen();
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.adapter.time(now);
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
        self.prompts.push(PendingPrompt::new(effect, text, channel, working));
        // The silence before a prompt is not the silence after it.
        self.terminal.last_output = Instant::now();
        Ok(sent)
    }

    fn type_keys(&mut self, keys: Vec<Keys>) -> Result<(), String> {
        self.terminal.child.as_ref().ok_or("the pane has no process")?;
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
        self.terminal.write(bytes)
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
