//! Pi's session log: one JSON entry a line, appended when it is complete.
//!
//! Owns what an entry means for the ledger and, without the bridge, for the state. The bridge derives usage by the same
//! rules from the same entries, under the same ids.

use crate::agent::entry::{detail, milliseconds, number, text, words};
use crate::agent::json;
use crate::domain::{Cost, Money, Tokens, UsageKind, UsageSeen};
use serde_json::Value;

/// A call that "failed" within this many milliseconds was never sent: Pi records it when a run is aborted between two
/// calls.
const NEVER_SENT: i64 = 20;

/// What one line of the log says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entry {
    Session { id: String },
    Model { model: String },
    Thinking { level: String },
    User { text: String },
    Assistant { text: String, stop: Stop, calls: Vec<ToolCall>, usage: Option<UsageSeen> },
    ToolResult { call: String, name: String, failed: bool, wall: Option<u64>, usage: Option<UsageSeen> },
    Compaction { before: Option<u64>, usage: Option<UsageSeen> },
    Paid(UsageSeen),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stop {
    /// It calls tools and goes on.
    Tools,
    Whole,
    Aborted,
    Error(String),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct ToolCall {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) detail: String,
}

/// Reads the lines of one log in their order.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The model of the last call or choice: what a summary was made with.
    model: String,
}

impl Reader {
    /// `None`: nothing that matters, also for lines that are not understood.
    pub(super) fn line(&mut self, line: &str) -> Option<Entry> {
        let entry: Value = json::read(line).ok()?;
        match text(&entry, "type")? {
            "session" => Some(Entry::Session { id: text(&entry, "id")?.to_owned() }),
            "model_change" => {
                self.model = format!("{}/{}", text(&entry, "provider")?, text(&entry, "modelId")?);
                Some(Entry::Model { model: self.model.clone() })
            }
            "thinking_level_change" => {
                Some(Entry::Thinking { level: text(&entry, "thinkingLevel")?.to_owned() })
            }
            "message" => self.message(&entry),
            "compaction" => {
                // An older Pi does not record what its summary cost; one by an extension may have cost nothing.
                let own = entry.get("fromHook").and_then(Value::as_bool) != Some(true);
                let usage = (own || entry.get("usage").is_some())
                    .then(|| self.usage(&entry, UsageKind::Compaction, entry.get("usage")))
                    .flatten();
                Some(Entry::Compaction { before: number(&entry, "tokensBefore"), usage })
            }
            "branch_summary" => {
                self.usage(&entry, UsageKind::Helper, Some(entry.get("usage")?)).map(Entry::Paid)
            }
            "usage" => {
                let mut seen = self.usage(&entry, UsageKind::Helper, Some(entry.get("usage")?))?;
                seen.model = format!("{}/{}", text(&entry, "provider")?, text(&entry, "model")?);
                Some(Entry::Paid(seen))
            }
            _ => None,
        }
    }

    fn message(&mut self, entry: &Value) -> Option<Entry> {
        let message = entry.get("message")?;
        match text(message, "role")? {
            "user" => Some(Entry::User { text: words(message) }),
            "assistant" => {
                self.model = format!("{}/{}", text(message, "provider")?, text(message, "model")?);
                let stop = stop_of(message);
                let usage = self.reply(entry, message, &stop);
                Some(Entry::Assistant { text: words(message), stop, calls: calls_of(message), usage })
            }
            "toolResult" => Some(Entry::ToolResult {
                call: text(message, "toolCallId")?.to_owned(),
                name: text(message, "toolName").unwrap_or_default().to_owned(),
                failed: message.get("isError").and_then(Value::as_bool) == Some(true),
                wall: number(message, "durationMs"),
                usage: message
                    .get("usage")
                    .and_then(|usage| self.usage(entry, UsageKind::Helper, Some(usage))),
            }),
            _ => None,
        }
    }

    fn reply(&self, entry: &Value, message: &Value, stop: &Stop) -> Option<UsageSeen> {
        let usage = message.get("usage");
        let mut seen = self.usage(entry, UsageKind::Reply, usage)?;
        let lasted = lasted(entry, message);
        let empty = message.get("content").and_then(Value::as_array).is_none_or(Vec::is_empty);
        let unsent = *stop == Stop::Aborted
            && empty
            && message.get("responseId").is_none()
            && lasted.is_some_and(|lasted| lasted < NEVER_SENT);
        if seen.unknown_spend && unsent {
            return None;
        }
        seen.wall =
            number(message, "durationMs").or_else(|| lasted.map(|lasted| u64::try_from(lasted).unwrap_or(0)));
        let whole = matches!(stop, Stop::Tools | Stop::Whole) && !seen.unknown_spend;
        seen.context =
            usage.filter(|_| whole).and_then(|usage| number(usage, "totalTokens")).filter(|n| *n > 0);
        Some(seen)
    }

    fn usage(&self, entry: &Value, kind: UsageKind, usage: Option<&Value>) -> Option<UsageSeen> {
        let count = |name: &str| usage.and_then(|usage| number(usage, name)).unwrap_or(0);
        let tokens = Tokens {
            input: count("input"),
            output: count("output"),
            cache_read: count("cacheRead"),
            cache_write: count("cacheWrite"),
            reasoning: count("reasoning"),
            cache_write_1h: 0,
        };
        let dollars = usage.and_then(|usage| usage.get("cost")?.get("total")?.as_f64());
        // Pi says 0 for a model whose price it does not know.
        let nanos = dollars.filter(|dollars| *dollars > 0.0).and_then(Money::from_dollars);
        Some(UsageSeen {
            message: text(entry, "id")?.to_owned(),
            model: self.model.clone(),
            usage: kind,
            tokens,
            cost: nanos.map(Cost::by_agent),
            wall: None,
            context: None,
            window: None,
            unknown_spend: tokens.total() == 0,
        })
    }
}

fn stop_of(message: &Value) -> Stop {
    let reason = text(message, "errorMessage").unwrap_or("the provider failed");
    match text(message, "stopReason") {
        Some("toolUse") => Stop::Tools,
        Some("aborted") => Stop::Aborted,
        // Older versions record an abort between two calls as an error.
        Some("error") if is_abort(reason) => Stop::Aborted,
        Some("error") => Stop::Error(reason.to_owned()),
        _ => Stop::Whole,
    }
}

fn is_abort(reason: &str) -> bool {
    let reason = reason.to_lowercase();
    let rest = reason.strip_prefix("this ").unwrap_or(&reason);
    let rest = rest.strip_prefix("operation ").or_else(|| rest.strip_prefix("request "));
    rest.is_some_and(|rest| rest.strip_prefix("was ").unwrap_or(rest).starts_with("aborted"))
}

fn calls_of(message: &Value) -> Vec<ToolCall> {
    let blocks = message.get("content").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let call = |block: &Value| {
        (text(block, "type")? == "toolCall").then_some(())?;
        Some(ToolCall {
            id: text(block, "id")?.to_owned(),
            name: text(block, "name")?.to_owned(),
            detail: block.get("arguments").map(detail).unwrap_or_default(),
        })
    };
    blocks.iter().filter_map(call).collect()
}

/// Milliseconds from the start of a message to the writing of its entry.
fn lasted(entry: &Value, message: &Value) -> Option<i64> {
    Some(milliseconds(text(entry, "timestamp")?)? - message.get("timestamp")?.as_i64()?)
}
