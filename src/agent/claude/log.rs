//! Claude Code's session log: JSON entries, one a line, of the session and of each of its helpers in a file of its own.
//!
//! Owns what an entry means for the ledger and the state. Every request to the model is announced by an entry of its own;
//! one that no reply names was cut off or refused, and counts as a call of unknown spend.

use super::sums::Sums;
use crate::agent::entry::{detail, flag, number, text, words};
use crate::agent::json;
use crate::domain::{SumsSeen, Tokens, TurnEnd, UsageKind, UsageSeen};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What stands in place of a model's name in entries that Claude wrote itself.
const NO_MODEL: &str = "<synthetic>";
/// Long entries about requests, of no use here.
const SKIPPED: [&str; 2] = ["{\"type\":\"api-request-blob\"", "{\"type\":\"api-request-shape\""];

/// What an entry says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entry {
    Paid(UsageSeen),
    /// Claude's own sums over the session.
    Sum(SumsSeen),
    /// How Claude asks before it acts, in its own word.
    Mode(String),
    /// Somebody's prompt begins a turn or joins one.
    User {
        text: String,
        joins: bool,
    },
    Assistant {
        text: String,
        model: String,
    },
    ToolStarted {
        call: String,
        name: String,
        detail: String,
    },
    ToolEnded {
        call: String,
        failed: bool,
    },
    Limited {
        reason: String,
    },
    Ended(TurnEnd),
    Compacted {
        automatic: bool,
        before: Option<u64>,
        after: Option<u64>,
    },
    /// `/compact` did nothing, and said this.
    NotCompacted {
        reason: String,
    },
    /// A helper works; it has a log of its own.
    Helper {
        agent: String,
    },
}

#[derive(Debug)]
struct Request {
    id: String,
    model: String,
    /// As the entry gives the time; equal forms compare as texts.
    at: String,
}

/// Reads the entries of a session and of its helpers.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// Requests that nothing came back for yet, by helper (none: the session itself).
    open: BTreeMap<String, Request>,
    /// Requests that a reply named: a busy Claude writes the reply before what announces it.
    answered: BTreeSet<String>,
    /// Requests that were told as unknown spend.
    unknown: BTreeSet<String>,
    paid: BTreeSet<String>,
    /// Tools that an entry named.
    written: BTreeSet<String>,
    /// Tools that a hook told of, whose call no entry named yet; `true`: no other tool ran then, so it is another call.
    called: BTreeMap<String, bool>,
    sums: Sums,
    model: String,
}

