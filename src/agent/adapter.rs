//! What an adapter is: the whole knowledge of one agent CLI, behind one trait, as pure turning of data into data.
//!
//! Owns the words between adapters and the supervisor: probes, launch plans, deliveries, controls and emissions. It
//! never starts a program, reads a file or opens a socket.

use crate::domain::{
    Observation, PaneId, RoleConfig, RoleName, RunId, SessionId, Source, Thinking, VerdictReport,
    WorkerReport,
};
use crate::term::Signal;
use std::path::{Path, PathBuf};
use thiserror::Error;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AgentError {
    #[error("there is no agent \"{name}\"{}", hint(.nearest.as_deref()))]
    UnknownAgent { name: String, nearest: Option<String> },
    #[error("the definition of agent \"{name}\" cannot be read: {reason}")]
    Definition { name: String, reason: String },
    #[error("the probe of {agent} failed: {reason}")]
    Probe { agent: String, reason: String },
    #[error("{agent} knows no model \"{model}\"{}; `{listing}` lists those it can use", hint(.nearest.as_deref()))]
    UnknownModel { agent: String, model: String, nearest: Option<String>, listing: String },
    #[error("{agent} cannot be launched: {reason}")]
    Launch { agent: String, reason: String },
    #[error("a line on the agent socket was not understood: {reason}")]
    Line { reason: String },
}

fn hint(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!(" (nearest: \"{name}\")"))
}

/// How to find out what is installed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProbePlan {
    /// Names to look for on PATH (or paths), best first; none: there is nothing to find.
    pub programs: Vec<String>,
    /// Run one after the other with the program found.
    pub commands: Vec<ProbeCommand>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProbeCommand {
    pub args: Vec<String>,
    /// Added to the base environment.
    pub env: Vec<(String, String)>,
    /// What it reads on its standard input, which ends then.
    pub input: String,
    /// Milliseconds.
    pub timeout: u64,
    /// Where it does not answer, less is known; asking it again at once would tell no more.
    pub optional: bool,
}

/// What one command of the plan gave, in the plan's order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProbeOutput {
    /// `None`: ended by a signal or by the timeout, or not started.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Probe {
    pub version: Option<String>,
    /// Empty when the agent cannot list them: then any model is let through.
    pub models: Vec<Model>,
    /// The thinking levels that the agent can be asked for, weakest first, whatever its models have of them; empty when
    /// that is not known.
    pub thinking: Vec<Thinking>,
    pub features: Vec<Feature>,
    /// Sentences for people: what this version lacks and what that means here.
    pub lacks: Vec<String>,
}

impl Probe {
    pub fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    pub id: String,
    /// Tokens; rounded where the agent rounds.
    pub window: Option<u64>,
    /// Weakest first; empty when not known.
    pub thinking: Vec<Thinking>,
}

/// What awtui can use of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// awtui's bridge runs inside it.
    Bridge,
    /// Its turns can be held in its own process, which ends with its terminal.
    Foreground,
    /// A session gives itself a title by a call of its own.
    Titles,
    /// A session can be given its id.
    SessionId,
    /// It can be started without asking whether it trusts the folder.
    TrustOption,
    /// It says itself when a turn is over for good.
    Settled,
    /// OSC 7501.
    ProgramStatus,
    /// The thinking level `max`.
    MaxThinking,
    /// It calls awtui's hooks.
    Hooks,
    /// It serves its events over HTTP on loopback.
    Server,
    /// It asks the operator before it uses a tool, and awtui can answer.
    Permissions,
    /// Its own compaction can be asked for.
    Compaction,
    /// A session can be resumed.
    Resume,
}

/// A role's model and thinking level as this agent can have them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clamped {
    pub model: Option<String>,
    pub thinking: Option<Thinking>,
    /// The model is known to have that level; else the agent may give it a weaker one.
    pub is_known: bool,
    /// The window as the probe knows it.
    pub window: Option<u64>,
}

#[derive(Debug, Clone, Copy)]
pub struct LaunchContext<'a> {
    pub run: &'a RunId,
    pub pane: &'a PaneId,
    pub session: &'a SessionId,
    pub role: &'a RoleName,
    pub config: &'a RoleConfig,
    pub directory: &'a Path,
    /// `launch/<session>` of the run: the same for every process of a session.
    pub launch_folder: &'a Path,
    pub agent_socket: &'a Path,
    pub token: &'a str,
    /// For the agent's own server, if it has one.
    pub secret: &'a str,
    /// awtui itself, for hooks and for its MCP server.
    pub awtui: &'a Path,
    /// What the child gets besides the plan's own variables.
    pub environment: &'a [(String, String)],
    /// A free port of loopback, for an adapter that wants one.
    pub port: Option<u16>,
    /// The agent's own id of the session to go on with.
    pub resume: Option<&'a str>,
    /// A prompt arrived in that session: some agents keep no session before that.
    pub prompted: bool,
    pub probe: &'a Probe,
    /// As found by the probe.
    pub program: &'a Path,
    pub artifacts: &'a Path,
}

