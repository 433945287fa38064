//! What an agent was seen to do. Adapters turn bytes, log lines and bridge messages into these; nothing here is a
//! decision, and nothing here is believed beyond its source.

use super::{Cost, Money, Text, Tokens};
use serde::{Deserialize, Serialize};

/// Where an observation came from, most certain first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// awtui's own extension inside the agent, over the agent socket.
    Bridge,
    /// The agent's own event stream.
    Server,
    /// A hook that the agent called.
    Hook,
    /// A terminal status sequence (OSC 7501) or title.
    TerminalStatus,
    /// The agent's session log.
    SessionLog,
    /// Words on the screen: a labelled last resort.
    ScreenText,
    /// The child process itself.
    Process,
    /// awtui's own clock: nothing was seen for a while.
    Clock,
    /// The table of models, bundled or in the settings: nobody saw it.
    Table,
}

impl Source {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bridge => "bridge",
            Self::Server => "server events",
            Self::Hook => "hook",
            Self::TerminalStatus => "terminal status",
            Self::SessionLog => "session log",
            Self::ScreenText => "screen text",
            Self::Process => "process",
            Self::Clock => "clock",
            Self::Table => "table of models",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Observation {
    /// The agent takes prompts now.
    Ready,
    /// The agent's own session: its id and, when there is one, its log file.
    SessionKnown {
        agent_session: String,
        log: Option<String>,
    },
    /// The model and thinking level really in use, and its window when told.
    ModelSeen {
        model: String,
        thinking: Option<String>,
        window: Option<u64>,
        /// The context size at which the agent compacts by itself.
        #[serde(default)]
        agent_trigger: Option<u64>,
    },
    /// What the table of models says of the model in use: its window, and whether the settings say so. Kept beside what
    /// the agent tells, and used where it tells nothing.
    Listed {
        window: Option<u64>,
        #[serde(default)]
        own: bool,
    },
    /// Whether the agent asks a person before it acts, as it tells itself. `None`: it does.
    GuardSeen {
        unguarded: Option<String>,
    },
    TurnStarted,
    /// A model call was paid for.
    Usage(UsageSeen),
    /// The agent's own sums over its session, as far as it tells them: to compare with the sum of the calls.
    SumsSeen(SumsSeen),
    /// How full the context is; `tokens` is `None` when the agent itself does not know (just after a compaction).
    ContextSeen {
        tokens: Option<u64>,
        window: Option<u64>,
    },
    ToolStarted {
        call: String,
        name: String,
        detail: String,
    },
    ToolEnded {
        call: String,
        name: String,
        failed: bool,
        wall: Option<u64>,
    },
    /// The agent asks whether it may.
    PermissionAsked(PermissionRequest),
    /// The question is gone: answered elsewhere or withdrawn.
    PermissionGone {
        ask: String,
    },
    CompactionStarted {
        automatic: bool,
    },
    /// `before`/`after` in tokens; `failed` holds the reason.
    CompactionEnded {
        before: Option<u64>,
        after: Option<u64>,
        failed: Option<String>,
        nothing: bool,
    },
    /// The provider refuses until then (wall milliseconds), if it says.
    Limited(LimitInfo),
    /// The turn is over and nothing is queued behind it. `text` is the agent's last message.
    TurnEnded {
        end: TurnEnd,
        text: Text,
    },
    /// A marker of ours was seen in the session log or by the bridge: the prompt of this effect arrived.
    PromptSeen {
        effect: u64,
    },
    /// A coarse state from a weaker source, kept for display.
    Status(StatusSeen),
    /// The agent says how far it is, in a sentence.
    Progress {
        text: String,
    },
    /// The agent named a file of the run folder that belongs to the result.
    Attached {
        path: String,
        note: String,
    },
    /// The operator typed into the pane.
    Typed,
    /// The child is gone.
    Gone {
        code: Option<i32>,
        signal: Option<i32>,
    },
}

/// What an agent asks leave for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionRequest {
    /// Names the question for an answer through the same source.
    pub ask: String,
    pub tool: String,
    /// In words; the tool's arguments where nothing better is known.
    pub detail: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff: Option<Text>,
    /// awtui can give the answer; otherwise the operator does, in the pane.
    #[serde(default)]
    pub answerable: bool,
    /// It takes words for an answer, not a yes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub words: bool,
}

impl PermissionRequest {
    /// A question of which no more is known than this.
    pub fn new(ask: impl Into<String>, tool: impl Into<String>, detail: impl Into<Text>) -> Self {
        Self {
            ask: ask.into(),
            tool: tool.into(),
            detail: detail.into(),
            command: None,
            path: None,
            diff: None,
            answerable: false,
            words: false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageSeen {
    /// The agent's own message id: the key that makes a re-read log count once.
    pub message: String,
    pub model: String,
    pub usage: UsageKind,
    pub tokens: Tokens,
    /// `None`: not known. Never 0 for "unknown".
    pub cost: Option<Cost>,
    /// Milliseconds that the model took, if told.
    pub wall: Option<u64>,
    /// Tokens now in context, if this call tells.
    pub context: Option<u64>,
    pub window: Option<u64>,
    /// The call failed or was cut off and the agent reports no tokens for it: real spend is unknown.
    pub unknown_spend: bool,
}

impl UsageSeen {
    /// A call of which nobody says what it cost.
    pub fn unknown(message: String, model: String, usage: UsageKind) -> Self {
        Self {
            message,
            model,
            usage,
            tokens: Tokens::default(),
            cost: None,
            wall: None,
            context: None,
            window: None,
            unknown_spend: true,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SumsSeen {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<Tokens>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// Sub-agents are in the sums.
    #[serde(default)]
    pub helpers: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsageKind {
    /// A reply in the conversation.
    Reply,
    Compaction,
    /// A branch summary, a title, a cache warm-up: paid, but no reply.
    Helper,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum TurnEnd {
    Completed,
    /// A person or awtui interrupted it.
    Interrupted,
    /// The agent gave up after its own retries.
    Failed {
        reason: String,
    },
    /// A weaker source says it is over, not how.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitInfo {
    /// Wall milliseconds.
    pub until: Option<u64>,
    pub reason: String,
}

/// A coarse state as a weaker source tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusSeen {
    Idle,
    Working,
    Blocked,
    Done,
    Error,
}
