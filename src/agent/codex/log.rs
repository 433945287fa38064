//! Codex's session log ("rollout"): one JSON record a line, flushed one by one.
//!
//! Owns what a record means for the ledger and for the state, of the session itself and of its helpers' own logs.
//!
//! Codex writes what a call cost only for calls that came to their end. One whose stream was cut shows in that the
//! running totals are repeated without a cost in between; the same repetition begins a compaction, so that what follows
//! decides. A call that was refused and retried at once shows nowhere.

use crate::domain::{LimitInfo, Tokens, TurnEnd, UsageKind, UsageSeen};
use serde_json::Value;
use std::collections::BTreeMap;

/// Characters of a tool's arguments that are told.
const DETAIL: usize = 500;

/// What one line of the log says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entry {
    Session {
        id: String,
    },
    Model {
        model: String,
        effort: Option<String>,
        window: Option<u64>,
    },
    /// By what it asks nobody before it acts.
    Guard {
        unguarded: Option<String>,
    },
    User {
        text: String,
    },
    Paid(UsageSeen),
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
    Compacted {
        before: Option<u64>,
        after: Option<u64>,
    },
    /// Codex's own sum over the session.
    Sum(Tokens),
    TurnOver {
        turn: String,
        end: TurnEnd,
        text: String,
        limited: Option<LimitInfo>,
    },
}

/// A tool that was called and has not answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OpenCall {
    pub(super) name: String,
    pub(super) arguments: Value,
    failed: bool,
    wall: Option<u64>,
}

/// Reads the lines of one log in their order.
#[expect(clippy::struct_excessive_bools, reason = "each is one independent thing that was read")]
#[derive(Debug, Default)]
pub(super) struct Reader {
    turn: String,
    model: String,
    effort: Option<String>,
    window: Option<u64>,
    context: Option<u64>,
    /// Codex's own sum, until it was told.
    sum: Option<Tokens>,
    open: BTreeMap<String, OpenCall>,
    /// Repetitions of the totals of which it is not known yet what they mean.
    repeated: u32,
    /// Calls of this turn that were cut.
    cut: u32,
    /// A cost was told since the totals last were.
    told: bool,
    /// The model was asked and has not come to its end.
    asked: bool,
    /// It is asked because its tools answered; words that come then go with it, where others cut it off.
    by_tools: bool,
    /// A tool was called in this turn.
    called: bool,
    /// The call that is going on said or did something: it makes no summary.
    spoken: bool,
    /// What a call cost that said nothing: a summary, if a compaction follows.
    held: Option<UsageSeen>,
    /// The totals after a compaction tell the new size of the context.
    compacted: bool,
    /// Wall seconds until which an exhausted limit lasts.
    exhausted: Option<u64>,
}

impl Reader {
    /// The turn that the last line belongs to.
    pub(super) fn turn(&self) -> &str {
        &self.turn
    }

    /// The only call that waits for its answer: if Codex asks something, it is about this. Of several, nobody knows.
    pub(super) fn waiting(&self) -> Option<&OpenCall> {
        self.open.values().next().filter(|_| self.open.len() == 1)
    }

    /// A tool was called in the turn that the last line belongs to.
    pub(super) fn has_called(&self) -> bool {
        self.called
    }

    /// What was asked of the model and will not be answered any more, because the process is gone.
    pub(super) fn cut_off(&mut self) -> Vec<Entry> {
        let mut entries = self.settled(false);
        let least = u32::from(std::mem::take(&mut self.asked));
        entries.extend(self.cut_calls(least));
        entries
    }

    /// Nothing, also for lines that are not understood.
    pub(super) fn line(&mut self, line: &str) -> Vec<Entry> {
        let Ok(record) = serde_json::from_str::<Value>(line) else { return Vec::new() };
        let Some(payload) = record.get("payload") else { return Vec::new() };
        match text(&record, "type").unwrap_or_default() {
            "session_meta" => {
                text(payload, "id").map(|id| Entry::Session { id: id.to_owned() }).into_iter().collect()
            }
            "turn_context" => self.turn_context(payload),
            "response_item" => self.item(payload),
            "token_usage_record" => self.paid(payload),
            "compacted" => self.compacted(),
            "event_msg" => self.event(payload),
            _ => Vec::new(),
        }
    }