impl LaunchContext<'_> {
    /// A variable that the child will have.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchPlan {
    pub program: PathBuf,
    pub args: Vec<String>,
    /// Added to the base environment.
    pub env: Vec<(String, String)>,
    /// Written before the start.
    pub files: Vec<LaunchFile>,
    pub log: LogPlan,
    /// The agent serves its events there once it is up.
    pub server: Option<ServerPlan>,
    /// The agent's own id of the session, when it is known before the start.
    pub agent_session: Option<String>,
    /// No process runs yet: the prompt is part of the command line, see [`Delivery::Argument`].
    pub waits_for_prompt: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchFile {
    /// Relative to the launch folder.
    pub path: PathBuf,
    pub contents: String,
    pub mode: u32,
}

/// Where the session's log will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogPlan {
    /// A file in this folder whose name contains these words.
    Folder {
        dir: PathBuf,
        contains: String,
    },
    File(PathBuf),
    /// A file anywhere below this folder whose name contains these words.
    Below {
        dir: PathBuf,
        contains: String,
    },
    /// The same, where its name contains the `id` of the last line of `index` (JSON lines) whose `thread_name` is this.
    Named {
        index: PathBuf,
        name: String,
        dir: PathBuf,
    },
    None,
}

/// An HTTP server of an agent on loopback, and who may speak to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerPlan {
    pub port: u16,
    pub user: String,
    pub password: String,
    /// The path of its stream of server-sent events.
    pub events: String,
}

/// One request to an agent's server. `id` comes back with the reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerRequest {
    pub id: u64,
    pub method: &'static str,
    pub path: String,
    /// JSON.
    pub body: Option<String>,
}

/// Bytes to type, so many milliseconds after those before them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    pub after: u64,
    pub bytes: Vec<u8>,
}

/// What something that an agent emitted means.
#[derive(Debug, Clone, PartialEq)]
pub enum Emission {
    Observed {
        source: Source,
        observation: Observation,
    },
    /// To be answered by [`super::protocol::reply`], as every emission with a key.
    Worker {
        key: String,
        report: WorkerReport,
    },
    Verdict {
        key: String,
        report: VerdictReport,
    },
    Progress {
        key: String,
        text: String,
    },
    GateAsked {
        key: String,
        question: String,
    },
    Artifact {
        key: String,
        path: String,
        note: String,
    },
    /// A line to send back as it is.
    Reply(String),
    /// Something to ask of the agent's server.
    Server(ServerRequest),
    /// A log beside the session's own, which is to be read for [`Adapter::other_log_line`].
    ReadAlso {
        log: String,
    },
    /// Bytes for its terminal: it has taken the words, and waits for a key.
    Type(Vec<u8>),
    /// The prompt of this effect was refused: it did not arrive and will not.
    NotTaken {
        effect: u64,
        reason: String,
    },
    /// It was not understood or not allowed.
    Refused {
        reason: String,
    },
}

impl Emission {
    pub(super) fn observed(source: Source, observation: Observation) -> Self {
        Self::Observed { source, observation }
    }
}

/// What the desk knows when a prompt is to be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeskState {
    /// The agent's bridge is connected and welcome.
    pub connected: bool,
    /// The agent takes prompts.
    pub ready: bool,
    /// A turn runs: the prompt steers it.
    pub working: bool,
}

/// How to deliver a prompt, by the most certain channel there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// This line on the agent socket.
    Socket(String),
    /// These bytes to the terminal, in one write.
    Paste(Vec<u8>),
    /// This file into the launch folder, then these keys: they make the agent fetch it. The adapter follows with
    /// [`Emission::Type`].
    File { file: LaunchFile, keys: Vec<u8> },
    /// Several writes to the terminal, with pauses; the last of them is the prompt.
    Keys(Vec<Keys>),
    /// This request to the agent's server.
    Server(ServerRequest),
    /// A new process with these arguments, files and standard input.
    Argument { args: Vec<String>, files: Vec<LaunchFile>, stdin: Option<String> },
}

/// How to make an agent do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// This line on the agent socket; when it is not connected, the other.
    Socket { line: String, otherwise: Box<Control> },
    /// Keys to the terminal.
    Bytes(Vec<u8>),
    /// Keys to the terminal with pauses, for programs that take a burst for a paste.
    Keys(Vec<Keys>),
    /// This line, to whoever holds the question `ask` open on the agent socket.
    Answer { ask: String, line: String },
    /// This request to the agent's server.
    Server(ServerRequest),
    /// End the process group.
    Terminate,
    /// It cannot; for people.
    Unable(String),
}

