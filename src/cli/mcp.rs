//! `awtui mcp`: the reports of an agent as tools of an MCP server on standard input and output.
//!
//! Each call goes over the agent socket and comes back with awtui's answer. The protocol itself is `rmcp`'s; which tools
//! there are is data.

use super::exit::{Exit, Problem};
use super::link::{self, Link};
use crate::agent::launch::Credentials;
use crate::agent::protocol::{self, MCP, ToDesk};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool, ToolAnnotations,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::path::Path;
use std::time::Duration;

const TOOLS: &str = include_str!("../../assets/mcp/tools.json");
/// awtui answers within this, or something is wrong.
const PATIENCE: Duration = Duration::from_secs(30);
/// Names under which clients hand on their own id of a call: a repeated call then counts once.
const CALL_IDS: [&str; 3] = ["claudecode/toolUseId", "callId", "toolCallId"];

pub(super) async fn run(launch: Option<&Path>) -> Result<Exit, Problem> {
    let credentials = link::credentials(launch).map_err(Problem::usage)?;
    let tools = tools(&credentials.role)?;
    let failed = |error: &dyn std::fmt::Display| Problem::failed(format!("the MCP server ended: {error}"));
    let server = Reports { credentials, tools };
    let running = server.serve(rmcp::transport::stdio()).await.map_err(|error| failed(&error))?;
    running.waiting().await.map_err(|error| failed(&error))?;
    Ok(Exit::Done)
}

struct Reports {
    credentials: Credentials,
    tools: Vec<Tool>,
}

#[derive(Deserialize)]
struct Definition {
    name: String,
    /// `analyst`, `worker` (anybody else) or `all`.
    #[serde(rename = "for")]
    role: String,
    description: String,
    input_schema: Map<String, Value>,
}

/// The tools of a role. Nobody but the analyst gives verdicts.
fn tools(role: &str) -> Result<Vec<Tool>, Problem> {
    let role = if role == "analyst" { "analyst" } else { "worker" };
    let known: Vec<Definition> = serde_json::from_str(TOOLS)
        .map_err(|error| Problem::failed(format!("the list of tools cannot be read: {error}")))?;
    let wanted = known.into_iter().filter(|tool| tool.role == "all" || tool.role == role);
    let tools = wanted.map(|tool| {
        // A report changes nothing of the agent's world: modes that only read may call it.
        let annotations =
            ToolAnnotations::new().read_only(true).destructive(false).idempotent(true).open_world(false);
        Tool::new(tool.name, tool.description, tool.input_schema).with_annotations(annotations)
    });
    Ok(tools.collect())
}

impl ServerHandler for Reports {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("awtui", env!("CARGO_PKG_VERSION")))
            .with_instructions("Reports to awtui, which supervises this session.")
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.clone()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = self.tools.iter().find(|tool| tool.name == request.name) else {
            let names: Vec<&str> = self.tools.iter().map(|tool| tool.name.as_ref()).collect();
            let words = format!("there is no tool \"{}\"; there are {}", request.name, names.join(", "));
            return Err(ErrorData::invalid_params(words, None));
        };
        let key = self.key(&context);
        let mut fields = request.arguments.unwrap_or_default();
        fields.insert("type".to_owned(), Value::from(tool.name.as_ref()));
        fields.insert("key".to_owned(), Value::from(key.as_str()));
        let (ok, words) = match self.hand_on(&Value::Object(fields), &key).await {
            Ok(answer) => answer,
            Err(reason) => (false, reason),
        };
        if ok {
            return Ok(CallToolResult::success(vec![ContentBlock::text(words)]).into());
        }
        let words = format!(
            "{words}. If it cannot be mended, end your message with the report as text under its headings."
        );
        Ok(CallToolResult::error(vec![ContentBlock::text(words)]).into())
    }
}

impl Reports {
    fn key(&self, context: &RequestContext<RoleServer>) -> String {
        let meta = serde_json::to_value(&context.meta).unwrap_or_default();
        let told = CALL_IDS.iter().find_map(|name| meta.get(name)?.as_str().map(str::to_owned));
        let id = told.unwrap_or_else(|| format!("{}.{}", std::process::id(), context.id));
        format!("mcp:{}:{id}", self.credentials.session)
    }

    async fn hand_on(&self, line: &Value, key: &str) -> Result<(bool, String), String> {
        // Looked at here first, so that the model is told which field is wrong.
        let message = protocol::parse(&line.to_string()).map_err(|error| error.to_string())?;
        if matches!(message, ToDesk::Unknown) {
            return Err("this version of awtui does not know the tool".to_owned());
        }
        let asked = async { Link::open(&self.credentials, MCP).await?.ask(&message, key).await };
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(answer) => answer.map_err(|error| format!("awtui cannot be reached: {error}")),
            Err(_) => Err("awtui did not answer in time".to_owned()),
        }
    }
}
