//! The agent protocol: JSON lines on the agent socket, both ways.
//!
//! Owns the words and how they become observations, whoever speaks them: a bridge inside an agent, the demo agent,
//! `awtui report`. It never opens a socket and never checks a token. Unknown kinds and extra fields are ignored, so that
//! both sides may be of different versions.

mod reports;

pub use reports::{InstructionLine, ResultLine, VerdictLine};

use super::{AgentError, Emission, json};
use crate::domain::{
    Cost, LimitInfo, Money, Observation, PermissionRequest, Source, Text, Tokens, TurnEnd, UsageKind,
    UsageSeen,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub const PROTOCOL: u32 = 1;

/// The name by which `awtui report` greets: it says one thing and leaves, beside a bridge that stays.
pub const REPORT: &str = "awtui report";
/// The name by which `awtui hook` greets: it says what its agent called it for, and waits for the answer.
pub const HOOK: &str = "awtui hook";
/// The name by which `awtui mcp` greets: it hands on what its agent calls of awtui's tools.
pub const MCP: &str = "awtui mcp";
/// Those who greet by one of these are no bridges: prompts do not go to them.
pub const GUESTS: [&str; 3] = [REPORT, HOOK, MCP];

/// In bytes; a longer line is refused.
pub const MAX_LINE: usize = 1 << 20;

/// The first line of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    pub protocol: u32,
    pub token: String,
    pub agent: String,
    #[serde(default)]
    pub version: String,
    #[serde(default)]
    pub pid: u32,
}

/// From an agent to awtui.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToDesk {
    Hello(Hello),
    Ready,
    Session {
        id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        log: Option<String>,
    },
    Model {
        model: String,
        #[serde(default)]
        thinking: Option<String>,
        #[serde(default)]
        window: Option<u64>,
        #[serde(default)]
        agent_trigger: Option<u64>,
    },
    TurnStarted,
    Usage(UsageLine),
    Context {
        tokens: Option<u64>,
        #[serde(default)]
        window: Option<u64>,
    },
    ToolStarted {
        call: String,
        name: String,
        #[serde(default)]
        detail: String,
    },
    ToolEnded {
        call: String,
        name: String,
        #[serde(default)]
        failed: bool,
        #[serde(default)]
        wall: Option<u64>,
    },
    CompactionStarted {
        #[serde(default)]
        automatic: bool,
    },
    CompactionEnded {
        #[serde(default)]
        before: Option<u64>,
        #[serde(default)]
        after: Option<u64>,
        #[serde(default)]
        failed: Option<String>,
        #[serde(default)]
        nothing: bool,
    },
    Limited {
        #[serde(default)]
        until: Option<u64>,
        #[serde(default)]
        reason: String,
    },
    PermissionAsked {
        ask: String,
        tool: String,
        #[serde(default)]
        detail: String,
        #[serde(default)]
        command: Option<String>,
        #[serde(default)]
        path: Option<String>,
        #[serde(default)]
        diff: Option<String>,
        /// It takes its answer as a line [`ToAgent::Permission`].
        #[serde(default)]
        answerable: bool,
    },
    PermissionGone {
        ask: String,
    },
    TurnEnded {
        why: Why,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        #[serde(default)]
        text: String,
    },
    PromptSeen {
        effect: u64,
    },
    Hook(HookLine),
    ReportResult(ResultLine),
    ReportVerdict(VerdictLine),
    ReportProgress {
        key: String,
        text: String,
    },
    RequestGate {
        key: String,
        question: String,
    },
    AttachArtifact {
        key: String,
        path: String,
        #[serde(default)]
        note: String,
    },
    Shutdown,
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    Completed,
    Interrupted,
    Failed,
}

/// A hook that the agent called. It is answered once, by [`output`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HookLine {
    pub key: String,
    /// The agent's name of what happened.
    pub event: String,
    /// What the agent gave the hook.
    pub payload: Value,
}