/// The whole knowledge of one agent CLI.
pub trait Adapter: Send {
    fn name(&self) -> &str;
    fn probe_plan(&self) -> ProbePlan;
    fn read_probe(&self, outputs: &[ProbeOutput]) -> Result<Probe, AgentError>;
    fn check_model(&self, probe: &Probe, role: &RoleConfig) -> Result<Clamped, AgentError>;
    fn launch(&mut self, context: &LaunchContext) -> Result<LaunchPlan, AgentError>;

    /// For people: the field, event or file by which it knows a figure (`state`, `tokens`, `cost`, `context`, `window`).
    fn told_by(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// One JSON line from the agent socket, after the hello.
    fn agent_line(&mut self, line: &str) -> Vec<Emission>;

    /// What the program told its terminal.
    fn signal(&mut self, signal: &Signal) -> Vec<Emission>;

    /// One line of the agent's session log.
    fn log_line(&mut self, line: &str) -> Vec<Emission>;

    /// One line of a log that [`Emission::ReadAlso`] asked for.
    fn other_log_line(&mut self, _log: &str, _line: &str) -> Vec<Emission> {
        Vec::new()
    }

    /// Whether [`Self::output_line`] is wanted: it costs time on all that is printed.
    fn watches_output(&self) -> bool {
        false
    }

    /// Whether something may follow from silence now: then [`Self::quiet`] is called.
    fn waits(&self) -> bool {
        false
    }

    /// What time it is, before each [`Self::quiet`]: milliseconds of a clock that only goes forward.
    fn time(&mut self, _now: u64) {}

    /// The pane has been quiet for `quiet` milliseconds; called again while it stays quiet. `screen` gives the text of
    /// the screen and what scrolled out of it last, which is made only when asked for.
    fn quiet(&mut self, _screen: &mut dyn FnMut() -> String, _quiet: u64) -> Vec<Emission> {
        Vec::new()
    }

    /// Whether a session can be resumed that has this line in its log: some agents begin a log before they keep anything
    /// of what is said.
    fn keeps(&self, _line: &str) -> bool {
        true
    }

    /// A line that the program printed (without control sequences).
    fn output_line(&mut self, _line: &str) -> Vec<Emission> {
        Vec::new()
    }

    /// Whether a log tells later what arrived in a session: after a crash, for one.
    fn keeps_log(&self) -> bool {
        true
    }

    /// A prompt went out by [`Delivery::Paste`], [`Delivery::Keys`], [`Delivery::File`] or [`Delivery::Argument`].
    fn delivered(&mut self, _effect: u64) -> Vec<Emission> {
        Vec::new()
    }

    /// The process ended by itself; the supervisor adds `Gone` after these.
    fn exited(&mut self, _code: Option<i32>) -> Vec<Emission> {
        Vec::new()
    }

    /// A bridge greeted on the agent socket, to stay.
    fn connected(&mut self) {}

    /// The connection on the agent socket is gone: weaker sources count from now on.
    fn disconnected(&mut self) {}

    /// Whether a free port is to be found for [`LaunchContext::port`].
    fn wants_port(&self) -> bool {
        false
    }

    /// The stream of the agent's server is open, for the first time or again.
    fn server_connected(&mut self) -> Vec<Emission> {
        Vec::new()
    }

    /// The data of one server-sent event.
    fn server_event(&mut self, _data: &str) -> Vec<Emission> {
        Vec::new()
    }

    /// The answer to a request; status 0: there was none, and `body` says why.
    fn server_reply(&mut self, _id: u64, _status: u16, _body: &str) -> Vec<Emission> {
        Vec::new()
    }

    /// The stream ended: weaker sources count until it is open again.
    fn server_lost(&mut self) -> Vec<Emission> {
        Vec::new()
    }

    /// How to give the operator's answer to a question of the agent. `note` is for the agent.
    fn permission(&mut self, _ask: &str, _allow: bool, _note: &str) -> Control {
        Control::Unable("this agent takes its answers in its pane only".to_owned())
    }

    /// What a person gives the program to go on with a session by hand; nothing where it cannot.
    fn reopen(&self, _agent_session: &str, _launch_folder: &Path) -> Option<Vec<String>> {
        None
    }

    fn deliver(&self, effect: u64, text: &str, state: &DeskState) -> Delivery;
    fn interrupt(&self) -> Control;
    fn compact(&self, focus: &str) -> Control;
    fn quit(&self) -> Control;
}
