//! The operator's own terminals: programs that run beside the agents and belong to no run.
//!
//! Owns their children and their recordings for as long as the supervisor lives. It knows of no run, and no agent can
//! reach it.

use super::clock::Clock;
use super::launch;
use super::message::ClientId;
use super::subscribers::Subscribers;
use super::terminal::{Heard, Terminal};
use super::world::World;
use crate::domain::{PaneId, RunId, TerminalEntry, Time};
use crate::project::ProjectFolders;
use crate::pty;
use crate::recording;
use crate::term::Size;
use crate::wire::{Mailbox, PaneSizes, TERMINALS, ToClient};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// Messages that may wait.
const QUEUE: usize = 256;
/// Events of children that may wait; the children wait behind them.
const EVENTS: usize = 64;
/// So many terminals at once: more is a loop, not a person.
const MOST: usize = 16;
/// So many that were closed are remembered.
const MOST_CLOSED: usize = 100;
/// What could not be recorded is tried again after this.
const RETRY: Duration = Duration::from_secs(1);

/// What is to run.
pub(super) struct Opening {
    pub(super) command: String,
    pub(super) directory: PathBuf,
    pub(super) environment: Vec<(String, String)>,
    pub(super) size: Size,
    pub(super) world: Box<dyn World>,
}

pub(super) enum TerminalsMessage {
    Open {
        opening: Opening,
        reply: oneshot::Sender<Result<PaneId, String>>,
    },
    Close {
        pane: PaneId,
        reply: oneshot::Sender<Result<(), String>>,
    },
    Type {
        pane: PaneId,
        bytes: Vec<u8>,
        reply: oneshot::Sender<Result<(), String>>,
    },
    PaneSizes {
        panes: PaneSizes,
    },
    Subscribe {
        client: ClientId,
        mailbox: Arc<Mailbox>,
    },
    Unsubscribe {
        client: ClientId,
    },
    /// The supervisor ends, and they with it.
    End {
        done: oneshot::Sender<()>,
    },
}

/// How the doors reach them.
#[derive(Clone)]
pub(super) struct TerminalsHandle {
    pub(super) sender: mpsc::Sender<TerminalsMessage>,
    /// The processes that lead them.
    pids: Arc<Mutex<BTreeSet<u32>>>,
}

