//! How Claude Code is launched: its arguments and the files that belong to the launch alone.
//!
//! Nothing of the user's is written. The user's own settings, login and MCP servers apply beside what is given here.

use super::hooks::{ASKS, EVENTS};
use crate::agent::launch::{credentials, environment, hook_line, own_command, private_file, text};
use crate::agent::{Clamped, Feature, LaunchContext, LaunchFile, LaunchPlan, LogPlan};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// Seconds that a question may wait for the operator.
const DAY: u64 = 86_400;
/// Seconds after which Claude goes on without an answer that awtui owes at once.
const SOON: u64 = 10;

/// Characters of a folder's name that Claude keeps as they are; behind them it puts a checksum.
const LONGEST_NAME: usize = 200;

const SETTINGS: &str = "claude-settings.json";
const SERVERS: &str = "claude-mcp.json";
/// The program that Claude takes for the user's editor, and the prompt that it finds.
const EDITOR: &str = "editor";
pub(super) const PROMPT: &str = "prompt.md";
/// How the editor tells that the words are in, by the hook of this name.
pub(super) const FETCHED: &str = "PromptFetched";

pub(super) fn plan(context: &LaunchContext, clamped: &Clamped) -> LaunchPlan {
    let has = |feature| context.probe.has(feature);
    let mut args: Vec<String> = Vec::new();
    let mut push = |words: &[&str]| args.extend(words.iter().map(|word| (*word).to_owned()));
    // Claude knows nothing of a session in which nothing was said, but may have taken its id ("already in use").
    let resumed = context.resume.filter(|_| context.prompted);
    let new = || has(Feature::SessionId).then(|| session_id(context));
    let agent_session = resumed.map(str::to_owned).or_else(new);
    if let Some(id) = &agent_session {
        push(&[if resumed.is_some() { "--resume" } else { "--session-id" }, id]);
    }
    if let Some(model) = &clamped.model {
        push(&["--model", model]);
    }
    if let Some(thinking) = clamped.thinking {
        push(&["--effort", thinking.as_str()]);
    }
    let own = &context.config.args;
    let chosen = |argument: &String| {
        argument.starts_with("--permission-mode") || argument.contains("dangerously-skip-permissions")
    };
    if !own.iter().any(chosen) {
        // Without it, a model decides in the operator's place what may be done, where the account has that.
        push(&["--permission-mode", "manual"]);
    }
    // This option takes as many words as follow it.
    push(&["--mcp-config", &text(&context.launch_folder.join(SERVERS))]);
    push(&["--settings", &text(&context.launch_folder.join(SETTINGS))]);
    args.extend(own.iter().cloned());
    let mut env = environment(context);
    // A supervisor that was started from within Claude Code hands on nothing of that session.
    for name in ["CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_CODE_SESSION_ID"] {
        if context.variable(name).is_some() {
            env.push((name.to_owned(), String::new()));
        }
    }
    let mut files = vec![
        private_file(SETTINGS, settings(context).to_string()),
        private_file(SERVERS, servers(context).to_string()),
        credentials(context),
    ];
    if has_editor(context) {
        env.push(("VISUAL".to_owned(), text(&context.launch_folder.join(EDITOR))));
        files.push(LaunchFile { mode: 0o700, ..private_file(EDITOR, editor(context)) });
    }
    LaunchPlan {
        program: context.program.to_owned(),
        args,
        env,
        files,
        log: agent_session.as_deref().and_then(|id| log(context, id)).unwrap_or(LogPlan::None),
        server: None,
        agent_session,
        waits_for_prompt: false,
    }
}

/// Hooks, what needs no question, and what needs one in any case.
fn settings(context: &LaunchContext) -> Value {
    let mut hooks = Map::new();
    for event in EVENTS {
        let command = hook_line(context, event);
        let timeout = if event == ASKS { DAY } else { SOON };
        let hook = json!({ "type": "command", "command": command, "timeout": timeout });
        hooks.insert(event.to_owned(), json!([{ "hooks": [hook] }]));
    }
    json!({ "hooks": hooks, "permissions": { "allow": ["mcp__awtui"], "ask": context.config.ask } })
}

fn servers(context: &LaunchContext) -> Value {
    let words = own_command(context, "mcp");
    let (command, args) = words.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    // Else the tools are left out of the requests until the model searches for them.
    json!({ "mcpServers": { "awtui": { "command": command, "args": args, "alwaysLoad": true } } })
}

/// Whether the path of the editor is one word wherever it is read.
pub(super) fn has_editor(context: &LaunchContext) -> bool {
    let safe = |one: char| one.is_ascii_alphanumeric() || "/._-+@".contains(one);
    text(context.launch_folder).chars().all(safe)
}

/// Gives Claude the prompt that awtui put there, exactly as it is; for all else it is the user's own editor.
fn editor(context: &LaunchContext) -> String {
    let own = ["VISUAL", "EDITOR"].into_iter().find_map(|name| context.variable(name));
    let own = own.filter(|editor| !editor.trim().is_empty()).unwrap_or("vi");
    let prompt = shell_words::quote(&text(&context.launch_folder.join(PROMPT))).into_owned();
    let hook = hook_line(context, FETCHED);
    format!(
        "#!/bin/sh\ncase \"$1\" in\n*/claude-prompt-*)\n    if mv -f {prompt} \"$1\" 2>/dev/null; then\n        \
         {hook} </dev/null >/dev/null 2>&1\n        exit 0\n    fi ;;\nesac\nexec {own} \"$@\"\n"
    )
}

/// Where Claude writes the log of a session: a folder whose name is the directory's, with a dash for each sixteen bits that
/// are neither letter nor digit. Of a long one only the beginning is known.
fn log(context: &LaunchContext, session: &str) -> Option<LogPlan> {
    let own = context.variable("CLAUDE_CONFIG_DIR").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let config = match own {
        Some(folder) => folder,
        None => PathBuf::from(context.variable("HOME")?).join(".claude"),
    };
    let projects = config.join("projects");
    let letter =
        |unit: u16| u8::try_from(unit).ok().filter(u8::is_ascii_alphanumeric).map_or('-', char::from);
    let name: String = text(context.directory).encode_utf16().map(letter).collect();
    let file = format!("{session}.jsonl");
    Some(if name.len() > LONGEST_NAME {
        LogPlan::Below { dir: projects, contains: file }
    } else {
        LogPlan::File(projects.join(name).join(file))
    })
}

/// A UUID that is the same for the same pane of the same run in the same place.
fn session_id(context: &LaunchContext) -> String {
    let name = format!("{} {} {}", text(context.launch_folder), context.run, context.pane);
    let (high, low) = (hash(&name, 0xcbf2_9ce4_8422_2325), hash(&name, 0x6c62_272e_07bb_0142));
    let variant = (low >> 48) & 0x3fff | 0x8000;
    let (first, second, third) = (high >> 32, (high >> 16) & 0xffff, high & 0xfff);
    format!("{first:08x}-{second:04x}-8{third:03x}-{variant:04x}-{:012x}", low & 0xffff_ffff_ffff)
}

/// FNV-1a, with the bits stirred at the end.
fn hash(text: &str, seed: u64) -> u64 {
    let hash =
        text.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}