/// One paid call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UsageLine {
    pub message: String,
    pub model: String,
    pub usage: UsageKind,
    #[serde(flatten)]
    pub tokens: TokenFields,
    /// US dollars; nothing when it is not known.
    #[serde(default)]
    pub cost: Option<f64>,
    #[serde(default)]
    pub wall: Option<u64>,
    #[serde(default)]
    pub context: Option<u64>,
    #[serde(default)]
    pub window: Option<u64>,
    #[serde(default)]
    pub unknown_spend: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenFields {
    pub input: u64,
    pub output: u64,
    pub cache_read: u64,
    pub cache_write: u64,
    pub reasoning: u64,
    /// Part of `cache_write`.
    pub cache_write_1h: u64,
}

impl From<TokenFields> for Tokens {
    fn from(fields: TokenFields) -> Self {
        let TokenFields { input, output, cache_read, cache_write, reasoning, cache_write_1h } = fields;
        Self { input, output, cache_read, cache_write, reasoning, cache_write_1h }
    }
}

impl From<UsageLine> for UsageSeen {
    fn from(line: UsageLine) -> Self {
        Self {
            message: line.message,
            model: line.model,
            usage: line.usage,
            tokens: line.tokens.into(),
            cost: line.cost.and_then(Money::from_dollars).map(Cost::by_agent),
            wall: line.wall,
            context: line.context,
            window: line.window,
            unknown_spend: line.unknown_spend,
        }
    }
}

/// From awtui to an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToAgent {
    Welcome,
    Refused {
        reason: String,
    },
    Prompt {
        effect: u64,
        text: String,
        /// While a turn runs: at its next pause, not after it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        steer: bool,
    },
    Interrupt,
    Compact {
        focus: String,
    },
    Quit,
    Reply {
        key: String,
        ok: bool,
        message: String,
    },
    /// The operator's answer to a question of the agent.
    Permission {
        ask: String,
        allow: bool,
        #[serde(default)]
        note: String,
    },
    /// What a hook is to print; nothing: it decides nothing.
    Output {
        key: String,
        text: String,
    },
    #[serde(other)]
    Unknown,
}

/// Reads one line from an agent.
pub fn parse(line: &str) -> Result<ToDesk, AgentError> {
    check_length(line)?;
    json::read(line.trim()).map_err(|error| AgentError::Line { reason: error.to_string() })
}

/// Reads one line from awtui.
pub fn parse_from_desk(line: &str) -> Result<ToAgent, AgentError> {
    check_length(line)?;
    json::read(line.trim()).map_err(|error| AgentError::Line { reason: error.to_string() })
}

fn check_length(line: &str) -> Result<(), AgentError> {
    if line.len() > MAX_LINE {
        return Err(AgentError::Line {
            reason: format!("it is longer than {MAX_LINE} bytes; put long texts into an artifact"),
        });
    }
    Ok(())
}

/// One line for an agent, with its newline.
pub fn line(message: &ToAgent) -> String {
    as_line(message)
}

/// One line for awtui, with its newline.
pub fn line_to_desk(message: &ToDesk) -> String {
    as_line(message)
}

fn as_line<T: Serialize>(message: &T) -> String {
    // These types hold only strings, numbers and lists of them: writing cannot fail.
    let mut line = serde_json::to_string(message).unwrap_or_default();
    line.push('\n');
    line
}

/// The answer to a report or a request.
pub fn reply(key: &str, ok: bool, message: &str) -> String {
    line(&ToAgent::Reply { key: key.to_owned(), ok, message: message.to_owned() })
}

/// The answer to a hook: what it is to print for its agent.
pub fn output(key: &str, text: &str) -> String {
    line(&ToAgent::Output { key: key.to_owned(), text: text.to_owned() })
}

/// The answer to a line that is not taken in at all; `None` when it asks for no answer.
pub fn refusal(line: &str, reason: &str) -> Option<String> {
    let key = key_of(line)?;
    let is_hook = matches!(parse(line), Ok(ToDesk::Hook(_)));
    // A hook that is told nothing decides nothing.
    Some(if is_hook { output(&key, "") } else { reply(&key, false, reason) })
}

