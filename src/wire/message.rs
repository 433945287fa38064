//! The messages. Within one protocol number they only grow: unknown fields are skipped and unknown messages are read
//! as `Unknown`, so that neighbouring versions work together.

use super::{Body, RequestId, ResponseResult};
use crate::domain::{ArtifactEntry, PaneChange, PaneId, Record, RunId, RunSummary, Seq, TerminalEntry, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Changed only when old and new cannot work together.
pub const PROTOCOL: u32 = 1;

/// In place of a run's id, where a request or a pane is about the operator's own terminals. No run can be called so:
/// their ids begin with `aw_`.
pub const TERMINALS: &str = "terminals";

/// Columns and rows of panes.
pub type PaneSizes = BTreeMap<PaneId, (u16, u16)>;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum ToSupervisor {
    /// The first message of every client. Read by every version, so its fields only grow.
    Hello {
        #[serde(flatten)]
        hello: Hello,
    },
    Request {
        id: RequestId,
        #[serde(flatten)]
        body: Body,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    pub protocol: u32,
    /// Of awtui, for people.
    pub version: String,
    #[serde(default)]
    pub purpose: Purpose,
    #[serde(default)]
    pub cols: u16,
    #[serde(default)]
    pub rows: u16,
    /// Only used to start runs, kept in memory only.
    #[serde(default)]
    pub env: Vec<(String, String)>,
}

/// What the client is there for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Purpose {
    /// A screen. `watch`: it may look and not touch.
    Attach { watch: bool },
    /// One command of the command line.
    Command,
    /// It owns the runs that it starts: when it goes without `detach`, they drain and pause.
    Headless { detach: bool },
    /// End this supervisor in favour of another version. Understood whatever the protocol number.
    Replace { drain: bool },
    #[default]
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum ToClient {
    Welcome {
        #[serde(flatten)]
        welcome: Welcome,
    },
    Refused {
        #[serde(flatten)]
        refused: Refused,
    },
    Response {
        id: RequestId,
        #[serde(flatten)]
        result: ResponseResult,
    },
    Record {
        run: RunId,
        record: Box<Record>,
    },
    /// `end` is the length of the pane's recording after this change.
    Pane {
        run: RunId,
        pane: PaneId,
        end: u64,
        change: PaneChange,
    },
    /// All facts up to `seq` and all panes of the subscription were sent: from here on it is live.
    CaughtUp {
        run: RunId,
        seq: Seq,
    },
    Runs {
        runs: Vec<RunSummary>,
    },
    /// The terminals of the operator. Their panes are told like those of a run whose id is [`TERMINALS`].
    Terminals {
        entries: Vec<TerminalEntry>,
        /// Those of this supervisor that were taken off the list, oldest first, as far as they are remembered.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        closed: Vec<TerminalEntry>,
    },
    Artifacts {
        run: RunId,
        entries: Vec<ArtifactEntry>,
    },
    Clock {
        run: RunId,
        now: Time,
    },
    Notice {
        text: String,
    },
    /// The supervisor let go of the run; nothing more comes from it.
    RunClosed {
        run: RunId,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    pub protocol: u32,
    pub version: String,
    pub pid: u32,
    #[serde(default)]
    pub runs: Vec<RunSummary>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Of the supervisor.
    pub protocol: u32,
    pub version: String,
    pub reason: String,
    /// What to do next.
    pub hint: String,
}

impl ToSupervisor {
    pub fn request(id: u64, body: Body) -> Self {
        Self::Request { id: RequestId(id), body }
    }
}

impl ToClient {
    pub fn response(id: RequestId, result: ResponseResult) -> Self {
        Self::Response { id, result }
    }

    /// The run that the message tells about; `None` for answers and what concerns all runs.
    pub fn run(&self) -> Option<&RunId> {
        match self {
            Self::Record { run, .. }
            | Self::Pane { run, .. }
            | Self::CaughtUp { run, .. }
            | Self::Artifacts { run, .. }
            | Self::Clock { run, .. }
            | Self::RunClosed { run } => Some(run),
            Self::Welcome { .. }
            | Self::Refused { .. }
            | Self::Response { .. }
            | Self::Runs { .. }
            | Self::Terminals { .. }
            | Self::Notice { .. }
            | Self::Unknown => None,
        }
    }

    pub fn notice(text: impl Into<String>) -> Self {
        Self::Notice { text: text.into() }
    }
}

impl Refused {
    pub fn new(reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            reason: reason.into(),
            hint: hint.into(),
        }
    }
}