    fn turn_context(&mut self, payload: &Value) -> Vec<Entry> {
        text(payload, "model").unwrap_or_default().clone_into(&mut self.model);
        self.effort = text(payload, "effort").map(str::to_owned);
        let mut entries = self.model();
        entries.push(Entry::Guard { unguarded: unguarded(payload) });
        entries
    }

    fn model(&self) -> Vec<Entry> {
        if self.model.is_empty() {
            return Vec::new();
        }
        vec![Entry::Model { model: self.model.clone(), effort: self.effort.clone(), window: self.window }]
    }

    fn event(&mut self, payload: &Value) -> Vec<Entry> {
        match text(payload, "type").unwrap_or_default() {
            "task_started" => {
                let entries = self.settled(false);
                text(payload, "turn_id").unwrap_or_default().clone_into(&mut self.turn);
                self.window = number(payload, "model_context_window").or(self.window);
                (self.repeated, self.cut, self.asked, self.spoken) = (0, 0, false, false);
                self.called = false;
                self.open.clear();
                entries
            }
            "item_completed" => payload.get("item").map_or_else(Vec::new, |item| self.item_completed(item)),
            "token_count" => self.totals(payload),
            "task_complete" => {
                let error = payload.get("error").filter(|error| !error.is_null());
                let mut entries = self.settled(false);
                let least = u32::from(error.is_some());
                entries.extend(self.cut_calls(least));
                let end = error.map_or(TurnEnd::Completed, |error| TurnEnd::Failed { reason: reason(error) });
                let limited =
                    error.filter(|error| text(error, "codex_error_info") == Some("usage_limit_exceeded"));
                let limited = limited.map(|error| LimitInfo {
                    until: self.exhausted.map(|seconds| seconds.saturating_mul(1_000)),
                    reason: reason(error),
                });
                entries.extend(self.over(end, text(payload, "last_agent_message"), limited));
                entries
            }
            "turn_aborted" => {
                let mut entries = self.settled(false);
                let least = u32::from(self.asked);
                entries.extend(self.cut_calls(least));
                entries.extend(self.over(TurnEnd::Interrupted, None, None));
                entries
            }
            _ => Vec::new(),
        }
    }

    fn over(&mut self, end: TurnEnd, said: Option<&str>, limited: Option<LimitInfo>) -> Vec<Entry> {
        let mut entries = self.new_context(None);
        let open = std::mem::take(&mut self.open);
        entries.extend(open.into_iter().map(|(call, open)| Entry::ToolEnded {
            call,
            name: open.name,
            failed: true,
            wall: open.wall,
        }));
        self.asked = false;
        let text = said.unwrap_or_default().to_owned();
        // Not before the last call of the turn, which is held back for a while.
        entries.extend(self.sum.take().map(Entry::Sum));
        entries.push(Entry::TurnOver { turn: self.turn.clone(), end, text, limited });
        entries
    }

    fn item_completed(&mut self, item: &Value) -> Vec<Entry> {
        match text(item, "type").unwrap_or_default() {
            "UserMessage" => {
                let mut entries = self.settled(false);
                // Words that steer a turn cut off the call that goes on.
                let least = u32::from(self.asked && !self.by_tools);
                entries.extend(self.cut_calls(least));
                (self.asked, self.by_tools) = (true, false);
                entries.push(Entry::User { text: words(item) });
                entries
            }
            "AgentMessage" => {
                self.spoken = true;
                let mut entries = self.settled(false);
                entries.extend(self.cut_calls(0));
                entries
            }
            "ContextCompaction" => self.new_context(None),
            _ => {
                let failed = item.get("exit_code").and_then(Value::as_i64).is_some_and(|code| code != 0)
                    || matches!(text(item, "status"), Some("failed" | "declined"));
                if let Some(open) = text(item, "id").and_then(|id| self.open.get_mut(id)) {
                    open.failed = failed;
                    open.wall = item.get("duration").and_then(milliseconds);
                }
                Vec::new()
            }
        }
    }