impl Reader {
    /// Nothing for entries that do not matter or are not understood.
    pub(super) fn line(&mut self, line: &str) -> Vec<Entry> {
        if SKIPPED.iter().any(|start| line.starts_with(start)) {
            return Vec::new();
        }
        let Ok(entry) = json::read::<Value>(line) else { return Vec::new() };
        match text(&entry, "type") {
            Some("api-request") => self.request(&entry),
            Some("assistant") => self.assistant(&entry).unwrap_or_default(),
            Some("user") => user(&entry).unwrap_or_default(),
            Some("system") => self.system(&entry),
            Some("attachment") => queued(&entry).into_iter().collect(),
            Some("permission-mode") => {
                text(&entry, "permissionMode").map(|mode| Entry::Mode(mode.to_owned())).into_iter().collect()
            }
            Some("cost-state") => {
                let compaction = self.sums.settle(&entry).map(Entry::Paid);
                compaction.into_iter().chain(self.sums.whole(&entry).map(Entry::Sum)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A tool runs, as a hook tells. Entries are written a moment later, or never, if Claude is killed before.
    pub(super) fn calls(&mut self, tool: &str, alone: bool) {
        if !self.written.contains(tool) {
            self.called.insert(tool.to_owned(), alone);
        }
    }

    /// What was asked and will not be answered any more, because the process is gone, and what it did not get to write.
    /// `asked`: the model is asked this, though no entry says so.
    pub(super) fn cut_off(&mut self, asked: Option<String>, model: &str) -> Vec<UsageSeen> {
        let open = std::mem::take(&mut self.open).into_values();
        let mut seen: Vec<UsageSeen> = open.map(|request| self.unknown(request)).collect();
        let called = std::mem::take(&mut self.called).into_iter();
        let unwritten = called.filter_map(|(tool, alone)| alone.then_some(tool));
        seen.extend(unwritten.map(|tool| UsageSeen::unknown(tool, model.to_owned(), UsageKind::Reply)));
        if let Some(asked) = asked.filter(|_| seen.is_empty()) {
            seen.push(UsageSeen::unknown(asked, model.to_owned(), UsageKind::Reply));
        }
        seen
    }

    fn request(&mut self, entry: &Value) -> Vec<Entry> {
        let is_new = |id: &&str| !self.answered.contains(*id) && !self.unknown.contains(*id);
        let Some(id) = text(entry, "id").filter(is_new) else { return Vec::new() };
        let model = entry.get("params").and_then(|params| text(params, "model")).unwrap_or_default();
        let at = text(entry, "timestamp").unwrap_or_default().to_owned();
        let request = Request { id: id.to_owned(), model: model.to_owned(), at };
        // Requests of one conversation follow each other: the one before got nothing.
        let before = self.open.insert(of(entry), request);
        before.map(|request| Entry::Paid(self.unknown(request))).into_iter().collect()
    }

    fn unknown(&mut self, request: Request) -> UsageSeen {
        self.unknown.insert(request.id.clone());
        UsageSeen::unknown(request.id, request.model, UsageKind::Reply)
    }

    fn assistant(&mut self, entry: &Value) -> Option<Vec<Entry>> {
        let message = entry.get("message")?;
        let model = text(message, "model")?;
        let said = words(message);
        if model == NO_MODEL {
            return Some(self.own_words(entry, said));
        }
        let mut entries = Vec::new();
        let agent = of(entry);
        let blocks = message.get("content").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let tools: Vec<Entry> = blocks.iter().filter_map(tool_use).collect();
        for tool in &tools {
            if let Entry::ToolStarted { call, .. } = tool {
                self.called.remove(call);
                self.written.insert(call.clone());
            }
        }
        if let Some(request) = text(entry, "requestRef") {
            self.answered.insert(request.to_owned());
            if self.open.get(&agent).is_some_and(|open| open.id == request) {
                self.open.remove(&agent);
            }
        }
        let helper = !agent.is_empty() || flag(entry, "isSidechain");
        if let Some(seen) = self.reply(entry, message, helper) {
            entries.push(Entry::Paid(seen));
        }
        if helper {
            return Some(entries);
        }
        model.clone_into(&mut self.model);
        entries.push(Entry::Assistant { text: said, model: model.to_owned() });
        entries.extend(tools);
        Some(entries)
    }

    /// A reply has an entry for each of its blocks, all with the same id and the same final usage.
    fn reply(&mut self, entry: &Value, message: &Value, helper: bool) -> Option<UsageSeen> {
        let (id, usage) = (text(message, "id")?, message.get("usage")?);
        if !self.paid.insert(id.to_owned()) {
            return None;
        }
        let count = |name: &str| number(usage, name).unwrap_or(0);
        // Cut off in the middle, its figures are from before the first word.
        let cut = flag(entry, "isAbortedMidStream");
        let details = usage.get("output_tokens_details");
        let hour =
            usage.get("cache_creation").and_then(|written| number(written, "ephemeral_1h_input_tokens"));
        let tokens = Tokens {
            input: count("input_tokens"),
            output: count("output_tokens"),
            cache_read: count("cache_read_input_tokens"),
            cache_write: count("cache_creation_input_tokens"),
            reasoning: details.and_then(|details| number(details, "thinking_tokens")).unwrap_or(0),
            cache_write_1h: hour.unwrap_or(0),
        };
        let model = text(message, "model")?.to_owned();
        self.sums.add(entry, &model, tokens);
        if cut {
            self.sums.cut();
        }
        let context = tokens.input + tokens.cache_read + tokens.cache_write + tokens.output;
        // A request that was given up too early is corrected in its place.
        let before = text(entry, "requestRef").filter(|request| self.unknown.contains(*request));
        Some(UsageSeen {
            message: before.unwrap_or(id).to_owned(),
            model,
            usage: if helper { UsageKind::Helper } else { UsageKind::Reply },
            tokens: if cut { Tokens::default() } else { tokens },
            cost: None,
            wall: None,
            context: Some(context).filter(|context| *context > 0 && !cut && !helper),
            window: None,
            unknown_spend: cut || tokens.total() == 0,
        })
    }

    /// What Claude says in the model's place: errors, and that a session goes on after it was killed.
    fn own_words(&mut self, entry: &Value, said: String) -> Vec<Entry> {
        if !flag(entry, "isApiErrorMessage") {
            return Vec::new();
        }
        let agent = of(entry);
        // Entries may be written after those of the next prompt.
        let at = text(entry, "timestamp").unwrap_or_default();
        let mut entries = Vec::new();
        if self.open.get(&agent).is_some_and(|open| open.at.as_str() <= at)
            && let Some(request) = self.open.remove(&agent)
        {
            entries.push(Entry::Paid(self.unknown(request)));
        }
        if agent.is_empty() {
            if text(entry, "error") == Some("rate_limit") {
                entries.push(Entry::Limited { reason: said.clone() });
            }
            entries.push(Entry::Ended(TurnEnd::Failed { reason: said }));
        }
        entries
    }

    fn system(&mut self, entry: &Value) -> Vec<Entry> {
        match text(entry, "subtype") {
            Some("turn_duration") => vec![Entry::Ended(TurnEnd::Completed)],
            Some("compact_boundary") => {
                let mut entries = Vec::new();
                // The call that made the summary is in no log: what it took is known once Claude tells its sums.
                if let Some(id) = text(entry, "uuid")
                    && self.paid.insert(id.to_owned())
                {
                    self.sums.compaction(entry, id, &self.model);
                    let seen = UsageSeen::unknown(id.to_owned(), self.model.clone(), UsageKind::Compaction);
                    entries.push(Entry::Paid(seen));
                }
                let about = entry.get("compactMetadata");
                let figure = |name: &str| about.and_then(|about| number(about, name));
                entries.push(Entry::Compacted {
                    automatic: about.and_then(|about| text(about, "trigger")) == Some("auto"),
                    before: figure("preTokens"),
                    after: figure("postTokens"),
                });
                entries
            }
            Some("local_command") => {
                let command = entry.get("commandRun").and_then(|run| text(run, "command"));
                if command != Some("compact") {
                    return Vec::new();
                }
                let said = text(entry, "content").unwrap_or_default();
                let said = said.split_once('>').map_or(said, |(_, rest)| rest);
                let said = said.rsplit_once("</").map_or(said, |(words, _)| words);
                vec![Entry::NotCompacted { reason: said.trim().to_owned() }]
            }
            _ => Vec::new(),
        }
    }
}

/// Whether an entry holds what somebody said.
pub(super) fn is_said(line: &str) -> bool {
    let entry = json::read::<Value>(line).unwrap_or_default();
    matches!(text(&entry, "type"), Some("user" | "assistant"))
}

/// The helper that an entry is of; empty: the session itself.
fn of(entry: &Value) -> String {
    text(entry, "agentId").unwrap_or_default().to_owned()
}

fn tool_use(block: &Value) -> Option<Entry> {
    (text(block, "type")? == "tool_use").then_some(())?;
    Some(Entry::ToolStarted {
        call: text(block, "id")?.to_owned(),
        name: text(block, "name")?.to_owned(),
        detail: block.get("input").map(detail).unwrap_or_default(),
    })
}

fn user(entry: &Value) -> Option<Vec<Entry>> {
    if flag(entry, "isSidechain") || !of(entry).is_empty() {
        return None;
    }
    let message = entry.get("message")?;
    let mut entries = Vec::new();
    if let Some(agent) = entry.get("toolUseResult").and_then(|result| text(result, "agentId")) {
        entries.push(Entry::Helper { agent: agent.to_owned() });
    }
    let blocks = message.get("content").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    entries.extend(blocks.iter().filter_map(|block| {
        (text(block, "type")? == "tool_result").then_some(())?;
        Some(Entry::ToolEnded {
            call: text(block, "tool_use_id")?.to_owned(),
            failed: flag(block, "is_error"),
        })
    }));
    let said = words(message);
    if said.starts_with("[Request interrupted by user") {
        entries.push(Entry::Ended(TurnEnd::Interrupted));
    } else if text(entry, "promptSource").is_some() {
        entries.push(Entry::User { text: said, joins: false });
    }
    Some(entries)
}

/// A prompt that was given to the model in the middle of a turn.
fn queued(entry: &Value) -> Option<Entry> {
    let attachment = entry.get("attachment")?;
    (text(attachment, "type")? == "queued_command").then_some(())?;
    Some(Entry::User { text: text(attachment, "prompt")?.to_owned(), joins: true })
}
