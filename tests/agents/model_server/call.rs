//! Calls of tools: a script says what it wants done, the request says which tool of this agent does it.

use super::request::{Request, Tool};
use serde_json::{Map, Value, json};

#[derive(Debug, Clone)]
pub enum Call {
    Shell { command: String, escalated: bool },
    Write { path: String, content: String },
    Named { name: String, arguments: Value },
}

/// A call as the wire has it.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub name: String,
    pub namespace: Option<String>,
    pub arguments: Value,
}

const SHELLS: [&str; 4] = ["bash", "Bash", "exec_command", "shell"];
const WRITERS: [&str; 2] = ["write", "Write"];

impl Call {
    pub fn wanted(&self, request: &Request) -> Wanted {
        match self {
            Self::Shell { command, escalated } => shell(request, command, *escalated),
            Self::Write { path, content } => {
                let Some(tool) = first(request, &WRITERS) else {
                    // Codex edits files by a command that it knows and carries out itself.
                    return shell(request, &patch(path, content), false);
                };
                let arguments =
                    json!({"path": path, "file_path": path, "filePath": path, "content": content});
                call(Some(tool), "write", arguments)
            }
            Self::Named { name, arguments } => call(request.tool(name), name, arguments.clone()),
        }
    }
}

fn shell(request: &Request, command: &str, escalated: bool) -> Wanted {
    let mut arguments = json!({"command": command, "cmd": command, "description": "a step of the task"});
    if escalated {
        arguments["sandbox_permissions"] = json!("require_escalated");
        arguments["justification"] = json!("the task wants it");
    }
    call(first(request, &SHELLS), "bash", arguments)
}

fn first<'a>(request: &'a Request, names: &[&str]) -> Option<&'a Tool> {
    names.iter().find_map(|name| request.tools.iter().find(|tool| tool.name == *name))
}

/// Arguments that the tool does not declare are left out, so that one script serves every agent.
fn call(tool: Option<&Tool>, name: &str, arguments: Value) -> Wanted {
    let Some(tool) = tool else {
        println!("the tool {name} is not on offer");
        return Wanted { name: name.to_owned(), namespace: None, arguments };
    };
    let arguments = match arguments {
        Value::Object(arguments) if !tool.parameters.is_empty() => {
            let declared = |(name, _): &(String, Value)| tool.parameters.contains(name);
            Value::Object(arguments.into_iter().filter(declared).collect::<Map<_, _>>())
        }
        other => other,
    };
    Wanted { name: tool.name.clone(), namespace: tool.namespace.clone(), arguments }
}

fn patch(path: &str, content: &str) -> String {
    let lines = content.lines().map(|line| format!("+{line}")).collect::<Vec<_>>().join("\n");
    format!("apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: {path}\n{lines}\n*** End Patch\nEOF")
}