    fn item(&mut self, item: &Value) -> Vec<Entry> {
        let kind = text(item, "type").unwrap_or_default();
        let call = text(item, "call_id").or_else(|| text(item, "id")).unwrap_or_default().to_owned();
        if kind.ends_with("_call_output") {
            let Some(open) = self.open.remove(&call) else { return Vec::new() };
            self.asked = self.open.is_empty() && !was_aborted(item);
            self.by_tools = self.asked;
            return vec![Entry::ToolEnded { call, name: open.name, failed: open.failed, wall: open.wall }];
        }
        // Searches on the web are made by the provider and have no answer here.
        if !kind.ends_with("_call") || kind == "web_search_call" {
            return Vec::new();
        }
        (self.spoken, self.called) = (true, true);
        let mut entries = self.settled(false);
        entries.extend(self.cut_calls(0));
        let name = match (text(item, "namespace"), text(item, "name")) {
            (Some(space), Some(name)) => format!("{space}__{name}"),
            (None, Some(name)) => name.to_owned(),
            (_, None) => kind.to_owned(),
        };
        let arguments = match text(item, "arguments").or_else(|| text(item, "input")) {
            Some(words) => serde_json::from_str(words).unwrap_or_else(|_| Value::from(words)),
            None => item.get("action").cloned().unwrap_or(Value::Null),
        };
        entries.push(Entry::ToolStarted {
            call: call.clone(),
            name: name.clone(),
            detail: detail(&arguments),
        });
        self.open.insert(call, OpenCall { name, arguments, failed: false, wall: None });
        entries
    }

    fn paid(&mut self, payload: &Value) -> Vec<Entry> {
        let mut entries = self.settled(false);
        let Some(usage) = payload.get("usage") else { return entries };
        let seen = UsageSeen {
            message: text(payload, "response_id").unwrap_or_default().to_owned(),
            model: self.model.clone(),
            usage: UsageKind::Reply,
            tokens: tokens(usage),
            cost: None,
            wall: None,
            context: number(usage, "total_tokens").filter(|tokens| *tokens > 0),
            window: self.window,
            unknown_spend: false,
        };
        self.told = true;
        self.asked = false;
        self.held = Some(seen);
        if std::mem::take(&mut self.spoken) {
            entries.extend(self.settled(false));
        }
        entries
    }

    fn totals(&mut self, payload: &Value) -> Vec<Entry> {
        if let Some(limits) = payload.get("rate_limits") {
            let windows = ["primary", "secondary"].into_iter().filter_map(|name| limits.get(name));
            let full = windows.filter(|window| {
                window.get("used_percent").and_then(Value::as_f64).is_some_and(|percent| percent >= 100.0)
            });
            self.exhausted = full.filter_map(|window| number(window, "resets_at")).max();
        }
        let Some(info) = payload.get("info").filter(|info| !info.is_null()) else { return Vec::new() };
        self.window = number(info, "model_context_window").or(self.window);
        self.sum = info.get("total_token_usage").map(tokens).or(self.sum);
        if self.compacted {
            let after = info.get("last_token_usage").and_then(|last| number(last, "total_tokens"));
            return self.new_context(after);
        }
        if !std::mem::take(&mut self.told) {
            self.repeated += 1;
        }
        Vec::new()
    }

    fn compacted(&mut self) -> Vec<Entry> {
        // One repetition was the beginning of the compaction.
        self.repeated = self.repeated.saturating_sub(1);
        let mut entries = self.settled(true);
        entries.extend(self.cut_calls(0));
        self.compacted = true;
        entries
    }

