//! The definition of a `command` agent: any program that takes a prompt, described in TOML without code.
//!
//! Owns the shape of `[agents.NAME]` and what follows from keys that were left out. The text of the definition goes to
//! the `command` adapter as JSON inside [`crate::domain::AgentDefinition`]; how a program is driven is the adapter's.

pub use crate::domain::{InterruptKey, PromptBy, TurnEndsBy, UsageCounts, UsageRule};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `[agents.NAME]`, complete: every choice is spelled out, also those that the file left to awtui.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentDefinition {
    /// Program and arguments. `{prompt}`, `{prompt_file}`, `{model}`, `{thinking}`, `{session}`, `{directory}`, `{home}` and
    /// `{artifacts}` stand for their values; each argument stays one argument.
    pub argv: Vec<String>,
    pub prompt: PromptBy,
    /// Program and arguments that continue the conversation `{session}`; empty when the program cannot.
    #[serde(default)]
    pub resume: Vec<String>,
    /// A regular expression that the screen matches when the program takes prompts. Without it: the first quiet time.
    pub ready: Option<String>,
    /// Milliseconds without output that count as quiet.
    pub quiet_ms: u64,
    pub end: TurnEndsBy,
    /// For `end = "idle"`: seconds without output.
    pub end_idle_seconds: f64,
    /// For `end = "pattern"`: a regular expression that what it showed after the prompt matches when the turn is over.
    pub end_pattern: Option<String>,
    /// The file that it writes its conversation into, line by line, with the same placeholders as `argv`.
    pub log: Option<String>,
    pub interrupt: InterruptKey,
    /// Typed to make it leave; empty: its process group is ended.
    #[serde(default)]
    pub quit: String,
    /// Typed to compact; `{focus}` stands for the focus instructions. Without it the context is handed over.
    pub compact: Option<String>,
    /// Tokens of its context window, where the model's own is not known.
    pub window: Option<u64>,
    pub usage: Option<UsageRule>,
    /// Added to its environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

/// The table as it was written, after the layers: what was left out is still open.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    argv: Vec<String>,
    prompt: Option<PromptBy>,
    #[serde(default)]
    resume: Vec<String>,
    ready: Option<String>,
    quiet_ms: u64,
    end: Option<TurnEndsBy>,
    end_idle_seconds: f64,
    end_pattern: Option<String>,
    log: Option<String>,
    interrupt: InterruptKey,
    #[serde(default)]
    quit: String,
    compact: Option<String>,
    window: Option<u64>,
    usage: Option<UsageRule>,
    #[serde(default)]
    env: BTreeMap<String, String>,
}

impl Written {
    /// What is wrong with the keys together: the key to point at and why.
    pub(super) fn mistake(&self) -> Option<(&'static str, String)> {
        let names = |placeholder: &str| self.argv.iter().any(|argument| argument.contains(placeholder));
        if self.argv.first().is_none_or(|program| program.trim().is_empty()) {
            return Some(("argv", "\"argv\" must begin with the program to run".to_owned()));
        }
        let needed = match self.prompt {
            Some(PromptBy::Argument) if !names("{prompt}") => Some(("argument", "{prompt}")),
            Some(PromptBy::File) if !names("{prompt_file}") => Some(("file", "{prompt_file}")),
            Some(PromptBy::Argument | PromptBy::File | PromptBy::Stdin | PromptBy::Paste) | None => None,
        };
        if let Some((by, placeholder)) = needed {
            return Some((
                "prompt",
                format!("prompt = \"{by}\" needs {placeholder} in one of the arguments of \"argv\""),
            ));
        }
        if self.end == Some(TurnEndsBy::Exit) && self.prompt_by() == PromptBy::Paste {
            let why = "end = \"exit\" does not go with a prompt that is pasted: the program would be gone after one turn";
            return Some(("end", why.to_owned()));
        }
        if (self.end == Some(TurnEndsBy::Pattern)) != self.end_pattern.is_some() {
            let why = "end = \"pattern\" and \"end_pattern\" go together: one says that, the other what to look for";
            return Some((if self.end_pattern.is_some() { "end_pattern" } else { "end" }, why.to_owned()));
        }
        if self.end == Some(TurnEndsBy::Pattern) && self.prompt_by() != PromptBy::Paste {
            let why = "end = \"pattern\" is for a prompt that is pasted: else the turn ends with its process";
            return Some(("end", why.to_owned()));
        }
        let usage = self.usage.as_ref()?;
        let pointers =
            [&usage.id, &usage.input, &usage.output, &usage.cache_read, &usage.cache_write, &usage.cost];
        let pointed = pointers.iter().any(|pointer| pointer.is_some());
        if usage.pattern.is_some() == pointed {
            return Some((
                "usage",
                "the usage table needs either \"pattern\" or JSON pointers, and not both".to_owned(),
            ));
        }
        let crooked = pointers.into_iter().flatten().find(|pointer| !pointer.starts_with('/'))?;
        Some(("usage", format!("a JSON pointer begins with \"/\", \"{crooked}\" does not")))
    }

    fn prompt_by(&self) -> PromptBy {
        let names = |placeholder: &str| self.argv.iter().any(|argument| argument.contains(placeholder));
        self.prompt.unwrap_or_else(|| {
            if names("{prompt_file}") {
                PromptBy::File
            } else if names("{prompt}") {
                PromptBy::Argument
            } else {
                PromptBy::Paste
            }
        })
    }

    pub(super) fn complete(self) -> AgentDefinition {
        let prompt = self.prompt_by();
        let end = self.end.unwrap_or(match prompt {
            PromptBy::Argument | PromptBy::Stdin | PromptBy::File => TurnEndsBy::Exit,
            PromptBy::Paste => TurnEndsBy::Report,
        });
        AgentDefinition {
            argv: self.argv,
            prompt,
            resume: self.resume,
            ready: self.ready,
            quiet_ms: self.quiet_ms,
            end,
            end_idle_seconds: self.end_idle_seconds,
            end_pattern: self.end_pattern,
            log: self.log,
            interrupt: self.interrupt,
            quit: self.quit,
            compact: self.compact,
            window: self.window,
            usage: self.usage,
            env: self.env,
        }
    }
}
