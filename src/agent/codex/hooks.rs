//! Codex's hooks: what their payloads say, and what they are answered.
//!
//! Owns the words of both sides. Which hook counts for what is decided beside it.

use crate::domain::{PermissionRequest, Text};
use serde_json::{Value, json};

/// What one hook says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Hook {
    /// The session, and where its log is.
    Session {
        session: Session,
    },
    Prompt {
        session: Session,
        turn: String,
        text: String,
    },
    /// Codex asks whether the model may use a tool.
    Permission(PermissionRequest),
    /// The model is about to use a tool, whether or not Codex would ask.
    Tool(PermissionRequest),
    CompactionStarted {
        turn: String,
        automatic: bool,
    },
    CompactionEnded,
    Stopped {
        text: String,
    },
    /// A helper of the model, and where its log is.
    Helper {
        log: String,
    },
    /// Nothing that matters here: what a helper does, for one.
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) log: Option<String>,
}

/// Which question was put: they are answered differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Permission,
    Tool,
}

/// `key` names the question, should it be one.
pub(super) fn read(key: &str, event: &str, payload: &Value) -> Hook {
    let word = |name: &str| payload.get(name).and_then(Value::as_str);
    let session = || {
        Some(Session { id: word("session_id")?.to_owned(), log: word("transcript_path").map(str::to_owned) })
    };
    let turn = || word("turn_id").unwrap_or_default().to_owned();
    // Helpers call the same hooks.
    let of_helper = word("agent_id").is_some();
    match event {
        "SubagentStart" | "SubagentStop" => {
            let log = word("agent_transcript_path").or_else(|| word("transcript_path"));
            log.map_or(Hook::Other, |log| Hook::Helper { log: log.to_owned() })
        }
        // Without what it is about, nobody can say yes: then nothing is decided here.
        "PermissionRequest" | "PreToolUse" if word("tool_name").is_none() => Hook::Other,
        "PermissionRequest" => Hook::Permission(request(key, payload)),
        "PreToolUse" => Hook::Tool(request(key, payload)),
        _ if of_helper => Hook::Other,
        "SessionStart" => session().map_or(Hook::Other, |session| Hook::Session { session }),
        "UserPromptSubmit" => session().map_or(Hook::Other, |session| Hook::Prompt {
            session,
            turn: turn(),
            text: word("prompt").unwrap_or_default().to_owned(),
        }),
        "PreCompact" => Hook::CompactionStarted { turn: turn(), automatic: word("trigger") == Some("auto") },
        "PostCompact" => Hook::CompactionEnded,
        "Stop" => Hook::Stopped { text: word("last_assistant_message").unwrap_or_default().to_owned() },
        _ => Hook::Other,
    }
}

fn request(key: &str, payload: &Value) -> PermissionRequest {
    let tool = payload.get("tool_name").and_then(Value::as_str).unwrap_or("a tool");
    let input = payload.get("tool_input").cloned().unwrap_or(Value::Null);
    asked(key, tool, &input)
}

/// A question about a use of `tool` with these arguments.
pub(super) fn asked(key: &str, tool: &str, input: &Value) -> PermissionRequest {
    let word = |name: &str| input.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut request = PermissionRequest { answerable: true, ..PermissionRequest::new(key, tool, "") };
    let command = word("command").or_else(|| word("cmd"));
    let patch = command.as_deref().or(input.as_str()).filter(|words| words.starts_with("*** Begin Patch"));
    if let Some(patch) = patch {
        request.path = patched(patch);
        request.diff = Some(Text::from(patch));
        return request;
    }
    let why = word("description").or_else(|| word("justification"));
    request.detail = match (&command, why) {
        (_, Some(why)) => Text::from(why),
        (Some(_), None) => Text::default(),
        (None, None) => Text::from(serde_json::to_string_pretty(input).unwrap_or_default()),
    };
    request.command = command;
    request
}

/// The files that a patch names.
fn patched(patch: &str) -> Option<String> {
    let files: Vec<&str> = patch
        .lines()
        .filter_map(|line| {
            let line = line.strip_prefix("*** ")?;
            ["Add File: ", "Update File: ", "Delete File: "]
                .into_iter()
                .find_map(|verb| line.strip_prefix(verb))
        })
        .collect();
    (!files.is_empty()).then(|| files.join(", "))
}

/// What the hook of a question prints.
pub(super) fn decision(question: Question, allow: bool, note: &str) -> String {
    let note = if note.trim().is_empty() { "the operator said no" } else { note.trim() };
    let output = match (question, allow) {
        // Codex's own rules still hold for it.
        (Question::Tool, true) => return String::new(),
        (Question::Tool, false) => json!({
            "hookEventName": "PreToolUse",
            "permissionDecision": "deny",
            "permissionDecisionReason": note,
        }),
        (Question::Permission, true) => {
            json!({ "hookEventName": "PermissionRequest", "decision": { "behavior": "allow" } })
        }
        (Question::Permission, false) => json!({
            "hookEventName": "PermissionRequest",
            "decision": { "behavior": "deny", "message": note },
        }),
    };
    json!({ "hookSpecificOutput": output }).to_string()
}
