//! Pi's session log: one JSON entry a line, appended when it is complete.
//!
//! Owns what an entry means for the ledger and, without the bridge, for the state. The bridge derives usage by the same
//! rules from the same entries, under the same ids.

use crate::domain::{Cost, CostSource, Money, Tokens, UsageKind, UsageSeen};
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
        let entry: Value = serde_json::from_str(line).ok()?;
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
        };
        let dollars = usage.and_then(|usage| usage.get("cost")?.get("total")?.as_f64());
        // Pi says 0 for a model whose price it does not know.
        let nanos = dollars.filter(|dollars| *dollars > 0.0).and_then(Money::from_dollars);
        Some(UsageSeen {
            message: text(entry, "id")?.to_owned(),
            model: self.model.clone(),
            usage: kind,
            tokens,
            cost: nanos.map(|nanos| Cost { nanos, source: CostSource::Agent }),
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

fn detail(arguments: &Value) -> String {
    let known = ["command", "path", "file_path", "pattern", "question", "text"];
    let told = known.into_iter().find_map(|name| text(arguments, name)).map(str::to_owned);
    told.unwrap_or_else(|| arguments.to_string()).chars().take(500).collect()
}

/// The text blocks of a message.
fn words(message: &Value) -> String {
    match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(blocks)) => {
            let texts = blocks.iter().filter(|block| text(block, "type") == Some("text"));
            texts.filter_map(|block| text(block, "text")).collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

fn text<'value>(value: &'value Value, name: &str) -> Option<&'value str> {
    value.get(name)?.as_str()
}

fn number(value: &Value, name: &str) -> Option<u64> {
    let value = value.get(name)?;
    value.as_u64().or_else(|| {
        let number = value.as_f64().filter(|number| (0.0..1e15).contains(number))?.round();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
        Some(number as u64)
    })
}

/// Milliseconds from the start of a message to the writing of its entry.
fn lasted(entry: &Value, message: &Value) -> Option<i64> {
    Some(milliseconds(text(entry, "timestamp")?)? - message.get("timestamp")?.as_i64()?)
}

/// Milliseconds since 1970 of `2026-11-21T04:04:56.701Z`.
fn milliseconds(timestamp: &str) -> Option<i64> {
    let (date, time) = timestamp.strip_suffix('Z')?.split_once('T')?;
    let mut parts = date.splitn(3, '-').map(str::parse::<i64>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut parts = time.splitn(3, ':').map(str::parse::<i64>);
    let (hour, minute, second) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let millis: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    // Days from a civil date, with the year beginning in March.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + millis)
}
