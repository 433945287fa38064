//! What Claude Code gives the hooks that it calls, and what they print for it.
//!
//! Owns the words of hooks. It never decides what follows from them.

use super::launch::FETCHED;
use crate::agent::entry::{detail, number, text};
use crate::domain::{PermissionRequest, Text};
use serde_json::{Value, json};

/// The hooks of which awtui makes use; an older version leaves out those that it does not know.
pub(super) const EVENTS: [&str; 12] = [
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PermissionRequest",
    "PostToolUse",
    "PostToolUseFailure",
    "Stop",
    "StopFailure",
    "PreCompact",
    "PostCompact",
    "SubagentStart",
    "SubagentStop",
];

/// The hook that waits for the operator.
pub(super) const ASKS: &str = "PermissionRequest";

/// Its tool has more answers than yes and no.
const CHOICE: &str = "AskUserQuestion";

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Hook {
    Session {
        id: String,
        log: Option<String>,
        model: Option<String>,
        context: Option<u64>,
    },
    Prompt {
        text: String,
    },
    ToolStarted {
        call: String,
        name: String,
        detail: String,
    },
    ToolEnded {
        call: String,
        name: String,
        input: Value,
        failed: bool,
        wall: Option<u64>,
    },
    Asks {
        request: PermissionRequest,
        input: Value,
    },
    Stopped {
        text: String,
        /// Helpers go on; a turn follows when they are done.
        helpers: bool,
    },
    Failed {
        limited: bool,
        reason: String,
    },
    /// A call for a summary failed, or one of a helper.
    HelperFailed {
        reason: String,
    },
    Compacts {
        automatic: bool,
    },
    Compacted,
    Helper {
        agent: String,
    },
    /// awtui's own: the prompt is in Claude's input, or will be in a moment.
    Fetched,
    Other,
}

pub(super) fn read(key: &str, event: &str, payload: &Value) -> Hook {
    let own = |name: &str| text(payload, name).map(str::to_owned);
    let tool = || own("tool_name").unwrap_or_default();
    let input = || payload.get("tool_input").cloned().unwrap_or_default();
    let failure = || own("last_assistant_message").or_else(|| own("error")).unwrap_or_default();
    match (event, own("tool_use_id"), own("agent_id")) {
        ("SessionStart", _, _) => own("session_id").map_or(Hook::Other, |id| Hook::Session {
            id,
            log: own("transcript_path"),
            model: own("model"),
            context: number(payload, "context_tokens"),
        }),
        ("UserPromptSubmit", _, _) => Hook::Prompt { text: own("prompt").unwrap_or_default() },
        ("PreToolUse", Some(call), _) => Hook::ToolStarted { call, name: tool(), detail: detail(&input()) },
        ("PostToolUse" | "PostToolUseFailure", Some(call), _) => Hook::ToolEnded {
            call,
            name: tool(),
            input: input(),
            failed: event == "PostToolUseFailure",
            wall: number(payload, "duration_ms"),
        },
        // Without what it is about, nobody can say yes: then nothing is decided here.
        (ASKS, _, _) if payload.get("tool_input").is_some() && !tool().is_empty() => {
            Hook::Asks { request: request(key, &tool(), &input()), input: input() }
        }
        ("Stop", _, None) => Hook::Stopped {
            text: own("last_assistant_message").unwrap_or_default(),
            helpers: helpers(payload),
        },
        ("StopFailure", _, None) => {
            Hook::Failed { limited: text(payload, "error") == Some("rate_limit"), reason: failure() }
        }
        ("StopFailure", _, Some(_)) => Hook::HelperFailed { reason: failure() },
        ("PreCompact", _, _) => Hook::Compacts { automatic: text(payload, "trigger") == Some("auto") },
        ("PostCompact", _, _) => Hook::Compacted,
        (FETCHED, _, _) => Hook::Fetched,
        // Those without a type write summaries, and have no log.
        ("SubagentStart" | "SubagentStop", _, Some(agent))
            if text(payload, "agent_type").is_some_and(|kind| !kind.is_empty()) =>
        {
            Hook::Helper { agent }
        }
        _ => Hook::Other,
    }
}

fn helpers(payload: &Value) -> bool {
    let tasks = payload.get("background_tasks").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    tasks.iter().any(|task| text(task, "type") == Some("subagent") && text(task, "status") == Some("running"))
}

fn request(ask: &str, tool: &str, input: &Value) -> PermissionRequest {
    let own = |name: &str| text(input, name);
    let path = own("file_path").or_else(|| own("notebook_path")).or_else(|| own("path"));
    let diff = diff(input);
    let known = own("command").is_some() || diff.is_some();
    let words = match (own("description").or_else(|| own("plan")), known) {
        (Some(words), _) => words.to_owned(),
        (None, true) => String::new(),
        (None, false) => serde_json::to_string_pretty(input).unwrap_or_default(),
    };
    PermissionRequest {
        command: own("command").map(str::to_owned),
        path: path.map(str::to_owned),
        diff: diff.map(Text::from),
        answerable: tool != CHOICE,
        ..PermissionRequest::new(ask, tool, words)
    }
}

/// What would be taken out and put in, as far as the arguments tell.
fn diff(input: &Value) -> Option<String> {
    let one = |edit: &Value| {
        let signed = |sign: char, name: &str| {
            let lines = text(edit, name).unwrap_or_default().lines();
            lines.map(|line| format!("{sign}{line}")).collect::<Vec<_>>()
        };
        [signed('-', "old_string"), signed('+', "new_string")].concat()
    };
    let lines = match (input.get("edits").and_then(Value::as_array), text(input, "content")) {
        (Some(edits), _) => edits.iter().flat_map(one).collect(),
        (None, Some(content)) => content.lines().map(|line| format!("+{line}")).collect(),
        (None, None) => one(input),
    };
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// What the hook of a question prints.
pub(super) fn decision(allow: bool, note: &str) -> String {
    let note = if note.trim().is_empty() { "The operator refused this." } else { note };
    let decision =
        if allow { json!({ "behavior": "allow" }) } else { json!({ "behavior": "deny", "message": note }) };
    json!({ "hookSpecificOutput": { "hookEventName": ASKS, "decision": decision } }).to_string()
}
