//! What was asked, in one shape for every protocol.

use super::Wire;
use serde_json::Value;
use std::collections::BTreeSet;

/// What was asked.
#[derive(Debug, Clone)]
pub struct Request {
    pub wire: Wire,
    pub kind: Kind,
    pub model: String,
    /// The last text by a user, as the model sees it, without what the agent adds of its own.
    pub prompt: String,
    /// How many replies of the model came after it.
    pub step: usize,
    /// The tools that the last of them called, and what these gave.
    pub called: Vec<String>,
    pub results: Vec<String>,
    pub tools: Vec<Tool>,
    /// When it came and when its answer was sent: milliseconds of the wall clock.
    pub at: u64,
    pub answered: Option<u64>,
}

/// What a call of the model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Turn,
    Compaction,
    /// A name for the session.
    Title,
    /// Without tools and for no purpose that is known here.
    Other,
}

/// A tool on offer.
#[derive(Debug, Clone)]
pub struct Tool {
    pub name: String,
    pub namespace: Option<String>,
    /// The arguments that it declares.
    pub parameters: BTreeSet<String>,
}

impl Tool {
    /// From its name and the schema of its arguments.
    pub fn new(name: &Value, namespace: Option<&str>, schema: &Value) -> Option<Self> {
        let parameters = schema["properties"].as_object();
        Some(Self {
            name: name.as_str()?.to_owned(),
            namespace: namespace.map(str::to_owned),
            parameters: parameters.into_iter().flat_map(|all| all.keys().cloned()).collect(),
        })
    }
}

/// One thing of a conversation. Protocols differ in how these are packed.
pub enum Entry {
    /// A text by the user or, as a user, by the agent.
    Said(String),
    /// One reply of the model, and the names of the tools that it called.
    Replied(Vec<String>),
    Result(String),
}

impl Request {
    pub fn new(wire: Wire, body: &Value, system: &str, entries: &[Entry], tools: Vec<Tool>) -> Option<Self> {
        let prompt = |entry: &Entry| matches!(entry, Entry::Said(text) if !is_added(text));
        let last = entries.iter().rposition(prompt);
        let after = last.map_or(entries, |last| &entries[last + 1..]);
        let text = match last.map(|last| &entries[last]) {
            Some(Entry::Said(text)) => text.clone(),
            _ => String::new(),
        };
        let is_reply = |entry: &Entry| matches!(entry, Entry::Replied(_));
        let reply = after.iter().rposition(is_reply).map_or(&[][..], |reply| &after[reply..]);
        let called = match reply.first() {
            Some(Entry::Replied(called)) => called.clone(),
            _ => Vec::new(),
        };
        let results = reply.iter().filter_map(|entry| match entry {
            Entry::Result(text) => Some(text.clone()),
            Entry::Said(_) | Entry::Replied(_) => None,
        });
        Some(Self {
            wire,
            kind: Kind::of(system, &text, &tools),
            model: body["model"].as_str()?.to_owned(),
            step: after.iter().filter(|entry| is_reply(entry)).count(),
            called,
            results: results.collect(),
            prompt: text,
            tools,
            at: super::now(),
            answered: None,
        })
    }

    /// The tool of this plain name: agents put the name of its server before it, each in its own way.
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        let exact = self.tools.iter().find(|tool| tool.name == name);
        exact.or_else(|| self.tools.iter().find(|tool| is_called(&tool.name, name)))
    }

    /// Whether the last reply called a tool of one of these plain names.
    pub fn has_called(&self, names: &[&str]) -> bool {
        self.called.iter().any(|called| names.iter().any(|name| is_called(called, name)))
    }

    /// The last reply gave its report, and awtui took it: some agents ask the model once more then.
    pub fn has_reported(&self) -> bool {
        self.step > 0 && self.results.iter().any(|result| result.contains("recorded"))
    }

    pub fn offers(&self, name: &str) -> bool {
        self.tool(name).is_some()
    }
}

/// Whether a tool's own name is this plain one behind that of its server.
fn is_called(own: &str, plain: &str) -> bool {
    own.strip_suffix(plain).is_some_and(|before| before.is_empty() || before.ends_with('_'))
}

/// Texts that agents say in the place of a user.
fn is_added(text: &str) -> bool {
    const BEGINNINGS: [&str; 6] = [
        "<system-reminder>",
        "<environment_context>",
        "<user_instructions>",
        "# AGENTS.md instructions",
        "<turn_aborted>",
        "[Request interrupted by user",
    ];
    BEGINNINGS.iter().any(|beginning| text.starts_with(beginning))
}

impl Kind {
    fn of(system: &str, prompt: &str, tools: &[Tool]) -> Self {
        let compaction = prompt.contains("You are performing a CONTEXT CHECKPOINT COMPACTION")
            || prompt.starts_with("CRITICAL: Respond with TEXT ONLY")
            || (tools.is_empty() && system.contains("context summarization"));
        match (compaction, tools.is_empty()) {
            (true, _) => Self::Compaction,
            (false, true) if system.contains("You are a title generator") => Self::Title,
            (false, true) => Self::Other,
            (false, false) => Self::Turn,
        }
    }
}

/// The texts of a message, of whatever shape.
pub fn texts(content: &Value) -> Vec<String> {
    match content {
        Value::Array(parts) => {
            parts.iter().filter_map(|part| Some(part["text"].as_str()?.to_owned())).collect()
        }
        whole => whole.as_str().map(str::to_owned).into_iter().collect(),
    }
}
