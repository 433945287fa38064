//! What is answered: words, calls of tools by what they are for, tokens, and how the answer ends.

use super::call::Call;
use super::request::Kind;
use serde_json::{Value, json};

/// What is answered to a request.
#[derive(Debug, Clone)]
pub struct Reply {
    pub text: String,
    pub reasoning: String,
    pub calls: Vec<Call>,
    pub tokens: Tokens,
    pub fate: Fate,
    /// Seconds, with an error.
    pub retry_after: Option<u64>,
}

impl Reply {
    pub fn text(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            reasoning: String::new(),
            calls: Vec::new(),
            tokens: Tokens { prompt: 1000, cached: 800, written: 20, completion: 50, reasoning: 5 },
            fate: Fate::Whole,
            retry_after: None,
        }
    }

    /// Calls the tool that has this plain name, whatever the agent puts before it.
    pub fn tool(self, name: &str, arguments: Value) -> Self {
        self.call(Call::Named { name: name.to_owned(), arguments })
    }

    /// Runs a command by the agent's own tool.
    pub fn shell(self, command: &str) -> Self {
        self.call(Call::Shell { command: command.to_owned(), escalated: false })
    }

    /// The same, and says that the command must leave the sandbox, where there is one.
    pub fn escalated_shell(self, command: &str) -> Self {
        self.call(Call::Shell { command: command.to_owned(), escalated: true })
    }

    /// Makes a file by the agent's own tool for files.
    pub fn write(self, path: &str, content: &str) -> Self {
        self.call(Call::Write { path: path.to_owned(), content: content.to_owned() })
    }

    fn call(mut self, call: Call) -> Self {
        self.calls.push(call);
        self
    }

    /// What does no harm in answer to what an agent asks for itself.
    pub fn aside(kind: Kind) -> Self {
        match kind {
            Kind::Title => Self::text("A short title"),
            // In the form that Claude Code wants; others take it as it is.
            Kind::Compaction => {
                Self::text("<analysis>all of it</analysis>\n<summary>## Goal\nthe summary</summary>")
                    .tokens(700, 100, 60, 0)
            }
            Kind::Turn | Kind::Other => Self::text("Nothing."),
        }
    }

    /// No cache is written.
    pub fn tokens(mut self, prompt: u64, cached: u64, completion: u64, reasoning: u64) -> Self {
        self.tokens = Tokens { prompt, cached, written: 0, completion, reasoning };
        self
    }

    pub fn fate(mut self, fate: Fate) -> Self {
        self.fate = fate;
        self
    }

    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The text before and after the place where a reply may break.
    pub fn halves(&self) -> (&str, &str) {
        let middle = self.text.char_indices().nth(self.text.chars().count() / 2).map_or(0, |(at, _)| at);
        self.text.split_at(middle)
    }

    /// The error that agents know by its words and decide by whether to try again.
    pub fn error(&self, status: u16) -> Value {
        let kind = match status {
            429 => "rate_limit_error",
            500.. => "server_error",
            _ => "invalid_request_error",
        };
        json!({"type": "error", "error": {"message": self.text, "type": kind, "code": null}})
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Whole,
    /// An error instead of a reply.
    Status(u16),
    /// The connection breaks in the middle of the text.
    Drop,
    /// It is reset there: a client may take that for another kind of failure.
    Reset,
    /// The text stops in its middle until the client leaves.
    Hang,
}

/// `cached` and `written` are parts of `prompt`, `reasoning` of `completion`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tokens {
    pub prompt: u64,
    pub cached: u64,
    pub written: u64,
    pub completion: u64,
    pub reasoning: u64,
}

impl std::ops::AddAssign for Tokens {
    fn add_assign(&mut self, other: Self) {
        self.prompt += other.prompt;
        self.cached += other.cached;
        self.written += other.written;
        self.completion += other.completion;
        self.reasoning += other.reasoning;
    }
}