impl TerminalsHandle {
    /// What descends from one of these is the operator's.
    pub(super) fn pids(&self) -> BTreeSet<u32> {
        self.pids.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn is_alive(&self) -> bool {
        !self.pids.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    pub(super) async fn end(&self) {
        let (done, gone) = oneshot::channel();
        if self.sender.send(TerminalsMessage::End { done }).await.is_ok() {
            let _ = gone.await;
        }
    }
}

struct Shown {
    entry: TerminalEntry,
    terminal: Terminal,
    world: Box<dyn World>,
    /// Whoever closed it wants it off the list once it has ended.
    closing: bool,
    retry: Option<Instant>,
}

/// What the child in a pane did.
type PaneEvent = (PaneId, pty::Event);

struct Terminals {
    shown: BTreeMap<PaneId, Shown>,
    /// Those that were taken off the list, for the log of what was done.
    closed: Vec<TerminalEntry>,
    subscribers: Subscribers,
    clock: Clock,
    folders: ProjectFolders,
    id: RunId,
    events: (mpsc::Sender<PaneEvent>, mpsc::Receiver<PaneEvent>),
    pids: Arc<Mutex<BTreeSet<u32>>>,
    /// Told of each change of what is alive.
    moved: Box<dyn Fn() + Send>,
}

/// Begins to keep terminals; they end with [`TerminalsHandle::end`].
pub(super) fn keep(folders: ProjectFolders, clock: Clock, moved: Box<dyn Fn() + Send>) -> TerminalsHandle {
    let (sender, messages) = mpsc::channel(QUEUE);
    let pids = Arc::new(Mutex::new(BTreeSet::new()));
    let terminals = Terminals {
        shown: BTreeMap::new(),
        closed: Vec::new(),
        subscribers: Subscribers::default(),
        clock,
        folders,
        id: RunId::from(TERMINALS),
        events: mpsc::channel(EVENTS),
        pids: Arc::clone(&pids),
        moved,
    };
    tokio::spawn(terminals.serve(messages));
    TerminalsHandle { sender, pids }
}

impl Terminals {
    async fn serve(mut self, mut messages: mpsc::Receiver<TerminalsMessage>) {
        loop {
            let due = self.next_due();
            tokio::select! {
                biased;
                message = messages.recv() => match message {
                    Some(TerminalsMessage::End { done }) => {
                        self.end().await;
                        let _ = done.send(());
                        return;
                    }
                    Some(message) => self.take(message),
                    None => return self.end().await,
                },
                () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => self.on_due(),
                Some((pane, event)) = self.events.1.recv() => self.on_pty(&pane, event),
            }
        }
    }

    fn take(&mut self, message: TerminalsMessage) {
        match message {
            TerminalsMessage::Open { opening, reply } => {
                let _ = reply.send(self.open(opening));
            }
            TerminalsMessage::Close { pane, reply } => {
                let _ = reply.send(self.close(&pane));
            }
            TerminalsMessage::Type { pane, bytes, reply } => {
                let result = match self.shown.get(&pane) {
                    Some(shown) => shown.terminal.write(bytes),
                    None => Err(no_such(&pane)),
                };
                let _ = reply.send(result);
            }
            TerminalsMessage::PaneSizes { panes } => {
                for (pane, (cols, rows)) in panes {
                    if let Some(shown) = self.shown.get_mut(&pane) {
                        shown.terminal.want_size(Size::new(cols, rows));
                    }
                }
            }
            TerminalsMessage::Subscribe { client, mailbox } => {
                mailbox.push(ToClient::Terminals { entries: self.entries(), closed: self.closed.clone() });
                let panes = self
                    .shown
                    .iter()
                    .filter_map(|(pane, shown)| {
                        shown.terminal.snapshot(false).map(|(end, change)| (pane.clone(), end, change))
                    })
                    .collect();
                self.subscribers.add(client, mailbox, &self.id, &[], panes, self.clock.now());
            }
            TerminalsMessage::Unsubscribe { client } => self.subscribers.remove(client),
            // Handled by the loop.
            TerminalsMessage::End { .. } => {}
        }
    }

    fn open(&mut self, opening: Opening) -> Result<PaneId, String> {
        if self.shown.len() >= MOST {
            return Err(format!("{MOST} terminals are open already; close one first"));
        }
        let Opening { command, directory, environment, size, mut world } = opening;
        let free = |number: &u32| !self.shown.contains_key(&named(*number));
        // There are fewer than that.
        let number = (1..=u32::MAX).find(free).unwrap_or(u32::MAX);
        let pane = named(number);
        let folder = self.folders.create_terminals().map_err(|error| error.to_string())?;
        let environment = launch::shell_environment(&environment, &folder, &pane);
        let shell = environment
            .iter()
            .find(|(name, value)| name == "SHELL" && !value.is_empty())
            .map_or_else(|| "/bin/sh".to_owned(), |(_, shell)| shell.clone());
        let args = if command.is_empty() { Vec::new() } else { vec!["-c".to_owned(), command.clone()] };
        let at = self.clock.now();
        let launch = pty::Launch {
            program: PathBuf::from(&shell),
            args,
            cwd: directory,
            env: environment.clone(),
            cols: size.cols,
            rows: size.rows,
        };
        let ran = launch::command_line(&launch.program, &launch.args, &environment);
        let spawned = world.spawn(&launch)?;
        let header = recording::Header {
            cols: size.cols,
            rows: size.rows,
            command: Some(if command.is_empty() { shell } else { command.clone() }),
            title: Some(pane.to_string()),
            timestamp: Some(at.wall / 1000),
            start_ms: at.run,
        };
        // Numbers come again; the time of the opening tells the recordings apart.
        let path = folder.join(format!("{}-{number}.cast", at.wall));
        let mut terminal = Terminal::new(pane.clone(), size, false);
        match recording::Writer::create(&path, header) {
            Ok(writer) => drop(terminal.open(writer)),
            Err(error) => {
                let pid = spawned.child.pid();
                tokio::spawn(world.end_group(pid));
                return Err(format!("its recording cannot be written to {}: {error}", path.display()));
            }
        }
        let pid = spawned.child.pid();
        terminal.begin(spawned.child, launch::secrets(&environment));
        let entry = TerminalEntry {
            pane: pane.clone(),
            command,
            exited: None,
            ran,
            opened: Some(at.wall),
            ended: None,
        };
        let shown = Shown { entry, terminal, world, closing: false, retry: None };
        self.shown.insert(pane.clone(), shown);
        self.pids.lock().unwrap_or_else(PoisonError::into_inner).insert(pid);
        (self.moved)();
        self.tell_list();
        let (sender, forwarded, mut events) = (self.events.0.clone(), pane.clone(), spawned.events);
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                if sender.send((forwarded.clone(), event)).await.is_err() {
                    break;
                }
            }
        });
        Ok(pane)
    }

    fn close(&mut self, pane: &PaneId) -> Result<(), String> {
        let shown = self.shown.get_mut(pane).ok_or_else(|| no_such(pane))?;
        match &shown.terminal.child {
            Some(child) => {
                shown.closing = true;
                tokio::spawn(shown.world.close_terminal(child.pid()));
            }
            None => {
                self.take_off(pane);
                self.tell_list();
            }
        }
        Ok(())
    }

    fn take_off(&mut self, pane: &PaneId) {
        self.closed.extend(self.shown.remove(pane).map(|shown| shown.entry));
        let surplus = self.closed.len().saturating_sub(MOST_CLOSED);
        self.closed.drain(..surplus);
    }

    fn on_pty(&mut self, pane: &PaneId, event: pty::Event) {
        let now = self.clock.now();
        let at = now.run;
        let Some(shown) = self.shown.get_mut(pane) else { return };
        match event {
            pty::Event::Output(bytes) => {
                let heard = shown.terminal.output(at, &bytes);
                self.on_heard(pane, at, heard);
            }
            pty::Event::Exited(exit) => {
                let heard = shown.terminal.finish(at);
                self.on_heard(pane, at, heard);
                self.on_exit(pane, &exit, now);
            }
        }
    }

    fn on_exit(&mut self, pane: &PaneId, exit: &pty::Exit, now: Time) {
        let at = now.run;
        let Some(shown) = self.shown.get_mut(pane) else { return };
        let status = exit.code.unwrap_or_else(|| 128 + exit.signal.unwrap_or(0));
        if let Some(child) = &shown.terminal.child {
            self.pids.lock().unwrap_or_else(PoisonError::into_inner).remove(&child.pid());
        }
        shown.entry.exited = Some(status);
        shown.entry.ended = Some(now.wall);
        match shown.terminal.exited(at, status) {
            Ok(Some((end, change))) => self.subscribers.pane(&self.id, pane, end, &change, at),
            Ok(None) => {}
            Err(error) => self.not_recorded(pane, &error),
        }
        if self.shown.get(pane).is_some_and(|shown| shown.closing) {
            self.take_off(pane);
        }
        (self.moved)();
        self.tell_list();
    }

    fn on_heard(&mut self, pane: &PaneId, at: u64, heard: std::io::Result<Heard>) {
        match heard {
            Ok(Heard { change: Some((end, change)), .. }) => {
                self.subscribers.pane(&self.id, pane, end, &change, at);
            }
            Ok(Heard { change: None, .. }) => {}
            Err(error) => self.not_recorded(pane, &error),
        }
    }

    /// What it prints is shown once it is recorded.
    fn not_recorded(&mut self, pane: &PaneId, error: &std::io::Error) {
        let Some(shown) = self.shown.get_mut(pane) else { return };
        if shown.retry.is_none() {
            self.subscribers.notice(&format!("{pane} cannot be recorded: {error}; it is tried again"));
        }
        shown.retry = Some(Instant::now() + RETRY);
    }

    fn next_due(&self) -> Option<Instant> {
        let terminals = self.shown.values().flat_map(|shown| {
            let size = shown.terminal.wanted_size.as_ref().map(|(_, rest)| *rest);
            [size, shown.terminal.flush_at, shown.retry].into_iter().flatten()
        });
        let snapshots = self.subscribers.next_due().map(|at| self.clock.instant(at));
        terminals.chain(snapshots).min()
    }

    fn on_due(&mut self) {
        let (now, at) = (Instant::now(), self.clock.now().run);
        let panes: Vec<PaneId> = self.shown.keys().cloned().collect();
        for pane in panes {
            let Some(shown) = self.shown.get_mut(&pane) else { continue };
            let retried = shown.retry.take_if(|due| *due <= now).is_some();
            let flush = shown.terminal.flush_at.is_some_and(|due| due <= now);
            let size = shown.terminal.wanted_size.take_if(|(_, rest)| *rest <= now);
            if retried {
                let heard = shown.terminal.catch_up(at);
                self.on_heard(&pane, at, heard);
            }
            if flush && let Some(shown) = self.shown.get_mut(&pane) {
                let heard = shown.terminal.flush(at);
                self.on_heard(&pane, at, heard);
            }
            if let Some((size, _)) = size {
                self.resize(&pane, at, size);
            }
        }
        let shown = &self.shown;
        self.subscribers.send_snapshots(&self.id, at, |pane, brief| {
            shown.get(pane).and_then(|shown| shown.terminal.snapshot(brief))
        });
    }

    fn resize(&mut self, pane: &PaneId, at: u64, size: Size) {
        let Some(shown) = self.shown.get_mut(pane) else { return };
        match shown.terminal.resize(at, size) {
            Ok(Some((end, change))) => self.subscribers.pane(&self.id, pane, end, &change, at),
            Ok(None) => {}
            Err(error) => {
                shown.terminal.wanted_size = Some((size, Instant::now() + RETRY));
                self.not_recorded(pane, &error);
            }
        }
    }

    fn entries(&self) -> Vec<TerminalEntry> {
        self.shown.values().map(|shown| shown.entry.clone()).collect()
    }

    fn tell_list(&self) {
        self.subscribers.terminals(&self.entries(), &self.closed);
    }

    /// Ends all of them and what they left behind.
    async fn end(&mut self) {
        let pids: Vec<u32> = self
            .shown
            .values()
            .filter_map(|shown| shown.terminal.child.as_ref().map(|child| child.pid()))
            .collect();
        let Some(shown) = self.shown.values().next() else { return };
        let marker = launch::marker_entry(&self.folders.terminals());
        let survivors = shown.world.kill_all(pids, marker).await;
        if !survivors.is_empty() {
            tracing::warn!(?survivors, "processes of the terminals survived");
        }
    }
}

fn named(number: u32) -> PaneId {
    PaneId(format!("terminal.{number}"))
}

fn no_such(pane: &PaneId) -> String {
    format!("there is no terminal {pane}")
}