    /// The end of a compaction, if there is one.
    fn new_context(&mut self, after: Option<u64>) -> Vec<Entry> {
        if !std::mem::take(&mut self.compacted) {
            return Vec::new();
        }
        self.told = false;
        let before = std::mem::replace(&mut self.context, after);
        vec![Entry::Compacted { before, after }]
    }

    /// What was held back, now that it is known whether it was a summary.
    fn settled(&mut self, summary: bool) -> Vec<Entry> {
        let Some(mut seen) = self.held.take() else { return Vec::new() };
        if summary {
            seen.usage = UsageKind::Compaction;
            seen.context = None;
        }
        self.context = seen.context.or(self.context);
        vec![Entry::Paid(seen)]
    }

    /// The calls that were cut since the last that was not, but at least so many.
    fn cut_calls(&mut self, least: u32) -> Vec<Entry> {
        let count = std::mem::take(&mut self.repeated).max(least);
        (0..count)
            .map(|_| {
                self.cut += 1;
                let (message, model) = (format!("{}:cut:{}", self.turn, self.cut), self.model.clone());
                let seen = UsageSeen::unknown(message, model, UsageKind::Reply);
                Entry::Paid(UsageSeen { window: self.window, ..seen })
            })
            .collect()
    }
}

/// Codex compacts by itself at 90 % of the window; the window that it tells is 95 % of that.
pub(super) fn own_trigger(window: u64) -> u64 {
    window.saturating_mul(18) / 19
}

fn tokens(usage: &Value) -> Tokens {
    let count = |name: &str| number(usage, name).unwrap_or(0);
    let (cached, written) = (count("cached_input_tokens"), count("cache_write_input_tokens"));
    Tokens {
        // Codex counts cached tokens as input, too.
        input: count("input_tokens").saturating_sub(cached).saturating_sub(written),
        output: count("output_tokens"),
        cache_read: cached,
        cache_write: written,
        reasoning: count("reasoning_output_tokens"),
        cache_write_1h: 0,
    }
}

fn reason(error: &Value) -> String {
    let message = text(error, "message").unwrap_or("Codex gave no reason");
    // What a provider said comes as its JSON.
    let inner = serde_json::from_str::<Value>(message).ok();
    let inner = inner.as_ref().and_then(|inner| text(inner.get("error").unwrap_or(inner), "message"));
    inner.unwrap_or(message).to_owned()
}

fn was_aborted(item: &Value) -> bool {
    text(item, "output").is_some_and(|output| output.trim_end().ends_with("aborted by user"))
}

fn detail(arguments: &Value) -> String {
    let known = ["cmd", "command", "path", "query", "message", "text", "session_id"];
    let told =
        known.into_iter().find_map(|name| text(arguments, name)).or(arguments.as_str()).map(str::to_owned);
    told.unwrap_or_else(|| arguments.to_string()).chars().take(DETAIL).collect()
}

/// The text blocks of a message.
fn words(item: &Value) -> String {
    let blocks = item.get("content").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    blocks.iter().filter_map(|block| text(block, "text")).collect::<Vec<_>>().join("\n")
}

fn text<'value>(value: &'value Value, name: &str) -> Option<&'value str> {
    value.get(name)?.as_str()
}

fn number(value: &Value, name: &str) -> Option<u64> {
    value.get(name)?.as_u64()
}

/// `{"secs":0,"nanos":28662925}`.
fn milliseconds(duration: &Value) -> Option<u64> {
    Some(number(duration, "secs")? * 1_000 + number(duration, "nanos").unwrap_or(0) / 1_000_000)
}

/// By what Codex acts without asking, from its `turn_context` (0.169.0): `approval_policy` asks nobody, or the
/// `sandbox_policy` keeps nothing from it.
fn unguarded(payload: &Value) -> Option<String> {
    let sandbox = payload.get("sandbox_policy").and_then(|policy| text(policy, "type"));
    if text(payload, "approval_policy") == Some("never") {
        return Some("approval_policy never".to_owned());
    }
    sandbox.filter(|kind| *kind == "danger-full-access").map(|kind| format!("sandbox_policy {kind}"))
}
