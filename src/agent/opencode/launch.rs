//! What one launch of OpenCode adds to the operator's settings: rules and awtui's tools. Nothing of the operator's is
//! written.
//!
//! No plugin: with one, OpenCode 1.18.33 does not start before it has installed its plugin library from the registry into
//! the operator's settings folder, or failed to for a minute.

use crate::agent::launch::{own_command, private_file, text};
use crate::agent::{LaunchContext, LaunchFile};
use serde_json::{Value, json};

/// Milliseconds for an answer of awtui's MCP server: OpenCode's own 5 s are short on a machine that is busy.
const MCP_TIME: u64 = 60_000;

/// Of a conversation: they win over what OpenCode's own settings allow.
pub(super) fn rules(ask: &[String]) -> Vec<Value> {
    let asked = ask.iter().map(|tool| json!({ "permission": tool, "pattern": "*", "action": "ask" }));
    let own = json!({ "permission": "awtui_*", "pattern": "*", "action": "allow" });
    asked.chain([own]).collect()
}

/// What this launch adds to the operator's settings. As the content of a variable it stands above the project's file, and
/// a configuration file that the operator names by a variable still counts.
pub(super) fn configure(
    context: &LaunchContext,
    env: &mut Vec<(String, String)>,
    files: &mut Vec<LaunchFile>,
) -> Result<(), &'static str> {
    let mut permission: serde_json::Map<String, Value> =
        context.config.ask.iter().map(|tool| (tool.clone(), json!("ask"))).collect();
    permission.insert("awtui_*".to_owned(), json!("allow"));
    let settings = json!({
        "mcp": { "awtui": { "type": "local", "command": own_command(context, "mcp"), "enabled": true, "timeout": MCP_TIME } },
        "permission": permission,
    });
    if context.variable("OPENCODE_CONFIG_CONTENT").is_none() {
        env.push(("OPENCODE_CONFIG_CONTENT".to_owned(), settings.to_string()));
        return Ok(());
    }
    if context.variable("OPENCODE_CONFIG").is_some() {
        return Err("both OPENCODE_CONFIG and OPENCODE_CONFIG_CONTENT are set: awtui needs one of them");
    }
    files.push(private_file("opencode.json", settings.to_string()));
    env.push(("OPENCODE_CONFIG".to_owned(), text(&context.launch_folder.join("opencode.json"))));
    Ok(())
}
