//! What a client asks for and what it is answered.

use super::{Bytes, PaneSizes};
use crate::domain::{
    Author, Fetch, Gate, OperatorAct, PaneId, Record, RunConfig, RunId, RunSummary, Seq, Workflow,
};
use serde::{Deserialize, Serialize};

/// Chosen by the client, repeated in the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub u64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "body")]
pub enum Body {
    StartRun {
        start: Box<StartRun>,
    },
    /// Whether [`Self::StartRun`] could begin this run: its agents are asked, nothing is made.
    CheckStart {
        start: Box<StartRun>,
    },
    /// Take up a run of this project that no supervisor is alive for, or that is parked.
    OpenRun {
        run: RunId,
        author: Author,
    },
    /// Put a run away, back, or throw it away. Refused while it is alive.
    Shelve {
        run: RunId,
        author: Author,
        how: Shelving,
    },
    Act {
        run: RunId,
        author: Author,
        act: OperatorAct,
    },
    /// Keys and pastes for the child in a pane, encoded for it already.
    Type {
        run: RunId,
        pane: PaneId,
        author: Author,
        bytes: Bytes,
    },
    /// A terminal beside the agents, in the folder that is named, with the environment of the client that asks.
    /// `Reply::Terminal` names it.
    OpenTerminal {
        /// A line for the operator's shell; empty: the shell itself.
        command: String,
        /// Absolute.
        directory: String,
        size: (u16, u16),
    },
    /// Ends what runs in it; one that has ended goes from the list.
    CloseTerminal {
        pane: PaneId,
    },
    /// From now on: the list of the terminals, and what happens in them.
    Terminals,
    /// How large this client draws its panes.
    PaneSize {
        run: RunId,
        panes: PaneSizes,
    },
    /// From now on: the facts after `after`, then the panes, artifacts and clock of the run as they move. Without a
    /// run: the newest that is alive. Without `after`: all facts. A second subscription replaces the first.
    Subscribe {
        run: Option<RunId>,
        after: Option<Seq>,
    },
    Unsubscribe,
    Runs,
    /// `Reply::Json` of the run's state.
    Status {
        run: Option<RunId>,
    },
    /// Open gates of one run or of all.
    Gates {
        run: Option<RunId>,
    },
    /// `Reply::Json` of the ledger.
    Ledger {
        run: Option<RunId>,
    },
    Events {
        run: Option<RunId>,
        after: Option<Seq>,
        /// Only facts whose `kind` is this.
        kind: Option<String>,
        limit: Option<u32>,
    },
    /// `Reply::Piece`, from byte `offset`, at most `limit` bytes and never more than a frame carries.
    Fetch {
        run: RunId,
        what: Fetch,
        #[serde(default)]
        offset: u64,
        limit: Option<u64>,
    },
    /// End the supervisor: `drain` finishes the turns first.
    Stop {
        drain: bool,
    },
    /// The operator agrees to the commands in the repository's settings file of this content.
    Trust {
        sha256: String,
    },
    Ping,
    /// What a newer client may ask for; answered with an error that says so.
    #[serde(other)]
    Unknown,
}

/// What becomes of a run that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "how")]
pub enum Shelving {
    /// Lists leave it out.
    Archive,
    Unarchive,
    /// Its journal and recordings are removed for good; with `folder` also its folder in the repository.
    Delete {
        folder: bool,
    },
}

/// What a run is begun with. The environment of its children is the one that the client's [`super::Hello`] carried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartRun {
    pub task: String,
    /// The working tree, absolute.
    pub directory: String,
    pub workflow: Workflow,
    pub config: RunConfig,
    pub author: Author,
    /// SHA-256, in lower-case hexadecimal, of each settings file of the repository whose commands the operator trusts.
    #[serde(default)]
    pub trusted: Vec<String>,
    /// The folder under which the run's folder is made; `None`: `tmp` in the working tree.
    #[serde(default)]
    pub folder_root: Option<String>,
    /// Instead of the words of the task.
    #[serde(default)]
    pub name: Option<String>,
    /// The children get an allow-list of the client's environment instead of all of it.
    #[serde(default)]
    pub minimal_environment: bool,
    /// First size of the panes, if the client knows it.
    #[serde(default)]
    pub pane_size: Option<(u16, u16)>,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum ResponseResult {
    Ok { reply: Reply },
    Err { message: String },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reply")]
pub enum Reply {
    /// Carried out, nothing to say.
    Done,
    Pong,
    /// The run that was started, opened or subscribed to.
    Run {
        run: RunId,
    },
    Terminal {
        pane: PaneId,
    },
    Runs {
        runs: Vec<RunSummary>,
    },
    Gates {
        gates: Vec<GateEntry>,
    },
    Events {
        records: Vec<Record>,
        /// More lie after the last of these.
        more: bool,
    },
    /// A part of something of `total` bytes, which begins at byte `offset`.
    Piece {
        bytes: Bytes,
        offset: u64,
        total: u64,
    },
    /// A projection, as `--json` prints it.
    Json {
        value: serde_json::Value,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateEntry {
    pub run: RunId,
    pub gate: Gate,
}

impl ResponseResult {
    pub fn ok(reply: Reply) -> Self {
        Self::Ok { reply }
    }

    pub fn err(message: impl Into<String>) -> Self {
        Self::Err { message: message.into() }
    }

    pub fn into_result(self) -> Result<Reply, String> {
        match self {
            Self::Ok { reply } => Ok(reply),
            Self::Err { message } => Err(message),
        }
    }
}
