//! The seam between a run and everything that is not awtui: processes, git, files, other programs. The real one is in
//! `real_world`; tests bring a scripted one.

use crate::agent::{LogPlan, ProbeOutput, ProbePlan, ServerPlan, ServerRequest};
use crate::domain::{Check, CheckResult, CheckpointSide, DiffStat, Ran, RunId, StepNumber};
use crate::pty::{self, Launch};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use tokio::sync::mpsc;

pub type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The writing end of a child in a pane.
pub trait Child: Send {
    fn pid(&self) -> u32;
    /// Queues bytes for the child; never waits for it.
    fn write(&self, bytes: Vec<u8>) -> Result<(), String>;
    fn resize(&self, cols: u16, rows: u16);
}

pub struct Spawned {
    pub child: Box<dyn Child>,
    pub events: mpsc::Receiver<pty::Event>,
}

/// What an agent's server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerEvent {
    /// Its stream is open, for the first time or again.
    Connected,
    /// The data of one server-sent event.
    Event(String),
    /// Status 0: there was no answer, and `body` says why.
    Reply { id: u64, status: u16, body: String },
    /// Its stream ended; it is tried again for as long as somebody listens.
    Lost,
}

/// Both ends of a conversation with an agent's server. It ends when either is dropped.
pub struct Server {
    pub requests: mpsc::Sender<ServerRequest>,
    pub events: mpsc::Receiver<ServerEvent>,
}

/// A program that was looked up, and what it said of itself.
pub struct Probed {
    pub program: PathBuf,
    pub outputs: Vec<ProbeOutput>,
}

pub struct CheckJob {
    pub check: Check,
    pub directory: PathBuf,
    pub environment: Vec<(String, String)>,
}

pub struct CheckpointJob {
    pub directory: PathBuf,
    /// Left out of the commit.
    pub run_folder: PathBuf,
    pub run: RunId,
    pub step: StepNumber,
    pub side: CheckpointSide,
    /// The commit of the other side, when this is `After`.
    pub before: Option<String>,
}

pub struct Checkpointed {
    pub commit: Option<String>,
    pub diff: Option<DiffStat>,
}

/// What came of a checkpoint, and what was run for it either way.
pub struct CheckpointEnd {
    pub result: Result<Checkpointed, String>,
    pub ran: Vec<Ran>,
}

pub trait World: Send {
    /// What a program says of itself; `may_be_known`: what it said a few minutes ago will do.
    fn probe(
        &self,
        plan: ProbePlan,
        environment: Vec<(String, String)>,
        may_be_known: bool,
    ) -> Later<Result<Probed, String>>;
    fn spawn(&mut self, launch: &Launch) -> Result<Spawned, String>;
    /// A free port of loopback.
    fn free_port(&self) -> Result<u16, String>;
    /// Speaks to the server of an agent, once it is up.
    fn connect(&self, plan: ServerPlan) -> Server;
    /// Ends the process group of a pane's child, gently first.
    fn end_group(&self, pid: u32) -> Later<()>;
    /// Ends the process group of a terminal of the operator, as closing its window would.
    fn close_terminal(&self, pid: u32) -> Later<()> {
        self.end_group(pid)
    }
    /// Ends these groups and whatever else carries the marker; says which processes survived.
    fn kill_all(&self, pids: Vec<u32>, marker: String) -> Later<Vec<u32>>;
    fn check(&self, job: CheckJob) -> Later<CheckResult>;
    fn checkpoint(&self, job: CheckpointJob) -> Later<CheckpointEnd>;
    /// The path of a session log, once it exists.
    fn find_log(&self, plan: &LogPlan) -> Option<PathBuf>;
    /// What a log holds from `offset` on, at most a few megabytes; `None` when it cannot be read.
    fn read_log(&self, path: &Path, offset: u64) -> Option<Vec<u8>>;
}