/// What a line from an agent means. A malformed report is answered at once, so that the agent can mend it.
pub fn emissions(line: &str) -> Vec<Emission> {
    match parse(line) {
        Ok(message) => emissions_of(message),
        Err(error) => {
            let mut emissions = vec![Emission::Refused { reason: error.to_string() }];
            if let Some(key) = key_of(line) {
                emissions.push(Emission::Reply(reply(&key, false, &error.to_string())));
            }
            emissions
        }
    }
}

/// Whether a line tells what an agent does, which only its bridge may.
pub fn is_observation(line: &str) -> bool {
    let told = parse(line).map(emissions_of).unwrap_or_default();
    told.iter().any(|emission| matches!(emission, Emission::Observed { .. }))
}

fn key_of(line: &str) -> Option<String> {
    let value: Value = json::read(line).ok()?;
    Some(value.get("key")?.as_str()?.to_owned())
}

fn emissions_of(message: ToDesk) -> Vec<Emission> {
    let observation = match message {
        ToDesk::Hello(_) => {
            return vec![Emission::Refused { reason: "a second \"hello\" on one connection".to_owned() }];
        }
        ToDesk::ReportResult(line) => {
            let key = line.key.clone();
            return vec![Emission::Worker { key, report: reports::worker_report(line) }];
        }
        ToDesk::ReportVerdict(line) => {
            let key = line.key.clone();
            return vec![Emission::Verdict { key, report: reports::verdict_report(line) }];
        }
        // An adapter that asked for hooks reads them itself.
        ToDesk::Hook(hook) => return vec![Emission::Reply(output(&hook.key, ""))],
        ToDesk::ReportProgress { key, text } => return vec![Emission::Progress { key, text }],
        ToDesk::RequestGate { key, question } => return vec![Emission::GateAsked { key, question }],
        ToDesk::AttachArtifact { key, path, note } => return vec![Emission::Artifact { key, path, note }],
        ToDesk::Shutdown | ToDesk::Unknown => return Vec::new(),
        ToDesk::Ready => Observation::Ready,
        ToDesk::Session { id, log } => Observation::SessionKnown { agent_session: id, log },
        ToDesk::Model { model, thinking, window, agent_trigger } => {
            Observation::ModelSeen { model, thinking, window, agent_trigger }
        }
        ToDesk::TurnStarted => Observation::TurnStarted,
        ToDesk::Usage(line) => Observation::Usage(line.into()),
        ToDesk::Context { tokens, window } => Observation::ContextSeen { tokens, window },
        ToDesk::ToolStarted { call, name, detail } => Observation::ToolStarted { call, name, detail },
        ToDesk::ToolEnded { call, name, failed, wall } => Observation::ToolEnded { call, name, failed, wall },
        ToDesk::CompactionStarted { automatic } => Observation::CompactionStarted { automatic },
        ToDesk::CompactionEnded { before, after, failed, nothing } => {
            Observation::CompactionEnded { before, after, failed, nothing }
        }
        ToDesk::Limited { until, reason } => Observation::Limited(LimitInfo { until, reason }),
        ToDesk::PermissionAsked { ask, tool, detail, command, path, diff, answerable } => {
            let diff = diff.map(Text::from);
            let asked = PermissionRequest::new(ask, tool, detail);
            Observation::PermissionAsked(PermissionRequest { command, path, diff, answerable, ..asked })
        }
        ToDesk::PermissionGone { ask } => Observation::PermissionGone { ask },
        ToDesk::TurnEnded { why, reason, text } => Observation::TurnEnded {
            end: match why {
                Why::Completed => TurnEnd::Completed,
                Why::Interrupted => TurnEnd::Interrupted,
                Why::Failed => {
                    TurnEnd::Failed { reason: reason.unwrap_or_else(|| "no reason given".to_owned()) }
                }
            },
            text: Text::from(text),
        },
        ToDesk::PromptSeen { effect } => Observation::PromptSeen { effect },
    };
    vec![Emission::Observed { source: Source::Bridge, observation }]
}
