//! The shapes of OpenCode's server: its events and answers, as far as they matter here. Every field may be missing.

use crate::agent::json;
use serde::Deserialize;
use serde_json::Value;

/// Milliseconds: a first wait beyond this is no mere hiccup.
const LONG_WAIT: u64 = 60_000;
/// Characters of a tool's arguments that are told.
const LONGEST_DETAIL: usize = 500;

/// One server-sent event.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) properties: Value,
}

impl Event {
    pub(super) fn parse(data: &str) -> Option<Self> {
        json::read(data).ok()
    }

    /// The properties as `T`, or a part of them.
    pub(super) fn read<T: for<'de> Deserialize<'de>>(&self, part: Option<&str>) -> Option<T> {
        let value = match part {
            Some(part) => self.properties.get(part)?,
            None => &self.properties,
        };
        T::deserialize(value).ok()
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.properties.get(name)?.as_str()
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Session {
    pub(super) id: String,
    #[serde(rename = "parentID")]
    pub(super) parent: Option<String>,
    pub(super) title: String,
}

/// A message and its parts, as the list of messages holds them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    pub(super) info: Info,
    pub(super) parts: Vec<Part>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Info {
    pub(super) id: String,
    #[serde(rename = "sessionID")]
    pub(super) session: String,
    pub(super) role: String,
    #[serde(rename = "providerID")]
    pub(super) provider: String,
    #[serde(rename = "modelID")]
    pub(super) model: String,
    pub(super) variant: Option<String>,
    /// Of an assistant: whether it summarises. Of a user: something else.
    pub(super) summary: Value,
    pub(super) time: Time,
    pub(super) error: Option<Failure>,
    pub(super) finish: Option<String>,
    pub(super) cost: f64,
    pub(super) tokens: Counts,
}

impl Info {
    pub(super) fn is_summary(&self) -> bool {
        self.summary == Value::Bool(true)
    }

    /// As awtui names models.
    pub(super) fn model_name(&self) -> String {
        format!("{}/{}", self.provider, self.model)
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Time {
    pub(super) created: Option<f64>,
    pub(super) completed: Option<f64>,
    pub(super) start: Option<f64>,
    pub(super) end: Option<f64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Counts {
    pub(super) total: f64,
    /// Without what came from the cache.
    pub(super) input: f64,
    /// Without reasoning.
    pub(super) output: f64,
    pub(super) reasoning: f64,
    pub(super) cache: Cache,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Cache {
    pub(super) read: f64,
    pub(super) write: f64,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Failure {
    pub(super) name: String,
    pub(super) data: FailureData,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct FailureData {
    pub(super) message: String,
    #[serde(rename = "statusCode")]
    pub(super) status: Option<u16>,
}

impl Failure {
    pub(super) fn is_abort(&self) -> bool {
        self.name == "MessageAbortedError"
    }

    pub(super) fn reason(&self) -> String {
        let first = self.data.message.lines().next().unwrap_or_default().trim();
        if first.is_empty() { self.name.clone() } else { first.to_owned() }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Part {
    pub(super) id: String,
    #[serde(rename = "messageID")]
    pub(super) message: String,
    #[serde(rename = "sessionID")]
    pub(super) session: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) text: String,
    /// Not written by whoever sent the message.
    pub(super) synthetic: bool,
    /// Of a compaction: begun by OpenCode itself.
    pub(super) auto: bool,
    pub(super) tool: String,
    #[serde(rename = "callID")]
    pub(super) call: String,
    pub(super) state: ToolState,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ToolState {
    pub(super) status: String,
    pub(super) input: Value,
    pub(super) time: Time,
}

impl ToolState {
    /// What the tool is called for, in a line.
    pub(super) fn detail(&self) -> String {
        let known = ["command", "filePath", "path", "pattern", "url", "description", "query"];
        let told = known.into_iter().find_map(|name| self.input.get(name)?.as_str()).map(str::to_owned);
        told.unwrap_or_else(|| self.input.to_string()).chars().take(LONGEST_DETAIL).collect()
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Status {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) attempt: u64,
    pub(super) message: String,
    /// What the person could do about it: the provider refuses for long.
    pub(super) action: Option<Value>,
    /// Wall milliseconds.
    pub(super) next: f64,
}

impl Status {
    /// A retry that the provider made necessary, and no mere hiccup; `since`: when the message was begun.
    pub(super) fn is_limit(&self, since: u64) -> bool {
        let words = self.message.to_lowercase();
        let named = ["rate limit", "rate-limit", "too many requests", "usage limit", "quota", "429"];
        let waits = whole(self.next).saturating_sub(since);
        let is_long = since > 0 && self.attempt <= 1 && waits > LONG_WAIT;
        is_long || self.action.is_some() || named.iter().any(|name| words.contains(name))
    }
}

/// A question whether a tool may be used.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Permission {
    pub(super) id: String,
    #[serde(rename = "sessionID")]
    pub(super) session: String,
    #[serde(rename = "permission")]
    pub(super) tool_name: String,
    pub(super) patterns: Vec<String>,
    pub(super) metadata: Value,
    pub(super) tool: ToolCall,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ToolCall {
    #[serde(rename = "callID")]
    pub(super) call: String,
}

/// A question of the model to the person.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Question {
    pub(super) id: String,
    #[serde(rename = "sessionID")]
    pub(super) session: String,
    pub(super) questions: Vec<QuestionText>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct QuestionText {
    pub(super) question: String,
    /// More than one of the options may be chosen.
    pub(super) multiple: bool,
    pub(super) options: Vec<QuestionOption>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct QuestionOption {
    pub(super) label: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Providers {
    pub(super) providers: Vec<Provider>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Provider {
    pub(super) id: String,
    pub(super) models: std::collections::BTreeMap<String, KnownModel>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct KnownModel {
    pub(super) limit: Limit,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct Limit {
    pub(super) context: f64,
    pub(super) input: f64,
    pub(super) output: f64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Config {
    pub(super) small_model: Option<String>,
    pub(super) compaction: CompactionConfig,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct CompactionConfig {
    pub(super) auto: Option<bool>,
    pub(super) reserved: Option<f64>,
}

/// Counts are numbers of JSON; below zero and beyond all sense is nothing.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
pub(super) fn whole(number: f64) -> u64 {
    if (0.0..1e15).contains(&number) { number.round() as u64 } else { 0 }
}
